//! Reads the objects of a profile: all of them, or none.

use futures_util::future::try_join_all;

use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::model::error::Result;
use crate::model::number::{ActualNumber, CalloutCountry};
use crate::model::settings::SipSettings;
use crate::model::support::Operation;
use crate::model::trunk::ActualTrunk;
use crate::ops::steps::{account, require};
use crate::ops::{countries, internal_numbers, settings, trunks};
use crate::reconcile::account as identity;
use crate::vendors::Vendor;

/// The objects of a profile.
pub struct Holding {
    pub profile: String,
    /// The identity of its account.
    pub home: String,
    pub vendor: &'static dyn Vendor,
    /// Its accounts; one without an id if the vendor has no accounts.
    pub accounts: Vec<Account>,
}

/// The objects of an account.
#[derive(Default)]
pub struct Account {
    pub id: Option<String>,
    pub trunks: Vec<ActualTrunk>,
    /// Its internal numbers.
    pub numbers: Vec<ActualNumber>,
    /// Its call-out countries.
    pub countries: Vec<CalloutCountry>,
    /// Its SIP settings that the vendor returns.
    pub settings: SipSettings,
}

/// Everything of the profile's account and of those that are named.
pub async fn holding(session: &Session, named: &[String], room: &Room) -> Result<Holding> {
    require(session, Operation::TrunkList)?;
    let (profile, facts) = (session.profile(), session.vendor().facts());
    let mut ids: Vec<Option<String>> = Vec::new();
    if facts.has_accounts() {
        let all = std::iter::once(account(session, None)?).chain(named.iter().cloned());
        let known = all.map(|id| identity::of_account(profile, facts, &id).to_owned());
        for id in known.filter(|id| !id.is_empty()).map(Some) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    if ids.is_empty() {
        ids.push(None);
    }
    let accounts = try_join_all(ids.into_iter().map(|id| of_account(session, id, room))).await?;
    let (name, home) = (profile.name.clone(), identity::of_profile(profile));
    Ok(Holding { profile: name, home, vendor: session.vendor(), accounts })
}

async fn of_account(session: &Session, id: Option<String>, room: &Room) -> Result<Account> {
    let name = id.clone().unwrap_or_default();
    let can = |operation| session.vendor().facts().support(operation).is_there();
    let trunks = trunks(session, id.as_deref(), room).await?;
    let mut actual = Account { id, trunks, ..Account::default() };
    if can(Operation::NumbersList) {
        actual.numbers = internal_numbers::all(session, &name, room).await?;
    }
    if can(Operation::CountriesList) {
        actual.countries = countries::all(session, &name, room).await?;
    }
    if can(Operation::SettingsRead) {
        actual.settings = settings::read(session, &name).await?;
    }
    Ok(actual)
}

async fn trunks(session: &Session, account: Option<&str>, room: &Room) -> Result<Vec<ActualTrunk>> {
    let rows = trunks::rows(session, account, room).await?;
    // Other objects are only named, and for that their rows are enough.
    let needed = |row: &ActualTrunk| session.vendor().facts().has_shape(&row.trunk);
    trunks::whole(session, account, rows, needed, room).await
}
