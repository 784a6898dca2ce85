//! Answers to model.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use serde_json::value::RawValue;

use super::codes::CODES;
use super::wire::{Record, Tokens};
use crate::model::error::{FieldError, Kind};
use crate::model::number::{CalloutCountry, digits};
use crate::model::secret::Secret;
use crate::model::text;
use crate::vendors::Added;
use crate::vendors::call::{Fault, QUOTABLE, Response, Token};
use crate::vendors::codes::Heard;
use crate::vendors::paging::{self, LONGEST_ROW, Unread};

/// The lifetime of a token if the answer does not state it: one hour, according to the OAuth page.
const TOKEN_LIFE: u64 = 3600;
/// Zoom's number for the request, which its support asks for.
const TRACKING: &str = "x-zm-trackingid";
/// Said of an answer that cannot be read.
const NO_JSON: &str = "the answer is not Zoom's JSON";
/// Top-level keys that no successful answer has.
const COMPLAINTS: &[&str] = &["code", "error", "error_message", "errors"];

/// The answer of the token endpoint. An unreadable answer is not quoted, because it may contain the token.
pub fn token(response: &Response) -> Result<Token, Fault> {
    let odd = || {
        tracked(response, Fault::unquoted(response, "the token endpoint's answer contains no access token"))
    };
    success(response, true)?.ok_or_else(odd)?;
    let tokens: Tokens = serde_json::from_slice(&response.body).map_err(|_| odd())?;
    if tokens.access_token.is_empty() {
        return Err(odd());
    }
    Ok(Token {
        access: Secret::known(tokens.access_token),
        expires_in: tokens.expires_in.and_then(|seconds| seconds.parse().ok()).unwrap_or(TOKEN_LIFE),
        refresh: None,
    })
}

/// Answer of POST `sip_trunk/trunks`: the new id. Zoom's OpenAPI file calls it 201 with the trunks in
/// one place and 204 in another; without a body the master trunk's id is all that is known.
pub fn assigned(response: &Response, asked: &str) -> Result<String, Fault> {
    let Some(body) = success(response, false)?.filter(|body| !body.is_empty()) else {
        return Ok(asked.to_owned());
    };
    let ids = rows(response, (&body, 0), "sip_trunks", |mut row| row.name("id"))?;
    let only = ids.and_then(|ids| <[String; 1]>::try_from(ids).ok());
    only.map(|[id]| id)
        .ok_or_else(|| unreadable(response, "the answer does not contain exactly one trunk with its id"))
}

/// Answer of POST `sip_trunk/internal_numbers`: each number that Zoom says it added, with its id.
pub fn numbers(response: &Response) -> Result<Vec<Added>, Fault> {
    let body = success(response, false)?.unwrap_or_default();
    rows(response, (&body, 0), "internal_numbers", |mut row| Some((row.name("number")?, row.name("id"))))?
        .filter(|added| !added.is_empty())
        .ok_or_else(|| unreadable(response, "the answer does not name the numbers that were added"))
}

/// Answer of POST `sip_trunk/callout_countries`: those of the asked countries that Zoom names.
pub fn added_countries(response: &Response, asked: &[String]) -> Result<Vec<CalloutCountry>, Fault> {
    let body = success(response, false)?.unwrap_or_default();
    let named = rows(response, (&body, 0), "callout_countries", country)?;
    let mut named = named.ok_or_else(|| unreadable(response, "an added country has no id"))?;
    named.retain(|country| asked.iter().any(|code| code.eq_ignore_ascii_case(&country.id)));
    if named.is_empty() {
        return Err(unreadable(response, "the answer names none of the countries that were to be added"));
    }
    Ok(named)
}

/// A country of a list, or of those that were added.
pub fn country(mut row: Record) -> Option<CalloutCountry> {
    Some(CalloutCountry { id: row.name("id")?, name: row.text("name"), code: row.text("code") })
}

/// Answer of POST `sip_trunk/numbers`: the status decides. The OpenAPI file has no body, one import of it has `null`,
/// the Postman collection `{}`, and a client's fixture echoes the numbers.
pub fn given(response: &Response, asked: &[String]) -> Result<(), Fault> {
    if (200..300).contains(&response.status) && response.body.trim_ascii() == b"null" {
        return Ok(());
    }
    let body = success(response, false)?.unwrap_or_default();
    let echo = match member(&body, "phone_numbers") {
        Value::Null => return Ok(()),
        Value::Array(echo) => echo,
        _ => return Err(unreadable(response, "`phone_numbers` is not a list")),
    };
    let echo: HashSet<String> =
        echo.iter().map(|entry| digits(&plain(entry.get("number").unwrap_or(entry)))).collect();
    match asked.iter().filter(|number| !echo.contains(&digits(number))).count() {
        0 => Ok(()),
        missing => {
            let all = asked.len();
            let why =
                format!("the answer leaves out {missing} of the {all} numbers that were to be assigned");
            Err(unreadable(response, &why))
        }
    }
}

/// Answer of PATCH `sip_trunk/settings` and of every DELETE: 204 without a body, or `{}` as a page's sample
/// shows it.
pub fn done(response: &Response) -> Result<(), Fault> {
    success(response, false).map(|_| ())
}

/// The members of an answer as raw text, because a long list as values would take several times the memory.
pub type Members<'a> = BTreeMap<String, &'a RawValue>;

/// A member of an answer; null if it is missing, or longer than any documented one.
pub fn member(body: &Members<'_>, key: &str) -> Value {
    let text = body.get(key).map(|raw| raw.get()).filter(|text| text.len() <= LONGEST_ROW);
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// The JSON object of a successful answer; none if it has no body.
pub fn success(response: &Response, log_in: bool) -> Result<Option<Members<'_>>, Fault> {
    if !(200..300).contains(&response.status) {
        return Err(refusal(response, log_in));
    }
    if response.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let Ok(body) = serde_json::from_slice::<Members<'_>>(&response.body) else {
        let fault = if log_in { Fault::unquoted } else { Fault::unreadable };
        return Err(tracked(response, fault(response, NO_JSON)));
    };
    // Elsewhere in Zoom a 200 can mean failure, so the status alone is not believed.
    let complains = |key: &str| body.get(key).is_some_and(|raw| !is_nothing(raw.get()));
    if COMPLAINTS.iter().any(|key| complains(key)) {
        return Err(refusal(response, log_in));
    }
    Ok(Some(body))
}

/// Whether a member is null or an empty list.
fn is_nothing(text: &str) -> bool {
    let within = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    text == "null" || within.is_some_and(|text| text.trim().is_empty())
}

/// The rows under a key of an answer; none if a row cannot be read. `before` is the number of pages that were
/// read before.
pub fn rows<T: paging::Row>(
    response: &Response,
    (body, before): (&Members<'_>, u64),
    key: &str,
    item: impl Fn(Record) -> Option<T>,
) -> Result<Option<Vec<T>>, Fault> {
    let list = body.get(key).map(|raw| raw.get()).unwrap_or_default();
    let rows: Vec<&RawValue> = serde_json::from_str(list).map_err(|_| unreadable(response, &no_list(key)))?;
    let row = |row: &str| match serde_json::from_str(row) {
        Ok(record) => item(record).ok_or(None),
        Err(error) => Err(Some(error)),
    };
    match paging::read(before, rows, row) {
        Ok(items) => Ok(Some(items)),
        Err(Unread::Row(None)) => Ok(None),
        Err(unread) => Err(unreadable(response, &unread.text(|_| no_list(key)))),
    }
}

fn no_list(key: &str) -> String {
    format!("the answer has no list of objects `{key}`")
}

/// More than there are fields.
const MOST_COMPLAINTS: usize = 100;

/// What an answer says of its failure.
#[derive(Default)]
struct Said {
    code: String,
    text: String,
    fields: Vec<FieldError>,
}

/// The fault of a refused request. Zoom's code and the HTTP status are independent: the code says more, but
/// the status decides about tokens, rate limits and failures of the server.
fn refusal(response: &Response, log_in: bool) -> Fault {
    let said = said(response, log_in);
    let http = response.status;
    // A daily limit may show in the header alone.
    let limit = response.header("x-ratelimit-type").filter(|_| http == 429).unwrap_or_default();
    let text = format!("{} {limit}", said.text);
    let heard = Heard { code: &said.code, http, text: &text, log_in };
    let mut fault = Fault::named(CODES, heard);
    if matches!(http, 401 | 429 | 500..) {
        let by_status = Fault::named(CODES, Heard { code: "", ..heard });
        if by_status.kind != fault.kind {
            fault = Fault { code: fault.code, ..by_status };
        }
    }
    if fault.known.is_none() && fault.code.is_none() {
        fault = Fault::unreadable(response, "the answer has no error code");
    }
    if fault.known.is_none() && log_in && (400..500).contains(&http) {
        fault.kind = Kind::Auth;
    }
    fault.text = if said.text.is_empty() { format!("HTTP {http}, and nothing more") } else { said.text };
    fault.fields = said.fields;
    fault.request_id = response.header(TRACKING).map(str::to_owned);
    fault
}

/// The fault of an answer that is not what Zoom documents.
pub fn unreadable(response: &Response, why: &str) -> Fault {
    tracked(response, Fault::unreadable(response, why))
}

fn tracked(response: &Response, fault: Fault) -> Fault {
    Fault { request_id: response.header(TRACKING).map(str::to_owned), ..fault }
}

fn said(response: &Response, log_in: bool) -> Said {
    let raw = response.beginning();
    let body = Some(&response.body).filter(|body| body.len() <= LONGEST_ROW);
    let Some(Value::Object(body)) = body.and_then(|body| serde_json::from_slice(body).ok()) else {
        // A damaged answer to a log-in may contain the token; an error page does not.
        let text = match log_in && !raw.trim_start().starts_with('<') && !raw.is_empty() {
            true => NO_JSON.to_owned(),
            false => text::excerpt(&raw, QUOTABLE),
        };
        return Said { code: salvaged(&raw), text, ..Said::default() };
    };
    let get = |key: &str| body.get(key).map(plain).filter(|text| !text.is_empty());
    let message = get("message").or_else(|| get("error_message"));
    let (word, reason) = (get("error"), get("reason"));
    let code = get("code").or_else(|| word.clone().filter(|_| log_in)).unwrap_or_default();
    let text = match (message, word, reason) {
        (Some(message), ..) => text::excerpt(&message, QUOTABLE),
        (None, Some(word), Some(reason)) => format!("{word}: {reason}"),
        (None, None, None) if !log_in && !body.is_empty() => text::excerpt(&raw, QUOTABLE),
        (None, word, reason) => word.or(reason).unwrap_or_default(),
    };
    let errors = body.get("errors").and_then(Value::as_array).into_iter().flatten();
    let fields = errors.map(|entry| {
        let part = |key: &str| entry.get(key).map(plain).filter(|text| !text.is_empty());
        let field = part("field").unwrap_or_else(|| "request".into());
        FieldError::new(field, part("message").unwrap_or_else(|| plain(entry)))
    });
    Said { code, text, fields: fields.take(MOST_COMPLAINTS).collect() }
}

/// The code of an error body that is not quite JSON: 104 comes with unescaped quotes in its message.
fn salvaged(raw: &str) -> String {
    let after = raw.trim_start().strip_prefix('{').and_then(|rest| rest.split_once("\"code\""));
    let value = after.and_then(|(_, rest)| rest.trim_start().strip_prefix(':')).unwrap_or_default();
    let value = value.trim_start().trim_start_matches('"');
    value.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// A text as it is, anything else as its JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
