//! Reads back what was written, and compares: a vendor may answer success and do something else.

use super::diff::value;
use crate::engine::session::Session;
use crate::model::change::FieldChange;
use crate::model::diff;
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::fields::Field;
use crate::model::trunk::{ActualTrunk, Trunk};
use crate::ops::steps::steers;
use crate::ops::trunks::Target;
use crate::state::digests::Note;

/// Reads a trunk back of which some fields were sent. Answers what is to be remembered of it.
///
/// # Errors
/// Where it is not as it is wanted, or cannot be read.
pub async fn trunk(session: &Session, id: &str, sent: &Trunk, wanted: &Trunk) -> Result<Note> {
    let actual = Target::Id(id.to_owned()).find(session).await?;
    let (note, differing) = compared(session, &actual, sent, wanted);
    if differing.is_empty() { Ok(note) } else { Err(otherwise(&differing)) }
}

/// What is to be remembered of a trunk, and what is not as it is wanted.
fn compared(
    session: &Session,
    actual: &ActualTrunk,
    sent: &Trunk,
    wanted: &Trunk,
) -> (Note, Vec<FieldChange>) {
    let (mut note, mut differing) = (Note::default(), Vec::new());
    let facts = session.vendor().facts();
    let changes = diff::trunk(&actual.trunk, wanted);
    for field in wanted.given() {
        let change = changes.iter().find(|change| change.field == field.name());
        // They say which trunk is meant.
        if matches!(field, Field::Account | Field::MasterTrunk) || steers(field, facts) {
            continue;
        }
        match change {
            None => note.told.push(field.name().to_owned()),
            // What was not sent now is what it was, as far as anybody knows.
            Some(_) if diff::untold(field, &actual.trunk, wanted) && !sent.has(field) => {}
            Some(_) if diff::untold(field, &actual.trunk, wanted) => {
                note.untold.push((field.name().to_owned(), value(field, wanted)));
            }
            Some(change) => differing.push(change.clone()),
        }
    }
    (note, differing)
}

/// The error of a write that was answered with success, and did something else.
pub fn otherwise(differing: &[FieldChange]) -> Error {
    let list: Vec<String> = differing
        .iter()
        .map(|change| format!("{} is {} and should be {}", change.field, change.before, change.after))
        .collect();
    let text =
        format!("the vendor answered success, but what it holds is something else: {}", list.join(", "));
    let mut error = Error::new(Kind::Rejected, text)
        .hint("look at the object at the vendor; the next plan shows what is left to do");
    error.outcome = Some(Applied::Unknown);
    error
}

/// The error of an object that was answered with success, and is not there.
pub fn missing(name: &str) -> Error {
    let mut error =
        Error::new(Kind::Rejected, format!("the vendor answered success, but {name} is not in its list"))
            .hint("look at the vendor's own pages; the next plan shows what is left to do");
    error.outcome = Some(Applied::Unknown);
    error
}

/// The error of an object whose deletion was answered with success, and that is there.
pub fn still_there(name: &str) -> Error {
    let text = format!("the vendor answered success, but {name} is still there");
    let mut error = Error::new(Kind::Rejected, text)
        .hint("look at the vendor's own pages; the next plan shows what is left to do");
    error.outcome = Some(Applied::Unknown);
    error
}

/// What is said of an object that was written and could not be read back.
pub fn unread(error: &Error) -> String {
    format!("it was written, and could not be read back: {}", error.message)
}
