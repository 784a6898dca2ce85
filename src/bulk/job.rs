//! A bulk operation.

use super::decide::{ItemEnd, Rest, Sent};
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

/// Items to add to one account. One that exists is a conflict, or is skipped.
pub struct Addition<'s, A> {
    pub(super) session: &'s Session,
    pub(super) account: &'s str,
    pub(super) skip_existing: bool,
    /// What exists, if it was read.
    pub(super) actual: A,
}

impl<'s, A: Default> Addition<'s, A> {
    /// Items to add, without knowing what exists.
    pub fn new(session: &'s Session, account: &'s str, skip_existing: bool) -> Self {
        Self { session, account, skip_existing, actual: A::default() }
    }

    /// The same, with what exists. The read is needed if what exists is to be skipped. It is also made if there are more
    /// items than one call takes, because each existing item would otherwise cost several refused calls.
    pub async fn knowing(mut self, read: impl Future<Output = Result<A>>, several: bool) -> Result<Self> {
        let needed = self.skip_existing;
        if needed || (several && !self.session.is_dry_run()) {
            match read.await {
                // A right to add may come without the right to read.
                Err(error) if !needed && error.kind != Kind::Interrupted => {}
                actual => self.actual = actual?,
            }
        }
        Ok(self)
    }
}

/// The result of an item that is as asked before any call.
pub fn unchanged() -> ItemEnd {
    ItemEnd::done(Outcome::Unchanged, None)
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
    let mut ends = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let mut change = job.change(item);
        match remove(item, &mut change).await {
            Ok(false) => return Ok(None),
            Ok(true) => ends.push((at, ItemEnd::done(change.outcome, change.note.as_deref()))),
            Err(error) if error.kind == Kind::NotFound => ends.push((at, ItemEnd::Failed(error))),
            Err(error) => return Err(error),
        }
    }
    Ok(Some(Sent { ends, rest: Rest::LeftOut }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::support::Operation;

    struct Removals;

    impl Job for Removals {
        type Item = &'static str;

        const LIST: &'static str = "numbers";

        fn per_call(&self) -> usize {
            3
        }

        fn key(&self, item: &&'static str) -> String {
            (*item).to_owned()
        }

        fn change(&self, item: &&'static str) -> Change {
            Change {
                operation: Operation::NumbersRemove,
                outcome: Outcome::Deleted,
                kind: "internal_number",
                name: Some((*item).to_owned()),
                id: None,
                profile: String::new(),
                account: None,
                vendor: "",
                diff: Vec::new(),
                note: None,
                error: None,
            }
        }

        fn without_call(&self, _: &&'static str) -> Option<ItemEnd> {
            None
        }

        async fn send(&self, _: &[&'static str]) -> Result<Option<Sent>> {
            Ok(None)
        }

        async fn probe(&self, _: &[&'static str]) -> Result<Sent> {
            Ok(Sent { ends: Vec::new(), rest: Rest::Missing })
        }
    }

    #[tokio::test]
    async fn a_note_belongs_to_the_item_that_it_is_about() {
        let removed = remove_each(&Removals, &["1", "2", "3"], async |item, change| {
            change.note = (*item == "2").then(|| "read".to_owned());
            Ok(true)
        });
        let notes = removed.await.unwrap().unwrap().ends.into_iter().map(|(_, end)| match end {
            ItemEnd::Done { outcome: Outcome::Deleted, note, .. } => note,
            other => panic!("{other:?}"),
        });
        assert_eq!(notes.collect::<Vec<_>>(), [None, Some("read".to_owned()), None]);
    }
}
