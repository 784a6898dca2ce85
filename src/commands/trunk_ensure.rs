//! `trunk ensure`: a manifest of one trunk.

use super::{open, spec};
use crate::cli::trunk::Create;
use crate::context::Context;
use crate::model::change::{Change, Outcome};
use crate::model::check as fields;
use crate::model::error::{Error, Kind, Result};
use crate::model::plan::{Desired, What};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::ops::steps::refuse_mistakes;
use crate::reconcile::desired::account;
use crate::reconcile::execute::{Options, execute};
use crate::reconcile::planner::plan;
use crate::reconcile::{ProfileScope, Results, Scope, check};
use crate::vendors::Verdict;

pub async fn run(context: &Context, args: &Create) -> Result<Report> {
    let session = open(context, Operation::TrunkCreate).await?;
    let trunk = spec::trunk(context, &args.fields).await?;
    if trunk.identity().is_empty() {
        return Err(Error::new(Kind::Usage, "trunk ensure: the trunk has no name")
            .hint("give --name, or --master-trunk for an assigned one"));
    }
    let refused = Verdict { errors: check::refused(&trunk, session.vendor()), ..Verdict::default() };
    refuse_mistakes(&session, "the trunk", fields::trunk(&trunk), refused)?;

    let profile = session.profile().name.clone();
    let account = account(session.vendor().facts(), session.profile(), trunk.account.as_deref());
    let change = Change {
        account: account.clone(),
        ..super::trunk_create::change(&session, Operation::TrunkUpdate, Outcome::Unchanged, &trunk)
    };
    let desired = vec![Desired::new(What::Trunk(Box::new(trunk)), account, "the command".into())];
    let scope = Scope::given(context, vec![ProfileScope { profile, desired, ..ProfileScope::default() }]);
    let mut plan = plan(&scope, 1).await;
    if let Some(error) = plan.profiles.iter_mut().find_map(|profile| profile.failed.take()) {
        return Err(error);
    }
    let of_changes = plan.changes().flat_map(|change| &change.notes);
    let notes = plan.profiles.iter().flat_map(|profile| &profile.notes).chain(of_changes);
    notes.for_each(|note| context.diagnostics.warn(note));
    if plan.changes().next().is_none() {
        let id = plan.profiles.iter().find_map(|profile| profile.only.clone());
        return Ok(Report::Change(Box::new(Change { id, ..change })));
    }
    super::apply::check_first(context, &args.first, &plan).await?;
    let results = Results::of_one(context);
    execute(context, plan, Options { concurrency: 1, fail_fast: true }, &results).await;
    let mut list = results.finish(&[])?.list;
    if context.options.dry_run.is_some() && list.is_empty() {
        return Ok(context.withheld());
    }
    match list.pop() {
        Some(Change { error: Some(error), .. }) => Err(error),
        Some(change) => Ok(Report::Change(Box::new(change))),
        None => Ok(Report::Nothing),
    }
}
