//! Stored answers, read into the model or into a fault. `page-*` are the pages' own.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trunkctl::model::secret::Secret;
use trunkctl::model::settings::SipSettings;
use trunkctl::model::support::Operation;
use trunkctl::vendors::call::{Call, Fault, Page, Response};
use trunkctl::vendors::codes::After;
use trunkctl::vendors::{ALL, LookupEntry, Vendor, by_name};

use super::{folder, profile, trunk};

/// The call that the answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Create,
    Update,
    Get,
    List,
    LogIn,
    Extension,
    Group,
    Numbers,
    Settings,
    ReadSettings,
    /// No body is an answer to it, too.
    Given,
}

const ALL_CALLS: &[To] = &[
    To::Create,
    To::Update,
    To::Get,
    To::List,
    To::LogIn,
    To::Extension,
    To::Group,
    To::Numbers,
    To::Settings,
    To::ReadSettings,
];

/// The answer as the vendor's adapter reads it, or `None` if the vendor has no such call.
fn read(vendor: &dyn Vendor, to: To, answer: &Response) -> Option<Result<Value, Fault>> {
    let profile = profile(vendor, &[("account", "sub-1")]);
    let asked = trunk(crate::fixtures::of(vendor.facts().name).smallest());
    fn heard<T>(
        call: trunkctl::model::error::Result<Call<T>>,
        answer: &Response,
        shown: impl Fn(T) -> Value,
    ) -> Option<Result<Value, Fault>> {
        let call = call.ok()?;
        Some((call.read)(answer).map(shown))
    }
    let ended = |()| json!("done");
    match to {
        To::Create => heard(vendor.create_trunk(&profile, &asked), answer, Value::from),
        To::Update => heard(vendor.update_trunk(&profile, "1", &asked, None), answer, ended),
        To::Get => {
            heard(vendor.get_trunk(&profile, "28").transpose()?, answer, |stored_trunk| json!(stored_trunk))
        }
        To::List => heard(vendor.list_trunks(&profile, None), answer, |page| {
            rows(&page, |stored_trunk| json!(stored_trunk))
        }),
        To::LogIn => heard(vendor.log_in(&profile), answer, |token| {
            let text = |secret: &Secret| secret.expose().map(str::to_owned);
            let refresh = token.refresh.as_ref().map(|(secret, life)| (text(secret), *life));
            json!({"access": text(&token.access), "expires_in": token.expires_in, "refresh": refresh})
        }),
        To::Extension => {
            heard(vendor.look_up(&profile, Operation::FindExtension, Some("1")), answer, entries)
        }
        To::Group => heard(vendor.look_up(&profile, Operation::FindAgentGroup, Some("1")), answer, entries),
        To::Numbers => heard(vendor.add_numbers(&profile, "sub-1", &[]), answer, |added| json!(added)),
        To::ReadSettings => {
            heard(vendor.read_settings(&profile, "sub-1"), answer, |settings| json!(settings))
        }
        To::Given => {
            let numbers = ["34555665654".to_owned()];
            heard(
                vendor.assign_master_numbers(&profile, "sub-1", &numbers, &Default::default()),
                answer,
                ended,
            )
        }
        To::Settings => {
            heard(vendor.assign_settings(&profile, "sub-1", &SipSettings::default()), answer, ended)
        }
    }
}

fn rows<T>(page: &Page<T>, shown: impl Fn(&T) -> Value) -> Value {
    let items: Vec<Value> = page.items.iter().map(shown).collect();
    json!({"items": items, "more": page.next.is_some()})
}

fn entries(page: Page<LookupEntry>) -> Value {
    rows(&page, |entry| json!([entry.id, entry.number, entry.name]))
}

fn stored(vendor: &str, name: &str) -> Response {
    let path = folder().join(vendor).join("answers").join(format!("{name}.http"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_lowercase(), value.to_owned())
    });
    Response { status, headers: headers.collect(), body: body.as_bytes().to_vec() }
}

/// The meaning of an answer: the value, or the fault as a script sees it.
fn said(result: Result<Value, Fault>) -> Value {
    result.unwrap_or_else(|fault| {
        let fields: Vec<&str> = fault.fields.iter().map(|field| field.field.as_str()).collect();
        let after = format!("{:?}", fault.after);
        json!({"fault": fault.kind.name(), "code": fault.code, "fields": fields, "after": after})
    })
}

fn fault(kind: &str, code: Option<&str>, fields: &[&str], after: &str) -> Value {
    json!({"fault": kind, "code": code, "fields": fields, "after": after})
}

/// Checks a vendor's table, and that it names every stored answer.
fn check(vendor: &str, table: &[(&str, To, Value)]) {
    let adapter = by_name(vendor).unwrap();
    for (name, to, expected) in table {
        let result = read(adapter, *to, &stored(vendor, name)).unwrap();
        assert_eq!(&said(result), expected, "tests/wire/{vendor}/answers/{name}.http to {to:?}");
    }
    let files = std::fs::read_dir(folder().join(vendor).join("answers")).unwrap();
    let files: BTreeSet<String> =
        files.map(|entry| entry.unwrap().file_name().to_string_lossy().replace(".http", "")).collect();
    assert_eq!(files, table.iter().map(|(name, ..)| (*name).to_owned()).collect());
}

#[test]
fn yeastar_answers_are_understood() {
    let stored_trunk = json!({
        "id": "28", "name": "itsp-main", "kind": "register", "direction": "both", "enabled": true,
        "host": "sip.provider.example", "port": 5060, "domain": "provider.example", "transport": "udp",
        "username": "6701", "auth_name": "6702", "password": "***", "codecs": ["ulaw", "alaw"],
        "country": "general", "outbound_proxy": "", "caller_id": {"number": "5503300", "name": "Main"},
        "caller_id_overrides": [{"option": "shared", "number": "5503301", "name": "Sales", "extensions": [
            {"id": "3", "number": "Yeastar Sales", "name": "Yeastar Sales", "type": "ext_group"}]}],
        "dids": [{"number": "5503308", "name": "Reception"}],
    });
    let unreadable = || fault("unavailable", None, &[], "Lost");
    let listed = json!([
        {"id": "1", "name": "a", "status": "registered", "status_code": "1", "kind": "register",
            "direction": "both", "host": "sip.provider.example", "port": 5060, "username": "6701"},
        {"id": "2", "name": "b", "status": "disabled", "status_code": "44", "kind": "account",
            "direction": "both", "username": "branch"},
        // Neither the kind nor the status is known, and both pass through.
        {"id": "3", "name": "c", "status": "unknown", "status_code": "99", "kind": "peer_did",
            "direction": "both", "host": "192.0.2.40", "port": 5060},
    ]);
    let token = json!({"access": "EXAMPLEaccess", "expires_in": 1800, "refresh": ["EXAMPLErefresh", 86400]});
    check(
        "yeastar",
        &[
            ("page-create", To::Create, json!("19")),
            ("page-update", To::Update, json!("done")),
            ("trunk-get-object", To::Get, stored_trunk.clone()),
            ("trunk-get-array", To::Get, stored_trunk.clone()),
            ("trunk-get-errcode-text", To::Get, stored_trunk),
            ("trunk-get-two", To::Get, unreadable()),
            ("trunk-get-none", To::Get, unreadable()),
            ("trunk-get-without-data", To::Get, unreadable()),
            ("trunk-list", To::List, json!({"items": listed, "more": false})),
            ("trunk-list-loose-types", To::List, json!({"items": listed, "more": false})),
            ("trunk-list-null", To::List, json!({"items": [], "more": false})),
            ("trunk-list-without-data", To::List, json!({"items": [], "more": false})),
            ("trunk-list-null-short", To::List, unreadable()),
            ("list-not-found", To::List, fault("rejected", Some("60001"), &[], "GiveUp")),
            ("search-not-found", To::Extension, json!({"items": [], "more": false})),
            ("no-route", To::Create, fault("unsupported", Some("10001"), &["request"], "GiveUp")),
            (
                "extension-search-more",
                To::Extension,
                json!({"items": [["250", "1149", "Ada"]], "more": true}),
            ),
            ("extension-search-short", To::Extension, unreadable()),
            ("token", To::LogIn, token),
            ("bad-login", To::LogIn, fault("auth", Some("-1"), &["username or password"], "GiveUp")),
            ("token-expired", To::Get, fault("auth", Some("10004"), &[], "Renew")),
            ("missing-parameter", To::Create, fault("rejected", Some("40002"), &["hostname"], "GiveUp")),
            ("parameter-null-lists", To::Create, fault("rejected", Some("40002"), &[], "GiveUp")),
            ("duplicate", To::Create, fault("conflict", Some("40003"), &["name"], "GiveUp")),
            ("not-json", To::Create, fault("unavailable", Some("-2"), &["request"], "Lost")),
            ("not-found-text", To::Update, fault("not_found", Some("60001"), &[], "GiveUp")),
            ("unknown-code", To::Update, fault("rejected", Some("70999"), &[], "GiveUp")),
        ],
    );
}

#[test]
fn itniotech_answers_are_understood() {
    let row = json!({
        "id": "5000028", "status": "unmonitored", "status_code": "1", "name": "carrier", "kind": "register",
        "direction": "outbound", "enabled": true, "host": "192.0.2.7", "username": "cc-42",
        "password": "***", "agent_groups": [{"id": "1000026", "name": "Sales"}],
        "vendor_fields": {
            "ccIp": "198.51.100.10", "createTime": "2026-01-02 03:04:05", "updateTime": "2026-01-02 03:04:05",
        },
    });
    let mut hidden = row.clone();
    hidden.as_object_mut().unwrap().remove("password");
    let page = |row: &Value| json!({"items": [row], "more": false});
    let unreadable = || fault("unavailable", None, &[], "Lost");
    check(
        "itniotech",
        &[
            ("page-update", To::Update, json!("done")),
            ("query-status-number", To::List, page(&row)),
            ("query-status-text", To::List, page(&row)),
            ("query-loose-types", To::List, page(&row)),
            // Asterisks are not a password: written back, they would replace it.
            ("query-hidden-password", To::List, page(&hidden)),
            ("query-bare-array", To::List, json!({"items": [], "more": false})),
            ("query-without-data", To::List, unreadable()),
            ("query-null-records", To::List, json!({"items": [], "more": false})),
            ("add-id-number", To::Create, json!("1234")),
            ("add-id-text", To::Create, json!("1234")),
            ("add-without-id", To::Create, unreadable()),
            ("duplicate-name", To::Create, fault("conflict", Some("-47"), &["name"], "GiveUp")),
            ("expired-number", To::Update, fault("auth", Some("-16"), &[], "SignAgain")),
            ("code-and-msg", To::Update, fault("auth", Some("-1"), &[], "GiveUp")),
            ("no-status", To::Update, unreadable()),
            ("unknown-code", To::Update, fault("rejected", Some("-46"), &[], "GiveUp")),
            ("gateway-404", To::Update, fault("unsupported", None, &[], "GiveUp")),
        ],
    );
}

#[test]
fn zoom_answers_are_understood() {
    let trunks = json!({"items": [{
        "id": "a1", "name": "Carrier A", "kind": "assigned", "direction": "both", "host": "198.51.100.10",
        "prefix": "9", "caller_id": {"number": "+16466661110"}, "account": "sub-1", "dnis": "1415555",
    }], "more": false});
    let added = json!([["+16466661110", "A26fhgdfg63"]]);
    let rejected = |code| fault("rejected", code, &[], "GiveUp");
    let token = json!({"access": "EXAMPLEaccess", "expires_in": 3599, "refresh": null});
    check(
        "zoom",
        &[
            ("page-numbers-201", To::Numbers, added),
            ("page-numbers-400", To::Numbers, rejected(None)),
            ("page-numbers-404", To::Numbers, fault("not_found", None, &[], "GiveUp")),
            ("page-settings-204", To::Settings, json!("done")),
            ("page-settings-400", To::Settings, rejected(None)),
            ("page-settings-404", To::Settings, fault("not_found", None, &[], "GiveUp")),
            ("empty-204", To::Settings, json!("done")),
            (
                "settings-read",
                To::ReadSettings,
                json!({
                    "show_callout_internal_number": true, "show_zoom_provided_callout_countries": "show",
                    "show_zoom_provided_numbers": "show",
                }),
            ),
            // Missing fields are unknown, and new fields are passed on.
            (
                "settings-read-in-part",
                To::ReadSettings,
                json!({"show_zoom_provided_numbers": "remove", "vendor_fields": {"new_setting": 1}}),
            ),
            ("numbers-given-null", To::Given, json!("done")),
            ("numbers-given-empty", To::Given, json!("done")),
            ("trunks-null", To::List, json!({"items": [], "more": false})),
            ("numbers-in-use", To::Numbers, fault("conflict", Some("300"), &[], "GiveUp")),
            ("numbers-quota", To::Numbers, fault("rate_limited", Some("300"), &[], "GiveUp")),
            (
                "validation",
                To::Numbers,
                fault("rejected", Some("300"), &["internal_numbers[0].country"], "GiveUp"),
            ),
            ("no-plan", To::Settings, rejected(Some("2100"))),
            ("no-account", To::Numbers, fault("not_found", Some("2001"), &[], "GiveUp")),
            ("token-expired", To::List, fault("auth", Some("124"), &[], "Renew")),
            // A token never gains scopes that the app was given later, so one new token is worth it.
            ("scopes-missing", To::List, fault("auth", Some("4711"), &[], "Renew")),
            ("broken-104", To::List, fault("auth", Some("104"), &[], "GiveUp")),
            ("text-code", To::List, rejected(Some("1002_006"))),
            ("failure-in-200", To::Numbers, fault("conflict", Some("300"), &[], "GiveUp")),
            ("per-second", To::Settings, fault("rate_limited", Some("429"), &[], "Later")),
            ("trunks", To::List, trunks),
            ("trunks-short", To::List, fault("unavailable", None, &[], "Lost")),
            ("trunk-created", To::Create, json!("a1")),
            ("token", To::LogIn, token),
            ("bad-client", To::LogIn, fault("auth", Some("invalid_client"), &[], "GiveUp")),
            ("bare-400", To::LogIn, fault("auth", None, &[], "GiveUp")),
        ],
    );
}

/// Answers that do not come from the vendor's API: never a value, and never a text that could contain a token.
#[test]
fn an_unintelligible_answer_is_a_fault_for_every_call_of_every_vendor() {
    let bodies = [
        "",
        " \n",
        "<html><body>Service</body></html>",
        "null",
        "[]",
        "\"text\"",
        "{",
        r#"{"status":0,"errcode":0,"access_token":"CANARY"#,
        r#"{"data":{"records":[]},"sip_trunks":{},"internal_numbers":7,"access_token":["CANARY"]}"#,
    ];
    for vendor in ALL {
        let name = vendor.facts().name;
        for (to, body) in ALL_CALLS.iter().flat_map(|to| bodies.map(|body| (*to, body))) {
            for (status, kind) in [(200, "unavailable"), (502, "unavailable")] {
                // Zoom answers these two without a body; its settings need none at all.
                let bare = body.trim().is_empty() && matches!(to, To::Create | To::Settings);
                if name == "zoom" && status == 200 && (bare || (to == To::Settings && body.ends_with("]}"))) {
                    continue;
                }
                let answer = Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
                let Some(result) = read(*vendor, to, &answer) else { continue };
                let place = format!("{name} {to:?} HTTP {status} `{body}`");
                let fault = result.map(|value| panic!("{place}: {value}")).unwrap_err();
                assert_eq!((fault.kind.name(), fault.http), (kind, status), "{place}: {fault:?}");
                assert_eq!(fault.after, After::Lost, "{place}: a write may have been done");
                // The token is the only secret in Zoom's answers; broken answers are quoted for their message.
                if name != "zoom" || to == To::LogIn {
                    assert!(!format!("{fault:?}").contains("CANARY"), "{place}: {fault:?}");
                }
            }
        }
    }
}
