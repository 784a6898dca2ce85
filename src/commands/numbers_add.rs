//! `internal-numbers add`

use std::collections::HashMap;

use super::bulk::input::{self, Items};
use super::bulk::numbers::{Additions, Draft, build};
use super::confirm;
use super::steps::{account, begin, require};
use super::world::World;
use crate::cli::Globals;
use crate::cli::internal_numbers::Add;
use crate::config::rows::Sheet;
use crate::engine::session::Session;
use crate::engine::write::Written;
use crate::model::change::{Change, Outcome};
use crate::model::diff;
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::number::InternalNumber;
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::vendors::{Added, Verdict};

/// Runs it.
pub async fn add(world: &World, globals: &Globals, args: &Add) -> Result<Report> {
    let session = world.session(globals).await?;
    require(&session, Operation::NumbersAdd)?;
    let numbers = match &args.from {
        Some(path) => from_file(&session, path)?,
        None => vec![from_flags(&session, args)?],
    };
    let account = account(&session, args.account.as_deref())?;
    if args.from.is_none() {
        return one(world, globals, &session, &account, &numbers).await;
    }
    many(world, globals, &session, &account, &numbers).await
}

/// A single write: its error is the command's own.
async fn one(
    world: &World,
    globals: &Globals,
    session: &Session,
    account: &str,
    numbers: &[InternalNumber],
) -> Result<Report> {
    let call = session.vendor().add_numbers(session.profile(), account, numbers)?;
    let begun = |number: &InternalNumber| Change {
        diff: diff::all(number),
        ..change(session, account, number, Outcome::Created)
    };
    let about: Vec<Change> = numbers.iter().map(begun).collect();
    let look = async || confirm::numbers(session, account, numbers).await;
    let written = session.write(call, &about.iter().collect::<Vec<_>>(), look).await?;
    let Some((added, note)) = written.done() else {
        return Ok(world.withheld(session, globals));
    };
    let change = changes(session, account, numbers, &added).pop();
    let mut change = change.ok_or_else(|| Error::new(Kind::Internal, "no number was asked for"))?;
    change.note = note;
    Ok(Report::Change(Box::new(change)))
}

/// A bulk write: as many calls as the vendor's limit makes of it. A call that fails fails its own numbers; one
/// that says something about every further call (credentials, limits, an unreachable vendor) ends the command.
async fn many(
    world: &World,
    globals: &Globals,
    session: &Session,
    account: &str,
    numbers: &[InternalNumber],
) -> Result<Report> {
    let mut report = Vec::new();
    let mut ended = false;
    for batch in numbers.chunks(session.vendor().numbers_per_call().max(1)) {
        if ended {
            report.extend(batch.iter().map(|number| {
                let mut error = Error::new(Kind::Unavailable, "was not sent, because an earlier call failed");
                error.outcome = Some(Applied::NotApplied);
                error.retryable = true;
                failed(session, account, number, Outcome::Failed, error)
            }));
            continue;
        }
        let call = session.vendor().add_numbers(session.profile(), account, batch)?;
        let look = async || confirm::numbers(session, account, batch).await;
        match session.write(call, &[], look).await {
            Ok(Written::Done(added) | Written::Found(added, _)) => {
                report.extend(changes(session, account, batch, &added))
            }
            Ok(Written::Withheld) => {}
            Err(error) => {
                let unknown = error.outcome == Some(Applied::Unknown);
                let outcome = if unknown { Outcome::Unknown } else { Outcome::Failed };
                ended = !matches!(error.kind, Kind::Conflict | Kind::Rejected | Kind::Invalid);
                report.extend(
                    batch
                        .iter()
                        .enumerate()
                        .map(|(at, number)| failed(session, account, number, outcome, own(&error, at))),
                );
            }
        }
    }
    if globals.dry_run.is_some() {
        return Ok(world.withheld(session, globals));
    }
    Ok(Report::Changes(report))
}

fn change(session: &Session, account: &str, number: &InternalNumber, outcome: Outcome) -> Change {
    Change {
        account: Some(account.to_owned()),
        name: Some(number.number.to_string()),
        ..begin(session, Operation::NumbersAdd, outcome, "internal_number")
    }
}

/// The error of a whole call, as it befell one of its numbers: without what is wrong with the others.
fn own(error: &Error, at: usize) -> Error {
    let mut own = error.copy();
    let name = format!("internal_numbers[{at}]");
    if !error.fields.iter().all(|field| field.field.starts_with("internal_numbers[")) {
        return own;
    }
    own.fields.retain(|field| {
        field.field.strip_prefix(&name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    let Some(rest) =
        error.message.strip_suffix(&Error::list(&error.fields)).filter(|_| !error.fields.is_empty())
    else {
        return own;
    };
    if own.fields.is_empty() {
        own.message = format!("{rest}other numbers of the same call were refused");
        return own.hint("correct the others, or leave them out");
    }
    own.message = format!("{rest}{}", Error::list(&own.fields));
    own
}

fn failed(
    session: &Session,
    account: &str,
    number: &InternalNumber,
    outcome: Outcome,
    error: Error,
) -> Change {
    Change { error: Some(error), ..change(session, account, number, outcome) }
}

/// The answer's numbers beside those that were asked for. One that the answer leaves out is unknown, not created.
fn changes(session: &Session, account: &str, numbers: &[InternalNumber], added: &[Added]) -> Vec<Change> {
    let ids: HashMap<&str, &Option<String>> =
        added.iter().map(|(number, id)| (number.as_str(), id)).collect();
    numbers
        .iter()
        .map(|number| match ids.get(number.number.as_str()) {
            Some(id) => Change { id: (*id).clone(), ..change(session, account, number, Outcome::Created) },
            None => {
                let text = "the vendor's answer does not name this number";
                let mut error = Error::new(Kind::OutcomeUnknown, text)
                    .hint("look the number up at the vendor before you repeat the command");
                error.outcome = Some(Applied::Unknown);
                failed(session, account, number, Outcome::Unknown, error)
            }
        })
        .collect()
}

/// The number of the flags, or every complaint about it.
fn from_flags(session: &Session, args: &Add) -> Result<InternalNumber> {
    let draft = Draft {
        number: args.number.clone(),
        display_number: args.display_number.clone(),
        country: args.country.clone(),
        what: args.what.clone(),
        labels: args.label.clone(),
        languages: args.language.clone(),
        visible: args.visible,
        allow_join: args.allow_join,
        allow_for_external_meetings: args.allow_external_meetings,
    };
    let mut verdict = Verdict::default();
    match build(draft, session.vendor(), &mut verdict) {
        Some(number) if verdict.errors.is_empty() => {
            verdict.warnings.iter().for_each(|warning| session.notices().warn(warning));
            Ok(number)
        }
        _ => Err(Error::fields("the number", verdict.errors).hint("nothing was sent")),
    }
}

/// Every number of the file, or every complaint about every row.
fn from_file(session: &Session, path: &str) -> Result<Vec<InternalNumber>> {
    let additions = Additions(session.vendor());
    let sheet = Sheet::open(path, additions.shape())?;
    let survey = input::survey(&sheet, &additions)?;
    survey.admit(&sheet, additions.shape().list, false)?;
    survey.warnings().for_each(|warning| session.notices().warn(&warning));
    input::good(&sheet, &additions)?.map(|listed| Ok(listed?.item)).collect()
}
