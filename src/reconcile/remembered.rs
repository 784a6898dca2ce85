//! Digests of written values that no vendor returns: opened for an account, and updated by every write.

use super::account;
use crate::context::state_key::untrusted;
use crate::context::{Context, journal_folder};
use crate::engine::session::Session;
use crate::model::diff;
use crate::model::error::Result;
use crate::model::fields::Field;
use crate::model::plan::{Key, ResourceKind};
use crate::model::settings::SipSettings;
use crate::model::trunk::Trunk;
use crate::state::digests::{Digests, FOLDER};

/// The digests of the session's account. Where they cannot be kept, a warning says so.
pub async fn open(context: &Context, session: &Session) -> Result<Option<Digests>> {
    let folder = journal_folder(&context.folders()?.state, context.options.sandbox);
    let opened = match context.state_key().await? {
        Ok(key) => Digests::open(&folder, key, &account::of_session(session)),
        Err(why) => Err(std::io::Error::other(format!("{why}; TRUNKCTL_STATE_KEY can give the key instead"))),
    };
    match opened {
        Ok(digests) => Ok(Some(digests)),
        Err(cause) => match untrusted(&cause) {
            Some(error) => Err(error),
            None => {
                context.diagnostics.warn(&format!(
                    "no digests are kept in `{}`, so values that a vendor does not return are sent again: {cause}",
                    folder.join(FOLDER).display()
                ));
                Ok(None)
            }
        },
    }
}

/// Removes the digests of fields that a command is about to set, so the next apply sends those that the
/// vendor does not return.
pub async fn forget_trunk(context: &Context, session: &Session, id: &str, set: &Trunk) -> Result<()> {
    forget(context, session, ("", Some(id)), set.given().map(|field| field.name().to_owned())).await
}

/// Settings of an account are about to be assigned by a command.
pub async fn forget_settings(
    context: &Context,
    session: &Session,
    account: &str,
    set: &SipSettings,
) -> Result<()> {
    let key = settings_key(account).text();
    forget(context, session, (&key, None), diff::all(set).into_iter().map(|change| change.field)).await
}

/// Settings of an account were assigned by a command. After the write, no failure may hide it.
pub async fn remember_settings(context: &Context, session: &Session, account: &str, set: &SipSettings) {
    let values = diff::all(set).into_iter().map(|change| (change.field, change.after.to_string()));
    let written = match open(context, session).await {
        Ok(Some(digests)) => digests.remember(vec![(settings_key(account).text(), None, values.collect())]),
        Ok(None) => Ok(()),
        Err(error) => Err(error.message.clone()),
    };
    written.unwrap_or_else(|warning| context.diagnostics.warn(&warning));
}

async fn forget(
    context: &Context,
    session: &Session,
    object: (&str, Option<&str>),
    fields: impl Iterator<Item = String>,
) -> Result<()> {
    let folder = journal_folder(&context.folders()?.state, context.options.sandbox).join(FOLDER);
    // Where nothing was ever remembered, no key is needed.
    if session.is_dry_run() || !folder.exists() {
        return Ok(());
    }
    if let Some(digests) = open(context, session).await? {
        let fields: Vec<String> = fields.collect();
        digests.forget(object, &fields).unwrap_or_else(|warning| context.diagnostics.warn(&warning));
    }
    Ok(())
}

fn settings_key(account: &str) -> Key {
    Key { kind: ResourceKind::SipSettings, account: Some(account.to_owned()), name: "settings".to_owned() }
}

/// The value of a field, for its digest.
pub fn value(field: Field, trunk: &Trunk) -> String {
    match field {
        Field::Password => {
            trunk.password.as_ref().and_then(|secret| secret.expose()).unwrap_or_default().to_owned()
        }
        _ => serde_json::to_value(trunk.only(&[field])).map(|value| value.to_string()).unwrap_or_default(),
    }
}
