//! Trunks to be created.

use serde_json::{Value, json};

use super::{Desk, good, refused};
use crate::support::given::{self, over};

#[test]
fn a_wrong_value_is_named_with_its_field_and_a_remedy() {
    let desk = Desk::new();
    for (shape, change, field, says) in [
        ("register", json!({"port": 0}), "port", ["0", "1 to 65535"]),
        ("register", json!({"port": 70000}), "port", ["70000", "1 to 65535"]),
        ("register", json!({"port": -1}), "port", ["-1", "1 to 65535"]),
        ("peer", json!({"port": "abc"}), "port", ["abc", "1 to 65535"]),
        ("peer", json!({"host": "sip:sip.example.com"}), "host", ["sip:sip.example.com", "host alone"]),
        ("register", json!({"host": "SIPS:a.example"}), "host", ["SIPS:a.example", "host alone"]),
        ("register", json!({"host": "sip.example.com:5060"}), "host", ["sip.example.com:5060", "port"]),
        ("register", json!({"host": "u@sip.example.com"}), "host", ["u@sip.example.com", "alone"]),
        ("register", json!({"host": "a b"}), "host", ["a b", "remove"]),
        ("register", json!({"host": ""}), "host", ["empty", "give"]),
        ("outbound", json!({"host": "sip:192.0.2.40"}), "host", ["sip:192.0.2.40", "host alone"]),
        ("gateway", json!({"host": "192.0.2.40:5060"}), "host", ["192.0.2.40:5060", "port"]),
        ("register", json!({"domain": "sip:a.example"}), "domain", ["sip:a.example", "host alone"]),
        ("peer", json!({"domain": "a.example:5060"}), "domain", ["a.example:5060", "port"]),
        ("register", json!({"name": ""}), "name", ["empty", "give"]),
        ("account", json!({"name": "  "}), "name", ["empty", "give"]),
        ("inbound", json!({"name": ""}), "name", ["empty", "give"]),
        ("register", json!({"codecs": ["ulaw", "alaw", "ulaw"]}), "codecs", ["`ulaw`", "twice"]),
        ("peer", json!({"codecs": ["g711"]}), "codecs", ["`g711`", "ulaw, alaw"]),
        ("account", json!({"codecs": ["opsu"]}), "codecs", ["`opsu`", "did you mean `opus`"]),
        ("peer", json!({"codecs": ["ulaw", "mpeg4"]}), "codecs", ["`mpeg4`", "opus"]),
        ("register", json!({"codecs": ["ulaw", ""]}), "codecs", ["empty", "codec"]),
        ("register", json!({"transport": "sctp"}), "transport", ["`sctp`", "udp, tcp, tls"]),
        ("peer", json!({"transport": "upd"}), "transport", ["`upd`", "did you mean `udp`"]),
        ("account", json!({"transport": "dnsnaptr"}), "transport", ["`dnsnaptr`", "udp, tcp, tls"]),
        ("register", json!({"kind": "registre"}), "kind", ["`registre`", "did you mean `register`"]),
        ("register", json!({"kind": "assigned"}), "kind", ["`assigned`", "register, peer or account"]),
        ("outbound", json!({"kind": "account"}), "kind", ["`account`", "register or peer"]),
        ("inbound", json!({"kind": "assigned"}), "kind", ["`assigned`", "register or peer"]),
        ("assigned", json!({"kind": "register"}), "kind", ["register", "assigned"]),
        ("peer", json!({"direction": "sideways"}), "direction", ["`sideways`", "both, outbound, inbound"]),
        ("register", json!({"direction": "outbound"}), "direction", ["both", "leave it out"]),
        ("outbound", json!({"direction": "both"}), "direction", ["`both`", "outbound or inbound"]),
        ("assigned", json!({"direction": "inbound"}), "direction", ["both", "leave it out"]),
        ("register", json!({"outbound_proxy": ":5060"}), "outbound_proxy", ["empty", "host"]),
        ("register", json!({"outbound_proxy": "p.example:0"}), "outbound_proxy", ["0", "1 to 65535"]),
        ("register", json!({"outbound_proxy": "p.example:x"}), "outbound_proxy", ["p.example:x", "number"]),
        (
            "register",
            json!({"outbound_proxy": "sip:p.example"}),
            "outbound_proxy",
            ["sip:p.example", "alone"],
        ),
        ("register", json!({"dids": [{"number": "1"}, {"number": "1"}]}), "dids", ["`1`", "twice"]),
        ("outbound", json!({"agent_groups": [{"id": "7"}, {"id": "7"}]}), "agent_groups", ["`7`", "twice"]),
        (
            "gateway",
            json!({"agent_groups": [{"name": "A"}, {"name": "A"}]}),
            "agent_groups",
            ["`A`", "twice"],
        ),
        ("inbound", json!({"agent_groups": [{"id": "7"}]}), "agent_groups", ["`7`", "NUMBER"]),
        ("inbound", json!({"allowed_ip": ""}), "allowed_ip", ["empty", "give"]),
        ("gateway", json!({"host": "h".repeat(51)}), "host", ["51", "at most 50"]),
        ("inbound", json!({"allowed_ip": "1".repeat(51)}), "allowed_ip", ["51", "at most 50"]),
        ("assigned", json!({"dnis": "1234"}), "dnis", ["`1234`", "5 to 8"]),
        ("assigned", json!({"dnis": "123456789"}), "dnis", ["9", "at most 8"]),
        ("assigned", json!({"caller_id": {"number": "1".repeat(33)}}), "caller_id", ["33", "at most 32"]),
        ("assigned", json!({"account": "me"}), "account", ["`me`", "sub account"]),
        ("assigned", json!({"master_trunk": ""}), "master_trunk", ["empty", "give"]),
    ] {
        let (profile, spec) = good(shape);
        desk.refuses(profile, "trunk create", &over(&spec, &change), field, &says);
    }
}

#[test]
fn lists_in_files_are_checked_completely() {
    let desk = Desk::new();
    let caller = |rest: Value| {
        json!({"caller_id_overrides": [over(&json!({"option": "range", "number": "5503300-5503309",
            "extension_range": "1000-1009"}), &rest)]})
    };
    let field = "caller_id_overrides";
    for (change, field, says) in [
        (caller(json!({"extension_range": null})), field, ["range", "extension_range"]),
        (caller(json!({"extension_range": "1000-1008"})), field, ["10 numbers but 9 extensions", "equal"]),
        (caller(json!({"extension_range": "1009-1000"})), field, ["1009-1000", "not a range"]),
        (caller(json!({"number": "5503300"})), field, ["5503300", "not a range"]),
        (caller(json!({"number": ""})), field, ["empty", "give"]),
        (caller(json!({"option": "shared", "extension_range": null})), field, ["shared", "extensions"]),
        (
            caller(json!({"option": "shared", "extension_range": null, "extensions": []})),
            field,
            ["shared", "extensions"],
        ),
        (caller(json!({"option": "shared"})), field, ["shared", "extension_range"]),
        (
            caller(
                json!({"option": "shared", "extension_range": null, "extensions": [{"type": "extension"}]}),
            ),
            field,
            ["extension", "give one"],
        ),
        (
            caller(json!({"option": "shared", "extension_range": null, "extensions": [{"id": "abc"}]})),
            field,
            ["`abc`", "whole numbers"],
        ),
        (caller(json!({"option": "rang"})), field, ["`rang`", "did you mean `range`"]),
        (json!({"outbound_proxy": true}), "outbound_proxy", ["enabled without a server", "HOST"]),
        (json!({"outbound_proxy": {"enabled": true}}), "outbound_proxy", ["without a server", "host"]),
        (json!({"outbound_proxy": {"port": 5060}}), "outbound_proxy", ["without a server", "host"]),
        (json!({"outbound_proxy": {"enabled": true, "host": ""}}), "outbound_proxy", ["without", "host"]),
        (json!({"outbound_proxy": {"host": "p", "port": 70000}}), "outbound_proxy", ["70000", "65535"]),
        (json!({"codecs": []}), "codecs", ["empty", "codec"]),
        (json!({"dids": [{"number": ""}]}), "dids", ["empty", "DID"]),
        (json!({"enabled": "yes"}), "enabled", ["yes", "boolean"]),
        (json!({"codecs": "ulaw,alaw"}), "codecs", ["ulaw,alaw", "list"]),
    ] {
        let (profile, spec) = good("register");
        desk.refuses_file(profile, "trunk create", &over(&spec, &change), field, &says);
    }
    // Plain YAML scalars count as text in text fields; the other formats distinguish numbers from text.
    let (profile, spec) = good("register");
    for format in ["toml", "json"] {
        let file = given::file(&desk.place, format, &over(&spec, &json!({"name": 7})));
        let ran = desk.run(profile, "trunk create", &["--from".into(), file]);
        refused(&ran, 4, "name", &["`7`", "quotes"]);
    }
    let (profile, spec) = good("gateway");
    let none = over(&spec, &json!({"agent_groups": []}));
    desk.refuses_file(profile, "trunk create", &none, "agent_groups", &["empty", "--agent-group"]);
    let (profile, spec) = good("register");
    let empty = over(&spec, &json!({"outbound_proxy": ""}));
    let ran = desk.run(profile, "trunk create", &given::flags(&empty));
    refused(&ran, 4, "outbound_proxy", &["empty", "host"]);
}

/// The contract: refused with the field, the vendor and the reason; no field is dropped silently.
#[test]
fn an_unsupported_field_is_refused_with_the_reason() {
    let desk = Desk::new();
    let value = |field: &str| match field {
        "caller_id_overrides" => json!([{"option": "range", "number": "1-2", "extension_range": "1-2"}]),
        "caller_id" => json!({"number": "5503300"}),
        "dids" => json!([{"number": "5503308"}]),
        "agent_groups" => json!([{"id": "1000026"}]),
        "codecs" => json!(["ulaw"]),
        "enabled" => json!(false),
        "port" => json!(5060),
        "transport" => json!("udp"),
        "password" => json!("env:SIP_PASSWORD"),
        _ => json!("value1"),
    };
    for (shape, title, fields) in [
        ("register", "Yeastar", "prefix agent_groups allowed_ip account master_trunk dnis"),
        ("peer", "Yeastar", "username password auth_name outbound_proxy prefix agent_groups allowed_ip dnis"),
        (
            "account",
            "Yeastar",
            "host port domain dids outbound_proxy prefix agent_groups master_trunk account",
        ),
        (
            "outbound",
            "Itniotech",
            "port domain transport auth_name codecs country itsp outbound_proxy caller_id \
             caller_id_overrides dids enabled allowed_ip account master_trunk dnis",
        ),
        ("gateway", "Itniotech", "username password port transport"),
        ("inbound", "Itniotech", "host username password port domain transport codecs enabled dids"),
        (
            "assigned",
            "Zoom",
            "name enabled host port domain transport username auth_name password codecs country itsp \
             outbound_proxy caller_id_overrides dids prefix agent_groups allowed_ip",
        ),
    ] {
        for field in fields.split_whitespace() {
            let (profile, spec) = good(shape);
            let spec = over(&spec, &json!({field: value(field)}));
            desk.refuses(profile, "trunk create", &spec, field, &[title, field]);
        }
    }
    let (profile, spec) = good("assigned");
    let spec = over(&spec, &json!({"caller_id": {"number": "1", "name": "Main"}}));
    desk.refuses(profile, "trunk create", &spec, "caller_id", &["Zoom", "leave the name out"]);
}

#[test]
fn raw_fields_for_secrets_or_the_id_are_refused() {
    let desk = Desk::new();
    for (shape, key, remedy) in [
        ("register", "password", "--password-from"),
        ("register", "secret_pin", "--password-from"),
        ("inbound", "authPass", "--password-from"),
        ("assigned", "api_key", "--password-from"),
        ("peer", "access_token", "profile"),
        ("account", "id", "command line"),
        ("outbound", "sipPassword", "--password-from"),
        ("inbound", "keyId", "command line"),
        ("gateway", "type", "--direction"),
        ("assigned", "id", "--master-trunk"),
        ("assigned", "sip_trunks", "entry"),
    ] {
        let (profile, spec) = good(shape);
        let spec = over(&spec, &json!({"vendor_fields": {key: "canary-value"}}));
        desk.refuses(profile, "trunk create", &spec, "vendor_fields", &[key, remedy]);
    }
}

#[test]
fn all_missing_fields_are_listed_at_once() {
    let desk = Desk::new();
    for (shape, keep, missing) in [
        ("register", "kind", "name host port transport username auth_name password codecs"),
        ("peer", "kind", "name host port transport codecs"),
        ("account", "kind", "name transport username auth_name password codecs"),
        ("outbound", "direction kind", "name host username password agent_groups"),
        ("gateway", "direction", "name kind host agent_groups"),
        ("inbound", "direction", "name allowed_ip agent_groups"),
        // Fields that every kind requires are reported even before the kind is known.
        ("register", "", "kind name transport codecs"),
        ("outbound", "", "direction name agent_groups"),
        ("assigned", "", "master_trunk"),
    ] {
        let (profile, mut spec) = good(shape);
        spec.as_object_mut().unwrap().retain(|key, _| keep.split_whitespace().any(|kept| kept == key));
        let mut runs = vec![desk.run(profile, "trunk create", &given::flags(&spec))];
        for format in super::FORMATS {
            let file = given::file(&desk.place, format, &spec);
            runs.push(desk.run(profile, "trunk create", &["--from".into(), file]));
        }
        for ran in runs {
            let mut reports: Vec<String> = Vec::new();
            for field in missing.split_whitespace() {
                refused(&ran, 4, field, &[field, "give"]);
                reports.push(field.to_owned());
            }
            let fields: Vec<String> = ran.error()["fields"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["field"].as_str().unwrap().to_owned())
                .collect();
            // Fields that only some kinds require are one message without a single field.
            if keep.is_empty() && shape != "assigned" {
                let further =
                    ran.error()["message"].as_str().unwrap().contains("further fields are required: host");
                assert!(further, "{ran:?}");
                reports.push(String::new());
            }
            let (mut reports, mut fields) = (reports, fields);
            reports.sort();
            fields.sort();
            assert_eq!(reports, fields, "{ran:?}");
        }
    }
}

#[test]
fn several_mistakes_are_reported_together() {
    let desk = Desk::new();
    for shape in ["register", "peer"] {
        let (profile, spec) = good(shape);
        let bad =
            json!({"host": "sip:a", "port": 0, "codecs": ["ulaw", "ulaw"], "name": "", "transport": null});
        let ran = desk.run(profile, "trunk create", &given::flags(&over(&spec, &bad)));
        for field in ["host", "port", "codecs", "name", "transport"] {
            refused(&ran, 4, field, &[]);
        }
    }
}
