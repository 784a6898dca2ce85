//! A simulator of a P-Series PBX, in the strict reading of the vendor's trunk pages.
//!
//! The HTTP status is always 200; errors are in `errcode` (Response Result).

mod answer;
mod auth;
mod fields;
mod handlers;
mod seed;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use self::answer::{Answer, Refusal};
use self::fields::TrunkKind;
use crate::vendors::call::Response;
use crate::vendors::simulator::{Incoming, Simulator};

/// The imitated PBX.
#[derive(Debug, Clone)]
pub(super) struct Sandbox {
    state: State,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct State {
    client_id: String,
    client_secret: String,
    /// The table of trunk/get says array, its example shows an object.
    #[serde(default)]
    trunk_get_as_array: bool,
    /// The caller's address is not on the allow-list: 70087.
    #[serde(default)]
    refuse_address: bool,
    /// The provider of a Cloud Edition keeps trunk creation to itself: 10009.
    #[serde(default)]
    refuse_trunk_create: bool,
    sessions: Vec<auth::Session>,
    /// Makes every token differ from those before it.
    tokens_issued: u64,
    failed_log_ins: u32,
    blocked_until: Option<u64>,
    next_trunk_id: u64,
    trunks: Vec<Trunk>,
    extensions: Vec<Extension>,
    extension_groups: Vec<ExtensionGroup>,
    itsps: Vec<Itsp>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Trunk {
    id: u64,
    #[serde(rename = "type")]
    kind: TrunkKind,
    /// A route refers to it, so that it cannot be deleted: 70091.
    #[serde(default)]
    in_use: bool,
    /// The accepted fields under their wire names.
    settings: Map<String, Value>,
}

impl Trunk {
    fn text(&self, field: &str) -> &str {
        self.settings.get(field).and_then(Value::as_str).unwrap_or_default()
    }
}

/// An extension, with the keys of a row of `extension/list`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Extension {
    id: u64,
    number: String,
    caller_id_name: String,
    email_addr: String,
    mobile_number: String,
    presence_status: String,
}

/// A row of `extensiongroup/list`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ExtensionGroup {
    id: u64,
    name: String,
    member_select: String,
    total_extensions: u64,
}

/// A row of `trunk/itsp_list`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Itsp {
    id: u64,
    country: String,
    name: String,
}

struct Route {
    method: &'static str,
    path: &'static str,
    needs_token: bool,
    handler: fn(&mut State, &Incoming, u64) -> Answer,
}

const fn open(path: &'static str, handler: fn(&mut State, &Incoming, u64) -> Answer) -> Route {
    Route { method: "POST", path, needs_token: false, handler }
}

const fn get(path: &'static str, handler: fn(&mut State, &Incoming, u64) -> Answer) -> Route {
    Route { method: "GET", path, needs_token: true, handler }
}

const fn post(path: &'static str, handler: fn(&mut State, &Incoming, u64) -> Answer) -> Route {
    Route { method: "POST", path, needs_token: true, handler }
}

const ROUTES: &[Route] = &[
    open("get_token", auth::get_token),
    open("refresh_token", auth::refresh_token),
    get("del_token", auth::del_token),
    get("trunk/list", handlers::trunk_list),
    get("trunk/search", handlers::trunk_list),
    get("trunk/get", handlers::trunk_get),
    get("trunk/query", handlers::trunk_query),
    get("trunk/itsp_list", handlers::itsp_list),
    post("trunk/create", handlers::trunk_create),
    post("trunk/update", handlers::trunk_update),
    // The vendor deletes with GET (Delete a SIP Trunk).
    get("trunk/delete", handlers::trunk_delete),
    get("extension/list", handlers::extension_list),
    get("extension/search", handlers::extension_list),
    get("extensiongroup/list", handlers::extension_group_list),
    get("extensiongroup/search", handlers::extension_group_list),
];

impl Sandbox {
    /// A PBX with its seeded extensions and groups, and without trunks.
    pub(super) fn new() -> Self {
        Self { state: seed::state() }
    }

    /// A saved PBX, or `None` if the saved state is invalid.
    pub(super) fn load(saved: &Value) -> Option<Self> {
        State::deserialize(saved).ok().map(|state| Self { state })
    }

    fn answer(&mut self, request: &Incoming, now: u64) -> Answer {
        // Request Structure: every request names its user agent.
        if request.header("user-agent").is_none_or(|agent| agent.trim().is_empty()) {
            return Err(Refusal::parameters(vec![answer::required("User-Agent")]));
        }
        let path = request.path.strip_prefix("/openapi/v1.0/").unwrap_or_default();
        let Some(route) = ROUTES.iter().find(|route| route.path == path && route.method == request.method)
        else {
            // As seen on a live PBX.
            let entry = json!({"value": format!("No route for {} {}", request.method, request.path)});
            return Err(
                Refusal::new(10001, "INTERFACE NOT EXISTED").with("invalid_param_list", json!([entry]))
            );
        };
        self.state.forget_expired(now);
        if route.needs_token {
            auth::check(&self.state, request, now)?;
        }
        (route.handler)(&mut self.state, request, now)
    }
}

impl Simulator for Sandbox {
    fn handle(&mut self, request: &Incoming, now: u64) -> Response {
        let body = match self.answer(request, now) {
            Ok(data) => answer::success(data),
            Err(refusal) => refusal.into_body(),
        };
        let mut response = Response::json(200, &body);
        // API Request Overview: one connection a request.
        response.headers.push(("connection".into(), "close".into()));
        response
    }

    fn save(&self) -> Value {
        serde_json::to_value(&self.state).unwrap_or_default()
    }
}
