//! The address of a SIP server, as a trunk or the command line gives it.

use std::fmt;
use std::net::IpAddr;

use crate::model::proxy::OutboundProxy;
use crate::model::trunk::{Direction, Kind, Transport, Trunk};

/// An address or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// An IPv4 or IPv6 address.
    Address(IpAddr),
    /// A name in lower case, without a final dot.
    Name(String),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// What is probed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The address or name to locate.
    pub host: Host,
    /// The port, if one is given. A port turns server location into a plain address lookup.
    pub port: Option<u16>,
    /// UDP, TCP, TLS, or by NAPTR records.
    pub transport: Transport,
    /// The name in the request line and in To; also the name that the server's certificate should have.
    pub domain: Option<String>,
}

impl Target {
    /// The address that calls over a trunk go to, and the names that its certificate may have; `domain` overrides both.
    /// The error says why nothing can be called.
    pub fn of(trunk: &Trunk, domain: Option<&str>) -> Result<(Self, Vec<Host>), String> {
        if trunk.kind == Some(Kind::Account) {
            let text =
                "nothing to call: the other side registers with the vendor, whose status says whether it has";
            return Err(text.into());
        }
        // With an outbound proxy, all SIP goes there.
        let (text, port) = match (&trunk.outbound_proxy, trunk.host.as_deref()) {
            (Some(OutboundProxy::Server { host, port }), _) if !host.is_empty() => (host.as_str(), *port),
            (_, Some(host)) if !host.is_empty() => (host, trunk.port),
            _ if trunk.direction == Some(Direction::Inbound) => {
                return Err(
                    "nothing to call: the carrier calls the vendor; only its fields can be checked".into()
                );
            }
            _ => return Err("the trunk has no address that can be called".into()),
        };
        let (host, written) = split(text).map_err(|why| format!("host `{text}` {why}"))?;
        let port = match port.filter(|port| *port != 0).map(u16::try_from) {
            Some(Err(_)) => return Err("the port is larger than 65535, so nothing can be called".into()),
            Some(Ok(port)) => Some(port),
            None => written,
        };
        let transport = match (&trunk.transport, port) {
            (Some(Transport::Other(word)), _) => {
                return Err(format!(
                    "transport `{word}` cannot be probed; only {}",
                    Transport::WORDS.join(", ")
                ));
            }
            (None, Some(5061)) => Transport::Tls,
            (None, _) => Transport::Udp,
            (Some(known), _) => known.clone(),
        };
        let own = domain.or(trunk.domain.as_deref()).filter(|own| !own.is_empty());
        let named = own.and_then(|own| self::host(own).ok());
        let names = match (domain, named) {
            (Some(_), Some(only)) => vec![only],
            (None, Some(named)) if named != host => vec![host.clone(), named],
            _ => vec![host.clone()],
        };
        Ok((Self { host, port, transport, domain: own.map(str::to_owned) }, names))
    }

    /// The name in the request line.
    pub fn domain(&self) -> String {
        self.domain.clone().unwrap_or_else(|| match &self.host {
            Host::Address(IpAddr::V6(address)) => format!("[{address}]"),
            host => host.to_string(),
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.host, self.port) {
            (Host::Address(IpAddr::V6(address)), Some(port)) => write!(f, "[{address}]:{port}"),
            (host, Some(port)) => write!(f, "{host}:{port}"),
            (host, None) => host.fmt(f),
        }
    }
}

/// Why a text is not a host, as the end of a sentence.
pub type Refusal = String;

/// Reads a host without a port. Refuses a scheme, user, parameter, path, port, blank, and a label that no DNS name can
/// have.
pub fn host(text: &str) -> Result<Host, Refusal> {
    match split(text)? {
        (host, None) => Ok(host),
        (host, Some(port)) => Err(format!("contains a port; use host `{host}` and port {port}")),
    }
}

/// Reads `HOST[:PORT]`; an IPv6 address with a port is in brackets. Refuses what [`host`] refuses, and a port outside 1
/// to 65535.
pub fn split(text: &str) -> Result<(Host, Option<u16>), Refusal> {
    let text = text.trim();
    for scheme in ["sip:", "sips:", "tel:"] {
        if let Some(rest) = text.get(..scheme.len()).filter(|head| head.eq_ignore_ascii_case(scheme)) {
            return Err(format!("starts with `{rest}`; use the host alone"));
        }
    }
    if let Some((user, host)) = text.split_once('@') {
        return Err(format!("contains the user `{user}`; use the host alone, `{host}`"));
    }
    if let Some(at) = text.find([';', '?', '/', ',']) {
        let (host, rest) = text.split_at(at);
        return Err(format!("contains `{rest}`; use the host alone, `{host}`"));
    }
    if text.is_empty() {
        return Err("is empty".into());
    }
    if text.contains(char::is_whitespace) {
        return Err("contains a blank".into());
    }
    if let Ok(address) = text.parse() {
        return Ok((Host::Address(address), None));
    }
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => match (host.parse(), rest.strip_prefix(':')) {
            (Ok(address), None) if rest.is_empty() => return Ok((Host::Address(IpAddr::V6(address)), None)),
            (Ok(address), Some(port)) => (Host::Address(IpAddr::V6(address)), port),
            _ => return Err("is no IPv6 address in brackets".into()),
        },
        None => match text.split_once(':') {
            Some((host, port)) => {
                (host.parse().map_or_else(|_| name(host), |ip| Ok(Host::Address(ip)))?, port)
            }
            None => return Ok((name(text)?, None)),
        },
    };
    match port.parse() {
        Ok(port) if port != 0 => Ok((host, Some(port))),
        _ => Err(format!("has the port `{port}`; a port is a number from 1 to 65535")),
    }
}

/// A DNS name in its ASCII form.
fn name(text: &str) -> Result<Host, Refusal> {
    // The URL library is in the build, and does IDNA as browsers do.
    let ascii = match reqwest::Url::parse(&format!("http://{text}/")) {
        Ok(url) if url.port().is_none() => url.host_str().unwrap_or_default().to_owned(),
        _ => return Err("is neither an address nor a DNS name".into()),
    };
    let ascii = ascii.strip_suffix('.').unwrap_or(&ascii).to_owned();
    if let Ok(address) = ascii.parse() {
        // `010.1.1` and its like; a resolver would take it for another address than the reader does.
        return Err(format!("is read as the address {}; write it so", IpAddr::to_string(&address)));
    }
    let label = |label: &str| {
        let characters =
            label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        !label.is_empty()
            && label.len() <= 63
            && characters
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    match ascii.len() <= 253 && ascii.split('.').all(label) {
        true => Ok(Host::Name(ascii)),
        false => Err("is neither an address nor a DNS name".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read() {
        let name = |text: &str| Host::Name(text.to_owned());
        let address = |text: &str| Host::Address(text.parse().unwrap());
        for (text, host, port) in [
            ("SIP.Provider.Example.", name("sip.provider.example"), None),
            (" sip.provider.example:5061 ", name("sip.provider.example"), Some(5061)),
            ("bücher.example", name("xn--bcher-kva.example"), None),
            ("_sip.provider.example", name("_sip.provider.example"), None),
            ("192.0.2.1", address("192.0.2.1"), None),
            ("192.0.2.1:5080", address("192.0.2.1"), Some(5080)),
            ("2001:db8::1", address("2001:db8::1"), None),
            ("[2001:db8::1]", address("2001:db8::1"), None),
            ("[2001:db8::1]:5061", address("2001:db8::1"), Some(5061)),
        ] {
            assert_eq!(split(text).unwrap(), (host, port), "{text}");
        }
    }

    #[test]
    fn an_invalid_host_is_refused_with_the_form_to_use() {
        for (text, says) in [
            ("sip:provider.example", "starts with `sip:`"),
            ("100@provider.example", "use the host alone, `provider.example`"),
            ("provider.example;transport=tls", "contains `;transport=tls`"),
            ("provider.example/path", "contains `/path`"),
            ("a b", "contains a blank"),
            ("", "is empty"),
            ("provider.example:0", "1 to 65535"),
            ("provider.example:70000", "1 to 65535"),
            ("provider.example:sip", "1 to 65535"),
            ("[192.0.2.1]:5060", "no IPv6 address in brackets"),
            ("-a.example", "neither an address nor a DNS name"),
            ("a..example", "neither an address nor a DNS name"),
            ("0x7f.1", "127.0.0.1"),
        ] {
            let refusal = split(text).unwrap_err();
            assert!(refusal.contains(says), "{text}: {refusal}");
        }
        assert!(host("provider.example:5061").unwrap_err().contains("port 5061"));
    }

    #[test]
    fn a_trunk_without_an_address_to_call_says_why() {
        let trunk = || Trunk { host: Some("a.example".into()), ..Trunk::default() };
        for (trunk, says) in [
            (Trunk { kind: Some(Kind::Account), ..trunk() }, "the other side registers"),
            (
                Trunk { host: None, direction: Some(Direction::Inbound), ..trunk() },
                "the carrier calls the vendor",
            ),
            (Trunk { host: None, ..trunk() }, "no address that can be called"),
            (Trunk { host: Some(String::new()), ..trunk() }, "no address that can be called"),
            (Trunk { host: Some("sip:a.example".into()), ..trunk() }, "use the host alone"),
            (Trunk { port: Some(70_000), ..trunk() }, "larger than 65535"),
            (
                Trunk { transport: Some(Transport::Other("ws".into())), ..trunk() },
                "transport `ws` cannot be probed",
            ),
        ] {
            let why = Target::of(&trunk, None).unwrap_err();
            assert!(why.contains(says), "{trunk:?}: {why}");
        }
    }

    #[test]
    fn all_sip_goes_to_an_outbound_proxy_and_a_missing_transport_follows_from_the_port() {
        let proxy = |host: &str| Some(OutboundProxy::Server { host: host.into(), port: Some(5070) });
        let trunk = || Trunk { host: Some("a.example".into()), port: Some(5060), ..Trunk::default() };
        for (trunk, target, transport, names) in [
            (trunk(), "a.example:5060", Transport::Udp, "a.example"),
            (Trunk { port: Some(5061), ..trunk() }, "a.example:5061", Transport::Tls, "a.example"),
            (Trunk { port: Some(0), ..trunk() }, "a.example", Transport::Udp, "a.example"),
            (
                Trunk { outbound_proxy: proxy("p.example"), ..trunk() },
                "p.example:5070",
                Transport::Udp,
                "p.example",
            ),
            (Trunk { outbound_proxy: proxy(""), ..trunk() }, "a.example:5060", Transport::Udp, "a.example"),
            (
                Trunk { domain: Some("d.example".into()), ..trunk() },
                "a.example:5060",
                Transport::Udp,
                "a.example d.example",
            ),
        ] {
            let (found, own) = Target::of(&trunk, None).unwrap();
            let own: Vec<String> = own.iter().map(ToString::to_string).collect();
            assert_eq!(
                (found.to_string().as_str(), &found.transport, own.join(" ").as_str()),
                (target, &transport, names)
            );
        }
        let (_, only) = Target::of(&trunk(), Some("other.example")).unwrap();
        assert_eq!(only, [Host::Name("other.example".into())]);
    }
}
