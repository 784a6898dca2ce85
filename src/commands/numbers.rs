//! `numbers list | assign | clear`: the numbers of a master account.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::rows::Rows;
use crate::cli::numbers::{Assign, Clear};
use crate::context::{Context, Reply};
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, FieldError, Kind, Result};
use crate::model::number::{MasterNumber, digits};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::text::excerpt;
use crate::ops::probe;
use crate::ops::steps::{account, begin, require};

/// Lists.
pub async fn list(context: &Context) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::MasterNumbersList)?;
    let mut rows = Rows::new(context, &["number", "country"]);
    let mut take = |page: Vec<MasterNumber>| {
        rows.take(page.into_iter().map(|number| {
            let data = serde_json::to_value(&number).unwrap_or_default();
            (vec![number.number, number.country.unwrap_or_default()], data)
        }))
    };
    session.read_pages(session.vendor().list_master_numbers(session.profile())?, &mut take).await?;
    Ok(rows.finish())
}

/// Gives numbers to a sub account, all in one call.
pub async fn assign(context: &Context, args: &Assign) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::MasterNumbersAssign)?;
    let account = account(&session, args.account.as_deref())?;
    let typed = typed(&args.numbers)?;
    let raw: Map<String, Value> = args.vendor_field.iter().cloned().collect();
    // Whatever is wrong with the account is said before anything is asked.
    session.vendor().assign_master_numbers(session.profile(), &account, &typed, &raw)?;
    let numbers = as_listed(&session, typed).await?;
    let call = session.vendor().assign_master_numbers(session.profile(), &account, &numbers, &raw)?;
    let mut changes: Vec<Change> = numbers
        .iter()
        .map(|number| Change {
            name: Some(number.clone()),
            ..change(&session, Operation::MasterNumbersAssign, &account, Outcome::Assigned)
        })
        .collect();
    let look = async || probe::given(&session, &account, &numbers).await;
    let about: Vec<&Change> = changes.iter().collect();
    let Some(((), note)) = session.write(call, &about, look).await?.done() else {
        return Ok(context.withheld(&session));
    };
    changes.iter_mut().for_each(|change| change.note.clone_from(&note));
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
            let what = format!("`{shown}` is not a number; give it as `trunkctl numbers list` shows it");
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

/// The numbers as the master account's list spells them, matched by their digits. Where the list cannot be read, they
/// are sent as they are.
async fn as_listed(session: &Session, typed: Vec<String>) -> Result<Vec<String>> {
    let list = match session.vendor().facts().support(Operation::MasterNumbersList).is_there() {
        true => session.read_all(session.vendor().list_master_numbers(session.profile())?).await,
        false => return Ok(typed),
    };
    let list = match list {
        Ok(list) => list,
        Err(error)
            if session.is_dry_run()
                || matches!(error.kind, Kind::Auth | Kind::NotFound | Kind::Rejected | Kind::Unsupported) =>
        {
            let text =
                format!("the numbers are not looked up, and sent as they are given: {}", error.message);
            session.diagnostics().warn(&text);
            return Ok(typed);
        }
        Err(error) => return Err(error),
    };
    let listed: HashMap<String, String> =
        list.into_iter().map(|held| (digits(&held.number), held.number)).collect();
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
    let session = context.session().await?;
    require(&session, Operation::MasterNumbersClear)?;
    let account = account(&session, Some(&args.account))?;
    let call = session.vendor().clear_numbers(session.profile(), &account)?;
    let mut held = Vec::new();
    if context.options.dry_run.is_none() {
        held = session.read_all(session.vendor().list_numbers(session.profile(), &account)?).await?;
        let shown: Vec<&str> = held.iter().take(3).map(|held| held.number.as_str()).collect();
        let more = if held.len() > shown.len() { ", …" } else { "" };
        let listed = match held.len() {
            0 => "it lists no internal number".to_owned(),
            count => format!("{count} in all: {}{more}", shown.join(", ")),
        };
        let what = format!("This removes every internal number of account {account} ({listed})");
        agree(context, args, &context.about(&what, &[session.profile()])).await?;
    }
    let mut report = change(&session, Operation::MasterNumbersClear, &account, Outcome::Deleted);
    let look = async || probe::cleared(&session, &account, &held).await;
    let Some(((), note)) = session.write(call, &[&report], look).await?.done() else {
        return Ok(context.withheld(&session));
    };
    report.note = note;
    Ok(Report::Change(Box::new(report)))
}

/// The account's id has to be said twice: typed, or given as `--confirm` beside `--yes`.
async fn agree(context: &Context, args: &Clear, what: &str) -> Result<()> {
    let typed = match (&args.confirm, context.options.yes) {
        (Some(confirm), true) => Reply::Text(confirm.clone()),
        _ => context.ask_for(&format!("{what} Type the account's id to confirm:"), false).await,
    };
    match typed {
        Reply::Text(text) if text == args.account => Ok(()),
        Reply::Text(text) => {
            let text = crate::model::text::excerpt(&text, 40);
            Err(Error::invalid(format!("{what} `{text}` is not its id, and nothing was removed")))
        }
        Reply::Ended => Err(Error::invalid(format!("{what} This was not confirmed; nothing was removed"))),
        Reply::NoTerminal => Err(Error::invalid(format!(
            "{what} Cannot ask for confirmation: no terminal; nothing was removed"
        ))
        .hint(format!("add --yes --confirm {} to confirm it", args.account))),
    }
}

fn change(session: &Session, operation: Operation, account: &str, outcome: Outcome) -> Change {
    Change { account: Some(account.to_owned()), ..begin(session, operation, outcome, "number") }
}
