//! Vendor texts that would control a terminal: none of them is printed unescaped.

use serde_json::{Value, json};

use super::*;
use crate::support::scripted::Scripted;

/// ANSI and C1 sequences, all Unicode characters that change the direction of text, all kinds of line breaks,
/// a NUL, and invisible characters.
const EVIL: &str = "a\u{1b}[31mb\u{9b}2Jc\u{85}d\u{7}e\u{8}f\u{0}g\rh\ni\tj\u{7f}k\u{61c}l\u{200e}m\u{200f}\
    n\u{202a}o\u{202b}p\u{202c}q\u{202d}r\u{202e}s\u{2066}t\u{2067}\
    u\u{2068}v\u{2069}w\u{2028}x\u{2029}y\u{1b}]0;z\u{7}\
    A\u{200b}B\u{200d}C\u{2060}D\u{feff}E\u{ad}F\u{34f}G\u{180e}H\u{fff9}I\u{e0041}J\u{e007f}K\u{e0101}";

/// Whether a character may change how the text around it is displayed. Line ends come from the program.
fn controls_terminal(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e01ef}')
}

#[track_caller]
fn harmless(ran: &Ran, what: &str) {
    for (stream, text) in [("stdout", &ran.out), ("stderr", &ran.err)] {
        let found = text.chars().find(|c| controls_terminal(*c));
        assert_eq!(found, None, "{what}: {stream}: {text:?}");
    }
}

fn json_answer(status: u16, headers: &str, body: &Value) -> Act {
    Act::Raw(http(status, headers, &body.to_string()))
}

/// Every form of error of each vendor, with hostile texts in every field.
fn errors(vendor: &str) -> Vec<Act> {
    let header = "X-Zm-Trackingid: id\u{202e}\u{9b}2J\u{85}x\r\n";
    let location = "Location: http://127.0.0.1:9/\u{202e}\u{9b}31m/\u{2066}\r\n";
    let page = format!("<p>{EVIL}</p>");
    let mut acts = vec![
        Act::Raw(http(502, header, &page)),
        Act::Raw(http(200, header, &page)),
        Act::Raw(http(400, header, &page)),
        Act::Raw(http(429, &format!("Retry-After: \u{202e}\u{9b}\r\n{header}"), &page)),
        Act::Raw(http(302, location, &page)),
        Act::Raw("HTTP/1.1 500 \u{202e}\u{9b}31m\r\nContent-Length: 0\r\n\r\n".into()),
        json_answer(200, "", &json!(EVIL)),
    ];
    acts.extend(match vendor {
        "yeastar" => vec![
            json_answer(200, "", &json!({"errcode": EVIL, "errmsg": EVIL, "submsg": EVIL})),
            json_answer(
                200,
                "",
                &json!({"errcode": 40002, "errmsg": EVIL, "invalid_param_list":
                    [{"field": EVIL, "value": EVIL, "validation_type": EVIL}, {"value": {EVIL: EVIL}}]}),
            ),
            json_answer(
                200,
                "",
                &json!({"errcode": 40003, "errmsg": EVIL, "duplicate_field_list":
                    [{"field": EVIL, "value": EVIL}]}),
            ),
        ],
        "itniotech" => vec![
            json_answer(200, "", &json!({"status": EVIL, "reason": EVIL})),
            json_answer(200, "", &json!({"status": "-47", "reason": EVIL})),
            json_answer(200, "", &json!({"code": "-22", "msg": EVIL})),
        ],
        _ => vec![
            json_answer(400, header, &json!({"code": EVIL, "message": EVIL})),
            json_answer(
                400,
                header,
                &json!({"code": 300, "message": EVIL, "errors": [{"field": EVIL, "message": EVIL}]}),
            ),
            json_answer(401, header, &json!({"error": EVIL, "reason": EVIL})),
            json_answer(500, header, &json!({"error_message": EVIL})),
        ],
    });
    acts
}

#[test]
fn an_error_text_of_a_vendor_cannot_control_the_terminal() {
    for job in [WRITES[1], WRITES[5], WRITES[8], LOOK_UPS[1], LOOK_UPS[5]] {
        for (at, act) in errors(job.0).into_iter().enumerate() {
            let server = Scripted::start(vec![act]);
            let lab = Lab::new(&server.base);
            for more in ["", "-o table --color never", "-o yaml -vvv", "-o table --color never -vvv"] {
                // The later -o overrides that of the lab, which clap would otherwise refuse as a repetition.
                let words = lab.words(job, more);
                let words = if more.contains("-o") { [&words[..4], &words[6..]].concat() } else { words };
                let mut args = words;
                args.extend(["--retries", "0"]);
                let ran = lab.place.run(&args);
                assert_ne!(ran.code, 0, "{at} {job:?} {more}: {ran:?}");
                harmless(&ran, &format!("{at} {job:?} {more}"));
            }
        }
    }
}

/// The objects of each vendor, with hostile names.
fn stored(request: &str) -> Act {
    let line = request.lines().next().unwrap_or_default();
    let body = if line.contains("sipTrunk/query") {
        let row = json!({"keyId": 5000028, "type": 1, "state": 1, "sipTrunkName": EVIL, "sipPrefix": EVIL,
            "sipGatewayIp": EVIL, "sipTrunkState": false,
            "groupList": [{"voiceGroupId": 1000026, "groupName": EVIL, "number": EVIL}]});
        let other = json!({"keyId": 5000029, "type": 1, "sipTrunkName": EVIL});
        json!({"status": "0", "reason": EVIL, "data": {"total": 2, "records": [row, other]}})
    } else if line.contains("seatGroup/query") {
        let rows = json!([{"voiceGroupId": 1, "groupName": EVIL},
            {"voiceGroupId": 2, "groupName": format!("{EVIL}2")}]);
        json!({"status": "0", "data": {"total": 2, "records": rows}})
    } else if line.contains("sipTrunk/") {
        json!({"status": "0", "reason": EVIL, "data": EVIL})
    } else if line.contains("trunk/get") {
        json!({"errcode": 0, "errmsg": EVIL, "data": {"id": 7, "name": EVIL, "type": "peer", "hostname": EVIL,
            "transport": EVIL, "port": 5060, "def_outbound_cid": EVIL,
            "did_list": [{"did": EVIL, "did_name": EVIL}]}})
    } else if line.contains("extension") || line.contains("trunk/search") || line.contains("trunk/list") {
        let rows = json!([{"id": 7, "name": EVIL, "type": "peer"}, {"id": 8, "name": EVIL, "type": "peer"}]);
        json!({"errcode": 0, "total_number": 2, "data": rows})
    } else if line.contains("internal_numbers") {
        json!({"internal_numbers": [{"id": EVIL, "number": "+16466661110"}]})
    } else if line.contains("sip_trunk") {
        json!({"sip_trunks": [{"id": EVIL, "name": EVIL}]})
    } else {
        json!({"errcode": 0, "errmsg": EVIL, "id": EVIL})
    };
    json_answer(200, "", &body)
}

#[test]
fn a_name_or_id_of_a_vendor_cannot_control_the_terminal_in_any_format() {
    let server = Scripted::answering(|_, request| stored(request));
    let lab = Lab::new(&server.base);
    let jobs = [
        ("yeastar", PEER, 0),
        ("yeastar", "trunk update id:7 --port 5062 --host h.example --did 1 --caller-id 2", 0),
        // Two trunks have the name; no group has it.
        ("yeastar", "trunk update EVIL --port 5062", 4),
        ("yeastar", "trunk create --from examples/yeastar/register-trunk.toml", 6),
        ("itniotech", "trunk update id:5000028 --host 192.0.2.41", 0),
        ("itniotech", "trunk update id:5000028 --prefix 9 --agent-group 7", 0),
        ("itniotech", LOOK_UPS[6].1, 6),
        ("itniotech", WRITES[5].1, 0),
        ("zoom", WRITES[7].1, 0),
        ("zoom", WRITES[8].1, 0),
    ];
    for (vendor, job, code) in jobs {
        for format in ["table", "json", "jsonl", "yaml", "csv"] {
            for more in ["", "--dry-run=http", "--dry-run=curl", "-vvv"] {
                let mut args = vec!["--profiles-file", &lab.profiles, "-p", vendor, "-o", format];
                args.extend(more.split_whitespace());
                // A command line cannot contain a NUL.
                let name = EVIL.replace('\u{0}', "");
                args.extend(job.split(' ').map(|word| if word == "EVIL" { name.as_str() } else { word }));
                let ran = lab.place.run(&args);
                let code = if job.contains("EVIL") { 6 } else { code };
                assert_eq!(ran.code, code, "{args:?}: {ran:?}");
                harmless(&ran, &format!("{args:?}"));
            }
        }
    }
}

#[test]
fn programs_get_names_of_a_vendor_unchanged() {
    let server = Scripted::answering(|_, request| stored(request));
    let lab = Lab::new(&server.base);
    // A script that compares names needs them exactly as the vendor has them.
    let change = lab.run(("yeastar", "trunk update id:7 --port 5062"), "").expect(0).json();
    assert_eq!(change["name"], EVIL);
}
