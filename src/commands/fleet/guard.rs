//! Refuses plans that go further than anybody is likely to mean.

use crate::cli::fleet::Apply;
use crate::model::error::{Error, Result};
use crate::model::plan::Plan;

/// Above so many objects a share of them is looked at.
const FEW: u64 = 10;
/// The share, in percent, that may be changed or deleted at one time.
const SHARE: u64 = 30;

/// Refuses a plan that changes too much.
///
/// # Errors
/// That refusal.
pub fn guard(plan: &Plan, args: &Apply) -> Result<()> {
    let summary = plan.summary();
    if let Some(most) = args.max_changes.filter(|most| summary.writes() > *most) {
        let text = format!("the plan has {} changes, and --max-changes allows {most}", summary.writes());
        return Err(Error::invalid(text).hint("look at the plan; raise --max-changes if it is meant"));
    }
    let (touched, held) = (summary.update + summary.delete, plan.held());
    if !args.allow_mass_change && held > FEW && touched * 100 > held * SHARE {
        let text = format!(
            "the plan changes or deletes {touched} of {held} objects that are there, which is more than {SHARE} %"
        );
        return Err(Error::invalid(text).hint("look at the plan; add --allow-mass-change if it is meant"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::{Action, Part, Step};
    use crate::model::support::Operation;

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

    fn args(max_changes: Option<u64>, allow_mass_change: bool) -> Apply {
        use clap::Parser;
        #[derive(Parser)]
        struct Line {
            #[command(flatten)]
            apply: Apply,
        }
        let apply = Line::parse_from(["x"]).apply;
        Apply { max_changes, allow_mass_change, ..apply }
    }

    #[test]
    fn more_than_thirty_percent_of_more_than_ten_objects_is_refused() {
        let free = args(None, false);
        for (update, delete, held, passes) in
            [(10, 0, 10, true), (3, 0, 11, true), (2, 2, 11, false), (30, 0, 100, true), (0, 31, 100, false)]
        {
            let plan = plan(&[(Action::Update, update), (Action::Delete, delete)], held);
            assert_eq!(guard(&plan, &free).is_ok(), passes, "{update} {delete} {held}");
            assert!(guard(&plan, &args(None, true)).is_ok());
        }
        // What is new harms nothing that is there.
        assert!(guard(&plan(&[(Action::Create, 100)], 11), &free).is_ok());
    }

    #[test]
    fn more_changes_than_allowed_are_refused_whatever_else_is() {
        let plan = plan(&[(Action::Create, 2), (Action::Impossible, 5)], 0);
        assert!(guard(&plan, &args(Some(2), true)).is_ok());
        assert_eq!(guard(&plan, &args(Some(1), true)).unwrap_err().kind.exit_code(), 4);
    }
}
