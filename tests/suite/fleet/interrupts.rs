//! Ctrl-C in an apply.
#![cfg(unix)]

use std::process::{Child, Stdio};

use super::*;

const CREATE: &str = "call=POST /yeastar/openapi/v1.0/trunk/create";

fn lab(fault: &str) -> (Lab, String) {
    let lab = Lab::before(vec![Served::faulty(&[fault])], Recorder::before);
    let trunk = |nth: usize| {
        format!(
            "[[trunk]]\nprofile = \"yeastar\"\nname = \"t{nth}\"\nkind = \"peer\"\nhost = \"192.0.2.7\"\n\
             port = 5060\ntransport = \"udp\"\ncodecs = [\"ulaw\"]\n"
        )
    };
    let path = lab.manifest(&(0..6).map(trunk).collect::<String>());
    (lab, path)
}

/// Runs an apply, and presses Ctrl-C once so many requests to that address have come.
fn interrupted(lab: &Lab, line: &str, part: &str, calls: usize) -> Ran {
    let child = lab.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut seen = 0;
    while seen < calls {
        seen += lab.requests().iter().filter(|seen| seen.target.contains(part)).count();
        std::thread::yield_now();
    }
    press(&child);
    read(child.wait_with_output().unwrap())
}

fn press(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn what_is_on_the_wire_is_awaited_and_the_rest_is_left_for_a_later_run() {
    for format in ["json", "jsonl"] {
        let (lab, path) = lab(&format!("delay=500ms;{CREATE};skip=2;count=1"));
        let line = format!("-o {format} apply -f {path} --yes");
        let ran = interrupted(&lab, &line, "trunk/create", 3).expect(130);
        let changes: Vec<Value> = match format {
            "json" => changes(&ran),
            _ => ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        };
        let outcomes: Vec<&str> = changes.iter().map(|one| one["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["created", "created", "created", "skipped", "skipped", "skipped"], "{format}");
        assert_eq!(changes[5]["error"]["kind"], "interrupted", "{}", changes[5]);
        assert_eq!(changes[5]["error"]["outcome"], "not_applied", "{}", changes[5]);
        assert_eq!(ran.error()["kind"], "interrupted", "{}", ran.err);
        assert_eq!(lab.written(), Vec::<String>::new());
        let rest = lab.run(&format!("apply -f {path} --yes")).expect(0);
        assert_eq!((count(&rest, "created"), count(&rest, "unchanged")), (3, 3));
    }
}

#[test]
fn nothing_is_done_where_the_plan_was_not_made_yet() {
    let (lab, path) = lab("delay=60s;call=trunk/list;count=1");
    let ran = interrupted(&lab, &format!("apply -f {path} --yes"), "trunk/list", 1).expect(130);
    assert_eq!((ran.out.as_str(), lab.written()), ("", Vec::new()));
    assert_eq!(ran.error()["kind"], "interrupted", "{}", ran.err);
}
