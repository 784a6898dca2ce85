//! The other bulk writes: removing numbers and adding countries.

use serde_json::json;

use super::*;

const REMOVING: &str = "call=DELETE /zoom";

/// Fills the sandbox with that many numbers, and returns the path of their list.
fn filled(lab: &Lab, count: usize) -> String {
    let list = lab.numbers(count);
    lab.run(&format!("internal-numbers add --from {list}")).expect(0);
    lab.writes();
    list
}

#[test]
fn numbers_are_removed_with_the_list_that_added_them() {
    let lab = Lab::new();
    filled(&lab, 12);
    let list = lab.place.write("some.csv", &csv(0..9));
    let file = lab.path("r.jsonl");
    let line = format!("internal-numbers remove --from {list} --results {file}");
    let error = lab.run(&line).expect(4).error();
    assert!(error["message"].as_str().unwrap().contains("9 internal numbers"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("--yes"), "{error}");
    assert!(lab.writes().is_empty() && !std::path::Path::new(&file).exists());
    let report = lab.run(&format!("{line} --yes")).expect(0).json();
    ended_in(&report, &[("deleted", 9)]);
    assert!(report["changes"].as_array().unwrap().iter().all(|one| one["id"].is_string()), "{report}");
    assert_eq!((lab.stored(), rows_that(&file, "deleted")), (numbers(9..12), numbers(0..9)));
    lab.writes();
    let resume = format!("internal-numbers remove --from {list} --resume {file} --yes");
    ended_in(&lab.run(&resume).expect(0).json(), &[]);
    let again = format!("internal-numbers remove --from {} --yes", lab.path("numbers.csv"));
    let report = lab.run(&again).expect(12).json();
    ended_in(&report, &[("failed", 9), ("deleted", 3)]);
    let kinds: Vec<&Value> =
        report["changes"].as_array().unwrap().iter().map(|one| &one["error"]["kind"]).collect();
    assert_eq!(kinds.iter().filter(|kind| ***kind == json!("not_found")).count(), 9);
    let report = lab.run(&format!("{again} --ignore-missing")).expect(0).json();
    ended_in(&report, &[("unchanged", 12)]);
    assert_eq!(lab.writes().len(), 3);
}

#[test]
fn numbers_are_removed_by_id_and_a_missing_id_is_not_found() {
    let lab = Lab::new();
    filled(&lab, 4);
    let ids = column(&lab.run("internal-numbers list").expect(0).json(), "id");
    let list = lab.place.write("ids.csv", &format!("id\n{}\nnobody\n{}\n", ids[0], ids[2]));
    let line = format!("internal-numbers remove --from {list} --yes");
    let report = lab.run(&line).expect(12).json();
    ended_in(&report, &[("deleted", 2), ("failed", 1)]);
    let changes = report["changes"].as_array().unwrap();
    let failed = changes.iter().find(|one| one["outcome"] == "failed").unwrap();
    assert_eq!((&failed["id"], &failed["error"]["kind"]), (&json!("nobody"), &json!("not_found")));
    assert_eq!(lab.stored(), [number(1), number(3)]);
    let report = lab.run(&format!("{line} --ignore-missing")).expect(0).json();
    ended_in(&report, &[("unchanged", 3)]);
}

/// Many missing numbers do not mean that every call would be refused.
#[test]
fn two_removals_of_the_same_list_remove_each_number_once() {
    let lab = Lab::faulty(&[&format!("delay=4ms;{REMOVING}")]);
    let list = filled(&lab, 90);
    let line = format!("internal-numbers remove --from {list} --yes --concurrency 8");
    let children = [lab.start(&line), lab.start(&format!("{line} --ignore-missing"))];
    let [one, two] = children.map(|child| outcomes(&ended(child).json()));
    let of = |counts: &HashMap<String, u64>, outcome: &str| counts.get(outcome).copied().unwrap_or(0);
    assert_eq!(of(&one, "deleted") + of(&two, "deleted"), 90, "{one:?} {two:?}");
    assert_eq!(of(&one, "deleted") + of(&one, "failed"), 90, "{one:?}");
    assert_eq!(of(&two, "deleted") + of(&two, "unchanged"), 90, "{two:?}");
    assert!(lab.stored().is_empty());
}

#[test]
fn a_later_run_finishes_a_killed_removal() {
    let lab = Lab::faulty(&[&format!("delay-after=40ms;{REMOVING}")]);
    let (list, file) = (filled(&lab, 40), lab.path("r.jsonl"));
    let line = |option| format!("internal-numbers remove --from {list} --yes {option} {file}");
    let mut child = lab.start(&line("--results"));
    let mut writes = Vec::new();
    while writes.len() < 14 {
        writes.extend(lab.writes());
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!lab.in_doubt().is_empty());
    let ran = lab.run(&line("--resume")).expect(0);
    assert!(ran.err.contains("in doubt"), "{}", ran.err);
    writes.extend(lab.writes());
    assert!(lab.stored().is_empty());
    assert_eq!(rows_that(&file, "deleted"), numbers(0..40));
    assert_eq!(writes.len(), 40);
}

/// Zoom's documented list has no ids: it cannot show whether a number that is known by its id alone was removed.
#[test]
fn a_removal_by_id_stays_in_doubt_if_no_list_has_ids() {
    use crate::support::scripted::http;
    let lab = Lab::faulty(&[&format!("drop-before;{REMOVING};count=1")]);
    filled(&lab, 1);
    let id = column(&lab.run("internal-numbers list").expect(0).json(), "id").remove(0);
    let list = lab.place.write("ids.csv", &format!("id\n{id}\n"));
    let file = lab.path("r.jsonl");
    let line = |option| format!("internal-numbers remove --from {list} --yes --retries 0 {option} {file}");
    let without_ids = json!({"internal_numbers": [{"number": number(0)}], "next_page_token": ""}).to_string();
    let without_ids = http(200, "Content-Type: application/json\r\n", &without_ids);
    lab.recorder.instead("sip_trunk/internal_numbers?", 9, without_ids);
    for option in ["--results", "--resume"] {
        let report = lab.run(&line(option)).expect(12).json();
        ended_in(&report, &[("unknown", 1)]);
    }
    lab.recorder.unasked();
    let report = lab.run(&line("--resume")).expect(0).json();
    ended_in(&report, &[("deleted", 1)]);
    assert!(lab.stored().is_empty());
}

#[test]
fn countries_are_added_from_a_list() {
    let lab = Lab::new();
    let file = lab.path("r.jsonl");
    let codes = ["GB", "US", "DE", "FR", "IT", "ES", "CH", "AT", "BE", "NL"];
    let list = lab.place.write("countries.csv", &format!("country\n{}\n", codes.join("\n")));
    let line = format!("callout-countries add --from {list}");
    lab.run("callout-countries add DE").expect(0);
    lab.writes();
    let report = lab.run(&format!("{line} --results {file}")).expect(12).json();
    ended_in(&report, &[("created", 9), ("failed", 1)]);
    assert_eq!(rows_that(&file, "failed"), ["DE"]);
    let report = lab.run(&format!("{line} --skip-existing --resume {file}")).expect(0).json();
    ended_in(&report, &[("unchanged", 1)]);
    lab.writes();
    ended_in(&lab.run(&format!("{line} --resume {file}")).expect(0).json(), &[]);
    ended_in(&lab.run(&format!("{line} --skip-existing")).expect(0).json(), &[("unchanged", 10)]);
    assert!(lab.writes().is_empty());
    let mut countries = column(&lab.run("callout-countries list").expect(0).json(), "id");
    let mut codes = codes.map(str::to_owned);
    countries.sort();
    codes.sort();
    assert_eq!(countries, codes);
}

/// Another run adds a country between the read and the write.
#[test]
fn skip_existing_accepts_countries_that_another_run_adds_meanwhile() {
    let lab = Lab::faulty(&["delay=2s;call=POST /zoom/v2/accounts/sub-1/sip_trunk/callout;count=1"]);
    let list = lab.place.write("countries.csv", "country\nGB\nUS\nDE\nFR\n");
    let child = lab.start(&format!("callout-countries add --from {list} --skip-existing"));
    while lab.writes().is_empty() {
        std::thread::yield_now();
    }
    lab.run("callout-countries add DE US").expect(0);
    let report = ended(child).expect(0).json();
    ended_in(&report, &[("created", 2), ("unchanged", 2)]);
    let report = lab.run("callout-countries add GB IT --skip-existing").expect(0).json();
    ended_in(&report, &[("created", 1), ("unchanged", 1)]);
    let change = lab.run("callout-countries add GB --skip-existing").expect(0).json();
    assert_eq!(change["outcome"], "unchanged");
}
