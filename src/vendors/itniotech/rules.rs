//! What can be said of an input without asking Itniotech.

use std::collections::{BTreeSet, HashSet};
use std::net::Ipv4Addr;

use super::abilities::FACTS;
use crate::model::error::FieldError;
use crate::model::fields::Field;
use crate::model::health::{StaticRule, Verdict as Health};
use crate::model::support::Need;
use crate::model::text::excerpt;
use crate::model::trunk::{ActualTrunk, AgentGroup, Direction, Kind, Trunk, TrunkChange};
use crate::vendors::check::{self, When};
use crate::vendors::{Claim, Verdict};

/// Judges a trunk to be created.
pub fn create(trunk: &Trunk) -> Verdict {
    let mut verdict = Verdict::default();
    if trunk.direction.is_none() {
        complain(&mut verdict, Field::Direction, "is missing; give --direction outbound or inbound");
    }
    steering(trunk, &mut verdict);
    let direction = trunk.direction.as_ref();
    let shape = direction.and_then(|direction| FACTS.shape(direction.as_str()));
    check::fields_of(&FACTS, shape, When::Create, trunk, &mut verdict);
    groups(direction, trunk, &mut verdict);
    addresses(trunk, &mut verdict);
    if direction == Some(&Direction::Outbound) {
        if trunk.kind.is_none() && !raw(trunk, "sipTrunkState") {
            complain(&mut verdict, Field::Kind, "is missing; give --kind register or peer");
        }
        if registers(trunk) == Some(true) {
            verdict.errors.extend(missing_credentials(trunk, "requires it for a trunk that registers"));
        }
    }
    credentials(direction, registers(trunk), trunk, &mut verdict);
    verdict
}

/// Checks a change. If neither the existing trunk nor the change has a direction, only mistakes in both
/// directions count.
pub fn update(change: &TrunkChange, actual: Option<&ActualTrunk>) -> Verdict {
    let mut verdict = Verdict::default();
    let set = &change.set;
    steering(set, &mut verdict);
    let real = actual.and_then(|actual| actual.trunk.direction.as_ref());
    if let (Some(given @ (Direction::Outbound | Direction::Inbound)), Some(real)) = (&set.direction, real)
        && given != real
    {
        let text = format!(
            "the trunk is {real}, which cannot be changed: the update has no field for it; remove the trunk \
             in the console and create it again"
        );
        complain(&mut verdict, Field::Direction, text);
        return verdict;
    }
    let direction = real.or(set.direction.as_ref());
    let shape = direction.and_then(|direction| FACTS.shape(direction.as_str()));
    check::fields_of(&FACTS, shape, When::Update, set, &mut verdict);
    if set.dids.is_none()
        && change.alters_dids()
        && let Some(Need::Refused(why)) = FACTS.shapes[0].fact(Field::Dids).map(|fact| fact.update)
    {
        complain(&mut verdict, Field::Dids, why);
    }
    groups(direction, set, &mut verdict);
    addresses(set, &mut verdict);
    let registering = registers(set).or_else(|| actual.and_then(|actual| registers(&actual.trunk)));
    credentials(direction, registering, set, &mut verdict);
    match actual {
        Some(actual) if !emptied(set, actual).is_empty() => {
            let account = actual.trunk.username.as_deref().unwrap_or_default();
            verdict.warnings.push(format!(
                "the trunk will not register any more: Itniotech's update replaces the whole trunk, so this \
                 empties its account `{}` and its password for good; keep both elsewhere if they may be needed \
                 again",
                excerpt(account, 60)
            ));
        }
        None if registers(set) == Some(false) && !needs_actual(change) => {
            verdict.warnings.extend((direction == Some(&Direction::Outbound)).then(|| {
                "if the trunk registers now, this empties its account and its password at Itniotech for good; \
                 leave a field out to have the trunk read and compared first"
                    .to_owned()
            }));
        }
        _ => {}
    }
    verdict
}

/// What a trunk loses that registered and does not any more: the update replaces the whole trunk, and its body
/// then has neither `sipAccount` nor `sipPassword`.
pub fn emptied(set: &Trunk, actual: &ActualTrunk) -> &'static [Field] {
    let stops = registers(&actual.trunk) == Some(true) && registers(set) == Some(false);
    let outbound = actual.trunk.direction == Some(Direction::Outbound);
    if stops && outbound { &[Field::Username, Field::Password] } else { &[] }
}

/// An update replaces the whole trunk, so only a change that names all of it makes the request alone. The
/// prefix counts: left out, it might be cleared.
pub fn needs_actual(change: &TrunkChange) -> bool {
    let set = &change.set;
    let address = match set.direction {
        Some(Direction::Outbound) => set.host.is_some(),
        Some(Direction::Inbound) => set.allowed_ip.is_some(),
        _ => false,
    };
    let credentials = match registers(set) {
        // An inbound trunk has none, even if it registers.
        Some(true) if set.direction == Some(Direction::Inbound) => true,
        Some(true) => set.username.is_some() && set.password.is_some(),
        Some(false) => true,
        None => false,
    };
    let groups = set.agent_groups.as_ref().is_some_and(|groups| !groups.is_empty());
    let whole_lists = !change.alters_dids() && !change.alters_agent_groups();
    !(set.name.is_some() && set.prefix.is_some() && groups && address && credentials && whole_lists)
}

/// Whether the trunk registers at its gateway; a raw field has the last word, as it has in the body.
pub fn registers(trunk: &Trunk) -> Option<bool> {
    let given = trunk.vendor_fields.get("sipTrunkState").and_then(serde_json::Value::as_bool);
    given.or(match trunk.kind {
        Some(Kind::Register) => Some(true),
        Some(Kind::Peer) => Some(false),
        _ => None,
    })
}

/// The fields that a trunk still lacks. On update, these are fields that the vendor did not return.
pub fn lacking(trunk: &Trunk) -> Vec<FieldError> {
    let mut verdict = Verdict::default();
    let direction = trunk.direction.as_ref();
    let (address, key, given) = match direction {
        Some(Direction::Outbound) => (Field::Host, "sipGatewayIp", &trunk.host),
        Some(Direction::Inbound) => (Field::AllowedIp, "sipWhiteIp", &trunk.allowed_ip),
        other => {
            let other = excerpt(other.map_or("", Direction::as_str), 40);
            let text = format!("is `{other}`, neither outbound nor inbound, so what to write is not known");
            return vec![FieldError::new(Field::Direction.name(), text)];
        }
    };
    let wanted = [
        (Field::Name, filled(&trunk.name) || raw(trunk, "sipTrunkName")),
        (Field::Kind, registers(trunk).is_some() || raw(trunk, "sipTrunkState")),
        (address, filled(given) || raw(trunk, key)),
        (Field::AgentGroups, trunk.agent_groups.is_some() || raw(trunk, "groupList")),
    ];
    for (field, _) in wanted.into_iter().filter(|(_, there)| !there) {
        complain(&mut verdict, field, format!("{WHOLE}; give {}", field.ways()));
    }
    groups(direction, trunk, &mut verdict);
    if direction == Some(&Direction::Outbound) && registers(trunk) == Some(true) {
        verdict.errors.extend(missing_credentials(trunk, WHOLE));
    }
    verdict.errors
}

const WHOLE: &str =
    "Itniotech requires it in every write of such a trunk, and it was neither given nor read back";

/// The static rules of `trunk check`.
pub const STATIC: &[StaticRule] = &[StaticRule {
    id: "static.allowed_ip",
    verdict: Health::Fail,
    message: "the inbound trunk has no allowed address",
    violated: |trunk| trunk.direction == Some(Direction::Inbound) && !filled(&trunk.allowed_ip),
}];

/// A group's id as the number that the vendor takes.
pub fn group_id(group: &AgentGroup) -> Option<u64> {
    group.id.as_ref()?.parse().ok()
}

fn complain(verdict: &mut Verdict, field: Field, message: impl Into<String>) {
    verdict.errors.push(FieldError::new(field.name(), message));
}

fn filled(text: &Option<String>) -> bool {
    text.as_ref().is_some_and(|text| !text.is_empty())
}

fn raw(trunk: &Trunk, key: &str) -> bool {
    trunk.vendor_fields.contains_key(key)
}

/// Kind, direction and account: what chooses the shape.
fn steering(trunk: &Trunk, verdict: &mut Verdict) {
    match &trunk.direction {
        None | Some(Direction::Outbound | Direction::Inbound) => {}
        Some(other) => {
            let text = format!(
                "`{other}` is not possible: Itniotech's trunks carry calls one way; use outbound or inbound, \
                 and two trunks for both"
            );
            complain(verdict, Field::Direction, text);
        }
    }
    match &trunk.kind {
        None | Some(Kind::Register | Kind::Peer) => {}
        Some(other) => {
            let text = format!("`{other}` is not a kind of trunk that Itniotech has; use register or peer");
            complain(verdict, Field::Kind, text);
        }
    }
    if trunk.account.is_some() {
        let text =
            "an API key of Itniotech acts for one account; leave it out, or use the profile of the other";
        complain(verdict, Field::Account, text);
    }
}

/// Codes -48, -51 and -57 of page 004. Names are looked up later.
fn groups(direction: Option<&Direction>, trunk: &Trunk, verdict: &mut Verdict) {
    let Some(groups) = &trunk.agent_groups else { return };
    if groups.is_empty() {
        complain(verdict, Field::AgentGroups, "is empty; Itniotech requires at least one --agent-group");
    }
    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    for group in groups {
        let shown = excerpt(group.id.as_deref().or(group.name.as_deref()).unwrap_or_default(), 40);
        let known = match (&group.id, group_id(group)) {
            (Some(_), None) => {
                let text = format!("`{shown}` is not an id of an agent group: those are whole numbers");
                complain(verdict, Field::AgentGroups, text);
                continue;
            }
            (Some(_), Some(id)) => !ids.insert(id),
            (None, _) => !names.insert(&group.name),
        };
        if known {
            let text = format!("agent group `{shown}` is listed twice; Itniotech refuses that, keep one");
            complain(verdict, Field::AgentGroups, text);
        }
        match direction {
            Some(Direction::Inbound) if !filled(&group.number) => {
                let text = format!(
                    "agent group `{shown}` has no number, which an inbound trunk needs; give --agent-group \
                     {shown}=NUMBER"
                );
                complain(verdict, Field::AgentGroups, text);
            }
            Some(Direction::Outbound) if filled(&group.number) => verdict.warnings.push(format!(
                "agent group `{shown}` has a number, which Itniotech documents for inbound trunks only; it \
                 is sent as it is"
            )),
            _ => {}
        }
    }
}

/// The accepted forms of addresses are not documented, and the vendor's own sample, 12.325.353.2, is not an address.
fn addresses(trunk: &Trunk, verdict: &mut Verdict) {
    for (field, text) in [(Field::Host, &trunk.host), (Field::AllowedIp, &trunk.allowed_ip)] {
        let Some(text) = text.as_deref().filter(|text| !text.is_empty() && text.parse::<Ipv4Addr>().is_err())
        else {
            continue;
        };
        let why = if text.chars().all(|c| c.is_ascii_digit() || c == '.') {
            "looks like an IPv4 address but is not a valid one"
        } else {
            "is not an IPv4 address, and it is not documented whether Itniotech takes anything else"
        };
        verdict.warnings.push(format!("{} `{}` {why}; it is sent as it is", field.name(), excerpt(text, 60)));
    }
}

/// Account and password go with registration on outbound trunks only (page 004).
fn credentials(
    direction: Option<&Direction>,
    registering: Option<bool>,
    given: &Trunk,
    verdict: &mut Verdict,
) {
    if direction == Some(&Direction::Inbound) {
        if registers(given) == Some(true) {
            let text = "registration of an inbound trunk is asked for, which Itniotech documents without any \
                        account or password; it is sent as it is";
            verdict.warnings.push(text.to_owned());
        }
        return;
    }
    for field in [Field::Username, Field::Password] {
        if !given.has(field) {
            continue;
        }
        if registering == Some(false) {
            let text = "a peer trunk does not register, and Itniotech takes account and password only where \
                        one does; leave it out or use --kind register";
            complain(verdict, field, text);
        }
    }
}

fn missing_credentials(trunk: &Trunk, why: &str) -> Vec<FieldError> {
    let there = |field| match field {
        Field::Username => filled(&trunk.username) || raw(trunk, "sipAccount"),
        _ => trunk.password.as_ref().is_some_and(|password| password.expose() != Some("")),
    };
    [Field::Username, Field::Password]
        .into_iter()
        .filter(|field| !there(*field))
        .map(|field| FieldError::new(field.name(), format!("{why}; give {}", field.ways())))
        .collect()
}

/// Agent groups, gateways, carriers and numbers are bound to one trunk each (codes -52, -53, -59, -60).
pub fn claims(trunk: &Trunk) -> BTreeSet<Claim> {
    let groups = || trunk.agent_groups.iter().flatten();
    let numbers = groups().filter_map(|group| Some(("number", group.number.clone()?)));
    let ids = groups().filter_map(|group| Some(("group", group.id.clone()?)));
    let addresses = [("gateway", &trunk.host), ("carrier", &trunk.allowed_ip)];
    let addresses = addresses.into_iter().filter_map(|(what, text)| Some((what, text.clone()?)));
    numbers.chain(ids).chain(addresses).collect()
}
