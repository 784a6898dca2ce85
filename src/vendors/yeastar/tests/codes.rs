use std::collections::BTreeSet;

use super::*;
use crate::vendors::codes::{Heard, find};

fn heard(code: &str, log_in: bool, text: &str) -> (Kind, After) {
    let row = find(CODES, Heard { code, http: 200, text, log_in }).expect(code);
    (row.kind, row.after)
}

#[test]
fn kinds_follow_the_contract() {
    let of = |kind: Kind| -> BTreeSet<&str> {
        CODES.iter().filter(|row| row.kind == kind).map(|row| row.code).collect()
    };
    let auth = ["-1", "1", "10004", "10005", "10009", "70004", "70084", "70087", "70120"];
    assert_eq!(of(Auth), BTreeSet::from(auth));
    assert_eq!(of(NotFound), BTreeSet::from(["60001", "60101"]));
    assert_eq!(of(Conflict), BTreeSet::from(["40003", "70091", "70103"]));
    assert_eq!(of(RateLimited), BTreeSet::from(["60002", "70082"]));
    assert_eq!(of(Unsupported), BTreeSet::from(["10001", "10002", "10003"]));
    assert_eq!(of(Unavailable), BTreeSet::from(["-2", "1", "2"]));
    let rejected = ["-1", "0", "40001", "40002", "40004", "70093", "70106"];
    assert_eq!(of(Rejected), BTreeSet::from(rejected));
}

#[test]
fn context_chooses_the_row() {
    assert_eq!(heard("-1", true, "FAILURE"), (Auth, GiveUp));
    assert_eq!(heard("-1", false, "FAILURE"), (Rejected, GiveUp));
    assert_eq!(heard("1", true, "PARTIAL SUCCESS"), (Auth, GiveUp));
    assert_eq!(heard("1", false, "PARTIAL SUCCESS"), (Unavailable, Partly));
    assert_eq!(heard("-2", false, "Invalid character 'u'").1, GiveUp);
    assert_eq!(heard("-2", false, "INTERNAL SERVER ERROR").1, Lost);
    assert_eq!(heard("10004", false, "TOKEN EXPIRED").1, Renew);
    assert_eq!(heard("70082", false, "").1, Later);
    let full = |log_in| find(CODES, Heard { code: "60002", http: 200, text: "", log_in }).map(|r| r.meaning);
    assert_ne!(full(true), full(false));
}

#[test]
fn requests_are_not_resent_if_the_documentation_forbids_it() {
    for code in ["-1", "70004", "70087", "60002"] {
        assert_eq!(heard(code, true, "").1, GiveUp, "{code}");
    }
}

#[test]
fn each_row_has_a_name_and_each_code_one_general_row() {
    for row in CODES {
        assert!(!row.name.is_empty(), "{}", row.code);
        let general =
            |other: &&Code| other.code == row.code && !other.when.log_in && other.when.says.is_empty();
        assert_eq!(CODES.iter().filter(general).count(), 1, "{} needs one general row", row.code);
    }
}
