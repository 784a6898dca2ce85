//! Requests that read, and the answers of lists. A list is whole, or a fault.

use std::hash::Hash;

use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use super::abilities::PAGE_SIZE;
use super::read::{country, member, rows, success, unreadable};
use super::requests::{SEGMENT, address, base, call};
use super::wire::Record;
use crate::model::error::Result;
use crate::model::number::{ActualNumber, CalloutCountry, MasterNumber, NumberType};
use crate::model::profile::Profile;
use crate::model::settings::{Provided, SipSettings};
use crate::model::trunk::{self, ActualTrunk, CallerId, Direction, Trunk};
use crate::vendors::Identity;
use crate::vendors::call::{Call, Effect, Fault, Method, Page, Request, Response};
use crate::vendors::codes::After;
use crate::vendors::paging::{Row, Sieve, Sifted, repeats};

/// GET `sip_trunk/trunks`
pub fn list_trunks(profile: &Profile) -> Result<Call<Page<ActualTrunk>>> {
    trunks_call(profile, trunks)
}

/// The same call; only its count is reported.
pub fn identify(profile: &Profile) -> Result<Call<Identity>> {
    trunks_call(profile, |response, account| {
        let count = trunks(response, account)?.items.len();
        Ok(vec![("account".into(), account.to_owned()), ("trunks".into(), count.to_string())])
    })
}

fn trunks_call<T>(
    profile: &Profile,
    read: impl Fn(&Response, &str) -> Result<T, Fault> + Send + Sync + 'static,
) -> Result<Call<T>> {
    let account = profile.get("account").to_owned();
    let request = Request::new(Method::Get, address(profile, &account, "trunks")?);
    Ok(call("GET sip_trunk/trunks", Effect::Read, request, move |response| read(response, &account)))
}

/// GET `sip_trunk/internal_numbers`, the first page.
pub fn list_numbers(profile: &Profile, account: &str) -> Result<Call<Page<ActualNumber>>> {
    Ok(numbers_call(address(profile, account, "internal_numbers")?, Walk::default()))
}

/// A token belongs to its query, so every page repeats it ("Pagination").
fn numbers_call(address: String, walk: Walk) -> Call<Page<ActualNumber>> {
    let mut url = format!("{address}?page_size={PAGE_SIZE}");
    if let Some(token) = &walk.token {
        url = format!("{url}&next_page_token={}", utf8_percent_encode(token, SEGMENT));
    }
    let request = Request::new(Method::Get, url);
    call("GET sip_trunk/internal_numbers", Effect::Read, request, move |response| {
        let (page, on) = numbers(response, &walk)?;
        Ok(Page { next: on.map(|walk| numbers_call(address.clone(), walk)), ..page })
    })
}

/// GET `sip_trunk/settings`
pub fn read_settings(profile: &Profile, account: &str) -> Result<Call<SipSettings>> {
    let request = Request::new(Method::Get, address(profile, account, "settings")?);
    Ok(call("GET sip_trunk/settings", Effect::Read, request, settings))
}

/// GET `sip_trunk/callout_countries`
pub fn list_countries(profile: &Profile, account: &str) -> Result<Call<Page<CalloutCountry>>> {
    let request = Request::new(Method::Get, address(profile, account, "callout_countries")?);
    Ok(call("GET sip_trunk/callout_countries", Effect::Read, request, countries))
}

/// GET `sip_trunk/numbers`, which is the master account's without naming it.
pub fn list_master_numbers(profile: &Profile) -> Call<Page<MasterNumber>> {
    let request = Request::new(Method::Get, format!("{}/sip_trunk/numbers", base(profile)));
    call("GET sip_trunk/numbers", Effect::Read, request, master_numbers)
}

/// Answer of GET `sip_trunk/trunks`, which has no paging.
pub fn trunks(response: &Response, account: &str) -> Result<Page<ActualTrunk>, Fault> {
    whole(response, "sip_trunks", "a listed trunk has no id", |row| actual(row, account))
}

/// Answer of GET `sip_trunk/callout_countries`, which has no paging.
pub fn countries(response: &Response) -> Result<Page<CalloutCountry>, Fault> {
    whole(response, "callout_countries", "a listed country has no id", country)
}

/// Answer of GET `sip_trunk/numbers`, which has no paging.
pub fn master_numbers(response: &Response) -> Result<Page<MasterNumber>, Fault> {
    whole(response, "phone_numbers", "a listed entry has no number", |mut row| {
        Some(MasterNumber { number: row.name("number")?, country: row.text("country") })
    })
}

/// Answer of GET `sip_trunk/internal_numbers`: a page, without its next, and how to go on.
pub fn numbers(response: &Response, walk: &Walk) -> Result<(Page<ActualNumber>, Option<Walk>), Fault> {
    let sift = |rows: &mut Vec<ActualNumber>| {
        walk.sieve.sift(walk.pages + 1, rows, |row, hasher| (&row.id, &row.number).hash(hasher))
    };
    page(response, walk, "internal_numbers", "a listed entry has no number", number, sift)
}

/// Answer of GET `sip_trunk/settings`. It has three of the settings; one that it lacks is not known.
fn settings(response: &Response) -> Result<SipSettings, Fault> {
    let why = "the answer is not the account's settings";
    let body = success(response, false)?.filter(|body| SETTINGS.iter().any(|key| body.contains_key(*key)));
    let body = body.ok_or_else(|| unreadable(response, why))?;
    let fields: Map<String, Value> = body.keys().map(|key| (key.clone(), member(&body, key))).collect();
    let mut row = Record::from(fields);
    let mut provided = |key| {
        row.text(key).map(|figure| match figure.as_str() {
            "0" => Provided::Show,
            "1" => Provided::Hide,
            "2" => Provided::Remove,
            other => Provided::open(other),
        })
    };
    let settings = SipSettings {
        show_zoom_provided_callout_countries: provided("show_zoom_provided_callout_countries"),
        show_zoom_provided_numbers: provided("show_zoom_provided_numbers"),
        show_callout_internal_number: row.flag("show_callout_internal_number"),
        enable: row.flag("enable"),
        vendor_fields: row.rest(),
    };
    // A known key that stayed behind has a value of another type.
    match settings.vendor_fields.keys().any(|key| SETTINGS.contains(&key.as_str())) {
        true => Err(unreadable(response, why)),
        false => Ok(settings),
    }
}

/// The settings of PATCH `sip_trunk/settings`.
const SETTINGS: &[&str] = &[
    "enable",
    "show_callout_internal_number",
    "show_zoom_provided_callout_countries",
    "show_zoom_provided_numbers",
];

fn actual(mut row: Record, account: &str) -> Option<ActualTrunk> {
    let id = row.name("id")?;
    let caller = row.text("outbound_caller_id");
    let trunk = Trunk {
        name: row.text("name"),
        kind: Some(trunk::Kind::Assigned),
        direction: Some(Direction::Both),
        host: row.text("sip_server_address"),
        caller_id: caller.map(|number| CallerId { number: Some(number), name: None }),
        prefix: row.text("number_prefix"),
        account: Some(account.to_owned()),
        dnis: row.text("dnis"),
        vendor_fields: row.rest(),
        ..Trunk::default()
    };
    Some(ActualTrunk { id, trunk, ..ActualTrunk::default() })
}

/// The OpenAPI file's schema of the list has no `id`, though the DELETE call's page says to read it there.
fn number(mut row: Record) -> Option<ActualNumber> {
    let what = row.text("type").map(|what| match what.as_str() {
        "0" => NumberType::Toll,
        "1" => NumberType::TollFree,
        other => NumberType::open(other),
    });
    Some(ActualNumber {
        id: row.name("id"),
        number: row.name("number")?,
        display_number: row.text("display_number"),
        country: row.text("country"),
        what,
        labels: row.text("labels"),
        languages: row.text("languages"),
        visible: row.flag("visible"),
        allow_join: row.flag("allow_join"),
        allow_for_external_meetings: row.flag("allow_for_external_meetings"),
        vendor_fields: row.rest(),
    })
}

/// A list without paging. A token of a next page would make it a part of the list.
fn whole<T: Row>(
    response: &Response,
    key: &str,
    lacking: &str,
    item: impl Fn(Record) -> Option<T>,
) -> Result<Page<T>, Fault> {
    let sift = |rows: &mut Vec<T>| Sifted { rows: rows.len() as u64, repeated: 0, repeats: 0 };
    match page(response, &Walk::default(), key, lacking, item, sift)? {
        (page, None) => Ok(page),
        (_, Some(_)) => {
            let why = "Zoom gave a part of the list, though it documents no paging for it";
            Err(Fault { after: After::GiveUp, ..unreadable(response, why) })
        }
    }
}

fn page<T: Row>(
    response: &Response,
    walk: &Walk,
    key: &str,
    lacking: &str,
    item: impl Fn(Record) -> Option<T>,
    sift: impl Fn(&mut Vec<T>) -> Sifted,
) -> Result<(Page<T>, Option<Walk>), Fault> {
    let body = success(response, false)?.unwrap_or_default();
    let total = match member(&body, "total_records") {
        Value::Null => None,
        total => {
            let count = total.as_u64().or_else(|| total.as_str()?.trim().parse().ok());
            Some(count.ok_or_else(|| unreadable(response, "`total_records` is not a count"))?)
        }
    };
    let token = match member(&body, "next_page_token") {
        Value::Null => None,
        Value::String(token) => Some(token),
        _ => return Err(unreadable(response, "`next_page_token` is not a text")),
    };
    // Null instead of a list is an empty list only if Zoom says that there are no rows.
    let empty = total == Some(0) && body.get(key).is_some_and(|raw| raw.get() == "null");
    let items = if empty { Some(Vec::new()) } else { rows(response, (&body, walk.pages), key, item)? };
    let mut items = items.ok_or_else(|| unreadable(response, lacking))?;
    let sifted = sift(&mut items);
    // The same page would only lead there again.
    let endless = |why: &str| Fault {
        after: After::GiveUp,
        ..unreadable(response, &format!("the list `{key}` cannot be read to its end: {why}"))
    };
    let walk = walk.on(items.len(), total, token).map_err(|trouble| match trouble {
        Trouble::Short { rows, total } => {
            unreadable(response, &format!("Zoom says that `{key}` has {total} rows, but gave {rows}"))
        }
        Trouble::Endless(why) => endless(why),
    })?;
    if items.is_empty() && sifted.repeated > 0 && walk.is_some() {
        return Err(endless("a page gave no row that was not given before; run the command again"));
    }
    if let Some(why) = repeats(sifted, PAGE_SIZE as u64) {
        return Err(endless(&why));
    }
    Ok((Page { items, total, repeated: sifted.repeated, next: None }, walk))
}

/// The maximum number of empty pages of a list; the last token may be for an empty page.
const EMPTY_PAGES: u64 = 3;
/// The maximum number of pages of a list without a total.
const MOST_PAGES: u64 = 100_000;

/// How far a list has been read.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    /// The token that asks for the page under way; none for the first page.
    pub token: Option<String>,
    /// A token from further back, moved on whenever the pages have doubled: every circle meets it (Brent's
    /// cycle detection).
    mark: Option<String>,
    /// The rows that were given.
    sieve: Sieve,
    pages: u64,
    /// Pages without a row.
    empty: u64,
    rows: u64,
    /// The last total that a page stated, and the largest one.
    total: Option<u64>,
    most: Option<u64>,
}

/// Why a list cannot be believed.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There are fewer rows than the stated total.
    Short {
        /// Rows given.
        rows: u64,
        /// Rows stated.
        total: u64,
    },
    /// The page tokens lead nowhere.
    Endless(&'static str),
}

impl Walk {
    /// Counts a page, and answers how to go on: none after the last page.
    pub fn on(
        &self,
        rows: usize,
        total: Option<u64>,
        token: Option<String>,
    ) -> Result<Option<Self>, Trouble> {
        let (pages, empty) = (self.pages + 1, self.empty + u64::from(rows == 0));
        let rows = self.rows + rows as u64;
        let (total, most) = (total.or(self.total), total.max(self.most));
        // One of Zoom's samples is a lone blank.
        let Some(token) = token.filter(|token| !token.trim().is_empty()) else {
            return match total.filter(|total| *total > rows) {
                Some(total) => Err(Trouble::Short { rows, total }),
                None => Ok(None),
            };
        };
        let known = |earlier: &Option<String>| earlier.as_ref() == Some(&token);
        if known(&self.token) || known(&self.mark) {
            return Err(Trouble::Endless("a page token came a second time"));
        }
        if most.is_some_and(|most| rows > most) {
            return Err(Trouble::Endless(
                "there are more rows than the stated total, and still a further page",
            ));
        }
        if empty > EMPTY_PAGES || pages >= MOST_PAGES {
            return Err(Trouble::Endless("page follows page without an end"));
        }
        let mark = if pages.is_power_of_two() { Some(token.clone()) } else { self.mark.clone() };
        let sieve = self.sieve.clone();
        Ok(Some(Self { token: Some(token), mark, sieve, pages, empty, rows, total, most }))
    }
}
