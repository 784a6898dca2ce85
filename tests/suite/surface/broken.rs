//! A list is whole or it is an error: never short, never empty, never without an end.

use serde_json::json;

use super::*;
use crate::conformance::rig::words;
use crate::support::Place;
use crate::support::given::profiles_with_tokens;
use crate::support::scripted::{Act, Scripted, http};

const JSON: &str = "Content-Type: application/json\r\n";

/// Fails the test unless the list ended in an error, with only complete rows on standard output.
#[track_caller]
fn refused(place: &str, ran: &crate::support::Ran, format: &str, list: &Paged, code: i32) {
    assert_eq!(ran.code, code, "{place}: {ran:?}");
    let error = ran.error();
    assert_eq!(error["exit_code"], json!(code), "{place}: {error}");
    match format {
        "jsonl" => {
            let ids = lines(&ran.out, "id");
            // A circle of markers may have come round once before it was known as one.
            let known = list.ids();
            assert!(ids.len() < list.rows && ids.iter().all(|id| known.contains(id)), "{place}: {ids:?}");
        }
        _ => assert_eq!(ran.out, "", "{place}"),
    }
}

/// Of the second page, so that a program that gives up in silence would show a list.
fn broken(list: &Paged) -> Vec<(&'static str, Vec<u8>, i32)> {
    let page = |rows, total| http(200, JSON, &list.page(rows, total, "").to_string());
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\nConnection: close\r\n\r\n{\"errcode\":0".to_vec();
    vec![
        ("HTML", http(200, "Content-Type: text/html\r\n", "<html>Maintenance</html>"), 10),
        ("500", http(500, JSON, r#"{"message":"x"}"#), 10),
        ("502 HTML", http(502, "Content-Type: text/html\r\n", "<html>Bad gateway</html>"), 10),
        ("empty", http(200, JSON, ""), 10),
        ("an empty object", http(200, JSON, "{}"), 10),
        ("a list", http(200, JSON, "[]"), 10),
        ("null", http(200, JSON, "null"), 10),
        ("cut", cut, 10),
        (
            "rows that are none",
            http(200, JSON, &list.page(0..0, Some(1), "").to_string().replace("[]", "[{}]")),
            10,
        ),
        ("no further row", page(0..0, Some(list.rows)), 10),
    ]
}

#[test]
fn a_second_page_that_cannot_be_read_is_an_error() {
    for list in &PAGED {
        let rig = list.rig();
        rig.run(&list.args()).expect(0);
        for (what, answer, code) in broken(list) {
            for format in ["json", "jsonl", "csv", "table", "yaml"] {
                let place = format!("{} {} -o {format}: {what}", list.vendor, list.command);
                if format != "jsonl" && what != "HTML" {
                    continue;
                }
                rig.recorder.after(list.part, 1, 9, answer.clone());
                let ran = rig.run_as(format, &words(list.command, &["--retries", "0"]));
                assert!(rig.recorder.unasked() < 9, "{place}: the answer was not asked for");
                if format == "table" {
                    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{place}: {ran:?}");
                    continue;
                }
                refused(&place, &ran, format, list, code);
                if format == "jsonl" {
                    assert!(ran.out.lines().count() >= 30, "{place}: the first page was out already");
                }
            }
        }
    }
}

#[test]
fn a_first_page_that_cannot_be_read_is_an_error() {
    for (vendor, command, part) in [
        ("yeastar", "trunk list", "trunk/list"),
        ("yeastar", "lookup itsps", "itsp_list"),
        ("yeastar", "lookup extension-groups", "extensiongroup/list"),
        ("yeastar", "trunk get id:1", "trunk/get"),
        ("itniotech", "trunk list", "sipTrunk/query"),
        ("itniotech", "trunk get id:1", "sipTrunk/query"),
        ("itniotech", "lookup agent-groups", "seatGroup/query"),
        ("zoom", "trunk list", "sip_trunk/trunks"),
        ("zoom", "trunk get id:1", "sip_trunk/trunks"),
        ("zoom", "internal-numbers list", "internal_numbers"),
        ("zoom", "internal-numbers remove +16466661110 --yes --ignore-missing", "internal_numbers"),
        ("zoom", "callout-countries list", "callout_countries"),
        ("zoom", "callout-countries remove GB --yes --ignore-missing", "callout_countries"),
        ("zoom", "numbers list", "sip_trunk/numbers"),
        ("zoom", "numbers clear --account sub-1 --yes --confirm sub-1", "internal_numbers"),
    ] {
        let rig = Rig::new(vendor).with("TRUNKCTL_PROFILE_ZOOM_ACCOUNT", "sub-1");
        for (what, answer) in [
            ("HTML", http(200, "Content-Type: text/html\r\n", "<html>x</html>")),
            ("500", http(500, JSON, "")),
            ("empty", http(200, JSON, "")),
            ("an empty object", http(200, JSON, "{}")),
            ("null", http(200, JSON, "null")),
            ("an empty list", http(200, JSON, "[]")),
            ("no rows", http(200, JSON, r#"{"errcode":0,"status":"0","total_records":0}"#)),
            (
                "a total alone",
                http(
                    200,
                    JSON,
                    r#"{"errcode":0,"status":"0","total_number":3,"data":{"total":3,"records":[]},
                    "total_records":3,"sip_trunks":[],"internal_numbers":[],"callout_countries":[],
                    "phone_numbers":[],"next_page_token":""}"#,
                ),
            ),
        ] {
            rig.recorder.instead(part, 9, answer);
            let ran = rig.run(&words(command, &["--retries", "0"])).expect(10);
            assert_eq!(
                (ran.out.as_str(), &ran.error()["kind"]),
                ("", &json!("unavailable")),
                "{command} {what}"
            );
            assert!(rig.recorder.unasked() < 9, "{command} {what}");
            assert!(rig.writes().is_empty(), "{command} {what}");
        }
    }
}

/// The list from a server that is asked with a static token, so that its requests are the list's own.
fn walk(
    list: &'static Paged,
    format: &str,
    script: impl Fn(usize) -> Value + Send + Sync + 'static,
) -> (crate::support::Ran, usize) {
    let place = Place::new();
    let server = Scripted::answering(move |nth, _| Act::Raw(http(200, JSON, &script(nth).to_string())));
    let profiles = profiles_with_tokens(&place, &server.base);
    let mut args = vec!["--profiles-file", &profiles, "-p", list.vendor, "-o", format, "--retries", "0"];
    args.extend(list.args());
    let ran = place.run(&args);
    (ran, server.requests().len())
}

/// The page for the request of that number.
type Script = fn(&Paged, usize) -> Value;

#[test]
fn endless_pages_end_in_an_error() {
    for list in &PAGED {
        for format in ["json", "jsonl"] {
            let trouble: [(&str, Script); 4] = [
                ("the same page for ever", |list, _| list.page(0..10, Some(250), "p+/=x")),
                ("empty pages with new markers", |list, nth| {
                    list.page(if nth == 0 { 0..10 } else { 0..0 }, Some(250), &format!("m{nth}"))
                }),
                ("fewer rows than stated", |list, nth| match nth {
                    0 => list.page(0..10, Some(250), "m"),
                    1 => list.page(10..20, Some(250), ""),
                    _ => list.page(0..0, Some(250), ""),
                }),
                ("pages that go round in a circle", |list, nth| {
                    let start = nth % 3 * 10;
                    list.page(start..start + 10, Some(250), &format!("m{}", nth % 3))
                }),
            ];
            for (what, script) in trouble {
                let place = format!("{} {} -o {format}: {what}", list.vendor, list.command);
                let (ran, asked) = walk(list, format, move |nth| script(list, nth));
                refused(&place, &ran, format, list, 10);
                assert!((2..20).contains(&asked), "{place}: {asked} requests");
            }
        }
    }
}

/// A marker that never ends, with fresh rows behind it, past the total that the vendor states.
#[test]
fn rows_beyond_the_stated_total_end_the_read() {
    let list = &PAGED[4];
    let (ran, asked) =
        walk(list, "json", move |nth| list.page(nth * 10..nth * 10 + 10, Some(25), &format!("m{nth}")));
    refused("beyond", &ran, "json", list, 10);
    assert!(asked < 10, "{asked}");
    // Without a total, only the marker itself shows whether rows are missing.
    let (ran, _) = walk(list, "json", move |_| list.page(0..10, None, "again"));
    refused("again", &ran, "json", list, 10);
    // Itniotech without a total ends at a page that brings nothing new.
    let list = &PAGED[2];
    let (ran, asked) = walk(list, "json", move |_| list.page(0..10, None, ""));
    refused("repeated", &ran, "json", list, 10);
    assert_eq!(asked, 2);
}

/// A template list, and Zoom's lists without pages: their total is all there is to go by.
#[test]
fn a_total_that_is_not_reached_is_an_error_without_pages() {
    for (vendor, command, part, answer) in [
        (
            "yeastar",
            "lookup itsps",
            "itsp_list",
            json!({"errcode": 0, "total_number": 2, "data": [{"id": 1, "country": "x", "name": "y"}]}),
        ),
        ("zoom", "trunk list", "/trunks", json!({"total_records": 2, "sip_trunks": [{"id": "a"}]})),
        (
            "zoom",
            "callout-countries list",
            "callout_countries",
            json!({"total_records": 2, "callout_countries": [{"id": "GB"}]}),
        ),
        (
            "zoom",
            "numbers list",
            "/numbers",
            json!({"total_records": 2, "phone_numbers": [{"number": "+1"}]}),
        ),
        // A marker in a list without documented pages: there are more rows, and no way to get them.
        ("zoom", "trunk list", "/trunks", json!({"next_page_token": "m", "sip_trunks": [{"id": "a"}]})),
    ] {
        let rig = Rig::new(vendor).with("TRUNKCTL_PROFILE_ZOOM_ACCOUNT", "sub-1");
        for format in ["json", "jsonl", "csv"] {
            rig.recorder.instead(part, 1, http(200, JSON, &answer.to_string()));
            let ran = rig.run_as(format, &words(command, &["--retries", "0"])).expect(10);
            assert_eq!(ran.out, "", "{vendor} {command}");
            assert_eq!(rig.recorder.unasked(), 0, "{vendor} {command}");
        }
    }
}

/// A row that comes in front while a list is read moves the last row of each page to the next.
#[test]
fn a_repeated_row_is_shown_once_with_a_warning() {
    for list in &PAGED {
        let (place, total) = (Place::new(), 21);
        let server = Scripted::answering(move |nth, _| {
            let page = match nth {
                0 => list.page(0..11, Some(total), "m"),
                _ => list.page(10..total, Some(total), ""),
            };
            Act::Raw(http(200, JSON, &page.to_string()))
        });
        let profiles = profiles_with_tokens(&place, &server.base);
        let common = ["--profiles-file", &profiles, "-p", list.vendor, "-o", "jsonl"];
        let ran = place.run(&[&common[..], &list.args()].concat()).expect(0);
        let name = format!("{} {}: {ran:?}", list.vendor, list.command);
        assert_eq!(lines(&ran.out, "id"), list.ids()[..total], "{name}");
        assert!(ran.err.starts_with("warning: ") && ran.err.contains("duplicate rows: 1"), "{name}");
    }
}
