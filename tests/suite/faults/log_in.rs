//! Log-ins that fail, and tokens that expire.

use super::*;
use crate::support::scripted::Scripted;

const YEASTAR: Job = ("yeastar", PEER);
const ZOOM: Job = ("zoom", "sip-settings assign --account sub-1 --enable true");
const ITNIOTECH: Job = (
    "itniotech",
    "trunk create --name t --direction inbound --allowed-ip 192.0.2.60 --agent-group 1000026=442071838750",
);

/// The token for the n-th request, in each vendor's form.
pub fn tokens(at: usize, path: &str) -> Act {
    let body = if path.contains("oauth") {
        format!(r#"{{"access_token":"token{at}","token_type":"bearer","expires_in":3600}}"#)
    } else {
        format!(
            r#"{{"errcode":0,"errmsg":"SUCCESS","access_token":"token{at}","access_token_expire_time":1800,
                "refresh_token":"refresh{at}","refresh_token_expire_time":86400}}"#
        )
    };
    Act::Raw(http(200, "", &body))
}

pub fn is_log_in(request: &str) -> bool {
    let line = request.lines().next().unwrap_or_default();
    ["oauth/token", "get_token", "refresh_token"].iter().any(|path| line.contains(path))
}

/// A server that issues tokens and answers everything else in turn; the last answer is repeated.
fn giving_tokens(answers: Vec<Act>) -> Scripted {
    let turn = std::sync::atomic::AtomicUsize::new(0);
    Scripted::answering(move |at, request| {
        if is_log_in(request) {
            return tokens(at, request);
        }
        let turn = turn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        answers.get(turn).or(answers.last()).cloned().unwrap()
    })
}

fn count(server: &Scripted) -> (usize, usize) {
    let requests = server.requests();
    let log_ins = requests.iter().filter(|request| is_log_in(request)).count();
    (log_ins, requests.len() - log_ins)
}

#[test]
fn a_wrong_secret_is_tried_once() {
    let refused =
        r#"{"errcode":-1,"errmsg":"FAILURE","invalid_param_list":[{"field":"username or password"}]}"#;
    let blocked = r#"{"errcode":70004,"errmsg":"ACCOUNT IP BLOCKED"}"#;
    let full = r#"{"errcode":60002,"errmsg":"MAX LIMITATION EXCEEDED"}"#;
    let invalid = r#"{"reason":"Invalid client_id or client_secret","error":"invalid_client"}"#;
    for (job, answer, code) in [
        (YEASTAR, Act::Json(200, refused), 5),
        (YEASTAR, Act::Json(200, blocked), 5),
        (YEASTAR, Act::Json(200, full), 8),
        (ZOOM, Act::Json(400, invalid), 5),
        (ZOOM, Act::Json(401, invalid), 5),
        (ZOOM, Act::Json(400, "{}"), 5),
        (ZOOM, Act::Raw(http(401, "", "")), 5),
        (ITNIOTECH, Act::Json(200, r#"{"status":"-1","reason":"account authentication failed"}"#), 5),
    ] {
        let server = Scripted::start(vec![answer]);
        let ran = Lab::logging_in(&server.base).run(job, "").expect(code);
        assert_ne!(ran.error()["outcome"], "unknown", "{ran:?}");
        assert_eq!(server.requests().len(), 1, "{job:?} {:?}", paths(&server.requests()));
    }
}

#[test]
fn a_log_in_that_fails_ends_the_command_before_the_write() {
    for (what, act) in [
        ("closed", Act::Drop),
        ("cut", Act::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"access_token\":".to_vec())),
        ("no HTTP", Act::Raw(b"\x00\x01\x02\r\n\r\n".to_vec())),
        ("HTML 500", html(500, "")),
        ("HTML 200", html(200, "Sign in")),
        ("empty", Act::Raw(http(200, "", ""))),
        ("a list", Act::Json(200, "[]")),
        ("no token", Act::Json(200, r#"{"errcode":0,"errmsg":"SUCCESS"}"#)),
        (
            "a token that is none",
            Act::Json(200, r#"{"errcode":0,"access_token":7,"access_token_expire_time":1}"#),
        ),
        ("redirect", Act::Raw(http(302, "Location: http://127.0.0.1:9/\r\n", ""))),
    ] {
        for job in [YEASTAR, ZOOM] {
            let what = format!("{what}: {job:?}");
            let server = Scripted::start(vec![act.clone()]);
            read_failed(Lab::logging_in(&server.base).run(job, "--retries 0"), &what);
            assert_eq!(count(&server), (1, 0), "{what}");
        }
    }
}

#[test]
fn an_expired_token_is_renewed_once_and_the_write_is_done_once() {
    let expired = Act::Json(200, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#);
    let invalid = Act::Json(401, r#"{"code":124,"message":"Invalid access token."}"#);
    let created = Act::Json(200, r#"{"errcode":0,"errmsg":"SUCCESS","id":28}"#);
    let no_content = Act::Raw(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_vec());
    for (job, dead, done) in [
        (YEASTAR, expired, created),
        (ZOOM, invalid, no_content.clone()),
        (ZOOM, Act::Raw(http(401, "", "")), no_content),
    ] {
        let server = giving_tokens(vec![dead.clone(), done]);
        let lab = Lab::logging_in(&server.base);
        lab.run(job, "").expect(0);
        assert_eq!(count(&server), (2, 2), "{job:?} {:?}", paths(&server.requests()));
        let requests = server.requests();
        assert!(requests[1].contains("token0") && requests[3].contains("token2"), "{requests:?}");
        // The next command uses the token of the first one.
        lab.run(job, "").expect(0);
        assert_eq!(count(&server), (2, 3), "{job:?}");

        let server = giving_tokens(vec![dead.clone()]);
        let ran = Lab::logging_in(&server.base).run(job, "").expect(5);
        assert_eq!(ran.error()["outcome"], "not_applied", "{ran:?}");
        assert_eq!(count(&server), (2, 2), "{job:?} {:?}", paths(&server.requests()));

        // A token of the profile cannot be renewed.
        let server = giving_tokens(vec![dead]);
        Lab::new(&server.base).run(job, "").expect(5);
        assert_eq!(count(&server), (0, 1), "{job:?} {:?}", paths(&server.requests()));
    }
}

#[test]
fn a_log_in_at_a_wrong_address_names_the_key_to_check() {
    let server = Scripted::start(vec![Act::Raw(http(404, "", "<h1>Not Found</h1>"))]);
    let error = Lab::logging_in(&server.base).run(YEASTAR, "").expect(9).error();
    assert!(
        error["hint"].as_str().is_some_and(|hint| hint.contains("check the profile's `base_url`")),
        "{error}"
    );
    assert!(error["message"].as_str().unwrap().contains("HTTP 404"), "{error}");
}

#[test]
fn a_write_that_is_lost_after_a_renewal_is_unknown() {
    let expired = Act::Json(200, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#);
    let server = giving_tokens(vec![expired, Act::Drop]);
    unknown(Lab::logging_in(&server.base).run(YEASTAR, "--retries 0"), "lost after a renewal");
    // The write twice, and one read of the trunks on the PBX.
    assert_eq!(count(&server), (2, 3));
}

#[test]
fn a_refused_refresh_token_causes_one_log_in() {
    let server = Scripted::answering(|at, request| {
        if request.contains("/refresh_token") {
            Act::Json(200, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#)
        } else if is_log_in(request) {
            tokens(at, request)
        } else if at == 1 {
            Act::Json(200, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#)
        } else {
            Act::Json(200, r#"{"errcode":0,"errmsg":"SUCCESS","id":28}"#)
        }
    });
    Lab::logging_in(&server.base).run(YEASTAR, "").expect(0);
    let asked = paths(&server.requests());
    let ends: Vec<&str> = asked.iter().map(|path| path.rsplit('/').next().unwrap()).collect();
    assert_eq!(ends, ["get_token", "create", "refresh_token", "get_token", "create"]);
}

#[test]
fn a_refused_timestamp_is_signed_again_once() {
    let late = Act::Json(200, r#"{"status":"-16","reason":"timestamp out of range"}"#);
    let server = Scripted::start(vec![late.clone()]);
    let ran = Lab::new(&server.base).run(ITNIOTECH, "").expect(5);
    assert_eq!(ran.error()["vendor_code"], "-16");
    assert_eq!(ran.error()["outcome"], "not_applied");
    assert!(ran.error()["hint"].to_string().contains("clock"), "{ran:?}");
    assert_eq!(server.requests().len(), 2);

    let done = Act::Json(200, r#"{"status":"0","reason":"success","data":"28"}"#);
    let server = Scripted::start(vec![late, done]);
    Lab::new(&server.base).run(ITNIOTECH, "").expect(0);
    assert_eq!(server.requests().len(), 2);
}
