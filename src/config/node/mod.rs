//! One tree for TOML, YAML and JSON in which every value knows its place.
//!
//! A text stays the text that was written. Whether a YAML value without quotes is a number or a flag is for the
//! one who reads it to say: `+44…`, `NO` and `0041` are texts wherever a text is wanted.

mod json;
mod read;
mod scalar;
mod toml;
mod toml_twice;
mod yaml;

use std::fmt;

use super::files::{Format, remedy_of_type, unknown_key, without_secret};
use crate::model::error::Place;
use crate::model::text::{excerpt, nearest};
pub use read::{read, read_table};

/// How deep lists and tables may stand in each other. What is walked through by recursion has to have an end.
const DEEPEST: usize = 64;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// JSON's and YAML's null.
    Nothing,
    /// A text in quotes.
    Text(String),
    /// A YAML text without quotes, which may be meant as a number or a flag.
    Plain(String),
    /// A text that a variable was put into: in TOML and JSON the only way to give a number by one.
    Filled(String),
    /// True or false.
    Flag(bool),
    /// A figure, as it was written.
    Number(String),
    /// A list.
    List(Vec<Node>),
    /// A table, in the order of the file.
    Table(Table),
}

/// Keys and what stands under them, in the order of the file. No key is there twice.
pub type Table = Vec<(Key, Node)>;

/// A key with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The key.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// Where.
    pub place: Option<Place>,
    /// The way to the value, as in `dids[0].number`; empty where there is none.
    pub path: String,
    /// What is wrong.
    pub what: String,
}

impl Mistake {
    /// A mistake at a place.
    pub fn at(place: Place, what: impl Into<String>) -> Self {
        Self { place: Some(place), path: String::new(), what: what.into() }
    }

    /// The mistake in words for people, with what to do about it: a misspelt key with the nearest known one, also
    /// of `others`, which stand beside those that the reader of the table knows. No secret is repeated.
    pub fn told(&self, others: &[&str]) -> String {
        let Some((key, known)) = unknown_key(&self.what) else {
            let what = excerpt(&without_secret(&self.what), 400);
            return match remedy_of_type(&self.what) {
                Some(remedy) => format!("{what}; {remedy}"),
                None => what,
            };
        };
        let known: Vec<&str> = others.iter().copied().chain(known.iter().map(String::as_str)).collect();
        let shown = excerpt(&key, 40);
        match nearest(&key, known.iter().copied()) {
            Some(near) => format!("unknown key `{shown}`; did you mean `{near}`?"),
            None => format!("unknown key `{shown}`; the keys are {}", known.join(", ")),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(&[]))
    }
}

impl std::error::Error for Mistake {}

impl Node {
    /// The tree of a text. An empty one is an empty table, but for JSON, which has no empty texts.
    ///
    /// # Errors
    /// Where the text is not what it should be: with the place.
    pub fn parse(text: &str, format: Format) -> Result<Self, Mistake> {
        match format {
            Format::Toml => toml::parse(text),
            Format::Json => json::parse(text),
            Format::Yaml => yaml::parse(text),
        }
    }

    /// What stands under a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(table) => table.iter().find(|(known, _)| known.text == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// What it is, for messages.
    pub fn noun(&self) -> &'static str {
        match self.value {
            Value::Nothing => "nothing",
            Value::Text(_) | Value::Plain(_) | Value::Filled(_) => "a text",
            Value::Flag(_) => "true or false",
            Value::Number(_) => "a figure",
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
    twice.map_or(Ok(()), |pair| Err(given_twice(&pair[1].text, pair[1].place, Some(pair[0].place))))
}

fn given_twice(key: &str, place: Place, first: Option<Place>) -> Mistake {
    let first = first.map(|place| format!(", first on {place}")).unwrap_or_default();
    let shown = excerpt(key, 40);
    let what = format!("the key `{shown}` is given twice{first}; keep one");
    Mistake { place: Some(place), path: key.to_owned(), what }
}

fn too_deep(place: Place) -> Mistake {
    Mistake::at(place, format!("lists and tables are nested deeper than {DEEPEST} levels"))
}

#[cfg(test)]
mod tests;
