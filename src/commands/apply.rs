//! `apply`

use std::time::Duration;

use super::trunk_check::before_writing;
use super::{rehearsed, trunk_wait};
use crate::cli::fleet::{Apply, CheckFirst};
use crate::context::Context;
use crate::model::change::Changes;
use crate::model::error::{Error, Kind, Result};
use crate::model::plan::{Plan, ProfilePlan, Write};
use crate::model::profile::Profile;
use crate::model::report::{Format, Report};
use crate::reconcile::execute::{Options, execute};
use crate::reconcile::plan_file::Saved;
use crate::reconcile::planner;
use crate::reconcile::{self, Limits, Results, Scope, guard, refuse_missing};

/// Runs the command.
pub async fn run(context: &Context, args: &Apply) -> Result<Report> {
    let plan = show(context, planned(context, args).await?)?;
    let summary = plan.summary();
    let results = Results::new(context, summary.writes() + summary.impossible + summary.failed);
    let options = Options { concurrency: usize::from(args.concurrency.get()), fail_fast: args.fail_fast };
    if summary.writes() > 0 {
        guard(&plan, Limits { max_changes: args.max_changes, allow_mass_change: args.allow_mass_change })?;
        if args.fail_fast && summary.is_incomplete() {
            return Err(not_begun(&plan));
        }
        check_first(context, &args.first, &plan).await?;
        let mut profiles = Vec::new();
        for profile in plan.profiles.iter().filter(|profile| !profile.changes.is_empty()) {
            profiles.push(context.profile(Some(&profile.profile)).await?);
        }
        let profiles: Vec<&Profile> = profiles.iter().collect();
        context.confirm(&question(&plan), &profiles).await?;
        if context.options.dry_run.is_none() {
            // Finished changes are always reported.
            context.cancellation.leave_to_command();
        }
    }
    let order: Vec<String> = plan.profiles.iter().map(|profile| profile.profile.clone()).collect();
    execute(context, plan, options, &results).await;
    let changes = results.finish(&order)?;
    if context.options.dry_run.is_none() {
        return finish(context, changes, args.wait).await;
    }
    rehearsed(context, &changes.list)
}

/// Checks the trunks that are about to be written, if that was asked for.
pub async fn check_first(context: &Context, first: &CheckFirst, plan: &Plan) -> Result<()> {
    let trunks = plan.changes().filter_map(|change| match &change.write {
        Write::CreateTrunk(wanted) => Some((change.profile.clone(), (**wanted).clone())),
        Write::UpdateTrunk(update) => {
            Some((change.profile.clone(), update.actual.trunk.clone().overlaid(&update.set)))
        }
        _ => None,
    });
    before_writing(context, first, trunks.collect()).await
}

/// Waits for the written trunks, if that was asked for. Failed changes decide the exit code before slow trunks.
async fn finish(context: &Context, changes: Changes, wait: Option<Duration>) -> Result<Report> {
    let Some(within) = wait else { return Ok(Report::Changes(changes)) };
    let late = trunk_wait::for_written(context, &changes.list, within).await;
    let failed = changes.list.iter().any(|change| change.error.is_some());
    let Some(first) = late.first().filter(|_| !failed) else {
        late.iter().for_each(|error| context.diagnostics.reason(&error.message));
        return Ok(Report::Changes(changes));
    };
    (context.publish)(&mut Report::Changes(changes))?;
    let list: Vec<&str> = late.iter().map(|error| error.message.as_str()).collect();
    Err(Error::new(first.kind, list.join("\n  "))
        .hint("the changes were made; `trunkctl trunk wait` waits again"))
}

/// The plan: of a manifest, or a saved plan if nothing has changed since.
async fn planned(context: &Context, args: &Apply) -> Result<Plan> {
    let concurrency = usize::from(args.concurrency.get());
    let plan = match &args.plan {
        Some(path) => {
            let key = context.plan_key().await?;
            let mut saved = Saved::open(path, &key)?;
            let mut plan = planner::plan(&saved.scope(context)?, concurrency).await;
            saved.compare(&key, &plan)?;
            for (profile, why) in saved.failed() {
                let text = format!("profile `{profile}` could not be read when the plan was made: {why}");
                let error = Error::new(Kind::Unavailable, text).hint("create the plan again");
                plan.profiles.push(ProfilePlan::failed(profile, error));
            }
            plan
        }
        None => {
            let selection = super::plan::selection(&args.manifest);
            let manifest = reconcile::open(context, &selection)?;
            planner::plan(&Scope::of(context, &manifest, &selection).await?, concurrency).await
        }
    };
    refuse_missing(&plan)?;
    if plan.summary().writes() > 0 {
        context.check_journal()?;
    }
    Ok(plan)
}

/// Shows the plan; on standard error if standard output is for the results.
fn show(context: &Context, plan: Plan) -> Result<Plan> {
    if context.options.dry_run.is_some() {
        return Ok(plan);
    }
    if context.options.output != Format::Table {
        if !context.options.yes {
            context.diagnostics.plan(&plan);
        }
        return Ok(plan);
    }
    let follows = plan.changes().next().is_some();
    let mut report = Report::Plan { plan, pending: false, max_bytes: usize::MAX };
    (context.publish)(&mut report)?;
    if follows {
        (context.publish)(&mut Report::Text("\n".into()))?;
    }
    match report {
        Report::Plan { plan, .. } => Ok(plan),
        _ => Ok(Plan::default()),
    }
}

fn question(plan: &Plan) -> String {
    let summary = plan.summary();
    let besides = match plan.changes().filter(|change| change.deletes_data()).count() {
        0 => String::new(),
        1 => "An assignment of settings also deletes data: see the plan. ".to_owned(),
        several => format!("{several} assignments of settings also delete data: see the plan. "),
    };
    format!(
        "{besides}This creates {}, changes {} and deletes {} objects",
        summary.create, summary.update, summary.delete
    )
}

/// The error if --fail-fast prevents the apply from starting.
fn not_begun(plan: &Plan) -> Error {
    let failed = plan.profiles.iter().filter_map(|profile| profile.failed.as_ref());
    let impossible = plan.changes().filter_map(|change| change.error.as_ref());
    let list: Vec<&str> = failed.chain(impossible).map(|error| error.message.as_str()).collect();
    Error::new(
        Kind::Partial,
        format!("nothing was changed, because of --fail-fast:\n  {}", list.join("\n  ")),
    )
    .hint("without --fail-fast, apply makes the changes that are possible")
}
