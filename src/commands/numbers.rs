//! `numbers list | assign | clear`: the numbers of a master account.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::columns::Columns;
use super::rows::Rows;
use super::{changed, open};
use crate::cli::numbers::{Assign, Clear};
use crate::cli::shape::Shape;
use crate::context::{Context, Reply, Typing};
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, FieldError, Kind, Result};
use crate::model::number::{MasterNumber, digits};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::text::excerpt;
use crate::ops::steps::{account, begin};
use crate::ops::{internal_numbers, numbers};

/// The columns of the list.
pub fn columns() -> Columns {
    Columns::new(&["number", "country"], &["country"], &[])
}

pub async fn list(context: &Context, shape: &Shape) -> Result<Report> {
    let mut rows = Rows::new(context, columns(), shape)?;
    let session = open(context, Operation::MasterNumbersList).await?;
    let mut take = |page: Vec<MasterNumber>| rows.take_objects(page);
    numbers::list(&session, &mut take).await?;
    Ok(rows.finish())
}

/// Gives numbers to a sub account, all in one call.
pub async fn assign(context: &Context, args: &Assign) -> Result<Report> {
    let session = open(context, Operation::MasterNumbersAssign).await?;
    let account = account(&session, args.account.as_deref())?;
    let typed = typed(&args.numbers)?;
    let raw: Map<String, Value> = args.vendor_field.iter().cloned().collect();
    // Whatever is wrong with the account is said before anything is asked.
    numbers::check(&session, &account, &typed, &raw)?;
    let given = as_listed(&session, typed).await?;
    let mut changes: Vec<Change> = given
        .iter()
        .map(|number| Change {
            name: Some(number.clone()),
            ..change(&session, Operation::MasterNumbersAssign, &account, Outcome::Assigned)
        })
        .collect();
    if !numbers::assign(&session, &account, &given, &raw, &mut changes).await? {
        return Ok(context.withheld());
    }
    Ok(if changes.len() == 1 {
        Report::Change(Box::new(changes.remove(0)))
    } else {
        Report::Changes(changes.into())
    })
}

/// The numbers, each with digits and listed once. They need not be E.164: the vendor's list decides.
fn typed(given: &[String]) -> Result<Vec<String>> {
    let (mut faults, mut known) = (Vec::new(), HashSet::new());
    for text in given {
        let strange = text.contains(|c: char| !(c.is_ascii_digit() || c == ' ' || "+-().".contains(c)));
        let shown = excerpt(text, 40);
        if strange || digits(text).is_empty() {
            let what = format!("`{shown}` is not a number; write it as shown by `trunkctl numbers list`");
            faults.push(FieldError::new("number", what));
        } else if !known.insert(digits(text)) {
            faults.push(FieldError::new("number", format!("`{shown}` is listed twice; keep one")));
        }
    }
    match faults.is_empty() {
        true => Ok(given.iter().map(|text| text.trim().to_owned()).collect()),
        false => Err(Error::fields("the list", faults).hint("nothing was sent")),
    }
}

/// The numbers as the master account's list spells them, matched by their digits. If the list cannot be read,
/// they are sent unchanged.
async fn as_listed(session: &Session, typed: Vec<String>) -> Result<Vec<String>> {
    let list = match session.vendor().facts().support(Operation::MasterNumbersList).is_there() {
        true => numbers::all(session).await,
        false => return Ok(typed),
    };
    let list = match list {
        Ok(list) => list,
        Err(error)
            if session.is_dry_run()
                || matches!(error.kind, Kind::Auth | Kind::NotFound | Kind::Rejected | Kind::Unsupported) =>
        {
            let text = format!("the numbers cannot be checked and are sent as given: {}", error.message);
            session.diagnostics().warn(&text);
            return Ok(typed);
        }
        Err(error) => return Err(error),
    };
    let listed: HashMap<String, String> =
        list.into_iter().map(|actual| (digits(&actual.number), actual.number)).collect();
    let (mut numbers, mut faults) = (Vec::new(), Vec::new());
    for text in typed {
        match listed.get(&digits(&text)) {
            Some(number) => numbers.push(number.clone()),
            None => {
                let what = format!("`{}` does not belong to the master account", excerpt(&text, 40));
                faults.push(FieldError::new("number", what));
            }
        }
    }
    match faults.is_empty() {
        true => Ok(numbers),
        false => Err(Error::fields("the list", faults)
            .hint("nothing was sent; `trunkctl numbers list` shows the master account's numbers")),
    }
}

/// Removes every internal number of a sub account, after naming what will go.
pub async fn clear(context: &Context, args: &Clear) -> Result<Report> {
    let session = open(context, Operation::MasterNumbersClear).await?;
    let account = account(&session, Some(&args.account))?;
    numbers::check_clear(&session, &account)?;
    let mut actual = Vec::new();
    if context.options.dry_run.is_none() {
        actual = internal_numbers::all(&session, &account, &Room::default()).await?;
        let shown: Vec<&str> = actual.iter().take(3).map(|actual| actual.number.as_str()).collect();
        let more = if actual.len() > shown.len() { ", …" } else { "" };
        let listed = match actual.len() {
            0 => "it has no internal numbers".to_owned(),
            count => format!("{count} in all: {}{more}", shown.join(", ")),
        };
        let what = format!("This removes every internal number of account {account} ({listed})");
        agree(context, args, &context.about(&what, &[session.profile()])).await?;
    }
    let mut report = change(&session, Operation::MasterNumbersClear, &account, Outcome::Deleted);
    let sent = numbers::clear(&session, &account, &actual, &mut report).await?;
    Ok(changed(context, sent.then_some(report)))
}

/// The account's id has to be said twice: typed, or given as `--confirm` beside `--yes`.
async fn agree(context: &Context, args: &Clear, what: &str) -> Result<()> {
    let typed = match (&args.confirm, context.options.yes) {
        (Some(confirm), true) => Reply::Text(confirm.clone()),
        _ => context.ask_for(&format!("{what} Type the account's id to confirm:"), Typing::Shown).await,
    };
    match typed {
        Reply::Text(text) if text == args.account => Ok(()),
        Reply::Text(text) => {
            let text = crate::model::text::excerpt(&text, 40);
            Err(Error::invalid(format!("{what} `{text}` is not its id, and nothing was removed")))
        }
        Reply::Ended => Err(Error::invalid(format!("{what} You did not confirm; nothing was removed"))),
        Reply::NoTerminal => Err(Error::invalid(format!(
            "{what} Cannot ask for confirmation: no terminal; nothing was removed"
        ))
        .hint(format!("add --yes --confirm {} to confirm", args.account))),
    }
}

fn change(session: &Session, operation: Operation, account: &str, outcome: Outcome) -> Change {
    Change { account: Some(account.to_owned()), ..begin(session, operation, outcome, "number") }
}
