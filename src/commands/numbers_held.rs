//! `internal-numbers list | update | remove`

use super::rows::{Rows, options};
use crate::bulk;
use crate::bulk::numbers::LIST;
use crate::bulk::removals::Removals;
use crate::bulk::remove_numbers::RemoveNumbers;
use crate::cli::internal_numbers::{List, Remove, Update};
use crate::context::Context;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, FieldError, Kind, Result};
use crate::model::number::{ActualNumber, E164};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::ops::internal_numbers;
use crate::ops::steps::{account, begin, require};

const COLUMNS: &[&str] = &["number", "id", "country", "type", "labels", "languages", "visible"];

/// Lists.
pub async fn list(context: &Context, args: &List) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::NumbersList)?;
    let account = account(&session, args.account.as_deref())?;
    let mut rows = Rows::new(context, COLUMNS);
    let mut take = |page: Vec<ActualNumber>| {
        rows.take(page.into_iter().map(|actual| {
            let data = serde_json::to_value(&actual).unwrap_or_default();
            (cells(actual), data)
        }))
    };
    internal_numbers::list(&session, &account, &mut take).await?;
    Ok(rows.finish())
}

fn cells(actual: ActualNumber) -> Vec<String> {
    vec![
        actual.number,
        actual.id.unwrap_or_default(),
        actual.country.unwrap_or_default(),
        actual.what.map(|what| what.to_string()).unwrap_or_default(),
        actual.labels.unwrap_or_default(),
        actual.languages.unwrap_or_default(),
        actual.visible.map(|visible| visible.to_string()).unwrap_or_default(),
    ]
}

/// Refuses, with the reason: no vendor documents how.
pub async fn update(context: &Context, _args: &Update) -> Result<Report> {
    let session = context.session().await?;
    Err(session.vendor().facts().refuse(Operation::NumbersUpdate))
}

/// Removes one.
pub async fn remove(context: &Context, args: &Remove) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::NumbersRemove)?;
    if let Some(path) = &args.from {
        return remove_list(context, args, &session, path).await;
    }
    let account = account(&session, args.account.as_deref())?;
    let given = args.number.as_deref().unwrap_or_default();
    let (id, number) = match given.strip_prefix("id:") {
        Some(id) => (Some(id.to_owned()), None),
        None => {
            let number: E164 = given
                .parse()
                .map_err(|message| Error::fields("the number", vec![FieldError::new("number", message)]))?;
            (internal_numbers::find_id(&session, &account, &number).await?, Some(number))
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
    context.confirm(&what, &[session.profile()]).await?;
    Ok(match internal_numbers::remove(&session, &account, &id, args.ignore_missing, &mut change).await? {
        true => Report::Change(Box::new(change)),
        false => context.withheld(&session),
    })
}

/// Removes those of a list, one a call.
async fn remove_list(context: &Context, args: &Remove, session: &Session, path: &str) -> Result<Report> {
    let list = bulk::List::open(context, path, Removals, LIST, &options(&args.bulk))?;
    let account = account(session, args.account.as_deref())?;
    let what = format!("This removes the {} internal numbers in {path} of account {account}", list.len());
    context.confirm(&what, &[session.profile()]).await?;
    let job = RemoveNumbers::new(session, &account, args.ignore_missing).await?;
    let what = (session, Operation::NumbersRemove, account.as_str());
    list.work_off(context, what, &options(&args.bulk), &job).await
}
