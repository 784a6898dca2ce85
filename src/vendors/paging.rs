//! The rows of a list that comes in pages: each is given once, and what they take is known.

use std::collections::HashSet;
use std::hash::{BuildHasher, DefaultHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{Added, LookupEntry};
use crate::model::number::{ActualNumber, CalloutCountry, MasterNumber};
use crate::model::trunk::{ActualTrunk, Direction, Kind, Transport, Trunk};

/// The rows that a list has returned so far, as 64-bit hashes of their ids: a million rows take about 20 MiB.
/// The key of the hashes is random, so a vendor cannot make two ids collide. Clones share their rows.
#[derive(Debug, Clone, Default)]
pub struct Sieve(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    key: RandomState,
    rows: HashSet<u64>,
    repeats: u64,
    /// What the latest page added.
    page: u64,
    added: Vec<u64>,
    repeated: u64,
}

/// What the pages of a list have given, the latest included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sifted {
    /// Different rows of all pages.
    pub rows: u64,
    /// Rows of this page that had been given before.
    pub repeated: u64,
    /// The same for all pages.
    pub repeats: u64,
}

impl Sieve {
    /// Drops the rows that were given before. The latest page may be sifted again, as when it is asked for again.
    pub fn sift<T>(&self, page: u64, rows: &mut Vec<T>, hash_id: impl Fn(&T, &mut DefaultHasher)) -> Sifted {
        let known = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.page == page {
            known.repeats -= known.repeated;
            for row in known.added.drain(..) {
                known.rows.remove(&row);
            }
        }
        (known.page, known.repeated) = (page, 0);
        known.added.clear();
        rows.retain(|row| {
            let mut hasher = known.key.build_hasher();
            hash_id(row, &mut hasher);
            let hash = hasher.finish();
            let is_new = known.rows.insert(hash);
            if is_new {
                known.added.push(hash);
            } else {
                known.repeated += 1;
            }
            is_new
        });
        known.repeats += known.repeated;
        Sifted { rows: known.rows.len() as u64, repeated: known.repeated, repeats: known.repeats }
    }
}

/// The error of a list that repeated more rows than a page has. A row that is added or deleted while a list
/// is read moves a row across each page boundary, so a few repeated rows are normal.
pub fn repeats(sifted: Sifted, page_size: u64) -> Option<String> {
    (sifted.repeats > page_size).then(|| {
        format!("the list gave {} rows again that it had given before; run the command again", sifted.repeats)
    })
}

/// The maximum size of the rows of a first page, by [`Row::size`]. A vendor that ignores the page size
/// returns the whole list there.
const LARGEST_FIRST: usize = 56 << 20;

/// The same for the pages that follow. The rows before may all be kept.
const LARGEST: usize = 8 << 20;

/// Longest row, in bytes of its JSON; and longest part of an answer that is read as a value.
pub const LONGEST_ROW: usize = 1 << 20;

/// Why the rows of a page were not read.
#[derive(Debug)]
pub enum Unread<E> {
    /// One of them cannot be.
    Row(E),
    /// One of them is too long.
    Long,
    /// They take too much memory. Read, a row can take many times the length of its text.
    Large,
}

impl<E> Unread<E> {
    /// The message; `why` says what is wrong with a row.
    pub fn text(self, why: impl FnOnce(E) -> String) -> String {
        match self {
            Self::Row(error) => why(error),
            Self::Long => format!("a row of the list is longer than {} MiB", LONGEST_ROW >> 20),
            Self::Large => "a page of the list takes too much memory".to_owned(),
        }
    }
}

/// Reads the rows of a page one by one, as long as they fit. `before` is the number of pages that were read before.
pub fn read<T: Row, E>(
    before: u64,
    rows: Vec<&RawValue>,
    row: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>, Unread<E>> {
    let most = if before == 0 { LARGEST_FIRST } else { LARGEST };
    let (mut items, mut size) = (Vec::new(), 0);
    for text in rows {
        if text.get().len() > LONGEST_ROW {
            return Err(Unread::Long);
        }
        let item = row(text.get()).map_err(Unread::Row)?;
        size += item.size();
        if size > most {
            return Err(Unread::Large);
        }
        items.push(item);
    }
    Ok(items)
}

/// A row of a list.
pub trait Row: Send + 'static {
    /// About how many bytes it takes in memory.
    fn size(&self) -> usize;
}

/// What a text takes on the heap: at least the smallest block that an allocator gives.
fn text(text: &str) -> usize {
    (text.len() + 8).next_multiple_of(16).max(32)
}

fn texts(texts: &[&Option<String>]) -> usize {
    texts.iter().filter_map(|value| value.as_deref()).map(text).sum()
}

/// The size of a list of records as JSON; a number in quotes is a separate text.
fn records<T: serde::Serialize>(list: &Option<T>) -> usize {
    list.as_ref().map_or(0, |list| serde_json::to_vec(list).map_or(0, |json| 6 * json.len()))
}

/// What the members of an object take: each has its place there and in an index.
fn members(map: &Map<String, Value>) -> usize {
    let member = |(key, value): (&String, &Value)| 120 + text(key) + within(value);
    map.iter().map(member).sum()
}

/// What a value takes beside its own place.
fn within(own: &Value) -> usize {
    match own {
        Value::String(own) => text(own),
        Value::Array(list) => list.iter().map(value).sum(),
        Value::Object(map) => 100 + members(map),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// What the cells of a row of a table take.
pub fn cells(cells: &[String]) -> usize {
    cells.iter().map(|cell| size_of::<String>() + text(cell)).sum()
}

/// What a value takes.
pub fn value(value: &Value) -> usize {
    size_of::<Value>() + within(value)
}

impl Row for ActualTrunk {
    fn size(&self) -> usize {
        let trunk = &self.trunk;
        let Trunk { name, host, domain, username, auth_name, country, itsp, .. } = trunk;
        let Trunk { prefix, allowed_ip, account, master_trunk, dnis, .. } = trunk;
        let words = [
            trunk.kind.as_ref().map(Kind::as_str),
            trunk.direction.as_ref().map(Direction::as_str),
            trunk.transport.as_ref().map(Transport::as_str),
        ];
        let codecs = trunk.codecs.iter().flatten().map(|codec| size_of::<String>() + text(codec));
        size_of::<Self>()
            + text(&self.id)
            + texts(&[name, host, domain, username, auth_name, country, itsp])
            + texts(&[prefix, allowed_ip, account, master_trunk, dnis, &self.status_code])
            + words.into_iter().flatten().map(str::len).sum::<usize>()
            + codecs.sum::<usize>()
            + records(&trunk.caller_id)
            + records(&trunk.caller_id_overrides)
            + records(&trunk.dids)
            + records(&trunk.agent_groups)
            + records(&trunk.outbound_proxy)
            + members(&trunk.vendor_fields)
    }
}

impl Row for ActualNumber {
    fn size(&self) -> usize {
        let Self { id, number, display_number, country, labels, languages, vendor_fields, .. } = self;
        let texts = texts(&[id, display_number, country, labels, languages]);
        size_of::<Self>() + text(number) + texts + members(vendor_fields)
    }
}

impl Row for MasterNumber {
    fn size(&self) -> usize {
        size_of::<Self>() + text(&self.number) + texts(&[&self.country])
    }
}

impl Row for CalloutCountry {
    fn size(&self) -> usize {
        size_of::<Self>() + text(&self.id) + texts(&[&self.name, &self.code])
    }
}

impl Row for String {
    fn size(&self) -> usize {
        size_of::<Self>() + text(self)
    }
}

impl Row for Added {
    fn size(&self) -> usize {
        size_of::<Self>() + text(&self.0) + texts(&[&self.1])
    }
}

impl Row for LookupEntry {
    fn size(&self) -> usize {
        size_of::<Self>() + text(&self.id) + texts(&[&self.number, &self.name, &self.country])
    }
}

#[cfg(test)]
mod tests {
    use std::hash::Hash;

    use super::*;

    #[test]
    fn every_row_is_returned_once() {
        let sieve = Sieve::default();
        let sift = |page, mut rows: Vec<u32>| {
            let sifted = sieve.sift(page, &mut rows, |row, hasher| row.hash(hasher));
            (rows, sifted.rows, sifted.repeated, sifted.repeats)
        };
        assert_eq!(sift(1, vec![1, 2, 2]), (vec![1, 2], 2, 1, 1));
        assert_eq!(sift(2, vec![2, 3]), (vec![3], 3, 1, 2));
        // The same page again, with another answer.
        assert_eq!(sift(2, vec![3, 4]), (vec![3, 4], 4, 0, 1));
        assert_eq!(sift(3, vec![3, 4]), (vec![], 4, 2, 3));
    }

    #[test]
    fn more_repeated_rows_than_a_page_are_refused() {
        let after = |repeats| Sifted { rows: 300, repeated: 1, repeats };
        assert_eq!(repeats(after(100), 100), None);
        assert!(repeats(after(101), 100).unwrap().contains("101 rows"));
    }
}
