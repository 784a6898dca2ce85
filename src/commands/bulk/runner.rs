//! Runs a bulk write: batches with bounded concurrency, each recorded before it is sent and after it has settled.

use std::collections::VecDeque;

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::after::{Batch, Ended, Rest, Sent, after};
use super::ledger::{Before, Ledger};
use crate::cli::{Format, Globals};
use crate::commands::world::World;
use crate::engine::journal;
use crate::model::change::{Change, Changes, Outcome};
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::notices::Progress;
use crate::model::report::Report;

/// How many refusals in a row, all alike and with nothing done before, say that every row would be refused.
const ALIKE: u64 = 30;

/// How many items that need no call settle in one piece.
const AT_ONCE: usize = 1000;

/// A bulk operation: what one call of it does with its items.
pub trait Job {
    /// What the rows are read as.
    type Item;

    /// The vendor's name of the list, as its errors name items.
    const LIST: &'static str;

    /// How many items one call takes.
    fn per_call(&self) -> usize;

    /// What tells an item from the others, in the results file.
    fn key(&self, item: &Self::Item) -> String;

    /// The change as it is once the item is done.
    fn change(&self, item: &Self::Item) -> Change;

    /// How an item ends without a call, where it does.
    fn without_call(&self, item: &Self::Item) -> Option<Ended>;

    /// Sends items. None in a dry run.
    async fn send(&self, items: &[Self::Item]) -> Result<Option<Sent>>;

    /// Looks at what became of items that an earlier run sent.
    async fn look(&self, items: &[Self::Item]) -> Result<Sent>;
}

/// How a bulk write runs.
pub struct Runner<'w, J: Job> {
    world: &'w World,
    globals: &'w Globals,
    job: &'w J,
    ledger: Option<Ledger>,
    concurrency: usize,
    changes: Changes,
    progress: Progress,
    refusals: (u64, String),
    /// How many items failed for a matter of this machine, before they were sent.
    unsent: u64,
    /// How many items were not tried.
    skips: u64,
    heard: bool,
}

impl<'w, J: Job> Runner<'w, J> {
    /// A run of `total` items.
    pub fn new(
        (world, globals): (&'w World, &'w Globals),
        job: &'w J,
        ledger: Option<Ledger>,
        concurrency: usize,
        total: u64,
    ) -> Self {
        // A dry run shows its requests in the order of the rows.
        let concurrency = if globals.dry_run.is_some() { 1 } else { concurrency.max(1) };
        let before = ledger.as_ref().map_or(0, Ledger::done);
        if before > 0 {
            world.notices.note(&format!("{before} rows were done by an earlier run"));
        }
        let progress = Progress { total: total.saturating_sub(before), ..Progress::default() };
        let (changes, refusals) = (Changes::default(), (0, String::new()));
        let (unsent, skips, heard) = (0, 0, true);
        Self { world, globals, job, ledger, concurrency, changes, progress, refusals, unsent, skips, heard }
    }

    /// Counts bad rows that are left out.
    pub fn leave_out(&mut self, rows: u64) {
        for _ in 0..rows {
            self.changes.tally.count(Outcome::Skipped);
        }
    }

    /// Settles every item of `items`. `doubtful` reads the same items once more, for those that an earlier run left
    /// in doubt: they are looked up before anything is sent.
    ///
    /// # Errors
    /// What goes wrong before anything is sent; a dry run's refusals.
    pub async fn run(
        mut self,
        doubtful: impl Iterator<Item = Result<J::Item>>,
        items: impl Iterator<Item = Result<J::Item>>,
    ) -> Result<Report> {
        if self.globals.dry_run.is_none() {
            // What was done is reported, whatever happens.
            self.world.stop.leave_to_command();
        }
        let (mut waiting, mut end) = self.look_again(doubtful).await?;
        let mut items = items;
        let (job, mut flying) = (self.job, FuturesUnordered::new());
        loop {
            while end.is_none() && !self.world.stop.is_asked() && flying.len() < self.concurrency {
                let batch = match self.next(&mut waiting, &mut items) {
                    Ok(Some(batch)) => batch,
                    Ok(None) => break,
                    Err(error) => {
                        end = Some(error);
                        break;
                    }
                };
                let recorded = self.record(&batch);
                let file = self.ledger.as_ref().map(Ledger::file);
                flying.push(async move {
                    let result = match recorded {
                        Err(error) => Err(error),
                        Ok(()) => {
                            if let Some(file) = file {
                                journal::on_disk(file).await;
                            }
                            send(job, &batch).await
                        }
                    };
                    (batch, result)
                });
            }
            let Some((batch, result)) = flying.next().await else { break };
            let result = match result {
                Ok(Some(sent)) => Ok(sent),
                Ok(None) => continue,
                Err(error) => Err(error),
            };
            let step = after(batch, result, J::LIST, self.globals.retries);
            for batch in step.again.into_iter().rev() {
                waiting.push_front(batch);
            }
            let stopped = self.settle(step.settled);
            end = end.or(step.end).or(stopped);
        }
        drop(flying);
        self.finish(end, waiting, items)
    }

    /// The next batch: what waits, else new items. Items that need no call settle on the way.
    fn next(
        &mut self,
        waiting: &mut VecDeque<Batch<J::Item>>,
        items: &mut impl Iterator<Item = Result<J::Item>>,
    ) -> Result<Option<Batch<J::Item>>> {
        if let Some(batch) = waiting.pop_front() {
            return Ok(Some(batch));
        }
        loop {
            let (mut batch, mut settled, mut failed) = (Vec::new(), Vec::new(), None);
            for item in items.by_ref() {
                let item = match item {
                    Ok(item) if self.is_settled(&item) => continue,
                    Ok(item) => item,
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                };
                match self.job.without_call(&item) {
                    Some(ended) => settled.push((item, ended)),
                    None => batch.push(item),
                }
                if batch.len() >= self.job.per_call() || settled.len() >= AT_ONCE {
                    break;
                }
            }
            let over = settled.is_empty();
            if let Some(error) = self.settle(settled).or(failed) {
                waiting.push_back(Batch::new(batch));
                return Err(error);
            }
            if !batch.is_empty() {
                return Ok(Some(Batch::new(batch)));
            }
            if over {
                return Ok(None);
            }
        }
    }

    /// Whether an earlier run, or the look at what it left, has settled the item.
    fn is_settled(&self, item: &J::Item) -> bool {
        self.ledger.as_ref().is_some_and(|ledger| ledger.before(&self.job.key(item)).is_some())
    }

    /// Looks up what an earlier run left in doubt. Answers what is to be sent again, and why nothing is.
    async fn look_again(
        &mut self,
        items: impl Iterator<Item = Result<J::Item>>,
    ) -> Result<(VecDeque<Batch<J::Item>>, Option<Error>)> {
        let mut waiting = VecDeque::new();
        let Some(ledger) = self.ledger.as_ref().filter(|ledger| ledger.has_doubts()) else {
            return Ok((waiting, None));
        };
        let mut doubtful = Vec::new();
        for item in items {
            let item = item?;
            if ledger.before(&self.job.key(&item)) == Some(Before::Doubtful) {
                doubtful.push(item);
            }
        }
        if doubtful.is_empty() {
            return Ok((waiting, None));
        }
        let text = format!("{} rows were in doubt; looking at what the vendor holds", doubtful.len());
        self.world.notices.note(&text);
        let sent = self.job.look(&doubtful).await?;
        let step = after(Batch::new(doubtful), Ok(sent), J::LIST, u32::MAX);
        let end = self.settle(step.settled);
        for batch in step.again {
            let mut rest = batch.items;
            while !rest.is_empty() {
                let more = rest.split_off(rest.len().min(self.job.per_call()));
                waiting.push_back(Batch::doubtful(std::mem::replace(&mut rest, more)));
            }
        }
        Ok((waiting, end))
    }

    fn record(&mut self, batch: &Batch<J::Item>) -> Result<()> {
        let keys: Vec<String> = batch.items.iter().map(|item| self.job.key(item)).collect();
        match self.ledger.as_mut().filter(|_| self.globals.dry_run.is_none()) {
            Some(ledger) => ledger.sent(&keys),
            None => Ok(()),
        }
    }

    /// Takes items that have come to their end. Answers why nothing else is to be sent, where that is so.
    fn settle(&mut self, settled: Vec<(J::Item, Ended)>) -> Option<Error> {
        let mut list = Vec::with_capacity(settled.len());
        let mut alike = None;
        for (item, ended) in settled {
            let mut change = self.job.change(&item);
            if let Ended::Failed(error) = &ended {
                self.unsent += u64::from(is_own(error));
                alike = alike.or_else(|| self.refused(error));
            }
            ended.put(&mut change);
            list.push((self.job.key(&item), change));
        }
        if let Some(ledger) = &mut self.ledger {
            let rows = list.iter().map(|(key, change)| (key.clone(), change));
            if let Err(error) = ledger.settled(rows) {
                alike = Some(error);
            }
        }
        let unheard = self.show(list.into_iter().map(|(_, change)| change).collect());
        alike.or(unheard)
    }

    /// Counts refusals. Whatever is refused in the same words again and again, from the beginning on, is no matter
    /// of single rows.
    fn refused(&mut self, error: &Error) -> Option<Error> {
        if error.kind != Kind::Rejected || self.progress.done > self.progress.failed {
            return None;
        }
        let words = error.vendor_message.clone().unwrap_or_else(|| error.message.clone());
        if self.refusals.1 != words {
            self.refusals = (0, words);
        }
        self.refusals.0 += 1;
        (self.refusals.0 >= ALIKE).then(|| error.copy())
    }

    /// Answers why nothing else is to be sent, where the output cannot be written.
    fn show(&mut self, list: Vec<Change>) -> Option<Error> {
        let mut unheard = None;
        for change in &list {
            self.changes.tally.count(change.outcome);
            self.progress.done += 1;
            let bad = matches!(change.outcome, Outcome::Failed | Outcome::Unknown | Outcome::Skipped);
            self.progress.failed += u64::from(bad);
        }
        if self.globals.output != Format::Jsonl {
            self.changes.list.extend(list);
        } else if self.heard && !list.is_empty() {
            // A reader that went away does not stop what is half done.
            let part = Changes { list, ..Changes::default() };
            self.heard = (self.world.publish)(&Report::Changes(part)).unwrap_or_else(|error| {
                unheard = Some(error);
                false
            });
        }
        self.world.notices.progress(&self.progress);
        unheard
    }

    /// What was done, and what was not begun.
    fn finish(
        mut self,
        end: Option<Error>,
        waiting: VecDeque<Batch<J::Item>>,
        items: impl Iterator<Item = Result<J::Item>>,
    ) -> Result<Report> {
        let interrupted = self.world.stop.is_asked();
        let nothing = self.progress.done == self.unsent;
        let mut end = end;
        if end.is_some() || interrupted {
            let why = if interrupted { "the command was interrupted" } else { "an earlier call failed" };
            for item in waiting.into_iter().flat_map(|batch| batch.items) {
                let change = self.skipped(&item, why);
                if let Some(ledger) = &mut self.ledger {
                    // It may have been put down as sent. Where this cannot be written, it stays in doubt.
                    let _ = ledger.settled([(self.job.key(&item), &change)].into_iter());
                }
                end = self.show(vec![change]).or(end);
            }
            // Why the reading ended, where it did, is known already.
            for item in items.map_while(Result::ok) {
                if !self.is_settled(&item) {
                    let change = self.skipped(&item, why);
                    end = self.show(vec![change]).or(end);
                }
            }
        }
        self.world.notices.progress(&Progress { over: true, ..self.progress });
        self.changes.cut_short = self.skips > 0;
        match end {
            // Not the vendor's doing, and nothing was begun; or nobody can be told what was.
            Some(error) if nothing && is_own(&error) || error.kind == Kind::Internal => return Err(error),
            Some(error) if self.skips > 0 || is_own(&error) => {
                let hint = error.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
                self.world.notices.warn(&format!("stopped: {error}{hint}"));
            }
            _ => {}
        }
        if let Some(ledger) = self.ledger.as_ref().filter(|_| self.skips > 0) {
            self.world.notices.note(&format!("--resume {} goes on with what was not done", ledger.path()));
        }
        Ok(Report::Changes(self.changes))
    }

    fn skipped(&mut self, item: &J::Item, why: &str) -> Change {
        self.skips += 1;
        Change { outcome: Outcome::Skipped, error: Some(not_begun(why)), ..self.job.change(item) }
    }
}

/// Sends a batch. Where items in doubt are there already, the earlier run may have been heard after the look.
async fn send<J: Job>(job: &J, batch: &Batch<J::Item>) -> Result<Option<Sent>> {
    match job.send(&batch.items).await {
        Err(error) if batch.doubtful && matches!(error.kind, Kind::Conflict | Kind::Rejected) => {
            match job.look(&batch.items).await {
                Ok(sent) if !sent.done.is_empty() => Ok(Some(Sent { rest: Rest::Refused, ..sent })),
                _ => Err(error),
            }
        }
        result => result,
    }
}

/// Whether it is the matter of this machine, found before anything was sent.
fn is_own(error: &Error) -> bool {
    matches!(error.kind, Kind::Config | Kind::Invalid)
}

fn not_begun(why: &str) -> Error {
    let kind = if why.contains("interrupted") { Kind::Interrupted } else { Kind::Unavailable };
    let mut error = Error::new(kind, format!("was not sent, because {why}"));
    error.outcome = Some(Applied::NotApplied);
    error.retryable = true;
    error
}
