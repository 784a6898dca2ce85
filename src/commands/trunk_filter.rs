//! The filters of `trunk list`.

use std::cell::Cell;

use crate::cli::trunk::List;
use crate::model::error::{Error, Kind as ErrorKind, Result};
use crate::model::text::{excerpt, nearest};
use crate::model::trunk::{ActualTrunk, Kind, Status};
use crate::vendors::{Facts, stands_for};

/// What rows have to be, and the words that no list of this version has.
pub struct Filter<'a> {
    args: &'a List,
    kind: Word<'a>,
    status: Word<'a>,
}

/// A word to choose rows by.
struct Word<'a> {
    flag: &'static str,
    given: Option<&'a str>,
    known: Vec<&'static str>,
    is_met: Cell<bool>,
}

impl<'a> Filter<'a> {
    /// The filter of a command over profiles of these vendors.
    pub fn new(args: &'a List, vendors: &[&'static Facts]) -> Result<Self> {
        let known = |words: &[&'static str], own: fn(&Facts) -> &'static [&'static str]| {
            let mut known = words.to_vec();
            for word in vendors.iter().flat_map(|facts| own(facts)) {
                if !known.contains(word) {
                    known.push(word);
                }
            }
            known
        };
        let word = |flag, given: &'a Option<String>, known: Vec<&'static str>| Word {
            flag,
            given: given.as_deref(),
            known,
            is_met: Cell::new(false),
        };
        let filter = Self {
            args,
            kind: word("--kind", &args.kind, known(Kind::WORDS, |facts| facts.own_kinds)),
            status: word("--status", &args.status, known(Status::WORDS, |facts| facts.status_codes)),
        };
        filter.kind.refuse_slip()?;
        filter.status.refuse_slip()?;
        Ok(filter)
    }

    /// Whether the row is wanted. The vendor's search only narrows; what counts is compared here.
    pub fn wants(&self, actual: &ActualTrunk) -> bool {
        let kind = self.kind.meets(&[actual.trunk.kind.as_ref().map(Kind::as_str)]);
        let status =
            self.status.meets(&[actual.status.as_ref().map(Status::as_str), actual.status_code.as_deref()]);
        let name = self.args.name.as_ref().is_none_or(|name| Some(name) == actual.trunk.name.as_ref());
        name && kind && status
    }

    /// Refuses an unknown word that no row had, because a typo must not look like an empty list.
    pub fn refuse_unmet(&self) -> Result<()> {
        self.kind.refuse_unmet()?;
        self.status.refuse_unmet()
    }
}

impl Word<'_> {
    fn meets(&self, own: &[Option<&str>]) -> bool {
        let meets = self.given.is_none() || own.contains(&self.given);
        self.is_met.set(self.is_met.get() || meets);
        meets
    }

    /// The word, if it is neither a documented value nor a documented code.
    fn unknown(&self) -> Option<&str> {
        self.given.filter(|given| !self.known.contains(given))
    }

    /// A code of digits, and a newer word for a known kind, may be the vendor's: the rows decide.
    fn refuse_slip(&self) -> Result<()> {
        let Some(given) = self.unknown() else { return Ok(()) };
        let is_code = given.bytes().all(|byte| byte.is_ascii_digit());
        let is_newer = self.known.iter().any(|known| stands_for(given, known));
        match nearest(given, self.known.iter().copied()) {
            Some(_) if !is_code && !is_newer => Err(self.refusal(given)),
            _ => Ok(()),
        }
    }

    fn refuse_unmet(&self) -> Result<()> {
        match self.unknown() {
            Some(given) if !self.is_met.get() => Err(self.refusal(given)),
            _ => Ok(()),
        }
    }

    fn refusal(&self, given: &str) -> Error {
        let near = nearest(given, self.known.iter().copied());
        let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        Error::new(ErrorKind::Usage, format!("{}: unknown value `{}`", self.flag, excerpt(given, 60)))
            .hint(format!("{near}Use one of {}", self.known.join(", ")))
    }
}
