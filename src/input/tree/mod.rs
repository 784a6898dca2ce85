//! One tree for TOML, YAML and JSON in which every value knows its place.
//!
//! A text stays the text that was written. Whether a YAML value without quotes is a number or a flag is for the
//! one who reads it to say: `+44…`, `NO` and `0041` are texts wherever a text is wanted.

mod json;
mod read;
mod scalar;
mod toml;
mod toml_duplicates;
mod yaml;

use std::fmt;

use super::format::Format;
use crate::model::error::{FieldError, Place};
use crate::model::secret::MALFORMED;
use crate::model::text::{Unknown, excerpt};
pub use read::{read, read_file, read_pairs};
pub use scalar::{Figure, figure};

/// The maximum depth of nested lists and tables, because they are read by recursion.
const DEEPEST: usize = 64;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it contains.
    pub value: Value,
    /// Its position.
    pub place: Place,
}

/// A value with its position.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// JSON's and YAML's null.
    Nothing,
    /// A text in quotes.
    Text(String),
    /// A YAML text without quotes, which may be meant as a number or a flag.
    Plain(String),
    /// A text that a variable was put into: in TOML and JSON the only way to give a number by one. Messages do not
    /// repeat it.
    Filled {
        text: String,
        /// Whether it is a YAML text without quotes.
        plain: bool,
    },
    /// True or false.
    Flag(bool),
    /// A figure, as it was written.
    Number(String),
    /// A date of TOML, which nothing here takes.
    Date,
    /// A list.
    List(Vec<Node>),
    /// A table, in the order of the file.
    Table(Table),
}

/// Keys and their values, in the order of the file. Keys are unique.
pub type Table = Vec<(Key, Node)>;

/// A key with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The key.
    pub text: String,
    /// Its position.
    pub place: Place,
}

/// What is wrong with a file, and where. It repeats nothing of a text that could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// Where.
    pub place: Option<Place>,
    /// The path of the value, as in `dids[0].number`; may be empty.
    path: String,
    /// What is wrong.
    what: String,
    /// The same without the value.
    quiet: Option<String>,
    /// What to do about it.
    remedy: Option<Box<str>>,
    /// An unknown key; the message depends on the keys next to it.
    stranger: Option<Box<Stranger>>,
}

/// A key that is not known.
#[derive(Debug, Clone, PartialEq)]
struct Stranger {
    key: String,
    known: &'static [&'static str],
    /// Whether it may be repeated: see [`Unknown`].
    familiar: bool,
}

impl Mistake {
    /// A mistake at a place.
    pub fn at(place: Place, what: impl Into<String>) -> Self {
        Self { place: Some(place), ..Self::new(what) }
    }

    fn new(what: impl Into<String>) -> Self {
        Self {
            place: None,
            path: String::new(),
            what: what.into(),
            quiet: None,
            remedy: None,
            stranger: None,
        }
    }

    /// With what to do about it.
    #[must_use]
    pub fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into().into()), ..self }
    }

    /// Whether a reference to a secret is wrong.
    pub fn is_of_secret(&self) -> bool {
        self.what.contains(MALFORMED)
    }

    /// Whether a key of the table itself is not known.
    pub fn is_of_key(&self) -> bool {
        self.stranger.is_some() && self.path.is_empty()
    }

    /// The wrong field and the message, for a misspelt key with the nearest known one. `others` are known
    /// keys besides those of the table's reader.
    pub fn field(&self, others: &[&str]) -> FieldError {
        let (field, what, remedy) = self.parts(others);
        let message = remedy.map_or_else(|| what.clone(), |remedy| format!("{what}; {remedy}"));
        FieldError { place: self.place, ..FieldError::new(field, message) }
    }

    /// The wrong field, the message, and what to do.
    pub fn parts(&self, others: &[&str]) -> (String, String, Option<String>) {
        let Some(stranger) = &self.stranger else {
            return (self.path.clone(), excerpt(&self.what, 400), self.remedy.as_deref().map(str::to_owned));
        };
        let known: Vec<&str> = others.iter().chain(stranger.known).copied().collect();
        let unknown = Unknown::new("key", &stranger.key, stranger.familiar, &known);
        let dot = if self.path.is_empty() || unknown.name.is_empty() { "" } else { "." };
        (format!("{}{dot}{}", self.path, unknown.name), unknown.what, Some(unknown.remedy))
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.field(&[]).message)
    }
}

impl std::error::Error for Mistake {}

impl Node {
    /// The tree of a text. An empty one is an empty table, but for JSON, which has no empty texts.
    pub fn parse(text: &str, format: Format) -> Result<Self, Mistake> {
        match format {
            Format::Toml => toml::parse(text),
            Format::Json => json::parse(text, 1),
            Format::Yaml => yaml::parse(text),
        }
    }

    /// The tree of a line of JSON.
    pub fn parse_line(text: &str, line: usize) -> Result<Self, Mistake> {
        json::parse(text, line)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(table) => table.iter().find(|(known, _)| known.text == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// Its keys and values; empty if it is not a table.
    pub fn into_table(self) -> Table {
        match self.value {
            Value::Table(table) => table,
            _ => Table::new(),
        }
    }

    /// Whether a variable was put into it.
    pub fn is_filled(&self) -> bool {
        matches!(self.value, Value::Filled { .. })
    }

    /// What it is, for messages.
    pub fn noun(&self) -> &'static str {
        match self.value {
            Value::Nothing => "nothing",
            Value::Text(_) | Value::Plain(_) | Value::Filled { .. } => "a text",
            Value::Flag(_) => "true or false",
            Value::Number(_) => "a figure",
            Value::Date => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// Refuses a table in which a key is there twice.
fn unique(table: &Table) -> Result<(), Mistake> {
    let mut order: Vec<&Key> = table.iter().map(|(key, _)| key).collect();
    // Stable, so that the first of two stays before the second.
    order.sort_by(|a, b| a.text.cmp(&b.text));
    let twice = order.windows(2).find(|pair| pair[0].text == pair[1].text);
    twice.map_or(Ok(()), |pair| Err(given_twice(pair[1].place, Some(pair[0].place))))
}

/// The keys were not checked yet, so the positions name them.
fn given_twice(place: Place, first: Option<Place>) -> Mistake {
    let first = first.map(|place| format!(", first on {place}")).unwrap_or_default();
    Mistake::at(place, format!("the key is given twice{first}")).remedy("keep one")
}

fn too_deep(place: Place) -> Mistake {
    Mistake::at(place, format!("lists and tables are nested deeper than {DEEPEST} levels"))
}

#[cfg(test)]
mod tests;
