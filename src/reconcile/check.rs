//! What can be refused before anything is sent: entries that the vendor of one of their profiles cannot hold.

use std::collections::{HashMap, HashSet};

use super::complaints::Complaints;
use super::duplicates::Places;
use super::{account_identity, desired};
use crate::context::Context;
use crate::input::manifest::{Entry, Wanted, What};
use crate::model::error::{FieldError, Result};
use crate::model::fields::Field;
use crate::model::plan::Prune;
use crate::model::support::Operation;
use crate::model::trunk::{Trunk, TrunkChange};
use crate::vendors;
use crate::vendors::Vendor;

/// Refuses entries that a vendor cannot hold, and those of different profiles that lead to the same object.
///
/// # Errors
/// That refusal, every complaint with file and line; a profile that is not whole.
pub async fn check(context: &Context, wanted: &[Wanted<'_>], prune: Option<Prune>) -> Result<()> {
    let mut complaints = Complaints::default();
    let (mut judged, mut profiles) = (HashSet::new(), Vec::new());
    let mut leading: HashMap<String, usize> = HashMap::new();
    for wanted in wanted {
        let profile = context.profile(Some(wanted.profile)).await?;
        let vendor = vendors::by_name(&profile.vendor)?;
        for entry in &wanted.entries {
            // A group's profiles mostly are of one vendor.
            if judged.insert((std::ptr::from_ref(*entry), vendor.facts().name)) {
                judge(entry, vendor, wanted.profile, &mut complaints);
            }
        }
        *leading.entry(account_identity::of_profile(&profile)).or_default() += 1;
        profiles.push((profile, vendor));
    }
    let (mut places, all) = (Places::default(), prune == Some(Prune::All));
    for (wanted, (profile, vendor)) in wanted.iter().zip(&profiles) {
        // Mostly each profile leads to an account of its own, and its entries name no other.
        let shared = leading.get(&account_identity::of_profile(profile)).is_some_and(|count| *count > 1);
        if shared || wanted.entries.iter().any(|entry| entry.account.is_some()) {
            for entry in &wanted.entries {
                places.note(entry, *vendor, profile, all, &mut complaints);
            }
        }
    }
    if complaints.is_empty() {
        places.finish(&mut complaints)?;
    }
    complaints.finish()
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
                complaints.add_refused(entry, &fault, facts, profile);
            }
        }
        What::Numbers(list) => {
            if let Err(error) = desired::numbers(entry, vendor) {
                let file = list.file(&entry.place.file);
                for fault in &error.fields {
                    complaints.push(FieldError { file: Some(file.clone()), ..fault.clone() });
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
