//! Trunks of several profiles at once.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::support::scripted::{Act, Scripted, http};
use crate::support::served::Served;
use crate::support::{Place, Ran};

const LIMIT: Duration = Duration::from_secs(15);

fn page(name: &str) -> Act {
    let row = json!({"id": 1, "name": name, "status": 1, "type": "peer"});
    let body = json!({"errcode": 0, "total_number": 1, "data": [row]});
    Act::Raw(http(200, "Content-Type: application/json\r\n", &body.to_string()))
}

/// PBXs of which each answers its own name.
fn fleet(place: &Place, servers: &[(&str, &Scripted)]) -> String {
    let profile = |(name, server): &(&str, &Scripted)| {
        format!(
            "[profiles.{name}]\nvendor = \"yeastar\"\nbase_url = \"{}\"\naccess_token = \"t-{name}\"\n",
            server.base
        )
    };
    place.write("fleet.toml", &servers.iter().map(profile).collect::<String>())
}

fn plain(name: &'static str) -> Scripted {
    Scripted::answering(move |_, _| page(name))
}

/// Two servers of which each answers only when the other has been asked too.
fn meeting() -> (Scripted, Scripted) {
    let (to_a, at_a) = channel();
    let (to_b, at_b) = channel();
    let wait = |name: &'static str, other: Sender<()>, own: Receiver<()>| {
        let own = Mutex::new(own);
        Scripted::answering(move |_, _| {
            other.send(()).unwrap();
            match own.lock().unwrap().recv_timeout(LIMIT) {
                Ok(()) => page(name),
                Err(_) => Act::Drop,
            }
        })
    };
    (wait("at-a", to_b, at_a), wait("at-b", to_a, at_b))
}

/// A server that answers at once and then signals the other one, which waits for that.
fn late(slow: &'static str, fast: &'static str) -> (Scripted, Scripted) {
    let (signal, signalled) = channel::<()>();
    let signalled = Mutex::new(signalled);
    let slow = Scripted::answering(move |_, _| match signalled.lock().unwrap().recv_timeout(LIMIT) {
        Ok(()) => page(slow),
        Err(_) => Act::Drop,
    });
    let fast = Scripted::answering(move |_, _| {
        signal.send(()).unwrap();
        page(fast)
    });
    (slow, fast)
}

fn list(place: &Place, profiles: &str, more: &[&str]) -> Ran {
    let mut args = vec!["--profiles-file", profiles, "--retries", "0", "trunk", "list"];
    args.extend(more);
    place.run(&args)
}

#[test]
fn profiles_are_read_at_the_same_time() {
    for choice in [&["-p", "a,b"][..], &["-p", "b,a"], &["--all-profiles"]] {
        let place = Place::new();
        let (a, b) = meeting();
        let profiles = fleet(&place, &[("a", &a), ("b", &b)]);
        let rows = list(&place, &profiles, &[choice, &["-o", "json"]].concat()).expect(0).json();
        let mut names = column(&rows, "name");
        names.sort();
        assert_eq!(names, ["at-a", "at-b"], "{choice:?}");
    }
}

#[test]
fn rows_keep_the_order_of_the_profiles() {
    for (choice, order) in [("a,b", ["at-a", "at-b"]), ("b,a", ["at-b", "at-a"])] {
        for slow_is_a in [true, false] {
            for format in ["json", "csv", "table", "yaml"] {
                let place = Place::new();
                let (a, b) = if slow_is_a {
                    late("at-a", "at-b")
                } else {
                    let (b, a) = late("at-b", "at-a");
                    (a, b)
                };
                let profiles = fleet(&place, &[("a", &a), ("b", &b)]);
                let out = list(&place, &profiles, &["-p", choice, "-o", format]).expect(0).out;
                let at = order.map(|name| out.find(name).unwrap_or_else(|| panic!("{name} in {out}")));
                assert!(at[0] < at[1], "-p {choice} -o {format}: {out}");
                let (first, second) = choice.split_once(',').unwrap();
                if format == "json" {
                    let rows: Value = serde_json::from_str(&out).unwrap();
                    assert_eq!(column(&rows, "profile"), [first, second]);
                }
            }
        }
    }
}

#[test]
fn one_profile_that_fails_is_reported_beside_the_rows_of_the_others() {
    let html = Act::Raw(http(500, "Content-Type: text/html\r\n", "<html>x</html>"));
    for (name, act, kind) in [
        ("a server that fails", html, "unavailable"),
        ("a token that is refused", Act::Json(200, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#), "auth"),
        (
            "a list that is not whole",
            Act::Json(200, r#"{"errcode":0,"total_number":3,"data":[]}"#),
            "unavailable",
        ),
    ] {
        let place = Place::new();
        let (a, b, c) = (plain("at-a"), Scripted::start(vec![act]), plain("at-c"));
        let profiles = fleet(&place, &[("a", &a), ("b", &b), ("c", &c)]);
        for choice in [&["-p", "a,b,c"][..], &["--all-profiles"]] {
            let ran = list(&place, &profiles, &[choice, &["-o", "json"]].concat()).expect(12);
            assert_eq!(column(&ran.json(), "name"), ["at-a", "at-c"], "{name}");
            let error = ran.error();
            assert_eq!(error["kind"], json!(kind), "{name}: {error}");
            assert!(error["message"].as_str().unwrap().contains("`b`"), "{name}: {error}");
            assert_eq!(ran.err.lines().count(), 1, "{name}: {ran:?}");
            let ran = list(&place, &profiles, &[choice, &["-o", "jsonl"]].concat()).expect(12);
            let mut names = lines(&ran.out, "name");
            names.sort();
            assert_eq!(names, ["at-a", "at-c"], "{name}");
            let ran = list(&place, &profiles, &[choice, &["-o", "table"]].concat()).expect(12);
            assert!(ran.out.contains("at-a") && ran.out.contains("at-c"), "{name}: {ran:?}");
            assert!(ran.err.starts_with("error:") && ran.err.contains("profile `b`"), "{name}: {ran:?}");
            let ran = list(&place, &profiles, &[choice, &["-o", "csv"]].concat()).expect(12);
            assert_eq!(ran.out.lines().count(), 3, "{name}: {ran:?}");
        }
    }
}

#[test]
fn an_unusable_profile_counts_as_failed() {
    let place = Place::new();
    let a = plain("at-a");
    let mut text = std::fs::read_to_string(fleet(&place, &[("a", &a)])).unwrap();
    text.push_str("[profiles.b]\nvendor = \"yeastar\"\nbase_url = \"https://192.0.2.1\"\n");
    text.push_str("client_id = \"x\"\nclient_secret = \"env:NOT_THERE\"\n");
    let profiles = place.write("fleet.toml", &text);
    for choice in [&["-p", "a,b"][..], &["--all-profiles"]] {
        let ran = list(&place, &profiles, &[choice, &["-o", "json"]].concat()).expect(12);
        assert_eq!(column(&ran.json(), "name"), ["at-a"]);
        let error = ran.error();
        assert_eq!(error["kind"], json!("config"), "{error}");
        assert!(error["message"].as_str().unwrap().contains("profile `b`"), "{error}");
    }
    let ran = list(&place, &profiles, &["-p", "a,nobody", "-o", "json"]).expect(12);
    assert!(ran.error()["message"].as_str().unwrap().contains("nobody"), "{ran:?}");
    // One profile alone fails with its own exit code.
    assert_eq!(list(&place, &profiles, &["-p", "b", "-o", "json"]).expect(3).out, "");
}

/// Without a selected profile nothing is read, and an empty list would claim that there are no trunks.
#[test]
fn an_empty_selection_of_profiles_is_an_error() {
    let place = Place::new();
    let a = plain("at-a");
    let profiles = fleet(&place, &[("a", &a)]);
    for choice in [",", " , "] {
        let ran = list(&place, &profiles, &["-p", choice, "-o", "json"]);
        assert!([2, 3].contains(&ran.code), "{ran:?}");
        assert_eq!(ran.out, "");
    }
    let empty = place.write("empty.toml", "[profiles]\n");
    let ran = list(&place, &empty, &["--all-profiles", "-o", "json"]).expect(3);
    assert_eq!(ran.out, "");
    assert_eq!(a.requests().len(), 0);
}

#[test]
fn a_profile_named_twice_is_read_once() {
    let place = Place::new();
    let (a, b) = (plain("at-a"), plain("at-b"));
    let profiles = fleet(&place, &[("a", &a), ("b", &b)]);
    let rows = list(&place, &profiles, &["-p", "b, a,b,", "-o", "json"]).expect(0).json();
    assert_eq!(column(&rows, "profile"), ["b", "a"]);
    assert_eq!((a.requests().len(), b.requests().len()), (1, 1));
}

#[test]
fn profiles_of_all_vendors_share_one_list() {
    let (place, served) = (Place::new(), Served::start());
    let profiles = served.profiles(&place, "");
    let peer =
        "-p yeastar trunk create --kind peer --host 192.0.2.1 --port 5060 --transport udp --codecs ulaw";
    let head = ["--profiles-file", &profiles];
    let run = |line: &str| place.run(&[&head[..], &line.split(' ').collect::<Vec<_>>()].concat());
    run(&format!("{peer} --name t")).expect(0);
    run("-p itniotech trunk create --name u --direction outbound --kind peer --host 192.0.2.2 \
         --agent-group Sales")
    .expect(0);
    run("-p zoom trunk create --account sub-1 --master-trunk trunk-a").expect(0);
    let rows = run("trunk list --all-profiles -o json").expect(0).json();
    let mut pairs: Vec<(String, String)> =
        column(&rows, "vendor").into_iter().zip(column(&rows, "name")).collect();
    pairs.sort();
    let own = |(vendor, name): &(&str, &str)| ((*vendor).to_owned(), (*name).to_owned());
    let expected = [("itniotech", "u"), ("yeastar", "t"), ("zoom", "Carrier A")];
    assert_eq!(pairs, expected.iter().map(own).collect::<Vec<_>>());
    // A filter that only some vendors support is not an error.
    let rows = run("trunk list --all-profiles -o json --kind peer").expect(0).json();
    assert_eq!(column(&rows, "name").len(), 2);
}

/// A list of names belongs to `trunk list`; elsewhere no profile has such a name.
#[test]
fn other_commands_accept_only_one_profile() {
    let place = Place::new();
    let (a, b) = (plain("at-a"), plain("at-b"));
    let profiles = fleet(&place, &[("a", &a), ("b", &b)]);
    let args = ["--profiles-file", &profiles, "-p", "a,b", "-o", "json", "trunk", "get", "id:1"];
    assert_eq!(place.run(&args).expect(3).error()["kind"], json!("config"));
    assert_eq!(a.requests().len() + b.requests().len(), 0);
}
