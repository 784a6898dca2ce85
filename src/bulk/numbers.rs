//! Rows with internal numbers, to add or to remove.

use serde_json::{Map, Value};

use super::validate::{Identity, Items};
use crate::input::rows::cells::{flag, text, word};
use crate::input::rows::{NUMBERS, Row, Shape};
use crate::model::check;
use crate::model::country;
use crate::model::error::FieldError;
use crate::model::number::{E164, InternalNumber, NumberType};
use crate::vendors::{Vendor, Verdict};

/// The name of the list.
pub const LIST: &str = NUMBERS.list;

/// Internal numbers to add; the vendor checks them.
#[derive(Clone, Copy)]
pub struct Additions(pub &'static dyn Vendor);

impl Items for Additions {
    type Item = InternalNumber;

    fn shape(&self) -> &'static Shape {
        &NUMBERS
    }

    fn read(&self, row: &Row, verdict: &mut Verdict) -> Option<InternalNumber> {
        let faults = &mut verdict.errors;
        let draft = NumberRow {
            number: text(row, "number", faults),
            display_number: text(row, "display_number", faults),
            country: text(row, "country", faults),
            what: word(row, "type", faults),
            labels: text(row, "labels", faults),
            languages: text(row, "languages", faults),
            visible: flag(row, "visible", faults),
            allow_join: flag(row, "allow_join", faults),
            allow_for_external_meetings: flag(row, "allow_for_external_meetings", faults),
            vendor_fields: Map::new(),
        };
        build(draft, self.0, verdict)
    }

    fn identity(&self, item: &InternalNumber) -> Identity {
        Identity::of(&item.number)
    }
}

/// A number as a row or flags give it.
#[derive(Debug, Default)]
pub struct NumberRow {
    pub number: Option<String>,
    /// The form shown to people.
    pub display_number: Option<String>,
    /// Two-letter country code.
    pub country: Option<String>,
    /// Toll or toll-free, or the vendor's own figure for it.
    pub what: Option<String>,
    /// A short description.
    pub labels: Option<String>,
    /// The language of the prompts.
    pub languages: Option<String>,
    /// Whether people see it.
    pub visible: Option<bool>,
    /// Whether meetings can be joined through it.
    pub allow_join: Option<bool>,
    /// Whether other organisations' meetings can be joined through it.
    pub allow_for_external_meetings: Option<bool>,
    /// Keys of the vendor's own entry.
    pub vendor_fields: Map<String, Value>,
}

/// The number, if it is complete, with the vendor's verdict on it.
pub fn build(draft: NumberRow, vendor: &dyn Vendor, verdict: &mut Verdict) -> Option<InternalNumber> {
    let faults = &mut verdict.errors;
    faults.extend(check::raw(&draft.vendor_fields, &[NUMBERS.keys, &["id", LIST]].concat()));
    if draft.number.is_none() {
        missing(faults, "number", "give it, as in +442071838750");
    }
    let number: Option<E164> = FieldError::parse(faults, "number", draft.number.as_deref());
    let what = match draft.what.as_deref() {
        // Also as figures.
        Some("0") => Some(NumberType::Toll),
        Some("1") => Some(NumberType::TollFree),
        Some(text) => FieldError::parse(faults, "type", Some(text)),
        None => Some(NumberType::Toll),
    };
    if draft.labels.is_none() {
        missing(faults, "labels", "give --label, or `labels` in a file");
    }
    if draft.languages.is_none() {
        missing(faults, "languages", "give --language, or `languages` in a file");
    }
    let number = number?;
    let country = draft.country.or_else(|| country::of(&number).map(str::to_owned));
    if country.is_none() {
        let text = "cannot be derived from the number; give its two-letter code";
        faults.push(FieldError::new("country", text));
    }
    let built = InternalNumber {
        id: None,
        display_number: draft.display_number.unwrap_or_else(|| country::display(&number)),
        number,
        country: country?,
        what: what?,
        labels: draft.labels?,
        languages: draft.languages?,
        visible: draft.visible,
        allow_join: draft.allow_join,
        allow_for_external_meetings: draft.allow_for_external_meetings,
        vendor_fields: draft.vendor_fields,
    };
    let own = vendor.check_number(&built);
    verdict.errors.extend(own.errors);
    verdict.warnings.extend(own.warnings);
    Some(built)
}

/// Adds the mistake of a missing field, unless the field was given and refused.
fn missing(faults: &mut Vec<FieldError>, field: &str, remedy: &str) {
    if !faults.iter().any(|fault| fault.field == field) {
        faults.push(FieldError::new(field, format!("is missing; {remedy}")));
    }
}

/// Internal numbers to remove, from any file that they could be added from, or from their list.
static REMOVALS: Shape = Shape {
    keys: &["number", "id"],
    ignored: &[NUMBERS.keys, &["vendor_fields"]],
    needed: &[&["number", "id"]],
    bare: Some("number"),
    ..NUMBERS
};

/// A number to remove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberSelector {
    /// By the vendor's id; the number, if it is known, is for people.
    Id(String, Option<E164>),
    /// By the number.
    Number(E164),
}

impl NumberSelector {
    /// The number, if it is known.
    pub fn number(&self) -> Option<&E164> {
        match self {
            Self::Number(number) => Some(number),
            Self::Id(_, number) => number.as_ref(),
        }
    }
}

/// Internal numbers to remove.
#[derive(Debug, Clone, Copy)]
pub struct Removals;

impl Items for Removals {
    type Item = NumberSelector;

    fn shape(&self) -> &'static Shape {
        &REMOVALS
    }

    fn read(&self, row: &Row, verdict: &mut Verdict) -> Option<NumberSelector> {
        let faults = &mut verdict.errors;
        let given = text(row, "number", faults);
        let number: Option<E164> = FieldError::parse(faults, "number", given.as_deref());
        let id = word(row, "id", faults);
        if id.as_ref().is_some_and(|id| id.trim().is_empty()) {
            faults.push(FieldError::new("id", "is empty; give it as the list shows it"));
        }
        match (id, number) {
            (Some(id), number) => Some(NumberSelector::Id(id, number)),
            (None, Some(number)) => Some(NumberSelector::Number(number)),
            (None, None) => {
                if faults.is_empty() {
                    faults.push(FieldError::new("number", "is missing; give it, or the `id`"));
                }
                None
            }
        }
    }

    fn identity(&self, item: &NumberSelector) -> Identity {
        match (item, item.number()) {
            (_, Some(number)) => Identity::of(number),
            (NumberSelector::Id(id, _), None) => Identity::Text("id", id.as_str().into()),
            (NumberSelector::Number(number), None) => Identity::of(number),
        }
    }
}
