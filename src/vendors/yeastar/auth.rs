//! Tokens: "Get Access Token", "Refresh Access Token" and "Revoke Access Token". A token rides in the query
//! and nowhere else.

use serde_json::json;

use super::requests::{get, post};
use super::{read, wire};
use crate::model::profile::Profile;
use crate::model::secret::{MASK, Secret};
use crate::vendors::call::{Call, Effect, Place, Response, Slot, Token};

/// The environment variable that a printed command line takes the token from.
const TOKEN_VARIABLE: &str = "TRUNKCTL_ACCESS_TOKEN";

/// `get_token` with Client ID and Client Secret.
pub fn log_in(profile: &Profile) -> Call<Token> {
    let body = json!({"username": profile.get("client_id"), "password": MASK});
    Call::new("get_token", Effect::LogIn, post(profile, "get_token", body), token).with(Slot::new(
        Place::Json("/password".into()),
        profile.secret("client_secret"),
        "TRUNKCTL_CLIENT_SECRET",
    ))
}

/// `refresh_token`; it replaces both tokens.
pub fn renew(profile: &Profile, refresh: &Secret) -> Call<Token> {
    let body = json!({"refresh_token": MASK});
    Call::new("refresh_token", Effect::LogIn, post(profile, "refresh_token", body), |response| {
        token(response)
    })
    .with(Slot::new(Place::Json("/refresh_token".into()), refresh.clone(), "TRUNKCTL_REFRESH_TOKEN"))
}

/// `del_token`; the token that authorises it is the one that it ends.
pub fn revoke(profile: &Profile) -> Call<()> {
    Call::new("del_token", Effect::Write, get(profile, "del_token", &[]), read::done)
}

/// The token's place in every other request.
pub fn authorise(token: &Secret) -> Vec<Slot> {
    vec![Slot::new(Place::Query("access_token"), token.clone(), TOKEN_VARIABLE)]
}

fn token(response: &Response) -> Result<Token, crate::vendors::call::Fault> {
    let answer: wire::Tokens = read::answer(response, true)?;
    Ok(Token {
        access: Secret::known(answer.access_token),
        expires_in: answer.access_token_expire_time,
        refresh: answer
            .refresh_token
            .map(|token| (Secret::known(token), answer.refresh_token_expire_time.unwrap_or(0))),
    })
}
