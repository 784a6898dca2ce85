//! Requests with every field that the vendor's page has.

use trunkctl::model::number::{InternalNumber, NumberType};
use trunkctl::model::settings::{Provided, SipSettings};
use trunkctl::vendors::by_name;
use trunkctl::vendors::call::Request;

use super::{Case, case, create, profile, proven, update};

/// Both kinds of override, each with all of its fields.
macro_rules! overrides {
    () => {
        r#""caller_id_overrides": [
            {"option": "range", "number": "5503310-5503311", "name": "Office",
                "extension_range": "1000-1001"},
            {"option": "shared", "number": "5503301", "name": "Sales", "extensions": [
                {"id": "101", "number": "1000", "name": "Ada", "type": "extension"},
                {"id": 3, "name": "Yeastar Sales", "type": "ext_group"}]}]"#
    };
}

/// The fields that the three kinds have in common.
macro_rules! common {
    () => {
        concat!(
            r#""name": "itsp-main", "enabled": true, "codecs": ["ulaw", "alaw", "g729", "gsm", "h264", "h263",
                "h263p", "ilbc", "g722", "g726", "speex", "adpcm", "vp8", "opus"],
            "caller_id": {"number": "5503300", "name": "Yeastar"}, "#,
            overrides!()
        )
    };
}

macro_rules! address {
    () => {
        r#""host": "sip.provider.example", "port": 5061, "domain": "provider.example",
            "dids": [{"number": "5503308", "name": "Yeastar"}, {"number": "+442071838750"}]"#
    };
}

macro_rules! credentials {
    () => {
        r#""username": "6701", "auth_name": "mubJwYEWs9", "password": "Sample \"9\" \\ pass""#
    };
}

const TEMPLATE: &str = r#""country": "United States", "itsp": "Example Telecom""#;
const PROXY: &str = r#""outbound_proxy": "proxy.provider.example:5070""#;

/// A table of a Yeastar page, with the nested tables behind it.
macro_rules! table {
    ($($key:literal),* ; dids) => {
        table!($($key),*, "did_list", "did_list.did", "did_list.did_name")
    };
    ($($key:literal),*) => {
        &[
            $($key),*,
            "outbound_cid_list",
            "outbound_cid_list.outbound_cid_option",
            "outbound_cid_list.outbound_cid",
            "outbound_cid_list.outbound_cid_name",
            "outbound_cid_list.outbound_cid_to_ext_range",
            "outbound_cid_list.ext_list",
            "outbound_cid_list.ext_list.type",
            "outbound_cid_list.ext_list.ext_number",
            "outbound_cid_list.ext_list.ext_name",
            "outbound_cid_list.ext_list.id",
        ]
    };
}

fn object(parts: &[&str]) -> String {
    format!("{{{}}}", parts.join(", "))
}

pub fn cases() -> Vec<Case> {
    [yeastar_creates(), yeastar_updates(), itniotech(), zoom()].into_iter().flatten().collect()
}

/// Tables 1, 5 and 9 of "Add a SIP Trunk". Only a peer's codecs lack mpeg4; none here has it.
fn yeastar_creates() -> Vec<Case> {
    let register = r#""kind": "register", "transport": "dnsnaptr""#;
    let register = object(&[register, common!(), address!(), credentials!(), TEMPLATE, PROXY]);
    let peer = object(&[r#""kind": "peer", "transport": "tls""#, common!(), address!(), TEMPLATE]);
    let account = object(&[r#""kind": "account", "transport": "tcp""#, common!(), credentials!(), TEMPLATE]);
    vec![
        case(
            "yeastar/create-register-full.http",
            create("yeastar", &register, &[]),
            table!(
                "name", "country", "type", "transport", "hostname", "port", "domain", "username", "password",
                "auth_name", "codec_sel", "enable", "itsp", "enb_outbound_proxy", "outbound_proxy_server",
                "outbound_proxy_port", "def_outbound_cid", "def_outbound_cid_name"; dids
            ),
        ),
        case(
            "yeastar/create-peer-full.http",
            create("yeastar", &peer, &[]),
            table!(
                "name", "country", "type", "transport", "hostname", "port", "domain", "codec_sel", "enable",
                "itsp", "def_outbound_cid", "def_outbound_cid_name"; dids
            ),
        ),
        case(
            "yeastar/create-account-full.http",
            create("yeastar", &account, &[]),
            // `number`: an account trunk's user name on create.
            table!(
                "name",
                "country",
                "type",
                "transport",
                "number",
                "password",
                "auth_name",
                "codec_sel",
                "enable",
                "itsp",
                "def_outbound_cid",
                "def_outbound_cid_name"
            ),
        ),
    ]
}

/// Tables 1, 5 and 9 of "Edit a SIP Trunk": no type, country or itsp.
fn yeastar_updates() -> Vec<Case> {
    let register = r#""kind": "register", "transport": "dnsnaptr""#;
    let register = object(&[register, common!(), address!(), credentials!(), PROXY]);
    let peer = object(&[r#""kind": "peer", "transport": "tls""#, common!(), address!()]);
    let account = object(&[r#""kind": "account", "transport": "tcp""#, common!(), credentials!()]);
    vec![
        case(
            "yeastar/update-register-full.http",
            update("yeastar", "19", &register, None),
            table!(
                "id", "name", "enable", "transport", "hostname", "port", "domain", "username", "password",
                "auth_name", "enb_outbound_proxy", "outbound_proxy_server", "outbound_proxy_port",
                "codec_sel", "def_outbound_cid", "def_outbound_cid_name"; dids
            ),
        ),
        case(
            "yeastar/update-peer-full.http",
            update("yeastar", "19", &peer, None),
            table!(
                "id", "name", "enable", "transport", "hostname", "port", "domain", "codec_sel",
                "def_outbound_cid", "def_outbound_cid_name"; dids
            ),
        ),
        case(
            "yeastar/update-account-full.http",
            update("yeastar", "28", &account, None),
            // `username`: the same user name on update.
            table!(
                "id",
                "name",
                "enable",
                "transport",
                "username",
                "password",
                "auth_name",
                "codec_sel",
                "def_outbound_cid",
                "def_outbound_cid_name"
            ),
        ),
    ]
}

const OUTBOUND: &str = r#"{"name": "carrier", "direction": "outbound", "kind": "register",
    "host": "192.0.2.7", "username": "cc-42", "password": "Sample \"9\" \\ pass", "prefix": "0",
    "agent_groups": [{"id": "1000026"}, {"id": 1000027, "name": "Support"}]}"#;
const INBOUND: &str = r#"{"name": "in é", "direction": "inbound", "kind": "peer", "allowed_ip": "192.0.2.8",
    "prefix": "00", "agent_groups": [{"id": "1000026", "number": "+442071838750"}]}"#;

/// Page 004, and the same table of `sipTrunk/add`: `type` on add only, `keyId` on update only.
fn itniotech() -> Vec<Case> {
    vec![
        case(
            "itniotech/add-outbound-full.http",
            create("itniotech", OUTBOUND, &[]),
            &[
                "type",
                "groupList",
                "groupList.voiceGroupId",
                "sipTrunkName",
                "sipPrefix",
                "sipGatewayIp",
                "sipTrunkState",
                "sipAccount",
                "sipPassword",
            ],
        ),
        case(
            "itniotech/update-outbound-full.http",
            update("itniotech", "5000028", OUTBOUND, None),
            &[
                "keyId",
                "groupList",
                "groupList.voiceGroupId",
                "sipTrunkName",
                "sipPrefix",
                "sipGatewayIp",
                "sipTrunkState",
                "sipAccount",
                "sipPassword",
            ],
        ),
        case(
            "itniotech/add-inbound-full.http",
            create("itniotech", INBOUND, &[]),
            &[
                "type",
                "groupList",
                "groupList.voiceGroupId",
                "groupList.number",
                "sipTrunkName",
                "sipPrefix",
                "sipWhiteIp",
                "sipTrunkState",
            ],
        ),
        case(
            "itniotech/update-inbound-full.http",
            update("itniotech", "5000028", INBOUND, None),
            &[
                "keyId",
                "groupList",
                "groupList.voiceGroupId",
                "groupList.number",
                "sipTrunkName",
                "sipPrefix",
                "sipWhiteIp",
                "sipTrunkState",
            ],
        ),
    ]
}

/// The three writes of SIP Connected Audio, each in both formats, for an account that has to be encoded.
fn zoom() -> Vec<Case> {
    let trunk = r#"{"account": "d/e?f=g é", "master_trunk": "m1", "dnis": "14155550",
        "caller_id": {"number": "+16466661110"}}"#;
    let trunks = |format| create("zoom", trunk, &[("body_format", format)]);
    let trunk_keys = &["sip_trunks", "sip_trunks.id", "sip_trunks.dnis", "sip_trunks.outbound_caller_id"];
    let number_keys = &[
        "internal_numbers",
        "internal_numbers.number",
        "internal_numbers.display_number",
        "internal_numbers.country",
        "internal_numbers.type",
        "internal_numbers.labels",
        "internal_numbers.languages",
        "internal_numbers.visible",
        "internal_numbers.allow_join",
        "internal_numbers.allow_for_external_meetings",
    ];
    let setting_keys = &[
        "enable",
        "show_callout_internal_number",
        "show_zoom_provided_callout_countries",
        "show_zoom_provided_numbers",
    ];
    vec![
        case("zoom/trunks-full-json.http", trunks("json"), trunk_keys),
        case("zoom/trunks-full-multipart.http", trunks("multipart"), trunk_keys),
        case("zoom/numbers-full-json.http", numbers("json"), number_keys),
        case("zoom/numbers-full-multipart.http", numbers("multipart"), number_keys),
        case("zoom/settings-full-json.http", settings("json"), setting_keys),
        case("zoom/settings-full-multipart.http", settings("multipart"), setting_keys),
    ]
}

fn numbers(format: &str) -> Request {
    let vendor = by_name("zoom").unwrap();
    let profile = profile(vendor, &[("body_format", format)]);
    let toll = InternalNumber {
        id: None,
        number: "+16466661110".parse().unwrap(),
        display_number: "+1 646 666 1110".into(),
        country: "US".into(),
        what: NumberType::Toll,
        labels: "It's \"SIP\" é".into(),
        languages: "en-US".into(),
        visible: Some(true),
        allow_join: Some(true),
        allow_for_external_meetings: Some(false),
        vendor_fields: Default::default(),
    };
    let free = InternalNumber {
        number: "+18005550123".parse().unwrap(),
        display_number: "+1 800 555 0123".into(),
        what: NumberType::TollFree,
        visible: Some(false),
        allow_join: Some(false),
        allow_for_external_meetings: Some(true),
        vendor_fields: Default::default(),
        ..toll.clone()
    };
    for number in [&toll, &free] {
        assert!(vendor.check_number(number).errors.is_empty());
    }
    proven(vendor, &profile, &vendor.add_numbers(&profile, "me", &[toll, free]).unwrap(), "sample-token")
}

fn settings(format: &str) -> Request {
    let vendor = by_name("zoom").unwrap();
    let profile = profile(vendor, &[("body_format", format)]);
    let settings = SipSettings {
        enable: Some(true),
        show_callout_internal_number: Some(true),
        show_zoom_provided_callout_countries: Some(Provided::Hide),
        show_zoom_provided_numbers: Some(Provided::Remove),
        vendor_fields: Default::default(),
    };
    let call = vendor.assign_settings(&profile, "sub-1", &settings).unwrap();
    proven(vendor, &profile, &call, "sample-token")
}

#[test]
fn every_field_of_a_page_reaches_the_wire() {
    cases().iter().for_each(Case::check);
}
