//! Objects that the manifest owns and does not want.

use std::collections::HashSet;

use super::{Inputs, Resolved};
use crate::model::error::{Applied, Error, Result};
use crate::model::number::E164;
use crate::model::plan::{Action, Key, Owned, PlannedChange, ResourceKind, Write};
use crate::model::support::Operation;
use crate::reconcile::account::of_key;
use crate::reconcile::actual::Actual;

/// The objects, in an order of their own: rows of a list have none. What no manifest can describe is left alone, and
/// noted.
pub fn find(inputs: &Inputs<'_>, resolved: &[Resolved], notes: &mut Vec<String>) -> Vec<Key> {
    let facts = inputs.vendor.facts();
    let mut wanted: HashSet<Key> = inputs.spared.iter().cloned().collect();
    for object in resolved {
        let key = object.desired.key();
        let before = object.desired.options.previous_name.as_ref();
        let before = before.map(|name| Key { name: name.clone(), ..key.clone() });
        wanted
            .extend([Some(key), before].into_iter().flatten().map(|key| of_key(inputs.profile, facts, &key)));
    }
    let mut found = Vec::new();
    let mut take = |owned: &Owned, name: &str, describable: bool, what: &dyn Fn() -> String| {
        if !owned.names.covers(name) {
            return;
        }
        let key = Key { kind: owned.kind, account: owned.account.clone(), name: name.to_owned() };
        match describable {
            true if wanted.contains(&of_key(inputs.profile, facts, &key)) => {}
            true => found.push(key),
            false if inputs.prune => notes.push(what()),
            false => {}
        }
    };
    for owned in inputs.owned {
        match owned.kind {
            ResourceKind::Trunk => {
                for row in inputs.actual.trunks.get(&owned.account).into_iter().flatten() {
                    let kind = || row.trunk.kind.as_ref().map(ToString::to_string).unwrap_or_default();
                    take(owned, row.identity(), facts.has_shape(&row.trunk), &|| {
                        format!(
                            "trunk `{}` is left alone: a manifest cannot describe its kind, `{}`",
                            row.identity(),
                            kind()
                        )
                    });
                }
            }
            ResourceKind::InternalNumber => {
                for number in
                    inputs.actual.numbers.get(&owned.account).into_iter().flat_map(|list| list.keys())
                {
                    take(owned, number, number.parse::<E164>().is_ok(), &|| {
                        format!("number {number} is left alone: it is not in E.164 form")
                    });
                }
            }
            ResourceKind::CalloutCountry => {
                for code in inputs.actual.countries.get(&owned.account).into_iter().flatten() {
                    take(owned, code, true, &String::new);
                }
            }
            ResourceKind::SipSettings => {}
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The id of an object, and the write that deletes it; none if it does not exist.
pub fn found(actual: &Actual, key: &Key) -> Result<Option<(Option<String>, Write)>> {
    Ok(match key.kind {
        ResourceKind::Trunk => actual
            .trunk(&key.account, &key.name)?
            .map(|row| (Some(row.id.clone()), Write::DeleteTrunk(Box::new(row.clone())))),
        ResourceKind::InternalNumber => {
            let number = actual.numbers.get(&key.account).and_then(|list| list.get(&key.name));
            number.map(|number| (number.id.clone(), Write::RemoveNumber(number.id.clone())))
        }
        ResourceKind::CalloutCountry => {
            let is_listed = actual.countries.get(&key.account).is_some_and(|list| list.contains(&key.name));
            is_listed.then(|| (Some(key.name.clone()), Write::RemoveCountry))
        }
        ResourceKind::SipSettings => None,
    })
}

/// The deletion of an object; none if it does not exist, or if its kind cannot be deleted.
pub fn deletion(inputs: &Inputs<'_>, key: Key, position: Option<&str>) -> Option<PlannedChange> {
    let (facts, operation) = (inputs.vendor.facts(), key.kind.delete()?);
    let found = found(inputs.actual, &key).transpose()?;
    let change = PlannedChange { operation, ..inputs.change(key, position, Action::Delete) };
    Some(match found {
        _ if !facts.support(operation).is_there() => {
            let id = found.ok().and_then(|(id, _)| id);
            inputs.impossible(PlannedChange { id, ..change }, facts.refuse(operation))
        }
        Ok((id, write)) => PlannedChange { id, write, ..change },
        Err(error) => inputs.impossible(change, error),
    })
}

/// A deletion, which is not made as long as a trunk that may take the place of the deleted one cannot be created.
pub fn kept(mut deletion: PlannedChange, others: &[PlannedChange]) -> PlannedChange {
    let takes_its_place = |other: &&PlannedChange| {
        other.action == Action::Impossible
            && other.operation == Operation::TrunkCreate
            && (other.key.kind, &other.key.account) == (deletion.key.kind, &deletion.key.account)
    };
    if let Some(other) = others.iter().find(takes_its_place).filter(|_| deletion.action == Action::Delete) {
        let text = format!("is kept, because {} cannot be created", other.key.shown());
        let hint = "fix that first; if nothing takes its place, delete it with `trunkctl trunk delete`";
        let error = Error::invalid(text).hint(hint).outcome(Applied::NotApplied);
        (deletion.action, deletion.error, deletion.write) = (Action::Impossible, Some(error), Write::Nothing);
    }
    deletion
}
