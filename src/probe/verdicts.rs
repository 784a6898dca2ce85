//! From probes to checks.

use serde_json::{Value, json};

use super::exchange::{Probe, ProbeEnd};
use super::locate::Wire;
use super::message::Reply;
use crate::model::health::{Check, Verdict};

/// What the probes say of the far end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// It answers.
    Alive,
    /// It answers with 403 only, so our address may not be allowed.
    Forbidden,
    /// It certainly does not work: refused, closed, or the name does not exist.
    Dead,
    /// Nothing came back.
    Silent,
    /// Its certificate is not as it should be.
    BadCertificate,
}

impl Observed {
    /// The word in evidence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Forbidden => "forbidden",
            Self::Dead => "dead",
            Self::Silent => "silent",
            Self::BadCertificate => "bad certificate",
        }
    }
}

/// What an answer says (RFC 3261 §11.2 and §21).
fn answer(reply: &Reply) -> (Verdict, String, &'static str) {
    let said = match reply.reason.as_str() {
        "" => reply.code.to_string(),
        reason => format!("{} {reason}", reply.code),
    };
    let warn = |text: &str, hint| (Verdict::Warn, format!("answers {said}: {text}"), hint);
    match reply.code {
        200..=299 => (Verdict::Pass, format!("answers {said}"), ""),
        401 | 407 => {
            (Verdict::Pass, format!("answers {said}: it asks for credentials, and none were sent"), "")
        }
        403 => (
            Verdict::Pass,
            format!("answers {said}: it refuses OPTIONS or this address"),
            "check that the address that the vendor uses is on the provider's list",
        ),
        // OPTIONS is answered as an INVITE would be; 501 is what old gateways answer.
        404 | 405 | 415 | 420 | 480 | 481 | 483 | 484 | 486 | 487 | 488 | 494 | 501 => {
            (Verdict::Pass, format!("answers {said}"), "")
        }
        300..=399 => warn(
            "it points to another server, which was not followed",
            "ask the provider for the right address",
        ),
        408 | 500 | 502 | 504 => warn("an edge answers, and what is behind it does not", "ask the provider"),
        503 => warn(
            "it is out of service; a client goes to the next server",
            "try again later, or ask the provider",
        ),
        600..=699 => warn("it refuses everybody", "ask the provider"),
        _ => warn("it refuses the form of the request", "see the request and the answer with -vv"),
    }
}

/// Whether the server asked for a client certificate.
fn asked(probe: &Probe) -> bool {
    probe.tls.as_ref().is_some_and(|seen| seen.asked)
}

/// Whether a probe failed for certain, and how, in words.
fn failure(probe: &Probe) -> Option<(Verdict, &'static str, String)> {
    let at = &probe.candidate;
    let address = at.address;
    let word = if at.wire == Wire::Udp { "the packet" } else { "the connection" };
    let seconds = format!("{:.1} s", probe.waited.as_secs_f64());
    Some(match &probe.ended {
        ProbeEnd::Answered(_) => return None,
        ProbeEnd::Refused => {
            (Verdict::Fail, "net.connect", format!("{address} refuses {word}: nothing listens there"))
        }
        ProbeEnd::NotConnected => (
            Verdict::Unknown,
            "net.connect",
            format!("{address} did not accept the connection within {seconds}"),
        ),
        ProbeEnd::NoRoute(why) if at.address.is_ipv6() => {
            (Verdict::Skipped, "net.connect", format!("{address}: no IPv6 route from here ({why})"))
        }
        ProbeEnd::NoRoute(why) => {
            (Verdict::Unknown, "net.connect", format!("{address}: no route from here ({why})"))
        }
        // The vendor may have the certificate that the server asked for.
        ProbeEnd::Closed if asked(probe) => (
            Verdict::Unknown,
            "sip.options",
            format!("{address} asks for a client certificate, and closes the connection without one"),
        ),
        ProbeEnd::Closed => {
            (Verdict::Fail, "sip.options", format!("{address} closes the connection without an answer"))
        }
        ProbeEnd::NoTls(why) => {
            (Verdict::Fail, "tls.handshake", format!("{address}: the TLS handshake failed: {why}"))
        }
        ProbeEnd::TlsSilent => (
            Verdict::Unknown,
            "tls.handshake",
            format!(
                "{address} accepted the connection and did not answer the TLS handshake within {seconds}"
            ),
        ),
        ProbeEnd::NotTrusted => (
            Verdict::Skipped,
            "sip.options",
            format!("nothing was sent to {address}: its certificate is not trusted"),
        ),
        ProbeEnd::Silent => {
            let copies = if probe.sent == 1 { "1 request".into() } else { format!("{} copies", probe.sent) };
            (Verdict::Unknown, "sip.options", format!("{address} did not answer {copies} within {seconds}"))
        }
        ProbeEnd::Provisional(code) => {
            (Verdict::Unknown, "sip.options", format!("{address} answered {code} and nothing after it"))
        }
        ProbeEnd::Unreadable(text) => (
            Verdict::Unknown,
            "sip.options",
            format!("{address} answered with something that is not SIP: `{text}`"),
        ),
    })
}

/// What to do about a failure.
fn remedy(probe: &Probe) -> &'static str {
    match (&probe.ended, probe.candidate.wire) {
        (ProbeEnd::Refused, _) => "check host, port and transport; start the server, or open its firewall",
        (ProbeEnd::NotConnected, _) => "a firewall may drop the connection; check host and port",
        (ProbeEnd::NoRoute(_), _) => "check the network of this machine",
        (ProbeEnd::Closed, _) if asked(probe) => "see tls.client_certificate",
        (ProbeEnd::Closed, Wire::Tcp) => "the server may expect TLS on this port, or not allow this address",
        (ProbeEnd::Closed, _) => "the server may not allow this address",
        (ProbeEnd::NoTls(why), _) if why.contains("corrupt") || why.contains("InvalidContentType") => {
            "the server seems to speak plain SIP here; check the port and the transport"
        }
        (ProbeEnd::NoTls(why), _) if why.to_ascii_lowercase().contains("certificate") => {
            "the server may require a client certificate, which the vendor may have"
        }
        (ProbeEnd::NoTls(_), _) => "check the port and the transport, and what the server supports",
        (ProbeEnd::TlsSilent, _) => {
            "a SIP server on a port without TLS waits in silence: is this the TCP port?"
        }
        (ProbeEnd::NotTrusted, _) => "see tls.name, tls.expiry and tls.chain",
        (ProbeEnd::Silent, _) => {
            "silence proves nothing: the provider may not allow this address; ask it, or wait for the vendor's status"
        }
        (ProbeEnd::Provisional(_) | ProbeEnd::Unreadable(_) | ProbeEnd::Answered(_), _) => {
            "see the request and the answer with -vv"
        }
    }
}

/// The checks `net.connect`, `tls.handshake`, `tls.client_certificate` and `sip.options` of all probes.
pub fn probes(probes: &[Probe]) -> Vec<Check> {
    let mut checks = vec![connect(probes)];
    if probes.iter().any(|probe| probe.candidate.wire == Wire::Tls) {
        checks.push(handshake(probes));
        checks.extend(client_certificate(probes));
    }
    checks.push(options(probes));
    checks
}

/// What failed in a stage, the worst first.
fn failures<'p>(probes: &'p [Probe], stage: &str) -> Vec<(Verdict, String, &'p Probe)> {
    let mut found: Vec<(Verdict, String, &Probe)> = probes
        .iter()
        .filter_map(|probe| failure(probe).map(|(verdict, id, text)| (verdict, id, text, probe)))
        .filter(|(_, id, ..)| *id == stage)
        .map(|(verdict, _, text, probe)| (verdict, text, probe))
        .collect();
    found.sort_by_key(|(verdict, ..)| std::cmp::Reverse(*verdict));
    found
}

fn stage(probes: &[Probe], id: &'static str, good: String) -> Check {
    let failures = failures(probes, id);
    let others = failures.len() < probes.len();
    let Some((worst, _, first)) = failures.first() else { return Check::new(id, Verdict::Pass, good) };
    let text = failures.iter().map(|(_, text, _)| text.as_str()).collect::<Vec<_>>().join("; ");
    match (worst, others) {
        (Verdict::Skipped, _) => Check::new(id, Verdict::Skipped, text),
        // Some servers work: calls pass, and not every one does.
        (_, true) if probes.iter().any(|probe| probe.reply().is_some()) => {
            let hint = match probes.first().is_some_and(|probe| probe.reply().is_none()) {
                true => "the first server does not work: calls reach the next one, keepalives may not",
                false => "a server that calls would fall back to does not work",
            };
            Check::new(id, Verdict::Warn, text).hint(hint)
        }
        (worst, _) => Check::new(id, *worst, text).hint(remedy(first)),
    }
}

fn connect(probes: &[Probe]) -> Check {
    let streams = probes.iter().filter(|probe| probe.connect.is_some()).count();
    let good = match streams {
        0 => "UDP needs no connection".to_owned(),
        1 => "1 connection".to_owned(),
        many => format!("{many} connections"),
    };
    stage(probes, "net.connect", good)
}

fn handshake(probes: &[Probe]) -> Check {
    let reached: Vec<Probe> = probes.iter().filter(|probe| probe.connect.is_some()).cloned().collect();
    if reached.is_empty() {
        return Check::new("tls.handshake", Verdict::Skipped, "there is no connection");
    }
    // Where the server wanted a client certificate, its refusal says nothing about the vendor, which may have one.
    let rest: Vec<Probe> = reached.into_iter().filter(|probe| !asked(probe)).collect();
    stage(&rest, "tls.handshake", "TLS works".into())
}

fn client_certificate(probes: &[Probe]) -> Option<Check> {
    let id = "tls.client_certificate";
    let asking: Vec<&Probe> = probes.iter().filter(|probe| asked(probe)).collect();
    if asking.is_empty() {
        return None;
    }
    match asking.iter().all(|probe| probe.reply().is_some()) {
        true => Some(Check::new(
            id,
            Verdict::Pass,
            "the server asks for a client certificate, and answers without one",
        )),
        false => Some(
            Check::new(id, Verdict::Warn, "the server asks for a client certificate, and none was shown")
                .hint("check that the vendor has a certificate that the provider accepts"),
        ),
    }
}

fn options(probes: &[Probe]) -> Check {
    let id = "sip.options";
    let rows: Vec<Value> = probes.iter().map(row).collect();
    let answers: Vec<_> = probes.iter().filter_map(|probe| Some((probe, answer(probe.reply()?)))).collect();
    let worst = answers.iter().max_by_key(|(_, (verdict, ..))| *verdict);
    let check = match worst {
        Some((probe, (verdict, text, hint))) => {
            let time = probe.round_trip.map(|time| format!(" ({} ms)", time.as_millis())).unwrap_or_default();
            let text = match probes.len() {
                1 => format!("{} {text}{time}", probe.candidate.address),
                all => format!("{} of {all} answer; {} {text}{time}", answers.len(), probe.candidate.address),
            };
            Check::new(id, *verdict, text).hint(*hint)
        }
        None => {
            let refused_us = probes.iter().any(asked);
            let failures = failures(probes, id);
            match failures.first() {
                Some((verdict, _, first)) => {
                    let text =
                        failures.iter().map(|(_, text, _)| text.as_str()).collect::<Vec<_>>().join("; ");
                    Check::new(id, *verdict, text).hint(remedy(first))
                }
                None if refused_us => {
                    Check::new(id, Verdict::Unknown, "the server wants a client certificate")
                        .hint("see tls.client_certificate")
                }
                None => Check::new(id, Verdict::Skipped, "no server could be reached"),
            }
        }
    };
    check.with("probes", rows)
}

/// A probe as evidence.
fn row(probe: &Probe) -> Value {
    let at = &probe.candidate;
    let mut row = json!({
        "address": at.address.ip().to_string(),
        "port": at.address.port(),
        "transport": at.wire.word().to_ascii_lowercase(),
        "sent": probe.sent,
        "waited_ms": milliseconds(probe.waited),
    });
    let Some(fields) = row.as_object_mut() else { return row };
    if let Some(reply) = probe.reply() {
        fields.insert("code".into(), reply.code.into());
        fields.insert("reason".into(), reply.reason.clone().into());
        for (name, value) in &reply.headers {
            fields.insert((*name).into(), value.clone().into());
        }
        if let Some(seen) = &reply.seen_from {
            fields.insert("seen_from".into(), seen.clone().into());
        }
    }
    if let Some(time) = probe.round_trip {
        fields.insert("rtt_ms".into(), milliseconds(time));
    }
    if probe.strays > 0 {
        fields.insert("other_messages".into(), probe.strays.into());
    }
    row
}

fn milliseconds(time: std::time::Duration) -> Value {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).into()
}

/// The result of the probes, for the comparison with the vendor; none if nothing was tried.
pub fn observed(checks: &[Check], probes: &[Probe]) -> Option<Observed> {
    let verdict = |id: &str| checks.iter().find(|check| check.id == id).map(|check| check.verdict);
    if ["tls.chain", "tls.name", "tls.expiry"].iter().any(|id| verdict(id) == Some(Verdict::Fail)) {
        return Some(Observed::BadCertificate);
    }
    let codes: Vec<u16> = probes.iter().filter_map(Probe::reply).map(|reply| reply.code).collect();
    match (codes.is_empty(), codes.iter().all(|code| *code == 403)) {
        (false, true) => return Some(Observed::Forbidden),
        (false, false) => return Some(Observed::Alive),
        _ => {}
    }
    let certain = ["dns.resolve", "net.connect", "tls.handshake", "sip.options"];
    if certain.iter().any(|id| verdict(id) == Some(Verdict::Fail)) {
        return Some(Observed::Dead);
    }
    (!probes.is_empty()).then_some(Observed::Silent)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use super::super::certificate::Handshake;
    use super::super::locate::Candidate;
    use super::*;

    fn probe(wire: Wire, address: &str, ended: ProbeEnd) -> Probe {
        let address: SocketAddr = address.parse().unwrap();
        Probe {
            candidate: Candidate { address, wire, host: "a.example".into(), srv: None, ttl: None },
            ended,
            sent: 1,
            round_trip: None,
            connect: (wire != Wire::Udp).then(Duration::default),
            waited: Duration::from_secs(4),
            tls: None,
            strays: 0,
            transcript: Vec::new(),
        }
    }

    #[test]
    fn every_answer_has_its_verdict() {
        for (codes, expected) in [
            (vec![200, 202, 401, 407, 403, 404, 405, 480, 486, 488, 501], Verdict::Pass),
            (vec![302, 400, 408, 416, 421, 482, 500, 502, 503, 504, 513, 600, 699], Verdict::Warn),
        ] {
            for code in codes {
                let reply = Reply { code, reason: "Said".into(), ..Reply::default() };
                let (verdict, text, hint) = answer(&reply);
                assert_eq!(verdict, expected, "{code}");
                assert!(text.contains(&format!("{code} Said")), "{text}");
                assert_eq!(!hint.is_empty(), expected == Verdict::Warn || code == 403, "{code}");
            }
        }
    }

    #[test]
    fn only_certain_faults_fail_and_untried_checks_are_skipped() {
        use Verdict::{Fail, Skipped, Unknown};
        for (wire, address, ended, id, expected) in [
            (Wire::Udp, "192.0.2.1:5060", ProbeEnd::Refused, "net.connect", Fail),
            (Wire::Tcp, "192.0.2.1:5060", ProbeEnd::NotConnected, "net.connect", Unknown),
            // Without a network.
            (Wire::Udp, "192.0.2.1:5060", ProbeEnd::NoRoute("unreachable".into()), "net.connect", Unknown),
            (
                Wire::Udp,
                "[2001:db8::1]:5060",
                ProbeEnd::NoRoute("unreachable".into()),
                "net.connect",
                Skipped,
            ),
            (Wire::Tcp, "192.0.2.1:5060", ProbeEnd::Closed, "sip.options", Fail),
            (Wire::Udp, "192.0.2.1:5060", ProbeEnd::Silent, "sip.options", Unknown),
            (Wire::Udp, "192.0.2.1:5060", ProbeEnd::Provisional(100), "sip.options", Unknown),
            (Wire::Udp, "192.0.2.1:5060", ProbeEnd::Unreadable("x".into()), "sip.options", Unknown),
            (Wire::Tls, "192.0.2.1:5061", ProbeEnd::NoTls("alert".into()), "tls.handshake", Fail),
            (Wire::Tls, "192.0.2.1:5061", ProbeEnd::TlsSilent, "tls.handshake", Unknown),
            (Wire::Tls, "192.0.2.1:5061", ProbeEnd::NotTrusted, "sip.options", Skipped),
        ] {
            let probe = probe(wire, address, ended.clone());
            let checks = probes(&[probe]);
            let check = checks.iter().find(|check| check.id == id).unwrap();
            assert_eq!(check.verdict, expected, "{ended:?}");
            assert!(check.message.contains(address), "{}", check.message);
            assert!(check.hint.is_some() || expected == Skipped, "{ended:?}");
            assert!(checks.iter().all(|check| check.verdict <= expected.max(Verdict::Pass)), "{checks:?}");
        }
    }

    #[test]
    fn a_request_for_a_client_certificate_never_makes_a_check_fail() {
        for ended in [ProbeEnd::Closed, ProbeEnd::NoTls("alert: certificate_required".into())] {
            let seen = Handshake { asked: true, ..Handshake::default() };
            let probe = Probe { tls: Some(seen), ..probe(Wire::Tls, "192.0.2.1:5061", ended.clone()) };
            let checks = probes(&[probe]);
            let verdict = |id: &str| checks.iter().find(|check| check.id == id).map(|check| check.verdict);
            assert_eq!(verdict("tls.client_certificate"), Some(Verdict::Warn), "{ended:?}");
            assert_eq!(verdict("sip.options"), Some(Verdict::Unknown), "{ended:?}");
            assert!(checks.iter().all(|check| check.verdict != Verdict::Fail), "{checks:?}");
        }
    }
}
