//! The exit code of a report, and the errors that are printed with it.

use crate::model::change::{Change, Changes, Outcome, by_message};
use crate::model::error::{Error, Kind};
use crate::model::plan::Plan;
use crate::model::report::Format;
use crate::model::report::Report;

/// The exit code of `plan --detailed-exitcode` if there are changes.
const CHANGES_PENDING: u8 = 14;

/// The exit code. A bulk write with items that failed or were not tried has the code of `partial`.
pub fn of(report: &Report) -> u8 {
    let bad = |outcome| matches!(outcome, Outcome::Failed | Outcome::Unknown);
    match report {
        Report::Changes(changes) => match unread(changes) {
            Some((kind, _)) => kind.exit_code(),
            None if changes.cut_short => Kind::Partial.exit_code(),
            None if changes.tally.all().any(|(outcome, count)| count > 0 && bad(outcome)) => {
                Kind::Partial.exit_code()
            }
            None => 0,
        },
        Report::Plan { plan, pending, .. } => planned(plan, *pending),
        Report::Partial(..) | Report::PartialText(..) => Kind::Partial.exit_code(),
        Report::Change(change) if change.outcome == Outcome::Unknown => Kind::OutcomeUnknown.exit_code(),
        _ => 0,
    }
}

/// The errors to print on standard error, because standard output shows them differently or not at all.
pub fn reported(report: &Report, format: Format) -> Vec<Error> {
    let errors: Vec<&Error> = match report {
        Report::Partial(_, errors) | Report::PartialText(_, errors) => errors.iter().collect(),
        Report::Plan { plan, .. } => {
            plan.profiles.iter().filter_map(|profile| profile.failed.as_ref()).collect()
        }
        Report::Changes(changes) => match unread(changes) {
            Some((_, errors)) => errors,
            // Rows of CSV contain no reasons.
            None if format == Format::Csv => return reasons(&changes.list),
            None => Vec::new(),
        },
        _ => Vec::new(),
    };
    errors.into_iter().cloned().collect()
}

/// The errors of changes, each with the object's name. Skipped changes share few reasons: each reason is reported once.
fn reasons(changes: &[Change]) -> Vec<Error> {
    let errors = changes.iter().filter_map(|change| {
        let name = change.name.as_deref().or(change.id.as_deref()).unwrap_or_default();
        Some((change.outcome, name, change.error.as_ref()?))
    });
    let (skipped, tried): (Vec<_>, Vec<_>) = errors.partition(|(outcome, ..)| *outcome == Outcome::Skipped);
    let skipped = by_message(skipped.into_iter().map(|(_, name, error)| (name, error)));
    let tried = tried.into_iter().map(|(_, name, error)| about(name, error));
    tried.chain(skipped.map(|(names, error)| about(&names, error))).collect()
}

fn about(name: &str, error: &Error) -> Error {
    let mut error = error.clone();
    error.message = format!("{name}: {}", error.message);
    error
}

/// Why no profile could be read, if all have the same kind of error. A profile that could be read shows something, at
/// least its unchanged objects.
fn unread(changes: &Changes) -> Option<(Kind, Vec<&Error>)> {
    let error = |change: &Change| change.kind == "profile" && change.error.is_some();
    let unread = !changes.list.is_empty() && changes.list.iter().all(error);
    if !unread || changes.tally.of(Outcome::Unchanged) > 0 {
        return None;
    }
    let errors: Vec<&Error> = changes.list.iter().filter_map(|change| change.error.as_ref()).collect();
    let kind = errors.first()?.kind;
    errors.iter().all(|error| error.kind == kind).then_some((kind, errors))
}

/// A plan has the exit code of its profiles if none of them could be read and all have the same kind of error.
fn planned(plan: &Plan, pending: bool) -> u8 {
    let mut failed = plan.profiles.iter().map(|profile| profile.failed.as_ref().map(|error| error.kind));
    let first = failed.next().flatten();
    let summary = plan.summary();
    match first {
        Some(kind) if failed.all(|other| other == Some(kind)) => kind.exit_code(),
        _ if summary.is_incomplete() => Kind::Partial.exit_code(),
        _ if pending && summary.writes() > 0 => CHANGES_PENDING,
        _ => 0,
    }
}
