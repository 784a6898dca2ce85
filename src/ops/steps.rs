//! Steps that many commands begin with.

use crate::engine::session::Session;
use crate::model::change::{Change, FieldChange, Outcome};
use crate::model::diff;
use crate::model::error::{Error, FieldError, Result};
use crate::model::fields::Field;
use crate::model::profile::Profile;
use crate::model::support::{FieldFact, Operation, Support};
use crate::model::trunk::{ActualTrunk, Trunk};
use crate::vendors::{Facts, Verdict};

/// Refuses an operation that the vendor lacks, before anything else.
pub fn require(session: &Session, operation: Operation) -> Result<()> {
    match session.vendor().facts().support(operation) {
        Support::Native | Support::Emulated(_) => Ok(()),
        Support::Unsupported { .. } | Support::Unknown(_) => Err(session.vendor().facts().refuse(operation)),
    }
}

/// Prints the warnings, and refuses if there are mistakes.
pub fn refuse_mistakes(
    session: &Session,
    what: &str,
    mut errors: Vec<FieldError>,
    verdict: Verdict,
) -> Result<()> {
    errors.extend(verdict.errors);
    if !errors.is_empty() {
        let mut error = Error::fields(what, errors);
        error.vendor = Some(session.vendor().facts().name);
        return Err(error.hint(format!(
            "nothing was sent; `trunkctl vendors` shows what {} takes",
            session.vendor().facts().title
        )));
    }
    for warning in verdict.warnings {
        session.diagnostics().warn(&warning);
    }
    Ok(())
}

/// A change without its object.
pub fn begin(session: &Session, operation: Operation, outcome: Outcome, kind: &'static str) -> Change {
    Change::new(operation, outcome, &session.profile().name, session.vendor().facts().name, kind)
}

/// Whether the field only says which trunk is meant, and changes nothing by itself.
pub fn only_identifies(field: Field, facts: &Facts) -> bool {
    match field {
        Field::Direction | Field::Account => true,
        // Where registering is a switch of the trunk, the kind can be changed; elsewhere it is the trunk's nature.
        Field::Kind => !facts.any_shape(field, FieldFact::is_updated),
        _ => false,
    }
}

/// The fields of `set` in which a trunk differs, but for those that only say which trunk is meant.
pub fn differences(actual: &ActualTrunk, set: &Trunk, facts: &Facts) -> Vec<FieldChange> {
    let mut changes = diff::trunk(&actual.trunk, set);
    changes.retain(|change| {
        Field::ALL.iter().all(|field| field.name() != change.field || !only_identifies(*field, facts))
    });
    changes
}

/// The profile, with another account if one is given.
pub fn on_account(session: &Session, account: Option<&str>) -> Profile {
    let mut profile = session.profile().clone();
    if let Some(account) = account {
        profile.settings.insert("account".into(), account.to_owned());
    }
    profile
}

/// The account to act on: the one given, else the profile's.
pub fn account(session: &Session, given: Option<&str>) -> Result<String> {
    let facts = session.vendor().facts();
    match given {
        Some(account) if facts.has_accounts() => Ok(account.to_owned()),
        Some(_) => {
            let text = format!("{} has no accounts to choose from; leave it out", facts.title);
            Err(Error::fields("the command", vec![FieldError::new("account", text)]))
        }
        None => Ok(session.profile().get("account").to_owned()),
    }
}
