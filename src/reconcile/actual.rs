//! The existing objects of the kinds that a manifest describes. A failed read is an error, never an empty list.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::model::error::{Error, Result};
use crate::model::number::ActualNumber;
use crate::model::plan::{Desired, Key, Owned, ResourceKind, What};
use crate::model::settings::SipSettings;
use crate::model::trunk::ActualTrunk;
use crate::ops::{countries, internal_numbers, settings, trunks};

/// An account of a profile; none if the vendor has no accounts.
pub type Account = Option<String>;

/// What exists.
#[derive(Debug, Default)]
pub struct Actual {
    /// The trunks of each account that was read. Desired ones are whole.
    pub trunks: BTreeMap<Account, Vec<ActualTrunk>>,
    /// The internal numbers of each account that was read.
    pub numbers: BTreeMap<Account, BTreeMap<String, ActualNumber>>,
    /// The call-out countries of each account that was read, as upper-case codes.
    pub countries: BTreeMap<Account, BTreeSet<String>>,
    /// The settings of each account that was read, without those that the vendor does not return.
    pub settings: BTreeMap<Account, SipSettings>,
}

impl Actual {
    /// Reads the kinds and accounts of the desired objects, and of those that are owned.
    pub async fn read(session: &Session, desired: &[&Desired], owned: &[Owned]) -> Result<Self> {
        let mut actual = Self::default();
        let keys = desired.iter().map(|desired| desired.key());
        let mut kinds: BTreeSet<(ResourceKind, Account)> =
            keys.map(|Key { kind, account, .. }| (kind, account)).collect();
        kinds.extend(owned.iter().map(|owned| (owned.kind, owned.account.clone())));
        for (kind, account) in kinds {
            let id = account.clone().unwrap_or_default();
            let mut here = desired.iter().filter(|desired| desired.account == account);
            match kind {
                ResourceKind::Trunk => {
                    // A deletion is planned and compared with the row of the list.
                    let kept = here.filter(|desired| !desired.options.is_absent());
                    let names = kept.filter_map(|desired| {
                        Some((desired.trunk()?, desired.options.previous_name.as_deref()))
                    });
                    let names: BTreeSet<&str> = names
                        .flat_map(|(trunk, before)| [Some(trunk.identity()), before])
                        .flatten()
                        .collect();
                    let trunks = trunks(session, &account, &names).await?;
                    actual.trunks.insert(account, trunks);
                }
                ResourceKind::InternalNumber => {
                    let numbers = internal_numbers::by_number(session, &id).await?;
                    actual.numbers.insert(account, numbers);
                }
                ResourceKind::CalloutCountry => {
                    let countries = countries::codes(session, &id).await?;
                    actual.countries.insert(account, countries);
                }
                ResourceKind::SipSettings => {
                    let comparable = |desired: &&Desired| match &desired.what {
                        What::SipSettings(settings) => settings.can_be_compared(),
                        _ => false,
                    };
                    if here.any(comparable) {
                        let settings = settings::read_any(session, &id).await?;
                        actual.settings.insert(account, settings);
                    }
                }
            }
        }
        Ok(actual)
    }

    /// The number of objects.
    pub fn len(&self) -> u64 {
        let trunks = self.trunks.values().map(Vec::len).sum::<usize>();
        let numbers = self.numbers.values().map(BTreeMap::len).sum::<usize>();
        let countries = self.countries.values().map(BTreeSet::len).sum::<usize>();
        (trunks + numbers + countries) as u64
    }

    /// The trunk with that identity; none if it does not exist.
    pub fn trunk(&self, account: &Account, identity: &str) -> Result<Option<&ActualTrunk>> {
        let rows = self.trunks.get(account).map(Vec::as_slice).unwrap_or_default();
        let mut meant = rows.iter().filter(|row| row.identity() == identity);
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

/// The trunks of an account. Those with these names or ids are read whole, if the rows of the list are not.
async fn trunks(session: &Session, account: &Account, names: &BTreeSet<&str>) -> Result<Vec<ActualTrunk>> {
    let room = Room::default();
    let rows = trunks::rows(session, account.as_deref(), &room).await?;
    let needed = |row: &ActualTrunk| names.contains(row.identity());
    trunks::whole(session, account.as_deref(), rows, needed, &room).await
}
