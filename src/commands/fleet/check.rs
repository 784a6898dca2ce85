//! What can be refused before anything is sent: entries that the vendor of one of their profiles cannot hold.

use std::collections::{HashMap, HashSet};

use super::goal;
use crate::cli::Globals;
use crate::commands::world::World;
use crate::config::manifest::{Entry, Wanted, What};
use crate::model::error::{Error, FieldError, Result};
use crate::model::profile::Profile;
use crate::model::support::{Field, Operation};
use crate::model::trunk::{Trunk, TrunkChange};
use crate::vendors::{self, Vendor};

/// How many complaints are told.
const TOLD: usize = 200;

/// Refuses entries that a vendor cannot hold, and profiles of different names that lead to the same object.
///
/// # Errors
/// That refusal, every complaint with file and line; a profile that is not whole.
pub async fn check((world, globals): (&World, &Globals), wanted: &[Wanted<'_>]) -> Result<()> {
    let mut complaints = Complaints::default();
    let (mut judged, mut places) = (HashSet::new(), HashMap::new());
    for wanted in wanted {
        let profile = world.profile(globals, Some(wanted.profile)).await?;
        let vendor = vendors::by_name(&profile.vendor)?;
        for entry in &wanted.entries {
            // A group's profiles mostly are of one vendor.
            if judged.insert((std::ptr::from_ref(*entry), vendor.facts().name)) {
                judge(entry, vendor, wanted.profile, &mut complaints);
            }
            same_place(entry, vendor, &profile, &mut places, &mut complaints);
        }
    }
    complaints.finish()
}

#[derive(Default)]
struct Complaints {
    list: Vec<FieldError>,
    more: usize,
}

impl Complaints {
    fn add(&mut self, entry: &Entry, field: &str, what: String) {
        if self.list.len() >= TOLD {
            self.more += 1;
            return;
        }
        self.list.push(FieldError {
            file: Some(entry.place.file.to_string()),
            place: Some(entry.place.place),
            ..FieldError::new(field, what)
        });
    }

    fn finish(self) -> Result<()> {
        if self.list.is_empty() {
            return Ok(());
        }
        let mut error = Error::fields("the manifest", self.list);
        if self.more > 0 {
            error.message = format!("{}\n  and {} more", error.message, self.more);
        }
        Err(error.hint("nothing was sent; `trunkctl vendors` shows what each vendor takes"))
    }
}

fn judge(entry: &Entry, vendor: &'static dyn Vendor, profile: &str, complaints: &mut Complaints) {
    let facts = vendor.facts();
    let operation = match &entry.what {
        What::Trunk(_) => Operation::TrunkCreate,
        What::Numbers(_) => Operation::NumbersAdd,
        What::Settings(_) => Operation::SettingsAssign,
        What::Countries(_) => Operation::CountriesAdd,
    };
    if !facts.support(operation).is_there() {
        let refusal = facts.refuse(operation);
        let hint = refusal.hint.as_ref().map(|hint| format!(" {hint}")).unwrap_or_default();
        complaints.add(entry, "", format!("profile `{profile}`: {}{hint}", refusal.message));
        return;
    }
    match &entry.what {
        What::Trunk(trunk) => {
            for fault in refused(trunk, vendor) {
                let what = format!("{} (profile `{profile}`, {})", fault.message, facts.title);
                complaints.add(entry, &fault.field, what);
            }
        }
        What::Numbers(_) => {
            if let Err(error) = goal::numbers(entry, vendor) {
                for fault in &error.fields {
                    complaints.list.push(fault.clone());
                }
                if error.fields.is_empty() {
                    complaints.add(entry, "", error.message.clone());
                }
            }
        }
        What::Settings(_) | What::Countries(_) => {}
    }
}

/// What is wrong with fields that are given, whether the trunk is there already or not. What is missing is missing
/// only where the trunk has to be made.
pub fn refused(trunk: &Trunk, vendor: &'static dyn Vendor) -> Vec<FieldError> {
    let given = |fault: &FieldError| {
        Field::ALL.iter().any(|field| field.name() == root(&fault.field) && trunk.has(*field))
    };
    let mut faults: Vec<FieldError> = vendor.check_create(trunk).errors.into_iter().filter(given).collect();
    if vendor.facts().support(Operation::TrunkUpdate).is_there() {
        let change = TrunkChange { set: trunk.clone(), ..TrunkChange::default() };
        let update = vendor.check_update(&change, None).errors;
        faults.retain(|fault| update.iter().any(|other| root(&other.field) == root(&fault.field)));
    }
    faults
}

fn root(field: &str) -> &str {
    field.split(['.', '[']).next().unwrap_or_default()
}

/// Where the objects of an account are known already, and from which profile.
type Places<'w> = HashMap<(String, String), (&'w str, String)>;

/// Two profiles can lead to one account, and would then undo each other's work.
fn same_place<'w>(
    entry: &'w Entry,
    vendor: &dyn Vendor,
    profile: &Profile,
    places: &mut Places<'w>,
    complaints: &mut Complaints,
) {
    let account = goal::account(vendor.facts(), profile, entry.account.as_deref()).unwrap_or_default();
    let names: Vec<String> = match &entry.what {
        What::Trunk(trunk) => vec![format!("trunk `{}`", goal::identity(trunk))],
        What::Settings(_) => vec!["SIP settings".to_owned()],
        What::Countries(codes) => codes.iter().map(|code| format!("country {code}")).collect(),
        // A number that is wanted twice is there at the second time.
        What::Numbers(_) => Vec::new(),
    };
    for name in names {
        let key = (profile.identity.clone(), format!("{account}|{name}"));
        let own = profile.name.clone();
        match places.get(&key) {
            Some((first, known)) if *known != own => {
                let text = format!(
                    "{name} is wanted twice, on profile `{known}` ({first}) and on `{own}`, which lead to the same account"
                );
                complaints.add(entry, "", text);
            }
            _ => drop(places.insert(key, ("first", own))),
        }
    }
}
