//! One planned write: the object is read again before it, and compared with the desired one after it.

use std::collections::HashMap;

use super::remembered::value;
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, Kind, Result};
use crate::model::plan::{Key, Write};
use crate::model::settings::SipSettings;
use crate::model::trunk::{ActualTrunk, Trunk};
use crate::ops::trunks::{self, TrunkSelector};
use crate::ops::{settings, verify};

/// The values that the vendor does not report, by field.
pub type Unreported = Vec<(String, String)>;

/// What is left to do after a write.
pub enum Done {
    /// Nothing. The object was compared.
    Compared(Unreported),
    /// The trunk with this id is still to be read back.
    Unread(String),
}

/// Writes an object that is as it was when the change was planned. Trunks are read back later, many together. None in
/// a dry run.
pub async fn write(session: &Session, key: &Key, write: &Write, change: &mut Change) -> Result<Option<Done>> {
    let account = key.account.as_deref().unwrap_or_default();
    match write {
        Write::CreateTrunk(wanted) => {
            match trunks::create(session, wanted, change).await {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(error) if error.kind == Kind::Conflict => {
                    return lost_race(session, wanted, change, error).await.map(Some);
                }
                Err(error) => return Err(error),
            }
            Ok(Some(Done::Unread(change.id.clone().unwrap_or_default())))
        }
        Write::UpdateTrunk(update) => {
            let (id, set) = (&update.actual.id, &update.set);
            let now = TrunkSelector::Id(id.clone()).find(session).await?;
            trunks::refuse_moved(&update.actual, &now, &update.wanted)?;
            if !trunks::update(session, id, (set, Some(&now)), change).await? {
                return Ok(None);
            }
            Ok(Some(Done::Unread(id.clone())))
        }
        Write::DeleteTrunk(actual) => {
            // The row of the list was planned with, and is not the whole trunk.
            let rows = trunks::rows(session, None, &Room::default()).await?;
            let Some(now) = rows.iter().find(|row| row.id == actual.id) else {
                // Somebody else was faster.
                change.outcome = Outcome::Unchanged;
                return Ok(Some(Done::Compared(Vec::new())));
            };
            trunks::refuse_moved(actual, now, &Trunk::default())?;
            if !trunks::delete(session, &actual.id, true, change).await? {
                return Ok(None);
            }
            verify::deletion(session, change, trunks::deleted(session, &actual.id)).await?;
            Ok(Some(Done::Compared(Vec::new())))
        }
        Write::AssignSettings(wanted) => {
            let before = SipSettings::default();
            if !settings::assign(session, account, (wanted, &before), change).await? {
                return Ok(None);
            }
            let unreported = settings::verify(session, account, wanted, change).await?.unreported;
            let unreported = unreported.into_iter().map(|set| (set.field, set.after.to_string()));
            Ok(Some(Done::Compared(unreported.collect())))
        }
        Write::Nothing
        | Write::AddNumber(_)
        | Write::RemoveNumber(_)
        | Write::AddCountry
        | Write::RemoveCountry => Err(Error::invalid("it cannot be done")),
    }
}

/// Compares a trunk with the one that was read back. Returns the values that were sent now and that the vendor does not
/// report; none if the trunk could not be read.
pub fn verify(
    session: &Session,
    id: &str,
    write: &Write,
    read: &Result<HashMap<String, ActualTrunk>>,
    change: &mut Change,
) -> Result<Unreported> {
    let (sent, wanted): (&Trunk, &Trunk) = match write {
        Write::CreateTrunk(wanted) => (wanted, wanted),
        Write::UpdateTrunk(update) => (&update.set, &update.wanted),
        _ => return Ok(Vec::new()),
    };
    let Some(compared) = trunks::verify(session, id, wanted, read, change)? else { return Ok(Vec::new()) };
    let unreported = |field: &crate::model::fields::Field| {
        compared.unreported.iter().any(|change| change.field == field.name()) && sent.has(*field)
    };
    Ok(wanted
        .given()
        .filter(unreported)
        .map(|field| (field.name().to_owned(), value(field, wanted)))
        .collect())
}

/// Another run created the trunk first. If it is as desired, nothing is left to do.
async fn lost_race(session: &Session, wanted: &Trunk, change: &mut Change, conflict: Error) -> Result<Done> {
    let rows = trunks::rows(session, None, &Room::default()).await.unwrap_or_default();
    let mut named = rows.into_iter().filter(|row| row.identity() == wanted.identity());
    let (Some(row), None) = (named.next(), named.next()) else { return Err(conflict) };
    let read = trunks::read_back(session, std::slice::from_ref(&row.id)).await;
    if trunks::verify(session, &row.id, wanted, &read, change).is_err() || change.note.take().is_some() {
        return Err(conflict);
    }
    change.id = Some(row.id);
    change.outcome = Outcome::Unchanged;
    change.diff.clear();
    // Whether its password is the desired one is not known, so no digest is kept.
    Ok(Done::Compared(Vec::new()))
}
