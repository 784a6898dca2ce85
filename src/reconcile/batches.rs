//! Numbers and countries of an account: they go out in lists, and are read back together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::desired::Key;
use super::execute::Item;
use super::planned::Write;
use super::{actual, verify};
use crate::bulk::add_countries::AddCountries;
use crate::bulk::add_numbers::AddNumbers;
use crate::bulk::removals::Target;
use crate::bulk::remove_numbers::RemoveNumbers;
use crate::bulk::sequence::{Settled, settle};
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::diff;
use crate::model::error::{Error, Result};
use crate::model::number::{ActualNumber, InternalNumber};
use crate::model::plan::Step;

/// What became of the items.
#[derive(Default)]
pub struct Listed {
    /// Those that have come to their end.
    pub ended: Vec<(Step, Key, Change)>,
    /// Those that were not tried.
    pub rest: Vec<Step>,
    /// Why nothing else is to be sent to this profile.
    pub end: Option<Error>,
}

/// Writes items of one kind to their account, until `over` says that nothing else is to be begun.
pub async fn work_off(session: &Session, batch: Vec<Item>, retries: u32, over: impl Fn() -> bool) -> Listed {
    let place = batch.first().and_then(|(_, key, _)| key.account.clone());
    let account = place.clone().unwrap_or_default();
    let (mut numbers, mut ids, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    let mut by_name = HashMap::new();
    let mut listed = Listed::default();
    for (step, key, write) in batch {
        match write {
            Write::AddNumber(number) => numbers.push(number),
            Write::RemoveNumber(id) => match target(&key.name, id) {
                Some(target) => ids.push(target),
                None => {
                    listed.rest.push(step);
                    continue;
                }
            },
            _ => codes.push(key.name.clone()),
        }
        by_name.insert(key.name.clone(), (step, key));
    }
    if !numbers.is_empty() {
        let job = AddNumbers::new(session, &account, false);
        let mut settled = settle(&job, numbers, retries, over).await;
        let actual = actual::numbers(session, &place);
        read_back(session, &mut settled.ended, Outcome::Created, actual, added).await;
        listed.take(settled, &mut by_name, |number| number.number.to_string());
    } else if !ids.is_empty() {
        let job = match RemoveNumbers::new(session, &account, true).await {
            Ok(job) => job,
            Err(error) => {
                listed.rest.extend(by_name.into_values().map(|(step, _)| step));
                listed.end = Some(error);
                return listed;
            }
        };
        let mut settled = settle(&job, ids, retries, over).await;
        let actual = actual::numbers(session, &place);
        read_back(session, &mut settled.ended, Outcome::Deleted, actual, removed).await;
        listed.take(settled, &mut by_name, |target| match target {
            Target::Number(number) | Target::Id(_, Some(number)) => number.to_string(),
            Target::Id(id, None) => id.clone(),
        });
    } else {
        let job = AddCountries::new(session, &account, true);
        let mut settled = settle(&job, codes, retries, over).await;
        let actual = actual::countries(session, &place);
        read_back(session, &mut settled.ended, Outcome::Created, actual, allowed).await;
        listed.take(settled, &mut by_name, String::clone);
    }
    listed
}

/// A number that goes; the vendor may hold one that is none.
fn target(name: &str, id: Option<String>) -> Option<Target> {
    match (id, name.parse()) {
        (Some(id), number) => Some(Target::Id(id, number.ok())),
        (None, Ok(number)) => Some(Target::Number(number)),
        (None, Err(_)) => None,
    }
}

impl Listed {
    fn take<I>(
        &mut self,
        settled: Settled<I>,
        by_name: &mut HashMap<String, (Step, Key)>,
        name: impl Fn(&I) -> String,
    ) {
        for (item, change) in settled.ended {
            if let Some((step, key)) = by_name.remove(&name(&item)) {
                self.ended.push((step, key, change));
            }
        }
        let rest = settled.rest.iter().filter_map(|item| by_name.remove(&name(item)));
        self.rest.extend(rest.map(|(step, _)| step));
        self.end = settled.end;
    }
}

/// What is not as the vendor said, of one item and what the account then holds.
type Wrong<I, H> = fn(&I, &H) -> Option<Error>;

/// Holds the items that ended so against what the account then has.
async fn read_back<I, H>(
    session: &Session,
    ended: &mut [(I, Change)],
    outcome: Outcome,
    read: impl Future<Output = Result<H>>,
    wrong: Wrong<I, H>,
) {
    let done = |change: &Change| change.outcome == outcome;
    if !ended.iter().any(|(_, change)| done(change)) {
        return;
    }
    let actual = read.await;
    if let Err(error) = &actual {
        let count = ended.iter().filter(|(_, change)| done(change)).count();
        session.diagnostics().warn(&format!("{count} written: {}", verify::unread(error)));
    }
    for (item, change) in ended.iter_mut().filter(|(_, change)| done(change)) {
        match actual.as_ref().map(|actual| wrong(item, actual)) {
            Ok(None) => {}
            Ok(Some(error)) => (change.outcome, change.error) = (Outcome::Failed, Some(error)),
            Err(error) => change.note = Some(verify::unread(error)),
        }
    }
}

type Numbers = BTreeMap<String, ActualNumber>;

fn added(number: &InternalNumber, actual: &Numbers) -> Option<Error> {
    let Some(actual) = actual.get(number.number.as_str()) else {
        return Some(verify::missing(number.number.as_str()));
    };
    let differing = diff::number(actual, number);
    (!differing.is_empty()).then(|| verify::otherwise(&differing))
}

fn removed(target: &Target, actual: &Numbers) -> Option<Error> {
    let (name, there) = match target {
        Target::Number(number) | Target::Id(_, Some(number)) => {
            (number.as_str(), actual.contains_key(number.as_str()))
        }
        Target::Id(id, None) => (id.as_str(), actual.values().any(|actual| actual.id.as_ref() == Some(id))),
    };
    there.then(|| verify::still_there(name))
}

fn allowed(code: &String, actual: &BTreeSet<String>) -> Option<Error> {
    (!actual.contains(code)).then(|| verify::missing(code))
}
