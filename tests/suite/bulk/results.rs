//! The results file.

use serde_json::json;

use super::*;

fn add(lab: &Lab, more: &str) -> Ran {
    lab.run(&format!("internal-numbers add --from {} {more}", lab.path("numbers.csv")))
}

#[cfg(unix)]
#[test]
fn the_file_must_be_new_and_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let lab = Lab::new();
    lab.numbers(40);
    let file = lab.path("r.jsonl");
    add(&lab, &format!("--results {file}")).expect(0);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(rows_that(&file, "created"), numbers(0..40));
    lab.writes();
    let before = std::fs::read(&file).unwrap();
    let error = add(&lab, &format!("--results {file}")).expect(4).error();
    assert!(error["hint"].as_str().unwrap().contains("--resume"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    // Every row is already done.
    let ran = add(&lab, &format!("--resume {file}")).expect(0);
    ended_in(&ran.json(), &[]);
    assert!(ran.err.contains("40 rows were done"), "{}", ran.err);
    assert!(lab.writes().is_empty());
    // The options exclude each other, and need a list.
    add(&lab, &format!("--resume {file} --results {file}")).expect(2);
    for line in [
        "internal-numbers add --label a --language en-US --number +16466661110",
        "internal-numbers remove --yes +16466661110",
        "callout-countries add GB US",
    ] {
        for option in ["--results", "--resume"] {
            lab.run(&format!("{line} {option} {file}")).expect(2);
        }
        assert!(lab.writes().is_empty(), "{line}");
    }
}

#[test]
fn rows_done_by_an_earlier_run_do_not_count_as_existing() {
    let lab = Lab::new();
    lab.numbers(40);
    let file = lab.path("r.jsonl");
    add(&lab, &format!("--results {file}")).expect(0);
    let others = lab.place.write("others.csv", &csv(40..45));
    lab.run(&format!("internal-numbers add --from {others}")).expect(0);
    lab.numbers(80);
    let ran = add(&lab, &format!("--resume {file}")).expect(12);
    assert!(ran.err.contains("5 of 40 exist already; --skip-existing leaves them out"), "{}", ran.err);
    ended_in(&ran.json(), &[("created", 35), ("failed", 5)]);
    let ran = add(&lab, "--skip-existing").expect(0);
    assert!(!ran.err.contains("exist already"), "{}", ran.err);
}

#[test]
fn only_the_same_command_can_resume_a_file() {
    let lab = Lab::new();
    lab.numbers(5);
    let file = lab.path("r.jsonl");
    add(&lab, &format!("--results {file}")).expect(0);
    let countries = lab.place.write("countries.csv", "country\nGB\n");
    let (all, head) = (std::fs::read_to_string(&lab.profiles).unwrap(), "[profiles.zoom]");
    let (_, own) = all.split_once(head).unwrap();
    let own = own.split("[profiles").next().unwrap();
    lab.place.write("profiles.toml", &format!("{all}\n[profiles.other]{own}"));
    lab.writes();
    let list = lab.path("numbers.csv");
    for line in [
        format!("internal-numbers add --from {list} --account sub-2 --resume {file}"),
        format!("internal-numbers remove --yes --from {list} --resume {file}"),
        format!("callout-countries add --from {countries} --resume {file}"),
        format!("-p other internal-numbers add --from {list} --resume {file}"),
        format!("internal-numbers add --from {list} --resume {list}"),
        format!("internal-numbers add --from {list} --resume {}", lab.path("missing.jsonl")),
        format!("internal-numbers add --from {list} --resume {}", lab.path("")),
        format!("internal-numbers add --from {list} --resume /dev/null"),
    ] {
        let line = line.trim_end();
        let error = lab.run(line).expect(4).error();
        assert!(error["message"].as_str().unwrap().starts_with("--resume: "), "{line}: {error}");
        assert!(error["hint"].is_string(), "{line}: {error}");
        assert!(lab.writes().is_empty(), "{line}");
    }
    // `/dev/zero` is endless.
    #[cfg(target_os = "linux")]
    add(&lab, "--resume /dev/zero").expect(4);
}

#[test]
fn a_file_in_use_is_refused() {
    let lab = Lab::faulty(&[&format!("delay-after=1s;{ADDING};count=1")]);
    lab.numbers(5);
    let file = lab.path("r.jsonl");
    let line = format!("internal-numbers add --from {} --results {file}", lab.path("numbers.csv"));
    let child = lab.start(&line);
    while lab.writes().is_empty() {
        std::thread::yield_now();
    }
    let error = add(&lab, &format!("--resume {file}")).expect(4).error();
    assert!(error["message"].as_str().unwrap().contains("another run"), "{error}");
    assert_eq!(ended(child).expect(0).json()["summary"]["created"], 5);
    assert_eq!(lab.stored(), numbers(0..5));
}

/// A last line that a power cut truncated, at every position.
#[test]
fn the_row_of_a_truncated_last_line_is_looked_up() {
    let lab = Lab::new();
    lab.numbers(5);
    let file = lab.path("r.jsonl");
    add(&lab, &format!("--results {file}")).expect(0);
    lab.writes();
    let whole = std::fs::read_to_string(&file).unwrap().replace("\"vendor\"", "\"vendör\"");
    let last = whole.trim_end().rfind('\n').unwrap() + 1;
    let tail = whole.len() - last;
    // Also in the middle of the `ö`.
    let odd = last + whole[last..].find('ö').unwrap() + 1;
    for cut in [last, last + 1, odd, last + tail / 2, whole.len() - 2, whole.len() - 1] {
        std::fs::write(&file, &whole.as_bytes()[..cut]).unwrap();
        let counts = outcomes(&add(&lab, &format!("--resume {file}")).expect(0).json());
        // A line is complete with its last brace.
        let left = u64::from(cut < whole.len() - 1);
        assert_eq!(counts.get("created").copied().unwrap_or(0), left, "{cut}: {counts:?}");
        let again = outcomes(&add(&lab, &format!("--resume {file}")).expect(0).json());
        assert!(again.is_empty(), "{cut}: {again:?}");
        assert!(lab.writes().is_empty(), "{cut}");
    }
    // A file cut in its first line belongs to a run that sent nothing.
    std::fs::write(&file, "{\"run\":{\"oper").unwrap();
    lab.place.write("numbers.csv", &csv(5..8));
    let report = add(&lab, &format!("--resume {file}")).expect(0).json();
    ended_in(&report, &[("created", 3)]);
    assert_eq!(rows_that(&file, "created"), numbers(5..8));
}

#[test]
fn resuming_tries_failed_rows_again() {
    let lab = Lab::new();
    let file = lab.path("r.jsonl");
    let taken = lab.place.write("taken.csv", &csv(3..5));
    lab.run(&format!("internal-numbers add --account sub-2 --from {taken}")).expect(0);
    lab.numbers(10);
    let report = add(&lab, &format!("--results {file}")).expect(12).json();
    ended_in(&report, &[("created", 8), ("failed", 2)]);
    assert_eq!(rows_that(&file, "failed"), numbers(3..5));
    lab.run(&format!("internal-numbers remove --account sub-2 --yes --from {taken}")).expect(0);
    lab.writes();
    let report = add(&lab, &format!("--resume {file}")).expect(0).json();
    ended_in(&report, &[("created", 2)]);
    assert_eq!(lab.writes().iter().flat_map(asked).collect::<Vec<_>>(), numbers(3..5));
    assert_eq!((lab.stored(), rows_that(&file, "created")), (numbers(0..10), numbers(0..10)));
}

#[test]
fn skip_invalid_leaves_out_bad_and_duplicate_rows() {
    let lab = Lab::new();
    let file = lab.path("r.jsonl");
    let text = format!("{}4.42E+11,toll,SIP,en-US\n{},toll,SIP,en-US\n", csv(0..4), number(2));
    lab.place.write("numbers.csv", &text);
    let error = add(&lab, &format!("--results {file}")).expect(4).error();
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("line 6") && message.contains("line 7"), "{message}");
    assert!(lab.writes().is_empty() && !std::path::Path::new(&file).exists());
    let ran = add(&lab, &format!("--skip-invalid --results {file}")).expect(0);
    let report = ran.json();
    assert_eq!((&report["summary"]["created"], &report["summary"]["skipped"]), (&json!(4), &json!(2)));
    assert!(ran.err.contains("left out: 2 invalid rows"), "{}", ran.err);
    assert_eq!((lab.stored(), rows_that(&file, "created")), (numbers(0..4), numbers(0..4)));
    add(&lab, &format!("--skip-invalid --resume {file}")).expect(0);
    assert_eq!(lab.writes().len(), 1);
}

#[test]
fn a_dry_run_creates_no_results_file() {
    let lab = Lab::new();
    lab.numbers(40);
    let file = lab.path("r.jsonl");
    let report = add(&lab, &format!("--dry-run --results {file}")).expect(0).json();
    assert_eq!(report["requests"].as_array().unwrap().len(), 2);
    assert!(lab.writes().is_empty() && !std::path::Path::new(&file).exists());
}
