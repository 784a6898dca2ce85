//! From any state to any other: an apply leaves only impossible changes.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::fixtures::states::{Dice, Wanted, manifest};

/// Pairs of states for each vendor. The profiles are still more than are read at the same time.
const PAIRS: usize = 4;
const VENDORS: [&str; 3] = ["yeastar", "itniotech", "zoom"];

/// The states of every profile, by its name.
type States = BTreeMap<String, Vec<Wanted>>;

fn states(dice: &mut Dice) -> States {
    let profiles = (0..PAIRS).flat_map(|at| VENDORS.map(|vendor| (vendor, format!("{vendor}-{at}"))));
    profiles.map(|(vendor, profile)| (profile.clone(), fixtures::of(vendor).state(dice, &profile))).collect()
}

fn all(states: &States) -> Vec<Wanted> {
    states.values().flatten().cloned().collect()
}

/// The objects that the first states want and the second ones do not name.
fn unnamed(first: &States, second: &States) -> Vec<Wanted> {
    let mut rest = Vec::new();
    for (profile, wanted) in first {
        let named: BTreeSet<(&str, &str)> =
            second[profile].iter().map(|one| (one.sort, one.name.as_str())).collect();
        rest.extend(wanted.iter().filter(|one| !named.contains(&(one.sort, one.name.as_str()))).cloned());
    }
    rest
}

/// Steps as profile, object and action.
fn steps(ran: &Ran) -> BTreeSet<String> {
    let step = |step: &Value| {
        let text = |key: &str| step[key].as_str().unwrap_or_default().to_owned();
        format!(
            "{} {} {} {}: {}",
            text("profile"),
            text("account"),
            text("kind"),
            text("name"),
            text("action")
        )
    };
    changes(ran).iter().map(step).collect()
}

/// All objects of all profiles.
fn owned() -> Value {
    let table = |vendor: &str, at: usize| {
        let text = owns(vendor, &format!("{vendor}-{at}"));
        toml::from_str::<Value>(&text).unwrap()["owns"].as_array().unwrap().clone()
    };
    (0..PAIRS).flat_map(|at| VENDORS.map(|vendor| table(vendor, at))).flatten().collect()
}

fn lab() -> Lab {
    Lab::sites(PAIRS).with("SECRET_A", "Alpha0Password").with("SECRET_B", "Beta0Password")
}

const APPLY: &str = "apply --yes --allow-mass-change --concurrency 64";

fn converge(seed: u64, prune: &str) {
    let (lab, mut dice) = (lab(), Dice(seed));
    let (first, second) = (states(&mut dice), states(&mut dice));
    let file =
        |name: &str, wanted: &[Wanted]| lab.place.write(&format!("{name}.json"), &manifest(&owned(), wanted));
    let a = file("a", &all(&first));
    lab.run(&format!("{APPLY} -f {a}")).expect(0);
    assert_eq!(steps(&lab.run(&format!("plan -f {a}")).expect(0)), BTreeSet::new(), "seed {seed}");
    let b = file("b", &all(&second));
    let planned = lab.run(&format!("plan -f {b}{prune}"));
    let impossible: BTreeSet<String> =
        steps(&planned).into_iter().filter(|step| step.ends_with(": impossible")).collect();
    assert!(steps(&planned).len() > impossible.len(), "the dice fell the same twice: {planned:?}");
    // Some changes are impossible, and do not prevent the others.
    assert!(!impossible.is_empty(), "{planned:?}");
    let done = lab.run(&format!("{APPLY} -f {b}{prune}")).expect(12);
    for change in changes(&done).iter().filter(|change| change["outcome"] == "failed") {
        let kind = change["error"]["kind"].as_str().unwrap();
        assert!(["unsupported", "invalid"].contains(&kind), "seed {seed}: {change}");
    }
    assert!(lab.writes().len() > PAIRS);
    let left = lab.run(&format!("plan -f {b}{prune}")).expect(12);
    assert_eq!(steps(&left), impossible, "seed {seed}");
    lab.run(&format!("{APPLY} -f {b}{prune}")).expect(12);
    assert_eq!(lab.written(), Vec::<String>::new(), "seed {seed}");
    // Objects outside of the second manifest are unchanged, or deleted if they had to be.
    let rest = file("rest", &unnamed(&first, &second));
    let rest = lab.run(&format!("plan -f {rest}"));
    match prune {
        "" => assert_eq!(steps(&rest.expect(0)), BTreeSet::new(), "seed {seed}"),
        _ => gone(&rest, &impossible),
    }
}

/// Pruned objects would be created again, except for undeletable ones and for settings, which cannot be read.
fn gone(rest: &Ran, impossible: &BTreeSet<String>) {
    for step in changes(rest) {
        let name = format!("{} ", step["profile"].as_str().unwrap());
        let deletes = step["action"] == "create" || name.starts_with("itniotech");
        assert!(deletes, "{step}");
    }
    assert!(impossible.iter().any(|step| step.starts_with("itniotech")), "{impossible:?}");
    assert!(count(rest, "create") > 0, "{}", rest.out);
}

#[test]
fn an_apply_leaves_only_impossible_changes() {
    for seed in [1, 2] {
        converge(seed, "");
    }
}

#[test]
fn an_apply_with_prune_deletes_the_rest_and_leaves_only_impossible_changes() {
    for seed in [3, 4] {
        converge(seed, " --prune");
    }
}
