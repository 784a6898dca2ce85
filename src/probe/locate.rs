//! Finds the servers of a target, in the order in which a client tries them (RFC 3263 §4, RFC 2782, RFC 7984).

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde_json::{Value, json};

use super::target::{Host, Target};
use crate::model::health::{Check, Verdict};
use crate::model::trunk::Transport;

/// The most candidates that are probed.
pub const MOST_CANDIDATES: usize = 16;

/// The protocol below SIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wire {
    /// One datagram for each message.
    Udp,
    /// A stream.
    Tcp,
    /// A stream inside TLS.
    Tls,
}

impl Wire {
    /// The one that a transport names.
    fn of(transport: &Transport) -> Option<Self> {
        match transport {
            Transport::Udp => Some(Self::Udp),
            Transport::Tcp => Some(Self::Tcp),
            Transport::Tls => Some(Self::Tls),
            _ => None,
        }
    }

    /// The word in Via.
    pub fn word(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }

    /// The default port (RFC 3261 §19.1.2).
    pub fn port(self) -> u16 {
        if self == Self::Tls { 5061 } else { 5060 }
    }

    /// The name of its SRV records. `_sip._tls` is common, and wrong.
    fn service(self, name: &str) -> String {
        match self {
            Self::Udp => format!("_sip._udp.{name}"),
            Self::Tcp => format!("_sip._tcp.{name}"),
            Self::Tls => format!("_sips._tcp.{name}"),
        }
    }
}

/// Rows of one kind, and what came with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows<T> {
    /// The rows. None: the name has no records of the kind.
    pub rows: Vec<T>,
    /// The least time to live of the rows and the aliases on the way, in seconds.
    pub ttl: Option<u32>,
    /// Whether the name is an alias.
    pub alias: bool,
}

/// Why DNS gave no answer that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Aliases that go in a circle, or too many of them.
    Aliases,
    /// The resolver failed, refused, or did not answer.
    Resolver(String),
}

/// An SRV row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Srv {
    /// Lower comes first.
    pub priority: u16,
    /// The share among rows of one priority.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The server's name; empty for "no such service here".
    pub target: String,
}

/// A NAPTR row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naptr {
    /// Lower comes first.
    pub order: u16,
    /// Lower comes first within one order.
    pub preference: u16,
    /// What comes next; `s` is an SRV lookup.
    pub flags: String,
    /// The service, such as `SIPS+D2T`.
    pub service: String,
    /// A rewriting rule, which SIP does not use.
    pub regexp: String,
    /// The name to look up next.
    pub replacement: String,
}

/// The DNS lookups that server location needs. An answer without rows is `Ok`.
pub trait Lookup {
    /// A and AAAA.
    fn addresses(&self, name: &str) -> impl Future<Output = Result<Rows<IpAddr>, Trouble>>;
    /// SRV.
    fn srv(&self, name: &str) -> impl Future<Output = Result<Rows<Srv>, Trouble>>;
    /// NAPTR.
    fn naptr(&self, name: &str) -> impl Future<Output = Result<Rows<Naptr>, Trouble>>;
}

/// A server to probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is.
    pub address: SocketAddr,
    /// How it is reached.
    pub wire: Wire,
    /// The name that led to the address.
    pub host: String,
    /// Priority and weight, if it comes from an SRV record.
    pub srv: Option<(u16, u16)>,
    /// The time to live of its records, in seconds.
    pub ttl: Option<u32>,
}

/// The servers of a target, and the checks `dns.resolve` and `dns.candidates`.
#[derive(Debug, Default)]
pub struct Located {
    /// In the order in which a client tries them.
    pub candidates: Vec<Candidate>,
    /// What was found on the way.
    pub checks: Vec<Check>,
}

impl Located {
    /// The result if the resolver did not answer within that time.
    pub fn unanswered(target: &Target, limit: Duration) -> Self {
        let text = format!("`{target}`: DNS did not answer within {} s", limit.as_secs_f32());
        let resolve = Check::new("dns.resolve", Verdict::Unknown, text).hint(RESOLVER);
        let found = Check::new("dns.candidates", Verdict::Skipped, "no server was found");
        Self { candidates: Vec::new(), checks: vec![resolve, found] }
    }
}

/// What to do if the resolver fails.
const RESOLVER: &str = "the resolver of this machine has a problem; try another one with --resolver";

/// A search, with what it has found so far.
struct Search<'d, L> {
    dns: &'d L,
    candidates: Vec<Candidate>,
    path: Vec<String>,
    warnings: Vec<String>,
    trouble: Option<String>,
    wrong: Option<String>,
}

/// Finds the servers of a target.
pub async fn locate(target: &Target, dns: &impl Lookup) -> Located {
    let name = match &target.host {
        Host::Address(address) => return numeric(target, *address),
        Host::Name(name) => name,
    };
    let named = Wire::of(&target.transport);
    let mut search = Search {
        dns,
        candidates: Vec::new(),
        path: Vec::new(),
        warnings: Vec::new(),
        trouble: None,
        wrong: None,
    };
    if let Some(port) = target.port {
        // A port means: no SRV, not even for 5060 (RFC 3263 §4.2). Without a transport, UDP (§4.1).
        search.addresses(name, port, named.unwrap_or(Wire::Udp), None).await;
        if named.is_none() {
            // Some products demand a port and search by NAPTR all the same, so the servers of both ways count.
            search.by_records(name).await;
        }
    } else if let Some(wire) = named {
        if !search.service(&wire.service(name), wire).await {
            search.addresses(name, wire.port(), wire, None).await;
        } else if wire == Wire::Tls && search.candidates.is_empty() && search.wrong.is_none() {
            search.wrong = Some(format!("the servers in the SRV records of `{name}` have no address"));
        }
        if wire == Wire::Tls && !search.path.iter().any(|step| step.contains("SRV")) {
            // A peer that asks for the other service only misses this one.
            if let Ok(rows) = dns.srv(&Wire::Tcp.service(name)).await
                && !rows.rows.is_empty()
            {
                search
                    .warnings
                    .push(format!("`{name}` has SRV records for _sip._tcp and none for _sips._tcp"));
            }
        }
    } else if !search.by_records(name).await {
        search.addresses(name, Wire::Udp.port(), Wire::Udp, None).await;
    }
    search.finish(target, name)
}

/// An address needs no DNS.
fn numeric(target: &Target, address: IpAddr) -> Located {
    let wire = Wire::of(&target.transport).unwrap_or(Wire::Udp);
    let address = SocketAddr::new(address, target.port.unwrap_or(wire.port()));
    let candidate = Candidate { address, wire, host: address.ip().to_string(), srv: None, ttl: None };
    let check = Check::new("dns.resolve", Verdict::Skipped, format!("{} is an address", address.ip()));
    let found = Check::new("dns.candidates", Verdict::Pass, "1 candidate")
        .with("candidates", Value::Array(vec![evidence(&candidate)]));
    Located { candidates: vec![candidate], checks: vec![check, found] }
}

impl<L: Lookup> Search<'_, L> {
    /// NAPTR, then SRV for each transport (RFC 3263 §4.1); false if the name has neither.
    async fn by_records(&mut self, name: &str) -> bool {
        let mut rows = match self.dns.naptr(name).await {
            Ok(rows) => rows.rows,
            Err(trouble) => {
                self.warnings.push(format!("NAPTR records of `{name}`: {}", reason(&trouble)));
                Vec::new()
            }
        };
        rows.retain(|row| {
            row.flags.eq_ignore_ascii_case("s") && row.regexp.is_empty() && wire_of(&row.service).is_some()
        });
        rows.sort_by_key(|row| (row.order, row.preference));
        let mut chosen = false;
        for row in &rows {
            let Some(wire) = wire_of(&row.service) else { continue };
            match chosen {
                // A client uses the first row with a server; the others are information.
                true => self.path.push(format!("NAPTR {name} {} (not used)", row.service)),
                false => {
                    self.path.push(format!("NAPTR {name} {}", row.service));
                    chosen = self.service(&row.replacement, wire).await;
                }
            }
        }
        if chosen {
            return true;
        }
        for wire in [Wire::Tls, Wire::Tcp, Wire::Udp] {
            if self.service(&wire.service(name), wire).await {
                return true;
            }
        }
        false
    }

    /// The servers of SRV records; false if the name has none.
    async fn service(&mut self, name: &str, wire: Wire) -> bool {
        let found = match self.dns.srv(name).await {
            Ok(found) if found.rows.is_empty() => return false,
            Ok(found) => found,
            Err(trouble) => {
                self.warnings.push(format!("SRV records of `{name}`: {}", reason(&trouble)));
                return false;
            }
        };
        self.path.push(format!("SRV {name}"));
        let mut rows = found.rows;
        if rows.iter().all(|row| row.target.is_empty()) {
            // RFC 2782: a single row with the target `.`.
            self.wrong = Some(format!("the SRV record {name} says that the service is not offered"));
            return true;
        }
        // A client draws by weight; an order that never changes is easier to compare.
        rows.sort_by(|a, b| {
            (a.priority, b.weight, &a.target, a.port).cmp(&(b.priority, a.weight, &b.target, b.port))
        });
        for row in rows.iter().filter(|row| !row.target.is_empty()) {
            let srv = Some((row.priority, row.weight, found.ttl));
            self.addresses(&row.target, row.port, wire, srv).await;
        }
        true
    }

    /// A and AAAA records of a name.
    async fn addresses(&mut self, name: &str, port: u16, wire: Wire, srv: Option<(u16, u16, Option<u32>)>) {
        let found = match self.dns.addresses(name).await {
            Ok(found) => found,
            Err(Trouble::Aliases) => {
                self.wrong.get_or_insert(format!(
                    "the aliases of `{name}` go in a circle, or there are more than 8"
                ));
                return;
            }
            Err(trouble) => {
                self.trouble.get_or_insert(format!("`{name}`: {}", reason(&trouble)));
                return;
            }
        };
        if srv.is_some() && found.alias {
            self.warnings.push(format!("the SRV target `{name}` is an alias, which RFC 2782 forbids"));
        }
        if srv.is_some() && found.rows.is_empty() {
            self.warnings.push(format!("the SRV target `{name}` has no address"));
        }
        if !found.rows.is_empty() && srv.is_none() {
            self.path.push(format!("A/AAAA {name}"));
        }
        let ttl = [srv.and_then(|(.., ttl)| ttl), found.ttl].into_iter().flatten().min();
        let unique: BTreeSet<IpAddr> = found.rows.iter().copied().collect();
        for ip in unique {
            let address = SocketAddr::new(ip, port);
            if self.candidates.iter().all(|known| known.address != address || known.wire != wire) {
                let srv = srv.map(|(priority, weight, _)| (priority, weight));
                self.candidates.push(Candidate { address, wire, host: name.to_owned(), srv, ttl });
            }
        }
    }

    fn finish(self, target: &Target, name: &str) -> Located {
        let mut candidates = self.candidates;
        let all = candidates.len();
        candidates.truncate(MOST_CANDIDATES);
        let resolve = match (candidates.is_empty(), self.wrong, self.trouble) {
            (true, Some(wrong), _) => Check::new("dns.resolve", Verdict::Fail, wrong)
                .hint("correct the records of the domain, or use another host"),
            (true, None, Some(trouble)) => {
                Check::new("dns.resolve", Verdict::Unknown, trouble).hint(RESOLVER)
            }
            (true, None, None) => Check::new(
                "dns.resolve",
                Verdict::Fail,
                format!("`{name}` does not exist, or has no address"),
            )
            .hint("correct the host, or the records of its domain"),
            (false, Some(trouble), _) | (false, None, Some(trouble)) => {
                Check::new("dns.resolve", Verdict::Warn, trouble)
                    .hint("other servers of the target were found")
            }
            (false, None, None) => Check::new("dns.resolve", Verdict::Pass, format!("`{name}` resolves")),
        };
        let resolve = resolve.with("path", self.path).with("transport", target.transport.as_str());
        let rows: Vec<Value> = candidates.iter().map(evidence).collect();
        let count = if all == 1 { "1 candidate".to_owned() } else { format!("{all} candidates") };
        let found = match (candidates.is_empty(), self.warnings.is_empty(), all > MOST_CANDIDATES) {
            (true, ..) => Check::new("dns.candidates", Verdict::Skipped, "no server was found"),
            (false, false, _) => Check::new("dns.candidates", Verdict::Warn, self.warnings.join("; "))
                .hint("some clients find other servers, or none"),
            (false, true, true) => Check::new(
                "dns.candidates",
                Verdict::Warn,
                format!("{count}; only the first {MOST_CANDIDATES} are probed"),
            ),
            (false, true, false) => Check::new("dns.candidates", Verdict::Pass, count),
        };
        Located { candidates, checks: vec![resolve, found.with("candidates", rows)] }
    }
}

fn wire_of(service: &str) -> Option<Wire> {
    let known = [("SIPS+D2T", Wire::Tls), ("SIP+D2T", Wire::Tcp), ("SIP+D2U", Wire::Udp)];
    known.iter().find(|(word, _)| word.eq_ignore_ascii_case(service)).map(|(_, wire)| *wire)
}

fn reason(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Aliases => "too many aliases".into(),
        Trouble::Resolver(why) => why.clone(),
    }
}

/// A candidate as evidence.
pub fn evidence(candidate: &Candidate) -> Value {
    let mut row = json!({
        "address": candidate.address.ip().to_string(),
        "port": candidate.address.port(),
        "transport": candidate.wire.word().to_ascii_lowercase(),
        "host": candidate.host,
    });
    if let (Some((priority, weight)), Some(row)) = (candidate.srv, row.as_object_mut()) {
        row.insert("priority".into(), priority.into());
        row.insert("weight".into(), weight.into());
    }
    if let (Some(ttl), Some(row)) = (candidate.ttl, row.as_object_mut()) {
        row.insert("ttl".into(), ttl.into());
    }
    row
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// DNS from a table: `TYPE name` and its records.
    #[derive(Default)]
    struct Zone(HashMap<String, Vec<String>>);

    impl Zone {
        fn new(rows: &[&str]) -> Self {
            let mut zone = Self::default();
            for row in rows {
                let mut words = row.splitn(3, ' ');
                let key = format!("{} {}", words.next().unwrap(), words.next().unwrap());
                zone.0.entry(key).or_default().push(words.next().unwrap_or_default().to_owned());
            }
            zone
        }

        fn get<T>(&self, kind: &str, name: &str, row: impl Fn(&[&str]) -> T) -> Result<Rows<T>, Trouble> {
            let rows = self.0.get(&format!("{kind} {name}")).cloned().unwrap_or_default();
            match rows.first().map(String::as_str) {
                Some("SERVFAIL") => Err(Trouble::Resolver("the resolver answered SERVFAIL".into())),
                Some("LOOP") => Err(Trouble::Aliases),
                _ => {
                    let rows = rows.iter().map(|text| row(&text.split(' ').collect::<Vec<_>>())).collect();
                    Ok(Rows { rows, ttl: Some(300), alias: self.0.contains_key(&format!("CNAME {name}")) })
                }
            }
        }
    }

    impl Lookup for Zone {
        async fn addresses(&self, name: &str) -> Result<Rows<IpAddr>, Trouble> {
            self.get("A", name, |words| words[0].parse().unwrap())
        }

        async fn srv(&self, name: &str) -> Result<Rows<Srv>, Trouble> {
            self.get("SRV", name, |words| Srv {
                priority: words[0].parse().unwrap(),
                weight: words[1].parse().unwrap(),
                port: words[2].parse().unwrap(),
                target: words[3].trim_end_matches('.').to_owned(),
            })
        }

        async fn naptr(&self, name: &str) -> Result<Rows<Naptr>, Trouble> {
            self.get("NAPTR", name, |words| Naptr {
                order: words[0].parse().unwrap(),
                preference: words[1].parse().unwrap(),
                flags: words[2].to_owned(),
                service: words[3].to_owned(),
                regexp: String::new(),
                replacement: words[4].to_owned(),
            })
        }
    }

    fn target(port: Option<u16>, transport: Transport) -> Target {
        Target { host: Host::Name("p.example".into()), port, transport, domain: None }
    }

    /// The candidates in a line, and the two verdicts.
    fn found(target: &Target, rows: &[&str]) -> (String, String) {
        let zone = Zone::new(rows);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let located = runtime.block_on(locate(target, &zone));
        let candidate = |one: &Candidate| format!("{} {}", one.wire.word(), one.address);
        let candidates: Vec<String> = located.candidates.iter().map(candidate).collect();
        let verdicts: Vec<&str> = located.checks.iter().map(|check| check.verdict.word()).collect();
        (candidates.join(", "), verdicts.join(" "))
    }

    #[test]
    fn servers_are_located_according_to_rfc_3263() {
        let (udp, tcp, tls, naptr) = (Transport::Udp, Transport::Tcp, Transport::Tls, Transport::DnsNaptr);
        let a = "A p.example 192.0.2.1";
        for (target, rows, candidates, verdicts) in [
            // A port: addresses only, SRV is not asked.
            (
                target(Some(5060), udp.clone()),
                vec![a, "SRV _sip._udp.p.example 1 1 9 s.example"],
                "UDP 192.0.2.1:5060",
                "pass pass",
            ),
            (target(Some(5062), naptr.clone()), vec![a], "UDP 192.0.2.1:5062", "pass pass"),
            // A port with dnsnaptr: the address with the port, and what the records say; no second port is guessed.
            (
                target(Some(5062), naptr.clone()),
                vec![
                    a,
                    "NAPTR p.example 1 1 s SIPS+D2T _sips._tcp.p.example",
                    "SRV _sips._tcp.p.example 1 1 5099 s.example",
                    "A s.example 192.0.2.9",
                ],
                "UDP 192.0.2.1:5062, TLS 192.0.2.9:5099",
                "pass pass",
            ),
            (
                target(Some(5062), naptr.clone()),
                vec![a, "SRV _sip._udp.p.example 1 1 5062 p.example"],
                "UDP 192.0.2.1:5062",
                "pass pass",
            ),
            // The records do not offer the service, but the address exists.
            (
                target(Some(5062), naptr.clone()),
                vec![a, "SRV _sip._udp.p.example 0 0 0 ."],
                "UDP 192.0.2.1:5062",
                "warn pass",
            ),
            // No port: SRV by priority, then weight.
            (
                target(None, tcp.clone()),
                vec![
                    "SRV _sip._tcp.p.example 20 1 5070 b.example",
                    "SRV _sip._tcp.p.example 10 1 5071 c.example",
                    "SRV _sip._tcp.p.example 10 9 5072 b.example",
                    "A b.example 192.0.2.2",
                    "A c.example 192.0.2.3",
                ],
                "TCP 192.0.2.2:5072, TCP 192.0.2.3:5071, TCP 192.0.2.2:5070",
                "pass pass",
            ),
            // No SRV: the default port.
            (
                target(None, udp.clone()),
                vec![a, "A p.example 192.0.2.2"],
                "UDP 192.0.2.1:5060, UDP 192.0.2.2:5060",
                "pass pass",
            ),
            (target(None, tls.clone()), vec![a], "TLS 192.0.2.1:5061", "pass pass"),
            // SRV for TCP alone is missed by peers that ask for TLS.
            (
                target(None, tls.clone()),
                vec![a, "SRV _sip._tcp.p.example 1 1 5060 p.example"],
                "TLS 192.0.2.1:5061",
                "pass warn",
            ),
            // The service is not offered.
            (target(None, udp.clone()), vec![a, "SRV _sip._udp.p.example 0 0 0 ."], "", "fail skipped"),
            // NAPTR: the lowest order that SIP can use.
            (
                target(None, naptr.clone()),
                vec![
                    "NAPTR p.example 5 1 u E2U+sip x.example",
                    "NAPTR p.example 10 1 s SIP+D2S _sip._sctp.p.example",
                    "NAPTR p.example 30 1 s SIP+D2U _sip._udp.p.example",
                    "NAPTR p.example 20 1 S sips+d2t _sips._tcp.other.example",
                    "SRV _sips._tcp.other.example 1 1 5099 s.example",
                    "SRV _sip._udp.p.example 1 1 5060 s.example",
                    "A s.example 192.0.2.9",
                ],
                "TLS 192.0.2.9:5099",
                "pass pass",
            ),
            // No NAPTR, or a server that chokes on it: SRV, then UDP.
            (
                target(None, naptr.clone()),
                vec![
                    "NAPTR p.example SERVFAIL",
                    "SRV _sip._tcp.p.example 1 1 5060 s.example",
                    "A s.example 192.0.2.9",
                ],
                "TCP 192.0.2.9:5060",
                "pass warn",
            ),
            (target(None, naptr), vec![a], "UDP 192.0.2.1:5060", "pass pass"),
            // Targets that are aliases, or have no address.
            (
                target(None, udp.clone()),
                vec![
                    "SRV _sip._udp.p.example 1 1 5060 s.example",
                    "CNAME s.example t.example",
                    "A s.example 192.0.2.9",
                ],
                "UDP 192.0.2.9:5060",
                "pass warn",
            ),
            (
                target(None, udp.clone()),
                vec!["SRV _sip._udp.p.example 1 1 5060 s.example"],
                "",
                "fail skipped",
            ),
            // A name without records is a failure; a resolver error leaves the result open.
            (target(None, udp.clone()), vec![], "", "fail skipped"),
            (target(Some(1), udp.clone()), vec!["A p.example SERVFAIL"], "", "unknown skipped"),
            (target(Some(1), udp), vec!["A p.example LOOP"], "", "fail skipped"),
        ] {
            assert_eq!(
                found(&target, &rows),
                (candidates.to_owned(), verdicts.to_owned()),
                "{target} {rows:?}"
            );
        }
    }

    #[test]
    fn a_name_with_many_addresses_gives_sixteen_candidates() {
        let rows: Vec<String> = (1..30).map(|at| format!("A p.example 192.0.2.{at}")).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let (candidates, verdicts) = found(&target(None, Transport::Udp), &rows);
        assert_eq!((candidates.split(", ").count(), verdicts.as_str()), (16, "pass warn"));
    }
}
