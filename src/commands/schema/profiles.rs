//! The schema of a profiles file.

use serde_json::{Map, Value, json};

use super::parts::{DRAFT, secret, text};
use crate::config::profiles::{COMMON, CONCURRENCY, VARS};
use crate::model::profile::{KeyNeed, ProfileKey};
use crate::vendors::{ALL, Facts};

/// The whole schema.
pub fn schema() -> Value {
    let vendors = ALL.iter().map(|vendor| vendor.facts());
    let kinds: Map<String, Value> =
        vendors.clone().map(|facts| (facts.name.to_owned(), kind(facts))).collect();
    let any: Vec<Value> = vendors.map(|facts| json!({"$ref": format!("#/$defs/{}", facts.name)})).collect();
    json!({
        "$schema": DRAFT,
        "title": "The profiles file of trunkctl",
        "description": "Connections to vendor accounts and devices.",
        "type": "object",
        "properties": {
            "default_profile": text("The profile to use if the command line names none."),
            "profiles": {
                "type": "object",
                "description": "The profiles by name.",
                "additionalProperties": {"oneOf": any},
            },
        },
        "additionalProperties": false,
        "$defs": kinds,
    })
}

/// The profiles of a vendor. Only the vendor is required, because the environment may set any other key.
fn kind(facts: &Facts) -> Value {
    let mut keys: Map<String, Value> =
        COMMON.iter().map(|key| ((*key).to_owned(), common(key, facts))).collect();
    keys.extend(facts.profile_keys.iter().map(|key| (key.name.to_owned(), own(key))));
    let vars = json!({
        "type": "object",
        "description": "Variables for manifests: ${profile.vars.KEY}.",
        "additionalProperties": {"type": ["string", "number", "boolean"]},
    });
    keys.insert(VARS.to_owned(), vars);
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
            "description": "Allow plain http:// to other hosts than this machine.",
            "default": false,
        }),
        "concurrency" => json!({
            "type": "integer",
            "description": "The maximum number of concurrent requests.",
            "minimum": CONCURRENCY.start(),
            "maximum": CONCURRENCY.end(),
            "default": facts.pace.concurrency,
        }),
        "proxy" => text("The HTTP proxy, as http://HOST:PORT, or `none`; defaults to HTTPS_PROXY."),
        _ => text("A PEM file with an additional certificate authority to trust, relative to this file."),
    }
}

fn own(key: &ProfileKey) -> Value {
    let needed = match key.need {
        _ if key.default.is_some() => "",
        KeyNeed::Always => ", required",
        KeyNeed::ToLogIn => ", required unless `access_token` is set",
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
