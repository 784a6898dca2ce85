//! Internal numbers to remove, one a call.

use std::collections::BTreeMap;

use super::decide::{ItemEnd, Rest, Sent};
use super::job::{EARLIER, Job, refused, remove_each, unchanged};
use super::numbers::{LIST, NumberSelector};
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::support::Operation;
use crate::ops::internal_numbers;
use crate::ops::steps::begin;

/// The numbers of one account, with their ids.
pub struct RemoveNumbers<'s> {
    session: &'s Session,
    account: &'s str,
    ignore_missing: bool,
    ids: BTreeMap<String, Option<String>>,
}

impl<'s> RemoveNumbers<'s> {
    /// Numbers to remove. The vendor removes by id, so the account's numbers are read first.
    pub async fn new(session: &'s Session, account: &'s str, ignore_missing: bool) -> Result<Self> {
        let ids = internal_numbers::ids(session, account).await?;
        Ok(Self { session, account, ignore_missing, ids })
    }

    /// The same for one number, which is all that is read.
    pub async fn one(
        session: &'s Session,
        account: &'s str,
        ignore_missing: bool,
        target: &NumberSelector,
    ) -> Result<Self> {
        let ids = match target {
            NumberSelector::Id(..) => BTreeMap::new(),
            NumberSelector::Number(number) => internal_numbers::find_id(session, account, number).await?,
        };
        Ok(Self { session, account, ignore_missing, ids })
    }

    /// Whether the target may be in the account.
    pub fn exists(&self, target: &NumberSelector) -> bool {
        matches!(target, NumberSelector::Id(..))
            || target.number().is_some_and(|number| self.ids.contains_key(number.as_str()))
    }

    fn id<'i>(&'i self, item: &'i NumberSelector) -> Option<&'i str> {
        match item {
            NumberSelector::Id(id, _) => Some(id),
            NumberSelector::Number(number) => self.ids.get(number.as_str())?.as_deref(),
        }
    }

    fn missing(&self, item: &NumberSelector) -> ItemEnd {
        if self.ignore_missing {
            return unchanged();
        }
        let text = format!("account {} has no internal number {}", self.account, self.key(item));
        refused(Kind::NotFound, text, "see `trunkctl internal-numbers list`")
    }
}

impl Job for RemoveNumbers<'_> {
    type Item = NumberSelector;

    const LIST: &'static str = LIST;

    fn per_call(&self) -> usize {
        1
    }

    fn key(&self, item: &NumberSelector) -> String {
        match item {
            NumberSelector::Number(number) | NumberSelector::Id(_, Some(number)) => number.to_string(),
            NumberSelector::Id(id, None) => format!("id:{id}"),
        }
    }

    fn change(&self, item: &NumberSelector) -> Change {
        Change {
            account: Some(self.account.to_owned()),
            id: self.id(item).map(str::to_owned),
            name: item.number().map(ToString::to_string),
            ..begin(self.session, Operation::NumbersRemove, Outcome::Deleted, "internal_number")
        }
    }

    fn without_call(&self, item: &NumberSelector) -> Option<ItemEnd> {
        if self.id(item).is_some() {
            return None;
        }
        let listed = item.number().is_some_and(|number| self.ids.contains_key(number.as_str()));
        Some(match listed {
            false => self.missing(item),
            true => refused(
                Kind::Rejected,
                "the vendor's list does not include the id of this number",
                "name it by its id, as it was given when it was added",
            ),
        })
    }

    async fn send(&self, items: &[NumberSelector]) -> Result<Option<Sent>> {
        remove_each(self, items, async |item, change| {
            let id = self.id(item).unwrap_or_default();
            internal_numbers::remove(self.session, self.account, id, self.ignore_missing, change).await
        })
        .await
    }

    /// A number that is no longer listed was removed.
    async fn probe(&self, items: &[NumberSelector]) -> Result<Sent> {
        let mut ends = Vec::new();
        let incomplete = self.ids.values().any(Option::is_none);
        for (at, item) in items.iter().enumerate() {
            let listed = item.number().map(|number| self.ids.contains_key(number.as_str()));
            let known =
                matches!(item, NumberSelector::Id(id, _) if self.ids.values().flatten().any(|own| own == id));
            match listed {
                _ if known => {}
                Some(true) => {}
                None if incomplete => ends.push((at, ItemEnd::Unknown(cannot_tell()))),
                _ => ends.push((at, ItemEnd::done(Outcome::Deleted, Some(EARLIER)))),
            }
        }
        Ok(Sent { ends, rest: Rest::Missing })
    }
}

fn cannot_tell() -> Error {
    let text = "an earlier run sent it, and the vendor's list does not include the ids of its numbers";
    let hint = "check what the vendor has before you repeat the command";
    Error::new(Kind::OutcomeUnknown, text).hint(hint).outcome(Applied::Unknown)
}
