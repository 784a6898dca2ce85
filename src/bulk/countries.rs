//! Call-out countries: rows, and the jobs that add and remove them.

use std::collections::BTreeSet;

use super::decide::{Ended, Rest, Sent};
use super::job::{EARLIER, Job};
use super::validate::{Identity, Items};
use crate::engine::session::Session;
use crate::engine::write::Written;
use crate::input::rows::cells::text;
use crate::input::rows::{Row, Shape};
use crate::model::change::{Change, Outcome};
use crate::model::country;
use crate::model::error::{Applied, Error, FieldError, Kind, Result};
use crate::model::number::CalloutCountry;
use crate::model::support::Operation;
use crate::ops::countries;
use crate::ops::steps::begin;
use crate::vendors::Verdict;

/// The name of the list.
pub const LIST: &str = "callout_countries";

/// `id` and `name` are columns of the list. Its `code` is a calling code, but other tools use that name for the country.
static SHAPE: Shape = Shape {
    list: LIST,
    keys: &["country", "id", "code"],
    ignored: &[&["name"]],
    needed: &[&["country", "id", "code"]],
    bare: Some("country"),
};

/// Two-letter country codes, in upper case.
#[derive(Debug, Clone, Copy)]
pub struct Countries;

impl Items for Countries {
    type Item = String;

    fn shape(&self) -> &'static Shape {
        &SHAPE
    }

    fn read(&self, row: &Row, verdict: &mut Verdict) -> Option<String> {
        let faults = &mut verdict.errors;
        let Some(key) = SHAPE.keys.iter().find(|key| row.value(key).is_some()) else {
            faults.push(FieldError::new("country", "is missing; give its two-letter code"));
            return None;
        };
        let given = text(row, key, faults)?;
        country::code(&given).map_err(|what| faults.push(FieldError::new(*key, what))).ok()
    }

    fn identity(&self, item: &String) -> Identity {
        Identity::Text("country", item.as_str().into())
    }
}

/// Countries to add to one account, as upper-case two-letter codes.
pub struct AddCountries<'s> {
    session: &'s Session,
    account: &'s str,
    skip_existing: bool,
    known: BTreeSet<String>,
}

impl<'s> AddCountries<'s> {
    /// Countries to add. One that exists is a conflict, or is skipped.
    pub fn new(session: &'s Session, account: &'s str, skip_existing: bool) -> Self {
        Self { session, account, skip_existing, known: BTreeSet::new() }
    }

    /// The same. What exists is read first if it is to be skipped, or if there are more items than one call takes: each
    /// existing item would otherwise cost several refused calls.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn with_actual(mut self, items: usize) -> Result<Self> {
        let optional = !self.skip_existing;
        if optional && (items <= self.per_call() || self.session.is_dry_run()) {
            return Ok(self);
        }
        match countries::codes(self.session, self.account).await {
            Ok(actual) => self.known = actual,
            // The read only saves calls; a right to add may come without the right to read.
            Err(error) if optional && error.kind != Kind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(self)
    }

    fn sent(items: &[String], there: &[CalloutCountry], note: Option<String>) -> Sent {
        let is_there = |code: &String| there.iter().any(|country| country.id.eq_ignore_ascii_case(code));
        let done = items.iter().enumerate().filter(|(_, code)| is_there(code));
        Sent {
            done: done.map(|(at, code)| (at, Outcome::Created, Some(code.clone()))).collect(),
            rest: if note.is_some() { Rest::Missing } else { Rest::LeftOut },
            note,
            ..Sent::default()
        }
    }

    /// The result after a refusal: countries that exist are unchanged, and the others are sent again.
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
        if !self.known.contains(item) {
            return None;
        }
        if self.skip_existing {
            return Some(Ended::Done { outcome: Outcome::Unchanged, id: None, note: None });
        }
        let mut error = Error::new(Kind::Conflict, "exists already")
            .hint("add --skip-existing to leave out countries that exist");
        error.outcome = Some(Applied::NotApplied);
        Some(Ended::Failed(error))
    }

    fn note_before(&self, count: usize, total: usize) -> Option<String> {
        let is_noted = count > 0 && !self.skip_existing;
        is_noted.then(|| format!("{count} of {total} exist already; --skip-existing leaves them out"))
    }

    async fn send(&self, items: &[String]) -> Result<Option<Sent>> {
        let about: Vec<Change> = items.iter().map(|item| self.change(item)).collect();
        let about: Vec<&Change> = about.iter().collect();
        match countries::add(self.session, self.account, items, &about).await {
            Ok(Written::Withheld) => Ok(None),
            Ok(Written::Done(there)) => Ok(Some(Self::sent(items, &there, None))),
            Ok(Written::Found(there, note)) => Ok(Some(Self::sent(items, &there, Some(note)))),
            // How a vendor refuses a country that exists may be undocumented.
            Err(error) if self.skip_existing && matches!(error.kind, Kind::Conflict | Kind::Rejected) => {
                self.settle_conflict(items, error).await.map(Some)
            }
            Err(error) => Err(error),
        }
    }

    async fn probe(&self, items: &[String]) -> Result<Sent> {
        let there = countries::find(self.session, self.account, items).await?;
        Ok(Self::sent(items, &there, Some(EARLIER.into())))
    }
}

/// Countries to remove from one account, one a call.
pub struct RemoveCountries<'s> {
    session: &'s Session,
    account: &'s str,
    ignore_missing: bool,
    actual: BTreeSet<String>,
}

impl<'s> RemoveCountries<'s> {
    /// Countries to remove; those of the account are read first.
    pub async fn new(session: &'s Session, account: &'s str, ignore_missing: bool) -> Result<Self> {
        let actual = countries::codes(session, account).await?;
        Ok(Self { session, account, ignore_missing, actual })
    }
}

impl Job for RemoveCountries<'_> {
    type Item = String;

    const LIST: &'static str = LIST;

    fn per_call(&self) -> usize {
        1
    }

    fn key(&self, item: &String) -> String {
        item.clone()
    }

    fn change(&self, item: &String) -> Change {
        Change {
            account: Some(self.account.to_owned()),
            id: Some(item.clone()),
            ..begin(self.session, Operation::CountriesRemove, Outcome::Deleted, "callout_country")
        }
    }

    fn without_call(&self, item: &String) -> Option<Ended> {
        if self.actual.contains(item) {
            return None;
        }
        if self.ignore_missing {
            return Some(Ended::Done { outcome: Outcome::Unchanged, id: None, note: None });
        }
        let text = format!("account {} has no call-out country {item}", self.account);
        let mut error = Error::new(Kind::NotFound, text).hint("see `trunkctl callout-countries list`");
        error.outcome = Some(Applied::NotApplied);
        Some(Ended::Failed(error))
    }

    async fn send(&self, items: &[String]) -> Result<Option<Sent>> {
        let mut sent = Sent::default();
        for (at, item) in items.iter().enumerate() {
            let mut change = self.change(item);
            match countries::remove(self.session, self.account, item, self.ignore_missing, &mut change).await
            {
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

    async fn probe(&self, items: &[String]) -> Result<Sent> {
        let actual = countries::codes(self.session, self.account).await?;
        let gone = items.iter().enumerate().filter(|(_, item)| !actual.contains(*item));
        let done = gone.map(|(at, _)| (at, Outcome::Deleted, None)).collect();
        Ok(Sent { done, rest: Rest::Missing, note: Some(EARLIER.into()), ..Sent::default() })
    }
}
