//! The SIP settings that a master account assigns to an account.

use serde::Serialize;

super::words::words! {
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

/// Settings to assign. What is absent is left alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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
}

impl SipSettings {
    /// Whether nothing is given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
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
