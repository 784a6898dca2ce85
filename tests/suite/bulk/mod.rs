//! Bulk writes with the real binary: batches that are refused or lost, runs that are killed or interrupted, and
//! the results file that lets a later run resume.

mod disks;
mod interrupts;
mod kill;
mod lost;
mod others;
mod progress;
mod refused;
mod results;
mod streams;
mod together;

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::lab::Lab;
use crate::support::output::column;
#[cfg(unix)]
use crate::support::place::after;
use crate::support::place::create_folder;
use crate::support::recorder::Seen;
use crate::support::{Place, Ran};

impl Lab {
    /// Writes a list of that many numbers.
    fn numbers(&self, count: usize) -> String {
        self.place.write("numbers.csv", &csv(0..count))
    }

    fn path(&self, name: &str) -> String {
        path(&self.place, name)
    }

    fn command(&self, line: &str) -> Command {
        command(&self.place, &self.profiles, line)
    }

    fn run(&self, line: &str) -> Ran {
        crate::support::read(self.command(line).output().unwrap())
    }

    fn start(&self, line: &str) -> Child {
        self.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The numbers at the vendor, sorted.
    fn stored(&self) -> Vec<String> {
        let mut stored = column(&self.run("internal-numbers list").expect(0).json(), "number");
        stored.sort();
        stored
    }

    /// The numbers whose outcome in the journal is unknown.
    fn in_doubt(&self) -> Vec<String> {
        let list = self.run("history list --unknown").expect(0).json();
        let subjects = list.as_array().unwrap().iter().flat_map(|entry| column(&entry["subjects"], "name"));
        subjects.collect()
    }
}

/// The call that adds numbers, as the sandbox's faults name it.
const ADDING: &str = "call=POST /zoom/v2/accounts/sub-1/sip_trunk/internal_numbers";

fn command(place: &Place, profiles: &str, line: &str) -> Command {
    let mut words = vec!["--profiles-file", profiles];
    for (option, value) in [("-p", "zoom"), ("-o", "json")] {
        // An option may be given only once.
        if !line.starts_with(&format!("{option} ")) {
            words.extend([option, value]);
        }
    }
    words.extend(line.split(' '));
    place.command(&words)
}

fn ended(child: Child) -> Ran {
    crate::support::read(child.wait_with_output().unwrap())
}

fn path(place: &Place, name: &str) -> String {
    place.path().join(name).to_string_lossy().into_owned()
}

fn number(nth: usize) -> String {
    format!("+1646{nth:07}")
}

fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(number).collect()
}

fn csv(range: std::ops::Range<usize>) -> String {
    let rows: String = range.map(|nth| format!("{},toll,SIP,en-US\n", number(nth))).collect();
    format!("number,type,labels,languages\n{rows}")
}

/// The numbers that a request asks for.
fn asked(seen: &Seen) -> Vec<String> {
    let body: Value = serde_json::from_slice(&seen.body).unwrap();
    column(&body["internal_numbers"], "number")
}

/// How often each outcome is among the changes of a report; the summary must say the same.
#[track_caller]
fn outcomes(report: &Value) -> HashMap<String, u64> {
    let mut counts: HashMap<String, u64> = HashMap::new();
    for outcome in column(&report["changes"], "outcome") {
        *counts.entry(outcome).or_default() += 1;
    }
    for (outcome, count) in report["summary"].as_object().unwrap() {
        assert_eq!(counts.get(outcome).copied().unwrap_or(0), *count, "{outcome}: {}", report["summary"]);
    }
    counts
}

/// Checks that the report has these outcomes and no others.
#[track_caller]
fn ended_in(report: &Value, expected: &[(&str, u64)]) {
    let expected = expected.iter().map(|(outcome, count)| ((*outcome).to_owned(), *count)).collect();
    assert_eq!(outcomes(report), expected);
}

/// The lines of a results file after its first: each is JSON, a row's with its outcome.
#[track_caller]
fn results(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    assert!(lines[0]["run"].is_object(), "{}", lines[0]);
    for line in &lines[1..] {
        let row = line["key"].is_string() && line["outcome"].is_string();
        assert!(row || line["sent"].is_array(), "{line}");
    }
    lines.into_iter().skip(1).collect()
}

/// The rows of a results file with that outcome.
fn rows_that(path: &str, outcome: &str) -> Vec<String> {
    let mut keys: Vec<String> = results(path)
        .iter()
        .filter(|line| line["outcome"] == outcome)
        .map(|line| line["key"].as_str().unwrap().to_owned())
        .collect();
    keys.sort();
    keys
}

/// A command whose files cannot grow beyond that many blocks, as on a full disk.
#[cfg(unix)]
fn limited(plain: &Command, blocks: u32) -> Command {
    // A shell's block has 512 or 1024 bytes. Without the trap the system ends the program.
    after(&format!("trap '' XFSZ; ulimit -f {blocks}"), plain)
}

/// The path of a file, after creating its folder.
fn below(place: &Place, name: &str) -> PathBuf {
    let path = place.path().join(name);
    create_folder(path.parent().unwrap());
    path
}
