//! Numbers of a master account: list, assign to a sub account, clear there, and check a write whose answer was lost.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Take;
use super::internal_numbers;
use super::verify::send;
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::engine::write::Seen;
use crate::model::change::Change;
use crate::model::error::Result;
use crate::model::number::{ActualNumber, MasterNumber, digits};

/// Hands the numbers over, page by page.
pub async fn list(session: &Session, take: Take<'_, MasterNumber>) -> Result<()> {
    session.read_pages(session.vendor().list_master_numbers(session.profile())?, take).await
}

/// All the numbers.
pub async fn all(session: &Session) -> Result<Vec<MasterNumber>> {
    session.read_all(session.vendor().list_master_numbers(session.profile())?).await
}

/// Refuses what cannot be assigned, before anything is sent.
pub fn check(session: &Session, account: &str, numbers: &[String], raw: &Map<String, Value>) -> Result<()> {
    session.vendor().assign_master_numbers(session.profile(), account, numbers, raw).map(drop)
}

/// Assigns numbers to a sub account in one call: a change each. False in a dry run.
pub async fn assign(
    session: &Session,
    account: &str,
    numbers: &[String],
    raw: &Map<String, Value>,
    changes: &mut [Change],
) -> Result<bool> {
    let call = session.vendor().assign_master_numbers(session.profile(), account, numbers, raw)?;
    let about: Vec<&Change> = changes.iter().collect();
    let probe = async || assigned(session, account, numbers).await;
    let Some(((), note)) = session.write(call, &about, probe).await?.done() else { return Ok(false) };
    changes.iter_mut().for_each(|change| change.note.clone_from(&note));
    Ok(true)
}

/// Refuses an account that cannot be cleared, before anything is sent.
pub fn check_clear(session: &Session, account: &str) -> Result<()> {
    session.vendor().clear_numbers(session.profile(), account).map(drop)
}

/// Removes every number of a sub account; `before` are those that it had. False in a dry run.
pub async fn clear(
    session: &Session,
    account: &str,
    before: &[ActualNumber],
    change: &mut Change,
) -> Result<bool> {
    let call = session.vendor().clear_numbers(session.profile(), account)?;
    let probe = async || cleared(session, account, before).await;
    Ok(send(session, call, change, probe).await?.is_some())
}

/// Whether the account has the master's numbers. No list is documented to show them, so that a number which is
/// in none of them may have been given all the same.
async fn assigned(session: &Session, account: &str, asked: &[String]) -> Result<Seen<()>> {
    let mut unseen: HashSet<String> = asked.iter().map(|number| digits(number)).collect();
    let mut take = |page: Vec<ActualNumber>| {
        for actual in page {
            unseen.remove(&digits(&actual.number));
        }
        Ok(!unseen.is_empty())
    };
    internal_numbers::search(session, account, &mut take).await?;
    Ok(match unseen.len() {
        0 => Seen::Applied(()),
        some => Seen::Unclear(format!("the account's list does not show {some} of its given numbers")),
    })
}

/// Whether the account has no number left.
async fn cleared(session: &Session, account: &str, before: &[ActualNumber]) -> Result<Seen<()>> {
    let left = internal_numbers::all(session, account, &Room::default()).await?;
    Ok(match left.iter().find(|actual| !before.iter().any(|known| known.number == actual.number)) {
        _ if left.is_empty() => Seen::Applied(()),
        None if left.len() < before.len() => {
            Seen::Unclear(format!("{} of the {} numbers are gone", before.len() - left.len(), before.len()))
        }
        None => Seen::Missing,
        // It was not there when a person agreed, so nothing may remove it.
        Some(new) => Seen::Unclear(format!("the account has got {} meanwhile", new.number)),
    })
}
