//! Request rates, the limit of parallel requests, and rate limits that the vendor reports.

mod sessions;

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::support::given::answer;
use crate::support::lab;
use crate::support::scripted::Scripted;

/// Nine pages of one internal number each.
fn pages() -> Scripted {
    Scripted::answering(|at, _| {
        let next = if at < 8 { format!("page-{at}") } else { String::new() };
        let rows = json!([{"id": at.to_string(), "number": format!("+1646666111{at}")}]);
        answer(200, &json!({"internal_numbers": rows, "next_page_token": next}))
    })
}

const LIST: &str = "internal-numbers list";

/// A lab with more lines in its profiles.
fn lab(base: &str, more: &str) -> Lab {
    Lab::with(base, &format!("access_token = \"static-token\"\n{more}"), "plan = \"free\"\n")
}

#[test]
fn a_list_obeys_the_rate_of_the_plan() {
    let server = pages();
    let ran = lab(&server.base, "").run(("zoom", LIST), "").expect(0);
    assert_eq!(ran.json().as_array().unwrap().len(), 9);
    let arrivals = server.arrivals();
    let took = arrivals[8] - arrivals[0];
    // Eight times a quarter of a second, minus the time that the first request may have needed to arrive.
    assert!(took >= Duration::from_millis(1750), "{took:?}");
}

#[test]
fn a_request_whose_turn_is_after_the_deadline_fails_at_once() {
    let server = pages();
    let ran = lab(&server.base, "").run(("zoom", LIST), "--deadline 1500ms").expect(10);
    let error = ran.error();
    assert!(error["message"].to_string().contains("rate limit"), "{error}");
    assert!(error["hint"].to_string().contains("--deadline"), "{error}");
    assert_eq!(error["retryable"], true, "{error}");
    assert!(server.requests().len() < 8, "{error}");
}

/// No matter which app and token they use.
#[test]
fn the_profiles_of_an_account_share_one_limit_of_parallel_requests() {
    let zoom = "vendor = \"zoom\"\nbase_url = \"BASE/v2\"\naccount_id = \"acc\"\nclient_id = \"NAME\"\n";
    let yeastar = "vendor = \"yeastar\"\nbase_url = \"BASE\"\n";
    for (vendor, empty) in [
        (yeastar, r#"{"errcode":0,"errmsg":"SUCCESS","total_number":0,"data":[]}"#),
        (zoom, r#"{"sip_trunks":[]}"#),
    ] {
        let place = crate::support::Place::new();
        let server = Scripted::start(vec![Act::Late(Duration::from_millis(60), http(200, "", empty))]);
        let names: Vec<String> = (0..8).map(|number| format!("p{number}")).collect();
        let table = |name: &String| {
            let vendor = vendor.replace("BASE", &server.base).replace("NAME", name);
            format!("[profiles.{name}]\n{vendor}access_token = \"token-of-{name}\"\nconcurrency = 2\n")
        };
        let file = place.write("profiles.toml", &names.iter().map(table).collect::<String>());
        let names = names.join(",");
        place.run(&["--profiles-file", &file, "-p", &names, "trunk", "list", "-o", "json"]).expect(0);
        assert_eq!(server.requests().len(), 8);
        assert!(server.most_at_once() <= 2, "{}", server.most_at_once());
    }
}

#[test]
fn every_form_of_a_wait_time_is_obeyed() {
    let moment = |format: fn(jiff::Timestamp) -> String| {
        move || format(jiff::Timestamp::now() + jiff::SignedDuration::from_secs(2))
    };
    let date = |at| jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap();
    let forms: Vec<Box<dyn Fn() -> String + Send + Sync>> = vec![
        Box::new(|| "Retry-After: 1\r\n".into()),
        Box::new(move || format!("Retry-After: {}\r\n", moment(|at| at.to_string())())),
        Box::new(move || format!("Retry-After: {}\r\n", moment(date)())),
        // A limit without a wait time lasts seconds.
        Box::new(String::new),
    ];
    std::thread::scope(|scope| {
        for (number, form) in forms.into_iter().enumerate() {
            scope.spawn(move || {
                let server = Scripted::answering(move |at, _| match at {
                    0 => Act::Raw(http(429, &form(), "")),
                    _ => Act::Json(200, r#"{"errcode":0,"errmsg":"SUCCESS","id":28}"#),
                });
                Lab::new(&server.base).run(("yeastar", PEER), "--retries 1").expect(0);
                let arrivals = server.arrivals();
                let wait = arrivals[1] - arrivals[0];
                assert!(wait >= Duration::from_secs(1), "form {number}: {wait:?}");
            });
        }
    });
}

/// Recognized by its text or by the header that Zoom documents, with an end or without: the command does not wait a
/// day, although it has time left.
#[test]
fn a_daily_limit_ends_the_command_at_once() {
    let soon = (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(25)).to_string();
    let text = r#"{"code":429,"message":"You have reached the maximum daily rate limit."}"#;
    for (headers, body, end) in [
        (format!("Retry-After: {soon}\r\n"), text, &soon[..14]),
        (
            "X-RateLimit-Type: Daily-limit\r\nRetry-After: 2999-05-31T00:00:00Z\r\n".into(),
            "",
            "2999-05-31T00:00:00Z",
        ),
        (String::new(), text, "next day"),
    ] {
        let server = Scripted::start(vec![Act::Raw(http(429, &headers, body))]);
        for job in WRITES.iter().filter(|(vendor, _)| *vendor == "zoom").chain(&[("zoom", LIST)]) {
            let begun = Instant::now();
            let ran = Lab::new(&server.base).run(*job, "").expect(8);
            let error = ran.error();
            assert_eq!(
                (&error["kind"], &error["retryable"]),
                (&json!("rate_limited"), &json!(true)),
                "{error}"
            );
            assert!(error["hint"].to_string().contains(end), "{error}");
            assert!(begun.elapsed() < Duration::from_secs(20), "{headers}");
        }
        assert_eq!(server.requests().len(), 4, "{headers}");
    }
}

#[test]
fn a_quota_of_the_sandbox_is_reported_as_by_zoom() {
    let lab = lab::Lab::faulty(&["quota=1/day;call=internal_numbers"]);
    lab.on("zoom", "internal-numbers list").expect(0);
    lab.recorder.take();
    let error = lab.on("zoom", "internal-numbers list -o json").expect(8).error();
    assert!(error["hint"].to_string().contains("T00:00:00Z"), "{error}");
    assert!(error["vendor_message"].to_string().contains("daily"), "{error}");
    assert_eq!(lab.recorder.lines().len(), 1);

    // At every vendor, the command waits for a quota of seconds.
    std::thread::scope(|scope| {
        for vendor in ["yeastar", "itniotech", "zoom"] {
            scope.spawn(move || {
                let lab = lab::Lab::faulty(&["quota=0/1s;count=1;call=runk"]);
                lab.on(vendor, "trunk list").expect(0);
                let asked = lab.recorder.lines();
                let sent = asked.iter().filter(|line| line.contains("runk")).count();
                assert_eq!(sent, 2, "{vendor}: {asked:?}");
            });
        }
    });
}

#[test]
fn every_vendor_has_the_key_concurrency() {
    for vendor in ["yeastar", "itniotech", "zoom"] {
        for (value, code) in [("1", 0), ("64", 0), ("\"8\"", 0), ("0", 3), ("65", 3), ("-1", 3), ("\"x\"", 3)]
        {
            let lab = Lab::new("https://192.0.2.1");
            let text = std::fs::read_to_string(&lab.profiles).unwrap();
            let table = format!("vendor = \"{vendor}\"\n");
            std::fs::write(&lab.profiles, text.replace(&table, &format!("{table}concurrency = {value}\n")))
                .unwrap();
            let ran = lab.run((vendor, "profile show"), "").expect(code);
            if code == 0 {
                let rows = ran.json();
                let row = rows.as_array().unwrap().iter().find(|row| row["key"] == "concurrency").unwrap();
                assert_eq!(row["value"], value.trim_matches('"'), "{row}");
            } else {
                let error = ran.error();
                assert!(error["message"].to_string().contains("concurrency"), "{error}");
                assert!(error["hint"].to_string().contains("1 to 64"), "{error}");
            }
        }
    }
}

#[test]
fn the_profile_of_the_sandbox_is_not_paced() {
    let rows = crate::support::Place::new();
    let rows = rows.run(&["--sandbox", "-p", "zoom", "-o", "json", "profile", "show"]).expect(0).json();
    let plan = rows.as_array().unwrap().iter().find(|row| row["key"] == "plan").unwrap();
    assert_eq!((&plan["value"], &plan["origin"]), (&json!("none"), &json!("sandbox")));
}
