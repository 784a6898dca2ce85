//! `internal-numbers add | list | update | remove`

use super::columns::Columns;
use super::open;
use super::rows::{Rows, options};
use crate::bulk;
use crate::bulk::add_numbers::AddNumbers;
use crate::bulk::numbers::{Additions, LIST, NumberRow, NumberSelector, Removals, build};
use crate::bulk::remove_numbers::RemoveNumbers;
use crate::cli::internal_numbers::{Add, Remove, Update};
use crate::cli::shape::OfAccount;
use crate::context::Context;
use crate::engine::session::Session;
use crate::model::error::{Error, FieldError, Result};
use crate::model::number::{ActualNumber, E164, InternalNumber};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::ops::internal_numbers;
use crate::ops::steps::account;
use crate::vendors::Verdict;

/// The columns of the list.
pub fn columns() -> Columns {
    Columns::new(
        &["number", "id", "country", "type", "labels", "languages", "visible"],
        &["visible", "languages", "labels", "country", "type", "id"],
        &["display_number", "allow_join", "allow_for_external_meetings", "vendor_fields.*"],
    )
}

pub async fn list(context: &Context, args: &OfAccount) -> Result<Report> {
    let mut rows = Rows::new(context, columns(), &args.shape)?;
    let session = open(context, Operation::NumbersList).await?;
    let account = account(&session, args.account.as_deref())?;
    let mut take = |page: Vec<ActualNumber>| rows.take_objects(page);
    internal_numbers::list(&session, &account, &mut take).await?;
    Ok(rows.finish())
}

/// Refuses, with the reason: no vendor documents how.
pub async fn update(context: &Context, _args: &Update) -> Result<Report> {
    let session = context.session().await?;
    Err(session.vendor().facts().refuse(Operation::NumbersUpdate))
}

/// Adds one, or those of a list.
pub async fn add(context: &Context, args: &Add) -> Result<Report> {
    let session = open(context, Operation::NumbersAdd).await?;
    let Some(path) = &args.from else {
        let number = from_flags(&session, args)?;
        let account = account(&session, args.account.as_deref())?;
        let job = AddNumbers::new(&session, &account, args.skip_existing);
        return bulk::one(context, &job, number).await;
    };
    let list = bulk::List::open(context, path, Additions(session.vendor()), LIST, &options(&args.bulk))?;
    let account = account(&session, args.account.as_deref())?;
    let job = AddNumbers::new(&session, &account, args.skip_existing).with_actual(list.len()).await?;
    let what = (&session, Operation::NumbersAdd, account.as_str());
    list.process(context, what, &options(&args.bulk), &job).await
}

/// The number of the flags, or every complaint about it.
fn from_flags(session: &Session, args: &Add) -> Result<InternalNumber> {
    let draft = NumberRow {
        number: args.number.clone(),
        display_number: args.display_number.clone(),
        country: args.country.clone(),
        what: args.what.clone(),
        labels: args.label.clone(),
        languages: args.language.clone(),
        visible: args.visible,
        allow_join: args.allow_join,
        allow_for_external_meetings: args.allow_external_meetings,
        vendor_fields: args.vendor_field.iter().cloned().collect(),
    };
    let mut verdict = Verdict::default();
    match build(draft, session.vendor(), &mut verdict) {
        Some(number) if verdict.errors.is_empty() => {
            verdict.warnings.iter().for_each(|warning| session.diagnostics().warn(warning));
            Ok(number)
        }
        _ => Err(Error::fields("the number", verdict.errors).hint("nothing was sent")),
    }
}

/// Removes one.
pub async fn remove(context: &Context, args: &Remove) -> Result<Report> {
    let session = open(context, Operation::NumbersRemove).await?;
    if let Some(path) = &args.from {
        return remove_list(context, args, &session, path).await;
    }
    let account = account(&session, args.account.as_deref())?;
    let given = args.number.as_deref().unwrap_or_default();
    let target = match given.strip_prefix("id:") {
        Some(id) => NumberSelector::Id(id.to_owned(), None),
        None => NumberSelector::Number(
            given
                .parse()
                .map_err(|message| Error::fields("the number", vec![FieldError::new("number", message)]))?,
        ),
    };
    let job = RemoveNumbers::one(&session, &account, args.ignore_missing, &target).await?;
    if job.exists(&target) {
        let what = target.number().map_or(given, E164::as_str);
        let what = format!("This removes the internal number {what} of account {account}");
        context.confirm(&what, &[session.profile()]).await?;
    }
    bulk::one(context, &job, target).await
}

/// Removes those of a list, one a call.
async fn remove_list(context: &Context, args: &Remove, session: &Session, path: &str) -> Result<Report> {
    let list = bulk::List::open(context, path, Removals, LIST, &options(&args.bulk))?;
    let account = account(session, args.account.as_deref())?;
    let what = format!("This removes the {} internal numbers in {path} of account {account}", list.len());
    context.confirm(&what, &[session.profile()]).await?;
    let job = RemoveNumbers::new(session, &account, args.ignore_missing).await?;
    let what = (session, Operation::NumbersRemove, account.as_str());
    list.process(context, what, &options(&args.bulk), &job).await
}
