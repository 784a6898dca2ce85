//! Settings, call-out countries, trunks, and the master's phone numbers.

use serde_json::{Value, json};

use super::answer::{Answer, Problems, invalid, no_account, refusal};
use super::body::{self, Item, MAX_ITEMS};
use super::{Account, Sandbox, SipTrunk, State, countries};
use crate::vendors::call::Response;
use crate::vendors::simulator::Incoming;

const SUB_ACCOUNTS_ONLY: &str = "Your account does not have the permission to make updates on this account. \
     Only a master account can perform this action on a sub account.";

/// The part of a DNIS that the master's trunk fixes.
const DNIS_PREFIX: usize = 5;

fn place(accounts: &[Account], id: &str) -> Result<usize, Response> {
    let is_it = |account: &Account| account.id == id || (account.master && id == "me");
    accounts.iter().position(is_it).ok_or_else(|| no_account(id))
}

/// The account, if it has the plan. Without it, these endpoints answer 300.
pub(super) fn planned<'a>(accounts: &'a [Account], id: &str) -> Result<&'a Account, Response> {
    let account = &accounts[place(accounts, id)?];
    if account.sip_plan {
        return Ok(account);
    }
    Err(refusal(400, 300, "Request failed because this account is not enrolled in SIP Connected Audio plan."))
}

pub(super) fn planned_mut<'a>(accounts: &'a mut [Account], id: &str) -> Result<&'a mut Account, Response> {
    planned(accounts, id)?;
    let place = place(accounts, id)?;
    Ok(&mut accounts[place])
}

/// A sub account with the plan, for the endpoints that document 2001 and 2100. The master is not one of its
/// own sub accounts.
fn sub_account<'a>(accounts: &'a mut [Account], id: &str) -> Result<&'a mut Account, Response> {
    let place = place(accounts, id)?;
    let account = &mut accounts[place];
    match account {
        Account { master: true, .. } => Err(no_account(id)),
        Account { sip_plan: false, .. } => Err(refusal(400, 2100, "This sub account has no sip trunk plan.")),
        account => Ok(account),
    }
}

/// A sub account with the plan, for the trunk endpoints, which answer 300.
fn trunk_account<'a>(accounts: &'a mut [Account], id: &str) -> Result<&'a mut Account, Response> {
    let account = planned_mut(accounts, id)?;
    if account.master {
        return Err(refusal(400, 300, SUB_ACCOUNTS_ONLY));
    }
    Ok(account)
}

fn bare(request: &Incoming) -> Result<(), Response> {
    body::only_query(request, &[])?;
    body::none(request)
}

pub(super) fn assign_settings(state: &mut State, account: &str, request: &Incoming) -> Answer {
    let account = sub_account(&mut state.accounts, account)?;
    let object = body::object(
        request,
        &[
            "enable",
            "show_callout_internal_number",
            "show_zoom_provided_callout_countries",
            "show_zoom_provided_numbers",
            // Zoom changelog, 24 January 2022.
            "enable_all_settings_from_master_account",
        ],
    )?;
    let mut settings = account.settings.clone();
    let mut problems = Problems::default();
    let fields = &mut settings;
    for (key, flag) in [
        ("enable", &mut fields.enable),
        ("show_callout_internal_number", &mut fields.show_callout_internal_number),
    ] {
        match object.get(key) {
            None => {}
            Some(Value::Bool(value)) => *flag = *value,
            Some(_) => problems.add(key, "This field must be a boolean."),
        }
    }
    for (key, choice) in [
        ("show_zoom_provided_callout_countries", &mut fields.show_zoom_provided_callout_countries),
        ("show_zoom_provided_numbers", &mut fields.show_zoom_provided_numbers),
    ] {
        match object.get(key).map(|value| value.as_u64().filter(|number| *number <= 2)) {
            None => {}
            Some(Some(value)) => *choice = value,
            Some(None) => problems.add(key, "This value must be 0, 1 or 2."),
        }
    }
    problems.refuse("Validation Failed.")?;
    if let Some(value) = object.get("enable_all_settings_from_master_account") {
        settings.enable_all_settings_from_master_account = Some(value.clone());
    }
    account.settings = settings;
    Ok(Response::empty(204))
}

/// The settings but for `enable`. The errors are not documented; these are those of the assignment.
pub(super) fn read_settings(state: &State, account: &str, request: &Incoming) -> Answer {
    let account = &state.accounts[place(&state.accounts, account)?];
    if !account.sip_plan {
        return Err(refusal(400, 2100, "This sub account has no sip trunk plan."));
    }
    bare(request)?;
    let settings = &account.settings;
    Ok(Response::json(
        200,
        &json!({
            "show_callout_internal_number": settings.show_callout_internal_number,
            "show_zoom_provided_callout_countries": settings.show_zoom_provided_callout_countries,
            "show_zoom_provided_numbers": settings.show_zoom_provided_numbers,
        }),
    ))
}

fn country(id: &str) -> Value {
    match countries::find(id) {
        Some(country) => json!({ "id": country.id, "name": country.name, "code": country.code }),
        None => json!({ "id": id }),
    }
}

pub(super) fn list_countries(state: &mut State, account: &str, request: &Incoming) -> Answer {
    let account = planned(&state.accounts, account)?;
    bare(request)?;
    let list: Vec<_> = account.callout_countries.iter().map(|id| country(id)).collect();
    Ok(Response::json(200, &json!({ "callout_countries": list, "total_records": list.len() })))
}

pub(super) fn add_countries(state: &mut State, account: &str, request: &Incoming) -> Answer {
    let account = planned_mut(&mut state.accounts, account)?;
    let object = body::object(request, &["callout_countries"])?;
    let items = body::items(&object, "callout_countries", MAX_ITEMS)?;
    let mut problems = Problems::default();
    let mut added: Vec<String> = Vec::new();
    for (place, value) in items.iter().enumerate() {
        let mut item = Item::new(&mut problems, "callout_countries", place, value, &["id"]);
        let known = |id: &str| countries::find(id).is_some();
        let id = item.text("id", "This field must be a two-letter country code.", known);
        // The documents are silent on countries that are there already; nothing else here is idempotent.
        if added.contains(&id) || account.callout_countries.contains(&id) {
            item.fault("id", "This country has been added already.");
        }
        added.push(id);
    }
    problems.refuse("Invalid parameter: callout_countries")?;
    let list: Vec<_> = added.iter().map(|id| country(id)).collect();
    account.callout_countries.extend(added);
    Ok(Response::json(201, &json!({ "callout_countries": list })))
}

pub(super) fn delete_country(state: &mut State, account: &str, id: &str, request: &Incoming) -> Answer {
    let account = planned_mut(&mut state.accounts, account)?;
    bare(request)?;
    let found = account.callout_countries.iter().position(|country| country == id);
    account.callout_countries.remove(found.ok_or_else(|| invalid("countryId"))?);
    Ok(Response::empty(204))
}

pub(super) fn list_trunks(state: &mut State, account: &str, request: &Incoming) -> Answer {
    let account = planned(&state.accounts, account)?;
    bare(request)?;
    let trunks = &account.sip_trunks;
    Ok(Response::json(200, &json!({ "sip_trunks": trunks, "total_records": trunks.len() })))
}

pub(super) fn assign_trunks(state: &mut State, account: &str, request: &Incoming) -> Answer {
    let masters = state.accounts.iter().find(|account| account.master);
    let masters = masters.map(|master| master.sip_trunks.clone()).unwrap_or_default();
    let account = trunk_account(&mut state.accounts, account)?;
    if masters.is_empty() {
        return Err(refusal(400, 300, "The master account has no sip trunk configs."));
    }
    let object = body::object(request, &["sip_trunks"])?;
    let items = body::items(&object, "sip_trunks", MAX_ITEMS)?;
    let mut problems = Problems::default();
    let mut added: Vec<SipTrunk> = Vec::new();
    for (place, value) in items.iter().enumerate() {
        let known = ["id", "dnis", "outbound_caller_id"];
        let mut item = Item::new(&mut problems, "sip_trunks", place, value, &known);
        added.extend(read_trunk(&mut item, &masters));
    }
    problems.refuse("Invalid parameter: sip_trunks")?;
    for (place, trunk) in added.iter().enumerate() {
        let mut earlier = account.sip_trunks.iter().chain(&added[..place]);
        if earlier.any(|earlier| earlier.id == trunk.id) {
            let message = format!("The trunk {} is already assigned to this account.", trunk.id);
            return Err(refusal(400, 300, &message));
        }
    }
    // Unlike the list, this answer has no caller ID (fact sheet, 1.1, row 11).
    let list: Vec<_> = added
        .iter()
        .map(|trunk| {
            json!({
                "id": trunk.id,
                "name": trunk.name,
                "dnis": trunk.dnis,
                "number_prefix": trunk.number_prefix,
                "sip_server_address": trunk.sip_server_address,
            })
        })
        .collect();
    account.sip_trunks.extend(added);
    Ok(Response::json(201, &json!({ "sip_trunks": list })))
}

/// The master's trunk with the changes of the sub account; mistakes are noted in the item.
fn read_trunk(item: &mut Item<'_>, masters: &[SipTrunk]) -> Option<SipTrunk> {
    let known = |id: &str| masters.iter().any(|master| master.id == id);
    let id = item.text("id", "This trunk does not belong to the master account.", known);
    let master = masters.iter().find(|master| master.id == id);
    let prefix: String =
        master.map(|master| master.dnis.chars().take(DNIS_PREFIX).collect()).unwrap_or_default();
    let fits = |dnis: &str| (5..=8).contains(&dnis.chars().count()) && dnis.starts_with(&prefix);
    let dnis =
        item.optional_text("dnis", "This field takes 5 to 8 characters with the master's prefix.", fits);
    let short = |caller: &str| caller.chars().count() <= 32;
    let caller = item.optional_text("outbound_caller_id", "This field takes at most 32 characters.", short);
    let mut trunk = master?.clone();
    trunk.dnis = dnis.unwrap_or(trunk.dnis);
    trunk.outbound_caller_id = caller.unwrap_or(trunk.outbound_caller_id);
    Some(trunk)
}

pub(super) fn delete_trunk(state: &mut State, account: &str, id: &str, request: &Incoming) -> Answer {
    let account = trunk_account(&mut state.accounts, account)?;
    bare(request)?;
    let found = account.sip_trunks.iter().position(|trunk| trunk.id == id);
    account.sip_trunks.remove(found.ok_or_else(|| invalid("trunkId"))?);
    Ok(Response::empty(204))
}

pub(super) fn list_numbers(state: &State, request: &Incoming) -> Answer {
    bare(request)?;
    let numbers = &state.phone_numbers;
    Ok(Response::json(200, &json!({ "phone_numbers": numbers, "total_records": numbers.len() })))
}

/// No limit on the array is documented. Giving a number again changes nothing.
pub(super) fn assign_numbers(state: &mut State, account: &str, request: &Incoming) -> Answer {
    let account = sub_account(&mut state.accounts, account)?;
    let object = body::object(request, &["phone_numbers"])?;
    let items = body::items(&object, "phone_numbers", usize::MAX)?;
    let mut problems = Problems::default();
    let mut numbers: Vec<String> = Vec::new();
    for (place, value) in items.iter().enumerate() {
        match value {
            Value::String(number) if !numbers.contains(number) => numbers.push(number.clone()),
            _ => problems.add(&format!("phone_numbers[{place}]"), "This must be a string, given once."),
        }
    }
    problems.refuse("Invalid parameter: phone_numbers")?;
    let known = |number: &&String| state.phone_numbers.iter().any(|known| known.number == **number);
    if !numbers.iter().all(|number| known(&number)) {
        return Err(refusal(400, 400, "This number does not belong to master account."));
    }
    numbers.retain(|number| !account.phone_numbers.contains(number));
    account.phone_numbers.extend(numbers);
    Ok(Response::empty(201))
}

/// Removes all internal numbers of the sub account, with the master's numbers that it was given.
pub(super) fn delete_numbers(sandbox: &mut Sandbox, account: &str, request: &Incoming) -> Answer {
    let account = sub_account(&mut sandbox.state.accounts, account)?;
    bare(request)?;
    for number in std::mem::take(&mut account.internal_numbers).into_values() {
        sandbox.taken.remove(&number.number);
    }
    account.phone_numbers.clear();
    Ok(Response::empty(204))
}
