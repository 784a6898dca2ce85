//! Shows a request that is not sent: as data, or as a curl line.

use serde_json::{Value, json};

use super::fill::{With, fill, mark};
use crate::model::profile::ProxyChoice;
use crate::model::secret::MASK;
use crate::model::text::printable_json;
use crate::vendors::call::{Body, Place, Request, Slot};

const MULTIPART: &str = "multipart/form-data";

/// The request as `--dry-run=http` shows it, secrets masked.
pub fn http(request: &Request, slots: &[Slot]) -> Value {
    let Ok(request) = fill(request, slots, With::Masks) else { return Value::Null };
    let mut headers: serde_json::Map<String, Value> =
        request.headers.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    let pairs = |fields: Vec<(String, String)>| -> Value {
        fields.into_iter().map(|(name, value)| (name, Value::from(value))).collect()
    };
    let body = match request.body {
        Body::Empty => Value::Null,
        Body::Json(body) => body,
        Body::Form(fields) => pairs(fields),
        // Each field is a part of its own, a text even where it looks like JSON. The boundary is made when it is sent.
        Body::Multipart(fields) => {
            headers.insert("Content-Type".into(), MULTIPART.into());
            let part = |(name, value)| json!({"name": name, "value": value});
            json!({"content_type": MULTIPART, "fields": fields.into_iter().map(part).collect::<Vec<_>>()})
        }
    };
    json!({"method": request.method.as_str(), "url": request.url, "headers": headers, "body": body})
}

/// The request as a line for a shell that has the secrets in environment variables.
pub fn curl(
    request: &Request,
    slots: &[Slot],
    prelude: &str,
    ca_file: Option<&str>,
    proxy: &ProxyChoice,
) -> String {
    let Ok(filled) = fill(request, slots, With::Marks) else { return String::new() };
    let mut words = vec!["curl -sS -g".to_owned()];
    if let Some(path) = ca_file {
        words.push(format!("--cacert {}", quote(path, slots)));
    }
    match proxy {
        // curl reads the same variables.
        ProxyChoice::Environment => {}
        ProxyChoice::Direct => words.push("--noproxy '*'".into()),
        ProxyChoice::Own(proxy) if proxy.shown.contains(MASK) => {
            words.push(r#"--proxy "${TRUNKCTL_PROXY}""#.into());
        }
        ProxyChoice::Own(proxy) => words.push(format!("--proxy {}", quote(&proxy.shown, slots))),
    }
    words.push(format!("-X {}", filled.method.as_str()));
    for (name, value) in &filled.headers {
        words.push(match basic_user(slots, value) {
            Some(user) => {
                format!("-u {}", quote(&format!("{user}:{}", value.trim_start_matches("Basic ")), slots))
            }
            None => format!("-H {}", quote(&format!("{name}: {value}"), slots)),
        });
    }
    match &filled.body {
        Body::Empty => {}
        Body::Json(body) => {
            words.push(format!("--data-raw {}", quote(&printable_json(&body.to_string()), slots)))
        }
        Body::Form(fields) => {
            words.extend(fields.iter().map(|(name, value)| {
                format!("--data-urlencode {}", quote(&format!("{name}={value}"), slots))
            }))
        }
        Body::Multipart(fields) => words.extend(
            fields
                .iter()
                .map(|(name, value)| format!("--form-string {}", quote(&format!("{name}={value}"), slots))),
        ),
    }
    words.push(quote(&filled.url, slots));
    let line = words.join(" ");
    if prelude.is_empty() { line } else { format!("{prelude}; {line}") }
}

/// The user of a Basic slot whose mark stands in this header.
fn basic_user<'s>(slots: &'s [Slot], value: &str) -> Option<&'s str> {
    slots.iter().enumerate().find_map(|(index, slot)| match &slot.place {
        Place::Basic { user } if value.contains(&mark(index)) => Some(user.as_str()),
        _ => None,
    })
}

/// The text in single quotes, with each mark replaced by what the shell puts there, in double quotes.
fn quote(text: &str, slots: &[Slot]) -> String {
    let mut quoted = format!("'{}'", text.replace('\'', r"'\''"));
    for (index, slot) in slots.iter().enumerate() {
        quoted = quoted.replace(&mark(index), &format!("'\"{}\"'", expansion(slot)));
    }
    quoted.strip_suffix("''").filter(|rest| rest.ends_with('"')).map(str::to_owned).unwrap_or(quoted)
}

fn expansion(slot: &Slot) -> String {
    let plain = if slot.shell.starts_with('$') { slot.shell.clone() } else { format!("${{{}}}", slot.shell) };
    match slot.place {
        // Inside JSON, quotes and backslashes of the secret need escaping.
        Place::Json(_) => format!(r#"$(printf %s "{plain}" | sed 's/[\\"]/\\&/g')"#),
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::{MASK, Secret, SecretRef};
    use crate::vendors::call::Method;

    #[test]
    fn a_curl_line_names_variables_and_quotes_the_rest() {
        let request = Request { headers: Vec::new(), ..Request::new(Method::Post, "http://h/p".into()) }
            .json("application/json", json!({"name": "it's", "password": MASK}));
        let secret = Secret::reference(SecretRef::parse("env:ITSP")).resolved("canary".into());
        let slots = [
            Slot::new(Place::Json("/password".into()), secret, "TRUNK_PASSWORD"),
            Slot::new(Place::Query("access_token"), Secret::known("canary"), "TRUNKCTL_ACCESS_TOKEN"),
        ];
        assert_eq!(
            curl(&request, &slots, "", None, &ProxyChoice::Environment),
            concat!(
                "curl -sS -g -X POST -H 'Content-Type: application/json' ",
                r#"--data-raw '{"name":"it'\''s","password":"'"$(printf %s "${ITSP}" | sed 's/[\\"]/\\&/g')"'"}' "#,
                r#"'http://h/p?access_token='"${TRUNKCTL_ACCESS_TOKEN}""#,
            )
        );
        let shown = http(&request, &slots).to_string();
        assert!(shown.contains("access_token=***") && !shown.contains("canary"), "{shown}");
    }
}
