//! What a command that Ctrl-C ended says of itself.

use crate::model::change::Outcome;
use crate::model::error::{Applied, Error, Kind};
use crate::model::report::Report;

/// The error of a command that Ctrl-C ended on the spot; `writes` are those that were under way.
pub fn interrupted(writes: &[&str]) -> Error {
    let text = match writes {
        [] => "interrupted: no write was under way".to_owned(),
        [call] => format!("interrupted: {call} was under way, and its end was not awaited"),
        [call, ..] => {
            format!("interrupted: {call} was under way {} times, and no end was awaited", writes.len())
        }
    };
    let error = Error::new(Kind::Interrupted, text);
    if writes.is_empty() { harmless(error) } else { doubtful(error) }
}

/// The error of a command that reports what it did before Ctrl-C, beside that report.
pub fn ended(report: &Report) -> Error {
    let unknown = match report {
        Report::Changes(changes) => changes.tally.of(Outcome::Unknown),
        Report::Change(change) => u64::from(change.outcome == Outcome::Unknown),
        _ => 0,
    };
    let error = |text: &str| Error::new(Kind::Interrupted, format!("interrupted: {text}"));
    match unknown {
        0 => error("what was under way was done, and is reported"),
        1 => doubtful(error("one change may or may not have been applied; what was done is reported")),
        _ => doubtful(error(&format!(
            "{unknown} changes may or may not have been applied; what was done is reported"
        ))),
    }
}

/// The error of a command that failed after Ctrl-C.
pub fn failed(error: &Error) -> Error {
    let mut interrupted = error.copy();
    interrupted.kind = Kind::Interrupted;
    interrupted.message = format!("interrupted: {}", error.message);
    interrupted
}

fn harmless(mut error: Error) -> Error {
    error.outcome = Some(Applied::NotApplied);
    error.retryable = true;
    error
}

fn doubtful(mut error: Error) -> Error {
    error.outcome = Some(Applied::Unknown);
    error.hint(
        "look at what the vendor has before you repeat it; `trunkctl history list --unknown` names what is in doubt",
    )
}
