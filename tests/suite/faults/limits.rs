//! Rate limits, the deadline, and retries.

use super::*;
use crate::support::scripted::Scripted;

/// Each vendor's answer to a successful write.
fn done(job: Job) -> Act {
    Act::Json(
        200,
        match (job.0, job.1.starts_with("internal-numbers")) {
            ("yeastar", _) => r#"{"errcode":0,"errmsg":"SUCCESS","id":28}"#,
            ("itniotech", _) => r#"{"status":"0","reason":"success","data":"28"}"#,
            (_, true) => r#"{"internal_numbers":[{"id":"n1","number":"+16466661110"}]}"#,
            _ => "{}",
        },
    )
}

#[test]
fn a_limited_write_is_sent_again_and_done_once() {
    // In parallel, because without the header each one waits.
    std::thread::scope(|scope| {
        for job in WRITES {
            scope.spawn(move || {
                for headers in ["Retry-After: 0\r\n", ""] {
                    let limited = Act::Raw(http(429, headers, ""));
                    let server = Scripted::start(vec![limited, done(*job)]);
                    Lab::new(&server.base).run(*job, "--retries 1").expect(0);
                    assert_eq!(server.requests().len(), 2, "{headers:?} {job:?}");
                }
            });
        }
    });
}

#[test]
fn a_write_that_stays_limited_has_its_own_exit_code() {
    let page = "<html>Too Many Requests</html>";
    for (headers, body) in [("Retry-After: 0\r\n", ""), ("Retry-After: 0\r\n", page)] {
        for job in WRITES {
            let server = Scripted::start(vec![Act::Raw(http(429, headers, body))]);
            let ran = Lab::new(&server.base).run(*job, "--retries 1").expect(8);
            assert_eq!(ran.error()["kind"], "rate_limited", "{job:?}: {ran:?}");
            assert_eq!(ran.error()["outcome"], "not_applied", "{job:?}: {ran:?}");
            assert_eq!(ran.error()["http_status"], 429, "{job:?}: {ran:?}");
            assert_eq!(server.requests().len(), 2, "{headers:?} {job:?}");
        }
    }
}

#[test]
fn a_wait_beyond_the_deadline_is_not_started() {
    // Seconds, an instant as Zoom documents it, and an HTTP date.
    for wait in [
        "3600",
        "18446744073709551615",
        "99999999999999999999999999",
        "2999-05-31T00:00:00Z",
        "Fri, 31 May 2999 00:00:00 GMT",
    ] {
        for job in WRITES {
            let headers = format!("Retry-After: {wait}\r\n");
            let server = Scripted::start(vec![Act::Raw(http(429, &headers, ""))]);
            let ran = Lab::new(&server.base).run(*job, "").expect(8);
            assert!(!ran.err.contains("panicked"), "{ran:?}");
            let hint = ran.error()["hint"].to_string();
            let end = if wait.contains("2999") { "try again after 2999-05-31T00:00:00Z" } else { "" };
            assert!(hint.contains(end), "{wait} {job:?}: {hint}");
            assert_eq!(server.requests().len(), 1, "{wait} {job:?}");
        }
    }
}

#[test]
fn a_past_or_malformed_wait_time_delays_little() {
    std::thread::scope(|scope| {
        for wait in ["1999-05-31T00:00:00Z", "Mon, 31 May 1999 00:00:00 GMT", "soon", "-5", ""] {
            scope.spawn(move || {
                let headers = format!("Retry-After: {wait}\r\n");
                let job = ("yeastar", PEER);
                let server = Scripted::start(vec![Act::Raw(http(429, &headers, "")), done(job)]);
                Lab::new(&server.base).run(job, "--retries 1").expect(0);
                assert_eq!(server.requests().len(), 2, "{wait}");
            });
        }
    });
}

#[test]
fn the_deadline_overrides_the_other_limits() {
    let long = "--timeout 5m --retries 4000000000 --deadline 400ms";
    let (refusing, silent) = (Refusing::new(), Scripted::start(vec![Act::Stall]));
    let broken = Scripted::start(vec![Act::Drop]);
    not_applied(Lab::new(&refusing.base).run(("yeastar", PEER), long), "write that is refused");
    unknown(Lab::new(&silent.base).run(("yeastar", PEER), long), "write that stalls");
    for base in [&refusing.base, &silent.base, &broken.base] {
        read_failed(Lab::new(base).run(LOOK_UPS[0], long), base);
    }
    // The stalled server got one request of each command: none is sent without time for its answer.
    assert_eq!(silent.requests().len(), 2);
}

#[test]
fn enormous_limits_are_accepted() {
    let server = Scripted::start(vec![done(("yeastar", PEER))]);
    let long = "--timeout 2562047788015215h --deadline 2562047788015215h --retries 4294967295";
    Lab::new(&server.base).run(("yeastar", PEER), long).expect(0);
}
