//! Rows of a tree: of a whole file, of a line, or of a manifest.

use super::columns::{Column, Shape};
use super::{Row, broken};
use crate::input::format::Format;
use crate::input::tree::{Key, Node, Table, Value};
use crate::model::error::Result;

/// The rows of a whole file.
pub fn rows(name: &str, text: &str, format: Format, shape: &Shape) -> Result<Vec<Row>> {
    let root = Node::parse(text, format).map_err(|mistake| broken(name, mistake))?;
    let (list, keyed) = match root.value {
        Value::Table(table) => (under_key(name, table, shape)?, true),
        other => (other, false),
    };
    let Value::List(list) = list else { return Err(shape.missing(name)) };
    Ok(list.iter().map(|node| row(node, shape, keyed)).collect())
}

fn under_key(name: &str, table: Table, shape: &Shape) -> Result<Value> {
    let (own, others): (Vec<_>, Vec<_>) = table.into_iter().partition(|(key, _)| key.text == shape.list);
    match (own.into_iter().next(), others.first()) {
        (own, Some((key, _))) => {
            let familiar = own.is_some() && others.len() == 1;
            Err(shape.misplaced(name, &key.text, familiar, key.place))
        }
        (Some((_, node)), None) => Ok(node.value),
        (None, None) => Err(shape.missing(name)),
    }
}

/// A row; `keyed` says whether the list has a key of its own.
pub fn row(node: &Node, shape: &Shape, keyed: bool) -> Row {
    let mut row = Row::at(Some(node.place));
    match (&node.value, shape.bare) {
        (Value::Table(table), _) => {
            row.quiet = table.iter().any(|(_, node)| node.is_filled());
            take(&mut row, table, shape);
            return row;
        }
        (_, Some(key)) => row.put(key, node.clone()),
        (_, None) => row.spoil(row.place, "is not a row; write a table of keys and values"),
    }
    row.quiet = !keyed || node.is_filled();
    row
}

fn take(row: &mut Row, table: &Table, shape: &Shape) {
    let mut strangers = Vec::new();
    for (key, node) in table {
        match shape.column(&key.text) {
            Some(Column::Key(name)) => row.put(name, node.clone()),
            Some(Column::Ignored) => {}
            None => strangers.push(key),
        }
    }
    let known = table.len() - strangers.len();
    let familiar = known > 0 && known >= strangers.len();
    let unknown = |key: &Key| shape.unknown("key", &key.text, familiar, Some(key.place));
    row.faults.extend(strangers.into_iter().map(unknown));
    if !familiar {
        // What is known by no key needs one complaint.
        row.faults.dedup_by(|next, first| next.field.is_empty() && first.field.is_empty());
    }
}
