//! What is to be done with one object, and in which order.

use super::goal::{Key, Kind};
use crate::model::number::InternalNumber;
use crate::model::plan::{Action, Step};
use crate::model::settings::SipSettings;
use crate::model::support::Field;
use crate::model::trunk::{Held, Trunk};

/// A step, and what it writes.
#[derive(Debug)]
pub struct Task {
    /// What tells the object from others.
    pub key: Key,
    /// As people and scripts are told of it.
    pub step: Step,
    /// What it writes.
    pub write: Write,
}

/// What a step writes.
#[derive(Debug)]
pub enum Write {
    /// A trunk that is not there.
    CreateTrunk(Box<Trunk>),
    /// Fields of a trunk.
    UpdateTrunk(Box<Update>),
    /// A trunk that goes.
    DeleteTrunk(Box<Held>),
    /// Settings of an account.
    Assign(SipSettings),
    /// A number that is not there.
    AddNumber(InternalNumber),
    /// A number that goes, by its id where the vendor told it.
    RemoveNumber(Option<String>),
    /// A country that is not there.
    AddCountry,
    /// A country that goes.
    RemoveCountry,
    /// It cannot be done.
    Nothing,
}

/// A change of a trunk.
#[derive(Debug)]
pub struct Update {
    /// The trunk as it was read.
    pub held: Held,
    /// The fields to set.
    pub set: Trunk,
    /// All that is wanted of it.
    pub wanted: Trunk,
}

/// In a safe order: settings before numbers, what gives something up before what may take it, creates before deletes.
pub fn sort(tasks: &mut [Task]) {
    tasks.sort_by_key(rank);
}

fn rank(task: &Task) -> u8 {
    match (task.key.kind, task.step.action) {
        (Kind::SipSettings, _) => 0,
        (Kind::Trunk, Action::Update) if gives_up(&task.write) => 1,
        (Kind::Trunk, Action::Update) => 2,
        (Kind::Trunk, Action::Create) => 3,
        (Kind::InternalNumber, Action::Create | Action::Update) => 4,
        (Kind::CalloutCountry, Action::Create | Action::Update) => 5,
        (Kind::CalloutCountry, Action::Delete) => 6,
        (Kind::InternalNumber, Action::Delete) => 7,
        (Kind::Trunk, Action::Delete) => 8,
        (_, Action::Impossible) => 9,
    }
}

/// Whether a trunk loses a number that another may be waiting for.
fn gives_up(write: &Write) -> bool {
    let Write::UpdateTrunk(update) = write else { return false };
    let numbers = |trunk: &Trunk| -> Vec<String> {
        let dids = trunk.dids.iter().flatten().map(|did| did.number.clone());
        let groups = trunk.agent_groups.iter().flatten().filter_map(|group| group.number.clone());
        dids.chain(groups).collect()
    };
    let after = numbers(&update.set);
    let touched = update.set.has(Field::Dids) || update.set.has(Field::AgentGroups);
    touched && numbers(&update.held.trunk).iter().any(|number| !after.contains(number))
}
