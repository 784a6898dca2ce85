//! Complete trunks of a PBX are read many at a time, and one by one if the PBX refuses that.

use super::*;
use crate::support::scripted::{Act, Scripted};
use crate::support::{Place, Ran, given};

/// How the PBX answers to several ids.
#[derive(Clone, Copy, PartialEq)]
enum Many {
    All,
    /// Not the last one of each call.
    AllButOne,
    /// At most that many.
    AtMost(usize),
    NoSuchCall,
}

/// A PBX with this number of trunks.
fn pbx(trunks: usize, many: Many) -> Scripted {
    let row = |id: usize| {
        json!({"id": id, "name": format!("t{id}"), "type": "peer", "hostname": "192.0.2.7", "port": 5060,
            "transport": "udp", "codec_sel": "ulaw"})
    };
    Scripted::answering(move |_, request| -> Act {
        let line = request.lines().next().unwrap();
        let value = |key: &str| {
            let text = line.split_once(key).unwrap().1.split(['&', ' ']).next().unwrap().to_owned();
            text.split("%2C").map(|id| id.parse().unwrap()).collect::<Vec<usize>>()
        };
        let refused = |code: u32| given::answer(200, &json!({"errcode": code, "errmsg": "No."}));
        if line.contains("trunk/get?") {
            return given::answer(200, &json!({"errcode": 0, "data": row(value("?id=")[0])}));
        }
        if !line.contains("trunk/query?") {
            let rows: Vec<Value> =
                (1..=trunks).map(|id| json!({"id": id, "name": format!("t{id}"), "type": "peer"})).collect();
            return given::answer(200, &json!({"errcode": 0, "total_number": trunks, "data": rows}));
        }
        let mut ids = value("?ids=");
        match many {
            Many::NoSuchCall => return refused(10001),
            Many::AtMost(most) if ids.len() > most => return refused(40002),
            Many::AllButOne => drop(ids.pop()),
            _ => {}
        }
        given::answer(200, &json!({"errcode": 0, "data": ids.into_iter().map(row).collect::<Vec<_>>()}))
    })
}

/// The calls of an export: how often each was made.
fn calls(trunks: usize, many: Many) -> (usize, usize) {
    let server = pbx(trunks, many);
    let ran = run(&server, "-o json export");
    let manifest = ran.json();
    let names = manifest["trunk"].as_array().unwrap();
    assert_eq!(names.len(), trunks, "{ran:?}");
    assert!(names.iter().all(|trunk| trunk["codecs"] == json!(["ulaw"])), "{ran:?}");
    counts(&server)
}

fn run(server: &Scripted, line: &str) -> Ran {
    let place = Place::new();
    let profiles = given::profiles_with_tokens(&place, &server.base);
    let mut args = vec!["--profiles-file", &profiles, "-p", "yeastar"];
    args.extend(line.split(' '));
    place.run(&args).expect(0)
}

fn counts(server: &Scripted) -> (usize, usize) {
    let requests = server.requests();
    let count = |call: &str| requests.iter().filter(|request| request.contains(call)).count();
    (count("trunk/query?"), count("trunk/get?"))
}

#[test]
fn many_trunks_are_read_in_one_call() {
    assert_eq!(calls(20, Many::All), (1, 0));
    assert_eq!(calls(120, Many::All), (3, 0));
    // One alone needs no list of ids.
    assert_eq!(calls(1, Many::All), (0, 1));
}

#[test]
fn trunks_missing_from_an_answer_are_requested_alone() {
    assert_eq!(calls(20, Many::AllButOne), (1, 1));
}

#[test]
fn a_refused_call_is_halved_and_then_each_trunk_is_requested_alone() {
    assert_eq!(calls(40, Many::AtMost(20)), (3, 0));
    assert_eq!(calls(20, Many::AtMost(3)), (2, 20));
    assert_eq!(calls(20, Many::NoSuchCall), (1, 20));
}

#[test]
fn columns_that_a_list_lacks_are_read_in_one_call() {
    for (line, calls, first) in [
        ("trunk list --columns name,codecs,transport --no-headers", (1, 0), "t1   ulaw    udp"),
        ("trunk list --columns name,codecs --name t2 -o csv --no-headers", (0, 1), "t2,ulaw"),
        ("trunk list --columns name,id --sort -transport -o csv --no-headers", (1, 0), "t1,1"),
        ("trunk list --columns id,status,port,vendor -o csv --no-headers", (0, 0), "1,,,yeastar"),
        ("trunk list --sort name -o csv --no-headers", (0, 0), "t1,1,peer,both,,,yeastar"),
    ] {
        let server = pbx(20, Many::All);
        let ran = run(&server, line);
        assert_eq!((counts(&server), ran.out.lines().next().unwrap()), (calls, first), "{line}");
    }
}

#[test]
fn several_trunks_are_shown_and_deleted_by_one_command() {
    let (served, place) = (crate::support::served::Served::start(), Place::new());
    let profiles = served.profiles(&place, "");
    let run = |line: &str| {
        let mut args = vec!["--profiles-file", &profiles, "-p", "yeastar", "-o", "json"];
        args.extend(line.split_whitespace());
        place.run(&args)
    };
    for name in ["a", "b", "c"] {
        run(&format!(
            "trunk create --name {name} --kind peer --host 192.0.2.7 --port 5060 --transport udp --codecs ulaw"
        ))
        .expect(0);
    }
    // In the order of the command line, and whole.
    let shown = run("trunk get c name:a").expect(0).json();
    let names: Vec<&str> =
        shown.as_array().unwrap().iter().map(|trunk| trunk["name"].as_str().unwrap()).collect();
    assert_eq!((names, &shown[0]["codecs"]), (vec!["c", "a"], &json!(["ulaw"])));
    assert_eq!(run("trunk get a nosuch").code, 6);
    // No trunk is deleted if one of them does not exist.
    assert_eq!(run("trunk delete a nosuch --yes").code, 6);
    let dry = run("trunk delete a b --yes --dry-run").expect(0).json();
    assert_eq!(dry["requests"].as_array().unwrap().len(), 2);
    let gone = run("trunk delete a nosuch b --yes --ignore-missing").expect(0).json();
    assert_eq!((&gone["summary"]["deleted"], &gone["summary"]["unchanged"]), (&json!(2), &json!(1)));
    assert_eq!(run("trunk list").expect(0).json().as_array().unwrap().len(), 1);
    // One keeps its form.
    assert_eq!(run("trunk delete c --yes").expect(0).json()["outcome"], "deleted");
    assert_eq!(run("trunk get").code, 2);
}
