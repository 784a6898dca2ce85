//! Internal numbers in the manifest itself, as rows like those of a list.

use std::sync::Arc;

use super::mistakes::{At, Mistakes};
use crate::input::rows;
use crate::input::rows::{NUMBERS, Row, tree};
use crate::input::tree::{Node, Value};
use crate::model::error::{FieldError, Place};
use crate::model::number::E164;

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

/// The number of a row with its position, or all mistakes in the row.
pub fn number(row: &Row) -> Result<(E164, Option<Place>), Vec<FieldError>> {
    let mut faults = row.faults.clone();
    let place = row.place_of("number");
    if faults.is_empty() {
        match rows::cells::text(row, "number", &mut faults).map(|text| text.parse()) {
            Some(Ok(number)) => return Ok((number, place)),
            Some(Err(what)) => faults.push(FieldError::new("number", what)),
            None if faults.is_empty() => {
                faults.push(FieldError::new("number", "is missing; give it, as in +442071838750"));
            }
            None => {}
        }
    }
    let redacted = |fault: FieldError| row.redacted(FieldError { place: fault.place.or(place), ..fault });
    Err(faults.into_iter().map(redacted).collect())
}
