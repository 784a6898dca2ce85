//! Answers to model.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::codes::CODES;
use super::wire::{Counted, GroupRow, TrunkRow, as_text};
use crate::model::error::FieldError;
use crate::model::secret::{MASK, Secret, may_be_secret};
use crate::model::trunk::{ActualTrunk, AgentGroup, Direction, Kind, Status, Trunk};
use crate::vendors::call::{Fault, Response};
use crate::vendors::codes::{Heard, find};
use crate::vendors::paging::{self, LONGEST_ROW};
use crate::vendors::{Identity, LookupEntry};

/// Numbers of `type`.
pub const OUTBOUND: u8 = 1;
pub const INBOUND: u8 = 2;

/// The members of an answer as raw text, because a long list as values would take several times the memory.
type Envelope<'a> = BTreeMap<String, &'a RawValue>;

/// A part of an answer; null if it is longer than any documented one.
fn value(raw: &RawValue) -> Value {
    let text = Some(raw.get()).filter(|text| text.len() <= LONGEST_ROW);
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// A member of an answer; null if it is missing.
fn member(envelope: &Envelope<'_>, key: &str) -> Value {
    envelope.get(key).map(|raw| value(raw)).unwrap_or_default()
}

/// `data` of an answer.
fn data(response: &Response) -> Result<Value, Fault> {
    Ok(member(&success(response)?, "data"))
}

/// The envelope of a success. No page documents the HTTP status of failures, so the envelope decides.
fn success(response: &Response) -> Result<Envelope<'_>, Fault> {
    let envelope: Envelope<'_> = serde_json::from_slice(&response.body).map_err(|_| {
        let is_json = serde_json::from_slice::<IgnoredAny>(&response.body).is_ok();
        let why = if is_json { "the answer has no status" } else { "the answer is not Itniotech's JSON" };
        foreign(response, why)
    })?;
    // Some voice pages have `code` and `msg` instead of `status` and `reason`.
    let code =
        first(&envelope, &["status", "code"]).ok_or_else(|| foreign(response, "the answer has no status"))?;
    if code == "0" && (200..300).contains(&response.status) {
        return Ok(envelope);
    }
    // A gateway in front of the API puts the HTTP status there.
    if response.status >= 400 && code == response.status.to_string() {
        return Err(foreign(response, "the answer is not the API's own"));
    }
    let text = first(&envelope, &["reason", "msg"]).unwrap_or_default();
    let known = if code == "0" { "" } else { &code };
    let heard = Heard { code: known, http: response.status, text: &text, log_in: false };
    let mut fault = Fault::named(CODES, heard);
    fault.fields.extend(field(&code).map(|field| FieldError::new(field, fault.text.clone())));
    Err(fault)
}

fn first(envelope: &Envelope<'_>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| as_text(&member(envelope, key)))
}

/// The field that a code of page 004 complains about.
fn field(code: &str) -> Option<&'static str> {
    Some(match code {
        "-44" => "direction",
        "-45" | "-47" => "name",
        "-48" | "-51" | "-52" | "-57" | "-58" | "-59" | "-61" => "agent_groups",
        "-49" | "-50" | "-53" => "host",
        "-54" | "-55" | "-60" => "allowed_ip",
        _ => return None,
    })
}

/// An answer without the API's envelope: the HTTP status is all that speaks.
fn foreign(response: &Response, why: &str) -> Fault {
    let bare = Heard { http: response.status, text: why, ..Heard::default() };
    match find(CODES, bare) {
        Some(_) => Fault::named(CODES, bare),
        None => unreadable(response, why),
    }
}

/// JSON, even broken, may contain a password, so only other texts are quoted.
pub fn unreadable(response: &Response, why: &str) -> Fault {
    match response.body.trim_ascii_start().first() {
        Some(b'{' | b'[') => Fault::unquoted(response, why),
        _ => Fault::unreadable(response, why),
    }
}

/// Answer of `sipTrunk/add`: the new id, a text by the table and a number by the sample.
pub fn created(response: &Response) -> Result<String, Fault> {
    as_text(&data(response)?)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| unreadable(response, "the answer lacks the new trunk's id"))
}

/// Answer of `sipTrunk/update`.
pub fn done(response: &Response) -> Result<(), Fault> {
    data(response).map(|_| ())
}

/// Answer of `getBalance`. Its page has the amounts as texts beside `status`; other pages have `data`.
pub fn balance(response: &Response) -> Result<Identity, Fault> {
    let answer = success(response)?;
    let data = member(&answer, "data");
    let mut identity = Identity::new();
    for key in ["balance", "gift", "credit"] {
        let places = [member(&answer, key), data.get(key).cloned().unwrap_or_default()];
        let told = places.into_iter().find(|value| !value.is_null() && *value != "");
        match told.as_ref().map(as_text) {
            Some(Some(amount)) => identity.push((key.to_owned(), amount)),
            None if key != "balance" => {}
            _ => return Err(unreadable(response, &format!("the answer lacks the {key}"))),
        }
    }
    Ok(identity)
}

/// The rows of a page, and the total that the vendor states; `before` is the number of pages that were read
/// before. According to its table, `data` of a query is an array; according to its sample, an object with the
/// array inside.
pub fn rows<R: DeserializeOwned, T: paging::Row>(
    response: &Response,
    before: u64,
    item: fn(R) -> T,
) -> Result<(Vec<T>, Option<u64>), Fault> {
    let envelope = success(response)?;
    let data = envelope.get("data").map(|raw| raw.get()).unwrap_or_default();
    let counted = match data.starts_with('[') {
        true => serde_json::from_str(data).map(|records| Counted { total: None, records: Some(records) }),
        false => serde_json::from_str(data),
    };
    let lacking = || unreadable(response, "the answer lacks its list");
    let (total, records) = match counted.map_err(|_| lacking())? {
        Counted { total, records: Some(records) } => (total, records),
        // Null instead of a list is an empty list only if the vendor says that there are no rows.
        Counted { total: Some(0), records: None } => (Some(0), Vec::new()),
        Counted { records: None, .. } => return Err(lacking()),
    };
    let rows =
        paging::read(before, records, |row| serde_json::from_str(row).map(item)).map_err(|unread| {
            let why = unread.text(|error| format!("a row of the list cannot be read ({error})"));
            unreadable(response, &why)
        })?;
    Ok((rows, total))
}

/// The list ended before it was whole.
pub fn shortfall(response: &Response, seen: u64, total: Option<u64>) -> Fault {
    let why = match total {
        Some(total) => format!("Itniotech says there are {total} rows but gave {seen}"),
        None => format!("Itniotech repeats the {seen} rows that it gave before"),
    };
    unreadable(response, &why)
}

/// A record of `seatGroup/query`.
pub fn group(row: GroupRow) -> LookupEntry {
    LookupEntry { id: row.voice_group_id, name: row.group_name, ..LookupEntry::default() }
}

/// A record of `sipTrunk/query`.
pub fn trunk(row: TrunkRow) -> ActualTrunk {
    let groups = row.group_list.map(|list| {
        list.into_iter()
            .map(|group| AgentGroup {
                id: Some(group.voice_group_id),
                name: group.group_name,
                number: group.number,
            })
            .collect()
    });
    let trunk = Trunk {
        name: Some(row.sip_trunk_name),
        kind: kind(row.sip_trunk_state),
        direction: row.direction.as_deref().map(direction),
        enabled: match row.state.as_deref() {
            Some("0") => Some(false),
            Some("1") => Some(true),
            _ => None,
        },
        host: row.sip_gateway_ip,
        username: row.sip_account,
        password: row.sip_password.and_then(Secret::from_answer),
        prefix: row.sip_prefix,
        agent_groups: groups,
        allowed_ip: row.sip_white_ip,
        vendor_fields: masked(row.rest),
        ..Trunk::default()
    };
    ActualTrunk { id: row.key_id, status: row.state.as_deref().map(status), status_code: row.state, trunk }
}

/// Fields that the model does not name, with values masked at any depth if they look secret.
fn masked(fields: Map<String, Value>) -> Map<String, Value> {
    fields
        .into_iter()
        .map(|(key, value)| {
            let value = if may_be_secret(&key) { Value::from(MASK) } else { masked_within(value) };
            (key, value)
        })
        .collect()
}

fn masked_within(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(masked(fields)),
        Value::Array(list) => list.into_iter().map(masked_within).collect(),
        other => other,
    }
}

/// What is neither yes nor no is passed on as it is.
fn kind(registers: Value) -> Option<Kind> {
    let text = match registers {
        Value::Null => return None,
        other => as_text(&other).unwrap_or_else(|| masked_within(other).to_string()),
    };
    match text.as_str() {
        "" => None,
        "true" | "1" => Some(Kind::Register),
        "false" | "0" => Some(Kind::Peer),
        _ => Some(Kind::Other(text)),
    }
}

fn direction(code: &str) -> Direction {
    match code.parse() {
        Ok(OUTBOUND) => Direction::Outbound,
        Ok(INBOUND) => Direction::Inbound,
        _ => Direction::Other(code.to_owned()),
    }
}

/// The API returns whether a trunk is on, not whether its far end answers.
fn status(code: &str) -> Status {
    match code {
        "0" => Status::Disabled,
        "1" => Status::Unmonitored,
        _ => Status::Unknown,
    }
}
