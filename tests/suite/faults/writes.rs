//! Writes whose request or answer is lost.

use super::*;
use crate::support::scripted::Scripted;

/// Answers that do not show whether the write was applied.
fn losses() -> Vec<(&'static str, Act)> {
    let raw = |bytes: &[u8]| Act::Raw(bytes.to_vec());
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let cut = format!("{head}Content-Length: 500\r\n\r\n{{\"errcode\":0,\"status\":\"0\",\"id\":28");
    let cut_chunk = format!("{head}Transfer-Encoding: chunked\r\n\r\n40\r\n{{\"errcode\":0,");
    let no_text = b"{\"errcode\":0,\"errmsg\":\"\xff\xfe\xc3\x28\",\"id\":28,\"status\":\"\xff\"}";
    let mut bad_text = format!("{head}Content-Length: {}\r\n\r\n", no_text.len()).into_bytes();
    bad_text.extend_from_slice(no_text);
    vec![
        ("closed before any answer", Act::Drop),
        ("cut in the body", raw(cut.as_bytes())),
        ("cut in a chunk", raw(cut_chunk.as_bytes())),
        ("cut in the head", raw(b"HTTP/1.1 200 OK\r\nContent-Ty")),
        ("no HTTP", raw(b"\x00\xff\x13\x37 SSH-2.0-nonsense\r\n\r\n\xfe\xfe")),
        ("HTML 500", html(500, "Internal Server Error")),
        ("HTML 502", html(502, "Bad Gateway")),
        ("HTML 503", html(503, "Service Unavailable")),
        ("empty 500", Act::Raw(http(500, "", ""))),
        ("HTML 200", html(200, &"<p>Sign in to the guest network</p>".repeat(32 << 10))),
        ("a list", Act::Json(200, "[1]")),
        ("a list of successes", Act::Json(200, "[0, \"SUCCESS\", null, [], []]")),
        ("a text", Act::Json(200, "\"done\"")),
        ("null", Act::Json(200, "null")),
        ("half of a document", Act::Json(200, "{\"errcode\":0,\"status\":\"0\",\"data\":")),
        ("deep nesting", Act::Raw(http(200, "", &"[".repeat(100_000)))),
        ("no UTF-8", Act::Raw(bad_text)),
    ]
}

#[test]
fn a_write_without_answer_or_lookup_is_unknown_and_sent_once() {
    std::thread::scope(|scope| {
        for job in WRITES {
            scope.spawn(move || {
                for (what, act) in losses() {
                    let what = format!("{what}: {job:?}");
                    let server = Scripted::start(vec![act]);
                    let ran = unknown(Lab::new(&server.base).run(*job, "--retries 0"), &what);
                    assert_eq!(sent(&server.requests()), 1, "{what}: {:?}", paths(&server.requests()));
                    // The message stays readable, even if the answer is long.
                    assert!(ran.err.len() < 2000, "{what}: {} bytes", ran.err.len());
                }
            });
        }
    });
}

#[test]
fn an_empty_answer_is_unknown_if_the_vendor_documents_a_body() {
    // Zoom answers assignments and settings with 204: there an empty answer is a success.
    for job in WRITES.iter().filter(|job| job.0 != "zoom" || job.1.starts_with("internal-numbers")) {
        let server = Scripted::start(vec![Act::Raw(http(200, "", ""))]);
        unknown(Lab::new(&server.base).run(*job, "--retries 0"), job.1);
        assert_eq!(sent(&server.requests()), 1, "{job:?}");
    }
}

#[test]
fn a_stalled_write_ends_at_its_time_limit_and_is_unknown() {
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"errcode\":0".to_vec();
    for act in [Act::Stall, Act::Hang(half)] {
        std::thread::scope(|scope| {
            for job in WRITES {
                let act = act.clone();
                scope.spawn(move || {
                    let server = Scripted::start(vec![act]);
                    unknown(Lab::new(&server.base).run(*job, "--timeout 300ms --retries 0"), job.1);
                    assert_eq!(sent(&server.requests()), 1, "{job:?}");
                });
            }
        });
    }
}

#[test]
fn a_write_whose_connection_is_refused_is_not_applied() {
    let refusing = Refusing::new();
    for job in WRITES {
        let ran = not_applied(Lab::new(&refusing.base).run(*job, "--retries 0"), job.1);
        assert_eq!(ran.error()["retryable"], true, "{job:?}");
    }
}

#[test]
fn a_write_is_retried_until_a_connection_is_accepted_and_arrives_once() {
    std::thread::scope(|scope| {
        for job in WRITES {
            scope.spawn(move || {
                let port = Refusing::new();
                let lab = Lab::new(&port.base);
                let mut running = lab.start(*job, "-v --retries 8 --deadline 20s");
                running.wait_for("; retrying in ");
                let server = Scripted::at(port.open(), vec![Act::Drop, Act::Raw(http(403, "", ""))]);
                // The server drops it: if that counted as "not sent", it would be sent again.
                running.end().expect(11);
                assert_eq!(sent(&server.requests()), 1, "{job:?}");
            });
        }
    });
}

#[test]
fn a_bulk_write_whose_answer_is_lost_leaves_every_number_unknown() {
    let server = Scripted::start(vec![Act::Drop]);
    let job = ("zoom", "internal-numbers add --from examples/zoom/internal-numbers.yaml --account sub-1");
    let report = Lab::new(&server.base).run(job, "--retries 0").expect(12).json();
    assert_eq!(report["summary"]["unknown"], 3, "{report}");
    assert_eq!(report["summary"]["created"], 0, "{report}");
    for change in report["changes"].as_array().unwrap() {
        assert_eq!(change["outcome"], "unknown", "{change}");
        assert_eq!(change["error"]["outcome"], "unknown", "{change}");
    }
    assert_eq!(sent(&server.requests()), 1);
}
