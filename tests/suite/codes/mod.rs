//! Every documented code of the three vendors: the right exit code with a hint, and `explain` says the same.
//!
//! The expected exit codes are the contract's table of vendor codes; the codes are those of the vendors'
//! pages.

mod itniotech;
mod yeastar;
mod zoom;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::faults::sent;
use crate::support::given;
use crate::support::scripted::{Act, Scripted};
use crate::support::{Place, Ran};

const AUTH: i32 = 5;
const NOT_FOUND: i32 = 6;
const CONFLICT: i32 = 7;
const LIMITED: i32 = 8;
const REJECTED: i32 = 9;
/// Treated like a 5xx answer: a read applied nothing, and the outcome of a write is unknown.
const UNAVAILABLE: i32 = 10;
const UNKNOWN: i32 = 11;
const UNSUPPORTED: i32 = 13;

/// Commands that each send one request, with a static token.
const CREATE: &str =
    "trunk create --name t --kind peer --host 192.0.2.40 --port 5060 --transport udp --codecs ulaw";
const CREATE_OUT: &str =
    "trunk create --name t --kind peer --direction outbound --host 192.0.2.40 --agent-group 7";
const ADD: &str = "internal-numbers add --number +16466661110 --label SIP --language en-US";
/// Reads before it writes.
const UPDATE: &str = "trunk update name:t --name u";

/// Runs one command against a vendor that answers so, and says how many requests came.
fn asked(vendor: &str, tokens: bool, command: &str, acts: Vec<Act>) -> (Ran, usize) {
    let (ran, requests) = asking(vendor, tokens, command, acts);
    (ran, requests.len())
}

/// The same for a write without a read before it: how often it was sent, and how many reads of the vendor's
/// state followed.
fn written(vendor: &str, command: &str, acts: Vec<Act>) -> (Ran, usize, usize) {
    let (ran, requests) = asking(vendor, true, command, acts);
    let sent = sent(&requests);
    (ran, sent, requests.len() - sent)
}

fn asking(vendor: &str, tokens: bool, command: &str, acts: Vec<Act>) -> (Ran, Vec<String>) {
    let (place, scripted) = (Place::new(), Scripted::start(acts));
    let profiles = match tokens {
        true => given::profiles_with_tokens(&place, &scripted.base),
        false => given::profiles(&place, &scripted.base),
    };
    let mut args = vec!["--profiles-file", &profiles, "-p", vendor, "-o", "json", "--retries", "0"];
    args.extend(command.split_whitespace());
    let ran = place.run(&args);
    (ran, scripted.requests())
}

/// The error object of a command that the vendor refused so.
#[track_caller]
fn ends(ran: &Ran, exit: i32, vendor: &str, code: &str, text: &str) -> Value {
    assert_eq!((ran.code, ran.out.as_str()), (exit, ""), "{vendor} {code}: {ran:?}");
    let error = ran.error();
    let kind = match exit {
        AUTH => "auth",
        NOT_FOUND => "not_found",
        CONFLICT => "conflict",
        LIMITED => "rate_limited",
        REJECTED => "rejected",
        UNAVAILABLE => "unavailable",
        UNKNOWN => "outcome_unknown",
        _ => "unsupported",
    };
    assert_eq!((&error["kind"], &error["exit_code"]), (&json!(kind), &json!(exit)), "{ran:?}");
    assert_eq!(error["vendor"], json!(vendor), "{ran:?}");
    assert!(error["hint"].as_str().is_some_and(|hint| hint.len() > 10), "no hint: {ran:?}");
    if !code.is_empty() {
        assert_eq!(error["vendor_code"], json!(code), "{ran:?}");
    }
    if !text.is_empty() {
        assert_eq!(error["vendor_message"], json!(text), "{ran:?}");
        assert!(error["message"].as_str().unwrap().contains(text), "{ran:?}");
    }
    error
}

/// The rows of all codes of each vendor.
static DOCUMENTED: LazyLock<[(&str, Vec<Value>); 3]> = LazyLock::new(|| {
    ["yeastar", "itniotech", "zoom"].map(|vendor| {
        let rows = Place::new().run(&["-o", "json", "explain", vendor]).expect(0).json();
        (vendor, rows.as_array().unwrap().clone())
    })
});

/// The rows of a code, which may be an HTTP status.
fn documented(vendor: &str, code: &str) -> Vec<&'static Value> {
    let (_, rows) = DOCUMENTED.iter().find(|(name, _)| *name == vendor).unwrap();
    let status = format!("HTTP {code}");
    rows.iter().filter(|row| row["code"] == code || row["code"] == status).collect()
}

/// `explain` knows the code, offline, and names these exit codes.
#[track_caller]
fn explained(vendor: &str, code: &str, wanted: &[i32]) {
    let mut exits = BTreeSet::new();
    for row in documented(vendor, code) {
        for key in ["meaning", "cause", "remedy"] {
            let filled = row[key].as_str().is_some_and(|text| text.len() > 10);
            assert!(filled || row["cause"] == "Not documented.", "{vendor} {code}: no {key} in {row}");
        }
        exits.extend(["exit_code", "exit_code_of_a_write"].iter().filter_map(|key| row[*key].as_i64()));
    }
    let text = Place::new().run(&["explain", vendor, code]).expect(0).out;
    for part in [code, "meaning", "remedy"] {
        assert!(text.contains(part), "{vendor} {code}: `{part}` is not in {text}");
    }
    let named = text.lines().filter(|line| line.trim_start().starts_with("exit "));
    let named: Vec<&str> = named.flat_map(|line| line.split(|c: char| !c.is_ascii_digit())).collect();
    for exit in wanted {
        assert!(exits.contains(&i64::from(*exit)), "{vendor} {code}: {exit} is not among {exits:?}");
        assert!(named.contains(&exit.to_string().as_str()), "{vendor} {code}: exit {exit} is not in {text}");
    }
}

/// One code, several rows of one, and an HTTP status.
#[test]
fn the_rows_of_a_code_are_those_of_the_list() {
    for (vendor, code) in [("itniotech", "-47"), ("zoom", "300"), ("zoom", "404")] {
        let data = Place::new().run(&["-o", "json", "explain", vendor, code]).expect(0).json();
        let rows = data.as_array().cloned().unwrap_or_else(|| vec![data.clone()]);
        assert_eq!(rows.iter().collect::<Vec<_>>(), documented(vendor, code), "{vendor} {code}");
    }
}

/// Contract, section 3.
pub const EXIT_CODES: [(u8, &str); 17] = [
    (0, "done"),
    (1, "internal"),
    (2, "usage"),
    (3, "config"),
    (4, "invalid"),
    (5, "auth"),
    (6, "not_found"),
    (7, "conflict"),
    (8, "rate_limited"),
    (9, "rejected"),
    (10, "unavailable"),
    (11, "outcome_unknown"),
    (12, "partial"),
    (13, "unsupported"),
    (14, "changes_pending"),
    (15, "unhealthy"),
    (130, "interrupted"),
];

#[test]
fn every_exit_code_is_explained() {
    let place = Place::new();
    for (code, kind) in EXIT_CODES {
        let text = place.run(&["explain", "exit", &code.to_string()]).expect(0).out;
        assert!(text.contains("meaning") && text.contains("remedy") && text.contains(kind), "{text}");
        let row = place.run(&["-o", "json", "explain", "exit", &code.to_string()]).expect(0).json();
        assert_eq!((&row["code"], &row["kind"]), (&json!(code), &json!(kind)));
        assert!(row["meaning"].as_str().unwrap().len() > 10 && !row["remedy"].as_str().unwrap().is_empty());
    }
    let all = place.run(&["-o", "json", "explain", "exit"]).expect(0).json();
    assert_eq!(all.as_array().unwrap().len(), EXIT_CODES.len());
    for code in ["16", "x"] {
        assert!(place.run(&["explain", "exit", code]).expect(6).err.contains(code));
    }
}

#[test]
fn undocumented_codes_are_explained_by_what_to_expect() {
    let place = Place::new();
    for vendor in ["yeastar", "itniotech", "zoom"] {
        let ran = place.run(&["explain", vendor, "987654"]).expect(6);
        assert!(ran.err.contains("987654") && ran.err.contains("exit 9"), "{ran:?}");
    }
    for (vendor, rows) in DOCUMENTED.iter() {
        assert!(rows.len() > 20, "{vendor}");
    }
}
