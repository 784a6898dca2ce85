//! Compares what is wanted with what there is. Pure: nothing is read here, and nothing is written.

mod prune;
mod trunk;

use serde_json::{Value, to_value};

use super::actual::Existing;
use super::desired::{Goal, Key, What};
use super::order::sort;
use super::planned::{Task, Write};
use crate::model::diff;
use crate::model::error::{Applied as Outcome, Error, Kind};
use crate::model::number::InternalNumber;
use crate::model::plan::Prune;
use crate::model::plan::{Action, Step};
use crate::model::profile::Profile;
use crate::model::settings::SipSettings;
use crate::model::support::Operation;
use crate::state::digests::{Applied, Memory};
use crate::vendors::Vendor;
pub use trunk::value;

/// What a comparison looks at.
pub struct Scene<'a> {
    /// The vendor.
    pub vendor: &'static dyn Vendor,
    /// The profile.
    pub profile: &'a Profile,
    /// What there is.
    pub existing: &'a Existing,
    /// What this machine applied.
    pub memory: Option<&'a Applied>,
    /// What the manifest created here, with ids, and may delete.
    pub created: &'a [(Key, Option<String>)],
    /// What may be deleted.
    pub prune: Option<Prune>,
    /// Whether passwords that cannot be compared are sent again.
    pub rotate: bool,
}

/// What is wanted, with what its references stand for.
#[derive(Debug)]
pub struct Ready {
    /// What is wanted.
    pub goal: Goal,
    /// Why something that it refers to is not there.
    pub unresolved: Option<Error>,
    /// Why its password could not be looked up.
    pub no_password: Option<Error>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Compared {
    /// What is to be done, in order.
    pub tasks: Vec<Task>,
    /// How many objects are as they are wanted.
    pub unchanged: u64,
    /// How many values could not be compared.
    pub uncompared: u64,
    /// What else is to be known, why they could not among it.
    pub notes: Vec<String>,
}

/// Compares.
pub fn compare(scene: &Scene<'_>, wanted: &[Ready]) -> Compared {
    let mut compared = Compared::default();
    for ready in wanted {
        let task = match (&ready.goal.what, &ready.unresolved) {
            (_, Some(error)) => Some(scene.impossible(&ready.goal, None, error.copy())),
            (What::Trunk(trunk), None) => trunk::compare(scene, ready, trunk, &mut compared.notes),
            (What::Number(number), None) => scene.number(&ready.goal, number),
            (What::Settings(settings), None) => scene.settings(&ready.goal, settings),
            (What::Country(code), None) => scene.country(&ready.goal, code),
        };
        let known = |key: &Key| scene.memory.is_some_and(|memory| memory.cares_for(&key.text()));
        match task {
            Some(mut task) => {
                let is_back = task.step.action == Action::Create && known(&task.key);
                match is_back.then(|| trunk::renamed(scene, &task.key, wanted)).flatten() {
                    Some(error) => task = scene.impossible(&ready.goal, None, error),
                    None if is_back => {
                        task.step.notes.push("it was applied from here before, and is gone".into());
                    }
                    None => {}
                }
                compared.tasks.push(task);
            }
            None => compared.unchanged += 1,
        }
    }
    compared.uncompared = compared.notes.len() as u64;
    let deletions = prune::deletions(scene, wanted);
    let kept = deletions.into_iter().map(|task| prune::kept(task, &compared.tasks));
    let deletions: Vec<Task> = kept.collect();
    compared.tasks.extend(deletions);
    compared.notes.extend(prune::foreign(scene));
    sort(&mut compared.tasks, scene.vendor);
    compared
}

impl Scene<'_> {
    fn number(&self, goal: &Goal, wanted: &InternalNumber) -> Option<Task> {
        let held = self.existing.numbers.get(&goal.account)?.get(wanted.number.as_str());
        let Some(held) = held else {
            let notes = self.vendor.check_number(wanted).warnings;
            let step = Step { diff: diff::all(wanted), notes, ..self.step(goal, Action::Create) };
            return Some(Task { key: goal.key(), step, write: Write::AddNumber(wanted.clone()) });
        };
        let differing = diff::number(held, wanted);
        if differing.is_empty() {
            return None;
        }
        let refusal = self.vendor.facts().refuse(Operation::NumbersUpdate);
        let mut task = self.impossible(goal, held.id.clone(), refusal);
        (task.step.diff, task.step.operation) = (differing, Operation::NumbersUpdate);
        Some(task)
    }

    fn country(&self, goal: &Goal, code: &str) -> Option<Task> {
        if self.existing.countries.get(&goal.account)?.contains(code) {
            return None;
        }
        let step = Step { id: Some(code.to_owned()), ..self.step(goal, Action::Create) };
        Some(Task { key: goal.key(), step, write: Write::AddCountry })
    }

    /// What the vendor does not return of the settings is compared with what this machine last assigned.
    fn settings(&self, goal: &Goal, wanted: &SipSettings) -> Option<Task> {
        let mut step = self.step(goal, Action::Update);
        step.operation = Operation::SettingsAssign;
        let held = self.existing.settings.get(&goal.account).cloned().unwrap_or_default();
        for change in wanted.changes(&held) {
            if change.before.is_null() {
                match self.remembers(&goal.key(), None, &change.field, &change.after.to_string()) {
                    Memory::Same => continue,
                    memory => step.notes.push(unseen(&change.field, memory)),
                }
            }
            step.diff.push(change);
        }
        if step.diff.is_empty() {
            return None;
        }
        let named = |field: &str| step.diff.iter().any(|change| change.field == field);
        step.notes.extend(wanted.only(named).deletes().iter().map(|what| format!("this deletes {what}")));
        // The master's configuration may bring values of its own, so that all that is wanted goes along with it.
        let write = wanted.only(|field| named(field) || named("enable"));
        Some(Task { key: goal.key(), step, write: Write::Assign(write) })
    }

    fn remembers(&self, key: &Key, id: Option<&str>, field: &str, value: &str) -> Memory {
        self.memory.map_or(Memory::Nothing, |memory| memory.remembers(&key.text(), id, field, value))
    }

    fn step(&self, goal: &Goal, action: Action) -> Step {
        let name = match &goal.what {
            What::Trunk(trunk) => trunk.name.clone().or_else(|| trunk.master_trunk.clone()),
            _ => None,
        };
        let key = goal.key();
        Step {
            action,
            operation: key.kind.create(),
            profile: self.profile.name.clone(),
            vendor: self.vendor.facts().name,
            kind: key.kind.word(),
            id: None,
            // Settings are known by their account.
            name: name.unwrap_or(if key.name.is_empty() { "settings".to_owned() } else { key.name }),
            account: key.account,
            diff: Vec::new(),
            notes: Vec::new(),
            error: None,
            place: Some(goal.place.clone()),
        }
    }

    fn impossible(&self, goal: &Goal, id: Option<String>, mut error: Error) -> Task {
        error.outcome = Some(Outcome::NotApplied);
        if error.vendor.is_none() {
            error.vendor = Some(self.vendor.facts().name);
        }
        let step = Step { id, error: Some(error), ..self.step(goal, Action::Impossible) };
        Task { key: goal.key(), step, write: Write::Nothing }
    }
}

/// What is said of a value that is sent without knowing what it replaces.
fn unseen(field: &str, memory: Memory) -> String {
    match memory {
        Memory::Other => format!("{field} cannot be read; something else was applied from here last"),
        _ => format!("{field} cannot be read, and nothing was applied from here yet: it is sent unseen"),
    }
}

/// A refusal of what is wanted.
fn refusal(message: String) -> Error {
    Error::new(Kind::Invalid, message)
}

/// A value as it is remembered.
fn remembered(value: &impl serde::Serialize) -> String {
    to_value(value).as_ref().map(Value::to_string).unwrap_or_default()
}
