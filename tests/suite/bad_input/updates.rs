//! Changes to trunks, what other vendors have no operation for, and settings that delete things.

use serde_json::{Value, json};

use super::{Desk, refused, told};
use crate::support::Place;
use crate::support::given::{self, answer, words};
use crate::support::scripted::Scripted;
use crate::support::served::Served;

#[test]
fn an_update_with_no_field_is_refused() {
    let desk = Desk::new();
    for (profile, command) in [
        ("yeastar", "trunk update id:7"),
        ("yeastar", "trunk update id:7 --kind register"),
        ("itniotech", "trunk update name:t --direction outbound"),
    ] {
        told(&desk.run(profile, command, &[]), 2, &["no field to change", "--host"]);
    }
    for format in super::FORMATS {
        let file = given::file(&desk.place, format, &json!({"kind": "peer"}));
        let ran = desk.run("yeastar", "trunk update id:7", &["--from".into(), file.clone()]);
        told(&ran, 4, &[&file, "no field to change"]);
    }
    told(&desk.run("yeastar", "trunk update id:", &words("--port 1")), 2, &["id:", "id:VALUE"]);
}

#[test]
fn an_update_refuses_what_the_vendors_update_cannot_hold() {
    let desk = Desk::new();
    let yeastar = "trunk update id:7";
    let itniotech = "trunk update id:5000028";
    for (profile, command, spec, field, says) in [
        // "Edit a SIP Trunk" has no type, country and itsp, whatever the kind.
        ("yeastar", yeastar, json!({"kind": "register", "country": "US"}), "country", "anew"),
        ("yeastar", yeastar, json!({"kind": "peer", "itsp": "x"}), "itsp", "anew"),
        ("yeastar", yeastar, json!({"country": "US"}), "country", "anew"),
        ("yeastar", yeastar, json!({"itsp": "general"}), "itsp", "anew"),
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

/// A kind cannot be changed: seen as soon as the trunk was read, and nothing is written.
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
    refused(&ran, 4, "kind", &["register", "create it anew"]);
    let requests = scripted.requests();
    assert!(requests.len() == 2 && requests.iter().all(|text| text.starts_with("GET ")), "{requests:?}");
}

/// The PBX did not tell the trunk's DIDs: a list made of the added ones alone would take the others away.
#[test]
fn dids_that_were_not_told_are_not_written_anew() {
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

/// What changes nothing is named, and the rest of the update goes on.
#[test]
fn dids_that_are_not_there_or_there_already_are_warned_of() {
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

/// What can be warned of only once the kind is known is told then, and only once.
#[test]
fn warnings_do_not_depend_on_who_tells_the_kind() {
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

/// A new trunk's domain is its host; a later host takes along only what is asked of it.
#[test]
fn a_domain_that_stays_where_its_host_was_is_warned_of() {
    let place = Place::new();
    let trunk = |domain: &str| json!({"id": 7, "name": "t", "type": "peer", "enable": 1, "hostname": "a.example", "domain": domain});
    for (held, change, warned) in [
        ("a.example", "--host b.example", true),
        ("a.example", "--host b.example --domain c.example", false),
        ("a.example", "--host a.example", false),
        ("a.example", "--port 5062", false),
        ("other.example", "--host b.example", false),
    ] {
        let answer = answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "data": trunk(held)}));
        let profiles = given::profiles_with_tokens(&place, &Scripted::start(vec![answer]).base);
        let words = format!("--profiles-file {profiles} -p yeastar trunk update id:7 {change} --dry-run");
        let ran = place.run(&words.split_whitespace().collect::<Vec<_>>());
        assert_eq!(ran.err.contains("the domain stays `a.example`"), warned, "{held} {change}: {ran:?}");
    }
}

#[test]
fn an_operation_that_the_vendor_lacks_is_unsupported_with_what_to_do_instead() {
    let desk = Desk::new();
    let number = "internal-numbers add --number +16466661110 --label a --language en-US";
    for (profile, command, says) in [
        ("zoom", "trunk update id:7 --name x", "create it again"),
        ("yeastar", number, "--add-did"),
        ("itniotech", number, "--agent-group"),
        ("yeastar", "sip-settings assign --enable true", "--enable"),
        ("itniotech", "sip-settings assign --enable true", "trunk update"),
    ] {
        let error = told(&desk.run(profile, command, &[]), 13, &["not supported", says]);
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
fn settings_that_delete_things_want_yes_where_nobody_can_be_asked() {
    let desk = Desk::new();
    let place = Place::new();
    for (flag, text) in DESTRUCTIVE {
        let spec: Value = serde_json::from_str(text).unwrap();
        told(&desk.run("zoom", "sip-settings assign", &[flag.into()]), 4, &["deletes", "sub-1", "--yes"]);
        for format in super::FORMATS {
            let file = given::file(&desk.place, format, &spec);
            let ran = desk.run("zoom", "sip-settings assign", &["--from".into(), file]);
            told(&ran, 4, &["deletes", "sub-1", "--yes"]);
        }
        // What is there already would not be sent again.
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
    // What deletes nothing asks nobody.
    let served = Served::start();
    let real = served.profiles(&place, "");
    let keep =
        ["--profiles-file", &real, "-p", "zoom", "sip-settings", "assign", "--show-zoom-provided-numbers=1"];
    place.run(&keep).expect(0);
}

#[test]
fn settings_are_judged_like_everything_else() {
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
    told(&desk.run("zoom", command, &words("--enable maybe")), 2, &["maybe", "--enable"]);
    told(&desk.run("zoom", command, &[]), 2, &["no setting", "--enable"]);
    told(&desk.run("zoom", command, &words("--enable true --account ..")), 4, &["`..`", "sub account"]);
}
