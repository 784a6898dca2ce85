//! What every request has in common. Every call of the contact center is a POST of JSON below `/v3/cc/`.

use serde_json::Value;

use crate::model::profile::Profile;
use crate::vendors::call::{Method, Request};

/// As page 004 writes it.
const CONTENT_TYPE: &str = "application/json;charset=UTF-8";

/// A POST of JSON below `/v3/cc/`.
pub fn post(profile: &Profile, endpoint: &str, body: Value) -> Request {
    Request::new(Method::Post, address(profile, &format!("v3/cc/{endpoint}"))).json(CONTENT_TYPE, body)
}

/// A GET, for what does not belong to the contact center. Its page has this header although there is no body.
pub fn get(profile: &Profile, path: &str) -> Request {
    let mut request = Request::new(Method::Get, address(profile, path));
    request.headers.push(("Content-Type".into(), CONTENT_TYPE.into()));
    request
}

fn address(profile: &Profile, path: &str) -> String {
    format!("{}/{path}", profile.get("base_url").trim_end_matches('/'))
}
