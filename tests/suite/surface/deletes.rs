//! Deletes: only the intended object, only once, and only after confirmation.

use serde_json::json;

use super::*;
use crate::conformance::rig::words;
use crate::fixtures::{self, is_write};
use crate::support::scripted::http;
#[cfg(target_os = "linux")]
use crate::support::terminal::Terminal;

const PEER: &str =
    "trunk create --kind peer --transport udp --port 5060 --codecs ulaw --host 192.0.2.7 --name";

/// An object that a command deletes.
struct Doomed {
    vendor: &'static str,
    before: &'static [&'static str],
    /// Without `--yes`.
    command: &'static str,
    /// The same for a missing object, and its name or id.
    missing: &'static str,
    absent: &'static str,
    /// The only write, and a part of it.
    request: &'static str,
    part: &'static str,
    /// Identifies the read that comes once before the write and verifies its outcome afterwards.
    read: &'static str,
}

const NUMBER: &str = "internal-numbers add --number +16466661110 --label a --language en-US";
const ASSIGN: &str = "trunk create --account sub-1 --master-trunk trunk-a";

const DOOMED: [Doomed; 4] = [
    Doomed {
        vendor: "yeastar",
        before: &[
            "trunk create --kind peer --transport udp --port 5060 --codecs ulaw --host 192.0.2.7 --name t",
        ],
        command: "trunk delete t",
        missing: "trunk delete u",
        absent: "u",
        request: "GET /yeastar/openapi/v1.0/trunk/delete?",
        part: "trunk/delete",
        read: "trunk/get",
    },
    Doomed {
        vendor: "zoom",
        before: &[ASSIGN],
        command: "trunk delete id:trunk-a",
        missing: "trunk delete id:trunk-b",
        absent: "trunk-b",
        request: "DELETE /zoom/v2/accounts/sub-1/sip_trunk/trunks/trunk-a",
        part: "/trunks/",
        read: "sip_trunk/trunks",
    },
    Doomed {
        vendor: "zoom",
        before: &[NUMBER],
        command: "internal-numbers remove +16466661110",
        missing: "internal-numbers remove +16466661119",
        absent: "+16466661119",
        request: "DELETE /zoom/v2/accounts/sub-1/sip_trunk/internal_numbers/",
        part: "/internal_numbers/",
        read: "sip_trunk/internal_numbers",
    },
    Doomed {
        vendor: "zoom",
        before: &["callout-countries add GB"],
        command: "callout-countries remove GB",
        missing: "callout-countries remove US",
        absent: "US",
        request: "DELETE /zoom/v2/accounts/sub-1/sip_trunk/callout_countries/GB",
        part: "/callout_countries/",
        read: "sip_trunk/callout_countries",
    },
];

impl Doomed {
    fn rig(&self) -> Rig {
        let rig = Rig::new(self.vendor).with("TRUNKCTL_PROFILE_ZOOM_ACCOUNT", "sub-1");
        for line in self.before {
            rig.run(&words(line, &[])).expect(0);
        }
        rig.recorder.take();
        rig
    }
}

/// Method and whole address of the writes since the last call.
fn writes(rig: &Rig) -> Vec<String> {
    rig.writes().iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect()
}

#[test]
fn nothing_is_deleted_without_confirmation() {
    for one in &DOOMED {
        let rig = one.rig();
        for more in [&[][..], &["--ignore-missing"]] {
            let ran = rig.run(&words(one.command, more)).expect(4);
            let error = ran.error();
            assert_eq!(error["kind"], json!("invalid"), "{}: {error}", one.command);
            assert!(error["hint"].as_str().unwrap().contains("--yes"), "{}: {error}", one.command);
            assert_eq!((ran.out.as_str(), writes(&rig)), ("", Vec::new()), "{}", one.command);
        }
        // An answer from a pipe does not count as a confirmation.
        assert_eq!(rig.pipe(&words(one.command, &[]), "y\n").expect(4).out, "", "{}", one.command);
        assert_eq!(writes(&rig), Vec::<String>::new(), "{}", one.command);
    }
}

#[test]
fn a_confirmed_delete_removes_the_object_and_a_second_one_finds_nothing() {
    for one in &DOOMED {
        let rig = one.rig();
        let change = rig.run(&words(one.command, &["--yes"])).expect(0).json();
        assert_eq!(change["outcome"], json!("deleted"), "{change}");
        assert_eq!((&change["vendor"], &change["profile"]), (&json!(one.vendor), &json!(one.vendor)));
        assert!(change["id"].as_str().is_some_and(|id| !id.is_empty()), "{change}");
        let seen = writes(&rig);
        assert!(seen.len() == 1 && seen[0].starts_with(one.request), "{}: {seen:?}", one.command);
        let ran = rig.run(&words(one.command, &["-y"])).expect(6);
        assert_eq!((ran.error()["kind"].clone(), ran.out.as_str()), (json!("not_found"), ""));
        let change = rig.run(&words(one.command, &["-y", "--ignore-missing"])).expect(0).json();
        assert_eq!(change["outcome"], json!("unchanged"), "{change}");
        assert_eq!(writes(&rig), Vec::<String>::new(), "{}", one.command);
    }
}

#[test]
fn deleting_a_missing_object_is_not_found_or_unchanged() {
    for one in &DOOMED {
        let rig = one.rig();
        let error = rig.run(&words(one.missing, &["--yes"])).expect(6).error();
        assert_eq!(error["kind"], json!("not_found"), "{error}");
        assert!(error["message"].as_str().unwrap().contains(one.absent), "{error}");
        let change = rig.run(&words(one.missing, &["--yes", "--ignore-missing"])).expect(0).json();
        assert_eq!(change["outcome"], json!("unchanged"), "{change}");
        let named = [&change["id"], &change["name"]].into_iter().any(|named| *named == json!(one.absent));
        assert!(named, "{change}");
        assert_eq!(writes(&rig), Vec::<String>::new(), "{}", one.missing);
        // A dry run has the same result if there is nothing to send.
        rig.run(&words(one.missing, &["--dry-run"])).expect(6);
    }
}

/// Somebody else was faster than this command: the vendor itself says that it is not there.
#[test]
fn an_object_that_disappears_during_the_delete_counts_as_missing() {
    for one in &DOOMED {
        let json = "Content-Type: application/json\r\n";
        let gone = match one.vendor {
            "yeastar" => http(200, json, r#"{"errcode":60001,"errmsg":"DATA NOT FOUND"}"#),
            _ => http(404, json, ""),
        };
        let rig = one.rig();
        rig.recorder.instead(one.part, 1, gone.clone());
        rig.run(&words(one.command, &["--yes"])).expect(6);
        rig.recorder.instead(one.part, 1, gone);
        let change = rig.run(&words(one.command, &["--yes", "--ignore-missing"])).expect(0).json();
        assert_eq!((change["outcome"].clone(), rig.recorder.unasked()), (json!("unchanged"), 0), "{change}");
    }
}

/// Answers that leave the outcome open.
fn losses() -> [(&'static str, Vec<u8>); 3] {
    [
        ("closed", Vec::new()),
        ("cut", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec()),
        ("502", http(502, "Content-Type: text/html\r\n", "<html>x</html>")),
    ]
}

/// The answer is lost and no read shows the outcome: the request is not sent again.
#[test]
fn a_lost_answer_that_no_read_settles_is_unknown_and_not_sent_again() {
    for one in &DOOMED {
        for (how, answer) in losses() {
            let rig = one.rig();
            rig.recorder.instead(one.part, 1, answer.clone());
            // The reads before the write succeed.
            rig.recorder.after(one.read, 1, 9, answer.clone());
            let args = words(one.command, &["--yes", "--ignore-missing", "--retries", "0"]);
            let error = rig.run(&args).expect(11).error();
            assert_eq!(error["kind"], json!("outcome_unknown"), "{how}: {error}");
            assert_eq!(error["outcome"], json!("unknown"), "{how}: {error}");
            assert_eq!(writes(&rig).len(), 1, "{} {how}: sent once", one.command);
        }
    }
}

/// The object still exists, so the request was not applied: it is sent again, within the limit of retries.
#[test]
fn a_lost_delete_is_sent_again_if_the_object_still_exists() {
    let check = |one: &Doomed, how: &str, answer: Vec<u8>| {
        let rig = one.rig();
        rig.recorder.instead(one.part, 1, answer.clone());
        let error = rig.run(&words(one.command, &["--yes", "--retries", "0"])).expect(10).error();
        assert_eq!(error["outcome"], json!("not_applied"), "{how}: {error}");
        assert_eq!(writes(&rig).len(), 1, "{} {how}: sent once", one.command);
        rig.recorder.instead(one.part, 1, answer);
        let change = rig.run(&words(one.command, &["--yes", "--retries", "1"])).expect(0).json();
        assert_eq!(change["outcome"], json!("deleted"), "{how}: {change}");
        assert_eq!(writes(&rig).len(), 2, "{} {how}: sent twice", one.command);
    };
    // Side by side, since each of them waits before it reads.
    std::thread::scope(|scope| {
        for one in &DOOMED {
            for (how, answer) in losses() {
                scope.spawn(move || check(one, how, answer));
            }
        }
    });
}

#[test]
fn a_dry_run_shows_the_delete_and_sends_none() {
    for one in &DOOMED {
        let rig = one.rig();
        let shown = rig.run(&words(one.command, &["--dry-run"])).expect(0).json();
        assert_eq!(shown["dry_run"], json!(true));
        let requests = shown["requests"].as_array().unwrap();
        assert_eq!(requests.len(), 1, "{shown}");
        let (method, url) = (requests[0]["method"].as_str().unwrap(), requests[0]["url"].as_str().unwrap());
        let path = url.strip_prefix(&rig.recorder.base).unwrap();
        assert!(format!("{method} {path}").starts_with(one.request), "{shown}");
        let text = rig.run_as("table", &words(one.command, &["--dry-run=curl"])).expect(0).out;
        assert!(text.starts_with("curl") && text.contains(one.part), "{text}");
        assert_eq!(writes(&rig), Vec::<String>::new(), "{}", one.command);
        // It is still there.
        assert_eq!(rig.run(&words(one.command, &["--yes"])).expect(0).json()["outcome"], json!("deleted"));
    }
}

/// A route of the PBX refers to it: 70091.
#[test]
fn a_trunk_in_use_is_a_conflict() {
    let rig = Rig::with_state("yeastar", |state| {
        state["trunks"] = json!([
            {"id": 28, "type": "peer", "in_use": true, "settings": {"name": "t", "hostname": "h", "port": 1}},
        ]);
    });
    for more in [&["--yes"][..], &["--yes", "--ignore-missing"]] {
        let error = rig.run(&words("trunk delete id:28", more)).expect(7).error();
        assert_eq!((&error["kind"], &error["vendor_code"]), (&json!("conflict"), &json!("70091")), "{error}");
        assert_eq!(error["outcome"], json!("not_applied"), "{error}");
        assert!(error["hint"].is_string(), "{error}");
        assert_eq!(writes(&rig).len(), 1);
    }
    assert_eq!(column(&rig.run(&words("trunk list", &[])).expect(0).json(), "id"), ["28"]);
}

#[test]
fn every_form_of_a_target_deletes_that_trunk_and_no_other() {
    for (form, gone) in [
        ("id:2", "2"),
        ("name:Sales", "2"),
        ("Sales", "2"),
        // No trunk is named so, so it is an id.
        ("3", "3"),
        ("name:1", "4"),
        ("id:1", "1"),
    ] {
        let rig = Rig::new("yeastar");
        // Of ids 1 to 4; the last is named like the first one's id.
        for name in ["Sales-EU", "Sales", "Yeastar-Sales", "1"] {
            rig.run(&words(PEER, &[name])).expect(0);
        }
        rig.recorder.take();
        let change = rig.run(&["trunk", "delete", form, "--yes"]).expect(0).json();
        assert_eq!(change["id"], json!(gone), "{form}: {change}");
        let seen = writes(&rig);
        assert!(seen.len() == 1 && seen[0].contains(&format!("?id={gone}&")), "{form}: {seen:?}");
        let left = column(&rig.run(&words("trunk list", &[])).expect(0).json(), "id");
        let expected: Vec<&str> = ["1", "2", "3", "4"].into_iter().filter(|id| *id != gone).collect();
        assert_eq!(left, expected, "{form}");
    }
}

#[test]
fn an_ambiguous_name_deletes_nothing() {
    let rig = Rig::new("yeastar");
    for name in ["Sales", "1"] {
        rig.run(&words(PEER, &[name])).expect(0);
    }
    for verb in ["delete", "get"] {
        for more in [&["--yes"][..], &["--yes", "--dry-run"]] {
            let error = rig.run(&[&["trunk", verb, "1"], more].concat()).expect(4).error();
            let hint = error["hint"].as_str().unwrap();
            assert!(hint.contains("id:1") && hint.contains("id:2"), "{error}");
        }
    }
    // The flag to ignore missing objects does not change that.
    rig.run(&words("trunk delete 1 --yes --ignore-missing", &[])).expect(4);
    assert!(!rig.recorder.take().iter().any(|seen| seen.target.contains("trunk/delete")));
    for empty in ["id:", "name:", ""] {
        rig.run(&["trunk", "delete", empty, "--yes", "--ignore-missing"]).expect(2);
    }
}

/// Names and ids as hostile as they come still mean one object each.
#[test]
fn hostile_names_and_ids_delete_only_their_object() {
    let rig = Rig::with_state("zoom", |state| {
        let trunk = |id: &str| {
            json!({"id": id, "name": format!("n {id}"), "dnis": "1", "number_prefix": "",
                "outbound_caller_id": "", "sip_server_address": "192.0.2.7"})
        };
        state["accounts"][3]["sip_trunks"] = ["d/e?f=g", "é", "+1 415", "a"].map(trunk).into_iter().collect();
    });
    let account = ["--account", "sub/ø 3", "--yes"];
    for (target, path) in
        [("name:n d/e?f=g", "d%2Fe%3Ff%3Dg"), ("id:é", "%C3%A9"), ("n +1 415", "%2B1%20415")]
    {
        rig.recorder.take();
        rig.run(&[&["trunk", "delete", target], &account[..]].concat()).expect(0);
        let seen = writes(&rig);
        let whole = format!("DELETE /zoom/v2/accounts/sub%2F%C3%B8%203/sip_trunk/trunks/{path}");
        assert_eq!(seen, [whole], "{target}");
    }
    let left = rig.run(&["trunk", "list", "--account", "sub/ø 3"]).expect(0).json();
    assert_eq!(column(&left, "id"), ["a"]);
}

/// An assigned trunk is taken away from the sub account, and stays at the master.
#[test]
fn zoom_unassigns() {
    let rig = Rig::new("zoom");
    rig.run(&fixtures::of("zoom").samples()[0].creating()).expect(0);
    let change = rig.run(&words("trunk delete trunk-a --account sub-1 --yes", &[])).expect(0).json();
    assert_eq!((&change["account"], &change["id"]), (&json!("sub-1"), &json!("trunk-a")), "{change}");
    assert_eq!(change["operation"], json!("trunk.delete"));
    let list = |account: &str| rig.run(&["trunk", "list", "--account", account]).expect(0).json();
    assert_eq!(list("sub-1"), json!([]));
    assert_eq!(column(&list("me"), "id"), ["trunk-a", "trunk-b"]);
    // The master's own trunks are not for this call to take.
    let ran = rig.run(&words("trunk delete trunk-b --account me --yes", &[]));
    assert!(ran.code != 0 && ran.out.is_empty(), "{ran:?}");
    assert_eq!(column(&list("me"), "id"), ["trunk-a", "trunk-b"]);
}

#[test]
fn reading_before_a_delete_writes_nothing() {
    for one in &DOOMED {
        let rig = one.rig();
        rig.run(&words(one.missing, &["--yes"])).expect(6);
        let seen = rig.recorder.take();
        assert!(!seen.is_empty() && !seen.iter().any(is_write), "{}: {seen:?}", one.missing);
    }
}

/// Runs a command on a terminal, with that typed into it.
#[cfg(target_os = "linux")]
fn typed(rig: &Rig, line: &str, text: &str) -> (i32, String) {
    let mut terminal = Terminal::run(&rig.command(&line.split(' ').collect::<Vec<_>>()), None);
    terminal.press(text);
    let (status, screen) = terminal.end();
    (status.code().unwrap(), screen)
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_the_answer_decides() {
    for (line, refused, agreed) in [
        ("internal-numbers remove +16466661110", "n\n", "y\n"),
        ("numbers clear --account sub-1", "y\n", "sub-1\n"),
        // `--yes` alone is not enough for all of them.
        ("numbers clear --account sub-1 --yes", "sub-2\n", "sub-1\n"),
    ] {
        let rig = DOOMED[2].rig();
        let (code, screen) = typed(&rig, line, refused);
        assert_eq!((code, writes(&rig)), (4, Vec::new()), "{line}: {screen}");
        assert!(screen.contains("sub-1") && screen.contains("+16466661110"), "{line}: {screen}");
        let (code, screen) = typed(&rig, line, agreed);
        assert_eq!((code, writes(&rig).len()), (0, 1), "{line}: {screen}");
    }
}
