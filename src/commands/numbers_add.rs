//! `internal-numbers add`

use super::rows::options;
use crate::bulk;
use crate::bulk::add_numbers::AddNumbers;
use crate::bulk::numbers::{Additions, Draft, LIST, build};
use crate::cli::internal_numbers::Add;
use crate::context::Context;
use crate::engine::session::Session;
use crate::model::error::{Error, Result};
use crate::model::number::InternalNumber;
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::ops::steps::{account, require};
use crate::vendors::Verdict;

/// Runs it.
pub async fn add(context: &Context, args: &Add) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::NumbersAdd)?;
    let Some(path) = &args.from else {
        let number = from_flags(&session, args)?;
        let account = account(&session, args.account.as_deref())?;
        let job = AddNumbers::new(&session, &account, args.skip_existing);
        return bulk::one(context, &session, &job, number).await;
    };
    let list = bulk::List::open(context, path, Additions(session.vendor()), LIST, &options(&args.bulk))?;
    let account = account(&session, args.account.as_deref())?;
    let job = AddNumbers::new(&session, &account, args.skip_existing).knowing_held().await?;
    let what = (&session, Operation::NumbersAdd, account.as_str());
    list.work_off(context, what, &options(&args.bulk), &job).await
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
