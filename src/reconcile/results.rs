//! The results of an apply: counted, and shown as the changes end.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use crate::context::Context;
use crate::model::change::{Change, Changes, Outcome, successes};
use crate::model::diagnostics::Progress;
use crate::model::error::{Error, Kind, Result};
use crate::model::plan::Key;
use crate::model::report::Format;
use crate::model::report::Report;

/// The results of an apply.
pub struct Results<'w> {
    context: &'w Context,
    /// Whether the changes are shown as they end, and not kept.
    streams: bool,
    changes: RefCell<Changes>,
    progress: Cell<Progress>,
    failed: Cell<bool>,
    /// Objects that were to be created and were not.
    not_created: RefCell<HashSet<(&'static str, String)>>,
    heard: Cell<bool>,
    /// What is wrong on this machine, where that kept a write from being sent.
    own: RefCell<Option<Error>>,
}

impl<'w> Results<'w> {
    /// Of this many changes.
    pub fn new(context: &'w Context, total: u64) -> Self {
        let progress = Progress { total, noun: "changes", ..Progress::default() };
        let (changes, progress) = (RefCell::default(), Cell::new(progress));
        let (failed, heard, own) = (Cell::new(false), Cell::new(true), RefCell::default());
        let streams = context.options.output == Format::Jsonl && context.options.dry_run.is_none();
        Self { context, streams, changes, progress, failed, not_created: RefCell::default(), heard, own }
    }

    /// The same for one step, whose change the command itself shows.
    pub fn of_one(scope: &'w Context) -> Self {
        Self { streams: false, ..Self::new(scope, 1) }
    }

    /// Takes changes that have ended.
    pub fn take(&self, list: Vec<Change>) {
        let mut progress = self.progress.get();
        let mut changes = self.changes.borrow_mut();
        for change in &list {
            changes.tally.count(change.outcome);
            let bad = matches!(change.outcome, Outcome::Failed | Outcome::Unknown | Outcome::Skipped);
            progress.done += 1;
            progress.failed += u64::from(bad);
            self.failed.set(self.failed.get() || bad);
            let creates = successes(change.operation).contains(&Outcome::Created);
            if let (true, true, Some(name)) = (bad, creates, &change.name) {
                self.not_created.borrow_mut().insert((change.kind, name.clone()));
            }
        }
        self.progress.set(progress);
        if !self.streams {
            changes.list.extend(list);
        } else if self.heard.get() {
            let part = Changes { list, ..Changes::default() };
            // A reader that went away does not stop what is half done.
            self.heard.set((self.context.publish)(&mut Report::Changes(part)).unwrap_or(false));
        }
        self.context.diagnostics.progress(&progress);
    }

    /// Takes what ended the work on a profile before its time.
    pub fn ended(&self, error: Error) {
        if error.kind == Kind::Config {
            self.own.borrow_mut().get_or_insert(error);
        }
    }

    /// Counts objects that are as desired.
    pub fn unchanged(&self, count: u64) {
        self.changes.borrow_mut().tally.add(Outcome::Unchanged, count);
    }

    /// Whether anything was not done.
    pub fn is_failed(&self) -> bool {
        self.failed.get()
    }

    /// Whether an object with this kind and name was to be created on some profile, and was not.
    pub fn is_not_created(&self, key: &Key) -> bool {
        self.not_created.borrow().contains(&(key.kind.word(), key.name.clone()))
    }

    /// All of it, in the order of the profiles: whichever was faster, the same plan gives the same list. Where
    /// nothing was sent for a reason of this machine, such as a full disk, that is the error of the whole.
    pub fn finish(self, profiles: &[String]) -> Result<Changes> {
        self.context.diagnostics.progress(&Progress { over: true, ..self.progress.get() });
        let order: HashMap<&str, usize> = profiles.iter().map(String::as_str).zip(0..).collect();
        let mut changes = self.changes.into_inner();
        let sent =
            [Outcome::Created, Outcome::Updated, Outcome::Deleted, Outcome::Assigned, Outcome::Unknown];
        if let (Some(own), true) =
            (self.own.into_inner(), sent.iter().all(|outcome| changes.tally.of(*outcome) == 0))
        {
            return Err(own);
        }
        changes.list.sort_by_key(|change| order.get(change.profile.as_str()).copied());
        Ok(changes)
    }
}
