//! Kill -9 at random points, and runs that resume from there.

use std::collections::HashSet;

use super::*;

const ROWS: usize = 3000;

/// The calls that a run does before it is killed, and microseconds after that, much shorter than a call.
const KILLS: [(usize, u64); 6] = [(9, 3_100), (6, 17_300), (14, 400), (11, 12_700), (7, 8_900), (15, 19_600)];

#[test]
fn a_run_that_is_killed_repeatedly_writes_every_number_once() {
    // A request is processed before the next run can read, and its answer comes late enough to be lost.
    let lab = Lab::faulty(&[&format!("delay-after=15ms;{ADDING}")]);
    let (list, file) = (lab.numbers(ROWS), lab.path("r.jsonl"));
    let mut writes = Vec::new();
    for (round, (calls, later)) in KILLS.into_iter().enumerate() {
        let option = if round == 0 { "--results" } else { "--resume" };
        let mut child = lab.start(&format!("internal-numbers add --from {list} {option} {file}"));
        // A hundred calls in total: some fourteen in each run, and a bit of the next one.
        let enough = writes.len() + calls;
        while writes.len() < enough {
            writes.extend(lab.writes());
            assert!(child.try_wait().unwrap().is_none(), "round {round} ended by itself");
            std::thread::sleep(std::time::Duration::from_micros(500));
        }
        std::thread::sleep(std::time::Duration::from_micros(later));
        child.kill().unwrap();
        child.wait().unwrap();
        writes.extend(lab.writes());
    }
    let ran = lab.run(&format!("internal-numbers add --from {list} --resume {file}")).expect(0);
    assert!(ran.err.contains("done by an earlier run") && ran.err.contains("in doubt"), "{}", ran.err);
    writes.extend(lab.writes());
    assert_eq!(lab.stored(), numbers(0..ROWS));
    // The recorder passes every request on, and the sandbox processes each.
    let mut asked: Vec<String> = writes.iter().flat_map(asked).collect();
    asked.sort();
    assert_eq!(asked, numbers(0..ROWS));
    // A kill may tear the line that is being written, and the next run leaves it there.
    let text = std::fs::read_to_string(&file).unwrap();
    let whole = text.split_inclusive('\n').filter(|line| serde_json::from_str::<Value>(line).is_ok());
    std::fs::write(&file, whole.collect::<String>()).unwrap();
    assert_eq!(rows_that(&file, "created"), numbers(0..ROWS));
    assert!(rows_that(&file, "failed").is_empty());
    // Rows left in doubt by the kills were looked up: the results file says so, and the journal lists them.
    let (created, doubts) = (created(&lab), lab.in_doubt());
    assert!(!doubts.is_empty(), "no kill has left anything in doubt");
    for line in results(&file).iter().filter(|line| line["outcome"] == "created") {
        let number = line["key"].as_str().unwrap();
        let looked = line["note"].as_str().is_some_and(|note| note.contains("an earlier run sent it"));
        assert!(created.contains(number) || looked && doubts.iter().any(|one| one == number), "{line}");
    }
}

/// The numbers whose last journal entry is `created`.
fn created(lab: &Lab) -> HashSet<String> {
    let list = lab.run("history list --all").expect(0).json();
    // The newest entry comes first.
    let mut known = HashSet::new();
    let subjects = list.as_array().unwrap().iter().flat_map(|entry| entry["subjects"].as_array().unwrap());
    let newest = subjects.filter(|subject| known.insert(subject["name"].as_str().unwrap().to_owned()));
    let created = newest.filter(|subject| subject["outcome"] == "created");
    created.map(|subject| subject["name"].as_str().unwrap().to_owned()).collect()
}
