//! Agent groups, addresses and numbers that move from one trunk to another: each can belong to one trunk only.

use super::*;

/// Contact-center trunks by name, agent group, address and number; without a number they are outbound.
fn center(trunks: &[(&str, &str, &str, &str)]) -> String {
    let trunk = |(name, group, address, number): &(&str, &str, &str, &str)| match *number {
        "" => format!(
            "[[trunk]]\nprofile = \"itniotech\"\nname = \"{name}\"\ndirection = \"outbound\"\nkind = \"peer\"\n\
             host = \"{address}\"\nagent_groups = [{{ name = \"{group}\" }}]\n"
        ),
        number => format!(
            "[[trunk]]\nprofile = \"itniotech\"\nname = \"{name}\"\ndirection = \"inbound\"\n\
             allowed_ip = \"{address}\"\nagent_groups = [{{ name = \"{group}\", number = \"{number}\" }}]\n"
        ),
    };
    trunks.iter().map(trunk).collect()
}

#[test]
fn the_trunk_that_releases_a_value_is_written_first() {
    let (one, two, three) = ("192.0.2.1", "192.0.2.2", "192.0.2.3");
    for (what, before, after) in [
        (
            "groups",
            center(&[("a", "Team 001", one, ""), ("b", "Team 002", two, "")]),
            center(&[("a", "Team 002", one, ""), ("b", "Team 003", two, "")]),
        ),
        (
            "addresses",
            center(&[("a", "Team 001", one, ""), ("b", "Team 002", two, "")]),
            center(&[("a", "Team 001", two, ""), ("b", "Team 002", three, "")]),
        ),
        (
            "numbers",
            center(&[("a", "Team 001", one, "441"), ("b", "Team 002", two, "442")]),
            center(&[("a", "Team 001", one, "442"), ("b", "Team 002", two, "443")]),
        ),
        (
            "a chain, and a trunk that is new",
            center(&[("a", "Team 001", one, ""), ("b", "Team 002", two, ""), ("c", "Team 003", three, "")]),
            center(&[
                ("d", "Team 001", one, ""),
                ("a", "Team 002", two, ""),
                ("b", "Team 003", three, ""),
                ("c", "Team 004", "192.0.2.4", ""),
            ]),
        ),
    ] {
        let lab = Lab::new();
        let path = lab.manifest(&before);
        lab.run(&format!("apply -f {path} --yes")).expect(0);
        lab.manifest(&after);
        let ran = lab.run(&format!("apply -f {path} --yes"));
        assert_eq!(ran.code, 0, "{what}: {}", ran.out);
        lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    }
}

/// No order of writes can swap two groups: the vendor refuses, and both trunks stay unchanged.
#[test]
fn a_swap_between_two_trunks_fails_and_changes_nothing() {
    let lab = Lab::new();
    let path =
        lab.manifest(&center(&[("a", "Team 001", "192.0.2.1", ""), ("b", "Team 002", "192.0.2.2", "")]));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    let before = lab.run("-o json -p itniotech trunk list").expect(0).json();
    lab.manifest(&center(&[("a", "Team 002", "192.0.2.1", ""), ("b", "Team 001", "192.0.2.2", "")]));
    let ran = lab.run(&format!("apply -f {path} --yes")).expect(12);
    assert_eq!(count(&ran, "failed"), 2);
    assert!(changes(&ran).iter().all(|change| change["error"]["vendor_code"] == "-52"), "{}", ran.out);
    assert_eq!(lab.run("-o json -p itniotech trunk list").expect(0).json(), before);
}

/// Creates run before deletes, so a number that moves needs a second run; the first one reports what is missing.
#[test]
fn a_second_run_finishes_the_move_of_a_number_to_another_account() {
    let lab = Lab::new();
    let manifest = |account: &str, other: &str| {
        lab.manifest(&format!(
            "[[internal_numbers]]\nprofile = \"zoom\"\naccount = \"{account}\"\n\
             numbers = [{{ number = \"+16466661110\", labels = \"A\", languages = \"en-US\" }}]\n\
             [[internal_numbers]]\nprofile = \"zoom\"\naccount = \"{other}\"\n\
             numbers = [{{ number = \"+16466661111\", labels = \"A\", languages = \"en-US\" }}]\n{}",
            owns("zoom", "zoom")
        ))
    };
    let path = manifest("sub-1", "sub-2");
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    manifest("sub-2", "sub-1");
    let ran = lab.run(&format!("apply -f {path} --yes --prune")).expect(12);
    assert_eq!((count(&ran, "deleted"), count(&ran, "failed")), (2, 2), "{}", ran.out);
    let ran = lab.run(&format!("apply -f {path} --yes --prune")).expect(0);
    assert_eq!(count(&ran, "created"), 2, "{}", ran.out);
    lab.run(&format!("plan -f {path} --prune --detailed-exitcode")).expect(0);
}
