//! `numbers list | assign | clear`: the numbers of a master account.

use super::confirm;
use super::rows::Rows;
use super::steps::{account, begin, require};
use super::world::World;
use crate::cli::Globals;
use crate::cli::numbers::{Assign, Clear};
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, FieldError, Result};
use crate::model::number::{E164, MasterNumber};
use crate::model::report::Report;
use crate::model::support::Operation;

/// Lists.
pub async fn list(world: &World, globals: &Globals) -> Result<Report> {
    let session = world.session(globals).await?;
    require(&session, Operation::MasterNumbersList)?;
    let mut rows = Rows::new(world, globals, &["number", "country"]);
    let mut take = |page: Vec<MasterNumber>| {
        rows.take(page.into_iter().map(|number| {
            let data = serde_json::to_value(&number).unwrap_or_default();
            (vec![number.number, number.country.unwrap_or_default()], data)
        }))
    };
    session.read_pages(session.vendor().list_master_numbers(session.profile())?, &mut take).await?;
    Ok(Report::Listing(rows.finish()))
}

/// Gives numbers to a sub account, all in one call.
pub async fn assign(world: &World, globals: &Globals, args: &Assign) -> Result<Report> {
    let session = world.session(globals).await?;
    require(&session, Operation::MasterNumbersAssign)?;
    let account = account(&session, args.account.as_deref())?;
    let (mut faults, mut numbers) = (Vec::new(), Vec::<E164>::new());
    for text in &args.numbers {
        match text.parse::<E164>() {
            Ok(number) if numbers.contains(&number) => {
                faults.push(FieldError::new("number", format!("`{number}` is listed twice; keep one")));
            }
            Ok(number) => numbers.push(number),
            Err(message) => faults.push(FieldError::new("number", message)),
        }
    }
    if !faults.is_empty() {
        return Err(Error::fields("the list", faults).hint("nothing was sent"));
    }
    let call = session.vendor().assign_master_numbers(session.profile(), &account, &numbers)?;
    let mut changes: Vec<Change> = numbers
        .iter()
        .map(|number| Change {
            name: Some(number.to_string()),
            ..change(&session, Operation::MasterNumbersAssign, &account, Outcome::Assigned)
        })
        .collect();
    let look = async || confirm::given(&session, &account, &numbers).await;
    let about: Vec<&Change> = changes.iter().collect();
    let Some(((), note)) = session.write(call, &about, look).await?.done() else {
        return Ok(world.withheld(&session, globals));
    };
    changes.iter_mut().for_each(|change| change.note.clone_from(&note));
    Ok(if changes.len() == 1 {
        Report::Change(Box::new(changes.remove(0)))
    } else {
        Report::Changes(changes.into())
    })
}

/// Removes every internal number of a sub account, after naming what will go.
pub async fn clear(world: &World, globals: &Globals, args: &Clear) -> Result<Report> {
    let session = world.session(globals).await?;
    require(&session, Operation::MasterNumbersClear)?;
    let account = account(&session, Some(&args.account))?;
    let call = session.vendor().clear_numbers(session.profile(), &account)?;
    let mut held = Vec::new();
    if globals.dry_run.is_none() {
        held = session.read_all(session.vendor().list_numbers(session.profile(), &account)?).await?;
        let shown: Vec<&str> = held.iter().take(3).map(|held| held.number.as_str()).collect();
        let more = if held.len() > shown.len() { ", …" } else { "" };
        let what = match held.len() {
            0 => format!("This removes every number of account {account}; it lists no internal number."),
            count => format!(
                "This removes every internal number of account {account}: {count} in all ({}{more}).",
                shown.join(", ")
            ),
        };
        agree(world, globals, args, &what)?;
    }
    let mut report = change(&session, Operation::MasterNumbersClear, &account, Outcome::Deleted);
    let look = async || confirm::cleared(&session, &account, &held).await;
    let Some(((), note)) = session.write(call, &[&report], look).await?.done() else {
        return Ok(world.withheld(&session, globals));
    };
    report.note = note;
    Ok(Report::Change(Box::new(report)))
}

/// The account's id has to be said twice: typed, or given as `--confirm` beside `--yes`.
fn agree(world: &World, globals: &Globals, args: &Clear, what: &str) -> Result<()> {
    let typed = match (&args.confirm, globals.yes) {
        (Some(confirm), true) => Some(confirm.clone()),
        _ => (world.ask_text)(&format!("{what} Type the account's id to go on:")),
    };
    match typed {
        Some(text) if text == args.account => Ok(()),
        Some(text) => {
            let text = crate::model::text::excerpt(&text, 40);
            Err(Error::invalid(format!("{what} `{text}` is not its id, and nothing was removed")))
        }
        None => Err(Error::invalid(format!("{what} Nobody can be asked here, and nothing was removed"))
            .hint(format!("if that is meant, add --yes --confirm {}", args.account))),
    }
}

fn change(session: &Session, operation: Operation, account: &str, outcome: Outcome) -> Change {
    Change { account: Some(account.to_owned()), ..begin(session, operation, outcome, "number") }
}
