//! Ctrl-C in a bulk write.
#![cfg(unix)]

use rustix::process::Signal;
use serde_json::json;

use super::*;
use crate::support::given;
use crate::support::output::json_lines;
use crate::support::running::Running;
use crate::support::scripted::{Act, Gate, Scripted, http};

/// Waits until that many batches have been sent.
fn sent(lab: &Lab, calls: usize) {
    let mut seen = 0;
    while seen < calls {
        seen += lab.writes().len();
        std::thread::yield_now();
    }
}

#[test]
fn after_ctrl_c_batches_in_progress_finish_and_a_later_run_does_the_rest() {
    for format in ["json", "jsonl"] {
        let lab = Lab::faulty(&[&format!("delay=1500ms;{ADDING};skip=2;count=4")]);
        let (list, file) = (lab.numbers(300), lab.path("r.jsonl"));
        let line = format!("-o {format} internal-numbers add --from {list} --results {file}");
        let running = Running::start(lab.command(&line));
        sent(&lab, 6);
        running.interrupt();
        let ran = running.end().expect(130);
        let changes: Vec<Value> = match format {
            "json" => {
                ended_in(&ran.json(), &[("created", 180), ("skipped", 120)]);
                ran.json()["changes"].as_array().unwrap().clone()
            }
            _ => json_lines(&ran.out),
        };
        let of = |outcome: &str| {
            let mut names =
                column(&changes.iter().filter(|one| one["outcome"] == outcome).cloned().collect(), "name");
            names.sort();
            names
        };
        assert_eq!((of("created"), of("skipped")), (numbers(0..180), numbers(180..300)), "{format}");
        let skipped = changes.iter().find(|one| one["outcome"] == "skipped").unwrap();
        assert_eq!(skipped["error"]["kind"], "interrupted", "{skipped}");
        assert_eq!(skipped["error"]["outcome"], "not_applied", "{skipped}");
        assert_eq!(ran.error()["kind"], "interrupted", "{ran:?}");
        assert!(ran.err.contains(&format!("--resume {file}")), "{}", ran.err);
        assert_eq!((lab.stored(), lab.in_doubt()), (numbers(0..180), Vec::new()));
        assert!(lab.writes().is_empty());
        let ran = lab.run(&format!("internal-numbers add --from {list} --resume {file}")).expect(0);
        ended_in(&ran.json(), &[("created", 120)]);
        // Batches that were not sent are not in doubt.
        assert!(!ran.err.contains("in doubt"), "{}", ran.err);
        let again: Vec<String> = lab.writes().iter().flat_map(asked).collect();
        assert_eq!(again.len(), 120);
        assert_eq!((lab.stored(), rows_that(&file, "created")), (numbers(0..300), numbers(0..300)));
    }
}

#[test]
fn a_second_ctrl_c_ends_at_once_and_a_later_run_resolves_the_rows_in_doubt() {
    let lab = Lab::faulty(&[&format!("delay-after=60s;{ADDING};skip=2;count=4")]);
    let (list, file) = (lab.numbers(300), lab.path("r.jsonl"));
    let line = format!("internal-numbers add --from {list} --results {file}");
    let mut running = Running::start(lab.command(&line));
    sent(&lab, 6);
    running.interrupt();
    running.wait_for("press it again");
    let begun = std::time::Instant::now();
    running.interrupt();
    let ran = running.end().expect(130);
    assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{:?}", begun.elapsed());
    let error = ran.error();
    assert_eq!((&error["kind"], &error["outcome"]), (&"interrupted".into(), &"unknown".into()), "{error}");
    ended_in(&ran.json(), &[("created", 60), ("unknown", 120), ("skipped", 120)]);
    let doubts = lab.in_doubt();
    let mut rows = [doubts.clone(), rows_that(&file, "created")].concat();
    rows.sort();
    assert_eq!((doubts.len(), rows), (120, numbers(0..180)));
    let ran = lab.run(&format!("internal-numbers add --from {list} --resume {file}")).expect(0);
    ended_in(&ran.json(), &[("created", 240)]);
    assert!(ran.err.contains("120 rows were in doubt"), "{}", ran.err);
    assert_eq!(lab.writes().iter().flat_map(asked).count(), 120);
    assert_eq!((lab.stored(), rows_that(&file, "created")), (numbers(0..300), numbers(0..300)));
}

/// Ctrl-C also ends the wait for a rate limit.
#[test]
fn ctrl_c_ends_the_wait_for_a_rate_limit_at_once() {
    let server = Scripted::answering(|_, request| match request.starts_with("GET") {
        true => given::answer(200, &json!({"internal_numbers": []})),
        false => Act::Raw(http(429, "Retry-After: 60\r\n", "")),
    });
    let place = Place::new();
    let (profiles, file) = (given::profiles_with_tokens(&place, &server.base), path(&place, "r.jsonl"));
    let list = place.write("numbers.csv", &csv(0..300));
    let line = format!("-v internal-numbers add --from {list} --results {file}");
    let mut running = Running::start(command(&place, &profiles, &line));
    running.wait_for("; retrying in ");
    running.interrupt();
    let ran = running.end().expect(130);
    ended_in(&ran.json(), &[("skipped", 300)]);
    assert_eq!(ran.json()["changes"][0]["error"]["kind"], "interrupted", "{ran:?}");
    assert!(server.requests().len() <= 5, "{}", server.requests().len());
    assert!(rows_that(&file, "failed").is_empty());
}

/// The refusal arrives after a service manager's signal, so the rows are no longer tried one by one.
#[test]
fn a_batch_that_is_refused_after_the_signal_is_not_split() {
    let (release, gate) = Gate::new();
    let refusal = http(400, "Content-Type: application/json\r\n", r#"{"code":300,"message":"No."}"#);
    let none = given::answer(200, &json!({"internal_numbers": []}));
    let server = Scripted::start(vec![none, Act::Gated(gate, refusal)]);
    let place = Place::new();
    let (profiles, file) = (given::profiles_with_tokens(&place, &server.base), path(&place, "r.jsonl"));
    let list = place.write("numbers.csv", &csv(0..60));
    let line = format!("internal-numbers add --from {list} --concurrency 1 --results {file}");
    let mut running = Running::start(command(&place, &profiles, &line));
    server.wait_for(2);
    running.signal(Signal::TERM);
    running.wait_for("SIGTERM: waiting for requests in progress; send it again");
    release.send(()).unwrap();
    let ran = running.end().expect(130);
    ended_in(&ran.json(), &[("skipped", 60)]);
    assert_eq!((server.requests().len(), rows_that(&file, "skipped")), (2, numbers(0..30)));
}
