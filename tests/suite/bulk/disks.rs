//! Disks that are full or missing.
#![cfg(unix)]

use std::os::unix::fs::symlink;

use super::*;

fn add(rows: usize, lab: &Lab, more: &str) -> String {
    format!("internal-numbers add --from {}{more}", lab.numbers(rows))
}

/// Makes the journal of a place unwritable.
type Break = fn(&Place);

/// A file in place of the folder, and a link to a full device.
const BROKEN: &[(&str, Break)] = &[
    ("no folder", |place| std::fs::write(below(place, "state/history"), "").unwrap()),
    #[cfg(target_os = "linux")]
    ("a link", |place| symlink("/dev/full", below(place, "state/history/journal.jsonl")).unwrap()),
];

#[test]
fn nothing_is_sent_if_the_journal_cannot_be_written() {
    for (what, spoil) in BROKEN {
        let lab = Lab::new();
        spoil(&lab.place);
        let one = "internal-numbers add --number +16466661110 --label a --language en-US";
        for line in [one, &add(90, &lab, ""), "callout-countries add GB US", "callout-countries add GB"] {
            let ran = lab.run(line).expect(3);
            let error = ran.error();
            assert_eq!((ran.out.as_str(), &error["kind"]), ("", &"config".into()), "{what}: {line}");
            assert!(error["message"].as_str().unwrap().contains("journal"), "{what}: {error}");
            assert!(error["hint"].as_str().unwrap().contains("--no-journal"), "{what}: {error}");
            assert!(lab.writes().is_empty(), "{what}: {line}");
        }
        // Dry runs and reads write nothing, so they need no journal.
        lab.run(&add(90, &lab, " --dry-run")).expect(0);
        assert!(lab.stored().is_empty());
        let report = lab.run(&add(90, &lab, " --no-journal")).expect(0).json();
        ended_in(&report, &[("created", 90)]);
        assert_eq!(lab.stored(), numbers(0..90));
    }
}

/// The results file distinguishes rows of a run that could not start from rows in doubt.
#[test]
fn a_run_without_a_journal_can_be_resumed_once_it_has_one() {
    let lab = Lab::new();
    BROKEN[0].1(&lab.place);
    let file = lab.path("r.jsonl");
    lab.run(&add(90, &lab, &format!(" --results {file}"))).expect(3);
    std::fs::remove_file(lab.path("state/history")).unwrap();
    let ran = lab.run(&add(90, &lab, &format!(" --resume {file}"))).expect(0);
    ended_in(&ran.json(), &[("created", 90)]);
    assert!(!ran.err.contains("in doubt"), "{}", ran.err);
}

#[test]
fn a_journal_that_fills_up_ends_the_run_before_its_next_call() {
    let lab = Lab::new();
    // With a token in the cache, only the journal grows.
    assert!(lab.stored().is_empty());
    let line = add(900, &lab, " --concurrency 1");
    let ran = crate::support::read(limited(&lab.command(&line), 32).output().unwrap()).expect(12);
    let calls = lab.writes().len() as u64;
    assert!((1..30).contains(&calls), "{calls}: {ran:?}");
    ended_in(&ran.json(), &[("created", 30 * calls), ("failed", 30), ("skipped", 870 - 30 * calls)]);
    assert!(ran.err.contains("stopped: the journal") && ran.err.contains("--no-journal"), "{}", ran.err);
    assert_eq!((lab.stored().len() as u64, lab.in_doubt()), (30 * calls, Vec::new()));
}

/// Earlier refusals of the vendor are still reported.
#[test]
fn refusals_are_reported_even_if_the_journal_fills_up_later() {
    let lab = Lab::new();
    // Numbers of another account: the list does not show them, and the vendor refuses them.
    lab.run(&add(900, &lab, " --no-journal --account sub-2")).expect(0);
    lab.writes();
    let line = add(900, &lab, " --concurrency 1");
    let ran = crate::support::read(limited(&lab.command(&line), 32).output().unwrap()).expect(12);
    let calls = lab.writes().len() as u64;
    ended_in(&ran.json(), &[("failed", 30 * (calls + 1)), ("skipped", 870 - 30 * calls)]);
}

#[test]
fn a_results_file_that_fills_up_ends_the_run_before_its_next_call() {
    for concurrency in [1, 4] {
        let lab = Lab::new();
        let file = lab.path("r.jsonl");
        assert!(lab.stored().is_empty());
        let line = add(900, &lab, &format!(" --no-journal --concurrency {concurrency} --results {file}"));
        let ran = crate::support::read(limited(&lab.command(&line), 40).output().unwrap()).expect(12);
        let report = ran.json();
        let calls = lab.writes().len();
        assert!((1..20).contains(&calls), "{calls}: {ran:?}");
        let counts = outcomes(&report);
        assert_eq!(counts["created"], 30 * calls as u64, "{counts:?}");
        assert!(counts["skipped"] > 0, "{counts:?}");
        assert!(ran.err.contains("stopped: the results file") && ran.err.contains("--resume"), "{}", ran.err);
        // Every line is complete.
        results(&file);
        let report =
            lab.run(&format!("internal-numbers add --from {} --resume {file}", lab.path("numbers.csv")));
        report.expect(0);
        assert_eq!((lab.stored(), rows_that(&file, "created")), (numbers(0..900), numbers(0..900)));
        assert_eq!(lab.writes().iter().flat_map(asked).count(), 900 - 30 * calls);
    }
}

/// Nothing is sent if the first line cannot be written; once there is room, the same file can be used.
#[test]
fn a_run_is_refused_if_its_results_file_cannot_be_started() {
    let lab = Lab::new();
    let file = lab.path("r.jsonl");
    let line = add(30, &lab, &format!(" --no-journal --results {file}"));
    assert!(lab.stored().is_empty());
    let ran = crate::support::read(limited(&lab.command(&line), 0).output().unwrap()).expect(3);
    assert!(ran.error()["message"].as_str().unwrap().contains("results file"), "{ran:?}");
    assert!(lab.writes().is_empty());
    let list = lab.path("numbers.csv");
    lab.run(&format!("internal-numbers add --from {list} --resume {file}")).expect(0);
    assert_eq!((lab.stored(), rows_that(&file, "created")), (numbers(0..30), numbers(0..30)));
    let nowhere = lab.path("nowhere/r.jsonl");
    lab.run(&format!("internal-numbers add --from {list} --results {nowhere}")).expect(4);
    #[cfg(target_os = "linux")]
    lab.run(&format!("internal-numbers add --from {list} --results /dev/full")).expect(4);
}

#[test]
fn an_unwritable_cache_is_a_warning() {
    let full: fn(&Command) -> Command = |plain| limited(plain, 0);
    let no_folder: fn(&Command) -> Command = |plain| limited(plain, 1 << 20);
    for (what, run) in [("full", full), ("no folder", no_folder)] {
        let lab = Lab::new();
        if what == "no folder" {
            std::fs::write(lab.place.cache(), "").unwrap();
        }
        let output = run(&lab.command(&add(90, &lab, " --no-journal"))).output().unwrap();
        let ran = crate::support::read(output).expect(0);
        ended_in(&ran.json(), &[("created", 90)]);
        assert!(ran.err.contains("warning: ") && ran.err.contains("cache"), "{what}: {}", ran.err);
        assert_eq!(lab.stored(), numbers(0..90));
    }
}
