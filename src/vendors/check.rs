//! Checks a trunk against the field tables of a vendor. Written once for all vendors.

use serde_json::Value;

use super::{Facts, Verdict};
use crate::model::error::FieldError;
use crate::model::fields::{Field, Form};
use crate::model::secret::is_secret_key;
use crate::model::support::{Need, Shape};
use crate::model::text;
use crate::model::trunk::Trunk;

/// Which of the two needs of a field counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// On create.
    Create,
    /// On update.
    Update,
}

/// Fields that choose the shape, which the vendor's rules check, and the raw fields.
const STEERING: &[Field] = &[Field::Kind, Field::Direction, Field::VendorFields];

/// Checks the given fields against the shape's table: refused, missing, outside the value set, too long.
pub fn fields(facts: &Facts, shape: &Shape, when: When, trunk: &Trunk, verdict: &mut Verdict) {
    let vendor = facts.title;
    let mut complain = |field: Field, message: String| {
        verdict.errors.push(FieldError::new(field.name(), message));
    };
    for &field in Field::ALL.iter().filter(|field| !STEERING.contains(field)) {
        let fact = shape.fact(field);
        let need = fact.map(|fact| if when == When::Create { fact.create } else { fact.update });
        let raw = fact.is_some_and(|fact| trunk.vendor_fields.contains_key(fact.wire));
        match need {
            None if trunk.has(field) => {
                complain(field, format!("{vendor} has no such field on {} trunks; leave it out", shape.name))
            }
            Some(Need::Refused(why)) if trunk.has(field) => complain(field, why.to_owned()),
            Some(Need::Required) if !trunk.has(field) && !raw => complain(
                field,
                format!("{vendor} requires it for {} trunk; give {}", article(shape.name), field.ways()),
            ),
            _ => {}
        }
        if let Some(fact) = fact.filter(|_| trunk.has(field)) {
            for value in texts(trunk, field) {
                // What is empty is complained about as such.
                if !value.is_empty() && !fact.values.is_empty() && !fact.values.contains(&value.as_str()) {
                    complain(field, not_in_set(&value, fact.values, vendor, shape.name));
                }
                if let Some(limit) = fact.limit.filter(|limit| value.chars().count() > *limit) {
                    let count = value.chars().count();
                    complain(field, format!("is {count} characters long; {vendor} takes at most {limit}"));
                }
            }
        }
    }
    raw_fields(facts, shape, trunk, verdict);
}

/// The same, also if the shape is not known: then only mistakes under every shape count.
pub fn fields_of(facts: &Facts, shape: Option<&Shape>, when: When, trunk: &Trunk, verdict: &mut Verdict) {
    if let Some(shape) = shape {
        return fields(facts, shape, when, trunk, verdict);
    }
    let mut found = facts.shapes.iter().map(|shape| {
        let mut verdict = Verdict::default();
        fields(facts, shape, when, trunk, &mut verdict);
        verdict
    });
    let (Some(mut common), Some(first)) = (found.next(), facts.shapes.first()) else { return };
    for other in found {
        common.errors.retain(|one| other.errors.iter().any(|two| two.field == one.field));
        common.warnings.retain(|one| other.warnings.contains(one));
    }
    // The shape is not known, so none is named.
    let (one, all) = (format!(" for {} trunk", article(first.name)), format!(" on {} trunks", first.name));
    for error in &mut common.errors {
        error.message = error.message.replace(&one, "").replace(&all, "");
    }
    if when == When::Create {
        let known: Vec<&str> = common.errors.iter().map(|error| error.field.as_str()).collect();
        let further: Vec<String> =
            facts.shapes.iter().filter_map(|shape| further(shape, trunk, &known)).collect();
        if !further.is_empty() {
            common
                .errors
                .push(FieldError::new("", format!("further fields are required: {}", further.join("; "))));
        }
    }
    verdict.errors.extend(common.errors);
    verdict.warnings.extend(common.warnings);
}

/// The fields that a shape requires besides the known ones, so that all that is missing is named at once.
fn further(shape: &Shape, trunk: &Trunk, known: &[&str]) -> Option<String> {
    let is_missing = |field: &&Field| {
        let fact = shape.fact(**field).filter(|fact| matches!(fact.create, Need::Required));
        fact.is_some_and(|fact| !trunk.has(**field) && !trunk.vendor_fields.contains_key(fact.wire))
    };
    let missing = Field::ALL.iter().filter(|field| !STEERING.contains(field)).filter(is_missing);
    let names: Vec<&str> = missing.map(|field| field.name()).filter(|name| !known.contains(name)).collect();
    (!names.is_empty()).then(|| format!("{} for {} trunk", names.join(", "), article(shape.name)))
}

/// Raw fields may set neither the identity of the object nor a secret. If the model has a name for one, that
/// is a warning.
fn raw_fields(facts: &Facts, shape: &Shape, trunk: &Trunk, verdict: &mut Verdict) {
    for key in trunk.vendor_fields.keys() {
        if let Some((_, why)) = facts.reserved.iter().find(|(reserved, _)| reserved == key) {
            verdict.errors.push(FieldError::new(format!("vendor_fields.{key}"), (*why).to_owned()));
        } else if is_secret_key(key) {
            let why = "looks like a secret, which is not allowed in a raw field; give a password with --password-from";
            verdict.errors.push(FieldError::new(format!("vendor_fields.{key}"), why));
        } else if let Some(fact) = shape.fields.iter().find(|fact| fact.wire == key) {
            verdict.warnings.push(format!(
                "vendor field `{key}` goes to {} as it is and unchecked; the model's name for it is `{}`",
                facts.title,
                fact.field.name()
            ));
        }
    }
}

fn not_in_set(value: &str, set: &[&str], vendor: &str, shape: &str) -> String {
    let value = text::excerpt(value, 40);
    let list = set.join(", ");
    match text::nearest(&value, set.iter().copied()) {
        Some(near) if near != value => {
            format!("`{value}` is not known; did you mean `{near}`? {vendor} takes {list}")
        }
        _ => format!("`{value}` is not accepted for {} trunk; {vendor} takes {list}", article(shape)),
    }
}

fn article(shape: &str) -> String {
    let vowel = shape.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {shape}", if vowel { "an" } else { "a" })
}

/// The texts of a field that a vendor's value sets and lengths are about: of a list, of each of its entries.
fn texts(trunk: &Trunk, field: Field) -> Vec<String> {
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Object(mut map) => map.remove("number").and_then(|number| number.as_str().map(str::to_owned)),
        _ => None,
    };
    match (field.row().form, trunk.value(field)) {
        (Form::Secret | Form::Raw | Form::Proxy, _) => Vec::new(),
        (_, Value::Array(list)) => list.into_iter().filter_map(text).collect(),
        (_, value) => text(value).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_key_of_a_vendor_is_treated_as_a_secret() {
        for vendor in crate::vendors::ALL {
            for fact in vendor.facts().shapes.iter().flat_map(|shape| shape.fields) {
                assert_eq!(is_secret_key(fact.wire), fact.field == Field::Password && !fact.wire.is_empty());
            }
        }
    }
}
