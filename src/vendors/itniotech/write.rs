//! Model to requests. Every call is a POST of JSON below `/v3/cc/`.

use std::collections::HashSet;

use serde_json::{Map, Value, json, to_value};

use super::wire::{GroupBody, TrunkBody};
use super::{read, rules};
use crate::model::error::{Error, Kind, Result};
use crate::model::profile::Profile;
use crate::model::secret::MASK;
use crate::model::support::Operation;
use crate::model::trunk::{self, AgentGroup, Direction, Held, Trunk};
use crate::vendors::Entry;
use crate::vendors::call::{Call, Effect, Fault, Method, Page, Place, Request, Response, Slot};

/// Rows asked for at once: the most that a query takes.
const PAGE_SIZE: u64 = 100;
/// As page 004 writes it.
const CONTENT_TYPE: &str = "application/json;charset=UTF-8";

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

/// `sipTrunk/update` replaces everything, so the change is laid over what the trunk holds. Without `held` the
/// change is the whole trunk.
pub fn update(profile: &Profile, id: &str, change: &Trunk, held: Option<&Held>) -> Result<Call<()>> {
    let whole = match held {
        Some(held) => held.trunk.clone().overlaid(change),
        None => change.clone(),
    };
    let mut body = body(&whole)?;
    body.key_id = Some(number(id)?);
    Ok(send("sipTrunk/update", profile, &body, &whole, read::done))
}

/// `sipTrunk/query`. Its search is fuzzy.
pub fn list_trunks(profile: &Profile, search: Option<&str>) -> Call<Page<Held>> {
    let list = List {
        endpoint: "sipTrunk/query",
        params: params("sipTrunkName", search.unwrap_or_default()),
        row: read::trunk,
        id: |held: &Held| &held.id,
    };
    list.page(profile.clone(), 1, HashSet::new())
}

/// `seatGroup/query`. Its search is fuzzy.
pub fn look_up(profile: &Profile, what: Operation, search: &str) -> Option<Call<Page<Entry>>> {
    let list = List {
        endpoint: "seatGroup/query",
        params: params("groupName", search),
        row: read::group,
        id: |entry: &Entry| &entry.id,
    };
    (what == Operation::FindAgentGroup).then(|| list.page(profile.clone(), 1, HashSet::new()))
}

fn params(key: &str, search: &str) -> Map<String, Value> {
    let search = Some(search).filter(|search| !search.is_empty());
    search.map(|search| (key.to_owned(), Value::from(search))).into_iter().collect()
}

fn post(profile: &Profile, endpoint: &str, body: Value) -> Request {
    let base = profile.get("base_url").trim_end_matches('/');
    Request::new(Method::Post, format!("{base}/v3/cc/{endpoint}")).json(CONTENT_TYPE, body)
}

/// A trunk's id as the number that the vendor takes.
fn number(id: &str) -> Result<u64> {
    id.parse().map_err(|_| {
        Error::invalid(format!("`{id}` is not an id of an Itniotech trunk"))
            .hint("ids are whole numbers; name the trunk with `name:…` to have it looked up")
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
    // A read trunk may hold an empty address of the other direction, which no page says how to send.
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

/// A list that is asked for page by page.
struct List<R, T> {
    endpoint: &'static str,
    params: Map<String, Value>,
    row: fn(R) -> T,
    id: fn(&T) -> &String,
}

impl<R: serde::de::DeserializeOwned + 'static, T: 'static> List<R, T> {
    /// One page, and behind it the next until as many rows were seen as the vendor says there are, or, where
    /// it does not say, until a page is empty. The size that a page echoes tells nothing: the vendor's own
    /// sample contradicts its request.
    fn page(self, profile: Profile, current: u64, seen: HashSet<String>) -> Call<Page<T>> {
        let body = json!({"current": current, "size": PAGE_SIZE, "params": self.params});
        let request = post(&profile, self.endpoint, body);
        Call::new(self.endpoint, Effect::Read, request, move |response| {
            let (rows, total) = read::rows::<R>(response)?;
            let (empty, mut seen) = (rows.is_empty(), seen.clone());
            // A row that moved to this page while the list was read is given once.
            let items: Vec<T> =
                rows.into_iter().map(self.row).filter(|item| seen.insert((self.id)(item).clone())).collect();
            // A total below what was seen was not counted.
            let total = total.filter(|total| *total >= seen.len() as u64);
            let whole = total.map_or(empty, |total| total == seen.len() as u64);
            if items.is_empty() && !whole {
                return Err(read::shortfall(response, seen.len(), total));
            }
            let next = (!whole).then(|| self.again().page(profile.clone(), current + 1, seen));
            Ok(Page { items, total, next })
        })
    }

    fn again(&self) -> Self {
        Self { endpoint: self.endpoint, params: self.params.clone(), row: self.row, id: self.id }
    }
}
