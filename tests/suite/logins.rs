//! Log-ins between processes: one for all, and none for what was refused.

use std::process::Stdio;

use crate::support::Place;
use crate::support::recorder::Recorder;
use crate::support::served::{self, Served};

/// Log-ins since the last call.
fn log_ins(recorder: &Recorder) -> usize {
    recorder.lines().iter().filter(|line| line.contains("get_token") || line.contains("oauth/token")).count()
}

#[test]
fn twenty_processes_log_in_once() {
    for vendor in ["yeastar", "zoom"] {
        let (place, served) = (Place::new(), Served::start());
        let recorder = Recorder::before(&served.base);
        let profiles = served::profiles(&recorder.base, &place, "");
        let children: Vec<_> = (0..20)
            .map(|_| {
                let args = ["--profiles-file", &profiles, "-p", vendor, "trunk", "list", "-o", "json"];
                place.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        assert_eq!(log_ins(&recorder), 1, "{vendor}");
    }
}

#[test]
fn refused_credentials_are_tried_once_and_again_when_they_change_or_are_checked() {
    for vendor in ["yeastar", "zoom"] {
        let (place, served) = (Place::new(), Served::start());
        let recorder = Recorder::before(&served.base);
        let right = served::profiles(&recorder.base, &place, "");
        let text = std::fs::read_to_string(&right).unwrap();
        let wrong = place.write("wrong.toml", &text.replace("sandbox-secret", "not-the-secret"));
        for _ in 0..50 {
            let ran = place.run(&["--profiles-file", &wrong, "-p", vendor, "trunk", "list"]).expect(5);
            assert!(ran.err.contains("refused") || ran.err.contains("wrong"), "{ran:?}");
        }
        assert_eq!(log_ins(&recorder), 1, "{vendor}");
        let last = place.run(&["--profiles-file", &wrong, "-p", vendor, "trunk", "list"]).expect(5);
        assert!(last.err.contains("nothing was sent") && last.err.contains("profile check"), "{last:?}");
        place.run(&["--profiles-file", &wrong, "-p", vendor, "profile", "check"]).expect(5);
        assert_eq!(log_ins(&recorder), 1, "{vendor}");
        place.run(&["--profiles-file", &right, "-p", vendor, "trunk", "list"]).expect(0);
        assert_eq!(log_ins(&recorder), 1, "{vendor}");
    }
}

/// An address that is blocked is not helped by another log-in: it would only be blocked for longer.
#[test]
fn a_renewal_that_finds_the_address_blocked_is_not_followed_by_a_log_in() {
    let (place, served) = (Place::new(), Served::start());
    let recorder = Recorder::before(&served.base);
    let profiles = served::profiles(&recorder.base, &place, "");
    let list = ["--profiles-file", &profiles, "-p", "yeastar", "-o", "json", "trunk", "list"];
    place.run(&list).expect(0);
    let answer = |body: &str| crate::support::scripted::http(200, "Content-Type: application/json\r\n", body);
    recorder.instead("trunk/list", 1, answer(r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#));
    recorder.instead("refresh_token", 1, answer(r#"{"errcode":70004,"errmsg":"ACCOUNT IP BLOCKED"}"#));
    recorder.take();
    assert_eq!(place.run(&list).expect(5).error()["vendor_code"], serde_json::json!("70004"));
    assert_eq!(log_ins(&recorder), 0);
    // A block passes by itself, so nothing is remembered.
    place.run(&list).expect(0);
}
