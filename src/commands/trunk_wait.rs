//! `trunk wait`, and what `apply --wait` waits for

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use super::trunk_list::choose;
use crate::cli::trunk::{Goal, Wait};
use crate::context::Context;
use crate::model::change::{Change, Outcome};
use crate::model::diagnostics::Progress;
use crate::model::error::{Error, Result};
use crate::model::plan::ResourceKind;
use crate::model::report::{Listing, Report};
use crate::ops::status::{self, Waited, unhealthy};
use crate::ops::trunks::Target;

/// Waits for trunks.
pub async fn run(context: &Context, args: &Wait) -> Result<Report> {
    let targets = args.trunks.iter().map(|text| Ok((text.clone(), Target::parse(text)?)));
    let targets: Targets = targets.collect::<Result<_>>()?;
    let mut session = context.session().await?;
    choose(&mut session, args.account.as_deref())?;
    let goal = match args.goal {
        None => status::Goal::Up,
        Some(Goal::Registered) => status::Goal::Registered,
        Some(Goal::Reachable) => status::Goal::Reachable,
    };
    let show = |waited: &[Waited], over| {
        let done = waited.iter().filter(|waited| waited.progress == status::Progress::Reached).count() as u64;
        let total = waited.len() as u64;
        context.diagnostics.progress(&Progress {
            total,
            done,
            noun: "trunks up",
            over,
            ..Progress::default()
        });
    };
    let waited =
        status::wait(&session, &targets, goal, until(context, args.within), |list| show(list, false));
    let waited = waited.await;
    show(waited.as_deref().unwrap_or_default(), true);
    if session.withholds() {
        return Ok(context.withheld(&session));
    }
    let (waited, profile) = (waited?, &session.profile().name);
    if let Some(error) = unhealthy(profile, &waited, true) {
        return Err(error.hint(format!("--within sets how long to wait; it was {:?}", args.within)));
    }
    let status = |waited: &Waited| waited.status.clone().unwrap_or_default();
    Ok(Report::Listing(vec![Listing {
        title: None,
        columns: ["trunk", "status", "profile"].map(str::to_owned).to_vec(),
        rows: waited
            .iter()
            .map(|waited| vec![waited.name.clone(), status(waited), profile.clone()])
            .collect(),
        data: waited
            .iter()
            .map(|waited| json!({"trunk": waited.name, "status": status(waited), "profile": profile}))
            .collect(),
    }]))
}

fn until(context: &Context, within: Duration) -> Instant {
    let deadline = context.deadline();
    Instant::now().checked_add(within).map_or(deadline, |until| until.min(deadline))
}

/// Trunks by the names that people know them by.
type Targets = Vec<(String, Target)>;

/// Waits for the trunks that were written. Returns the errors of those that are not up in time; a trunk whose status the
/// vendor does not report, or that is disabled, is noted.
pub async fn for_written(context: &Context, changes: &[Change], within: Duration) -> Vec<Error> {
    let mut written: BTreeMap<(&str, Option<&str>), Targets> = BTreeMap::new();
    for change in changes {
        let done = matches!(change.outcome, Outcome::Created | Outcome::Updated | Outcome::Assigned);
        if let (true, true, Some(id)) = (done, change.kind == ResourceKind::Trunk.word(), &change.id) {
            let name = change.name.clone().unwrap_or_else(|| id.clone());
            let of = written.entry((&change.profile, change.account.as_deref())).or_default();
            of.push((name, Target::Id(id.clone())));
        }
    }
    let until = until(context, within);
    let waits = written.into_iter().map(|((profile, account), targets)| async move {
        let mut session = context.session_of(Some(profile)).await?;
        choose(&mut session, account)?;
        let waited = status::wait(&session, &targets, status::Goal::Up, until, |_| {}).await?;
        for Waited { name, progress, .. } in &waited {
            if let status::Progress::Never(why) = progress {
                let text = format!("did not wait for trunk `{name}` of profile `{profile}`: it {why}");
                context.diagnostics.note(&text);
            }
        }
        unhealthy(profile, &waited, false).map_or(Ok(()), Err)
    });
    join_all(waits).await.into_iter().filter_map(Result::err).collect()
}
