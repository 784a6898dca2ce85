//! `internal-numbers list | update | remove`

use super::bulk::numbers::LIST;
use super::bulk::removals::Removals;
use super::bulk::remove_numbers::RemoveNumbers;
use super::rows::Rows;
use super::steps::{account, begin, require};
use super::world::World;
use super::{bulk, confirm};
use crate::cli::Globals;
use crate::cli::internal_numbers::{List, Remove, Update};
use crate::engine::session::Session;
use crate::engine::write::Written;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, FieldError, Kind, Result};
use crate::model::number::{E164, HeldNumber};
use crate::model::report::Report;
use crate::model::support::Operation;

const COLUMNS: &[&str] = &["number", "id", "country", "type", "labels", "languages", "visible"];

/// Lists.
pub async fn list(world: &World, globals: &Globals, args: &List) -> Result<Report> {
    let session = world.session(globals).await?;
    require(&session, Operation::NumbersList)?;
    let account = account(&session, args.account.as_deref())?;
    let mut rows = Rows::new(world, globals, COLUMNS);
    let mut take = |page: Vec<HeldNumber>| {
        rows.take(page.into_iter().map(|held| {
            let data = serde_json::to_value(&held).unwrap_or_default();
            (cells(held), data)
        }))
    };
    session.read_pages(session.vendor().list_numbers(session.profile(), &account)?, &mut take).await?;
    Ok(rows.finish())
}

fn cells(held: HeldNumber) -> Vec<String> {
    vec![
        held.number,
        held.id.unwrap_or_default(),
        held.country.unwrap_or_default(),
        held.what.map(|what| what.to_string()).unwrap_or_default(),
        held.labels.unwrap_or_default(),
        held.languages.unwrap_or_default(),
        held.visible.map(|visible| visible.to_string()).unwrap_or_default(),
    ]
}

/// Refuses, with the reason: no vendor documents how.
pub async fn update(world: &World, globals: &Globals, _args: &Update) -> Result<Report> {
    let session = world.session(globals).await?;
    Err(session.vendor().facts().refuse(Operation::NumbersUpdate))
}

/// Removes one.
pub async fn remove(world: &World, globals: &Globals, args: &Remove) -> Result<Report> {
    let session = world.session(globals).await?;
    require(&session, Operation::NumbersRemove)?;
    if let Some(path) = &args.from {
        return remove_list(world, globals, args, &session, path).await;
    }
    let account = account(&session, args.account.as_deref())?;
    let given = args.number.as_deref().unwrap_or_default();
    let (id, number) = match given.strip_prefix("id:") {
        Some(id) => (Some(id.to_owned()), None),
        None => {
            let number: E164 = given
                .parse()
                .map_err(|message| Error::fields("the number", vec![FieldError::new("number", message)]))?;
            (find(&session, &account, &number).await?, Some(number))
        }
    };
    let mut change = Change {
        account: Some(account.clone()),
        id: id.clone(),
        name: number.map(|number| number.to_string()),
        ..begin(&session, Operation::NumbersRemove, Outcome::Deleted, "internal_number")
    };
    let Some(id) = id else {
        if args.ignore_missing {
            change.outcome = Outcome::Unchanged;
            return Ok(Report::Change(Box::new(change)));
        }
        let text = format!("account {account} has no internal number {given}");
        return Err(Error::new(Kind::NotFound, text)
            .hint("`trunkctl internal-numbers list` shows the numbers; nothing was changed"));
    };
    let what = change.name.as_deref().unwrap_or(given);
    let what = format!("This removes the internal number {what} of account {account}");
    world.confirm(globals, &what, &[session.profile()]).await?;
    let call = session.vendor().remove_number(session.profile(), &account, &id)?;
    let look = async || confirm::number_removed(&session, &account, &id).await;
    match session.write(call, &[&change], look).await.map(Written::done) {
        Ok(Some(((), note))) => change.note = note,
        Ok(None) => return Ok(world.withheld(&session, globals)),
        Err(error) if error.kind == Kind::NotFound && args.ignore_missing => {
            change.outcome = Outcome::Unchanged
        }
        Err(error) => return Err(error),
    }
    Ok(Report::Change(Box::new(change)))
}

/// Removes those of a list, one a call.
async fn remove_list(
    world: &World,
    globals: &Globals,
    args: &Remove,
    session: &Session,
    path: &str,
) -> Result<Report> {
    let list = bulk::List::open(world, path, Removals, LIST, &args.bulk)?;
    let account = account(session, args.account.as_deref())?;
    let what = format!("This removes the {} internal numbers in {path} of account {account}", list.len());
    world.confirm(globals, &what, &[session.profile()]).await?;
    let job = RemoveNumbers::new(session, &account, args.ignore_missing).await?;
    let what = (session, Operation::NumbersRemove, account.as_str());
    list.work_off((world, globals), what, &args.bulk, &job).await
}

/// The id of a number, from the list; the reading ends where it is found.
async fn find(session: &Session, account: &str, number: &E164) -> Result<Option<String>> {
    let mut found = None;
    let mut take = |page: Vec<HeldNumber>| {
        found = page.into_iter().find(|held| held.number == number.as_str());
        Ok(found.is_none())
    };
    session.read_pages(session.vendor().list_numbers(session.profile(), account)?, &mut take).await?;
    match found {
        None => Ok(None),
        Some(HeldNumber { id: Some(id), .. }) => Ok(Some(id)),
        Some(_) => {
            Err(Error::new(Kind::Rejected, format!("the vendor's list does not tell the id of {number}"))
                .hint("name the number by its id, as it was given when it was added: id:VALUE"))
        }
    }
}
