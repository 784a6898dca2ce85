//! Call-out countries: rows, and the jobs that add and remove them.

use std::collections::BTreeSet;

use super::decide::{ItemEnd, Rest, Sent};
use super::job::{Addition, EARLIER, Job, refused, remove_each, unchanged};
use super::validate::{Identity, Items};
use crate::engine::session::Session;
use crate::engine::write::Written;
use crate::input::rows::cells::text;
use crate::input::rows::{Row, Shape};
use crate::model::change::{Change, Outcome};
use crate::model::country;
use crate::model::error::{Error, FieldError, Kind, Result};
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

/// Countries to add as upper-case two-letter codes, and those that exist.
pub type AddCountries<'s> = Addition<'s, BTreeSet<String>>;

impl AddCountries<'_> {
    /// The same, with what exists, for this number of items.
    pub async fn with_actual(self, items: usize) -> Result<Self> {
        let several = items > self.per_call();
        let read = countries::codes(self.session, self.account);
        self.knowing(read, several).await
    }

    /// The countries that exist, by their place, each with this end.
    fn ends(items: &[String], there: &[CalloutCountry], end: impl Fn() -> ItemEnd) -> Vec<(usize, ItemEnd)> {
        let is_there = |code: &String| there.iter().any(|country| country.id.eq_ignore_ascii_case(code));
        let found = items.iter().enumerate().filter(|(_, code)| is_there(code));
        found.map(|(at, _)| (at, end())).collect()
    }

    /// The result of a call that added these countries. With a note, a read has shown it.
    fn sent(items: &[String], added: &[CalloutCountry], note: Option<&str>) -> Sent {
        let rest = if note.is_some() { Rest::Missing } else { Rest::LeftOut };
        Sent { ends: Self::ends(items, added, || ItemEnd::done(Outcome::Created, note)), rest }
    }

    /// The result after a refusal: countries that exist are unchanged, and the others are sent again.
    async fn settle_conflict(&self, items: &[String], error: Error) -> Result<Sent> {
        let Ok(there) = countries::find(self.session, self.account, items).await else { return Err(error) };
        let ends = Self::ends(items, &there, unchanged);
        if ends.is_empty() { Err(error) } else { Ok(Sent { ends, rest: Rest::Refused }) }
    }
}

impl Job for AddCountries<'_> {
    type Item = String;

    const LIST: &'static str = LIST;

    fn per_call(&self) -> usize {
        self.session.vendor().facts().countries_per_call
    }

    fn key(&self, item: &String) -> String {
        item.clone()
    }

    fn change(&self, item: &String) -> Change {
        change(self.session, (Operation::CountriesAdd, Outcome::Created), self.account, item)
    }

    fn without_call(&self, item: &String) -> Option<ItemEnd> {
        let hint = "add --skip-existing to leave out countries that exist";
        self.actual.contains(item).then(|| match self.skip_existing {
            true => unchanged(),
            false => refused(Kind::Conflict, "exists already", hint),
        })
    }

    fn refuses_existing(&self) -> bool {
        !self.skip_existing && !self.actual.is_empty()
    }

    async fn send(&self, items: &[String]) -> Result<Option<Sent>> {
        let about: Vec<Change> = items.iter().map(|item| self.change(item)).collect();
        let about: Vec<&Change> = about.iter().collect();
        match countries::add(self.session, self.account, items, &about).await {
            Ok(Written::Withheld) => Ok(None),
            Ok(Written::Done(there)) => Ok(Some(Self::sent(items, &there, None))),
            Ok(Written::Found(there, note)) => Ok(Some(Self::sent(items, &there, Some(&note)))),
            // How a vendor refuses a country that exists may be undocumented.
            Err(error) if self.skip_existing && matches!(error.kind, Kind::Conflict | Kind::Rejected) => {
                self.settle_conflict(items, error).await.map(Some)
            }
            Err(error) => Err(error),
        }
    }

    async fn probe(&self, items: &[String]) -> Result<Sent> {
        let there = countries::find(self.session, self.account, items).await?;
        Ok(Self::sent(items, &there, Some(EARLIER)))
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
        change(self.session, (Operation::CountriesRemove, Outcome::Deleted), self.account, item)
    }

    fn without_call(&self, item: &String) -> Option<ItemEnd> {
        if self.actual.contains(item) {
            return None;
        }
        if self.ignore_missing {
            return Some(unchanged());
        }
        let text = format!("account {} has no call-out country {item}", self.account);
        Some(refused(Kind::NotFound, text, "see `trunkctl callout-countries list`"))
    }

    async fn send(&self, items: &[String]) -> Result<Option<Sent>> {
        remove_each(self, items, async |item, change| {
            countries::remove(self.session, self.account, item, self.ignore_missing, change).await
        })
        .await
    }

    async fn probe(&self, items: &[String]) -> Result<Sent> {
        let actual = countries::codes(self.session, self.account).await?;
        let gone = items.iter().enumerate().filter(|(_, item)| !actual.contains(*item));
        let ends = gone.map(|(at, _)| (at, ItemEnd::done(Outcome::Deleted, Some(EARLIER)))).collect();
        Ok(Sent { ends, rest: Rest::Missing })
    }
}

fn change(
    session: &Session,
    (operation, outcome): (Operation, Outcome),
    account: &str,
    code: &str,
) -> Change {
    Change {
        account: Some(account.to_owned()),
        id: Some(code.to_owned()),
        ..begin(session, operation, outcome, "callout_country")
    }
}
