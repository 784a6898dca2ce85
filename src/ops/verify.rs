//! The end of each write: the note of a lost answer, and the comparison with a read afterwards. A vendor may
//! answer success and do something else.

use crate::engine::session::Session;
use crate::engine::write::{Answer, Seen};
use crate::model::change::{Change, FieldChange, Outcome};
use crate::model::error::{Applied, Error, Kind, Result};
use crate::vendors::call::Call;

/// The comparison of an object with the desired one.
#[derive(Debug, Default)]
pub struct Compared {
    /// The fields that the vendor reports otherwise.
    pub differing: Vec<FieldChange>,
    /// The fields that the vendor does not report.
    pub unreported: Vec<FieldChange>,
}

impl Compared {
    /// The same, if nothing differs.
    pub fn agreed(self) -> Result<Self> {
        if self.differing.is_empty() {
            return Ok(self);
        }
        let list = self.differing.iter();
        let list = list.map(|is| format!("{} is {} and should be {}", is.field, is.before, is.after));
        let list = list.collect::<Vec<_>>().join(", ");
        let text = format!("the object differs: {list}");
        Err(rejected(&text, "the object at the vendor"))
    }
}

/// The names of fields, for a sentence.
pub fn names(changes: &[FieldChange]) -> String {
    changes.iter().map(|change| change.field.as_str()).collect::<Vec<_>>().join(", ")
}

/// Sends the write of one object, and notes in the change where only a read showed that it was done. None in a dry
/// run.
pub async fn send<T: Answer>(
    session: &Session,
    call: Call<T>,
    change: &mut Change,
    probe: impl AsyncFn() -> Result<Seen<T>>,
) -> Result<Option<T>> {
    let Some((answer, note)) = session.write(call, &[&*change], probe).await?.done() else { return Ok(None) };
    change.note = note;
    Ok(Some(answer))
}

/// The same for a deletion. With `ignore_missing`, an object that is already gone is unchanged. False in a dry run.
pub async fn send_deletion(
    session: &Session,
    call: Call<()>,
    ignore_missing: bool,
    change: &mut Change,
    probe: impl AsyncFn() -> Result<Seen<()>>,
) -> Result<bool> {
    match send(session, call, change, probe).await {
        Err(error) if error.kind == Kind::NotFound && ignore_missing => change.outcome = Outcome::Unchanged,
        sent => return sent.map(|sent| sent.is_some()),
    }
    Ok(true)
}

/// Checks that a deleted object is gone, unless a read has shown it already.
pub async fn deletion(
    session: &Session,
    change: &mut Change,
    probe: impl Future<Output = Result<Seen<()>>>,
) -> Result<()> {
    if change.outcome == Outcome::Unchanged || change.note.is_some() {
        return Ok(());
    }
    match probe.await {
        Ok(Seen::Applied(()) | Seen::Unclear(_)) => {}
        Ok(Seen::Missing) => return Err(still_there(change.name.as_deref().unwrap_or_default())),
        Err(error) => unread(session, change, &error),
    }
    Ok(())
}

/// The error of an object that was answered with success, and is not there.
pub fn missing(name: &str) -> Error {
    rejected(&format!("{name} is not in its list"), "the vendor's own pages")
}

/// The error of an object whose deletion was answered with success, and that is there.
pub fn still_there(name: &str) -> Error {
    rejected(&format!("{name} is still there"), "the vendor's own pages")
}

fn rejected(what: &str, place: &str) -> Error {
    Error::new(Kind::Rejected, format!("the vendor answered success, but {what}"))
        .hint(format!("look at {place}; the next plan shows what is left to do"))
        .outcome(Applied::Unknown)
}

/// Says of an object that was written, in the change and to people, that it could not be read back.
pub fn unread(session: &Session, change: &mut Change, error: &Error) {
    let text = unread_text(error);
    session.diagnostics().warn(&format!("{}: {text}", change.name.as_deref().unwrap_or_default()));
    change.note = Some(text);
}

/// What is said of an object that was written and could not be read back.
pub fn unread_text(error: &Error) -> String {
    format!("it was written, and could not be read back: {}", error.message)
}
