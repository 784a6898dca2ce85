//! The rows of a list: read once to report every invalid row, and once more to send the valid ones.

use std::collections::{HashMap, hash_map};
use std::hash::Hash;

use crate::input::rows::{Row, Shape, Sheet};
use crate::model::error::{Error, FieldError, Result};
use crate::model::number::E164;
use crate::model::text::excerpt;
use crate::vendors::Verdict;

/// The maximum number of mistakes and of warnings that are kept; the others are counted.
const KEPT: usize = 1000;

/// A kind of rows.
pub trait Items {
    /// What a row is read as.
    type Item;

    /// The columns.
    fn shape(&self) -> &'static Shape;

    /// Reads a row. The errors in the verdict name the row's own columns.
    fn read(&self, row: &Row, verdict: &mut Verdict) -> Option<Self::Item>;

    /// What may be in a list only once.
    fn identity(&self, item: &Self::Item) -> Identity;
}

/// What identifies an item. It is small, because lists are long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The digits of a `number`.
    Digits(u64),
    /// A column and its text.
    Text(&'static str, Box<str>),
}

impl Identity {
    /// A number; its digits, at most 15, fit.
    pub fn of(number: &E164) -> Self {
        let digits = number.as_str().trim_start_matches('+').parse();
        digits.map_or_else(|_| Self::Text("number", number.as_str().into()), Self::Digits)
    }
}

/// A row that was read.
#[derive(Debug)]
pub struct Checked<T> {
    /// The item, or the mistakes.
    pub item: Result<T, Vec<FieldError>>,
    pub warnings: Vec<String>,
}

/// The result of checking a list.
#[derive(Debug, Default)]
pub struct Validated {
    /// The number of valid rows.
    pub good: usize,
    /// The number of invalid rows.
    pub bad: usize,
    /// The first mistakes.
    pub mistakes: Vec<FieldError>,
    /// The number of further mistakes.
    pub more: usize,
    /// The first warnings about valid rows.
    pub warnings: Vec<String>,
    /// The number of further warnings.
    pub more_warnings: usize,
}

/// Checks every row.
pub fn validate<K: Items>(sheet: &Sheet, items: &K) -> Result<Validated> {
    let mut validated = Validated::default();
    for row in rows(sheet, items)? {
        let row = row?;
        match row.item {
            Ok(_) => {
                validated.good += 1;
                validated.more_warnings += keep(&mut validated.warnings, row.warnings);
            }
            Err(mistakes) => {
                validated.bad += 1;
                validated.more += keep(&mut validated.mistakes, mistakes);
            }
        }
    }
    Ok(validated)
}

/// Adds items up to the limit, and returns the number of the others.
fn keep<T>(kept: &mut Vec<T>, new: Vec<T>) -> usize {
    let room = KEPT.saturating_sub(kept.len()).min(new.len());
    let left = new.len() - room;
    kept.extend(new.into_iter().take(room));
    left
}

impl Validated {
    /// Refuses a list without rows and, unless they are to be skipped, one with invalid rows.
    pub fn admit(&self, sheet: &Sheet, list: &'static str, skip_invalid: bool) -> Result<()> {
        match (self.good, self.bad) {
            (0, 0) => {
                let what = "the list is empty; give at least one row";
                Err(refused(sheet, vec![FieldError::new(list, what)], 0))
            }
            (_, 0) => Ok(()),
            (1.., _) if skip_invalid => Ok(()),
            _ => Err(refused(sheet, self.mistakes.clone(), self.more)),
        }
    }

    /// The warnings, and how many more there are.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let more = (self.more_warnings > 0).then(|| format!("and {} more warnings", self.more_warnings));
        self.warnings.iter().cloned().chain(more)
    }
}

fn refused(sheet: &Sheet, mistakes: Vec<FieldError>, more: usize) -> Error {
    Error::fields_of(&format!("the list in {}", sheet.name()), mistakes, more).hint("nothing was sent")
}

/// The valid rows, in order. Of equal rows, the first one is valid.
pub fn good<'a, K: Items>(
    sheet: &'a Sheet,
    items: &'a K,
) -> Result<impl Iterator<Item = Result<K::Item>> + 'a> {
    Ok(rows(sheet, items)?.filter_map(|row| match row {
        Err(error) => Some(Err(error)),
        Ok(Checked { item, .. }) => item.ok().map(Ok),
    }))
}

/// Every row, valid or not, in order.
pub fn rows<'a, K: Items>(
    sheet: &'a Sheet,
    items: &'a K,
) -> Result<impl Iterator<Item = Result<Checked<K::Item>>> + 'a> {
    let mut earlier = Earlier::default();
    let rows = sheet.rows()?.enumerate();
    Ok(rows.map(move |(index, row)| row.map(|row| check(items, index, row, &mut earlier))))
}

/// The items before, with their lines and columns; 0 if they are not known.
#[derive(Default)]
struct Earlier {
    digits: HashMap<u64, (u32, u32)>,
    texts: HashMap<Box<str>, (u32, u32)>,
}

impl Earlier {
    /// Adds an item. Returns the mistake if it was listed before.
    fn add(&mut self, identity: Identity, row: &Row) -> Option<FieldError> {
        let small = |number: usize| u32::try_from(number).unwrap_or(0);
        let at = |field: &str| {
            row.place_of(field).map_or((0, 0), |place| (small(place.line), small(place.column)))
        };
        let (field, name, first) = match identity {
            Identity::Digits(digits) => {
                ("number", format!("+{digits}"), first(&mut self.digits, digits, at("number"))?)
            }
            Identity::Text(field, text) => {
                (field, excerpt(&text, 40), first(&mut self.texts, text, at(field))?)
            }
        };
        let first = match first {
            (0, _) => String::new(),
            (line, column) if line == at(field).0 => format!(", first on line {line}, column {column}"),
            (line, _) => format!(", first on line {line}"),
        };
        let name = if row.quiet { String::new() } else { format!("`{name}` ") };
        let fault = FieldError::new(field, format!("{name}is listed twice{first}; keep one"));
        Some(FieldError { place: row.place_of(field), ..fault })
    }
}

/// The line and the column of the first equal item; none if this is the first.
fn first<T: Hash + Eq>(seen: &mut HashMap<T, (u32, u32)>, key: T, at: (u32, u32)) -> Option<(u32, u32)> {
    match seen.entry(key) {
        hash_map::Entry::Occupied(first) => Some(*first.get()),
        hash_map::Entry::Vacant(free) => {
            free.insert(at);
            None
        }
    }
}

fn check<K: Items>(items: &K, index: usize, mut row: Row, earlier: &mut Earlier) -> Checked<K::Item> {
    let mut faults = std::mem::take(&mut row.faults);
    let mut verdict = Verdict::default();
    // The cells of a broken row would be reported as missing, or once more as wrong.
    let read = if faults.is_empty() { items.read(&row, &mut verdict) } else { None };
    for fault in verdict.errors {
        faults.push(row.redacted(FieldError { place: fault.place.or(row.place_of(&fault.field)), ..fault }));
    }
    let item = match read {
        Some(item) if faults.is_empty() => {
            faults.extend(earlier.add(items.identity(&item), &row));
            if faults.is_empty() { Ok(item) } else { Err(faults) }
        }
        _ => Err(faults),
    };
    let list = items.shape().list;
    let item = item.map_err(|faults| faults.into_iter().map(|fault| of_list(list, index, fault)).collect());
    Checked { item, warnings: verdict.warnings }
}

fn of_list(list: &str, index: usize, fault: FieldError) -> FieldError {
    let dot = if fault.field.is_empty() { "" } else { "." };
    FieldError { field: format!("{list}[{index}]{dot}{}", fault.field), ..fault }
}

#[cfg(test)]
mod tests;
