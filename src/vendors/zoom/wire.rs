//! Zoom's JSON. Requests keep the order of Zoom's own examples; answers may leave keys out.

use serde::{Deserialize, Serialize};
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

/// A row of a list. Known keys are removed one by one; a value of an unexpected type stays.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Record(Map<String, Value>);

impl From<Map<String, Value>> for Record {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

impl Record {
    /// Takes a text, or a number as text.
    pub fn text(&mut self, key: &str) -> Option<String> {
        match self.0.get(key)? {
            Value::String(_) | Value::Number(_) | Value::Null => {}
            _ => return None,
        }
        match self.0.shift_remove(key)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Takes a text that identifies something, and so cannot be empty.
    pub fn name(&mut self, key: &str) -> Option<String> {
        self.text(key).filter(|text| !text.is_empty())
    }

    /// Takes a truth value, also as the text of one.
    pub fn flag(&mut self, key: &str) -> Option<bool> {
        let flag = match self.0.get(key)? {
            Value::Null => None,
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => return None,
        };
        self.0.shift_remove(key);
        flag
    }

    /// What was not taken, less its secrets.
    pub fn rest(mut self) -> Map<String, Value> {
        hide(&mut self.0);
        // Without room for removed keys, because a list has thousands of rows.
        self.0.into_iter().collect()
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
