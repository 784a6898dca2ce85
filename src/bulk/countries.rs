//! Countries that meetings can call out to.

use super::input::{Identity, Items};
use crate::input::rows::cells::text;
use crate::input::rows::{Row, Shape};
use crate::model::country;
use crate::model::error::FieldError;
use crate::vendors::Verdict;

/// The name of the list.
pub const LIST: &str = "callout_countries";

/// `id` and `name` are the columns of the list; its `code` is a calling code, but others call the country's so.
static SHAPE: Shape = Shape {
    list: LIST,
    keys: &["country", "id", "code"],
    ignored: &["name"],
    needed: &[&["country", "id", "code"]],
    bare: Some("country"),
};

/// Two-letter country codes, in upper case.
#[derive(Debug, Clone, Copy)]
pub struct Countries;

impl Items for Countries {
    type Item = String;

    fn shape(&self) -> &'static Shape {
        &SHAPE
    }

    fn read(&self, row: &Row, verdict: &mut Verdict) -> Option<String> {
        let faults = &mut verdict.errors;
        let Some(key) = SHAPE.keys.iter().find(|key| row.value(key).is_some()) else {
            faults.push(FieldError::new("country", "is missing; give its two-letter code"));
            return None;
        };
        let given = text(row, key, faults)?;
        country::code(&given).map_err(|what| faults.push(FieldError::new(*key, what))).ok()
    }

    fn identity(&self, item: &String) -> Identity {
        Identity::Text("country", item.as_str().into())
    }
}
