//! Yeastar P-Series: "Error Code and Error Message". Failures arrive with HTTP 200.

use serde_json::{Value, json};

use super::*;
use crate::support::given::answer;

/// Code, the page's text, exit code of a write, exit code of a read.
const CODES: &[(i64, &str, i32, i32)] = &[
    (-2, "INTERNAL SERVER ERROR", UNKNOWN, UNAVAILABLE),
    (-1, "FAILURE", REJECTED, REJECTED),
    (1, "PARTIAL SUCCESS", UNKNOWN, UNAVAILABLE),
    (2, "PROCESSING", UNKNOWN, UNAVAILABLE),
    (10001, "INTERFACE NOT EXISTED", UNSUPPORTED, UNSUPPORTED),
    (10002, "API VERSION OUT OF MAINTENANCE", UNSUPPORTED, UNSUPPORTED),
    (10003, "API VERSION UNSUPPORTED", UNSUPPORTED, UNSUPPORTED),
    (10004, "TOKEN EXPIRED", AUTH, AUTH),
    (10005, "ACCESS DENIED", AUTH, AUTH),
    (10009, "OPERATION FAILED", AUTH, AUTH),
    (40001, "PARAMETER SYNTAX ERROR", REJECTED, REJECTED),
    (40002, "PARAMETER ERROR", REJECTED, REJECTED),
    (40003, "DUPLICATE KEY VALUE", CONFLICT, CONFLICT),
    (40004, "FILE SIZE EXCEEDED", REJECTED, REJECTED),
    (60001, "DATA NOT FOUND", NOT_FOUND, NOT_FOUND),
    (60002, "MAX LIMITATION EXCEEDED", LIMITED, LIMITED),
    (60101, "ROLE NOT EXISTED", NOT_FOUND, NOT_FOUND),
    (70004, "ACCOUNT IP BLOCKED", AUTH, AUTH),
    (70082, "OVERLOAD_TASK_RUNNING", LIMITED, LIMITED),
    (70084, "ACTION FORBIDDEN", AUTH, AUTH),
    (70087, "IP FORBIDDEN", AUTH, AUTH),
    (70091, "CONNECTION_RELATION_EXISTED", CONFLICT, CONFLICT),
    (70103, "TRUNK ADDRESS IN USE", CONFLICT, CONFLICT),
    (70093, "PHONEBOOK_NOT_EXISTED", REJECTED, REJECTED),
    (70106, "RATE_NOT_EXISTED", REJECTED, REJECTED),
    (70120, "ORGANIZATION DISABLED", AUTH, AUTH),
];

fn refusal(code: i64, text: &str) -> Value {
    json!({"errcode": code, "errmsg": text})
}

#[test]
fn each_code_gives_its_exit_code() {
    for (code, text, write, read) in CODES {
        let name = code.to_string();
        let (ran, sent, looks) = written("yeastar", CREATE, vec![answer(200, &refusal(*code, text))]);
        let error = ends(&ran, *write, "yeastar", &name, text);
        let outcome = if *write == UNKNOWN { "unknown" } else { "not_applied" };
        assert_eq!((sent, &error["outcome"]), (1, &json!(outcome)), "{ran:?}");
        // The read gets the same code, so it is not repeated either.
        assert_eq!(looks, usize::from(*write == UNKNOWN), "{ran:?}");
        // A search without a match is not an error, but an id without a match is.
        let update = if *code == 60001 { "trunk update id:7 --name u" } else { UPDATE };
        let (ran, count) = asked("yeastar", true, update, vec![answer(200, &refusal(*code, text))]);
        ends(&ran, *read, "yeastar", &name, text);
        assert_eq!(count, 1, "{ran:?}");
        explained("yeastar", &name, &[*write, *read]);
    }
    explained("yeastar", "0", &[0]);
}

#[test]
fn a_failed_log_in_is_a_credentials_error() {
    for (code, text, exit) in [
        (-1, "FAILURE", AUTH),
        (10005, "ACCESS DENIED", AUTH),
        (40002, "PARAMETER ERROR", REJECTED),
        (60002, "MAX LIMITATION EXCEEDED", LIMITED),
        (70004, "ACCOUNT IP BLOCKED", AUTH),
        (70087, "IP FORBIDDEN", AUTH),
        (-2, "INTERNAL SERVER ERROR", UNAVAILABLE),
    ] {
        let mut body = refusal(code, text);
        if code == -1 {
            body["invalid_param_list"] = json!([{"field": "username or password", "value": "error"}]);
        }
        let (ran, count) = asked("yeastar", false, CREATE, vec![answer(200, &body)]);
        let error = ends(&ran, exit, "yeastar", &code.to_string(), text);
        // A failed log-in counts towards the lock-out, so there is one attempt.
        assert_eq!(count, 1, "{ran:?}");
        assert!(error.get("outcome").is_none() || error["outcome"] == json!("not_applied"), "{ran:?}");
        explained("yeastar", &code.to_string(), &[exit]);
    }
}

#[test]
fn an_expired_token_is_renewed_once() {
    let tokens = |name: &str| {
        answer(
            200,
            &json!({"errcode": 0, "errmsg": "SUCCESS", "access_token": format!("{name}-access"),
                "access_token_expire_time": 1800, "refresh_token": format!("{name}-refresh"),
                "refresh_token_expire_time": 86400}),
        )
    };
    let expired = || answer(200, &refusal(10004, "TOKEN EXPIRED"));
    let done = answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "id": 28}));
    let (ran, count) = asked("yeastar", false, CREATE, vec![tokens("a"), expired(), tokens("b"), done]);
    assert_eq!((ran.code, count), (0, 4), "{ran:?}");
    let (ran, count) = asked("yeastar", false, CREATE, vec![tokens("a"), expired(), tokens("b"), expired()]);
    ends(&ran, AUTH, "yeastar", "10004", "TOKEN EXPIRED");
    assert_eq!(count, 4, "{ran:?}");
}

#[test]
fn the_fields_reported_by_the_pbx_are_passed_on() {
    let mut missing = refusal(40002, "PARAMETER ERROR");
    missing["invalid_param_list"] = json!([{"field": "hostname", "validation_type": "required"}]);
    let mut twice = refusal(40003, "DUPLICATE KEY VALUE");
    twice["duplicate_field_list"] = json!([{"field": "name", "value": "t"}]);
    for (body, exit, field, says) in
        [(missing, REJECTED, "hostname", "required"), (twice, CONFLICT, "name", "`t`")]
    {
        let (ran, _) = asked("yeastar", true, CREATE, vec![answer(200, &body)]);
        assert_eq!(ran.code, exit, "{ran:?}");
        let entry = &ran.error()["fields"][0];
        assert_eq!(entry["field"], json!(field), "{ran:?}");
        assert!(entry["message"].as_str().unwrap().contains(says), "{ran:?}");
    }
}

/// The text of Go's decoder for a request that is not JSON: the PBX did not apply anything.
#[test]
fn a_body_rejected_by_the_pbx_parser_was_not_applied() {
    let text = "invalid character 'u' looking for beginning of value";
    let mut body = refusal(-2, text);
    body["invalid_param_list"] = json!([{"value": text}]);
    let (ran, _) = asked("yeastar", true, CREATE, vec![answer(200, &body)]);
    let error = ends(&ran, UNAVAILABLE, "yeastar", "-2", "");
    assert_eq!(error["outcome"], json!("not_applied"), "{ran:?}");
}

#[test]
fn an_undocumented_code_is_rejected_and_shown_unchanged() {
    for code in [70999, 20003, -77] {
        let (ran, _) = asked("yeastar", true, CREATE, vec![answer(200, &refusal(code, "SOMETHING NEW"))]);
        let error = ends(&ran, REJECTED, "yeastar", &code.to_string(), "SOMETHING NEW");
        assert!(error["message"].as_str().unwrap().contains(&code.to_string()), "{ran:?}");
    }
}
