//! Itniotech's JSON. The pages disagree on many types, so ids, codes and numbers are read as number or text.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Body of `sipTrunk/add` and `sipTrunk/update`, in the order of page 004's example.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrunkBody {
    /// Only on update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<u64>,
    /// Only on add: 1 outbound, 2 inbound. The table says text, the sample has a number.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub direction: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_list: Option<Vec<GroupBody>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_trunk_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_gateway_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_white_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_trunk_state: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_password: Option<&'static str>,
}

/// One element of `groupList`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupBody {
    pub voice_group_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// `data` of a query, if it is an object.
#[derive(Debug, Deserialize)]
pub struct Counted<'a> {
    #[serde(default, deserialize_with = "count")]
    pub total: Option<u64>,
    #[serde(borrow, default)]
    pub records: Option<Vec<&'a RawValue>>,
}

/// A record of `sipTrunk/query`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrunkRow {
    #[serde(deserialize_with = "text")]
    pub key_id: String,
    #[serde(deserialize_with = "text")]
    pub sip_trunk_name: String,
    #[serde(rename = "type", default, deserialize_with = "maybe_text")]
    pub direction: Option<String>,
    /// 0 disabled, 1 enabled: the opposite of an agent's `enable`.
    #[serde(default, deserialize_with = "maybe_text")]
    pub state: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub sip_prefix: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub sip_gateway_ip: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub sip_white_ip: Option<String>,
    #[serde(default)]
    pub sip_trunk_state: Value,
    #[serde(default, deserialize_with = "maybe_text")]
    pub sip_account: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub sip_password: Option<String>,
    /// Its table says an object, the requests have an array.
    #[serde(default, deserialize_with = "one_or_many")]
    pub group_list: Option<Vec<GroupRow>>,
    /// `ccIp`, `createTime`, `updateTime`, and new fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// An agent group, of a trunk or of `seatGroup/query`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupRow {
    #[serde(deserialize_with = "text")]
    pub voice_group_id: String,
    #[serde(default, deserialize_with = "maybe_text")]
    pub group_name: Option<String>,
    #[serde(default, deserialize_with = "maybe_text")]
    pub number: Option<String>,
}

/// A text, or a number as text; the complaint never quotes the value, which may be a secret.
pub fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    as_text(&Value::deserialize(deserializer)?)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| serde::de::Error::custom("an id or a name is neither a text nor a number"))
}

fn maybe_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        value => as_text(&value)
            .map(Some)
            .ok_or_else(|| serde::de::Error::custom("a value is neither a text nor a number")),
    }
}

fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(maybe_text(deserializer)?.and_then(|text| text.parse().ok()))
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<GroupRow>>, D::Error> {
    let rows = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(None),
        Value::Array(rows) => rows,
        one => vec![one],
    };
    let groups: Result<_, _> = rows.into_iter().map(serde_json::from_value).collect();
    groups.map(Some).map_err(serde::de::Error::custom)
}
