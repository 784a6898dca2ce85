//! `trunk check`: whether trunks work, by a probe from here beside the vendor's status

mod metrics;
pub mod probing;
mod shown;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use futures_util::stream::{self, StreamExt};
use serde_json::Value;

use super::{names, open_on};
use crate::cli::fleet::{Before, CheckFirst};
use crate::cli::trunk::{Check as Args, Probes};
use crate::context::Context;
use crate::engine::limits::Room;
use crate::engine::tokens::digest;
use crate::model::check;
use crate::model::error::{Applied, Error, FieldError, Kind, Result};
use crate::model::health::{Check, Health, VendorStatus, Verdict, worst};
use crate::model::number::digits;
use crate::model::open_enum::complain;
use crate::model::profile::Profile;
use crate::model::report::{Format, Report};
use crate::model::support::Operation;
use crate::model::trunk::{ActualTrunk, Status, Transport, Trunk};
use crate::ops::trunks::{self, TrunkSelector};
use crate::probe::rules::{self, NearEnd};
use crate::probe::target::{Target, split};
use crate::probe::{Found, codecs, vendor_view, verdicts};
use crate::reconcile::{self, account};
use crate::vendors::{self, End, Facts};
use probing::Probing;
use shown::{listing, text};

/// The number of targets that are checked at the same time.
const AT_ONCE: usize = 16;

/// What is checked: a trunk of a profile, of a file, or an address.
#[derive(Default)]
struct Subject {
    trunk: Trunk,
    /// The name in the report; none for an address.
    name: Option<String>,
    profile: Option<String>,
    /// The vendor's end of the trunk; none for an address.
    near: Option<NearEnd>,
    /// The vendor, if the trunk is read from it.
    vendor: Option<&'static Facts>,
    /// The trunk as the vendor has it.
    actual: Option<ActualTrunk>,
    /// Identifies the trunk at the vendor: profiles of one account show the same trunks.
    identity: Option<String>,
    /// Why the vendor could not be asked.
    unread: Option<Error>,
}

/// Runs the command.
pub async fn run(context: &Context, args: &Args) -> Result<Report> {
    let subjects = subjects(context, args).await?;
    let probing = if args.offline || context.options.dry_run.is_some() {
        None
    } else {
        Some(Probing::new(context, &args.probes)?)
    };
    let numbers = numbers(&subjects);
    let domain = args.probes.domain.as_deref();
    let checks = subjects
        .iter()
        .zip(numbers)
        .map(|(subject, numbers)| report(subject, domain, probing.as_ref(), numbers));
    let mut reports: Vec<Health> = stream::iter(checks).buffered(AT_ONCE).collect().await;
    reports.sort_by_key(|report| std::cmp::Reverse(report.verdict));
    let failed = reports.iter().filter(|report| fails(report.verdict, args.strict)).count();
    let mut shown = match context.options.output {
        Format::Prometheus => Report::Text(context.redactor.scrub(&metrics::exposition(&reports))),
        Format::Table if !reports.is_empty() => Report::Document { text: text(&reports), data: Value::Null },
        _ => Report::Listing(vec![listing(&reports)]),
    };
    if failed == 0 {
        return Ok(shown);
    }
    (context.publish)(&mut shown)?;
    let text = match reports.len() {
        1 => "the check failed".to_owned(),
        all => format!("{failed} of {all} checks failed"),
    };
    Err(Error::new(Kind::Unhealthy, text).hint("`trunkctl explain check ID` explains a check and its remedy"))
}

/// Checks trunks that are about to be written, each with its profile. A dry run sends nothing to the far end.
///
/// # Errors
/// [`Kind::Unhealthy`] if a check fails, unless failures are only printed.
pub async fn before_writing(
    context: &Context,
    first: &CheckFirst,
    trunks: Vec<(String, Trunk)>,
) -> Result<()> {
    let Some(before) = first.check else { return Ok(()) };
    let probing = if context.options.dry_run.is_some() {
        None
    } else {
        Some(Probing::new(context, &Probes::default())?)
    };
    let mut subjects = Vec::new();
    for (profile, trunk) in trunks {
        subjects.push(Subject {
            name: Some(trunk.identity().to_owned()),
            near: Some(near_end(&context.profile(Some(&profile)).await?)),
            trunk,
            profile: Some(profile),
            ..Subject::default()
        });
    }
    let numbers = numbers(&subjects);
    let checks = subjects
        .iter()
        .zip(numbers)
        .map(|(subject, numbers)| report(subject, None, probing.as_ref(), numbers));
    let reports: Vec<Health> = stream::iter(checks).buffered(AT_ONCE).collect().await;
    let mut failures = Vec::new();
    for report in &reports {
        let name = report.trunk.as_deref().unwrap_or_default();
        for check in report.checks.iter().filter(|check| check.verdict > Verdict::Pass) {
            let hint = check.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
            let line = format!("trunk `{name}`: {}: {}{hint}", check.id, check.message);
            match check.verdict {
                Verdict::Fail => failures.push(line),
                _ => context.diagnostics.warn(&line),
            }
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    if before == Before::Warn {
        failures.iter().for_each(|line| context.diagnostics.warn(line));
        return Ok(());
    }
    let hint = "nothing was changed; --check=warn writes all the same";
    Err(Error::new(Kind::Unhealthy, failures.join("\n  ")).hint(hint).outcome(Applied::NotApplied))
}

fn fails(verdict: Verdict, strict: bool) -> bool {
    verdict == Verdict::Fail || strict && matches!(verdict, Verdict::Warn | Verdict::Unknown)
}

/// The trunks and addresses that the command line names.
async fn subjects(context: &Context, args: &Args) -> Result<Vec<Subject>> {
    if let Some(text) = &args.target {
        return Ok(vec![address(text, args)?]);
    }
    if let Some(path) = &args.from {
        let trunk = super::spec::from_file(path)?;
        let faults = check::trunk(&trunk);
        if !faults.is_empty() {
            return Err(Error::fields("the trunk", faults));
        }
        let name = trunk.name.clone().or_else(|| Some(path.clone()));
        // Without a profile, only the rules of every vendor apply.
        let profile = context.profile(context.options.profile.as_deref()).await;
        let near = Some(profile.map(|profile| near_end(&profile)).unwrap_or_default());
        return Ok(vec![Subject { trunk, name, near, ..Subject::default() }]);
    }
    if !args.source.files.is_empty() {
        let manifest = reconcile::open(context, &super::plan::files(&args.source))?;
        reconcile::check::check(context, &manifest, &manifest.by_profile()).await?;
        let mut subjects = Vec::new();
        for (trunk, profiles) in manifest.trunks() {
            for profile in profiles {
                subjects.push(Subject {
                    trunk: trunk.clone(),
                    name: Some(trunk.identity().to_owned()),
                    near: Some(near_end(&context.profile(Some(profile)).await?)),
                    profile: Some(profile.clone()),
                    ..Subject::default()
                });
            }
        }
        return Ok(subjects);
    }
    of_profiles(context, args).await
}

/// An address of the command line.
fn address(text: &str, args: &Args) -> Result<Subject> {
    let usage = |why: String| Error::new(Kind::Usage, format!("--target: `{text}` {why}"));
    let (host, port) = split(text).map_err(usage)?;
    let transport = args.transport.as_deref().map(Transport::open).unwrap_or(Transport::Udp);
    if let Transport::Other(word) = &transport {
        return Err(Error::fields(
            "the command",
            vec![FieldError::new("transport", complain("transport", word, Transport::WORDS))],
        ));
    }
    let trunk = Trunk {
        host: Some(host.to_string()),
        port: port.map(u32::from),
        transport: Some(transport),
        ..Trunk::default()
    };
    Ok(Subject { trunk, ..Subject::default() })
}

/// Trunks of profiles. A profile that cannot be read makes its named trunks unknown only if several are asked.
async fn of_profiles(context: &Context, args: &Args) -> Result<Vec<Subject>> {
    let given = if args.trunks.is_empty() { Vec::new() } else { names::trunks(&args.trunks)? };
    let named: Vec<TrunkSelector> =
        given.iter().map(|text| TrunkSelector::parse(text)).collect::<Result<_>>()?;
    let names = context.profile_names(args.all_profiles)?;
    let mut subjects = Vec::new();
    for name in &names {
        let read = async {
            let session =
                open_on(context, name.as_deref(), Operation::TrunkList, args.account.as_deref()).await?;
            let room = Room::default();
            let rows = trunks::rows(&session, None, &room).await?;
            let mut meant = BTreeSet::new();
            for target in &named {
                match target.among(&rows, &session.profile().name)? {
                    Some(row) => drop(meant.insert(row.id.clone())),
                    None if names.len() > 1 => {}
                    None => return Err(target.missing(&session)),
                }
            }
            let rows = rows.into_iter().filter(|row| named.is_empty() || meant.contains(&row.id)).collect();
            let whole = trunks::whole(&session, None, rows, |_| true, &room).await?;
            Ok((session, whole))
        };
        match read.await {
            Ok((session, trunks)) => subjects.extend(trunks.into_iter().map(|actual| Subject {
                trunk: actual.trunk.clone(),
                name: Some(actual.trunk.name.clone().unwrap_or_else(|| actual.id.clone())),
                profile: Some(session.profile().name.clone()),
                near: Some(near_end(session.profile())),
                vendor: Some(session.vendor().facts()),
                identity: Some(digest(&format!("{}|{}", account::of_session(&session), actual.id))),
                actual: Some(actual),
                unread: None,
            })),
            Err(error) if names.len() > 1 => subjects.push(Subject {
                name: Some("(all trunks)".into()),
                profile: name.clone(),
                unread: Some(error),
                ..Subject::default()
            }),
            Err(error) => return Err(error),
        }
    }
    let found: BTreeSet<&str> = subjects.iter().filter_map(|subject| subject.name.as_deref()).collect();
    match named.iter().find(|target| {
        names.len() > 1 && !matches!(target, TrunkSelector::Id(_)) && !found.contains(target.value())
    }) {
        Some(target) => {
            Err(Error::new(Kind::NotFound, format!("none of the profiles has a trunk `{}`", target.value())))
        }
        None => Ok(subjects),
    }
}

/// The vendor's end of the trunks of a profile.
fn near_end(profile: &Profile) -> NearEnd {
    let Ok(vendor) = vendors::by_name(&profile.vendor) else { return NearEnd::default() };
    let sip = &vendor.facts().sip;
    let url = reqwest::Url::parse(profile.get("base_url")).ok().filter(|_| sip.end == End::Device);
    let address = url.and_then(|url| url.host_str()?.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    NearEnd { rules: vendor.static_rules(), private_line: sip.end == End::PrivateLine, address }
}

async fn report(
    subject: &Subject,
    domain: Option<&str>,
    probing: Option<&Probing>,
    numbers: Option<Check>,
) -> Health {
    let mut checks = Vec::new();
    let mut target = None;
    let mut observed = None;
    if let Some(error) = &subject.unread {
        let text = format!("the profile cannot be read: {}", error.message);
        let hint = error.hint.clone().unwrap_or_default();
        checks.push(Check::new("vendor.status", Verdict::Unknown, text).hint(hint));
    } else {
        checks.extend(rules::check(&subject.trunk, subject.near.as_ref()));
        match (Target::of(&subject.trunk, domain), probing) {
            (Err(why), _) => checks.extend(
                ["dns.resolve", "net.connect", "sip.options"]
                    .map(|id| Check::new(id, Verdict::Skipped, why.clone())),
            ),
            (Ok((found, _)), None) => target = Some(found.to_string()),
            (Ok((found, names)), Some(probing)) => {
                target = Some(found.to_string());
                let Found { checks: probed, observed: seen, codecs: theirs } =
                    probing.probe(&found, &names).await;
                checks.extend(probed);
                checks.extend(codecs::overlap(subject.trunk.codecs.as_deref().unwrap_or_default(), &theirs));
                observed = seen;
            }
        }
        checks.extend(of_vendor(subject, observed));
        checks.extend(numbers);
    }
    checks.sort_by_key(|check| rules::position(check.id));
    let status = subject.actual.as_ref().and_then(|actual| {
        let status = actual.status.as_ref()?.to_string();
        Some(VendorStatus { status, status_code: actual.status_code.clone() })
    });
    Health {
        trunk: subject.name.clone(),
        profile: subject.profile.clone(),
        target,
        verdict: worst(&checks),
        vendor_status: status,
        checks,
    }
}

/// The vendor's status, and whether it agrees with the probe.
fn of_vendor(subject: &Subject, observed: Option<verdicts::Observed>) -> Vec<Check> {
    let (Some(actual), Some(vendor)) = (&subject.actual, subject.vendor) else { return Vec::new() };
    let Some(status) = &actual.status else {
        let text = format!("{} does not report the status of a trunk", vendor.title);
        return vec![Check::new("vendor.status", Verdict::Skipped, text)];
    };
    let code = actual.status_code.as_deref();
    let check = vendor_view::status(status, code, vendor.title);
    let check = match status {
        Status::Unmonitored if !vendor.sip.reports_status => {
            check.hint("the vendor reports only whether a trunk is enabled; see sip.options")
        }
        _ => check,
    };
    vec![check, vendor_view::agreement(observed, status)]
}

/// The check `numbers.duplicate` of each trunk that has numbers.
fn numbers(subjects: &[Subject]) -> Vec<Option<Check>> {
    let id = "numbers.duplicate";
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, subject) in subjects.iter().enumerate() {
        for did in subject.trunk.dids.iter().flatten() {
            let places = places.entry(digits(&did.number)).or_default();
            if places.last() != Some(&at) {
                places.push(at);
            }
        }
    }
    let unread: Vec<&str> = subjects
        .iter()
        .filter(|subject| subject.unread.is_some())
        .filter_map(|subject| subject.profile.as_deref())
        .collect();
    let one = |(at, subject): (usize, &Subject)| {
        let dids = subject.trunk.dids.as_ref().filter(|dids| !dids.is_empty())?;
        // Profiles of one account show the same trunk, which is not a duplicate of itself.
        let same = |other: &Subject| subject.identity.is_some() && subject.identity == other.identity;
        let duplicate = dids.iter().find_map(|did| {
            let number = digits(&did.number);
            let others = places.get(&number)?.iter().filter(|other| **other != at);
            let others = others.filter_map(|other| subjects.get(*other)).filter(|other| !same(other));
            let others: Vec<String> = others.map(label).collect();
            (!others.is_empty()).then_some((number, others))
        });
        Some(match duplicate {
            Some((number, others)) => {
                let text = format!("the number {number} is also on trunk {}", others.join(", "));
                Check::new(id, Verdict::Fail, text).hint("remove it from one of them")
            }
            None if unread.is_empty() => {
                Check::new(id, Verdict::Pass, "none of its numbers is on another of these trunks")
            }
            None => {
                let text = format!("trunks of profile {} may have one of its numbers", unread.join(", "));
                Check::new(id, Verdict::Unknown, text).hint("check again when all profiles can be read")
            }
        })
    };
    subjects.iter().enumerate().map(one).collect()
}

fn label(subject: &Subject) -> String {
    let name = subject.name.as_deref().unwrap_or_default();
    match &subject.profile {
        Some(profile) => format!("`{name}` of profile `{profile}`"),
        None => format!("`{name}`"),
    }
}
