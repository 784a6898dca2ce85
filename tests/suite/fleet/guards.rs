//! Plans that change more than is likely intended, and runs that cannot ask for confirmation.

use super::*;

fn countries(list: &[&str]) -> String {
    format!("[[callout_countries]]\nprofile = \"zoom\"\ncountries = {list:?}\n{}", owns("zoom", "zoom"))
}

const ELEVEN: [&str; 11] = ["US", "GB", "NO", "SE", "DK", "FI", "DE", "FR", "ES", "IT", "PL"];

fn lab(present: &[&str]) -> (Lab, String) {
    let lab = Lab::new();
    let path = lab.manifest(&countries(present));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.requests();
    (lab, path)
}

/// Checks that nothing is sent and that the error names the option that lifts the limit.
#[track_caller]
fn refused(lab: &Lab, line: &str, lifted_by: &str) {
    let ran = lab.run(line).expect(4);
    let error = ran.error();
    assert_eq!((error["kind"].as_str(), ran.out.as_str()), (Some("invalid"), ""), "{line}");
    assert!(error["hint"].as_str().unwrap().contains(lifted_by), "{line}: {error}");
    assert_eq!(lab.written(), Vec::<String>::new(), "{line}");
}

#[test]
fn more_changes_than_allowed_are_refused() {
    let (lab, path) = lab(&["US"]);
    lab.manifest(&countries(&["US", "GB", "NO"]));
    for line in ["--max-changes 1", "--max-changes 0", "--max-changes 1 --allow-mass-change"] {
        refused(&lab, &format!("apply -f {path} --yes {line}"), "--max-changes");
    }
    let done = lab.run(&format!("apply -f {path} --yes --max-changes 2")).expect(0);
    assert_eq!(count(&done, "created"), 2);
    // A plan without changes is below every limit.
    lab.run(&format!("apply -f {path} --max-changes 0")).expect(0);
}

#[test]
fn changes_to_over_thirty_percent_of_over_ten_objects_need_an_option() {
    // Four of eleven, three of eleven, all of ten.
    for (present, wanted, passes) in
        [(&ELEVEN[..], 7, false), (&ELEVEN[..], 8, true), (&ELEVEN[..10], 1, true)]
    {
        let (lab, path) = lab(present);
        lab.manifest(&countries(&present[..wanted]));
        let line = format!("apply -f {path} --yes --prune");
        let gone = (present.len() - wanted) as u64;
        if passes {
            assert_eq!(count(&lab.run(&line).expect(0), "deleted"), gone);
            continue;
        }
        refused(&lab, &line, "--allow-mass-change");
        // `plan` succeeds and lists what `apply` will refuse.
        let plan = lab.run(&format!("plan -f {path} --prune")).expect(0);
        assert_eq!(count(&plan, "delete"), gone);
        assert!(plan.json()["refusals"][0].as_str().unwrap().contains("more than 30 %"), "{}", plan.out);
        assert_eq!(count(&lab.run(&format!("{line} --allow-mass-change")).expect(0), "deleted"), gone);
    }
    // Creates do not count towards the percentage.
    let (lab, path) = lab(&ELEVEN);
    let more: Vec<&str> = ELEVEN.into_iter().chain(["PT", "NL", "BE", "CH", "AT"]).collect();
    lab.manifest(&countries(&more));
    assert_eq!(count(&lab.run(&format!("apply -f {path} --yes")).expect(0), "created"), 5);
}

#[test]
fn the_limits_also_apply_to_a_saved_plan() {
    let (lab, path) = lab(&ELEVEN);
    lab.manifest(&countries(&ELEVEN[..2]));
    let saved = lab.place.path().join("plan.json").to_string_lossy().into_owned();
    lab.run(&format!("plan -f {path} --prune --out {saved}")).expect(0);
    refused(&lab, &format!("apply {saved} --yes"), "--allow-mass-change");
    refused(&lab, &format!("apply {saved} --yes --allow-mass-change --max-changes 8"), "--max-changes");
    lab.run(&format!("apply {saved} --yes --allow-mass-change --max-changes 9")).expect(0);
}

/// Data formats print only data on standard output; the plan goes to standard error.
#[test]
fn without_a_terminal_apply_shows_the_plan_and_changes_nothing() {
    let (lab, path) = lab(&["US"]);
    lab.manifest(&countries(&["US", "GB"]));
    for format in ["json", "jsonl", "yaml", "csv"] {
        let ran = lab.run(&format!("-o {format} apply -f {path}")).expect(4);
        assert_eq!(ran.out, "", "{format}");
        assert!(ran.err.contains("+ create call-out country GB"), "{format}: {}", ran.err);
        assert!(ran.error()["hint"].as_str().unwrap().contains("--yes"), "{format}: {}", ran.err);
    }
    let ran = lab.run(&format!("-o table apply -f {path}")).expect(4);
    assert!(ran.out.contains("+ create call-out country GB"), "{}", ran.out);
    assert!(ran.err.contains("--yes") && !ran.err.contains("+ create"), "{}", ran.err);
    assert_eq!(lab.written(), Vec::<String>::new());
    // With --yes the plan is not printed.
    let ran = lab.run(&format!("apply -f {path} --yes")).expect(0);
    assert_eq!((count(&ran, "created"), ran.err.as_str()), (1, ""));
}

/// A `y` from a pipe does not count as a confirmation.
#[test]
fn an_answer_from_a_pipe_is_not_a_confirmation() {
    let (lab, path) = lab(&["US"]);
    lab.manifest(&countries(&["US", "GB"]));
    let words = ["--profiles-file", &lab.profiles, "-o", "json", "apply", "-f", &path];
    lab.place.pipe(&words, "y\nyes\n").expect(4);
    assert_eq!(lab.written(), Vec::<String>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn apply_asks_for_confirmation_on_a_terminal() {
    use crate::support::terminal::Terminal;
    for (answer, code, written) in [("n", 4, 0), ("", 4, 0), ("y", 0, 1)] {
        let (lab, path) = lab(&["US"]);
        lab.manifest(&countries(&["US", "GB"]));
        let mut terminal =
            Terminal::start(&lab.place, &["--profiles-file", &lab.profiles, "apply", "-f", &path]);
        terminal.wait_for("+ create call-out country GB").wait_for("creates 1").type_line(answer);
        let (status, shown) = terminal.end();
        assert_eq!((status.code(), lab.writes().len()), (Some(code), written), "{answer}: {shown}");
    }
}

/// A file in place of the folder, and a full disk.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_sent_if_the_journal_cannot_be_written() {
    for full in [false, true] {
        for format in ["json", "jsonl", "yaml", "csv"] {
            let (lab, path) = lab(&["US"]);
            lab.manifest(&countries(&["US", "GB", "NO"]));
            let history = lab.place.path().join("state/history");
            match full {
                false => {
                    std::fs::remove_dir_all(&history).unwrap();
                    std::fs::write(&history, "").unwrap();
                }
                true => {
                    std::fs::remove_file(history.join("journal.jsonl")).unwrap();
                    std::os::unix::fs::symlink("/dev/full", history.join("journal.jsonl")).unwrap();
                }
            }
            let ran = lab.run(&format!("-o {format} apply -f {path} --yes")).expect(3);
            let error = ran.error();
            assert_eq!(error["kind"], "config", "{full} {format}: {error}");
            assert!(error["message"].as_str().unwrap().contains("state/history"), "{error}");
            assert!(error["hint"].as_str().unwrap().contains("--no-journal"), "{error}");
            assert!(lab.writes().is_empty());
            lab.run(&format!("apply -f {path} --dry-run")).expect(0);
            let done = lab.run(&format!("apply -f {path} --yes --no-journal")).expect(0);
            assert_eq!(count(&done, "created"), 2);
        }
    }
}
