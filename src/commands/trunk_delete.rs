//! `trunk delete`

use super::trunk_create::change;
use super::{names, open_on};
use crate::cli::trunk::Delete;
use crate::context::Context;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Kind, Result};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::trunk::{ActualTrunk, Trunk};
use crate::ops::trunks::{self, TrunkSelector};

pub async fn run(context: &Context, args: &Delete) -> Result<Report> {
    let session = open_on(context, None, Operation::TrunkDelete, args.account.as_deref()).await?;
    let (mut found, mut changes) = (Vec::new(), Vec::new());
    let names = names::trunks(&args.trunks)?;
    for text in &names {
        let target = TrunkSelector::parse(text)?;
        match target.find(&session).await {
            Ok(actual) => found.push(actual),
            Err(error) if error.kind == Kind::NotFound && args.ignore_missing => {
                changes.push(named(&session, Operation::TrunkDelete, Outcome::Unchanged, &target));
            }
            Err(error) => return Err(error),
        }
    }
    if !found.is_empty() {
        let shown = |actual: &ActualTrunk| {
            format!("`{}` (id {})", actual.trunk.name.as_deref().unwrap_or_default(), actual.id)
        };
        let list: Vec<String> = found.iter().map(shown).collect();
        let noun = if list.len() == 1 { "trunk" } else { "trunks" };
        context
            .confirm(&format!("This deletes the {noun} {}", list.join(", ")), &[session.profile()])
            .await?;
    }
    let several = names.len() > 1;
    let mut failed = false;
    for actual in found {
        let mut report = change(&session, Operation::TrunkDelete, Outcome::Deleted, &actual.trunk);
        report.id = Some(actual.id.clone());
        if failed || several && context.cancellation.is_asked() {
            report.outcome = Outcome::Skipped;
        } else {
            match trunks::delete(&session, &actual.id, args.ignore_missing, &mut report).await {
                // A dry run.
                Ok(false) => continue,
                Ok(true) => {}
                Err(error) if several => {
                    report = report.failed(error);
                    failed = true;
                }
                Err(error) => return Err(error),
            }
        }
        changes.push(report);
    }
    match (changes.pop(), several) {
        (None, _) => Ok(context.withheld()),
        (Some(_), _) if context.withholds() => Ok(context.withheld()),
        (Some(only), false) => Ok(Report::Change(Box::new(only))),
        (Some(last), true) => {
            changes.push(last);
            Ok(Report::Changes(changes.into()))
        }
    }
}

/// The change of a trunk that was not read.
pub fn named(session: &Session, operation: Operation, outcome: Outcome, target: &TrunkSelector) -> Change {
    let mut report = change(session, operation, outcome, &Trunk::default());
    match target {
        TrunkSelector::Id(id) => report.id = Some(id.clone()),
        TrunkSelector::Name(name) | TrunkSelector::Word(name) => report.name = Some(name.clone()),
    }
    report
}
