//! The pieces that schemas are put together of.

use serde_json::{Map, Value, json};

/// The keyword that tells which edition a schema is written in.
pub const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Any text.
pub fn text(meaning: &str) -> Value {
    json!({"type": "string", "description": meaning})
}

/// An id, which may be written without quotes.
pub fn id(meaning: &str) -> Value {
    json!({"type": ["string", "integer"], "description": meaning})
}

/// One of these words. Where there are none, any text.
pub fn word(meaning: &str, words: &[&str]) -> Value {
    if words.is_empty() { text(meaning) } else { or_variable(meaning, json!({"enum": words})) }
}

/// One of these words, or the vendor's own figure for it: the first word is 0.
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

/// A value, or a text that a variable is put into.
fn or_variable(meaning: &str, schema: Value) -> Value {
    json!({"description": meaning, "anyOf": [schema, {"$ref": "#/$defs/variable"}]})
}

/// The text with a variable that other definitions refer to.
pub fn variable() -> Value {
    json!({
        "description": "A text with ${NAME}, from --var or the environment.",
        "type": "string",
        "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*\}",
    })
}

/// A reference to a secret.
pub fn secret(meaning: &str) -> Value {
    let how = "env:NAME, file:PATH or cmd:COMMAND; the secret itself only in a file that others cannot read";
    json!({"type": "string", "description": format!("{meaning} {how}.")})
}

/// A list.
pub fn list(meaning: &str, items: Value) -> Value {
    json!({"type": "array", "description": meaning, "items": items})
}

/// A table that holds these keys and no others.
pub fn table(meaning: &str, keys: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let keys: Map<String, Value> = keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    json!({"type": "object", "description": meaning, "properties": keys, "additionalProperties": false})
}

/// The schema with keys that must be there.
pub fn needing(mut schema: Value, keys: &[&str]) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("required".to_owned(), json!(keys));
    }
    schema
}

/// The schema, refusing tables that hold two of these keys.
pub fn one_of_keys(mut schema: Value, keys: &[&str]) -> Value {
    let pairs =
        keys.iter().enumerate().flat_map(|(at, one)| keys[at + 1..].iter().map(move |two| [one, two]));
    let both: Vec<Value> = pairs.map(|pair| json!({"not": {"required": pair}})).collect();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("allOf".to_owned(), Value::Array(both));
    }
    schema
}
