//! Zoom's JSON. Requests keep the order of Zoom's own examples; answers may leave keys out.

use serde::{Deserialize, Serialize};

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

/// Answer of POST and GET `sip_trunk/trunks`; the former has no total.
#[derive(Debug, Deserialize)]
pub struct Trunks {
    pub sip_trunks: Vec<TrunkRow>,
    pub total_records: Option<u64>,
}

/// A trunk that an account has.
#[derive(Debug, Deserialize)]
pub struct TrunkRow {
    #[serde(default, deserialize_with = "text::id")]
    pub id: Option<String>,
    #[serde(default, deserialize_with = "text::id")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "text::id")]
    pub dnis: Option<String>,
    #[serde(default, deserialize_with = "text::id")]
    pub number_prefix: Option<String>,
    #[serde(default, deserialize_with = "text::id")]
    pub outbound_caller_id: Option<String>,
    #[serde(default, deserialize_with = "text::id")]
    pub sip_server_address: Option<String>,
}

/// Answer of POST `sip_trunk/internal_numbers`.
#[derive(Debug, Deserialize)]
pub struct Numbers {
    pub internal_numbers: Vec<NumberRow>,
}

/// A number that was added. The OpenAPI file's schema of the list has no `id`.
#[derive(Debug, Deserialize)]
pub struct NumberRow {
    #[serde(default, deserialize_with = "text::id")]
    pub id: Option<String>,
    pub number: String,
}
