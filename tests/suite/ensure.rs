//! `trunk ensure`: one trunk, whether it exists or not.

use serde_json::Value;

use crate::support::Ran;
use crate::support::lab::Lab;
use crate::support::refusing::Refusing;
use crate::support::served::profiles;

/// Runs a command line, with JSON output unless it sets another format.
fn run(lab: &Lab, vendor: &str, line: &str) -> Ran {
    let format = if line.starts_with("-o ") { "" } else { "-o json " };
    lab.on(vendor, &format!("{format}{line}"))
}

/// Runs it, and returns the outcome and the number of writes.
fn ensure(lab: &Lab, vendor: &str, args: &str) -> (String, usize) {
    lab.recorder.take();
    let change = run(lab, vendor, &format!("trunk ensure {args}")).expect(0).json();
    (change["outcome"].as_str().unwrap().to_owned(), lab.writes().len())
}

const PEER: &str = "--name a --kind peer --transport udp --host 192.0.2.1 --port 5060 --codecs ulaw,alaw";
const GROUP: &str = "--name a --direction inbound --allowed-ip 192.0.2.9 --agent-group Support=442071838750";
const GIVEN: &str = "--account sub-1 --master-trunk trunk-a";

#[test]
fn a_trunk_is_created_then_left_alone_then_changed() {
    let lab = Lab::new();
    for (vendor, fields, first, other) in [
        ("yeastar", PEER, "created", "--codecs alaw,ulaw"),
        ("itniotech", GROUP, "created", "--allowed-ip 192.0.2.10"),
        ("zoom", GIVEN, "assigned", ""),
    ] {
        assert_eq!(ensure(&lab, vendor, fields), (first.to_owned(), 1), "{vendor}");
        assert_eq!(ensure(&lab, vendor, fields), ("unchanged".to_owned(), 0), "{vendor}");
        if !other.is_empty() {
            let changed = format!("{fields} {other}");
            let changed = match vendor {
                "yeastar" => changed.replace("--codecs ulaw,alaw ", ""),
                _ => changed.replace("--allowed-ip 192.0.2.9 ", ""),
            };
            assert_eq!(ensure(&lab, vendor, &changed), ("updated".to_owned(), 1), "{vendor}");
            assert_eq!(ensure(&lab, vendor, &changed), ("unchanged".to_owned(), 0), "{vendor}");
        }
    }
}

#[test]
fn a_trunk_that_already_matches_is_unchanged() {
    let lab = Lab::new();
    run(&lab, "yeastar", &format!("trunk create {PEER}")).expect(0);
    assert_eq!(ensure(&lab, "yeastar", &format!("{PEER} --dry-run")).1, 0);
    let id = run(&lab, "yeastar", "trunk get name:a").expect(0).json()["id"].clone();
    let first = run(&lab, "yeastar", &format!("trunk ensure {PEER}")).expect(0).json();
    assert_eq!((&first["outcome"], &first["id"]), (&Value::from("unchanged"), &id));
    assert_eq!(ensure(&lab, "yeastar", PEER), ("unchanged".to_owned(), 0));
}

#[test]
fn impossible_changes_are_refused_and_nothing_is_written() {
    let lab = Lab::new();
    run(&lab, "yeastar", &format!("trunk create {PEER}")).expect(0);
    lab.recorder.take();
    for (args, code, part) in [
        ("--name a --kind register", 4, "cannot be changed so"),
        ("--name b --kind peer", 4, "cannot be created"),
        ("--name a --prefix 9", 4, "no such field"),
        ("--port 5061", 2, "has no name"),
        ("--name a --password-from env:MISSING", 3, "env:MISSING"),
    ] {
        let error = run(&lab, "yeastar", &format!("trunk ensure {args}")).expect(code).error();
        assert!(error["message"].as_str().unwrap().contains(part), "{args}: {error}");
    }
    assert_eq!(lab.writes().len(), 0);
    run(&lab, "zoom", "trunk ensure --account sub-1 --name x").expect(4);
}

#[test]
fn a_dry_run_shows_the_request_that_would_follow() {
    let lab = Lab::new();
    let created = run(&lab, "yeastar", &format!("trunk ensure {PEER} --dry-run")).expect(0).json();
    assert!(created["requests"][0]["url"].as_str().unwrap().contains("trunk/create"), "{created}");
    run(&lab, "yeastar", &format!("trunk ensure {PEER}")).expect(0);
    let same = run(&lab, "yeastar", &format!("trunk ensure {PEER} --dry-run")).expect(0).json();
    assert_eq!(same["outcome"], "unchanged");
    let port = PEER.replace("5060", "5062");
    let changed = run(&lab, "yeastar", &format!("trunk ensure {port} --dry-run")).expect(0).json();
    assert_eq!(changed["requests"][0]["body"]["port"], 5062);
    assert_eq!(run(&lab, "yeastar", "trunk get name:a").expect(0).json()["port"], 5060);
}

#[test]
fn a_failure_has_the_exit_code_of_its_kind() {
    let (lab, refusing) = (Lab::new(), Refusing::new());
    // The lab's profiles, at an address that nobody listens to.
    profiles(&refusing.base, &lab.place, "");
    run(&lab, "yeastar", "--retries 0 trunk ensure --name a --port 5060").expect(10);
}

#[test]
fn a_refusal_has_the_same_end_in_every_format() {
    let lab = Lab::new();
    let refusal = r#"{"errcode":40003,"errmsg":"DUPLICATE"}"#;
    for format in ["json", "jsonl", "yaml", "csv"] {
        let answer = crate::support::scripted::http(200, "", refusal);
        lab.recorder.instead("trunk/create", 1, answer);
        let ran = run(&lab, "yeastar", &format!("-o {format} trunk ensure {PEER}")).expect(7);
        assert_eq!((ran.out.as_str(), &ran.error()["kind"]), ("", &"conflict".into()), "{format}: {ran:?}");
    }
}
