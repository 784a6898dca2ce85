//! Writes beside a manifest: what was last applied from here is no longer what there is.

use super::Fleet;
use super::desired;
use super::desired::{Key, Kind};
use crate::context::{Context, journal_folder};
use crate::engine::session::Session;
use crate::model::diff;
use crate::model::error::Result;
use crate::model::fields::Field;
use crate::model::settings::SipSettings;
use crate::model::trunk::Trunk;
use crate::state::digests::{Applied, FOLDER, Note};

/// A trunk's fields are about to be set. What is remembered of them is forgotten, so that the next apply sends them
/// again where the vendor does not return them.
///
/// # Errors
/// As [`Fleet::memory`].
pub async fn trunk(context: &Context, session: &Session, id: &str, set: &Trunk) -> Result<()> {
    let Some(memory) = memory(context, session).await? else { return Ok(()) };
    unlearn(context, &memory, ("", Some(id)), set.given().map(Field::name));
    Ok(())
}

/// An account's settings are about to be assigned.
///
/// # Errors
/// As [`Fleet::memory`].
pub async fn doubt(context: &Context, session: &Session, account: &str, set: &SipSettings) -> Result<()> {
    if session.is_dry_run() {
        return Ok(());
    }
    let Some(memory) = Fleet::new(context).memory(session).await? else { return Ok(()) };
    let fields = diff::all(set);
    unlearn(context, &memory, (&key(account).text(), None), fields.iter().map(|set| set.field.as_str()));
    Ok(())
}

/// Fields of an object are about to be set, so that what was last applied is no longer what there is, nor surely what
/// there will be.
pub(super) fn unlearn<'f>(
    context: &Context,
    memory: &Applied,
    (object, id): (&str, Option<&str>),
    fields: impl Iterator<Item = &'f str>,
) {
    for field in fields {
        let forgotten = memory.unlearn(object, id, field);
        forgotten.unwrap_or_else(|warning| context.diagnostics.warn(&warning));
    }
}

/// An account's settings were assigned.
pub async fn settings(context: &Context, session: &Session, account: &str, set: &SipSettings) {
    // After the write, no failure may hide it.
    let memory = Fleet::new(context).memory(session).await.unwrap_or_else(|error| {
        context.diagnostics.warn(&error.message);
        None
    });
    let Some(memory) = memory else { return };
    let untold = diff::all(set).into_iter().map(|set| (set.field, set.after.to_string()));
    let note = Note { untold: untold.collect(), ..Note::default() };
    memory
        .remember(vec![(key(account).text(), note)])
        .unwrap_or_else(|warning| context.diagnostics.warn(&warning));
}

/// An object is about to be deleted. One that is created again later does not belong to the manifest that created this one.
///
/// # Errors
/// As [`Fleet::memory`].
pub async fn gone(
    context: &Context,
    session: &Session,
    account: Option<&str>,
    kind: Kind,
    name: &str,
) -> Result<()> {
    let Some(memory) = memory(context, session).await? else { return Ok(()) };
    let account = desired::account(session.vendor().facts(), session.profile(), account);
    let key = Key { kind, account, name: name.to_owned() };
    let given = memory.give(&[key.text()], None);
    given.unwrap_or_else(|warning| context.diagnostics.warn(&warning));
    Ok(())
}

/// What there may be to forget. Where nothing was ever remembered, no key is needed.
async fn memory(context: &Context, session: &Session) -> Result<Option<Applied>> {
    let folder = journal_folder(&context.folders()?.state, context.options.sandbox).join(FOLDER);
    if session.is_dry_run() || !folder.exists() {
        return Ok(None);
    }
    Fleet::new(context).memory(session).await
}

fn key(account: &str) -> Key {
    Key { kind: Kind::SipSettings, account: Some(account.to_owned()), name: String::new() }
}
