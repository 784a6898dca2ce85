//! Internal numbers of an account: list, find, add, remove, and check a write whose answer was lost.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::Take;
use super::verify::{self, send_deletion};
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::engine::write::{Seen, Written};
use crate::model::change::Change;
use crate::model::diff;
use crate::model::error::Result;
use crate::model::number::{ActualNumber, E164, InternalNumber};
use crate::vendors::Added;
use crate::vendors::paging::Row;

/// Hands the numbers over, page by page.
pub async fn list(session: &Session, account: &str, take: Take<'_, ActualNumber>) -> Result<()> {
    session.read_pages(session.vendor().list_numbers(session.profile(), account)?, take).await
}

/// The same until `take` has what it searches for.
pub async fn search(session: &Session, account: &str, take: Take<'_, ActualNumber>) -> Result<()> {
    session.search_pages(session.vendor().list_numbers(session.profile(), account)?, take).await
}

/// All the numbers.
pub async fn all(session: &Session, account: &str, room: &Room) -> Result<Vec<ActualNumber>> {
    session.read_all_into(session.vendor().list_numbers(session.profile(), account)?, room).await
}

/// All the numbers, by themselves.
pub async fn by_number(session: &Session, account: &str) -> Result<BTreeMap<String, ActualNumber>> {
    let mut numbers = BTreeMap::new();
    let keep = |actual: ActualNumber| {
        // With the key, and the free places of the map.
        let size = actual.size() * 3 / 2;
        numbers.insert(actual.number.clone(), actual);
        size
    };
    let call = session.vendor().list_numbers(session.profile(), account)?;
    session.read_each(call, &Room::default(), keep).await?;
    Ok(numbers)
}

/// The ids of all numbers that the vendor's list contains.
pub async fn ids(session: &Session, account: &str) -> Result<BTreeMap<String, Option<String>>> {
    let mut ids = BTreeMap::new();
    let keep = |ActualNumber { number, id, .. }: ActualNumber| {
        let size = 2 * (number.size() + id.as_ref().map_or(0, Row::size));
        ids.insert(number, id);
        size
    };
    let call = session.vendor().list_numbers(session.profile(), account)?;
    session.read_each(call, &Room::default(), keep).await?;
    Ok(ids)
}

/// The number with its id, if the account has it; the rest of the list is not read.
pub async fn find_id(
    session: &Session,
    account: &str,
    number: &E164,
) -> Result<BTreeMap<String, Option<String>>> {
    let found = having(session, account, HashSet::from([number.as_str()])).await?;
    Ok(found.into_values().map(|actual| (actual.number, actual.id)).collect())
}

/// Numbers that exist, among those that were asked for.
#[derive(Debug, Default)]
pub struct FoundNumbers {
    /// Those that are as asked.
    pub added: Vec<Added>,
    /// Those that are otherwise, by their place, with the fields that differ.
    pub differing: Vec<(usize, Vec<String>)>,
}

/// Which of the numbers exist.
pub async fn find(session: &Session, account: &str, asked: &[InternalNumber]) -> Result<FoundNumbers> {
    let wanted = asked.iter().map(|number| number.number.as_str()).collect();
    let actual = having(session, account, wanted).await?;
    let mut found = FoundNumbers::default();
    for (at, number) in asked.iter().enumerate() {
        let Some(there) = actual.get(number.number.as_str()) else { continue };
        match differing(there, number) {
            fields if fields.is_empty() => found.added.push((number.number.to_string(), there.id.clone())),
            fields => found.differing.push((at, fields)),
        }
    }
    Ok(found)
}

/// The fields in which a number is not as asked.
pub fn differing(actual: &ActualNumber, asked: &InternalNumber) -> Vec<String> {
    diff::number(actual, asked).into_iter().map(|change| change.field).collect()
}

/// Adds numbers in one call. If the answer was lost, it also returns the numbers that exist with other properties.
pub async fn add(
    session: &Session,
    account: &str,
    numbers: &[InternalNumber],
    about: &[&Change],
) -> Result<(Written<Vec<Added>>, Vec<(usize, Vec<String>)>)> {
    let call = session.vendor().add_numbers(session.profile(), account, numbers)?;
    let differing = RefCell::new(Vec::new());
    let probe = async || {
        let found = find(session, account, numbers).await?;
        let nothing = found.added.is_empty() && found.differing.is_empty();
        differing.replace(found.differing);
        Ok(if nothing { Seen::Missing } else { Seen::Applied(found.added) })
    };
    let written = session.write(call, about, probe).await?;
    Ok((written, differing.into_inner()))
}

/// Removes a number by its id. False in a dry run.
pub async fn remove(
    session: &Session,
    account: &str,
    id: &str,
    ignore_missing: bool,
    change: &mut Change,
) -> Result<bool> {
    let call = session.vendor().remove_number(session.profile(), account, id)?;
    let probe = async || removed(session, account, id).await;
    send_deletion(session, call, ignore_missing, change, probe).await
}

/// Compares an addition that was answered with success with a read afterwards.
pub fn check_added(number: &InternalNumber, actual: &BTreeMap<String, ActualNumber>) -> Result<()> {
    let name = number.number.as_str();
    let actual = actual.get(name).ok_or_else(|| verify::missing(name))?;
    verify::Compared { differing: diff::number(actual, number), ..Default::default() }.agreed().map(drop)
}

/// Whether the number is gone, by its id.
async fn removed(session: &Session, account: &str, id: &str) -> Result<Seen<()>> {
    let (mut there, mut reported) = (false, true);
    let mut take = |page: Vec<ActualNumber>| {
        there |= page.iter().any(|actual| actual.id.as_deref() == Some(id));
        reported &= page.iter().all(|actual| actual.id.is_some());
        Ok(!there)
    };
    list(session, account, &mut take).await?;
    Ok(match (there, reported) {
        (true, _) => Seen::Missing,
        (false, true) => Seen::Applied(()),
        (false, false) => Seen::Unclear("the vendor's list does not include the ids of its numbers".into()),
    })
}

/// Those of the numbers that the account has.
async fn having(
    session: &Session,
    account: &str,
    asked: HashSet<&str>,
) -> Result<HashMap<String, ActualNumber>> {
    let mut found: HashMap<String, ActualNumber> = HashMap::new();
    let mut take = |page: Vec<ActualNumber>| {
        for actual in page.into_iter().filter(|actual| asked.contains(actual.number.as_str())) {
            found.entry(actual.number.clone()).or_insert(actual);
        }
        Ok(found.len() < asked.len())
    };
    search(session, account, &mut take).await?;
    Ok(found)
}
