//! The calls on trunks, and the lookups that a trunk needs.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::answer::{self, Answer, Refusal, is_blank, keys, query_faults, required, whole, wrong};
use super::fields::{self, Operation, TrunkKind};
use super::{Extension, ExtensionGroup, State, Trunk};
use crate::vendors::simulator::Incoming;

/// No default and no limit of `page_size` is documented for trunks; these are ours.
const PAGE_SIZE: u64 = 20;
const MAX_PAGE_SIZE: u64 = 1000;

const TRUNK_SORTS: &[&str] = &["id", "name", "type", "host_port", "def_outbound_cid", "username"];
const EXTENSION_SORTS: &[&str] =
    &["id", "number", "caller_id_name", "email_addr", "mobile_number", "presence_status"];
const GROUP_SORTS: &[&str] = &["id", "name"];

/// A row of a list, with the texts that a search looks at.
struct Row {
    shown: Value,
    searched: Vec<String>,
}

/// A list call, or a search by the end of its path: filter, sort, cut out the page.
fn listing(request: &Incoming, sorts: &[&str], rows: Vec<Row>) -> Answer {
    let mut known = vec!["page", "page_size", "sort_by", "order_by"];
    if request.path.ends_with("/search") {
        known.push("search_value");
    }
    let mut faults = query_faults(request, &known);
    let mut number = |name: &str, default: u64, max: u64| match request.param(name) {
        None => default,
        Some(text) => whole(text).filter(|value| (1..=max).contains(value)).unwrap_or_else(|| {
            faults.push(wrong(name, &json!(text)));
            default
        }),
    };
    let page = number("page", 1, u64::MAX);
    let page_size = number("page_size", PAGE_SIZE, MAX_PAGE_SIZE);
    let mut one_of = |name: &str, set: &[&str], default: &str| {
        let value = request.param(name).unwrap_or(default).to_owned();
        if !set.contains(&value.as_str()) {
            faults.push(wrong(name, &json!(value)));
        }
        value
    };
    let sort_by = one_of("sort_by", sorts, "id");
    let order_by = one_of("order_by", &["asc", "desc"], "asc");
    answer::refuse_any(faults)?;

    let wanted = request.param("search_value").unwrap_or_default().to_lowercase();
    let matches = |row: &Row| row.searched.iter().any(|text| text.to_lowercase().contains(&wanted));
    let mut found: Vec<Value> = rows.into_iter().filter(matches).map(|row| row.shown).collect();
    found.sort_by(|a, b| {
        let order = compare(a.get(&sort_by), b.get(&sort_by));
        if order_by == "desc" { order.reverse() } else { order }
    });
    let total = found.len();
    let skipped = usize::try_from((page - 1).saturating_mul(page_size)).unwrap_or(usize::MAX);
    let taken = usize::try_from(page_size).unwrap_or(usize::MAX);
    let data: Vec<Value> = found.into_iter().skip(skipped).take(taken).collect();
    Ok(keys([("total_number", json!(total)), ("data", json!(data))]))
}

fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let number = |value: Option<&Value>| value.and_then(Value::as_u64);
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_lowercase();
    number(a).cmp(&number(b)).then_with(|| text(a).cmp(&text(b)))
}

/// Query Trunk List, status: idle, an account that is not registered, or disabled.
fn status(trunk: &Trunk) -> u64 {
    match trunk.kind {
        _ if trunk.settings.get("enable").and_then(Value::as_u64) == Some(0) => 44,
        TrunkKind::Account => 43,
        TrunkKind::Register | TrunkKind::Peer => 1,
    }
}

/// A row leaves out what does not apply to its type.
fn trunk_row(trunk: &Trunk) -> Row {
    let mut shown = keys([
        ("id", json!(trunk.id)),
        ("name", json!(trunk.text("name"))),
        ("status", json!(status(trunk))),
        ("type", json!(trunk.kind)),
    ]);
    if trunk.kind != TrunkKind::Account {
        let port = trunk.settings.get("port").and_then(Value::as_u64).unwrap_or_default();
        shown.insert("host_port".into(), json!(format!("{}:{port}", trunk.text("hostname"))));
    }
    if !trunk.text("def_outbound_cid").is_empty() {
        shown.insert("def_outbound_cid".into(), json!(trunk.text("def_outbound_cid")));
    }
    if trunk.kind != TrunkKind::Peer {
        shown.insert("username".into(), json!(trunk.text("username")));
    }
    let kind = json!(trunk.kind).as_str().unwrap_or_default().to_owned();
    let mut searched = vec![kind];
    searched.extend(["name", "hostname", "username"].map(|field| trunk.text(field).to_owned()));
    Row { shown: Value::Object(shown), searched }
}

/// The record of trunk/get. The password is in clear, as in the vendor's example.
fn record(trunk: &Trunk) -> Value {
    let mut record = keys([("id", json!(trunk.id))]);
    for name in fields::kept(trunk.kind) {
        if name == "type" {
            record.insert(name.into(), json!(trunk.kind));
        } else if let Some(value) = trunk.settings.get(name) {
            record.insert(name.into(), value.clone());
        }
    }
    Value::Object(record)
}

pub(super) fn trunk_list(state: &mut State, request: &Incoming, _now: u64) -> Answer {
    listing(request, TRUNK_SORTS, state.trunks.iter().map(trunk_row).collect())
}

/// The position of the trunk of the `id` parameter.
fn position(state: &State, request: &Incoming) -> Result<usize, Refusal> {
    let mut faults = query_faults(request, &["id"]);
    let text = request.param("id").unwrap_or_default();
    let id = whole(text);
    if text.is_empty() {
        faults.insert(0, required("id"));
    } else if id.is_none() {
        faults.insert(0, wrong("id", &json!(text)));
    }
    answer::refuse_any(faults)?;
    state.trunks.iter().position(|trunk| Some(trunk.id) == id).ok_or_else(Refusal::not_found)
}

pub(super) fn trunk_get(state: &mut State, request: &Incoming, _now: u64) -> Answer {
    let index = position(state, request)?;
    let found = state.trunks.get(index).map(record).ok_or_else(Refusal::not_found)?;
    let data = if state.trunk_get_as_array { json!([found]) } else { found };
    Ok(keys([("data", data)]))
}

pub(super) fn trunk_query(state: &mut State, request: &Incoming, _now: u64) -> Answer {
    let mut faults = query_faults(request, &["ids"]);
    let text = request.param("ids").unwrap_or_default();
    let ids: Option<Vec<u64>> = text.split(',').map(|id| whole(id).filter(|_| !id.is_empty())).collect();
    if text.is_empty() {
        faults.insert(0, required("ids"));
    } else if ids.is_none() {
        faults.insert(0, wrong("ids", &json!(text)));
    }
    answer::refuse_any(faults)?;
    let find = |id: u64| state.trunks.iter().find(|trunk| trunk.id == id).map(record);
    let data: Option<Vec<Value>> = ids.unwrap_or_default().into_iter().map(find).collect();
    Ok(keys([("data", json!(data.ok_or_else(Refusal::not_found)?))]))
}

pub(super) fn trunk_delete(state: &mut State, request: &Incoming, _now: u64) -> Answer {
    let index = position(state, request)?;
    if state.trunks.get(index).is_some_and(|trunk| trunk.in_use) {
        return Err(Refusal::new(70091, "CONNECTION_RELATION_EXISTED"));
    }
    state.trunks.remove(index);
    Ok(Map::new())
}

/// 40003 where another trunk has the name already.
fn check_name(state: &State, name: Option<&Value>, own: Option<u64>, submsg: &str) -> Result<(), Refusal> {
    let Some(name) = name.and_then(Value::as_str) else { return Ok(()) };
    match state.trunks.iter().find(|trunk| trunk.text("name") == name && Some(trunk.id) != own) {
        None => Ok(()),
        Some(other) => Err(Refusal::new(40003, "DUPLICATE KEY VALUE").with("submsg", json!(submsg)).with(
            "duplicate_field_list",
            json!([{
                "field": "name",
                "value": name,
                "external_source": "trunk",
                "external_source_name": other.text("name"),
            }]),
        )),
    }
}

/// `general` means no template; any other country and its ITSP are from the ITSP list.
fn itsp_faults(state: &State, body: &Map<String, Value>) -> Vec<Value> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (country, itsp) = (text("country"), text("itsp"));
    let mut faults = Vec::new();
    if !matches!(country, "" | "general") && !state.itsps.iter().any(|known| known.country == country) {
        faults.push(wrong("country", &json!(country)));
    }
    if !itsp.is_empty() && !state.itsps.iter().any(|known| known.country == country && known.name == itsp) {
        faults.push(wrong("itsp", &json!(itsp)));
    }
    faults
}

pub(super) fn trunk_create(state: &mut State, request: &Incoming, _now: u64) -> Answer {
    if state.refuse_trunk_create {
        return Err(Refusal::new(10009, "OPERATION FAILED"));
    }
    let mut body = answer::object(request)?;
    let Some(kind) = TrunkKind::read(&body) else {
        return Err(Refusal::parameters(fields::faults_without_kind(&body)));
    };
    let mut settings = fields::defaults(kind);
    let mut faults = fields::faults(state, Operation::Create, kind, &body, &settings);
    faults.extend(itsp_faults(state, &body));
    answer::refuse_any(faults)?;
    check_name(state, body.get("name"), None, "Trunk create fail for duplicate fields")?;

    body.remove("type");
    if is_blank(body.get("itsp")) {
        body.remove("itsp");
    }
    if let Some(number) = body.remove("number") {
        // List rows and trunk/update know the same field as username.
        body.insert("username".into(), number);
    }
    settings.extend(body);
    let id = state.next_trunk_id;
    state.next_trunk_id = id.saturating_add(1);
    state.trunks.push(Trunk { id, kind, in_use: false, settings });
    Ok(keys([("id", json!(id))]))
}

/// Absent fields stay unchanged; a list replaces the whole list.
pub(super) fn trunk_update(state: &mut State, request: &Incoming, _now: u64) -> Answer {
    let mut body = answer::object(request)?;
    let id = match body.get("id") {
        value if is_blank(value) => return Err(Refusal::parameters(vec![required("id")])),
        Some(value) if value.is_i64() || value.is_u64() => value.as_u64(),
        other => return Err(Refusal::parameters(vec![wrong("id", other.unwrap_or(&Value::Null))])),
    };
    let index = state.trunks.iter().position(|trunk| Some(trunk.id) == id).ok_or_else(Refusal::not_found)?;
    let trunk = state.trunks.get(index).ok_or_else(Refusal::not_found)?;
    answer::refuse_any(fields::faults(state, Operation::Update, trunk.kind, &body, &trunk.settings))?;
    check_name(state, body.get("name"), id, "Trunk update fail for duplicate fields")?;
    body.remove("id");
    if let Some(trunk) = state.trunks.get_mut(index) {
        trunk.settings.extend(body);
    }
    Ok(Map::new())
}

pub(super) fn itsp_list(state: &mut State, request: &Incoming, _now: u64) -> Answer {
    answer::refuse_any(query_faults(request, &[]))?;
    Ok(keys([("total_number", json!(state.itsps.len())), ("data", json!(state.itsps))]))
}

fn extension_row(extension: &Extension) -> Row {
    let mut shown = json!(extension);
    shown["online_status"] = json!({"sip_phone": {"status": 0}});
    Row { shown, searched: vec![extension.number.clone(), extension.caller_id_name.clone()] }
}

pub(super) fn extension_list(state: &mut State, request: &Incoming, _now: u64) -> Answer {
    listing(request, EXTENSION_SORTS, state.extensions.iter().map(extension_row).collect())
}

fn group_row(group: &ExtensionGroup) -> Row {
    Row { shown: json!(group), searched: vec![group.name.clone()] }
}

pub(super) fn extension_group_list(state: &mut State, request: &Incoming, _now: u64) -> Answer {
    listing(request, GROUP_SORTS, state.extension_groups.iter().map(group_row).collect())
}
