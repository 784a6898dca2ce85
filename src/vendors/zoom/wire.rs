//! Zoom's JSON. Requests keep the order of Zoom's own examples; answers may leave keys out.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::model::secret::MASK;
use crate::model::text;

/// An entry of `sip_trunks` in POST `sip_trunk/trunks`.
#[derive(Debug, Serialize)]
pub struct TrunkItem {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dnis: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_caller_id: Option<String>,
}

/// An entry of `internal_numbers` in POST `sip_trunk/internal_numbers` ("Add internal numbers").
#[derive(Debug, Serialize)]
pub struct NumberItem {
    /// The number.
    pub number: String,
    /// The number as people see it.
    pub display_number: String,
    /// Two letters.
    pub country: String,
    /// 0 toll, 1 toll-free.
    #[serde(rename = "type")]
    pub what: u8,
    /// A short description: one text, despite the plural.
    pub labels: String,
    /// One locale.
    pub languages: String,
    /// Shown in client and portal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<bool>,
    /// Usable for joining.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_join: Option<bool>,
    /// Usable for other organisations' meetings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_for_external_meetings: Option<bool>,
}

/// An entry of `callout_countries` in POST `sip_trunk/callout_countries`.
#[derive(Debug, Serialize)]
pub struct CountryItem {
    pub id: String,
}

/// Body of PATCH `sip_trunk/settings` ("Assign SIP trunk configuration").
#[derive(Debug, Default, Serialize)]
pub struct SettingsBody {
    /// Give the account the master's configuration, or delete it there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable: Option<bool>,
    /// List the carrier's call-out numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_callout_internal_number: Option<bool>,
    /// 0 shown, 1 hidden, 2 removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_zoom_provided_callout_countries: Option<u32>,
    /// 0 shown, 1 hidden, 2 removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_zoom_provided_numbers: Option<u32>,
}

/// Answer of the token endpoint.
#[derive(Deserialize)]
pub struct Tokens {
    pub access_token: String,
    #[serde(default, deserialize_with = "text::id")]
    pub expires_in: Option<String>,
}

/// A row of a list. Known keys are taken one by one; a value of an unexpected type stays. A list of pairs, because a map
/// takes twice the time for rows that have a dozen keys, and a list has thousands of rows.
#[derive(Debug, Default)]
pub struct Record {
    fields: Vec<(String, Value)>,
    taken: Vec<&'static str>,
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Vec<(String, Value)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(12);
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(fields)
            }
        }
        Ok(Self { fields: deserializer.deserialize_map(Fields)?, taken: Vec::new() })
    }
}

impl From<Map<String, Value>> for Record {
    fn from(map: Map<String, Value>) -> Self {
        Self { fields: map.into_iter().collect(), taken: Vec::new() }
    }
}

impl Record {
    /// The value of a key; of a key that is there twice, the last one.
    fn get(&mut self, key: &str) -> Option<&mut Value> {
        self.fields.iter_mut().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Takes a text, or a number as text.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.get(key)?;
        let text = match value {
            Value::String(text) => Some(std::mem::take(text)),
            Value::Number(number) => Some(number.to_string()),
            Value::Null => None,
            _ => return None,
        };
        self.taken.push(key);
        text
    }

    /// Takes a text that identifies something, and so cannot be empty.
    pub fn name(&mut self, key: &'static str) -> Option<String> {
        self.text(key).filter(|text| !text.is_empty())
    }

    /// Takes a truth value, also as the text of one.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        let flag = match self.get(key)? {
            Value::Null => None,
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => return None,
        };
        self.taken.push(key);
        flag
    }

    /// What was not taken, less its secrets.
    pub fn rest(self) -> Map<String, Value> {
        let is_left = |(key, _): &(String, Value)| !self.taken.contains(&key.as_str());
        let mut rest: Map<String, Value> = self.fields.into_iter().filter(is_left).collect();
        hide(&mut rest);
        rest
    }
}

/// Masks the values of keys that look secret, at any depth.
fn hide(map: &mut Map<String, Value>) {
    for (key, value) in map {
        let key = key.to_lowercase();
        if ["password", "secret", "token"].iter().any(|word| key.contains(word)) {
            *value = MASK.into();
        } else {
            hide_in(value);
        }
    }
}

fn hide_in(value: &mut Value) {
    match value {
        Value::Object(map) => hide(map),
        Value::Array(list) => list.iter_mut().for_each(hide_in),
        _ => {}
    }
}
