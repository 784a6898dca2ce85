mod trunks;

use serde_json::{Value, json};

use super::{Sandbox, auth, handlers, seed};
use crate::vendors::simulator::{Incoming, Simulator};

const NOW: u64 = 1_630_468_800;
const ADD: &str = "/v3/cc/sipTrunk/add";
const UPDATE: &str = "/v3/cc/sipTrunk/update";
const TRUNKS: &str = "/v3/cc/sipTrunk/query";
const GROUPS: &str = "/v3/cc/seatGroup/query";
const BALANCE: &str = "/sms/getBalance";

fn signed(method: &str, path: &str, body: &[u8], timestamp: &str) -> Incoming {
    let sign = auth::sign_of("sandbox-key", "sandbox-secret", timestamp);
    let headers = [
        ("content-type", "application/json;charset=UTF-8"),
        ("sign", sign.as_str()),
        ("timestamp", timestamp),
        ("api-key", "sandbox-key"),
    ];
    Incoming {
        method: method.into(),
        path: path.into(),
        headers: headers.map(|(name, value)| (name.into(), value.into())).into(),
        body: body.into(),
        ..Incoming::default()
    }
}

fn with(mut request: Incoming, name: &str, value: Option<&str>) -> Incoming {
    request.headers.retain(|(key, _)| key != name);
    request.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    request
}

fn send_at(sandbox: &mut Sandbox, request: &Incoming, now: u64) -> Value {
    let response = sandbox.handle(request, now);
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    serde_json::from_slice(&response.body).expect("JSON")
}

fn post(sandbox: &mut Sandbox, path: &str, body: &Value) -> Value {
    send_at(sandbox, &signed("POST", path, body.to_string().as_bytes(), &NOW.to_string()), NOW)
}

fn status(answer: &Value) -> i64 {
    let status = &answer["status"];
    status.as_i64().or_else(|| status.as_str()?.parse().ok()).expect("a status")
}

/// The body with some keys replaced; `"-"` takes a key out.
fn but(body: &Value, changes: &Value) -> Value {
    let mut body = body.clone();
    let fields = body.as_object_mut().expect("an object");
    for (key, value) in changes.as_object().expect("an object") {
        if value == "-" {
            fields.remove(key);
        } else {
            fields.insert(key.clone(), value.clone());
        }
    }
    body
}

fn outbound() -> Value {
    json!({
        "type": 1, "sipTrunkName": "out", "sipPrefix": "99", "groupList": [{ "voiceGroupId": 1000026 }],
        "sipGatewayIp": "12.325.353.2", "sipTrunkState": true, "sipAccount": "u", "sipPassword": "p",
    })
}

fn inbound() -> Value {
    json!({
        "type": 2, "sipTrunkName": "in", "sipTrunkState": false, "sipWhiteIp": "192.0.2.7",
        "groupList": [{ "voiceGroupId": 1000026, "number": "+442071838750" }],
    })
}

/// One outbound trunk, 5000001, and one inbound, 5000002.
fn stocked() -> Sandbox {
    let mut sandbox = Sandbox::new();
    assert_eq!(post(&mut sandbox, ADD, &outbound())["data"], 5000001);
    assert_eq!(post(&mut sandbox, ADD, &inbound())["data"], 5000002);
    sandbox
}

fn page(current: u64, size: u64, params: Value) -> Value {
    json!({ "current": current, "size": size, "params": params })
}

fn records(sandbox: &mut Sandbox, path: &str, params: Value) -> Vec<Value> {
    let answer = post(sandbox, path, &page(1, 100, params));
    answer["data"]["records"].as_array().expect("records").clone()
}

/// Sends each changed body to a fresh stocked sandbox, which has to refuse it and stay as it is.
fn refuses(path: &str, body: &Value, cases: &[(Value, i64)]) {
    for (changes, code) in cases {
        let mut sandbox = stocked();
        let before = sandbox.save();
        let answer = post(&mut sandbox, path, &but(body, changes));
        assert_eq!(status(&answer), *code, "{path} {changes}");
        assert_eq!(answer["data"], Value::Null);
        assert!(answer["reason"].as_str().is_some_and(|reason| reason != "success"));
        assert_eq!(sandbox.save(), before, "{changes}");
    }
}

fn accepts(path: &str, body: &Value, cases: &[Value]) {
    for changes in cases {
        let answer = post(&mut stocked(), path, &but(body, changes));
        assert_eq!(status(&answer), 0, "{path} {changes}");
    }
}

#[test]
fn the_signature_matches_the_vendors_example() {
    let vectors = [
        ("bDqJFiq9", "7bz1lzh9", "05d7a50893e22a5c4bb3216ae3396c7c"),
        ("api-key", "api-secret", "916cca171614e17d6ccea6b02e53d807"),
    ];
    for (key, secret, sign) in vectors {
        assert_eq!(auth::sign_of(key, secret, "1630468800"), sign);
    }
}

#[test]
fn every_call_is_signed() {
    let query = page(1, 10, json!({})).to_string();
    let calls: [(&str, &str, &[u8]); 5] = [
        ("POST", ADD, b"{}"),
        ("POST", UPDATE, b"{}"),
        ("POST", TRUNKS, query.as_bytes()),
        ("POST", GROUPS, query.as_bytes()),
        ("GET", BALANCE, b""),
    ];
    let now = NOW.to_string();
    let sign = auth::sign_of("sandbox-key", "sandbox-secret", &now);
    for (method, path, body) in calls {
        let good = signed(method, path, body, &now);
        let wrong = [
            ("api-key", None),
            ("api-key", Some("SANDBOX")),
            ("sign", None),
            ("sign", Some("05d7a50893e22a5c4bb3216ae3396c7c")),
            ("timestamp", None),
            ("timestamp", Some("1630468801")),
        ];
        for (name, value) in wrong {
            let answer = send_at(&mut Sandbox::new(), &with(good.clone(), name, value), NOW);
            assert_eq!(status(&answer), -1, "{path} {name} {value:?}");
        }
        let upper = with(good, "sign", Some(&sign.to_uppercase()));
        assert_ne!(status(&send_at(&mut Sandbox::new(), &upper, NOW)), -1);
    }
    // The key is part of what is signed, but a well-signed unknown key is refused as well.
    let other = with(signed("GET", BALANCE, b"", &now), "api-key", Some("other"));
    let other = with(other, "sign", Some(&auth::sign_of("other", "sandbox-secret", &now)));
    assert_eq!(status(&send_at(&mut Sandbox::new(), &other, NOW)), -1);
}

#[test]
fn a_timestamp_is_good_for_half_an_hour_either_way() {
    let cases = [
        (NOW.to_string(), 0),
        ((NOW - 1800).to_string(), 0),
        ((NOW + 1800).to_string(), 0),
        ((NOW - 1801).to_string(), -16),
        ((NOW + 1801).to_string(), -16),
        (format!("{NOW}000"), -16),
        (format!("+{NOW}"), -16),
        (String::new(), -16),
        ("99999999999999999999999".into(), -16),
    ];
    for (timestamp, code) in cases {
        let request = signed("GET", BALANCE, b"", &timestamp);
        assert_eq!(status(&send_at(&mut Sandbox::new(), &request, NOW)), code, "{timestamp}");
    }
}

#[test]
fn a_post_must_declare_and_carry_a_json_object() {
    let body = page(1, 10, json!({})).to_string();
    let good = signed("POST", GROUPS, body.as_bytes(), &NOW.to_string());
    let types = [
        (Some("application/json"), 0),
        (Some("Application/JSON; Charset=utf-8"), 0),
        (None, -22),
        (Some("text/plain"), -22),
        (Some("application/jsonp"), -22),
        (Some("application/json;boundary=x"), -22),
    ];
    for (value, code) in types {
        let request = with(good.clone(), "content-type", value);
        assert_eq!(status(&send_at(&mut Sandbox::new(), &request, NOW)), code, "{value:?}");
    }
    for body in ["", "{", "[1,10,{}]", "null", "current=1&size=10", "\u{feff}{}"] {
        for path in [ADD, UPDATE, TRUNKS, GROUPS] {
            let request = signed("POST", path, body.as_bytes(), &NOW.to_string());
            assert_eq!(status(&send_at(&mut Sandbox::new(), &request, NOW)), -22, "{path} {body}");
        }
    }
    let mut request = good;
    request.query.push(("current".into(), "1".into()));
    assert_eq!(status(&send_at(&mut Sandbox::new(), &request, NOW)), -22);
}

#[test]
fn other_routes_are_not_found() {
    let routes = [
        ("GET", ADD),
        ("PUT", UPDATE),
        ("GET", TRUNKS),
        ("POST", BALANCE),
        ("POST", "/v3/cc/sipTrunk/delete"),
        ("POST", "/v3/cc/sipTrunk/create"),
        ("POST", "/v3/cc/sipTrunk/query/"),
        ("POST", "/cc/sipTrunk/query"),
        ("GET", "/"),
    ];
    for (method, path) in routes {
        let response = Sandbox::new().handle(&signed(method, path, b"{}", &NOW.to_string()), NOW);
        assert_eq!(response.status, 404, "{method} {path}");
        assert!(serde_json::from_slice::<Value>(&response.body).is_err());
    }
}

#[test]
fn the_balance_is_next_to_the_status() {
    let good = signed("GET", BALANCE, b"", &NOW.to_string());
    let answer = send_at(&mut Sandbox::new(), &good, NOW);
    let expected = json!({
        "status": "0", "reason": "success", "balance": "100.00", "gift": "0.00", "credit": "0.00",
    });
    assert_eq!(answer, expected);
    let bare = with(good.clone(), "content-type", None);
    assert_eq!(status(&send_at(&mut Sandbox::new(), &bare, NOW)), 0);
    let full = Incoming { body: b"{}".to_vec(), ..good };
    assert_eq!(status(&send_at(&mut Sandbox::new(), &full, NOW)), -22);
}

#[test]
fn envelopes_differ_like_the_vendors_samples() {
    let mut sandbox = Sandbox::new();
    let added = post(&mut sandbox, ADD, &outbound());
    assert_eq!(added, json!({ "status": "0", "reason": "success", "data": 5000001 }));
    let body = but(&outbound(), &json!({ "type": "-", "keyId": 5000001 }));
    let updated = post(&mut sandbox, UPDATE, &body);
    assert_eq!(updated, json!({ "status": "0", "reason": "success", "data": null }));
    assert_eq!(post(&mut sandbox, UPDATE, &json!({}))["status"], "-56");
    assert_eq!(post(&mut sandbox, TRUNKS, &page(1, 10, json!({})))["status"], 0);
    assert_eq!(post(&mut sandbox, TRUNKS, &json!({}))["status"], -22);
    assert_eq!(post(&mut sandbox, GROUPS, &page(1, 10, json!({})))["status"], "0");
}

#[test]
fn the_state_survives_saving() {
    let sandbox = stocked();
    let saved = sandbox.save();
    let mut loaded = Sandbox::load(&saved).expect("a state");
    assert_eq!(loaded.save(), saved);
    let more =
        json!({ "sipTrunkName": "x", "groupList": [{ "voiceGroupId": 1000030 }], "sipGatewayIp": "g" });
    assert_eq!(post(&mut loaded, ADD, &but(&outbound(), &more))["data"], 5000003);
    let broken = [
        json!(null),
        json!({}),
        but(&saved, &json!({ "trunks": "-" })),
        but(&saved, &json!({ "tokens": [] })),
        but(&saved, &json!({ "next_key_id": 5000002 })),
        but(&saved, &json!({ "groups": [] })),
    ];
    for state in broken {
        assert!(Sandbox::load(&state).is_none(), "{state}");
    }
}

#[test]
fn times_are_written_in_utc() {
    let times = [
        (0, "1970-01-01 00:00:00"),
        (951_782_399, "2000-02-28 23:59:59"),
        (951_782_400, "2000-02-29 00:00:00"),
        (951_868_800, "2000-03-01 00:00:00"),
        (4_107_542_400, "2100-03-01 00:00:00"),
        (1_735_689_599, "2024-12-31 23:59:59"),
    ];
    for (seconds, text) in times {
        assert_eq!(handlers::time_text(seconds), text);
    }
    assert!(!handlers::time_text(u64::MAX).is_empty());
}

#[test]
fn the_seed_is_what_the_profile_uses() {
    assert_eq!((seed::API_KEY, seed::API_SECRET), ("sandbox-key", "sandbox-secret"));
    assert_eq!(records(&mut Sandbox::new(), TRUNKS, json!({})), Vec::<Value>::new());
}
