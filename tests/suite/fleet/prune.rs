//! What is deleted, and what is left alone.

use super::*;

fn peer(profile: &str, name: &str) -> String {
    format!(
        "[[trunk]]\nprofile = \"{profile}\"\nname = \"{name}\"\nkind = \"peer\"\nhost = \"192.0.2.7\"\n\
         port = 5060\ntransport = \"udp\"\ncodecs = [\"ulaw\"]\n"
    )
}

fn outbound(name: &str, nth: usize) -> String {
    format!(
        "[[trunk]]\nprofile = \"itniotech\"\nname = \"{name}\"\nkind = \"peer\"\ndirection = \"outbound\"\n\
         host = \"192.0.2.{nth}\"\nagent_groups = [{{ name = \"Team 00{nth}\" }}]\n"
    )
}

fn numbers(account: &str, list: &[&str]) -> String {
    let row = |number: &&str| format!("{{ number = \"{number}\", labels = \"A\", languages = \"en-US\" }}");
    let rows: Vec<String> = list.iter().map(row).collect();
    format!(
        "[[internal_numbers]]\nprofile = \"zoom\"\naccount = \"{account}\"\nnumbers = [{}]\n",
        rows.join(", ")
    )
}

fn countries(account: &str, list: &str) -> String {
    format!("[[callout_countries]]\nprofile = \"zoom\"\naccount = \"{account}\"\ncountries = [{list}]\n")
}

fn assigned(account: &str, master: &str) -> String {
    format!("[[trunk]]\nprofile = \"zoom\"\naccount = \"{account}\"\nmaster_trunk = \"{master}\"\n")
}

const ONE: &str = "+16466661110";
const TWO: &str = "+16466661111";
const THREE: &str = "+16466661112";

/// A lab in which the manifest made one of each, and other people another one of each.
fn lab() -> (Lab, String) {
    let lab = Lab::new();
    let all = [
        peer("yeastar", "own"),
        peer("yeastar", "kept"),
        assigned("sub-1", "trunk-a"),
        numbers("sub-1", &[ONE, TWO]),
        countries("sub-1", "\"US\", \"GB\""),
    ];
    let path = lab.manifest(&all.concat());
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    let peer = "--kind peer --host 192.0.2.9 --port 5060 --transport udp --codecs ulaw";
    for line in [
        &format!("-p yeastar trunk create --name foreign {peer}"),
        "-p zoom trunk create --account sub-1 --master-trunk trunk-b",
        "-p zoom trunk create --account sub-2 --master-trunk trunk-b",
        &format!("-p zoom internal-numbers add --number {THREE} --label F --language en-US"),
        "-p zoom callout-countries add NO",
        "-p zoom callout-countries add SE --account sub-2",
    ] {
        lab.run(line).expect(0);
    }
    let other = lab.place.write("other.toml", &peer_of_another());
    lab.run(&format!("apply -f {other} --yes")).expect(0);
    lab.requests();
    (lab, path)
}

fn peer_of_another() -> String {
    peer("yeastar", "others")
}

fn held(lab: &Lab) -> Vec<String> {
    let mut held = Vec::new();
    for (line, key) in [
        ("-p yeastar trunk list", "name"),
        ("-p zoom trunk list", "id"),
        ("-p zoom internal-numbers list", "number"),
        ("-p zoom callout-countries list", "id"),
    ] {
        let rows = lab.run(line).expect(0).json();
        held.extend(rows.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()));
    }
    held
}

/// What is wanted no longer: of each kind one.
fn less() -> String {
    let own = [peer("yeastar", "kept"), numbers("sub-1", &[TWO]), countries("sub-1", "\"GB\"")];
    format!("{}{}", own.concat(), assigned("sub-2", "trunk-b"))
}

#[test]
fn nothing_goes_that_nobody_asked_to_prune() {
    let (lab, path) = lab();
    let before = held(&lab);
    lab.manifest(&less());
    lab.requests();
    assert_eq!(changes(&lab.run(&format!("plan -f {path}")).expect(0)), Vec::<Value>::new());
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    assert_eq!((lab.written(), held(&lab)), (Vec::new(), before));
}

#[test]
fn what_this_manifest_made_and_no_longer_wants_goes_and_nothing_else() {
    let (lab, path) = lab();
    lab.manifest(&less());
    let done = lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune")).expect(0);
    let mut gone = column(&done, "name");
    gone.sort();
    assert_eq!(gone, [ONE, "US", "own", "trunk-a"]);
    assert_eq!(count(&done, "deleted"), 4);
    assert_eq!(held(&lab), ["kept", "foreign", "others", "trunk-b", TWO, THREE, "GB", "NO"]);
    lab.requests();
    assert_eq!(
        count(&lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune")).expect(0), "deleted"),
        0
    );
    assert_eq!(lab.written(), Vec::<String>::new());
}

#[test]
fn all_of_the_kinds_and_accounts_that_the_manifest_speaks_of_goes_and_no_other() {
    let (lab, path) = lab();
    // Trunks of the account sub-1 and of the PBX; not its numbers, and not the other account.
    let some = format!("{}{}", peer("yeastar", "kept"), countries("sub-1", "\"GB\""));
    lab.manifest(&some);
    let done = lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune=all")).expect(0);
    let mut gone = column(&done, "name");
    gone.sort();
    assert_eq!(gone, ["NO", "US", "foreign", "others", "own"]);
    assert_eq!(held(&lab), ["kept", "trunk-a", "trunk-b", ONE, TWO, THREE, "GB"]);
    lab.manifest(&format!("{}{}", assigned("sub-1", "trunk-b"), numbers("sub-1", &[TWO])));
    lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune=all")).expect(0);
    assert_eq!(held(&lab), ["kept", "trunk-b", TWO, "GB"]);
    let other = lab.run("-p zoom trunk list --account sub-2").expect(0).json();
    assert_eq!(other[0]["id"], "trunk-b");
    assert!(lab.run("-p zoom callout-countries list --account sub-2").expect(0).out.contains("SE"));
}

/// The profile is named no more, or nothing is wanted at all.
#[test]
fn the_last_object_of_a_profile_is_pruned_too() {
    let lab = Lab::sites(2);
    let path = lab.manifest(&format!("{}{}", peer("yeastar-0", "a"), peer("yeastar-1", "b")));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.manifest(&peer("yeastar-0", "a"));
    lab.requests();
    // Only where it is asked for is anybody else asked.
    lab.run(&format!("plan -f {path}")).expect(0);
    assert_eq!(lab.recorders[1].take().len(), 0);
    let done = lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune")).expect(0);
    assert_eq!(
        (column(&done, "name"), column(&done, "profile")),
        (vec!["b".into()], vec!["yeastar-1".into()])
    );
    lab.manifest("trunk = []\n");
    let done = lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune")).expect(0);
    assert_eq!((column(&done, "name"), count(&done, "deleted")), (vec!["a".into()], 1));
    assert_eq!(count(&lab.run(&format!("plan -f {path} --prune")).expect(0), "delete"), 0);
}

#[test]
fn a_chosen_profile_narrows_what_is_pruned() {
    let lab = Lab::sites(2);
    let path = lab.manifest(&format!("{}{}", peer("yeastar-0", "a"), peer("yeastar-1", "b")));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.manifest(&peer("yeastar-0", "c"));
    let plan = lab.run(&format!("plan -f {path} --prune -p yeastar-0")).expect(0);
    assert_eq!(column(&plan, "name"), ["c", "a"]);
    let plan = lab.run(&format!("plan -f {path} --prune -p yeastar-1")).expect(0);
    assert_eq!(column(&plan, "name"), ["b"]);
    // A profile that is no more leads nowhere; what is there stays.
    let text = std::fs::read_to_string(&lab.profiles).unwrap();
    lab.place.write("profiles.toml", &text.replace("yeastar-1]", "renamed]"));
    let plan = lab.run(&format!("plan -f {path} --prune")).expect(0);
    assert_eq!(column(&plan, "name"), ["c", "a"]);
}

/// What is wanted under another name of its account or by another profile is wanted.
#[test]
fn what_is_called_otherwise_is_not_pruned() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(&lab.profiles).unwrap();
    lab.place.write("profiles.toml", &format!("{text}{}", text.replace("[profiles.", "[profiles.other-")));
    let text = |profile: &str, account: &str| {
        format!(
            "[[callout_countries]]\nprofile = \"{profile}\"\naccount = \"{account}\"\ncountries = [\"US\"]\n"
        )
    };
    let apply = |profile: &str, account: &str| {
        let path = lab.manifest(&text(profile, account));
        lab.run(&format!("apply -f {path} --prune --yes")).expect(0);
        lab.writes().len()
    };
    for (profile, account, writes) in [
        ("zoom", "me", 1),
        ("zoom", "sandbox-account", 0),
        ("other-zoom", "sandbox-account", 0),
        ("zoom", "me", 0),
    ] {
        assert_eq!(apply(profile, account), writes, "{profile} {account}");
    }
}

/// Only its secrets tell to which contact center a profile leads.
#[test]
fn what_is_wanted_by_a_profile_with_the_same_secrets_is_not_pruned() {
    let lab = Lab::new().with("KEY", "sandbox-key");
    let text = std::fs::read_to_string(&lab.profiles).unwrap();
    let others = text.replace("[profiles.", "[profiles.other-").replace("\"sandbox-key\"", "\"env:KEY\"");
    lab.place.write("profiles.toml", &format!("{text}{others}"));
    let path = lab.manifest(&outbound("a", 1));
    lab.run(&format!("apply -f {path} --prune --yes")).expect(0);
    lab.manifest(&outbound("a", 1).replace("\"itniotech\"", "\"other-itniotech\""));
    let plan = lab.run(&format!("plan -f {path} --prune --detailed-exitcode")).expect(0);
    assert_eq!(column(&plan, "name"), [""; 0]);
    // Where they cannot be told, nothing is risked.
    let mut without = lab.command(&format!("plan -f {path} --prune"));
    let plan = read(without.env_remove("KEY").output().unwrap()).expect(3);
    assert_eq!(column(&plan, "name"), [""; 0]);
    assert!(plan.err.contains("where profile `other-itniotech` leads cannot be told"), "{}", plan.err);
    for (name, key) in [("third", "\"sandbox-key\""), ("other", "\"env:KEY\"")] {
        let third = text.replace("[profiles.", &format!("[profiles.{name}-")).replace("\"sandbox-key\"", key);
        lab.place.write("profiles.toml", &format!("{text}{third}"));
        let beside = outbound("b", 2).replace("\"itniotech\"", &format!("\"{name}-itniotech\""));
        lab.manifest(&(outbound("a", 1) + &beside));
        lab.run(&format!("apply -f {path} --prune --yes")).expect(0);
        lab.run(&format!("plan -f {path} --prune --detailed-exitcode")).expect(0);
    }
}

/// A profile for each sub account of one app: they share what is remembered.
#[test]
fn profiles_of_one_account_prune_what_none_of_them_wants() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(&lab.profiles).unwrap();
    let one = |name: &str| {
        let own = text.replace("[profiles.zoom]", &format!("[profiles.{name}]"));
        let at = own.find(&format!("[profiles.{name}]")).unwrap();
        own[at..].replace("account = \"sub-1\"", &format!("account = \"{name}\""))
    };
    lab.place.write("profiles.toml", &format!("{text}{}{}", one("sub-1"), one("sub-2")));
    let countries = |profile: &str, codes: &str| {
        format!("[[callout_countries]]\nprofile = \"{profile}\"\ncountries = [{codes}]\n")
    };
    let path = lab.manifest(&(countries("sub-1", "\"US\", \"GB\"") + &countries("sub-2", "\"US\", \"NO\"")));
    for writes in [2, 0] {
        lab.run(&format!("apply -f {path} --prune --yes")).expect(0);
        assert_eq!(lab.writes().len(), writes);
    }
    lab.manifest(&(countries("sub-1", "\"US\"") + &countries("sub-2", "\"US\"")));
    let gone = |words: &str| {
        let plan = lab.run(&format!("plan -f {path} --prune{words}")).expect(0);
        let mut gone: Vec<String> = changes(&plan)
            .iter()
            .map(|step| format!("{} {} {}", step["action"], step["profile"], step["name"]))
            .collect();
        gone.sort();
        gone
    };
    let (first, second) = (r#""delete" "sub-1" "GB""#.to_owned(), r#""delete" "sub-2" "NO""#.to_owned());
    assert_eq!(gone(""), [&*first, &*second]);
    assert_eq!(gone(" -p sub-1"), [&*first]);
    assert_eq!(gone(" -p sub-2"), [&*second]);
    let mut parts = [gone(" --partition 1/2"), gone(" --partition 2/2")].concat();
    parts.sort();
    assert_eq!(parts, [first, second]);
    // What moves from one profile to the other stays, and a saved plan of one knows of the other.
    let plan = lab.place.path().join("plan.json").display().to_string();
    lab.run(&format!("plan -f {path} --prune -p sub-2 --out {plan}")).expect(0);
    let done = lab.run(&format!("apply {plan} --yes --allow-mass-change")).expect(0);
    assert_eq!((column(&done, "name"), count(&done, "deleted")), (vec!["NO".into()], 1));
    lab.manifest(
        &countries("sub-1", "\"US\", \"GB\"").replace("countries =", "account = \"sub-2\"\ncountries ="),
    );
    let done = lab.run(&format!("apply -f {path} --prune --yes --allow-mass-change")).expect(0);
    let mut outcomes: Vec<_> = changes(&done)
        .iter()
        .map(|one| format!("{} {} {}", one["outcome"], one["account"], one["name"]))
        .collect();
    outcomes.sort();
    assert_eq!(
        outcomes,
        [r#""created" "sub-2" "GB""#, r#""deleted" "sub-1" "GB""#, r#""deleted" "sub-1" "US""#]
    );
    assert_eq!(
        count(&lab.run(&format!("plan -f {path} --prune --detailed-exitcode")).expect(0), "unchanged"),
        2
    );
}

/// A trunk with another name comes in the place of the one that goes.
#[test]
fn a_trunk_stays_where_the_one_in_its_place_is_not_made() {
    let lacking = |text: String| text.replace("codecs = [\"ulaw\"]\n", "");
    for (fault, later, outcome, why) in [
        (vec![], lacking(peer("yeastar", "new")), "failed", "is kept, because trunk `new` cannot be made"),
        (
            vec!["status=400;call=trunk/create;skip=1;count=1"],
            peer("yeastar", "new"),
            "skipped",
            "trunk `new` was not made, which may stand in its place",
        ),
    ] {
        let lab = Lab::before(vec![Served::faulty(&fault)], Recorder::before);
        let path = lab.manifest(&peer("yeastar", "old"));
        let apply = format!("apply -f {path} --prune --yes");
        lab.run(&apply).expect(0);
        lab.manifest(&later);
        let done = lab.run(&apply).expect(12);
        let old = changes(&done).into_iter().find(|change| change["name"] == "old").unwrap();
        assert_eq!(old["outcome"], outcome, "{old}");
        assert!(old["error"]["message"].as_str().unwrap().contains(why), "{old}");
        assert_eq!(lab.run("-p yeastar trunk get name:old").expect(0).json()["name"], "old");
        lab.manifest(&peer("yeastar", "new"));
        lab.run(&apply).expect(0);
        assert_eq!(lab.run("-p yeastar trunk list").expect(0).json().as_array().unwrap().len(), 1);
    }
}

/// A trunk that is called like another one's id.
#[test]
fn a_name_is_no_id() {
    let lab = Lab::new();
    let path = lab.manifest(&format!("{}{}", peer("yeastar", "first"), peer("yeastar", "1")));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.elsewhere("-p yeastar trunk delete name:1 --yes").expect(0);
    // The trunk `1` is gone already, and the trunk with the id 1 is wanted.
    lab.manifest(&peer("yeastar", "first"));
    let plan = lab.run(&format!("plan -f {path} --prune")).expect(0);
    assert_eq!(changes(&plan), Vec::<Value>::new());
    // The one with the id 1 is not the one that is wanted under that name.
    lab.manifest(&peer("yeastar", "1"));
    let plan = lab.run(&format!("plan -f {path} --prune=all")).expect(0);
    assert_eq!(
        (column(&plan, "action"), column(&plan, "name")),
        (vec!["create".into(), "delete".into()], vec!["1".into(), "first".into()],)
    );
}

/// What was deleted is forgotten, whoever makes it again.
#[test]
fn what_came_back_by_other_hands_is_not_ours() {
    for prune in ["", "=all"] {
        let lab = Lab::new();
        let both = format!("{}{}", assigned("sub-1", "trunk-a"), assigned("sub-1", "trunk-b"));
        let path = lab.manifest(&both);
        lab.run(&format!("apply -f {path} --yes")).expect(0);
        lab.manifest(&assigned("sub-1", "trunk-b"));
        assert_eq!(
            count(
                &lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune{prune}")).expect(0),
                "deleted"
            ),
            1
        );
        lab.run("-p zoom trunk create --account sub-1 --master-trunk trunk-a").expect(0);
        assert_eq!(count(&lab.run(&format!("plan -f {path} --prune")).expect(0), "delete"), 0, "{prune}");
    }
}

#[test]
fn what_a_vendor_cannot_delete_is_told_and_the_rest_is_done() {
    let lab = Lab::new();
    let path = lab.manifest(&format!("{}{}{}", outbound("a", 1), outbound("b", 2), peer("yeastar", "p")));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.manifest(&format!("{}{}", outbound("b", 3), peer("yeastar", "q")));
    lab.requests();
    let plan = lab.run(&format!("plan -f {path} --prune --detailed-exitcode")).expect(12);
    let impossible: Vec<Value> =
        changes(&plan).into_iter().filter(|step| step["action"] == "impossible").collect();
    assert_eq!((impossible.len(), &impossible[0]["name"]), (1, &"a".into()), "{}", plan.out);
    assert!(impossible[0]["error"]["message"].as_str().unwrap().contains("deletes a trunk"));
    assert_eq!(impossible[0]["error"]["kind"], "unsupported");
    let done = lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune")).expect(12);
    let counts = ["created", "updated", "deleted", "failed"].map(|key| count(&done, key));
    assert_eq!(counts, [1, 1, 1, 1], "{}", done.out);
    assert_eq!(lab.writes().len(), 3);
    // With nothing else to do it is told again, and nobody is asked.
    let again = lab.run(&format!("apply -f {path} --prune")).expect(12);
    assert_eq!((count(&again, "failed"), lab.written()), (1, Vec::new()));
}
