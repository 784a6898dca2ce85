//! Building blocks of schemas.

use serde_json::{Map, Value, json};

/// The draft of JSON Schema.
pub const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Any string.
pub fn text(meaning: &str) -> Value {
    json!({"type": "string", "description": meaning})
}

/// An id, which may be written without quotes.
pub fn id(meaning: &str) -> Value {
    json!({"type": ["string", "integer"], "description": meaning})
}

/// One of these words; without words, any string.
pub fn word(meaning: &str, words: &[&str]) -> Value {
    if words.is_empty() { text(meaning) } else { or_variable(meaning, json!({"enum": words})) }
}

/// One of these words, or the vendor's number for it: the first word is 0.
pub fn word_or_figure(meaning: &str, words: &[&str]) -> Value {
    let figures = (0..words.len()).map(Value::from);
    let all: Vec<Value> = words.iter().map(|word| Value::from(*word)).chain(figures).collect();
    or_variable(meaning, json!({"enum": all}))
}

/// True or false.
pub fn flag(meaning: &str) -> Value {
    or_variable(meaning, json!({"type": "boolean"}))
}

/// A SIP port.
pub fn port(meaning: &str) -> Value {
    or_variable(meaning, json!({"type": "integer", "minimum": 1, "maximum": 65535}))
}

/// A value, or a string with a variable.
fn or_variable(meaning: &str, schema: Value) -> Value {
    json!({"description": meaning, "anyOf": [schema, {"$ref": "#/$defs/variable"}]})
}

/// The definition of a string with a variable.
pub fn variable() -> Value {
    json!({
        "description": "A string with a variable: ${NAME}, ${profile.name} or ${profile.vars.KEY}.",
        "type": "string",
        "pattern": r"\$\{(profile\.(vars\.)?)?[A-Za-z_][A-Za-z0-9_]*\}",
    })
}

/// A reference to a secret.
pub fn secret(meaning: &str) -> Value {
    let how = "Write env:NAME, file:PATH or cmd:COMMAND; the secret itself is allowed only in a file that other users cannot read";
    json!({"type": "string", "description": format!("{meaning} {how}.")})
}

pub fn list(meaning: &str, items: Value) -> Value {
    json!({"type": "array", "description": meaning, "items": items})
}

/// A table with these keys and no others.
pub fn table(meaning: &str, keys: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let keys: Map<String, Value> = keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    json!({"type": "object", "description": meaning, "properties": keys, "additionalProperties": false})
}

/// The schema with required keys.
pub fn needing(mut schema: Value, keys: &[&str]) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("required".to_owned(), json!(keys));
    }
    schema
}

/// The schema, refusing tables with two of these keys.
pub fn one_of_keys(mut schema: Value, keys: &[&str]) -> Value {
    let pairs =
        keys.iter().enumerate().flat_map(|(at, one)| keys[at + 1..].iter().map(move |two| [one, two]));
    let both: Vec<Value> = pairs.map(|pair| json!({"not": {"required": pair}})).collect();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("allOf".to_owned(), Value::Array(both));
    }
    schema
}
