//! A plan: as text for people, as Markdown for a merge request, and as data.

mod data;
mod markdown;
mod text;

use serde_json::Value;

use super::cell;
use crate::model::plan::{Action, PlannedChange, ResourceKind, Summary};
use crate::model::text::printable;
pub use data::{lines, listing, value};
pub use markdown::markdown;
pub use text::text;

/// The maximum number of objects of one kind without important fields that are listed one by one.
const NAMED: usize = 20;

/// Whether the object is one of many similar objects, and is shown in one line.
fn is_listed(step: &PlannedChange) -> bool {
    matches!(step.key.kind, ResourceKind::InternalNumber | ResourceKind::CalloutCountry)
        && step.error.is_none()
}

/// The properties of one of many similar objects, without those that follow from its number.
fn properties(step: &PlannedChange) -> Vec<String> {
    let shown =
        step.diff.iter().filter(|change| !["number", "display_number", "country"].contains(&&*change.field));
    shown
        .map(|change| match &change.after {
            Value::Bool(true) => change.field.clone(),
            Value::Bool(false) => format!("not {}", change.field),
            other => cell::text(other),
        })
        .collect()
}

/// The steps of a part, with similar steps grouped.
fn groups(steps: &[PlannedChange]) -> Vec<&[PlannedChange]> {
    let alike = |a: &PlannedChange, b: &PlannedChange| {
        is_listed(a)
            && is_listed(b)
            && a.key.kind == b.key.kind
            && a.action == b.action
            && a.key.account == b.key.account
    };
    steps.chunk_by(alike).collect()
}

/// The display name of an object.
fn object(step: &PlannedChange) -> String {
    let key = &step.key;
    let noun = match key.kind {
        ResourceKind::SipSettings => "SIP settings".to_owned(),
        kind => format!("{} {}", kind.word().replace('_', " ").replace("callout", "call-out"), key.name),
    };
    let account = key.account.as_ref().map(|account| format!(" of account {account}")).unwrap_or_default();
    let id = step
        .id
        .as_ref()
        .filter(|id| key.kind == ResourceKind::Trunk || **id != key.name)
        .map(|id| format!(" (id {id})"))
        .unwrap_or_default();
    printable(&format!("{noun}{account}{id}"))
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "change",
        Action::Delete => "delete",
        Action::Impossible => "impossible:",
    }
}

/// The number of changes, in one line.
fn total(summary: &Summary, profiles: usize) -> String {
    let Summary { create, update, delete, impossible, unchanged, unwanted, uncompared, failed } = *summary;
    let on = counted(profiles as u64, "profile");
    let read = if failed > 0 { "the profiles that could be read" } else { &on };
    let mut line = match (summary.writes(), impossible) {
        (0, 0) if failed > 0 => format!("No changes on {read}, {unchanged} unchanged"),
        (0, 0) => format!("No changes on {on}, {unchanged} unchanged"),
        (0, _) => format!("No possible changes on {read}: {impossible} impossible, {unchanged} unchanged"),
        _ => {
            format!(
                "{create} to create, {update} to change, {delete} to delete, {unchanged} unchanged, on {on}"
            )
        }
    };
    if unwanted > 0 {
        line.push_str(&format!("; {unwanted} not wanted (--prune deletes them)"));
    }
    if uncompared > 0 {
        line.push_str(&format!("; {} could not be compared", counted(uncompared, "password")));
    }
    if impossible > 0 && summary.writes() > 0 {
        line.push_str(&format!("; {impossible} impossible"));
    }
    if failed > 0 {
        line.push_str(&format!("; {failed} of {on} could not be read"));
    }
    line
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_does_not_contradict_itself() {
        let with = |change: fn(&mut Summary)| {
            let mut summary = Summary { unchanged: 6, ..Summary::default() };
            change(&mut summary);
            total(&summary, 2)
        };
        for (line, told) in [
            (with(|_| ()), "No changes on 2 profiles, 6 unchanged"),
            (
                with(|all| all.uncompared = 3),
                "No changes on 2 profiles, 6 unchanged; 3 passwords could not be compared",
            ),
            (with(|all| all.impossible = 1), "No possible changes on 2 profiles: 1 impossible, 6 unchanged"),
            (
                with(|all| (all.impossible, all.failed) = (2, 1)),
                "No possible changes on the profiles that could be read: 2 impossible, 6 unchanged; \
                 1 of 2 profiles could not be read",
            ),
            (
                with(|all| (all.create, all.impossible, all.uncompared) = (4, 1, 1)),
                "4 to create, 0 to change, 0 to delete, 6 unchanged, on 2 profiles; \
                 1 password could not be compared; 1 impossible",
            ),
        ] {
            assert_eq!(line, told);
        }
    }
}
