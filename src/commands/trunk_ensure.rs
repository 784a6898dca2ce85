//! `trunk ensure`: a manifest of one trunk.

use super::spec;
use crate::cli::trunk::Create;
use crate::context::Context;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::check as fields;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::ops::steps::{judge, require};
use crate::reconcile::desired::{Goal, What, account, identity};
use crate::reconcile::execute::{Manner, carry_out, withheld};
use crate::reconcile::planner::survey;
use crate::reconcile::{Fleet, Part, Results, Source, check};
use crate::vendors::Verdict;

/// Runs it.
pub async fn run(context: &Context, args: &Create) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::TrunkCreate)?;
    let trunk = spec::trunk(context, &args.fields).await?;
    if identity(&trunk).is_empty() {
        return Err(Error::new(Kind::Usage, "trunk ensure: the trunk has no name")
            .hint("give --name, or --master-trunk for an assigned one"));
    }
    let refused = Verdict { errors: check::refused(&trunk, session.vendor()), ..Verdict::default() };
    judge(&session, "the trunk", fields::trunk(&trunk), refused)?;

    let profile = session.profile().name.clone();
    let account = account(session.vendor().facts(), session.profile(), trunk.account.as_deref());
    let change = Change {
        account: account.clone(),
        ..super::trunk_create::change(&session, Operation::TrunkUpdate, Outcome::Unchanged, &trunk)
    };
    let goal = Goal { what: What::trunk(trunk), account, place: "the command".into() };
    let key = goal.key().text();
    let fleet = Fleet {
        source: Source::Saved(vec![Part { profile, goals: vec![goal], spared: Vec::new() }]),
        ..Fleet::new(context)
    };
    let mut survey = survey(&fleet, 1).await;
    if let Some(error) = survey.plan.parts.iter_mut().find_map(|part| part.failed.take()) {
        return Err(error);
    }
    let of_steps = survey.plan.steps().flat_map(|step| &step.notes);
    let notes = survey.plan.parts.iter().flat_map(|part| &part.notes).chain(of_steps);
    notes.for_each(|note| context.diagnostics.warn(note));
    if survey.plan.steps().next().is_none() {
        let id = survey.works.iter().find_map(|work| work.only.clone());
        return Ok(Report::Change(Box::new(adopted(&fleet, &session, &key, Change { id, ..change }).await?)));
    }
    let results = Results::of_one(context);
    let shown = carry_out(&fleet, survey, Manner { concurrency: 1, fail_fast: true }, &results).await;
    let mut list = results.finish(&[])?.list;
    if context.options.dry_run.is_some() && list.is_empty() {
        return Ok(withheld(context, shown));
    }
    match list.pop() {
        Some(Change { error: Some(error), .. }) => Err(error),
        Some(change) => Ok(Report::Change(Box::new(change))),
        None => Ok(Report::Nothing),
    }
}

/// A trunk that is there as asked: from the first time on, this machine takes care of it.
async fn adopted(fleet: &Fleet<'_>, session: &Session, key: &str, change: Change) -> Result<Change> {
    let Some(memory) = fleet.memory(session).await?.filter(|_| !session.is_dry_run()) else {
        return Ok(change);
    };
    let is_known = memory.cares_for(key);
    let noted = match is_known {
        // No manifest's any more.
        true => memory.give(&[key.to_owned()], None),
        false => memory.remember(vec![(key.to_owned(), Default::default())]),
    };
    noted.unwrap_or_else(|warning| fleet.context.diagnostics.warn(&warning));
    Ok(if is_known { change } else { Change { outcome: Outcome::Adopted, ..change } })
}
