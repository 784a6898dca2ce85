//! A field of a trunk, as the schema has it.

use serde_json::{Value, json};

use super::parts::{flag, id, list, needing, port, secret, table, text, word};
use crate::model::support::{Field, FieldFact, Need};
use crate::model::trunk::{Direction, ExtensionType, Kind, OverrideOption, Transport};
use crate::vendors::ALL;

/// The schema of a field.
pub fn schema(field: Field) -> Value {
    let own = |meaning: &str| format!("{meaning} {}", takers(field));
    match field {
        Field::Name => text(&own("The trunk's name, unique at the vendor.")),
        Field::Kind => word(
            &own(
                "register: we register with the provider; peer: IP to IP, no registration; account: the far \
                 end registers with us; assigned: a trunk of a master account given to a sub account.",
            ),
            Kind::WORDS,
        ),
        Field::Direction => word(&own("Which way calls go."), Direction::WORDS),
        Field::Enabled => flag(&own("Whether the trunk is in use.")),
        Field::Host => text(&own("The provider's SIP address.")),
        Field::Port => port(&own("The provider's SIP port, usually 5060.")),
        Field::Domain => text(&own("The SIP domain; the host where it is not given.")),
        Field::Transport => word(&own("How SIP messages travel."), Transport::WORDS),
        Field::Username => text(&own("The SIP user name.")),
        Field::AuthName => text(&own("The SIP authentication name.")),
        Field::Password => secret(&own("The SIP password, as a reference.")),
        Field::Codecs => list(&own("Codecs in order of preference."), word("A codec.", &values(field))),
        Field::Country => text(&own("The country of the provider's template; `general` for none.")),
        Field::Itsp => text(&own("The provider's template.")),
        Field::OutboundProxy => outbound_proxy(&own("Where outbound requests are sent.")),
        Field::CallerId => table(&own("The default outbound caller ID."), named_number()),
        Field::CallerIdOverrides => list(&own("Caller IDs for particular extensions."), caller_id_override()),
        Field::Dids => {
            let did = table("A DID.", named_number());
            list(&own("The DIDs that arrive on the trunk."), needing(did, &["number"]))
        }
        Field::Prefix => text(&own("The dial prefix.")),
        Field::AgentGroups => {
            list(&own("The agent groups that the trunk serves, by id or name."), agent_group())
        }
        Field::AllowedIp => text(&own("The address that the carrier calls from.")),
        Field::Account => text(&own("The account acted on.")),
        Field::MasterTrunk => id(&own("The master account's trunk to assign.")),
        Field::Dnis => text(&own("The dialled-number prefix of the assignment.")),
        Field::VendorFields => json!({
            "type": "object",
            "description": "Keys of the vendor's own request that the model does not name, sent as they are.",
        }),
    }
}

/// Who takes a field, from the vendors' own tables.
fn takers(field: Field) -> String {
    let names: Vec<String> = ALL
        .iter()
        .filter_map(|vendor| {
            let facts = vendor.facts();
            let takes = |fact: Option<&FieldFact>| fact.is_some_and(is_taken);
            let shapes = facts.shapes.iter().filter(|shape| takes(shape.fact(field)));
            let shapes: Vec<&str> = shapes.map(|shape| shape.name).collect();
            match shapes.len() {
                0 => None,
                count if count == facts.shapes.len() => Some(facts.name.to_owned()),
                _ => Some(format!("{} ({})", facts.name, shapes.join(", "))),
            }
        })
        .collect();
    if names.is_empty() { String::new() } else { format!("For {}.", names.join(", ")) }
}

fn is_taken(fact: &FieldFact) -> bool {
    !matches!((fact.create, fact.update), (Need::Refused(_), Need::Refused(_)))
}

/// The values of a field, where every vendor that takes it has a closed set of them.
fn values(field: Field) -> Vec<&'static str> {
    let shapes = ALL.iter().flat_map(|vendor| vendor.facts().shapes);
    let facts: Vec<_> = shapes.filter_map(|shape| shape.fact(field)).filter(|fact| is_taken(fact)).collect();
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
            ("enabled", flag("Whether it is used.")),
            ("host", text("Its name or address.")),
            ("port", port("Its SIP port; 5060 where it is not given.")),
        ],
    );
    let text = text("HOST[:PORT], or an empty text for none.");
    json!({"description": meaning, "anyOf": [text, {"const": false, "description": "No proxy."}, server]})
}

fn caller_id_override() -> Value {
    let extension = table(
        "An extension or a group of them, by id, number or name.",
        [
            ("id", id("The vendor's id.")),
            ("number", text("The extension's number.")),
            ("name", text("Its name, or the group's.")),
            ("type", word("What it is; an extension where it is not given.", ExtensionType::WORDS)),
        ],
    );
    let whole = table(
        "One caller ID for several extensions, or a range for a range.",
        [
            ("option", word("A range, one to one, or one number shared by all.", OverrideOption::WORDS)),
            ("number", text("The number, or A-B for a range.")),
            ("name", text("The name.")),
            ("extension_range", text("A-B, as many extensions as numbers.")),
            ("extensions", list("Who shares the number.", extension)),
        ],
    );
    needing(whole, &["option", "number"])
}

fn agent_group() -> Value {
    table(
        "An agent group.",
        [
            ("id", id("The vendor's id.")),
            ("name", text("Its name, which is looked up.")),
            ("number", text("The number bound to it.")),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::trunk::Trunk;

    #[test]
    fn every_key_of_the_schema_is_one_that_files_may_hold() {
        for field in Field::ALL {
            let value = if *field == Field::VendorFields { json!({}) } else { Value::Null };
            let trunk = serde_json::from_value::<Trunk>(json!({field.name(): value}));
            assert!(trunk.is_ok() || *field == Field::Password, "{}: {trunk:?}", field.name());
            assert!(schema(*field)["description"].is_string(), "{}", field.name());
        }
    }

    #[test]
    fn the_vendors_tables_tell_who_takes_what() {
        assert_eq!(takers(Field::Name), "For yeastar, itniotech.");
        assert_eq!(takers(Field::MasterTrunk), "For zoom.");
        assert_eq!(takers(Field::AllowedIp), "For itniotech (inbound).");
        assert!(values(Field::Codecs).contains(&"opus") && values(Field::Host).is_empty());
    }
}
