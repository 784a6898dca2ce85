//! Whose an object is: the manifest's that made it, until another one wants it or somebody else makes it anew.

use super::*;

const PEER: &str =
    "kind = \"peer\"\nhost = \"192.0.2.7\"\nport = 5060\ntransport = \"udp\"\ncodecs = [\"ulaw\"]\n";

fn peers(manifest: &str, names: &[&str]) -> String {
    let trunk = |name: &&str| format!("[[trunk]]\nprofile = \"yeastar\"\nname = \"{name}\"\n{PEER}");
    let none = if names.is_empty() { "trunk = []\n" } else { "" };
    format!("name = \"{manifest}\"\n{none}{}", names.iter().map(trunk).collect::<String>())
}

fn apply(lab: &Lab, text: &str) -> Vec<String> {
    let path = lab.manifest(text);
    let done = lab.run(&format!("apply -f {path} --prune --yes --allow-mass-change")).expect(0);
    column(&done, "name")
}

#[test]
fn what_another_manifest_wants_is_its_own_from_then_on() {
    let lab = Lab::new();
    apply(&lab, &peers("a", &["one", "two"]));
    let path = lab.manifest(&peers("b", &["two"]));
    let plan = lab.run(&format!("-o table plan -f {path} --prune")).expect(0);
    assert!(plan.err.contains("nothing is remembered here that the manifest `b` created"), "{}", plan.err);
    assert_eq!(apply(&lab, &peers("b", &["two"])), [""; 0]);
    assert_eq!(apply(&lab, &peers("a", &["one"])), [""; 0]);
    assert_eq!(apply(&lab, &peers("b", &[])), ["two"]);
    // A command that takes care of it takes it, too.
    let line = "-p yeastar trunk ensure --name one --kind peer --host 192.0.2.7 --port 5060 --transport udp --codecs ulaw";
    assert_eq!(lab.run(line).expect(0).json()["outcome"], "unchanged");
    assert_eq!(apply(&lab, &peers("a", &[])), [""; 0]);
    assert_eq!(lab.run("-p yeastar trunk get name:one").expect(0).json()["name"], "one");
}

/// One file of several, and one that was emptied.
#[test]
fn what_a_file_wants_that_was_not_given_is_not_pruned() {
    let lab = Lab::new();
    let one = |name: &str| peers("m", &[name]);
    lab.place.write("fleet/1.toml", &one("one"));
    let second = lab.place.write("fleet/2.toml", &one("two"));
    let folder = second.strip_suffix("/2.toml").unwrap();
    lab.run(&format!("apply -f {folder} --yes")).expect(0);
    let refused = |words: &str| {
        let error = lab.run(&format!("plan {words} --prune")).expect(4).error();
        assert!(
            error["message"].as_str().unwrap().contains("2.toml` was a part of this manifest"),
            "{error}"
        );
    };
    refused(&format!("-f {folder}/1.toml"));
    lab.place.write("fleet/2.toml", "name = \"m\"\n");
    refused(&format!("-f {folder}"));
    for gone in [false, true] {
        match gone {
            false => drop(lab.place.write("fleet/2.toml", "name = \"m\"\ntrunk = []\n")),
            true => std::fs::remove_file(&second).unwrap(),
        }
        let plan = lab.run(&format!("plan -f {folder} --prune")).expect(0);
        assert_eq!(column(&plan, "name"), ["two"], "{gone}");
    }
}

/// Their names are their ids, so that only the commands tell.
#[test]
fn what_was_made_anew_by_hand_is_nobodys() {
    let lab = Lab::new();
    let text = "name = \"m\"\n[[callout_countries]]\nprofile = \"zoom\"\ncountries = [\"GB\", \"US\"]\n\
                [[trunk]]\nprofile = \"zoom\"\nmaster_trunk = \"trunk-b\"\n";
    apply(&lab, text);
    for words in [
        "callout-countries remove GB --yes",
        "callout-countries add GB",
        "trunk delete id:trunk-b --yes",
        "trunk create --master-trunk trunk-b",
    ] {
        lab.run(&format!("-p zoom {words}")).expect(0);
    }
    assert_eq!(apply(&lab, "name = \"m\"\ntrunk = []\n"), ["US"]);
}

#[test]
fn a_trunk_that_was_renamed_at_the_vendor_is_not_made_twice() {
    let lab = Lab::new();
    apply(&lab, &peers("m", &["one"]));
    lab.elsewhere("-p yeastar trunk update name:one --name uno").expect(0);
    let path = lab.manifest(&peers("m", &["one"]));
    let done = lab.run(&format!("apply -f {path} --yes")).expect(12);
    let message = changes(&done)[0]["error"]["message"].to_string();
    assert!(message.contains("is called `uno` now"), "{message}");
    assert_eq!(apply(&lab, &peers("m", &["uno"])), [""; 0]);
    // One that is wanted under its new name does not stand in the way of another one.
    assert_eq!(apply(&lab, &peers("m", &["uno", "one"])), ["one"]);
}

#[test]
fn what_no_manifest_can_want_is_not_pruned() {
    let retell = |_: &crate::support::recorder::Seen, answer: Vec<u8>| {
        let text = String::from_utf8(answer).unwrap();
        match text.find("\"name\":\"line\"") {
            Some(_) => text.replace("\"peer\"", "\"fxo1\"").into_bytes(),
            None => text.into_bytes(),
        }
    };
    let lab = Lab::before(vec![Served::start()], |base| Recorder::retelling(base, retell));
    let line =
        "trunk create --name line --kind peer --host 192.0.2.7 --port 5060 --transport udp --codecs ulaw";
    lab.elsewhere(&format!("-p yeastar {line}")).expect(0);
    let text = "[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\nkind = \"register\"\nhost = \"sip.example.com\"\n\
                port = 5060\ntransport = \"udp\"\nusername = \"u\"\nauth_name = \"u\"\npassword = \"env:SECRET\"\n\
                codecs = [\"ulaw\"]\n";
    let lab = lab.with("SECRET", "Owner0Password");
    let path = lab.manifest(text);
    let done = lab.run(&format!("apply -f {path} --prune=all --yes")).expect(0);
    assert_eq!(column(&done, "name"), ["t"]);
    let plan = lab.run(&format!("plan -f {path} --prune=all --detailed-exitcode")).expect(0);
    assert!(
        plan.out.contains("trunk `line` is left alone: no manifest can want one of kind `fxo1`"),
        "{}",
        plan.out
    );
}

#[test]
fn a_number_that_is_none_is_not_pruned() {
    let retell = |seen: &crate::support::recorder::Seen, answer: Vec<u8>| {
        if seen.method != "GET" {
            return answer;
        }
        String::from_utf8(answer).unwrap().replace("\"+16466661110\"", "\"x16466661110\"").into_bytes()
    };
    let lab = Lab::before(vec![Served::start()], |base| Recorder::retelling(base, retell));
    let number = "--number +16466661110 --type toll --label A --language en-US";
    lab.run(&format!("-p zoom internal-numbers add {number}")).expect(0);
    let path = lab.manifest(
        "[[internal_numbers]]\nprofile = \"zoom\"\nnumbers = [{ number = \"+16466661111\", labels = \"A\", \
         languages = \"en-US\" }]\n",
    );
    let done = lab.run(&format!("apply -f {path} --prune=all --yes")).expect(0);
    assert_eq!(column(&done, "name"), ["+16466661111"]);
    let plan = lab.run(&format!("plan -f {path} --prune=all --detailed-exitcode")).expect(0);
    assert!(plan.out.contains("number x16466661110 is left alone"), "{}", plan.out);
}

#[test]
fn an_address_is_one_however_it_is_spelt() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(&lab.profiles).unwrap().replace("127.0.0.1", "localhost");
    let other = text.replace("[profiles.", "[profiles.other-").replace("localhost", "LOCALHOST");
    lab.place.write("profiles.toml", &format!("{text}{other}"));
    let both = peers("m", &["one", "two"]).replacen("\"yeastar\"", "\"other-yeastar\"", 1);
    let path = lab.manifest(&both);
    let error = lab.run(&format!("plan -f {path} --prune=all")).expect(4).error();
    assert!(error["message"].as_str().unwrap().contains("lead to the same account"), "{error}");
}
