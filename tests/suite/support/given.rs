//! Test data: profiles as a user writes them, and the answers of scripted vendors.

use serde_json::{Map, Value};

use super::Place;
use super::scripted::{Act, http};

/// Profiles `yeastar`, `itniotech` and `zoom` for a server, with credentials.
pub fn profiles(place: &Place, base: &str) -> String {
    let text = format!(
        r#"
[profiles.yeastar]
vendor = "yeastar"
base_url = "{base}"
client_id = "pbx-client"
client_secret = "pbx-client-secret"

[profiles.itniotech]
vendor = "itniotech"
base_url = "{base}"
api_key = "cc-api-key"
api_secret = "cc-api-secret"

[profiles.zoom]
vendor = "zoom"
base_url = "{base}/v2"
token_url = "{base}/oauth/token"
account_id = "master-account"
client_id = "app-client"
client_secret = "app-client-secret"
account = "sub-1"
"#
    );
    place.write("profiles.toml", &text)
}

/// The same with static tokens, so that the first request is the command's own.
pub fn profiles_with_tokens(place: &Place, base: &str) -> String {
    let text = format!(
        r#"
[profiles.yeastar]
vendor = "yeastar"
base_url = "{base}"
access_token = "static-token"

[profiles.itniotech]
vendor = "itniotech"
base_url = "{base}"
api_key = "cc-api-key"
api_secret = "cc-api-secret"

[profiles.zoom]
vendor = "zoom"
base_url = "{base}/v2"
access_token = "static-token"
account = "sub-1"
"#
    );
    place.write("tokens.toml", &text)
}

/// A JSON answer that a test makes up.
pub fn answer(status: u16, body: &Value) -> Act {
    Act::Raw(http(status, "Content-Type: application/json\r\n", &body.to_string()))
}

/// The keys of a small trunk of a PBX in a manifest.
pub const PEER: &str =
    "kind = \"peer\"\nhost = \"192.0.2.7\"\nport = 5060\ntransport = \"udp\"\ncodecs = [\"ulaw\"]\n";

/// A small trunk of a PBX as an entry of a manifest.
pub fn peer(profile: &str, name: &str) -> String {
    format!("[[trunk]]\nprofile = \"{profile}\"\nname = \"{name}\"\n{PEER}")
}

/// The words of a command line.
pub fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// The object with another one laid over it; null takes a key away.
pub fn over(base: &Value, change: &Value) -> Value {
    let mut map: Map<String, Value> = base.as_object().unwrap().clone();
    for (key, value) in change.as_object().unwrap() {
        match value {
            Value::Null => map.remove(key),
            value => map.insert(key.clone(), value.clone()),
        };
    }
    Value::Object(map)
}

/// A trunk or number as flags, by the contract's table of fields.
pub fn flags(spec: &Value) -> Vec<String> {
    let mut list = Vec::new();
    let mut push = |flag: String, value: String| list.push(format!("--{flag}={value}"));
    for (key, value) in spec.as_object().unwrap() {
        let flag = key.replace('_', "-");
        let one = |entry: &Value, left: &[&str], right: &str| {
            let left = left.iter().find_map(|key| entry[*key].as_str()).unwrap_or_default();
            entry[right].as_str().map_or(left.to_owned(), |right| format!("{left}={right}"))
        };
        match (key.as_str(), value) {
            ("password", value) => push("password-from".into(), text(value)),
            ("caller_id", map) => {
                for (key, flag) in [("number", "caller-id"), ("name", "caller-id-name")] {
                    if let Some(value) = map[key].as_str() {
                        push(flag.into(), value.to_owned());
                    }
                }
            }
            ("dids", Value::Array(rows)) => {
                rows.iter().for_each(|row| push("did".into(), one(row, &["number"], "name")));
            }
            ("agent_groups", Value::Array(rows)) => {
                rows.iter().for_each(|row| push("agent-group".into(), one(row, &["id", "name"], "number")));
            }
            ("vendor_fields", Value::Object(map)) => {
                map.iter().for_each(|(key, value)| push("vendor-field".into(), format!("{key}={value}")));
            }
            (_, Value::Array(entries)) => {
                push(flag, entries.iter().map(text).collect::<Vec<_>>().join(","));
            }
            (_, value) => push(flag, text(value)),
        }
    }
    // Switches take no value.
    list.into_iter()
        .map(|word| match word.as_str() {
            "--enabled=true" => "--enable".to_owned(),
            "--enabled=false" => "--disable".to_owned(),
            "--outbound-proxy=false" => "--no-outbound-proxy".to_owned(),
            _ => word,
        })
        .collect()
}

/// The object as a file of that format.
pub fn file(place: &Place, format: &str, spec: &Value) -> String {
    let text = match format {
        "toml" => toml::to_string(spec).unwrap(),
        "json" => serde_json::to_string_pretty(spec).unwrap(),
        "yaml" => yaml_serde::to_string(spec).unwrap(),
        other => panic!("{other}"),
    };
    place.write(&format!("spec.{format}"), &text)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
