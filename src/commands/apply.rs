//! `apply`

use crate::cli::fleet::Apply;
use crate::context::Context;
use crate::model::error::{Error, Kind, Result};
use crate::model::plan::{Part, Plan};
use crate::model::profile::Profile;
use crate::model::report::Format;
use crate::model::report::Report;
use crate::reconcile;
use crate::reconcile::execute::{Manner, carry_out, withheld};
use crate::reconcile::plan_file::Saved;
use crate::reconcile::planner::{Survey, survey};
use crate::reconcile::{Fleet, Limits, Results, guard};

/// Runs the command.
pub async fn run(context: &Context, args: &Apply) -> Result<Report> {
    let concurrency = usize::from(args.concurrency.get());
    let (manifest, mut saved);
    let (fleet, mut survey) = match &args.plan {
        Some(path) => {
            saved = Saved::open(path, &context.plan_key().await?)?;
            let fleet = saved.fleet(Fleet::new(context))?;
            let mut survey = survey(&fleet, concurrency).await;
            saved.hold_against(&survey)?;
            for (profile, why) in saved.failed() {
                let text = format!("profile `{profile}` could not be read when the plan was made: {why}");
                let error = Error::new(Kind::Unavailable, text).hint("create the plan again");
                survey.plan.parts.push(Part::failed(profile, error));
                survey.works.push(Default::default());
            }
            (fleet, survey)
        }
        None => {
            let selection = super::plan::selection(&args.manifest);
            manifest = reconcile::open(context, &selection)?;
            let fleet = Fleet::of(context, &manifest, &selection).await?;
            let survey = survey(&fleet, concurrency).await;
            (fleet, survey)
        }
    };
    refuse_missing(&survey)?;
    if survey.plan.summary().writes() > 0 {
        context.check_journal()?;
    }
    survey.plan = show(context, survey.plan)?;
    let summary = survey.plan.summary();
    let results = Results::new(context, summary.writes() + summary.impossible + summary.failed);
    let manner = Manner { concurrency, fail_fast: args.fail_fast };
    if summary.writes() > 0 {
        guard(
            &survey.plan,
            Limits { max_changes: args.max_changes, allow_mass_change: args.allow_mass_change },
        )?;
        if args.fail_fast && summary.falls_short() {
            return Err(short(&survey.plan));
        }
        let mut profiles = Vec::new();
        for part in survey.plan.parts.iter().filter(|part| !part.steps.is_empty()) {
            profiles.push(context.profile(Some(&part.profile)).await?);
        }
        let profiles: Vec<&Profile> = profiles.iter().collect();
        context.confirm(&question(&survey.plan), &profiles).await?;
        if context.options.dry_run.is_none() {
            // Finished changes are always reported.
            context.cancellation.leave_to_command();
        }
    }
    let profiles: Vec<String> = survey.plan.parts.iter().map(|part| part.profile.clone()).collect();
    let shown = carry_out(&fleet, survey, manner, &results).await;
    reconcile::sources::remember(&fleet);
    let changes = results.finish(&profiles)?;
    if context.options.dry_run.is_none() {
        return Ok(Report::Changes(changes));
    }
    // A dry run has the exit code of the run.
    let failed: Vec<&Error> = changes.list.iter().filter_map(|change| change.error.as_ref()).collect();
    let mut report = withheld(context, shown);
    if failed.is_empty() {
        return Ok(report);
    }
    (context.publish)(&mut report)?;
    let list: Vec<&str> = failed.iter().map(|error| error.message.as_str()).collect();
    Err(Error::new(Kind::Partial, format!("some changes are impossible:\n  {}", list.join("\n  ")))
        .hint("`trunkctl plan` shows the reasons; nothing was changed"))
}

/// Fails before anything is written if a password could not be resolved, because its trunk would be left out.
fn refuse_missing(survey: &Survey) -> Result<()> {
    let missing: Vec<&Error> = survey.works.iter().flat_map(|work| &work.missing).collect();
    let mut texts: Vec<&str> = missing.iter().map(|error| error.message.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    let Some(first) = missing.first() else { return Ok(()) };
    let error = Error::config(texts.join("\n  "));
    let hint = first.hint.clone().unwrap_or_default();
    Err(error.hint(format!("{hint}; nothing was changed")))
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
    let follows = plan.steps().next().is_some();
    let mut report = Report::Plan { plan, pending: false };
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
    let besides = match plan.steps().filter(|step| step.takes_away()).count() {
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
fn short(plan: &Plan) -> Error {
    let failed = plan.parts.iter().filter_map(|part| part.failed.as_ref());
    let impossible = plan.steps().filter_map(|step| step.error.as_ref());
    let list: Vec<&str> = failed.chain(impossible).map(|error| error.message.as_str()).collect();
    Error::new(
        Kind::Partial,
        format!("nothing was changed, because of --fail-fast:\n  {}", list.join("\n  ")),
    )
    .hint("without --fail-fast, apply makes the changes that are possible")
}
