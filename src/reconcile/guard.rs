//! Refuses plans that go further than anybody is likely to mean.

use crate::model::error::{Error, Result};
use crate::model::plan::{Action, Part, Plan, Step};
use crate::model::support::Operation;

/// Above so many objects a share of them is looked at.
const FEW: u64 = 10;
/// The share, in percent, that may be changed or deleted at one time.
const SHARE: u64 = 30;

/// How far a plan may go.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// The most changes, where there is a limit.
    pub max_changes: Option<u64>,
    /// Whether more than the usual share of objects may be changed or deleted.
    pub allow_mass_change: bool,
}

/// Refuses a plan that changes too much.
///
/// # Errors
/// That refusal.
pub fn guard(plan: &Plan, limits: Limits) -> Result<()> {
    let summary = plan.summary();
    if let Some(most) = limits.max_changes.filter(|most| summary.writes() > *most) {
        let text = format!("--max-changes allows {most}, and the plan has {}", summary.writes());
        return Err(Error::invalid(text).hint("look at the plan; raise --max-changes if it is meant"));
    }
    if limits.allow_mass_change {
        return Ok(());
    }
    let whole = plan.parts.iter().fold((0, 0), |sum, part| {
        let (touched, held) = share(part);
        (sum.0 + touched, sum.1 + held)
    });
    let parts = plan.parts.iter().map(|part| (format!(" on profile `{}`", part.profile), share(part)));
    let parts = std::iter::once((String::new(), whole)).chain(parts);
    for (on, (touched, held)) in parts {
        if held > FEW && touched * 100 > held * SHARE {
            let text = format!(
                "the plan changes or deletes {touched} of {held} objects{on}, which is more than {SHARE} %"
            );
            return Err(Error::invalid(text).hint("look at the plan; add --allow-mass-change if it is meant"));
        }
    }
    Ok(())
}

/// How many objects are touched, and how many there are. Settings are no objects, unless something goes with them.
fn share(part: &Part) -> (u64, u64) {
    let settings = |step: &&Step| step.operation == Operation::SettingsAssign;
    let is = |step: &&Step, action| step.action == action;
    let objects = part.steps.iter().filter(|step| !settings(step));
    let touched = objects.filter(|step| is(step, Action::Update) || is(step, Action::Delete)).count() as u64;
    let emptied = part.steps.iter().filter(|step| step.takes_away()).count() as u64;
    (touched + emptied, part.held + emptied)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(actions: &[(Action, usize)], held: u64) -> Plan {
        let step = |action| Step {
            action,
            operation: Operation::TrunkUpdate,
            profile: "p".into(),
            vendor: "yeastar",
            account: None,
            kind: "trunk",
            id: None,
            name: "t".into(),
            diff: Vec::new(),
            notes: Vec::new(),
            error: None,
            place: None,
        };
        let steps = actions.iter().flat_map(|(action, count)| (0..*count).map(|_| step(*action))).collect();
        Plan { parts: vec![Part { steps, held, ..Part::new("p") }] }
    }

    fn limits(max_changes: Option<u64>, allow_mass_change: bool) -> Limits {
        Limits { max_changes, allow_mass_change }
    }

    #[test]
    fn more_than_thirty_percent_of_more_than_ten_objects_is_refused() {
        let free = limits(None, false);
        for (update, delete, held, passes) in
            [(10, 0, 10, true), (3, 0, 11, true), (2, 2, 11, false), (30, 0, 100, true), (0, 31, 100, false)]
        {
            let plan = plan(&[(Action::Update, update), (Action::Delete, delete)], held);
            assert_eq!(guard(&plan, free).is_ok(), passes, "{update} {delete} {held}");
            assert!(guard(&plan, limits(None, true)).is_ok());
        }
        // What is new harms nothing that is there.
        assert!(guard(&plan(&[(Action::Create, 100)], 11), free).is_ok());
    }

    #[test]
    fn one_profile_is_not_hidden_by_the_others() {
        let free = limits(None, false);
        let mut fleet = plan(&[(Action::Update, 10)], 20);
        fleet.parts.push(Part { held: 1000, ..Part::new("q") });
        assert!(guard(&fleet, free).unwrap_err().message.contains("profile `p`"));
    }

    #[test]
    fn more_changes_than_allowed_are_refused_whatever_else_is() {
        let plan = plan(&[(Action::Create, 2), (Action::Impossible, 5)], 0);
        assert!(guard(&plan, limits(Some(2), true)).is_ok());
        assert_eq!(guard(&plan, limits(Some(1), true)).unwrap_err().kind.exit_code(), 4);
    }
}
