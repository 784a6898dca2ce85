//! The internal numbers of an account: list, add, delete.

use std::ops::Bound;

use serde::Serialize;
use serde_json::json;

use super::answer::{Answer, Problems, invalid, refusal};
use super::body::{self, Item, MAX_ITEMS};
use super::handlers::{planned, planned_mut};
use super::{InternalNumber, Page, Sandbox, State, countries, mint, next};
use crate::vendors::call::Response;
use crate::vendors::simulator::Incoming;

/// A page token lives 15 minutes.
pub(super) const PAGE_SECONDS: u64 = 15 * 60;
const PAGE_SIZE: usize = 30;
const MAX_PAGE_SIZE: usize = 300;

const FIELDS: &[&str] = &[
    "number",
    "display_number",
    "country",
    "type",
    "labels",
    "languages",
    "visible",
    "allow_join",
    "allow_for_external_meetings",
];

/// Zoom's list of telephony locales. The specification has only three of them, its own sample a fourth.
const LANGUAGES: [&str; 18] = [
    "en-GB", "en-US", "ar", "da-DK", "de-DE", "es-ES", "es-MX", "fr-CA", "fr-FR", "it-IT", "ja", "ko-KR",
    "nl-NL", "pt-BR", "pt-PT", "ru", "zh-CN", "zh-HK",
];

/// Answer of the list. It is serialised directly, so that a benchmark of a long list does not measure the simulator.
#[derive(Serialize)]
struct NumbersPage<'a> {
    internal_numbers: Vec<&'a InternalNumber>,
    next_page_token: String,
    page_size: usize,
    total_records: usize,
}

pub(super) fn list(state: &mut State, account: &str, request: &Incoming, now: u64) -> Answer {
    let account = planned(&state.accounts, account)?;
    body::only_query(request, &["page_size", "next_page_token"])?;
    body::none(request)?;
    let page_size = match request.param("page_size") {
        None => PAGE_SIZE,
        Some(text) => page_size(text).ok_or_else(|| invalid("page_size"))?,
    };
    // The token of the last page is empty, so an empty one means the first page.
    let after = match request.param("next_page_token").filter(|token| !token.is_empty()) {
        None => 0,
        Some(token) => state
            .pages
            .iter()
            .find(|page| page.token == token && now < page.expires_at)
            .filter(|page| page.account == account.id && page.page_size == page_size)
            .map(|page| page.after)
            .ok_or_else(|| refusal(400, 300, "The next_page_token is invalid or expired."))?,
    };
    let mut rest = account.internal_numbers.range((Bound::Excluded(after), Bound::Unbounded));
    let page: Vec<_> = rest.by_ref().take(page_size).collect();
    let last = page.last().map(|(serial, _)| **serial).filter(|_| rest.next().is_some());
    let mut answer = NumbersPage {
        internal_numbers: page.into_iter().map(|(_, number)| number).collect(),
        next_page_token: String::new(),
        page_size,
        total_records: account.internal_numbers.len(),
    };
    if let Some(after) = last {
        // Zoom's own tokens look like this, and other clients send them unchanged. Tokens with special
        // characters break clients that do not encode them.
        let odd = if request.odd_tokens { "p+/=" } else { "" };
        let token = format!("{odd}{}", mint("page", next(&mut state.counters.pages)));
        answer.next_page_token.clone_from(&token);
        let expires_at = now.saturating_add(PAGE_SECONDS);
        state.pages.retain(|page| now < page.expires_at);
        state.pages.push(Page { token, account: account.id.clone(), page_size, after, expires_at });
    }
    Ok(Response::json(200, &answer))
}

fn page_size(text: &str) -> Option<usize> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|size| digits && (1..=MAX_PAGE_SIZE).contains(size))
}

/// Adds the whole batch or nothing.
pub(super) fn add(sandbox: &mut Sandbox, account: &str, request: &Incoming) -> Answer {
    let Sandbox { state, taken } = sandbox;
    let account = planned_mut(&mut state.accounts, account)?;
    let object = body::object(request, &["internal_numbers"])?;
    let items = body::items(&object, "internal_numbers", MAX_ITEMS)?;
    let mut problems = Problems::default();
    let mut numbers = Vec::with_capacity(items.len());
    for (place, value) in items.iter().enumerate() {
        numbers.push(read(Item::new(&mut problems, "internal_numbers", place, value, FIELDS)));
    }
    problems.refuse("Invalid parameter: internal_numbers")?;
    let mut problems = Problems::default();
    for (place, number) in numbers.iter().enumerate() {
        let repeated = numbers[..place].iter().any(|earlier| earlier.number == number.number);
        if repeated || taken.contains(&number.number) {
            let field = format!("internal_numbers[{place}].number");
            problems.add(&field, &format!("The number {} is already in use.", number.number));
        }
    }
    problems.refuse("The number is already in use.")?;
    if account.internal_numbers.len() + numbers.len() > account.quota {
        let most = account.quota;
        let message = format!("You can only assign a maximum of {most} phone numbers to this account.");
        return Err(refusal(400, 300, &message));
    }
    for number in &mut numbers {
        let serial = next(&mut state.counters.numbers);
        number.id = format!("A{}", &mint("number", serial)[..16]);
        taken.insert(number.number.clone());
        account.internal_numbers.insert(serial, number.clone());
    }
    Ok(Response::json(201, &json!({ "internal_numbers": numbers })))
}

fn read(mut item: Item<'_>) -> InternalNumber {
    let visible = item.flag("visible");
    let allow_join = item.flag("allow_join");
    InternalNumber {
        id: String::new(),
        number: item.text("number", "This field must be a phone number in E.164 format.", is_e164),
        display_number: item.text("display_number", "This field must be a non-empty string.", |_| true),
        country: item.text("country", "This field must be a two-letter country code.", |id| {
            countries::find(id).is_some()
        }),
        kind: item.choice("type", 1),
        labels: item.text("labels", "This field must be a non-empty string.", |_| true),
        languages: item.text("languages", "This field must be one of the telephony languages.", |language| {
            LANGUAGES.contains(&language)
        }),
        visible,
        // A visible number can always be used to join (fact sheet, 2.1).
        allow_join: allow_join || visible,
        allow_for_external_meetings: item.flag("allow_for_external_meetings"),
    }
}

/// A plus, then 2 to 15 digits, the first of them not a zero.
fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

pub(super) fn delete(sandbox: &mut Sandbox, account: &str, id: &str, request: &Incoming) -> Answer {
    let account = planned_mut(&mut sandbox.state.accounts, account)?;
    body::only_query(request, &[])?;
    body::none(request)?;
    let found =
        account.internal_numbers.iter().find(|(_, number)| number.id == id).map(|(serial, _)| *serial);
    let removed = found.and_then(|serial| account.internal_numbers.remove(&serial));
    let number = removed.ok_or_else(|| invalid("numberId"))?;
    sandbox.taken.remove(&number.number);
    Ok(Response::empty(204))
}
