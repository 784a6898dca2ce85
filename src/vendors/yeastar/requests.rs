//! What every request has in common: its address, and how its parameters are sent.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::model::error::{Error, Result};
use crate::model::profile::Profile;
use crate::vendors::call::{Method, Request};

/// A POST of JSON.
pub fn post(profile: &Profile, endpoint: &str, body: Value) -> Request {
    Request::new(Method::Post, address(profile, endpoint)).json("application/json", body)
}

/// A GET with a query.
pub fn get(profile: &Profile, endpoint: &str, query: &[(&str, &str)]) -> Request {
    let pairs: Vec<String> = query
        .iter()
        .map(|(key, value)| format!("{key}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    let joint = if pairs.is_empty() { "" } else { "?" };
    Request::new(Method::Get, format!("{}{joint}{}", address(profile, endpoint), pairs.join("&")))
}

fn address(profile: &Profile, endpoint: &str) -> String {
    format!("{}/openapi/v1.0/{endpoint}", profile.get("base_url").trim_end_matches('/'))
}

/// A trunk's id as the number that the PBX takes.
pub fn trunk_id(id: &str) -> Result<u64> {
    id.parse().map_err(|_| {
        Error::invalid(format!("`{id}` is not an id of a Yeastar trunk"))
            .hint("ids are whole numbers; name the trunk with `name:…` to let trunkctl look it up")
    })
}
