//! Answers to model.

use super::*;
use crate::model::diff;
use crate::model::error::Kind;
use crate::model::support::Operation;
use crate::model::trunk::{self, ActualTrunk, Status, Trunk};
use crate::vendors::Vendor;
use crate::vendors::codes::After;

/// One row, as in the answers of `trunk/list` and `trunk/get`.
fn actual(row: Value) -> ActualTrunk {
    let listed = read(&Yeastar.list_trunks(&profile(), None).unwrap(), &rows(1, std::slice::from_ref(&row)));
    let listed = listed.unwrap().items.remove(0);
    for data in [row.clone(), json!([row])] {
        assert_eq!(got(&listed.id, &data).unwrap(), listed);
    }
    listed
}

fn got(id: &str, data: &Value) -> Result<ActualTrunk, Fault> {
    let call = Yeastar.get_trunk(&profile(), id).unwrap().unwrap();
    read(&call, &json!({"errcode": 0, "errmsg": "SUCCESS", "data": data}).to_string())
}

fn shown(actual: &ActualTrunk) -> Value {
    serde_json::to_value(actual).unwrap()
}

#[test]
fn a_row_gives_the_fields_that_it_has() {
    for (row, expected) in [
        (
            json!({"id": 1, "name": "a", "status": 1, "type": "register", "host_port": "h.example:5061",
                "def_outbound_cid": "5503300", "username": "6701"}),
            json!({"id": "1", "status": "registered", "status_code": "1", "name": "a", "kind": "register",
                "direction": "both", "host": "h.example", "port": 5061, "username": "6701",
                "caller_id": {"number": "5503300"}}),
        ),
        (
            json!({"id": "2", "name": "d/e?f=g é", "status": 43, "type": "account"}),
            json!({"id": "2", "status": "unreachable", "status_code": "43", "name": "d/e?f=g é",
                "kind": "account", "direction": "both"}),
        ),
        (
            json!({"id": 3, "name": "gsm", "status": 33, "type": "GSM", "gsm_signal_level": 3}),
            json!({"id": "3", "status": "unknown", "status_code": "33", "name": "gsm", "kind": "GSM",
                "direction": "both", "vendor_fields": {"gsm_signal_level": 3}}),
        ),
    ] {
        assert_eq!(shown(&actual(row)), expected);
    }
}

/// Numbers as text, text as numbers, truth values as figures; leading zeros and a plus survive.
#[test]
fn values_are_read_from_any_json_type() {
    let loose = json!({"id": "1", "name": 42, "status": "1", "type": "register", "enable": true, "port": "5060",
        "username": 6701, "enb_outbound_proxy": "1", "outbound_proxy_server": "p.example",
        "outbound_proxy_port": "5061", "def_outbound_cid": 5503300, "codec_sel": "ulaw",
        "did_list": [{"did": 5503308, "did_name": null}, {"did": "+05503"}],
        "outbound_cid_list": [{"id": 7, "outbound_cid_option": "shared", "outbound_cid": 12,
            "ext_list": [{"id": "3", "ext_number": 1000, "type": "extension"}]}]});
    let strict = json!({"id": 1, "name": "42", "status": 1, "type": "register", "enable": 1, "port": 5060,
        "username": "6701", "enb_outbound_proxy": 1, "outbound_proxy_server": "p.example",
        "outbound_proxy_port": 5061, "def_outbound_cid": "5503300", "codec_sel": "ulaw",
        "did_list": [{"did": "5503308"}, {"did": "+05503"}],
        "outbound_cid_list": [{"outbound_cid_option": "shared", "outbound_cid": "12",
            "ext_list": [{"id": 3, "ext_number": "1000", "type": "extension"}]}]});
    assert_eq!(shown(&actual(loose)), shown(&actual(strict)));
    for row in [json!({"id": 1, "name": "a", "port": "x"}), json!({"id": 1, "name": "a", "username": {}})] {
        assert!(got("1", &row).is_err(), "{row}");
    }
}

#[test]
fn every_named_status_has_a_documented_code() {
    for code in 0..100 {
        let actual = actual(json!({"id": 1, "name": "a", "status": code, "type": "peer"}));
        let documented = Yeastar.facts().status_codes.contains(&code.to_string().as_str());
        assert!(documented || actual.status == Some(Status::Unknown), "{code}");
    }
}

#[test]
fn a_status_is_named_by_its_code_and_kind() {
    for (code, kind, status) in [
        (0, "register", Status::Unknown),
        (1, "register", Status::Registered),
        (1, "peer", Status::Reachable),
        (1, "peer_did", Status::Reachable),
        (2, "peer", Status::Busy),
        (3, "peer", Status::Unmonitored),
        (4, "register", Status::Registering),
        (5, "GSM", Status::Registering),
        (41, "register", Status::Failed),
        (42, "peer", Status::Unreachable),
        (43, "account", Status::Unreachable),
        (44, "peer", Status::Disabled),
        (45, "register", Status::AuthFailed),
        (99, "webtrunk", Status::Unknown),
        (-7, "register", Status::Unknown),
    ] {
        let actual = actual(json!({"id": 1, "name": "a", "status": code, "type": kind}));
        assert_eq!(
            (actual.status, actual.status_code),
            (Some(status), Some(code.to_string())),
            "{code} {kind}"
        );
        assert_eq!(actual.trunk.kind.unwrap().as_str(), kind);
    }
    let without = actual(json!({"id": 1, "name": "a"}));
    assert_eq!((without.status, without.status_code, without.trunk.kind), (None, None, None));
}

#[test]
fn a_host_is_separated_from_its_port() {
    for (text, host, port) in [
        ("192.0.2.7:5060", "192.0.2.7", Some(5060)),
        ("h.example", "h.example", None),
        ("[2001:db8::1]:5061", "[2001:db8::1]", Some(5061)),
        ("2001:db8::1", "2001:db8::1", None),
        ("h.example:sips", "h.example:sips", None),
    ] {
        let actual = actual(json!({"id": 1, "name": "a", "host_port": text}));
        assert_eq!((actual.trunk.host.as_deref(), actual.trunk.port), (Some(host), port), "{text}");
    }
}

#[test]
fn unknown_keys_are_kept_unchanged() {
    let more = json!({"transparent_trans_180_msg": 1, "sip_and_sdp_ip_addr": "192.0.2.1",
        "future": {"list": [{"n": null}]}, "empty": ""});
    let mut row = json!({"id": 1, "name": "a", "type": "register"});
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let actual = actual(row);
    assert_eq!(json!(actual.trunk.vendor_fields), more);

    let wanted = |json: &str| serde_json::from_str::<Trunk>(json).unwrap();
    let same = wanted(r#"{"vendor_fields":{"transparent_trans_180_msg":1,"empty":""}}"#);
    assert!(diff::trunk(&actual.trunk, &same).is_empty());
    let other = wanted(r#"{"vendor_fields":{"transparent_trans_180_msg":0}}"#);
    assert_eq!(diff::trunk(&actual.trunk, &other).len(), 1);
}

#[test]
fn secrets_are_masked_at_any_depth() {
    let actual = actual(json!({"id": 1, "name": "a", "type": "register", "password": "canary",
        "sip_Password2": "canary", "clientSecret": ["canary"], "push_TOKEN": {"x": "canary"},
        "nested": [{"api_token": "canary", "port": 1}]}));
    assert_eq!(actual.trunk.password.as_ref().unwrap().expose(), Some("canary"));
    let out = shown(&actual);
    assert!(!out.to_string().contains("canary") && !format!("{actual:?}").contains("canary"), "{out}");
    assert_eq!(out["password"], "***");
    let kept = json!({"sip_Password2": "***", "clientSecret": "***", "push_TOKEN": "***",
        "nested": [{"api_token": "***", "port": 1}]});
    assert_eq!(out["vendor_fields"], kept);
}

/// Account trunks: `number` on create, `username` on update; either when reading.
#[test]
fn the_name_of_an_account_is_read_from_either_key() {
    for (row, username, rest) in [
        (json!({"number": "6001"}), Some("6001"), json!({})),
        (json!({"username": "6001"}), Some("6001"), json!({})),
        (json!({"username": "", "number": "6001"}), Some("6001"), json!({})),
        (json!({"username": "6001", "number": "6001"}), Some("6001"), json!({})),
        (json!({"username": "u", "number": "6001"}), Some("u"), json!({"number": "6001"})),
        (json!({"username": ""}), Some(""), json!({})),
        (json!({"number": [1]}), None, json!({"number": [1]})),
    ] {
        let mut whole = json!({"id": 1, "name": "a", "type": "account"});
        whole.as_object_mut().unwrap().extend(row.as_object().unwrap().clone());
        let actual = actual(whole);
        assert_eq!(actual.trunk.username.as_deref(), username, "{row}");
        assert_eq!(json!(actual.trunk.vendor_fields), rest, "{row}");
    }
}

#[test]
fn only_the_requested_trunk_is_accepted() {
    let row = |id: Value| json!({"id": id, "name": "a", "password": "canary"});
    assert_eq!(got("007", &row(json!(7))).unwrap().id, "7");
    for data in [
        row(json!(8)),
        json!([row(json!(8))]),
        json!([]),
        json!([row(json!(7)), row(json!(7))]),
        json!(null),
        json!({}),
        json!("a"),
    ] {
        let fault = got("7", &data).unwrap_err();
        assert_eq!(fault.kind, Kind::Unavailable, "{data}");
        assert!(!fault.text.contains("canary"), "{}", fault.text);
    }
}

#[test]
fn entries_have_ids_and_names() {
    for (what, row, expected) in [
        (
            Operation::FindExtension,
            json!({"id": 9, "number": "1000", "caller_id_name": "Ada é", "presence_status": "away"}),
            json!({"id": "9", "number": "1000", "name": "Ada é"}),
        ),
        (
            Operation::FindExtensionGroup,
            json!({"id": 3, "name": "Sales", "member_select": "sel_all_ext", "total_extensions": 4}),
            json!({"id": "3", "name": "Sales"}),
        ),
    ] {
        for search in [None, Some("x")] {
            let call = Yeastar.look_up(&profile(), what, search).unwrap();
            let page = read(&call, &rows(1, std::slice::from_ref(&row))).unwrap();
            assert_eq!(json!(page.items), json!([expected]));
        }
    }
}

#[test]
fn a_check_reports_the_number_of_trunks() {
    let call = Yeastar.identify(&profile()).unwrap();
    let counted = |total: &str| vec![("trunks".to_owned(), total.to_owned())];
    assert_eq!(read(&call, &trunks(250, [1])).unwrap(), counted("250"));
    assert_eq!(read(&call, &trunks(0, [])).unwrap(), counted("0"));
    for body in [trunks(3, []), trunks(0, [1])] {
        assert_eq!(read(&call, &body).unwrap_err().kind, Kind::Unavailable, "{body}");
    }
}

#[test]
fn a_deletion_succeeds_or_gives_a_reason() {
    let profile = profile();
    let delete = Yeastar.delete_trunk(&profile, "7").unwrap();
    let revoke = Yeastar.revoke(&profile).unwrap();
    for call in [&delete, &revoke] {
        read(call, r#"{"errcode":0,"errmsg":"SUCCESS"}"#).unwrap();
        // It is unknown whether the call was applied, so it is not sent again.
        for body in ["", "{}", "<html>", r#"{"errmsg":"SUCCESS"}"#] {
            let fault = read(call, body).unwrap_err();
            assert_eq!((fault.kind, fault.after), (Kind::Unavailable, After::Lost), "{body}");
        }
        let fault = read(call, r#"{"errcode":1,"errmsg":"PARTIAL SUCCESS"}"#).unwrap_err();
        assert_eq!((fault.kind, fault.after), (Kind::Unavailable, After::Partly));
    }
    for (code, kind) in [
        (60001, Kind::NotFound),
        (70091, Kind::Conflict),
        (10005, Kind::Auth),
        (10001, Kind::Unsupported),
        (4711, Kind::Rejected),
    ] {
        let fault = read(&delete, &json!({"errcode": code, "errmsg": "NO"}).to_string()).unwrap_err();
        assert_eq!((fault.kind, fault.code), (kind, Some(code.to_string())));
    }
}

/// Newer firmware has further kinds, which the model shows without checking them.
#[test]
fn an_unknown_kind_is_kept_unchanged() {
    let actual = actual(json!({"id": 1, "name": "a", "type": "peer_did", "transport": "sctp"}));
    assert_eq!(actual.trunk.kind, Some(trunk::Kind::Other("peer_did".into())));
    assert_eq!((&shown(&actual)["kind"], &shown(&actual)["transport"]), (&json!("peer_did"), &json!("sctp")));
}
