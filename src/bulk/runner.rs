//! Runs a bulk write: workers that each send a batch, settle it, and take the next.

use std::cell::RefCell;
use std::collections::VecDeque;

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::decide::{Batch, Rest, Sent, after};
use super::job::Job;
use super::results_file::Before;
use super::sink::Sink;
use crate::context::Context;
use crate::engine::journal;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Report;

/// How many items that need no call settle in one piece.
const AT_ONCE: usize = 1000;

/// What the workers of a bulk write share.
struct Executor<'w, J: Job, I> {
    context: &'w Context,
    retries: u32,
    job: &'w J,
    sink: Sink<'w, J>,
    items: I,
    /// How many items are still to come, by the check of the list.
    expected: u64,
    waiting: VecDeque<Batch<J::Item>>,
    end: Option<Error>,
}

/// Settles every item of `items`. `doubtful` reads the same items once more, for those that an earlier run left in
/// doubt: they are looked up before anything is sent.
///
/// # Errors
/// What goes wrong before anything is sent; a dry run's refusals.
pub async fn run<J: Job>(
    context: &Context,
    job: &J,
    sink: Sink<'_, J>,
    concurrency: usize,
    expected: u64,
    (doubtful, items): (impl Iterator<Item = Result<J::Item>>, impl Iterator<Item = Result<J::Item>>),
) -> Result<Report> {
    if context.options.dry_run.is_none() {
        // What was done is reported, whatever happens.
        context.cancellation.leave_to_command();
    }
    // A dry run shows its requests in the order of the rows.
    let concurrency = if context.options.dry_run.is_some() { 1 } else { concurrency.max(1) };
    let (retries, waiting) = (context.options.retries, VecDeque::new());
    let mut executor = Executor { context, retries, job, sink, items, expected, waiting, end: None };
    executor.look_again(doubtful).await?;
    let executor = RefCell::new(executor);
    let mut workers = FuturesUnordered::new();
    loop {
        // Whoever found nothing to do has gone; what was split since then may need more hands.
        while workers.len() < concurrency {
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

/// Sends a batch and settles it, and so on with the next. The next one leaves before another worker settles.
async fn work<J: Job, I: Iterator<Item = Result<J::Item>>>(
    executor: &RefCell<Executor<'_, J, I>>,
    job: &J,
    first: Batch<J::Item>,
) {
    let mut next = Some(first);
    while let Some(batch) = next {
        let recorded = executor.borrow_mut().sink.sending(&batch.items);
        let result = match recorded {
            Err(error) => Err(error),
            Ok(()) => {
                let file = executor.borrow().sink.file();
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

impl<J: Job, I: Iterator<Item = Result<J::Item>>> Executor<'_, J, I> {
    /// What a call came to.
    fn settle(&mut self, batch: Batch<J::Item>, result: Result<Option<Sent>>) {
        let Some(result) = result.transpose() else { return };
        let step = after(batch, result, J::LIST, self.retries);
        for batch in step.again.into_iter().rev() {
            self.waiting.push_front(batch);
        }
        let stopped = self.sink.settle(step.settled);
        self.end = self.end.take().or(step.end).or(stopped);
    }

    /// The next batch, unless nothing else is to be sent.
    fn next(&mut self) -> Option<Batch<J::Item>> {
        if self.end.is_some() || self.context.cancellation.is_asked() {
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
                    // Settled by an earlier run, or by the look at what it left.
                    Ok(item) if self.sink.before(&item).is_some() => continue,
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
            if let Some(error) = self.sink.settle(settled).or(failed) {
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

    /// Looks up what an earlier run left in doubt. What was not done waits to be sent again.
    async fn look_again(&mut self, items: impl Iterator<Item = Result<J::Item>>) -> Result<()> {
        if self.sink.doubts() == 0 {
            return Ok(());
        }
        let mut doubtful = Vec::new();
        for item in items {
            let item = item?;
            if self.sink.before(&item) == Some(Before::Doubtful) {
                doubtful.push(item);
            }
        }
        let gone = self.sink.doubts().saturating_sub(doubtful.len());
        if gone > 0 {
            let text = format!("{gone} rows in doubt are not in the list any more, and are not looked up");
            self.context.diagnostics.warn(&text);
        }
        if doubtful.is_empty() {
            return Ok(());
        }
        let text = format!("{} rows were in doubt; looking at what the vendor holds", doubtful.len());
        self.context.diagnostics.note(&text);
        let sent = self.job.look(&doubtful).await?;
        let step = after(Batch::new(doubtful), Ok(sent), J::LIST, u32::MAX);
        self.end = self.sink.settle(step.settled);
        for batch in step.again {
            let mut rest = batch.items;
            while !rest.is_empty() {
                let more = rest.split_off(rest.len().min(self.job.per_call()));
                self.waiting.push_back(Batch::doubtful(std::mem::replace(&mut rest, more)));
            }
        }
        Ok(())
    }

    /// What was done, and what was not begun.
    fn close(mut self) -> Result<Report> {
        let nothing = self.sink.is_nothing_begun();
        let mut end = self.end;
        if end.is_some() || self.context.cancellation.is_asked() {
            for batch in self.waiting {
                for item in batch.items {
                    // It may have been put down as sent. What was in doubt before stays so.
                    end = self.sink.skip(&item, !batch.doubtful).or(end);
                }
            }
            // Why the reading ended, where it did, is known already.
            for item in self.items.map_while(Result::ok) {
                if self.sink.before(&item).is_none() {
                    end = self.sink.skip(&item, false).or(end);
                }
            }
        }
        self.sink.close(end, nothing)
    }
}

/// The list has changed since it was checked.
fn shorter(missing: u64) -> Error {
    let text = format!(
        "the list changed while it was worked off: {missing} rows that were good are not there any more"
    );
    Error::invalid(text).hint("leave the file alone, and run the command again for what is missing")
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
