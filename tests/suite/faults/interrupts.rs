//! Ctrl-C, as a terminal sends it.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::Command;
use std::time::Duration;

use super::*;
use crate::support::given;
use crate::support::scripted::{Gate, Scripted};
#[cfg(target_os = "linux")]
use crate::support::terminal::Terminal;

/// Interrupts a job while the server delays the answer to its n-th request.
fn interrupted(lab: &Lab, server: &Scripted, job: Job, requests: usize) -> Ran {
    let child = lab.start(job, "");
    server.wait_for(requests);
    press(&child);
    crate::support::read(child.wait_with_output().unwrap())
}

fn press(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
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
        let mut child = lab.start(*job, "");
        server.wait_for(1);
        press(&child);
        // Two equal signals that arrive together count as one.
        while child.try_wait().unwrap().is_none() {
            press(&child);
            std::thread::sleep(Duration::from_millis(20));
        }
        let ran = crate::support::read(child.wait_with_output().unwrap());
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
        let mut child = lab.start(job, "-v --retries 0");
        server.wait_for(1);
        press(&child);
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut text = String::new();
        while !text.contains("Ctrl-C") {
            assert_ne!(log.read_line(&mut text).unwrap(), 0, "{text}");
        }
        release.send(()).unwrap();
        std::io::Read::read_to_string(&mut log, &mut text).unwrap();
        let ran = crate::support::read(child.wait_with_output().unwrap());
        assert_eq!(ran.code, 130, "{text}");
        match code {
            None => {
                assert_eq!(ran.json()["outcome"], "created", "{ran:?}");
                assert!(text.contains("\"interrupted\""), "{text}");
            }
            Some(outcome) => assert!(text.contains(&format!("\"outcome\":\"{outcome}\"")), "{text}"),
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
    let mut child = lab.start(job, "-v --deadline 5m");
    let mut log = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut text = String::new();
    while !text.contains("; retrying in ") {
        assert_ne!(std::io::BufRead::read_line(&mut log, &mut text).unwrap(), 0, "{text}");
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    text.clear();
    std::io::Read::read_to_string(&mut log, &mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{text}");
    assert!(text.contains("\"outcome\":\"not_applied\""), "{text}");
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
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !mark.exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    // A separate thread waits for the signal; it started long before a shell could.
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(130), "{text}");
    assert!(text.contains("\"outcome\":\"not_applied\""), "{text}");
    assert!(!late.exists(), "what the command started goes on");
}
