//! Model to requests that change something.

use serde_json::{Map, Value, to_value};

use super::requests::post;
use super::wire::{GroupBody, TrunkBody};
use super::{read, rules};
use crate::model::error::{Error, Kind, Result};
use crate::model::profile::Profile;
use crate::model::secret::MASK;
use crate::model::trunk::{self, ActualTrunk, AgentGroup, Direction, Trunk};
use crate::vendors::call::{Call, Effect, Fault, Place, Response, Slot};

/// `sipTrunk/add`, the one call that takes `type`.
pub fn create(profile: &Profile, trunk: &Trunk) -> Result<Call<String>> {
    let mut trunk = trunk.clone();
    let inbound = trunk.direction == Some(Direction::Inbound);
    if inbound && rules::registers(&trunk).is_none() {
        trunk.kind.get_or_insert(trunk::Kind::Peer);
    }
    let mut body = body(&trunk)?;
    body.direction = Some(if inbound { read::INBOUND } else { read::OUTBOUND });
    Ok(send("sipTrunk/add", profile, &body, &trunk, read::created))
}

/// `sipTrunk/update` replaces everything, so the change is merged into the existing trunk. Without `actual`,
/// the change is the whole trunk. Raw fields that were read, such as `createTime`, are not part of the
/// update.
pub fn update(profile: &Profile, id: &str, change: &Trunk, actual: Option<&ActualTrunk>) -> Result<Call<()>> {
    let whole = match actual {
        Some(actual) => Trunk { vendor_fields: Map::new(), ..actual.trunk.clone() }.overlaid(change),
        None => change.clone(),
    };
    let mut body = body(&whole)?;
    body.key_id = Some(number(id)?);
    Ok(send("sipTrunk/update", profile, &body, &whole, read::done))
}

/// A trunk's id as the number that the vendor takes.
fn number(id: &str) -> Result<u64> {
    id.parse().map_err(|_| {
        Error::invalid(format!("`{id}` is not an id of an Itniotech trunk"))
            .hint("ids are whole numbers; name the trunk with `name:…` to let trunkctl look it up")
    })
}

fn send<T: 'static>(
    endpoint: &'static str,
    profile: &Profile,
    body: &TrunkBody,
    trunk: &Trunk,
    reader: fn(&Response) -> Result<T, Fault>,
) -> Call<T> {
    let mut json = to_value(body).unwrap_or_default();
    if let Value::Object(map) = &mut json {
        map.extend(trunk.vendor_fields.clone());
    }
    let call = Call::new(endpoint, Effect::Write, post(profile, endpoint, json), reader);
    match trunk.password.as_ref().filter(|_| body.sip_password.is_some()) {
        Some(password) => {
            call.with(Slot::new(Place::Json("/sipPassword".into()), password.clone(), "TRUNK_PASSWORD"))
        }
        None => call,
    }
}

/// The whole trunk, as both writes have it in common.
fn body(trunk: &Trunk) -> Result<TrunkBody> {
    let lacking = rules::lacking(trunk);
    if !lacking.is_empty() {
        return Err(Error::fields("the trunk", lacking));
    }
    let registers = rules::registers(trunk);
    let with_account = registers == Some(true);
    // A trunk that was read may have an empty address of the other direction; no page says how to send it.
    let address = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    Ok(TrunkBody {
        group_list: trunk.agent_groups.as_deref().map(groups).transpose()?,
        sip_trunk_name: trunk.name.clone(),
        sip_prefix: trunk.prefix.clone(),
        sip_gateway_ip: address(&trunk.host),
        sip_white_ip: address(&trunk.allowed_ip),
        sip_trunk_state: registers,
        sip_account: trunk.username.clone().filter(|_| with_account),
        sip_password: trunk.password.as_ref().filter(|_| with_account).map(|_| MASK),
        ..TrunkBody::default()
    })
}

fn groups(groups: &[AgentGroup]) -> Result<Vec<GroupBody>> {
    let unresolved = || Error::new(Kind::Internal, "an agent group's name was not looked up");
    groups
        .iter()
        .map(|group| {
            let id = rules::group_id(group).ok_or_else(unresolved)?;
            let number = group.number.clone().filter(|number| !number.is_empty());
            Ok(GroupBody { voice_group_id: id, number })
        })
        .collect()
}
