//! Answers to model.

use std::collections::HashSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

use super::codes::CODES;
use super::wire::{Created, EntryRow, Envelope, Got, Nothing, ParamError, Rows, TrunkRow};
use crate::model::error::{FieldError, Kind as ErrorKind};
use crate::model::proxy::OutboundProxy;
use crate::model::secret::{MASK, Secret, may_be_secret};
use crate::model::text::excerpt;
use crate::model::trunk::{
    ActualTrunk, CallerId, CallerIdOverride, Did, Direction, Extension, ExtensionType, Kind, OverrideOption,
    Status, Transport, Trunk,
};
use crate::vendors::call::{Fault, Page, QUOTABLE, Response};
use crate::vendors::codes::Heard;
use crate::vendors::{Identity, LookupEntry, paging};

/// The data of an answer. Failures arrive with HTTP 200 too, so the envelope alone decides.
pub fn answer<'a, T: Deserialize<'a>>(response: &'a Response, log_in: bool) -> Result<T, Fault> {
    // An answer to a log-in is never quoted, because it may contain a token.
    let hidden = log_in.then(|| Response {
        status: response.status,
        headers: response.headers.clone(),
        body: Vec::new(),
    });
    let quoted = hidden.as_ref().unwrap_or(response);
    // serde would read a list as an object whose keys are left out, and its first number as a success.
    let is_object = response.body.trim_ascii_start().starts_with(b"{");
    let envelope: Option<Envelope<'_>> = serde_json::from_slice(&response.body).ok().filter(|_| is_object);
    let (envelope, errcode) = envelope
        .and_then(|envelope| code(envelope.errcode).map(|code| (envelope, code)))
        .ok_or_else(|| match response.status {
            200..300 => Fault::unreadable(quoted, "the answer is not the PBX's JSON"),
            status => {
                Fault::unreadable(quoted, &format!("HTTP {status}, and the answer is not the PBX's JSON"))
            }
        })?;
    if errcode == "0" && (200..300).contains(&response.status) {
        return serde_json::from_slice(&response.body).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Fault::unreadable(quoted, &format!("the answer lacks its data ({place})"))
        });
    }
    let text = match &envelope.submsg {
        Some(more) if !more.is_empty() => format!("{}: {more}", envelope.errmsg),
        _ => envelope.errmsg.clone(),
    };
    let code = if errcode == "0" { "" } else { &errcode };
    let mut fault = Fault::named(CODES, Heard { code, http: response.status, text: &text, log_in });
    fault.fields = envelope
        .invalid_param_list
        .iter()
        .map(|entry| complaint(entry, "was refused"))
        .chain(envelope.duplicate_field_list.iter().map(|entry| complaint(entry, "exists already")))
        .take(MOST_COMPLAINTS)
        .collect();
    Err(fault)
}

/// More than there are fields.
const MOST_COMPLAINTS: usize = 100;

/// `errcode`, a number or a text.
fn code(raw: &RawValue) -> Option<String> {
    let number = || serde_json::from_str(raw.get()).ok().map(|number: Number| number.to_string());
    serde_json::from_str(raw.get()).ok().or_else(number)
}

/// Every key of an entry may be missing.
fn complaint(entry: &ParamError<'_>, otherwise: &str) -> FieldError {
    let what = match entry.validation_type.as_deref() {
        Some("required") => "is required".to_owned(),
        Some(other) => format!("fails the check `{other}`"),
        None => otherwise.to_owned(),
    };
    let value = entry.value.map(|value| {
        let text = serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned());
        excerpt(&text, QUOTABLE)
    });
    let field = entry.field.as_deref().map_or_else(|| "request".into(), |field| excerpt(field, QUOTABLE));
    // A PBX could repeat the request.
    let hidden = field.contains("password") || field.contains("token");
    match value {
        Some(value) if !hidden => FieldError::new(field, format!("`{value}` {what}")),
        _ => FieldError::new(field, what),
    }
}

/// Answer of `trunk/create`: the new id.
pub fn created(response: &Response) -> Result<String, Fault> {
    answer::<Created>(response, false).map(|created| created.id.to_string())
}

/// Answer of `trunk/update`, `trunk/delete` and `del_token`.
pub fn done(response: &Response) -> Result<(), Fault> {
    answer::<Nothing>(response, false).map(|_| ())
}

/// The rows of a page, and the total that the PBX states; `before` is the number of pages that were read
/// before. Missing rows are an empty list only if the PBX says that there are none.
pub fn rows<R: Row>(response: &Response, before: u64) -> Result<(Vec<R::Item>, u64), Fault> {
    let (data, total_number) = match answer(response, false)? {
        Rows { data: Some(data), total_number: Some(total_number) } => (data, total_number),
        Rows { data: None, total_number: Some(0) } => (Vec::new(), 0),
        Rows { data: None, total_number: Some(total) } => return Err(miscount(response, 0, total)),
        Rows { total_number: None, .. } => {
            return Err(Fault::unquoted(response, "the answer does not say how many rows there are"));
        }
    };
    let row = |text: &str| serde_json::from_str(text).map(R::item);
    let items = paging::read(before, data, row).map_err(|unread| {
        let why = unread.text(|_: serde_json::Error| "a row of the list cannot be read".into());
        Fault::unreadable(response, &why)
    })?;
    Ok((items, total_number))
}

/// Whether the PBX said that it found nothing: 60001, documented for single objects.
pub fn is_not_found(fault: &Fault) -> bool {
    fault.code.as_deref() == Some("60001")
}

/// The fault of a whole list.
pub fn unlisted(fault: Fault) -> Fault {
    if is_not_found(&fault) { no_empty_list(fault) } else { fault }
}

/// 60001 is documented for no list. Taken for an empty one, it could make a plan create what exists.
fn no_empty_list(fault: Fault) -> Fault {
    let text = format!(
        "the PBX answered `{}` to a list, which it documents for single objects only; the list counts as not read, \
         and not as empty",
        fault.text
    );
    Fault { kind: ErrorKind::Rejected, known: None, text, ..fault }
}

/// The list has other than its stated number of rows.
pub fn miscount(response: &Response, seen: u64, total: u64) -> Fault {
    Fault::unquoted(response, &format!("the PBX says there are {total} rows but gave {seen}"))
}

/// Answer of `trunk/get` for that id.
pub fn got(response: &Response, id: &str) -> Result<ActualTrunk, Fault> {
    let Got { data } = answer(response, false)?;
    let data = Some(data.get()).filter(|data| data.len() <= paging::LONGEST_ROW);
    // Its table says an array, its example an object.
    let rows = data.and_then(|data| match data.starts_with('[') {
        true => serde_json::from_str(data).ok(),
        false => serde_json::from_str(data).ok().map(|row| vec![row]),
    });
    let mut rows: Vec<TrunkRow> = rows.unwrap_or_default();
    match (rows.pop(), rows.is_empty()) {
        (Some(row), true) if row.id.to_string() == id => Ok(row.item()),
        (Some(row), true) => {
            let why = format!("the PBX gave the trunk {} when it was asked for {id}", row.id);
            Err(Fault::unquoted(response, &why))
        }
        _ => Err(Fault::unreadable(response, "the answer does not contain exactly one trunk")),
    }
}

/// Answer of `trunk/query` for these ids. Trunks that do not exist may be missing.
pub fn queried(response: &Response, ids: &[String]) -> Result<Vec<ActualTrunk>, Fault> {
    let Rows { data, .. } = answer(response, false)?;
    let row = |text: &str| serde_json::from_str(text).map(TrunkRow::item);
    let trunks = paging::read(0, data.unwrap_or_default(), row).map_err(|unread| {
        let why = unread.text(|_: serde_json::Error| "a trunk cannot be read".into());
        Fault::unreadable(response, &why)
    })?;
    let mut known = HashSet::new();
    match trunks.iter().find(|trunk| !ids.contains(&trunk.id) || !known.insert(&trunk.id)) {
        None => Ok(trunks),
        Some(other) => {
            let why = format!("the PBX gave the trunk {} twice or without being asked for it", other.id);
            Err(Fault::unquoted(response, &why))
        }
    }
}

/// Answer of `trunk/itsp_list`, which has a total and no pages ("Query ITSP of SIP Trunks").
pub fn itsps(response: &Response) -> Result<Page<LookupEntry>, Fault> {
    let (data, total_number) = rows::<EntryRow>(response, 0).map_err(unlisted)?;
    if data.len() as u64 != total_number {
        return Err(miscount(response, data.len() as u64, total_number));
    }
    Ok(Page { items: data, total: Some(total_number), repeated: 0, next: None })
}

/// Answer of `trunk/list` to a request for one row.
pub fn identity(response: &Response) -> Result<Identity, Fault> {
    let (data, total_number) = rows::<TrunkRow>(response, 0).map_err(unlisted)?;
    if data.is_empty() != (total_number == 0) {
        return Err(miscount(response, data.len() as u64, total_number));
    }
    Ok(vec![("trunks".into(), total_number.to_string())])
}

/// A row of a list.
pub trait Row: DeserializeOwned + 'static {
    /// What it is in the model.
    type Item: paging::Row + 'static;

    /// The PBX's id for it.
    fn id(item: &Self::Item) -> &str;

    /// The row in the model.
    fn item(self) -> Self::Item;
}

impl Row for TrunkRow {
    type Item = ActualTrunk;

    fn id(item: &ActualTrunk) -> &str {
        &item.id
    }

    fn item(self) -> ActualTrunk {
        trunk(self)
    }
}

impl Row for EntryRow {
    type Item = LookupEntry;

    fn id(item: &LookupEntry) -> &str {
        &item.id
    }

    fn item(self) -> LookupEntry {
        LookupEntry {
            id: self.id.to_string(),
            number: self.number,
            name: self.name.or(self.caller_id_name),
            country: self.country,
        }
    }
}

/// A trunk from a row, which may be incomplete.
fn trunk(mut row: TrunkRow) -> ActualTrunk {
    let (list_host, list_port) = row.host_port.take().map(host_port).unzip();
    // Account trunks: `number` is the name of the same field on create.
    let number = row.rest.get("number").and_then(Value::as_str).map(str::to_owned);
    let username = match row.username {
        Some(own) if !own.is_empty() => Some(own),
        own => number.clone().or(own),
    };
    if number.is_some() && number == username {
        row.rest.remove("number");
    }
    let caller = CallerId { number: row.def_outbound_cid, name: row.def_outbound_cid_name };
    let trunk = Trunk {
        name: Some(row.name),
        kind: row.kind.as_deref().map(Kind::open),
        direction: Some(Direction::Both),
        enabled: row.enable.map(|value| value != 0),
        host: row.hostname.or(list_host),
        port: row.port.or(list_port.flatten()),
        domain: row.domain,
        transport: row.transport.as_deref().map(Transport::open),
        username,
        auth_name: row.auth_name,
        password: row.password.and_then(Secret::from_answer),
        codecs: row.codec_sel.map(|list| {
            // Nobody has a hundred codecs: a text of commas must not become a million of them.
            list.splitn(100, ',')
                .map(|codec| codec.trim().to_owned())
                .filter(|codec| !codec.is_empty())
                .collect()
        }),
        country: row.country,
        itsp: row.itsp,
        // What a trunk without a proxy has: an empty server and port 0 ("Query Information of a Trunk").
        outbound_proxy: row.enb_outbound_proxy.map(|on| match (on, row.outbound_proxy_server) {
            (0, _) | (_, None) => OutboundProxy::Off,
            (_, Some(host)) if host.is_empty() => OutboundProxy::Off,
            (_, Some(host)) => {
                OutboundProxy::Server { host, port: row.outbound_proxy_port.filter(|port| *port != 0) }
            }
        }),
        caller_id: (caller != CallerId::default()).then_some(caller),
        caller_id_overrides: row
            .outbound_cid_list
            .map(|list| list.into_iter().map(caller_override).collect()),
        dids: row
            .did_list
            .map(|list| list.into_iter().map(|did| Did { number: did.did, name: did.did_name }).collect()),
        vendor_fields: masked(row.rest),
        ..Trunk::default()
    };
    ActualTrunk {
        id: row.id.to_string(),
        status: row.status.map(|code| status(code, trunk.kind.as_ref())),
        status_code: row.status.map(|code| code.to_string()),
        trunk,
    }
}

/// `HOST:PORT` of a list, or an address alone. An IPv6 address with a port is in brackets.
fn host_port(text: String) -> (String, Option<u32>) {
    match text.rsplit_once(':').map(|(host, port)| (host, port.parse().ok())) {
        Some((host, port @ Some(_))) if !host.contains(':') || host.ends_with(']') => (host.to_owned(), port),
        _ => (text, None),
    }
}

/// The keys of the PBX, with values masked if the key looks secret.
fn masked(rest: Map<String, Value>) -> Map<String, Value> {
    rest.into_iter()
        .map(|(key, value)| {
            let value = if may_be_secret(&key) { MASK.into() } else { masked_inside(value) };
            (key, value)
        })
        .collect()
}

fn masked_inside(value: Value) -> Value {
    match value {
        Value::Object(map) => masked(map).into(),
        Value::Array(list) => list.into_iter().map(masked_inside).collect(),
        other => other,
    }
}

fn caller_override(row: super::wire::OutCaller) -> CallerIdOverride {
    let extensions = row.ext_list.unwrap_or_default().into_iter().map(|extension| Extension {
        id: extension.id.map(|id| id.to_string()),
        number: extension.ext_number,
        name: extension.ext_name,
        what: extension.what.as_deref().map(ExtensionType::open),
    });
    CallerIdOverride {
        option: OverrideOption::open(&row.outbound_cid_option),
        number: row.outbound_cid,
        name: row.outbound_cid_name,
        extension_range: row.outbound_cid_to_ext_range.filter(|range| !range.is_empty()),
        extensions: extensions.collect(),
    }
}

/// "Query Trunk List", status codes. An unknown one passes through as the code beside `unknown`.
fn status(code: i64, kind: Option<&Kind>) -> Status {
    match code {
        1 if kind == Some(&Kind::Register) => Status::Registered,
        1 => Status::Reachable,
        2 => Status::Busy,
        3 => Status::Unmonitored,
        4 | 5 => Status::Registering,
        41 => Status::Failed,
        42 | 43 => Status::Unreachable,
        44 => Status::Disabled,
        45 => Status::AuthFailed,
        _ => Status::Unknown,
    }
}
