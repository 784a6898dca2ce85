//! Numbers and countries of an account: they go out in lists, and are read back together.

use std::collections::HashMap;

use super::carry::Item;
use super::goal::Key;
use super::task::Write;
use super::{read, verify};
use crate::commands::bulk::add_countries::AddCountries;
use crate::commands::bulk::add_numbers::AddNumbers;
use crate::commands::bulk::removals::Target;
use crate::commands::bulk::remove_numbers::RemoveNumbers;
use crate::commands::bulk::sequence::{Settled, settle};
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::diff;
use crate::model::error::{Error, Result};
use crate::model::number::InternalNumber;
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
    let account = batch.first().and_then(|(_, key, _)| key.account.clone()).unwrap_or_default();
    let (mut numbers, mut ids, mut by_name) = (Vec::new(), Vec::new(), HashMap::new());
    for (step, key, write) in batch {
        match write {
            Write::AddNumber(number) => numbers.push(number),
            Write::RemoveNumber(id) => ids.push((key.name.clone(), id)),
            _ => {}
        }
        by_name.insert(key.name.clone(), (step, key));
    }
    let mut listed = Listed::default();
    if !numbers.is_empty() {
        let job = AddNumbers::new(session, &account, false);
        let mut settled = settle(&job, numbers, retries, over).await;
        read_back(session, &account, &mut settled.ended).await;
        listed.take(settled, &mut by_name, |number| number.number.to_string());
    } else if !ids.is_empty() {
        let job = match RemoveNumbers::new(session, &account, true).await {
            Ok(job) => job,
            Err(error) => {
                listed.rest = by_name.into_values().map(|(step, _)| step).collect();
                listed.end = Some(error);
                return listed;
            }
        };
        let targets = ids.into_iter().filter_map(|(name, id)| target(&name, id)).collect();
        let settled = settle(&job, targets, retries, over).await;
        listed.take(settled, &mut by_name, |target| match target {
            Target::Number(number) | Target::Id(_, Some(number)) => number.to_string(),
            Target::Id(id, None) => id.clone(),
        });
    } else {
        let job = AddCountries::new(session, &account, true);
        let codes = by_name.keys().cloned().collect::<std::collections::BTreeSet<_>>();
        let settled = settle(&job, codes.into_iter().collect(), retries, over).await;
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
        self.rest = settled
            .rest
            .iter()
            .filter_map(|item| by_name.remove(&name(item)))
            .map(|(step, _)| step)
            .collect();
        self.end = settled.end;
    }
}

/// Compares the numbers that were added with what the account then has.
async fn read_back(session: &Session, account: &str, ended: &mut [(InternalNumber, Change)]) {
    let added = |change: &Change| change.outcome == Outcome::Created;
    if !ended.iter().any(|(_, change)| added(change)) {
        return;
    }
    let held: Result<_> = read::numbers(session, &Some(account.to_owned())).await;
    for (number, change) in ended.iter_mut().filter(|(_, change)| added(change)) {
        let held = match &held {
            Ok(held) => held.get(number.number.as_str()),
            Err(error) => {
                change.note = Some(verify::unread(error));
                continue;
            }
        };
        let error = match held {
            None => Some(verify::missing(number.number.as_str())),
            Some(held) => {
                let differing = diff::number(held, number);
                (!differing.is_empty()).then(|| verify::otherwise(&differing))
            }
        };
        if let Some(error) = error {
            (change.outcome, change.error) = (Outcome::Failed, Some(error));
        }
    }
}
