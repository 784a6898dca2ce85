//! `trunk delete`

use super::trunk_create::change;
use super::trunk_list::choose;
use crate::cli::trunk::Delete;
use crate::context::Context;
use crate::engine::write::Written;
use crate::model::change::Outcome;
use crate::model::error::{Kind, Result};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::trunk::Trunk;
use crate::ops::probe;
use crate::ops::steps::require;
use crate::ops::trunks::Target;
use crate::reconcile;

/// Runs it.
pub async fn run(context: &Context, args: &Delete) -> Result<Report> {
    let mut session = context.session().await?;
    require(&session, Operation::TrunkDelete)?;
    choose(&mut session, args.account.as_deref())?;
    let target = Target::parse(&args.trunk)?;
    let held = match target.find(&session).await {
        Ok(held) => held,
        Err(error) if error.kind == Kind::NotFound && args.ignore_missing => {
            let mut report = change(&session, Operation::TrunkDelete, Outcome::Unchanged, &Trunk::default());
            match &target {
                Target::Id(id) => report.id = Some(id.clone()),
                Target::Name(name) | Target::Word(name) => report.name = Some(name.clone()),
            }
            return Ok(Report::Change(Box::new(report)));
        }
        Err(error) => return Err(error),
    };
    let name = held.trunk.name.as_deref().unwrap_or_default();
    let what = format!("This deletes the trunk `{name}` (id {})", held.id);
    context.confirm(&what, &[session.profile()]).await?;
    let call = session.vendor().delete_trunk(session.profile(), &held.id)?;
    let mut report = change(&session, Operation::TrunkDelete, Outcome::Deleted, &held.trunk);
    report.id = Some(held.id.clone());
    let name = reconcile::identity(&held).to_owned();
    reconcile::ownership::gone(context, &session, None, reconcile::desired::Kind::Trunk, &name).await?;
    let look = async || probe::deleted(&session, &held.id).await;
    match session.write(call, &[&report], look).await.map(Written::done) {
        Ok(Some(((), note))) => report.note = note,
        Ok(None) => return Ok(context.withheld(&session)),
        // Somebody else was faster.
        Err(error) if error.kind == Kind::NotFound && args.ignore_missing => {
            report.outcome = Outcome::Unchanged
        }
        Err(error) => return Err(error),
    }
    Ok(Report::Change(Box::new(report)))
}
