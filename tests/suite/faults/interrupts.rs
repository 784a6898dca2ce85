//! Ctrl-C, as a terminal sends it.
#![cfg(unix)]

use std::time::Duration;

use super::*;
use crate::support::given;
use crate::support::scripted::{Gate, Scripted};
#[cfg(target_os = "linux")]
use crate::support::terminal::Terminal;

/// Interrupts a job while the server delays the answer to its n-th request.
fn interrupted(lab: &Lab, server: &Scripted, job: Job, requests: usize) -> Ran {
    let running = lab.start(job, "");
    server.wait_for(requests);
    running.interrupt();
    running.end()
}

#[track_caller]
fn assert_interrupted(ran: &Ran, outcome: &str, job: Job) {
    assert_eq!((ran.code, ran.out.as_str()), (130, ""), "{job:?}: {ran:?}");
    let error = ran.error();
    assert_eq!(error["kind"], "interrupted", "{job:?}: {error}");
    assert_eq!(error["outcome"], outcome, "{job:?}: {error}");
}

/// The outcomes in the journal.
fn recorded(lab: &Lab) -> Vec<String> {
    let ran = lab.place.run(&["-o", "json", "history", "list"]).expect(0);
    let rows = ran.json();
    rows.as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_write_in_progress_is_awaited_and_a_second_ctrl_c_leaves_it_unknown() {
    for job in WRITES {
        let server = Scripted::start(vec![Act::Stall]);
        let lab = Lab::new(&server.base);
        let mut running = lab.start(*job, "");
        server.wait_for(1);
        running.interrupt();
        // Two equal signals that arrive together count as one.
        while !running.has_ended() {
            running.interrupt();
            std::thread::sleep(Duration::from_millis(20));
        }
        let ran = running.end();
        assert_interrupted(&ran, "unknown", *job);
        assert!(ran.err.contains("may or may not have been applied"), "{job:?}: {ran:?}");
        assert_eq!(recorded(&lab), ["unknown"], "{job:?}");
        assert_eq!(server.requests().len(), 1);
    }
}

/// The server answers only after the program has noticed Ctrl-C, so the answer was awaited.
#[test]
fn a_write_that_finishes_after_ctrl_c_is_reported() {
    let job = ("yeastar", PEER);
    for (body, code) in [(r#"{"errcode":0,"errmsg":"SUCCESS","id":28}"#, None), ("x", Some("unknown"))] {
        let (release, gate) = Gate::new();
        let server = Scripted::start(vec![Act::Gated(gate, http(200, "", body)), Act::Drop]);
        let lab = Lab::new(&server.base);
        let mut running = lab.start(job, "-v --retries 0");
        server.wait_for(1);
        running.interrupt();
        running.wait_for("Ctrl-C");
        release.send(()).unwrap();
        let ran = running.end().expect(130);
        match code {
            None => {
                assert_eq!(ran.json()["outcome"], "created", "{ran:?}");
                assert!(ran.err.contains("\"interrupted\""), "{ran:?}");
            }
            Some(outcome) => assert_eq!(ran.error()["outcome"], outcome, "{ran:?}"),
        }
    }
}

#[test]
fn an_interrupted_read_has_applied_nothing() {
    for job in LOOK_UPS {
        let server = Scripted::start(vec![Act::Stall]);
        assert_interrupted(&interrupted(&Lab::new(&server.base), &server, *job, 1), "not_applied", *job);
    }
}

#[test]
fn an_interrupted_log_in_before_a_write_has_applied_nothing() {
    for job in WRITES.iter().filter(|job| job.0 != "itniotech") {
        let server = Scripted::start(vec![Act::Stall]);
        let lab = Lab::logging_in(&server.base);
        assert_interrupted(&interrupted(&lab, &server, *job, 1), "not_applied", *job);
        assert_eq!(recorded(&lab), ["failed"], "{job:?}");
    }
}

/// The vendor refused the write because its token had expired. Ctrl-C comes during the renewal.
#[test]
fn a_refused_write_interrupted_during_the_token_renewal_has_applied_nothing() {
    let expired = r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#;
    let refused = r#"{"code":124,"message":"Access token is expired."}"#;
    for (job, refusal) in [(("yeastar", PEER), Act::Json(200, expired)), (WRITES[7], Act::Json(401, refused))]
    {
        let log_ins = std::sync::atomic::AtomicUsize::new(0);
        let server = Scripted::answering(move |at, request| {
            if !log_in::is_log_in(request) {
                return refusal.clone();
            }
            match log_ins.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                0 => log_in::tokens(at, request),
                _ => Act::Stall,
            }
        });
        let lab = Lab::logging_in(&server.base);
        assert_interrupted(&interrupted(&lab, &server, job, 3), "not_applied", job);
        assert_eq!(recorded(&lab), ["failed"], "{job:?}");
    }
}

#[test]
fn a_write_interrupted_before_its_retry_has_applied_nothing() {
    // A limited request was certainly not processed, and the wait is longer than the test.
    let job = ("yeastar", PEER);
    let busy = Act::Raw(http(429, "Retry-After: 60\r\n", ""));
    let server = Scripted::start(vec![busy]);
    let lab = Lab::new(&server.base);
    let mut running = lab.start(job, "-v --deadline 5m");
    running.wait_for("; retrying in ");
    running.interrupt();
    let ran = running.end().expect(130);
    assert_eq!(ran.error()["outcome"], "not_applied", "{ran:?}");
    assert_eq!(server.requests().len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_a_prompt() {
    let place = Place::new();
    let words = given::words("--sandbox -p zoom sip-settings assign --enable false");
    let mut terminal = Terminal::start(&place, &words.iter().map(String::as_str).collect::<Vec<_>>());
    terminal.wait_for("[y/N] ").press("\x03");
    let (status, shown) = terminal.end();
    assert_eq!(status.code(), Some(130), "{shown}");
    assert!(shown.contains("interrupted"), "{shown}");
}

/// Before anything is sent, the program may wait for input: Ctrl-C ends that too.
#[test]
fn a_command_that_waits_for_its_input_can_be_interrupted() {
    let server = Scripted::start(Vec::new());
    let place = Place::new();
    let profiles = given::profiles_with_tokens(&place, &server.base);
    let mark = place.path().join("asked");
    // A process that outlives the command keeps standard error open, so its end would not be seen earlier.
    let late = place.path().join("late");
    let secret =
        format!("cmd:trap '' INT; touch '{}'; (sleep 20; touch '{}') & wait", mark.display(), late.display());
    let mut command = place.command(&["--profiles-file", &profiles, "-p", "yeastar", "-o", "json"]);
    command.args(["trunk", "update", "t", "--password-from", &secret]);
    let running = Running::start(command);
    while !mark.exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    // A separate thread waits for the signal; it started long before a shell could.
    running.interrupt();
    let ran = running.end().expect(130);
    assert_eq!(ran.error()["outcome"], "not_applied", "{ran:?}");
    assert!(!late.exists(), "what the command started goes on");
}
