//! JSON Lines: a row a line.

use super::columns::Shape;
use super::source::Lines;
use super::tree::row;
use super::{Row, until_error};
use crate::input::tree::Node;
use crate::model::error::{Place, Result};

/// The rows of a file with one row per line. A broken line affects only its own row.
pub fn lines<'s>(mut lines: Lines<'s>, shape: &'static Shape) -> impl Iterator<Item = Result<Row>> + 's {
    until_error(move || {
        while let Some((number, line)) = lines.next()? {
            if !line.trim().is_empty() {
                return Ok(Some(line_row(number, line, shape)));
            }
        }
        Ok(None)
    })
}

fn line_row(number: usize, line: &str, shape: &Shape) -> Row {
    match Node::parse_line(line, number) {
        Ok(node) => row(&node, shape, false),
        Err(mistake) => {
            let (_, what, remedy) = mistake.parts(&[]);
            let mut row = Row::at(Some(Place { line: number, column: 1 }));
            let remedy = remedy.as_deref().unwrap_or("write one whole JSON object a line");
            row.spoil(mistake.place, format!("{what}; {remedy}"));
            row
        }
    }
}
