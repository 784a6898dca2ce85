//! Internal numbers to be removed. The file that they were added from serves, and the list that they are in.

use super::input::{Identity, Items};
use super::numbers;
use crate::input::rows::cells::{text, word};
use crate::input::rows::{Row, Shape};
use crate::model::error::FieldError;
use crate::model::number::E164;
use crate::vendors::Verdict;

static SHAPE: Shape = Shape {
    list: numbers::LIST,
    keys: &["number", "id"],
    ignored: &[
        "display_number",
        "country",
        "type",
        "labels",
        "languages",
        "visible",
        "allow_join",
        "allow_for_external_meetings",
        "vendor_fields",
    ],
    needed: &[&["number", "id"]],
    bare: Some("number"),
};

/// A number to be removed, by its id where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By the vendor's id; the number is for people.
    Id(String, Option<E164>),
    /// By the number.
    Number(E164),
}

/// Internal numbers to be removed.
#[derive(Debug, Clone, Copy)]
pub struct Removals;

impl Items for Removals {
    type Item = Target;

    fn shape(&self) -> &'static Shape {
        &SHAPE
    }

    fn read(&self, row: &Row, verdict: &mut Verdict) -> Option<Target> {
        let faults = &mut verdict.errors;
        let given = text(row, "number", faults);
        let number: Option<E164> = FieldError::parse(faults, "number", given.as_deref());
        let id = word(row, "id", faults);
        if id.as_ref().is_some_and(|id| id.trim().is_empty()) {
            faults.push(FieldError::new("id", "is empty; give it as the list shows it"));
        }
        match (id, number) {
            (Some(id), number) => Some(Target::Id(id, number)),
            (None, Some(number)) => Some(Target::Number(number)),
            (None, None) => {
                if faults.is_empty() {
                    faults.push(FieldError::new("number", "is missing; give it, or the `id`"));
                }
                None
            }
        }
    }

    fn identity(&self, item: &Target) -> Identity {
        match item {
            Target::Id(_, Some(number)) | Target::Number(number) => Identity::of(number),
            Target::Id(id, None) => Identity::Text("id", id.as_str().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_a_number_is_known() {
        for key in crate::input::rows::NUMBERS.keys {
            assert!(SHAPE.keys.contains(key) || SHAPE.ignored.contains(key), "{key}");
        }
    }
}
