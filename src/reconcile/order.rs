//! The order in which changes are made.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::plan::{Action, Key, PlannedChange, ResourceKind, TrunkUpdate, Write};
use crate::vendors::{Claim, Vendor};

/// A safe order: settings before numbers, who gives something up before who takes it, creates before deletes. An object
/// that is replaced goes before it is created again.
pub fn sort(changes: &mut Vec<PlannedChange>, vendor: &dyn Vendor) {
    let (updates, rest) = std::mem::take(changes).into_iter().partition(|change| update(change).is_some());
    *changes = givers_first(updates, vendor);
    changes.extend(rest);
    let created = changes.iter().filter(|change| change.action == Action::Create);
    let created: HashSet<Key> = created.map(|change| change.key.clone()).collect();
    changes.sort_by_key(|change| rank(change, &created));
}

fn rank(change: &PlannedChange, created: &HashSet<Key>) -> u8 {
    match (change.key.kind, change.action) {
        (_, Action::Delete) if created.contains(&change.key) => 0,
        (ResourceKind::SipSettings, _) => 1,
        (ResourceKind::Trunk, Action::Update) => 2,
        (ResourceKind::Trunk, Action::Create) => 3,
        (ResourceKind::InternalNumber, Action::Create | Action::Update) => 4,
        (ResourceKind::CalloutCountry, Action::Create | Action::Update) => 5,
        (ResourceKind::CalloutCountry, Action::Delete) => 6,
        (ResourceKind::InternalNumber, Action::Delete) => 7,
        (ResourceKind::Trunk, Action::Delete) => 8,
        (_, Action::Impossible) => 9,
    }
}

fn update(change: &PlannedChange) -> Option<&TrunkUpdate> {
    match &change.write {
        Write::UpdateTrunk(update) => Some(update),
        _ => None,
    }
}

/// The same updates, each after those that release what it needs. A cycle has no first update and keeps its order.
fn givers_first(updates: Vec<PlannedChange>, vendor: &dyn Vendor) -> Vec<PlannedChange> {
    let mut givers: HashMap<Claim, usize> = HashMap::new();
    let mut taken: Vec<BTreeSet<Claim>> = Vec::new();
    for (at, update) in updates.iter().filter_map(update).enumerate() {
        let before = vendor.claims(&update.actual.trunk);
        let after = vendor.claims(&update.actual.trunk.clone().overlaid(&update.set));
        givers.extend(before.difference(&after).map(|claim| (claim.clone(), at)));
        taken.push(after.difference(&before).cloned().collect());
    }
    let mut tasks: Vec<Option<PlannedChange>> = updates.into_iter().map(Some).collect();
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
