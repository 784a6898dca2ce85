//! One planned write: the object is read again before it, and compared with the desired one after it.

use super::remembered::value;
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, Kind, Result};
use crate::model::plan::{Key, Write};
use crate::model::settings::SipSettings;
use crate::model::trunk::Trunk;
use crate::ops::trunks::{self, Target};
use crate::ops::{settings, verify};

/// The values that the vendor does not report, by field.
type Unreported = Vec<(String, String)>;

/// Writes an object that is as it was when the change was planned, and reads it back. None in a dry run.
pub async fn write(
    session: &Session,
    key: &Key,
    write: &Write,
    change: &mut Change,
) -> Result<Option<Unreported>> {
    let account = key.account.as_deref().unwrap_or_default();
    match write {
        Write::CreateTrunk(wanted) => {
            match trunks::create(session, wanted, change).await {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(error) if error.kind == Kind::Conflict => {
                    return lost_race(session, wanted, change, error).await;
                }
                Err(error) => return Err(error),
            }
            let id = change.id.clone().unwrap_or_default();
            trunk(session, &id, (wanted, wanted), change).await.map(Some)
        }
        Write::UpdateTrunk(update) => {
            let (id, set) = (&update.actual.id, &update.set);
            let now = Target::Id(id.clone()).find(session).await?;
            trunks::refuse_moved(&update.actual, &now, &update.wanted)?;
            if !trunks::update(session, id, (set, Some(&now)), change).await? {
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
                return Ok(Some(Vec::new()));
            };
            trunks::refuse_moved(actual, now, &Trunk::default())?;
            if !trunks::delete(session, &actual.id, true, change).await? {
                return Ok(None);
            }
            verify::deletion(session, change, trunks::deleted(session, &actual.id)).await?;
            Ok(Some(Vec::new()))
        }
        Write::AssignSettings(wanted) => {
            let before = SipSettings::default();
            if !settings::assign(session, account, (wanted, &before), change).await? {
                return Ok(None);
            }
            let unreported = settings::verify(session, account, wanted, change).await?.unreported;
            Ok(Some(unreported.into_iter().map(|set| (set.field, set.after.to_string())).collect()))
        }
        Write::Nothing
        | Write::AddNumber(_)
        | Write::RemoveNumber(_)
        | Write::AddCountry
        | Write::RemoveCountry => Err(Error::invalid("it cannot be done")),
    }
}

/// The values of a trunk that were sent now and that the vendor does not report; none if the trunk cannot be
/// read back.
async fn trunk(
    session: &Session,
    id: &str,
    (sent, wanted): (&Trunk, &Trunk),
    change: &mut Change,
) -> Result<Unreported> {
    let Some(compared) = trunks::verify(session, id, wanted, change).await? else { return Ok(Vec::new()) };
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
async fn lost_race(
    session: &Session,
    wanted: &Trunk,
    change: &mut Change,
    conflict: Error,
) -> Result<Option<Unreported>> {
    let rows = trunks::rows(session, None, &Room::default()).await.unwrap_or_default();
    let mut named = rows.into_iter().filter(|row| row.identity() == wanted.identity());
    let (Some(row), None) = (named.next(), named.next()) else { return Err(conflict) };
    if trunks::verify(session, &row.id, wanted, change).await.is_err() || change.note.take().is_some() {
        return Err(conflict);
    }
    change.id = Some(row.id);
    change.outcome = Outcome::Unchanged;
    change.diff.clear();
    // Whether its password is the desired one is not known, so no digest is kept.
    Ok(Some(Vec::new()))
}
