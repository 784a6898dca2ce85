//! The desired objects of one profile, from the entries of a manifest.

use crate::bulk::numbers::Additions;
use crate::bulk::validate;
use crate::input::manifest;
use crate::input::manifest::{Entry, Wanted};
use crate::model::error::Result;
use crate::model::number::InternalNumber;
use crate::model::plan::{Desired, What};
use crate::model::profile::Profile;
use crate::vendors::{Facts, Vendor};

/// The desired objects of a profile.
pub fn of(wanted: &Wanted<'_>, vendor: &'static dyn Vendor, profile: &Profile) -> Result<Vec<Desired>> {
    let mut all = Vec::new();
    for entry in &wanted.entries {
        let account = account(vendor.facts(), profile, entry.account.as_deref());
        let position = entry.place.to_string();
        let mut add = |what| {
            let desired = Desired::new(what, account.clone(), position.clone());
            all.push(Desired { options: entry.options.clone(), ..desired });
        };
        match &entry.what {
            manifest::What::Trunk(trunk) => add(What::Trunk(trunk.clone())),
            manifest::What::Settings(settings) => add(What::SipSettings(settings.clone())),
            manifest::What::Countries(codes) => codes.iter().cloned().map(What::CalloutCountry).for_each(add),
            manifest::What::Numbers(_) => {
                numbers(entry, vendor)?.into_iter().map(What::InternalNumber).for_each(add);
            }
        }
    }
    Ok(all)
}

/// The account to act on: the named one, otherwise the profile's; none if the vendor has no accounts.
pub fn account(facts: &Facts, profile: &Profile, named: Option<&str>) -> Option<String> {
    facts.has_accounts().then(|| named.unwrap_or(profile.get("account")).to_owned())
}

/// The numbers of an entry.
pub fn numbers(entry: &Entry, vendor: &'static dyn Vendor) -> Result<Vec<InternalNumber>> {
    let manifest::What::Numbers(list) = &entry.what else { return Ok(Vec::new()) };
    let sheet = list.sheet(&entry.place.file)?;
    let items = Additions(vendor);
    validate::validate(&sheet, &items)?.admit(&sheet, "numbers", false)?;
    validate::good(&sheet, &items)?.collect()
}
