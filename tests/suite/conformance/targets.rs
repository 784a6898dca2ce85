//! How a command finds its trunk, and how many requests that takes.

use serde_json::{Value, json};
use trunkctl::model::support::Operation;

use super::rig::{Rig, able, words};
use crate::fixtures;
use crate::support::Ran;

/// Creates a small trunk with that name.
fn create(rig: &Rig, name: &str, nth: usize) -> Ran {
    let line = fixtures::of(rig.vendor).small(nth).expect("its trunks have names");
    rig.run(&words(&line, &["--name", name]))
}

/// An update of one field that both vendors have, recognizable by its value.
fn rename<'a>(target: &'a str, to: &'a str) -> Vec<&'a str> {
    vec!["trunk", "update", target, "--name", to]
}

fn id(change: &Value) -> String {
    change["id"].as_str().unwrap().to_owned()
}

#[test]
fn names_match_exactly_even_if_the_vendors_search_finds_more() {
    for vendor in able(Operation::TrunkUpdate) {
        let rig = Rig::new(vendor);
        create(&rig, "Sales-EU", 1).expect(0);
        let sales = id(&create(&rig, "Sales", 2).expect(0).json());
        create(&rig, "Yeastar-Sales", 3).expect(0);
        for target in ["name:Sales", "Sales"] {
            rig.writes();
            let change = rig.run(&["trunk", "update", target, "--host", "198.51.100.1"]).expect(0).json();
            assert_eq!(id(&change), sales, "{vendor} {target}: {change}");
        }
        for target in ["name:sales", "name:Sale", "name:ales", "sales"] {
            let error = rig.run(&rename(target, "x")).expect(6).error();
            assert_eq!(error["kind"], json!("not_found"), "{vendor} {target}: {error}");
            assert!(rig.writes().is_empty(), "{vendor} {target}");
        }
    }
}

#[test]
fn a_missing_trunk_is_not_found() {
    for vendor in able(Operation::TrunkUpdate) {
        let rig = Rig::new(vendor);
        create(&rig, "a", 1).expect(0);
        rig.writes();
        for target in ["name:b", "id:99", "99", "b"] {
            let error = rig.run(&rename(target, "x")).expect(6).error();
            assert_eq!((&error["kind"], &error["exit_code"]), (&json!("not_found"), &json!(6)), "{error}");
            assert!(error["hint"].is_string(), "{vendor} {target}: {error}");
            assert!(rig.writes().is_empty(), "{vendor} {target}");
        }
    }
}

/// Without a read before it, the vendor itself reports "not found".
#[test]
fn not_found_from_the_vendor_is_reported_as_not_found() {
    for (vendor, args) in [
        ("yeastar", "trunk update id:99 --kind peer --disable"),
        ("itniotech", WHOLE),
        ("zoom", "internal-numbers add --account nobody --number +16466661110 --label a --language en-US"),
        ("zoom", "trunk create --account nobody --master-trunk trunk-a"),
        ("zoom", "sip-settings assign --account nobody --enable true"),
    ] {
        let rig = Rig::new(vendor);
        let error = rig.run(&words(args, &[])).expect(6).error();
        assert_eq!(error["kind"], json!("not_found"), "{vendor} {args}: {error}");
        assert_eq!(error["outcome"], json!("not_applied"), "{vendor} {args}: {error}");
        assert_eq!(rig.writes().len(), 1, "{vendor} {args}");
    }
}

#[test]
fn an_ambiguous_target_is_refused_with_both_trunks_named() {
    for vendor in able(Operation::TrunkUpdate) {
        let rig = Rig::new(vendor);
        let first = id(&create(&rig, "first", 1).expect(0).json());
        let second = (first.parse::<u64>().unwrap() + 1).to_string();
        // The second trunk's name is the first one's id.
        assert_eq!(id(&create(&rig, &first, 2).expect(0).json()), second, "{vendor}: ids count up");
        rig.writes();
        let error = rig.run(&rename(&first, "x")).expect(4).error();
        assert_eq!(error["kind"], json!("invalid"), "{vendor}: {error}");
        let hint = error["hint"].as_str().unwrap();
        for spelled in [format!("id:{first}"), format!("id:{second}")] {
            assert!(hint.contains(&spelled), "{vendor}: {spelled} in {hint}");
        }
        assert!(rig.writes().is_empty(), "{vendor}");
        let by_id = rig.run(&rename(&format!("id:{first}"), "by-id")).expect(0).json();
        assert_eq!(id(&by_id), first, "{vendor}");
        let by_name = rig.run(&rename(&format!("name:{first}"), "by-name")).expect(0).json();
        assert_eq!(id(&by_name), second, "{vendor}");
        // No trunk has that name any more, so it is taken for an id.
        assert_eq!(id(&rig.run(&rename(&first, "alone")).expect(0).json()), first, "{vendor}");
    }
}

/// Itniotech's update with all required fields, and the prefix, which an update without it might clear.
const WHOLE: &str = "trunk update id:5000001 --name b --direction outbound --kind peer --host 192.0.2.99 \
    --agent-group 1000026 --prefix 9";

#[test]
fn an_update_with_all_required_fields_takes_one_request() {
    for (vendor, args, update) in [
        (
            "yeastar",
            "trunk update id:1 --kind register --name b --disable",
            "POST /yeastar/openapi/v1.0/trunk/update",
        ),
        ("itniotech", WHOLE, "POST /itniotech/v3/cc/sipTrunk/update"),
    ] {
        let rig = Rig::new(vendor);
        rig.run(&fixtures::of(vendor).samples()[0].creating()).expect(0);
        rig.recorder.take();
        let change = rig.run(&words(args, &[])).expect(0).json();
        assert_eq!(change["outcome"], json!("updated"), "{vendor}: {change}");
        assert_eq!(rig.recorder.lines(), [update], "{vendor}");
    }
}

#[test]
fn an_update_by_name_reads_first() {
    for (vendor, lines) in [
        (
            "yeastar",
            &[
                "GET /yeastar/openapi/v1.0/trunk/search",
                "GET /yeastar/openapi/v1.0/trunk/get",
                "POST /yeastar/openapi/v1.0/trunk/update",
            ][..],
        ),
        ("itniotech", &["POST /itniotech/v3/cc/sipTrunk/query", "POST /itniotech/v3/cc/sipTrunk/update"]),
    ] {
        let rig = Rig::new(vendor);
        let sample = &fixtures::of(vendor).samples()[0];
        rig.run(&sample.creating()).expect(0);
        rig.recorder.take();
        rig.run(&rename(&format!("name:{}", sample.name()), "renamed")).expect(0);
        assert_eq!(rig.recorder.lines(), lines, "{vendor}");
    }
}

/// Yeastar's import page forbids special characters in names, so its simulator refuses them.
#[test]
fn trunks_are_found_by_names_with_special_characters() {
    let rig = Rig::new("itniotech");
    for (nth, name) in
        ["é", "+1 415", "d/e?f=g", "a\"b\\c", "id:7", "100%", "日本 &=#"].into_iter().enumerate()
    {
        let made = id(&create(&rig, name, nth + 1).expect(0).json());
        assert_eq!(rig.written()["sipTrunkName"], json!(name));
        let target = format!("name:{name}");
        let change = rig.run(&["trunk", "update", &target, "--prefix", "9"]).expect(0).json();
        assert_eq!((id(&change), &change["name"]), (made, &json!(name)));
        assert_eq!(rig.written()["sipTrunkName"], json!(name), "read back and written again");
    }
    let error = create(&Rig::new("yeastar"), "d/e?f=g", 1).expect(9).error();
    assert_eq!(error["vendor_code"], json!("40002"), "{error}");
}

/// Zoom's account ids are part of the path.
#[test]
fn account_ids_with_special_characters_reach_the_vendor_unchanged() {
    let account = "sub/ø 3";
    for args in [
        "trunk create --master-trunk trunk-a",
        "internal-numbers add --number +16466661110 --label a --language en-US",
        "sip-settings assign --enable true",
    ] {
        let rig = Rig::new("zoom");
        let change = rig.run(&words(args, &["--account", account])).expect(0).json();
        assert_eq!(change["account"], json!(account), "{args}: {change}");
        let writes = rig.writes();
        let path = "/zoom/v2/accounts/sub%2F%C3%B8%203/sip_trunk/";
        assert!(writes.len() == 1 && writes[0].target.starts_with(path), "{args}: {writes:?}");
    }
}
