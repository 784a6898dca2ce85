//! The columns of a list, and the row that is read from them.

use super::Row;
use crate::input::tree::{Mistake, Node, Value};
use crate::model::error::{Error, FieldError, Place};
use crate::model::text::{Unknown, nearest};

/// The keys of a list's rows.
#[derive(Debug)]
pub struct Shape {
    /// The key of the list, if it is not at the top level.
    pub list: &'static str,
    /// The keys that are read.
    pub keys: &'static [&'static str],
    /// The keys that are known and passed over.
    pub ignored: &'static [&'static [&'static str]],
    /// Of each of these a CSV header must name one.
    pub needed: &'static [&'static [&'static str]],
    /// The key of a row that is a text by itself.
    pub bare: Option<&'static str>,
}

/// Internal numbers to be added.
pub static NUMBERS: Shape = Shape {
    list: "internal_numbers",
    keys: &[
        "number",
        "display_number",
        "country",
        "type",
        "labels",
        "languages",
        "visible",
        "allow_join",
        "allow_for_external_meetings",
    ],
    ignored: &[],
    needed: &[&["number"], &["labels"], &["languages"]],
    bare: None,
};

/// The meaning of a column's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// What is read.
    Key(&'static str),
    /// What is passed over.
    Ignored,
}

impl Shape {
    /// The meaning of a known name; none for an unknown one.
    pub fn column(&self, name: &str) -> Option<Column> {
        let key = self.keys.iter().find(|key| **key == name).map(|key| Column::Key(key));
        key.or_else(|| self.ignored.iter().any(|names| names.contains(&name)).then_some(Column::Ignored))
    }

    /// The key that a misspelt one was meant to be.
    pub fn near(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.keys.iter().copied())
    }

    /// The complaint about a name that is not known; for `familiar` see [`Unknown`].
    pub fn unknown(&self, noun: &str, name: &str, familiar: bool, place: Option<Place>) -> FieldError {
        let unknown = Unknown::new(noun, name, familiar, self.keys);
        let text = unknown.line();
        FieldError { place, ..FieldError::new(unknown.name, text) }
    }

    /// The error of a key next to the list's own, or instead of it.
    pub fn misplaced(&self, name: &str, key: &str, familiar: bool, place: Place) -> Error {
        let unknown = Unknown::new("key", key, familiar, &[self.list]);
        let remedy = match nearest(key, [self.list]) {
            Some(_) => unknown.remedy,
            None => format!("the rows stand in a list, alone or under `{}`", self.list),
        };
        let mut error = super::broken(name, Mistake::at(place, unknown.what.clone()).remedy(remedy));
        error.fields.push(FieldError { place: Some(place), ..FieldError::new(unknown.name, unknown.what) });
        error
    }

    /// The complaint about a file without a list.
    pub fn missing(&self, name: &str) -> Error {
        Error::invalid(format!("{name} contains no list of rows"))
            .hint(format!("give a list, alone or under `{}`", self.list))
    }
}

impl Row {
    /// A row that begins there.
    pub fn at(place: Option<Place>) -> Self {
        Self { place, ..Self::default() }
    }

    /// Adds a mistake of the whole row.
    pub fn spoil(&mut self, place: Option<Place>, what: impl Into<String>) {
        self.faults.push(FieldError { place, ..FieldError::new("", what) });
    }

    /// Takes the value of a known key.
    pub fn put(&mut self, key: &'static str, node: Node) {
        let place = node.place;
        let mut refuse = |what: String| {
            self.faults.push(FieldError { place: Some(place), ..FieldError::new(key, what) });
        };
        let value = match node.value {
            // Null is as good as no key.
            Value::Nothing => return,
            Value::Plain(text) | Value::Filled { text, .. } => Value::Text(text),
            value @ (Value::Text(_) | Value::Flag(_) | Value::Number(_)) => value,
            Value::Date => return refuse("is a date; write a text, in quotes".to_owned()),
            Value::List(_) | Value::Table(_) => {
                return refuse("is a list or a table; write one text".to_owned());
            }
        };
        if let Value::Text(text) = &value
            && let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'))
        {
            return refuse(format!("contains the control character U+{:04X}; remove it", u32::from(c)));
        }
        if self.cells.iter().any(|(known, _)| *known == key) {
            return refuse("is given twice; keep one".to_owned());
        }
        self.cells.push((key, Node { value, place }));
    }

    /// The mistake in a value, without the value if it must not be repeated.
    pub fn redacted(&self, fault: FieldError) -> FieldError {
        if !self.quiet || self.value(&fault.field).is_none() {
            return fault;
        }
        let what = format!("the value is not valid for `{}` and is not shown", fault.field);
        FieldError { message: what, ..fault }
    }
}
