//! JSON, whole or a row a line.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::columns::{Held, Shape};
use super::cursor::Cursor;
use super::source::Lines;
use super::{Row, Value, broken};
use crate::input::file::without_place;
use crate::model::error::{Place, Result};

/// The rows of one JSON value, each read when it is asked for.
///
/// # Errors
/// With the place where the text is no JSON, or holds no list.
pub fn rows<'s>(name: &str, text: &'s str, shape: &'static Shape) -> Result<impl Iterator<Item = Row> + 's> {
    let whole: &RawValue = serde_json::from_str(text).map_err(|cause| {
        let (place, what) = mistake(&cause, 0);
        broken(name, Some(place), &what)
    })?;
    let mut list = whole.get();
    let keyed = list.starts_with('{');
    if keyed {
        list = under_key(name, text, list, shape)?;
    }
    let entries: Vec<&RawValue> = serde_json::from_str(list).map_err(|_| shape.missing(name))?;
    let mut cursor = Cursor::new(text, 1);
    Ok(entries.into_iter().map(move |entry| row(entry.get(), &mut cursor, shape, keyed)))
}

fn under_key<'s>(name: &str, text: &str, table: &'s str, shape: &Shape) -> Result<&'s str> {
    let Pairs(pairs) = serde_json::from_str(table).map_err(|_| shape.missing(name))?;
    let familiar = pairs.len() <= 2 && pairs.iter().any(|(key, _)| key == shape.list);
    let mut lists = Vec::new();
    for (key, value) in pairs {
        let place = Cursor::new(text, 1).place_of(value.get());
        match key == shape.list {
            false => return Err(shape.misplaced(name, &key, familiar, Some(place))),
            true if lists.is_empty() => lists.push(value.get()),
            true => {
                let text = format!("`{}` is there twice; keep one", shape.list);
                return Err(broken(name, Some(place), &text));
            }
        }
    }
    lists.pop().ok_or_else(|| shape.missing(name))
}

/// The rows of a file that holds one a line. Lines stand for themselves, so a broken one spoils its own row only.
pub fn lines<'s>(mut lines: Lines<'s>, shape: &'static Shape) -> impl Iterator<Item = Result<Row>> + 's {
    let mut ended = false;
    std::iter::from_fn(move || {
        while !ended {
            match lines.next() {
                Ok(None) => break,
                Ok(Some((_, line))) if line.trim().is_empty() => {}
                Ok(Some((number, line))) => return Some(Ok(line_row(number, line, shape))),
                Err(error) => {
                    ended = true;
                    return Some(Err(error));
                }
            }
        }
        None
    })
}

fn line_row(number: usize, line: &str, shape: &Shape) -> Row {
    match serde_json::from_str::<&RawValue>(line) {
        Ok(value) => row(value.get(), &mut Cursor::new(line, number), shape, false),
        Err(cause) => {
            let (place, what) = mistake(&cause, number - 1);
            let mut row = Row::at(Some(Place { line: number, column: 1 }));
            row.spoil(Some(place), format!("{what}; write one whole JSON object a line"));
            row
        }
    }
}

fn mistake(cause: &serde_json::Error, lines_before: usize) -> (Place, String) {
    let place = Place { line: lines_before + cause.line(), column: cause.column().max(1) };
    (place, without_place(&cause.to_string()))
}

fn row(text: &str, cursor: &mut Cursor<'_>, shape: &Shape, keyed: bool) -> Row {
    let mut row = Row::at(Some(cursor.place_of(text)));
    match serde_json::from_str(text) {
        Ok(Pairs(pairs)) => {
            let cells = pairs.into_iter();
            row.take(
                shape,
                cells.map(|(key, value)| (key, held(value.get()), Some(cursor.place_of(value.get())))),
            );
        }
        Err(_) => {
            row.quiet = !keyed;
            row.take_bare(shape, held(text));
        }
    }
    row
}

/// A figure stays as it was written.
fn held(text: &str) -> Held {
    match text.as_bytes().first() {
        // Half of a pair of escapes, as `"\ud800"`, is JSON and no text.
        Some(b'"') => {
            serde_json::from_str::<String>(text).map_or(Held::Bad("is no text in UTF-8"), Held::text)
        }
        Some(b't') => Held::Value(Value::Flag(true)),
        Some(b'f') => Held::Value(Value::Flag(false)),
        Some(b'[' | b'{') => Held::NESTED,
        Some(b'n') | None => Held::Nothing,
        Some(_) => Held::Value(Value::Number(text.to_owned())),
    }
}

/// The keys of an object beside the texts of their values, in order.
struct Pairs<'t>(Vec<(String, &'t RawValue)>);

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
