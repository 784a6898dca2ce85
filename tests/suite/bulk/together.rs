//! Two runs with the same file at the same time.

use super::*;

const ROWS: usize = 900;

/// Random delays, so that either run may be first.
const OVERTAKEN: &str = "delay=120ms;chance=0.5;seed=7";

/// The outcomes of both runs by row. The run that starts later is faster.
fn both(lab: &Lab, more: &str) -> [HashMap<String, Value>; 2] {
    let list = lab.numbers(ROWS);
    let run = |name, calls| {
        let file = lab.path(name);
        lab.start(&format!("internal-numbers add --from {list} --results {file} --concurrency {calls}{more}"))
    };
    let first = run("a.jsonl", 1);
    let mut calls = 0;
    while calls < 3 {
        calls += lab.writes().len();
        std::thread::yield_now();
    }
    [first, run("b.jsonl", 8)].map(|child| {
        let report = ended(child).json();
        outcomes(&report);
        let changes = report["changes"].as_array().unwrap().clone();
        changes.into_iter().map(|change| (change["name"].as_str().unwrap().to_owned(), change)).collect()
    })
}

/// Checks that each number exists once, created by one of the two, and that `other` accepts the other's outcome.
fn once_each(lab: &Lab, runs: &[HashMap<String, Value>; 2], other: impl Fn(&Value) -> bool) {
    assert_eq!(lab.stored(), numbers(0..ROWS));
    for number in numbers(0..ROWS) {
        let [one, two] = runs.each_ref().map(|run| &run[&number]);
        let created = |change: &Value| change["outcome"] == "created";
        assert!(created(one) != created(two), "{one} {two}");
        let left = if created(one) { two } else { one };
        assert!(other(left), "{left}");
    }
    let won = runs.each_ref().map(|run| run.values().filter(|change| change["outcome"] == "created").count());
    assert!(won.iter().all(|won| *won > 0), "the second was too late: {won:?}");
}

#[test]
fn a_number_that_another_run_adds_is_a_conflict() {
    let lab = Lab::faulty(&[&format!("{OVERTAKEN};{ADDING}")]);
    let runs = both(&lab, "");
    once_each(&lab, &runs, |change| change["outcome"] == "failed" && change["error"]["kind"] == "conflict");
}

#[test]
fn skip_existing_accepts_numbers_that_another_run_adds() {
    let lab = Lab::faulty(&[&format!("{OVERTAKEN};{ADDING}")]);
    let runs = both(&lab, " --skip-existing");
    once_each(&lab, &runs, |change| change["outcome"] == "unchanged" && change["id"].is_string());
}

/// A number that exists with other values stays a conflict, and does not affect the other rows.
#[test]
fn skip_existing_still_reports_numbers_with_other_values_as_conflicts() {
    let lab = Lab::faulty(&[&format!("delay=2s;{ADDING};count=1")]);
    let list = lab.numbers(20);
    let line = format!("internal-numbers add --from {list} --skip-existing");
    let child = lab.start(&line);
    while lab.writes().is_empty() {
        std::thread::yield_now();
    }
    let other = csv(3..5).replace("SIP", "Other");
    let other = format!("{other}{},toll,SIP,en-US\n", number(9));
    let other = lab.place.write("other.csv", &other);
    lab.run(&format!("internal-numbers add --from {other}")).expect(0);
    let report = ended(child).expect(12).json();
    ended_in(&report, &[("created", 17), ("unchanged", 1), ("failed", 2)]);
    let failed = report["changes"].as_array().unwrap().iter().filter(|change| change["outcome"] == "failed");
    for change in failed {
        assert_eq!(change["error"]["kind"], "conflict");
        assert!(change["error"]["message"].as_str().unwrap().contains("labels"), "{change}");
    }
    assert_eq!(lab.stored(), numbers(0..20));
}
