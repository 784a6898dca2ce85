//! The checks as data, and those that need no network: what is wrong with the fields of a trunk, and what to do.

use std::net::IpAddr;

use serde::Serialize;

use super::target::{Host, split};
use crate::model::health::{Check, StaticRule, Verdict};
use crate::model::proxy::OutboundProxy;
use crate::model::trunk::{Transport, Trunk};

/// A check, as `explain check` shows it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Rule {
    /// The stable id.
    pub id: &'static str,
    /// What it looks for.
    pub meaning: &'static str,
    /// The usual cause, if it does not pass.
    pub cause: &'static str,
    /// What to do then.
    pub remedy: &'static str,
}

const fn rule(id: &'static str, meaning: &'static str, cause: &'static str, remedy: &'static str) -> Rule {
    Rule { id, meaning, cause, remedy }
}

/// Every check, in the order of reports.
pub const CHECKS: &[Rule] = &[
    rule(
        "static.fields",
        "The fields of the trunk violate none of the static rules.",
        "A violated rule has a check of its own.",
        "See that check.",
    ),
    rule(
        "static.host_syntax",
        "The host is a DNS name or an IP address.",
        "A scheme (sip:), a user, a port or a parameter is in the host field.",
        "Write the host alone, and the port in its own field.",
    ),
    rule(
        "static.port_transport",
        "The port is usual for the transport.",
        "5061 is the port of SIP over TLS, and 5060 that of UDP and TCP.",
        "Check with the provider which port and transport belong together.",
    ),
    rule(
        "static.naptr_port",
        "A trunk with transport dnsnaptr has no port.",
        "A port turns the search into a lookup of addresses only (RFC 3263, section 4.2).",
        "Remove the port, or name the transport.",
    ),
    rule(
        "static.naptr_numeric",
        "A trunk with transport dnsnaptr has a name, not an address.",
        "An address has no NAPTR records.",
        "Use the provider's name, or name the transport.",
    ),
    rule(
        "static.address",
        "The address is one that a call can reach.",
        "An example address was copied from documentation, or the address is private.",
        "Use the provider's address. A private address is right only inside one network.",
    ),
    rule(
        "static.open_source",
        "The allowed source address is not the whole internet.",
        "0.0.0.0 or a very short prefix allows anybody to call through the trunk.",
        "Enter the carrier's own address.",
    ),
    rule(
        "static.udp_size",
        "Calls over UDP fit into one packet.",
        "Many codecs, or a video codec, make an INVITE larger than 1,300 bytes (RFC 3261, section 18.1.1).",
        "Use fewer codecs, or TCP.",
    ),
    rule(
        "static.password",
        "The password is as strong as the vendor asks for.",
        "It is short, or of one kind of characters.",
        "Use a longer password, unless the provider chose it.",
    ),
    rule(
        "static.name",
        "The name has the form that the vendor documents.",
        "It is too long, or contains characters that the vendor does not accept everywhere.",
        "Rename the trunk.",
    ),
    rule(
        "static.allowed_ip",
        "An inbound trunk has the address that the carrier calls from.",
        "The address was left out.",
        "Enter the carrier's address.",
    ),
    rule(
        "static.proxy",
        "An outbound proxy that is on has a server.",
        "The proxy was enabled without an address.",
        "Enter the proxy's host, or turn it off.",
    ),
    rule(
        "dns.resolve",
        "The name resolves to servers (RFC 3263).",
        "The name is misspelled or has no records, or the resolver of this machine does not work.",
        "Correct the host. If the resolver is the problem, try another one with --resolver.",
    ),
    rule(
        "dns.candidates",
        "The servers that a client would try, in order.",
        "A record points to an alias or to a name without an address.",
        "Ask the provider to correct its records.",
    ),
    rule(
        "net.connect",
        "Each server accepts a connection, or a UDP packet.",
        "Nothing listens there, or a firewall refuses or drops the packets.",
        "Check host, port and transport; open the firewall.",
    ),
    rule(
        "tls.handshake",
        "TLS 1.2 or 1.3 can be agreed on.",
        "The server speaks plain SIP on this port, or only old versions of TLS.",
        "Check the port and the transport.",
    ),
    rule(
        "tls.name",
        "The certificate is for the trunk's domain (RFC 5922).",
        "The certificate has another name, or the host is an address.",
        "Use a host or domain that is in the certificate.",
    ),
    rule(
        "tls.expiry",
        "The certificate is valid for more than 30 days.",
        "It was not renewed.",
        "Renew it, or ask the provider to.",
    ),
    rule(
        "tls.chain",
        "The certificate is trusted.",
        "It is self-signed, from a private authority, or sent without its intermediate certificate.",
        "Send the whole chain, or give the authority with --ca-file.",
    ),
    rule(
        "tls.client_certificate",
        "Whether the server asks for a certificate of the client.",
        "The provider uses mutual TLS.",
        "Check that the vendor has a certificate that the provider accepts.",
    ),
    rule(
        "sip.options",
        "The server answers an OPTIONS request. Any final answer is a sign of life.",
        "Silence proves nothing: the provider may not allow the address of this machine.",
        "Compare it with vendor.status, or ask the provider.",
    ),
    rule(
        "vendor.status",
        "What the vendor reports about the trunk.",
        "The registration failed, or the far end does not answer the vendor.",
        "See the message; `trunkctl trunk get` shows the vendor's own code.",
    ),
    rule(
        "vendor.agreement",
        "Whether the vendor sees what this machine sees.",
        "DNS, firewall or source address differ between this machine and the vendor.",
        "Check the side that does not work.",
    ),
    rule(
        "numbers.duplicate",
        "No number is on two trunks.",
        "A number was moved and not removed from the old trunk.",
        "Remove it from one of them.",
    ),
    rule(
        "codecs.overlap",
        "The trunk and the far end have a codec in common.",
        "The lists do not overlap.",
        "Add a codec of the far end.",
    ),
];

/// The position of a check in reports.
pub fn position(id: &str) -> usize {
    CHECKS.iter().position(|rule| rule.id == id).unwrap_or(CHECKS.len())
}

/// A violated rule; its remedy is the hint.
fn violated(id: &'static str, verdict: Verdict, message: String) -> Check {
    let check = Check::new(id, verdict, message);
    let Some(rule) = CHECKS.iter().find(|rule| rule.id == id) else { return check };
    // A sentence there, a hint here.
    let mut letters = rule.remedy.trim_end_matches('.').chars();
    let first: String = letters.next().map(|first| first.to_lowercase().collect()).unwrap_or_default();
    check.hint(first + letters.as_str())
}

/// More codecs than an INVITE over UDP has room for.
const MOST_CODECS: usize = 8;
const VIDEO: [&str; 5] = ["h264", "h263", "h263p", "vp8", "mpeg4"];

/// The vendor's end of a trunk.
#[derive(Debug, Clone, Copy, Default)]
pub struct NearEnd {
    /// The vendor's own rules.
    pub rules: &'static [StaticRule],
    /// Whether it is on a private line to the customer.
    pub private_line: bool,
    /// Its address, if it is known.
    pub address: Option<IpAddr>,
}

/// The static rules that apply to the fields of a trunk. An address of the command line has no near end, and may be any.
pub fn check(trunk: &Trunk, near: Option<&NearEnd>) -> Vec<Check> {
    let mut found = Vec::new();
    let naptr = trunk.transport == Some(Transport::DnsNaptr);
    let port = trunk.port.filter(|port| *port != 0);
    match trunk.host.as_deref().filter(|host| !host.is_empty()).map(split) {
        Some(Err(why)) => {
            let host = trunk.host.as_deref().unwrap_or_default();
            found.push(violated("static.host_syntax", Verdict::Fail, format!("host `{host}` {why}")));
        }
        Some(Ok((_, Some(port)))) if trunk.port.is_some() => {
            let text = format!("host contains the port {port}, and the trunk has a port of its own");
            found.push(violated("static.host_syntax", Verdict::Fail, text));
        }
        Some(Ok((Host::Address(address), _))) => {
            if naptr {
                let text = format!("transport dnsnaptr with the address {address}");
                found.push(violated("static.naptr_numeric", Verdict::Warn, text));
            }
            found.extend(near.and_then(|near| address_rule(address, near)));
        }
        Some(Ok((Host::Name(_), _))) if naptr && port.is_some() => {
            let text = format!("transport dnsnaptr with port {}", port.unwrap_or_default());
            found.push(violated("static.naptr_port", Verdict::Warn, text));
        }
        _ => {}
    }
    let odd = match (&trunk.transport, trunk.port) {
        (_, Some(65536..)) => Some((Verdict::Fail, "the port is larger than 65535")),
        (Some(Transport::Tls), Some(5060)) => Some((Verdict::Warn, "port 5060 with transport tls")),
        (Some(Transport::Udp | Transport::Tcp), Some(5061)) => {
            Some((Verdict::Warn, "port 5061 without transport tls"))
        }
        (Some(Transport::Udp | Transport::Tcp | Transport::Tls), Some(0)) => {
            Some((Verdict::Warn, "port 0 without transport dnsnaptr"))
        }
        _ => None,
    };
    found.extend(odd.map(|(verdict, text)| violated("static.port_transport", verdict, text.to_owned())));
    let codecs = trunk.codecs.as_deref().unwrap_or_default();
    let video = codecs.iter().any(|codec| VIDEO.contains(&codec.as_str()));
    if trunk.transport == Some(Transport::Udp) && (codecs.len() > MOST_CODECS || video) {
        let what = if video { "a video codec" } else { "more than eight codecs" };
        found.push(violated("static.udp_size", Verdict::Warn, format!("transport udp with {what}")));
    }
    if matches!(&trunk.outbound_proxy, Some(OutboundProxy::Server { host, .. }) if host.is_empty()) {
        found.push(violated("static.proxy", Verdict::Fail, "the outbound proxy has no host".into()));
    }
    if let Some(source) = trunk.allowed_ip.as_deref().filter(|source| is_open(source)) {
        let text = format!("the allowed address `{source}` is the whole internet, or a large part of it");
        found.push(violated("static.open_source", Verdict::Fail, text));
    }
    let own = near.map(|near| near.rules).unwrap_or_default();
    found.extend(
        own.iter()
            .filter(|rule| (rule.violated)(trunk))
            .map(|rule| violated(rule.id, rule.verdict, rule.message.to_owned())),
    );
    if found.is_empty() {
        found.push(Check::new("static.fields", Verdict::Pass, "no static rule is violated"));
    }
    found
}

fn is_open(source: &str) -> bool {
    let (address, prefix) = source.split_once('/').unwrap_or((source, ""));
    let unspecified = address.trim().parse::<IpAddr>().is_ok_and(|address| address.is_unspecified());
    unspecified || prefix.trim().parse::<u8>().is_ok_and(|prefix| prefix < 8)
}

/// An address that no call reaches, or that the near end may not reach. Both ends may be in one network.
fn address_rule(address: IpAddr, near: &NearEnd) -> Option<Check> {
    let (verdict, what) = class(address)?;
    let shared = near.address.and_then(class).is_some_and(|own| own == (verdict, what));
    let reached = verdict == Verdict::Warn && (shared || near.private_line && what != THIS_MACHINE);
    (!reached).then(|| violated("static.address", verdict, format!("{address} is {what}")))
}

const THIS_MACHINE: &str = "an address of this machine";

/// Addresses that no call reaches, and those that only a part of the network reaches.
fn class(address: IpAddr) -> Option<(Verdict, &'static str)> {
    Some(match address {
        IpAddr::V4(ip) if ip.is_documentation() => (Verdict::Fail, "an example address (RFC 5737)"),
        IpAddr::V4(ip) if ip.is_multicast() || ip.is_broadcast() => {
            (Verdict::Fail, "not the address of one server")
        }
        IpAddr::V4(ip) if ip.is_unspecified() || ip.octets()[0] >= 240 => {
            (Verdict::Fail, "not an address of a server")
        }
        IpAddr::V4(ip) if ip.is_loopback() => (Verdict::Warn, THIS_MACHINE),
        IpAddr::V4(ip) if ip.is_private() || ip.is_link_local() => (Verdict::Warn, "a private address"),
        // RFC 6598.
        IpAddr::V4(ip) if ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64 => {
            (Verdict::Warn, "a shared address")
        }
        IpAddr::V6(ip) if ip.is_unspecified() || ip.is_multicast() => {
            (Verdict::Fail, "not an address of a server")
        }
        // RFC 3849 and RFC 9637.
        IpAddr::V6(ip) if ip.segments()[..2] == [0x2001, 0xdb8] || ip.segments()[0] & 0xfff0 == 0x3ff0 => {
            (Verdict::Fail, "an example address")
        }
        IpAddr::V6(ip) if ip.is_loopback() => (Verdict::Warn, THIS_MACHINE),
        IpAddr::V6(ip) if ip.segments()[0] & 0xfe00 == 0xfc00 || ip.segments()[0] & 0xffc0 == 0xfe80 => {
            (Verdict::Warn, "a private address")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(trunk: &Trunk) -> Vec<(&'static str, Verdict)> {
        check(trunk, Some(&NearEnd::default())).into_iter().map(|check| (check.id, check.verdict)).collect()
    }

    fn trunk(host: &str, port: u32, transport: Transport) -> Trunk {
        Trunk { host: Some(host.into()), port: Some(port), transport: Some(transport), ..Trunk::default() }
    }

    #[test]
    fn each_rule_finds_its_fault() {
        use Verdict::{Fail, Pass, Warn};
        let udp = || Transport::Udp;
        for (trunk, expected) in [
            (trunk("sip.example.com", 5060, udp()), vec![("static.fields", Pass)]),
            (trunk("sip:a.example", 5060, udp()), vec![("static.host_syntax", Fail)]),
            (trunk("a.example:5080", 5060, udp()), vec![("static.host_syntax", Fail)]),
            (trunk("a.example", 5061, udp()), vec![("static.port_transport", Warn)]),
            (trunk("a.example", 5060, Transport::Tls), vec![("static.port_transport", Warn)]),
            (trunk("a.example", 0, udp()), vec![("static.port_transport", Warn)]),
            (trunk("a.example", 70000, udp()), vec![("static.port_transport", Fail)]),
            (trunk("a.example", 5060, Transport::DnsNaptr), vec![("static.naptr_port", Warn)]),
            (trunk("a.example", 0, Transport::DnsNaptr), vec![("static.fields", Pass)]),
            (trunk("8.8.8.8", 0, Transport::DnsNaptr), vec![("static.naptr_numeric", Warn)]),
            (trunk("192.0.2.1", 5060, udp()), vec![("static.address", Fail)]),
            (trunk("10.0.0.1", 5060, udp()), vec![("static.address", Warn)]),
            (trunk("100.64.0.1", 5060, udp()), vec![("static.address", Warn)]),
            (trunk("2001:db8::1", 5060, udp()), vec![("static.address", Fail)]),
            (trunk("3fff::1", 5060, udp()), vec![("static.address", Fail)]),
            (trunk("fd00::1", 5060, udp()), vec![("static.address", Warn)]),
            (trunk("224.0.0.1", 5060, udp()), vec![("static.address", Fail)]),
        ] {
            assert_eq!(ids(&trunk), expected, "{trunk:?}");
        }
        let many = Trunk { codecs: Some(vec!["x".into(); 9]), ..trunk("a.example", 5060, udp()) };
        assert_eq!(ids(&many), [("static.udp_size", Warn)]);
        let video = Trunk { codecs: Some(vec!["vp8".into()]), ..trunk("a.example", 5060, udp()) };
        assert_eq!(ids(&video), [("static.udp_size", Warn)]);
        for (source, open) in
            [("0.0.0.0", true), ("::/0", true), ("10.0.0.0/7", true), ("198.51.100.1", false)]
        {
            let trunk = Trunk { allowed_ip: Some(source.into()), ..Trunk::default() };
            assert_eq!(ids(&trunk) == [("static.open_source", Fail)], open, "{source}");
        }
        // An address of the command line may be any.
        let loopback = trunk("127.0.0.1", 5060, udp());
        assert!(check(&loopback, None).iter().all(|check| check.verdict == Pass));
    }

    #[test]
    fn an_address_reachable_from_the_near_end_is_accepted() {
        for (address, own, private_line, fault) in [
            ("10.0.0.1", Some("192.168.1.1"), false, false),
            ("10.0.0.1", Some("127.0.0.1"), false, true),
            ("10.0.0.1", Some("198.18.0.1"), false, true),
            ("127.0.0.1", Some("127.0.0.1"), false, false),
            ("fd00::1", Some("10.0.0.1"), false, false),
            ("10.0.0.1", None, true, false),
            ("100.64.0.1", None, true, false),
            ("127.0.0.1", None, true, true),
            ("192.0.2.1", Some("192.0.2.9"), true, true),
        ] {
            let own = own.map(|own| own.parse().unwrap());
            let near = NearEnd { private_line, address: own, ..NearEnd::default() };
            let found = check(&trunk(address, 5060, Transport::Udp), Some(&near));
            assert_eq!(found[0].id == "static.address", fault, "{address} {own:?} {private_line}: {found:?}");
        }
    }

    #[test]
    fn a_vendors_rule_applies_only_to_its_trunks() {
        let rules: &[StaticRule] = &[StaticRule {
            id: "static.name",
            verdict: Verdict::Warn,
            message: "the name is odd",
            violated: |trunk| trunk.name.as_deref() == Some("odd"),
        }];
        let near = NearEnd { rules, ..NearEnd::default() };
        let named = |name: &str| Trunk { name: Some(name.into()), ..Trunk::default() };
        let found = check(&named("odd"), Some(&near));
        assert_eq!((found[0].id, found[0].message.as_str()), ("static.name", "the name is odd"));
        assert_eq!(found[0].hint.as_deref(), Some("rename the trunk"));
        for (trunk, near) in [(named("even"), Some(&near)), (named("odd"), None)] {
            assert_eq!(check(&trunk, near)[0].id, "static.fields");
        }
    }

    #[test]
    fn every_rule_is_explained() {
        for rule in CHECKS {
            assert!(
                rule.meaning.ends_with('.') && rule.cause.ends_with('.') && rule.remedy.ends_with('.'),
                "{}",
                rule.id
            );
        }
    }
}
