//! `callout-countries add | list | remove`

use super::columns::Columns;
use super::open;
use super::rows::{Rows, options};
use crate::bulk;
use crate::bulk::countries::{AddCountries, Countries, LIST, RemoveCountries};
use crate::cli::countries::{Add, Remove};
use crate::cli::shape::OfAccount;
use crate::context::Context;
use crate::model::country;
use crate::model::error::{Error, FieldError, Result};
use crate::model::number::CalloutCountry;
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::ops::countries;
use crate::ops::steps::account;

/// The columns of the list.
pub fn columns() -> Columns {
    Columns::new(&["id", "name", "code"], &["code", "name"], &[])
}

pub async fn list(context: &Context, args: &OfAccount) -> Result<Report> {
    let mut rows = Rows::new(context, columns(), &args.shape)?;
    let session = open(context, Operation::CountriesList).await?;
    let account = account(&session, args.account.as_deref())?;
    let mut take = |page: Vec<CalloutCountry>| rows.take_objects(page);
    countries::list(&session, &account, &mut take).await?;
    Ok(rows.finish())
}

pub async fn add(context: &Context, args: &Add) -> Result<Report> {
    let session = open(context, Operation::CountriesAdd).await?;
    if let Some(path) = &args.from {
        let list = bulk::List::open(context, path, Countries, LIST, &options(&args.bulk))?;
        let account = account(&session, args.account.as_deref())?;
        let job = AddCountries::new(&session, &account, args.skip_existing).with_actual(list.len()).await?;
        let what = (&session, Operation::CountriesAdd, account.as_str());
        return list.process(context, what, &options(&args.bulk), &job).await;
    }
    let codes = checked(&args.codes)?;
    let account = account(&session, args.account.as_deref())?;
    let job = AddCountries::new(&session, &account, args.skip_existing);
    bulk::several(context, &session, &job, codes).await
}

pub async fn remove(context: &Context, args: &Remove) -> Result<Report> {
    let session = open(context, Operation::CountriesRemove).await?;
    let codes = checked(&args.codes)?;
    let account = account(&session, args.account.as_deref())?;
    let what = format!("This removes the call-out countries {} of account {account}", codes.join(", "));
    context.confirm(&what, &[session.profile()]).await?;
    let job = RemoveCountries::new(&session, &account, args.ignore_missing).await?;
    bulk::several(context, &session, &job, codes).await
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
