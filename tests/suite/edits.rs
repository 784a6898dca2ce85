//! Trunks that are cloned and edited, lists that are changed in part, and trunks that standard input names.

use serde_json::{Value, json};

use crate::support::{Place, Ran};

const PEER: &str =
    "-p yeastar trunk create --kind peer --host 192.0.2.40 --port 5060 --transport udp --codecs ulaw";

fn args(line: &str) -> Vec<&str> {
    [&["--sandbox"], line.split_whitespace().collect::<Vec<_>>().as_slice()].concat()
}

fn run(place: &Place, line: &str) -> Ran {
    place.run(&args(line))
}

fn get(place: &Place, profile: &str, trunk: &str) -> Value {
    run(place, &format!("-p {profile} trunk get {trunk} -o json")).expect(0).json()
}

/// A place with an editor that runs this on the file.
fn with_editor(script: &str) -> Place {
    let place = Place::new();
    place.program("editor", &format!("#!/bin/sh\n{script}\n"));
    let editor = place.path().join("editor").to_string_lossy().into_owned();
    let temporary = place.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    place.with("EDITOR", &editor).with("TMPDIR", &temporary.to_string_lossy())
}

/// The file that an edit left, if there is one; it is removed.
fn left(place: &Place) -> Option<String> {
    let mut files = std::fs::read_dir(place.path().join("tmp")).unwrap();
    let path = files.next()?.unwrap().path();
    assert!(files.next().is_none(), "several files are left");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    Some(text)
}

#[test]
fn a_clone_copies_every_field_of_its_trunk() {
    let place = Place::new().with("PW", "Sturdy-Canary-77");
    run(&place, "-p yeastar trunk create --from examples/yeastar/register-trunk.toml").expect(0);
    let ran = run(&place, "-p yeastar trunk clone itsp-main --name second").expect(4);
    assert!(
        ran.err.contains("password of `itsp-main` cannot be read") && ran.err.contains("--password-from")
    );
    let line = "-p yeastar trunk clone itsp-main --name second --password-from env:PW --port 5070 -o json";
    let change = run(&place, line).expect(0).json();
    assert_eq!((&change["operation"], &change["outcome"]), (&json!("trunk.create"), &json!("created")));
    let (mut first, mut second) = (get(&place, "yeastar", "itsp-main"), get(&place, "yeastar", "second"));
    assert_eq!(second["port"], 5070);
    for trunk in [&mut first, &mut second] {
        let own = ["id", "name", "port", "password", "status", "status_code", "vendor_fields"];
        own.iter().for_each(|key| drop(trunk.as_object_mut().unwrap().remove(*key)));
    }
    assert_eq!(first, second);
    run(&place, "-p yeastar trunk clone itsp-main").expect(2);
    run(&place, "-p yeastar trunk clone nope --name second").expect(6);
}

#[test]
fn a_clone_for_another_vendor_names_the_dropped_fields() {
    let place = Place::new();
    run(&place, &format!("{PEER} --name carrier --did 5503308=Main")).expect(0);
    let line = "-p yeastar trunk clone carrier --to itniotech";
    let ran = run(&place, line).expect(4);
    assert!(ran.err.contains("agent_groups: ") && ran.err.contains("(--agent-group)"), "{ran:?}");
    let ran = run(&place, &format!("{line} --agent-group Sales --direction outbound")).expect(0);
    for loss in ["not cloned: dids: ", "not cloned: domain, transport, codecs, country: "] {
        assert!(ran.err.contains(loss), "{loss}: {ran:?}");
    }
    assert!(!ran.err.contains("agent_groups"), "{ran:?}");
    let clone = get(&place, "itniotech", "carrier");
    assert_eq!((&clone["host"], &clone["direction"]), (&json!("192.0.2.40"), &json!("outbound")));
    assert_eq!(clone["agent_groups"][0]["name"], "Sales");
    // A dry run reads, and sends no writes.
    let ran = run(&place, "-p yeastar trunk clone carrier --name other --dry-run -o json").expect(0);
    assert_eq!(ran.json()["requests"][0]["body"]["name"], "other");
    run(&place, "-p yeastar trunk get other").expect(6);
}

/// An assignment has no name of its own: its clone is for another account.
#[test]
fn an_assignment_is_cloned_for_another_account() {
    let place = Place::new();
    run(&place, "-p zoom trunk create --account sub-1 --master-trunk trunk-a").expect(0);
    let ran = run(&place, "-p zoom trunk clone id:trunk-a --account sub-2 -o json").expect(0);
    assert_eq!((&ran.json()["outcome"], &ran.json()["account"]), (&json!("assigned"), &json!("sub-2")));
    let listed = run(&place, "-p zoom trunk list --account sub-2 -o json").expect(0).json();
    assert_eq!(listed[0]["id"], "trunk-a");
}

#[test]
fn an_edit_sends_only_what_was_changed() {
    let place = with_editor("sed -i -e 's/^port:.*/port: 5062/' -e '/^codecs:/d' -e '/^- ulaw/d' \"$1\"");
    run(&place, &format!("{PEER} --name a")).expect(0);
    let ran = run(&place, "-p yeastar trunk edit a --dry-run -o json").expect(0);
    assert_eq!(ran.json()["requests"][0]["body"], json!({"id": 1, "port": 5062}));
    let ran = run(&place, "-p yeastar trunk edit a").expect(4);
    assert!(ran.err.contains("port: 5060 -> 5062") && ran.err.contains("no terminal"), "{ran:?}");
    assert!(left(&place).unwrap().contains("port: 5062"), "the edit is lost");
    let change = run(&place, "-p yeastar trunk edit a --yes -o json").expect(0).json();
    assert_eq!(change["diff"], json!([{"field": "port", "before": 5060, "after": 5062}]));
    assert_eq!(get(&place, "yeastar", "a")["codecs"], json!(["ulaw"]));
    let change = run(&place, "-p yeastar trunk edit a -o json").expect(0).json();
    assert_eq!(change["outcome"], "unchanged");
    assert_eq!(left(&place), None);
}

#[test]
fn an_invalid_edit_is_kept() {
    for (script, why) in [
        ("echo 'prot: 5062' >> \"$1\"", "unknown key `prot`"),
        ("echo 'name: [' >> \"$1\"", "line "),
        ("sed -i 's/^kind:.*/kind: register/' \"$1\"", "kind: the trunk is of kind peer"),
        ("sed -i 's/^port:.*/port: 99999/' \"$1\"", "port"),
        ("echo 'x: 1' >> \"$1\"; exit 3", "ended with exit status: 3"),
    ] {
        let place = with_editor(script);
        run(&place, &format!("{PEER} --name a")).expect(0);
        let ran = run(&place, "-p yeastar trunk edit a --yes").expect(4);
        assert!(ran.err.contains(why) && ran.err.contains("your edit is kept in "), "{script}: {ran:?}");
        assert!(left(&place).is_some(), "{script}");
        assert_eq!(get(&place, "yeastar", "a")["port"], 5060, "{script}");
    }
    // There is nothing to keep.
    for script in ["exit 1", "exec no-such-program"] {
        let place = with_editor(script);
        run(&place, &format!("{PEER} --name a")).expect(0);
        let ran = run(&place, "-p yeastar trunk edit a --yes").expect(4);
        assert!(ran.err.contains("the editor ") && !ran.err.contains("kept"), "{ran:?}");
        assert_eq!(left(&place), None);
    }
}

#[test]
fn an_edit_shows_no_password_and_accepts_a_reference() {
    let place = with_editor("cat \"$1\" >&2; echo 'password: env:PW' >> \"$1\"");
    let place = place.with("PW", "Sturdy-Canary-77").with("OLD", "Ancient-Canary-55");
    let line = "-p yeastar trunk create --name r --kind register --host sip.example.com --port 5060 \
                --transport udp --codecs ulaw --username 1 --auth-name 1 --password-from env:OLD";
    run(&place, line).expect(0);
    let ran = run(&place, "-p yeastar trunk edit r --yes").expect(0);
    assert!(ran.out.contains("password  *** -> ***"), "{ran:?}");
    assert!(ran.err.contains("auth_name: ") && !ran.err.contains("***"), "{ran:?}");
    assert!(!format!("{ran:?}").contains("Canary"), "{ran:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_person_edits_again_and_confirms() {
    use crate::support::terminal::Terminal;
    // The first edit is wrong, the second one is right.
    let script = "if grep -q prot \"$1\"; then sed -i -e '/^prot/d' -e 's/^port:.*/port: 5063/' \"$1\"; \
                  else echo 'prot: 9' >> \"$1\"; fi";
    let place = with_editor(script);
    run(&place, &format!("{PEER} --name a")).expect(0);
    let mut terminal = Terminal::start(&place, &args("-p yeastar trunk edit a"));
    terminal.wait_for("unknown key `prot`").wait_for("Edit the file again? [y/N]").type_line("y");
    terminal.wait_for("port: 5060 -> 5063").wait_for("This changes it on profile `yeastar`").type_line("y");
    let (status, text) = terminal.end();
    assert!(status.success(), "{text}");
    assert_eq!(get(&place, "yeastar", "a")["port"], 5063);
    assert_eq!(left(&place), None);
    // Ctrl-C is a key of the editor.
    let script =
        "trap 'sed -i s/^port:.*/port:\\ 5064/ \"$1\"; exit 0' INT; printf 'the editor\\n'; read line";
    place.program("editor", &format!("#!/bin/sh\n{script}\n"));
    let mut terminal = Terminal::start(&place, &args("-p yeastar trunk edit a"));
    terminal.wait_for("the editor").press("\u{3}");
    terminal.wait_for("port: 5063 -> 5064").wait_for("Continue? [y/N]").type_line("n");
    let (status, text) = terminal.end();
    assert_eq!(status.code(), Some(4), "{text}");
    assert!(text.contains("You did not confirm") && text.contains("your edit is kept in "), "{text}");
}

#[test]
fn agent_groups_are_added_and_removed() {
    let place = Place::new();
    let line = "-p itniotech trunk create --name out --kind peer --direction outbound --host 192.0.2.4";
    run(&place, &format!("{line} --agent-group Sales=100")).expect(0);
    let groups = || -> Vec<Value> {
        let trunk = get(&place, "itniotech", "out");
        trunk["agent_groups"].as_array().unwrap().iter().map(|group| group["name"].clone()).collect()
    };
    let update = |line: &str| run(&place, &format!("-p itniotech trunk update out {line}"));
    assert_eq!(update("--add-agent-group Support").expect(0).err, "");
    assert_eq!(groups(), ["Sales", "Support"]);
    let ran = update("--add-agent-group Sales --remove-agent-group 42 -o json").expect(0);
    assert_eq!(ran.json()["outcome"], "unchanged");
    assert!(ran.err.contains("already has this agent group") && ran.err.contains("no such agent group"));
    assert_eq!(update("--remove-agent-group Sales").expect(0).err, "");
    assert_eq!(groups(), ["Support"]);
    let ran = update("--agent-group Sales").expect(0);
    assert!(ran.err.contains("agent_groups: the new list drops Support; --add-agent-group keeps"), "{ran:?}");
    let ran = update("--agent-group Sales --add-agent-group Support").expect(4);
    assert!(ran.err.contains("either --agent-group or --add-agent-group"), "{ran:?}");
    update("--add-agent-group nope").expect(6);
    run(&place, &format!("{PEER} --name a")).expect(0);
    let ran = run(&place, "-p yeastar trunk update a --remove-agent-group Sales").expect(4);
    assert!(ran.err.contains("agent_groups: Yeastar P-Series has no such field"), "{ran:?}");
}

#[test]
fn a_list_that_replaces_a_longer_one_names_what_it_drops() {
    let place = Place::new();
    run(&place, &format!("{PEER},alaw --name a --did 1=Main --did 2")).expect(0);
    let update = |line: &str| run(&place, &format!("-p yeastar trunk update a {line}"));
    let ran = update("--did 2 --did 3").expect(0);
    assert!(ran.err.contains("dids: the new list drops 1 (Main); --add-did keeps the others"), "{ran:?}");
    assert!(update("--codecs alaw").expect(0).err.contains("codecs: the new list drops ulaw"));
    for line in ["--codecs alaw,ulaw", "--add-did 4", "--no-dids"] {
        assert_eq!(update(line).expect(0).err, "", "{line}");
    }
    assert_eq!(get(&place, "yeastar", "a")["dids"], json!([]));
    update("--no-dids --did 1").expect(2);
    update("--no-dids --add-did 1").expect(4);
}

#[test]
fn trunk_names_are_read_from_standard_input() {
    let place = Place::new();
    for name in ["a", "b"] {
        run(&place, &format!("{PEER} --name {name}")).expect(0);
    }
    let names = run(&place, "-p yeastar trunk list --columns name --no-headers").expect(0).out;
    let pipe = |line: &str, input: &str| place.pipe(&args(line), input);
    let outcomes = |ran: Ran| -> Vec<(String, String)> {
        let changes = ran.json()["changes"].as_array().unwrap().clone();
        let text = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
        changes.iter().map(|change| (text(change, "name"), text(change, "outcome"))).collect()
    };
    let pair = |name: &str, outcome: &str| (name.to_owned(), outcome.to_owned());
    let ran = pipe("-p yeastar trunk disable - -o json", &names).expect(0);
    assert_eq!(outcomes(ran), [pair("a", "updated"), pair("b", "updated")]);
    let ran = pipe("-p yeastar trunk enable -o json b -", "nope\na\n").expect(12);
    assert_eq!(outcomes(ran), [pair("b", "updated"), pair("nope", "failed"), pair("a", "skipped")]);
    let listed = pipe("-p yeastar trunk get - -o json", "\n b \r\nid:1\n").expect(0).json();
    assert_eq!((&listed[0]["name"], &listed[1]["name"]), (&json!("b"), &json!("a")));
    // The address is that of an example.
    let checked = pipe("-p yeastar trunk check --offline -o json -", "a\n").expect(15).json();
    assert_eq!((checked.as_array().unwrap().len(), &checked[0]["trunk"]), (1, &json!("a")));
    let waited = pipe("-p yeastar trunk wait - -o json --for reachable --within 5s", "b\n").expect(0).json();
    assert_eq!(waited[0]["trunk"], "b");
    // Without a terminal, standard input cannot confirm a deletion as well.
    pipe("-p yeastar trunk delete -", &names).expect(4);
    let ran = pipe("-p yeastar trunk delete - --yes -o json", &names).expect(0);
    assert_eq!(outcomes(ran), [pair("a", "deleted"), pair("b", "deleted")]);
    for verb in ["get", "delete", "enable", "disable", "check", "wait"] {
        // No names are not all trunks.
        let ran = pipe(&format!("-p yeastar trunk {verb} -"), " \n\n").expect(4);
        assert!(ran.err.contains("standard input names no trunk"), "{verb}: {ran:?}");
        let ran = pipe(&format!("-p yeastar trunk {verb} - -"), "a\n").expect(2);
        assert!(ran.err.contains("given twice"), "{verb}: {ran:?}");
    }
}

#[test]
fn several_trunks_share_one_dry_run() {
    let place = Place::new();
    for name in ["a", "b"] {
        run(&place, &format!("{PEER} --name {name}")).expect(0);
    }
    let requests = run(&place, "-p yeastar trunk disable a b --dry-run -o json").expect(0).json();
    assert_eq!(requests["requests"].as_array().unwrap().len(), 2);
    assert_eq!(get(&place, "yeastar", "a")["enabled"], true);
    // It ends as the run would.
    let ran = run(&place, "-p yeastar trunk disable a none --dry-run -o json").expect(12);
    assert_eq!(ran.json()["requests"].as_array().unwrap().len(), 1);
    assert!(ran.error()["message"].as_str().unwrap().contains("none"), "{ran:?}");
    run(&place, "-p yeastar trunk disable a none -o json").expect(12);
}
