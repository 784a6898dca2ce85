//! Numbers and countries of an account: they go out in lists, and are read back together.

use std::collections::{BTreeMap, HashMap};

use crate::bulk::add_countries::AddCountries;
use crate::bulk::add_numbers::AddNumbers;
use crate::bulk::job::Job;
use crate::bulk::removals::Target;
use crate::bulk::remove_numbers::RemoveNumbers;
use crate::bulk::sequence::{Settled, settle};
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, Result};
use crate::model::number::ActualNumber;
use crate::model::plan::{PlannedChange, Write};
use crate::ops::{countries, internal_numbers, verify};

/// What became of the items.
#[derive(Default)]
pub struct Listed {
    /// Those that have come to their end.
    pub ended: Vec<(PlannedChange, Change)>,
    /// Those that were not tried.
    pub rest: Vec<PlannedChange>,
    /// Why nothing else is to be sent to this profile.
    pub end: Option<Error>,
}

/// Writes items of one kind to their account, until `over` says that nothing else is to be begun.
pub async fn write(
    session: &Session,
    batch: Vec<PlannedChange>,
    retries: u32,
    over: impl Fn() -> bool,
) -> Listed {
    let account = batch.first().and_then(|change| change.key.account.clone()).unwrap_or_default();
    let (mut numbers, mut targets, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = Vec::new();
    for mut change in batch {
        match std::mem::take(&mut change.write) {
            Write::AddNumber(number) => numbers.push((number, change)),
            Write::RemoveNumber(id) => match target(&change.key.name, id) {
                Some(target) => targets.push((target, change)),
                None => rest.push(change),
            },
            _ => codes.push((change.key.name.clone(), change)),
        }
    }
    let mut listed = if !numbers.is_empty() {
        // Another run may have added them in the meantime.
        let job = AddNumbers::new(session, &account, true);
        let read = internal_numbers::by_number(session, &account);
        settled(session, &job, numbers, retries, over, read, internal_numbers::check_added).await
    } else if !targets.is_empty() {
        match RemoveNumbers::new(session, &account, true).await {
            Ok(job) => {
                let read = internal_numbers::by_number(session, &account);
                settled(session, &job, targets, retries, over, read, check_removed).await
            }
            Err(error) => {
                let rest = targets.into_iter().map(|(_, change)| change).collect();
                Listed { rest, end: Some(error), ..Listed::default() }
            }
        }
    } else {
        let job = AddCountries::new(session, &account, true);
        let read = countries::codes(session, &account);
        settled(session, &job, codes, retries, over, read, countries::check_added).await
    };
    listed.rest.extend(rest);
    listed
}

/// Does with the items what the job does, and compares those that were written with what a read then finds.
async fn settled<J: Job, A>(
    session: &Session,
    job: &J,
    items: Vec<(J::Item, PlannedChange)>,
    retries: u32,
    over: impl Fn() -> bool,
    read: impl Future<Output = Result<A>>,
    check: impl Fn(&J::Item, &A) -> Result<()>,
) -> Listed {
    let mut planned = HashMap::new();
    let items = items.into_iter().map(|(item, change)| {
        planned.insert(job.key(&item), change);
        item
    });
    let Settled { mut ended, rest, end } = settle(job, items.collect(), retries, over).await;
    let written = |item: &J::Item, change: &Change| change.outcome == job.change(item).outcome;
    let count = ended.iter().filter(|(item, change)| written(item, change)).count();
    if count > 0 {
        let actual = read.await;
        if let Err(error) = &actual {
            session.diagnostics().warn(&format!("{count} written: {}", verify::unread_text(error)));
        }
        for (item, change) in ended.iter_mut().filter(|(item, change)| written(item, change)) {
            match actual.as_ref().map(|actual| check(item, actual)) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => (change.outcome, change.error) = (Outcome::Failed, Some(error)),
                Err(error) => change.note = Some(verify::unread_text(error)),
            }
        }
    }
    let mut find = |item: &J::Item| planned.remove(&job.key(item));
    let ended = ended.into_iter().filter_map(|(item, change)| Some((find(&item)?, change))).collect();
    let rest = rest.iter().filter_map(&mut find).collect();
    Listed { ended, rest, end }
}

/// A number that goes; the vendor may hold one that is none.
fn target(name: &str, id: Option<String>) -> Option<Target> {
    match (id, name.parse()) {
        (Some(id), number) => Some(Target::Id(id, number.ok())),
        (None, Ok(number)) => Some(Target::Number(number)),
        (None, Err(_)) => None,
    }
}

fn check_removed(target: &Target, actual: &BTreeMap<String, ActualNumber>) -> Result<()> {
    let (name, there) = match target {
        Target::Number(number) | Target::Id(_, Some(number)) => {
            (number.as_str(), actual.contains_key(number.as_str()))
        }
        Target::Id(id, None) => (id.as_str(), actual.values().any(|actual| actual.id.as_ref() == Some(id))),
    };
    if there { Err(verify::still_there(name)) } else { Ok(()) }
}
