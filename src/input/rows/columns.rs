//! The columns of a list, and the row that is read from them.

use super::{Cell, Row, Value};
use crate::input::tree::Mistake;
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

    /// Takes a table: under each key a value, nothing, or what can be no value.
    pub fn take<K: AsRef<str>>(
        &mut self,
        shape: &Shape,
        cells: impl IntoIterator<Item = (K, CellValue, Option<Place>)>,
    ) {
        let (mut strangers, mut known) = (Vec::new(), 0);
        for (key, value, place) in cells {
            match shape.column(key.as_ref()) {
                Some(Column::Key(key)) => self.put(key, value, place),
                Some(Column::Ignored) => {}
                None => {
                    strangers.push((key, place));
                    continue;
                }
            }
            known += 1;
        }
        let familiar = known > 0 && known >= strangers.len();
        let unknown = |(key, place): (K, _)| shape.unknown("key", key.as_ref(), familiar, place);
        self.faults.extend(strangers.into_iter().map(unknown));
        if !familiar {
            // What is known by no key needs one complaint.
            self.faults.dedup_by(|next, first| next.field.is_empty() && first.field.is_empty());
        }
    }

    /// Takes the value of a known key.
    pub fn put(&mut self, key: &'static str, value: CellValue, place: Option<Place>) {
        let mut refuse = |what: String| {
            self.faults.push(FieldError { place, ..FieldError::new(key, what) });
        };
        let value = match value {
            CellValue::Nothing => return,
            CellValue::Bad(what) => return refuse(what.to_owned()),
            CellValue::Value(value) => value,
        };
        if let Value::Text(text) = &value
            && let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'))
        {
            return refuse(format!("contains the control character U+{:04X}; remove it", u32::from(c)));
        }
        if self.cells.iter().any(|(known, _)| *known == key) {
            return refuse("is given twice; keep one".to_owned());
        }
        self.cells.push((key, Cell { value, place }));
    }

    /// The mistake in a value, without the value if it must not be repeated.
    pub fn redacted(&self, fault: FieldError) -> FieldError {
        if !self.quiet || self.value(&fault.field).is_none() {
            return fault;
        }
        let what = format!("the value is not valid for `{}` and is not shown", fault.field);
        FieldError { message: what, ..fault }
    }

    /// Takes a row that is a text by itself.
    pub fn take_bare(&mut self, shape: &Shape, value: CellValue) {
        match shape.bare {
            Some(key) => self.put(key, value, self.place),
            None => self.spoil(self.place, "is not a row; write a table of keys and values"),
        }
    }
}

/// The value of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum CellValue {
    /// A value.
    Value(Value),
    /// Null, which is as good as no key.
    Nothing,
    /// What can be no value, and why.
    Bad(&'static str),
}

impl CellValue {
    /// A list or a table.
    pub const NESTED: Self = Self::Bad("is a list or a table; write one text");

    pub fn text(text: impl Into<String>) -> Self {
        Self::Value(Value::Text(text.into()))
    }
}
