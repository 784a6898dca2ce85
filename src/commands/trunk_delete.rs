//! `trunk delete`

use super::changed;
use super::trunk_create::change;
use super::trunk_list::choose;
use crate::cli::trunk::Delete;
use crate::context::Context;
use crate::model::change::Outcome;
use crate::model::error::{Kind, Result};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::trunk::Trunk;
use crate::ops::steps::require;
use crate::ops::trunks::{self, Target};

pub async fn run(context: &Context, args: &Delete) -> Result<Report> {
    let mut session = context.session().await?;
    require(&session, Operation::TrunkDelete)?;
    choose(&mut session, args.account.as_deref())?;
    let target = Target::parse(&args.trunk)?;
    let actual = match target.find(&session).await {
        Ok(actual) => actual,
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
    let name = actual.trunk.name.as_deref().unwrap_or_default();
    let what = format!("This deletes the trunk `{name}` (id {})", actual.id);
    context.confirm(&what, &[session.profile()]).await?;
    let mut report = change(&session, Operation::TrunkDelete, Outcome::Deleted, &actual.trunk);
    report.id = Some(actual.id.clone());
    let sent = trunks::delete(&session, &actual.id, args.ignore_missing, &mut report).await?;
    Ok(changed(context, &session, sent, report))
}
