//! Call-out countries to add, in calls of as many as the vendor takes.

use std::collections::BTreeSet;

use super::countries::LIST;
use super::decide::{Ended, Rest, Sent};
use super::job::{EARLIER, Job};
use crate::engine::session::Session;
use crate::engine::write::Written;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, Kind, Result};
use crate::model::number::CalloutCountry;
use crate::model::support::Operation;
use crate::ops::countries;
use crate::ops::steps::begin;

/// The countries of one account, as upper-case two-letter codes.
pub struct AddCountries<'s> {
    session: &'s Session,
    account: &'s str,
    skip_existing: bool,
    known: BTreeSet<String>,
}

impl<'s> AddCountries<'s> {
    /// A job; what is there already is a conflict, or to be left alone.
    pub fn new(session: &'s Session, account: &'s str, skip_existing: bool) -> Self {
        Self { session, account, skip_existing, known: BTreeSet::new() }
    }

    /// The same, with what is there read first where it is to be left alone.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn with_actual(mut self) -> Result<Self> {
        if self.skip_existing {
            self.known = countries::codes(self.session, self.account).await?;
        }
        Ok(self)
    }

    fn sent(items: &[String], there: &[CalloutCountry], looked: Option<String>) -> Sent {
        let is_there = |code: &String| there.iter().any(|country| country.id.eq_ignore_ascii_case(code));
        let done = items.iter().enumerate().filter(|(_, code)| is_there(code));
        Sent {
            done: done.map(|(at, code)| (at, Outcome::Created, Some(code.clone()))).collect(),
            rest: if looked.is_some() { Rest::Missing } else { Rest::LeftOut },
            looked,
            ..Sent::default()
        }
    }

    /// A refusal, which is none of the countries that are there. What is not there goes out again.
    async fn settle_conflict(&self, items: &[String], error: Error) -> Result<Sent> {
        let Ok(there) = countries::find(self.session, self.account, items).await else { return Err(error) };
        let found = Self::sent(items, &there, None);
        if found.done.is_empty() {
            return Err(error);
        }
        let done = found.done.into_iter().map(|(at, _, _)| (at, Outcome::Unchanged, None));
        Ok(Sent { done: done.collect(), rest: Rest::Refused, ..found })
    }
}

impl Job for AddCountries<'_> {
    type Item = String;

    const LIST: &'static str = LIST;

    fn per_call(&self) -> usize {
        self.session.vendor().countries_per_call().max(1)
    }

    fn key(&self, item: &String) -> String {
        item.clone()
    }

    fn change(&self, item: &String) -> Change {
        Change {
            account: Some(self.account.to_owned()),
            id: Some(item.clone()),
            ..begin(self.session, Operation::CountriesAdd, Outcome::Created, "callout_country")
        }
    }

    fn without_call(&self, item: &String) -> Option<Ended> {
        let there = self.known.contains(item);
        there.then(|| Ended::Done { outcome: Outcome::Unchanged, id: None, note: None })
    }

    async fn send(&self, items: &[String]) -> Result<Option<Sent>> {
        let about: Vec<Change> = items.iter().map(|item| self.change(item)).collect();
        let about: Vec<&Change> = about.iter().collect();
        match countries::add(self.session, self.account, items, &about).await {
            Ok(Written::Withheld) => Ok(None),
            Ok(Written::Done(there)) => Ok(Some(Self::sent(items, &there, None))),
            Ok(Written::Found(there, note)) => Ok(Some(Self::sent(items, &there, Some(note)))),
            // How a vendor refuses a country that is there may be undocumented.
            Err(error) if self.skip_existing && matches!(error.kind, Kind::Conflict | Kind::Rejected) => {
                self.settle_conflict(items, error).await.map(Some)
            }
            Err(error) => Err(error),
        }
    }

    async fn look(&self, items: &[String]) -> Result<Sent> {
        let there = countries::find(self.session, self.account, items).await?;
        Ok(Self::sent(items, &there, Some(EARLIER.into())))
    }
}
