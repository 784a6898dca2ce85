//! The rows of a list, checked: once to tell every bad one, once more to send the good ones.

use std::collections::{HashMap, hash_map};
use std::hash::Hash;

use crate::input::rows::{Row, Shape, Sheet};
use crate::model::error::{Error, FieldError, Result};
use crate::model::number::E164;
use crate::model::text::excerpt;
use crate::vendors::Verdict;

/// How many complaints and warnings are kept; the others are counted.
const KEPT: usize = 1000;

/// What the rows of a list are read as.
pub trait Items {
    /// What a row becomes.
    type Item;

    /// The keys of a row.
    fn shape(&self) -> &'static Shape;

    /// Reads a row, and notes what is wrong with it: the errors name the row's own keys.
    fn read(&self, row: &Row, verdict: &mut Verdict) -> Option<Self::Item>;

    /// What may stand in a list only once.
    fn identity(&self, item: &Self::Item) -> Identity;
}

/// What an item is told by. Lists are long, so it is small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The digits of a `number`.
    Digits(u64),
    /// What stands under a key.
    Text(&'static str, Box<str>),
}

impl Identity {
    /// Of a number, whose 15 digits at most fit.
    pub fn of(number: &E164) -> Self {
        let digits = number.as_str().trim_start_matches('+').parse();
        digits.map_or_else(|_| Self::Text("number", number.as_str().into()), Self::Digits)
    }
}

/// A row that was read.
#[derive(Debug)]
pub struct Entry<T> {
    /// What it became, or what is wrong with it.
    pub item: Result<T, Vec<FieldError>>,
    /// What may be wrong with it.
    pub warnings: Vec<String>,
}

/// What is there to be sent, and what is not fit for it.
#[derive(Debug, Default)]
pub struct Survey {
    /// How many rows are good.
    pub good: usize,
    /// How many are not.
    pub bad: usize,
    /// What is wrong with these: the first complaints.
    pub complaints: Vec<FieldError>,
    /// How many complaints there are besides.
    pub more: usize,
    /// What may be wrong with the good ones: the first warnings.
    pub warnings: Vec<String>,
    /// How many warnings there are besides.
    pub more_warnings: usize,
}

/// Reads every row once and sends nothing.
///
/// # Errors
/// Where the reading ends before the rows do.
pub fn survey<K: Items>(sheet: &Sheet, items: &K) -> Result<Survey> {
    let mut survey = Survey::default();
    for entry in entries(sheet, items)? {
        let entry = entry?;
        match entry.item {
            Ok(_) => {
                survey.good += 1;
                survey.more_warnings += keep(&mut survey.warnings, entry.warnings);
            }
            Err(faults) => {
                survey.bad += 1;
                survey.more += keep(&mut survey.complaints, faults);
            }
        }
    }
    Ok(survey)
}

/// Adds what there is room for, and answers how much was left out.
fn keep<T>(kept: &mut Vec<T>, new: Vec<T>) -> usize {
    let room = KEPT.saturating_sub(kept.len()).min(new.len());
    let left = new.len() - room;
    kept.extend(new.into_iter().take(room));
    left
}

impl Survey {
    /// Refuses a list without rows and, unless they are to be skipped, one with bad rows.
    ///
    /// # Errors
    /// That refusal, with every bad row.
    pub fn admit(&self, sheet: &Sheet, list: &'static str, skip_invalid: bool) -> Result<()> {
        match (self.good, self.bad) {
            (0, 0) => {
                let what = "the list is empty; give at least one row";
                Err(refused(sheet, vec![FieldError::new(list, what)], 0))
            }
            (_, 0) => Ok(()),
            (1.., _) if skip_invalid => Ok(()),
            _ => Err(refused(sheet, self.complaints.clone(), self.more)),
        }
    }

    /// The warnings, and how many more there are.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let more = (self.more_warnings > 0).then(|| format!("and {} more warnings", self.more_warnings));
        self.warnings.iter().cloned().chain(more)
    }
}

fn refused(sheet: &Sheet, complaints: Vec<FieldError>, more: usize) -> Error {
    let mut error = Error::fields(&format!("the list in {}", sheet.name()), complaints);
    if more > 0 {
        error.message = format!("{}\n  and {more} more", error.message);
    }
    error.hint("nothing was sent")
}

/// The good rows, in order. Of rows that say the same, the first one is good.
///
/// # Errors
/// Where the file as a whole cannot be understood.
pub fn good<'a, K: Items>(
    sheet: &'a Sheet,
    items: &'a K,
) -> Result<impl Iterator<Item = Result<K::Item>> + 'a> {
    Ok(entries(sheet, items)?.filter_map(|entry| match entry {
        Err(error) => Some(Err(error)),
        Ok(Entry { item, .. }) => item.ok().map(Ok),
    }))
}

/// Every row, good or bad, in order.
///
/// # Errors
/// Where the file as a whole cannot be understood.
pub fn entries<'a, K: Items>(
    sheet: &'a Sheet,
    items: &'a K,
) -> Result<impl Iterator<Item = Result<Entry<K::Item>>> + 'a> {
    let mut seen = Seen::default();
    let rows = sheet.rows()?.enumerate();
    Ok(rows.map(move |(index, row)| row.map(|row| entry(items, index, row, &mut seen))))
}

/// The items before, with their lines; 0 where a line is not known.
#[derive(Default)]
struct Seen {
    digits: HashMap<u64, u32>,
    texts: HashMap<Box<str>, u32>,
}

impl Seen {
    /// Notes an item, and complains where it is there already.
    fn note(&mut self, identity: Identity, row: &Row) -> Option<FieldError> {
        let line = row.place.and_then(|place| u32::try_from(place.line).ok()).unwrap_or(0);
        let (field, name, first) = match identity {
            Identity::Digits(digits) => {
                ("number", format!("+{digits}"), first(&mut self.digits, digits, line)?)
            }
            Identity::Text(field, text) => (field, excerpt(&text, 40), first(&mut self.texts, text, line)?),
        };
        let first = if first == 0 { String::new() } else { format!(", first on line {first}") };
        let name = if row.quiet { String::new() } else { format!("`{name}` ") };
        let fault = FieldError::new(field, format!("{name}is listed twice{first}; keep one"));
        Some(FieldError { place: row.place_of(field), ..fault })
    }
}

/// The line of the first item that is the same; none where this is the first.
fn first<T: Hash + Eq>(seen: &mut HashMap<T, u32>, key: T, line: u32) -> Option<u32> {
    match seen.entry(key) {
        hash_map::Entry::Occupied(first) => Some(*first.get()),
        hash_map::Entry::Vacant(free) => {
            free.insert(line);
            None
        }
    }
}

fn entry<K: Items>(items: &K, index: usize, mut row: Row, seen: &mut Seen) -> Entry<K::Item> {
    let mut faults = std::mem::take(&mut row.faults);
    let mut verdict = Verdict::default();
    // What a broken row holds would be found missing, or wrong once more.
    let read = if faults.is_empty() { items.read(&row, &mut verdict) } else { None };
    for fault in verdict.errors {
        faults.push(row.redacted(FieldError { place: fault.place.or(row.place_of(&fault.field)), ..fault }));
    }
    let item = match read {
        Some(item) if faults.is_empty() => {
            faults.extend(seen.note(items.identity(&item), &row));
            if faults.is_empty() { Ok(item) } else { Err(faults) }
        }
        _ => Err(faults),
    };
    let list = items.shape().list;
    let item = item.map_err(|faults| faults.into_iter().map(|fault| of_list(list, index, fault)).collect());
    Entry { item, warnings: verdict.warnings }
}

fn of_list(list: &str, index: usize, fault: FieldError) -> FieldError {
    let dot = if fault.field.is_empty() { "" } else { "." };
    FieldError { field: format!("{list}[{index}]{dot}{}", fault.field), ..fault }
}

#[cfg(test)]
mod tests;
