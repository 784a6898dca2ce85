//! Changes that are streamed, and readers that close the pipe.

use std::io::{BufRead, BufReader, Read};

use super::*;

#[test]
fn lines_are_printed_while_the_run_goes_on() {
    let lab = Lab::faulty(&[&format!("delay=1500ms;{ADDING};skip=1;count=1")]);
    let line = format!("-o jsonl internal-numbers add --concurrency 1 --from {}", lab.numbers(90));
    let mut child = lab.start(&line);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    assert!(lab.writes().len() <= 2, "the first line comes too late");
    let change: Value = serde_json::from_str(&first).unwrap();
    assert_eq!((&change["outcome"], &change["name"]), (&"created".into(), &number(0).into()));
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!((child.wait().unwrap().code(), rest.lines().count()), (Some(0), 89));
}

/// The reader has read enough, and the run is finished anyway.
#[test]
fn a_closed_pipe_does_not_stop_the_run() {
    let lab = Lab::faulty(&[&format!("delay=50ms;{ADDING}")]);
    let line = format!("-o jsonl internal-numbers add --concurrency 1 --from {}", lab.numbers(150));
    let mut child = lab.start(&line);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    let ran = ended(child).expect(0);
    assert_eq!((ran.err.as_str(), lab.stored()), ("", numbers(0..150)));
}

/// Requests in progress finish and are recorded; nothing else is sent.
#[cfg(target_os = "linux")]
#[test]
fn an_unwritable_output_ends_the_run_between_two_calls() {
    let lab = Lab::faulty(&[&format!("delay=200ms;{ADDING}")]);
    let (list, file) = (lab.numbers(300), lab.path("r.jsonl"));
    let mut command = lab.command(&format!("-o jsonl internal-numbers add --from {list} --results {file}"));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let ran = ended(child).expect(1);
    assert_eq!(ran.error()["kind"], "internal", "{ran:?}");
    let calls = lab.writes().len();
    assert!((4..=7).contains(&calls), "{calls}");
    assert_eq!((lab.stored().len(), lab.in_doubt()), (30 * calls, Vec::new()));
    assert_eq!(rows_that(&file, "created"), lab.stored());
    let report = lab.run(&format!("internal-numbers add --from {list} --resume {file}")).expect(0).json();
    ended_in(&report, &[("created", 300 - 30 * calls as u64)]);
}
