//! A simulator of Itniotech's contact-center API v3, written from its documentation alone.

mod auth;
mod handlers;
mod refusal;
mod rules;
mod seed;
mod state;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::vendors::call::Response;
use crate::vendors::simulator::{Incoming, Simulator};
use refusal::Refusal;
use state::State;

const QUERY_TRUNKS: &str = "/v3/cc/sipTrunk/query";
const BALANCE: &str = "/sms/getBalance";

/// The imitated vendor: one workspace with its agent groups and trunks.
#[derive(Debug, Clone)]
pub(super) struct Sandbox {
    state: State,
}

impl Sandbox {
    /// A sandbox with agent groups and without trunks.
    pub(super) fn new() -> Self {
        Self { state: seed::state() }
    }

    /// The sandbox as it was saved; none where that cannot be understood.
    pub(super) fn load(saved: &Value) -> Option<Self> {
        let state = State::deserialize(saved).ok()?;
        state.is_sound().then_some(Self { state })
    }
}

impl Simulator for Sandbox {
    fn handle(&mut self, request: &Incoming, now: u64) -> Response {
        let state = &mut self.state;
        let checked = check(request, now);
        let body = checked.and_then(|()| body_of(request));
        let answer = match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/v3/cc/sipTrunk/add") => body.and_then(|body| handlers::add_trunk(state, body, now)),
            ("POST", "/v3/cc/sipTrunk/update") => {
                body.and_then(|body| handlers::update_trunk(state, body, now))
            }
            ("POST", QUERY_TRUNKS) => body.and_then(|body| handlers::query_trunks(state, body)),
            ("POST", "/v3/cc/seatGroup/query") => body.and_then(|body| handlers::query_groups(state, body)),
            ("GET", BALANCE) if request.body.is_empty() => checked.map(|()| Value::Null),
            ("GET", BALANCE) => checked.and(Err(Refusal::PARAMETER)),
            _ => return not_found(),
        };
        Response::json(200, &envelope(&request.path, answer))
    }

    fn save(&self) -> Value {
        serde_json::to_value(&self.state).unwrap_or_default()
    }
}

/// The signature. No implemented call documents query parameters.
fn check(request: &Incoming, now: u64) -> Result<(), Refusal> {
    auth::check(request, now)?;
    if request.query.is_empty() { Ok(()) } else { Err(Refusal::PARAMETER) }
}

/// The vendor documents no such answer. HTML is what a gateway gives, and what a client has to survive.
fn not_found() -> Response {
    Response {
        status: 404,
        headers: vec![("content-type".into(), "text/html".into())],
        body: b"<html><body><h1>404 Not Found</h1></body></html>\n".to_vec(),
    }
}

/// The body of a POST: a JSON object, and declared as JSON.
fn body_of(request: &Incoming) -> Result<Map<String, Value>, Refusal> {
    let declared = request.header("content-type").is_some_and(is_json);
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(body)) if declared => Ok(body),
        _ => Err(Refusal::PARAMETER),
    }
}

fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_charset = |part: &str| part.get(..8).is_some_and(|name| name.eq_ignore_ascii_case("charset="));
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json")) && parts.all(is_charset)
}

/// Business errors ride on HTTP 200. The samples give `status` as text, but as a bare number for the trunk
/// query, and the balance beside `status` instead of in `data`.
fn envelope(path: &str, answer: Result<Value, Refusal>) -> Value {
    let (status, reason, data) = match answer {
        Ok(data) => (0, "success", data),
        Err(Refusal(status, reason)) => (status, reason, Value::Null),
    };
    match path {
        QUERY_TRUNKS => json!({ "status": status, "reason": reason, "data": data }),
        BALANCE if status == 0 => {
            json!({ "status": "0", "reason": reason, "balance": "100.00", "gift": "0.00", "credit": "0.00" })
        }
        _ => json!({ "status": status.to_string(), "reason": reason, "data": data }),
    }
}
