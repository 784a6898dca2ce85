//! Lists of rows for bulk commands: CSV, JSON, JSON Lines, TOML or YAML, each cell with its place.
//!
//! CSV and JSON Lines are read line by line and never kept; the others are read once, as a whole.

pub mod cells;
mod columns;
mod csv;
mod detect;
mod json;
mod source;
pub(super) mod tree;

use std::fs::File;
use std::sync::Arc;

use super::file;
use super::tree::{Mistake, Node, Value};
use crate::model::error::{Error, FieldError, Kind, Place, Result};
pub use columns::{NUMBERS, Shape};
use detect::Form;
use source::Lines;

/// A row of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Its position, if it is known.
    pub place: Option<Place>,
    /// Its cells, in the order of the file: texts, flags and figures. CSV and YAML have texts only, because nothing is read
    /// as a number: a plus and leading zeros survive.
    pub cells: Vec<(&'static str, Node)>,
    /// What is wrong with its form. Such a row is not to be used.
    pub faults: Vec<FieldError>,
    /// Whether its values must not be repeated, because it may not be a row at all, or comes from a file or a
    /// variable that a manifest names.
    pub quiet: bool,
}

impl Row {
    /// The value of a key.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.cell(key).map(|node| &node.value)
    }

    /// The position of a key's value, otherwise of the row.
    pub fn place_of(&self, key: &str) -> Option<Place> {
        self.cell(key).map(|node| node.place).or(self.place)
    }

    fn cell(&self, key: &str) -> Option<&Node> {
        self.cells.iter().find(|(name, _)| *name == key).map(|(_, node)| node)
    }
}

/// The rows of one reading, in order. An error ends them.
pub type Rows<'s> = Box<dyn Iterator<Item = Result<Row>> + 's>;

/// A list that can be read any number of times.
#[derive(Debug)]
pub struct Sheet {
    name: String,
    shape: &'static Shape,
    body: Body,
    quiet: bool,
}

#[derive(Debug)]
enum Body {
    Csv(File),
    Lines(File),
    /// Rows of a whole file, perhaps of another one.
    Given(Arc<[Row]>),
}

impl Sheet {
    /// Opens a file, or standard input for `-`.
    pub fn open(path: &str, shape: &'static Shape) -> Result<Self> {
        let (name, file) = source::open(path)?;
        let head = source::head(&name, &file)?;
        let form = detect::by_name(path)?.unwrap_or_else(|| detect::by_text(&head, shape));
        let body = match form {
            Form::Csv => Body::Csv(file),
            Form::Lines => Body::Lines(file),
            Form::Whole(format) => {
                Body::Given(tree::rows(&name, &source::text(&name, &file)?, format, shape)?.into())
            }
        };
        Ok(Self { name, shape, body, quiet: false })
    }

    /// Rows of a larger file.
    pub fn given(name: &str, rows: Arc<[Row]>, shape: &'static Shape) -> Self {
        Self { name: name.to_owned(), shape, body: Body::Given(rows), quiet: false }
    }

    /// The same list; messages do not repeat its values.
    #[must_use]
    pub fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    /// How messages name it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rows from the first one on, at every call.
    pub fn rows(&self) -> Result<Rows<'_>> {
        let (name, shape) = (self.name.as_str(), self.shape);
        let rows: Rows<'_> = match &self.body {
            Body::Csv(file) => Box::new(csv::rows(Lines::new(name, file), shape)?),
            Body::Lines(file) => Box::new(json::lines(Lines::new(name, file), shape)),
            Body::Given(rows) => Box::new(rows.iter().cloned().map(Ok)),
        };
        if !self.quiet {
            return Ok(rows);
        }
        Ok(Box::new(rows.map(|row| row.map(|row| Row { quiet: true, ..row }))))
    }
}

/// Reads rows until the last one, or an error.
fn until_error<'s>(
    mut next: impl FnMut() -> Result<Option<Row>> + 's,
) -> impl Iterator<Item = Result<Row>> + 's {
    let mut ended = false;
    std::iter::from_fn(move || {
        let row = if ended { None } else { next().transpose() };
        ended = !matches!(row, Some(Ok(_)));
        row
    })
}

/// A mistake that ends the reading.
fn broken(name: &str, mistake: Mistake) -> Error {
    file::refuse(name, Kind::Invalid, &[mistake])
}

#[cfg(test)]
mod tests;
