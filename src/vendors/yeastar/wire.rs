//! The PBX's JSON. Requests keep the order of the vendor's tables.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Body of `trunk/create` and `trunk/update`; each kind and each call uses a part of it.
#[derive(Debug, Default, Serialize)]
pub struct TrunkBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codec_sel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub itsp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enb_outbound_proxy: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_proxy_server: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_proxy_port: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub def_outbound_cid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub def_outbound_cid_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_cid_list: Option<Vec<OutCaller>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_list: Option<Vec<DidRow>>,
}

/// `OutCaller_Info`, table 2.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OutCaller {
    #[serde(deserialize_with = "text_or_empty")]
    pub outbound_cid_option: String,
    #[serde(deserialize_with = "text_or_empty")]
    pub outbound_cid: String,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "maybe_text")]
    pub outbound_cid_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "maybe_text")]
    pub outbound_cid_to_ext_range: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext_list: Option<Vec<ExtensionInfo>>,
}

/// `Extension_Info`, table 3. `id` is required there; the page's own example leaves it out.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExtensionInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "maybe_text")]
    pub ext_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "maybe_text")]
    pub ext_name: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none", deserialize_with = "maybe_text")]
    pub what: Option<String>,
}

/// `DID_List`, table 4.
#[derive(Debug, Serialize, Deserialize)]
pub struct DidRow {
    #[serde(deserialize_with = "text")]
    pub did: String,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "maybe_text")]
    pub did_name: Option<String>,
}

/// An id, a number on the pages; read as text too, because `get_menuoptions` gives it so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Id {
    Number(u64),
    Text(String),
}

impl Id {
    pub fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Text(text.to_owned()), Self::Number)
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// What every answer begins with.
#[derive(Debug, Deserialize)]
pub struct Envelope<'a> {
    #[serde(borrow)]
    pub errcode: &'a RawValue,
    #[serde(default, deserialize_with = "or_default")]
    pub errmsg: String,
    #[serde(default)]
    pub submsg: Option<String>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    pub invalid_param_list: Vec<ParamError<'a>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    pub duplicate_field_list: Vec<ParamError<'a>>,
}

/// One entry of either error list; each key may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ParamError<'a> {
    pub field: Option<String>,
    #[serde(borrow)]
    pub value: Option<&'a RawValue>,
    pub validation_type: Option<String>,
}

/// Answer of `get_token` and `refresh_token`; times in seconds.
#[derive(Debug, Deserialize)]
pub struct Tokens {
    pub access_token: String,
    #[serde(deserialize_with = "number")]
    pub access_token_expire_time: u64,
    pub refresh_token: Option<String>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub refresh_token_expire_time: Option<u64>,
}

/// Answer of `trunk/create`.
#[derive(Debug, Deserialize)]
pub struct Created {
    pub id: Id,
}

/// An answer without data.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// A page of any list. An empty one may come without rows: the PBX is written in Go, whose empty list is `null`.
#[derive(Debug, Deserialize)]
pub struct Rows<'a> {
    #[serde(default, deserialize_with = "maybe_number")]
    pub total_number: Option<u64>,
    #[serde(borrow, default)]
    pub data: Option<Vec<&'a RawValue>>,
}

/// Answer of `trunk/get`.
#[derive(Debug, Deserialize)]
pub struct Got<'a> {
    #[serde(borrow)]
    pub data: &'a RawValue,
}

/// A trunk as `trunk/list`, `trunk/search` and `trunk/get` return it; lists leave out what does not apply.
#[derive(Debug, Deserialize)]
pub struct TrunkRow {
    pub id: Id,
    #[serde(deserialize_with = "text")]
    pub name: String,
    #[serde(default, deserialize_with = "maybe_number")]
    pub status: Option<i64>,
    #[serde(rename = "type", default, deserialize_with = "maybe_text")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub enable: Option<i64>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub country: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub itsp: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub transport: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub hostname: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub host_port: Option<String>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub port: Option<u32>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub domain: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub username: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub password: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub auth_name: Option<String>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub enb_outbound_proxy: Option<i64>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub outbound_proxy_server: Option<String>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub outbound_proxy_port: Option<u32>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub codec_sel: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub def_outbound_cid: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub def_outbound_cid_name: Option<String>,
    pub outbound_cid_list: Option<Vec<OutCaller>>,
    pub did_list: Option<Vec<DidRow>>,
    /// Other keys: `gsm_signal_level`, `transparent_trans_180_msg`, and additions of the firmware.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A row of `extension/list`, `extensiongroup/list`, their searches, or `trunk/itsp_list`.
#[derive(Debug, Deserialize)]
pub struct EntryRow {
    pub id: Id,
    #[serde(default, deserialize_with = "maybe_text")]
    pub number: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub caller_id_name: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub country: Option<String>,
}

/// Numbers come as text and text as numbers: `get_menuoptions` gives ids as text. Leading zeros and a plus survive.
/// A complaint never quotes the value, which may be a secret.
fn maybe_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err(serde::de::Error::custom("a value is neither a text nor a number")),
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    maybe_text(deserializer)?.ok_or_else(|| serde::de::Error::custom("a value is null"))
}

fn text_or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(maybe_text(deserializer)?.unwrap_or_default())
}

/// Also the text of a number, and `true` and `false` for 1 and 0.
fn maybe_number<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => u8::from(flag).to_string(),
        _ => String::new(),
    };
    let text = match text.as_str() {
        "true" => "1",
        "false" => "0",
        other => other,
    };
    text.parse()
        .map(Some)
        .map_err(|_| serde::de::Error::custom("a value is not the number that it should be"))
}

fn number<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<T, D::Error> {
    maybe_number(deserializer)?.ok_or_else(|| serde::de::Error::custom("a number is null"))
}

/// A refusal may give its empty parts as null; it is a refusal all the same.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
