//! The rules for the fields of a trunk (Itniotech, sipTrunk/add and sipTrunk/update).

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::state::{Binding, Direction, State, Trunk};

const LONGEST: usize = 50;

/// The body of add and of update; `null` counts as absent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TrunkBody {
    pub key_id: Option<i64>,
    pub r#type: Option<Value>,
    sip_trunk_name: Option<String>,
    sip_prefix: Option<String>,
    group_list: Option<Vec<Map<String, Value>>>,
    sip_gateway_ip: Option<String>,
    sip_white_ip: Option<String>,
    sip_trunk_state: Option<bool>,
    sip_account: Option<String>,
    sip_password: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct GroupBody {
    voice_group_id: Option<i64>,
    number: Option<String>,
}

/// The table says text and the sample sends a number, so both are taken.
pub(super) fn direction(value: Option<&Value>) -> Result<Direction, Refusal> {
    let text = match value {
        None => return Err(Refusal::TRUNK_TYPE),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => return Err(Refusal::PARAMETER),
    };
    match text.as_str() {
        "1" => Ok(Direction::Outbound),
        "2" => Ok(Direction::Inbound),
        _ => Err(Refusal::TRUNK_TYPE),
    }
}

/// Fills the frame (id, type and times) with the request, if it is valid.
pub(super) fn settle(state: &State, asked: TrunkBody, frame: Trunk) -> Result<Trunk, Refusal> {
    let inbound = frame.direction == Direction::Inbound;
    let groups = groups(asked.group_list.unwrap_or_default())?;
    let name = asked.sip_trunk_name.filter(|name| !name.trim().is_empty()).ok_or(Refusal::TRUNK_NAME)?;
    if groups.is_empty() {
        return Err(Refusal::NO_AGENT_GROUP);
    }
    for (place, binding) in groups.iter().enumerate() {
        if groups.iter().take(place).any(|earlier| earlier.group == binding.group) {
            return Err(Refusal::AGENT_GROUP_REPEATED);
        }
        number(binding.number.as_deref(), inbound)?;
    }
    let gateway_ip = filled(asked.sip_gateway_ip);
    address(gateway_ip.as_deref(), !inbound, Refusal::NO_GATEWAY_IP, Refusal::GATEWAY_IP_FORMAT)?;
    let white_ip = filled(asked.sip_white_ip);
    address(white_ip.as_deref(), inbound, Refusal::NO_WHITE_IP, Refusal::WHITE_IP_FORMAT)?;
    // The query page: null on type 1.
    if white_ip.is_some() && !inbound {
        return Err(Refusal::PARAMETER);
    }
    let registers = asked.sip_trunk_state.ok_or(Refusal::PARAMETER)?;
    let (account, password) = (filled(asked.sip_account), filled(asked.sip_password));
    // No code of its own is documented for missing credentials.
    if !inbound && registers && (account.is_none() || password.is_none()) {
        return Err(Refusal::PARAMETER);
    }
    let prefix = filled(asked.sip_prefix);
    let trunk = Trunk { name, prefix, groups, gateway_ip, white_ip, registers, account, password, ..frame };
    against_others(state, &trunk)?;
    Ok(trunk)
}

/// An empty text is no value.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn groups(list: Vec<Map<String, Value>>) -> Result<Vec<Binding>, Refusal> {
    let read = |group| {
        let body: GroupBody = serde_json::from_value(Value::Object(group)).map_err(|_| Refusal::PARAMETER)?;
        let group = body.voice_group_id.ok_or(Refusal::NO_AGENT_GROUP)?;
        Ok(Binding { group, number: filled(body.number) })
    };
    list.into_iter().map(read).collect()
}

/// A country is taken to be found wherever a number starts like one in international or national format.
fn number(number: Option<&str>, required: bool) -> Result<(), Refusal> {
    match number {
        None if required => Err(Refusal::NO_NUMBER),
        None => Ok(()),
        Some(number) if number.chars().count() > LONGEST => Err(Refusal::NUMBER_TOO_LONG),
        Some(number) if number.starts_with(|first| matches!(first, '+' | '1'..='9')) => Ok(()),
        Some(_) => Err(Refusal::NUMBER_WITHOUT_COUNTRY),
    }
}

/// The accepted syntax is not documented; the vendor's own sample, 12.325.353.2, is not an IPv4 address.
fn address(value: Option<&str>, required: bool, missing: Refusal, malformed: Refusal) -> Result<(), Refusal> {
    match value {
        None if required => Err(missing),
        None => Ok(()),
        Some(value) => {
            let is_uri = value.to_ascii_lowercase().contains("sip:");
            let is_spaced = value.chars().any(|one| one.is_whitespace() || one.is_control());
            let is_right = !is_uri && !is_spaced && value.chars().count() <= LONGEST;
            if is_right { Ok(()) } else { Err(malformed) }
        }
    }
}

/// What must exist, and what no other trunk may have.
fn against_others(state: &State, trunk: &Trunk) -> Result<(), Refusal> {
    let others = || state.trunks.iter().filter(|other| other.key_id != trunk.key_id);
    let alike = || others().filter(|other| other.direction == trunk.direction);
    if trunk.groups.iter().any(|binding| state.groups.iter().all(|group| group.id != binding.group)) {
        return Err(Refusal::NO_SUCH_DATA);
    }
    if others().any(|other| other.name == trunk.name) {
        return Err(Refusal::TRUNK_NAME_TAKEN);
    }
    let is_bound = |id: i64| alike().flat_map(|other| &other.groups).any(|binding| binding.group == id);
    if trunk.groups.iter().any(|binding| is_bound(binding.group)) {
        return Err(Refusal::AGENT_GROUP_BOUND);
    }
    if trunk.gateway_ip.is_some() && others().any(|other| other.gateway_ip == trunk.gateway_ip) {
        return Err(Refusal::GATEWAY_IP_TAKEN);
    }
    if trunk.white_ip.is_some() && others().any(|other| other.white_ip == trunk.white_ip) {
        return Err(Refusal::WHITE_IP_TAKEN);
    }
    if trunk.direction == Direction::Inbound && has_taken_number(alike(), trunk) {
        return Err(Refusal::NUMBER_HAS_TRUNK);
    }
    Ok(())
}

/// A number counts as taken by another inbound trunk, and by another group of the same one.
fn has_taken_number<'s>(others: impl Iterator<Item = &'s Trunk>, trunk: &Trunk) -> bool {
    let mut taken: HashSet<&str> = others.flat_map(numbers).collect();
    numbers(trunk).any(|number| !taken.insert(number))
}

fn numbers(trunk: &Trunk) -> impl Iterator<Item = &str> {
    trunk.groups.iter().filter_map(|binding| binding.number.as_deref())
}
