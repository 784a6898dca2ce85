//! Tokens: log-in, renewal, revocation, their limits and the lock-out.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::State;
use super::answer::{self, Answer, Refusal, keys, required, unknown, wrong};
use crate::vendors::simulator::Incoming;

/// Authorization Rule: half an hour and a day.
const ACCESS_LIFETIME: u64 = 1800;
const REFRESH_LIFETIME: u64 = 86_400;
/// Get Access Token, usage limit.
const MAX_ACCESS_TOKENS: usize = 8;
const MAX_FAILED_LOG_INS: u32 = 5;
/// Not documented; a public client waits this long.
const BLOCKED_FOR: u64 = 11 * 60;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    access_token: String,
    access_expires: u64,
    refresh_token: String,
    refresh_expires: u64,
}

impl State {
    pub(super) fn forget_expired(&mut self, now: u64) {
        self.sessions.retain(|session| session.refresh_expires > now);
        if self.blocked_until.is_some_and(|until| until <= now) {
            self.blocked_until = None;
            self.failed_log_ins = 0;
        }
    }

    fn next_token(&mut self, now: u64) -> String {
        self.tokens_issued = self.tokens_issued.wrapping_add(1);
        // The time is mixed in, so a token from before a reset does not become valid again.
        let digest = Sha256::digest(format!("yeastar sandbox token {} {now}", self.tokens_issued));
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    fn open_session(&mut self, now: u64) -> Answer {
        if self.sessions.iter().filter(|session| session.access_expires > now).count() >= MAX_ACCESS_TOKENS {
            return Err(Refusal::new(60002, "MAX LIMITATION EXCEEDED"));
        }
        let session = Session {
            access_token: self.next_token(now),
            access_expires: now.saturating_add(ACCESS_LIFETIME),
            refresh_token: self.next_token(now),
            refresh_expires: now.saturating_add(REFRESH_LIFETIME),
        };
        let given = keys([
            ("access_token_expire_time", json!(ACCESS_LIFETIME)),
            ("access_token", json!(session.access_token)),
            ("refresh_token_expire_time", json!(REFRESH_LIFETIME)),
            ("refresh_token", json!(session.refresh_token)),
        ]);
        self.sessions.push(session);
        Ok(given)
    }

    /// The client's address is not known here, so the address rules apply to all clients, and only when
    /// tokens are issued.
    fn check_address(&self) -> Result<(), Refusal> {
        if self.refuse_address {
            return Err(Refusal::new(70087, "IP FORBIDDEN"));
        }
        match self.blocked_until {
            Some(until) => {
                Err(Refusal::new(70004, "ACCOUNT IP BLOCKED").with("block_expire_time", json!(until)))
            }
            None => Ok(()),
        }
    }
}

fn expired() -> Refusal {
    Refusal::new(10004, "TOKEN EXPIRED")
}

/// The token counts in the query only; `Authorization: Bearer` is ignored.
pub(super) fn check(state: &State, request: &Incoming, now: u64) -> Result<(), Refusal> {
    let token = request.param("access_token").unwrap_or_default();
    let live = |session: &&Session| session.access_token == token && session.access_expires > now;
    state.sessions.iter().find(live).map(|_| ()).ok_or_else(expired)
}

/// Reads an object of exactly these texts, each required.
fn texts<const N: usize>(body: &Map<String, Value>, names: [&str; N]) -> Result<[String; N], Refusal> {
    let mut faults = Vec::new();
    let read = names.map(|name| match body.get(name) {
        value if answer::is_blank(value) => {
            faults.push(required(name));
            String::new()
        }
        Some(Value::String(text)) => text.clone(),
        other => {
            faults.push(wrong(name, other.unwrap_or(&Value::Null)));
            String::new()
        }
    });
    faults.extend(body.keys().filter(|key| !names.contains(&key.as_str())).map(|key| unknown(key)));
    answer::refuse_any(faults)?;
    Ok(read)
}

pub(super) fn get_token(state: &mut State, request: &Incoming, now: u64) -> Answer {
    state.check_address()?;
    let [id, secret] = texts(&answer::object(request)?, ["username", "password"])?;
    if id != state.client_id || secret != state.client_secret {
        state.failed_log_ins = state.failed_log_ins.saturating_add(1);
        if state.failed_log_ins >= MAX_FAILED_LOG_INS {
            state.blocked_until = Some(now.saturating_add(BLOCKED_FOR));
        }
        let entry = json!([{"field": "username or password", "value": "error"}]);
        return Err(Refusal::new(-1, "FAILURE").with("invalid_param_list", entry));
    }
    state.failed_log_ins = 0;
    state.open_session(now)
}

/// Refresh Access Token: only the latest refresh token counts, and both tokens are replaced.
pub(super) fn refresh_token(state: &mut State, request: &Incoming, now: u64) -> Answer {
    state.check_address()?;
    let [token] = texts(&answer::object(request)?, ["refresh_token"])?;
    let live = |session: &Session| session.refresh_token == token;
    let index = state.sessions.iter().position(live).ok_or_else(expired)?;
    let old = state.sessions.remove(index);
    state.open_session(now).inspect_err(|_| state.sessions.push(old))
}

pub(super) fn del_token(state: &mut State, request: &Incoming, _now: u64) -> Answer {
    answer::refuse_any(answer::query_faults(request, &[]))?;
    let token = request.param("access_token").unwrap_or_default();
    state.sessions.retain(|session| session.access_token != token);
    Ok(Map::new())
}
