//! Numbers and countries of an account: they are written in lists, and read back together.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::bulk::add_numbers::AddNumbers;
use crate::bulk::countries::{AddCountries, RemoveCountries};
use crate::bulk::decide::ItemEnd;
use crate::bulk::executor::{Executor, Record};
use crate::bulk::job::Job;
use crate::bulk::numbers::NumberSelector;
use crate::bulk::remove_numbers::RemoveNumbers;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, Result};
use crate::model::number::ActualNumber;
use crate::model::plan::{PlannedChange, Write};
use crate::ops::{countries, internal_numbers, verify};

/// The result of a list.
#[derive(Default)]
pub struct Listed {
    /// The items that have ended.
    pub ended: Vec<(PlannedChange, Change)>,
    /// The items that were not tried.
    pub rest: Vec<PlannedChange>,
    /// The reason to send nothing else to this profile.
    pub end: Option<Error>,
}

/// Writes items of one kind to their account, until `stop` says that nothing else may be started.
pub async fn write(
    session: &Session,
    batch: Vec<PlannedChange>,
    retries: u32,
    stop: impl Fn() -> bool,
) -> Listed {
    let account = batch.first().and_then(|change| change.key.account.clone()).unwrap_or_default();
    let numbers = || internal_numbers::by_number(session, &account);
    let codes = || countries::codes(session, &account);
    let (mut added, mut removed, mut other) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = Vec::new();
    let mut removes_countries = false;
    for mut change in batch {
        match std::mem::take(&mut change.write) {
            Write::AddNumber(number) => added.push((number, change)),
            Write::RemoveNumber(id) => match target(&change.key.name, id) {
                Some(target) => removed.push((target, change)),
                None => rest.push(change),
            },
            write => {
                removes_countries |= matches!(write, Write::RemoveCountry);
                other.push((change.key.name.clone(), change));
            }
        }
    }
    let run = Run { session, retries, stop };
    // Another run may have made the same changes in the meantime.
    let mut listed = if !added.is_empty() {
        let job = AddNumbers::new(session, &account, true);
        run.job(&job, added, numbers(), internal_numbers::check_added).await
    } else if !removed.is_empty() {
        match RemoveNumbers::new(session, &account, true).await {
            Ok(job) => run.job(&job, removed, numbers(), check_removed).await,
            Err(error) => unread(removed, error),
        }
    } else if removes_countries {
        match RemoveCountries::new(session, &account, true).await {
            Ok(job) => run.job(&job, other, codes(), countries::check_removed).await,
            Err(error) => unread(other, error),
        }
    } else {
        let job = AddCountries::new(session, &account, true);
        run.job(&job, other, codes(), countries::check_added).await
    };
    listed.rest.extend(rest);
    listed
}

fn unread<I>(items: Vec<(I, PlannedChange)>, error: Error) -> Listed {
    let rest = items.into_iter().map(|(_, change)| change).collect();
    Listed { rest, end: Some(error), ..Listed::default() }
}

/// How the lists are written.
struct Run<'s, S> {
    session: &'s Session,
    retries: u32,
    stop: S,
}

impl<S: Fn() -> bool> Run<'_, S> {
    /// Runs the job, and compares the items that were written with a read afterwards.
    async fn job<J: Job, A>(
        self,
        job: &J,
        items: Vec<(J::Item, PlannedChange)>,
        read: impl Future<Output = Result<A>>,
        check: impl Fn(&J::Item, &A) -> Result<()>,
    ) -> Listed {
        let mut planned = HashMap::new();
        let items: Vec<_> = items
            .into_iter()
            .map(|(item, change)| {
                planned.insert(job.key(&item), change);
                Ok(item)
            })
            .collect();
        let executor = Executor {
            job,
            record: Ends { job, ended: Vec::new(), rest: Vec::new() },
            retries: self.retries,
            stop: self.stop,
            items: items.into_iter(),
            expected: 0,
            waiting: VecDeque::new(),
            end: None,
        };
        let (Ends { mut ended, rest, .. }, end) = executor.run(1).await;
        let written = |item: &J::Item, change: &Change| change.outcome == job.change(item).outcome;
        let count = ended.iter().filter(|(item, change)| written(item, change)).count();
        if count > 0 {
            let actual = read.await;
            if let Err(error) = &actual {
                let text = format!("{count} written: {}", verify::unread_text(error));
                self.session.diagnostics().warn(&text);
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
}

/// Keeps how the items of a list ended.
struct Ends<'j, J: Job> {
    job: &'j J,
    ended: Vec<(J::Item, Change)>,
    rest: Vec<J::Item>,
}

impl<J: Job> Record<J> for Ends<'_, J> {
    fn settle(&mut self, settled: Vec<(J::Item, ItemEnd)>) -> Option<Error> {
        self.ended.extend(settled.into_iter().map(|(item, ended)| {
            let mut change = self.job.change(&item);
            ended.put(&mut change);
            (item, change)
        }));
        None
    }

    fn skip(&mut self, item: J::Item, _: bool) -> Option<Error> {
        self.rest.push(item);
        None
    }
}

/// A number to remove. The vendor may have one that is not valid.
fn target(name: &str, id: Option<String>) -> Option<NumberSelector> {
    match (id, name.parse()) {
        (Some(id), number) => Some(NumberSelector::Id(id, number.ok())),
        (None, Ok(number)) => Some(NumberSelector::Number(number)),
        (None, Err(_)) => None,
    }
}

fn check_removed(target: &NumberSelector, actual: &BTreeMap<String, ActualNumber>) -> Result<()> {
    let (name, exists) = match target {
        NumberSelector::Number(number) | NumberSelector::Id(_, Some(number)) => {
            (number.as_str(), actual.contains_key(number.as_str()))
        }
        NumberSelector::Id(id, None) => {
            (id.as_str(), actual.values().any(|actual| actual.id.as_ref() == Some(id)))
        }
    };
    if exists { Err(verify::still_there(name)) } else { Ok(()) }
}
