//! Internal numbers to add, in calls of as many as the vendor takes.

use std::collections::{BTreeMap, HashMap};

use super::decide::{ItemEnd, Rest, Sent};
use super::job::{Addition, EARLIER, Job, refused};
use super::numbers::LIST;
use crate::engine::write::Written;
use crate::model::change::{Change, Outcome};
use crate::model::diff;
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::number::{ActualNumber, E164, InternalNumber};
use crate::model::support::Operation;
use crate::ops::internal_numbers::{self, FoundNumbers};
use crate::ops::steps::begin;
use crate::vendors::Added;

/// Numbers to add, and those that exist.
pub type AddNumbers<'s> = Addition<'s, BTreeMap<String, ActualNumber>>;

impl AddNumbers<'_> {
    /// The same, with what exists, for this number of items.
    pub async fn with_actual(self, items: usize) -> Result<Self> {
        let several = items > self.per_call();
        let read = internal_numbers::by_number(self.session, self.account);
        self.knowing(read, several).await
    }

    /// The numbers that were added, by their place, with their ids.
    fn ends(
        items: &[InternalNumber],
        added: &[Added],
        outcome: Outcome,
        note: Option<&str>,
    ) -> Vec<(usize, ItemEnd)> {
        let ids: HashMap<&str, &Option<String>> =
            added.iter().map(|(number, id)| (number.as_str(), id)).collect();
        let ends = items.iter().enumerate().filter_map(|(at, item)| {
            let id = (*ids.get(item.number.as_str())?).clone();
            Some((at, ItemEnd::Done { outcome, id, note: note.map(str::to_owned) }))
        });
        ends.collect()
    }

    /// The result if the answer was lost, and a read has found these numbers.
    fn found(items: &[InternalNumber], found: &FoundNumbers, note: &str) -> Sent {
        let mut ends = Self::ends(items, &found.added, Outcome::Created, Some(note));
        ends.extend(found.differing.iter().filter_map(|(at, fields)| {
            let text = format!("the answer was lost; {}", otherwise(&items.get(*at)?.number, fields));
            let hint = "check the number at the vendor before you repeat the command";
            let error = Error::new(Kind::OutcomeUnknown, text).hint(hint).outcome(Applied::Unknown);
            Some((*at, ItemEnd::Unknown(error)))
        }));
        Sent { ends, rest: Rest::Missing }
    }

    /// The result after a conflict: numbers that exist as asked are unchanged, and the others are sent again.
    async fn settle_conflict(&self, items: &[InternalNumber], error: Error) -> Result<Sent> {
        let Ok(found) = internal_numbers::find(self.session, self.account, items).await else {
            return Err(error);
        };
        let mut ends = Self::ends(items, &found.added, Outcome::Unchanged, None);
        ends.extend(found.differing.iter().filter_map(|(at, fields)| {
            Some((*at, ItemEnd::Failed(exists_otherwise(items.get(*at)?, fields))))
        }));
        if ends.is_empty() { Err(error) } else { Ok(Sent { ends, rest: Rest::Refused }) }
    }
}

impl Job for AddNumbers<'_> {
    type Item = InternalNumber;

    const LIST: &'static str = LIST;

    fn per_call(&self) -> usize {
        self.session.vendor().facts().numbers_per_call
    }

    fn key(&self, item: &InternalNumber) -> String {
        item.number.to_string()
    }

    fn change(&self, item: &InternalNumber) -> Change {
        Change {
            account: Some(self.account.to_owned()),
            name: Some(item.number.to_string()),
            ..begin(self.session, Operation::NumbersAdd, Outcome::Created, "internal_number")
        }
    }

    fn without_call(&self, item: &InternalNumber) -> Option<ItemEnd> {
        let actual = self.actual.get(item.number.as_str())?;
        if !self.skip_existing {
            let hint = "add --skip-existing to leave out numbers that exist";
            return Some(refused(Kind::Conflict, "exists already", hint));
        }
        let fields = internal_numbers::differing(actual, item);
        Some(match fields.is_empty() {
            true => ItemEnd::Done { outcome: Outcome::Unchanged, id: actual.id.clone(), note: None },
            false => ItemEnd::Failed(exists_otherwise(item, &fields)),
        })
    }

    fn refuses_existing(&self) -> bool {
        !self.skip_existing && !self.actual.is_empty()
    }

    async fn send(&self, items: &[InternalNumber]) -> Result<Option<Sent>> {
        let about: Vec<Change> =
            items.iter().map(|item| Change { diff: diff::all(item), ..self.change(item) }).collect();
        let about: Vec<&Change> = about.iter().collect();
        match internal_numbers::add(self.session, self.account, items, &about).await {
            Ok((Written::Withheld, _)) => Ok(None),
            Ok((Written::Done(added), _)) => {
                let ends = Self::ends(items, &added, Outcome::Created, None);
                Ok(Some(Sent { ends, rest: Rest::LeftOut }))
            }
            Ok((Written::Found(added, note), differing)) => {
                Ok(Some(Self::found(items, &FoundNumbers { added, differing }, &note)))
            }
            Err(error) if self.skip_existing && error.kind == Kind::Conflict => {
                self.settle_conflict(items, error).await.map(Some)
            }
            Err(error) => Err(error),
        }
    }

    async fn probe(&self, items: &[InternalNumber]) -> Result<Sent> {
        let found = internal_numbers::find(self.session, self.account, items).await?;
        Ok(Self::found(items, &found, EARLIER))
    }
}

/// The conflict with a number that exists with other properties.
fn exists_otherwise(item: &InternalNumber, fields: &[String]) -> Error {
    Error::new(Kind::Conflict, otherwise(&item.number, fields))
        .hint("give the properties that it has, or remove it first with `trunkctl internal-numbers remove`")
        .outcome(Applied::NotApplied)
}

fn otherwise(number: &E164, fields: &[String]) -> String {
    format!("{number} exists, but it differs in {}", fields.join(", "))
}
