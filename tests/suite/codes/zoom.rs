//! Zoom: codes of the API, of the token endpoint, and HTTP statuses that speak alone.

use serde_json::{Value, json};

use super::*;
use crate::support::given::answer;
use crate::support::scripted::http;

const IN_USE: &str = "The number +16466661110 is already in use.";
const QUOTA: &str = "This account has reached the maximum number of internal numbers: 5.";

/// Code, HTTP status, text, exit code.
const CODES: &[(&str, u16, &str, i32)] = &[
    ("124", 401, "Invalid access token.", AUTH),
    ("124", 400, "Invalid access token.", AUTH),
    ("124", 404, "Account does not exist.", AUTH),
    ("104", 400, "Invalid access token, does not contain scopes.", AUTH),
    ("200", 400, "No permission.", AUTH),
    ("200", 401, "Invalid access token.", AUTH),
    ("201", 401, "Invalid access token.", AUTH),
    ("4700", 400, "Invalid access token, does not contain scopes:[sip_trunk:master].", AUTH),
    ("4700", 401, "Token cannot be empty.", AUTH),
    ("4711", 400, "Invalid access token, does not contain scopes:[sip_trunk:master].", AUTH),
    ("4741", 401, "The token has been revoked.", AUTH),
    ("2001", 404, "Account does not exist: sub-1.", NOT_FOUND),
    ("2001", 400, "Account does not exist: sub-1.", NOT_FOUND),
    ("300", 400, IN_USE, CONFLICT),
    ("300", 400, QUOTA, LIMITED),
    ("300", 400, "Invalid parameter: internal_numbers.", REJECTED),
    ("300", 400, "Only a master account can do this.", REJECTED),
    ("300", 400, "The SIP Connected Audio plan is missing.", REJECTED),
    ("300", 400, "Validation Failed.", REJECTED),
    ("400", 400, "The number does not belong to the master account.", REJECTED),
    ("1010", 400, "User does not belong to this account.", REJECTED),
    ("2100", 400, "The sub account has no SIP trunk plan.", REJECTED),
    ("1002_006", 400, "Invalid allocated_product.", REJECTED),
    ("64041", 404, "The route was not found.", UNSUPPORTED),
    (
        "429",
        429,
        "You have reached the maximum per-second rate limit for this API. Try again later.",
        LIMITED,
    ),
    ("429", 429, "You have reached the maximum daily rate limit for this API.", LIMITED),
    ("429", 429, "Too many concurrent requests on one resource.", LIMITED),
];

/// A code is a number in JSON, unless it cannot be one.
fn refusal(code: &str, text: &str) -> Value {
    let code = code.parse::<i64>().map_or_else(|_| json!(code), |number| json!(number));
    json!({"code": code, "message": text})
}

#[test]
fn each_code_gives_its_exit_code() {
    for (code, status, text, exit) in CODES {
        let (ran, count) = asked("zoom", true, ADD, vec![answer(*status, &refusal(code, text))]);
        let error = ends(&ran, *exit, "zoom", code, text);
        assert_eq!((count, &error["outcome"]), (1, &json!("not_applied")), "{ran:?}");
        assert_eq!(error["http_status"], json!(status), "{ran:?}");
        explained("zoom", code, &[*exit]);
    }
    // Of endpoints that trunkctl never asks.
    for code in ["1001", "3001"] {
        explained("zoom", code, &[REJECTED]);
    }
}

/// Two words of a documented message do not make it that message.
#[test]
fn a_message_is_explained_by_whole_phrases() {
    for (text, remedy) in [
        ("Master account has no such sip trunk", "Read Zoom's message"),
        ("The trunk quota page is being updated.", "Read Zoom's message"),
        ("Only a master account can perform this action on a sub account.", "Use the master account's app"),
    ] {
        let (ran, _) = asked("zoom", true, ADD, vec![answer(400, &refusal("300", text))]);
        let error = ends(&ran, REJECTED, "zoom", "300", text);
        assert!(error["hint"].as_str().unwrap().starts_with(remedy), "{ran:?}");
    }
}

#[test]
fn the_status_decides_if_the_body_has_no_code() {
    let html = |status: u16| {
        Act::Raw(http(status, "Content-Type: text/html\r\n", "<html><body>Sorry, not here</body></html>"))
    };
    let empty = |status: u16| Act::Raw(http(status, "", ""));
    for (act, status, exit) in [
        (empty(401), 401, AUTH),
        (html(401), 401, AUTH),
        (html(404), 404, NOT_FOUND),
        (empty(404), 404, NOT_FOUND),
        (empty(405), 405, UNSUPPORTED),
        (html(405), 405, UNSUPPORTED),
        (empty(429), 429, LIMITED),
        (empty(500), 500, UNKNOWN),
        (html(502), 502, UNKNOWN),
        (html(503), 503, UNKNOWN),
        (empty(504), 504, UNKNOWN),
    ] {
        let (ran, sent, looks) = written("zoom", ADD, vec![act]);
        let error = ends(&ran, exit, "zoom", "", "");
        assert_eq!((sent, &error["http_status"]), (1, &json!(status)), "{ran:?}");
        assert_eq!(looks, usize::from(exit == UNKNOWN), "{ran:?}");
        explained("zoom", &status.to_string(), &[exit]);
    }
}

/// 104 comes with unescaped quotes in its message.
#[test]
fn a_code_is_found_in_malformed_json() {
    let body =
        r#"{"code":104,"message":"Invalid access token, does not contain scopes:["sip_trunk:master"]."}"#;
    let act = Act::Raw(http(400, "Content-Type: application/json\r\n", body));
    let (ran, _) = asked("zoom", true, ADD, vec![act]);
    let error = ends(&ran, AUTH, "zoom", "104", "");
    assert!(error["vendor_message"].as_str().unwrap().contains("sip_trunk:master"), "{ran:?}");
}

#[test]
fn field_errors_and_the_tracking_id_are_passed_on() {
    let body = json!({"code": 300, "message": "Validation Failed.",
        "errors": [{"field": "internal_numbers[0].country", "message": "Invalid country."}]});
    let act = Act::Raw(http(400, "x-zm-trackingid: v=2.0;clid=us04;rid=WEB_1\r\n", &body.to_string()));
    let (ran, _) = asked("zoom", true, ADD, vec![act]);
    let error = ends(&ran, REJECTED, "zoom", "300", "Validation Failed.");
    let fields = json!([{"field": "internal_numbers[0].country", "message": "Invalid country."}]);
    assert_eq!((&error["fields"], &error["request_id"]), (&fields, &json!("v=2.0;clid=us04;rid=WEB_1")));
}

#[test]
fn refusals_of_the_token_endpoint_are_credentials_errors() {
    let reason = |error: &str, reason: &str| json!({"reason": reason, "error": error});
    let numeric = |code: i64| json!({"code": code, "message": "refused"});
    for (status, body, code) in [
        (400, reason("invalid_client", "Invalid client_id or client_secret"), "invalid_client"),
        (401, reason("invalid_client", "Invalid client_id or client_secret"), "invalid_client"),
        (400, reason("unsupported_grant_type", "unsupported grant type"), "unsupported_grant_type"),
        (400, reason("invalid_grant", "Invalid token"), "invalid_grant"),
        (401, reason("invalid_grant", "Invalid token"), "invalid_grant"),
        (401, reason("invalid_request", "Invalid token"), "invalid_request"),
        (400, json!({"error": "invalid_request"}), "invalid_request"),
        (400, numeric(4700), "4700"),
        (400, numeric(4702), "4702"),
        (400, numeric(4704), "4704"),
        (400, numeric(4705), "4705"),
        (400, numeric(4706), "4706"),
        (400, numeric(4711), "4711"),
        (400, numeric(4717), "4717"),
        (400, numeric(4735), "4735"),
        (400, numeric(4738), "4738"),
        (401, numeric(4741), "4741"),
    ] {
        let (ran, count) = asked("zoom", false, ADD, vec![answer(status, &body)]);
        ends(&ran, AUTH, "zoom", code, "");
        assert_eq!(count, 1, "{ran:?}");
        explained("zoom", code, &[AUTH]);
    }
    // A wrong account id can end in a bare 400.
    for act in [
        Act::Raw(http(400, "", "")),
        answer(400, &json!({})),
        answer(400, &json!({"error": "something_new", "reason": "?"})),
        Act::Raw(http(401, "", "")),
    ] {
        let (ran, count) = asked("zoom", false, ADD, vec![act]);
        ends(&ran, AUTH, "zoom", "", "");
        assert_eq!(count, 1, "{ran:?}");
    }
    for (status, exit) in [(429, LIMITED), (500, UNAVAILABLE), (503, UNAVAILABLE)] {
        let (ran, _) = asked("zoom", false, ADD, vec![Act::Raw(http(status, "", ""))]);
        ends(&ran, exit, "zoom", "", "");
    }
}

#[test]
fn a_rejected_token_is_renewed_once() {
    let token = || {
        answer(
            200,
            &json!({"access_token": "fresh-token", "token_type": "bearer", "expires_in": 3599, "scope": "x"}),
        )
    };
    let number = json!({"id": "n1", "number": "+16466661110"});
    let created = || answer(201, &json!({"internal_numbers": [number]}));
    let refused = || answer(401, &refusal("124", "Invalid access token."));
    let bare = || Act::Raw(http(401, "", ""));
    for stale in [refused(), bare()] {
        let (ran, count) = asked("zoom", false, ADD, vec![token(), stale.clone(), token(), created()]);
        assert_eq!((ran.code, count), (0, 4), "{ran:?}");
        let (ran, count) = asked("zoom", false, ADD, vec![token(), stale.clone(), token(), stale]);
        ends(&ran, AUTH, "zoom", "", "");
        assert_eq!(count, 4, "{ran:?}");
    }
}

#[test]
fn an_undocumented_code_is_rejected_and_shown_unchanged() {
    for (code, shown) in [("987654", "987654"), ("9009_001", "9009_001")] {
        let (ran, _) = asked("zoom", true, ADD, vec![answer(400, &refusal(code, "Something new."))]);
        let error = ends(&ran, REJECTED, "zoom", shown, "Something new.");
        assert!(error["message"].as_str().unwrap().contains(shown), "{ran:?}");
    }
    // `error_message` in place of `message`, and failure under a 200.
    let other = json!({"code": 987654, "error_message": "Something new."});
    let (ran, _) = asked("zoom", true, ADD, vec![answer(400, &other)]);
    ends(&ran, REJECTED, "zoom", "987654", "Something new.");
}

/// A bulk write carries the same error in each change that failed.
#[test]
fn a_bulk_write_reports_the_error_in_its_changes() {
    let place = Place::new();
    let scripted = Scripted::start(vec![answer(400, &refusal("300", IN_USE))]);
    let profiles = given::profiles_with_tokens(&place, &scripted.base);
    let row = json!({"number": "+16466661110", "labels": "a", "languages": "en-US"});
    let file = given::file(&place, "json", &json!({"internal_numbers": [row]}));
    let args = ["--profiles-file", &profiles, "-p", "zoom", "-o", "json", "internal-numbers", "add"];
    let ran = place.run(&[&args[..], &["--from", &file]].concat()).expect(12);
    let change = &ran.json()["changes"][0];
    assert_eq!(change["outcome"], json!("failed"), "{ran:?}");
    assert_eq!(change["error"]["kind"], json!("conflict"), "{ran:?}");
    assert_eq!(change["error"]["vendor_message"], json!(IN_USE), "{ran:?}");
    assert!(!change["error"]["hint"].as_str().unwrap().is_empty(), "{ran:?}");
}
