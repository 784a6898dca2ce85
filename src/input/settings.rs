//! SIP settings as files and flags give them.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::model::check;
use crate::model::error::FieldError;
use crate::model::settings::{Provided, SipSettings};

/// Settings as a file gives them, and as flags are laid over it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table of settings")]
pub struct Settings {
    /// The account that they are assigned to.
    pub account: Option<String>,
    /// See [`SipSettings::enable`].
    pub enable: Option<bool>,
    /// See [`SipSettings::show_callout_internal_number`].
    pub show_callout_internal_number: Option<bool>,
    /// See [`SipSettings::show_zoom_provided_callout_countries`]; also as a figure.
    #[serde(deserialize_with = "crate::model::text::id")]
    pub show_zoom_provided_callout_countries: Option<String>,
    /// See [`SipSettings::show_zoom_provided_numbers`]; also as a figure.
    #[serde(deserialize_with = "crate::model::text::id")]
    pub show_zoom_provided_numbers: Option<String>,
    /// See [`SipSettings::vendor_fields`].
    pub vendor_fields: Option<Map<String, Value>>,
}

/// The settings that have names of their own.
const OWN: &[&str] = &[
    "account",
    "enable",
    "show_callout_internal_number",
    "show_zoom_provided_callout_countries",
    "show_zoom_provided_numbers",
];

impl Settings {
    /// The settings, or every word among them that is not known.
    pub fn checked(self) -> Result<SipSettings, Vec<FieldError>> {
        let mut faults = Vec::new();
        let mut provided = |field: &str, text: Option<String>| {
            let word = match text?.as_str() {
                // Also as figures.
                "0" => Ok(Provided::Show),
                "1" => Ok(Provided::Hide),
                "2" => Ok(Provided::Remove),
                word => word.parse(),
            };
            word.map_err(|message: String| faults.push(FieldError::new(field, message))).ok()
        };
        let settings = SipSettings {
            enable: self.enable,
            show_callout_internal_number: self.show_callout_internal_number,
            show_zoom_provided_callout_countries: provided(
                "show_zoom_provided_callout_countries",
                self.show_zoom_provided_callout_countries,
            ),
            show_zoom_provided_numbers: provided(
                "show_zoom_provided_numbers",
                self.show_zoom_provided_numbers,
            ),
            vendor_fields: self.vendor_fields.unwrap_or_default(),
        };
        faults.extend(check::raw(&settings.vendor_fields, OWN));
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }
}
