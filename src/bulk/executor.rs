//! Runs a job: workers that each send a batch, settle it, and take the next one.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::decide::{Batch, ItemEnd, Rest, Sent, after};
use super::job::Job;
use super::results_file::Before;
use crate::engine::journal;
use crate::model::error::{Error, Kind, Result};

/// The maximum number of items without a call that settle in one piece.
const AT_ONCE: usize = 1000;

/// Takes the results of items.
pub trait Record<J: Job> {
    /// What an earlier run left of an item.
    fn before(&self, _item: &J::Item) -> Option<Before> {
        None
    }

    /// Records that items are about to be sent. Returns the file that must be on disk before the call leaves.
    fn sending(&mut self, _items: &[J::Item]) -> Result<Option<Arc<File>>> {
        Ok(None)
    }

    /// Takes items that have ended. Returns the reason to send nothing else, if there is one.
    fn settle(&mut self, settled: Vec<(J::Item, ItemEnd)>) -> Option<Error>;

    /// Takes an item that is not tried. `sent` says that it may have been recorded as sent.
    fn skip(&mut self, item: J::Item, sent: bool) -> Option<Error>;
}

/// What the workers share.
pub struct Executor<'j, J: Job, R, I, S> {
    /// The operation.
    pub job: &'j J,
    /// Takes the results.
    pub record: R,
    /// How many times an item is sent again after a read has shown that it was not applied.
    pub retries: u32,
    /// Whether nothing else may be started.
    pub stop: S,
    pub items: I,
    /// The number of items that are still to come.
    pub expected: u64,
    /// Batches that are sent before the next items are read.
    pub waiting: VecDeque<Batch<J::Item>>,
    /// The reason to send nothing else.
    pub end: Option<Error>,
}

impl<J, R, I, S> Executor<'_, J, R, I, S>
where
    J: Job,
    R: Record<J>,
    I: Iterator<Item = Result<J::Item>>,
    S: Fn() -> bool,
{
    /// Settles every item, with at most so many workers. In a dry run no item ends. Returns the record, and what ended the run early.
    pub async fn run(self, most: usize) -> (R, Option<Error>) {
        let job = self.job;
        let executor = RefCell::new(self);
        let mut workers = FuturesUnordered::new();
        loop {
            // A worker without a batch has ended; batches that were split since then may need more workers.
            while workers.len() < most.max(1) {
                let Some(batch) = executor.borrow_mut().next() else { break };
                workers.push(work(&executor, job, batch));
            }
            if workers.next().await.is_none() {
                break;
            }
        }
        drop(workers);
        executor.into_inner().close()
    }

    /// Takes the result of a call.
    fn settle(&mut self, batch: Batch<J::Item>, result: Result<Option<Sent>>) {
        let Some(result) = result.transpose() else { return };
        let step = after(batch, result, (J::LIST, |item: &J::Item| self.job.key(item)), self.retries);
        for batch in step.again.into_iter().rev() {
            self.waiting.push_front(batch);
        }
        let stopped = self.record.settle(step.settled);
        self.end = self.end.take().or(step.end).or(stopped);
    }

    /// The next batch, unless nothing else is to be sent.
    fn next(&mut self) -> Option<Batch<J::Item>> {
        if self.end.is_some() || (self.stop)() {
            return None;
        }
        if let Some(batch) = self.waiting.pop_front() {
            return Some(batch);
        }
        self.read().unwrap_or_else(|error| {
            self.end = Some(error);
            None
        })
    }

    /// New items. Those that need no call settle on the way.
    fn read(&mut self) -> Result<Option<Batch<J::Item>>> {
        loop {
            let (mut batch, mut settled, mut failed) = (Vec::new(), Vec::new(), None);
            for item in self.items.by_ref() {
                self.expected = self.expected.saturating_sub(u64::from(item.is_ok()));
                let item = match item {
                    Ok(item) if self.record.before(&item).is_some() => continue,
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
            if let Some(error) = self.record.settle(settled).or(failed) {
                self.waiting.push_back(Batch::new(batch));
                return Err(error);
            }
            if !batch.is_empty() {
                return Ok(Some(Batch::new(batch)));
            }
            if over && self.expected > 0 {
                return Err(shorter(std::mem::take(&mut self.expected)));
            }
            if over {
                return Ok(None);
            }
        }
    }

    /// Skips the items that were not started.
    fn close(self) -> (R, Option<Error>) {
        let Self { mut record, mut end, .. } = self;
        if end.is_some() || (self.stop)() {
            for batch in self.waiting {
                for item in batch.items {
                    // An item that was in doubt before this run stays in doubt.
                    end = record.skip(item, !batch.doubtful).or(end);
                }
            }
            // If reading failed, that error is known already.
            for item in self.items.map_while(Result::ok) {
                if record.before(&item).is_none() {
                    end = record.skip(item, false).or(end);
                }
            }
        }
        (record, end)
    }
}

/// Sends a batch and settles it, then continues with the next one. A batch leaves before another worker settles.
async fn work<J, R, I, S>(executor: &RefCell<Executor<'_, J, R, I, S>>, job: &J, first: Batch<J::Item>)
where
    J: Job,
    R: Record<J>,
    I: Iterator<Item = Result<J::Item>>,
    S: Fn() -> bool,
{
    let mut next = Some(first);
    while let Some(batch) = next {
        let recorded = executor.borrow_mut().record.sending(&batch.items);
        let result = match recorded {
            Err(error) => Err(error),
            Ok(file) => {
                if let Some(file) = file {
                    journal::on_disk(file).await;
                }
                send(job, &batch).await
            }
        };
        let mut executor = executor.borrow_mut();
        executor.settle(batch, result);
        next = executor.next();
    }
}

/// The list has changed since it was checked.
fn shorter(missing: u64) -> Error {
    let text = format!("the list changed during the run: {missing} rows that were valid are missing now");
    Error::invalid(text).hint("do not change the file, and run the command again for the missing rows")
}

/// Sends a batch. If items in doubt exist now, the earlier run may have been applied after they were read.
async fn send<J: Job>(job: &J, batch: &Batch<J::Item>) -> Result<Option<Sent>> {
    match job.send(&batch.items).await {
        Err(error) if batch.doubtful && matches!(error.kind, Kind::Conflict | Kind::Rejected) => {
            let is_done = |(_, end): &(usize, ItemEnd)| matches!(end, ItemEnd::Done { .. });
            match job.probe(&batch.items).await {
                Ok(sent) if sent.ends.iter().any(is_done) => Ok(Some(Sent { rest: Rest::Refused, ..sent })),
                _ => Err(error),
            }
        }
        result => result,
    }
}
