//! One trunk: what is wanted of it, and what there is.

use super::{Ready, Scene, refusal, remembered, unseen};
use crate::model::change::FieldChange;
use crate::model::error::{Error, FieldError};
use crate::model::fields::Field;
use crate::model::plan::{Action, Step};
use crate::model::support::{Need, Operation};
use crate::model::trunk::{ActualTrunk, Trunk, TrunkChange};
use crate::model::{check, diff};
use crate::ops::steps::steers;
use crate::reconcile::actual::identity;
use crate::reconcile::desired::{Key, Kind};
use crate::reconcile::planned::{Task, Update, Write};
use crate::state::digests::Memory;
use crate::vendors::Facts;

/// What is to be done; none where the trunk is as it is wanted.
pub fn compare(scene: &Scene<'_>, ready: &Ready, wanted: &Trunk, notes: &mut Vec<String>) -> Option<Task> {
    let goal = &ready.goal;
    let actual = match scene.existing.trunk(&goal.account, wanted) {
        Ok(Some(actual)) => actual,
        Ok(None) => return Some(create(scene, ready, wanted)),
        Err(error) => return Some(scene.impossible(goal, None, error)),
    };
    let mut step = Step { id: Some(actual.id.clone()), ..scene.step(goal, Action::Update) };
    step.operation = Operation::TrunkUpdate;
    let mut wrong = Vec::new();
    for change in diff::trunk(&actual.trunk, wanted) {
        match differs(scene, &goal.key(), actual, wanted, &change) {
            Differs::No => {}
            Differs::Yes(note) => {
                step.diff.push(change);
                step.notes.extend(note);
            }
            Differs::Fixed(why) => {
                wrong.push(FieldError::new(&change.field, why));
                step.diff.push(change);
            }
            Differs::Untried => {
                let why = ready.no_password.as_ref().map(|error| error.message.clone()).unwrap_or_default();
                notes.push(format!("{}: the password was not compared: {why}", goal.key().shown()));
            }
        }
    }
    if scene.rotate && actual.trunk.password.is_none() && wanted.password.as_ref().is_some_and(is_known) {
        rotate(&mut step, wanted);
    }
    if step.diff.is_empty() {
        return None;
    }
    let impossible = |step: Step, error: Error| {
        let mut task = scene.impossible(goal, step.id, error);
        (task.step.diff, task.step.notes, task.step.operation) = (step.diff, step.notes, step.operation);
        Some(task)
    };
    if !scene.vendor.facts().support(Operation::TrunkUpdate).is_there() {
        return impossible(step, scene.vendor.facts().refuse(Operation::TrunkUpdate));
    }
    if wrong.is_empty() {
        match change(scene, actual, wanted, &step.diff) {
            Ok((set, warnings)) => {
                step.notes.extend(warnings);
                step.diff.extend(diff::emptied(&actual.trunk, scene.vendor.emptied(&set, actual)));
                let update = Update { actual: actual.clone(), set, wanted: wanted.clone() };
                let write = Write::UpdateTrunk(Box::new(update));
                return Some(Task { key: goal.key(), step, write });
            }
            Err(error) => return impossible(step, error),
        }
    }
    let hint = "delete the trunk first, or ask for what is there";
    impossible(
        step,
        refusal(format!("{} cannot become so: {}", goal.key().shown(), Error::list(&wrong))).hint(hint),
    )
}

/// Why a trunk is not made anew that was applied from here and goes by a name that nobody wants now.
pub fn renamed(scene: &Scene<'_>, key: &Key, wanted: &[Ready]) -> Option<Error> {
    let id = scene.memory?.id_of(&key.text())?;
    let rows = scene.existing.trunks.get(&key.account).filter(|_| key.kind == Kind::Trunk)?;
    let row = rows.iter().find(|row| row.id == id && identity(row) != key.name)?;
    let name = identity(row);
    let is_wanted = |ready: &Ready| ready.goal.account == key.account && ready.goal.key().name == name;
    if wanted.iter().any(is_wanted) {
        return None;
    }
    let text = format!("{}, applied from here with the id {id}, is called `{name}` now", key.shown());
    Some(refusal(text).hint("rename it back at the vendor, or call it so in the manifest"))
}

/// Whether a field that looks different is.
enum Differs {
    No,
    /// It does, with what else is to be known.
    Yes(Option<String>),
    /// It does, and this is why it stays so.
    Fixed(String),
    /// Nobody knows the value that is wanted.
    Untried,
}

fn differs(
    scene: &Scene<'_>,
    key: &Key,
    actual: &ActualTrunk,
    wanted: &Trunk,
    change: &FieldChange,
) -> Differs {
    let facts = scene.vendor.facts();
    let Some(field) = Field::ALL.iter().copied().find(|field| field.name() == change.field) else {
        return Differs::No;
    };
    let untold = diff::untold(field, &actual.trunk, wanted);
    match field {
        // They say which trunk is meant.
        Field::Account | Field::MasterTrunk => Differs::No,
        Field::Password if !wanted.password.as_ref().is_some_and(is_known) => Differs::Untried,
        _ if steers(field, facts) => match untold {
            true => Differs::No,
            false => Differs::Fixed(fixed(facts, field, actual)),
        },
        _ if untold => match scene.remembers(key, Some(&actual.id), field.name(), &value(field, wanted)) {
            Memory::Same => Differs::No,
            memory => Differs::Yes(Some(unseen(field.name(), memory))),
        },
        _ => Differs::Yes(None),
    }
}

/// The value of a field, as it is remembered.
pub fn value(field: Field, trunk: &Trunk) -> String {
    match field {
        Field::Password => {
            trunk.password.as_ref().and_then(|secret| secret.expose()).unwrap_or_default().to_owned()
        }
        _ => remembered(&trunk.only(&[field])),
    }
}

fn is_known(secret: &crate::model::secret::Secret) -> bool {
    secret.expose().is_some()
}

/// Why what the vendor's abilities call fixed stays as it is.
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
fn rotate(step: &mut Step, wanted: &Trunk) {
    if step.diff.iter().any(|change| change.field == Field::Password.name()) {
        return;
    }
    step.diff.extend(diff::trunk(&Trunk::default(), &wanted.only(&[Field::Password])));
    step.notes.push("the password cannot be read; it is sent again, as --rotate-secrets asks".into());
}

/// The fields to set, and warnings about them.
fn change(
    scene: &Scene<'_>,
    actual: &ActualTrunk,
    wanted: &Trunk,
    changes: &[FieldChange],
) -> Result<(Trunk, Vec<String>), Error> {
    let named = |field: &&Field| changes.iter().any(|change| change.field == field.name());
    let mut fields: Vec<Field> = Field::ALL.iter().copied().filter(|field| named(&field)).collect();
    let set = wanted.only(&fields);
    match judged(scene, actual, set) {
        Ok(judged) => Ok(judged),
        // Where a request replaces the whole trunk, what the vendor does not tell has to go along.
        Err(error) => {
            let before = fields.len();
            let untold = wanted.given().filter(|field| !actual.trunk.has(*field) && *field != Field::Account);
            let more: Vec<Field> = untold.filter(|field| !fields.contains(field)).collect();
            fields.extend(more);
            if fields.len() == before { Err(error) } else { judged(scene, actual, wanted.only(&fields)) }
        }
    }
}

fn judged(scene: &Scene<'_>, actual: &ActualTrunk, set: Trunk) -> Result<(Trunk, Vec<String>), Error> {
    let change = TrunkChange { set, ..TrunkChange::default() };
    let mut errors = check::change(&change);
    let verdict = scene.vendor.check_update(&change, Some(actual));
    errors.extend(verdict.errors);
    if !errors.is_empty() {
        let name = actual.trunk.name.as_deref().unwrap_or(&actual.id);
        return Err(refusal(format!("trunk `{name}` cannot become so: {}", Error::list(&errors))));
    }
    scene.vendor.update_trunk(scene.profile, &actual.id, &change.set, Some(actual))?;
    Ok((change.set, verdict.warnings))
}

fn create(scene: &Scene<'_>, ready: &Ready, wanted: &Trunk) -> Task {
    let goal = &ready.goal;
    let mut errors = check::trunk(wanted);
    let verdict = scene.vendor.check_create(wanted);
    errors.extend(verdict.errors);
    if !errors.is_empty() {
        let text =
            format!("{} is not there, and cannot be made: {}", goal.key().shown(), Error::list(&errors));
        return scene.impossible(goal, None, refusal(text).hint("give what it lacks"));
    }
    // A password that nobody could look up is still a password.
    if let Err(error) = scene.vendor.create_trunk(scene.profile, wanted) {
        return scene.impossible(goal, None, error);
    }
    let mut step = Step { diff: diff::all(wanted), ..scene.step(goal, Action::Create) };
    step.notes = verdict.warnings;
    step.notes.extend(ready.no_password.as_ref().map(|error| error.message.clone()));
    Task { key: goal.key(), step, write: Write::CreateTrunk(Box::new(wanted.clone())) }
}
