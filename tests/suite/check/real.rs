//! `trunk check` against real servers: Kamailio, SIPp and Knot DNS, and beside sipsak, another client.

use std::process::{Command, Stdio};

use super::server::{issue, pem};
use super::*;
use crate::support::daemon::{Daemon, accepts, answers_dns, answers_sip, find, refusing_udp};
use crate::support::refusing::Refusing;

/// Kamailio answers by the domain of the request.
const ROUTES: &str = r#"
request_route {
    if ($rd == "302.example") { append_to_reply("Contact: <sip:elsewhere.example>\r\n"); sl_send_reply("302", "Moved"); exit; }
    if ($rd == "401.example") { www_challenge("lab", "0"); exit; }
    if ($rd == "403.example") { sl_send_reply("403", "Forbidden"); exit; }
    if ($rd == "404.example") { sl_send_reply("404", "Not Found"); exit; }
    if ($rd == "405.example") { append_to_reply("Allow: INVITE, ACK\r\n"); sl_send_reply("405", "Method Not Allowed"); exit; }
    if ($rd == "503.example") { append_to_reply("Retry-After: 120\r\n"); sl_send_reply("503", "Service Unavailable"); exit; }
    if ($rd == "silent.example") { exit; }
    if ($rd == "closed.example") { tcp_close_connection(); exit; }
    options_reply();
}
"#;

/// A Kamailio that uses its first port for UDP and TCP; `more` configures the others.
fn kamailio<const N: usize>(place: &Place, more: impl Fn(&[u16; N]) -> String) -> Daemon<N> {
    let configure = |ports: &[u16; N]| {
        let modules = ["pv", "sl", "textops", "siputils", "auth", "tcpops"];
        let modules: String = modules.iter().map(|name| format!("loadmodule \"{name}.so\"\n")).collect();
        let text = format!(
            "#!KAMAILIO\nlog_stderror=yes\nchildren=1\ntcp_children=1\nauto_aliases=no\ndns=no\nrev_dns=no\n\
             listen=udp:127.0.0.1:{port}\nlisten=tcp:127.0.0.1:{port}\n{modules}{}{ROUTES}",
            more(ports),
            port = ports[0],
        );
        let file = place.write("kamailio.cfg", &text);
        let folder = place.path().to_string_lossy().into_owned();
        let pid = place.path().join("kamailio.pid").to_string_lossy().into_owned();
        // In the foreground, and with little memory.
        ["-f", &file, "-DD", "-E", "-m", "32", "-w", &folder, "-Y", &folder, "-P", &pid]
            .map(str::to_owned)
            .into()
    };
    Daemon::start("kamailio", place, configure, |ports| answers_sip(ports[0]))
}

/// A SIPp that answers each OPTIONS with these messages.
fn sipp(place: &Place, transport: &str, answers: &[&str]) -> Daemon<1> {
    const COPIED: &str = "[last_Via:]\n[last_From:]\n[last_To:];tag=lab\n[last_Call-ID:]\n[last_CSeq:]\n";
    let sent = |text: &&str| {
        let (first, rest) = text.split_once('\n').unwrap();
        format!("<send><![CDATA[\n{first}\n{COPIED}{rest}\n]]></send>\n")
    };
    let sent: String = answers.iter().map(sent).collect();
    let text = format!(
        "<?xml version=\"1.0\"?>\n<scenario name=\"answers\">\n<recv request=\"OPTIONS\"/>\n{sent}</scenario>\n"
    );
    let scenario = place.write("scenario.xml", &text);
    let configure = |ports: &[u16; 1]| {
        let port = ports[0].to_string();
        ["-sf", &scenario, "-t", transport, "-i", "127.0.0.1", "-p", &port, "-nostdin"]
            .map(str::to_owned)
            .into()
    };
    let is_ready = |ports: &[u16; 1]| match transport {
        "u1" => answers_sip(ports[0]),
        _ => accepts(ports[0]),
    };
    Daemon::start("sipp", place, configure, is_ready)
}

/// A Knot DNS that serves `lab.example` with these records, and fails to serve `broken.example`.
fn knot(place: &Place, records: &str) -> Daemon<1> {
    let zone = format!("$TTL 300\n@ SOA ns admin 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n{records}\n");
    place.write("lab.zone", &zone);
    let folder = place.path().to_string_lossy();
    let configure = |ports: &[u16; 1]| {
        let text = format!(
            "server:\n  rundir: \"{folder}\"\n  listen: 127.0.0.1@{port}\n  udp-workers: 1\n  tcp-workers: 1\n  \
             background-workers: 1\nlog:\n- target: stderr\n  any: info\ndatabase:\n  storage: \"{folder}/db\"\n\
             template:\n- id: default\n  storage: \"{folder}\"\n  semantic-checks: off\n  journal-content: none\n  \
             zonefile-sync: -1\nzone:\n- domain: lab.example\n  file: lab.zone\n- domain: broken.example\n  \
             file: missing.zone\n",
            port = ports[0],
        );
        vec!["-c".to_owned(), place.write("knot.conf", &text)]
    };
    Daemon::start("knotd", place, configure, |ports| answers_dns(ports[0], "lab.example"))
}

/// How sipsak ends: 0 for 200, 1 for another answer, 2 for 401, since no password is given, and 3 for none.
fn sipsak(address: &str, transport: &str, domain: &str) -> i32 {
    let uri = format!("sip:{domain}");
    // With a T1 of 10 ms, it waits for less than a second.
    let transport = format!("--transport={transport}");
    let args = ["--timer-t1=10", "--ignore-redirects", &transport, "-p", address, "-s", &uri];
    let status = Command::new(find("sipsak")).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.unwrap().code().unwrap()
}

/// The first probe of `sip.options`.
fn probe(ran: &Ran) -> Value {
    check(ran, "sip.options")["evidence"]["probes"][0].clone()
}

#[test]
#[ignore = "needs real servers: apt-get install kamailio kamailio-tls-modules sip-tester sipsak knot"]
fn the_answers_of_kamailio_have_their_verdicts_and_sipsak_agrees() {
    let place = Place::new();
    let server = kamailio(&place, |_: &[u16; 1]| String::new());
    let address = format!("127.0.0.1:{}", server.ports[0]);
    for (domain, verdict, header, sipsak_ends) in [
        ("200.example", "pass", ("accept", "*/*"), 0),
        ("302.example", "warn", ("server", "kamailio"), 1),
        ("401.example", "pass", ("server", "kamailio"), 2),
        ("403.example", "pass", ("server", "kamailio"), 1),
        ("404.example", "pass", ("server", "kamailio"), 1),
        ("405.example", "pass", ("allow", "INVITE, ACK"), 1),
        ("503.example", "warn", ("retry_after", "120"), 1),
    ] {
        for transport in ["udp", "tcp"] {
            let ran =
                target(&place, &address, &format!("--transport {transport} --domain {domain}")).expect(0);
            assert_eq!(check(&ran, "sip.options")["verdict"], verdict, "{domain}: {ran:?}");
            let probe = probe(&ran);
            assert_eq!(probe["code"].to_string(), domain[..3], "{probe}");
            let (name, value) = header;
            assert!(probe[name].as_str().is_some_and(|text| text.starts_with(value)), "{domain}: {probe}");
            assert_eq!(sipsak(&address, transport, domain), sipsak_ends, "{transport} {domain}");
        }
    }
    for transport in ["udp", "tcp"] {
        let words = format!("--transport {transport} --domain silent.example --timeout 1s");
        let ran = target(&place, &address, &words).expect(0);
        assert_eq!(check(&ran, "sip.options")["verdict"], "unknown", "{ran:?}");
    }
    assert_eq!(sipsak(&address, "udp", "silent.example"), 3);
    let ran = target(&place, &address, "--transport tcp --domain closed.example").expect(15);
    assert!(ran.out.contains("closes the connection without an answer"), "{ran:?}");
    // A port without TLS waits for a request that can be read.
    let ran = target(&place, &address, "--transport tls --timeout 1s").expect(0);
    assert_eq!(check(&ran, "tls.handshake")["verdict"], "unknown", "{ran:?}");
}

#[test]
#[ignore = "needs real servers: apt-get install kamailio kamailio-tls-modules sip-tester sipsak knot"]
fn sipsak_also_reports_a_refused_packet_as_a_failure() {
    let (_socket, address) = refusing_udp();
    let address = address.to_string();
    let ran = target(&Place::new(), &address, "--transport udp").expect(15);
    assert_eq!(check(&ran, "net.connect")["verdict"], "fail", "{ran:?}");
    assert_eq!(sipsak(&address, "udp", "a.example"), 3);
}

#[test]
#[ignore = "needs real servers: apt-get install kamailio kamailio-tls-modules sip-tester sipsak knot"]
fn provisional_answers_and_bodies_of_sipp_are_read() {
    const TRYING: &str = "SIP/2.0 100 Trying\nContent-Length: 0\n";
    const MEDIA: &str = "SIP/2.0 200 OK\nContent-Type: application/sdp\nContent-Length: [len]\n\nv=0\n\
                         o=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 4000 RTP/AVP 8 18\n";
    for (transport, mode) in [("udp", "u1"), ("tcp", "t1")] {
        let place = Place::new();
        let server = sipp(&place, mode, &[TRYING, MEDIA]);
        for (codec, verdict, exit) in [("alaw", "pass", 0), ("opus", "fail", 15)] {
            let text = format!(
                "name = \"t\"\nhost = \"127.0.0.1\"\nport = {}\ntransport = \"{transport}\"\ncodecs = [\"{codec}\"]\n",
                server.ports[0]
            );
            let file = place.write("trunk.toml", &text);
            let ran = place.run(&["-o", "json", "trunk", "check", "--from", &file]).expect(exit);
            assert_eq!(probe(&ran)["code"], 200, "{ran:?}");
            assert_eq!(check(&ran, "codecs.overlap")["verdict"], verdict, "{transport} {codec}: {ran:?}");
        }
    }
    let place = Place::new();
    let server = sipp(&place, "u1", &[TRYING]);
    let ran = target(&place, &format!("127.0.0.1:{}", server.ports[0]), "--timeout 1s").expect(0);
    let options = check(&ran, "sip.options");
    assert!(options["message"].as_str().unwrap().contains("answered 100 and nothing after it"), "{options}");
}

#[test]
#[ignore = "needs real servers: apt-get install kamailio kamailio-tls-modules sip-tester sipsak knot"]
fn the_certificates_of_kamailio_have_their_verdicts() {
    const NAME: &str = "sip.lab.example";
    let place = Place::new();
    // The name of the certificate, the days until it expires, and how its port treats client certificates.
    let kinds = [
        (NAME, 90, "method = TLSv1.2+\n"),
        (NAME, -1, "method = TLSv1.2+\n"),
        (NAME, 9, "method = TLSv1.2+\n"),
        ("other.lab.example", 90, "method = TLSv1.2+\n"),
        (NAME, 90, "method = TLSv1.2+\nverify_certificate = yes\nrequire_certificate = no\n"),
        // A client learns of its missing certificate in the handshake, and with TLS 1.3 after it.
        (NAME, 90, "method = TLSv1.2\nverify_certificate = yes\nrequire_certificate = yes\n"),
        (NAME, 90, "method = TLSv1.2+\nverify_certificate = yes\nrequire_certificate = yes\n"),
    ];
    let files = kinds.map(|(name, days, _)| {
        let issued = issue(&[name], days);
        let file = |what: &str, text: &str| place.write(&format!("{name}{days}.{what}"), text);
        let authority = file("authority", &pem("CERTIFICATE", &issued.authority));
        let lines = format!(
            "certificate = {}\nprivate_key = {}\nca_list = {authority}\n",
            file("certificate", &pem("CERTIFICATE", &issued.certificate)),
            file("key", &pem("PRIVATE KEY", &issued.key)),
        );
        (authority, lines)
    });
    let server = kamailio(&place, |ports: &[u16; 8]| {
        let mut rows = format!("[server:default]\n{}", files[0].1);
        let mut listening = String::new();
        for ((port, (_, lines)), (.., asks)) in ports[1..].iter().zip(&files).zip(&kinds) {
            rows += &format!("[server:127.0.0.1:{port}]\n{lines}{asks}");
            listening += &format!("listen=tls:127.0.0.1:{port}\n");
        }
        // A second certificate of the first port, for clients that ask for it.
        rows += &format!("[server:127.0.0.1:{}]\nserver_name = other.lab.example\n{}", ports[1], files[3].1);
        let file = place.write("tls.cfg", &rows);
        format!(
            "enable_tls=yes\n{listening}loadmodule \"tls.so\"\nmodparam(\"tls\", \"config\", \"{file}\")\n"
        )
    });
    let dns = knot(&place, "sip A 127.0.0.1");
    let run = |at: usize, words: &str| {
        let words = format!("--transport tls --resolver 127.0.0.1:{} {words}", dns.ports[0]);
        target(&place, &format!("{NAME}:{}", server.ports[at + 1]), &words)
    };
    let trusted = |at: usize| run(at, &format!("--ca-file {}", files[at].0));
    // Where something is wrong with the certificate, no SIP is sent.
    for (at, id, verdict, options, exit) in [
        (0, "tls.chain", "pass", "pass", 0),
        (1, "tls.expiry", "fail", "skipped", 15),
        (2, "tls.expiry", "warn", "pass", 0),
        (3, "tls.name", "fail", "skipped", 15),
        (4, "tls.client_certificate", "pass", "pass", 0),
        (5, "tls.client_certificate", "warn", "unknown", 0),
        (6, "tls.client_certificate", "warn", "unknown", 0),
    ] {
        let ran = trusted(at).expect(exit);
        assert_eq!(check(&ran, id)["verdict"], verdict, "{at}: {ran:?}");
        assert_eq!(check(&ran, "sip.options")["verdict"], options, "{at}: {ran:?}");
        // With TLS 1.3, the server refuses after the request has been sent.
        let sent = u8::from(at != 5 && options != "skipped");
        assert_eq!(probe(&ran)["sent"], sent, "{at}: {ran:?}");
        for other in
            ["tls.handshake", "tls.name", "tls.expiry", "tls.chain"].iter().filter(|other| **other != id)
        {
            assert_eq!(check(&ran, other)["verdict"], "pass", "{at}: {ran:?}");
        }
    }
    let ran = run(0, "").expect(15);
    let chain = check(&ran, "tls.chain");
    assert_eq!(chain["verdict"], "fail", "{chain}");
    assert!(chain["hint"].as_str().unwrap().contains("--ca-file"), "{chain}");
    assert_eq!(check(&ran, "sip.options")["verdict"], "skipped", "{ran:?}");
    let words = format!("--transport tls --domain other.lab.example --ca-file {}", files[3].0);
    let ran = target(&place, &format!("127.0.0.1:{}", server.ports[1]), &words).expect(0);
    assert_eq!(check(&ran, "tls.name")["verdict"], "pass", "{ran:?}");
    // Plain SIP to a port for TLS.
    let ran = target(&place, &format!("127.0.0.1:{}", server.ports[1]), "--transport tcp").expect(15);
    assert!(check(&ran, "sip.options")["hint"].as_str().unwrap().contains("may expect TLS"), "{ran:?}");
}

#[test]
#[ignore = "needs real servers: apt-get install kamailio kamailio-tls-modules sip-tester sipsak knot"]
fn servers_are_found_in_the_records_of_knot() {
    let place = Place::new();
    let server = kamailio(&place, |_: &[u16; 1]| String::new());
    let (alive, (_socket, dead)) = (server.ports[0], refusing_udp());
    let closed = Refusing::new();
    let dead = dead.port();
    let closed = closed.base.rsplit(':').next().unwrap();
    let mut records = format!(
        "a A 127.0.0.1\ndual A 127.0.0.1\ndual AAAA ::1\nempty TXT \"x\"\nalias CNAME a\nloop CNAME loop2\nloop2 CNAME loop\nself CNAME self\n\
         naptr NAPTR 10 10 \"u\" \"E2U+sip\" \"!^.*$!sip:x@a!\" .\nnaptr NAPTR 20 10 \"s\" \"SIP+D2T\" \"\" _sip._tcp.other\n\
         naptr NAPTR 30 10 \"s\" \"SIP+D2U\" \"\" _sip._udp.two\n_sip._tcp.other SRV 1 1 {alive} a\n\
         srv A 127.0.0.1\n_sip._udp.srv SRV 10 0 {alive} a\n_sip._udp.none SRV 0 0 0 .\n\
         _sip._udp.two SRV 10 0 {dead} a\n_sip._udp.two SRV 20 0 {alive} a\n\
         _sip._tcp.two SRV 10 0 {closed} a\n_sip._tcp.two SRV 20 0 {alive} a\n\
         _sip._udp.toalias SRV 10 0 {alive} alias\n_sip._udp.tonothing SRV 10 0 {alive} empty\nchain9 CNAME chain8\n",
    );
    for at in 1..=8 {
        let next = if at == 1 { "a".to_owned() } else { format!("chain{}", at - 1) };
        records += &format!("chain{at} CNAME {next}\n");
    }
    // Too many for a datagram: the resolver has to ask again over TCP.
    for at in 0..60 {
        let name = format!("server-{at}-with-a-long-name-that-fills-the-answer");
        records += &format!("_sip._udp.many SRV 10 0 {alive} {name}\n{name} A 127.0.0.1\n");
    }
    let dns = knot(&place, &records);
    let (udp, tcp) = (format!("udp {alive}"), format!("tcp {alive}"));
    let (first_dead, first_closed) =
        (format!("udp {dead}, udp {alive}"), format!("tcp {closed}, tcp {alive}"));
    let with_port = format!("a.lab.example:{alive}");
    // Kamailio has no IPv6 here, and the machine may have none either.
    let (dual, both) = (format!("dual.lab.example:{alive}"), format!("udp {alive}, udp {alive}"));
    for (host, transport, resolve, part, candidates) in [
        ("naptr.lab.example", "dnsnaptr", "pass", "resolves", tcp.as_str()),
        ("srv.lab.example", "dnsnaptr", "pass", "resolves", &udp),
        ("srv.lab.example", "udp", "pass", "resolves", &udp),
        ("a.lab.example", "udp", "pass", "resolves", "udp 5060"),
        ("alias.lab.example", "tls", "pass", "resolves", "tls 5061"),
        (&with_port, "udp", "pass", "resolves", &udp),
        (&dual, "udp", "pass", "resolves", &both),
        ("two.lab.example", "udp", "pass", "resolves", &first_dead),
        ("two.lab.example", "tcp", "pass", "resolves", &first_closed),
        ("many.lab.example", "udp", "pass", "resolves", &udp),
        ("toalias.lab.example", "udp", "pass", "resolves", &udp),
        ("chain8.lab.example", "udp", "pass", "resolves", "udp 5060"),
        ("chain9.lab.example", "udp", "fail", "more than 8", ""),
        ("loop.lab.example", "udp", "fail", "in a circle", ""),
        ("self.lab.example", "dnsnaptr", "fail", "in a circle", ""),
        ("tonothing.lab.example", "udp", "fail", "has no address", ""),
        ("none.lab.example", "udp", "fail", "not offered", ""),
        ("empty.lab.example", "udp", "fail", "has no address", ""),
        ("nothing.lab.example", "dnsnaptr", "fail", "does not exist", ""),
        ("a.broken.example", "udp", "unknown", "Server Failure", ""),
        ("a.elsewhere.example", "udp", "unknown", "Query Refused", ""),
    ] {
        let words = format!("--transport {transport} --timeout 1s --resolver 127.0.0.1:{}", dns.ports[0]);
        let ran = target(&place, host, &words);
        let found = check(&ran, "dns.resolve");
        assert_eq!(found["verdict"], resolve, "{host} {transport}: {ran:?}");
        assert!(found["message"].as_str().unwrap().contains(part), "{host} {transport}: {found}");
        let all = check(&ran, "dns.candidates");
        let all = all["evidence"]["candidates"].as_array().unwrap().iter();
        let all = all.map(|one| format!("{} {}", one["transport"].as_str().unwrap(), one["port"]));
        assert_eq!(all.collect::<Vec<_>>().join(", "), candidates, "{host} {transport}: {ran:?}");
        if candidates.contains(&alive.to_string()) {
            assert_eq!(check(&ran, "sip.options")["verdict"], "pass", "{host} {transport}: {ran:?}");
        }
    }
    for transport in ["udp", "tcp"] {
        let words = format!("--transport {transport} --resolver 127.0.0.1:{}", dns.ports[0]);
        let ran = target(&place, "two.lab.example", &words).expect(0);
        let connect = check(&ran, "net.connect");
        assert_eq!(connect["verdict"], "warn", "{connect}");
        assert!(connect["hint"].as_str().unwrap().contains("the first server does not work"), "{connect}");
        let candidates = &check(&ran, "dns.candidates")["evidence"]["candidates"];
        assert_eq!((&candidates[0]["selected"], &candidates[1]["selected"]), (&Value::Null, &json!(true)));
    }
}
