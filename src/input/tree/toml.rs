//! TOML, with a place for every value.

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue, Error};

use super::{DEEPEST, Key, Mistake, Node, Table, Value, toml_duplicates, too_deep};
use crate::input::cursor::Cursor;
use crate::model::error::Place;

/// The tree of a text.
pub fn parse(text: &str) -> Result<Node, Mistake> {
    let file = DeTable::parse(text).map_err(|cause| mistake(text, &cause))?;
    let place = Place { line: 1, column: 1 };
    let value = Value::Table(Tree { text, cursor: Cursor::new(text, 1) }.table(file.get_ref(), 0)?);
    Ok(Node { value, place })
}

fn mistake(text: &str, cause: &Error) -> Mistake {
    let span = cause.span();
    if cause.message() == "duplicate key"
        && let Some(span) = span
    {
        return toml_duplicates::mistake(text, span);
    }
    let place = span.map(|span| Cursor::new(text, 1).place(span.start));
    Mistake { place, ..Mistake::new(cause.message()) }
}

struct Tree<'t> {
    text: &'t str,
    cursor: Cursor<'t>,
}

impl Tree<'_> {
    /// A table may be written in several parts; the keys' own places give the order.
    fn table(&mut self, table: &DeTable<'_>, depth: usize) -> Result<Table, Mistake> {
        let mut pairs: Vec<_> = table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        let mut nodes = Table::new();
        for (key, value) in pairs {
            let place = self.cursor.place(key.span().start);
            let key = Key { text: key.get_ref().to_string(), place };
            nodes.push((key, self.node(value, depth + 1)?));
        }
        Ok(nodes)
    }

    fn node(&mut self, node: &Spanned<DeValue<'_>>, depth: usize) -> Result<Node, Mistake> {
        let place = self.cursor.place(node.span().start);
        let value = match node.get_ref() {
            DeValue::Array(_) | DeValue::Table(_) if depth == DEEPEST => return Err(too_deep(place)),
            DeValue::Table(table) => Value::Table(self.table(table, depth)?),
            DeValue::Array(list) => {
                let nodes = list.iter().map(|entry| self.node(entry, depth + 1));
                Value::List(nodes.collect::<Result<_, _>>()?)
            }
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Integer(_) | DeValue::Float(_) => {
                Value::Number(self.text.get(node.span()).unwrap_or_default().to_owned())
            }
            DeValue::Datetime(_) => Value::Date,
        };
        Ok(Node { value, place })
    }
}
