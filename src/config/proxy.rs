//! HTTP proxies, from a profile or from the environment.

use reqwest::Url;

use super::Env;
use crate::model::error::{Error, Result};
use crate::model::profile::Proxy;
use crate::model::secret::{MASK, Secret};

/// The value of the profile key `proxy` for no proxy.
pub const NONE: &str = "none";

/// The variables for proxies, in capitals; each is also read in lower case.
const VARIABLES: [&str; 3] = ["HTTPS_PROXY", "ALL_PROXY", PLAIN_HTTP];

/// The variable for `http://` addresses.
pub const PLAIN_HTTP: &str = "HTTP_PROXY";

/// The proxy of the environment, for `https://` addresses.
///
/// `HTTP_PROXY` is checked but not used: plain HTTP uses only the proxy of a profile.
pub fn of_environment(env: &Env) -> Result<Option<Proxy>> {
    let mut chosen = None;
    for name in VARIABLES {
        let Some((variable, text)) = either(env, name) else { continue };
        let proxy = read(&format!("the variable {variable}"), text)?;
        if name != PLAIN_HTTP {
            chosen = chosen.or(Some(proxy));
        }
    }
    let bypass = either(env, "NO_PROXY").map(|(_, list)| list.to_owned());
    // For every host; reqwest takes the star for names only.
    if bypass.as_deref().is_some_and(|list| list.split(',').any(|entry| entry.trim() == "*")) {
        return Ok(None);
    }
    Ok(chosen.map(|proxy| Proxy { bypass, ..proxy }))
}

/// A variable in capitals, or else in lower case.
pub fn either<'e>(env: &'e Env, name: &str) -> Option<(String, &'e str)> {
    let names = [name.to_owned(), name.to_lowercase()];
    names.into_iter().find_map(|name| env.get(&name).map(|text| (name, text)))
}

/// The proxy that a profile sets for all its addresses.
pub fn of_profile(what: &str, text: &str) -> Result<Proxy> {
    Ok(Proxy { plain_http: true, ..read(what, text)? })
}

/// Parses the address of a proxy. It may contain credentials, so messages do not repeat it.
fn read(what: &str, text: &str) -> Result<Proxy> {
    let failed = |why: &str| {
        Err(Error::config(format!("{what}: the proxy address {why}"))
            .hint("write it as http://HOST:PORT or https://HOST:PORT"))
    };
    // Without a scheme, it is an HTTP proxy, as in curl.
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let Ok(url) = Url::parse(&full) else { return failed("cannot be read") };
    let scheme = match url.scheme() {
        scheme @ ("http" | "https") => scheme,
        scheme if scheme.starts_with("socks") => {
            return failed("is a SOCKS address, and SOCKS is not supported");
        }
        _ => return failed("does not begin with http:// or https://"),
    };
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return failed("has more than a host and a port");
    }
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mask = if secret(&url).is_empty() { String::new() } else { format!("{MASK}@") };
    let shown = format!("{scheme}://{mask}{}{port}", url.host_str().unwrap_or_default());
    Ok(Proxy { url: Secret::known(url.as_str()), shown, plain_http: false, bypass: None })
}

/// The secret in the address of a proxy; a user without a password is a token.
fn secret(url: &Url) -> &str {
    url.password().unwrap_or(url.username())
}

/// Whether the text is the address of a proxy with credentials.
pub fn has_credentials(text: &str) -> bool {
    read("", text).is_ok_and(|proxy| !credentials(&proxy).is_empty())
}

/// The user and the secret in the address of a proxy, as written and as sent.
pub fn credentials(proxy: &Proxy) -> Vec<(String, Secret)> {
    let Some(url) = proxy.url.expose().and_then(|text| Url::parse(text).ok()) else { return Vec::new() };
    if secret(&url).is_empty() {
        return Vec::new();
    }
    let sent = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let written = (url.username().to_owned(), Secret::known(secret(&url)));
    vec![written, (sent(url.username()), Secret::known(sent(secret(&url))))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        Env::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn variables_are_read_in_both_cases_and_in_order() {
        for (pairs, expected) in [
            (&[][..], None),
            (&[("HTTPS_PROXY", "http://a:1")][..], Some("http://a:1/")),
            (&[("https_proxy", "a:1")], Some("http://a:1/")),
            (&[("ALL_PROXY", "b:2"), ("HTTPS_PROXY", "a:1")], Some("http://a:1/")),
            (&[("all_proxy", "https://b:2")], Some("https://b:2/")),
            (&[("HTTP_PROXY", "c:3")], None),
        ] {
            let proxy = of_environment(&env(pairs)).unwrap();
            assert_eq!(proxy.as_ref().and_then(|proxy| proxy.url.expose()), expected, "{pairs:?}");
            assert!(proxy.is_none_or(|proxy| !proxy.plain_http));
        }
        let proxy = of_environment(&env(&[("ALL_PROXY", "b:2"), ("no_proxy", "x.example")])).unwrap();
        assert_eq!(proxy.unwrap().bypass.as_deref(), Some("x.example"));
    }

    #[test]
    fn an_unreadable_address_is_identified_only_by_its_variable() {
        for (name, text) in [
            ("HTTPS_PROXY", "http://user:canary@[bad"),
            ("HTTP_PROXY", "http://user:canary@p:99999"),
            ("all_proxy", "socks5://user:canary@p:1080"),
            ("ALL_PROXY", "http://user:canary@p:1/path"),
            ("https_proxy", "canary@"),
        ] {
            let error = of_environment(&env(&[(name, text)])).unwrap_err();
            assert!(error.message.contains(name) && !error.message.contains("canary"), "{}", error.message);
            assert_eq!(error.kind.exit_code(), 3);
        }
    }

    #[test]
    fn credentials_are_never_shown() {
        let proxy = of_profile("proxy", "http://user:ca%6Eary@p.example:3128").unwrap();
        assert_eq!(proxy.shown, "http://***@p.example:3128");
        let secrets = credentials(&proxy);
        let texts: Vec<&str> = secrets.iter().filter_map(|(_, secret)| secret.expose()).collect();
        assert_eq!(texts, ["ca%6Eary", "canary"]);
        assert_eq!(of_profile("proxy", "p.example").unwrap().shown, "http://p.example");
    }
}
