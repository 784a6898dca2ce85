//! The calls.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::rules::{self, TrunkBody};
use super::state::{State, Trunk};

type Body = Map<String, Value>;
type Answer = Result<Value, Refusal>;

/// The address of the imitated call center, from the range for documentation.
const CC_IP: &str = "198.51.100.10";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageBody {
    current: u64,
    size: u64,
    params: Body,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct TrunkParams {
    r#type: Option<u64>,
    sip_trunk_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct GroupParams {
    group_name: Option<String>,
}

/// Gives back the new trunk's id, as a bare number.
pub(super) fn add_trunk(state: &mut State, body: Body, now: u64) -> Answer {
    // The id is the vendor's to give.
    if body.contains_key("keyId") {
        return Err(Refusal::PARAMETER);
    }
    let asked: TrunkBody = read(body)?;
    let direction = rules::direction(asked.r#type.as_ref())?;
    let key_id = state.next_key_id;
    let frame = Trunk { key_id, direction, created: now, updated: now, ..Trunk::default() };
    let trunk = rules::settle(state, asked, frame)?;
    state.trunks.push(trunk);
    state.next_key_id = key_id.saturating_add(1);
    Ok(json!(key_id))
}

/// Replaces all of a trunk but its type: update documents no such field.
pub(super) fn update_trunk(state: &mut State, body: Body, now: u64) -> Answer {
    if body.contains_key("type") {
        return Err(Refusal::PARAMETER);
    }
    let asked: TrunkBody = read(body)?;
    let key_id = asked.key_id.ok_or(Refusal::NO_KEY_ID)?;
    let place = state.trunks.iter().position(|trunk| trunk.key_id == key_id).ok_or(Refusal::NO_SUCH_DATA)?;
    let old = state.trunks.get(place).ok_or(Refusal::NO_SUCH_DATA)?;
    let (direction, created) = (old.direction, old.created);
    let frame = Trunk { key_id, direction, created, updated: now, ..Trunk::default() };
    let trunk = rules::settle(state, asked, frame)?;
    if let Some(old) = state.trunks.get_mut(place) {
        *old = trunk;
    }
    Ok(Value::Null)
}

/// Trunks by type and by a part of their name.
pub(super) fn query_trunks(state: &State, body: Body) -> Answer {
    let page: PageBody = read(body)?;
    let wanted: TrunkParams = read(page.params.clone())?;
    if wanted.r#type.is_some_and(|number| !(1..=2).contains(&number)) {
        return Err(Refusal::PARAMETER);
    }
    let found = state.trunks.iter().filter(|trunk| {
        wanted.r#type.is_none_or(|number| number == trunk.direction as u64)
            && matches(&trunk.name, wanted.sip_trunk_name.as_deref())
    });
    paged(&page, found.map(|trunk| record(state, trunk)).collect())
}

/// Agent groups by a part of their name.
pub(super) fn query_groups(state: &State, body: Body) -> Answer {
    let page: PageBody = read(body)?;
    let wanted: GroupParams = read(page.params.clone())?;
    let found = state.groups.iter().filter(|group| matches(&group.name, wanted.group_name.as_deref()));
    let records = found.map(|group| {
        json!({
            "voiceGroupId": group.id,
            "groupName": group.name,
            "appName": "Sandbox",
            "countSeat": 5,
            "callinStrategy": 1,
        })
    });
    paged(&page, records.collect())
}

/// A wrong JSON type and an unknown key are the parameter error.
fn read<T: for<'de> Deserialize<'de>>(body: Body) -> Result<T, Refusal> {
    serde_json::from_value(Value::Object(body)).map_err(|_| Refusal::PARAMETER)
}

/// The vendor's name search is fuzzy.
fn matches(name: &str, part: Option<&str>) -> bool {
    part.is_none_or(|part| name.to_lowercase().contains(&part.to_lowercase()))
}

fn paged(page: &PageBody, found: Vec<Value>) -> Answer {
    if page.current == 0 || !(1..=100).contains(&page.size) {
        return Err(Refusal::PARAMETER);
    }
    let total = found.len();
    let pages = (total as u64).div_ceil(page.size);
    let before = usize::try_from((page.current - 1).saturating_mul(page.size)).unwrap_or(usize::MAX);
    let records: Vec<Value> = found.into_iter().skip(before).take(page.size as usize).collect();
    Ok(json!({
        "total": total,
        "size": page.size,
        "current": page.current,
        "searchCount": true,
        "pages": pages,
        "records": records,
    }))
}

fn record(state: &State, trunk: &Trunk) -> Value {
    let groups = trunk.groups.iter().map(|binding| {
        let group = state.groups.iter().find(|group| group.id == binding.group);
        json!({
            "voiceGroupId": binding.group,
            "groupName": group.map(|group| &group.name),
            "number": binding.number,
        })
    });
    json!({
        "keyId": trunk.key_id,
        "type": trunk.direction as u8,
        "state": 1,
        "sipTrunkName": trunk.name,
        "sipPrefix": trunk.prefix,
        "groupList": groups.collect::<Vec<_>>(),
        "sipGatewayIp": trunk.gateway_ip,
        "sipWhiteIp": trunk.white_ip,
        "ccIp": CC_IP,
        "sipTrunkState": trunk.registers,
        "sipAccount": trunk.account,
        "sipPassword": trunk.password,
        "createTime": time_text(trunk.created),
        "updateTime": time_text(trunk.updated),
    })
}

/// `YYYY-MM-DD HH:MM:SS` in UTC; the vendor names no zone.
pub(super) fn time_text(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.unwrap_or(Timestamp::MAX).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
