//! One desired trunk, and the actual one.

use super::{Inputs, Resolved, refusal, unseen};
use crate::model::change::FieldChange;
use crate::model::error::{Error, FieldError};
use crate::model::fields::Field;
use crate::model::plan::{Action, Key, PlannedChange, TrunkUpdate, Write};
use crate::model::secret::Secret;
use crate::model::support::{Need, Operation};
use crate::model::trunk::{ActualTrunk, Trunk, TrunkChange};
use crate::model::{check, diff};
use crate::ops::steps::only_identifies;
use crate::reconcile::remembered::value;
use crate::state::digests::Known;
use crate::vendors::Facts;

/// The change of a trunk; none if it is as desired.
pub fn compare(
    inputs: &Inputs<'_>,
    object: &Resolved,
    wanted: &Trunk,
    notes: &mut Vec<String>,
) -> Option<PlannedChange> {
    let desired = &object.desired;
    let refused = |error| Some(inputs.impossible(inputs.desired(desired, Action::Create), error));
    let find = |name: &str| inputs.actual.trunk(&desired.account, name);
    let found = match (find(wanted.identity()), desired.options.previous_name.as_deref().map(find)) {
        (Err(error), _) | (_, Some(Err(error))) => return refused(error),
        (Ok(Some(_)), Some(Ok(Some(before)))) => {
            let text = format!(
                "both {} and its `previous_name` `{}` exist",
                desired.key().shown(),
                before.identity()
            );
            let hint = "delete one of them, or remove `previous_name` from the entry";
            return refused(refusal(text).hint(hint));
        }
        (Ok(Some(actual)), _) | (Ok(None), Some(Ok(Some(actual)))) => Some(actual),
        (Ok(None), _) => None,
    };
    let Some(actual) = found else { return Some(create(inputs, object, wanted)) };
    let fields: Vec<Field> = wanted.given().filter(|field| !desired.options.ignore.contains(field)).collect();
    let wanted = &wanted.only(&fields);
    let mut step = PlannedChange { id: Some(actual.id.clone()), ..inputs.desired(desired, Action::Update) };
    step.operation = Operation::TrunkUpdate;
    let mut wrong = Vec::new();
    for change in diff::trunk(&actual.trunk, wanted) {
        match differs(inputs, &desired.key(), actual, wanted, &change) {
            Differs::No => {}
            Differs::Yes(note) => {
                step.diff.push(change);
                step.notes.extend(note);
            }
            Differs::Fixed(why) => {
                wrong.push(FieldError::new(&change.field, why));
                step.diff.push(change);
            }
            Differs::Unknown => {
                let why = object.no_password.as_ref().map(|error| error.message.clone()).unwrap_or_default();
                notes.push(format!("{}: the password was not compared: {why}", desired.key().shown()));
            }
        }
    }
    if inputs.rotate && actual.trunk.password.is_none() && wanted.password.as_ref().is_some_and(is_known) {
        rotate(&mut step, wanted);
    }
    if step.diff.is_empty() {
        return None;
    }
    if !inputs.vendor.facts().support(Operation::TrunkUpdate).is_there() {
        return Some(inputs.impossible(step, inputs.vendor.facts().refuse(Operation::TrunkUpdate)));
    }
    if !wrong.is_empty() {
        let text = format!("{} cannot be changed so: {}", desired.key().shown(), Error::list(&wrong));
        let hint = "delete the trunk first, or describe the existing one";
        return Some(inputs.impossible(step, refusal(text).hint(hint)));
    }
    match change(inputs, actual, wanted, &step.diff) {
        Ok((set, warnings)) => {
            step.notes.extend(warnings);
            step.diff.extend(diff::emptied(&actual.trunk, inputs.vendor.emptied(&set, actual)));
            let update = TrunkUpdate { actual: actual.clone(), set, wanted: wanted.clone() };
            step.write = Write::UpdateTrunk(Box::new(update));
            Some(step)
        }
        Err(error) => Some(inputs.impossible(step, error)),
    }
}

/// Whether a field that looks different is.
enum Differs {
    No,
    /// It does, with what else is to be known.
    Yes(Option<String>),
    /// It does, and this is why it stays so.
    Fixed(String),
    /// The desired value is not known.
    Unknown,
}

fn differs(
    inputs: &Inputs<'_>,
    key: &Key,
    actual: &ActualTrunk,
    wanted: &Trunk,
    change: &FieldChange,
) -> Differs {
    let facts = inputs.vendor.facts();
    let Some(field) = Field::ALL.iter().copied().find(|field| field.name() == change.field) else {
        return Differs::No;
    };
    let unreported = diff::is_unreported(field, &actual.trunk, wanted);
    match field {
        // They say which trunk is meant.
        Field::Account | Field::MasterTrunk => Differs::No,
        Field::Password if !wanted.password.as_ref().is_some_and(is_known) => Differs::Unknown,
        _ if only_identifies(field, facts) => match unreported {
            true => Differs::No,
            false => Differs::Fixed(fixed(facts, field, actual)),
        },
        _ if unreported => match inputs.known(key, Some(&actual.id), field.name(), &value(field, wanted)) {
            Known::Same => Differs::No,
            known => Differs::Yes(Some(unseen(field.name(), known))),
        },
        _ => Differs::Yes(None),
    }
}

fn is_known(secret: &Secret) -> bool {
    secret.expose().is_some()
}

/// Why a fixed field cannot be changed, according to the vendor's abilities.
fn fixed(facts: &Facts, field: Field, actual: &ActualTrunk) -> String {
    let shapes = facts.shapes.iter().filter_map(|shape| shape.fact(field));
    let why = shapes.into_iter().find_map(|fact| match fact.update {
        Need::Refused(why) => Some(why),
        _ => None,
    });
    let is = diff::between(&Trunk::default(), &actual.trunk.only(&[field]));
    let is = is.first().and_then(|change| change.after.as_str()).unwrap_or_default().to_owned();
    format!("is `{is}`, and {}", why.unwrap_or("says what kind of trunk it is, which no update changes"))
}

/// A password that is sent again though nothing says that it differs.
fn rotate(step: &mut PlannedChange, wanted: &Trunk) {
    if step.diff.iter().any(|change| change.field == Field::Password.name()) {
        return;
    }
    step.diff.extend(diff::trunk(&Trunk::default(), &wanted.only(&[Field::Password])));
    step.notes.push("the password cannot be read; it is sent again, as --rotate-secrets asks".into());
}

/// The fields to set, and warnings about them.
fn change(
    inputs: &Inputs<'_>,
    actual: &ActualTrunk,
    wanted: &Trunk,
    changes: &[FieldChange],
) -> Result<(Trunk, Vec<String>), Error> {
    let named = |field: &&Field| changes.iter().any(|change| change.field == field.name());
    let mut fields: Vec<Field> = Field::ALL.iter().copied().filter(|field| named(&field)).collect();
    let set = wanted.only(&fields);
    match checked(inputs, actual, set) {
        Ok(checked) => Ok(checked),
        // If a request replaces the whole trunk, it must include the values that the vendor does not report.
        Err(error) => {
            let before = fields.len();
            let unreported =
                wanted.given().filter(|field| !actual.trunk.has(*field) && *field != Field::Account);
            let more: Vec<Field> = unreported.filter(|field| !fields.contains(field)).collect();
            fields.extend(more);
            if fields.len() == before { Err(error) } else { checked(inputs, actual, wanted.only(&fields)) }
        }
    }
}

fn checked(inputs: &Inputs<'_>, actual: &ActualTrunk, set: Trunk) -> Result<(Trunk, Vec<String>), Error> {
    let change = TrunkChange { set, ..TrunkChange::default() };
    let mut errors = check::change(&change);
    let verdict = inputs.vendor.check_update(&change, Some(actual));
    errors.extend(verdict.errors);
    if !errors.is_empty() {
        let name = actual.trunk.name.as_deref().unwrap_or(&actual.id);
        return Err(refusal(format!("trunk `{name}` cannot be changed so: {}", Error::list(&errors))));
    }
    inputs.vendor.update_trunk(inputs.profile, &actual.id, &change.set, Some(actual))?;
    Ok((change.set, verdict.warnings))
}

fn create(inputs: &Inputs<'_>, object: &Resolved, wanted: &Trunk) -> PlannedChange {
    let desired = &object.desired;
    let create = inputs.desired(desired, Action::Create);
    let mut errors = check::trunk(wanted);
    let verdict = inputs.vendor.check_create(wanted);
    errors.extend(verdict.errors);
    if !errors.is_empty() {
        let text = format!(
            "{} does not exist, and cannot be created: {}",
            desired.key().shown(),
            Error::list(&errors)
        );
        return inputs.impossible(create, refusal(text).hint("give what it lacks"));
    }
    // A password that could not be resolved is still a password.
    if let Err(error) = inputs.vendor.create_trunk(inputs.profile, wanted) {
        return inputs.impossible(create, error);
    }
    let mut notes = verdict.warnings;
    notes.extend(object.no_password.as_ref().map(|error| error.message.clone()));
    let write = Write::CreateTrunk(Box::new(wanted.clone()));
    PlannedChange { diff: diff::all(wanted), notes, write, ..create }
}
