//! The numbers of Zoom's accounts: listed, given, removed one by one or all at once.

use serde_json::json;

use super::*;
use crate::conformance::rig::words;
use crate::support::scripted::http;

const CLEAR: &str = "numbers clear --account sub-1";

fn count(rig: &Rig) -> usize {
    let args = words("internal-numbers list --account sub-1", &[]);
    rig.run(&args).expect(0).json().as_array().unwrap().len()
}

#[test]
fn clearing_requires_the_account_twice_and_names_the_numbers() {
    let rig = PAGED[4].rig();
    for more in [
        &[][..],
        &["--yes"],
        &["--confirm", "sub-1"],
        &["--yes", "--confirm", "sub-2"],
        &["--yes", "--confirm", ""],
        &["--yes", "--confirm", "SUB-1"],
    ] {
        let ran = rig.run(&words(CLEAR, more)).expect(4);
        let message = ran.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("700") && message.contains("sub-1"), "{more:?}: {message}");
        assert!(message.contains("+16460000000"), "{more:?}: {message}");
        assert_eq!(ran.out, "");
        assert!(rig.writes().is_empty(), "{more:?}");
    }
    // An answer from a pipe does not count as a confirmation.
    rig.pipe(&words(CLEAR, &[]), "sub-1\n").expect(4);
    assert!(rig.writes().is_empty());
    // The account is never the profile's.
    rig.run(&words("numbers clear --yes --confirm sub-1", &[])).expect(2);
    assert_eq!(count(&rig), 700);
    let shown = rig.run(&words(CLEAR, &["--dry-run"])).expect(0).json();
    assert_eq!(shown["requests"][0]["method"], json!("DELETE"), "{shown}");
    assert!(rig.writes().is_empty());
    let change = rig.run(&words(CLEAR, &["--yes", "--confirm", "sub-1"])).expect(0).json();
    assert_eq!((&change["outcome"], &change["account"]), (&json!("deleted"), &json!("sub-1")), "{change}");
    assert_eq!((rig.writes().len(), count(&rig)), (1, 0));
}

#[test]
fn clearing_an_empty_account_names_nothing() {
    let error = Rig::new("zoom").run(&words(CLEAR, &[])).expect(4).error();
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("account sub-1") && message.contains("no internal number"), "{message}");
    assert!(!message.contains("()"), "{message}");
}

#[test]
fn clearing_refuses_the_master_account_and_unknown_accounts() {
    let rig = Rig::new("zoom");
    for (account, code) in [("me", 4), ("nobody", 6)] {
        let args = ["numbers", "clear", "--account", account, "--yes", "--confirm", account];
        assert_eq!(rig.run(&args).expect(code).out, "", "{account}");
    }
}

const CLEARED: &[&str] = &["--yes", "--confirm", "sub-1", "--retries", "1"];

#[test]
fn a_lost_clear_that_removed_nothing_is_sent_again() {
    let rig = PAGED[4].rig();
    rig.recorder.instead("sip_trunk/numbers", 1, Vec::new());
    rig.run(&words(CLEAR, CLEARED)).expect(0);
    assert_eq!((rig.writes().len(), count(&rig)), (2, 0));
}

/// The list is read once before the confirmation, which does not cover numbers added later.
#[test]
fn a_lost_clear_is_not_sent_again_if_a_number_was_added_meanwhile() {
    let rig = PAGED[4].rig();
    rig.recorder.instead("sip_trunk/numbers", 1, Vec::new());
    let new = r#"{"internal_numbers":[{"id":"N9","number":"+442071838750"}],"next_page_token":""}"#;
    // The list before the write has three pages.
    rig.recorder.after(
        "sip_trunk/internal_numbers",
        3,
        1,
        http(200, "Content-Type: application/json\r\n", new),
    );
    let error = rig.run(&words(CLEAR, CLEARED)).expect(11).error();
    assert_eq!(error["outcome"], json!("unknown"), "{error}");
    assert!(error["message"].as_str().unwrap().contains("+442071838750"), "{error}");
    assert_eq!((rig.recorder.unasked(), rig.writes().len()), (0, 1));
    assert_eq!(count(&rig), 700);
}

#[test]
fn a_lost_clear_that_cannot_be_verified_is_unknown_and_not_sent_again() {
    let rig = PAGED[4].rig();
    rig.recorder.instead("sip_trunk/numbers", 9, Vec::new());
    rig.recorder.after("sip_trunk/internal_numbers", 3, 9, Vec::new());
    let error = rig.run(&words(CLEAR, CLEARED)).expect(11).error();
    assert_eq!(error["outcome"], json!("unknown"), "{error}");
    assert_eq!(rig.writes().len(), 1);
}

/// No documented list of the account shows the master's numbers, so their absence proves nothing.
#[test]
fn a_lost_assignment_of_master_numbers_is_unknown_and_not_sent_again() {
    let rig = Rig::new("zoom");
    // After the list with the vendor's notation of the numbers.
    rig.recorder.after("sip_trunk/numbers", 1, 9, Vec::new());
    let args = words("numbers assign --account sub-1 +14155550100", &["--retries", "1"]);
    let error = rig.run(&args).expect(11).error();
    assert_eq!(error["outcome"], json!("unknown"), "{error}");
    assert_eq!(rig.writes().len(), 1);
}

#[test]
fn numbers_of_the_master_are_assigned_in_one_call() {
    let rig = Rig::new("zoom");
    let assign = |line: &str| rig.run(&words(&format!("numbers assign --account sub-1 {line}"), &[]));
    // Zoom's own numbers have no plus, and go out as its list has them.
    let change = assign("+14155550100").expect(0).json();
    assert_eq!((&change["outcome"], &change["name"]), (&json!("assigned"), &json!("14155550100")));
    assert_eq!(rig.written(), json!({"phone_numbers": ["14155550100"]}));
    let report = assign("14155550101 +442079460100").expect(0).json();
    assert_eq!(report["summary"]["assigned"], json!(2), "{report}");
    assert_eq!(rig.written(), json!({"phone_numbers": ["14155550101", "442079460100"]}));
    // Not the master's: refused by name before anything is sent.
    let error = assign("+14155550100 +14155550199").expect(4).error();
    assert_eq!(error["fields"][0]["field"], json!("number"), "{error}");
    assert!(error["message"].as_str().unwrap().contains("`+14155550199` does not belong"), "{error}");
    for bad in ["x", "+", "+14155550100 14155550100", "14155550100 --vendor-field phone_numbers=[]"] {
        assign(bad).expect(4);
    }
    assert!(rig.writes().is_empty());
    let shown = assign("+14155550100 --dry-run").expect(0).json();
    assert_eq!(shown["requests"][0]["body"], json!({"phone_numbers": ["14155550100"]}));
    assert!(rig.writes().is_empty());
    // Where the list cannot be read, they go out as they are given.
    let refused = json!({"code": 4711, "message": "Invalid access token, does not contain scopes."});
    rig.recorder.instead("sip_trunk/numbers", 2, http(400, "", &refused.to_string()));
    let ran = assign("+14155550100").expect(9);
    assert!(ran.err.contains("sent as given"), "{ran:?}");
    assert_eq!(rig.written(), json!({"phone_numbers": ["+14155550100"]}));
}

/// The number is on the third page.
#[test]
fn a_number_is_found_on_any_page_and_removed_by_its_id() {
    let rig = PAGED[4].rig();
    for (given, id, pages) in
        [("+16460000650", "N0000650", 3), ("+16460000010", "N0000010", 1), ("id:N0000301", "N0000301", 0)]
    {
        rig.recorder.take();
        let change = rig.run(&["internal-numbers", "remove", given, "--yes"]).expect(0).json();
        assert_eq!((&change["id"], &change["outcome"]), (&json!(id), &json!("deleted")), "{change}");
        let seen = rig.recorder.take();
        let asked = seen.iter().filter(|seen| seen.method == "GET").count();
        assert_eq!(asked, pages, "{given}: {seen:?}");
        let path = format!("/zoom/v2/accounts/sub-1/sip_trunk/internal_numbers/{id}");
        assert_eq!(seen.last().unwrap().target, path);
    }
    assert_eq!(count(&rig), 697);
    // The vendor refuses an unknown id.
    for (more, code) in [(&["--yes"][..], 6), (&["--yes", "--ignore-missing"], 0)] {
        rig.run(&[&["internal-numbers", "remove", "id:nobody"], more].concat()).expect(code);
    }
    for bad in ["16460000650", "+1646 000 0650", "id:", "id:..", ""] {
        rig.recorder.take();
        let ran = rig.run(&["internal-numbers", "remove", bad, "--yes", "--ignore-missing"]);
        assert!([2, 4].contains(&ran.code) && ran.out.is_empty(), "{bad}: {ran:?}");
        assert!(rig.writes().is_empty(), "{bad}");
    }
    assert_eq!(count(&rig), 697);
}
