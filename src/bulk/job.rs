//! A bulk operation.

use super::decide::{ItemEnd, Sent};
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Applied, Error, Kind, Result};

/// The note of an item that was found by a read.
pub const EARLIER: &str = "an earlier run sent it, and a read shows that it was applied";

/// A bulk operation on items of one account.
pub trait Job {
    /// What is written.
    type Item;

    /// The vendor's name of the list, which its errors use to name items.
    const LIST: &'static str;

    /// How many items one call takes.
    fn per_call(&self) -> usize;

    /// What identifies an item in the results file.
    fn key(&self, item: &Self::Item) -> String;

    /// The change if the item is applied.
    fn change(&self, item: &Self::Item) -> Change;

    /// The result of an item that needs no call.
    fn without_call(&self, item: &Self::Item) -> Option<ItemEnd>;

    /// Whether items without a call are refused because they exist.
    fn refuses_existing(&self) -> bool {
        false
    }

    /// Sends items. None in a dry run.
    async fn send(&self, items: &[Self::Item]) -> Result<Option<Sent>>;

    /// Reads whether items that an earlier run sent were applied.
    async fn probe(&self, items: &[Self::Item]) -> Result<Sent>;
}

/// Reads what exists, for items to add. The read is needed if what exists is to be skipped. It is also made if there are
/// more items than one call takes, because each existing item would otherwise cost several refused calls.
///
/// # Errors
/// A read that is needed failed.
pub async fn existing<T: Default>(
    session: &Session,
    skip: bool,
    several: bool,
    read: impl Future<Output = Result<T>>,
) -> Result<T> {
    if !skip && (!several || session.is_dry_run()) {
        return Ok(T::default());
    }
    match read.await {
        // A right to add may come without the right to read.
        Err(error) if !skip && error.kind != Kind::Interrupted => Ok(T::default()),
        result => result,
    }
}

/// The result of an item that is as asked before any call.
pub fn unchanged() -> ItemEnd {
    ItemEnd::Done { outcome: Outcome::Unchanged, id: None, note: None }
}

/// The result of an item that is refused before any call.
pub fn refused(kind: Kind, text: impl Into<String>, hint: &str) -> ItemEnd {
    ItemEnd::Failed(Error::new(kind, text).hint(hint).outcome(Applied::NotApplied))
}

/// Removes items, one a call. None in a dry run.
pub async fn remove_each<J: Job>(
    job: &J,
    items: &[J::Item],
    remove: impl AsyncFn(&J::Item, &mut Change) -> Result<bool>,
) -> Result<Option<Sent>> {
    let mut sent = Sent::default();
    for (at, item) in items.iter().enumerate() {
        let mut change = job.change(item);
        match remove(item, &mut change).await {
            Ok(false) => return Ok(None),
            Ok(true) => {
                sent.done.push((at, change.outcome, None));
                sent.note = change.note.or(sent.note);
            }
            Err(error) if error.kind == Kind::NotFound => sent.failed.push((at, error)),
            Err(error) => return Err(error),
        }
    }
    Ok(Some(sent))
}
