//! A plan: as text for people, as Markdown for a merge request, and as data.

mod data;
mod markdown;
mod text;

use serde_json::Value;

use crate::model::plan::{Action, Plan, PlannedChange, ProfilePlan, ResourceKind, Summary};
use crate::model::text::{printable, value_text};
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
            other => value_text(other),
        })
        .collect()
}

/// Profiles with equal plans, which are shown once.
struct Folded<'p> {
    /// The names of the profiles.
    profiles: Vec<&'p str>,
    /// The plan of the first one.
    part: &'p ProfilePlan,
}

impl Folded<'_> {
    /// The names, shortened if there are many.
    fn names(&self) -> String {
        match self.profiles.as_slice() {
            [only] => format!("profile {}", printable(only)),
            many => format!("{} profiles: {}", many.len(), some(many.iter().map(|name| printable(name)))),
        }
    }

    /// The display name of an object. Its id differs by profile.
    fn object(&self, step: &PlannedChange) -> String {
        object(step, self.profiles.len() == 1)
    }
}

/// The profiles of a plan that have something to show, with equal ones together.
fn folded(plan: &Plan) -> Vec<Folded<'_>> {
    let mut folded: Vec<(String, Folded<'_>)> = Vec::new();
    for part in &plan.profiles {
        if part.changes.is_empty()
            && part.unwanted.is_empty()
            && part.notes.is_empty()
            && part.failed.is_none()
        {
            continue;
        }
        let content = content(part);
        match folded.iter_mut().find(|(known, _)| *known == content && part.failed.is_none()) {
            Some((_, folded)) => folded.profiles.push(&part.profile),
            None => folded.push((content, Folded { profiles: vec![&part.profile], part })),
        }
    }
    folded.into_iter().map(|(_, folded)| folded).collect()
}

/// What is shown of a profile's plan, without its name and its ids.
fn content(part: &ProfilePlan) -> String {
    let changes = part.changes.iter().map(|step| {
        let error = step.error.as_ref().map(|error| &error.message);
        (step.action, &step.key, &step.diff, &step.notes, error)
    });
    let unwanted: Vec<_> = part.unwanted.iter().map(|unwanted| &unwanted.key).collect();
    let content = (changes.collect::<Vec<_>>(), unwanted, &part.notes);
    serde_json::to_string(&content).unwrap_or_default()
}

/// The first names of a list, and the number of the others.
fn some(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    format!("{}{more}", names.take(NAMED).collect::<Vec<_>>().join(", "))
}

/// The steps of a part, with similar steps grouped.
fn groups(steps: &[PlannedChange]) -> Vec<&[PlannedChange]> {
    let alike = |a: &PlannedChange, b: &PlannedChange| {
        let listed = is_listed(a) && is_listed(b);
        let unseen = only_password(a) && only_password(b) && a.notes == b.notes;
        (listed || unseen)
            && a.key.kind == b.key.kind
            && a.action == b.action
            && a.key.account == b.key.account
    };
    steps.chunk_by(alike).collect()
}

/// Whether the change only sends a password that cannot be compared.
fn only_password(step: &PlannedChange) -> bool {
    step.key.kind == ResourceKind::Trunk && step.only_sends_unseen()
}

/// Trunks whose passwords are sent unseen, in one line: on a new machine these may be all.
fn passwords(group: &[PlannedChange]) -> Option<String> {
    let [first, _, ..] = group else { return None };
    only_password(first).then(|| {
        let names = some(group.iter().map(|step| printable(&step.key.name)));
        format!("{} trunks: {}: {names}", group.len(), first.notes.join("; "))
    })
}

/// The display name of an object.
fn object(step: &PlannedChange, with_id: bool) -> String {
    let key = &step.key;
    let noun = match key.kind {
        ResourceKind::SipSettings => "SIP settings".to_owned(),
        kind => format!("{} {}", kind.word().replace('_', " ").replace("callout", "call-out"), key.name),
    };
    let account = key.account.as_ref().map(|account| format!(" of account {account}")).unwrap_or_default();
    let id = step
        .id
        .as_ref()
        .filter(|id| with_id && (key.kind == ResourceKind::Trunk || **id != key.name))
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
        for (line, expected) in [
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
            assert_eq!(line, expected);
        }
    }
}
