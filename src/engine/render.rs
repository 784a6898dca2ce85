//! Renders a request without sending it: as data, or as a curl command.

use serde_json::{Value, json};

use super::inject_secrets::{With, fill};
use crate::model::net::is_loopback;
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
        // Each field is a separate text part, even if it looks like JSON. The boundary is generated on sending.
        Body::Multipart(fields) => {
            headers.insert("Content-Type".into(), MULTIPART.into());
            let part = |(name, value)| json!({"name": name, "value": value});
            json!({"content_type": MULTIPART, "fields": fields.into_iter().map(part).collect::<Vec<_>>()})
        }
    };
    json!({"method": request.method.as_str(), "url": request.url, "headers": headers, "body": body})
}

/// The request as a shell command that reads the secrets from environment variables.
///
/// Each word is built as data from parts of the request and parts that the shell inserts. No text is searched for
/// placeholders, so no field can be mistaken for the place of a secret.
pub fn curl(
    request: &Request,
    slots: &[Slot],
    prelude: &str,
    ca_file: Option<&str>,
    proxy: &ProxyChoice,
) -> String {
    let mut words = vec!["curl -sS -g".to_owned()];
    if let Some(path) = ca_file {
        words.push(format!("--cacert {}", Word::of(path).quoted()));
    }
    match proxy {
        // curl reads the same variables; but plain HTTP and this machine's addresses never go through their proxy.
        ProxyChoice::Environment if is_distant(&request.url) => {}
        ProxyChoice::Environment | ProxyChoice::Direct => words.push("--noproxy '*'".into()),
        ProxyChoice::Own(proxy) if proxy.shown.contains(MASK) => {
            words.push(format!(r#"--proxy "${{{PROXY_VARIABLE}}}""#));
        }
        ProxyChoice::Own(proxy) => words.push(format!("--proxy {}", Word::of(&proxy.shown).quoted())),
    }
    words.push(format!("-X {}", request.method.as_str()));
    let mut option = |name: &str, word: Word| words.push(format!("{name} {}", word.quoted()));
    for (name, value) in &request.headers {
        option("-H", Word::of(format!("{name}: {value}")));
    }
    let (mut url, mut joint) = (Word::of(&request.url), if request.url.contains('?') { "&" } else { "?" });
    for slot in slots {
        match &slot.place {
            Place::Header { name, prefix } => {
                option("-H", Word::of(format!("{name}: {prefix}")).shell(expansion(slot)));
            }
            Place::Basic { user } => option("-u", Word::of(format!("{user}:")).shell(expansion(slot))),
            Place::Query(name) => {
                url.push(&format!("{joint}{name}="));
                url = url.shell(format!(r#"$(printf %s "{}" | {URL_ENCODE})"#, expansion(slot)));
                joint = "&";
            }
            Place::Json(_) => {}
        }
    }
    let pairs = |fields: &[(String, String)]| -> Vec<Word> {
        fields.iter().map(|(name, value)| Word::of(format!("{name}={value}"))).collect()
    };
    match &request.body {
        Body::Empty => {}
        Body::Json(body) => {
            let mut word = Word::default();
            write_json(body, "", slots, &mut word);
            option("--data-raw", word);
        }
        Body::Form(fields) => pairs(fields).into_iter().for_each(|word| option("--data-urlencode", word)),
        Body::Multipart(fields) => pairs(fields).into_iter().for_each(|word| option("--form-string", word)),
    }
    words.push(url.quoted());
    let line = words.join(" ");
    if prelude.is_empty() { line } else { format!("{prelude}; {line}") }
}

/// The environment variables that the command reads its secrets from, each once.
pub fn variables(slots: &[Slot], proxy: &ProxyChoice) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for slot in slots {
        // An expression has a `${NAME}` for each of its variables; the prelude sets the others.
        let expression = expansion(slot);
        let found = expression.split("${").skip(1).filter_map(|rest| rest.split('}').next());
        names.extend(found.map(str::to_owned));
    }
    if matches!(proxy, ProxyChoice::Own(proxy) if proxy.shown.contains(MASK)) {
        names.push(PROXY_VARIABLE.to_owned());
    }
    names.sort();
    names.dedup();
    names
}

/// The variable with the address of a proxy that has credentials.
const PROXY_VARIABLE: &str = "TRUNKCTL_PROXY";

/// Escapes a line for a JSON string: quotes, backslashes and control characters.
const JSON_ESCAPE: &str = r#"LC_ALL=C awk '{gsub(/[\\"]/,"\\\\&");for(i=1;i<32;i++)gsub(sprintf("%c",i),sprintf("\\u%04x",i));printf "%s",$0}'"#;

/// Percent-encodes every byte but ASCII letters and digits, as the program does.
const URL_ENCODE: &str = r#"od -An -v -tu1 | awk '{for(i=1;i<=NF;i++)printf(($i>47&&$i<58||$i>64&&$i<91||$i>96&&$i<123)?"%c":"%%%02X",$i)}'"#;

/// One word of a command line.
#[derive(Default)]
struct Word(Vec<Part>);

enum Part {
    /// Literal text.
    Text(String),
    /// An expression that the shell expands.
    Shell(String),
}

impl Word {
    fn of(text: impl Into<String>) -> Self {
        Self(vec![Part::Text(text.into())])
    }

    fn push(&mut self, more: &str) {
        match self.0.last_mut() {
            Some(Part::Text(text)) => text.push_str(more),
            _ => self.0.push(Part::Text(more.to_owned())),
        }
    }

    fn shell(mut self, expression: String) -> Self {
        self.0.push(Part::Shell(expression));
        self
    }

    /// Literal text in single quotes, and expressions in double quotes.
    fn quoted(&self) -> String {
        let quoted = self.0.iter().map(|part| match part {
            Part::Text(text) => format!("'{}'", text.replace('\'', r"'\''")),
            Part::Shell(expression) => format!("\"{expression}\""),
        });
        quoted.collect()
    }
}

/// The body as JSON, with shell expressions at the places of secrets.
fn write_json(value: &Value, pointer: &str, slots: &[Slot], word: &mut Word) {
    let slot = slots.iter().find(|slot| matches!(&slot.place, Place::Json(place) if place == pointer));
    if let Some(slot) = slot {
        word.push("\"");
        word.0.push(Part::Shell(format!(r#"$(printf %s "{}" | {JSON_ESCAPE})"#, expansion(slot))));
        return word.push("\"");
    }
    match value {
        Value::Object(fields) => {
            for (at, (key, value)) in fields.iter().enumerate() {
                word.push(if at == 0 { "{" } else { "," });
                word.push(&printable_json(&Value::from(key.as_str()).to_string()));
                word.push(":");
                let step = key.replace('~', "~0").replace('/', "~1");
                write_json(value, &format!("{pointer}/{step}"), slots, word);
            }
            word.push(if fields.is_empty() { "{}" } else { "}" });
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                word.push(if at == 0 { "[" } else { "," });
                write_json(item, &format!("{pointer}/{at}"), slots, word);
            }
            word.push(if items.is_empty() { "[]" } else { "]" });
        }
        _ => word.push(&printable_json(&value.to_string())),
    }
}

/// The shell expression of the secret.
fn expansion(slot: &Slot) -> String {
    if slot.shell.starts_with('$') { slot.shell.clone() } else { format!("${{{}}}", slot.shell) }
}

/// Whether the environment's proxy is used for an address: one of another machine, by HTTPS.
fn is_distant(address: &str) -> bool {
    let url = reqwest::Url::parse(address);
    url.is_ok_and(|url| url.scheme() == "https" && !is_loopback(url.host_str().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::{MASK, Secret, SecretRef};
    use crate::vendors::call::Method;

    #[test]
    fn a_curl_line_names_variables_and_quotes_the_rest() {
        let request = Request { headers: Vec::new(), ..Request::new(Method::Post, "https://h/p".into()) }
            .json("application/json", json!({"name": "it's", "password": MASK}));
        let secret = Secret::reference(SecretRef::parse("env:ITSP").unwrap()).resolved("canary".into());
        let slots = [
            Slot::new(Place::Json("/password".into()), secret, "TRUNK_PASSWORD"),
            Slot::new(Place::Query("access_token"), Secret::known("canary"), "TRUNKCTL_ACCESS_TOKEN"),
        ];
        assert_eq!(
            curl(&request, &slots, "", None, &ProxyChoice::Environment),
            concat!(
                "curl -sS -g -X POST -H 'Content-Type: application/json' ",
                r#"--data-raw '{"name":"it'\''s","password":"'"$(printf %s "${ITSP}" | LC_ALL=C awk '{gsub(/[\\"]/,"\\\\&");"#,
                r#"for(i=1;i<32;i++)gsub(sprintf("%c",i),sprintf("\\u%04x",i));printf "%s",$0}')"'"}' "#,
                r#"'https://h/p?access_token='"$(printf %s "${TRUNKCTL_ACCESS_TOKEN}" | od -An -v -tu1 | "#,
                r#"awk '{for(i=1;i<=NF;i++)printf(($i>47&&$i<58||$i>64&&$i<91||$i>96&&$i<123)?"%c":"%%%02X",$i)}')""#,
            )
        );
        assert_eq!(variables(&slots, &ProxyChoice::Environment), ["ITSP", "TRUNKCTL_ACCESS_TOKEN"]);
        let shown = http(&request, &slots).to_string();
        assert!(shown.contains("access_token=***") && !shown.contains("canary"), "{shown}");
    }
}
