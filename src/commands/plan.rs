//! `plan`

use crate::cli::fleet::{Manifest, Plan};
use crate::context::Context;
use crate::model::error::Result;
use crate::model::report::Report;
use crate::reconcile;
use crate::reconcile::planner::survey;
use crate::reconcile::{Fleet, Selection, plan_file};

/// The manifest, and the selected part of it.
pub fn selection(args: &Manifest) -> Selection<'_> {
    Selection {
        files: &args.files,
        vars: &args.vars,
        var_files: &args.var_files,
        untrusted: args.untrusted,
        partition: args.partition,
        prune: args.prune,
        rotate_secrets: args.rotate_secrets,
    }
}

/// Runs the command.
pub async fn run(context: &Context, args: &Plan) -> Result<Report> {
    let saved = match &args.out {
        Some(path) => {
            plan_file::free(path)?;
            Some((path, context.plan_key().await?))
        }
        None => None,
    };
    let selection = selection(&args.manifest);
    let manifest = reconcile::open(context, &selection)?;
    let fleet = Fleet::of(context, &manifest, &selection).await?;
    let fleet = Fleet { keeps: saved.is_some(), ..fleet };
    let survey = survey(&fleet, usize::from(args.concurrency.get())).await;
    if let Some((path, key)) = &saved {
        plan_file::save(path, key, &fleet, &survey)?;
        context.diagnostics.note(&format!("the plan is saved; apply it with `trunkctl apply {path}`"));
    }
    Ok(Report::Plan { plan: survey.plan, pending: args.detailed_exitcode })
}
