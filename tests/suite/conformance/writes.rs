//! Repeated writes, and writes that a vendor does not support.

use serde_json::json;
use trunkctl::model::support::{Operation, Support};
use trunkctl::vendors::ALL;

use super::rig::{Rig, able, words};
use crate::fixtures::{self, is_write};

#[test]
fn repeating_a_create_is_refused_because_the_trunk_exists() {
    for vendor in able(Operation::TrunkCreate) {
        let rig = Rig::new(vendor);
        for sample in fixtures::of(vendor).samples() {
            let args = sample.creating();
            let change = rig.run(&args).expect(0).json();
            let outcome = if vendor == "zoom" { "assigned" } else { "created" };
            assert_eq!(change["outcome"], json!(outcome), "{vendor} {args:?}");
            assert_eq!(change["operation"], json!("trunk.create"));
            assert!(change["id"].as_str().is_some_and(|id| !id.is_empty()), "{vendor}: {change}");
            assert_eq!(rig.writes().len(), 1, "{vendor} {args:?}");
            let second = rig.run(&args).expect(7);
            let error = second.error();
            assert_eq!(error["kind"], json!("conflict"), "{vendor} {args:?}: {error}");
            assert_eq!(error["exit_code"], json!(7));
            assert_eq!(error["outcome"], json!("not_applied"), "{vendor}: {error}");
            assert!(error["hint"].is_string() && error["vendor_code"].is_string(), "{vendor}: {error}");
            assert_eq!((second.out.as_str(), rig.writes().len()), ("", 1), "{vendor}: never sent twice");
        }
    }
}

#[test]
fn adding_the_same_number_again_is_a_conflict() {
    for vendor in able(Operation::NumbersAdd) {
        let rig = Rig::new(vendor);
        let args = words(
            "internal-numbers add --number +16466661110 --type toll --language en-US",
            &["--label", "SIP"],
        );
        assert_eq!(rig.run(&args).expect(0).json()["outcome"], json!("created"));
        let body = rig.written();
        assert_eq!(body["internal_numbers"][0]["type"], json!(0), "{body}");
        assert_eq!(rig.run(&args).expect(7).error()["kind"], json!("conflict"));
        assert_eq!(rig.writes().len(), 1);
    }
}

#[test]
fn repeating_an_update_sends_no_write() {
    for vendor in able(Operation::TrunkUpdate) {
        let rig = Rig::new(vendor);
        for sample in fixtures::of(vendor).samples() {
            rig.run(&sample.creating()).expect(0);
            let target = format!("name:{}", sample.name());
            let args = sample.changing(&target);
            rig.writes();
            let change = rig.run(&args).expect(0).json();
            assert_eq!(change["outcome"], json!("updated"), "{vendor} {args:?}: {change}");
            assert!(!change["diff"].as_array().unwrap().is_empty(), "{vendor}: {change}");
            assert!(!change.to_string().contains(super::rig::PASSWORD), "{vendor}: {change}");
            assert_eq!(rig.writes().len(), 1, "{vendor} {args:?}");
            let change = rig.run(&args).expect(0).json();
            assert_eq!(change["outcome"], json!("unchanged"), "{vendor} {args:?}: {change}");
            assert_eq!(change["id"].as_str().map(str::is_empty), Some(false));
            let seen = rig.recorder.take();
            assert!(!seen.is_empty(), "{vendor}: the current values must be read");
            assert!(!seen.iter().any(is_write), "{vendor} {args:?}: {seen:?}");
        }
    }
}

/// A vendor that patches gets the changed field; a vendor that replaces gets the whole trunk.
#[test]
fn an_update_sends_what_the_vendor_needs_and_no_more() {
    let rig = Rig::new("yeastar");
    rig.run(&fixtures::of("yeastar").samples()[0].creating()).expect(0);
    rig.writes();
    rig.run(&["trunk", "update", "reg", "--disable"]).expect(0);
    assert_eq!(rig.written(), json!({"id": 1, "enable": 0}), "Yeastar patches");

    let rig = Rig::new("itniotech");
    rig.run(&fixtures::of("itniotech").samples()[0].creating()).expect(0);
    rig.writes();
    rig.run(&["trunk", "update", "out", "--prefix", "0"]).expect(0);
    let whole = json!({
        "keyId": 5_000_001, "groupList": [{"voiceGroupId": 1_000_026}], "sipTrunkName": "out",
        "sipPrefix": "0", "sipGatewayIp": "192.0.2.7", "sipTrunkState": true, "sipAccount": "cc-42",
        "sipPassword": super::rig::PASSWORD,
    });
    assert_eq!(rig.written(), whole, "Itniotech replaces");
}

#[test]
fn unsupported_writes_are_refused_with_their_reason_and_nothing_is_sent() {
    for vendor in ALL {
        let facts = vendor.facts();
        let rig = Rig::new(facts.name);
        for (operation, args) in [
            (Operation::TrunkCreate, "trunk create --name a"),
            (Operation::TrunkUpdate, "trunk update name:a --name b"),
            (Operation::NumbersAdd, "internal-numbers add --number +16466661110 --label a --language en-US"),
            (Operation::SettingsAssign, "sip-settings assign --enable true"),
        ] {
            let Support::Unsupported { why, instead } = facts.support(operation) else { continue };
            let error = rig.run(&words(args, &[])).expect(13).error();
            assert_eq!(error["kind"], json!("unsupported"), "{error}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(why) && message.contains(facts.title), "{error}");
            assert_eq!(error["hint"], json!(instead), "{error}");
            assert!(rig.recorder.take().is_empty(), "{} {args}", facts.name);
        }
    }
}

/// The settings cannot be read back, so each assignment is sent; 0 and false are values.
#[test]
fn settings_are_assigned_as_given_in_both_formats() {
    for vendor in able(Operation::SettingsAssign) {
        for format in ["json", "multipart"] {
            let place = format!("{vendor} {format}");
            let rig = Rig::new(vendor).with("TRUNKCTL_PROFILE_ZOOM_BODY_FORMAT", format);
            let args = "sip-settings assign --enable false --show-zoom-provided-numbers show --yes";
            let change = rig.run(&words(args, &[])).expect(0).json();
            assert_eq!(change["outcome"], json!("assigned"), "{place}");
            let writes = rig.writes();
            assert_eq!((writes.len(), writes[0].method.as_str()), (1, "PATCH"), "{place}");
            let body = String::from_utf8(writes[0].body.clone()).unwrap();
            if format == "json" {
                assert_eq!(body, r#"{"enable":false,"show_zoom_provided_numbers":0}"#);
            } else {
                assert_eq!(body.matches("Content-Disposition").count(), 2, "{body}");
                assert!(body.contains("name=\"enable\"\r\n\r\nfalse\r\n"), "{body}");
                assert!(body.contains("name=\"show_zoom_provided_numbers\"\r\n\r\n0\r\n"), "{body}");
            }
            let args = "sip-settings assign --enable false";
            assert_eq!(rig.run(&words(args, &[])).expect(4).error()["kind"], json!("invalid"), "{place}");
            assert!(rig.recorder.take().is_empty(), "{place}: no terminal to ask for confirmation");
        }
    }
}
