//! Trunks and addresses that cannot work: each has a clear verdict or error, in bounded time.

use super::*;
use crate::support::given::{self, answer};
use crate::support::scripted::Scripted;

/// Checks the only trunk of a PBX, as the PBX reports it; the trunk's host is not resolved here.
fn of_pbx(host: &str, port: u64, transport: &str, kind: &str) -> Ran {
    let row = json!({
        "id": 7, "name": "t", "type": kind, "status": 1, "hostname": host, "port": port, "transport": transport,
        "domain": "", "username": "u", "enb_outbound_proxy": 0,
    });
    let server = Scripted::answering(move |_, request| match request.contains("trunk/list") {
        true => answer(200, &json!({"errcode": 0, "total_number": 1, "data": [row]})),
        false => answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "data": row})),
    });
    let place = Place::new();
    let profiles = given::profiles_with_tokens(&place, &server.base);
    place.run(&[
        "--profiles-file",
        &profiles,
        "-p",
        "yeastar",
        "-o",
        "json",
        "trunk",
        "check",
        "t",
        "--timeout",
        "1s",
    ])
}

/// The verdict of a check, and its message with its hint.
fn said(ran: &Ran, id: &str) -> (String, String) {
    let check = check(ran, id);
    let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
    (text("verdict"), format!("{} | {}", text("message"), text("hint")))
}

#[track_caller]
fn is(ran: &Ran, id: &str, verdict: &str, part: &str) {
    let (found, text) = said(ran, id);
    assert!(found == verdict && text.contains(part), "{id}: {found}: {text}");
}

#[test]
fn an_invalid_host_fails_with_the_host_to_use_and_nothing_is_sent() {
    for (host, part) in [
        ("sip:provider.example", "starts with `sip:`"),
        ("sips:provider.example;transport=tls", "use the host alone"),
        ("provider.example:5080", "host contains the port 5080"),
        ("100@provider.example", "use the host alone, `provider.example`"),
        ("a..example", "neither an address nor a DNS name"),
        ("-provider.example", "neither an address nor a DNS name"),
        ("provider example", "contains a blank"),
    ] {
        let ran = of_pbx(host, 5060, "udp", "register").expect(15);
        is(&ran, "static.host_syntax", "fail", part);
        assert_eq!(ran.json()[0]["verdict"], "fail");
    }
    // The port in the host is not taken for the trunk's own.
    let ran = of_pbx("sip:provider.example", 5060, "udp", "register");
    is(&ran, "sip.options", "skipped", "use the host alone");
}

#[test]
fn an_invalid_port_is_refused_or_fails() {
    let ran = of_pbx("127.0.0.1", 70_000, "udp", "register").expect(15);
    is(&ran, "static.port_transport", "fail", "larger than 65535");
    is(&ran, "sip.options", "skipped", "larger than 65535");
    let place = Place::new();
    for (port, part) in [("0", "0 is not a port"), ("70000", "70000 is not a port")] {
        let file = place.write("trunk.toml", &format!("name = \"t\"\nhost = \"a.example\"\nport = {port}\n"));
        let ran = place.run(&["trunk", "check", "--from", &file]).expect(4);
        assert!(ran.err.contains(part), "{}", ran.err);
    }
}

#[test]
fn port_0_without_dnsnaptr_causes_a_warning() {
    // An address needs no DNS lookup, so the default port is probed; any service of this machine may listen there.
    let ran = of_pbx("127.0.0.1", 0, "udp", "register");
    is(&ran, "static.port_transport", "warn", "port 0 without transport dnsnaptr");
}

#[test]
fn unprobeable_transports_are_skipped_and_unsupported_ones_are_refused() {
    let ran = of_pbx("127.0.0.1", 5060, "ws", "register").expect(0);
    is(&ran, "sip.options", "skipped", "transport `ws` cannot be probed; only udp, tcp, tls, dnsnaptr");
    let place = Place::new();
    let profiles = given::profiles_with_tokens(&place, "http://127.0.0.1:9");
    let manifest = place.write(
        "manifest.toml",
        "[[trunk]]\nprofile = \"itniotech\"\nname = \"t\"\nkind = \"peer\"\ndirection = \"outbound\"\n\
         host = \"192.0.2.1\"\ntransport = \"tls\"\nagent_groups = [{ id = \"1\" }]\n",
    );
    let ran =
        place.run(&["--profiles-file", &profiles, "trunk", "check", "-f", &manifest, "--offline"]).expect(4);
    assert!(ran.err.contains("transport"), "{}", ran.err);
}

#[test]
fn a_trunk_without_an_address_says_what_can_be_checked() {
    let ran = of_pbx("", 5060, "udp", "account").expect(0);
    for id in ["dns.resolve", "net.connect", "sip.options"] {
        is(&ran, id, "skipped", "the other side registers with the vendor, whose status says whether it has");
    }
    is(&ran, "vendor.status", "pass", "reports");
    let ran = of_pbx("", 5060, "udp", "register").expect(0);
    is(&ran, "sip.options", "skipped", "no address that can be called");
}

#[test]
fn an_example_address_fails_with_a_reason_that_names_it() {
    let place = Place::new();
    let file = place.write("trunk.toml", "name = \"t\"\nhost = \"192.0.2.7\"\nport = 5060\n");
    let ran = place.run(&["-o", "json", "trunk", "check", "--from", &file, "--offline"]).expect(15);
    is(&ran, "static.address", "fail", "192.0.2.7 is an example address");
}

#[test]
fn a_resolver_that_refuses_leaves_the_name_unknown() {
    let closed = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    std::thread::scope(|scope| {
        for transport in ["udp", "tls", "dnsnaptr"] {
            let words = format!("--transport {transport} --timeout 1s --resolver {closed}");
            scope.spawn(move || {
                let ran = target(&Place::new(), "sip.example.com", &words).expect(0);
                is(&ran, "dns.resolve", "unknown", "--resolver");
                is(&ran, "sip.options", "skipped", "no server was found");
            });
        }
    });
}
