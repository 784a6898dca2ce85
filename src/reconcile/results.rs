//! The results of an apply: counted, and shown as the changes end.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::context::Context;
use crate::context::sink::{Sink, is_bad};
use crate::model::change::{Change, Changes, Outcome, successes};
use crate::model::error::{Error, Kind, Result};
use crate::model::plan::Key;
use crate::model::report::Format;

/// The results of an apply.
pub struct Results<'w> {
    sink: RefCell<Sink<'w>>,
    /// Objects that were to be created and were not.
    not_created: RefCell<HashSet<(&'static str, String)>>,
    /// The error of this machine that kept a write from being sent.
    own: RefCell<Option<Error>>,
}

impl<'w> Results<'w> {
    /// The results of this many changes.
    pub fn new(context: &'w Context, total: u64) -> Self {
        let streams = context.options.output == Format::Jsonl && context.options.dry_run.is_none();
        Self::of(Sink::new(context, streams, total, "changes"))
    }

    /// The result of one change, which the command itself prints.
    pub fn of_one(context: &'w Context) -> Self {
        Self::of(Sink::new(context, false, 1, "changes"))
    }

    fn of(sink: Sink<'w>) -> Self {
        Self { sink: RefCell::new(sink), not_created: RefCell::default(), own: RefCell::default() }
    }

    /// Takes changes that have ended. An output that cannot be written does not stop the others.
    pub fn take(&self, list: Vec<Change>) {
        let lost = list.iter().filter(|change| {
            is_bad(change.outcome) && successes(change.operation).contains(&Outcome::Created)
        });
        let lost = lost.filter_map(|change| Some((change.kind, change.name.clone()?)));
        self.not_created.borrow_mut().extend(lost);
        self.sink.borrow_mut().take(list);
    }

    /// Takes the error that ended the work on a profile early.
    pub fn ended(&self, error: Error) {
        if error.kind == Kind::Config {
            self.own.borrow_mut().get_or_insert(error);
        }
    }

    /// Counts objects that are as desired.
    pub fn unchanged(&self, count: u64) {
        self.sink.borrow_mut().changes.tally.add(Outcome::Unchanged, count);
    }

    /// Whether anything was not done.
    pub fn is_failed(&self) -> bool {
        self.sink.borrow().progress.failed > 0
    }

    /// Whether an object with this kind and name was to be created on some profile, and was not.
    pub fn is_not_created(&self, key: &Key) -> bool {
        self.not_created.borrow().contains(&(key.kind.word(), key.name.clone()))
    }

    /// All of it, in the order of the profiles: whichever was faster, the same plan gives the same list. Where
    /// nothing was sent for a reason of this machine, such as a full disk, that is the error of the whole.
    pub fn finish(self, profiles: &[String]) -> Result<Changes> {
        let sink = self.sink.into_inner();
        sink.close();
        let order: HashMap<&str, usize> = profiles.iter().map(String::as_str).zip(0..).collect();
        let mut changes = sink.changes;
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
