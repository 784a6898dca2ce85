//! The shapes of answers (Response Result), and the reading of what every request shares.

use serde_json::{Map, Value, json};

use crate::vendors::simulator::Incoming;

/// What a handler gives: the keys beside `errcode` and `errmsg`, or a refusal.
pub(super) type Answer = Result<Map<String, Value>, Refusal>;

#[derive(Debug)]
pub(super) struct Refusal {
    errcode: i64,
    errmsg: &'static str,
    details: Map<String, Value>,
}

impl Refusal {
    pub(super) fn new(errcode: i64, errmsg: &'static str) -> Self {
        Self { errcode, errmsg, details: Map::new() }
    }

    pub(super) fn with(mut self, key: &str, value: Value) -> Self {
        self.details.insert(key.into(), value);
        self
    }

    /// 40002 with one entry for each fault.
    pub(super) fn parameters(faults: Vec<Value>) -> Self {
        Self::new(40002, "PARAMETER ERROR").with("invalid_param_list", Value::Array(faults))
    }

    pub(super) fn not_found() -> Self {
        Self::new(60001, "DATA NOT FOUND")
    }

    pub(super) fn into_body(self) -> Value {
        body(self.errcode, self.errmsg, self.details)
    }
}

pub(super) fn success(data: Map<String, Value>) -> Value {
    body(0, "SUCCESS", data)
}

fn body(errcode: i64, errmsg: &str, rest: Map<String, Value>) -> Value {
    let mut body = keys([("errcode", json!(errcode)), ("errmsg", json!(errmsg))]);
    body.extend(rest);
    Value::Object(body)
}

pub(super) fn keys<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

pub(super) fn required(field: &str) -> Value {
    json!({"field": field, "validation_type": "required"})
}

/// A refused value. A password is named but not repeated.
pub(super) fn wrong(field: &str, value: &Value) -> Value {
    if field == "password" { unknown(field) } else { json!({"field": field, "value": value}) }
}

/// A key that the call does not have. Its value may be a misspelt secret, so it stays out.
pub(super) fn unknown(field: &str) -> Value {
    json!({"field": field})
}

/// Nothing if there is no fault.
pub(super) fn refuse_any(faults: Vec<Value>) -> Result<(), Refusal> {
    if faults.is_empty() { Ok(()) } else { Err(Refusal::parameters(faults)) }
}

/// Absent, null and the empty string all fail "required".
pub(super) fn is_blank(value: Option<&Value>) -> bool {
    value.is_none_or(|value| value.is_null() || value.as_str() == Some(""))
}

/// Faults of parameters that the call does not have, or that come twice.
pub(super) fn query_faults(request: &Incoming, known: &[&str]) -> Vec<Value> {
    let mut seen: Vec<&str> = Vec::new();
    let mut faults = Vec::new();
    for (key, _) in &request.query {
        let allowed = key == "access_token" || known.contains(&key.as_str());
        if !allowed || seen.contains(&key.as_str()) {
            faults.push(unknown(key));
        }
        seen.push(key);
    }
    faults
}

/// A query parameter of digits only.
pub(super) fn whole(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// The JSON object in the body of a POST, without parameters in the query.
pub(super) fn object(request: &Incoming) -> Answer {
    refuse_any(query_faults(request, &[]))?;
    let parsed: Value =
        serde_json::from_slice(&request.body).map_err(|error| not_json(&request.body, &error))?;
    let media = request.header("content-type").unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::parameters(vec![wrong("Content-Type", &json!(media))]));
    }
    match parsed {
        Value::Object(map) => Ok(map),
        _ => Err(Refusal::new(40001, "PARAMETER SYNTAX ERROR")),
    }
}

/// As seen on a live PBX: -2, and an entry with only the decoder's message.
fn not_json(body: &[u8], error: &serde_json::Error) -> Refusal {
    let first = String::from_utf8_lossy(body).trim_start().chars().next();
    let complaint = match first {
        _ if error.is_eof() => "unexpected end of JSON input".to_owned(),
        Some(first) if !"{[\"-0123456789tfn".contains(first) => {
            format!("invalid character '{first}' looking for beginning of value")
        }
        _ => format!("invalid character at line {} column {}", error.line(), error.column()),
    };
    Refusal::new(-2, "INTERNAL SERVER ERROR").with("invalid_param_list", json!([{"value": complaint}]))
}
