//! Objects that a manifest owns, and which of them `--prune` deletes.

use super::*;

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

/// The objects that the manifest owns, without those of other people.
const OWNED: &str = r#"
[[owns]]
profile = "yeastar"
trunks = ["own", "k?pt"]
[[owns]]
profile = "zoom"
account = "sub-1"
trunks = ["trunk-a"]
internal_numbers = ["+16466661110", "+*1111"]
callout_countries = ["US", "G*"]
"#;

/// A lab with one object of each kind from the manifest, and one of each kind from other people.
fn lab() -> (Lab, String) {
    let lab = Lab::new();
    let all = [
        peer("yeastar", "own"),
        peer("yeastar", "kept"),
        assigned("sub-1", "trunk-a"),
        numbers("sub-1", &[ONE, TWO]),
        countries("sub-1", "\"US\", \"GB\""),
        OWNED.to_owned(),
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
    lab.requests();
    (lab, path)
}

fn existing(lab: &Lab) -> Vec<String> {
    let mut existing = Vec::new();
    for (line, key) in [
        ("-p yeastar trunk list", "name"),
        ("-p zoom trunk list", "id"),
        ("-p zoom internal-numbers list", "number"),
        ("-p zoom callout-countries list", "id"),
    ] {
        let rows = lab.run(line).expect(0).json();
        existing.extend(rows.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()));
    }
    existing
}

/// A manifest that no longer lists one object of each kind.
fn less(owns: &str) -> String {
    let own = [peer("yeastar", "kept"), numbers("sub-1", &[TWO]), countries("sub-1", "\"GB\"")];
    format!("{}{}{owns}", own.concat(), assigned("sub-2", "trunk-b"))
}

#[test]
fn without_prune_unwanted_objects_are_listed_and_not_deleted() {
    let (lab, path) = lab();
    let before = existing(&lab);
    lab.manifest(&less(OWNED));
    lab.requests();
    let plan = lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    assert_eq!(changes(&plan), Vec::<Value>::new());
    let rows = plan.json()["unwanted"].as_array().unwrap().clone();
    let mut unwanted: Vec<String> = rows
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", text("profile"), text("kind"), text("name"))
        })
        .collect();
    unwanted.sort();
    assert_eq!(
        unwanted,
        [
            "yeastar trunk own",
            "zoom callout_country US",
            "zoom internal_number +16466661110",
            "zoom trunk trunk-a"
        ]
    );
    assert!(rows.iter().all(|row| row["id"].is_string() || row["kind"] == "internal_number"), "{rows:?}");
    assert_eq!(count(&plan, "unwanted"), 4);
    let text = lab.run(&format!("-o table plan -f {path}")).expect(0).out;
    assert!(text.contains("1 not wanted: trunk `own`") && text.contains("4 not wanted (--prune"), "{text}");
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    assert_eq!((lab.written(), existing(&lab)), (Vec::new(), before));
}

#[test]
fn prune_deletes_only_owned_objects_that_are_not_wanted() {
    let (lab, path) = lab();
    lab.manifest(&less(OWNED));
    let done = lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune")).expect(0);
    let mut gone = column(&done, "name");
    gone.sort();
    assert_eq!(gone, [ONE, "US", "own", "trunk-a"]);
    assert_eq!(count(&done, "deleted"), 4);
    assert_eq!(existing(&lab), ["kept", "foreign", "trunk-b", TWO, THREE, "GB", "NO"]);
    lab.requests();
    let again = lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune")).expect(0);
    assert_eq!((count(&again, "deleted"), lab.written()), (0, Vec::new()));
}

#[test]
fn prune_deletes_only_in_owned_kinds_and_accounts() {
    let (lab, path) = lab();
    let all = "[[owns]]\nprofile = \"yeastar\"\ntrunks = \"all\"\n\
               [[owns]]\nprofile = \"zoom\"\naccount = \"sub-1\"\ncallout_countries = \"all\"\n";
    lab.manifest(&format!("{}{}{all}", peer("yeastar", "kept"), countries("sub-1", "\"GB\"")));
    let done = lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune")).expect(0);
    let mut gone = column(&done, "name");
    gone.sort();
    assert_eq!(gone, ["NO", "US", "foreign", "own"]);
    assert_eq!(existing(&lab), ["kept", "trunk-a", "trunk-b", ONE, TWO, THREE, "GB"]);
    assert!(lab.run("-p zoom callout-countries list --account sub-2").expect(0).out.contains("SE"));
}

/// A plan on another machine, with any state folder or none.
#[test]
fn a_plan_does_not_depend_on_the_state_folder() {
    let (lab, path) = lab();
    lab.manifest(&less(OWNED));
    let line = format!("plan -f {path} --prune");
    let here = lab.run(&line).expect(0).out;
    assert_eq!(lab.elsewhere(&line).expect(0).out, here);
    // A copy of another machine's folder.
    let copy = lab.place.path().join("elsewhere");
    for entry in std::fs::read_dir(lab.place.state().join("applied")).unwrap() {
        let entry = entry.unwrap();
        std::fs::create_dir_all(copy.join("applied")).unwrap();
        std::fs::copy(entry.path(), copy.join("applied").join(entry.file_name())).unwrap();
    }
    assert_eq!(lab.elsewhere(&line).expect(0).out, here);
    std::fs::remove_dir_all(lab.place.state()).unwrap();
    assert_eq!(lab.run(&line).expect(0).out, here);
}

#[test]
fn a_manifest_that_owns_nothing_deletes_nothing() {
    let lab = Lab::new();
    let path = lab.manifest(&peer("yeastar", "a"));
    for command in ["plan", "apply --yes"] {
        let error = lab.run(&format!("{command} -f {path} --prune")).expect(4).error();
        assert!(error["message"].as_str().unwrap().contains("owns nothing"), "{error}");
        assert!(error["hint"].as_str().unwrap().contains("[[owns]]"), "{error}");
    }
    assert!(lab.requests().is_empty());
}

/// In the end, only `[[owns]]` names the profile.
#[test]
fn the_last_object_of_a_profile_is_deleted_too() {
    let lab = Lab::sites(2);
    let owned = owns("yeastar", "yeastar-0") + &owns("yeastar", "yeastar-1");
    let both = format!("{}{}{owned}", peer("yeastar-0", "a"), peer("yeastar-1", "b"));
    let path = lab.manifest(&both);
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.manifest(&(peer("yeastar-0", "a") + &owned));
    let done = lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune")).expect(0);
    assert_eq!(
        (column(&done, "name"), column(&done, "profile")),
        (vec!["b".into()], vec!["yeastar-1".into()])
    );
    lab.manifest(&owned);
    let done = lab.run(&format!("apply -f {path} --yes --allow-mass-change --prune")).expect(0);
    assert_eq!((column(&done, "name"), count(&done, "deleted")), (vec!["a".into()], 1));
}

#[test]
fn selecting_a_profile_limits_the_deletes() {
    let lab = Lab::sites(2);
    let owned = owns("yeastar", "yeastar-0") + &owns("yeastar", "yeastar-1");
    let path = lab.manifest(&format!("{}{}{owned}", peer("yeastar-0", "a"), peer("yeastar-1", "b")));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.manifest(&(peer("yeastar-0", "c") + &owned));
    for (profile, names) in [("yeastar-0", vec!["c", "a"]), ("yeastar-1", vec!["b"])] {
        let plan = lab.run(&format!("plan -f {path} --prune -p {profile}")).expect(0);
        assert_eq!(column(&plan, "name"), names);
    }
}

/// An object is also wanted if another profile or another name of its account lists it.
#[test]
fn objects_wanted_by_another_profile_of_the_account_are_not_deleted() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(&lab.profiles).unwrap();
    lab.place.write("profiles.toml", &format!("{text}{}", text.replace("[profiles.", "[profiles.other-")));
    let owned = "[[owns]]\nprofile = \"zoom\"\naccount = \"me\"\ncallout_countries = \"all\"\n";
    for (profile, account, writes) in [
        ("zoom", "me", 1),
        ("zoom", "sandbox-account", 0),
        ("other-zoom", "sandbox-account", 0),
        ("zoom", "me", 0),
    ] {
        let entry = format!(
            "[[callout_countries]]\nprofile = \"{profile}\"\naccount = \"{account}\"\ncountries = [\"US\"]\n"
        );
        let path = lab.manifest(&format!("{entry}{owned}"));
        lab.run(&format!("apply -f {path} --prune --yes")).expect(0);
        assert_eq!(lab.writes().len(), writes, "{profile} {account}");
    }
}

/// A trunk with another name replaces the deleted one.
#[test]
fn a_trunk_stays_if_its_replacement_is_not_created() {
    let lacking = |text: String| text.replace("codecs = [\"ulaw\"]\n", "");
    for (fault, later, outcome, why) in [
        (vec![], lacking(peer("yeastar", "new")), "failed", "is kept, because trunk `new` cannot be created"),
        (
            vec!["status=400;call=trunk/create;skip=1;count=1"],
            peer("yeastar", "new"),
            "skipped",
            "trunk `new` was not created, which may take its place",
        ),
    ] {
        let lab = Lab::before(vec![Served::faulty(&fault)], Recorder::before);
        let path = lab.manifest(&(peer("yeastar", "old") + &owns("yeastar", "yeastar")));
        let apply = format!("apply -f {path} --prune --yes");
        lab.run(&apply).expect(0);
        lab.manifest(&(later + &owns("yeastar", "yeastar")));
        let done = lab.run(&apply).expect(12);
        let old = changes(&done).into_iter().find(|change| change["name"] == "old").unwrap();
        assert_eq!(old["outcome"], outcome, "{old}");
        assert!(old["error"]["message"].as_str().unwrap().contains(why), "{old}");
        assert_eq!(lab.run("-p yeastar trunk get name:old").expect(0).json()["name"], "old");
        lab.manifest(&(peer("yeastar", "new") + &owns("yeastar", "yeastar")));
        lab.run(&apply).expect(0);
        assert_eq!(lab.run("-p yeastar trunk list").expect(0).json().as_array().unwrap().len(), 1);
    }
}

/// A trunk that has another one's id as its name.
#[test]
fn a_name_is_not_mistaken_for_an_id() {
    let lab = Lab::new();
    let owned = owns("yeastar", "yeastar");
    let path = lab.manifest(&format!("{}{}", peer("yeastar", "first"), peer("yeastar", "1")));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.elsewhere("-p yeastar trunk delete name:1 --yes").expect(0);
    // The trunk `1` was deleted before, and the trunk with the id 1 is wanted.
    lab.manifest(&(peer("yeastar", "first") + &owned));
    let plan = lab.run(&format!("plan -f {path} --prune")).expect(0);
    assert_eq!(changes(&plan), Vec::<Value>::new());
    // The trunk with the id 1 is not the wanted trunk named `1`.
    lab.manifest(&(peer("yeastar", "1") + &owned));
    let plan = lab.run(&format!("plan -f {path} --prune")).expect(0);
    assert_eq!(
        (column(&plan, "action"), column(&plan, "name")),
        (vec!["create".into(), "delete".into()], vec!["1".into(), "first".into()],)
    );
}

#[test]
fn an_impossible_delete_is_reported_and_the_rest_is_done() {
    let lab = Lab::new();
    let owns = owns("itniotech", "itniotech") + &owns("yeastar", "yeastar");
    let path =
        lab.manifest(&format!("{}{}{}{owns}", outbound("a", 1), outbound("b", 2), peer("yeastar", "p")));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.manifest(&format!("{}{}{owns}", outbound("b", 3), peer("yeastar", "q")));
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
    // With nothing else to do, the error is reported again without a question.
    let again = lab.run(&format!("apply -f {path} --prune")).expect(12);
    assert_eq!((count(&again, "failed"), lab.written()), (1, Vec::new()));
}

#[test]
fn objects_that_no_manifest_can_describe_are_left_alone() {
    let rewrite = |_: &crate::support::recorder::Seen, answer: Vec<u8>| {
        let text = String::from_utf8(answer).unwrap();
        match text.find("\"name\":\"line\"") {
            Some(_) => text.replace("\"peer\"", "\"fxo1\"").into_bytes(),
            None => text.into_bytes(),
        }
    };
    let lab = Lab::before(vec![Served::start()], |base| Recorder::retelling(base, rewrite));
    let line =
        "trunk create --name line --kind peer --host 192.0.2.7 --port 5060 --transport udp --codecs ulaw";
    lab.elsewhere(&format!("-p yeastar {line}")).expect(0);
    let text = "[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\nkind = \"register\"\nhost = \"sip.example.com\"\n\
                port = 5060\ntransport = \"udp\"\nusername = \"u\"\nauth_name = \"u\"\npassword = \"env:SECRET\"\n\
                codecs = [\"ulaw\"]\n";
    let lab = lab.with("SECRET", "Owner0Password");
    let path = lab.manifest(&(text.to_owned() + &owns("yeastar", "yeastar")));
    let done = lab.run(&format!("apply -f {path} --prune --yes")).expect(0);
    assert_eq!(column(&done, "name"), ["t"]);
    let plan = lab.run(&format!("plan -f {path} --prune --detailed-exitcode")).expect(0);
    assert!(
        plan.out.contains("trunk `line` is left alone: a manifest cannot describe its kind, `fxo1`"),
        "{}",
        plan.out
    );
}

#[test]
fn a_malformed_number_is_left_alone() {
    let rewrite = |seen: &crate::support::recorder::Seen, answer: Vec<u8>| {
        if seen.method != "GET" {
            return answer;
        }
        String::from_utf8(answer).unwrap().replace("\"+16466661110\"", "\"x16466661110\"").into_bytes()
    };
    let lab = Lab::before(vec![Served::start()], |base| Recorder::retelling(base, rewrite));
    let number = "--number +16466661110 --type toll --label A --language en-US";
    lab.run(&format!("-p zoom internal-numbers add {number}")).expect(0);
    let path = lab.manifest(
        "[[internal_numbers]]\nprofile = \"zoom\"\nnumbers = [{ number = \"+16466661111\", labels = \"A\", \
         languages = \"en-US\" }]\n\
         [[owns]]\nprofile = \"zoom\"\ninternal_numbers = \"all\"\n",
    );
    let done = lab.run(&format!("apply -f {path} --prune --yes")).expect(0);
    assert_eq!(column(&done, "name"), ["+16466661111"]);
    let plan = lab.run(&format!("plan -f {path} --prune --detailed-exitcode")).expect(0);
    assert!(plan.out.contains("number x16466661110 is left alone"), "{}", plan.out);
}

/// The source is deleted only after the target is confirmed.
#[test]
fn a_moved_trunk_is_deleted_after_it_exists_on_the_other_profile() {
    for (fault, outcomes) in [
        (vec![], ["created", "deleted"]),
        (vec!["status=400;call=trunk/create;skip=0;count=1"], ["failed", "skipped"]),
    ] {
        let lab = Lab::before(vec![Served::start(), Served::faulty(&fault)], Recorder::before);
        let owned = owns("yeastar", "yeastar-0") + &owns("yeastar", "yeastar-1");
        let path = lab.manifest(&(peer("yeastar-0", "a") + &owned));
        lab.run(&format!("apply -f {path} --yes")).expect(0);
        lab.manifest(&(peer("yeastar-1", "a") + &owned));
        lab.requests();
        let done = lab.run(&format!("apply -f {path} --yes --prune --allow-mass-change --concurrency 8"));
        let mut all: Vec<(String, String)> =
            column(&done, "profile").into_iter().zip(column(&done, "outcome")).collect();
        all.sort();
        all.reverse();
        let all: Vec<String> = all.into_iter().map(|(_, outcome)| outcome).collect();
        assert_eq!(all, outcomes, "{}", done.out);
        let left = lab.run("-p yeastar-0 trunk list").expect(0).json().as_array().unwrap().len();
        assert_eq!(left, usize::from(outcomes[1] == "skipped"));
        lab.run(&format!("apply -f {path} --yes --prune --allow-mass-change")).expect(0);
        assert_eq!(lab.run("-p yeastar-0 trunk list").expect(0).json().as_array().unwrap().len(), 0);
        assert_eq!(lab.run("-p yeastar-1 trunk list").expect(0).json().as_array().unwrap().len(), 1);
    }
}

#[test]
fn an_entry_renames_ignores_protects_and_deletes() {
    let lab = Lab::new();
    let path = lab.manifest(&(peer("yeastar", "old") + &peer("yeastar", "other")));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    let id = lab.run("-p yeastar trunk get name:old").expect(0).json()["id"].clone();
    // Renamed in place, although it is owned and its old name is not wanted.
    let renamed = peer("yeastar", "new") + "previous_name = \"old\"\n";
    lab.manifest(&(renamed.clone() + &peer("yeastar", "other") + &owns("yeastar", "yeastar")));
    let done = lab.run(&format!("apply -f {path} --yes --prune")).expect(0);
    assert_eq!(
        (column(&done, "outcome"), column(&done, "name")),
        (vec!["updated".into()], vec!["new".into()])
    );
    assert_eq!(lab.run("-p yeastar trunk get name:new").expect(0).json()["id"], id);
    lab.run(&format!("plan -f {path} --prune --detailed-exitcode")).expect(0);
    // Both exist: it is ambiguous which one is meant.
    lab.manifest(&(renamed.replace("\"old\"", "\"other\"")));
    let plan = lab.run(&format!("plan -f {path}")).expect(12);
    assert!(plan.out.contains("both trunk `new` and its `previous_name` `other` exist"), "{}", plan.out);
    // A field that is ignored is neither compared nor changed.
    let other = peer("yeastar", "other").replace("5060", "5099");
    lab.manifest(&(other.clone() + "ignore = [\"port\"]\n"));
    lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    lab.manifest(&other);
    lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(14);
    // Deleted if it exists, no matter who owns it.
    lab.manifest("[[trunk]]\nprofile = \"yeastar\"\nname = \"other\"\nstate = \"absent\"\n");
    let done = lab.run(&format!("apply -f {path} --yes")).expect(0);
    assert_eq!(
        (column(&done, "outcome"), column(&done, "name")),
        (vec!["deleted".into()], vec!["other".into()])
    );
    lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
}

/// A number that the vendor cannot update is deleted and created again if the entry allows it.
#[test]
fn a_number_is_replaced_on_request() {
    let lab = Lab::new();
    let path = lab.manifest(&numbers("sub-1", &[ONE]));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    let changed = numbers("sub-1", &[ONE]).replace("labels = \"A\"", "labels = \"B\"");
    lab.manifest(&changed);
    let plan = lab.run(&format!("plan -f {path}"));
    assert_eq!(column(&plan, "action"), ["impossible"], "{}", plan.out);
    lab.manifest(&(changed.clone() + "replace = true\nprotect = true\n"));
    let plan = lab.run(&format!("plan -f {path}"));
    assert!(plan.out.contains("is protected, and cannot be replaced"), "{}", plan.out);
    lab.manifest(&(changed + "replace = true\n"));
    let done = lab.run(&format!("apply -f {path} --yes")).expect(0);
    assert_eq!(column(&done, "outcome"), ["deleted", "created"], "{}", done.out);
    assert!(lab.run("-p zoom internal-numbers list").expect(0).out.contains("\"B\""));
    lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
}

/// Four runners at once, as after four merges: each succeeds, and every object exists once.
#[test]
fn equal_applies_at_the_same_time_all_succeed() {
    let lab = Lab::new();
    let all = [
        peer("yeastar", "a"),
        peer("yeastar", "b"),
        numbers("sub-1", &[ONE, TWO]),
        countries("sub-1", "\"US\", \"GB\""),
    ];
    let path = lab.manifest(&all.concat());
    let line = format!("apply -f {path} --yes");
    let children: Vec<_> = (0..4)
        .map(|nth| {
            let state = lab.place.path().join(format!("runner-{nth}"));
            let mut command = lab.command(&line);
            command.env("TRUNKCTL_STATE_DIR", state).stdout(std::process::Stdio::piped());
            command.stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        read(child.wait_with_output().unwrap()).expect(0);
    }
    let mut all = existing(&lab);
    all.sort();
    assert_eq!(all, [ONE, TWO, "GB", "US", "a", "b"]);
}
