//! The schema of a trunk field.

use serde_json::{Value, json};

use super::parts::{flag, id, list, needing, port, secret, table, text, word};
use crate::model::fields::{Field, Form};
use crate::model::support::FieldFact;
use crate::model::trunk::{ExtensionType, OverrideOption};
use crate::vendors::ALL;

/// The schema of a field.
pub fn schema(field: Field) -> Value {
    let row = field.row();
    let meaning = format!("{} {}", row.meaning, takers(field));
    match row.form {
        Form::Text => text(&meaning),
        Form::Id => id(&meaning),
        Form::Word(words) => word(&meaning, words),
        Form::Switch => flag(&meaning),
        Form::Port => port(&meaning),
        Form::Secret => secret(&meaning),
        Form::Codecs => list(&meaning, word("A codec.", &values(field))),
        Form::Proxy => outbound_proxy(&meaning),
        Form::CallerId => table(&meaning, named_number()),
        Form::CallerIdOverrides => list(&meaning, caller_id_override()),
        Form::Dids => list(&meaning, needing(table("A DID.", named_number()), &["number"])),
        Form::AgentGroups => list(&meaning, agent_group()),
        Form::Raw => json!({"type": "object", "description": row.meaning}),
    }
}

/// The vendors that support a field, from their tables.
fn takers(field: Field) -> String {
    let names: Vec<String> = ALL
        .iter()
        .filter_map(|vendor| {
            let facts = vendor.facts();
            let taking =
                facts.shapes.iter().filter(|shape| shape.fact(field).is_some_and(FieldFact::is_taken));
            let shapes: Vec<&str> = taking.map(|shape| shape.name).collect();
            match shapes.len() {
                0 => None,
                count if count == facts.shapes.len() => Some(facts.name.to_owned()),
                _ => Some(format!("{} ({})", facts.name, shapes.join(", "))),
            }
        })
        .collect();
    if names.is_empty() { String::new() } else { format!("For {}.", names.join(", ")) }
}

/// The values of a field, if every vendor that supports it has a closed set of them.
fn values(field: Field) -> Vec<&'static str> {
    let shapes = ALL.iter().flat_map(|vendor| vendor.facts().shapes);
    let facts: Vec<_> = shapes.filter_map(|shape| shape.fact(field)).filter(|fact| fact.is_taken()).collect();
    if facts.iter().any(|fact| fact.values.is_empty()) {
        return Vec::new();
    }
    let mut values: Vec<&str> = Vec::new();
    for value in facts.iter().flat_map(|fact| fact.values) {
        if !values.contains(value) {
            values.push(value);
        }
    }
    values
}

fn named_number() -> [(&'static str, Value); 2] {
    [("number", text("The number.")), ("name", text("The name."))]
}

fn outbound_proxy(meaning: &str) -> Value {
    let server = table(
        "A server.",
        [
            ("enabled", flag("Whether the proxy is used.")),
            ("host", text("The host name or address.")),
            ("port", port("The SIP port; defaults to 5060.")),
        ],
    );
    let text = text("HOST[:PORT], or an empty string for no proxy.");
    json!({"description": meaning, "anyOf": [text, {"const": false, "description": "No proxy."}, server]})
}

fn caller_id_override() -> Value {
    let extension = table(
        "An extension or an extension group, by id, number or name.",
        [
            ("id", id("The vendor's id.")),
            ("number", text("The extension's number.")),
            ("name", text("The name of the extension or group.")),
            ("type", word("The type; defaults to extension.", ExtensionType::WORDS)),
        ],
    );
    let whole = table(
        "One caller ID shared by several extensions, or a range of caller IDs for a range of extensions.",
        [
            (
                "option",
                word(
                    "range: one number for each extension; shared: one number for all.",
                    OverrideOption::WORDS,
                ),
            ),
            ("number", text("The number, or A-B for a range.")),
            ("name", text("The name.")),
            ("extension_range", text("A-B, with as many extensions as numbers.")),
            ("extensions", list("The extensions that share the number.", extension)),
        ],
    );
    needing(whole, &["option", "number"])
}

fn agent_group() -> Value {
    table(
        "An agent group.",
        [
            ("id", id("The vendor's id.")),
            ("name", text("The name of the group; trunkctl looks up its id.")),
            ("number", text("The number bound to it.")),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::trunk::Trunk;

    #[test]
    fn every_schema_key_is_accepted_in_files() {
        for field in Field::ALL {
            let value = if *field == Field::VendorFields { json!({}) } else { Value::Null };
            let trunk = serde_json::from_value::<Trunk>(json!({field.name(): value}));
            assert!(trunk.is_ok() || *field == Field::Password, "{}: {trunk:?}", field.name());
            assert!(schema(*field)["description"].is_string(), "{}", field.name());
        }
    }

    #[test]
    fn the_schema_follows_the_vendors_field_tables() {
        assert_eq!(takers(Field::Name), "For yeastar, itniotech.");
        assert_eq!(takers(Field::MasterTrunk), "For zoom.");
        assert_eq!(takers(Field::AllowedIp), "For itniotech (inbound).");
        assert!(values(Field::Codecs).contains(&"opus") && values(Field::Host).is_empty());
    }
}
