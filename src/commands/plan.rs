//! `plan` and `validate`

use serde_json::json;

use crate::cli::fleet::{Files, Manifest, Plan};
use crate::context::Context;
use crate::model::error::Result;
use crate::model::report::{Format, Report};
use crate::reconcile;
use crate::reconcile::{Limits, Scope, Selection, guard, plan_file, planner, refuse_missing};

/// The manifest, and the selected part of it.
pub fn selection(args: &Manifest) -> Selection<'_> {
    Selection {
        partition: args.partition,
        prune: args.prune,
        rotate_secrets: args.rotate_secrets,
        ..files(&args.source)
    }
}

/// A whole manifest.
pub fn files(args: &Files) -> Selection<'_> {
    Selection {
        files: &args.files,
        vars: &args.vars,
        var_files: &args.var_files,
        untrusted: args.untrusted,
        partition: None,
        prune: false,
        rotate_secrets: false,
    }
}

/// Checks a manifest without a request.
pub async fn validate(context: &Context, args: &Files) -> Result<Report> {
    let manifest = reconcile::open(context, &files(args))?;
    let wanted = manifest.by_profile();
    reconcile::check::check(context, &manifest, &wanted).await?;
    let (entries, profiles) = (manifest.entries.len(), wanted.len());
    Ok(match context.options.output {
        Format::Table => {
            Report::Text(format!("The manifest is valid: entries {entries}, profiles {profiles}\n"))
        }
        _ => Report::Record(json!({"valid": true, "entries": entries, "profiles": profiles})),
    })
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
    let scope = Scope { keeps: saved.is_some(), ..Scope::of(context, &manifest, &selection).await? };
    let mut plan = planner::plan(&scope, usize::from(args.concurrency.get())).await;
    if let Some((path, key)) = &saved {
        plan_file::save(path, key, &scope, &plan)?;
        context.diagnostics.note(&format!("the plan is saved; apply it with `trunkctl apply {path}`"));
    }
    let refusals = [refuse_missing(&plan).err(), guard(&plan, Limits::default()).err()];
    plan.refusals = refusals.into_iter().flatten().map(|error| error.message.clone()).collect();
    Ok(Report::Plan { plan, pending: args.detailed_exitcode, max_bytes: args.max_bytes })
}
