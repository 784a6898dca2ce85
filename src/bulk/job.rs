//! What a bulk operation has to know of itself.

use super::decide::{Ended, Sent};
use crate::model::change::Change;
use crate::model::error::Result;

/// The note of an item that only a read showed to be done.
pub const EARLIER: &str = "an earlier run sent it, and a read shows that it was done";

/// A bulk operation: what one call of it does with its items.
pub trait Job {
    /// What the rows are read as.
    type Item;

    /// The vendor's name of the list, as its errors name items.
    const LIST: &'static str;

    /// How many items one call takes.
    fn per_call(&self) -> usize;

    /// What identifies an item in the results file.
    fn key(&self, item: &Self::Item) -> String;

    /// The change as it is once the item is done.
    fn change(&self, item: &Self::Item) -> Change;

    /// How an item ends without a call, where it does.
    fn without_call(&self, item: &Self::Item) -> Option<Ended>;

    /// Sends items. None in a dry run.
    async fn send(&self, items: &[Self::Item]) -> Result<Option<Sent>>;

    /// Looks at what became of items that an earlier run sent.
    async fn look(&self, items: &[Self::Item]) -> Result<Sent>;
}
