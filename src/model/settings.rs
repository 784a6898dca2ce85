//! The SIP settings that a master account assigns to an account.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::change::FieldChange;
use super::diff;

super::open_enum::words! {
    /// What becomes of the numbers or countries that the vendor itself provides.
    Provided: "setting" {
        /// Shown.
        Show = "show",
        /// Hidden from the account.
        Hide = "hide",
        /// Deleted: only internal ones remain.
        Remove = "remove",
    }
}

/// Settings to assign, or as a vendor has them. What is absent is left alone, or not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SipSettings {
    /// Give the account the master's SIP configuration, or delete it there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable: Option<bool>,
    /// List the carrier's call-out numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_callout_internal_number: Option<bool>,
    /// The vendor's call-out countries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_zoom_provided_callout_countries: Option<Provided>,
    /// The vendor's numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_zoom_provided_numbers: Option<Provided>,
    /// Keys of the vendor's own body that the model does not name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub vendor_fields: Map<String, Value>,
}

impl SipSettings {
    /// Whether nothing is given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What assigning them changes on an account that has `actual`. A setting that the vendor does not return has no
    /// value before.
    pub fn changes(&self, actual: &Self) -> Vec<FieldChange> {
        let mut changes = diff::all(self);
        let actual = diff::all(actual);
        changes.retain_mut(|change| {
            // Raw keys are compared by what was applied last.
            let known =
                actual.iter().find(|actual| actual.field == change.field && change.field != "vendor_fields");
            change.before = known.map(|actual| actual.after.clone()).unwrap_or_default();
            change.before != change.after
        });
        changes
    }

    /// Whether a setting is given that can be read back. `enable` is an instruction that no vendor returns,
    /// and it is not known whether raw keys are returned.
    pub fn can_be_compared(&self) -> bool {
        !self.only(|field| !matches!(field, "enable" | "vendor_fields")).is_empty()
    }

    /// Those of these fields.
    #[must_use]
    pub fn only(&self, named: impl Fn(&str) -> bool) -> Self {
        let (countries, numbers) = ("show_zoom_provided_callout_countries", "show_zoom_provided_numbers");
        let callout = self.show_callout_internal_number;
        Self {
            enable: self.enable.filter(|_| named("enable")),
            show_callout_internal_number: callout.filter(|_| named("show_callout_internal_number")),
            show_zoom_provided_callout_countries: self
                .show_zoom_provided_callout_countries
                .clone()
                .filter(|_| named(countries)),
            show_zoom_provided_numbers: self.show_zoom_provided_numbers.clone().filter(|_| named(numbers)),
            vendor_fields: if named("vendor_fields") { self.vendor_fields.clone() } else { Map::new() },
        }
    }

    /// What assigning these settings deletes, in words; empty where nothing is.
    pub fn deletes(&self) -> Vec<&'static str> {
        let mut list = Vec::new();
        if self.enable == Some(false) {
            list.push("the account's SIP configuration");
        }
        if self.show_zoom_provided_callout_countries == Some(Provided::Remove) {
            list.push("all call-out countries that the vendor provides to the account");
        }
        if self.show_zoom_provided_numbers == Some(Provided::Remove) {
            list.push("all numbers that the vendor provides to the account");
        }
        list
    }
}
