//! `trunk check` against SIP servers on this machine: every kind of answer, and none.

mod bad_input;
mod metrics;
#[cfg(target_os = "linux")]
mod real;
mod server;
mod trunks;
mod waits;

use serde_json::{Value, json};

use crate::support::{Place, Ran};
use server::{Say, Tls, tcp, udp};

/// Checks an address, with JSON output.
fn target(place: &Place, address: &str, words: &str) -> Ran {
    let mut args = vec!["-o", "json", "trunk", "check", "--target", address];
    args.extend(words.split_whitespace());
    place.run(&args)
}

/// The checks of the only report, as `id: verdict`.
fn verdicts(ran: &Ran) -> Vec<String> {
    let reports = ran.json();
    let [report] = reports.as_array().unwrap().as_slice() else { panic!("{ran:?}") };
    let word = |check: &Value, key: &str| check[key].as_str().unwrap().to_owned();
    let checks = report["checks"].as_array().unwrap().iter();
    checks.map(|check| format!("{}: {}", word(check, "id"), word(check, "verdict"))).collect()
}

/// A check of the only report.
fn check(ran: &Ran, id: &str) -> Value {
    let reports = ran.json();
    let checks = reports[0]["checks"].as_array().unwrap().iter();
    checks.into_iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no {id} in {ran:?}")).clone()
}

#[test]
fn a_server_that_answers_over_udp_passes() {
    let server = udp(Say::Code(200, "OK"));
    let ran = target(&Place::new(), &server.address, "").expect(0);
    assert_eq!(
        verdicts(&ran),
        [
            "static.fields: pass",
            "dns.resolve: skipped",
            "dns.candidates: pass",
            "net.connect: pass",
            "sip.options: pass",
        ]
    );
    let probes = &check(&ran, "sip.options")["evidence"]["probes"][0];
    assert_eq!(
        (&probes["code"], &probes["server"], &probes["sent"]),
        (&json!(200), &json!("lab"), &json!(1))
    );
    assert_eq!(ran.json()[0]["verdict"], "pass");
    let request = server.requests().remove(0);
    for line in ["OPTIONS sip:127.0.0.1:", "User-Agent: trunkctl/", "Max-Forwards: 70", "Content-Length: 0"] {
        assert!(request.contains(line), "{line}: {request}");
    }
    assert!(!request.contains("Authorization"), "{request}");
}

#[test]
fn each_answer_has_its_verdict() {
    for (code, reason, verdict, exit) in [
        (401, "Unauthorized", "pass", 0),
        (403, "Forbidden", "pass", 0),
        (404, "Not Found", "pass", 0),
        (405, "Method Not Allowed", "pass", 0),
        (302, "Moved", "warn", 0),
        (503, "Service Unavailable", "warn", 0),
        (600, "Busy Everywhere", "warn", 0),
    ] {
        let server = udp(Say::Code(code, reason));
        let ran = target(&Place::new(), &server.address, "").expect(exit);
        let check = check(&ran, "sip.options");
        assert_eq!(check["verdict"], verdict, "{code}: {check}");
        assert!(check["message"].as_str().unwrap().contains(&format!("{code} {reason}")), "{check}");
        let strict = if verdict == "pass" { 0 } else { 15 };
        target(&Place::new(), &server.address, "--strict").expect(strict);
    }
}

#[test]
fn a_server_that_does_not_answer_in_sip_is_unknown() {
    let cases = [
        (Say::Nothing, "did not answer"),
        (Say::Text("hello\u{1b}[2J"), "something that is not SIP: `hello [2J`"),
        (Say::OtherBranch, "did not answer"),
        (Say::Code(100, "Trying"), "answered 100 and nothing after it"),
    ];
    let run = |(say, text): (Say, &str)| {
        let server = udp(say);
        let ran = target(&Place::new(), &server.address, "--timeout 2s").expect(0);
        let check = check(&ran, "sip.options");
        assert_eq!(check["verdict"], "unknown", "{check}");
        assert!(check["message"].as_str().unwrap().contains(text), "{check}");
        target(&Place::new(), &server.address, "--timeout 300ms --strict").expect(15);
    };
    // Each waits for its time limit, so they run at the same time.
    std::thread::scope(|scope| cases.into_iter().for_each(|case| drop(scope.spawn(move || run(case)))));
}

#[test]
fn a_request_over_udp_is_sent_again_unchanged() {
    let server = udp(Say::SecondCopy);
    let ran = target(&Place::new(), &server.address, "").expect(0);
    assert_eq!(check(&ran, "sip.options")["verdict"], "pass", "{ran:?}");
    let copies = server.requests();
    assert!(copies.len() >= 2 && copies.iter().all(|copy| *copy == copies[0]), "{copies:?}");
}

#[test]
fn a_check_of_a_closed_port_fails() {
    let closed = crate::support::refusing::Refusing::new();
    let ran = target(&Place::new(), closed.base.trim_start_matches("http://"), "--transport tcp").expect(15);
    let connect = check(&ran, "net.connect");
    assert_eq!(connect["verdict"], "fail", "{connect}");
    assert!(connect["message"].as_str().unwrap().contains("nothing listens there"), "{connect}");
    assert!(connect["hint"].as_str().unwrap().contains("check host, port and transport"), "{connect}");
    assert_eq!(check(&ran, "sip.options")["verdict"], "skipped");
    let error = ran.error();
    assert_eq!((&error["kind"], &error["exit_code"]), (&json!("unhealthy"), &json!(15)));
}

#[test]
fn a_stream_is_read_in_pieces_and_an_early_end_is_a_failure() {
    let server = tcp(Say::Code(200, "OK"));
    let ran = target(&Place::new(), &server.address, "--transport tcp").expect(0);
    assert_eq!(check(&ran, "net.connect")["message"], "1 connection");
    assert_eq!(check(&ran, "sip.options")["verdict"], "pass");
    let ran = target(&Place::new(), &tcp(Say::Close).address, "--transport tcp").expect(15);
    assert!(
        check(&ran, "sip.options")["message"].as_str().unwrap().contains("closes the connection"),
        "{ran:?}"
    );
    let ran =
        target(&Place::new(), &tcp(Say::Text("220 smtp ready\r\n\r\n")).address, "--transport tcp").expect(0);
    assert_eq!(check(&ran, "sip.options")["verdict"], "unknown", "{ran:?}");
}

#[test]
fn a_certificate_is_checked_for_its_chain_its_name_and_its_dates() {
    let place = Place::new();
    let good = Tls::start(&["127.0.0.1"], 90, false);
    let authority = place.write("ca.pem", &good.authority);
    let tls = format!("--transport tls --ca-file {authority}");
    let ran = target(&place, &good.address, &tls).expect(0);
    for id in ["tls.handshake", "tls.name", "tls.expiry", "tls.chain", "sip.options"] {
        assert_eq!(check(&ran, id)["verdict"], "pass", "{id}: {ran:?}");
    }
    assert!(check(&ran, "tls.expiry")["evidence"]["days_left"].as_i64().unwrap() >= 88);
    // Not trusted: no SIP is sent.
    let ran = target(&place, &good.address, "--transport tls").expect(15);
    assert_eq!(check(&ran, "tls.chain")["verdict"], "fail", "{ran:?}");
    assert_eq!(check(&ran, "sip.options")["verdict"], "skipped", "{ran:?}");
    assert_eq!(good.requests(), 1);
    for (names, days, domain, id, verdict, exit) in [
        (vec!["127.0.0.1"], 9, "", "tls.expiry", "warn", 0),
        (vec!["127.0.0.1"], -1, "", "tls.expiry", "fail", 15),
        (vec!["sip.example.com"], 90, "--domain sip.example.com", "tls.name", "pass", 0),
        (vec!["sip.example.com"], 90, "--domain other.example.com", "tls.name", "fail", 15),
        (vec!["*.example.com"], 90, "--domain sip.example.com", "tls.name", "warn", 0),
    ] {
        let server = Tls::start(&names, days, false);
        let authority = place.write("other.pem", &server.authority);
        let ran = target(&place, &server.address, &format!("--transport tls --ca-file {authority} {domain}"));
        let ran = ran.expect(exit);
        assert_eq!(check(&ran, id)["verdict"], verdict, "{names:?} {days} {domain}: {ran:?}");
        // No SIP is sent to a server with an invalid certificate (RFC 5922 §7.3).
        let (options, requests) = if exit == 0 { ("pass", 1) } else { ("skipped", 0) };
        assert_eq!(check(&ran, "sip.options")["verdict"], options, "{names:?} {days} {domain}: {ran:?}");
        assert_eq!(server.requests(), requests, "{names:?} {days} {domain}");
    }
}

#[test]
fn the_handshake_asks_for_the_certificate_of_the_domain() {
    let place = Place::new();
    let server = Tls::start(&["127.0.0.1", "sip.example.com"], 90, false);
    let authority = place.write("ca.pem", &server.authority);
    for domain in ["--domain sip.example.com", ""] {
        target(&place, &server.address, &format!("--transport tls --ca-file {authority} {domain}")).expect(0);
    }
    assert_eq!(server.names(), [Some("sip.example.com".to_owned()), None]);
}

#[test]
fn a_server_that_never_stops_sending_is_abandoned_at_the_deadline() {
    for transport in ["udp", "tcp"] {
        let server = if transport == "udp" { udp(Say::Flood) } else { tcp(Say::Flood) };
        let ran = target(&Place::new(), &server.address, &format!("--transport {transport} --timeout 1s"));
        let options = check(&ran.expect(0), "sip.options");
        assert_eq!(options["verdict"], "unknown", "{options}");
        assert!(options["evidence"]["probes"][0]["other_messages"].as_u64() > Some(0), "{options}");
    }
}

#[test]
fn a_reset_connection_is_a_failure() {
    let ran = target(&Place::new(), &tcp(Say::Reset).address, "--transport tcp").expect(15);
    let options = check(&ran, "sip.options");
    assert!(options["message"].as_str().unwrap().contains("closes the connection"), "{options}");
}

#[test]
fn a_request_for_a_client_certificate_is_reported() {
    let place = Place::new();
    let server = Tls::start(&["127.0.0.1"], 90, true);
    let authority = place.write("ca.pem", &server.authority);
    let ran = target(&place, &server.address, &format!("--transport tls --ca-file {authority}")).expect(0);
    assert_eq!(check(&ran, "tls.client_certificate")["verdict"], "warn", "{ran:?}");
    assert_eq!(check(&ran, "sip.options")["verdict"], "unknown", "{ran:?}");
}

#[test]
fn a_server_without_tls_fails_the_handshake() {
    let server = tcp(Say::Text("SIP/2.0 400 Bad Request\r\n\r\n"));
    let ran = target(&Place::new(), &server.address, "--transport tls").expect(15);
    let handshake = check(&ran, "tls.handshake");
    assert_eq!(handshake["verdict"], "fail", "{handshake}");
    let silent = tcp(Say::Nothing);
    let ran = target(&Place::new(), &silent.address, "--transport tls --timeout 2s").expect(0);
    assert_eq!(check(&ran, "tls.handshake")["verdict"], "unknown", "{ran:?}");
}

#[test]
fn invalid_addresses_are_refused() {
    let place = Place::new();
    for (words, part) in [
        ("--target sip:a.example", "starts with `sip:`"),
        ("--target a.example:70000", "1 to 65535"),
        ("--target a.example:0", "1 to 65535"),
        ("--target=-a.example", "neither an address nor a DNS name"),
        ("--target a.example --resolver nowhere", "is not an address"),
    ] {
        let args: Vec<&str> = ["trunk", "check"].into_iter().chain(words.split(' ')).collect();
        let ran = place.run(&args).expect(2);
        assert!(ran.err.contains(part), "{words}: {}", ran.err);
    }
    let ran = place.run(&["trunk", "check", "--target", "a.example", "--transport", "sctp"]).expect(4);
    assert!(ran.err.contains("transport `sctp` is not known"), "{}", ran.err);
    place.run(&["trunk", "check", "--target", "a.example", "--ca-file", "missing.pem"]).expect(3);
}

#[test]
fn a_resolver_that_does_not_answer_leaves_the_name_unknown_in_bounded_time() {
    // It is bound, and does not answer.
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let words = format!("--transport dnsnaptr --timeout 300ms --resolver {}", silent.local_addr().unwrap());
    let ran = target(&Place::new(), "sip.example.com", &words).expect(0);
    let check = check(&ran, "dns.resolve");
    assert_eq!(check["verdict"], "unknown", "{check}");
    assert!(check["hint"].as_str().unwrap().contains("--resolver"), "{check}");
}

#[test]
fn every_check_is_explained() {
    let place = Place::new();
    let all = place.run(&["-o", "json", "explain", "check"]).expect(0).json();
    for row in all.as_array().unwrap() {
        let id = row["id"].as_str().unwrap();
        let shown = place.run(&["explain", "check", id]).expect(0).out;
        assert!(shown.contains("meaning") && shown.contains("remedy"), "{shown}");
    }
    assert!(
        place.run(&["explain", "check", "tls.expire"]).expect(6).err.contains("did you mean `tls.expiry`")
    );
}
