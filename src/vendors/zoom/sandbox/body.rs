//! Reads request bodies and checks the types of their fields.

use serde_json::{Map, Value};

use super::answer::{Problems, invalid, refusal};
use super::multipart;
use crate::vendors::call::Response;
use crate::vendors::simulator::Incoming;

/// Every array of these endpoints has 1 to 30 entries.
pub(super) const MAX_ITEMS: usize = 30;

/// The media type of the request, in lower case and without parameters.
pub(super) fn media_type(request: &Incoming) -> String {
    let value = request.header("content-type").unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Refuses query parameters other than the given ones, and repeated ones.
pub(super) fn only_query(request: &Incoming, known: &[&str]) -> Result<(), Response> {
    for (place, (name, _)) in request.query.iter().enumerate() {
        let repeated = request.query[..place].iter().any(|(earlier, _)| earlier == name);
        if repeated || !known.contains(&name.as_str()) {
            return Err(invalid(name));
        }
    }
    Ok(())
}

/// Refuses any body.
pub(super) fn none(request: &Incoming) -> Result<(), Response> {
    if request.body.is_empty() { Ok(()) } else { Err(refusal(400, 300, "This request takes no body.")) }
}

/// The body as an object, from JSON or from form fields, with no other keys than the given ones.
pub(super) fn object(request: &Incoming, known: &[&str]) -> Result<Map<String, Value>, Response> {
    only_query(request, &[])?;
    let object = match media_type(request).as_str() {
        "application/json" => match serde_json::from_slice(&request.body) {
            Ok(Value::Object(object)) => Some(object),
            _ => None,
        },
        // Every body of the specification is listed under both media types.
        "multipart/form-data" => {
            let content_type = request.header("content-type").unwrap_or_default();
            multipart::fields(content_type, &request.body)
                .map(|fields| fields.into_iter().map(|(name, text)| (name, value(text))).collect())
        }
        _ => return Err(refusal(400, 300, "Unsupported Content-Type.")),
    };
    let object = object.ok_or_else(|| refusal(400, 300, "Request body should be a valid JSON object."))?;
    let mut problems = Problems::default();
    only_keys(&mut problems, &object, "", known);
    problems.refuse("Validation Failed.")?;
    Ok(object)
}

/// A form field is text: `true`, `0` or a JSON array. Anything else stays a string.
fn value(text: String) -> Value {
    match serde_json::from_str(&text) {
        Ok(value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_))) if text.trim() == text => value,
        _ => Value::String(text),
    }
}

/// The array of that key with 1 to `max` entries.
pub(super) fn items<'a>(
    object: &'a Map<String, Value>,
    key: &str,
    max: usize,
) -> Result<&'a Vec<Value>, Response> {
    match object.get(key) {
        Some(Value::Array(items)) if (1..=max).contains(&items.len()) => Ok(items),
        _ => Err(invalid(key)),
    }
}

pub(super) fn only_keys(problems: &mut Problems, object: &Map<String, Value>, at: &str, known: &[&str]) {
    for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
        problems.add(&format!("{at}{key}"), "Unknown field.");
    }
}

/// One entry of an array, read field by field; each fault is noted under its full field name.
pub(super) struct Item<'a> {
    problems: &'a mut Problems,
    at: String,
    object: Map<String, Value>,
}

impl<'a> Item<'a> {
    pub(super) fn new(
        problems: &'a mut Problems,
        array: &str,
        place: usize,
        value: &Value,
        known: &[&str],
    ) -> Self {
        let at = format!("{array}[{place}]");
        let Value::Object(object) = value else {
            problems.add(&at, "This field must be an object.");
            return Self { problems, at, object: Map::new() };
        };
        only_keys(problems, object, &format!("{at}."), known);
        Self { problems, at, object: object.clone() }
    }

    pub(super) fn fault(&mut self, key: &str, message: &str) {
        self.problems.add(&format!("{}.{key}", self.at), message);
    }

    /// A required, non-empty string that passes the check.
    pub(super) fn text(&mut self, key: &str, rule: &str, check: impl Fn(&str) -> bool) -> String {
        match self.object.get(key) {
            None => self.fault(key, "This field is required."),
            Some(Value::String(text)) if !text.is_empty() && check(text) => return text.clone(),
            Some(_) => self.fault(key, rule),
        }
        String::new()
    }

    /// An optional string that passes the check.
    pub(super) fn optional_text(
        &mut self,
        key: &str,
        rule: &str,
        check: impl Fn(&str) -> bool,
    ) -> Option<String> {
        match self.object.get(key) {
            None => {}
            Some(Value::String(text)) if check(text) => return Some(text.clone()),
            Some(_) => self.fault(key, rule),
        }
        None
    }

    /// A required integer up to `max`; zero is a value.
    pub(super) fn choice(&mut self, key: &str, max: u64) -> u64 {
        match self.object.get(key) {
            None => self.fault(key, "This field is required."),
            Some(value) => match value.as_u64().filter(|number| *number <= max) {
                Some(number) => return number,
                None => self.fault(key, "This value is not one of the allowed integers."),
            },
        }
        0
    }

    /// An optional boolean, by default `false`.
    pub(super) fn flag(&mut self, key: &str) -> bool {
        match self.object.get(key) {
            None => {}
            Some(Value::Bool(flag)) => return *flag,
            Some(_) => self.fault(key, "This field must be a boolean."),
        }
        false
    }
}
