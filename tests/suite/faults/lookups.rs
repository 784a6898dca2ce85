//! Writes whose answer is lost, and the read that determines their outcome.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::*;
use crate::conformance::rig::{Rig, words};
use crate::support::given::answer;
use crate::support::scripted::Scripted;

/// The trunk of [`PEER`] as a PBX returns it.
fn trunk() -> Value {
    json!({"id": 7, "name": "t", "type": "peer", "hostname": "sip.example.com", "domain": "sip.example.com",
        "port": 5060, "transport": "udp", "codec_sel": "ulaw", "status": 1})
}

fn with(key: &str, value: Value) -> Value {
    let mut trunk = trunk();
    trunk[key] = value;
    trunk
}

fn code(code: i64) -> Act {
    answer(200, &json!({"errcode": code, "errmsg": "AS DOCUMENTED"}))
}

fn done() -> Act {
    answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "id": 7}))
}

#[derive(Default)]
struct Course {
    writes: usize,
    lookups: usize,
    /// Whether a list was read since the last write: reading a trunk afterwards belongs to the same lookup.
    listed: bool,
}

/// A PBX with one answer for each write and one stored trunk for each lookup. The last ones are repeated.
fn pbx(writes: Vec<Act>, lookups: Vec<Option<Value>>) -> Scripted {
    let course = Mutex::new(Course::default());
    Scripted::answering(move |_, request| {
        let mut course = course.lock().unwrap();
        if request.starts_with("POST") {
            (course.writes, course.listed) = (course.writes + 1, false);
            return writes[course.writes.min(writes.len()) - 1].clone();
        }
        let whole = request.contains("trunk/get");
        course.listed |= !whole;
        course.lookups += usize::from(!(whole && course.listed));
        let rows: Vec<&Value> = lookups[course.lookups.min(lookups.len()) - 1].iter().collect();
        match (whole, rows.first()) {
            (true, Some(trunk)) => answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "data": trunk})),
            (true, None) => code(60001),
            (false, _) => answer(
                200,
                &json!({"errcode": 0, "errmsg": "SUCCESS", "total_number": rows.len(), "data": rows}),
            ),
        }
    })
}

fn posts(server: &Scripted) -> usize {
    server.requests().iter().filter(|request| request.starts_with("POST")).count()
}

/// Fails the test unless the command succeeded and notes that a lookup confirmed the write.
#[track_caller]
fn noted(ran: Ran, outcome: &str) {
    assert_eq!(ran.code, 0, "{ran:?}");
    let change = ran.json();
    assert_eq!(change["outcome"], outcome, "{change}");
    assert_eq!(change["id"], "7", "{change}");
    let note = change["note"].as_str().unwrap_or_default();
    assert!(note.contains("answer was lost") && ran.err.contains(note), "{ran:?}");
}

const CREATE: Job = ("yeastar", PEER);
const UPDATE: Job = ("yeastar", "trunk update id:7 --kind peer --port 5062");

/// Yeastar's code 1, "partly done": a read determines the outcome.
#[test]
fn a_write_that_was_partly_done_is_read_back() {
    let lab = |server: &Scripted, job: Job| Lab::new(&server.base).run(job, "--retries 1");
    // As requested; absent, so it is sent again; present with another value.
    let server = pbx(vec![code(1)], vec![Some(trunk())]);
    noted(lab(&server, CREATE), "created");
    assert_eq!(posts(&server), 1);
    let server = pbx(vec![code(1), done()], vec![None]);
    lab(&server, CREATE).expect(0);
    assert_eq!(posts(&server), 2);
    let server = pbx(vec![code(1), done()], vec![Some(with("transport", json!("tcp")))]);
    let error = unknown(lab(&server, CREATE), "partly done").error();
    assert!(error["message"].as_str().unwrap().contains("it differs in transport"), "{error}");
    assert_eq!(posts(&server), 1);

    let server = pbx(vec![code(1)], vec![Some(with("port", json!(5062)))]);
    noted(lab(&server, UPDATE), "updated");
    // An update can be sent twice without harm.
    let server = pbx(vec![code(1), done()], vec![Some(trunk())]);
    lab(&server, UPDATE).expect(0);
    assert_eq!(posts(&server), 2);
}

/// One of two fields has changed: neither "done" nor "not applied" is correct.
#[test]
fn a_partly_visible_update_is_unknown() {
    let server = pbx(vec![code(1)], vec![Some(trunk()), Some(with("port", json!(5062)))]);
    let job = ("yeastar", "trunk update name:t --port 5062 --transport tcp");
    let error = unknown(Lab::new(&server.base).run(job, "--retries 1"), "a part").error();
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("differs in transport") && !message.contains("port,"), "{error}");
    assert_eq!(posts(&server), 1);
}

/// Yeastar's code 2, "still running": a write that may still be applied is not sent again.
#[test]
fn a_write_that_is_still_running_is_awaited_and_not_sent_again() {
    let server = pbx(vec![code(2)], vec![None, None, Some(trunk())]);
    noted(Lab::new(&server.base).run(CREATE, "--retries 1"), "created");
    assert_eq!(posts(&server), 1);
    // It reads once for each permitted attempt, and once more.
    let server = pbx(vec![code(2), done()], vec![None]);
    let error = unknown(Lab::new(&server.base).run(CREATE, "--retries 1"), "still running").error();
    assert!(error["message"].as_str().unwrap().contains("still processing it"), "{error}");
    assert_eq!((posts(&server), server.requests().len()), (1, 4));
}

#[test]
fn an_object_with_the_name_and_other_values_leaves_the_write_unknown() {
    for (vendor, first, second, part, differs) in [
        ("yeastar", "--port 5060 --codecs ulaw", "--port 5070 --codecs alaw", "trunk/create", "port, codecs"),
        ("itniotech", "--host 192.0.2.1", "--host 192.0.2.2", "sipTrunk/add", "host"),
        ("zoom", "--label a", "--label b", "internal_numbers", "labels"),
    ] {
        let begin = match vendor {
            "yeastar" => "trunk create --name t --kind peer --transport udp --host sip.example.com",
            "itniotech" => "trunk create --name t --direction outbound --kind peer --agent-group Sales",
            _ => "internal-numbers add --account sub-1 --number +16466661110 --language en-US",
        };
        let rig = Rig::new(vendor);
        rig.run(&words(&format!("{begin} {first}"), &[])).expect(0);
        rig.writes();
        rig.recorder.instead(part, 1, Vec::new());
        let line = format!("{begin} {second}");
        let error = unknown(rig.run(&words(&line, &["--retries", "2"])), vendor).error();
        let message = error["message"].as_str().unwrap();
        assert!(message.ends_with(&format!("it differs in {differs}")), "{vendor}: {error}");
        assert_eq!(rig.writes().len(), 1, "{vendor}");
    }
}

/// The attempt whose answer was lost was processed after both lookups, and caused the conflict itself.
#[test]
fn a_conflict_with_its_own_earlier_attempt_is_a_success() {
    let server = pbx(vec![Act::Drop, code(40003)], vec![None, None, Some(trunk())]);
    noted(Lab::new(&server.base).run(CREATE, "--retries 1"), "created");
    assert_eq!(posts(&server), 2);
    // With other values, the trunk is not from this command.
    let other = with("hostname", json!("198.51.100.1"));
    let server = pbx(vec![Act::Drop, code(40003)], vec![None, None, Some(other)]);
    let error = unknown(Lab::new(&server.base).run(CREATE, "--retries 1"), "somebody else's").error();
    assert!(error["message"].as_str().unwrap().contains("host"), "{error}");
    assert_eq!(posts(&server), 2);
    // Without a lost answer before it, a conflict is reported as a conflict.
    let server = pbx(vec![code(40003)], vec![Some(trunk())]);
    Lab::new(&server.base).run(CREATE, "").expect(7);
    assert_eq!(server.requests().len(), 1);
}

/// A PBX returns no passwords, so the change of a password cannot be verified.
#[test]
fn an_update_that_no_read_can_verify_is_unknown() {
    let secret = "--password-from env:TRUNK_PASSWORD";
    for target in ["id:7 --kind register", "name:t"] {
        let register = with("type", json!("register"));
        let server = pbx(vec![Act::Drop], vec![Some(register)]);
        let line = format!("trunk update {target} {secret}");
        let error = unknown(Lab::new(&server.base).run(("yeastar", &line), "--retries 2"), target).error();
        assert!(error["message"].as_str().unwrap().contains("does not report password"), "{error}");
        assert_eq!(posts(&server), 1, "{target}");
    }
    // Another changed field proves it: one request changes everything or nothing.
    let (before, after) = (with("type", json!("register")), {
        let mut trunk = with("type", json!("register"));
        trunk["port"] = json!(5062);
        trunk
    });
    let server = pbx(vec![Act::Drop], vec![Some(before), Some(after)]);
    let line = format!("trunk update name:t --port 5062 {secret}");
    noted(Lab::new(&server.base).run(("yeastar", &line), "--retries 2"), "updated");
    assert_eq!(posts(&server), 1);
}

/// Yeastar's code 1 says that a part was done: even without a visible change, the outcome is unknown.
#[test]
fn a_partly_done_write_is_never_called_not_applied() {
    let server = pbx(vec![code(1)], vec![Some(trunk())]);
    let ran = unknown(Lab::new(&server.base).run(UPDATE, "--retries 1"), "partly done");
    assert!(
        ran.error()["message"].as_str().unwrap().contains("a part of it may have been applied"),
        "{ran:?}"
    );
    assert_eq!(posts(&server), 2);
}

/// The vendor processes a write long after its time limit: its absence until then proves nothing.
#[test]
fn a_write_that_a_slow_vendor_has_not_processed_yet_is_unknown() {
    let served = crate::support::served::Served::faulty(&["delay=4s;call=trunk/create;count=1"]);
    let place = Place::new();
    let profiles = served.profiles(&place, "");
    let run = |words: &str| {
        let args = ["--profiles-file", &profiles, "-p", "yeastar", "-o", "json", "--retries", "0"];
        place.run(&args.into_iter().chain(words.split_whitespace()).collect::<Vec<_>>())
    };
    let ran = unknown(run(&format!("--timeout 1s {PEER}")), "slow");
    assert!(ran.error()["message"].as_str().unwrap().contains("may still apply it"), "{ran:?}");
    let begun = std::time::Instant::now();
    while run("trunk list").expect(0).json().as_array().unwrap().is_empty() {
        assert!(begun.elapsed().as_secs() < 20, "it never came about");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    assert_eq!(run("trunk list").json().as_array().unwrap().len(), 1);
}
