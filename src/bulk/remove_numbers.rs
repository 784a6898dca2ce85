//! Internal numbers to remove, one a call.

use std::collections::BTreeMap;

use super::decide::{Ended, Rest, Sent};
use super::job::{EARLIER, Job};
use super::numbers::LIST;
use super::removals::Target;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::number::E164;
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
    /// A job; the vendor removes by id, so the account's numbers are read first.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn new(session: &'s Session, account: &'s str, ignore_missing: bool) -> Result<Self> {
        let ids = internal_numbers::ids(session, account).await?;
        Ok(Self { session, account, ignore_missing, ids })
    }

    fn id<'i>(&'i self, item: &'i Target) -> Option<&'i str> {
        match item {
            Target::Id(id, _) => Some(id),
            Target::Number(number) => self.ids.get(number.as_str())?.as_deref(),
        }
    }

    fn missing(&self, item: &Target) -> Ended {
        if self.ignore_missing {
            return Ended::Done { outcome: Outcome::Unchanged, id: None, note: None };
        }
        let text = format!("account {} has no internal number {}", self.account, self.key(item));
        let mut error =
            Error::new(Kind::NotFound, text).hint("`trunkctl internal-numbers list` shows the numbers");
        error.outcome = Some(Applied::NotApplied);
        Ended::Failed(error)
    }
}

impl Job for RemoveNumbers<'_> {
    type Item = Target;

    const LIST: &'static str = LIST;

    fn per_call(&self) -> usize {
        1
    }

    fn key(&self, item: &Target) -> String {
        match item {
            Target::Number(number) | Target::Id(_, Some(number)) => number.to_string(),
            Target::Id(id, None) => format!("id:{id}"),
        }
    }

    fn change(&self, item: &Target) -> Change {
        Change {
            account: Some(self.account.to_owned()),
            id: self.id(item).map(str::to_owned),
            name: number(item).map(ToString::to_string),
            ..begin(self.session, Operation::NumbersRemove, Outcome::Deleted, "internal_number")
        }
    }

    fn without_call(&self, item: &Target) -> Option<Ended> {
        if self.id(item).is_some() {
            return None;
        }
        let listed = number(item).is_some_and(|number| self.ids.contains_key(number.as_str()));
        Some(match listed {
            false => self.missing(item),
            true => Ended::Failed(
                Error::new(Kind::Rejected, "the vendor's list does not tell the id of this number")
                    .hint("name it by its id, as it was given when it was added"),
            ),
        })
    }

    async fn send(&self, items: &[Target]) -> Result<Option<Sent>> {
        let mut sent = Sent::default();
        for (at, item) in items.iter().enumerate() {
            let id = self.id(item).unwrap_or_default();
            let (ignore, mut change) = (self.ignore_missing, self.change(item));
            match internal_numbers::remove(self.session, self.account, id, ignore, &mut change).await {
                Ok(false) => return Ok(None),
                Ok(true) => {
                    sent.done.push((at, change.outcome, None));
                    sent.looked = change.note.or(sent.looked);
                }
                Err(error) if error.kind == Kind::NotFound => sent.failed.push((at, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(sent))
    }

    /// Those that are not listed any more are gone.
    async fn look(&self, items: &[Target]) -> Result<Sent> {
        let mut sent = Sent { rest: Rest::Missing, looked: Some(EARLIER.into()), ..Sent::default() };
        let untold = self.ids.values().any(Option::is_none);
        for (at, item) in items.iter().enumerate() {
            let listed = number(item).map(|number| self.ids.contains_key(number.as_str()));
            let known = matches!(item, Target::Id(id, _) if self.ids.values().flatten().any(|own| own == id));
            match listed {
                _ if known => {}
                Some(true) => {}
                None if untold => sent.odd.push((at, cannot_tell())),
                _ => sent.done.push((at, Outcome::Deleted, None)),
            }
        }
        Ok(sent)
    }
}

fn number(item: &Target) -> Option<&E164> {
    match item {
        Target::Number(number) => Some(number),
        Target::Id(_, number) => number.as_ref(),
    }
}

fn cannot_tell() -> Error {
    let text = "an earlier run sent it, and the vendor's list does not tell the ids of its numbers";
    let mut error = Error::new(Kind::OutcomeUnknown, text)
        .hint("look at what the vendor holds before you repeat the command");
    error.outcome = Some(Applied::Unknown);
    error
}
