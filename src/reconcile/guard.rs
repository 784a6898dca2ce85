//! Refuses plans that change more than anybody is likely to mean.

use crate::model::error::{Error, Result};
use crate::model::plan::{Action, Plan, PlannedChange, ProfilePlan};
use crate::model::support::Operation;

/// Above this number of objects, the share of changed ones counts.
const FEW: u64 = 10;
/// The share, in percent, that may be changed or deleted at one time.
const SHARE: u64 = 30;

/// How much a plan may change.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// The maximum number of changes, if there is one.
    pub max_changes: Option<u64>,
    /// Whether more than the usual share of objects may be changed or deleted.
    pub allow_mass_change: bool,
}

/// Refuses a plan that changes too much.
pub fn guard(plan: &Plan, limits: Limits) -> Result<()> {
    let summary = plan.summary();
    if let Some(most) = limits.max_changes.filter(|most| summary.writes() > *most) {
        let text = format!("--max-changes allows {most}, and the plan has {}", summary.writes());
        return Err(Error::invalid(text).hint("check the plan; raise --max-changes if it is meant"));
    }
    if limits.allow_mass_change {
        return Ok(());
    }
    let whole = plan.profiles.iter().fold((0, 0), |sum, profile| {
        let (changed, existing) = share(profile);
        (sum.0 + changed, sum.1 + existing)
    });
    let profiles =
        plan.profiles.iter().map(|profile| (format!(" on profile `{}`", profile.profile), share(profile)));
    for (on, (changed, existing)) in std::iter::once((String::new(), whole)).chain(profiles) {
        if existing > FEW && changed * 100 > existing * SHARE {
            let text = format!(
                "the plan changes or deletes {changed} of {existing} objects{on}, which is more than {SHARE} %"
            );
            return Err(Error::invalid(text).hint("check the plan; add --allow-mass-change if it is meant"));
        }
    }
    Ok(())
}

/// Refuses a plan in which a password could not be resolved, because its trunk would be left out.
pub fn refuse_missing(plan: &Plan) -> Result<()> {
    let missing: Vec<&Error> = plan.profiles.iter().flat_map(|profile| &profile.missing).collect();
    let mut texts: Vec<&str> = missing.iter().map(|error| error.message.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    let Some(first) = missing.first() else { return Ok(()) };
    let error = Error::config(texts.join("\n  "));
    let hint = first.hint.clone().unwrap_or_default();
    Err(error.hint(format!("{hint}; nothing was changed")))
}

/// The number of objects that are changed or deleted, and of those that exist. Settings do not count as
/// objects, unless something is deleted with them. A password that is sent because it cannot be compared does
/// not count either.
fn share(profile: &ProfilePlan) -> (u64, u64) {
    let counts = |change: &&PlannedChange| {
        matches!(change.action, Action::Update | Action::Delete)
            && change.operation != Operation::SettingsAssign
            && !change.only_sends_unseen()
    };
    let changed = profile.changes.iter().filter(counts).count() as u64;
    let emptied = profile.changes.iter().filter(|change| change.deletes_data()).count() as u64;
    (changed + emptied, profile.existing + emptied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::FieldChange;
    use crate::model::plan::{Key, ResourceKind, Write};
    use serde_json::Value;

    fn plan(actions: &[(Action, usize)], existing: u64) -> Plan {
        let key = Key { kind: ResourceKind::Trunk, account: None, name: "t".into() };
        let change = |action| PlannedChange {
            action,
            operation: Operation::TrunkUpdate,
            profile: "p".into(),
            vendor: "yeastar",
            key: key.clone(),
            id: None,
            diff: vec![FieldChange { field: "host".into(), before: "a".into(), after: "b".into() }],
            notes: Vec::new(),
            error: None,
            position: None,
            write: Write::Nothing,
        };
        let changes =
            actions.iter().flat_map(|(action, count)| (0..*count).map(|_| change(*action))).collect();
        let profiles = vec![ProfilePlan { changes, existing, ..ProfilePlan::new("p") }];
        Plan { profiles, ..Plan::default() }
    }

    fn limits(max_changes: Option<u64>, allow_mass_change: bool) -> Limits {
        Limits { max_changes, allow_mass_change }
    }

    #[test]
    fn more_than_thirty_percent_of_more_than_ten_objects_is_refused() {
        let free = limits(None, false);
        for (update, delete, total, passes) in
            [(10, 0, 10, true), (3, 0, 11, true), (2, 2, 11, false), (30, 0, 100, true), (0, 31, 100, false)]
        {
            let plan = plan(&[(Action::Update, update), (Action::Delete, delete)], total);
            assert_eq!(guard(&plan, free).is_ok(), passes, "{update} {delete} {total}");
            assert!(guard(&plan, limits(None, true)).is_ok());
        }
        // New objects cannot damage existing ones.
        assert!(guard(&plan(&[(Action::Create, 100)], 11), free).is_ok());
    }

    #[test]
    fn passwords_that_cannot_be_compared_do_not_count_as_a_mass_change() {
        let mut plan = plan(&[(Action::Update, 20)], 20);
        for change in plan.profiles.iter_mut().flat_map(|profile| &mut profile.changes) {
            change.diff =
                vec![FieldChange { field: "password".into(), before: Value::Null, after: "***".into() }];
        }
        assert!(guard(&plan, limits(None, false)).is_ok());
    }

    #[test]
    fn each_profile_is_checked_separately() {
        let free = limits(None, false);
        let mut fleet = plan(&[(Action::Update, 10)], 20);
        fleet.profiles.push(ProfilePlan { existing: 1000, ..ProfilePlan::new("q") });
        assert!(guard(&fleet, free).unwrap_err().message.contains("profile `p`"));
    }

    #[test]
    fn more_changes_than_allowed_are_always_refused() {
        let plan = plan(&[(Action::Create, 2), (Action::Impossible, 5)], 0);
        assert!(guard(&plan, limits(Some(2), true)).is_ok());
        assert_eq!(guard(&plan, limits(Some(1), true)).unwrap_err().kind.exit_code(), 4);
    }
}
