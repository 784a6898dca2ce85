//! `trunk wait`, and what `apply --wait` waits for

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use serde_json::json;
use tokio::time::timeout_at;

use super::trunk_check::probing::Probing;
use super::{names, open_on};
use crate::cli::trunk::{Probes, Wait};
use crate::context::Context;
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, Kind, Result};
use crate::model::health::{Goal, Verdict};
use crate::model::plan::ResourceKind;
use crate::model::report::{Listing, Report};
use crate::model::support::Operation;
use crate::model::text::shell_word;
use crate::model::trunk::ActualTrunk;
use crate::ops::status::{self, BETWEEN_PROBES, Probed, Progress, Waited, Watch};
use crate::ops::trunks::{self, TrunkSelector};
use crate::probe::Found;
use crate::probe::target::Target;
use crate::probe::verdicts::Observed;

/// A reading that has begun may end this much after the time to wait.
const GRACE: Duration = Duration::from_secs(2);

/// The number of trunks that are probed at the same time.
const AT_ONCE: usize = 16;

/// Waits for trunks.
pub async fn run(context: &Context, args: &Wait) -> Result<Report> {
    let names = names::trunks(&args.trunks)?;
    let targets = names.into_iter().map(|text| TrunkSelector::parse(&text).map(|target| (text, target)));
    let targets: Targets = targets.collect::<Result<_>>()?;
    let session = open_on(context, None, Operation::TrunkList, args.account.as_deref()).await?;
    let goal = args.goal;
    let facts = session.vendor().facts();
    if goal != Goal::Healthy && !facts.sip.reports_status {
        let text = format!("{} does not report whether a trunk is {}", facts.title, goal.word());
        let mut error = Error::new(Kind::Unsupported, text);
        error.vendor = Some(facts.name);
        return Err(error.hint("wait with --for healthy, which sends OPTIONS to the far end"));
    }
    let probing = match goal {
        Goal::Healthy => Some(Probing::new(context, &args.probes)?.lasting(BETWEEN_PROBES)),
        _ if args.probes != Probes::default() => {
            let text =
                "--domain, --resolver and --ca-file are only for --for healthy, which probes the far end";
            return Err(Error::new(Kind::Usage, text).hint("leave them out, or wait with --for healthy"));
        }
        _ => None,
    };
    // Ctrl-C ends it with its report.
    context.cancellation.leave_to_command();
    let begun = Instant::now();
    let watch = Watcher { context, session: &session, goal, probing, begun, within: args.within, line: true };
    let profile = &session.profile().name;
    let ended = status::wait(&watch, profile, &targets, goal, watch.until(), session.is_dry_run()).await;
    context.diagnostics.progress_line("");
    if context.withholds() {
        return Ok(context.withheld());
    }
    let ended = ended?;
    let mut report = Report::Listing(vec![listing(&ended.trunks, profile, goal)]);
    let Some(error) = ended.error(profile, true) else { return Ok(report) };
    (context.publish)(&mut report)?;
    let missed = ended.trunks.iter().find(|waited| waited.progress != Progress::Reached);
    let name = missed.map(|waited| shell_word(&waited.name)).unwrap_or_default();
    if error.kind != Kind::Unhealthy {
        return Err(error);
    }
    let sandbox = if context.options.sandbox { "--sandbox " } else { "" };
    let mut hint =
        format!("`trunkctl {sandbox}-p {} trunk check {name}` looks for the cause", shell_word(profile));
    if error.retryable {
        hint.push_str(&format!("; --within sets how long to wait (it was {:?})", args.within));
    }
    Err(error.hint(hint))
}

fn listing(trunks: &[Waited], profile: &str, goal: Goal) -> Listing {
    let reached = |waited: &Waited| waited.progress == Progress::Reached;
    let seconds = |time: Duration| time.as_millis() as f64 / 1000.0;
    let columns = ["trunk", "profile", "wanted", "reached", "status", "status_code", "waited_seconds"];
    Listing::new(
        &columns,
        trunks
            .iter()
            .map(|waited| {
                vec![
                    waited.name.clone(),
                    profile.to_owned(),
                    goal.word().to_owned(),
                    if reached(waited) { "yes" } else { "no" }.to_owned(),
                    waited.status.clone().unwrap_or_default(),
                    waited.status_code.clone().unwrap_or_default(),
                    format!("{:.1}", seconds(waited.waited)),
                ]
            })
            .collect(),
        trunks
            .iter()
            .map(|waited| {
                json!({
                    "trunk": waited.name,
                    "profile": profile,
                    "wanted": goal.word(),
                    "reached": reached(waited),
                    "status": waited.status,
                    "status_code": waited.status_code,
                    "waited_seconds": seconds(waited.waited),
                    "readings": waited.readings,
                })
            })
            .collect(),
    )
}

/// Watches the trunks of a session.
struct Watcher<'c> {
    context: &'c Context,
    session: &'c Session,
    goal: Goal,
    /// Probes, if the goal needs them.
    probing: Option<Probing>,
    begun: Instant,
    within: Duration,
    /// Whether to show a line with the progress; several waits at the same time would overwrite each other's.
    line: bool,
}

impl Watcher<'_> {
    fn until(&self) -> Instant {
        let deadline = self.context.deadline();
        self.begun.checked_add(self.within).map_or(deadline, |until| until.min(deadline))
    }

    async fn probe_one(&self, actual: &ActualTrunk) -> Probed {
        let Some(probing) = &self.probing else {
            return Probed::Unknown("it was not probed".to_owned(), String::new());
        };
        let (target, names) = match Target::of(&actual.trunk, probing.domain.as_deref()) {
            Ok(found) => found,
            Err(why) => return Probed::NothingToCall(why),
        };
        let Found { checks, observed, .. } = probing.probe(&target, &names).await;
        let said = |verdict: Verdict| {
            let check = checks.iter().find(|check| check.verdict == verdict)?;
            Some((format!("{}: {}", check.id, check.message), check.hint.clone().unwrap_or_default()))
        };
        match (said(Verdict::Fail), observed) {
            (Some((what, remedy)), _) => Probed::Fails(what, remedy),
            (None, Some(Observed::Alive | Observed::Forbidden)) => Probed::Answers,
            (None, _) => {
                let said = said(Verdict::Unknown).or_else(|| said(Verdict::Skipped));
                let (what, remedy) = said.unwrap_or_default();
                Probed::Unknown(what, remedy)
            }
        }
    }
}

impl Watch for Watcher<'_> {
    fn now(&self) -> Instant {
        Instant::now()
    }

    async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.context.cancellation.asked() => false,
            () = tokio::time::sleep(time) => true,
        }
    }

    async fn read(&self) -> Result<Vec<ActualTrunk>> {
        let room = Room::default();
        let end = self.until().max(Instant::now() + GRACE);
        tokio::select! {
            biased;
            () = self.context.cancellation.asked() => {
                Err(Error::new(Kind::Interrupted, "the command was interrupted"))
            }
            rows = timeout_at(end.into(), trunks::rows(self.session, None, &room)) => {
                rows.unwrap_or_else(|_| Err(Error::new(Kind::Unavailable, "the vendor did not answer in time")))
            }
        }
    }

    async fn probe(&self, actual: Vec<ActualTrunk>) -> Result<Vec<Probed>> {
        let ids: Vec<String> = actual.iter().map(|actual| actual.id.clone()).collect();
        // The rows of a list may lack the address.
        let mut whole = trunks::whole(self.session, None, actual, |_| true, &Room::default()).await?;
        whole.sort_by_key(|actual| ids.iter().position(|id| *id == actual.id));
        let probes = ids.iter().map(|id| async {
            match whole.iter().find(|actual| actual.id == *id) {
                Some(actual) => self.probe_one(actual).await,
                None => Probed::Unknown("it was deleted".to_owned(), String::new()),
            }
        });
        Ok(stream::iter(probes).buffered(AT_ONCE).collect().await)
    }

    fn show(&self, trunks: &[Waited], changes: &[String]) {
        let reached = trunks.iter().filter(|waited| waited.progress == Progress::Reached).count();
        let states = trunks.iter().filter_map(|waited| match &waited.progress {
            Progress::Waiting(is, _) => Some(format!("; {} {is}", waited.name)),
            _ => None,
        });
        let line = format!(
            "{} s of {} s: {reached} of {} {}{}",
            self.begun.elapsed().as_secs(),
            self.within.as_secs(),
            trunks.len(),
            self.goal.word(),
            states.collect::<String>()
        );
        if !self.line || !self.context.diagnostics.progress_line(&line) {
            changes.iter().for_each(|change| self.context.diagnostics.note(change));
        }
    }
}

/// Trunks by the names that people know them by.
type Targets = Vec<(String, TrunkSelector)>;

/// Waits for the trunks that were written. Returns the errors of those that are not up in time; a trunk whose status the
/// vendor does not report, or that is disabled, is noted.
pub async fn for_written(context: &Context, changes: &[Change], within: Duration) -> Vec<Error> {
    let mut written: BTreeMap<(&str, Option<&str>), Targets> = BTreeMap::new();
    for change in changes {
        let done = matches!(change.outcome, Outcome::Created | Outcome::Updated | Outcome::Assigned);
        if let (true, true, Some(id)) = (done, change.kind == ResourceKind::Trunk.word(), &change.id) {
            let name = change.name.clone().unwrap_or_else(|| id.clone());
            let of = written.entry((&change.profile, change.account.as_deref())).or_default();
            of.push((name, TrunkSelector::Id(id.clone())));
        }
    }
    let begun = Instant::now();
    let waits = written.into_iter().map(|((profile, account), targets)| async move {
        let session = open_on(context, Some(profile), Operation::TrunkList, account).await?;
        let watch = Watcher {
            context,
            session: &session,
            goal: Goal::Reachable,
            probing: None,
            begun,
            within,
            line: false,
        };
        let ended = status::wait(&watch, profile, &targets, watch.goal, watch.until(), false).await?;
        for Waited { name, progress, .. } in &ended.trunks {
            if let Progress::Never(why) = progress {
                let text = format!("did not wait for trunk `{name}` of profile `{profile}`: it {why}");
                context.diagnostics.note(&text);
            }
        }
        ended.error(profile, false).map_or(Ok(()), Err)
    });
    join_all(waits).await.into_iter().filter_map(Result::err).collect()
}
