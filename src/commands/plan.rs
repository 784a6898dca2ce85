//! `plan`

use super::fleet::{self, Fleet, saved, survey::survey};
use super::world::World;
use crate::cli::Globals;
use crate::cli::fleet::Plan;
use crate::model::error::Result;
use crate::model::report::Report;

/// Runs it.
pub async fn run(world: &World, globals: &Globals, args: &Plan) -> Result<Report> {
    let saved = match &args.out {
        Some(path) => {
            saved::free(path)?;
            Some((path, world.plan_key(globals).await?))
        }
        None => None,
    };
    let manifest = fleet::open(world, globals, &args.manifest)?;
    let fleet = Fleet::of((world, globals), &manifest, &args.manifest).await?;
    let fleet = Fleet { keeps: saved.is_some(), ..fleet };
    let survey = survey(&fleet, usize::from(args.concurrency.get())).await;
    if let Some((path, key)) = &saved {
        saved::save(path, key, &fleet, &survey)?;
        world.notices.note(&format!("the plan is saved: `trunkctl apply {path}` carries it out"));
    }
    Ok(Report::Plan { plan: survey.plan, pending: args.detailed_exitcode })
}
