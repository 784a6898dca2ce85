//! Compares the desired objects with the actual ones. Pure: nothing is read here, and nothing is written.

mod trunk;
mod unwanted;

use super::actual::Actual;
use super::order::sort;
use crate::model::diff;
use crate::model::error::{Applied, Error, Kind};
use crate::model::number::InternalNumber;
use crate::model::plan::{Action, Desired, Key, Owned, PlannedChange, ProfilePlan, Unwanted, What, Write};
use crate::model::profile::Profile;
use crate::model::settings::SipSettings;
use crate::model::support::Operation;
use crate::state::digests::{Digests, Known};
use crate::vendors::Vendor;

/// What a comparison looks at.
pub struct Inputs<'a> {
    pub vendor: &'static dyn Vendor,
    pub profile: &'a Profile,
    /// What exists.
    pub actual: &'a Actual,
    /// Digests of values that the vendor does not return.
    pub digests: Option<&'a Digests>,
    /// What the manifest owns here.
    pub owned: &'a [Owned],
    /// What other profiles of the same account want.
    pub spared: &'a [Key],
    /// Whether objects that are owned and not wanted are deleted.
    pub prune: bool,
    /// Whether passwords that cannot be compared are sent again.
    pub rotate: bool,
}

/// A desired object with its references resolved.
#[derive(Debug)]
pub struct Resolved {
    /// The object.
    pub desired: Desired,
    /// Why something that it refers to does not exist.
    pub unresolved: Option<Error>,
    /// Why its password could not be resolved.
    pub no_password: Option<Error>,
}

/// Compares, and adds the changes to the plan of the profile in the order in which they are made.
pub fn compare(inputs: &Inputs<'_>, resolved: &[Resolved], plan: &mut ProfilePlan) {
    for object in resolved {
        let desired = &object.desired;
        let before = plan.changes.len();
        match (&desired.what, &object.unresolved) {
            _ if desired.options.is_absent() => {
                let deletion = unwanted::deletion(inputs, desired.key(), Some(&desired.position));
                plan.changes.extend(deletion);
            }
            (_, Some(error)) => {
                let create = inputs.desired(desired, Action::Create);
                plan.changes.push(inputs.impossible(create, error.clone()));
            }
            (What::Trunk(trunk), None) => {
                plan.changes.extend(trunk::compare(inputs, object, trunk, &mut plan.notes));
            }
            (What::InternalNumber(number), None) => plan.changes.extend(inputs.number(desired, number)),
            (What::SipSettings(settings), None) => plan.changes.extend(inputs.settings(desired, settings)),
            (What::CalloutCountry(code), None) => plan.changes.extend(inputs.country(desired, code)),
        }
        plan.unchanged += u64::from(plan.changes.len() == before);
    }
    plan.uncompared = plan.notes.len() as u64;
    let unwanted = unwanted::find(inputs, resolved, &mut plan.notes);
    if inputs.prune {
        let deletions = unwanted.into_iter().filter_map(|key| unwanted::deletion(inputs, key, None));
        let kept: Vec<_> = deletions.map(|deletion| unwanted::kept(deletion, &plan.changes)).collect();
        plan.changes.extend(kept);
    } else {
        plan.unwanted = unwanted
            .into_iter()
            .map(|key| Unwanted {
                profile: inputs.profile.name.clone(),
                id: unwanted::found(inputs.actual, &key).ok().flatten().and_then(|(id, _)| id),
                key,
            })
            .collect();
    }
    sort(&mut plan.changes, inputs.vendor);
}

impl Inputs<'_> {
    fn number(&self, desired: &Desired, wanted: &InternalNumber) -> Vec<PlannedChange> {
        let Some(numbers) = self.actual.numbers.get(&desired.account) else { return Vec::new() };
        let create = || {
            let notes = self.vendor.check_number(wanted).warnings;
            let write = Write::AddNumber(wanted.clone());
            PlannedChange { diff: diff::all(wanted), notes, write, ..self.desired(desired, Action::Create) }
        };
        let Some(actual) = numbers.get(wanted.number.as_str()) else { return vec![create()] };
        let differing = diff::number(actual, wanted);
        if differing.is_empty() {
            return Vec::new();
        }
        if desired.options.replace && !desired.options.protect {
            let why = "it is deleted and created again (`replace`), because the vendor cannot update it";
            let deletion = unwanted::deletion(self, desired.key(), Some(&desired.position));
            let deletion = deletion.map(|deletion| PlannedChange { notes: vec![why.into()], ..deletion });
            return deletion.into_iter().chain([create()]).collect();
        }
        let refusal = self.vendor.facts().refuse(Operation::NumbersUpdate);
        let refusal = match desired.options.protect && desired.options.replace {
            true => self::refusal(format!("{} is protected, and cannot be replaced", desired.key().shown()))
                .hint("remove `protect` from the entry to replace it"),
            false => refusal,
        };
        let update = PlannedChange {
            operation: Operation::NumbersUpdate,
            id: actual.id.clone(),
            diff: differing,
            ..self.desired(desired, Action::Update)
        };
        vec![self.impossible(update, refusal)]
    }

    fn country(&self, desired: &Desired, code: &str) -> Option<PlannedChange> {
        if self.actual.countries.get(&desired.account)?.contains(code) {
            return None;
        }
        let change = self.desired(desired, Action::Create);
        Some(PlannedChange { id: Some(code.to_owned()), write: Write::AddCountry, ..change })
    }

    /// What the vendor does not return of the settings is compared with its digest.
    fn settings(&self, desired: &Desired, wanted: &SipSettings) -> Option<PlannedChange> {
        let mut change = self.desired(desired, Action::Update);
        change.operation = Operation::SettingsAssign;
        let actual = self.actual.settings.get(&desired.account).cloned().unwrap_or_default();
        for field in wanted.changes(&actual) {
            if field.before.is_null() {
                match self.known(&desired.key(), None, &field.field, &field.after.to_string()) {
                    Known::Same => continue,
                    known => change.notes.push(unseen(&field.field, known)),
                }
            }
            change.diff.push(field);
        }
        if change.diff.is_empty() {
            return None;
        }
        let named = |field: &str| change.diff.iter().any(|change| change.field == field);
        change.notes.extend(wanted.only(named).deletes().iter().map(|what| format!("this deletes {what}")));
        // The master's configuration may bring values of its own, so all desired settings go along with it.
        change.write = Write::AssignSettings(wanted.only(|field| named(field) || named("enable")));
        Some(change)
    }

    fn known(&self, key: &Key, id: Option<&str>, field: &str, value: &str) -> Known {
        self.digests.map_or(Known::Nothing, |digests| digests.compare(&key.text(), id, field, value))
    }

    fn desired(&self, desired: &Desired, action: Action) -> PlannedChange {
        self.change(desired.key(), Some(&desired.position), action)
    }

    fn change(&self, key: Key, position: Option<&str>, action: Action) -> PlannedChange {
        PlannedChange {
            action,
            operation: key.kind.create(),
            profile: self.profile.name.clone(),
            vendor: self.vendor.facts().name,
            key,
            id: None,
            diff: Vec::new(),
            notes: Vec::new(),
            error: None,
            position: position.map(str::to_owned),
            write: Write::Nothing,
        }
    }

    /// A change that cannot be made.
    fn impossible(&self, change: PlannedChange, error: Error) -> PlannedChange {
        let mut error = error.outcome(Applied::NotApplied);
        error.vendor = error.vendor.or(Some(self.vendor.facts().name));
        PlannedChange { action: Action::Impossible, error: Some(error), ..change }
    }
}

/// The note of a value that is sent without knowing the present one.
fn unseen(field: &str, known: Known) -> String {
    match known {
        Known::Other => format!("{field} cannot be read, and differs from what was last applied from here"),
        _ => format!("{field} cannot be read, and was not applied from here before: it is sent unseen"),
    }
}

fn refusal(message: String) -> Error {
    Error::new(Kind::Invalid, message)
}
