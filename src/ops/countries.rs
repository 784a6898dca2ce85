//! Call-out countries of an account: list, add, remove, and check a write whose answer was lost.

use std::collections::BTreeSet;

use super::Take;
use super::verify::{self, send_deletion};
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::engine::write::{Seen, Written};
use crate::model::change::Change;
use crate::model::error::Result;
use crate::model::number::CalloutCountry;

/// Hands the countries over, page by page.
pub async fn list(session: &Session, account: &str, take: Take<'_, CalloutCountry>) -> Result<()> {
    session.read_pages(session.vendor().list_countries(session.profile(), account)?, take).await
}

/// All the countries.
pub async fn all(session: &Session, account: &str, room: &Room) -> Result<Vec<CalloutCountry>> {
    session.read_all_into(session.vendor().list_countries(session.profile(), account)?, room).await
}

/// All the countries, as upper-case codes.
pub async fn codes(session: &Session, account: &str) -> Result<BTreeSet<String>> {
    let rows = all(session, account, &Room::default()).await?;
    Ok(rows.into_iter().map(|country| country.id.to_uppercase()).collect())
}

/// Those of the countries that the account has.
pub async fn find(session: &Session, account: &str, codes: &[String]) -> Result<Vec<CalloutCountry>> {
    let mut actual = all(session, account, &Room::default()).await?;
    actual.retain(|country| codes.iter().any(|code| code.eq_ignore_ascii_case(&country.id)));
    Ok(actual)
}

/// Adds countries in one call.
pub async fn add(
    session: &Session,
    account: &str,
    codes: &[String],
    about: &[&Change],
) -> Result<Written<Vec<CalloutCountry>>> {
    let call = session.vendor().add_countries(session.profile(), account, codes)?;
    let probe = async || {
        let actual = find(session, account, codes).await?;
        Ok(if actual.is_empty() { Seen::Missing } else { Seen::Applied(actual) })
    };
    session.write(call, about, probe).await
}

/// Removes a country. False in a dry run.
pub async fn remove(
    session: &Session,
    account: &str,
    code: &str,
    ignore_missing: bool,
    change: &mut Change,
) -> Result<bool> {
    let call = session.vendor().remove_country(session.profile(), account, code)?;
    let probe = async || removed(session, account, code).await;
    send_deletion(session, call, ignore_missing, change, probe).await
}

/// Compares an addition that was answered with success with a read afterwards.
pub fn check_added(code: &String, actual: &BTreeSet<String>) -> Result<()> {
    if actual.contains(code) { Ok(()) } else { Err(verify::missing(code)) }
}

/// Compares a removal that was answered with success with a read afterwards.
pub fn check_removed(code: &String, actual: &BTreeSet<String>) -> Result<()> {
    if actual.contains(code) { Err(verify::still_there(code)) } else { Ok(()) }
}

/// Whether the country is gone.
async fn removed(session: &Session, account: &str, code: &str) -> Result<Seen<()>> {
    let there = codes(session, account).await?.contains(&code.to_uppercase());
    Ok(if there { Seen::Missing } else { Seen::Applied(()) })
}
