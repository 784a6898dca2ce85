//! A simulator of Itniotech's contact-center API v3, written from its documentation alone.

mod auth;
mod handlers;
mod refusal;
mod rules;
pub mod seed;
mod state;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::vendors::call::Response;
use crate::vendors::simulator::{Incoming, Simulator};
use refusal::Refusal;
use state::State;

/// The imitated vendor: one workspace with its agent groups and trunks.
#[derive(Debug, Clone)]
pub struct Sandbox {
    state: State,
}

/// A documented call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    AddTrunk,
    UpdateTrunk,
    QueryTrunks,
    QueryGroups,
    Balance,
}

impl Sandbox {
    /// A sandbox with agent groups and without trunks.
    pub fn new() -> Self {
        Self { state: seed::state() }
    }

    /// The sandbox as it was saved; none where that cannot be understood.
    pub fn load(saved: &Value) -> Option<Self> {
        let state = State::deserialize(saved).ok()?;
        state.is_sound().then_some(Self { state })
    }

    fn answer(&mut self, call: Call, request: &Incoming, now: u64) -> Result<Value, Refusal> {
        auth::check(request, now)?;
        // No implemented call documents query parameters.
        if !request.query.is_empty() {
            return Err(Refusal::Parameter);
        }
        match call {
            Call::AddTrunk => handlers::add_trunk(&mut self.state, body_of(request)?, now),
            Call::UpdateTrunk => handlers::update_trunk(&mut self.state, body_of(request)?, now),
            Call::QueryTrunks => handlers::query_trunks(&self.state, body_of(request)?),
            Call::QueryGroups => handlers::query_groups(&self.state, body_of(request)?),
            Call::Balance if request.body.is_empty() => Ok(Value::Null),
            Call::Balance => Err(Refusal::Parameter),
        }
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Simulator for Sandbox {
    fn handle(&mut self, request: &Incoming, now: u64) -> Response {
        let Some(call) = route(&request.method, &request.path) else {
            return not_found();
        };
        let answer = self.answer(call, request, now);
        Response::json(200, &envelope(call, answer))
    }

    fn save(&self) -> Value {
        serde_json::to_value(&self.state).unwrap_or_default()
    }
}

fn route(method: &str, path: &str) -> Option<Call> {
    match (method, path) {
        ("POST", "/v3/cc/sipTrunk/add") => Some(Call::AddTrunk),
        ("POST", "/v3/cc/sipTrunk/update") => Some(Call::UpdateTrunk),
        ("POST", "/v3/cc/sipTrunk/query") => Some(Call::QueryTrunks),
        ("POST", "/v3/cc/seatGroup/query") => Some(Call::QueryGroups),
        ("GET", "/sms/getBalance") => Some(Call::Balance),
        _ => None,
    }
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
        _ => Err(Refusal::Parameter),
    }
}

fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_charset = |part: &str| part.get(..8).is_some_and(|name| name.eq_ignore_ascii_case("charset="));
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json")) && parts.all(is_charset)
}

/// Business errors ride on HTTP 200. The samples give `status` as text, but as a bare number for the trunk
/// query, and the balance beside `status` instead of in `data`.
fn envelope(call: Call, answer: Result<Value, Refusal>) -> Value {
    let (status, reason, data) = match answer {
        Ok(data) => (0, "success", data),
        Err(refusal) => (refusal.status(), refusal.reason(), Value::Null),
    };
    match call {
        Call::QueryTrunks => json!({ "status": status, "reason": reason, "data": data }),
        Call::Balance if status == 0 => {
            json!({ "status": "0", "reason": reason, "balance": "100.00", "gift": "0.00", "credit": "0.00" })
        }
        _ => json!({ "status": status.to_string(), "reason": reason, "data": data }),
    }
}
