//! Internal numbers in the manifest itself, as rows like those of a list.

use std::sync::Arc;

use super::mistakes::{At, Mistakes};
use crate::input::rows::{NUMBERS, Row, tree};
use crate::input::tree::{Node, Value};

/// The rows of a list; none if it is not a list, or a row is invalid.
pub fn rows(at: At<'_>, list: &Node, mistakes: &mut Mistakes) -> Option<Arc<[Row]>> {
    let Value::List(list) = &list.value else {
        let what = format!("is {}; write a list of numbers, in brackets", list.noun());
        mistakes.add(at.place(list.place), "numbers", what);
        return None;
    };
    let rows: Vec<Row> = list.iter().map(|node| tree::row(node, &NUMBERS, true)).collect();
    let mut sound = true;
    for (index, row) in rows.iter().enumerate() {
        for fault in &row.faults {
            let place = fault.place.or(row.place);
            let dot = if fault.field.is_empty() { "" } else { "." };
            let field = format!("numbers[{index}]{dot}{}", fault.field);
            mistakes.add(At { place, ..at }, &field, fault.message.clone());
            sound = false;
        }
    }
    if rows.is_empty() {
        mistakes.add(at, "numbers", "is empty; give at least one number");
    }
    (sound && !rows.is_empty()).then(|| rows.into())
}
