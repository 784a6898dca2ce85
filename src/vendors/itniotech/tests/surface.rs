//! What the vendor has of the whole surface, the balance, and fields that the model does not name.

use serde_json::json;

use super::*;
use crate::model::diff;
use crate::model::error::Kind;
use crate::model::settings::SipSettings;
use crate::model::support::Operation;
use crate::vendors::call::Fault;
use crate::vendors::codes::After;
use crate::vendors::{Identity, Vendor};

fn identified(body: &Value) -> Result<Identity, Fault> {
    (Itniotech.identify(&profile()).unwrap().read)(&answer(&body.to_string()))
}

fn read(record: Value) -> ActualTrunk {
    let body = json!({"status": "0", "data": {"total": 1, "records": [record]}}).to_string();
    let page = (Itniotech.list_trunks(&profile(), None).unwrap().read)(&answer(&body));
    page.unwrap_or_else(|fault| panic!("{fault:?}")).items.pop().unwrap()
}

/// A peer trunk as it is listed, with some keys more.
fn peer(more: Value) -> ActualTrunk {
    let mut record = json!({
        "keyId": 5, "type": 1, "state": 1, "sipTrunkName": "x", "sipPrefix": "9", "sipGatewayIp": "192.0.2.7",
        "sipTrunkState": false, "groupList": [{"voiceGroupId": 1, "groupName": "a", "number": null}]
    });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    read(record)
}

#[test]
fn the_supported_operations_are_the_documented_ones() {
    let words = |word: &str| -> Vec<&str> {
        let all = Operation::ALL.iter().filter(|one| Itniotech.facts().support(**one).word() == word);
        all.map(|one| one.name()).collect()
    };
    assert_eq!(words("native"), ["trunk.create", "trunk.update", "trunk.list", "lookup.agent_groups"]);
    assert_eq!(words("emulated"), ["trunk.get", "profile.check"]);
    assert!(words("unknown").is_empty());
}

#[test]
fn unsupported_operations_are_refused_with_an_alternative() {
    let profile = profile();
    let codes = ["US".to_owned()];
    let look_up = |what| Itniotech.look_up(&profile, what, None).err().unwrap();
    let errors = [
        (Itniotech.delete_trunk(&profile, "1").err().unwrap(), "console"),
        (Itniotech.add_numbers(&profile, "a", &[]).err().unwrap(), "--agent-group ID=NUMBER"),
        (Itniotech.list_numbers(&profile, "a").err().unwrap(), "trunk list"),
        (Itniotech.remove_number(&profile, "a", "1").err().unwrap(), "--agent-group ID=NUMBER"),
        (Itniotech.assign_settings(&profile, "a", &SipSettings::default()).err().unwrap(), "trunk update"),
        (Itniotech.list_countries(&profile, "a").err().unwrap(), "carrier"),
        (Itniotech.add_countries(&profile, "a", &codes).err().unwrap(), "carrier"),
        (Itniotech.remove_country(&profile, "a", "US").err().unwrap(), "carrier"),
        (Itniotech.list_master_numbers(&profile).err().unwrap(), "trunk list"),
        (
            Itniotech.assign_master_numbers(&profile, "a", &[], &Default::default()).err().unwrap(),
            "--agent-group ID=NUMBER",
        ),
        (Itniotech.clear_numbers(&profile, "a").err().unwrap(), "--agent-group ID=NUMBER"),
        (look_up(Operation::FindItsp), "--host"),
        (look_up(Operation::FindExtension), "lookup agent-groups"),
        (look_up(Operation::FindExtensionGroup), "lookup agent-groups"),
        (Itniotech.facts().refuse(Operation::ProfileLogout), "Developers"),
    ];
    for (error, way) in errors {
        assert_eq!(error.kind, Kind::Unsupported);
        assert!(error.hint.as_ref().is_some_and(|hint| hint.contains(way)), "{error} {:?}", error.hint);
        assert!(!error.message.ends_with("no such operation."), "{error}");
    }
    assert!(Itniotech.revoke(&profile).is_none());
}

#[test]
fn the_balance_is_read_beside_the_status_or_below_data_as_text_or_number() {
    let pairs = |list: &[(&str, &str)]| -> Identity {
        list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let whole = pairs(&[("balance", "99.99"), ("gift", "50"), ("credit", "0")]);
    for body in [
        json!({"status": "0", "reason": "success", "balance": "99.99", "gift": "50", "credit": "0"}),
        json!({"status": 0, "balance": 99.99, "gift": 50, "credit": 0, "data": null}),
        json!({"status": "0", "data": {"balance": "99.99", "gift": "50", "credit": 0}}),
        json!({"code": 0, "balance": null, "gift": "", "data": {"credit": 0, "gift": 50, "balance": 99.99}}),
        json!({"status": "0", "balance": "99.99", "new": 1, "data": {"gift": 50, "credit": "0"}}),
    ] {
        assert_eq!(identified(&body).unwrap(), whole, "{body}");
    }
    let bare = json!({"status": "0", "balance": "-1.5", "gift": null, "credit": ""});
    assert_eq!(identified(&bare).unwrap(), pairs(&[("balance", "-1.5")]));
}

#[test]
fn an_answer_without_a_balance_proves_nothing() {
    for body in [
        json!({"status": "0"}),
        json!({"status": "0", "data": null}),
        json!({"status": "0", "data": "1"}),
        json!({"status": "0", "data": [{"balance": "1"}]}),
        json!({"status": "0", "balance": null, "gift": "1", "credit": "1"}),
        json!({"status": "0", "balance": ""}),
        json!({"status": "0", "balance": {"amount": 1}}),
        json!({"status": "0", "balance": "1", "gift": {"amount": 1}}),
        json!({"balance": "1"}),
    ] {
        let fault = identified(&body).unwrap_err();
        assert_eq!((fault.kind, fault.after), (Kind::Unavailable, After::Lost), "{body}");
    }
    for (code, kind, after) in [
        ("-1", Kind::Auth, After::GiveUp),
        ("-2", Kind::Auth, After::GiveUp),
        ("-13", Kind::Auth, After::GiveUp),
        ("-16", Kind::Auth, After::SignAgain),
        ("-18", Kind::Unavailable, After::Lost),
    ] {
        let fault = identified(&json!({"status": code, "reason": "why", "balance": "1"})).unwrap_err();
        assert_eq!((fault.kind, fault.after, fault.text.as_str()), (kind, after, "why"), "{code}");
    }
}

#[test]
fn unknown_fields_are_kept_and_secrets_are_masked() {
    let actual = peer(json!({
        "ccIp": "203.0.113.9", "updateTime": null, "codecs": ["G711", {"n": 1}], "SipToken": "canary",
        "oldPassword": {"canary": 1}, "clientSecret": ["canary"],
        "nested": [{"apiSecretKey": "canary", "n": 2}]
    }));
    let expected = json!({
        "ccIp": "203.0.113.9", "updateTime": null, "codecs": ["G711", {"n": 1}], "SipToken": "***",
        "oldPassword": "***", "clientSecret": "***", "nested": [{"apiSecretKey": "***", "n": 2}]
    });
    assert_eq!(Value::Object(actual.trunk.vendor_fields.clone()), expected);
    let shown = serde_json::to_value(&actual).unwrap();
    assert_eq!(shown["vendor_fields"], expected);
    assert!(peer(json!({})).trunk.vendor_fields.is_empty(), "the named fields are not repeated");
}

#[test]
fn an_update_sends_only_the_raw_fields_of_the_change() {
    let actual =
        peer(json!({"ccIp": "203.0.113.9", "createTime": "2023-01-01 00:00:00", "SipToken": "canary"}));
    let update = |change: &str| {
        body_text(&Itniotech.update_trunk(&profile(), "5", &trunk(change), Some(&actual)).unwrap().request)
    };
    let named = |name: &str, more: &str| {
        compact(&format!(
            r#"{{"keyId":5,"groupList":[{{"voiceGroupId":1}}],"sipTrunkName":"{name}","sipPrefix":"9",
                "sipGatewayIp":"192.0.2.7","sipTrunkState":false{more}}}"#
        ))
    };
    assert_eq!(update(r#"{"name":"y"}"#), named("y", ""));
    let raw = r#"{"vendor_fields":{"ccIp":"203.0.113.10","later":[0]}}"#;
    assert_eq!(update(raw), named("x", r#","ccIp":"203.0.113.10","later":[0]"#));
}

#[test]
fn raw_fields_differ_only_if_a_change_names_them() {
    let actual = peer(json!({"ccIp": "203.0.113.9", "createTime": "2023-01-01 00:00:00"}));
    let changes = |json: &str| diff::trunk(&actual.trunk, &trunk(json));
    assert!(changes(r#"{"name":"x"}"#).is_empty());
    assert!(changes(r#"{"vendor_fields":{"ccIp":"203.0.113.9"}}"#).is_empty());
    let differing = changes(r#"{"vendor_fields":{"ccIp":"203.0.113.10"}}"#);
    assert_eq!(differing.len(), 1);
    assert_eq!(differing[0].field, "vendor_fields");
    assert_eq!(differing[0].before, json!({"ccIp": "203.0.113.9"}));
    assert_eq!(differing[0].after, json!({"ccIp": "203.0.113.10"}));
}

#[test]
fn an_unclear_registration_state_is_not_written_back() {
    let actual = peer(json!({"sipTrunkState": "later"}));
    let refused = |change: &str| Itniotech.update_trunk(&profile(), "5", &trunk(change), Some(&actual)).err();
    let error = refused(r#"{"name":"y"}"#).unwrap();
    assert_eq!(error.kind, Kind::Invalid);
    assert!(error.message.contains("--kind"), "{error}");
    assert!(refused(r#"{"kind":"peer"}"#).is_none());
}
