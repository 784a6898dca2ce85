//! What exists on a profile, as far as a manifest speaks of it. A read that fails is an error, never an empty list.

use std::collections::{BTreeMap, BTreeSet};

use super::desired;
use super::desired::{Goal, Key, Kind, What};
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::model::error::{Error, Result};
use crate::model::number::ActualNumber;
use crate::model::settings::SipSettings;
use crate::model::trunk;
use crate::model::trunk::{ActualTrunk, Trunk};
use crate::ops::{countries, internal_numbers, settings, trunks};

/// An account of a profile; none where the vendor has one only.
pub type Account = Option<String>;

/// What there is.
#[derive(Debug, Default)]
pub struct Existing {
    /// The trunks of each account that was read. Those that are wanted are whole.
    pub trunks: BTreeMap<Account, Vec<ActualTrunk>>,
    /// The internal numbers of each account that was read.
    pub numbers: BTreeMap<Account, BTreeMap<String, ActualNumber>>,
    /// The call-out countries of each account that was read, as upper-case codes.
    pub countries: BTreeMap<Account, BTreeSet<String>>,
    /// The settings of each account that was read, as far as the vendor returns them.
    pub settings: BTreeMap<Account, SipSettings>,
}

impl Existing {
    /// Reads what the goals speak of, and the kinds and accounts of `others`.
    ///
    /// # Errors
    /// Whatever a read ends in.
    pub async fn read(session: &Session, goals: &[&Goal], others: &[Key]) -> Result<Self> {
        let mut existing = Self::default();
        let mut places: BTreeSet<(Kind, Account)> =
            goals.iter().map(|goal| goal.key()).map(|key| (key.kind, key.account)).collect();
        places.extend(others.iter().map(|key| (key.kind, key.account.clone())));
        for (kind, account) in places {
            let id = account.clone().unwrap_or_default();
            match kind {
                Kind::Trunk => {
                    let names = goals.iter().filter(|goal| goal.account == account);
                    let names: BTreeSet<&str> = names.filter_map(|goal| name(goal)).collect();
                    let trunks = trunks(session, &account, &names).await?;
                    existing.trunks.insert(account, trunks);
                }
                Kind::InternalNumber => {
                    let numbers = internal_numbers::by_number(session, &id).await?;
                    existing.numbers.insert(account, numbers);
                }
                Kind::CalloutCountry => {
                    let countries = countries::codes(session, &id).await?;
                    existing.countries.insert(account, countries);
                }
                Kind::SipSettings => {
                    let mut wanted = goals.iter().filter(|goal| goal.account == account);
                    let comparable = |goal: &&Goal| match &goal.what {
                        What::Settings(wanted) => wanted.can_be_compared(),
                        _ => false,
                    };
                    if wanted.any(comparable) {
                        let settings = settings::read_any(session, &id).await?;
                        existing.settings.insert(account, settings);
                    }
                }
            }
        }
        Ok(existing)
    }

    /// How many objects there are.
    pub fn len(&self) -> u64 {
        let trunks = self.trunks.values().map(Vec::len).sum::<usize>();
        let numbers = self.numbers.values().map(BTreeMap::len).sum::<usize>();
        let countries = self.countries.values().map(BTreeSet::len).sum::<usize>();
        (trunks + numbers + countries) as u64
    }

    /// The trunk that is meant, where there is one.
    ///
    /// # Errors
    /// Where there are several of the name.
    pub fn trunk(&self, account: &Account, wanted: &Trunk) -> Result<Option<&ActualTrunk>> {
        let identity = desired::identity(wanted);
        let rows = self.trunks.get(account).map(Vec::as_slice).unwrap_or_default();
        let mut meant = rows.iter().filter(|row| self::identity(row) == identity);
        match (meant.next(), meant.next()) {
            (Some(first), Some(second)) => Err(Error::invalid(format!(
                "there are several trunks with the name `{identity}`, as the ids {} and {}",
                first.id, second.id
            ))
            .hint("give all but one of them another name at the vendor")),
            (found, _) => Ok(found),
        }
    }
}

fn name(goal: &Goal) -> Option<&str> {
    match &goal.what {
        What::Trunk(trunk) => Some(desired::identity(trunk)),
        _ => None,
    }
}

/// What identifies a trunk: the master's trunk where one is assigned, its exact name elsewhere.
pub fn identity(row: &ActualTrunk) -> &str {
    let assigned = row.trunk.kind == Some(trunk::Kind::Assigned);
    row.trunk.name.as_deref().filter(|_| !assigned).unwrap_or(&row.id)
}

/// The trunks of an account. Those with these names or ids are read whole, where the rows of the list are not.
async fn trunks(session: &Session, account: &Account, names: &BTreeSet<&str>) -> Result<Vec<ActualTrunk>> {
    let room = Room::default();
    let mut rows = trunks::rows(session, account.as_deref(), &room).await?;
    for row in &mut rows {
        if names.contains(identity(row)) {
            *row = trunks::whole(session, account.as_deref(), std::mem::take(row), &room).await?;
        }
    }
    Ok(rows)
}
