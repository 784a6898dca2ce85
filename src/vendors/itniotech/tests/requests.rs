//! Exact requests.

use super::*;
use crate::model::error::Kind;
use crate::model::secret::SecretRef;
use crate::model::support::Operation;
use crate::vendors::call::{Effect, Method};
use crate::vendors::{Proof, Vendor};

const OUTBOUND: &str = r#"{"name":"carrier","direction":"outbound","kind":"register","host":"192.0.2.7",
    "username":"u1","prefix":"00","agent_groups":[{"id":"1000026"},{"id":1000027,"name":"Sales"}]}"#;
const INBOUND: &str = r#"{"name":"in","direction":"inbound","allowed_ip":"192.0.2.8",
    "agent_groups":[{"id":"1000026","number":"442071838750"}]}"#;

fn create(trunk: &Trunk) -> Call<String> {
    Itniotech.create_trunk(&profile(), trunk).unwrap()
}

fn update(id: &str, change: &Trunk, actual: Option<&ActualTrunk>) -> Call<()> {
    Itniotech.update_trunk(&profile(), id, change, actual).unwrap()
}

fn password_slot(secret: Option<&str>) -> Vec<(Place, Option<&str>)> {
    vec![(Place::Json("/sipPassword".into()), secret)]
}

#[test]
fn signatures_match_the_other_published_vector() {
    let profile = profile_with(Secret::known("api-key"), Secret::known("api-secret"));
    let slots = Itniotech.authorise(&profile, &Secret::withheld(), NOW);
    assert_eq!(slots[0].secret.expose(), Some("916cca171614e17d6ccea6b02e53d807"));
    let later = Itniotech.authorise(&profile, &Secret::withheld(), NOW + 1);
    assert_ne!(later[0].secret.expose(), slots[0].secret.expose());
    assert_eq!(later[1].secret.expose(), Some("1630468801"));
    assert_eq!(Itniotech.facts().proof, Proof::Signature);
    assert_eq!(Itniotech.log_in(&profile).err().unwrap().kind, Kind::Internal);
}

#[test]
fn a_shell_signs_with_the_variables_of_the_references() {
    let reference = |text| Secret::reference(SecretRef::parse(text).unwrap());
    let shells = |profile: &Profile| {
        let slots = Itniotech.authorise(profile, &Secret::withheld(), NOW);
        assert!(slots[0].secret.expose().is_none());
        slots.into_iter().map(|slot| slot.shell).collect::<Vec<_>>()
    };
    let named = profile_with(reference("env:CC_KEY"), reference("env:CC_SECRET"));
    let sign = r#"$(printf %s "${CC_KEY}${CC_SECRET}$TIMESTAMP" | md5sum | cut -c1-32)"#;
    assert_eq!(shells(&named), [sign, "$TIMESTAMP", "CC_KEY"]);
    let unnamed = profile_with(reference("file:a"), reference("cmd:b"));
    let sign = r#"$(printf %s "${TRUNKCTL_API_KEY}${TRUNKCTL_API_SECRET}$TIMESTAMP" | md5sum | cut -c1-32)"#;
    assert_eq!(shells(&unnamed), [sign, "$TIMESTAMP", "TRUNKCTL_API_KEY"]);
    assert_eq!(Itniotech.facts().curl_prelude, "TIMESTAMP=$(date +%s)");
}

#[test]
fn an_outbound_trunk_is_added_with_its_type_and_a_masked_password() {
    let call = create(&with_password(OUTBOUND, "canary"));
    assert_eq!((call.name, call.effect), ("sipTrunk/add", Effect::Write));
    assert_eq!(call.request.url, "https://api.itniotech.com/v3/cc/sipTrunk/add");
    let body = compact(
        r#"{"type":1,"groupList":[{"voiceGroupId":1000026},{"voiceGroupId":1000027}],
            "sipTrunkName":"carrier","sipPrefix":"00","sipGatewayIp":"192.0.2.7",
            "sipTrunkState":true,"sipAccount":"u1","sipPassword":"***"}"#,
    );
    assert_eq!(body_text(&call.request), body);
    assert_eq!(secrets(&call), password_slot(Some("canary")));
    assert_eq!(call.slots[0].shell, "TRUNK_PASSWORD");
    assert!(!format!("{:?}", call.request).contains("canary"));
}

#[test]
fn an_inbound_trunk_is_added_as_a_peer_by_default() {
    let body = compact(
        r#"{"type":2,"groupList":[{"voiceGroupId":1000026,"number":"442071838750"}],
            "sipTrunkName":"in","sipWhiteIp":"192.0.2.8","sipTrunkState":false}"#,
    );
    assert_eq!(body_text(&create(&trunk(INBOUND)).request), body);
    let mut registering = trunk(INBOUND);
    registering.kind = Some("register".parse().unwrap());
    let body = body.replace("\"sipTrunkState\":false", "\"sipTrunkState\":true");
    assert_eq!(body_text(&create(&registering).request), body);
}

#[test]
fn an_update_carries_the_whole_trunk_and_never_its_type() {
    let actual = actual(with_password(OUTBOUND, "canary"));
    let call = update("5000028", &trunk(r#"{"name":"renamed"}"#), Some(&actual));
    assert_eq!((call.name, call.effect), ("sipTrunk/update", Effect::Write));
    let body = compact(
        r#"{"keyId":5000028,"groupList":[{"voiceGroupId":1000026},{"voiceGroupId":1000027}],
            "sipTrunkName":"renamed","sipPrefix":"00","sipGatewayIp":"192.0.2.7",
            "sipTrunkState":true,"sipAccount":"u1","sipPassword":"***"}"#,
    );
    assert_eq!(body_text(&call.request), body);
    assert_eq!(secrets(&call), password_slot(Some("canary")));

    let call = update("5", &with_password("{}", "newer"), Some(&actual));
    assert_eq!(secrets(&call), password_slot(Some("newer")));
}

#[test]
fn an_update_clears_a_prefix_and_replaces_a_list() {
    let actual = actual(trunk(
        r#"{"name":"in","direction":"inbound","kind":"peer","host":"","allowed_ip":"192.0.2.8","prefix":"9",
            "agent_groups":[{"id":1,"number":"441"}]}"#,
    ));
    let set = trunk(r#"{"prefix":"","agent_groups":[{"id":2,"number":"442"}]}"#);
    let body = compact(
        r#"{"keyId":5,"groupList":[{"voiceGroupId":2,"number":"442"}],"sipTrunkName":"in",
            "sipPrefix":"","sipWhiteIp":"192.0.2.8","sipTrunkState":false}"#,
    );
    assert_eq!(body_text(&update("5", &set, Some(&actual)).request), body);
}

#[test]
fn a_trunk_that_stops_registering_loses_its_credentials() {
    let actual = actual(with_password(OUTBOUND, "canary"));
    let call = update("5", &trunk(r#"{"kind":"peer"}"#), Some(&actual));
    let body = body_text(&call.request);
    assert!(body.ends_with(r#""sipTrunkState":false}"#) && !body.contains("sipAccount"), "{body}");
    assert!(call.slots.is_empty());
}

#[test]
fn a_password_that_was_not_read_back_is_required() {
    let actual = actual(trunk(OUTBOUND));
    let refused = |change: &Trunk| Itniotech.update_trunk(&profile(), "5", change, Some(&actual)).err();
    let error = refused(&trunk(r#"{"name":"x"}"#)).unwrap();
    assert_eq!(error.kind, Kind::Invalid);
    assert!(error.message.contains("password") && error.message.contains("--password-from"), "{error}");
    assert!(refused(&with_password("{}", "p")).is_none());
    assert!(refused(&trunk(r#"{"kind":"peer"}"#)).is_none());
}

#[test]
fn fields_required_by_an_update_are_named() {
    let refused = |json: &str| {
        let actual = actual(trunk(json));
        Itniotech
            .update_trunk(&profile(), "5", &Trunk::default(), Some(&actual))
            .err()
            .unwrap()
            .message
            .clone()
    };
    for (json, parts) in [
        ("{}", vec!["direction", "neither outbound nor inbound"]),
        (r#"{"direction":"outbound"}"#, vec!["--name", "--kind", "--host", "--agent-group"]),
        (r#"{"direction":"inbound","allowed_ip":""}"#, vec!["--allowed-ip"]),
        (r#"{"direction":"outbound","kind":"register"}"#, vec!["--username", "--password-from"]),
        (r#"{"direction":"inbound","agent_groups":[{"id":3}]}"#, vec!["--agent-group 3=NUMBER"]),
    ] {
        let message = refused(json);
        for part in parts {
            assert!(message.contains(part), "{json}: {message}");
        }
    }
    let error = Itniotech.update_trunk(&profile(), "carrier", &Trunk::default(), None).err().unwrap();
    assert_eq!(error.kind, Kind::Invalid);
    let error = Itniotech.update_trunk(&profile(), "x1", &trunk(INBOUND), None).err().unwrap();
    assert!(error.message.contains("--kind"), "{error}");
    let peer = Trunk { kind: Some("peer".parse().unwrap()), ..trunk(INBOUND) };
    let error = Itniotech.update_trunk(&profile(), "x1", &peer, None).err().unwrap();
    assert!(error.message.contains("`x1` is not an id"), "{error}");
}

#[test]
fn a_group_without_its_id_is_an_internal_error() {
    let mut unresolved = trunk(INBOUND);
    unresolved.agent_groups.as_mut().unwrap()[0].id = None;
    unresolved.agent_groups.as_mut().unwrap()[0].name = Some("Sales".into());
    assert_eq!(Itniotech.create_trunk(&profile(), &unresolved).err().unwrap().kind, Kind::Internal);
}

#[test]
fn raw_fields_are_sent_unchanged_and_take_precedence() {
    let json = r#"{"name":"x","direction":"outbound","agent_groups":[{"id":1}],"vendor_fields":
        {"sipGatewayIp":"192.0.2.7:5080","sipTrunkState":true,"sipAccount":"raw","later":[0]}}"#;
    let call = create(&with_password(json, "p"));
    let body = compact(
        r#"{"type":1,"groupList":[{"voiceGroupId":1}],"sipTrunkName":"x","sipTrunkState":true,
            "sipPassword":"***","sipGatewayIp":"192.0.2.7:5080","sipAccount":"raw","later":[0]}"#,
    );
    assert_eq!(body_text(&call.request), body);
    assert_eq!(secrets(&call), password_slot(Some("p")));
}

#[test]
fn lists_and_lookups_ask_for_whole_pages() {
    let url = |call: &Request| call.url.strip_prefix("https://api.itniotech.com/v3/cc/").unwrap().to_owned();
    let body = |params: &str| format!(r#"{{"current":1,"size":100,"params":{params}}}"#);
    for (search, params) in
        [(None, "{}"), (Some(""), "{}"), (Some("d/é?f=g"), r#"{"sipTrunkName":"d/é?f=g"}"#)]
    {
        let call = Itniotech.list_trunks(&profile(), search).unwrap();
        assert_eq!((url(&call.request).as_str(), call.effect), ("sipTrunk/query", Effect::Read));
        assert_eq!(body_text(&call.request), body(params));
    }
    for (search, params) in [(None, "{}"), (Some("Sales"), r#"{"groupName":"Sales"}"#)] {
        let call = Itniotech.look_up(&profile(), Operation::FindAgentGroup, search).unwrap();
        assert_eq!((url(&call.request).as_str(), call.effect), ("seatGroup/query", Effect::Read));
        assert_eq!(body_text(&call.request), body(params));
    }
    assert!(Itniotech.get_trunk(&profile(), "1").unwrap().is_none());
}

#[test]
fn the_balance_is_read_as_documented() {
    let call = Itniotech.identify(&profile()).unwrap();
    assert_eq!((call.name, call.effect), ("sms/getBalance", Effect::Read));
    assert_eq!((call.request.method, &call.request.body), (Method::Get, &Body::Empty));
    assert_eq!(call.request.url, "https://api.itniotech.com/sms/getBalance");
    assert!(call.slots.is_empty());
    let content: Vec<_> =
        call.request.headers.iter().filter(|(name, _)| name != "User-Agent").cloned().collect();
    assert_eq!(content, [("Content-Type".to_owned(), "application/json;charset=UTF-8".to_owned())]);
}

#[test]
fn a_trailing_slash_in_the_base_url_does_not_change_the_address() {
    let mut profile = profile();
    profile.settings.insert("base_url".into(), "https://api.itniotech.com/".into());
    let call = Itniotech.list_trunks(&profile, None).unwrap();
    assert_eq!(call.request.url, "https://api.itniotech.com/v3/cc/sipTrunk/query");
    let call = Itniotech.identify(&profile).unwrap();
    assert_eq!(call.request.url, "https://api.itniotech.com/sms/getBalance");
}
