//! The values of a profile's keys.

use std::ops::RangeInclusive;

use reqwest::Url;

use crate::config::proxy;
use crate::model::error::{Error, Result};
use crate::model::net::is_loopback;
use crate::model::profile::{Profile, ProfileKey, ProxyChoice};
use crate::model::secret::MASK;

/// How many requests of a profile may be under way at the same time.
pub const CONCURRENCY: RangeInclusive<usize> = 1..=64;

/// Checks the value of a key that is not a secret; `values` are the accepted values, if they are a closed set.
pub fn check_value(profile: &str, key: &str, values: &[&str], text: &str, allow_http: bool) -> Result<()> {
    let failed = |why: &str| Error::config(format!("profile `{profile}`: {key} `{text}` {why}"));
    match key {
        key if ProfileKey::is_address(key) => check_address(profile, key, text, allow_http),
        "allow_http" if !["true", "false"].contains(&text) => {
            Err(failed("is neither true nor false").hint("write allow_http = true, or leave it out"))
        }
        "concurrency" if !text.parse().is_ok_and(|count| CONCURRENCY.contains(&count)) => {
            let (least, most) = (CONCURRENCY.start(), CONCURRENCY.end());
            Err(failed("is not a number of requests")
                .hint(format!("write a whole number from {least} to {most}")))
        }
        "proxy" => proxy_choice(profile, text).map(drop),
        _ if values.is_empty() || values.contains(&text) => Ok(()),
        _ => Err(failed("is not known").hint(format!("use one of {}", values.join(", ")))),
    }
}

/// An address is `https://`, or `http://` on this machine or if the profile allows it, and has no credentials.
fn check_address(profile: &str, key: &str, text: &str, allow_http: bool) -> Result<()> {
    let failed = |why: &str| Error::config(format!("profile `{profile}`: {key} {why}"));
    let Ok(url) = Url::parse(text) else {
        // Before an `@` there may be a password.
        let what = if text.contains('@') { String::new() } else { format!("`{text}` ") };
        return Err(failed(&format!("{what}is not an address")).hint("write it as https://HOST[:PORT]"));
    };
    let bare = url.query().is_none() && url.fragment().is_none();
    if !url.username().is_empty() || url.password().is_some() || !bare {
        return Err(failed("contains credentials, a query or a fragment")
            .hint("give the bare address; credentials have keys of their own"));
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url.host_str().unwrap_or_default()) || allow_http => Ok(()),
        "http" => {
            Err(failed(&format!("`{text}` is plain HTTP: anyone on the network path can read the secrets"))
                .hint("use https://, or say `allow_http = true` in the profile"))
        }
        other => Err(failed(&format!("has the scheme `{other}`")).hint("use https://")),
    }
}

/// An address as all of its spellings: with and without a slash at its end, its usual port, capitals in its host. Any
/// other text as it is.
pub(super) fn one_way(text: &str) -> String {
    let url = Url::parse(text).ok().filter(Url::has_host).map(String::from);
    url.as_deref().unwrap_or(text).trim_end_matches('/').to_owned()
}

/// What the key `proxy` says.
pub(super) fn proxy_choice(profile: &str, text: &str) -> Result<ProxyChoice> {
    if text == proxy::NONE {
        return Ok(ProxyChoice::Direct);
    }
    proxy::of_profile(&format!("profile `{profile}`: the key `proxy`"), text).map(ProxyChoice::Own)
}

/// Whether requests leave this machine without encryption.
pub fn is_open(profile: &Profile) -> bool {
    distant(profile).any(|url| url.scheme() == "http")
}

/// Whether requests leave this machine.
pub fn is_distant(profile: &Profile) -> bool {
    distant(profile).next().is_some()
}

fn distant(profile: &Profile) -> impl Iterator<Item = Url> {
    let addresses = profile.addresses().filter_map(|text| Url::parse(text).ok());
    addresses.filter(|url| !is_loopback(url.host_str().unwrap_or_default()))
}

/// The host of a profile's address, with its port if it has one.
pub fn host(profile: &Profile) -> String {
    let url = Url::parse(profile.get("base_url")).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    match url.as_ref().and_then(Url::port) {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// An address without its credentials, for display. An address with credentials is refused when it is used.
pub fn without_credentials(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() || url.query().is_some() => {
            format!("{}://{MASK}", url.scheme())
        }
        _ => text.to_owned(),
    }
}
