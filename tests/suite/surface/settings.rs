//! SIP settings, as far as the vendor returns them: shown, and compared before and after they are assigned.

use serde_json::{Value, json};

use super::*;
use crate::conformance::rig::words;
use crate::support::Place;
use crate::support::given::{self, answer};
use crate::support::scripted::Scripted;

const READ: &str = "GET /zoom/v2/accounts/sub-1/sip_trunk/settings";

fn rig() -> Rig {
    Rig::new("zoom")
}

fn lines(rig: &Rig) -> Vec<String> {
    let lines = rig.recorder.take().iter().map(crate::support::recorder::Seen::line).collect::<Vec<_>>();
    lines.into_iter().filter(|line| line.contains("sip_trunk/settings")).collect()
}

#[test]
fn settings_are_shown_in_every_format() {
    let rig = rig();
    rig.run(&words("sip-settings assign --show-zoom-provided-numbers hide", &[])).expect(0);
    let shown = rig.run(&words("sip-settings show --account sub-1", &[])).expect(0).json();
    let expected = json!({
        "account": "sub-1", "vendor": "zoom", "profile": "zoom", "show_callout_internal_number": false,
        "show_zoom_provided_callout_countries": "show", "show_zoom_provided_numbers": "hide",
    });
    assert_eq!(shown, expected);
    for (format, part) in [
        ("table", "show_zoom_provided_numbers            hide"),
        ("yaml", "show_zoom_provided_numbers: hide"),
        ("csv", "sub-1,zoom,zoom,false,show,hide"),
        ("jsonl", r#""show_zoom_provided_numbers":"hide""#),
    ] {
        let out = rig.run_as(format, &["sip-settings", "show"]).expect(0).out;
        assert!(out.contains(part) && !out.contains("enable"), "{format}: {out}");
    }
    assert_eq!(
        rig.run(&["sip-settings", "show", "--account", "nobody"]).expect(6).error()["vendor_code"],
        "2001"
    );
}

#[test]
fn an_assignment_reports_its_changes_and_sends_nothing_without_any() {
    let rig = rig();
    let assign = |more: &str| rig.run(&words(&format!("sip-settings assign {more}"), &[])).expect(0).json();
    let change = assign("--show-zoom-provided-numbers hide --show-callout-internal-number false");
    let diff = json!([{"field": "show_zoom_provided_numbers", "before": "show", "after": "hide"}]);
    assert_eq!((&change["outcome"], &change["diff"]), (&json!("assigned"), &diff));
    assert_eq!(lines(&rig), [READ.to_owned(), READ.replace("GET", "PATCH")]);
    let change = assign("--show-zoom-provided-numbers hide --show-callout-internal-number false");
    assert_eq!((&change["outcome"], change["diff"].is_null()), (&json!("unchanged"), true), "{change}");
    assert_eq!(lines(&rig), [READ]);
    // Fields that cannot be read are always sent, and cause no read of their own.
    let change = assign("--enable true");
    assert_eq!(change["diff"], json!([{"field": "enable", "before": null, "after": true}]));
    assert_eq!(lines(&rig), [READ.replace("GET", "PATCH")]);
}

/// A right to assign them may come without the right to read them.
#[test]
fn settings_are_sent_even_if_they_cannot_be_read() {
    let place = Place::new();
    let refused = json!({"code": 4711, "message": "Invalid access token, does not contain scopes."});
    let server = Scripted::start(vec![answer(400, &refused), answer(204, &Value::Null)]);
    let profiles = given::profiles_with_tokens(&place, &server.base);
    let args = ["--profiles-file", &profiles, "-p", "zoom", "-o", "json", "sip-settings", "assign"];
    let ran = place.run(&[&args[..], &["--show-zoom-provided-numbers", "hide"]].concat()).expect(0);
    assert!(ran.err.contains("cannot be compared with the settings of the account"), "{ran:?}");
    assert_eq!(ran.json()["diff"][0]["before"], Value::Null, "{ran:?}");
}

#[test]
fn raw_keys_are_sent_unless_they_are_named_fields_or_look_secret() {
    let rig = rig();
    let key = "enable_all_settings_from_master_account";
    rig.run(&words(&format!("sip-settings assign --enable true --vendor-field {key}=true"), &[])).expect(0);
    assert_eq!(rig.written(), json!({"enable": true, key: true}));
    for (command, field) in [
        ("sip-settings assign --vendor-field enable=false", "enable"),
        ("sip-settings assign --vendor-field api_token=\"Canary1\"", "api_token"),
        (
            "internal-numbers add --number +16466661110 --label a --language en-US --vendor-field type=1",
            "type",
        ),
        (
            "internal-numbers add --number +16466661110 --label a --language en-US --vendor-field secret=1",
            "secret",
        ),
        ("numbers assign 14155550100 --account sub-1 --vendor-field password=1", "password"),
    ] {
        let ran = rig.run(&words(command, &[])).expect(4);
        assert!(ran.err.contains(&format!("vendor_fields.{field}")), "{ran:?}");
        assert!(!ran.err.contains("Canary1"), "{ran:?}");
    }
    assert!(rig.writes().is_empty());
    // The vendor checks all other keys.
    let add =
        "internal-numbers add --number +16466661110 --label a --language en-US --vendor-field new_key=[1]";
    rig.run(&words(add, &[])).expect(9);
    assert_eq!(rig.written()["internal_numbers"][0]["new_key"], json!([1]));
}

#[test]
fn a_manifest_is_compared_with_the_settings_of_the_account() {
    let place = Place::new();
    let manifest = |settings: &str| {
        let head = "[[sip_settings]]\nprofile = \"zoom\"\naccount = \"sub-1\"\n";
        place.write("fleet.toml", &format!("{head}{settings}"))
    };
    let run = |line: &str| {
        let words: Vec<&str> =
            ["--sandbox", "-o", "json"].into_iter().chain(line.split_whitespace()).collect();
        place.run(&words)
    };
    let path = manifest("show_zoom_provided_numbers = \"hide\"\nshow_callout_internal_number = false\n");
    let plan = run(&format!("plan -f {path} --detailed-exitcode")).expect(14).json();
    let diff = json!([{"field": "show_zoom_provided_numbers", "before": "show", "after": "hide"}]);
    assert_eq!((&plan["changes"][0]["diff"], plan["changes"][0]["notes"].is_null()), (&diff, true), "{plan}");
    run(&format!("apply -f {path} --yes")).expect(0);
    run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    // Drift that this machine does not know.
    let state = place.state();
    std::fs::remove_dir_all(state.join("applied")).ok();
    run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    run("-p zoom sip-settings assign --account sub-1 --show-zoom-provided-numbers show").expect(0);
    let plan = run(&format!("plan -f {path} --detailed-exitcode")).expect(14).json();
    assert_eq!(plan["changes"][0]["diff"], diff, "{plan}");
    // `enable` cannot be read: it is sent once, and compared with what was sent.
    let path = manifest("enable = true\nshow_zoom_provided_numbers = \"hide\"\n");
    let plan = run(&format!("plan -f {path}")).expect(0).json();
    assert!(plan["changes"][0]["notes"][0].as_str().unwrap().starts_with("enable cannot be read"), "{plan}");
    run(&format!("apply -f {path} --yes")).expect(0);
    run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    // Raw keys, too.
    let path = manifest("vendor_fields = { enable_all_settings_from_master_account = true }\n");
    run(&format!("apply -f {path} --yes")).expect(0);
    run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    let path = manifest("vendor_fields = { enable = false }\n");
    assert!(run(&format!("plan -f {path}")).expect(4).err.contains("vendor_fields.enable"));
}

/// A form is shown as one: each of its fields is a text, also one that is JSON.
#[test]
fn a_dry_run_shows_a_multipart_body() {
    let rig = rig();
    let place = Place::new();
    let text = crate::support::served::profiles(&rig.recorder.base, &place, "");
    let text = std::fs::read_to_string(text)
        .unwrap()
        .replace("vendor = \"zoom\"", "vendor = \"zoom\"\nbody_format = \"multipart\"");
    let profiles = place.write("forms.toml", &text);
    let args =
        ["--profiles-file", &profiles, "-p", "zoom", "-o", "json", "sip-settings", "assign", "--dry-run"];
    let shown = place.run(&[&args[..], &["--enable", "true", "--show-zoom-provided-numbers", "1"]].concat());
    let request = &shown.expect(0).json()["requests"][0];
    assert_eq!(request["headers"]["Content-Type"], "multipart/form-data", "{request}");
    let fields = json!([
        {"name": "enable", "value": "true"},
        {"name": "show_zoom_provided_numbers", "value": "1"},
    ]);
    assert_eq!(request["body"], json!({"content_type": "multipart/form-data", "fields": fields}));
    let args = ["--profiles-file", &profiles, "-p", "zoom", "sip-settings", "assign", "--dry-run"];
    let shown = place.run(&[&args[..], &["--enable", "true", "--show-zoom-provided-numbers", "1"]].concat());
    let out = shown.expect(0).out;
    assert!(out.ends_with("\n\nenable=true\nshow_zoom_provided_numbers=1\n"), "{out}");
}
