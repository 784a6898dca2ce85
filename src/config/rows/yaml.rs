//! YAML. Its values are taken as the texts that they are written as: read as figures they would lose a plus.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess};
use serde::de::{Visitor, value::SeqAccessDeserializer};

use super::shape::{Held, Shape};
use super::yaml_places::{self, Spot};
use super::{Row, broken};
use crate::config::files::without_place;
use crate::model::error::{Place, Result};

/// A value as it was written; none for null.
type Text = Option<String>;

/// The rows of a file.
///
/// # Errors
/// With the place where the text is no YAML, or holds no list.
pub fn rows(name: &str, text: &str, shape: &'static Shape) -> Result<Vec<Row>> {
    let file = parse::<Entry>(name, text, shape)?;
    if let Some(key) = &file.stranger {
        return Err(shape.misplaced(name, key, yaml_places::top_key(text, key)));
    }
    let mut entries = file.list.ok_or_else(|| shape.missing(name))?;
    if !entries.is_empty() && entries.iter().all(|entry| matches!(entry, Entry::Other)) {
        // Their types were guessed in looking for tables.
        let texts = parse::<Text>(name, text, shape)?.list.unwrap_or_default();
        entries = texts.into_iter().map(Entry::Text).collect();
    }
    let key = file.keyed.then_some(shape.list);
    let spots = yaml_places::rows(text, key, entries.len());
    Ok(entries.into_iter().enumerate().map(|(at, entry)| row(entry, spots.get(at), shape)).collect())
}

fn parse<'de, T: Deserialize<'de>>(name: &str, text: &'de str, shape: &'static Shape) -> Result<File<T>> {
    let reader = yaml_serde::Deserializer::from_str(text);
    Wanted(shape, PhantomData).deserialize(reader).map_err(|cause| {
        let place = cause.location().map(|place| Place { line: place.line(), column: place.column() });
        broken(name, place, without_place(&cause.to_string()).trim_start_matches('.'))
    })
}

fn row(entry: Entry, spot: Option<&Spot<'_>>, shape: &Shape) -> Row {
    let mut row = Row::at(spot.map(Spot::place));
    let held = |text: Text| text.map_or(Held::Nothing, Held::text);
    match entry {
        Entry::Table(cells) => {
            for (key, text) in cells {
                let place = spot.map(|spot| spot.cell(&key).unwrap_or(spot.place()));
                row.take(shape, &key, held(text), place);
            }
        }
        Entry::Text(text) => row.take_bare(shape, held(text)),
        Entry::Other => row.take_bare(shape, Held::Bad("is no table as the rows beside it are")),
    }
    row
}

/// An entry of the list.
enum Entry {
    Table(Vec<(String, Text)>),
    Text(Text),
    /// No table; what it is was only guessed.
    Other,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = Entry;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of keys and values")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
                let mut cells = Vec::new();
                while let Some(cell) = map.next_entry()? {
                    cells.push(cell);
                }
                Ok(Entry::Table(cells))
            }
            fn visit_str<E>(self, _: &str) -> Result<Entry, E> {
                Ok(Entry::Other)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Entry, E> {
                Ok(Entry::Other)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Entry, E> {
                Ok(Entry::Other)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Entry, E> {
                Ok(Entry::Other)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Entry, E> {
                Ok(Entry::Other)
            }
            fn visit_unit<E>(self) -> Result<Entry, E> {
                Ok(Entry::Other)
            }
        }
        deserializer.deserialize_any(Table)
    }
}

/// What a file holds.
struct File<T> {
    /// A key in place of the list's own.
    stranger: Option<String>,
    /// Whether the list stands under its key.
    keyed: bool,
    list: Option<Vec<T>>,
}

/// A list, alone or under its key.
struct Wanted<T>(&'static Shape, PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Wanted<T> {
    type Value = File<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<File<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Wanted<T> {
    type Value = File<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of rows, alone or under `{}`", self.0.list)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<File<T>, A::Error> {
        let list = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
        Ok(File { stranger: None, keyed: false, list: Some(list) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<File<T>, A::Error> {
        let mut file = File { stranger: None, keyed: true, list: None };
        while let Some(key) = map.next_key::<String>()? {
            if key != self.0.list {
                map.next_value::<IgnoredAny>()?;
                file.stranger.get_or_insert(key);
            } else if file.list.is_some() {
                return Err(A::Error::custom(format_args!("`{key}` is there twice; keep one")));
            } else {
                file.list = Some(map.next_value()?);
            }
        }
        Ok(file)
    }

    /// Nothing but comments.
    fn visit_none<E>(self) -> Result<File<T>, E> {
        Ok(File { stranger: None, keyed: false, list: None })
    }
}
