//! Items of one account among other writes: one call after the other, without books of their own.

use std::collections::VecDeque;

use super::decide::{Batch, after};
use super::job::Job;
use crate::model::change::Change;
use crate::model::error::Error;

/// What became of the items.
pub struct Settled<I> {
    /// Those that have come to their end.
    pub ended: Vec<(I, Change)>,
    /// Those that were not tried.
    pub rest: Vec<I>,
    /// Why nothing else is to be sent to this account.
    pub end: Option<Error>,
}

/// Does with items what the job does, until `stop` says that nothing else is to be begun. In a dry run no item ends.
pub async fn settle<J: Job>(
    job: &J,
    items: Vec<J::Item>,
    retries: u32,
    stop: impl Fn() -> bool,
) -> Settled<J::Item> {
    let mut settled = Settled { ended: Vec::new(), rest: Vec::new(), end: None };
    let mut waiting = VecDeque::new();
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        waiting.push_back(Batch::new(items.by_ref().take(job.per_call().max(1)).collect()));
    }
    while let Some(batch) = waiting.pop_front() {
        if settled.end.is_some() || stop() {
            settled.rest.extend(batch.items);
            continue;
        }
        let Some(result) = job.send(&batch.items).await.transpose() else { continue };
        let step = after(batch, result, J::LIST, retries);
        for batch in step.again.into_iter().rev() {
            waiting.push_front(batch);
        }
        settled.end = step.end;
        settled.ended.extend(step.settled.into_iter().map(|(item, ended)| {
            let mut change = job.change(&item);
            ended.put(&mut change);
            (item, change)
        }));
    }
    settled
}
