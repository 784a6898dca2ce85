//! Secrets that are missing, literal, or readable by other users.

use serde_json::json;

use super::{Desk, good, reports};
use crate::support::Place;
use crate::support::given::{self, answer, over};
use crate::support::scripted::Scripted;

const CANARY: &str = "Canary-1234567";

#[test]
fn a_missing_secret_is_reported_with_its_position() {
    let desk = Desk::new();
    let empty = desk.place.write("empty", "");
    let newline = desk.place.write("newline", "\n");
    let nowhere = format!("{}/nowhere", desk.place.path().display());
    for (reference, says) in [
        ("env:UNSET_VARIABLE".to_owned(), vec!["env:UNSET_VARIABLE", "set the environment variable"]),
        (format!("file:{nowhere}"), vec![nowhere.as_str(), "check the path"]),
        (format!("file:{empty}"), vec![empty.as_str(), "empty"]),
        (format!("file:{newline}"), vec![newline.as_str(), "empty"]),
        ("cmd:exit 3".to_owned(), vec!["cmd:exit", "3"]),
        ("cmd:true".to_owned(), vec!["cmd:true", "empty"]),
        ("keyring:a/b".to_owned(), vec!["keyring:a/b", "use"]),
    ] {
        let (profile, spec) = good("register");
        let spec = over(&spec, &json!({"password": reference}));
        let mut says = says;
        says.push("password");
        reports(&desk.run(profile, "trunk create", &given::flags(&spec)), 3, &says);
        for format in super::FORMATS {
            let file = given::file(&desk.place, format, &spec);
            reports(&desk.run(profile, "trunk create", &["--from".into(), file]), 3, &says);
        }
        // The same for a profile's own.
        let text = format!(
            "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"{}\"\nclient_id = \"a\"\n\
             client_secret = \"{reference}\"\n",
            desk.silent.base
        );
        let profiles = desk.place.write("own.toml", &text);
        let args = ["--profiles-file", &profiles, "-o", "json", "trunk", "update", "id:1", "--name", "x"];
        says.pop();
        says.extend(["profile `p`", "client_secret"]);
        reports(&desk.place.run(&args), 3, &says);
        desk.silent.untouched("a missing secret");
    }
}

#[cfg(unix)]
#[test]
fn a_mistyped_reference_is_not_taken_for_a_password() {
    let desk = Desk::new();
    let (profile, spec) = good("register");
    for format in super::FORMATS {
        let file = given::file(&desk.place, format, &over(&spec, &json!({"password": "envv:CANARY"})));
        let ran = desk.run(profile, "trunk create", &["--from".into(), file.clone()]);
        reports(&ran, 3, &[&file, "password", "not a secret reference", "did you mean `env:…`?"]);
        assert!(!ran.err.contains("CANARY"), "{ran:?}");
        desk.silent.untouched("a mistyped reference");
    }
}

#[cfg(unix)]
#[test]
fn a_literal_secret_is_refused_if_others_can_read_the_file() {
    let desk = Desk::new();
    let (profile, spec) = good("register");
    for bits in [0o644, 0o640, 0o604] {
        for format in super::FORMATS {
            let file = given::file(&desk.place, format, &over(&spec, &json!({"password": CANARY})));
            crate::support::set_mode(&file, bits);
            let ran = desk.run(profile, "trunk create", &["--from".into(), file.clone()]);
            reports(&ran, 3, &[&file, "password", "env:NAME", "chmod 600"]);
            assert!(!ran.err.contains(CANARY), "{ran:?}");
            crate::support::set_mode(&file, 0o600);
            desk.run(profile, "trunk create --dry-run", &["--from".into(), file]).expect(0);
            // A reference may lie anywhere.
            let file = given::file(&desk.place, format, &spec);
            crate::support::set_mode(&file, bits);
            desk.run(profile, "trunk create --dry-run", &["--from".into(), file]).expect(0);
        }
        crate::support::set_mode(&desk.profiles, bits);
        for (profile, key) in [("yeastar", "client_secret"), ("itniotech", "api_"), ("zoom", "client_secret")]
        {
            let ran = desk.run(profile, "trunk update id:1 --name x", &[]);
            reports(&ran, 3, &[&desk.profiles, profile, key, "env:NAME", "chmod 600"]);
            for secret in ["pbx-client-secret", "cc-api-secret", "app-client-secret"] {
                assert!(!ran.err.contains(secret), "{ran:?}");
            }
        }
        crate::support::set_mode(&desk.profiles, 0o600);
    }
}

#[test]
fn a_password_on_the_command_line_is_refused_and_not_repeated() {
    let desk = Desk::new();
    for args in [
        vec![format!("--password={CANARY}")],
        vec!["--password".to_owned(), CANARY.to_owned()],
        vec![format!("--password-from={CANARY}")],
        vec!["--password-from".to_owned(), format!("evn:{CANARY}")],
    ] {
        for command in ["trunk create", "trunk update id:7"] {
            let ran = desk.run("yeastar", command, &args);
            reports(&ran, 2, &["--password-from"]);
            assert!(!ran.err.contains(CANARY), "{ran:?}");
            // Also in the words for people.
            let mut table: Vec<&str> = command.split(' ').collect();
            table.extend(args.iter().map(String::as_str));
            let ran =
                desk.place.run(&[&["--profiles-file", &desk.profiles, "-p", "yeastar"], &table[..]].concat());
            assert!(ran.code == 2 && ran.err.contains("--password-from"), "{ran:?}");
            assert!(!ran.err.contains(CANARY), "{ran:?}");
        }
    }
}

/// A password that was written without quotes is a figure to TOML and JSON; the complaint must not repeat it.
#[test]
fn a_password_of_the_wrong_type_is_not_quoted() {
    let desk = Desk::new();
    let (profile, spec) = good("register");
    let spec = over(&spec, &json!({"password": 987654321}));
    // YAML is read by the type of the field, so that digits without quotes are a text there.
    for format in super::FORMATS.into_iter().filter(|format| *format != "yaml") {
        let file = given::file(&desk.place, format, &spec);
        let ran = desk.run(profile, "trunk create", &["--from".into(), file]);
        reports(&ran, 4, &["password", "quotes"]);
        assert!(!ran.err.contains("987654321"), "{ran:?}");
    }
}

/// "Add a SIP Trunk", table 1: digits, upper and lower case, at least 10 characters. An ITSP issues the
/// password, so this is only a warning.
#[test]
fn a_password_against_yeastars_rule_is_a_warning_and_is_sent() {
    for (password, warned) in
        [("Short1aB", true), ("alllowercase1", true), ("NODIGITSatall", true), ("Long3nough-Yes", false)]
    {
        let place = Place::new().with("SIP_PASSWORD", password);
        let scripted =
            Scripted::start(vec![answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "id": 7}))]);
        let profiles = given::profiles_with_tokens(&place, &scripted.base);
        let (_, spec) = good("register");
        let mut args: Vec<String> =
            ["--profiles-file", &profiles, "-p", "yeastar", "trunk", "create"].map(str::to_owned).to_vec();
        args.extend(given::flags(&spec));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let ran = place.run(&args).expect(0);
        assert_eq!(ran.err.contains("warning") && ran.err.contains("password"), warned, "{ran:?}");
        assert!(!ran.err.contains(password), "{ran:?}");
        let requests = scripted.requests();
        assert!(requests.len() == 1 && requests[0].contains(password), "{requests:?}");
    }
}
