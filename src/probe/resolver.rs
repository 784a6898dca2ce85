//! DNS by the system's resolver, or by one server that the command line names.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::lookup::Lookup as Found;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::{RData, RecordType};

use super::locate::{Lookup, Naptr, Rows, Srv, Trouble};
use crate::model::error::{Error, Kind, Result};

/// The most aliases from a name to its records.
const MOST_ALIASES: usize = 8;

/// A resolver.
pub struct Resolver(TokioResolver);

impl Resolver {
    /// The system's resolver and hosts file, or one server alone.
    pub fn new(server: Option<SocketAddr>, timeout: Duration) -> Result<Self> {
        let failed = |error: NetError| {
            Error::new(Kind::Unavailable, format!("the resolver configuration of this machine: {error}"))
                .hint("name a DNS server with --resolver ADDRESS")
        };
        let provider = TokioRuntimeProvider::default();
        let mut builder = match server {
            None => TokioResolver::builder(provider).map_err(failed)?,
            Some(server) => {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                    connection.port = server.port();
                    connection
                });
                let server = NameServerConfig::new(server.ip(), true, connections.into());
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
                let mut builder = TokioResolver::builder_with_config(config, provider);
                builder.options_mut().use_hosts_file = ResolveHosts::Never;
                builder
            }
        };
        let options = builder.options_mut();
        // One attempt makes two tries.
        options.attempts = 1;
        options.timeout = timeout.min(Duration::from_secs(5)) / 2;
        options.preserve_intermediates = true;
        Ok(Self(builder.build().map_err(failed)?))
    }

    /// The records of a kind. A name without records is not an error.
    async fn ask<T>(
        &self,
        name: &str,
        kind: RecordType,
        mut pick: impl FnMut(&RData) -> Option<T>,
    ) -> std::result::Result<Rows<T>, Trouble> {
        // With a final dot no search list meddles.
        let found: Found = match self.0.lookup(format!("{name}."), kind).await {
            Ok(found) => found,
            Err(NetError::Dns(DnsError::NoRecordsFound(_))) => return self.without_records(name).await,
            Err(NetError::Dns(DnsError::ResponseCode(code))) => {
                return Err(Trouble::Resolver(format!("the resolver answered {code}")));
            }
            Err(NetError::Timeout) => {
                return Err(Trouble::Resolver("the resolver did not answer in time".into()));
            }
            Err(other) => return Err(Trouble::Resolver(format!("the resolver failed: {other}"))),
        };
        let aliases =
            found.answers().iter().filter(|record| record.record_type() == RecordType::CNAME).count();
        if aliases > MOST_ALIASES {
            return Err(Trouble::Aliases);
        }
        let ttl = found.answers().iter().map(|record| record.ttl).min();
        let rows = found.answers().iter().filter_map(|record| pick(&record.data)).collect();
        Ok(Rows { rows, ttl, alias: aliases > 0 })
    }

    /// Without records: either there are none, or the aliases never end, which looks the same.
    async fn without_records<T>(&self, name: &str) -> std::result::Result<Rows<T>, Trouble> {
        let mut at = name.to_owned();
        for step in 0..=MOST_ALIASES {
            let Ok(found) = self.0.lookup(format!("{at}."), RecordType::CNAME).await else {
                return Ok(Rows { rows: Vec::new(), ttl: None, alias: step > 0 });
            };
            let next = found.answers().iter().find_map(|record| match &record.data {
                RData::CNAME(alias) => Some(alias.0.to_ascii()),
                _ => None,
            });
            match next {
                Some(next) => at = next.trim_end_matches('.').to_owned(),
                None => return Ok(Rows { rows: Vec::new(), ttl: None, alias: step > 0 }),
            }
        }
        Err(Trouble::Aliases)
    }
}

impl Lookup for Resolver {
    async fn addresses(&self, name: &str) -> std::result::Result<Rows<IpAddr>, Trouble> {
        let ip = |data: &RData| match data {
            RData::A(address) => Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => Some(IpAddr::V6(address.0)),
            _ => None,
        };
        let (four, six) = futures_util::future::join(
            self.ask(name, RecordType::A, ip),
            self.ask(name, RecordType::AAAA, ip),
        )
        .await;
        match (four, six) {
            (Ok(four), Ok(six)) => Ok(Rows {
                ttl: [four.ttl, six.ttl].into_iter().flatten().min(),
                alias: four.alias || six.alias,
                rows: four.rows.into_iter().chain(six.rows).collect(),
            }),
            // Some servers do not answer for AAAA; addresses of one family are enough.
            (Ok(rows), Err(_)) | (Err(_), Ok(rows)) if !rows.rows.is_empty() => Ok(rows),
            (Err(trouble), _) | (_, Err(trouble)) => Err(trouble),
        }
    }

    async fn srv(&self, name: &str) -> std::result::Result<Rows<Srv>, Trouble> {
        let row = |data: &RData| match data {
            RData::SRV(srv) => Some(Srv {
                priority: srv.priority,
                weight: srv.weight,
                port: srv.port,
                target: srv.target.to_ascii().trim_end_matches('.').to_ascii_lowercase(),
            }),
            _ => None,
        };
        self.ask(name, RecordType::SRV, row).await
    }

    async fn naptr(&self, name: &str) -> std::result::Result<Rows<Naptr>, Trouble> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let row = |data: &RData| match data {
            RData::NAPTR(naptr) => Some(Naptr {
                order: naptr.order,
                preference: naptr.preference,
                flags: text(&naptr.flags),
                service: text(&naptr.services),
                regexp: text(&naptr.regexp),
                replacement: naptr.replacement.to_ascii().trim_end_matches('.').to_ascii_lowercase(),
            }),
            _ => None,
        };
        self.ask(name, RecordType::NAPTR, row).await
    }
}
