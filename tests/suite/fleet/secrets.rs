//! Passwords: compared if the vendor returns them, sent once if it does not, and never shown.

use super::*;
use crate::support::recorder::Seen as Request;

const REGISTER: &str = "[[trunk]]\nprofile = \"yeastar\"\nname = \"reg\"\nkind = \"register\"\n\
    host = \"sip.example.com\"\nport = 5060\ntransport = \"udp\"\nusername = \"6701\"\nauth_name = \"6701\"\n\
    password = \"env:SECRET\"\ncodecs = [\"ulaw\"]\n";

const OUTBOUND: &str = "[[trunk]]\nprofile = \"itniotech\"\nname = \"out\"\nkind = \"register\"\n\
    direction = \"outbound\"\nhost = \"192.0.2.50\"\nusername = \"cc-42\"\npassword = \"env:SECRET\"\n\
    agent_groups = [{ name = \"Sales\" }]\n";

const FIRST: &str = "Canary0PasswordA";
const SECOND: &str = "Canary0PasswordB";

/// Ways in which a vendor may hide a password, with the same number of characters.
type Hidden = (&'static str, fn(&Request, Vec<u8>) -> Vec<u8>);

const HIDDEN: [Hidden; 4] = [
    ("it is masked", |_, answer| hide(answer, |value| format!("{:*<1$}", "\"", value.len() - 1) + "\"")),
    ("it is masked with a few stars", |_, answer| hide(answer, |value| padded("\"***\"", value))),
    ("it is empty", |_, answer| hide(answer, |value| padded("\"\"", value))),
    ("it is null", |_, answer| hide(answer, |value| padded("null", value))),
];

fn padded(text: &str, value: &str) -> String {
    format!("{text:<0$}", value.len())
}

/// Replaces each password and its quotes.
fn hide(answer: Vec<u8>, hidden: impl Fn(&str) -> String) -> Vec<u8> {
    let mut text = String::from_utf8(answer).unwrap();
    for key in ["\"password\":", "\"sipPassword\":"] {
        let Some(at) = text.find(key).map(|at| at + key.len()).filter(|at| text[*at..].starts_with('"'))
        else {
            continue;
        };
        let end = at + 1 + text[at + 1..].find('"').unwrap() + 1;
        let other = hidden(&text[at..end]);
        assert_eq!(other.len(), end - at);
        text.replace_range(at..end, &other);
    }
    text.into_bytes()
}

/// A lab, and runs with a password.
fn lab(rewrite: fn(&Request, Vec<u8>) -> Vec<u8>) -> Lab {
    Lab::before(vec![Served::start()], |base| Recorder::retelling(base, rewrite))
}

fn run(lab: &Lab, secret: &str, line: &str) -> Ran {
    read(lab.command(line).env("SECRET", secret).output().unwrap())
}

/// The passwords that were sent since the last call.
fn sent(lab: &Lab) -> Vec<String> {
    let password = |seen: &Request| {
        let body: Value = serde_json::from_slice(&seen.body).unwrap();
        let own = [&body["password"], &body["sipPassword"]];
        own.into_iter().find_map(Value::as_str).unwrap_or("none").to_owned()
    };
    lab.writes().iter().map(password).collect()
}

#[test]
fn a_hidden_password_is_sent_once_and_when_it_changes() {
    for (how, rewrite) in HIDDEN {
        for text in [REGISTER, OUTBOUND] {
            let lab = lab(rewrite);
            let path = lab.manifest(text);
            let (apply, plan) = (format!("apply -f {path} --yes"), format!("plan -f {path}"));
            run(&lab, FIRST, &apply).expect(0);
            assert_eq!(sent(&lab), [FIRST], "{how}");
            // The digest of the sent password represents the stored one.
            assert_eq!(changes(&run(&lab, FIRST, &plan).expect(0)), Vec::<Value>::new(), "{how}");
            run(&lab, FIRST, &apply).expect(0);
            assert_eq!(sent(&lab), Vec::<String>::new(), "{how}");
            let steps = changes(&run(&lab, SECOND, &plan).expect(0));
            assert_eq!((steps.len(), fields(&steps[0])), (1, vec!["password"]), "{how}");
            let note = steps[0]["notes"][0].as_str().unwrap();
            assert!(note.contains("differs from what was last applied from here"), "{how}: {note}");
            run(&lab, SECOND, &apply).expect(0);
            assert_eq!(sent(&lab), [SECOND], "{how}");
            let plan = run(&lab, SECOND, &format!("{plan} --rotate-secrets")).expect(0);
            assert_eq!(count(&plan, "update"), 1, "{how}");
            run(&lab, SECOND, &format!("{apply} --rotate-secrets")).expect(0);
            assert_eq!(sent(&lab), [SECOND], "{how}");
            run(&lab, SECOND, &apply).expect(0);
            assert_eq!(sent(&lab), Vec::<String>::new(), "{how}");
        }
    }
}

/// Another machine has no digest: it sends the password once, and notes that the stored one is unknown.
#[test]
fn a_password_without_a_digest_is_sent_unseen_with_a_note() {
    let lab = lab(HIDDEN[0].1);
    let path = lab.manifest(REGISTER);
    run(&lab, FIRST, &format!("apply -f {path} --yes")).expect(0);
    sent(&lab);
    let elsewhere = |line: &str| {
        let folder = lab.place.path().join("elsewhere");
        let mut command = lab.command(line);
        read(command.env("TRUNKCTL_STATE_DIR", folder).env("SECRET", FIRST).output().unwrap())
    };
    let done = elsewhere(&format!("apply -f {path} --yes")).expect(0);
    let change = &changes(&done)[0];
    assert_eq!((change["outcome"].as_str(), fields(change)), (Some("updated"), vec!["password"]));
    assert!(change["note"].as_str().unwrap().contains("it is sent unseen"), "{change}");
    assert_eq!(sent(&lab), [FIRST]);
    elsewhere(&format!("apply -f {path} --yes")).expect(0);
    assert_eq!(sent(&lab), Vec::<String>::new());
}

#[test]
fn a_password_that_the_vendor_returns_is_compared() {
    for text in [REGISTER, OUTBOUND] {
        let lab = lab(|_, answer| answer);
        let path = lab.manifest(text);
        run(&lab, FIRST, &format!("apply -f {path} --yes")).expect(0);
        let name = if text == REGISTER {
            "-p yeastar trunk update name:reg"
        } else {
            "-p itniotech trunk update name:out"
        };
        let other = lab.place.path().join("elsewhere");
        let mut update = lab.command(&format!("{name} --password-from env:SECRET"));
        read(update.env("TRUNKCTL_STATE_DIR", other).env("SECRET", SECOND).output().unwrap()).expect(0);
        sent(&lab);
        // No matter what was last applied from this machine.
        assert_eq!(count(&run(&lab, SECOND, &format!("plan -f {path}")).expect(0), "update"), 0);
        let rotated = run(&lab, SECOND, &format!("plan -f {path} --rotate-secrets")).expect(0);
        assert_eq!(count(&rotated, "update"), 0);
        run(&lab, FIRST, &format!("apply -f {path} --yes")).expect(0);
        assert_eq!(sent(&lab), [FIRST]);
    }
}

#[test]
fn a_plan_works_without_the_password_and_an_apply_does_not() {
    for (text, rewrite) in
        [(REGISTER, HIDDEN[0].1), (REGISTER, (|_, answer| answer) as fn(&Request, Vec<u8>) -> Vec<u8>)]
    {
        let lab = lab(rewrite);
        let path = lab.manifest(&format!("{text}enabled = false\n"));
        // For a new trunk and for an existing one.
        let plan = lab.run(&format!("plan -f {path}")).expect(0);
        assert_eq!(count(&plan, "create"), 1);
        refused(&lab, &path);
        run(&lab, FIRST, &format!("apply -f {path} --yes")).expect(0);
        let plan = lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
        let notes = plan.json()["profiles"][0]["notes"][0].as_str().unwrap().to_owned();
        assert!(notes.contains("the password was not compared") && notes.contains("SECRET"), "{notes}");
        lab.manifest(text);
        lab.requests();
        refused(&lab, &path);
        let md = lab.run(&format!("-o markdown plan -f {path}")).expect(0).out;
        assert!(md.contains("the password was not compared"), "{md}");
    }
}

#[track_caller]
fn refused(lab: &Lab, path: &str) {
    let ran = lab.run(&format!("apply -f {path} --yes")).expect(3);
    let error = ran.error();
    assert!(error["message"].as_str().unwrap().contains("manifest.toml, line 1"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("nothing was changed"), "{error}");
    assert_eq!(lab.written(), Vec::<String>::new());
}

/// Printed, saved or stored in the state folder.
#[test]
fn no_output_and_no_file_contains_a_password() {
    for (how, rewrite) in [HIDDEN[0], ("it is returned", |_, answer| answer)] {
        let lab = lab(rewrite);
        let path = lab.manifest(&format!("{REGISTER}{OUTBOUND}"));
        let saved = lab.place.path().join("plan.json").to_string_lossy().into_owned();
        let lines = [
            format!("-vvv plan -f {path} --out {saved}"),
            format!("-vvv apply {saved} --yes"),
            format!("-o table -vvv plan -f {path} --rotate-secrets"),
            format!("-o jsonl -vvv apply -f {path} --yes --rotate-secrets"),
            format!("-vvv apply -f {path} --yes --rotate-secrets --dry-run"),
            format!("-vvv apply -f {path} --yes --rotate-secrets --dry-run=curl"),
            format!("-o markdown plan -f {path} --out {saved}"),
            "-o json history list".to_owned(),
        ];
        let shown: Vec<String> = [FIRST, SECOND]
            .iter()
            .flat_map(|secret| lines.iter().map(|line| run(&lab, secret, line)))
            .map(|ran| {
                assert_eq!(ran.code, 0, "{ran:?}");
                ran.out + &ran.err
            })
            .collect();
        let kept = lab.place.files().into_iter().map(|file| std::fs::read(file).unwrap());
        let kept: Vec<String> = kept.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
        assert!(kept.len() > 4, "{}", kept.len());
        assert!(sent(&lab).iter().any(|password| password == SECOND), "{how}");
        for text in shown.iter().chain(&kept) {
            assert!(!text.contains("Canary0"), "{how}: {text}");
        }
    }
}

/// An update of a contact-center trunk replaces all of it, so every update must send a hidden password again.
#[test]
fn a_hidden_password_is_sent_with_every_write_that_replaces_the_trunk() {
    let lab = lab(HIDDEN[0].1);
    let path = lab.manifest(OUTBOUND);
    run(&lab, FIRST, &format!("apply -f {path} --yes")).expect(0);
    lab.manifest(&OUTBOUND.replace("192.0.2.50", "192.0.2.51"));
    sent(&lab);
    let done = run(&lab, FIRST, &format!("apply -f {path} --yes")).expect(0);
    assert_eq!((fields(&changes(&done)[0]), sent(&lab)), (vec!["host"], vec![FIRST.to_owned()]));
    // If the manifest has no password, any write would lose it.
    lab.manifest(&OUTBOUND.replace("password = \"env:SECRET\"\n", ""));
    let plan = run(&lab, FIRST, &format!("plan -f {path}")).expect(12);
    assert!(changes(&plan)[0]["error"]["message"].as_str().unwrap().contains("password"), "{}", plan.out);
}
