//! SIP settings of an account: read, assign, and check a write whose answer was lost.

use super::verify::{self, Compared, send};
use crate::engine::session::Session;
use crate::engine::write::Seen;
use crate::model::change::Change;
use crate::model::error::Result;
use crate::model::settings::SipSettings;
use crate::model::support::Operation;

/// Reads the settings that the vendor returns.
pub async fn read(session: &Session, account: &str) -> Result<SipSettings> {
    session.read(session.vendor().read_settings(session.profile(), account)?).await
}

/// The same; empty if the vendor returns none.
pub async fn read_any(session: &Session, account: &str) -> Result<SipSettings> {
    match session.vendor().facts().support(Operation::SettingsRead).is_there() {
        true => read(session, account).await,
        false => Ok(SipSettings::default()),
    }
}

/// Refuses what cannot be assigned, before anything is sent.
pub fn check(session: &Session, account: &str, settings: &SipSettings) -> Result<()> {
    session.vendor().assign_settings(session.profile(), account, settings).map(drop)
}

/// Assigns settings; `before` are the settings that were read. False in a dry run.
pub async fn assign(
    session: &Session,
    account: &str,
    (settings, before): (&SipSettings, &SipSettings),
    change: &mut Change,
) -> Result<bool> {
    let call = session.vendor().assign_settings(session.profile(), account, settings)?;
    let probe = async || assigned(session, account, settings, before).await;
    Ok(send(session, call, change, probe).await?.is_some())
}

/// Reads assigned settings back. If they cannot be read, the change says so.
pub async fn verify(
    session: &Session,
    account: &str,
    asked: &SipSettings,
    change: &mut Change,
) -> Result<Compared> {
    let now = match asked.can_be_compared() {
        true => read_any(session, account).await,
        false => Ok(SipSettings::default()),
    };
    let now = now.unwrap_or_else(|error| {
        verify::unread(session, change, &error);
        SipSettings::default()
    });
    compared(&now, asked).agreed()
}

/// Whether the account has the settings.
async fn assigned(
    session: &Session,
    account: &str,
    asked: &SipSettings,
    before: &SipSettings,
) -> Result<Seen<()>> {
    let can = session.vendor().facts().support(Operation::SettingsRead).is_there();
    if !can || !asked.can_be_compared() {
        return Ok(Seen::Unclear("these settings of an account cannot be read".into()));
    }
    let Compared { differing, unreported } = compared(&read(session, account).await?, asked);
    if !differing.is_empty() {
        return Ok(Seen::Missing);
    }
    // One request changes all or nothing, so a setting that has changed speaks for those that cannot be read.
    let changed = !compared(before, asked).differing.is_empty();
    Ok(match unreported.first() {
        Some(first) if !changed => Seen::Unclear(format!("`{}` cannot be read", first.field)),
        _ => Seen::Applied(()),
    })
}

fn compared(actual: &SipSettings, asked: &SipSettings) -> Compared {
    let (unreported, differing) =
        asked.changes(actual).into_iter().partition(|change| change.before.is_null());
    Compared { differing, unreported }
}
