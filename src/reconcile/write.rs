//! One planned write, and what is to be remembered of it.

use super::desired::Key;
use super::diff::value;
use super::planned::Write;
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, Result};
use crate::model::settings::SipSettings;
use crate::model::trunk::Trunk;
use crate::ops::trunks::{self, Target};
use crate::ops::{countries, settings, verify};
use crate::state::digests::Note;

/// Writes an object that is as it was when that was planned, and reads it back. Returns what is to be remembered of
/// it; none in a dry run.
///
/// # Errors
/// Whatever the write ends in; an object that has changed since.
pub async fn write(session: &Session, key: &Key, write: &Write, change: &mut Change) -> Result<Option<Note>> {
    // What the executor remembers is forgotten by the executor.
    let kept = std::future::ready(Ok(()));
    let account = key.account.as_deref().unwrap_or_default();
    match write {
        Write::CreateTrunk(wanted) => {
            if !trunks::create(session, wanted, change).await? {
                return Ok(None);
            }
            let id = change.id.clone().unwrap_or_default();
            trunk(session, &id, (wanted, wanted), change).await.map(Some)
        }
        Write::UpdateTrunk(update) => {
            let (id, set) = (&update.actual.id, &update.set);
            let now = Target::Id(id.clone()).find(session).await?;
            trunks::refuse_moved(&update.actual, &now, &update.wanted)?;
            if !trunks::update(session, id, (set, Some(&now)), kept, change).await? {
                return Ok(None);
            }
            trunk(session, id, (set, &update.wanted), change).await.map(Some)
        }
        Write::DeleteTrunk(actual) => {
            // The row of the list was planned with, and is not the whole trunk.
            let rows = trunks::rows(session, None, &Room::default()).await?;
            let Some(now) = rows.iter().find(|row| row.id == actual.id) else {
                // Somebody else was faster.
                change.outcome = Outcome::Unchanged;
                return Ok(Some(Note::default()));
            };
            trunks::refuse_moved(actual, now, &Trunk::default())?;
            if !trunks::delete(session, &actual.id, true, kept, change).await? {
                return Ok(None);
            }
            verify::deletion(session, change, trunks::deleted(session, &actual.id)).await?;
            Ok(Some(Note::default()))
        }
        Write::RemoveCountry => {
            let code = key.name.as_str();
            if !countries::remove(session, account, code, true, kept, change).await? {
                return Ok(None);
            }
            verify::deletion(session, change, countries::removed(session, account, code)).await?;
            Ok(Some(Note::default()))
        }
        Write::Assign(wanted) => {
            let before = SipSettings::default();
            if !settings::assign(session, account, (wanted, &before), kept, change).await? {
                return Ok(None);
            }
            let unreported = settings::verify(session, account, wanted, change).await?.unreported;
            let untold = unreported.into_iter().map(|set| (set.field, set.after.to_string())).collect();
            Ok(Some(Note { untold, ..Note::default() }))
        }
        Write::Nothing | Write::AddNumber(_) | Write::AddCountry | Write::RemoveNumber(_) => {
            Err(Error::invalid("it cannot be done"))
        }
    }
}

/// What is to be remembered of a trunk that is read back; nothing where it cannot be read.
async fn trunk(
    session: &Session,
    id: &str,
    (sent, wanted): (&Trunk, &Trunk),
    change: &mut Change,
) -> Result<Note> {
    let mut note = Note::default();
    let Some(compared) = trunks::verify(session, id, wanted, change).await? else { return Ok(note) };
    for field in wanted.given() {
        match compared.unreported.iter().any(|change| change.field == field.name()) {
            false => note.told.push(field.name().to_owned()),
            true if sent.has(field) => note.untold.push((field.name().to_owned(), value(field, wanted))),
            // What was not sent now is what it was, as far as anybody knows.
            true => {}
        }
    }
    Ok(note)
}
