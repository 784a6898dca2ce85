//! Converts a trunk to one that a vendor can create, and reports the fate of each field. Pure: the vendor's
//! own check decides what is accepted.

mod kind_mapping;

use serde_json::{Map, Value};

use crate::model::check;
use crate::model::error::FieldError;
use crate::model::fields::Field;
use crate::model::trunk::Trunk;
use crate::vendors::Vendor;

use kind_mapping::Mapped;

use super::normalize::to_fill_in;

/// What became of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is as it was.
    Kept,
    /// It is nearly as it was; says how.
    Approximated(String),
    /// It is gone; says why.
    Dropped(String),
    /// The vendor requires it, and it is not known; with the reason.
    NeedsInput(String),
}

/// A field and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    pub field: Field,
    /// What became of it.
    pub fate: Fate,
}

/// A trunk that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The trunk. Nothing that it gives is refused; something may be missing.
    pub trunk: Trunk,
    /// One for each field that was given, and one for each that is given or missing now, in the model's order.
    pub losses: Vec<Loss>,
}

/// Fields with the same meaning under other names: if the first is required, the second may replace it.
const STAND_INS: &[(Field, Field)] = &[
    (Field::Host, Field::AllowedIp),
    (Field::AllowedIp, Field::Host),
    // A vendor with one name for both returns only one.
    (Field::AuthName, Field::Username),
    (Field::Username, Field::AuthName),
    (Field::Name, Field::MasterTrunk),
];

/// The trunk for its own vendor: unchanged, without the fields that a create refuses.
pub fn own(source: &Trunk, vendor: &dyn Vendor) -> Result<Fitted, String> {
    let mapped = kind_mapping::own(source, vendor.facts())?;
    let fit = Fit::new(source, mapped, vendor, false).settled();
    let named = fit.trunk.has(Field::Name) || fit.trunk.has(Field::MasterTrunk);
    let lost = |loss: &&Loss| match loss.field {
        Field::Kind | Field::Direction | Field::Account => !fit.trunk.has(loss.field),
        Field::Name => !named,
        _ => false,
    };
    let refusal = fit.losses.iter().find(lost).and_then(|loss| match &loss.fate {
        Fate::Dropped(why) | Fate::NeedsInput(why) => Some(format!("{}: {why}", loss.field.name())),
        _ => None,
    });
    refusal.map_or(Ok(fit), Err)
}

/// The trunk as another vendor takes it.
pub fn other(source: &Trunk, vendor: &dyn Vendor) -> Fitted {
    Fit::new(source, kind_mapping::other(source, vendor), vendor, true).settled()
}

/// A trunk on its way.
struct Fit<'t> {
    source: &'t Trunk,
    vendor: &'t dyn Vendor,
    /// Whether an approximation may replace an impossible value.
    nearly: bool,
    trunk: Trunk,
    losses: Vec<Loss>,
}

impl<'t> Fit<'t> {
    fn new(source: &'t Trunk, mapped: Mapped, vendor: &'t dyn Vendor, nearly: bool) -> Self {
        Self { source, vendor, nearly, trunk: mapped.trunk, losses: mapped.losses }
    }

    /// Works the complaints off, one field at a time.
    fn settled(mut self) -> Fitted {
        self.trunk.clear(Field::VendorFields);
        if self.source.has(Field::VendorFields) {
            let keys: Vec<&str> = self.source.vendor_fields.keys().map(String::as_str).collect();
            let why =
                format!("raw keys, which cannot be distinguished from read-only ones: {}", keys.join(", "));
            self.note(Field::VendorFields, Fate::Dropped(why));
        }
        while let Some((field, complaint)) = self.next() {
            if self.trunk.has(field) {
                self.give_up(field, &complaint)
            } else {
                self.fill_in(field, complaint.message)
            }
        }
        self.tell_stand_ins();
        for field in self.source.given() {
            if !self.losses.iter().any(|loss| loss.field == field) {
                self.note(field, Fate::Kept);
            }
        }
        self.losses.sort_by_key(|loss| Field::ALL.iter().position(|field| *field == loss.field));
        Fitted { trunk: self.trunk, losses: self.losses }
    }

    /// A complaint that is not worked off yet: about a field that is given, or about one that is missing.
    fn next(&self) -> Option<(Field, FieldError)> {
        let errors = complaints(&self.trunk, self.vendor).into_iter();
        let mut open = errors.filter_map(|error| Some((Field::of(&error.field)?, error)));
        open.find(|(field, _)| {
            let missing = |loss: &Loss| loss.field == *field && matches!(loss.fate, Fate::NeedsInput(_));
            self.trunk.has(*field) || !self.losses.iter().any(missing)
        })
    }

    fn note(&mut self, field: Field, fate: Fate) {
        match self.losses.iter_mut().find(|loss| loss.field == field) {
            Some(loss) => loss.fate = fate,
            None => self.losses.push(Loss { field, fate }),
        }
    }

    /// Removes a refused field, or the refused part of it.
    fn give_up(&mut self, field: Field, complaint: &FieldError) {
        let without = if self.nearly { self.narrowed(field, complaint) } else { None };
        match without {
            Some(without) => {
                self.note(field, Fate::Approximated(format!("without {without}: {}", complaint.message)));
            }
            None => {
                self.trunk.clear(field);
                self.note(field, Fate::Dropped(complaint.message.clone()));
            }
        }
    }

    /// Keeps the accepted part of a field, and returns the rest; none if nothing is accepted.
    fn narrowed(&mut self, field: Field, complaint: &FieldError) -> Option<String> {
        match field {
            Field::CallerId if complaint.field.ends_with(".name") => {
                let caller = self.trunk.caller_id.as_mut().filter(|caller| caller.number.is_some())?;
                caller.name.take().map(|_| "the name".to_owned())
            }
            Field::Codecs => {
                let all = self.trunk.codecs.clone()?;
                let taken = |codec: &String| {
                    let alone = Trunk { codecs: Some(vec![codec.clone()]), ..self.trunk.clone() };
                    !complaints(&alone, self.vendor)
                        .iter()
                        .any(|error| Field::of(&error.field) == Some(field))
                };
                let (kept, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(taken);
                if kept.is_empty() || refused.is_empty() {
                    return None;
                }
                self.trunk.codecs = Some(kept);
                Some(refused.join(", "))
            }
            _ => None,
        }
    }

    /// Finds a required value, or notes that it is not known.
    fn fill_in(&mut self, field: Field, why: String) {
        let refused = self.losses.iter().find(|loss| loss.field == field);
        if let Some(Loss { fate: Fate::Dropped(first), .. }) = refused {
            let first = first.clone();
            return self.note(field, Fate::NeedsInput(first));
        }
        if field == Field::Password {
            self.trunk.password = Some(to_fill_in());
        }
        let from = self.stand_in(field).filter(|_| self.nearly);
        match from.and_then(|from| self.source.text(from)) {
            Some(text) => {
                self.trunk.set_text(field, text);
                self.note(field, Fate::Approximated(why));
            }
            None => self.note(field, Fate::NeedsInput(why)),
        }
    }

    fn stand_in(&self, field: Field) -> Option<Field> {
        let mut pairs = STAND_INS.iter().filter(|(to, _)| *to == field).map(|(_, from)| *from);
        pairs.find(|from| self.source.text(*from).is_some())
    }

    /// Notes the source of a replaced field; a field that continues under another name is not dropped.
    fn tell_stand_ins(&mut self) {
        for (to, from) in STAND_INS {
            let given = self.source.has(*to) || self.stand_in(*to) != Some(*from) || !self.trunk.has(*to);
            if given {
                continue;
            }
            let gone = self.losses.iter_mut().find(|loss| loss.field == *from);
            match gone.map(|loss| &mut loss.fate) {
                Some(fate @ Fate::Dropped(_)) => {
                    *fate = Fate::Approximated(format!("is the new `{}`", to.name()));
                    self.losses.retain(|loss| loss.field != *to);
                }
                _ => {
                    let how = format!("is the `{}`, because none was returned", from.name());
                    self.note(*to, Fate::Approximated(how));
                }
            }
        }
    }
}

/// All mistakes in a trunk to be created, and values that a manifest cannot express.
fn complaints(trunk: &Trunk, vendor: &dyn Vendor) -> Vec<FieldError> {
    let mut errors = vendor.check_create(trunk).errors;
    errors.extend(check::trunk(trunk));
    errors.extend(unwritable(trunk));
    errors
}

/// Fields with words of the vendor, which a manifest would not read back.
fn unwritable(trunk: &Trunk) -> Vec<FieldError> {
    let Ok(Value::Object(all)) = serde_json::to_value(trunk) else { return Vec::new() };
    let is_written = |(key, value): &(&String, &Value)| {
        let one = Map::from_iter([((*key).clone(), (*value).clone())]);
        let read = serde_json::from_value::<Trunk>(Value::Object(one)).ok();
        let back = read.and_then(|trunk| serde_json::to_value(trunk).ok());
        back.as_ref().and_then(|back| back.get(key.as_str())) == Some(value)
    };
    let unwritten = all.iter().filter(|pair| !is_written(pair));
    unwritten
        .map(|(key, _)| {
            FieldError::new(key, "has a value of the vendor that cannot be written in a manifest")
        })
        .collect()
}

#[cfg(test)]
mod tests;
