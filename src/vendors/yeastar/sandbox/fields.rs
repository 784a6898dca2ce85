//! The fields of trunk/create and trunk/update, as the two pages list them for each type.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::State;
use super::answer::{is_blank, required, unknown, wrong};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TrunkKind {
    Register,
    Peer,
    Account,
}

impl TrunkKind {
    pub(super) fn read(body: &Map<String, Value>) -> Option<Self> {
        body.get("type").and_then(|value| Self::deserialize(value).ok())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Update,
}

/// The place of a type and an operation in the marks of a row.
fn column(operation: Operation, kind: TrunkKind) -> usize {
    kind as usize + if operation == Operation::Update { 3 } else { 0 }
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    Id,
    Name,
    /// Text that cannot be empty.
    Filled,
    /// Text that can be emptied.
    Text,
    Flag,
    Port,
    Whole,
    OneOf(&'static [&'static str]),
    Codecs(&'static [&'static str]),
    CallerIds,
    Dids,
    Members,
}

struct Field {
    name: &'static str,
    shape: Shape,
    /// Create register, peer, account, then update likewise: R required, o optional, - not listed.
    marks: &'static str,
}

const fn row(name: &'static str, shape: Shape, marks: &'static str) -> Field {
    Field { name, shape, marks }
}

impl Field {
    fn mark(&self, column: usize) -> u8 {
        self.marks.as_bytes().get(column).copied().unwrap_or(b'-')
    }
}

const KINDS: &[&str] = &["register", "peer", "account"];
const TRANSPORTS: &[&str] = &["udp", "tcp", "tls", "dnsnaptr"];
const ACCOUNT_TRANSPORTS: &[&str] = &["udp", "tcp", "tls"];
const CODECS: &[&str] = &[
    "ulaw", "alaw", "g729", "gsm", "h264", "h263", "h263p", "ilbc", "g722", "g726", "speex", "adpcm",
    "mpeg4", "vp8", "opus",
];
/// Add a SIP Trunk, table 5: no mpeg4, unlike every other table.
const PEER_CREATE_CODECS: &[&str] = &[
    "ulaw", "alaw", "g729", "gsm", "h264", "h263", "h263p", "ilbc", "g722", "g726", "speex", "adpcm", "vp8",
    "opus",
];

/// In the order of the vendor's own trunk record.
const FIELDS: &[Field] = &[
    row("id", Shape::Id, "---RRR"),
    row("name", Shape::Name, "RRRooo"),
    row("enable", Shape::Flag, "oooooo"),
    row("country", Shape::Filled, "RRR---"),
    row("itsp", Shape::Text, "ooo---"),
    row("type", Shape::OneOf(KINDS), "RRR---"),
    row("transport", Shape::OneOf(TRANSPORTS), "RR-oo-"),
    row("transport", Shape::OneOf(ACCOUNT_TRANSPORTS), "--R--o"),
    row("hostname", Shape::Filled, "RR-oo-"),
    row("port", Shape::Port, "RR-oo-"),
    row("domain", Shape::Filled, "RR-oo-"),
    row("username", Shape::Filled, "R--o-o"),
    // Add a SIP Trunk, table 9, says number where Edit a SIP Trunk, table 9, says username.
    row("number", Shape::Filled, "--R---"),
    row("password", Shape::Filled, "R-Ro-o"),
    row("auth_name", Shape::Filled, "R-Ro-o"),
    row("enb_outbound_proxy", Shape::Flag, "o--o--"),
    row("outbound_proxy_server", Shape::Text, "o--o--"),
    row("outbound_proxy_port", Shape::Port, "o--o--"),
    row("codec_sel", Shape::Codecs(CODECS), "R-Rooo"),
    row("codec_sel", Shape::Codecs(PEER_CREATE_CODECS), "-R----"),
    row("def_outbound_cid", Shape::Text, "oooooo"),
    row("def_outbound_cid_name", Shape::Text, "oooooo"),
    row("outbound_cid_list", Shape::CallerIds, "oooooo"),
    row("did_list", Shape::Dids, "oo-oo-"),
    // Newer copies of both pages, register tables.
    row("transparent_trans_180_msg", Shape::Flag, "o--o--"),
    row("enb_sipauth_cache", Shape::Flag, "o--o--"),
    row("setting_of_sip_and_sdp_ip", Shape::OneOf(&["default", "custom"]), "o--o--"),
    row("sip_and_sdp_ip_addr", Shape::Text, "o--o--"),
    row("ignore_100_response", Shape::Flag, "o--o--"),
    row("force_dod_from", Shape::Whole, "o--o--"),
];

/// The names that a trunk of this type keeps, in the order of its record.
pub(super) fn kept(kind: TrunkKind) -> impl Iterator<Item = &'static str> {
    let column = column(Operation::Create, kind);
    FIELDS.iter().filter(move |field| field.mark(column) != b'-').map(|field| match field.name {
        "number" => "username",
        name => name,
    })
}

/// The defaults of a new trunk.
pub(super) fn defaults(kind: TrunkKind) -> Map<String, Value> {
    let of = |name: &str| match name {
        "enable" => Some(json!(1)),
        "enb_outbound_proxy" | "outbound_proxy_port" => Some(json!(0)),
        "outbound_proxy_server" | "def_outbound_cid" | "def_outbound_cid_name" => Some(json!("")),
        "outbound_cid_list" | "did_list" => Some(json!([])),
        _ => None,
    };
    kept(kind).filter_map(|name| Some((name.to_owned(), of(name)?))).collect()
}

/// The faults of a create whose type is missing or not one of the three: no table can be chosen,
/// so only what every table requires can be missed.
pub(super) fn faults_without_kind(body: &Map<String, Value>) -> Vec<Value> {
    let everywhere = |name: &str| {
        (0..3).all(|column| FIELDS.iter().any(|field| field.name == name && field.mark(column) == b'R'))
    };
    let mut names: Vec<&str> =
        FIELDS.iter().map(|field| field.name).filter(|name| everywhere(name)).collect();
    names.dedup();
    names
        .into_iter()
        .filter_map(|name| match body.get(name) {
            value if is_blank(value) => Some(required(name)),
            Some(value) if name == "type" => Some(wrong(name, value)),
            _ => None,
        })
        .collect()
}

/// All mistakes in a body: missing fields first, in the order of the table. `actual` is the existing trunk, for
/// conditions between fields.
pub(super) fn faults(
    state: &State,
    operation: Operation,
    kind: TrunkKind,
    body: &Map<String, Value>,
    actual: &Map<String, Value>,
) -> Vec<Value> {
    let column = column(operation, kind);
    let listed = || FIELDS.iter().filter(move |field| field.mark(column) != b'-');
    let mut faults: Vec<Value> = listed()
        .filter(|field| field.mark(column) == b'R' && is_blank(body.get(field.name)))
        .map(|field| required(field.name))
        .collect();
    for (key, value) in body {
        match listed().find(|field| field.name == key) {
            None => faults.push(unknown(key)),
            Some(field) if field.mark(column) == b'R' && is_blank(Some(value)) => {}
            Some(field) => check(state, key, field.shape, value, &mut faults),
        }
    }
    let merged = |name: &str| body.get(name).or_else(|| actual.get(name));
    // The tables mark neither, but a proxy that is on needs an address (CSV import page).
    if merged("enb_outbound_proxy").and_then(Value::as_u64) == Some(1) {
        for name in ["outbound_proxy_server", "outbound_proxy_port"] {
            let value = merged(name);
            if is_blank(value) || value.and_then(Value::as_u64) == Some(0) {
                faults.push(required(name));
            }
        }
    }
    if let Some(address) = body.get("sip_and_sdp_ip_addr").filter(|value| !is_blank(Some(value)))
        && merged("setting_of_sip_and_sdp_ip").and_then(Value::as_str) != Some("custom")
        && kind == TrunkKind::Register
    {
        faults.push(wrong("sip_and_sdp_ip_addr", address));
    }
    faults
}

fn check(state: &State, path: &str, shape: Shape, value: &Value, faults: &mut Vec<Value>) {
    let text = value.as_str();
    let fits = match shape {
        Shape::Id => value.is_u64() || value.is_i64(),
        Shape::Whole => value.is_u64(),
        Shape::Flag => value.as_u64().is_some_and(|flag| flag <= 1),
        Shape::Port => value.as_u64().is_some_and(|port| port <= 65_535),
        Shape::Name => text.is_some_and(is_name),
        Shape::Filled => text.is_some_and(|text| !text.is_empty() && text.chars().count() <= 255),
        Shape::Text => text.is_some_and(|text| text.chars().count() <= 255),
        Shape::OneOf(set) => text.is_some_and(|text| set.contains(&text)),
        Shape::Codecs(set) => text.is_some_and(|text| are_codecs(text, set)),
        Shape::CallerIds => return each(state, path, value, faults, caller_id),
        Shape::Dids => return each(state, path, value, faults, did),
        Shape::Members => return each(state, path, value, faults, member),
    };
    if !fits {
        faults.push(wrong(path, value));
    }
}

/// CSV import page: at most 63 characters, no spaces, no special ones; examples have `_` and `-`.
fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.chars().count() <= 63 && text.chars().all(plain)
}

/// The example joins them with bare commas, in order of preference.
fn are_codecs(text: &str, set: &[&str]) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    text.split(',').all(|codec| {
        let fits = set.contains(&codec) && !seen.contains(&codec);
        seen.push(codec);
        fits
    })
}

type ItemCheck = fn(&State, &str, &Map<String, Value>, &mut Vec<Value>);

/// Runs a check over an array of objects, with the path of each, like `did_list[0]`.
fn each(state: &State, path: &str, value: &Value, faults: &mut Vec<Value>, item_check: ItemCheck) {
    let Some(items) = value.as_array() else { return faults.push(wrong(path, value)) };
    for (index, item) in items.iter().enumerate() {
        let path = format!("{path}[{index}]");
        match item.as_object() {
            Some(item) => item_check(state, &path, item, faults),
            None => faults.push(wrong(&path, item)),
        }
    }
}

/// Checks a nested object against rows of name, shape and whether it is required.
fn parts(
    state: &State,
    path: &str,
    item: &Map<String, Value>,
    rows: &[(&str, Shape, bool)],
    faults: &mut Vec<Value>,
) {
    for (name, shape, needed) in rows {
        let path = format!("{path}.{name}");
        match item.get(*name) {
            value if *needed && is_empty(value) => faults.push(required(&path)),
            Some(value) => check(state, &path, *shape, value, faults),
            None => {}
        }
    }
    let known = |key: &str| rows.iter().any(|(name, ..)| *name == key);
    faults.extend(item.keys().filter(|key| !known(key)).map(|key| unknown(&format!("{path}.{key}"))));
}

/// Blank, or a list without items.
fn is_empty(value: Option<&Value>) -> bool {
    is_blank(value) || value.and_then(Value::as_array).is_some_and(Vec::is_empty)
}

/// OutCaller_Info: a range needs its extension range, a shared number its extensions.
fn caller_id(state: &State, path: &str, item: &Map<String, Value>, faults: &mut Vec<Value>) {
    let option = item.get("outbound_cid_option").and_then(Value::as_str);
    let rows = [
        ("outbound_cid_option", Shape::OneOf(&["range", "shared"]), true),
        ("outbound_cid", Shape::Filled, true),
        ("outbound_cid_name", Shape::Text, false),
        ("outbound_cid_to_ext_range", Shape::Text, option == Some("range")),
        ("ext_list", Shape::Members, option == Some("shared")),
    ];
    parts(state, path, item, &rows, faults);
}

fn did(state: &State, path: &str, item: &Map<String, Value>, faults: &mut Vec<Value>) {
    parts(state, path, item, &[("did", Shape::Filled, true), ("did_name", Shape::Text, false)], faults);
}

/// Extension_Info: the create example omits the id, but every table requires it.
fn member(state: &State, path: &str, item: &Map<String, Value>, faults: &mut Vec<Value>) {
    let rows = [
        ("id", Shape::Id, true),
        ("type", Shape::OneOf(&["extension", "ext_group"]), false),
        ("ext_number", Shape::Text, false),
        ("ext_name", Shape::Text, false),
    ];
    parts(state, path, item, &rows, faults);
    let Some(id) = item.get("id").filter(|id| id.is_i64() || id.is_u64()) else { return };
    let extension = || state.extensions.iter().any(|extension| Some(extension.id) == id.as_u64());
    let group = || state.extension_groups.iter().any(|group| Some(group.id) == id.as_u64());
    let exists = match item.get("type").and_then(Value::as_str) {
        Some("extension") => extension(),
        Some("ext_group") => group(),
        _ => extension() || group(),
    };
    if !exists {
        faults.push(wrong(&format!("{path}.id"), id));
    }
}
