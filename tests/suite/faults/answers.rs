//! Reads that fail, redirects, and endless answers.

use super::*;
use crate::support::scripted::{MOST, Scripted};

fn failures() -> Vec<(&'static str, Act)> {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"errcode\":0,\"total_number\":0,\"data\":[]";
    vec![
        ("closed before any answer", Act::Drop),
        ("cut in the body", Act::Raw(cut.as_bytes().to_vec())),
        ("no HTTP", Act::Raw(b"\x00\xff\x13\x37 nonsense\r\n\r\n".to_vec())),
        ("HTML 500", html(500, "Internal Server Error")),
        ("HTML 502", html(502, "Bad Gateway")),
        ("HTML 503", html(503, "Service Unavailable")),
        ("HTML 200", html(200, &"<p>Sign in</p>".repeat(64 << 10))),
        ("empty", Act::Raw(http(200, "", ""))),
        ("a list", Act::Json(200, "[]")),
        ("null", Act::Json(200, "null")),
        ("success without rows", Act::Json(200, "{\"errcode\":0,\"errmsg\":\"SUCCESS\",\"status\":\"0\"}")),
        (
            "rows that are none",
            Act::Json(200, "{\"errcode\":0,\"status\":\"0\",\"total_number\":1,\"data\":[7]}"),
        ),
        (
            "no UTF-8",
            Act::Raw([http(200, "", "")[..17].to_vec(), b"\r\n\r\n{\"errcode\":0,\xff}".to_vec()].concat()),
        ),
    ]
}

#[test]
fn a_failing_read_is_retried_and_then_ends_the_command_without_a_write() {
    std::thread::scope(|scope| {
        for job in LOOK_UPS {
            scope.spawn(move || {
                for (what, act) in failures() {
                    let what = format!("{what}: {job:?}");
                    let server = Scripted::start(vec![act]);
                    read_failed(Lab::new(&server.base).run(*job, "--retries 1"), &what);
                    let asked = paths(&server.requests());
                    assert_eq!(asked.len(), 2, "{what}: {asked:?}");
                    assert_eq!(asked[0], asked[1], "{what}");
                    assert!(!writes(&asked), "{what}: {asked:?}");
                }
            });
        }
    });
}

#[test]
fn a_refused_or_stalled_read_ends_the_command() {
    let (refusing, server) = (Refusing::new(), Scripted::start(vec![Act::Stall]));
    std::thread::scope(|scope| {
        for job in LOOK_UPS {
            let (refusing, server) = (&refusing, &server);
            scope.spawn(move || {
                read_failed(Lab::new(&refusing.base).run(*job, "--retries 0"), job.1);
                read_failed(Lab::new(&server.base).run(*job, "--retries 0 --timeout 300ms"), job.1);
            });
        }
    });
    assert_eq!(server.requests().len(), LOOK_UPS.len());
    assert!(!writes(&paths(&server.requests())));
}

/// Whether any of the requests changes something at a vendor.
fn writes(asked: &[String]) -> bool {
    asked
        .iter()
        .any(|path| ["/create", "/update", "/add", "sip_trunk"].iter().any(|word| path.contains(word)))
}

#[test]
fn redirects_are_never_followed_and_the_message_names_the_target_without_its_query() {
    for status in [301, 302, 303, 307, 308] {
        for job in WRITES.iter().chain(LOOK_UPS) {
            let what = format!("{status} {job:?}");
            let elsewhere =
                Scripted::start(vec![Act::Json(200, "{\"errcode\":0,\"status\":\"0\",\"id\":1}")]);
            let target = format!("{}/elsewhere", elsewhere.base);
            let location = format!("Location: {target}?access_token=static-token&next=1#part\r\n");
            let server = Scripted::start(vec![Act::Raw(http(status, &location, ""))]);
            let ran = read_failed(Lab::new(&server.base).run(*job, ""), &what);
            if WRITES.contains(job) {
                assert_eq!(ran.error()["outcome"], "not_applied", "{what}");
            }
            let message = ran.error()["message"].to_string();
            assert!(message.contains(&target) && !message.contains("next=1"), "{what}: {message}");
            assert_eq!(ran.error()["http_status"], status, "{what}");
            assert!(!ran.err.contains("static-token") && !ran.err.contains("#part"), "{what}: {ran:?}");
            assert_eq!((server.requests().len(), elsewhere.connections()), (1, 0), "{what}");
        }
    }
}

#[test]
fn an_endless_answer_is_abandoned() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    let filling: &[u8] = &[b'a'; 65536];
    let body = format!("{head}\r\n{{\"errcode\":0,\"errmsg\":\"").into_bytes();
    let header = b"X-Filling: and so on\r\n".as_slice();
    for (act, job) in
        [(body, filling), (head.as_bytes().to_vec(), header)].into_iter().flat_map(|(head, filling)| {
            [("yeastar", PEER), LOOK_UPS[0]].map(|job| (Act::Endless(head.clone(), filling), job))
        })
    {
        let server = Scripted::start(vec![act]);
        let ran = Lab::new(&server.base).run(job, "--retries 0");
        if job.1 == PEER {
            unknown(ran, "write")
        } else {
            read_failed(ran, "read")
        };
        // This bounds the bytes sent, not those read: the system's buffers alone may take some forty mebibytes.
        assert!(server.sent() < MOST, "{} bytes were taken", server.sent());
        assert_eq!(sent(&server.requests()), 1);
    }
}

#[test]
fn answers_are_limited_to_eight_mebibytes() {
    let answer = "{\"errcode\":0,\"errmsg\":\"SUCCESS\",\"id\":7}";
    for (length, fits) in [(8 << 20, true), ((8 << 20) + 1, false)] {
        let padded = answer.to_owned() + &" ".repeat(length - answer.len());
        let server = Scripted::start(vec![Act::Raw(http(200, "", &padded))]);
        let ran = Lab::new(&server.base).run(("yeastar", PEER), "--retries 0");
        if fits {
            assert_eq!((ran.code, ran.json()["id"].as_str()), (0, Some("7")), "{ran:?}");
        } else {
            let message = unknown(ran, "one byte more").error()["message"].to_string();
            assert!(message.contains("longer than 8 MiB"), "{message}");
        }
    }
}
