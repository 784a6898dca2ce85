//! Errors of commands that Ctrl-C interrupted.

use crate::model::change::Outcome;
use crate::model::error::{Applied, Error, Kind};
use crate::model::report::Report;

/// The error of a command that Ctrl-C ended at once; `writes` are the writes in progress.
pub fn interrupted(writes: &[&str]) -> Error {
    let text = match writes {
        [] => "interrupted: no write was in progress".to_owned(),
        [call] => format!("interrupted: {call} was in progress, and trunkctl did not wait for its answer"),
        [call, ..] => {
            format!(
                "interrupted: {call} was in progress {} times, and trunkctl did not wait for the answers",
                writes.len()
            )
        }
    };
    let error = Error::new(Kind::Interrupted, text);
    if writes.is_empty() { harmless(error) } else { doubtful(error) }
}

/// The error printed with the report of a command that was interrupted.
pub fn ended(report: &Report) -> Error {
    let unknown = match report {
        Report::Changes(changes) => changes.tally.of(Outcome::Unknown),
        Report::Change(change) => u64::from(change.outcome == Outcome::Unknown),
        _ => 0,
    };
    let error = |text: &str| Error::new(Kind::Interrupted, format!("interrupted: {text}"));
    match unknown {
        0 => error("the changes in progress were finished, and are reported"),
        1 => doubtful(error("one change may or may not have been applied; finished changes are reported")),
        _ => doubtful(error(&format!(
            "{unknown} changes may or may not have been applied; finished changes are reported"
        ))),
    }
}

/// The error of a command that failed after Ctrl-C.
pub fn failed(error: &Error) -> Error {
    let mut interrupted = error.clone();
    interrupted.kind = Kind::Interrupted;
    interrupted.message = format!("interrupted: {}", error.message);
    interrupted
}

fn harmless(error: Error) -> Error {
    let mut error = error.outcome(Applied::NotApplied);
    error.retryable = true;
    error
}

fn doubtful(error: Error) -> Error {
    error.outcome(Applied::Unknown).hint(
        "check the state at the vendor before you repeat the command; `trunkctl history list --unknown` lists the changes with an unknown outcome",
    )
}
