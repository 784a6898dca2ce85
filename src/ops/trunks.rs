//! Trunks: list, find, create, update, delete, and check a write whose answer was lost.

use std::cell::Cell;
use std::collections::HashMap;

use super::Take;
use super::steps::{on_account, only_identifies};
use super::verify::{self, Compared, send, send_deletion};
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::engine::write::Seen;
use crate::model::change::Change;
use crate::model::diff;
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::fields::Field;
use crate::model::profile::Profile;
use crate::model::trunk::{ActualTrunk, Trunk};
use crate::vendors::call::{Call, Page};
use crate::vendors::paging::Row;

/// The maximum number of trunks in the error of an ambiguous name.
const MOST_NAMED: usize = 20;

/// A trunk as the command line names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrunkSelector {
    /// `id:VALUE`
    Id(String),
    /// `name:VALUE`
    Name(String),
    /// A word alone: a name, else an id.
    Word(String),
}

impl TrunkSelector {
    /// Reads the positional.
    pub fn parse(text: &str) -> Result<Self> {
        let target = match text.split_once(':') {
            Some(("id", id)) => Self::Id(id.into()),
            Some(("name", name)) => Self::Name(name.into()),
            _ => Self::Word(text.into()),
        };
        if target.value().trim().is_empty() {
            return Err(Error::new(Kind::Usage, format!("`{text}` names no trunk"))
                .hint("write id:VALUE, name:VALUE, or a name alone"));
        }
        Ok(target)
    }

    /// The text after `id:` or `name:`.
    pub fn value(&self) -> &str {
        let (Self::Id(value) | Self::Name(value) | Self::Word(value)) = self;
        value
    }

    /// The trunk among the rows of a list; none if it is not there. [`Kind::Invalid`] if several are meant.
    pub fn among<'r>(&self, rows: &'r [ActualTrunk], profile: &str) -> Result<Option<&'r ActualTrunk>> {
        let mut found = rows.iter().filter(|row| self.means(row)).collect::<Vec<_>>();
        if found.len() > 1 {
            return Err(self.ambiguous(found.into_iter(), profile));
        }
        Ok(found.pop())
    }

    /// The error of a trunk that does not exist.
    pub fn missing(&self, session: &Session) -> Error {
        let text = format!("profile `{}` has no trunk `{}`", session.profile().name, self.value());
        let mut error = Error::new(Kind::NotFound, text);
        error.vendor = Some(session.vendor().facts().name);
        error.hint("names match exactly, with upper and lower case; nothing was changed")
    }

    /// Whether the row is the trunk, or one of those that a word alone could mean.
    fn means(&self, row: &ActualTrunk) -> bool {
        match self {
            Self::Id(id) => row.id == *id,
            Self::Name(name) => row.trunk.name.as_ref() == Some(name),
            Self::Word(word) => row.trunk.name.as_ref() == Some(word) || row.id == *word,
        }
    }

    fn ambiguous<'r>(&self, rows: impl Iterator<Item = &'r ActualTrunk>, profile: &str) -> Error {
        let named = |row: &ActualTrunk| {
            format!("id:{} (named `{}`)", row.id, row.trunk.name.as_deref().unwrap_or_default())
        };
        let list: Vec<String> = rows.map(named).collect();
        Error::invalid(format!("`{}` could mean several trunks of profile `{profile}`", self.value()))
            .hint(format!("name one of them: {}", list.join(", ")))
    }

    /// The whole trunk. Names match exactly, regardless of the vendor's search. [`Kind::NotFound`] if there is none,
    /// and [`Kind::Invalid`] if several are meant.
    pub async fn find(&self, session: &Session) -> Result<ActualTrunk> {
        let actual = self.read(session).await?;
        if let Some(password) = &actual.trunk.password {
            session.conceal(password);
        }
        Ok(actual)
    }

    async fn read(&self, session: &Session) -> Result<ActualTrunk> {
        let (vendor, profile) = (session.vendor(), session.profile());
        let row = match self {
            Self::Id(id) => {
                if let Some(call) = vendor.get_trunk(profile, id)? {
                    return session.read(call).await.map_err(|error| unknown_id(error, session, id));
                }
                self.pick(vendor.list_trunks(profile, None)?, session).await?
            }
            Self::Name(name) => self.pick(vendor.list_trunks(profile, Some(name))?, session).await?,
            Self::Word(_) => self.pick(vendor.list_trunks(profile, None)?, session).await?,
        };
        match vendor.get_trunk(profile, &row.id)? {
            Some(call) => {
                let whole = session.read(call).await?;
                // The status may be in the list alone.
                let status = whole.status.or(row.status);
                Ok(ActualTrunk { status, status_code: whole.status_code.or(row.status_code), ..whole })
            }
            None => Ok(row),
        }
    }

    /// The one row of the list that is meant; no other is kept.
    async fn pick(&self, list: Call<Page<ActualTrunk>>, session: &Session) -> Result<ActualTrunk> {
        let mut found: Vec<ActualTrunk> = Vec::new();
        let mut take = |page: Vec<ActualTrunk>| {
            found.extend(page.into_iter().filter(|row| self.means(row)).take(MOST_NAMED - found.len()));
            // Several are a mistake, and a vendor could return any number.
            Ok(found.len() < MOST_NAMED)
        };
        session.search_pages(list, &mut take).await?;
        let profile = &session.profile().name;
        if found.len() > 1 {
            return Err(self.ambiguous(found.iter(), profile));
        }
        found.pop().ok_or_else(|| self.missing(session))
    }
}

/// The vendor knows no such id: reported like an unknown name, with the vendor's own words.
fn unknown_id(mut error: Error, session: &Session, id: &str) -> Error {
    if error.kind != Kind::NotFound {
        return error;
    }
    let said = match (&error.vendor_code, &error.vendor_message) {
        (Some(code), Some(text)) => format!(" ({code}: {text})"),
        _ => String::new(),
    };
    error.message = format!("profile `{}` has no trunk with the id `{id}`{said}", session.profile().name);
    error.hint("look the id up at the vendor, or name the trunk with name:VALUE; nothing was changed")
}

/// Hands the trunks of the session's account over, page by page; `search` is the vendor's own, and need not be exact.
pub async fn list(session: &Session, search: Option<&str>, take: Take<'_, ActualTrunk>) -> Result<()> {
    session.read_pages(session.vendor().list_trunks(session.profile(), search)?, take).await
}

/// The same with all fields of the trunks that are `needed`. They are kept in memory, to be read with few requests.
pub async fn list_whole(
    session: &Session,
    search: Option<&str>,
    needed: impl Fn(&ActualTrunk) -> bool,
    take: Take<'_, ActualTrunk>,
) -> Result<()> {
    let room = Room::default();
    let rows = session.read_all_into(session.vendor().list_trunks(session.profile(), search)?, &room).await?;
    take(whole(session, None, rows, needed, &room).await?).map(drop)
}

/// The rows of an account's list; [`whole`] reads what rows lack.
pub async fn rows(session: &Session, account: Option<&str>, room: &Room) -> Result<Vec<ActualTrunk>> {
    let profile = on_account(session, account);
    let rows = session.read_all_into(session.vendor().list_trunks(&profile, None)?, room).await?;
    rows.iter().filter_map(|row| row.trunk.password.as_ref()).for_each(|password| session.conceal(password));
    Ok(rows)
}

/// Reads the trunks that `needed` selects, if the vendor's rows are not whole. A trunk that was deleted after
/// the list was read is left out.
pub async fn whole(
    session: &Session,
    account: Option<&str>,
    rows: Vec<ActualTrunk>,
    needed: impl Fn(&ActualTrunk) -> bool,
    room: &Room,
) -> Result<Vec<ActualTrunk>> {
    let reader =
        TrunkReader { session, profile: on_account(session, account), room, refused: Cell::new(false) };
    let ids: Vec<String> = rows.iter().filter(|row| needed(row)).map(|row| row.id.clone()).collect();
    let Some(mut found) = reader.read(&ids).await? else { return Ok(rows) };
    let whole = rows.into_iter().filter_map(|row| {
        if !needed(&row) {
            return Some(row);
        }
        let actual = found.remove(&row.id)?;
        // The status may be in the list alone.
        let (status, status_code) = (actual.status.or(row.status), actual.status_code.or(row.status_code));
        Some(ActualTrunk { status, status_code, ..actual })
    });
    Ok(whole.collect())
}

/// Reads whole trunks: many in one call, or one by one if the vendor refuses that.
struct TrunkReader<'s> {
    session: &'s Session,
    profile: Profile,
    room: &'s Room,
    /// Whether the vendor has refused half of a call too.
    refused: Cell<bool>,
}

impl TrunkReader<'_> {
    /// The trunks by their ids; none if the rows of the vendor's list are whole.
    async fn read(&self, ids: &[String]) -> Result<Option<HashMap<String, ActualTrunk>>> {
        let mut found = HashMap::new();
        // The next part is taken from the end.
        let per_call = self.session.vendor().facts().trunks_per_call;
        let mut parts: Vec<(&[String], bool)> =
            ids.chunks(per_call).rev().map(|part| (part, false)).collect();
        while let Some((part, halved)) = parts.pop() {
            let many = match part.len() > 1 && !self.refused.get() {
                true => self.session.vendor().get_trunks(&self.profile, part)?,
                false => None,
            };
            let Some(call) = many else {
                for id in part {
                    let Some(call) = self.session.vendor().get_trunk(&self.profile, id)? else {
                        return Ok(None);
                    };
                    match self.session.read(call).await {
                        Ok(actual) => self.keep(&mut found, actual)?,
                        Err(error) if error.kind == Kind::NotFound => {}
                        Err(error) => return Err(error),
                    }
                }
                continue;
            };
            match self.session.read(call).await {
                Ok(trunks) => {
                    for actual in trunks {
                        self.keep(&mut found, actual)?;
                    }
                    // What an unknown id does to the others may be undocumented, so each is asked for alone.
                    let missing = part.iter().filter(|id| !found.contains_key(*id));
                    parts.extend(missing.map(|id| (std::slice::from_ref(id), true)));
                }
                Err(error) if is_of_many(&error) => {
                    if halved || error.kind == Kind::Unsupported {
                        let text = format!("reading trunks one by one, because: {}", error.message);
                        tracing::info!("{text}");
                        self.refused.set(true);
                        parts.push((part, true));
                    } else {
                        let (first, second) = part.split_at(part.len() / 2);
                        parts.extend([(second, true), (first, true)]);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Some(found))
    }

    fn keep(&self, found: &mut HashMap<String, ActualTrunk>, actual: ActualTrunk) -> Result<()> {
        if !self.room.take(actual.size()) {
            return Err(self.session.too_large("the whole trunks"));
        }
        if let Some(password) = &actual.trunk.password {
            self.session.conceal(password);
        }
        found.insert(actual.id.clone(), actual);
        Ok(())
    }
}

/// Whether a refusal may be due to the number of ids, or to one of them.
fn is_of_many(error: &Error) -> bool {
    matches!(error.kind, Kind::Rejected | Kind::Unsupported | Kind::NotFound | Kind::Invalid)
        || error.vendor_code.as_deref() == Some("-2")
        || matches!(error.http_status, Some(400 | 414))
}

/// Creates a trunk, and puts its id into the change. False in a dry run.
pub async fn create(session: &Session, wanted: &Trunk, change: &mut Change) -> Result<bool> {
    let call = session.vendor().create_trunk(session.profile(), wanted)?;
    change.id = send(session, call, change, async || created(session, wanted).await).await?;
    Ok(change.id.is_some())
}

/// Sets fields of a trunk; `before` is the existing trunk, if it was read. False in a dry run.
pub async fn update(
    session: &Session,
    id: &str,
    (set, before): (&Trunk, Option<&ActualTrunk>),
    change: &mut Change,
) -> Result<bool> {
    let call = session.vendor().update_trunk(session.profile(), id, set, before)?;
    let sent = send(session, call, change, async || updated(session, id, set, before).await).await?;
    Ok(sent.is_some())
}

/// Deletes a trunk. False in a dry run.
pub async fn delete(session: &Session, id: &str, ignore_missing: bool, change: &mut Change) -> Result<bool> {
    let call = session.vendor().delete_trunk(session.profile(), id)?;
    send_deletion(session, call, ignore_missing, change, async || deleted(session, id).await).await
}

/// Reads written trunks back by their ids, many in one call if the vendor supports that.
pub async fn read_back(session: &Session, ids: &[String]) -> Result<HashMap<String, ActualTrunk>> {
    if let [id] = ids {
        let found = found(TrunkSelector::Id(id.clone()).find(session).await)?;
        return Ok(found.map(|actual| (id.clone(), actual)).into_iter().collect());
    }
    let room = Room::default();
    let reader =
        TrunkReader { session, profile: on_account(session, None), room: &room, refused: Cell::new(false) };
    match reader.read(ids).await? {
        Some(found) => Ok(found),
        None => {
            let rows = rows(session, None, &room).await?;
            Ok(rows.into_iter().map(|actual| (actual.id.clone(), actual)).collect())
        }
    }
}

/// Compares a written trunk with the one that was read back; none if it could not be read, which the change then
/// says.
pub fn verify(
    session: &Session,
    id: &str,
    wanted: &Trunk,
    read: &Result<HashMap<String, ActualTrunk>>,
    change: &mut Change,
) -> Result<Option<Compared>> {
    match read.as_ref().map(|found| found.get(id)) {
        Ok(Some(actual)) => compared(session, actual, wanted).agreed().map(Some),
        Ok(None) => Err(verify::missing(change.name.as_deref().unwrap_or_default())),
        Err(error) => {
            verify::unread(session, change, error);
            Ok(None)
        }
    }
}

/// Whether the trunk exists as asked. Returns its id.
async fn created(session: &Session, trunk: &Trunk) -> Result<Seen<String>> {
    let found = match &trunk.master_trunk {
        // An assignment is known by the master's trunk, in the account that it was given to.
        Some(id) => {
            let rows = rows(session, trunk.account.as_deref(), &Room::default()).await?;
            rows.into_iter().find(|row| row.id == *id)
        }
        None => found(TrunkSelector::Name(trunk.name.clone().unwrap_or_default()).find(session).await)?,
    };
    let Some(found) = found else { return Ok(Seen::Missing) };
    Ok(match compared(session, &found, trunk) {
        Compared { differing, .. } if differing.is_empty() => Seen::Applied(found.id),
        Compared { differing, .. } => Seen::Unclear(format!(
            "one is there, with the id {}, but it differs in {}",
            found.id,
            verify::names(&differing)
        )),
    })
}

/// Whether the trunk is as asked.
async fn updated(session: &Session, id: &str, set: &Trunk, before: Option<&ActualTrunk>) -> Result<Seen<()>> {
    let now = TrunkSelector::Id(id.to_owned()).find(session).await?;
    let Compared { differing, unreported } = compared(session, &now, set);
    let asked = before.map(|before| compared(session, before, set).differing).unwrap_or_default();
    if !differing.is_empty() {
        // A vendor may report that a part was done; a part that is seen rules out that nothing was.
        let part = asked.iter().any(|asked| differing.iter().all(|change| change.field != asked.field));
        let why = format!("only a part of it is seen: it differs in {}", verify::names(&differing));
        return Ok(if part { Seen::Unclear(why) } else { Seen::Missing });
    }
    // One request changes all or nothing, so a field that has changed speaks for those that are not reported.
    if unreported.is_empty() || !asked.is_empty() {
        return Ok(Seen::Applied(()));
    }
    Ok(Seen::Unclear(format!("the vendor does not report {}", verify::names(&unreported))))
}

/// Whether the trunk is gone.
pub async fn deleted(session: &Session, id: &str) -> Result<Seen<()>> {
    let found = found(TrunkSelector::Id(id.to_owned()).find(session).await)?;
    Ok(if found.is_none() { Seen::Applied(()) } else { Seen::Missing })
}

fn found(result: Result<ActualTrunk>) -> Result<Option<ActualTrunk>> {
    match result {
        Ok(actual) => Ok(Some(actual)),
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Compares a trunk with the desired one, without the fields that only identify it.
fn compared(session: &Session, actual: &ActualTrunk, wanted: &Trunk) -> Compared {
    let facts = session.vendor().facts();
    let mut compared = Compared::default();
    let changes = diff::trunk(&actual.trunk, wanted);
    for field in
        wanted.given().filter(|field| *field != Field::MasterTrunk && !only_identifies(*field, facts))
    {
        let Some(change) = changes.iter().find(|change| change.field == field.name()) else { continue };
        match diff::is_unreported(field, &actual.trunk, wanted) {
            true => compared.unreported.push(change.clone()),
            false => compared.differing.push(change.clone()),
        }
    }
    compared
}

/// Refuses to overwrite changes that were made since the plan. Raw keys that are not desired are ignored,
/// because they may be time stamps.
pub fn refuse_moved(planned: &ActualTrunk, now: &ActualTrunk, wanted: &Trunk) -> Result<()> {
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
    let hint = "plan again; this trunk was left alone";
    Err(Error::new(Kind::Conflict, text).hint(hint).outcome(Applied::NotApplied))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read() {
        assert_eq!(TrunkSelector::parse("id:28").unwrap(), TrunkSelector::Id("28".into()));
        assert_eq!(TrunkSelector::parse("name:a:b").unwrap(), TrunkSelector::Name("a:b".into()));
        assert_eq!(TrunkSelector::parse("28").unwrap(), TrunkSelector::Word("28".into()));
        assert_eq!(TrunkSelector::parse("other:x").unwrap(), TrunkSelector::Word("other:x".into()));
        for empty in ["", "id:", "name: "] {
            assert!(TrunkSelector::parse(empty).is_err(), "{empty}");
        }
    }
}
