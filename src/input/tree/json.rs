//! JSON with a position for every value. serde_json returns the text of a value, which gives its position.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{DEEPEST, Key, Mistake, Node, Table, Value, too_deep, unique};
use crate::input::cursor::Cursor;
use crate::model::error::Place;

/// The tree of a text, which begins in that line of its file.
pub fn parse(text: &str, line: usize) -> Result<Node, Mistake> {
    if text.trim().is_empty() {
        return Err(Mistake::at(Place { line, column: 1 }, "is empty; write at least {}"));
    }
    let whole: &RawValue = serde_json::from_str(text).map_err(|cause| {
        // Read for its values, the text gets the clearer complaint.
        let cause = serde_json::from_str::<serde_json::Value>(text).err().unwrap_or(cause);
        let place = Place { line: line + cause.line().max(1) - 1, column: cause.column().max(1) };
        Mistake::at(place, without_place(&cause.to_string()))
    })?;
    node(whole.get(), &mut Cursor::new(text, line), 0)
}

/// Each level is parsed once more for its values; there are few levels.
fn node(text: &str, cursor: &mut Cursor<'_>, depth: usize) -> Result<Node, Mistake> {
    let place = cursor.place_of(text);
    let value = match text.as_bytes().first() {
        Some(b'[' | b'{') if depth == DEEPEST => return Err(too_deep(place)),
        Some(b'{') => Value::Table(table(text, place, cursor, depth)?),
        Some(b'[') => {
            let entries: Vec<&RawValue> = part(text, place)?;
            let nodes = entries.into_iter().map(|entry| node(entry.get(), cursor, depth + 1));
            Value::List(nodes.collect::<Result<_, _>>()?)
        }
        Some(b'"') => Value::Text(string(text, place)?),
        Some(b't') => Value::Flag(true),
        Some(b'f') => Value::Flag(false),
        Some(b'n') | None => Value::Nothing,
        Some(_) => Value::Number(text.to_owned()),
    };
    Ok(Node { value, place })
}

fn table(text: &str, place: Place, cursor: &mut Cursor<'_>, depth: usize) -> Result<Table, Mistake> {
    let Pairs(pairs) = part(text, place)?;
    let mut table = Table::new();
    for (key, value) in pairs {
        let place = cursor.place_of(key.get());
        let key = Key { text: string(key.get(), place)?, place };
        table.push((key, node(value.get(), cursor, depth + 1)?));
    }
    unique(&table)?;
    Ok(table)
}

/// Half of a pair of escapes, as `"\ud800"`, is JSON and no text.
fn string(text: &str, place: Place) -> Result<String, Mistake> {
    serde_json::from_str(text).map_err(|_| Mistake::at(place, "is not UTF-8 text; correct its escapes"))
}

/// The whole was read once already, so that its parts are JSON.
fn part<'t, T: Deserialize<'t>>(text: &'t str, place: Place) -> Result<T, Mistake> {
    serde_json::from_str(text).map_err(|cause| Mistake::at(place, without_place(&cause.to_string())))
}

/// The parser repeats the place at the end of its messages.
fn without_place(text: &str) -> &str {
    text.rsplit_once(" at line ").map_or(text, |(text, _)| text)
}

/// The texts of an object's keys, quotes and all, and of its values.
struct Pairs<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Pairs<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of keys and values")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Object)
    }
}
