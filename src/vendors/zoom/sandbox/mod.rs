//! A simulator of Zoom's SIP Connected Audio API, written from its documentation.
//!
//! `/oauth/token` is the token endpoint, `/v2` the API. The format of PATCH internal number is documented
//! nowhere, so it answers like any method that a path does not have.

mod answer;
mod auth;
mod body;
mod countries;
mod handlers;
mod internal_numbers;
mod multipart;
mod seed;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::answer::{Answer, no_method, no_route};
use super::super::call::Response;
use crate::vendors::simulator::{Incoming, Simulator};

/// The version of the saved state.
const FORMAT: u32 = 1;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    format: u32,
    app: App,
    counters: Counters,
    tokens: Vec<Token>,
    pages: Vec<Page>,
    accounts: Vec<Account>,
    /// The phone numbers of the master account.
    phone_numbers: Vec<PhoneNumber>,
}

/// The server-to-server app that may log in.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct App {
    account_id: String,
    client_id: String,
    client_secret: String,
}

/// What tokens and ids are derived from; one counter each, so that a log-in does not shift the ids.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Counters {
    requests: u64,
    tokens: u64,
    pages: u64,
    numbers: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Token {
    token: String,
    expires_at: u64,
}

/// Where a list goes on: a token is good for the same account and page size only.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Page {
    token: String,
    account: String,
    page_size: usize,
    after: u64,
    expires_at: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Account {
    id: String,
    master: bool,
    sip_plan: bool,
    quota: usize,
    settings: Settings,
    /// By serial, in the order of creation.
    internal_numbers: BTreeMap<u64, InternalNumber>,
    callout_countries: Vec<String>,
    /// The master's own trunks, or those assigned to the sub account.
    sip_trunks: Vec<SipTrunk>,
    /// Numbers of the master account that were given to the sub account.
    phone_numbers: Vec<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Settings {
    enable: bool,
    show_callout_internal_number: bool,
    show_zoom_provided_callout_countries: u64,
    show_zoom_provided_numbers: u64,
    /// Its type is not documented: kept as it came.
    enable_all_settings_from_master_account: Option<Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct InternalNumber {
    id: String,
    number: String,
    display_number: String,
    country: String,
    #[serde(rename = "type")]
    kind: u64,
    labels: String,
    languages: String,
    visible: bool,
    allow_join: bool,
    allow_for_external_meetings: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct SipTrunk {
    id: String,
    name: String,
    dnis: String,
    number_prefix: String,
    outbound_caller_id: String,
    sip_server_address: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct PhoneNumber {
    number: String,
    country: String,
}

/// The imitated Zoom with all of its accounts.
#[derive(Debug, Clone)]
pub(super) struct Sandbox {
    state: State,
    /// Every internal number in any account, so that uniqueness costs no search.
    taken: HashSet<String>,
}

impl Sandbox {
    /// A fresh simulator with its seeds.
    pub(super) fn new() -> Self {
        Self { state: seed::state(), taken: HashSet::new() }
    }

    /// The simulator as it was saved, or `None` where that cannot be understood.
    pub(super) fn load(saved: &Value) -> Option<Self> {
        let state = State::deserialize(saved).ok()?;
        let ids: BTreeSet<&str> = state.accounts.iter().map(|account| account.id.as_str()).collect();
        let masters = state.accounts.iter().filter(|account| account.master).count();
        let numbers = || state.accounts.iter().flat_map(|account| &account.internal_numbers);
        let taken: HashSet<String> = numbers().map(|(_, number)| number.number.clone()).collect();
        let sound = state.format == FORMAT
            && masters == 1
            && ids.len() == state.accounts.len()
            && taken.len() == numbers().count()
            && numbers().all(|(serial, _)| *serial <= state.counters.numbers);
        sound.then_some(Self { state, taken })
    }

    fn route(&mut self, request: &Incoming, now: u64) -> Answer {
        let segments = segments(&request.path).ok_or_else(no_route)?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            ["oauth", "token"] => auth::log_in(&mut self.state, request, now),
            ["v2", path @ ..] => {
                auth::check(&self.state, request, now)?;
                self.api(request, path, now)
            }
            _ => Err(no_route()),
        }
    }

    fn api(&mut self, request: &Incoming, path: &[&str], now: u64) -> Answer {
        let (account, path) = match path {
            ["sip_trunk", "numbers"] if request.method == "GET" => {
                return handlers::list_numbers(&self.state, request);
            }
            ["sip_trunk", "numbers"] => return Err(no_method()),
            ["accounts", account, "sip_trunk", path @ ..] => (*account, path),
            _ => return Err(no_route()),
        };
        match (request.method.as_str(), path) {
            ("GET", ["settings"]) => handlers::read_settings(&self.state, account, request),
            ("PATCH", ["settings"]) => handlers::assign_settings(&mut self.state, account, request),
            ("GET", ["internal_numbers"]) => internal_numbers::list(&mut self.state, account, request, now),
            ("POST", ["internal_numbers"]) => internal_numbers::add(self, account, request),
            ("DELETE", ["internal_numbers", id]) => internal_numbers::delete(self, account, id, request),
            ("GET", ["callout_countries"]) => handlers::list_countries(&mut self.state, account, request),
            ("POST", ["callout_countries"]) => handlers::add_countries(&mut self.state, account, request),
            ("DELETE", ["callout_countries", id]) => {
                handlers::delete_country(&mut self.state, account, id, request)
            }
            ("GET", ["trunks"]) => handlers::list_trunks(&mut self.state, account, request),
            ("POST", ["trunks"]) => handlers::assign_trunks(&mut self.state, account, request),
            ("DELETE", ["trunks", id]) => handlers::delete_trunk(&mut self.state, account, id, request),
            ("POST", ["numbers"]) => handlers::assign_numbers(&mut self.state, account, request),
            ("DELETE", ["numbers"]) => handlers::delete_numbers(self, account, request),
            (_, ["settings" | "internal_numbers" | "callout_countries" | "trunks" | "numbers"])
            | (_, ["internal_numbers" | "callout_countries" | "trunks", _]) => Err(no_method()),
            _ => Err(no_route()),
        }
    }
}

impl Simulator for Sandbox {
    fn handle(&mut self, request: &Incoming, now: u64) -> Response {
        let mut response = self.route(request, now).unwrap_or_else(|refusal| refusal);
        let tracking = mint("tracking", next(&mut self.state.counters.requests));
        response.headers.push(("x-zm-trackingid".into(), format!("v=2.0;clid=sandbox;rid=WEB_{tracking}")));
        response
    }

    fn over_quota(&self, ends: Option<&str>) -> Response {
        answer::over_quota(ends)
    }

    fn save(&self) -> Value {
        serde_json::to_value(&self.state).unwrap_or_default()
    }
}

/// The decoded segments of a path. An empty one, as after a trailing slash, makes it no path at all.
fn segments(path: &str) -> Option<Vec<String>> {
    let decode = |segment: &str| decoded(segment).filter(|segment| !segment.is_empty());
    path.strip_prefix('/')?.split('/').map(decode).collect()
}

/// Percent-decodes strictly: each `%` needs two hex digits, and the result must be UTF-8.
fn decoded(text: &str) -> Option<String> {
    let sound = text.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes();
        digits.len() >= 2 && digits[..2].iter().all(u8::is_ascii_hexdigit)
    });
    let bytes = percent_encoding::percent_decode_str(text);
    if sound { bytes.decode_utf8().ok().map(|text| text.into_owned()) } else { None }
}

fn next(counter: &mut u64) -> u64 {
    *counter = counter.saturating_add(1);
    *counter
}

/// An opaque text that differs for every purpose and count, without a source of randomness.
fn mint(purpose: &str, count: u64) -> String {
    let digest = Sha256::digest(format!("{purpose}:{count}"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
