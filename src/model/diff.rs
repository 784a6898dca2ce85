//! Compares actual and desired values.

use std::collections::BTreeSet;

use serde_json::{Value, to_value};

use super::change::FieldChange;
use super::fields::Field;
use super::number::{ActualNumber, InternalNumber};
use super::proxy::OutboundProxy;
use super::trunk::{Extension, ExtensionType, Trunk};

/// The given fields of `wanted` that differ from the vendor's.
///
/// A list whose order carries no meaning (DIDs, agent groups) is compared as a set. An empty text and no text
/// are the same. Raw vendor fields are compared by their keys, as far as they were read back.
pub fn trunk(actual: &Trunk, wanted: &Trunk) -> Vec<FieldChange> {
    wanted
        .given()
        .filter(|field| !same(*field, actual, wanted))
        .map(|field| FieldChange {
            field: field.name().to_owned(),
            before: match field {
                Field::VendorFields => named(actual, wanted),
                _ => actual.value(field),
            },
            after: match field {
                // A caller ID with one part leaves the other part unchanged.
                Field::CallerId => actual.only(&[field]).overlaid(&wanted.only(&[field])).value(field),
                _ => wanted.value(field),
            },
        })
        .collect()
}

/// Whether the vendor does not report the field, so it cannot be compared.
pub fn is_unreported(field: Field, actual: &Trunk, wanted: &Trunk) -> bool {
    match field {
        Field::VendorFields => {
            let differs = |(key, value)| actual.vendor_fields.get(key).is_some_and(|actual| actual != value);
            !wanted.vendor_fields.iter().any(differs)
        }
        _ => !actual.has(field),
    }
}

/// Every field in which a trunk has changed, including fields that are no longer reported.
pub fn between(before: &Trunk, after: &Trunk) -> Vec<FieldChange> {
    let mut changes = trunk(before, after);
    let gone = before.given().filter(|field| !after.has(*field) && !same(*field, before, after));
    changes.extend(gone.map(|field| FieldChange {
        field: field.name().to_owned(),
        before: before.value(field),
        after: Value::Null,
    }));
    changes
}

/// The given fields that the trunk has, as removed.
pub fn emptied(actual: &Trunk, fields: &[Field]) -> Vec<FieldChange> {
    let there = |field: &&Field| actual.has(**field) && actual.value(**field) != "";
    let gone = |field: &Field| FieldChange {
        field: field.name().to_owned(),
        before: actual.value(*field),
        after: Value::Null,
    };
    fields.iter().filter(there).map(gone).collect()
}

/// Every field that is given, as new.
pub fn all(wanted: &impl serde::Serialize) -> Vec<FieldChange> {
    match to_value(wanted) {
        Ok(Value::Object(map)) => {
            map.into_iter().map(|(field, after)| FieldChange { field, before: Value::Null, after }).collect()
        }
        _ => Vec::new(),
    }
}

/// The reported fields in which a number differs from the desired one.
pub fn number(actual: &ActualNumber, wanted: &InternalNumber) -> Vec<FieldChange> {
    let (actual, asked) = (to_value(actual).unwrap_or_default(), to_value(wanted).unwrap_or_default());
    let fields = asked.as_object().into_iter().flatten();
    let differing = fields.filter(|(field, after)| {
        // Whoever sees a number can join through it.
        let forced = *field == "allow_join" && wanted.visible == Some(true);
        if *field == "vendor_fields" {
            let differs =
                |(key, value)| actual["vendor_fields"].get(key).is_some_and(|actual: &Value| actual != value);
            return wanted.vendor_fields.iter().any(differs);
        }
        actual.get(field.as_str()).is_some_and(|before| before != *after && !forced)
    });
    differing
        .map(|(field, after)| FieldChange {
            field: field.clone(),
            before: actual.get(field.as_str()).cloned().unwrap_or_default(),
            after: after.clone(),
        })
        .collect()
}

fn same(field: Field, actual: &Trunk, wanted: &Trunk) -> bool {
    // Most fields of a plan, and cheaper than the comparison of what they mean.
    actual.equals(field, wanted) || means_the_same(field, actual, wanted)
}

fn means_the_same(field: Field, actual: &Trunk, wanted: &Trunk) -> bool {
    match field {
        Field::Password => actual.password == wanted.password,
        Field::Dids => dids(actual) == dids(wanted),
        Field::AgentGroups => {
            // The vendor returns a group's name with its id; the id alone identifies the group.
            let key = |trunk: &Trunk| -> BTreeSet<(Option<String>, Option<String>)> {
                let groups = trunk.agent_groups.iter().flatten();
                groups
                    .map(|group| (group.id.clone(), group.number.clone().filter(|n| !n.is_empty())))
                    .collect()
            };
            key(actual) == key(wanted)
        }
        Field::OutboundProxy => proxy(actual) == proxy(wanted),
        Field::CallerId => {
            let half = |trunk: &Trunk| {
                let own = trunk.caller_id.clone().unwrap_or_default();
                (own.number.unwrap_or_default(), own.name.unwrap_or_default())
            };
            let (number, name) = half(actual);
            let over = wanted.caller_id.clone().unwrap_or_default();
            over.number.is_none_or(|over| over == number) && over.name.is_none_or(|over| over == name)
        }
        // Names of hosts know no case (RFC 4343).
        Field::Host | Field::Domain => {
            let text = |trunk: &Trunk| trunk.value(field).as_str().unwrap_or_default().to_lowercase();
            text(actual) == text(wanted)
        }
        Field::CallerIdOverrides => overrides(actual) == overrides(wanted),
        Field::VendorFields => {
            wanted.vendor_fields.iter().all(|(key, value)| actual.vendor_fields.get(key) == Some(value))
        }
        _ => {
            let text = |trunk: &Trunk| match trunk.value(field) {
                Value::String(text) if text.is_empty() => Value::Null,
                other => other,
            };
            text(actual) == text(wanted)
        }
    }
}

fn dids(trunk: &Trunk) -> BTreeSet<(&str, &str)> {
    let dids = trunk.dids.iter().flatten();
    dids.map(|did| (did.number.as_str(), did.name.as_deref().unwrap_or_default())).collect()
}

fn proxy(trunk: &Trunk) -> Option<(String, u32)> {
    match &trunk.outbound_proxy {
        Some(OutboundProxy::Server { host, port }) => Some((host.clone(), port.unwrap_or(5060))),
        _ => None,
    }
}

/// Overrides with their extensions reduced to ids, since the rest is how a person named them.
fn overrides(trunk: &Trunk) -> Value {
    let list = trunk.caller_id_overrides.iter().flatten().cloned().map(|mut entry| {
        for extension in &mut entry.extensions {
            let what = extension.what.take().or(Some(ExtensionType::Extension));
            *extension = Extension { id: extension.id.take(), what, ..Extension::default() };
        }
        entry.name = entry.name.filter(|name| !name.is_empty());
        entry
    });
    to_value(list.collect::<Vec<_>>()).unwrap_or_default()
}

/// The vendor's raw fields that `wanted` names; the others stay unchanged.
fn named(actual: &Trunk, wanted: &Trunk) -> Value {
    let mut fields = actual.vendor_fields.clone();
    fields.retain(|key, _| wanted.vendor_fields.contains_key(key));
    if fields.is_empty() { Value::Null } else { Value::Object(fields) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::Secret;

    fn read(json: &str) -> Trunk {
        serde_json::from_str(json).unwrap()
    }

    fn differing(actual: &str, wanted: &str) -> Vec<String> {
        trunk(&read(actual), &read(wanted)).into_iter().map(|change| change.field).collect()
    }

    #[test]
    fn equivalent_values_do_not_differ() {
        for (actual, wanted) in [
            ("{}", "{}"),
            (r#"{"name":"a","port":1}"#, r#"{"name":"a"}"#),
            ("{}", r#"{"itsp":"","outbound_proxy":false}"#),
            (r#"{"host":"sip.example"}"#, r#"{"host":"SIP.example"}"#),
            (r#"{"dids":[{"number":"1"},{"number":"2"}]}"#, r#"{"dids":[{"number":"2"},{"number":"1"}]}"#),
            (r#"{"dids":[{"number":"1","name":""}]}"#, r#"{"dids":[{"number":"1"}]}"#),
            (r#"{"outbound_proxy":"p:5060"}"#, r#"{"outbound_proxy":"p"}"#),
            (r#"{"agent_groups":[{"id":1,"name":"Sales"}]}"#, r#"{"agent_groups":[{"id":1,"number":""}]}"#),
            (r#"{"caller_id":{"number":"1","name":"a"}}"#, r#"{"caller_id":{"number":"1"}}"#),
        ] {
            assert!(differing(actual, wanted).is_empty(), "{actual} {wanted}");
        }
    }

    #[test]
    fn differences_are_named() {
        for (actual, wanted, field) in [
            (r#"{"name":"a"}"#, r#"{"name":"b"}"#, "name"),
            (r#"{"enabled":true}"#, r#"{"enabled":false}"#, "enabled"),
            (r#"{"codecs":["a","b"]}"#, r#"{"codecs":["b","a"]}"#, "codecs"),
            (r#"{"dids":[{"number":"1"}]}"#, r#"{"dids":[]}"#, "dids"),
            (r#"{"outbound_proxy":"p"}"#, r#"{"outbound_proxy":false}"#, "outbound_proxy"),
            (r#"{"caller_id":{"number":"1"}}"#, r#"{"caller_id":{"number":"2"}}"#, "caller_id"),
            ("{}", r#"{"vendor_fields":{"x":0}}"#, "vendor_fields"),
        ] {
            assert_eq!(differing(actual, wanted), [field]);
        }
    }

    #[test]
    fn a_partial_caller_id_leaves_the_other_part_unchanged() {
        let actual = read(r#"{"caller_id":{"number":"1","name":"a"}}"#);
        let changes = trunk(&actual, &read(r#"{"caller_id":{"number":"2"}}"#));
        assert_eq!(changes[0].after, serde_json::json!({"number": "2", "name": "a"}));
    }

    #[test]
    fn only_desired_raw_fields_are_shown() {
        let actual = read(r#"{"vendor_fields":{"x":0,"read_only":1}}"#);
        for (wanted, before) in [(r#"{"x":1}"#, r#"{"x":0}"#), (r#"{"y":1}"#, "null")] {
            let changes = trunk(&actual, &read(&format!(r#"{{"vendor_fields":{wanted}}}"#)));
            assert_eq!(changes[0].before.to_string(), before);
            assert_eq!(changes[0].after.to_string(), wanted);
        }
        assert!(trunk(&actual, &read(r#"{"vendor_fields":{"x":0}}"#)).is_empty());
    }

    #[test]
    fn passwords_are_compared_and_never_shown() {
        let with = |value: &str| Trunk { password: Some(Secret::known(value)), ..Trunk::default() };
        assert!(trunk(&with("same"), &with("same")).is_empty());
        let changes = trunk(&with("old-canary"), &with("new-canary"));
        assert_eq!(changes.len(), 1);
        assert!(!format!("{changes:?}").contains("canary"));
    }
}
