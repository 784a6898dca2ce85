//! Rows of a tree: of a whole file, of a line, or of a manifest.

use super::columns::{CellValue, Shape};
use super::{Row, Value, broken};
use crate::input::format::Format;
use crate::input::tree;
use crate::input::tree::{Node, Table};
use crate::model::error::Result;

/// The rows of a whole file.
pub fn rows(name: &str, text: &str, format: Format, shape: &Shape) -> Result<Vec<Row>> {
    let root = Node::parse(text, format).map_err(|mistake| broken(name, mistake))?;
    let (list, keyed) = match root.value {
        tree::Value::Table(table) => (under_key(name, table, shape)?, true),
        other => (other, false),
    };
    let tree::Value::List(list) = list else { return Err(shape.missing(name)) };
    Ok(list.iter().map(|node| row(node, shape, keyed)).collect())
}

fn under_key(name: &str, table: Table, shape: &Shape) -> Result<tree::Value> {
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
    match &node.value {
        tree::Value::Table(table) => {
            row.quiet = table.iter().any(|(_, node)| node.is_filled());
            row.take(
                shape,
                table.iter().map(|(key, node)| {
                    let known = shape.column(&key.text).is_some();
                    (&key.text, cell_value(node), Some(if known { node.place } else { key.place }))
                }),
            );
        }
        _ => {
            row.quiet = !keyed || node.is_filled();
            row.take_bare(shape, cell_value(node));
        }
    }
    row
}

fn cell_value(node: &Node) -> CellValue {
    match &node.value {
        tree::Value::Nothing => CellValue::Nothing,
        tree::Value::Text(text) | tree::Value::Plain(text) | tree::Value::Filled { text, .. } => {
            CellValue::text(text)
        }
        tree::Value::Flag(flag) => CellValue::Value(Value::Flag(*flag)),
        tree::Value::Number(text) => CellValue::Value(Value::Number(text.clone())),
        tree::Value::Date => CellValue::Bad("is a date; write a text, in quotes"),
        tree::Value::List(_) | tree::Value::Table(_) => CellValue::NESTED,
    }
}
