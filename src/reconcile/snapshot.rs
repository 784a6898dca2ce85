//! Objects as they were read when a plan was made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, to_value};

use super::actual::Existing;
use super::desired::{Goal, Key, What};
use super::planned::{Task, Write};
use crate::model::trunk::{ActualTrunk, Trunk};

/// An object as it was read, for what the plan rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Which object it is.
    pub key: Key,
    /// Its fields; none where it was not there.
    pub fields: Option<Map<String, Value>>,
}

/// What was read of the objects that are wanted or go. Passwords are left out: whether they differ shows in the steps.
pub fn snapshots(existing: &Existing, goals: &[&Goal], tasks: &[Task]) -> Vec<Snapshot> {
    let mut read: BTreeMap<Key, Option<Map<String, Value>>> = BTreeMap::new();
    for goal in goals {
        let fields = match &goal.what {
            What::Trunk(trunk) => existing.trunk(&goal.account, trunk).ok().flatten().map(|actual| {
                let mut fields = compared(actual, trunk);
                fields.insert("id".into(), actual.id.clone().into());
                fields
            }),
            What::Number(number) => {
                let actual = existing.numbers.get(&goal.account);
                actual.and_then(|actual| actual.get(number.number.as_str())).map(object)
            }
            What::Country(code) => {
                let actual = existing.countries.get(&goal.account);
                actual.filter(|actual| actual.contains(code)).map(|_| Map::new())
            }
            What::Settings(_) => existing.settings.get(&goal.account).map(object),
        };
        read.insert(goal.key(), fields);
    }
    for task in tasks {
        if let Write::DeleteTrunk(actual) = &task.write {
            read.entry(task.key.clone()).or_insert(Some(compared(actual, &Trunk::default())));
        }
    }
    read.into_iter().map(|(key, fields)| Snapshot { key, fields }).collect()
}

/// The fields of a trunk, but for its password and for raw keys that nobody wants: a time stamp may be among them.
fn compared(actual: &ActualTrunk, wanted: &Trunk) -> Map<String, Value> {
    let mut trunk = actual.trunk.clone();
    trunk.password = None;
    trunk.vendor_fields.retain(|key, _| wanted.vendor_fields.contains_key(key));
    object(&trunk)
}

/// The fields of a value that is written as an object.
pub fn object(value: &impl Serialize) -> Map<String, Value> {
    match to_value(value) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}
