//! Every form of answer that is documented or was seen.

use super::super::codes::CODES;
use super::super::read;
use super::answer;
use crate::model::error::Kind::{
    self, Auth, Conflict, NotFound, RateLimited, Rejected, Unavailable, Unsupported,
};
use crate::vendors::call::{Fault, Response};
use crate::vendors::codes::After::{self, GiveUp, Later, Lost, NextDay, Renew};

fn refused(status: u16, body: &str) -> Fault {
    let fault = read::done(&answer(status, body)).unwrap_err();
    assert_eq!(fault.http, status);
    assert_eq!(fault.request_id.as_deref(), Some("v=2.0;clid=us02;rid=WEB_1"), "{body}");
    assert!(!fault.text.is_empty(), "{body}");
    fault
}

#[test]
fn settings_are_assigned_with_or_without_a_body() {
    for (status, body) in [(204, ""), (204, "{}"), (200, " \r\n"), (202, r#"{"code":null,"errors":[]}"#)] {
        read::done(&answer(status, body)).unwrap();
    }
}

#[test]
fn a_false_success_is_a_fault() {
    for (body, kind, after) in [
        ("<html>Sign in to the network</html>", Unavailable, Lost),
        (r#"{"enable":"#, Unavailable, Lost),
        ("[]", Unavailable, Lost),
        (r#"{"code":300,"message":"Invalid parameter: x"}"#, Rejected, GiveUp),
        (r#"{"error_message":"no"}"#, Unavailable, Lost),
        (r#"{"errors":[{"field":"a","message":"b"}]}"#, Unavailable, Lost),
    ] {
        let fault = refused(200, body);
        assert_eq!((fault.kind, fault.after), (kind, after), "{body}");
    }
    assert!(refused(200, "<html>Sign in").text.contains("<html>Sign in"));
    assert_eq!(refused(302, "").after, Lost);
}

#[test]
fn added_numbers_come_with_their_ids() {
    // The answer of the page "Add internal numbers".
    let page = concat!(
        "{\n \"internal_numbers\": [\n {\n \"id\": \"A26fhgdfg63\",\n",
        " \"number\": \"+16466661110\",\n \"display_number\": \"+1 646 666 1110\",\n",
        " \"country\": \"US\",\n \"type\": 0,\n \"labels\": \"SIP-Internal\",\n",
        " \"languages\": \"en-GB\",\n \"visible\": true,\n \"allow_join\": true\n }\n ]\n",
        "}",
    );
    let one = ("+16466661110".to_owned(), Some("A26fhgdfg63".to_owned()));
    assert_eq!(read::numbers(&answer(201, page)).unwrap(), std::slice::from_ref(&one));
    assert_eq!(read::numbers(&answer(200, page)).unwrap(), [one]);
    let ids = r#"{"internal_numbers":[{"id":7,"number":"+1"},{"number":"+2"},{"id":"","number":"+3"}]}"#;
    let expected = [("+1", Some("7")), ("+2", None), ("+3", None)];
    assert_eq!(
        read::numbers(&answer(201, ids)).unwrap(),
        expected.map(|(number, id)| (number.to_owned(), id.map(str::to_owned)))
    );
    for body in ["", "{}", r#"{"internal_numbers":[]}"#, r#"{"internal_numbers":[{"id":"a"}]}"#, "<p>"] {
        let fault = read::numbers(&answer(201, body)).unwrap_err();
        assert_eq!((fault.kind, fault.after), (Unavailable, Lost), "{body}");
    }
}

#[test]
fn an_assignment_answers_its_new_id() {
    let sample = concat!(
        r#"{"sip_trunks":[{"id":"new","name":"n","dnis":"1","number_prefix":"+1","#,
        r#""sip_server_address":"s"}]}"#,
    );
    for (status, body, id) in [
        (201, sample, "new"),
        (200, sample, "new"),
        (201, r#"{"sip_trunks":[{"id":8}]}"#, "8"),
        // The OpenAPI file also speaks of 204; then only the asked id is known.
        (204, "", "asked"),
        (201, "{}", "asked"),
    ] {
        assert_eq!(read::assigned(&answer(status, body), "asked").unwrap(), id, "{status} {body}");
    }
    for body in [
        r#"{"sip_trunks":[]}"#,
        r#"{"sip_trunks":[{"name":"n"}]}"#,
        r#"{"sip_trunks":[{"id":"a"},{"id":"b"}]}"#,
        r#"{"trunks":[]}"#,
        "OK",
    ] {
        let fault = read::assigned(&answer(201, body), "asked").unwrap_err();
        assert_eq!((fault.kind, fault.after), (Unavailable, Lost), "{body}");
    }
}

#[test]
fn refusals_are_classified_by_code_and_status() {
    let cases: &[(u16, &str, Kind, After, Option<&str>)] = &[
        (400, r#"{"code":2100,"message":"No sip trunk plan."}"#, Rejected, GiveUp, Some("2100")),
        (404, r#"{"code":2001,"message":"Account does not exist: x."}"#, NotFound, GiveUp, Some("2001")),
        (
            400,
            r#"{"code":300,"message":"Invalid parameter: internal_numbers"}"#,
            Rejected,
            GiveUp,
            Some("300"),
        ),
        (400, r#"{"code":300,"message":"+1 is already in use."}"#, Conflict, GiveUp, Some("300")),
        (
            400,
            r#"{"code":300,"message":"You have reached the quota of 5."}"#,
            RateLimited,
            GiveUp,
            Some("300"),
        ),
        (400, r#"{"code":"300","message":"x"}"#, Rejected, GiveUp, Some("300")),
        (400, r#"{"code":"1002_006","message":"x"}"#, Rejected, GiveUp, Some("1002_006")),
        (400, r#"{"code":4711,"message":"scopes:[a]"}"#, Auth, Renew, Some("4711")),
        (401, r#"{"code":124,"message":"Invalid access token."}"#, Auth, Renew, Some("124")),
        (404, r#"{"code":64041,"message":"x"}"#, Unsupported, GiveUp, Some("64041")),
        (400, r#"{"code":98765,"message":"new"}"#, Rejected, GiveUp, Some("98765")),
        (404, r#"{"code":98765,"message":"new"}"#, NotFound, GiveUp, Some("98765")),
        (403, r#"{"message":"Forbidden"}"#, Auth, GiveUp, None),
        (405, "", Unsupported, GiveUp, None),
        // The status outweighs a code of another kind.
        (401, r#"{"code":300,"message":"x"}"#, Auth, Renew, Some("300")),
        (429, r#"{"code":300,"message":"x"}"#, RateLimited, Later, Some("300")),
        (500, r#"{"code":300,"message":"x"}"#, Unavailable, Lost, Some("300")),
        (503, r#"{"code":98765,"message":"x"}"#, Unavailable, Lost, Some("98765")),
        (501, "", Unavailable, Lost, None),
        // The pages' own error samples are empty.
        (400, "", Rejected, GiveUp, None),
        (404, "", NotFound, GiveUp, None),
        (401, "", Auth, Renew, None),
        (502, "<html><body>Bad Gateway</body></html>", Unavailable, Lost, None),
        (400, "<html>", Rejected, GiveUp, None),
        (404, "[1]", NotFound, GiveUp, None),
        (400, r#"{"code":104,"message":"scopes:["a","b"]"}"#, Auth, GiveUp, Some("104")),
        (400, r#"{ "code" : "300", "message":"cut"#, Rejected, GiveUp, Some("300")),
        (400, r#"{"message":"cut"#, Rejected, GiveUp, None),
        (429, r#"{"code":429,"message":"maximum per-second rate limit"}"#, RateLimited, Later, Some("429")),
        (429, r#"{"code":429,"message":"the maximum daily rate limit"}"#, RateLimited, NextDay, Some("429")),
        (429, "", RateLimited, Later, None),
    ];
    for (status, body, kind, after, code) in cases {
        let fault = refused(*status, body);
        assert_eq!(
            (fault.kind, fault.after, fault.code.as_deref()),
            (*kind, *after, *code),
            "{status} {body}"
        );
    }
}

#[test]
fn every_documented_code_has_its_kind_of_fault() {
    for row in CODES.iter().filter(|row| !row.code.starts_with("HTTP ")) {
        let status = row.when.http.unwrap_or(400);
        let text = row.when.says.first().unwrap_or(&"");
        let fault = if row.when.log_in || row.code.starts_with(|c: char| c.is_ascii_lowercase()) {
            let body = serde_json::json!({"error": row.code, "reason": text});
            read::token(&answer(status, &body.to_string())).unwrap_err()
        } else {
            refused(status, &serde_json::json!({"code": row.code, "message": text}).to_string())
        };
        assert_eq!((fault.kind, fault.after), (row.kind, row.after), "{} {text}", row.code);
    }
}

#[test]
fn messages_and_fields_are_passed_on_from_zoom() {
    let fault = refused(
        400,
        concat!(
            r#"{"code":300,"message":"Validation Failed.","#,
            r#""errors":[{"field":"internal_numbers[0].country","message":"Invalid field."},"#,
            r#"{"message":"m"},{"field":"f"},"bare"]}"#,
        ),
    );
    assert_eq!(fault.text, "Validation Failed.");
    assert!(fault.known.is_some());
    let fields: Vec<_> = fault.fields.iter().map(|f| (f.field.as_str(), f.message.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("internal_numbers[0].country", "Invalid field."),
            ("request", "m"),
            ("f", r#"{"field":"f"}"#),
            ("request", "bare")
        ]
    );
    assert_eq!(refused(400, r#"{"code":300,"error_message":"other key"}"#).text, "other key");
    assert_eq!(refused(403, r#"{"detail":"why"}"#).text, r#"{"detail":"why"}"#);
    assert_eq!(refused(404, "<b>gone\u{1b}</b>").text, "<b>gone\u{fffd}</b>");
    assert_eq!(refused(404, "").text, "HTTP 404, and nothing more");
    assert_eq!(refused(400, r#"{"code":1,"errors":"odd"}"#).fields, []);
}

#[test]
fn a_daily_limit_is_recognized_only_by_its_header() {
    let limited = |headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        read::done(&Response { status: 429, headers, body: Vec::new() }).unwrap_err()
    };
    assert_eq!(limited(&[("x-ratelimit-type", "Daily-limit")]).after, NextDay);
    assert_eq!(limited(&[("x-ratelimit-type", "QPS")]).after, Later);
    assert_eq!(limited(&[]).request_id, None);
}

#[test]
fn a_token_is_read() {
    for (body, life) in [
        (
            concat!(
                r#"{"access_token":"canary","token_type":"bearer","expires_in":3599,"#,
                r#""scope":"a b","api_url":"u"}"#,
            ),
            3599,
        ),
        (r#"{"access_token":"canary","expires_in":"60"}"#, 60),
        (r#"{"access_token":"canary"}"#, 3600),
    ] {
        let token = read::token(&answer(200, body)).unwrap();
        assert_eq!((token.access.expose(), token.expires_in), (Some("canary"), life));
        assert!(token.refresh.is_none());
    }
}

#[test]
fn an_odd_token_answer_is_a_fault_that_shows_no_token() {
    for body in [
        "",
        "{}",
        r#"{"access_token":""}"#,
        r#"{"access_token":["canary"]}"#,
        r#"{"access_token":"canary","expires_in":{}}"#,
        r#"{"access_token":"canary""#,
        r#"{"access_token":"canary","error":true}"#,
        r#"["canary"]"#,
    ] {
        let fault = read::token(&answer(200, body)).unwrap_err();
        assert!(!fault.text.contains("canary") && !fault.text.is_empty(), "{}", fault.text);
    }
}

#[test]
fn refused_log_ins_keep_the_error_and_the_reason() {
    for (status, body, code, text) in [
        (
            400,
            r#"{"reason":"Invalid client_id or client_secret","error":"invalid_client"}"#,
            Some("invalid_client"),
            "invalid_client: Invalid client_id or client_secret",
        ),
        (400, r#"{"error":"invalid_grant"}"#, Some("invalid_grant"), "invalid_grant"),
        (
            401,
            r#"{"reason":"Bad","error":"invalid_request"}"#,
            Some("invalid_request"),
            "invalid_request: Bad",
        ),
        (
            400,
            r#"{"reason":"u","error":"unsupported_grant_type"}"#,
            Some("unsupported_grant_type"),
            "unsupported_grant_type: u",
        ),
        (400, r#"{"code":4702,"message":"Invalid client."}"#, Some("4702"), "Invalid client."),
        (400, r#"{"reason":"","error":"new_word"}"#, Some("new_word"), "new_word"),
        (403, r#"{"reason":"r","error":"access_denied"}"#, Some("access_denied"), "access_denied: r"),
        (400, "", None, "HTTP 400, and nothing more"),
        (401, "<html>", None, "<html>"),
        (403, "", None, "HTTP 403, and nothing more"),
    ] {
        let fault = read::token(&answer(status, body)).unwrap_err();
        assert_eq!((fault.kind, fault.after), (Auth, GiveUp), "{status} {body}");
        assert_eq!((fault.code.as_deref(), fault.text.as_str()), (code, text));
        assert!(fault.request_id.is_some());
    }
    let fault = read::token(&answer(503, "<html>")).unwrap_err();
    assert_eq!((fault.kind, fault.after), (Unavailable, Lost));
    let fault = read::token(&answer(429, "")).unwrap_err();
    assert_eq!((fault.kind, fault.after), (RateLimited, Later));
}
