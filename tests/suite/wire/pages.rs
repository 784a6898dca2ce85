//! The request examples of the vendors' own pages.

use trunkctl::model::secret::Secret;
use trunkctl::vendors::by_name;
use trunkctl::vendors::call::{Body, Request};
use trunkctl::vendors::zoom::{NumberItem, SettingsBody, numbers_request, settings_request};

use super::{create, filled, http, profile, proven, trunk, update};

pub const FILES: &[&str] = &[
    "yeastar/page-create.http",
    "yeastar/page-update.http",
    "itniotech/page-update.http",
    "zoom/page-numbers.http",
    "zoom/page-settings.http",
];

/// The page's example is sent, with the headers that the page shows. Besides them goes the name of the
/// program and nothing else.
#[track_caller]
fn reproduces(file: &str, request: &Request, account: &str) {
    // The pages' placeholder for the account in the path.
    let page = http::golden(file).replacen(":accountId", account, 1);
    let head = page.split("\n\n").next().unwrap();
    let shown: Vec<&str> = head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
    let (mut kept, besides): (Vec<_>, Vec<_>) =
        request.headers.iter().cloned().partition(|(name, _)| shown.contains(&name.as_str()));
    assert!(besides.iter().all(|(name, _)| name == "User-Agent"), "{file}: {besides:?}");
    kept.sort_by_key(|(name, _)| shown.iter().position(|other| other == name));
    http::differ(file, &page, &http::text(&Request { headers: kept, ..request.clone() }));
}

/// "Add a SIP Trunk". Its example has one closing brace too many, which the file leaves out, and an
/// `ext_list` without the `id` that its table demands: so `create_trunk` is given references that were not
/// looked up, which the command line never does.
#[test]
fn the_yeastar_page_creates_a_trunk() {
    let vendor = by_name("yeastar").unwrap();
    let profile = profile(vendor, &[]);
    let asked = trunk(
        r#"{"name": "test_Calls", "kind": "register", "transport": "dnsnaptr", "host": "abc.provider.com",
            "port": 5060, "username": "6701", "password": "aAc1653249", "auth_name": "mubJwYEWs9",
            "codecs": ["ulaw", "alaw", "g729"], "caller_id": {"number": "5503300", "name": "Yeastar"},
            "caller_id_overrides": [{"option": "shared", "number": "5503301", "name": "Yeastar Sales",
                "extensions": [{"name": "Yeastar Sales", "type": "ext_group"}]}],
            "dids": [{"number": "5503308", "name": "Yeastar"}]}"#,
    );
    let call = vendor.create_trunk(&profile, &asked).unwrap();
    let request = proven(vendor, &profile, &call, "LLTQiARUCJPsBrhTR22RBVCvBJ5xAiFI");
    reproduces("yeastar/page-create.http", &request, "");
}

/// "Edit a SIP Trunk": only the name of an account trunk.
#[test]
fn the_yeastar_page_renames_a_trunk() {
    let vendor = by_name("yeastar").unwrap();
    let profile = profile(vendor, &[]);
    let change = trunk(r#"{"kind": "account", "name": "test-account-trunking"}"#);
    let call = vendor.update_trunk(&profile, "28", &change, None).unwrap();
    let request = proven(vendor, &profile, &call, "7Vr1qX3sY6UjtocCs9WNLxikkap63Wsy");
    reproduces("yeastar/page-update.http", &request, "");
}

/// `sipTrunk/update`, signed with the published key and secret. Its address is not valid, which only warns.
#[test]
fn the_itniotech_page_updates_a_trunk() {
    let whole = r#"{"name": "22232", "direction": "outbound", "kind": "peer", "host": "12.325.353.2",
        "agent_groups": [{"id": "1000026"}]}"#;
    reproduces("itniotech/page-update.http", &update("itniotech", "1", whole, None), "");
}

/// "Add internal numbers". Its number and country are lorem ipsum, which no E.164 number of ours can be, so
/// they go in where the adapter's own items do. The account is the page's value of the variable.
#[test]
fn the_zoom_page_adds_numbers() {
    let vendor = by_name("zoom").unwrap();
    let item = NumberItem {
        number: "commodo magna".into(),
        display_number: "in enim".into(),
        country: "anim Excepteur cupidatat id".into(),
        what: 1,
        labels: "incididunt eiusmod sit".into(),
        languages: "da-DK".into(),
        visible: Some(false),
        allow_join: Some(true),
        allow_for_external_meetings: Some(true),
    };
    for body_format in ["multipart", "json"] {
        let profile = profile(vendor, &[("body_format", body_format)]);
        let request = numbers_request(&profile, "quis officia in reprehenderit", std::slice::from_ref(&item));
        let slots = vendor.authorise(&profile, &Secret::known("<access_token>"), 0);
        let request = filled(&request.unwrap(), &slots);
        if body_format == "multipart" {
            let account = "quis%20officia%20in%20reprehenderit";
            reproduces("zoom/page-numbers.http", &request, account);
        } else {
            same_as_json("zoom/page-numbers.http", &request.body);
        }
    }
}

/// "Assign SIP trunk configuration", its Postman item: the page's code and curl line pile the values up
/// (`falsefalse50968347`). 50968347 is not a valid value of
/// the field, so the test sets it directly in the adapter's body.
#[test]
fn the_zoom_page_assigns_settings() {
    let vendor = by_name("zoom").unwrap();
    let body = SettingsBody {
        enable: Some(false),
        show_callout_internal_number: Some(false),
        show_zoom_provided_callout_countries: Some(50_968_347),
        show_zoom_provided_numbers: Some(2),
    };
    for body_format in ["multipart", "json"] {
        let profile = profile(vendor, &[("body_format", body_format)]);
        let request = settings_request(&profile, "sub-1", &body).unwrap();
        let slots = vendor.authorise(&profile, &Secret::known("<access_token>"), 0);
        let request = filled(&request, &slots);
        if body_format == "multipart" {
            reproduces("zoom/page-settings.http", &request, "sub-1");
        } else {
            same_as_json("zoom/page-settings.http", &request.body);
        }
    }
}

/// In JSON, the fields of a page's form are the members of one object.
fn same_as_json(file: &str, body: &Body) {
    let page = http::golden(file);
    let parts = page.split("--boundary\n").skip(1).map(|part| {
        let (head, value) = part.split_once("\n\n").unwrap();
        let name = head.split('"').nth(1).unwrap();
        let value = value.strip_suffix("--boundary--\n").unwrap_or(value).trim_end();
        format!("\"{name}\": {value}")
    });
    let object = format!("{{{}}}", parts.collect::<Vec<_>>().join(","));
    let Body::Json(body) = body else { panic!("{body:?}") };
    http::differ(file, &http::lay_out(&object), &http::lay_out(&body.to_string()));
}

/// The page's example again, as the command line gives it: with the id looked up, and all else the same.
#[test]
fn a_resolved_reference_only_adds_its_id() {
    let request = create(
        "yeastar",
        r#"{"name": "a", "kind": "peer", "transport": "udp", "host": "h", "port": 5060, "codecs": ["ulaw"],
            "caller_id_overrides": [{"option": "shared", "number": "5503301", "name": "Yeastar Sales",
                "extensions": [{"id": 3, "name": "Yeastar Sales", "type": "ext_group"}]}]}"#,
        &[],
    );
    let Body::Json(body) = &request.body else { panic!("{request:?}") };
    let row = r#"{"id":3,"ext_number":"Yeastar Sales","ext_name":"Yeastar Sales","type":"ext_group"}"#;
    assert_eq!(body["outbound_cid_list"][0]["ext_list"][0].to_string(), row);
}
