//! TOML: `internal_numbers = [...]` or `[[internal_numbers]]`.

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::columns::{Held, Shape};
use super::cursor::Cursor;
use super::{Row, Value, broken};
use crate::model::error::Result;

/// The rows of a file.
///
/// # Errors
/// With the place where the text is no TOML, or holds no list.
pub fn rows(name: &str, text: &str, shape: &'static Shape) -> Result<Vec<Row>> {
    let place = |at: usize| Some(Cursor::new(text, 1).place(at));
    let file = DeTable::parse(text)
        .map_err(|cause| broken(name, cause.span().and_then(|span| place(span.start)), cause.message()))?;
    let familiar = file.get_ref().len() <= 2 && file.get_ref().keys().any(|key| key.get_ref() == shape.list);
    let mut list = None;
    for (key, value) in file.get_ref() {
        if key.get_ref() != shape.list {
            return Err(shape.misplaced(name, key.get_ref(), familiar, place(key.span().start)));
        }
        list = value.get_ref().as_array();
    }
    let list = list.ok_or_else(|| shape.missing(name))?;
    let mut cursor = Cursor::new(text, 1);
    Ok(list.iter().map(|entry| row(text, entry, &mut cursor, shape)).collect())
}

fn row(text: &str, entry: &Spanned<DeValue<'_>>, cursor: &mut Cursor<'_>, shape: &Shape) -> Row {
    let mut row = Row::at(Some(cursor.place(entry.span().start)));
    let Some(table) = entry.get_ref().as_table() else {
        row.take_bare(shape, held(text, entry));
        return row;
    };
    let mut cells: Vec<_> = table.iter().collect();
    cells.sort_by_key(|(key, _)| key.span().start);
    row.take(
        shape,
        cells
            .into_iter()
            .map(|(key, value)| (key.get_ref(), held(text, value), Some(cursor.place(value.span().start)))),
    );
    row
}

/// A figure stays as it was written.
fn held(text: &str, value: &Spanned<DeValue<'_>>) -> Held {
    match value.get_ref() {
        DeValue::String(text) => Held::text(text.as_ref()),
        DeValue::Boolean(flag) => Held::Value(Value::Flag(*flag)),
        DeValue::Integer(_) | DeValue::Float(_) => {
            Held::Value(Value::Number(text.get(value.span()).unwrap_or_default().to_owned()))
        }
        DeValue::Datetime(_) => Held::Bad("is a date; write a text, in quotes"),
        DeValue::Array(_) | DeValue::Table(_) => Held::NESTED,
    }
}
