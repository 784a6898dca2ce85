//! What is wanted of one object on one profile.

use serde::{Deserialize, Serialize};

use crate::bulk::input;
use crate::bulk::numbers::Additions;
use crate::input::manifest;
use crate::input::manifest::{Entry, Wanted};
use crate::model::error::Result;
use crate::model::number::InternalNumber;
use crate::model::profile::Profile;
use crate::model::settings::SipSettings;
use crate::model::support::Operation;
use crate::model::trunk::Trunk;
use crate::vendors::{Facts, Vendor};

/// One object that is wanted.
#[derive(Debug, Clone)]
pub struct Goal {
    /// What it should be.
    pub what: What,
    /// The account, where the vendor has several.
    pub account: Option<String>,
    /// Where the manifest says so.
    pub place: String,
}

/// What an object should be.
#[derive(Debug, Clone)]
pub enum What {
    /// A trunk. Its password is a reference until it is looked up.
    Trunk(Box<Trunk>),
    /// An internal number.
    Number(InternalNumber),
    /// Settings of the account.
    Settings(SipSettings),
    /// A call-out country, by its two-letter code.
    Country(String),
}

impl What {
    /// A trunk. A new one without a domain has that of its host, so an empty domain asks for just that.
    pub fn trunk(mut trunk: Trunk) -> Self {
        if trunk.domain.as_ref().is_some_and(String::is_empty) {
            trunk.domain.clone_from(&trunk.host);
        }
        Self::Trunk(Box::new(trunk))
    }
}

/// What kind of object it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A trunk.
    Trunk,
    /// Settings of an account.
    SipSettings,
    /// An internal number.
    InternalNumber,
    /// A call-out country.
    CalloutCountry,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Trunk, Self::SipSettings, Self::InternalNumber, Self::CalloutCountry];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trunk => "trunk",
            Self::SipSettings => "sip_settings",
            Self::InternalNumber => "internal_number",
            Self::CalloutCountry => "callout_country",
        }
    }

    /// The operation that makes one.
    pub fn create(self) -> Operation {
        match self {
            Self::Trunk => Operation::TrunkCreate,
            Self::SipSettings => Operation::SettingsAssign,
            Self::InternalNumber => Operation::NumbersAdd,
            Self::CalloutCountry => Operation::CountriesAdd,
        }
    }
}

/// What tells an object from all others of a profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// What it is.
    pub kind: Kind,
    /// Its account, where the vendor has several.
    pub account: Option<String>,
    /// The trunk's name, or the master's trunk; the number; the country's code; empty for settings.
    pub name: String,
}

impl Key {
    /// As it is remembered.
    pub fn text(&self) -> String {
        format!("{}|{}|{}", self.kind.word(), self.account.as_deref().unwrap_or_default(), self.name)
    }

    /// Reads what was remembered.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '|');
        let kind = parts.next()?;
        let kind = Kind::ALL.into_iter().find(|known| known.word() == kind)?;
        let account = parts.next()?;
        let account = (!account.is_empty()).then(|| account.to_owned());
        Some(Self { kind, account, name: parts.next()?.to_owned() })
    }

    /// The key, as people are told of it.
    pub fn shown(&self) -> String {
        let account =
            self.account.as_ref().map(|account| format!(" of account {account}")).unwrap_or_default();
        match self.kind {
            Kind::Trunk => format!("trunk `{}`{account}", self.name),
            Kind::SipSettings => format!("the SIP settings{account}"),
            Kind::InternalNumber => format!("number {}{account}", self.name),
            Kind::CalloutCountry => format!("call-out country {}{account}", self.name),
        }
    }
}

impl Goal {
    /// What tells it from all others.
    pub fn key(&self) -> Key {
        let (kind, name) = match &self.what {
            What::Trunk(trunk) => (Kind::Trunk, identity(trunk).to_owned()),
            What::Number(number) => (Kind::InternalNumber, number.number.to_string()),
            What::Settings(_) => (Kind::SipSettings, String::new()),
            What::Country(code) => (Kind::CalloutCountry, code.clone()),
        };
        Key { kind, account: self.account.clone(), name }
    }
}

/// What tells a trunk from others: the master's trunk where one is assigned, its name elsewhere.
pub fn identity(trunk: &Trunk) -> &str {
    trunk.master_trunk.as_deref().or(trunk.name.as_deref()).unwrap_or_default()
}

/// Everything that is wanted on a profile.
///
/// # Errors
/// A list of numbers that cannot be read.
pub fn goals(wanted: &Wanted<'_>, vendor: &'static dyn Vendor, profile: &Profile) -> Result<Vec<Goal>> {
    let mut goals = Vec::new();
    for entry in &wanted.entries {
        let account = account(vendor.facts(), profile, entry.account.as_deref());
        let place = entry.place.to_string();
        let mut add = |what| goals.push(Goal { what, account: account.clone(), place: place.clone() });
        match &entry.what {
            manifest::What::Trunk(trunk) => add(What::trunk((**trunk).clone())),
            manifest::What::Settings(settings) => add(What::Settings(settings.clone())),
            manifest::What::Countries(codes) => codes.iter().cloned().map(What::Country).for_each(add),
            manifest::What::Numbers(_) => {
                numbers(entry, vendor)?.into_iter().map(What::Number).for_each(add);
            }
        }
    }
    Ok(goals)
}

/// The account acted on: the one that is named, else the profile's, where the vendor has any.
pub fn account(facts: &Facts, profile: &Profile, named: Option<&str>) -> Option<String> {
    let own = facts.profile_keys.iter().any(|key| key.name == "account");
    own.then(|| named.unwrap_or(profile.get("account")).to_owned())
}

/// The numbers of an entry.
///
/// # Errors
/// A list that cannot be read, or that has bad rows.
pub fn numbers(entry: &Entry, vendor: &'static dyn Vendor) -> Result<Vec<InternalNumber>> {
    let manifest::What::Numbers(list) = &entry.what else { return Ok(Vec::new()) };
    let sheet = list.sheet(&entry.place.file)?;
    let items = Additions(vendor);
    input::survey(&sheet, &items)?.admit(&sheet, "numbers", false)?;
    input::good(&sheet, &items)?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_as_it_was_written() {
        for (kind, account, name) in [
            (Kind::Trunk, None, "a|b"),
            (Kind::Trunk, Some("sub-1"), ""),
            (Kind::InternalNumber, Some("me"), "+16466661110"),
            (Kind::SipSettings, Some("me"), ""),
        ] {
            let key = Key { kind, account: account.map(str::to_owned), name: name.to_owned() };
            assert_eq!(Key::parse(&key.text()), Some(key));
        }
        assert_eq!(Key::parse("other||x"), None);
    }
}
