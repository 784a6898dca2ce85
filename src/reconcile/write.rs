//! One write of a plan, by what it writes.

use super::planned::Update;
use super::{actual, verify};
use crate::engine::session::Session;
use crate::engine::write::{Seen, Written};
use crate::model::change::{Change, Outcome};
use crate::model::diff;
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::settings::SipSettings;
use crate::model::trunk::{ActualTrunk, Trunk};
use crate::ops::probe;
use crate::ops::trunks::Target;
use crate::state::digests::Note;

/// What is to be remembered of an object that was written; none in a dry run.
pub type Done = Option<Note>;

/// Creates a trunk, and reads it back.
///
/// # Errors
/// Whatever the write ends in.
pub async fn create(session: &Session, wanted: &Trunk, change: &mut Change) -> Result<Done> {
    let call = session.vendor().create_trunk(session.profile(), wanted)?;
    let look = async || probe::created(session, wanted).await;
    let Some((id, note)) = session.write(call, &[&*change], look).await?.done() else { return Ok(None) };
    change.note = note;
    change.id = Some(id.clone());
    read_back(session, &id, (wanted, wanted), change).await.map(Some)
}

/// Changes a trunk that is as it was when that was planned, and reads it back.
///
/// # Errors
/// Whatever the write ends in; a trunk that has changed meanwhile.
pub async fn update(session: &Session, update: &Update, change: &mut Change) -> Result<Done> {
    let Update { actual, set, wanted } = update;
    let now = Target::Id(actual.id.clone()).find(session).await?;
    unmoved(actual, &now, wanted)?;
    let call = session.vendor().update_trunk(session.profile(), &actual.id, set, Some(&now))?;
    let look = async || probe::updated(session, &actual.id, set, Some(&now)).await;
    let Some(((), note)) = session.write(call, &[&*change], look).await?.done() else { return Ok(None) };
    change.note = note;
    read_back(session, &actual.id, (set, wanted), change).await.map(Some)
}

/// Deletes a trunk that is as it was when that was planned.
///
/// # Errors
/// Whatever the write ends in; a trunk that has changed meanwhile.
pub async fn delete(session: &Session, actual: &ActualTrunk, change: &mut Change) -> Result<Done> {
    // The row of the list was planned with, and is not the whole trunk.
    let rows = session.read_all(session.vendor().list_trunks(session.profile(), None)?).await?;
    let Some(now) = rows.iter().find(|row| row.id == actual.id) else {
        // Somebody else was faster.
        change.outcome = Outcome::Unchanged;
        return Ok(Some(Note::default()));
    };
    unmoved(actual, now, &Trunk::default())?;
    let call = session.vendor().delete_trunk(session.profile(), &actual.id)?;
    let look = async || probe::deleted(session, &actual.id).await;
    let written = session.write(call, &[&*change], look).await;
    gone(session, written, change, probe::deleted(session, &actual.id)).await
}

/// Takes a call-out country away.
///
/// # Errors
/// Whatever the write ends in.
pub async fn remove_country(
    session: &Session,
    account: &str,
    code: &str,
    change: &mut Change,
) -> Result<Done> {
    let call = session.vendor().remove_country(session.profile(), account, code)?;
    let look = async || probe::country_removed(session, account, code).await;
    let written = session.write(call, &[&*change], look).await;
    gone(session, written, change, probe::country_removed(session, account, code)).await
}

/// Assigns settings, and reads back what the vendor returns of them.
///
/// # Errors
/// Whatever the write ends in.
pub async fn assign(
    session: &Session,
    account: &str,
    settings: &SipSettings,
    change: &mut Change,
) -> Result<Done> {
    let call = session.vendor().assign_settings(session.profile(), account, settings)?;
    let look = async || probe::settings(session, account, settings, &SipSettings::default()).await;
    let Some(((), note)) = session.write(call, &[&*change], look).await?.done() else { return Ok(None) };
    change.note = note;
    let now = match settings.can_be_compared() {
        true => actual::settings(session, &Some(account.to_owned())).await,
        false => Ok(SipSettings::default()),
    };
    let now = match now {
        Ok(now) => now,
        Err(error) => {
            unread(session, change, &error);
            SipSettings::default()
        }
    };
    let (untold, differing): (Vec<_>, Vec<_>) =
        settings.changes(&now).into_iter().partition(|change| change.before.is_null());
    if !differing.is_empty() {
        return Err(verify::otherwise(&differing));
    }
    let values = untold.into_iter().map(|set| (set.field, set.after.to_string()));
    Ok(Some(Note { untold: values.collect(), ..Note::default() }))
}

/// The end of a deletion, with a look at whether it is one. That somebody else was faster is one, too.
async fn gone(
    session: &Session,
    written: Result<Written<()>>,
    change: &mut Change,
    look: impl Future<Output = Result<Seen<()>>>,
) -> Result<Done> {
    match written.map(Written::done) {
        Ok(Some(((), Some(note)))) => change.note = Some(note),
        Ok(Some(((), None))) => match look.await {
            Ok(Seen::Applied(()) | Seen::Untold(_)) => {}
            Ok(Seen::Missing) => {
                return Err(verify::still_there(change.name.as_deref().unwrap_or_default()));
            }
            Err(error) => unread(session, change, &error),
        },
        Ok(None) => return Ok(None),
        Err(error) if error.kind == Kind::NotFound => change.outcome = Outcome::Unchanged,
        Err(error) => return Err(error),
    }
    Ok(Some(Note::default()))
}

/// Refuses to write over what somebody else has changed meanwhile. Raw keys that nobody wants may be time stamps.
fn unmoved(planned: &ActualTrunk, now: &ActualTrunk, wanted: &Trunk) -> Result<()> {
    let known = |actual: &ActualTrunk| {
        let mut trunk = actual.trunk.clone();
        trunk.vendor_fields.retain(|key, _| wanted.vendor_fields.contains_key(key));
        trunk
    };
    let moved = diff::between(&known(planned), &known(now));
    let Some(first) = moved.first() else { return Ok(()) };
    let text = format!(
        "the trunk has changed since it was planned: {} was {} and is {}",
        first.field, first.before, first.after
    );
    let mut error = Error::new(Kind::Conflict, text).hint("plan again; this trunk was left alone");
    error.outcome = Some(Applied::NotApplied);
    Err(error)
}

/// Says of an object that was written, in the change and to people, that it could not be read back.
fn unread(session: &Session, change: &mut Change, error: &Error) {
    let text = verify::unread(error);
    session.diagnostics().warn(&format!("{}: {text}", change.name.as_deref().unwrap_or_default()));
    change.note = Some(text);
}

/// What is to be remembered of a trunk. Where it cannot be read back, that is said, and nothing is remembered.
async fn read_back(
    session: &Session,
    id: &str,
    (sent, wanted): (&Trunk, &Trunk),
    change: &mut Change,
) -> Result<Note> {
    match verify::trunk(session, id, sent, wanted).await {
        Ok(note) => Ok(note),
        Err(error) if error.kind == Kind::Rejected && error.outcome == Some(Applied::Unknown) => Err(error),
        Err(error) if error.kind == Kind::NotFound => {
            Err(verify::missing(change.name.as_deref().unwrap_or_default()))
        }
        Err(error) => {
            unread(session, change, &error);
            Ok(Note::default())
        }
    }
}
