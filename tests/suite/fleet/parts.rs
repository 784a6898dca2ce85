//! Fleets that are split into partitions, and fleets in which some profiles fail.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::support::scripted::http;

const SITES: usize = 5;

/// A trunk on every PBX, and a country on every account.
fn whole(lab: &Lab) -> String {
    let names = |vendor: &str| {
        let names: Vec<String> = (0..SITES).map(|at| format!("\"{vendor}-{at}\"")).collect();
        names.join(", ")
    };
    lab.manifest(&format!(
        "[groups]\npbx = [{}]\nmeetings = [{}]\n[[trunk]]\ngroup = \"pbx\"\nname = \"t\"\n{PEER}\
         [[callout_countries]]\ngroup = \"meetings\"\ncountries = [\"US\", \"GB\"]\n",
        names("yeastar"),
        names("zoom")
    ))
}

/// The sum of the summaries, and the sorted changes as texts.
fn joined(rans: &[Ran]) -> (Vec<u64>, Vec<String>) {
    let mut sums: Vec<u64> = Vec::new();
    let mut all = Vec::new();
    for ran in rans {
        let counts = ran.json()["summary"].as_object().unwrap().clone();
        sums.resize(counts.len(), 0);
        sums.iter_mut().zip(counts.values()).for_each(|(sum, count)| *sum += count.as_u64().unwrap());
        all.extend(changes(ran).iter().map(Value::to_string));
    }
    all.sort();
    (sums, all)
}

#[test]
fn the_partitions_together_cover_the_whole_plan() {
    for count in [1, 2, 3, 40] {
        let lab = Lab::sites(SITES);
        let path = whole(&lab);
        let plan = lab.run(&format!("plan -f {path}")).expect(0);
        let part =
            |command: &str, at: usize| lab.run(&format!("{command} -f {path} --partition {at}/{count}"));
        let parts: Vec<Ran> = (1..=count).map(|at| part("plan", at).expect(0)).collect();
        assert_eq!(joined(&parts), joined(&[plan]), "{count}");
        let profiles = parts.iter().flat_map(|ran| {
            let rows = ran.json()["profiles"].as_array().unwrap().clone();
            rows.into_iter().map(|row| row["profile"].as_str().unwrap().to_owned())
        });
        let profiles: Vec<String> = profiles.collect();
        assert_eq!((profiles.len(), profiles.iter().collect::<BTreeSet<_>>().len()), (2 * SITES, 2 * SITES));
        let done: Vec<Ran> = (1..=count).map(|at| part("apply --yes", at).expect(0)).collect();
        assert_eq!(joined(&done).1.len(), 3 * SITES, "{count}");
        lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    }
}

#[test]
fn a_profile_stays_in_its_partition_when_others_change() {
    let lab = Lab::sites(SITES);
    let path = whole(&lab);
    let of = |at: usize| -> BTreeSet<String> {
        column(&lab.run(&format!("plan -f {path} --partition {at}/3")).expect(0), "profile")
            .into_iter()
            .collect()
    };
    let before = [of(1), of(2), of(3)];
    let text = std::fs::read_to_string(&path).unwrap();
    lab.manifest(&text.replace("\"yeastar-2\", ", "").replace("\"zoom-0\", ", ""));
    for (at, all) in before.iter().enumerate() {
        assert!(of(at + 1).is_subset(all), "{at}");
    }
}

#[test]
fn an_impossible_partition_is_a_usage_error() {
    let lab = Lab::new();
    for part in ["0/4", "5/4", "1/0", "2", "a/b", "-1/2"] {
        for command in ["plan", "apply --yes"] {
            let ran = lab.run(&format!("{command} -f {EXAMPLE} --partition={part}")).expect(2);
            assert_eq!(ran.error()["kind"], "usage", "{part}");
        }
    }
    let hint = lab.run(&format!("plan -f {EXAMPLE} --partition 0/4")).expect(2).error();
    assert!(hint["message"].as_str().unwrap().contains("1/4 to 4/4"), "{hint}");
    assert_eq!(lab.requests().len(), 0);
}

#[test]
fn one_failing_pbx_does_not_stop_the_others() {
    let lab = Lab::sites(SITES);
    let path = whole(&lab);
    let refusal = json!({"errcode": 40001, "errmsg": "PARAMETER ERROR"});
    let refusal = http(200, "Content-Type: application/json\r\n", &refusal.to_string());
    lab.recorders[1].instead("/trunk/create", 1, refusal);
    let done = lab.run(&format!("apply -f {path} --yes")).expect(12);
    assert_eq!((count(&done, "created"), count(&done, "failed")), (3 * SITES as u64 - 1, 1));
    let failed = changes(&done).into_iter().find(|change| change["outcome"] == "failed").unwrap();
    assert_eq!((&failed["profile"], &failed["error"]["kind"]), (&json!("yeastar-1"), &json!("rejected")));
    // In the order of the manifest, no matter which profile was faster.
    let mut profiles = column(&done, "profile");
    profiles.dedup();
    let order = ["yeastar", "zoom"].map(|vendor| (0..SITES).map(move |at| format!("{vendor}-{at}")));
    assert_eq!(profiles, order.into_iter().flatten().collect::<Vec<_>>());
    let rest = lab.run(&format!("apply -f {path} --yes")).expect(0);
    assert_eq!((count(&rest, "created"), column(&rest, "profile")), (1, vec!["yeastar-1".to_owned()]));
}

#[test]
fn fail_fast_ends_the_apply_at_the_first_failure() {
    let lab = Lab::sites(SITES);
    let path = whole(&lab);
    let refusal = json!({"errcode": 40001, "errmsg": "PARAMETER ERROR"});
    let refusal = http(200, "Content-Type: application/json\r\n", &refusal.to_string());
    lab.recorders[1].instead("/trunk/create", 1, refusal);
    lab.requests();
    let done = lab.run(&format!("apply -f {path} --yes --fail-fast --concurrency 1")).expect(12);
    let counts = ["created", "failed", "skipped"].map(|key| count(&done, key));
    assert_eq!(counts, [1, 1, 3 * SITES as u64 - 2], "{}", done.out);
    assert_eq!(lab.writes().len(), 2);
    let skipped = changes(&done).into_iter().find(|change| change["outcome"] == "skipped").unwrap();
    assert_eq!(
        (&skipped["error"]["outcome"], &skipped["error"]["retryable"]),
        (&json!("not_applied"), &json!(true))
    );
    assert!(skipped["error"]["message"].as_str().unwrap().contains("--fail-fast"), "{skipped}");
    let rest = lab.run(&format!("apply -f {path} --yes --fail-fast")).expect(0);
    assert_eq!(count(&rest, "created"), 3 * SITES as u64 - 1);
}

/// A failure that every further call to a PBX would share ends the work on that PBX only.
#[test]
fn an_unavailable_pbx_gets_no_further_writes() {
    let lab = Lab::sites(2);
    let trunk = |name: &str| {
        format!("[[trunk]]\nprofiles = [\"yeastar-0\", \"yeastar-1\"]\nname = \"{name}\"\n{PEER}")
    };
    let path = lab.manifest(&["a", "b", "c"].map(trunk).concat());
    lab.recorders[0].after("/trunk/create", 1, usize::MAX, http(503, "", ""));
    let done = lab.run(&format!("--retries 0 apply -f {path} --yes")).expect(12);
    let ends: Vec<(String, String)> =
        column(&done, "profile").into_iter().zip(column(&done, "outcome")).collect();
    let of = |profile: &str| -> Vec<&str> {
        ends.iter().filter(|(own, _)| own == profile).map(|(_, outcome)| outcome.as_str()).collect()
    };
    assert_eq!(of("yeastar-0"), ["created", "failed", "skipped"], "{}", done.out);
    assert_eq!(of("yeastar-1"), ["created"; 3]);
    lab.recorders[0].unasked();
    assert_eq!(count(&lab.run(&format!("apply -f {path} --yes")).expect(0), "created"), 2);
}
