//! What every request has in common: its address, and its rate label.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::abilities::LIGHT;
use super::rules;
use crate::model::error::{Error, FieldError, Result};
use crate::model::profile::Profile;
use crate::vendors::call::{Call, Effect, Fault, Request, Response};

/// Whatever RFC 3986 does not call unreserved.
pub const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A call of SIP Connected Audio.
pub fn call<T>(
    name: &'static str,
    effect: Effect,
    request: Request,
    read: impl Fn(&Response) -> Result<T, Fault> + Send + Sync + 'static,
) -> Call<T> {
    Call::new(name, effect, request, read).labelled(LIGHT)
}

/// The address of a part of an account.
pub fn address(profile: &Profile, account: &str, resource: &str) -> Result<String> {
    accept("the account", rules::account(account))?;
    let account = utf8_percent_encode(account, SEGMENT);
    Ok(format!("{}/accounts/{account}/sip_trunk/{resource}", base(profile)))
}

/// The API's address.
pub fn base(profile: &Profile) -> &str {
    profile.get("base_url").trim_end_matches('/')
}

/// Refuses a part of a request that breaks a rule.
pub fn accept(what: &str, complaint: Option<FieldError>) -> Result<()> {
    complaint.map_or(Ok(()), |complaint| Err(Error::fields(what, vec![complaint])))
}
