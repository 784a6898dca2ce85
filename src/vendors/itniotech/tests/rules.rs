//! What is refused, accepted or accepted with a warning without asking the vendor.

use super::*;
use crate::model::trunk::Did;
use crate::vendors::{Vendor, Verdict};

const REGISTER: &str = r#"{"name":"x","direction":"outbound","kind":"register","host":"192.0.2.7",
    "username":"u","agent_groups":[{"id":1}]}"#;
const INBOUND: &str = r#"{"name":"in","direction":"inbound","allowed_ip":"192.0.2.8",
    "agent_groups":[{"name":"Sales","number":"441"}]}"#;

/// The trunk with some keys laid over it; null takes a key away.
fn altered(base: &str, over: &str) -> Trunk {
    let mut json: Value = serde_json::from_str(base).unwrap();
    let over: Value = serde_json::from_str(over).unwrap();
    for (key, value) in over.as_object().unwrap() {
        json[key] = value.clone();
    }
    json.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let mut trunk = trunk(&json.to_string());
    if let Some(password) = over.get("password").and_then(Value::as_str) {
        trunk.password = Some(Secret::known(password));
    }
    trunk
}

fn complaints(verdict: &Verdict) -> String {
    let list: Vec<String> =
        verdict.errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
    list.join("; ")
}

fn created(base: &str, over: &str) -> Verdict {
    Itniotech.check_create(&altered(base, over))
}

#[test]
fn whole_trunks_pass() {
    for (base, over) in [
        (REGISTER, r#"{"password":"p"}"#),
        (REGISTER, r#"{"kind":"peer","username":null,"prefix":""}"#),
        (INBOUND, "{}"),
        (INBOUND, r#"{"kind":"peer"}"#),
    ] {
        let verdict = created(base, over);
        assert_eq!((complaints(&verdict).as_str(), verdict.warnings.len()), ("", 0), "{over}");
    }
}

#[test]
fn a_refusal_names_field_reason_and_remedy() {
    let fifty_one = "9".repeat(51);
    for (base, over, field, part) in [
        (REGISTER, r#"{"direction":null}"#, "direction", "give --direction outbound or inbound"),
        (REGISTER, r#"{"direction":"both"}"#, "direction", "use outbound or inbound"),
        (REGISTER, r#"{"kind":null}"#, "kind", "give --kind register or peer"),
        (REGISTER, r#"{"kind":"account"}"#, "kind", "use register or peer"),
        (INBOUND, r#"{"kind":"assigned"}"#, "kind", "use register or peer"),
        (REGISTER, r#"{"account":"me"}"#, "account", "leave it out"),
        (REGISTER, r#"{"name":null}"#, "name", "(--name)"),
        (REGISTER, r#"{"host":null}"#, "host", "(--host)"),
        (REGISTER, r#"{"agent_groups":null}"#, "agent_groups", "(--agent-group)"),
        (REGISTER, r#"{"agent_groups":[]}"#, "agent_groups", "at least one"),
        (REGISTER, r#"{"agent_groups":[{"id":1},{"id":"01"}]}"#, "agent_groups", "listed twice"),
        (REGISTER, r#"{"agent_groups":[{"name":"a"},{"name":"a"}]}"#, "agent_groups", "listed twice"),
        (REGISTER, r#"{"agent_groups":[{"id":"a1"}]}"#, "agent_groups", "`a1` is not an id"),
        (REGISTER, r#"{"username":null}"#, "username", "(--username)"),
        (REGISTER, r#"{"username":""}"#, "username", "(--username)"),
        (REGISTER, r#"{"password":null}"#, "password", "(--password-from)"),
        (REGISTER, r#"{"password":""}"#, "password", "(--password-from)"),
        (REGISTER, r#"{"kind":"peer"}"#, "username", "does not register"),
        (REGISTER, r#"{"kind":"peer","password":"p"}"#, "password", "use --kind register"),
        (REGISTER, r#"{"port":5060}"#, "port", "sipGatewayIp='\"HOST:PORT\"'"),
        (REGISTER, r#"{"enabled":false}"#, "enabled", "no documented call"),
        (REGISTER, r#"{"dids":[{"number":"1"}]}"#, "dids", "--agent-group ID=NUMBER"),
        (REGISTER, r#"{"allowed_ip":"192.0.2.1"}"#, "allowed_ip", "--host"),
        (REGISTER, r#"{"codecs":["ulaw"]}"#, "codecs", "no such field"),
        (REGISTER, r#"{"transport":"udp"}"#, "transport", "no such field"),
        (REGISTER, &format!(r#"{{"host":"{fifty_one}"}}"#), "host", "at most 50"),
        (INBOUND, &format!(r#"{{"allowed_ip":"{fifty_one}"}}"#), "allowed_ip", "at most 50"),
        (
            INBOUND,
            &format!(r#"{{"agent_groups":[{{"id":1,"number":"{fifty_one}"}}]}}"#),
            "agent_groups",
            "at most 50",
        ),
        (INBOUND, r#"{"agent_groups":[{"id":1}]}"#, "agent_groups", "--agent-group 1=NUMBER"),
        (INBOUND, r#"{"agent_groups":[{"name":"S","number":""}]}"#, "agent_groups", "S=NUMBER"),
        (INBOUND, r#"{"allowed_ip":null}"#, "allowed_ip", "(--allowed-ip)"),
        (INBOUND, r#"{"host":"192.0.2.1"}"#, "host", "--allowed-ip"),
        (INBOUND, r#"{"username":"u"}"#, "username", "only outbound trunks that register"),
        (INBOUND, r#"{"password":"p"}"#, "password", "only outbound trunks that register"),
        (INBOUND, r#"{"port":1}"#, "port", "not documented"),
        (INBOUND, r#"{"vendor_fields":{"keyId":1}}"#, "vendor_fields.keyId", "identifies"),
        (INBOUND, r#"{"vendor_fields":{"type":1}}"#, "vendor_fields.type", "--direction"),
        (INBOUND, r#"{"vendor_fields":{"sipPassword":"x"}}"#, "vendor_fields.sipPassword", "--password-from"),
    ] {
        let verdict = created(base, over);
        let hit = verdict.errors.iter().any(|error| error.field == field && error.message.contains(part));
        assert!(hit, "{over} gave: {}", complaints(&verdict));
    }
}

#[test]
fn fifty_characters_pass() {
    let address = "a".repeat(50);
    let verdict = created(INBOUND, &format!(r#"{{"allowed_ip":"{address}"}}"#));
    assert_eq!(complaints(&verdict), "");
}

#[test]
fn fields_that_no_direction_takes_are_refused_even_without_a_direction() {
    let verdict = created(REGISTER, r#"{"direction":null,"codecs":["ulaw"],"allowed_ip":"192.0.2.1"}"#);
    let fields: Vec<_> = verdict.errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["direction", "codecs"]);
}

#[test]
fn doubtful_values_cause_only_a_warning() {
    for (base, over, part) in [
        (REGISTER, r#"{"password":"p","host":"12.325.353.2"}"#, "`12.325.353.2` looks like an IPv4 address"),
        (REGISTER, r#"{"password":"p","host":"sip.example"}"#, "`sip.example` is not an IPv4 address"),
        (REGISTER, r#"{"password":"p","agent_groups":[{"id":1,"number":"441"}]}"#, "inbound trunks only"),
        (INBOUND, r#"{"allowed_ip":"192.0.2.0/24"}"#, "allowed_ip `192.0.2.0/24` is not an IPv4 address"),
        (INBOUND, r#"{"kind":"register"}"#, "registration of an inbound trunk"),
        (INBOUND, r#"{"vendor_fields":{"sipTrunkState":false}}"#, "the model's name for it is `kind`"),
        (
            REGISTER,
            r#"{"password":"p","host":null,"vendor_fields":{"sipGatewayIp":"192.0.2.7:5080"}}"#,
            "vendor field `sipGatewayIp`",
        ),
    ] {
        let verdict = created(base, over);
        assert_eq!(complaints(&verdict), "", "{over}");
        assert!(verdict.warnings.iter().any(|text| text.contains(part)), "{over}: {:?}", verdict.warnings);
    }
}

#[test]
fn a_change_is_checked_against_the_current_trunk() {
    let register = actual(altered(REGISTER, r#"{"password":"p"}"#));
    let peer = actual(altered(REGISTER, r#"{"kind":"peer","username":null}"#));
    let inbound = actual(altered(INBOUND, "{}"));
    for (actual, set, field, part) in [
        (
            &register,
            r#"{"direction":"inbound"}"#,
            "direction",
            "the trunk is outbound, which cannot be changed",
        ),
        (&inbound, r#"{"direction":"outbound"}"#, "direction", "the trunk is inbound"),
        (&inbound, r#"{"direction":"both"}"#, "direction", "use outbound or inbound"),
        (&peer, r#"{"username":"u"}"#, "username", "does not register"),
        (&register, r#"{"kind":"peer","username":"u"}"#, "username", "does not register"),
        (&inbound, r#"{"host":"192.0.2.1"}"#, "host", "--allowed-ip"),
        (&inbound, r#"{"agent_groups":[{"id":1}]}"#, "agent_groups", "has no number"),
        (&register, r#"{"allowed_ip":"192.0.2.1"}"#, "allowed_ip", "--host"),
        (&register, r#"{"enabled":true}"#, "enabled", "console"),
    ] {
        let verdict = Itniotech.check_update(&change(set), Some(actual));
        let hit = verdict.errors.iter().any(|error| error.field == field && error.message.contains(part));
        assert!(hit, "{set} gave: {}", complaints(&verdict));
    }
    for (actual, set) in [
        (&register, r#"{"name":"y","direction":"outbound","username":"v"}"#),
        (&peer, r#"{"kind":"register","username":"u"}"#),
        (&register, r#"{"kind":"peer"}"#),
        (&inbound, r#"{"prefix":""}"#),
    ] {
        let verdict = Itniotech.check_update(&change(set), Some(actual));
        assert_eq!(complaints(&verdict), "", "{set}");
    }
}

#[test]
fn only_certain_mistakes_are_refused_before_the_trunk_is_read() {
    for set in [r#"{"username":"u"}"#, r#"{"allowed_ip":"192.0.2.1"}"#, r#"{"agent_groups":[{"id":1}]}"#] {
        assert_eq!(complaints(&Itniotech.check_update(&change(set), None)), "", "{set}");
    }
    for (set, field) in [
        (r#"{"port":5060}"#, "port"),
        (r#"{"enabled":false}"#, "enabled"),
        (r#"{"kind":"account"}"#, "kind"),
        (r#"{"kind":"peer","username":"u"}"#, "username"),
        (r#"{"direction":"inbound","host":"192.0.2.1"}"#, "host"),
        (r#"{"agent_groups":[]}"#, "agent_groups"),
        (r#"{"dids":[]}"#, "dids"),
    ] {
        let verdict = Itniotech.check_update(&change(set), None);
        assert!(verdict.errors.iter().any(|error| error.field == field), "{set}: {}", complaints(&verdict));
    }
}

#[test]
fn dids_can_be_neither_added_nor_removed() {
    let did = Did { number: "1".into(), name: None };
    for change in [
        TrunkChange { add_dids: vec![did.clone()], ..change("{}") },
        TrunkChange { remove_dids: vec!["1".into()], ..change("{}") },
    ] {
        let verdict = Itniotech.check_update(&change, None);
        assert!(complaints(&verdict).contains("--agent-group ID=NUMBER"), "{}", complaints(&verdict));
    }
}

#[test]
fn only_a_complete_change_needs_no_read() {
    let needs = |base: &str, over: &str| {
        Itniotech.needs_actual(&TrunkChange { set: altered(base, over), ..TrunkChange::default() })
    };
    let peer = r#"{"name":"x","direction":"outbound","kind":"peer","host":"h","prefix":"",
        "agent_groups":[{"name":"Sales"}]}"#;
    let inbound = altered(INBOUND, r#"{"prefix":"0","kind":"peer"}"#);
    let registering = altered(INBOUND, r#"{"prefix":"0","kind":"register"}"#);
    assert!(!Itniotech.needs_actual(&TrunkChange { set: registering, ..change("{}") }));
    assert!(!needs(peer, "{}"));
    assert!(!needs(peer, r#"{"kind":"register","username":"u","password":"p"}"#));
    assert!(!Itniotech.needs_actual(&TrunkChange { set: inbound, ..change("{}") }));
    for key in ["name", "direction", "kind", "host", "prefix", "agent_groups"] {
        assert!(needs(peer, &format!(r#"{{"{key}":null}}"#)), "{key}");
    }
    for over in [
        r#"{"kind":"register","username":"u"}"#,
        r#"{"kind":"register","password":"p"}"#,
        r#"{"direction":"inbound"}"#,
        r#"{"agent_groups":[]}"#,
    ] {
        assert!(needs(peer, over), "{over}");
    }
    let removing = TrunkChange { remove_dids: vec!["1".into()], ..change(peer) };
    assert!(Itniotech.needs_actual(&removing));
}
