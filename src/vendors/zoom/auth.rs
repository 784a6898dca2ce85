//! Tokens of a Server-to-Server OAuth app. There is no refresh token; a new token is requested instead.

use super::read;
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::vendors::call::{Body, Call, Effect, Method, Place, Request, Slot, Token};

/// Asks for a token. The parameters go in the body: in the query they are reported to get 400 now.
pub fn log_in(profile: &Profile) -> Call<Token> {
    let mut request = Request::new(Method::Post, profile.get("token_url").to_owned());
    request.body = Body::Form(vec![
        ("grant_type".into(), "account_credentials".into()),
        ("account_id".into(), profile.get("account_id").to_owned()),
    ]);
    let place = Place::Basic { user: profile.get("client_id").to_owned() };
    Call::new("POST oauth/token", Effect::LogIn, request, read::token).with(Slot::new(
        place,
        profile.secret("client_secret"),
        "TRUNKCTL_CLIENT_SECRET",
    ))
}

/// The token's place in every other request; Zoom refuses it in the query.
pub fn authorise(token: &Secret) -> Vec<Slot> {
    let place = Place::Header { name: "Authorization", prefix: "Bearer " };
    vec![Slot::new(place, token.clone(), "TRUNKCTL_ACCESS_TOKEN")]
}
