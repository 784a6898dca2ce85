//! Ctrl-C in an apply.
#![cfg(unix)]

use rustix::process::Signal;

use super::*;
use crate::support::running::Running;

const CREATE: &str = "call=POST /yeastar/openapi/v1.0/trunk/create";

fn lab(fault: &str) -> (Lab, String) {
    let lab = Lab::before(vec![Served::faulty(&[fault])], Recorder::before);
    let trunks: String = (0..6).map(|nth| peer("yeastar", &format!("t{nth}"))).collect();
    let path = lab.manifest(&trunks);
    (lab, path)
}

/// Waits until that many requests have been sent to that address.
fn sent(lab: &Lab, part: &str, calls: usize) {
    let mut seen = 0;
    while seen < calls {
        seen += lab.requests().iter().filter(|seen| seen.target.contains(part)).count();
        std::thread::yield_now();
    }
}

/// Runs an apply, and presses Ctrl-C after that many requests to that address.
fn interrupted(lab: &Lab, line: &str, part: &str, calls: usize) -> Ran {
    let running = Running::start(lab.command(line));
    sent(lab, part, calls);
    running.interrupt();
    running.end()
}

/// After the second signal no answer is awaited, and the report still has the outcome of each change.
#[test]
fn a_second_signal_ends_at_once_and_the_outcomes_are_reported() {
    const OUTCOMES: [&str; 6] = ["created", "created", "unknown", "skipped", "skipped", "skipped"];
    let formats = ["json", "jsonl", "yaml", "csv", "table", "json"];
    let signals = [Signal::INT, Signal::INT, Signal::INT, Signal::INT, Signal::TERM, Signal::TERM];
    for (format, signal) in formats.into_iter().zip(signals) {
        let (lab, path) = lab(&format!("delay-after=60s;{CREATE};skip=2;count=1"));
        let mut running = Running::start(lab.command(&format!("-o {format} apply -f {path} --yes")));
        sent(&lab, "trunk/create", 3);
        running.signal(signal);
        running.wait_for("to stop at once");
        running.signal(signal);
        let begun = std::time::Instant::now();
        let ran = running.end().expect(130);
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{:?}", begun.elapsed());
        let outcomes: Vec<String> = match format {
            "json" => column(&ran, "outcome"),
            "yaml" => {
                let value: Value = yaml_serde::from_str(&ran.out).unwrap();
                let list = value["changes"].as_array().unwrap();
                list.iter().map(|one| one["outcome"].as_str().unwrap().to_owned()).collect()
            }
            "jsonl" => {
                let line = |line| serde_json::from_str::<Value>(line).unwrap()["outcome"].clone();
                ran.out.lines().map(|text| line(text).as_str().unwrap().to_owned()).collect()
            }
            _ => {
                let word = |line: &str| line.split([',', ' ']).next().unwrap_or_default().to_owned();
                ran.out.lines().map(word).filter(|word| OUTCOMES.contains(&word.as_str())).collect()
            }
        };
        assert_eq!(outcomes, OUTCOMES, "{format} {signal:?}: {ran:?}");
        if format != "table" {
            let error = ran.error();
            assert_eq!((&error["kind"], &error["outcome"]), (&"interrupted".into(), &"unknown".into()));
            assert_eq!((&error["exit_code"], &error["retryable"]), (&130.into(), &false.into()), "{error}");
        }
        let doubtful = lab.run("history list --unknown").expect(0).json();
        assert_eq!(doubtful.as_array().unwrap().len(), 1, "{doubtful}");
        // It was created before its answer was delayed, so no change remains for it.
        lab.run(&format!("apply -f {path} --yes")).expect(0);
    }
}

#[test]
fn after_ctrl_c_requests_in_progress_finish_and_a_later_run_does_the_rest() {
    for format in ["json", "jsonl"] {
        let (lab, path) = lab(&format!("delay=1500ms;{CREATE};skip=2;count=1"));
        let line = format!("-o {format} apply -f {path} --yes");
        let ran = interrupted(&lab, &line, "trunk/create", 3).expect(130);
        let changes: Vec<Value> = match format {
            "json" => changes(&ran),
            _ => output::json_lines(&ran.out),
        };
        let outcomes: Vec<&str> = changes.iter().map(|one| one["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["created", "created", "created", "skipped", "skipped", "skipped"], "{format}");
        assert_eq!(changes[5]["error"]["kind"], "interrupted", "{}", changes[5]);
        assert_eq!(changes[5]["error"]["outcome"], "not_applied", "{}", changes[5]);
        assert_eq!(ran.error()["kind"], "interrupted", "{}", ran.err);
        assert_eq!(lab.written(), Vec::<String>::new());
        let rest = lab.run(&format!("apply -f {path} --yes")).expect(0);
        assert_eq!((count(&rest, "created"), count(&rest, "unchanged")), (3, 3));
    }
}

#[test]
fn an_interrupt_during_the_plan_changes_nothing() {
    let (lab, path) = lab("delay=60s;call=trunk/list;count=1");
    let ran = interrupted(&lab, &format!("apply -f {path} --yes"), "trunk/list", 1).expect(130);
    assert_eq!((ran.out.as_str(), lab.written()), ("", Vec::new()));
    assert_eq!(ran.error()["kind"], "interrupted", "{}", ran.err);
}
