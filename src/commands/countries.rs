//! `callout-countries add | list | remove`

use super::rows::{Rows, options};
use crate::bulk;
use crate::bulk::add_countries::AddCountries;
use crate::bulk::countries::{Countries, LIST};
use crate::cli::countries::{Add, List, Remove};
use crate::context::Context;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::country;
use crate::model::error::{Applied, Error, FieldError, Kind, Result};
use crate::model::number::CalloutCountry;
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::ops::countries;
use crate::ops::steps::{account, begin, require};

/// Lists.
pub async fn list(context: &Context, args: &List) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::CountriesList)?;
    let account = account(&session, args.account.as_deref())?;
    let mut rows = Rows::new(context, &["id", "name", "code"]);
    let mut take = |page: Vec<CalloutCountry>| {
        rows.take(page.into_iter().map(|country| {
            let data = serde_json::to_value(&country).unwrap_or_default();
            (vec![country.id, country.name.unwrap_or_default(), country.code.unwrap_or_default()], data)
        }))
    };
    countries::list(&session, &account, &mut take).await?;
    Ok(rows.finish())
}

/// Adds.
pub async fn add(context: &Context, args: &Add) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::CountriesAdd)?;
    if let Some(path) = &args.from {
        let list = bulk::List::open(context, path, Countries, LIST, &options(&args.bulk))?;
        let account = account(&session, args.account.as_deref())?;
        let job = AddCountries::new(&session, &account, args.skip_existing).with_actual().await?;
        let what = (&session, Operation::CountriesAdd, account.as_str());
        return list.work_off(context, what, &options(&args.bulk), &job).await;
    }
    let codes = checked(&args.codes)?;
    let account = account(&session, args.account.as_deref())?;
    let job = AddCountries::new(&session, &account, args.skip_existing);
    match <[String; 1]>::try_from(codes) {
        Ok([only]) => bulk::one(context, &session, &job, only).await,
        Err(codes) => bulk::work_off(context, &session, &job, codes).await,
    }
}

/// Removes.
pub async fn remove(context: &Context, args: &Remove) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::CountriesRemove)?;
    let codes = checked(&args.countries.codes)?;
    let account = account(&session, args.countries.account.as_deref())?;
    let what = format!("This removes the call-out countries {} of account {account}", codes.join(", "));
    context.confirm(&what, &[session.profile()]).await?;
    let actual = countries::codes(&session, &account).await?;
    let mut changes = Vec::new();
    for code in &codes {
        let mut change = Change {
            account: Some(account.clone()),
            id: Some(code.clone()),
            ..begin(&session, Operation::CountriesRemove, Outcome::Deleted, "callout_country")
        };
        let removed = if actual.contains(code) {
            countries::remove(&session, &account, code, args.ignore_missing, &mut change).await
        } else if args.ignore_missing {
            change.outcome = Outcome::Unchanged;
            Ok(true)
        } else {
            let text = format!("account {account} has no call-out country {code}");
            let mut error = Error::new(Kind::NotFound, text).hint("see `trunkctl callout-countries list`");
            error.outcome = Some(Applied::NotApplied);
            Err(error)
        };
        match removed {
            Ok(true) => changes.push(change),
            Ok(false) => {}
            Err(error) => changes.push(failed(change, error)),
        }
    }
    finish(context, &session, changes)
}

/// One country is a single write with the exit code of its own error; several are a bulk write.
fn finish(context: &Context, session: &Session, mut changes: Vec<Change>) -> Result<Report> {
    if context.options.dry_run.is_some() {
        let errors: Vec<&Error> = changes.iter().filter_map(|change| change.error.as_ref()).collect();
        // Where every country is refused, a dry run ends as the run would.
        if errors.is_empty() || session.withholds() {
            errors.iter().for_each(|error| session.diagnostics().reason(&error.message));
            return Ok(context.withheld(session));
        }
    }
    if changes.len() != 1 {
        return Ok(Report::Changes(changes.into()));
    }
    let mut only = changes.remove(0);
    match only.error.take() {
        Some(error) => Err(error),
        None => Ok(Report::Change(Box::new(only))),
    }
}

/// Upper-case codes, each known and listed once.
fn checked(codes: &[String]) -> Result<Vec<String>> {
    let (mut faults, mut known) = (Vec::new(), Vec::new());
    for code in codes {
        match country::code(code) {
            Ok(code) if known.contains(&code) => {}
            Ok(code) => known.push(code),
            Err(what) => faults.push(FieldError::new("country", what)),
        }
    }
    if faults.is_empty() {
        Ok(known)
    } else {
        Err(Error::fields("the list", faults).hint("nothing was sent"))
    }
}

fn failed(change: Change, error: Error) -> Change {
    let outcome = match error.outcome {
        Some(Applied::Unknown) => Outcome::Unknown,
        _ if error.kind == Kind::Interrupted => Outcome::Skipped,
        _ => Outcome::Failed,
    };
    Change { outcome, error: Some(error), ..change }
}
