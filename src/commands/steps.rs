//! Steps that many commands begin with.

use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, FieldError, Result};
use crate::model::support::{Operation, Support};
use crate::vendors::Verdict;

/// Refuses what the vendor cannot do, before anything else is looked at.
pub fn require(session: &Session, operation: Operation) -> Result<()> {
    match session.vendor().facts().support(operation) {
        Support::Native | Support::Emulated(_) => Ok(()),
        Support::Unsupported { .. } | Support::Unknown(_) => Err(session.vendor().facts().refuse(operation)),
    }
}

/// Passes the warnings on, and refuses where there is anything to refuse.
pub fn judge(session: &Session, what: &str, mut errors: Vec<FieldError>, verdict: Verdict) -> Result<()> {
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
        session.notices().warn(&warning);
    }
    Ok(())
}

/// A change of which only the beginning is known.
pub fn begin(session: &Session, operation: Operation, outcome: Outcome, kind: &'static str) -> Change {
    Change {
        operation,
        outcome,
        profile: session.profile().name.clone(),
        vendor: session.vendor().facts().name,
        account: None,
        kind,
        id: None,
        name: None,
        diff: Vec::new(),
        error: None,
    }
}

/// The account to act on: the one given, else the profile's.
///
/// # Errors
/// Where the vendor has no accounts to choose from.
pub fn account(session: &Session, given: Option<&str>) -> Result<String> {
    let facts = session.vendor().facts();
    let known = facts.profile_keys.iter().any(|key| key.name == "account");
    match given {
        Some(account) if known => Ok(account.to_owned()),
        Some(_) => {
            let text = format!("{} has no accounts to choose from; leave it out", facts.title);
            Err(Error::fields("the command", vec![FieldError::new("account", text)]))
        }
        None => Ok(session.profile().get("account").to_owned()),
    }
}
