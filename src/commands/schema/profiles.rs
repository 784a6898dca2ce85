//! The schema of a profiles file.

use serde_json::{Map, Value, json};

use super::parts::{DRAFT, secret, text};
use crate::config::profiles::{COMMON, CONCURRENCY};
use crate::model::profile::{KeyNeed, ProfileKey};
use crate::vendors::{ALL, Facts};

/// All of it.
pub fn schema() -> Value {
    let vendors = ALL.iter().map(|vendor| vendor.facts());
    let kinds: Map<String, Value> =
        vendors.clone().map(|facts| (facts.name.to_owned(), kind(facts))).collect();
    let any: Vec<Value> = vendors.map(|facts| json!({"$ref": format!("#/$defs/{}", facts.name)})).collect();
    json!({
        "$schema": DRAFT,
        "title": "The profiles file of trunkctl",
        "description": "Accounts and devices, and how they are reached.",
        "type": "object",
        "properties": {
            "default_profile": text("The profile that is used where the command line names none."),
            "profiles": {
                "type": "object",
                "description": "The profiles by their names.",
                "additionalProperties": {"oneOf": any},
            },
        },
        "additionalProperties": false,
        "$defs": kinds,
    })
}

/// A vendor's profiles. The environment may give any key but the vendor, so that no other has to be there.
fn kind(facts: &Facts) -> Value {
    let mut keys: Map<String, Value> =
        COMMON.iter().map(|key| ((*key).to_owned(), common(key, facts))).collect();
    keys.extend(facts.profile_keys.iter().map(|key| (key.name.to_owned(), own(key))));
    json!({
        "type": "object",
        "description": facts.title,
        "properties": keys,
        "required": ["vendor"],
        "additionalProperties": false,
    })
}

fn common(key: &str, facts: &Facts) -> Value {
    match key {
        "vendor" => json!({"const": facts.name, "description": "The vendor."}),
        "allow_http" => json!({
            "type": "boolean",
            "description": "Accept plain http:// to a host that is not this machine.",
            "default": false,
        }),
        "concurrency" => json!({
            "type": "integer",
            "description": "How many requests are under way at the same time.",
            "minimum": CONCURRENCY.start(),
            "maximum": CONCURRENCY.end(),
            "default": facts.pace.concurrency,
        }),
        "proxy" => text(
            "The HTTP proxy of this profile, as http://HOST:PORT, or none; by default that of HTTPS_PROXY.",
        ),
        _ => text("A PEM file with an authority to trust besides the system's, relative to this file."),
    }
}

fn own(key: &ProfileKey) -> Value {
    let needed = match key.need {
        _ if key.default.is_some() => "",
        KeyNeed::Always => ", needed",
        KeyNeed::ToLogIn => ", needed without `access_token`",
        KeyNeed::Optional => "",
    };
    let meaning = format!("{}{needed}.", key.meaning);
    let mut schema = if key.secret { secret(&meaning) } else { text(&meaning) };
    if let Some(schema) = schema.as_object_mut() {
        if !key.values.is_empty() {
            schema.insert("enum".to_owned(), json!(key.values));
        }
        if let Some(default) = key.default {
            schema.insert("default".to_owned(), default.into());
        }
    }
    schema
}
