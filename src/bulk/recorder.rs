//! The record of a bulk write: each item's end in the results file and in the output.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;

use super::decide::{Batch, ItemEnd, after};
use super::executor::Record;
use super::job::Job;
use super::results_file::{Before, ResultsFile};
use crate::context::Context;
use crate::context::sink::Sink;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::report::{Format, Report};

/// After this many identical refusals, with nothing done before, every row would be refused.
const ALIKE: u64 = 30;

/// The record of one run.
pub struct Recorder<'c, J: Job> {
    context: &'c Context,
    job: &'c J,
    results_file: Option<ResultsFile>,
    sink: Sink<'c>,
    refusals: (u64, String),
    /// The number of items that failed on this machine before they were sent.
    unsent: u64,
    /// The number of items that were not tried.
    skipped: u64,
}

impl<'c, J: Job> Recorder<'c, J> {
    /// The record of a run of `total` items; `left_out` rows were invalid.
    pub fn new(
        context: &'c Context,
        job: &'c J,
        results_file: Option<ResultsFile>,
        (total, left_out): (u64, u64),
    ) -> Self {
        let before = results_file.as_ref().map_or(0, ResultsFile::done);
        if before > 0 {
            context.diagnostics.note(&format!("{before} rows were done by an earlier run"));
        }
        let streams = context.options.output == Format::Jsonl;
        let mut sink = Sink::new(context, streams, total.saturating_sub(before), "rows");
        sink.changes.tally.add(Outcome::Skipped, left_out);
        Self { context, job, results_file, sink, refusals: (0, String::new()), unsent: 0, skipped: 0 }
    }

    /// Says how many of the items that are still to do exist already.
    pub fn warn_of_existing(&self, items: impl Iterator<Item = Result<J::Item>>) -> Result<()> {
        let (mut existing, mut total) = (0, 0);
        for item in items {
            let item = item?;
            if self.before(&item).is_none() {
                total += 1;
                existing += u64::from(self.job.without_call(&item).is_some());
            }
        }
        if existing > 0 {
            let text = format!("{existing} of {total} exist already; --skip-existing leaves them out");
            self.context.diagnostics.note(&text);
        }
        Ok(())
    }

    /// Looks up the items that an earlier run left in doubt. Those that were not applied are sent again.
    pub async fn resume(
        &mut self,
        items: impl Iterator<Item = Result<J::Item>>,
    ) -> Result<(VecDeque<Batch<J::Item>>, Option<Error>)> {
        let mut waiting = VecDeque::new();
        let doubts = self.results_file.as_ref().map_or(0, ResultsFile::doubts);
        if doubts == 0 {
            return Ok((waiting, None));
        }
        let mut doubtful = Vec::new();
        for item in items {
            let item = item?;
            if self.before(&item) == Some(Before::Doubtful) {
                doubtful.push(item);
            }
        }
        let gone = doubts.saturating_sub(doubtful.len());
        if gone > 0 {
            let text = format!("{gone} rows in doubt are no longer in the list and are not looked up");
            self.context.diagnostics.warn(&text);
        }
        if doubtful.is_empty() {
            return Ok((waiting, None));
        }
        let text = format!("{} rows were in doubt; reading what the vendor has", doubtful.len());
        self.context.diagnostics.note(&text);
        let sent = self.job.probe(&doubtful).await?;
        let step =
            after(Batch::new(doubtful), Ok(sent), (J::LIST, |item: &J::Item| self.job.key(item)), u32::MAX);
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

    /// The operation.
    pub fn job(&self) -> &'c J {
        self.job
    }

    /// The results file, unless this is a dry run.
    fn writable(&mut self) -> Option<&mut ResultsFile> {
        self.results_file.as_mut().filter(|_| self.context.options.dry_run.is_none())
    }

    /// Counts refusals. If the first rows are all refused with the same words, the reason is not in the rows.
    fn refused(&mut self, error: &Error) -> Option<Error> {
        if error.kind != Kind::Rejected || self.sink.progress.done > self.sink.progress.failed {
            return None;
        }
        let words = error.vendor_message.clone().unwrap_or_else(|| error.message.clone());
        if self.refusals.1 != words {
            self.refusals = (0, words);
        }
        self.refusals.0 += 1;
        (self.refusals.0 >= ALIKE).then(|| error.clone())
    }

    /// The report; `end` is what ended the run early.
    pub fn close(mut self, end: Option<Error>) -> Result<Report> {
        self.sink.close();
        self.sink.changes.cut_short = self.skipped > 0 || end.as_ref().is_some_and(is_own);
        let nothing = self.sink.progress.done - self.skipped == self.unsent;
        match end {
            Some(error) if nothing && is_own(&error) => return Err(error),
            // Every line that could be written is out.
            Some(error) if error.kind == Kind::Internal && self.context.options.output == Format::Jsonl => {
                return Err(error);
            }
            Some(error) if self.skipped > 0 || is_own(&error) => {
                let hint = error.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
                self.context.diagnostics.reason(&format!("stopped: {error}{hint}"));
            }
            _ => {}
        }
        if let Some(results_file) = self.results_file.as_ref().filter(|_| self.skipped > 0) {
            let text = format!("to continue, run the command with --resume {}", results_file.path());
            self.context.diagnostics.note(&text);
        }
        Ok(Report::Changes(self.sink.changes))
    }
}

impl<J: Job> Record<J> for Recorder<'_, J> {
    fn before(&self, item: &J::Item) -> Option<Before> {
        self.results_file.as_ref()?.before(&self.job.key(item))
    }

    fn sending(&mut self, items: &[J::Item]) -> Result<Option<Arc<File>>> {
        let (job, journal) = (self.job, !self.context.options.no_journal);
        let Some(results_file) = self.writable() else { return Ok(None) };
        results_file.sent(&items.iter().map(|item| job.key(item)).collect::<Vec<_>>())?;
        // With a journal, the journal is on disk before the call leaves.
        Ok((!journal).then(|| results_file.file()))
    }

    fn settle(&mut self, settled: Vec<(J::Item, ItemEnd)>) -> Option<Error> {
        let (mut keys, mut changes) = (Vec::new(), Vec::new());
        let mut end = None;
        for (item, ended) in settled {
            let mut change = self.job.change(&item);
            if let ItemEnd::Failed(error) = &ended {
                self.unsent += u64::from(is_own(error));
                end = end.or_else(|| self.refused(error));
            }
            ended.put(&mut change);
            keys.push(self.job.key(&item));
            changes.push(change);
        }
        if let Some(results_file) = self.writable()
            && let Err(error) = results_file.settled(keys.into_iter().zip(&changes))
        {
            end = Some(error);
        }
        let unwritten = self.sink.take(changes);
        end.or(unwritten)
    }

    fn skip(&mut self, item: J::Item, sent: bool) -> Option<Error> {
        self.skipped += 1;
        let error = Some(not_started(self.context.cancellation.is_asked()));
        let change = Change { outcome: Outcome::Skipped, error, ..self.job.change(&item) };
        let key = self.job.key(&item);
        if let Some(results_file) = self.writable().filter(|_| sent) {
            // If this cannot be written, the item stays in doubt.
            let _ = results_file.settled([(key, &change)].into_iter());
        }
        self.sink.take(vec![change])
    }
}

/// Whether it is an error of this machine, found before anything was sent.
fn is_own(error: &Error) -> bool {
    matches!(error.kind, Kind::Config | Kind::Invalid)
}

fn not_started(interrupted: bool) -> Error {
    let (kind, why) = match interrupted {
        true => (Kind::Interrupted, "the command was interrupted"),
        false => (Kind::Unavailable, "an earlier call failed"),
    };
    let mut error = Error::new(kind, format!("was not sent, because {why}")).outcome(Applied::NotApplied);
    error.retryable = true;
    error
}
