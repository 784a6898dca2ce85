//! A bulk operation.

use super::decide::{Ended, Sent};
use crate::model::change::Change;
use crate::model::error::Result;

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
    fn without_call(&self, item: &Self::Item) -> Option<Ended>;

    /// What to say beforehand about `count` of `total` items that need no call.
    fn note_before(&self, _count: usize, _total: usize) -> Option<String> {
        None
    }

    /// Sends items. None in a dry run.
    async fn send(&self, items: &[Self::Item]) -> Result<Option<Sent>>;

    /// Reads whether items that an earlier run sent were applied.
    async fn probe(&self, items: &[Self::Item]) -> Result<Sent>;
}
