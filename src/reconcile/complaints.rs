//! What is wrong with a manifest, each mistake once.

use std::collections::HashSet;
use std::sync::Arc;

use crate::input::manifest::Entry;
use crate::model::error::{Error, FieldError, Result};
use crate::vendors::Facts;

/// How many complaints are listed.
const LISTED: usize = 200;

/// What is wrong so far.
#[derive(Default)]
pub struct Complaints {
    list: Vec<FieldError>,
    /// What lies under several entries is listed once.
    seen: HashSet<Listed>,
    more: usize,
}

/// The vendor, the file, the line with its column, and the message.
type Listed = (&'static str, Arc<str>, (usize, usize), String);

impl Complaints {
    /// Something is wrong with an entry.
    pub fn add(&mut self, entry: &Entry, field: &str, what: String) {
        self.push(FieldError {
            file: Some(entry.place.file.to_string()),
            place: Some(entry.place_of(field)),
            ..FieldError::new(field, what)
        });
    }

    /// A vendor refuses a field of an entry that one of its profiles names.
    pub fn add_refused(&mut self, entry: &Entry, fault: &FieldError, facts: &Facts, profile: &str) {
        let place = entry.place_of(&fault.field);
        let place = (place.line, place.column);
        if self.seen.insert((facts.name, entry.place.file.clone(), place, fault.message.clone())) {
            let named = fault.message.contains(facts.title);
            let vendor = if named { String::new() } else { format!(", {}", facts.title) };
            let what = format!("{} (profile `{profile}`{vendor})", fault.message);
            self.add(entry, &fault.field, what);
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Something is wrong at a place of its own.
    pub fn push(&mut self, fault: FieldError) {
        if self.list.len() < LISTED { self.list.push(fault) } else { self.more += 1 }
    }

    /// Refuses the manifest where anything is wrong with it.
    pub fn finish(self) -> Result<()> {
        if self.list.is_empty() {
            return Ok(());
        }
        let mut error = Error::fields("the manifest", self.list);
        if self.more > 0 {
            error.message = format!("{}\n  and {} more", error.message, self.more);
        }
        Err(error.hint("nothing was sent; `trunkctl vendors` shows what each vendor takes"))
    }
}
