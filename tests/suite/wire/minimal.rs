//! Minimal requests according to the vendor's page: omitted fields are not sent, but 0 and false are.

use trunkctl::model::number::{InternalNumber, NumberType};
use trunkctl::model::settings::{Provided, SipSettings};
use trunkctl::model::trunk::ActualTrunk;
use trunkctl::vendors::by_name;
use trunkctl::vendors::call::Request;

use super::{Case, case, create, profile, proven, trunk, update};

pub fn cases() -> Vec<Case> {
    [yeastar(), itniotech(), zoom()].into_iter().flatten().collect()
}

/// `domain` is required, and is the host where it is not given; `country` is required, and `general` stands
/// for none. Off means 0.
fn yeastar() -> Vec<Case> {
    let required = r#""name": "a", "transport": "udp", "codecs": ["ulaw"], "enabled": false"#;
    let register = r#""host": "h.example", "port": 5060, "username": "u", "auth_name": "n", "password": "p""#;
    let register = format!(r#"{{"kind": "register", {required}, {register}, "outbound_proxy": false}}"#);
    let peer = format!(r#"{{"kind": "peer", {required}, "host": "h.example", "port": 5060}}"#);
    let account =
        format!(r#"{{"kind": "account", {required}, "username": "u", "auth_name": "n", "password": "p"}}"#);
    let off =
        |kind: &str| update("yeastar", "19", &format!(r#"{{"kind": "{kind}", "enabled": false}}"#), None);
    // An empty text and an empty list are values too: they clear what is there.
    let cleared = r#"{"kind": "register", "outbound_proxy": false, "domain": "", "dids": [],
        "caller_id": {"number": ""}, "caller_id_overrides": []}"#;
    vec![
        case(
            "yeastar/create-register-minimal.http",
            create("yeastar", &register, &[]),
            &[
                "name",
                "country",
                "type",
                "transport",
                "hostname",
                "port",
                "domain",
                "username",
                "password",
                "auth_name",
                "codec_sel",
                "enable",
                "enb_outbound_proxy",
            ],
        ),
        case(
            "yeastar/create-peer-minimal.http",
            create("yeastar", &peer, &[]),
            &["name", "country", "type", "transport", "hostname", "port", "domain", "codec_sel", "enable"],
        ),
        case(
            "yeastar/create-account-minimal.http",
            create("yeastar", &account, &[]),
            &[
                "name",
                "country",
                "type",
                "transport",
                "number",
                "password",
                "auth_name",
                "codec_sel",
                "enable",
            ],
        ),
        case("yeastar/update-register-minimal.http", off("register"), &["id", "enable"]),
        case("yeastar/update-peer-minimal.http", off("peer"), &["id", "enable"]),
        case("yeastar/update-account-minimal.http", off("account"), &["id", "enable"]),
        case(
            "yeastar/update-register-cleared.http",
            update("yeastar", "19", cleared, None),
            &["id", "enb_outbound_proxy", "domain", "def_outbound_cid", "outbound_cid_list", "did_list"],
        ),
    ]
}

/// An update replaces the whole trunk, so it carries exactly the fields that the trunk has.
fn itniotech() -> Vec<Case> {
    const OUTBOUND: &str = r#"{"name": "a", "direction": "outbound", "kind": "peer", "host": "192.0.2.7",
        "agent_groups": [{"id": "1000026"}]}"#;
    const INBOUND: &str = r#"{"name": "a", "direction": "inbound", "allowed_ip": "192.0.2.8",
        "agent_groups": [{"id": "1000026", "number": "1"}]}"#;
    let renamed = |whole: &str| {
        // As a query returns it: with its kind, even if none was given.
        let mut trunk = trunk(whole);
        trunk.kind = Some("peer".parse().unwrap());
        let actual = ActualTrunk { id: "5000028".into(), trunk, ..ActualTrunk::default() };
        update("itniotech", "5000028", r#"{"name": "b"}"#, Some(&actual))
    };
    vec![
        case(
            "itniotech/add-outbound-minimal.http",
            create("itniotech", OUTBOUND, &[]),
            &["type", "groupList", "groupList.voiceGroupId", "sipTrunkName", "sipGatewayIp", "sipTrunkState"],
        ),
        case(
            "itniotech/update-outbound-minimal.http",
            renamed(OUTBOUND),
            &[
                "keyId",
                "groupList",
                "groupList.voiceGroupId",
                "sipTrunkName",
                "sipGatewayIp",
                "sipTrunkState",
            ],
        ),
        case(
            "itniotech/add-inbound-minimal.http",
            create("itniotech", INBOUND, &[]),
            &[
                "type",
                "groupList",
                "groupList.voiceGroupId",
                "groupList.number",
                "sipTrunkName",
                "sipWhiteIp",
                "sipTrunkState",
            ],
        ),
        case(
            "itniotech/update-inbound-minimal.http",
            renamed(INBOUND),
            &[
                "keyId",
                "groupList",
                "groupList.voiceGroupId",
                "groupList.number",
                "sipTrunkName",
                "sipWhiteIp",
                "sipTrunkState",
            ],
        ),
    ]
}

fn zoom() -> Vec<Case> {
    let trunks =
        |format| create("zoom", r#"{"account": "sub-1", "master_trunk": "m1"}"#, &[("body_format", format)]);
    let trunk_keys = &["sip_trunks", "sip_trunks.id"];
    let number_keys = &[
        "internal_numbers",
        "internal_numbers.number",
        "internal_numbers.display_number",
        "internal_numbers.country",
        "internal_numbers.type",
        "internal_numbers.labels",
        "internal_numbers.languages",
        "internal_numbers.visible",
    ];
    let off = SipSettings {
        enable: Some(false),
        show_zoom_provided_numbers: Some(Provided::Show),
        ..SipSettings::default()
    };
    let other = SipSettings {
        show_callout_internal_number: Some(false),
        show_zoom_provided_callout_countries: Some(Provided::Show),
        ..SipSettings::default()
    };
    let off_keys = &["enable", "show_zoom_provided_numbers"];
    let other_keys = &["show_callout_internal_number", "show_zoom_provided_callout_countries"];
    vec![
        case("zoom/trunks-minimal-json.http", trunks("json"), trunk_keys),
        case("zoom/trunks-minimal-multipart.http", trunks("multipart"), trunk_keys),
        case("zoom/numbers-minimal-json.http", numbers("json"), number_keys),
        case("zoom/numbers-minimal-multipart.http", numbers("multipart"), number_keys),
        case("zoom/settings-off-json.http", settings("json", &off), off_keys),
        case("zoom/settings-off-multipart.http", settings("multipart", &off), off_keys),
        case("zoom/settings-other-json.http", settings("json", &other), other_keys),
        case("zoom/settings-other-multipart.http", settings("multipart", &other), other_keys),
    ]
}

/// Toll is 0.
fn numbers(format: &str) -> Request {
    let vendor = by_name("zoom").unwrap();
    let profile = profile(vendor, &[("body_format", format)]);
    let number = InternalNumber {
        id: None,
        number: "+16466661110".parse().unwrap(),
        display_number: "+1 646 666 1110".into(),
        country: "US".into(),
        what: NumberType::Toll,
        labels: "SIP".into(),
        languages: "en-US".into(),
        visible: Some(false),
        allow_join: None,
        allow_for_external_meetings: None,
        vendor_fields: Default::default(),
    };
    proven(vendor, &profile, &vendor.add_numbers(&profile, "sub-1", &[number]).unwrap(), "sample-token")
}

fn settings(format: &str, settings: &SipSettings) -> Request {
    let vendor = by_name("zoom").unwrap();
    let profile = profile(vendor, &[("body_format", format)]);
    let call = vendor.assign_settings(&profile, "sub-1", settings).unwrap();
    proven(vendor, &profile, &call, "sample-token")
}

#[test]
fn omitted_fields_are_not_sent_but_zero_and_false_are() {
    cases().iter().for_each(Case::check);
}
