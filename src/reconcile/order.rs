//! The order in which tasks are done.

use std::collections::{BTreeSet, HashMap};

use super::desired::Kind;
use super::planned::{Task, Update, Write};
use crate::model::plan::Action;
use crate::vendors::{Claim, Vendor};

/// In a safe order: settings before numbers, who gives something up before who takes it, creates before deletes.
pub fn sort(tasks: &mut Vec<Task>, vendor: &dyn Vendor) {
    let (updates, rest) = std::mem::take(tasks).into_iter().partition(|task| update(task).is_some());
    *tasks = givers_first(updates, vendor);
    tasks.extend(rest);
    tasks.sort_by_key(rank);
}

fn rank(task: &Task) -> u8 {
    match (task.key.kind, task.step.action) {
        (Kind::SipSettings, _) => 0,
        (Kind::Trunk, Action::Update) => 1,
        (Kind::Trunk, Action::Create) => 2,
        (Kind::InternalNumber, Action::Create | Action::Update) => 3,
        (Kind::CalloutCountry, Action::Create | Action::Update) => 4,
        (Kind::CalloutCountry, Action::Delete) => 5,
        (Kind::InternalNumber, Action::Delete) => 6,
        (Kind::Trunk, Action::Delete) => 7,
        (_, Action::Impossible) => 8,
    }
}

fn update(task: &Task) -> Option<&Update> {
    match &task.write {
        Write::UpdateTrunk(update) => Some(update),
        _ => None,
    }
}

/// The same updates, each behind those that give up what it takes. A ring has no first update and keeps its order.
fn givers_first(updates: Vec<Task>, vendor: &dyn Vendor) -> Vec<Task> {
    let mut givers: HashMap<Claim, usize> = HashMap::new();
    let mut taken: Vec<BTreeSet<Claim>> = Vec::new();
    for (at, update) in updates.iter().filter_map(update).enumerate() {
        let before = vendor.claims(&update.actual.trunk);
        let after = vendor.claims(&update.actual.trunk.clone().overlaid(&update.set));
        givers.extend(before.difference(&after).map(|claim| (claim.clone(), at)));
        taken.push(after.difference(&before).cloned().collect());
    }
    let mut tasks: Vec<Option<Task>> = updates.into_iter().map(Some).collect();
    let (mut order, mut seen) = (Vec::with_capacity(tasks.len()), BTreeSet::new());
    for first in 0..tasks.len() {
        let mut path = Vec::from_iter(seen.insert(first).then_some(first));
        while let Some(at) = path.last().copied() {
            let waits_for = taken.get(at).into_iter().flatten().filter_map(|claim| givers.get(claim));
            match waits_for.copied().find(|giver| !seen.contains(giver)) {
                Some(giver) => {
                    seen.insert(giver);
                    path.push(giver);
                }
                None => order.extend(path.pop()),
            }
        }
    }
    order.into_iter().filter_map(|at| tasks.get_mut(at)?.take()).collect()
}
