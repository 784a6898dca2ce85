//! Changes to trunks, operations that other vendors lack, and settings that delete things.

use serde_json::{Value, json};

use super::{Desk, refused, reports};
use crate::support::Place;
use crate::support::given::{self, answer, words};
use crate::support::scripted::Scripted;
use crate::support::served::Served;

#[test]
fn an_update_without_fields_is_refused() {
    let desk = Desk::new();
    for (profile, command) in [
        ("yeastar", "trunk update id:7"),
        ("yeastar", "trunk update id:7 --kind register"),
        ("itniotech", "trunk update name:t --direction outbound"),
    ] {
        reports(&desk.run(profile, command, &[]), 2, &["no field to change", "--host"]);
    }
    for format in super::FORMATS {
        let file = given::file(&desk.place, format, &json!({"kind": "peer"}));
        let ran = desk.run("yeastar", "trunk update id:7", &["--from".into(), file.clone()]);
        reports(&ran, 4, &[&file, "no field to change"]);
    }
    reports(&desk.run("yeastar", "trunk update id:", &words("--port 1")), 2, &["id:", "id:VALUE"]);
}

#[test]
fn an_update_refuses_fields_that_the_vendors_update_lacks() {
    let desk = Desk::new();
    let yeastar = "trunk update id:7";
    let itniotech = "trunk update id:5000028";
    for (profile, command, spec, field, says) in [
        // "Edit a SIP Trunk" has no type, country or itsp for any kind.
        ("yeastar", yeastar, json!({"kind": "register", "country": "US"}), "country", "create it again"),
        ("yeastar", yeastar, json!({"kind": "peer", "itsp": "x"}), "itsp", "create it again"),
        ("yeastar", yeastar, json!({"country": "US"}), "country", "create it again"),
        ("yeastar", yeastar, json!({"itsp": "general"}), "itsp", "create it again"),
        ("yeastar", yeastar, json!({"kind": "account", "dids": [{"number": "1"}]}), "dids", "route"),
        ("yeastar", yeastar, json!({"kind": "account", "domain": "a.example"}), "domain", "leave it out"),
        (
            "yeastar",
            yeastar,
            json!({"kind": "account", "transport": "dnsnaptr"}),
            "transport",
            "udp, tcp, tls",
        ),
        ("yeastar", yeastar, json!({"kind": "peer", "username": "x"}), "username", "leave it out"),
        ("yeastar", yeastar, json!({"kind": "register", "prefix": "9"}), "prefix", "leave it out"),
        ("yeastar", yeastar, json!({"prefix": "9"}), "prefix", "leave it out"),
        ("yeastar", yeastar, json!({"direction": "inbound", "port": 1}), "direction", "both"),
        ("yeastar", yeastar, json!({"port": 70000}), "port", "1 to 65535"),
        ("yeastar", yeastar, json!({"host": "sip:a.example"}), "host", "host alone"),
        ("yeastar", yeastar, json!({"name": ""}), "name", "give"),
        ("yeastar", yeastar, json!({"vendor_fields": {"id": 8}}), "vendor_fields", "command line"),
        ("itniotech", itniotech, json!({"port": 5060}), "port", "leave it out"),
        ("itniotech", itniotech, json!({"codecs": ["ulaw"]}), "codecs", "leave it out"),
        ("itniotech", itniotech, json!({"enabled": false}), "enabled", "console"),
        (
            "itniotech",
            itniotech,
            json!({"direction": "outbound", "allowed_ip": "1.2.3.4"}),
            "allowed_ip",
            "host",
        ),
        ("itniotech", itniotech, json!({"direction": "inbound", "host": "1.2.3.4"}), "host", "--allowed-ip"),
        ("itniotech", itniotech, json!({"vendor_fields": {"type": 2}}), "vendor_fields", "no update"),
        ("itniotech", itniotech, json!({"account": "sub-1", "name": "n"}), "account", "leave it out"),
    ] {
        desk.refuses(profile, command, &spec, field, &[says]);
    }
    for (profile, line) in [
        ("yeastar", "--kind account --add-did 1"),
        ("yeastar", "--kind account --remove-did 1"),
        ("yeastar", "--kind peer --did 1 --add-did 2"),
        ("yeastar", "--kind peer --add-did 1 --add-did 1=Main"),
        ("yeastar", "--kind peer --remove-did 1 --remove-did 1"),
        ("yeastar", "--kind peer --add-did 1 --remove-did 1"),
        ("itniotech", "--add-did 1"),
    ] {
        refused(&desk.run(profile, "trunk update id:7", &words(line)), 4, "dids", &["dids"]);
    }
}

/// A kind cannot be changed: the command fails after the read, before any write.
#[test]
fn another_kind_is_refused_before_the_write() {
    let place = Place::new();
    let trunk = json!({"id": 7, "name": "t", "type": "register", "enable": 1, "hostname": "a.example"});
    let scripted = Scripted::start(vec![
        answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "total_number": 1, "data": [trunk]})),
        answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "data": trunk})),
    ]);
    let profiles = given::profiles_with_tokens(&place, &scripted.base);
    let head = ["--profiles-file", &profiles, "-p", "yeastar", "-o", "json", "trunk", "update", "name:t"];
    let ran = place.run(&[&head[..], &["--kind", "peer", "--port", "5061"]].concat());
    refused(&ran, 4, "kind", &["register", "create it again"]);
    let requests = scripted.requests();
    assert!(requests.len() == 2 && requests.iter().all(|text| text.starts_with("GET ")), "{requests:?}");
}

/// The PBX did not return the trunk's DIDs: a list of only the added ones would remove the others.
#[test]
fn dids_that_were_not_returned_are_not_overwritten() {
    let place = Place::new();
    let trunk = json!({"id": 7, "name": "t", "type": "peer", "enable": 1, "hostname": "a.example"});
    let scripted =
        Scripted::start(vec![answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "data": trunk}))]);
    let profiles = given::profiles_with_tokens(&place, &scripted.base);
    let head = ["--profiles-file", &profiles, "-p", "yeastar", "-o", "json", "trunk", "update", "id:7"];
    for change in ["--add-did", "--remove-did"] {
        let ran = place.run(&[&head[..], &[change, "5503309"]].concat());
        refused(&ran, 4, "dids", &["did not return", "--did"]);
    }
    let requests = scripted.requests();
    assert!(requests.len() == 2 && requests.iter().all(|text| text.starts_with("GET ")), "{requests:?}");
}

/// Options without effect are reported, and the rest of the update continues.
#[test]
fn missing_and_existing_dids_cause_warnings() {
    let place = Place::new().with("TRUNKCTL_SANDBOX", "1").with("TRUNKCTL_PROFILE", "yeastar");
    let run = |line: &str| place.run(&line.split(' ').collect::<Vec<_>>());
    run("trunk create --name t --kind peer --transport udp --host 192.0.2.1 --port 5060 --codecs ulaw --did 1=Main")
        .expect(0);
    let ran = run("-o json trunk update t --remove-did 2 --add-did 1 --add-did 3").expect(0);
    assert_eq!(ran.json()["outcome"], "updated");
    for warning in
        ["--remove-did 2: the trunk has no such DID", "--add-did 1: the trunk already has this DID"]
    {
        assert_eq!(ran.err.matches(warning).count(), 1, "{warning}: {ran:?}");
    }
    assert!(!ran.err.contains("--add-did 3"), "{ran:?}");
    let ran = run("-o json trunk update t --remove-did 2").expect(0);
    assert_eq!(ran.json()["outcome"], "unchanged");
    assert!(ran.err.contains("--remove-did 2"), "{ran:?}");
    // A name that differs is a change.
    let ran = run("-o json trunk update t --add-did 1=Sales --remove-did 3").expect(0);
    assert!(ran.json()["outcome"] == "updated" && ran.err.is_empty(), "{ran:?}");
}

/// Warnings that depend on the kind appear once the kind is known, and only once.
#[test]
fn warnings_do_not_depend_on_the_source_of_the_kind() {
    let place = Place::new();
    let trunk = json!({"id": 7, "name": "t", "type": "peer", "enable": 1, "hostname": "a.example"});
    let scripted =
        Scripted::start(vec![answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "data": trunk}))]);
    let profiles = given::profiles_with_tokens(&place, &scripted.base);
    let head = ["--profiles-file", &profiles, "-p", "yeastar", "trunk", "update", "id:7", "--name", "a b"];
    for kind in [&[][..], &["--kind", "peer"]] {
        let ran = place.run(&[&head[..], kind, &["--dry-run"]].concat());
        assert_eq!(ran.err.matches("has a space").count(), 1, "{kind:?}: {}", ran.err);
    }
}

/// A new trunk's domain is its host; a later change of the host does not change the domain.
#[test]
fn a_domain_left_at_the_old_host_causes_a_warning() {
    let place = Place::new();
    let trunk = |domain: &str| json!({"id": 7, "name": "t", "type": "peer", "enable": 1, "hostname": "a.example", "domain": domain});
    for (existing, change, warned) in [
        ("a.example", "--host b.example", true),
        ("a.example", "--host b.example --domain c.example", false),
        ("a.example", "--host a.example", false),
        ("a.example", "--port 5062", false),
        ("other.example", "--host b.example", false),
    ] {
        let answer = answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "data": trunk(existing)}));
        let profiles = given::profiles_with_tokens(&place, &Scripted::start(vec![answer]).base);
        let words = format!("--profiles-file {profiles} -p yeastar trunk update id:7 {change} --dry-run");
        let ran = place.run(&words.split_whitespace().collect::<Vec<_>>());
        assert_eq!(ran.err.contains("the domain stays `a.example`"), warned, "{existing} {change}: {ran:?}");
    }
}

#[test]
fn an_operation_that_the_vendor_lacks_is_refused_with_an_alternative() {
    let desk = Desk::new();
    let number = "internal-numbers add --number +16466661110 --label a --language en-US";
    for (profile, command, says) in [
        ("zoom", "trunk update id:7 --name x", "create it again"),
        ("yeastar", number, "--add-did"),
        ("itniotech", number, "--agent-group"),
        ("yeastar", "sip-settings assign --enable true", "--enable"),
        ("itniotech", "sip-settings assign --enable true", "trunk update"),
    ] {
        let error = reports(&desk.run(profile, command, &[]), 13, &["not supported", says]);
        assert_eq!(error["vendor"], json!(profile));
    }
}

const DESTRUCTIVE: [(&str, &str); 4] = [
    ("--enable=false", r#"{"enable": false}"#),
    ("--show-zoom-provided-numbers=remove", r#"{"show_zoom_provided_numbers": "remove"}"#),
    ("--show-zoom-provided-numbers=2", r#"{"show_zoom_provided_numbers": 2}"#),
    ("--show-zoom-provided-callout-countries=remove", r#"{"show_zoom_provided_callout_countries": 2}"#),
];

#[test]
fn destructive_settings_require_yes_without_a_terminal() {
    let desk = Desk::new();
    let place = Place::new();
    for (flag, text) in DESTRUCTIVE {
        let spec: Value = serde_json::from_str(text).unwrap();
        reports(&desk.run("zoom", "sip-settings assign", &[flag.into()]), 4, &["deletes", "sub-1", "--yes"]);
        for format in super::FORMATS {
            let file = given::file(&desk.place, format, &spec);
            let ran = desk.run("zoom", "sip-settings assign", &["--from".into(), file]);
            reports(&ran, 4, &["deletes", "sub-1", "--yes"]);
        }
        // Existing values would not be sent again.
        let served = Served::start();
        let real = served.profiles(&place, "");
        let done = place.run(&[
            "--profiles-file",
            &real,
            "-p",
            "zoom",
            "-o",
            "json",
            "--yes",
            "sip-settings",
            "assign",
            flag,
        ]);
        assert_eq!(done.expect(0).json()["outcome"], json!("assigned"), "{flag}");
    }
    // Settings that delete nothing need no confirmation.
    let served = Served::start();
    let real = served.profiles(&place, "");
    let keep =
        ["--profiles-file", &real, "-p", "zoom", "sip-settings", "assign", "--show-zoom-provided-numbers=1"];
    place.run(&keep).expect(0);
}

#[test]
fn settings_are_checked_like_other_input() {
    let desk = Desk::new();
    let command = "sip-settings assign";
    for (spec, field, says) in [
        (
            json!({"show_zoom_provided_numbers": "hid"}),
            "show_zoom_provided_numbers",
            ["`hid`", "did you mean `hide`"],
        ),
        (
            json!({"show_zoom_provided_callout_countries": 3}),
            "show_zoom_provided_callout_countries",
            ["`3`", "show, hide, remove"],
        ),
        // The sample of Zoom's own page.
        (
            json!({"show_zoom_provided_numbers": 50968347}),
            "show_zoom_provided_numbers",
            ["`50968347`", "show, hide, remove"],
        ),
    ] {
        desk.refuses("zoom", command, &spec, field, &says);
    }
    desk.refuses_file("zoom", command, &json!({"enable": "maybe"}), "enable", &["maybe", "boolean"]);
    reports(&desk.run("zoom", command, &words("--enable maybe")), 2, &["maybe", "--enable"]);
    reports(&desk.run("zoom", command, &[]), 2, &["no setting", "--enable"]);
    reports(&desk.run("zoom", command, &words("--enable true --account ..")), 4, &["`..`", "sub account"]);
}
