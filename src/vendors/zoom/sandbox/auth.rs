//! The token endpoint, and the check of bearer tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use super::answer::{Answer, no_method, refusal};
use super::body::media_type;
use super::{State, Token, decoded, mint, next};
use crate::vendors::call::Response;
use crate::vendors::simulator::Incoming;

/// A token lives one hour.
pub(super) const TOKEN_SECONDS: u64 = 3600;

/// Answers `/oauth/token`. Its errors have a shape of their own.
pub(super) fn log_in(state: &mut State, request: &Incoming, now: u64) -> Answer {
    if request.method != "POST" {
        return Err(no_method());
    }
    let pair = format!("{}:{}", state.app.client_id, state.app.client_secret);
    if credentials(request, "basic") != Some(BASE64.encode(pair).as_str()) {
        return Err(oauth("invalid_client", "Invalid client_id or client_secret."));
    }
    // Parameters in the query cause a 400 since 2025; a body that is not a form is not read.
    let is_form = media_type(request) == "application/x-www-form-urlencoded";
    if !is_form || !request.query.is_empty() {
        return Err(oauth("unsupported_grant_type", "Unsupported grant type."));
    }
    let form = form(&request.body).ok_or_else(|| oauth("invalid_request", "The form cannot be read."))?;
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if field("grant_type") != Some("account_credentials") {
        return Err(oauth("unsupported_grant_type", "Unsupported grant type."));
    }
    if form.iter().any(|(key, _)| !matches!(key.as_str(), "grant_type" | "account_id")) {
        return Err(oauth("invalid_request", "The form holds an unknown parameter."));
    }
    match field("account_id") {
        None => return Err(oauth("invalid_request", "The account_id is missing.")),
        // Field reports: a wrong account id answers a bare 400, and some answers have no reason.
        Some(id) if id != state.app.account_id => {
            return Err(Response::json(400, &json!({ "error": "invalid_request" })));
        }
        Some(_) => {}
    }
    let token = mint("token", next(&mut state.counters.tokens));
    // Today's docs allow several tokens at once, so only the dead ones go.
    state.tokens.retain(|token| now < token.expires_at);
    state.tokens.push(Token { token: token.clone(), expires_at: now.saturating_add(TOKEN_SECONDS) });
    // A client that follows `api_url` must not leave the sandbox for the real Zoom.
    Ok(Response::json(
        200,
        &json!({
            "access_token": token,
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": "sip_trunk:master",
            "api_url": "https://api.zoom.invalid",
        }),
    ))
}

/// Lets only live tokens of the log-in pass. A token in the query has been refused since 2023.
pub(super) fn check(state: &State, request: &Incoming, now: u64) -> Result<(), Response> {
    let given = credentials(request, "bearer");
    match state.tokens.iter().find(|token| given == Some(token.token.as_str())) {
        Some(token) if now < token.expires_at => Ok(()),
        Some(_) => Err(refusal(401, 124, "Access token is expired.")),
        None => Err(refusal(401, 124, "Invalid access token.")),
    }
}

/// What follows the scheme in the `Authorization` header.
fn credentials<'a>(request: &'a Incoming, scheme: &str) -> Option<&'a str> {
    let (given, rest) = request.header("authorization")?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn oauth(error: &str, reason: &str) -> Response {
    Response::json(400, &json!({ "reason": reason, "error": error }))
}

/// The fields of a form; none if it is malformed or repeats a field.
fn form(body: &[u8]) -> Option<Vec<(String, String)>> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for pair in std::str::from_utf8(body).ok()?.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=')?;
        let field = (decoded(&key.replace('+', " "))?, decoded(&value.replace('+', " "))?);
        if fields.iter().any(|(key, _)| *key == field.0) {
            return None;
        }
        fields.push(field);
    }
    Some(fields)
}
