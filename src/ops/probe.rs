//! What a look at the vendor tells of a write whose answer was lost. The natural key finds the object: a trunk's
//! name, a number, an assignment. What the vendor does not tell cannot be compared.

use std::collections::{HashMap, HashSet};

use super::steps;
use super::trunks::Target;
use crate::engine::session::Session;
use crate::engine::write::Seen;
use crate::model::diff;
use crate::model::error::{Kind, Result};
use crate::model::number::{ActualNumber, CalloutCountry, E164, InternalNumber, digits};
use crate::model::settings::SipSettings;
use crate::model::support::Operation;
use crate::model::trunk::{ActualTrunk, Trunk};
use crate::vendors::Added;

/// Whether the trunk is there, as asked. Answers its id.
pub async fn created(session: &Session, trunk: &Trunk) -> Result<Seen<String>> {
    let found = match &trunk.master_trunk {
        // An assignment is known by the master's trunk, in the account that it was given to.
        Some(id) => {
            let profile = steps::on_account(session, trunk.account.as_deref());
            let mut found = None;
            let mut take = |page: Vec<ActualTrunk>| {
                found = page.into_iter().find(|row| row.id == *id);
                Ok(found.is_none())
            };
            session.read_pages(session.vendor().list_trunks(&profile, None)?, &mut take).await?;
            found
        }
        None => actual(session, &Target::Name(trunk.name.clone().unwrap_or_default())).await?,
    };
    let Some(found) = found else { return Ok(Seen::Missing) };
    let (differing, _) = compared(session, &found, trunk);
    Ok(match differing.as_slice() {
        [] => Seen::Applied(found.id),
        fields => Seen::Untold(format!(
            "one is there, with the id {}, but it differs in {}",
            found.id,
            fields.join(", ")
        )),
    })
}

/// Whether the trunk is as asked; `before` is the trunk as it was, where it was read.
pub async fn updated(
    session: &Session,
    id: &str,
    set: &Trunk,
    before: Option<&ActualTrunk>,
) -> Result<Seen<()>> {
    let now = Target::Id(id.to_owned()).find(session).await?;
    let (differing, untold) = compared(session, &now, set);
    let asked = before.map(|before| compared(session, before, set).0).unwrap_or_default();
    if !differing.is_empty() {
        // Yeastar's code 1 says that a part was done; what is seen of it rules out that nothing was.
        let part = asked.iter().any(|field| !differing.contains(field));
        let why = format!("only a part of it is seen: it differs in {}", differing.join(", "));
        return Ok(if part { Seen::Untold(why) } else { Seen::Missing });
    }
    // One request changes all or nothing, so a field that has changed speaks for those that are not told.
    let changed = !asked.is_empty();
    if untold.is_empty() || changed {
        return Ok(Seen::Applied(()));
    }
    Ok(Seen::Untold(format!("the vendor does not tell {}", untold.join(", "))))
}

/// Whether the trunk is gone.
pub async fn deleted(session: &Session, id: &str) -> Result<Seen<()>> {
    let gone = actual(session, &Target::Id(id.to_owned())).await?.is_none();
    Ok(if gone { Seen::Applied(()) } else { Seen::Missing })
}

/// Numbers that are there, among those that were asked for.
#[derive(Debug, Default)]
pub struct FoundNumbers {
    /// Those that are there as asked.
    pub added: Vec<Added>,
    /// Those that are there otherwise, by their place, with the fields that differ.
    pub differing: Vec<(usize, Vec<String>)>,
}

/// Which of the numbers are there.
pub async fn find_numbers(
    session: &Session,
    account: &str,
    asked: &[InternalNumber],
) -> Result<FoundNumbers> {
    let actual = numbers_of(session, account, asked.iter().map(|number| &number.number)).await?;
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

/// What to say of a number that is there otherwise.
pub fn otherwise(number: &E164, fields: &[String]) -> String {
    format!("{number} is there, but it differs in {}", fields.join(", "))
}

/// Whether the number is gone; by its id, else by itself.
pub async fn number_removed(session: &Session, account: &str, id: &str) -> Result<Seen<()>> {
    let (mut there, mut told) = (false, true);
    let mut take = |page: Vec<ActualNumber>| {
        there |= page.iter().any(|actual| actual.id.as_deref() == Some(id));
        told &= page.iter().all(|actual| actual.id.is_some());
        Ok(!there)
    };
    session.read_pages(session.vendor().list_numbers(session.profile(), account)?, &mut take).await?;
    Ok(match (there, told) {
        (true, _) => Seen::Missing,
        (false, true) => Seen::Applied(()),
        (false, false) => Seen::Untold("the vendor's list does not tell the ids of its numbers".into()),
    })
}

/// Which of the countries are there.
pub async fn countries(
    session: &Session,
    account: &str,
    codes: &[String],
) -> Result<Seen<Vec<CalloutCountry>>> {
    let mut actual = session.read_all(session.vendor().list_countries(session.profile(), account)?).await?;
    actual.retain(|country| codes.iter().any(|code| code.eq_ignore_ascii_case(&country.id)));
    Ok(if actual.is_empty() { Seen::Missing } else { Seen::Applied(actual) })
}

/// Whether the country is gone.
pub async fn country_removed(session: &Session, account: &str, code: &str) -> Result<Seen<()>> {
    let actual = session.read_all(session.vendor().list_countries(session.profile(), account)?).await?;
    let there = actual.iter().any(|country| country.id.eq_ignore_ascii_case(code));
    Ok(if there { Seen::Missing } else { Seen::Applied(()) })
}

/// Whether the account has the settings; `before` is what it had, as far as that was read.
pub async fn settings(
    session: &Session,
    account: &str,
    asked: &SipSettings,
    before: &SipSettings,
) -> Result<Seen<()>> {
    let can = session.vendor().facts().support(Operation::SettingsRead).is_there();
    if !can || !asked.can_be_compared() {
        return Ok(Seen::Untold("these settings of an account cannot be read".into()));
    }
    let now = session.read(session.vendor().read_settings(session.profile(), account)?).await?;
    let (unread, differing): (Vec<_>, Vec<_>) =
        asked.changes(&now).into_iter().partition(|change| change.before.is_null());
    if !differing.is_empty() {
        return Ok(Seen::Missing);
    }
    // One request changes all or nothing, so a setting that has changed speaks for those that cannot be read.
    let changed = asked.changes(before).iter().any(|change| !change.before.is_null());
    Ok(match unread.first() {
        Some(first) if !changed => Seen::Untold(format!("`{}` cannot be read", first.field)),
        _ => Seen::Applied(()),
    })
}

/// Whether the account has the master's numbers. No list is documented to show them, so that a number which is
/// in none of them may have been given all the same.
pub async fn given(session: &Session, account: &str, asked: &[String]) -> Result<Seen<()>> {
    let mut unseen: HashSet<String> = asked.iter().map(|number| digits(number)).collect();
    let mut take = |page: Vec<ActualNumber>| {
        for actual in page {
            unseen.remove(&digits(&actual.number));
        }
        Ok(!unseen.is_empty())
    };
    session.read_pages(session.vendor().list_numbers(session.profile(), account)?, &mut take).await?;
    let unseen = unseen.len();
    Ok(match unseen {
        0 => Seen::Applied(()),
        some => Seen::Untold(format!("the account's list does not tell {some} of its given numbers")),
    })
}

/// Whether the account has no number left; `before` are those that it had.
pub async fn cleared(session: &Session, account: &str, before: &[ActualNumber]) -> Result<Seen<()>> {
    let left = session.read_all(session.vendor().list_numbers(session.profile(), account)?).await?;
    Ok(match left.iter().find(|actual| !before.iter().any(|known| known.number == actual.number)) {
        _ if left.is_empty() => Seen::Applied(()),
        None if left.len() < before.len() => {
            Seen::Untold(format!("{} of the {} numbers are gone", before.len() - left.len(), before.len()))
        }
        None => Seen::Missing,
        // It was not there when a person agreed, so nothing may remove it.
        Some(new) => Seen::Untold(format!("the account has got {} meanwhile", new.number)),
    })
}

async fn actual(session: &Session, target: &Target) -> Result<Option<ActualTrunk>> {
    match target.find(session).await {
        Ok(actual) => Ok(Some(actual)),
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The fields that differ, and those that the vendor does not tell.
fn compared(session: &Session, actual: &ActualTrunk, wanted: &Trunk) -> (Vec<String>, Vec<String>) {
    let differences = steps::differences(actual, wanted, session.vendor().facts());
    let names = |untold: bool| {
        let list = differences.iter().filter(|change| change.before.is_null() == untold);
        list.map(|change| change.field.clone()).collect()
    };
    (names(false), names(true))
}

/// Those of the numbers that the account has.
async fn numbers_of(
    session: &Session,
    account: &str,
    asked: impl Iterator<Item = &E164>,
) -> Result<HashMap<String, ActualNumber>> {
    let mut wanted: HashMap<String, ActualNumber> = HashMap::new();
    let asked: HashSet<&str> = asked.map(E164::as_str).collect();
    let mut take = |page: Vec<ActualNumber>| {
        let ours = page.into_iter().filter(|actual| asked.contains(actual.number.as_str()));
        wanted.extend(ours.map(|actual| (actual.number.clone(), actual)));
        Ok(wanted.len() < asked.len())
    };
    session.read_pages(session.vendor().list_numbers(session.profile(), account)?, &mut take).await?;
    Ok(wanted)
}
