//! Finds the first position of a duplicate TOML key. The parser reports only the second.

use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::{Mistake, given_twice};
use crate::input::cursor::Cursor;
use crate::model::error::Place;

/// The mistake, with both positions if they are known.
pub fn mistake(text: &str, again: Range<usize>) -> Mistake {
    let mut cursor = Cursor::new(text, 1);
    let key = text.get(again.clone()).unwrap_or_default().trim_matches(['"', '\'']);
    let place = cursor.place(again.start);
    let first = match header(text.lines().nth(place.line - 1).unwrap_or_default()) {
        Some(header) => first_header(text, &header, place.line),
        None => {
            // What is recovered of the text keeps the first of the two.
            let (file, _) = DeTable::parse_recoverable(text);
            let wanted = Wanted { text, key, again: again.start };
            wanted.in_table(file.get_ref()).map(|at| cursor.place(at))
        }
    };
    given_twice(place, first)
}

/// The names of a table's header.
fn header(line: &str) -> Option<Vec<&str>> {
    let names = line.trim().strip_prefix('[')?.trim_start_matches('[').split(']').next()?;
    Some(names.split('.').map(|name| name.trim().trim_matches(['"', '\''])).collect())
}

fn first_header(text: &str, wanted: &[&str], before: usize) -> Option<Place> {
    let lines = text.lines().zip(1..before);
    let found = lines.filter(|(line, _)| header(line).is_some_and(|header| header == wanted)).last();
    found.map(|(line, number)| Place { line: number, column: 1 + line.len() - line.trim_start().len() })
}

/// A duplicate key, and its byte in the text.
struct Wanted<'t> {
    text: &'t str,
    key: &'t str,
    again: usize,
}

impl Wanted<'_> {
    /// The last such key before the second one.
    fn in_table(&self, table: &DeTable<'_>) -> Option<usize> {
        let own = table.keys().filter(|key| key.get_ref() == self.key).map(|key| key.span().start);
        let below = table.values().filter_map(|value| self.below(value));
        own.chain(below).filter(|at| *at < self.again).max()
    }

    fn below(&self, value: &Spanned<DeValue<'_>>) -> Option<usize> {
        let span = value.span();
        let in_braces = self.text.get(span.start..).is_some_and(|text| text.starts_with('{'));
        match value.get_ref() {
            // Text after a closing brace is outside of it.
            DeValue::Table(_) if in_braces && !span.contains(&self.again) => None,
            DeValue::Table(table) => self.in_table(table),
            DeValue::Array(list) => list.iter().filter_map(|value| self.below(value)).max(),
            _ => None,
        }
    }
}
