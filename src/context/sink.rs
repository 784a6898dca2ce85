//! The results of a bulk write or an apply: counted, printed one by one as JSON lines, or kept for the report.

use super::Context;
use crate::model::change::{Change, Changes, Outcome};
use crate::model::diagnostics::Progress;
use crate::model::error::Error;
use crate::model::report::Report;

/// Takes changes as they end.
pub struct Sink<'c> {
    context: &'c Context,
    /// Whether changes are printed as they end, and not kept.
    streams: bool,
    /// The counts, and the changes that were kept.
    pub changes: Changes,
    pub progress: Progress,
    /// Whether the reader of the output still reads.
    read: bool,
}

impl<'c> Sink<'c> {
    /// A sink for `total` changes.
    pub fn new(context: &'c Context, streams: bool, total: u64, noun: &'static str) -> Self {
        let progress = Progress { total, noun, ..Progress::default() };
        Self { context, streams, changes: Changes::default(), progress, read: true }
    }

    /// Takes changes. Returns the error of an output that cannot be written; a reader that went away is no error,
    /// because it does not stop what is half done.
    pub fn take(&mut self, list: Vec<Change>) -> Option<Error> {
        for change in &list {
            self.changes.tally.count(change.outcome);
            self.progress.done += 1;
            self.progress.failed += u64::from(is_bad(change.outcome));
        }
        let mut failed = None;
        if !self.streams {
            self.changes.list.extend(list);
        } else if self.read && !list.is_empty() {
            let mut part = Report::Changes(Changes { list, ..Changes::default() });
            self.read = (self.context.publish)(&mut part).unwrap_or_else(|error| {
                failed = Some(error);
                false
            });
        }
        self.context.diagnostics.progress(&self.progress);
        failed
    }

    /// Ends the progress.
    pub fn close(&self) {
        self.context.diagnostics.progress(&Progress { over: true, ..self.progress });
    }
}

/// Whether the change was not made, or may not have been made.
pub fn is_bad(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::Unknown | Outcome::Skipped)
}
