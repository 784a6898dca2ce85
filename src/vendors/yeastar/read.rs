//! Answers to model.

use serde::de::DeserializeOwned;

use super::codes::CODES;
use super::wire::{Created, EntryRow, Envelope, Got, Nothing, ParamError, Rows, TrunkRow};
use crate::model::error::FieldError;
use crate::model::proxy::OutboundProxy;
use crate::model::secret::Secret;
use crate::model::trunk::{
    CallerId, CallerIdOverride, Did, Direction, Extension, ExtensionType, Held, Kind, OverrideOption, Status,
    Transport, Trunk,
};
use crate::vendors::Entry;
use crate::vendors::call::{Fault, Response};
use crate::vendors::codes::Heard;

/// The data of an answer. Failures arrive with HTTP 200 too, so the envelope alone decides.
pub fn answer<T: DeserializeOwned>(response: &Response, log_in: bool) -> Result<T, Fault> {
    // An answer to a log-in is never quoted: it may hold a token.
    let hidden = Response { body: Vec::new(), ..response.clone() };
    let quoted = if log_in { &hidden } else { response };
    // serde would read a list as an object whose keys are left out, and its first number as a success.
    let is_object = response.body.trim_ascii_start().starts_with(b"{");
    let envelope: Envelope = serde_json::from_slice(&response.body)
        .ok()
        .filter(|_| is_object)
        .ok_or_else(|| Fault::unreadable(quoted, "the answer is not the PBX's JSON"))?;
    if envelope.errcode == "0" && (200..300).contains(&response.status) {
        return serde_json::from_slice(&response.body).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Fault::unreadable(quoted, &format!("the answer lacks its data ({place})"))
        });
    }
    let text = match &envelope.submsg {
        Some(more) if !more.is_empty() => format!("{}: {more}", envelope.errmsg),
        _ => envelope.errmsg.clone(),
    };
    let code = if envelope.errcode == "0" { "" } else { &envelope.errcode };
    let mut fault = Fault::named(CODES, Heard { code, http: response.status, text: &text, log_in });
    fault.fields = envelope
        .invalid_param_list
        .iter()
        .map(|entry| complaint(entry, "was refused"))
        .chain(envelope.duplicate_field_list.iter().map(|entry| complaint(entry, "exists already")))
        .collect();
    Err(fault)
}

/// Every key of an entry may be missing.
fn complaint(entry: &ParamError, otherwise: &str) -> FieldError {
    let what = match entry.validation_type.as_deref() {
        Some("required") => "is required".to_owned(),
        Some(other) => format!("fails the check `{other}`"),
        None => otherwise.to_owned(),
    };
    let value = entry.value.as_ref().map(|value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let field = entry.field.clone().unwrap_or_else(|| "request".into());
    // A PBX could echo what it was given.
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

/// Answer of `trunk/update`.
pub fn done(response: &Response) -> Result<(), Fault> {
    answer::<Nothing>(response, false).map(|_| ())
}

/// A page of a list.
pub fn rows<R: DeserializeOwned>(response: &Response) -> Result<Rows<R>, Fault> {
    answer(response, false)
}

/// The list ended before its stated total.
pub fn shortfall(response: &Response, seen: u64, total: u64) -> Fault {
    let why = format!("the PBX says there are {total} rows but gave {seen}");
    Fault::unreadable(&Response { body: Vec::new(), ..response.clone() }, &why)
}

/// Answer of `trunk/get`.
pub fn got(response: &Response) -> Result<Held, Fault> {
    let mut rows = answer::<Got>(response, false)?.data;
    match (rows.pop(), rows.is_empty()) {
        (Some(row), true) => Ok(trunk(row)),
        _ => Err(Fault::unreadable(response, "the answer does not hold exactly one trunk")),
    }
}

/// A row of `extension/search` or `extensiongroup/search`.
pub fn entry(row: EntryRow) -> Entry {
    Entry { id: row.id.to_string(), number: row.number, name: row.name.or(row.caller_id_name) }
}

/// A trunk, as far as the row tells it.
pub fn trunk(row: TrunkRow) -> Held {
    let (list_host, list_port) = match row.host_port.as_deref().and_then(|text| text.rsplit_once(':')) {
        Some((host, port)) => (Some(host.to_owned()), port.parse().ok()),
        None => (row.host_port.clone(), None),
    };
    let caller = CallerId { number: row.def_outbound_cid, name: row.def_outbound_cid_name };
    let trunk = Trunk {
        name: Some(row.name),
        kind: row.kind.as_deref().map(Kind::open),
        direction: Some(Direction::Both),
        enabled: row.enable.map(|value| value != 0),
        host: row.hostname.or(list_host),
        port: row.port.or(list_port),
        domain: row.domain,
        transport: row.transport.as_deref().map(Transport::open),
        // Account trunks: `number` is the name of the same field on create.
        username: row.username.or(row.number),
        auth_name: row.auth_name,
        password: row.password.map(Secret::known),
        codecs: row.codec_sel.map(|list| {
            list.split(',').map(|codec| codec.trim().to_owned()).filter(|codec| !codec.is_empty()).collect()
        }),
        country: row.country,
        itsp: row.itsp,
        outbound_proxy: row.enb_outbound_proxy.map(|on| match (on, row.outbound_proxy_server) {
            (0, _) | (_, None) => OutboundProxy::Off,
            (_, Some(host)) => OutboundProxy::Server { host, port: row.outbound_proxy_port },
        }),
        caller_id: (caller != CallerId::default()).then_some(caller),
        caller_id_overrides: row
            .outbound_cid_list
            .map(|list| list.into_iter().map(caller_override).collect()),
        dids: row
            .did_list
            .map(|list| list.into_iter().map(|did| Did { number: did.did, name: did.did_name }).collect()),
        ..Trunk::default()
    };
    Held {
        id: row.id.to_string(),
        status: row.status.map(|code| status(code, trunk.kind.as_ref())),
        status_code: row.status.map(|code| code.to_string()),
        trunk,
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
        4 => Status::Registering,
        41 => Status::Failed,
        42 | 43 => Status::Unreachable,
        44 => Status::Disabled,
        45 => Status::AuthFailed,
        _ => Status::Unknown,
    }
}
