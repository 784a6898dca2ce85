//! Itniotech contact center: the status codes of `sipTrunk`, and those of its other products.

use serde_json::{Value, json};

use super::*;
use crate::support::given::answer;
use crate::support::scripted::http;

/// Exit code of a write, of a read, and the codes that end so.
const CODES: &[(i32, i32, &[i64])] = &[
    (AUTH, AUTH, &[-1, -2, -13, -16, -30, -31, -32]),
    (NOT_FOUND, NOT_FOUND, &[-24]),
    (CONFLICT, CONFLICT, &[-20, -47, -52, -53, -59, -60]),
    (LIMITED, LIMITED, &[-15, -23]),
    (UNKNOWN, UNAVAILABLE, &[-12, -18]),
    (
        REJECTED,
        REJECTED,
        &[-10, -21, -22, -29, -36, -44, -45, -46, -48, -49, -50, -51, -54, -55, -56, -57, -58, -61],
    ),
    (REJECTED, REJECTED, &[-63, -64, -65, -66, -67, -68, -69, -70, -75]),
];

fn refusal(code: Value, text: &str) -> Value {
    json!({"status": code, "reason": text, "data": null})
}

#[test]
fn each_code_gives_its_exit_code() {
    for (write, read, codes) in CODES {
        for code in *codes {
            let name = code.to_string();
            let text = format!("reason of {code}");
            // The page's samples have the status as a text, others as a number.
            let forms = [(CREATE_OUT, *write, json!(name)), (UPDATE, *read, json!(code))];
            for (command, exit, status) in forms {
                let (ran, sent, looks) =
                    written("itniotech", command, vec![answer(200, &refusal(status, &text))]);
                let error = ends(&ran, exit, "itniotech", &name, &text);
                // A request with a stale timestamp is signed again, once.
                assert_eq!(sent, if *code == -16 { 2 } else { 1 }, "{ran:?}");
                assert_eq!(looks, usize::from(exit == UNKNOWN), "{ran:?}");
                if command == CREATE_OUT {
                    let outcome = if exit == UNKNOWN { "unknown" } else { "not_applied" };
                    assert_eq!(error["outcome"], json!(outcome), "{ran:?}");
                }
            }
            explained("itniotech", &name, &[*write, *read]);
        }
    }
}

#[test]
fn a_request_with_a_stale_timestamp_is_signed_again_and_accepted() {
    let stale = answer(200, &refusal(json!("-16"), "timestamp"));
    let done = answer(200, &json!({"status": "0", "reason": "success", "data": 1234}));
    let (ran, count) = asked("itniotech", true, CREATE_OUT, vec![stale, done]);
    assert_eq!((ran.code, count), (0, 2), "{ran:?}");
    assert_eq!(ran.json()["id"], json!("1234"));
}

/// The field of the common model appears beside the vendor's reason.
#[test]
fn a_code_about_a_field_names_it() {
    for (code, field) in [
        ("-44", "direction"),
        ("-45", "name"),
        ("-47", "name"),
        ("-48", "agent_groups"),
        ("-49", "host"),
        ("-50", "host"),
        ("-52", "agent_groups"),
        ("-53", "host"),
        ("-54", "allowed_ip"),
        ("-55", "allowed_ip"),
        ("-57", "agent_groups"),
        ("-60", "allowed_ip"),
    ] {
        let (ran, _) = asked("itniotech", true, CREATE_OUT, vec![answer(200, &refusal(json!(code), "why"))]);
        assert_eq!(ran.error()["fields"], json!([{"field": field, "message": "why"}]), "{code}: {ran:?}");
    }
}

#[test]
fn an_http_404_means_that_the_operation_does_not_exist() {
    for act in [
        answer(404, &json!({})),
        Act::Raw(http(404, "Content-Type: text/html\r\n", "<html><h1>404 Not Found</h1></html>")),
        Act::Raw(http(404, "", "")),
        answer(
            404,
            &json!({"timestamp": 1, "status": 404, "error": "Not Found", "path": "/v3/cc/sipTrunk/add"}),
        ),
    ] {
        let (ran, _) = asked("itniotech", true, CREATE_OUT, vec![act]);
        let error = ends(&ran, UNSUPPORTED, "itniotech", "", "");
        assert_eq!(error["http_status"], json!(404), "{ran:?}");
    }
    explained("itniotech", "404", &[UNSUPPORTED]);
}

#[test]
fn an_undocumented_code_is_rejected_and_shown_unchanged() {
    for (body, code) in [
        (refusal(json!("-999"), "etwas Neues"), "-999"),
        (refusal(json!(77), "etwas Neues"), "77"),
        // Some voice pages have other keys.
        (json!({"code": "-998", "msg": "etwas Neues"}), "-998"),
    ] {
        let (ran, _) = asked("itniotech", true, CREATE_OUT, vec![answer(200, &body)]);
        let error = ends(&ran, REJECTED, "itniotech", code, "etwas Neues");
        assert!(error["message"].as_str().unwrap().contains(code), "{ran:?}");
    }
}
