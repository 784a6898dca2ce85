//! Lists that are read whole and shown as they are.

use serde_json::{Value, json};

use trunkctl::vendors::by_name;

use super::*;
use crate::conformance::rig::{PASSWORD, words};
use crate::fixtures;
use crate::support::Place;
use crate::support::output::csv;
use crate::support::recorder::Recorder;
use crate::support::scripted::http;
use crate::support::served::{Served, profiles};

const JSON: &str = "Content-Type: application/json\r\n";
const FORMATS: [&str; 5] = ["table", "json", "jsonl", "yaml", "csv"];

#[test]
fn every_page_is_read_and_every_format_shows_every_row_in_order() {
    for list in &PAGED {
        let rig = list.rig();
        for format in FORMATS {
            let place = format!("{} {} -o {format}", list.vendor, list.command);
            let ran = rig.run_as(format, &list.args()).expect(0);
            let asked = rig.recorder.take().iter().filter(|seen| seen.target.contains(list.part)).count();
            assert!(asked >= 3, "{place}: {asked} pages");
            assert_eq!(ran.err, "", "{place}");
            let raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!ran.out.contains(raw), "{place}: a control character as it is");
            let ids = match format {
                "json" => column(&ran.json(), "id"),
                "jsonl" => lines(&ran.out, "id"),
                "yaml" => column(&yaml_serde::from_str(&ran.out).unwrap(), "id"),
                "csv" => csv_column(&ran.out, "id"),
                _ => in_order(&ran.out, &list.ids()),
            };
            assert_eq!(ids, list.ids(), "{place}");
        }
    }
}

/// The ids in the lines of a table, each at most once.
fn in_order(table: &str, ids: &[String]) -> Vec<String> {
    let word =
        |line: &str| line.split_whitespace().find(|word| ids.iter().any(|id| id == word)).map(str::to_owned);
    table.lines().filter_map(word).collect()
}

fn csv_column(text: &str, key: &str) -> Vec<String> {
    let (header, rows) = csv(text);
    let at = header.iter().position(|name| name == key).unwrap();
    rows.into_iter().map(|row| row[at].clone()).collect()
}

#[test]
fn names_of_any_kind_are_shown() {
    for list in &PAGED {
        let rig = list.rig();
        for format in ["json", "jsonl", "yaml"] {
            let out = rig.run_as(format, &list.args()).expect(0).out;
            let names = match format {
                "jsonl" => lines(&out, list.name_key()),
                _ => column(&yaml_serde::from_str(&out).unwrap(), list.name_key()),
            };
            assert_eq!(names[..TORTURE.len()], TORTURE, "{} {} -o {format}", list.vendor, list.command);
        }
        let cells = csv_column(&rig.run_as("csv", &list.args()).expect(0).out, list.name_key());
        assert_eq!(cells[..5], TORTURE[..5], "{} {}", list.vendor, list.command);
    }
}

#[test]
fn an_empty_list_is_printed_as_empty() {
    for (vendor, command) in [
        ("yeastar", "trunk list"),
        ("yeastar", "trunk list --name a"),
        ("itniotech", "trunk list"),
        ("zoom", "trunk list --account sub-1"),
        ("zoom", "internal-numbers list --account sub-1"),
        ("zoom", "callout-countries list --account sub-1"),
    ] {
        let rig = Rig::new(vendor);
        let args = words(command, &[]);
        assert_eq!(rig.run(&args).expect(0).json(), json!([]), "{vendor} {command}");
        assert_eq!(rig.run_as("jsonl", &args).expect(0).out, "", "{vendor} {command}");
        assert_eq!(rig.run_as("csv", &args).expect(0).out.lines().count(), 1, "{vendor}: the header alone");
    }
}

#[test]
fn filters_are_exact() {
    let peer = "trunk create --kind peer --transport udp --port 5060 --codecs ulaw --host 192.0.2.7 --name";
    let rig = Rig::new("yeastar");
    for sample in fixtures::of("yeastar").samples() {
        rig.run(&sample.creating()).expect(0);
    }
    for name in ["Sales", "Yeastar-Sales", "sales"] {
        rig.run(&words(peer, &[name])).expect(0);
    }
    rig.run(&words("trunk update name:Yeastar-Sales --disable", &[])).expect(0);
    for (filter, names) in [
        ("--name Sales", &["Sales"][..]),
        ("--name sales", &["sales"]),
        ("--name Sale", &[]),
        ("--kind register", &["reg"]),
        ("--kind account", &["acc"]),
        ("--kind peer", &["peer", "Sales", "Yeastar-Sales", "sales"]),
        // A word that the vendor documents and that no trunk has.
        ("--kind peer_did", &[]),
        ("--status disabled", &["Yeastar-Sales"]),
        ("--status registered", &["reg"]),
        ("--status reachable", &["peer", "Sales", "sales"]),
        // The vendor's own codes: 44 disabled, 43 an account trunk that is not there.
        ("--status 44", &["Yeastar-Sales"]),
        ("--status 43", &["acc"]),
        ("--status 4", &[]),
        ("--kind peer --status disabled", &["Yeastar-Sales"]),
        ("--kind register --name Sales", &[]),
    ] {
        let args = words("trunk list", &filter.split(' ').collect::<Vec<_>>());
        assert_eq!(column(&rig.run(&args).expect(0).json(), "name"), names, "{filter}");
        assert_eq!(lines(&rig.run_as("jsonl", &args).expect(0).out, "name"), names, "{filter}");
    }
    let rig = Rig::new("itniotech");
    for sample in fixtures::of("itniotech").samples() {
        rig.run(&sample.creating()).expect(0);
    }
    // Every trunk there has state 1, enabled; the API does not report whether its far end answers.
    for (filter, names) in [
        ("--name in", &["in"][..]),
        ("--name i", &[]),
        ("--kind register", &["out"]),
        ("--status 1", &["out", "in"]),
        ("--status unmonitored", &["out", "in"]),
        ("--status 0", &[]),
    ] {
        let args = words("trunk list", &filter.split(' ').collect::<Vec<_>>());
        assert_eq!(column(&rig.run(&args).expect(0).json(), "name"), names, "{filter}");
    }
}

/// A typo must not produce an empty list.
#[test]
fn unknown_filter_values_are_refused() {
    for (vendor, filter, hint) in [
        ("yeastar", "--status unreacheable", "did you mean `unreachable`?"),
        ("yeastar", "--kind regster", "did you mean `register`?"),
        ("yeastar", "--kind Peer", "did you mean `peer`?"),
        ("yeastar", "--kind pee --status 44", "did you mean `peer`?"),
        ("yeastar", "--status up", "registered, reachable"),
        // No code of a PBX, and one of a PBX elsewhere.
        ("yeastar", "--status 99", "44"),
        ("itniotech", "--status 44", "unmonitored"),
        ("zoom", "--account sub-1 --status 44", "registered"),
    ] {
        let rig = Rig::new(vendor);
        rig.run(&fixtures::of(vendor).samples()[0].creating()).expect(0);
        let args = words("trunk list", &filter.split(' ').collect::<Vec<_>>());
        for format in ["json", "jsonl", "table", "csv"] {
            let ran = rig.run_as(format, &args).expect(2);
            assert!(ran.err.contains(hint) && ran.err.contains("unknown value"), "{filter}: {ran:?}");
            assert_eq!(ran.out, "", "{filter}: {ran:?}");
        }
    }
    // The vendor of another profile may document the word.
    let place = crate::support::Place::new().with("TRUNKCTL_SANDBOX", "1");
    for (filter, code) in
        [("--status 44", 0), ("--kind webtrunk", 0), ("--status registred", 2), ("--status 99", 2)]
    {
        let ran =
            place.run(&words("trunk list --all-profiles -o json", &filter.split(' ').collect::<Vec<_>>()));
        assert!(code == 2 || ran.out == "[]\n", "{filter}: {ran:?}");
        ran.expect(code);
    }
}

/// Status 99, a type of a newer firmware, and unknown keys.
#[test]
fn unknown_values_are_passed_through() {
    let new = json!({"deep": [1, {"x": "é"}]});
    for (vendor, command, part, answer, expected) in [
        (
            "yeastar",
            "trunk list",
            "trunk/list",
            json!({"errcode": 0, "total_number": 1, "extra": 1, "data": [
                {"id": 7, "name": "x", "status": 99, "type": "peer_did", "new_key": new, "signal": 3},
            ]}),
            json!({
                "id": "7", "kind": "peer_did", "status": "unknown", "status_code": "99",
                "vendor_fields": {"new_key": new, "signal": 3},
            }),
        ),
        (
            "itniotech",
            "trunk list",
            "sipTrunk/query",
            json!({"status": 0, "reason": "success", "data": {"total": 1, "records": [{
                "keyId": "k-7", "type": 3, "state": 9, "sipTrunkName": "x", "sipTrunkState": "maybe",
                "newKey": new,
            }]}}),
            json!({
                "id": "k-7", "kind": "maybe", "direction": "3", "status": "unknown", "status_code": "9",
                "vendor_fields": {"newKey": new},
            }),
        ),
        (
            "zoom",
            "trunk list",
            "sip_trunk/trunks",
            json!({"total_records": 1, "sip_trunks": [{"id": "t", "name": "x", "new_key": new}]}),
            json!({"id": "t", "kind": "assigned", "vendor_fields": {"new_key": new}}),
        ),
        (
            "zoom",
            "internal-numbers list",
            "internal_numbers",
            // The specification's list has no id.
            json!({"internal_numbers": [{"number": "7", "type": 5, "country": "X", "new_key": new}]}),
            json!({"number": "7", "type": "5", "country": "X", "vendor_fields": {"new_key": new}}),
        ),
    ] {
        let rig = Rig::new(vendor).with("TRUNKCTL_PROFILE_ZOOM_ACCOUNT", "sub-1");
        let args = words(command, &[]);
        rig.recorder.instead(part, 5, http(200, JSON, &answer.to_string()));
        let rows = rig.run(&args).expect(0).json();
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&rows[0][key], value, "{vendor} {key}: {rows}");
        }
        assert_eq!(rows.as_array().unwrap().len(), 1, "{vendor}");
        let table = rig.run_as("table", &args).expect(0).out;
        let csv = rig.run_as("csv", &args).expect(0).out;
        for word in ["kind", "status_code", "number"].iter().filter_map(|key| expected[*key].as_str()) {
            assert!(table.contains(word) && csv.contains(word), "{vendor} {word}: {table}{csv}");
        }
        if let (Some(kind), Some(code)) = (expected["kind"].as_str(), expected["status_code"].as_str()) {
            let args = words("trunk list", &["--kind", kind, "--status", code]);
            assert_eq!(rig.run(&args).expect(0).json().as_array().unwrap().len(), 1, "{vendor}");
        }
    }
}

#[test]
fn rows_show_their_profile_and_account() {
    for (vendor, more) in [("yeastar", ""), ("itniotech", ""), ("zoom", "--account sub-1")] {
        let rig = Rig::new(vendor);
        rig.run(&fixtures::of(vendor).samples()[0].creating()).expect(0);
        let args: Vec<&str> = "trunk list".split(' ').chain(more.split_whitespace()).collect();
        let row = rig.run(&args).expect(0).json()[0].clone();
        assert_eq!((&row["vendor"], &row["profile"]), (&json!(vendor), &json!(vendor)), "{row}");
        let id = format!("id:{}", row["id"].as_str().unwrap());
        let args: Vec<&str> = ["trunk", "get", &id].into_iter().chain(more.split_whitespace()).collect();
        let got = rig.run(&args).expect(0).json();
        for key in ["id", "name", "kind", "host", "vendor", "profile"] {
            assert_eq!(got[key], row[key], "{vendor} {key}");
        }
    }
}

/// Yeastar's trunk/get and Itniotech's query give passwords in clear.
#[test]
fn passwords_read_back_are_masked_everywhere() {
    let row = json!({"id": 1, "name": "reg", "status": 1, "type": "register", "password": PASSWORD,
        "auth_password_2": PASSWORD});
    let page = json!({"errcode": 0, "total_number": 1, "data": [row]}).to_string();
    for (vendor, commands) in [
        ("yeastar", &["trunk get id:1", "trunk get reg", "trunk list"][..]),
        ("itniotech", &["trunk get out", "trunk list", "trunk list --name out"]),
    ] {
        let rig = Rig::new(vendor);
        rig.run(&fixtures::of(vendor).samples()[0].creating()).expect(0);
        for command in commands {
            // A list that also includes it, although no page documents that.
            let listed = vendor == "yeastar" && *command == "trunk list";
            for format in FORMATS {
                for verbose in if format == "json" { &["-q", "-vvv"][..] } else { &["-vvv"] } {
                    if listed {
                        rig.recorder.instead("trunk/list", 1, http(200, JSON, &page));
                    }
                    let ran = rig.run_as(format, &words(command, &[verbose])).expect(0);
                    let place = format!("{vendor} {command} -o {format} {verbose}");
                    let whole = format!("{}{}", ran.out, ran.err);
                    assert!(!whole.contains(PASSWORD), "{place}: {whole}");
                    assert_eq!(*verbose == "-vvv", ran.err.contains("answer {"), "{place}: {whole}");
                    let record = match format {
                        "json" => ran.json(),
                        "yaml" => yaml_serde::from_str(&ran.out).unwrap(),
                        "jsonl" => serde_json::from_str(&ran.out).unwrap(),
                        _ => continue,
                    };
                    let record = record.get(0).unwrap_or(&record);
                    assert_eq!(record["password"], json!("***"), "{place}");
                }
            }
        }
    }
}

/// The sandbox's tokens are URL-safe, as Zoom's are, and begin with `p+/=` on demand.
#[test]
fn page_markers_are_percent_encoded() {
    let list = &PAGED[4];
    for (faults, odd) in [(&[][..], false), (&["odd-tokens"][..], true)] {
        let place = Place::new();
        let mut state = by_name("zoom").unwrap().simulator(None).unwrap().save();
        list.fill(&mut state);
        let file = place.write("state.json", &json!({"zoom": state}).to_string());
        let served = Served::keeping(file.into(), faults);
        let recorder = Recorder::before(&served.base);
        let profiles = profiles(&recorder.base, &place, "");
        let args = ["--profiles-file", &profiles, "-p", "zoom", "-o", "json", "internal-numbers", "list"];
        let rows = place.run(&[&args[..], &["--account", "sub-1"]].concat()).expect(0).json();
        assert_eq!(rows.as_array().unwrap().len(), list.rows);
        let targets: Vec<String> = recorder.take().into_iter().map(|seen| seen.target).collect();
        let marked: Vec<&str> =
            targets.iter().filter_map(|target| Some(target.split_once("next_page_token=")?.1)).collect();
        assert_eq!(marked.len(), 2, "{targets:?}");
        for marker in marked {
            assert_eq!(marker.starts_with("p%2B%2F%3D"), odd, "{marker}");
            assert!(!marker.contains(['+', '/', '=']), "{marker}");
        }
    }
}

#[test]
fn a_token_that_expires_between_pages_is_renewed_and_the_list_is_complete() {
    for (list, refusal, renewal) in [
        (&PAGED[0], http(200, JSON, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#), "refresh_token"),
        (&PAGED[1], http(200, JSON, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#), "refresh_token"),
        (&PAGED[4], http(401, JSON, r#"{"code":124,"message":"Access token is expired."}"#), "oauth/token"),
        // Itniotech signs each request: one with a stale timestamp is signed again.
        (&PAGED[2], http(200, JSON, r#"{"status":"-16","reason":"timestamp expired"}"#), "sipTrunk/query"),
    ] {
        for format in ["json", "jsonl"] {
            let place = format!("{} {} -o {format}", list.vendor, list.command);
            let rig = list.rig();
            // The token is kept already, so that the only renewal is the one in the middle.
            rig.run(&list.args()).expect(0);
            rig.recorder.take();
            rig.recorder.after(list.part, 1, 1, refusal.clone());
            let ran = rig.run_as(format, &list.args()).expect(0);
            let ids = if format == "json" { column(&ran.json(), "id") } else { lines(&ran.out, "id") };
            assert_eq!(ids, list.ids(), "{place}");
            assert_eq!((rig.recorder.unasked(), ran.err.as_str()), (0, ""), "{place}");
            let seen = rig.recorder.take();
            assert!(seen[2].target.contains(renewal), "{place}: {seen:?}");
            assert!(seen[3].target.contains(list.part), "{place}: {seen:?}");
        }
    }
}

/// The three lists of Zoom without pages, and the PBX's templates.
#[test]
fn lists_without_pages_are_complete() {
    let rig = Rig::with_state("zoom", |state| {
        let number = |nth: usize| json!({"number": format!("+1415{nth:07}"), "country": "US"});
        state["phone_numbers"] = (0..400).map(number).collect::<Vec<Value>>().into();
        let trunk = |nth: usize| {
            json!({"id": format!("t/{nth}"), "name": format!("é {nth}"), "dnis": "1", "number_prefix": "",
                "outbound_caller_id": "", "sip_server_address": "192.0.2.7"})
        };
        state["accounts"][1]["sip_trunks"] = (0..400).map(trunk).collect::<Vec<Value>>().into();
    });
    assert_eq!(column(&rig.run(&words("numbers list", &[])).expect(0).json(), "number").len(), 400);
    let trunks = rig.run(&words("trunk list --account sub-1", &[])).expect(0).json();
    assert_eq!(column(&trunks, "id")[399], "t/399");
    let one = rig.run(&words("trunk get id:t/7 --account sub-1", &[])).expect(0).json();
    assert_eq!(one["name"], json!("é 7"), "{one}");
}
