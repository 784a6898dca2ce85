//! Batches that the vendor refuses.

use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::support::given;
use crate::support::scripted::{Act, Scripted};

/// A scripted vendor that refuses some numbers, and the numbers that it stored.
fn vendor(refuses: impl Fn(&str) -> Option<&'static str> + Send + Sync + 'static) -> (Scripted, Shared) {
    let stored = Shared::default();
    let own = stored.clone();
    let server = Scripted::answering(move |_, request| {
        let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        if request.starts_with("GET") {
            return given::answer(200, &json!({"internal_numbers": [], "next_page_token": ""}));
        }
        let asked: Value = serde_json::from_str(body).unwrap();
        let asked = column(&asked["internal_numbers"], "number");
        if let Some(message) = asked.iter().find_map(|number| refuses(number)) {
            return given::answer(400, &json!({"code": 300, "message": message}));
        }
        own.0.lock().unwrap().extend(asked.iter().cloned());
        let rows: Vec<Value> = asked.iter().map(|number| json!({"id": number, "number": number})).collect();
        given::answer(201, &json!({"internal_numbers": rows}))
    });
    (server, stored)
}

#[derive(Clone, Default)]
struct Shared(std::sync::Arc<Mutex<Vec<String>>>);

impl Shared {
    fn sorted(&self) -> Vec<String> {
        let mut stored = self.0.lock().unwrap().clone();
        stored.sort();
        stored
    }
}

fn add(place: &Place, server: &Scripted, rows: usize, more: &str) -> Ran {
    let profiles = given::profiles_with_tokens(place, &server.base);
    let file = place.write("numbers.csv", &csv(0..rows));
    let line = format!("internal-numbers add --from {file} {more}");
    crate::support::read(command(place, &profiles, line.trim_end()).output().unwrap())
}

#[test]
fn only_the_row_that_the_vendor_names_fails() {
    let lab = Lab::new();
    let first = lab.place.write("one.csv", &csv(41..42));
    lab.run(&format!("internal-numbers add --from {first}")).expect(0);
    lab.writes();
    let report = lab.run(&format!("internal-numbers add --from {}", lab.numbers(90))).expect(12).json();
    ended_in(&report, &[("created", 89), ("failed", 1)]);
    let failed = report["changes"].as_array().unwrap().iter().find(|one| one["outcome"] == "failed").unwrap();
    assert_eq!((&failed["name"], &failed["error"]["kind"]), (&json!(number(41)), &json!("conflict")));
    // It already exists, so it is not sent.
    assert_eq!(lab.writes().len(), 3);
    assert_eq!(lab.stored(), numbers(0..90));
}

#[test]
fn a_batch_refused_without_naming_a_row_is_split_until_the_row_is_found() {
    let bad = number(41);
    let (server, stored) = vendor(move |number| (number == bad).then_some("No."));
    let place = Place::new();
    let report = add(&place, &server, 90, "").expect(12).json();
    ended_in(&report, &[("created", 89), ("failed", 1)]);
    let expected: Vec<String> = numbers(0..90).into_iter().filter(|one| *one != number(41)).collect();
    assert_eq!(stored.sorted(), expected);
    // One read, two good batches, and the third batch halved five times.
    let calls = server.requests().len() - 1;
    assert!((4..=13).contains(&calls), "{calls} calls");
}

/// If every row is refused with the same message from the start, the cause is not in the rows.
#[test]
fn the_command_ends_early_if_every_row_is_refused_alike() {
    let (server, stored) = vendor(|_| Some("The SIP trunk settings are wrong."));
    let place = Place::new();
    let ran = add(&place, &server, 3000, "").expect(12);
    let counts = outcomes(&ran.json());
    assert!(counts["failed"] < 200 && counts["failed"] + counts["skipped"] == 3000, "{counts:?}");
    assert!(ran.err.contains("stopped"), "{}", ran.err);
    let calls = server.requests().len();
    assert!(calls < 300, "{calls} calls");
    assert!(stored.sorted().is_empty());
}

/// A quota or a missing permission affects every further call.
#[test]
fn a_refusal_of_the_account_ends_the_command_at_once() {
    for (message, calls) in [
        ("This account has reached its quota of 5 numbers.", 1),
        // It might be about a row: the batch is halved down to each of them.
        ("The SIP trunk plan is missing.", 59),
    ] {
        let server = Scripted::start(vec![given::answer(400, &json!({"code": 300, "message": message}))]);
        let place = Place::new();
        let report = add(&place, &server, 300, "--concurrency 1").expect(12).json();
        ended_in(&report, &[("failed", 30), ("skipped", 270)]);
        assert_eq!(server.requests().len(), 1 + calls, "{message}");
    }
    let denied = Act::Json(401, r#"{"code":124,"message":"Invalid access token."}"#);
    let server = Scripted::start(vec![denied]);
    let report = add(&Place::new(), &server, 300, "--concurrency 1").expect(12).json();
    ended_in(&report, &[("failed", 30), ("skipped", 270)]);
    assert_eq!(server.requests().len(), 2);
}

/// An answer without some rows does not show their outcome.
#[test]
fn rows_missing_from_the_answer_are_unknown_and_the_run_goes_on() {
    let server = Scripted::answering(|_, request| {
        if request.starts_with("GET") {
            return given::answer(200, &json!({"internal_numbers": []}));
        }
        let asked: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
        let asked = column(&asked["internal_numbers"], "number");
        let listed = asked.iter().filter(|one| **one != number(7));
        let rows: Vec<Value> = listed.map(|number| json!({"id": number, "number": number})).collect();
        given::answer(201, &json!({"internal_numbers": rows}))
    });
    let report = add(&Place::new(), &server, 60, "").expect(12).json();
    ended_in(&report, &[("created", 59), ("unknown", 1)]);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn quiet_keeps_the_reasons_in_every_format() {
    for format in ["json", "jsonl", "yaml", "csv", "table"] {
        let lab = Lab::faulty(&[&format!("status=401;{ADDING};skip=1")]);
        let list = lab.place.write("numbers.csv", &(csv(0..90) + "abc,toll,SIP,en-US\n"));
        let line = format!(
            "-o {format} internal-numbers add --from {list} --skip-invalid --concurrency 1 --quiet --retries 0"
        );
        let ran = lab.run(&line).expect(12);
        for part in ["left out", "`abc` is not an E.164 number", "stopped: ", "HTTP 401"] {
            assert!(ran.err.contains(part), "{format}: {part}: {ran:?}");
        }
        let skipped = "was not sent, because an earlier call failed";
        assert!(ran.out.contains(skipped) || ran.err.contains(skipped), "{format}: {ran:?}");
        // Notes are not reasons.
        assert!(!ran.err.contains("note: "), "{format}: {ran:?}");
        if format == "csv" {
            let reasons = ran.err.lines().filter(|line| line.contains(skipped)).count();
            assert_eq!(reasons, 1, "{ran:?}");
        }
    }
}
