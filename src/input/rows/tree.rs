//! Rows of what was read as a tree already: YAML, whose values are texts as they are written, and the manifest.

use super::columns::{Held, Shape};
use super::{Row, Value, broken};
use crate::input::file::Format;
use crate::input::tree;
use crate::input::tree::{Node, Table};
use crate::model::error::Result;

/// The rows of a YAML file.
///
/// # Errors
/// With the place where the text is no YAML, or holds no list.
pub fn yaml(name: &str, text: &str, shape: &'static Shape) -> Result<impl Iterator<Item = Row> + use<>> {
    let root = Node::parse(text, Format::Yaml).map_err(|cause| broken(name, cause.place, &cause.what()))?;
    let (list, keyed) = match root.value {
        tree::Value::Table(table) => (under_key(name, table, shape)?, true),
        other => (other, false),
    };
    let tree::Value::List(list) = list else { return Err(shape.missing(name)) };
    Ok(list.into_iter().map(move |node| row(&node, shape, keyed)))
}

fn under_key(name: &str, table: Table, shape: &Shape) -> Result<tree::Value> {
    let (own, others): (Vec<_>, Vec<_>) = table.into_iter().partition(|(key, _)| key.text == shape.list);
    match (own.into_iter().next(), others.first()) {
        (own, Some((key, _))) => {
            let familiar = own.is_some() && others.len() == 1;
            Err(shape.misplaced(name, &key.text, familiar, Some(key.place)))
        }
        (Some((_, node)), None) => Ok(node.value),
        (None, None) => Err(shape.missing(name)),
    }
}

/// A row; `keyed` says whether its list stands under the list's own key.
pub fn row(node: &Node, shape: &Shape, keyed: bool) -> Row {
    let mut row = Row::at(Some(node.place));
    match &node.value {
        tree::Value::Table(table) => {
            row.quiet = table.iter().any(|(_, node)| node.is_filled());
            row.take(
                shape,
                table.iter().map(|(key, node)| {
                    let known = shape.column(&key.text).is_some();
                    (&key.text, held(node), Some(if known { node.place } else { key.place }))
                }),
            );
        }
        _ => {
            row.quiet = !keyed || node.is_filled();
            row.take_bare(shape, held(node));
        }
    }
    row
}

fn held(node: &Node) -> Held {
    match &node.value {
        tree::Value::Nothing => Held::Nothing,
        tree::Value::Text(text) | tree::Value::Plain(text) | tree::Value::Filled { text, .. } => {
            Held::text(text)
        }
        tree::Value::Flag(flag) => Held::Value(Value::Flag(*flag)),
        tree::Value::Number(text) => Held::Value(Value::Number(text.clone())),
        tree::Value::List(_) | tree::Value::Table(_) => Held::NESTED,
    }
}
