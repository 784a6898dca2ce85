//! What is there and is not wanted.

use std::collections::HashSet;

use super::{Ready, Scene};
use crate::model::error::{Applied, Error};
use crate::model::number::E164;
use crate::model::plan::Prune;
use crate::model::plan::{Action, Step};
use crate::model::support::Operation;
use crate::model::trunk::ActualTrunk;
use crate::reconcile::account_identity::of_key;
use crate::reconcile::actual::identity;
use crate::reconcile::desired::{Key, Kind};
use crate::reconcile::planned::{Task, Write};

/// What is to be deleted.
pub fn deletions(scene: &Scene<'_>, wanted: &[Ready]) -> Vec<Task> {
    let keys: HashSet<Key> = wanted.iter().map(|ready| ready.goal.key()).collect();
    let mut tasks: Vec<Task> = match scene.prune {
        None => return Vec::new(),
        Some(Prune::Created) => created(scene, &keys),
        Some(Prune::All) => unwanted(scene, &keys),
    };
    // The rows of a list have no order of their own.
    tasks.sort_by(|a, b| a.key.cmp(&b.key));
    tasks
}

/// A deletion, which cannot be done as long as a trunk that may stand in the place of the one that goes cannot be made.
pub fn kept(mut task: Task, others: &[Task]) -> Task {
    let stands_in = |other: &&Task| {
        other.step.action == Action::Impossible
            && other.step.operation == Operation::TrunkCreate
            && (other.key.kind, &other.key.account) == (task.key.kind, &task.key.account)
    };
    if let Some(other) = others.iter().find(stands_in).filter(|_| task.step.action == Action::Delete) {
        let text = format!("is kept, because {} cannot be made", other.key.shown());
        let hint = "mend that first; if nothing takes its place, delete it with `trunkctl trunk delete`";
        let mut error = Error::invalid(text).hint(hint);
        error.outcome = Some(Applied::NotApplied);
        (task.step.action, task.step.error, task.write) = (Action::Impossible, Some(error), Write::Nothing);
    }
    task
}

/// What this manifest created and no longer wants.
fn created(scene: &Scene<'_>, wanted: &HashSet<Key>) -> Vec<Task> {
    let known = |key: &Key| of_key(scene.profile, scene.vendor.facts(), key);
    let wanted: HashSet<Key> = wanted.iter().map(known).collect();
    // Calling an account otherwise makes nothing unwanted.
    let gone = scene.created.iter().filter(|(key, _)| !wanted.contains(&known(key)));
    let there = gone.filter_map(|(key, id)| Some((there(scene, key.clone())?, id)));
    // One that somebody has made again under the same name is theirs.
    let same =
        |task: &Task, id: &Option<String>| task.step.id.is_none() || id.is_none() || task.step.id == *id;
    there.filter(|(task, id)| same(task, id)).map(|(task, _)| task).collect()
}

/// The deletion of an object, where it is still there.
fn there(scene: &Scene<'_>, key: Key) -> Option<Task> {
    let existing = scene.existing;
    match key.kind {
        Kind::Trunk => {
            let rows = existing.trunks.get(&key.account)?;
            let mut named = rows.iter().filter(|row| identity(row) == key.name);
            match (named.next(), named.next()) {
                // Of several, nobody knows which one was created here.
                (Some(row), None) => Some(trunk(scene, key, row)),
                _ => None,
            }
        }
        Kind::InternalNumber => {
            let actual = existing.numbers.get(&key.account)?.get(&key.name)?;
            Some(delete(scene, key, Operation::NumbersRemove, Write::RemoveNumber(actual.id.clone())))
        }
        Kind::CalloutCountry => {
            let there = existing.countries.get(&key.account)?.contains(&key.name);
            there.then(|| delete(scene, key, Operation::CountriesRemove, Write::RemoveCountry))
        }
        Kind::SipSettings => None,
    }
}

/// What --prune=all leaves alone, because no manifest can want it.
pub fn foreign(scene: &Scene<'_>) -> Vec<String> {
    let rows = scene.existing.trunks.values().flatten().filter(|_| scene.prune == Some(Prune::All));
    let foreign = rows.filter(|row| !scene.vendor.facts().has_shape(&row.trunk));
    let trunks = foreign.map(|row| {
        let kind = row.trunk.kind.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("trunk `{}` is left alone: no manifest can want one of kind `{kind}`", identity(row))
    });
    let numbers = scene.existing.numbers.values().flat_map(|actual| actual.keys());
    let numbers = numbers.filter(|number| scene.prune == Some(Prune::All) && number.parse::<E164>().is_err());
    let numbers = numbers.map(|number| format!("number {number} is left alone: it is not in E.164 form"));
    trunks.chain(numbers).collect()
}

/// Everything of the kinds and accounts that the manifest speaks of, and that it does not want.
fn unwanted(scene: &Scene<'_>, wanted: &HashSet<Key>) -> Vec<Task> {
    let spoken: HashSet<(Kind, &Option<String>)> =
        wanted.iter().map(|key| (key.kind, &key.account)).collect();
    let mut tasks = Vec::new();
    for (account, rows) in &scene.existing.trunks {
        let rows = rows.iter().filter(|row| scene.vendor.facts().has_shape(&row.trunk));
        for row in rows.filter(|_| spoken.contains(&(Kind::Trunk, account))) {
            let key = Key { kind: Kind::Trunk, account: account.clone(), name: identity(row).to_owned() };
            if !wanted.contains(&key) {
                tasks.push(trunk(scene, key, row));
            }
        }
    }
    let lists =
        scene.existing.numbers.iter().map(|(account, list)| (Kind::InternalNumber, account, list.keys()));
    for (kind, account, names) in lists {
        let names = names.filter(|name| name.parse::<E164>().is_ok());
        for name in names.filter(|_| spoken.contains(&(kind, account))) {
            let key = Key { kind, account: account.clone(), name: name.clone() };
            tasks.extend(Some(key).filter(|key| !wanted.contains(key)).and_then(|key| there(scene, key)));
        }
    }
    let kind = Kind::CalloutCountry;
    for (account, codes) in &scene.existing.countries {
        for code in codes.iter().filter(|_| spoken.contains(&(kind, account))) {
            let key = Key { kind, account: account.clone(), name: code.clone() };
            tasks.extend(Some(key).filter(|key| !wanted.contains(key)).and_then(|key| there(scene, key)));
        }
    }
    tasks
}

fn trunk(scene: &Scene<'_>, key: Key, row: &ActualTrunk) -> Task {
    let mut task = delete(scene, key, Operation::TrunkDelete, Write::DeleteTrunk(Box::new(row.clone())));
    task.step.id = Some(row.id.clone());
    task
}

fn delete(scene: &Scene<'_>, key: Key, operation: Operation, write: Write) -> Task {
    let facts = scene.vendor.facts();
    let refused = (!facts.support(operation).is_there()).then(|| facts.refuse(operation));
    let action = if refused.is_some() { Action::Impossible } else { Action::Delete };
    let step = Step {
        action,
        operation,
        profile: scene.profile.name.clone(),
        vendor: facts.name,
        account: key.account.clone(),
        kind: key.kind.word(),
        id: match &write {
            Write::RemoveNumber(id) => id.clone(),
            Write::RemoveCountry => Some(key.name.clone()),
            _ => None,
        },
        name: key.name.clone(),
        diff: Vec::new(),
        notes: Vec::new(),
        error: refused,
        place: None,
    };
    let write = if action == Action::Delete { write } else { Write::Nothing };
    Task { key, step, write }
}
