//! Countries that meetings call out to: codes, batches and the reports of their outcomes.

use serde_json::json;

use super::*;
use crate::conformance::rig::words;
use crate::support::scripted::http;

/// 65 codes of ISO 3166.
const CODES: &str = "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM \
    BN BO BQ BR BS BT BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CU CV CW CY CZ \
    DE DJ DK DM DO DZ EC EE EG EH ER ES ET";

fn rig() -> Rig {
    Rig::new("zoom").with("TRUNKCTL_PROFILE_ZOOM_ACCOUNT", "sub-1")
}

fn add(rig: &Rig, codes: &str, more: &[&str]) -> crate::support::Ran {
    let args = format!("callout-countries add {codes}");
    rig.run(&args.split_whitespace().chain(more.iter().copied()).collect::<Vec<_>>())
}

fn present(rig: &Rig) -> Vec<String> {
    column(&rig.run(&words("callout-countries list", &[])).expect(0).json(), "id")
}

#[test]
fn codes_are_checked_before_anything_is_sent() {
    for verb in ["add", "remove"] {
        for (codes, wrong) in [
            ("UK", &["UK"][..]),
            ("GB UK XX", &["UK", "XX"]),
            ("GBR", &["GBR"]),
            ("G", &["G"]),
            ("ZZ", &["ZZ"]),
            ("44", &["44"]),
            ("../..", &["../.."]),
        ] {
            let rig = rig();
            let line = format!("callout-countries {verb} {codes} --yes");
            let error = rig.run(&line.split(' ').collect::<Vec<_>>()).expect(4).error();
            let fields = error["fields"].to_string();
            for code in wrong {
                assert!(fields.contains(&format!("`{code}`")), "{codes}: {error}");
            }
            assert_eq!(fields.contains("GB`?"), codes.contains("UK"), "{codes}: {error}");
            assert_eq!(error["fields"].as_array().unwrap().len(), wrong.len(), "{codes}: {error}");
            assert_eq!(rig.recorder.lines(), Vec::<String>::new(), "{codes}");
        }
    }
    rig().run(&words("callout-countries add", &[])).expect(2);
}

#[test]
fn lower_case_and_repeated_codes_are_accepted() {
    let rig = rig();
    let change = add(&rig, "gb GB Gb", &[]).expect(0).json();
    assert_eq!((&change["outcome"], &change["id"]), (&json!("created"), &json!("GB")), "{change}");
    assert_eq!(change["account"], json!("sub-1"));
    assert_eq!(rig.written(), json!({"callout_countries": [{"id": "GB"}]}));
    let gone = rig.run(&words("callout-countries remove gb --yes", &[])).expect(0).json();
    assert_eq!((&gone["outcome"], &gone["id"]), (&json!("deleted"), &json!("GB")), "{gone}");
}

/// Zoom takes 30 a call.
#[test]
fn more_than_thirty_codes_are_sent_in_batches() {
    for (count, batches) in [(30, &[30][..]), (31, &[30, 1]), (60, &[30, 30]), (65, &[30, 30, 5])] {
        let codes: Vec<&str> = CODES.split_whitespace().take(count).collect();
        let rig = rig();
        let shown = add(&rig, &codes.join(" "), &["--dry-run"]).expect(0).json();
        let size = |request: &Value| request["body"]["callout_countries"].as_array().unwrap().len();
        let sizes: Vec<usize> = shown["requests"].as_array().unwrap().iter().map(size).collect();
        assert_eq!(sizes, batches, "{count}");
        assert_eq!(rig.recorder.lines(), Vec::<String>::new(), "a dry run of an addition reads nothing");
        let report = add(&rig, &codes.join(" "), &[]).expect(0).json();
        assert_eq!(report["summary"]["created"], json!(count));
        assert_eq!(column(&report["changes"], "id"), codes);
        let bodies: Vec<Value> =
            rig.writes().iter().map(|seen| serde_json::from_slice(&seen.body).unwrap()).collect();
        let sent: Vec<usize> =
            bodies.iter().map(|body| body["callout_countries"].as_array().unwrap().len()).collect();
        assert_eq!(sent, batches, "{count}");
        assert_eq!(present(&rig), codes, "{count}");
    }
}

#[test]
fn one_code_is_a_single_write_with_its_own_exit_code() {
    let rig = rig();
    for (status, body, code) in [
        (400, r#"{"code":300,"message":"Validation Failed."}"#, 9),
        (404, r#"{"code":2001,"message":"Account does not exist."}"#, 6),
        (400, r#"{"code":200,"message":"No permission."}"#, 5),
        (502, "<html>x</html>", 10),
    ] {
        rig.recorder.instead("callout_countries", 1, http(status, "", body));
        let ran = add(&rig, "GB", &["--retries", "0"]).expect(code);
        assert_eq!((ran.error()["exit_code"].clone(), ran.out.as_str()), (json!(code), ""));
    }
    let ran = add(&rig, "GB", &["--account", "nobody"]).expect(6);
    assert_eq!(ran.error()["vendor_code"], json!("2001"));
}

#[test]
fn several_codes_are_a_bulk_write() {
    let rig = rig();
    let codes: Vec<&str> = CODES.split_whitespace().take(40).collect();
    // The second batch is lost, and so is every read that could verify it.
    rig.recorder.after("callout_countries", 1, 9, http(502, "", "<html>x</html>"));
    let report = add(&rig, &codes.join(" "), &["--retries", "0"]).expect(12).json();
    assert_eq!(report["summary"]["created"], json!(30), "{report}");
    assert_eq!(report["summary"]["unknown"], json!(10), "{report}");
    assert_eq!(rig.writes().len(), 2, "the lost batch is not sent again");
    rig.recorder.unasked();
    assert_eq!(present(&rig).len(), 30);
    let last = &report["changes"][39];
    assert_eq!((&last["outcome"], &last["error"]["outcome"]), (&json!("unknown"), &json!("unknown")));
}

#[test]
fn a_lost_batch_that_was_not_applied_is_sent_again() {
    let rig = rig();
    let codes: Vec<&str> = CODES.split_whitespace().take(40).collect();
    rig.recorder.after("callout_countries", 1, 1, http(502, "", "<html>x</html>"));
    let report = add(&rig, &codes.join(" "), &["--retries", "1"]).expect(0).json();
    assert_eq!(report["summary"]["created"], json!(40), "{report}");
    assert_eq!((rig.writes().len(), present(&rig).len()), (3, 40));
}

/// An existing country proves nothing about the others in a lost batch: these are sent again.
#[test]
fn only_countries_read_back_count_as_added() {
    let rig = rig();
    add(&rig, "GB", &[]).expect(0);
    rig.writes();
    rig.recorder.instead("callout_countries", 1, http(502, "", "<html>x</html>"));
    let report = add(&rig, "GB US", &["--retries", "1"]).expect(0).json();
    assert!(report["changes"][0]["note"].is_string(), "{report}");
    assert!(report["changes"][1]["note"].is_null(), "{report}");
    assert_eq!(rig.writes().len(), 2);
    assert_eq!(present(&rig), ["GB", "US"]);
}

#[test]
fn several_removals_are_a_bulk_write() {
    let rig = rig();
    add(&rig, "GB DE US", &[]).expect(0);
    let remove = |more: &[&str]| rig.run(&[&["callout-countries", "remove", "--yes"], more].concat());
    let report = remove(&["GB", "FR"]).expect(12).json();
    let outcomes = column(&report["changes"], "outcome");
    assert_eq!(
        (column(&report["changes"], "id"), outcomes),
        (vec!["GB".to_owned(), "FR".to_owned()], vec!["deleted".to_owned(), "failed".to_owned()],)
    );
    assert_eq!(report["changes"][1]["error"]["kind"], json!("not_found"), "{report}");
    assert_eq!(
        report["summary"],
        json!({"created": 0, "updated": 0, "unchanged": 0, "assigned": 0,
        "deleted": 1, "failed": 1, "unknown": 0, "skipped": 0})
    );
    let report = remove(&["DE", "FR", "--ignore-missing"]).expect(0).json();
    assert_eq!(column(&report["changes"], "outcome"), ["deleted", "unchanged"]);
    assert_eq!(present(&rig), ["US"]);
    let error = rig.run(&words("callout-countries remove US GB", &[])).expect(4).error();
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("US") && message.contains("sub-1"), "{error}");
    assert_eq!(present(&rig), ["US"]);
    let shown = remove(&["US", "GB", "--dry-run"]);
    assert_eq!(shown.json()["requests"].as_array().unwrap().len(), 1, "{shown:?}");
    assert_eq!(present(&rig), ["US"]);
}

/// Commands that remove nothing refuse the flag that ignores missing objects.
#[test]
fn only_removals_ignore_what_is_missing() {
    add(&rig(), "GB", &["--ignore-missing"]).expect(2);
}
