//! Model to requests that change something.

use percent_encoding::utf8_percent_encode;
use serde::Serialize;
use serde_json::{Map, Value, to_value};

use super::abilities::MULTIPART;
use super::requests::{SEGMENT, accept, address, call};
use super::wire::{CountryItem, NumberItem, SettingsBody, TrunkItem};
use super::{read, rules};
use crate::model::check;
use crate::model::error::{Error, FieldError, Result};
use crate::model::number::{CalloutCountry, InternalNumber, NumberType};
use crate::model::profile::Profile;
use crate::model::settings::{Provided, SipSettings};
use crate::model::trunk::Trunk;
use crate::vendors::Added;
use crate::vendors::call::{Body, Call, Effect, Method, Request};

/// POST `sip_trunk/trunks`: assigns a trunk of the master account.
pub fn create(profile: &Profile, trunk: &Trunk) -> Result<Call<String>> {
    let account = trunk.account.as_deref().unwrap_or(profile.get("account"));
    accept("the trunk", rules::assignee(account))?;
    let item = TrunkItem {
        id: trunk.master_trunk.clone().unwrap_or_default(),
        dnis: trunk.dnis.clone(),
        outbound_caller_id: trunk.caller_id.as_ref().and_then(|caller| caller.number.clone()),
    };
    let asked = item.id.clone();
    let mut entry = to_value(item).unwrap_or_default();
    if let Value::Object(map) = &mut entry {
        map.extend(trunk.vendor_fields.clone());
    }
    let request = send(profile, Method::Post, account, "trunks", list("sip_trunks", vec![entry]))?;
    Ok(call("POST sip_trunk/trunks", Effect::Write, request, move |response| {
        read::assigned(response, &asked)
    }))
}

/// DELETE `sip_trunk/trunks/{id}`: takes the trunk away from the sub account; the master's stays.
pub fn delete(profile: &Profile, id: &str) -> Result<Call<()>> {
    let account = profile.get("account");
    accept("the trunk", rules::assignee(account))?;
    let request = Request::new(Method::Delete, item_address(profile, account, "trunks", "id", id)?);
    Ok(call("DELETE sip_trunk/trunks", Effect::Write, request, read::done))
}

/// POST `sip_trunk/internal_numbers`
pub fn add_numbers(profile: &Profile, account: &str, numbers: &[InternalNumber]) -> Result<Call<Vec<Added>>> {
    let entries = numbers.iter().map(|number| {
        let mut entry = object(&number_item(number)?);
        entry.extend(number.vendor_fields.clone());
        Ok(Value::Object(entry))
    });
    let body = list("internal_numbers", entries.collect::<Result<_>>()?);
    let request = send(profile, Method::Post, account, "internal_numbers", body)?;
    Ok(call("POST sip_trunk/internal_numbers", Effect::Write, request, read::numbers))
}

/// DELETE `sip_trunk/internal_numbers/{id}`
pub fn remove_number(profile: &Profile, account: &str, id: &str) -> Result<Call<()>> {
    let request = Request::new(Method::Delete, item_address(profile, account, "internal_numbers", "id", id)?);
    Ok(call("DELETE sip_trunk/internal_numbers", Effect::Write, request, read::done))
}

/// POST `sip_trunk/callout_countries`
pub fn add_countries(
    profile: &Profile,
    account: &str,
    codes: &[String],
) -> Result<Call<Vec<CalloutCountry>>> {
    let entries = codes.iter().map(|code| to_value(CountryItem { id: code.clone() }).unwrap_or_default());
    let body = list("callout_countries", entries.collect());
    let request = send(profile, Method::Post, account, "callout_countries", body)?;
    let asked = codes.to_vec();
    Ok(call("POST sip_trunk/callout_countries", Effect::Write, request, move |response| {
        read::added_countries(response, &asked)
    }))
}

/// DELETE `sip_trunk/callout_countries/{code}`
pub fn remove_country(profile: &Profile, account: &str, code: &str) -> Result<Call<()>> {
    let address = item_address(profile, account, "callout_countries", "country", code)?;
    let request = Request::new(Method::Delete, address);
    Ok(call("DELETE sip_trunk/callout_countries", Effect::Write, request, read::done))
}

/// POST `sip_trunk/numbers`
pub fn assign_master_numbers(
    profile: &Profile,
    account: &str,
    numbers: &[String],
    raw: &Map<String, Value>,
) -> Result<Call<()>> {
    accept("the account", rules::sub_account(account))?;
    accept("the command", check::raw(raw, &["phone_numbers"]).pop())?;
    let mut body = list("phone_numbers", numbers.iter().cloned().map(Value::from).collect());
    body.extend(raw.clone());
    let request = send(profile, Method::Post, account, "numbers", body)?;
    let asked = numbers.to_vec();
    Ok(call("POST sip_trunk/numbers", Effect::Write, request, move |response| read::given(response, &asked)))
}

/// DELETE `sip_trunk/numbers`: every internal number of the sub account.
pub fn clear_numbers(profile: &Profile, account: &str) -> Result<Call<()>> {
    accept("the account", rules::sub_account(account))?;
    let request = Request::new(Method::Delete, address(profile, account, "numbers")?);
    Ok(call("DELETE sip_trunk/numbers", Effect::Write, request, read::done))
}

/// POST `sip_trunk/internal_numbers` with entries that were not checked.
pub fn numbers_request(profile: &Profile, account: &str, items: &[NumberItem]) -> Result<Request> {
    let entries = items.iter().map(|item| to_value(item).unwrap_or_default()).collect();
    send(profile, Method::Post, account, "internal_numbers", list("internal_numbers", entries))
}

/// PATCH `sip_trunk/settings`
pub fn assign_settings(profile: &Profile, account: &str, settings: &SipSettings) -> Result<Call<()>> {
    let body = SettingsBody {
        enable: settings.enable,
        show_callout_internal_number: settings.show_callout_internal_number,
        show_zoom_provided_callout_countries: provided(
            "show_zoom_provided_callout_countries",
            settings.show_zoom_provided_callout_countries.as_ref(),
        )?,
        show_zoom_provided_numbers: provided(
            "show_zoom_provided_numbers",
            settings.show_zoom_provided_numbers.as_ref(),
        )?,
    };
    let mut body = object(&body);
    body.extend(settings.vendor_fields.clone());
    let request = send(profile, Method::Patch, account, "settings", body)?;
    Ok(call("PATCH sip_trunk/settings", Effect::Write, request, read::done))
}

/// PATCH `sip_trunk/settings` with values that were not checked.
pub fn settings_request(profile: &Profile, account: &str, body: &SettingsBody) -> Result<Request> {
    send(profile, Method::Patch, account, "settings", object(body))
}

fn number_item(number: &InternalNumber) -> Result<NumberItem> {
    let what = match &number.what {
        NumberType::Toll => 0,
        NumberType::TollFree => 1,
        NumberType::Other(text) => return Err(unknown("type", text, "use toll or toll-free")),
    };
    Ok(NumberItem {
        number: number.number.to_string(),
        display_number: number.display_number.clone(),
        country: number.country.clone(),
        what,
        labels: number.labels.clone(),
        languages: number.languages.clone(),
        visible: number.visible,
        allow_join: number.allow_join,
        allow_for_external_meetings: number.allow_for_external_meetings,
    })
}

/// The values are documented in prose only; the page's own sample, 50968347, is not among them.
fn provided(field: &str, value: Option<&Provided>) -> Result<Option<u32>> {
    Ok(match value {
        None => None,
        Some(Provided::Show) => Some(0),
        Some(Provided::Hide) => Some(1),
        Some(Provided::Remove) => Some(2),
        Some(Provided::Other(text)) => return Err(unknown(field, text, "use show, hide or remove")),
    })
}

fn unknown(field: &str, value: &str, remedy: &str) -> Error {
    Error::fields("the input", vec![FieldError::new(field, format!("`{value}` is not known; {remedy}"))])
}

fn object(body: &impl Serialize) -> Map<String, Value> {
    match to_value(body) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn list(key: &str, entries: Vec<Value>) -> Map<String, Value> {
    Map::from_iter([(key.to_owned(), Value::Array(entries))])
}

/// A request with a body: JSON, or the form of the Postman collection, in which values that are not texts are
/// compact JSON.
fn send(
    profile: &Profile,
    method: Method,
    account: &str,
    resource: &str,
    body: Map<String, Value>,
) -> Result<Request> {
    let mut request = Request::new(method, address(profile, account, resource)?);
    if profile.get("body_format") != MULTIPART {
        return Ok(request.json("application/json", Value::Object(body)));
    }
    let field = |(key, value)| match value {
        Value::String(text) => (key, text),
        other => (key, other.to_string()),
    };
    request.body = Body::Multipart(body.into_iter().map(field).collect());
    Ok(request)
}

fn item_address(profile: &Profile, account: &str, resource: &str, field: &str, id: &str) -> Result<String> {
    let address = address(profile, account, resource)?;
    accept("the request", rules::id(field, id))?;
    Ok(format!("{address}/{}", utf8_percent_encode(id, SEGMENT)))
}
