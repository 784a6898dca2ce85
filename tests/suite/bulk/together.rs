//! Two runs over the same file at the same time.

use super::*;

const ROWS: usize = 900;

/// Now the one is first, now the other.
const OVERTAKEN: &str = "delay=120ms;chance=0.5;seed=7";

/// How both runs ended, row by row. The one that begins later is faster.
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

/// Each number once at the vendor, created by one of the two; what the other says of it is answered.
fn once_each(lab: &Lab, runs: &[HashMap<String, Value>; 2], other: impl Fn(&Value) -> bool) {
    assert_eq!(lab.held(), numbers(0..ROWS));
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
fn what_the_other_has_added_is_a_conflict() {
    let lab = Lab::faulty(&[&format!("{OVERTAKEN};{ADDING}")]);
    let runs = both(&lab, "");
    once_each(&lab, &runs, |change| change["outcome"] == "failed" && change["error"]["kind"] == "conflict");
}

#[test]
fn what_the_other_has_added_is_unchanged_where_that_is_fine() {
    let lab = Lab::faulty(&[&format!("{OVERTAKEN};{ADDING}")]);
    let runs = both(&lab, " --skip-existing");
    once_each(&lab, &runs, |change| change["outcome"] == "unchanged" && change["id"].is_string());
}

/// A number that is there otherwise stays a conflict, and takes no other with it.
#[test]
fn what_another_has_added_otherwise_is_a_conflict_all_the_same() {
    let lab = Lab::faulty(&[&format!("delay=300ms;{ADDING};count=1")]);
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
    assert_eq!(lab.held(), numbers(0..20));
}
