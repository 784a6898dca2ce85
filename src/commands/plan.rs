//! `plan`

use crate::cli::fleet::Plan;
use crate::context::Context;
use crate::model::error::Result;
use crate::model::report::Report;
use crate::reconcile;
use crate::reconcile::planner::survey;
use crate::reconcile::{Fleet, plan_file};

/// Runs it.
pub async fn run(context: &Context, args: &Plan) -> Result<Report> {
    let saved = match &args.out {
        Some(path) => {
            plan_file::free(path)?;
            Some((path, context.plan_key().await?))
        }
        None => None,
    };
    let manifest = reconcile::open(context, &args.manifest)?;
    let fleet = Fleet::of(context, &manifest, &args.manifest).await?;
    let fleet = Fleet { keeps: saved.is_some(), ..fleet };
    let survey = survey(&fleet, usize::from(args.concurrency.get())).await;
    if let Some((path, key)) = &saved {
        plan_file::save(path, key, &fleet, &survey)?;
        context.diagnostics.note(&format!("the plan is saved: `trunkctl apply {path}` carries it out"));
    }
    Ok(Report::Plan { plan: survey.plan, pending: args.detailed_exitcode })
}
