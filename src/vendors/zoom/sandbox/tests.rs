mod assignments;
mod bodies;
mod internal_numbers;

use serde_json::{Value, json};

use super::super::super::call::Response;
use super::Sandbox;
use crate::vendors::simulator::{Incoming, Simulator};

const NOW: u64 = 1_800_000_000;
/// base64 of `sandbox:sandbox-secret`
const BASIC: &str = "Basic c2FuZGJveDpzYW5kYm94LXNlY3JldA==";
const FORM: &str = "application/x-www-form-urlencoded";
const GRANT: &str = "grant_type=account_credentials&account_id=sandbox-account";

fn ask(
    sandbox: &mut Sandbox,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    now: u64,
) -> Response {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let request = Incoming {
        method: method.into(),
        path: path.into(),
        query: pairs.map(|(key, value)| (key.into(), value.into())).collect(),
        headers: headers.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
        body: body.into(),
        ..Incoming::default()
    };
    sandbox.handle(&request, now)
}

fn read(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_default()
}

/// A sandbox with a token from the log-in.
struct Bench {
    sandbox: Sandbox,
    bearer: String,
}

impl Bench {
    fn new() -> Self {
        let mut sandbox = Sandbox::new();
        let bearer = log_in(&mut sandbox, NOW);
        Self { sandbox, bearer }
    }

    fn send(&mut self, method: &str, path: &str, content_type: &str, body: &str) -> (u16, Value) {
        let headers = [("authorization", self.bearer.as_str()), ("content-type", content_type)];
        let response = ask(&mut self.sandbox, method, &format!("/v2{path}"), &headers, body.as_bytes(), NOW);
        (response.status, read(&response))
    }

    fn call(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, "application/json", &body)
    }

    /// Status and code of a refusal.
    fn refused(&mut self, method: &str, path: &str, body: Value) -> (u16, u64) {
        let (status, answer) = self.call(method, path, body);
        (status, answer["code"].as_u64().unwrap_or_default())
    }

    fn get(&mut self, path: &str) -> Value {
        let (status, answer) = self.call("GET", path, Value::Null);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }
}

fn log_in(sandbox: &mut Sandbox, now: u64) -> String {
    let headers = [("authorization", BASIC), ("content-type", FORM)];
    let response = ask(sandbox, "POST", "/oauth/token", &headers, GRANT.as_bytes(), now);
    assert_eq!(response.status, 200);
    format!("Bearer {}", read(&response)["access_token"].as_str().unwrap())
}

fn account(id: &str, rest: &str) -> String {
    format!("/accounts/{id}/sip_trunk/{rest}")
}

fn number(number: &str) -> Value {
    json!({
        "number": number, "display_number": "+1 646 666 1110", "country": "US", "type": 0,
        "labels": "SIP-Internal", "languages": "en-GB",
    })
}

fn numbers(list: &[&str]) -> Value {
    json!({ "internal_numbers": list.iter().map(|text| number(text)).collect::<Vec<_>>() })
}

fn with(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}

fn without(mut object: Value, key: &str) -> Value {
    object.as_object_mut().unwrap().remove(key);
    object
}

#[test]
fn the_token_endpoint_checks_credentials_and_form() {
    let json = "application/json";
    for (method, target, basic, kind, form, status, error) in [
        ("POST", "/oauth/token", BASIC, FORM, GRANT, 200, ""),
        ("POST", "/oauth/token", "basic c2FuZGJveDpzYW5kYm94LXNlY3JldA==", FORM, GRANT, 200, ""),
        ("GET", "/oauth/token", BASIC, FORM, GRANT, 405, ""),
        ("POST", "/oauth/token", "Basic c2FuZGJveDp3cm9uZw==", FORM, GRANT, 400, "invalid_client"),
        ("POST", "/oauth/token", "", FORM, GRANT, 400, "invalid_client"),
        ("POST", "/oauth/token", BASIC, json, GRANT, 400, "unsupported_grant_type"),
        (
            "POST",
            "/oauth/token?grant_type=account_credentials",
            BASIC,
            FORM,
            "",
            400,
            "unsupported_grant_type",
        ),
        ("POST", "/oauth/token?a=b", BASIC, FORM, GRANT, 400, "unsupported_grant_type"),
        ("POST", "/oauth/token", BASIC, FORM, "grant_type=client_credentials", 400, "unsupported_grant_type"),
        ("POST", "/oauth/token", BASIC, FORM, "grant_type=account_credentials", 400, "invalid_request"),
        (
            "POST",
            "/oauth/token",
            BASIC,
            FORM,
            "grant_type=account_credentials&account_id=%zz",
            400,
            "invalid_request",
        ),
        (
            "POST",
            "/oauth/token",
            BASIC,
            FORM,
            "grant_type=account_credentials&account_id=x",
            400,
            "invalid_request",
        ),
        ("POST", "/oauth/token", BASIC, FORM, &format!("{GRANT}&account_id=y"), 400, "invalid_request"),
        ("POST", "/oauth/token", BASIC, FORM, &format!("{GRANT}&scope=y"), 400, "invalid_request"),
        ("POST", "/oauth/token", BASIC, FORM, &GRANT.replace('-', "%2D"), 200, ""),
        ("POST", "/oauth", BASIC, FORM, GRANT, 404, ""),
    ] {
        let headers = [("authorization", basic), ("content-type", kind)];
        let response = ask(&mut Sandbox::new(), method, target, &headers, form.as_bytes(), NOW);
        let answer = read(&response);
        assert_eq!(response.status, status, "{method} {target} {form}");
        assert_eq!(answer["error"].as_str().unwrap_or_default(), error, "{method} {target} {form}");
        if status == 200 {
            assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("bearer"), &json!(3600)));
        }
    }
}

#[test]
fn tokens_live_an_hour_beside_each_other() {
    let mut sandbox = Sandbox::new();
    let first = log_in(&mut sandbox, NOW);
    let second = log_in(&mut sandbox, NOW + 100);
    let mut status = |bearer: &str, now: u64| {
        let response =
            ask(&mut sandbox, "GET", "/v2/sip_trunk/numbers", &[("authorization", bearer)], b"", now);
        (response.status, read(&response)["code"].as_u64().unwrap_or_default())
    };
    assert_ne!(first, second);
    for (bearer, now, expected) in [
        (first.as_str(), NOW + 3599, (200, 0)),
        (&first, NOW + 3600, (401, 124)),
        (&second, NOW + 3600, (200, 0)),
        (&second.replace("Bearer", "bearer"), NOW, (200, 0)),
        (&second.replace("Bearer", "Basic"), NOW, (401, 124)),
        ("Bearer 0123", NOW, (401, 124)),
        ("Bearer ", NOW, (401, 124)),
        ("", NOW, (401, 124)),
    ] {
        assert_eq!(status(bearer, now), expected, "{bearer} {now}");
    }
    log_in(&mut sandbox, NOW + 3600);
    assert_eq!(sandbox.state.tokens.len(), 2, "the dead token is dropped");
    let token = second.trim_start_matches("Bearer ");
    let response =
        ask(&mut sandbox, "GET", &format!("/v2/sip_trunk/numbers?access_token={token}"), &[], b"", NOW);
    assert_eq!(response.status, 401, "no token in the query");
}

#[test]
fn paths_and_methods_are_strict() {
    let mut bench = Bench::new();
    for (method, path, expected) in [
        ("GET", "/accounts/me/sip_trunk/nothing", (404, 64041)),
        ("GET", "/accounts/me/sip_trunk", (404, 64041)),
        ("GET", "/accounts/me/sip_trunk/trunks/", (404, 64041)),
        ("GET", "/accounts/m%zze/sip_trunk/trunks", (404, 64041)),
        ("GET", "/accounts/%FF/sip_trunk/trunks", (404, 64041)),
        ("DELETE", "/accounts/sub-1/sip_trunk/settings/x", (404, 64041)),
        ("GET", "/users/me", (404, 64041)),
        ("GET", "/accounts/sub-1/sip_trunk/settings?a=b", (400, 300)),
        ("POST", "/accounts/sub-1/sip_trunk/settings", (405, 0)),
        ("PATCH", "/accounts/sub-1/sip_trunk/internal_numbers/x", (405, 0)),
        ("PUT", "/accounts/sub-1/sip_trunk/trunks", (405, 0)),
        ("GET", "/accounts/sub-1/sip_trunk/numbers", (405, 0)),
        ("POST", "/sip_trunk/numbers", (405, 0)),
        ("GET", "/accounts/me/sip_trunk/trunks?a=b", (400, 300)),
        ("GET", "/sip_trunk/numbers?a=b", (400, 300)),
        ("DELETE", "/accounts/sub-1/sip_trunk/numbers?a=b", (400, 300)),
        ("POST", "/accounts/sub-1/sip_trunk/numbers?a=b", (400, 300)),
    ] {
        assert_eq!(bench.refused(method, path, Value::Null), expected, "{method} {path}");
    }
    for (method, rest) in [
        ("GET", "internal_numbers"),
        ("DELETE", "internal_numbers/x"),
        ("GET", "callout_countries"),
        ("DELETE", "callout_countries/US"),
        ("GET", "trunks"),
        ("GET", "settings"),
        ("DELETE", "trunks/x"),
        ("DELETE", "numbers"),
    ] {
        let (status, answer) = bench.call(method, &account("sub-1", rest), json!({}));
        assert_eq!((status, &answer["message"]), (400, &json!("This request takes no body.")), "{rest}");
    }
    let wrong_base = ask(&mut bench.sandbox, "GET", "/accounts/me/sip_trunk/trunks", &[], b"", NOW);
    assert_eq!((wrong_base.status, read(&wrong_base)["code"].as_u64()), (404, Some(64041)));
}

/// Every endpoint with a body that it would take.
fn endpoints() -> Vec<(&'static str, &'static str, Value, u64)> {
    vec![
        ("PATCH", "settings", json!({}), 2100),
        ("GET", "settings", Value::Null, 2100),
        ("GET", "internal_numbers", Value::Null, 300),
        ("POST", "internal_numbers", numbers(&["+16466661110"]), 300),
        ("DELETE", "internal_numbers/x", Value::Null, 300),
        ("GET", "callout_countries", Value::Null, 300),
        ("POST", "callout_countries", json!({ "callout_countries": [{ "id": "US" }] }), 300),
        ("DELETE", "callout_countries/US", Value::Null, 300),
        ("GET", "trunks", Value::Null, 300),
        ("POST", "trunks", json!({ "sip_trunks": [{ "id": "trunk-a" }] }), 300),
        ("DELETE", "trunks/trunk-a", Value::Null, 300),
        ("POST", "numbers", json!({ "phone_numbers": ["14155550100"] }), 2100),
        ("DELETE", "numbers", Value::Null, 2100),
    ]
}

#[test]
fn each_endpoint_checks_the_account() {
    for (method, rest, body, no_plan) in endpoints() {
        let mut bench = Bench::new();
        let mut code = |id: &str| bench.refused(method, &account(id, rest), body.clone());
        assert_eq!(code("nobody"), (404, 2001), "{rest}");
        assert_eq!(code("sub-no-plan"), (400, no_plan), "{method} {rest}");
        let master = match rest {
            "settings" if method == "GET" => code("sub-1"),
            "settings" | "numbers" => (404, 2001),
            "trunks" if method == "POST" => (400, 300),
            "trunks/trunk-a" => (400, 300),
            _ => code("sub-1"),
        };
        let mut bench = Bench::new();
        for id in ["me", "sandbox-account"] {
            let fresh = bench.sandbox.clone();
            assert_eq!(
                bench.refused(method, &account(id, rest), body.clone()),
                master,
                "{method} {id} {rest}"
            );
            bench.sandbox = fresh;
        }
        let encoded = bench.call(method, &account("sub%2F%C3%B8%203", rest), body.clone());
        assert_ne!(encoded.0, 404, "{method} {rest}: an encoded id is decoded");
    }
}

#[test]
fn every_answer_has_its_own_tracking_id() {
    let mut sandbox = Sandbox::new();
    let mut ids = Vec::new();
    for target in ["/oauth/token", "/v2/sip_trunk/numbers", "/", "/v2/accounts/me/sip_trunk/settings"] {
        let response = ask(&mut sandbox, "GET", target, &[], b"", NOW);
        ids.push(response.header("x-zm-trackingid").unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[test]
fn the_state_survives_and_only_valid_state_loads() {
    let mut bench = Bench::new();
    let path = account("sub%2F%C3%B8%203", "internal_numbers");
    assert_eq!(bench.call("POST", &path, numbers(&["+16466661110", "+16466661111"])).0, 201);
    let page = bench.get(&format!("{path}?page_size=1"));
    let saved = bench.sandbox.save();
    let mut bench = Bench { sandbox: Sandbox::load(&saved).unwrap(), bearer: bench.bearer };
    assert_eq!(bench.sandbox.save(), saved);
    let token = page["next_page_token"].as_str().unwrap();
    let rest = bench.get(&format!("{path}?page_size=1&next_page_token={token}"));
    assert_eq!(rest["internal_numbers"][0]["number"], "+16466661111");
    assert_eq!(bench.refused("POST", &path, numbers(&["+16466661110"])), (400, 300), "numbers stay taken");
    let id = rest["internal_numbers"][0]["id"].clone();
    let (_, added) = bench.call("POST", &path, numbers(&["+16466661112"]));
    assert_ne!(added["internal_numbers"][0]["id"], id, "ids go on counting");

    type Spoil = fn(&mut Value);
    let spoils: [Spoil; 8] = [
        |state| *state = Value::Null,
        |state| state["format"] = json!(2),
        |state| state["more"] = json!(1),
        |state| state["accounts"][0]["master"] = json!(false),
        |state| state["accounts"][1]["master"] = json!(true),
        |state| state["accounts"][1]["id"] = json!("sub-2"),
        |state| state["counters"]["numbers"] = json!(1),
        |state| state["accounts"][1]["internal_numbers"] = state["accounts"][3]["internal_numbers"].clone(),
    ];
    for (place, spoil) in spoils.into_iter().enumerate() {
        let mut state = saved.clone();
        spoil(&mut state);
        assert!(Sandbox::load(&state).is_none(), "{place}");
    }
}
