//! What has become of the items of a bulk write: recorded, counted, and told.

use super::decide::Ended;
use super::job::Job;
use super::results_file::{Before, ResultsFile};
use crate::context::Context;
use crate::model::change::{Change, Changes, Outcome};
use crate::model::diagnostics::Progress;
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::report::Format;
use crate::model::report::Report;

/// How many refusals in a row, all alike and with nothing done before, say that every row would be refused.
const ALIKE: u64 = 30;

/// The books of one run.
pub struct Sink<'w, J: Job> {
    context: &'w Context,
    job: &'w J,
    results_file: Option<ResultsFile>,
    changes: Changes,
    progress: Progress,
    refusals: (u64, String),
    /// How many items failed for a matter of this machine, before they were sent.
    unsent: u64,
    /// How many items were not tried.
    skips: u64,
    heard: bool,
}

impl<'w, J: Job> Sink<'w, J> {
    /// Of a run of `total` items, and of `left_out` bad rows besides.
    pub fn new(
        context: &'w Context,
        job: &'w J,
        results_file: Option<ResultsFile>,
        (total, left_out): (u64, u64),
    ) -> Self {
        let before = results_file.as_ref().map_or(0, ResultsFile::done);
        if before > 0 {
            context.diagnostics.note(&format!("{before} rows were done by an earlier run"));
        }
        let progress = Progress { total: total.saturating_sub(before), noun: "rows", ..Progress::default() };
        let mut changes = Changes::default();
        (0..left_out).for_each(|_| changes.tally.count(Outcome::Skipped));
        let (refusals, unsent, skips, heard) = ((0, String::new()), 0, 0, true);
        Self { context, job, results_file, changes, progress, refusals, unsent, skips, heard }
    }

    /// The results file, where it has to be on disk before a call leaves. With a journal, the journal is.
    pub fn file(&self) -> Option<std::sync::Arc<std::fs::File>> {
        self.results_file.as_ref().filter(|_| self.context.options.no_journal).map(ResultsFile::file)
    }

    /// How many items an earlier run left in doubt.
    pub fn doubts(&self) -> usize {
        self.results_file.as_ref().map_or(0, ResultsFile::doubts)
    }

    /// What an earlier run left of an item.
    pub fn before(&self, item: &J::Item) -> Option<Before> {
        self.results_file.as_ref()?.before(&self.job.key(item))
    }

    /// Records that items are about to be sent.
    ///
    /// # Errors
    /// Where that cannot be written: then they may not be sent.
    pub fn sending(&mut self, items: &[J::Item]) -> Result<()> {
        match self.results_file.as_mut().filter(|_| self.context.options.dry_run.is_none()) {
            Some(results_file) => {
                results_file.sent(&items.iter().map(|item| self.job.key(item)).collect::<Vec<_>>())
            }
            None => Ok(()),
        }
    }

    /// Takes items that have come to their end. Answers why nothing else is to be sent, where that is so.
    pub fn settle(&mut self, settled: Vec<(J::Item, Ended)>) -> Option<Error> {
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
        if let Some(results_file) =
            self.results_file.as_mut().filter(|_| self.context.options.dry_run.is_none())
        {
            let rows = list.iter().map(|(key, change)| (key.clone(), change));
            if let Err(error) = results_file.settled(rows) {
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
        if self.context.options.output != Format::Jsonl {
            self.changes.list.extend(list);
        } else if self.heard && !list.is_empty() {
            // A reader that went away does not stop what is half done.
            let part = Changes { list, ..Changes::default() };
            self.heard = (self.context.publish)(&mut Report::Changes(part)).unwrap_or_else(|error| {
                unheard = Some(error);
                false
            });
        }
        self.context.diagnostics.progress(&self.progress);
        unheard
    }

    /// Takes an item that is not tried. One that was put down as sent is no longer in doubt.
    pub fn skip(&mut self, item: &J::Item, put_down: bool) -> Option<Error> {
        self.skips += 1;
        let interrupted = self.context.cancellation.is_asked();
        let error = Some(not_begun(interrupted));
        let change = Change { outcome: Outcome::Skipped, error, ..self.job.change(item) };
        if let Some(results_file) =
            self.results_file.as_mut().filter(|_| put_down && self.context.options.dry_run.is_none())
        {
            // Where this cannot be written, it stays in doubt.
            let _ = results_file.settled([(self.job.key(item), &change)].into_iter());
        }
        self.show(vec![change])
    }

    /// Whether nothing was begun, but for what failed on this machine before it was sent.
    pub fn is_nothing_begun(&self) -> bool {
        self.progress.done == self.unsent
    }

    /// The report, with what ended the run before its time. `nothing` says whether nothing was begun by then.
    ///
    /// # Errors
    /// An end that is not the vendor's doing where nothing was begun; an output that nobody can be told by.
    pub fn close(mut self, end: Option<Error>, nothing: bool) -> Result<Report> {
        self.context.diagnostics.progress(&Progress { over: true, ..self.progress });
        self.changes.cut_short = self.skips > 0 || end.as_ref().is_some_and(is_own);
        let streams = self.context.options.output == Format::Jsonl;
        match end {
            Some(error) if nothing && is_own(&error) => return Err(error),
            // Every line that could be written is out.
            Some(error) if error.kind == Kind::Internal && streams => return Err(error),
            Some(error) if self.skips > 0 || is_own(&error) => {
                let hint = error.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
                self.context.diagnostics.reason(&format!("stopped: {error}{hint}"));
            }
            _ => {}
        }
        if let Some(results_file) = self.results_file.as_ref().filter(|_| self.skips > 0) {
            self.context
                .diagnostics
                .note(&format!("--resume {} goes on with what was not done", results_file.path()));
        }
        Ok(Report::Changes(self.changes))
    }
}

/// Whether it is the matter of this machine, found before anything was sent.
fn is_own(error: &Error) -> bool {
    matches!(error.kind, Kind::Config | Kind::Invalid)
}

fn not_begun(interrupted: bool) -> Error {
    let (kind, why) = match interrupted {
        true => (Kind::Interrupted, "the command was interrupted"),
        false => (Kind::Unavailable, "an earlier call failed"),
    };
    let mut error = Error::new(kind, format!("was not sent, because {why}"));
    error.outcome = Some(Applied::NotApplied);
    error.retryable = true;
    error
}
