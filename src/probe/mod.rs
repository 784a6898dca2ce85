//! Checks whether a SIP target answers: server location, connection, TLS, and one OPTIONS request for each server.
//!
//! The flow is one-way: a [`target::Target`] becomes candidates (`locate`, RFC 3263), each candidate gets one OPTIONS
//! request (`message`, `exchange`), and the answers become checks (`verdicts`, `certificate`, `codecs`), as does what the
//! vendor says of the trunk (`vendor_view`). Only `resolver` and `exchange` do I/O; the rest is pure. All text from the
//! network is bounded, and cleaned before it is shown. Nothing but OPTIONS is ever sent, and only to targets that a trunk or
//! the command line names.

pub mod certificate;
pub mod codecs;
pub mod exchange;
pub mod locate;
pub mod message;
pub mod resolver;
pub mod rules;
pub mod target;
pub mod vendor_view;
pub mod verdicts;

use std::cmp::Reverse;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::stream::{self, StreamExt};
use serde_json::Value;

use crate::model::health::{Check, Verdict};
use certificate::Handshake;
use exchange::{Probe, Settings};
use locate::{Candidate, Located, Lookup, MOST_CANDIDATES};
use message::Ids;
use target::{Host, Target};
use verdicts::Observed;

/// What a probe of a target found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The checks, in the order of reports.
    pub checks: Vec<Check>,
    /// What they say about the far end; none if nothing was probed.
    pub observed: Option<Observed>,
    /// The codecs that the far end names.
    pub codecs: Vec<String>,
}

/// Probes a target.
pub async fn check(target: &Target, names: &[Host], dns: &impl Lookup, settings: &Settings) -> Found {
    // A search takes several lookups, and each of them may time out.
    let limit = settings.timeout * 2;
    let located = tokio::time::timeout(limit, locate::locate(target, dns)).await;
    let located = located.unwrap_or_else(|_| Located::unanswered(target, limit));
    let mut checks = located.checks;
    if located.candidates.is_empty() {
        let skipped = |id| Check::new(id, Verdict::Skipped, "no server was found");
        checks.extend(["net.connect", "sip.options"].map(skipped));
        let observed = verdicts::observed(&checks, &[]);
        return Found { checks, observed, codecs: Vec::new() };
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let certificate = |seen: &Handshake, candidate: &Candidate| {
        certificate::check(seen, names, &candidate.address.to_string(), now)
    };
    let probes = located.candidates.iter().map(|candidate| async move {
        let mut random = [0; 32];
        // Without random numbers the request is still valid, only easier to confuse with another one.
        let _ = getrandom::fill(&mut random);
        let trusts = |seen: &Handshake| {
            certificate(seen, candidate).iter().all(|check| check.verdict != Verdict::Fail)
        };
        exchange::probe(target, candidate, &Ids::new(&random), settings, &trusts).await
    });
    let probes: Vec<Probe> = stream::iter(probes).buffered(MOST_CANDIDATES).collect().await;
    for probe in &probes {
        for part in &probe.transcript {
            tracing::debug!("{} {}\n{part}", probe.candidate.wire.word(), probe.candidate.address);
        }
    }
    select(&mut checks, &probes);
    checks.extend(verdicts::probes(&probes));
    for probe in &probes {
        let found = probe.tls.as_ref().map(|seen| certificate(seen, &probe.candidate));
        found.into_iter().flatten().for_each(|check| merge(&mut checks, check));
    }
    checks.sort_by_key(|check| rules::position(check.id));
    let observed = verdicts::observed(&checks, &probes);
    let mut codecs: Vec<String> = Vec::new();
    for codec in probes.iter().filter_map(Probe::reply).flat_map(|reply| &reply.codecs) {
        if !codecs.contains(codec) {
            codecs.push(codec.clone());
        }
    }
    Found { checks, observed, codecs }
}

/// Marks the candidate that a client would use: the first that answers, and not with 503 (RFC 3263, section 4.3).
fn select(checks: &mut [Check], probes: &[Probe]) {
    let first = probes.iter().position(|probe| probe.reply().is_some_and(|reply| reply.code != 503));
    let Some(at) = first.or_else(|| probes.iter().position(|probe| probe.reply().is_some())) else { return };
    let rows = checks.iter_mut().find(|check| check.id == "dns.candidates");
    let rows = rows.and_then(|check| check.evidence.get_mut("candidates")).and_then(Value::as_array_mut);
    if let Some(row) = rows.and_then(|rows| rows.get_mut(at)).and_then(Value::as_object_mut) {
        row.insert("selected".into(), true.into());
    }
}

/// Adds a check; of several with one id, the worst is kept, or the one of the certificate that ends first.
fn merge(checks: &mut Vec<Check>, check: Check) {
    let days = |check: &Check| check.evidence.get("days_left").and_then(Value::as_i64);
    let serious = |check: &Check| (check.verdict, Reverse(days(check)));
    match checks.iter_mut().find(|known| known.id == check.id) {
        Some(known) if serious(known) >= serious(&check) => {}
        Some(known) => *known = check,
        None => checks.push(check),
    }
}
