//! The line that `--dry-run=curl` prints, run by a shell with the real curl, sends the request of trunkctl.
//!
//! Both requests pass the same recorder. Their bytes are compared except for inherent differences: `Accept`,
//! the order of headers, the boundary of a form, and the time with the signature over it. Those two are
//! checked by the sandbox, which accepts the request.

use std::process::Command;

use serde_json::{Value, json};

use crate::fixtures::{self, is_write};
use crate::support::recorder::{Recorder, Seen};
use crate::support::scripted::http;
use crate::support::served::Served;
use crate::support::{Place, SHELL, need};

/// All characters that are special to a shell, JSON or awk.
const PASSWORD: &str = "q\"q\u{1}\u{1f} b\\b s  s $HOME $(id) `id` it's 100% & ; * é \\\\ \\\" !x # end\\";

/// One command, and the environment variables that its line names.
struct Case {
    profile: &'static str,
    args: &'static [&'static str],
    /// On standard input.
    spec: &'static str,
    /// The variables from which the printed line takes its secrets.
    names: &'static [&'static str],
}

const REGISTER: &str = r#"{"name": "itsp-main", "kind": "register", "transport": "udp",
    "host": "sip.example.com", "port": 5060, "username": "6701 $USER", "auth_name": "a\"b\\c",
    "password": "env:SAMPLE_PASSWORD",
    "codecs": ["ulaw"], "caller_id": {"number": "5503300", "name": "it's Büro `1`"}, "enabled": false,
    "dids": [{"number": "+442071838750", "name": "50% & more"}]}"#;
const OUTBOUND: &str = r#"{"name": "d/e?f=g é 'q' \"q\" $HOME @x", "direction": "outbound",
    "kind": "register", "host": "192.0.2.7", "username": "cc 42", "password": "env:SAMPLE_PASSWORD",
    "prefix": "0", "agent_groups": [{"id": 1000026}]}"#;
const NUMBERS: &str = r#"[{"number": "+16466661110", "labels": "It's \"SIP\" é; @x <y> $HOME", 
    "languages": "en-US", "type": 0, "visible": false}]"#;
const TRUNK: &str = r#"{"account": "sub/ø 3", "master_trunk": "trunk-b", "dnis": "44207",
    "caller_id": {"number": "+442071838750"}}"#;
const SETTINGS: &str =
    r#"{"enable": true, "show_callout_internal_number": false, "show_zoom_provided_numbers": 0}"#;

const CASES: &[Case] = &[
    Case {
        profile: "yeastar",
        args: &["trunk", "create"],
        spec: REGISTER,
        names: &["SAMPLE_PASSWORD", "TRUNKCTL_ACCESS_TOKEN"],
    },
    Case {
        profile: "yeastar-token",
        args: &["trunk", "create"],
        spec: REGISTER,
        names: &["SAMPLE_PASSWORD", "SAMPLE_TOKEN"],
    },
    Case {
        profile: "itniotech",
        args: &["trunk", "create"],
        spec: OUTBOUND,
        names: &["SAMPLE_PASSWORD", "TRUNKCTL_API_KEY", "TRUNKCTL_API_SECRET"],
    },
    Case {
        profile: "itniotech-env",
        args: &["trunk", "create"],
        spec: OUTBOUND,
        names: &["SAMPLE_PASSWORD", "SAMPLE_KEY", "SAMPLE_SECRET"],
    },
    Case { profile: "zoom", args: &["trunk", "create"], spec: TRUNK, names: &["TRUNKCTL_ACCESS_TOKEN"] },
    Case { profile: "zoom-form", args: &["trunk", "create"], spec: TRUNK, names: &["TRUNKCTL_ACCESS_TOKEN"] },
    Case {
        profile: "zoom",
        args: &["internal-numbers", "add"],
        spec: NUMBERS,
        names: &["TRUNKCTL_ACCESS_TOKEN"],
    },
    Case {
        profile: "zoom-form",
        args: &["internal-numbers", "add"],
        spec: NUMBERS,
        names: &["TRUNKCTL_ACCESS_TOKEN"],
    },
    Case {
        profile: "zoom",
        args: &["sip-settings", "assign"],
        spec: SETTINGS,
        names: &["TRUNKCTL_ACCESS_TOKEN"],
    },
    Case {
        profile: "zoom-form",
        args: &["sip-settings", "assign"],
        spec: SETTINGS,
        names: &["TRUNKCTL_ACCESS_TOKEN"],
    },
];

/// Profiles of the sandbox, with credentials and with references.
fn profiles(place: &Place, base: &str) -> String {
    let zoom = "vendor = \"zoom\"\naccount_id = \"sandbox-account\"\nclient_id = \"sandbox\"\n\
        client_secret = \"sandbox-secret\"\naccount = \"sub-1\"";
    let text = format!(
        "[profiles.yeastar]\nvendor = \"yeastar\"\nbase_url = \"{base}/yeastar\"\nclient_id = \"sandbox\"\n\
         client_secret = \"sandbox-secret\"\n\
         [profiles.yeastar-token]\nvendor = \"yeastar\"\nbase_url = \"{base}/yeastar\"\n\
         access_token = \"env:SAMPLE_TOKEN\"\n\
         [profiles.itniotech]\nvendor = \"itniotech\"\nbase_url = \"{base}/itniotech\"\n\
         api_key = \"sandbox-key\"\napi_secret = \"sandbox-secret\"\n\
         [profiles.itniotech-env]\nvendor = \"itniotech\"\nbase_url = \"{base}/itniotech\"\n\
         api_key = \"env:SAMPLE_KEY\"\napi_secret = \"env:SAMPLE_SECRET\"\n\
         [profiles.zoom]\n{zoom}\nbase_url = \"{base}/zoom/v2\"\ntoken_url = \"{base}/zoom/oauth/token\"\n\
         [profiles.zoom-form]\n{zoom}\nbase_url = \"{base}/zoom/v2\"\n\
         token_url = \"{base}/zoom/oauth/token\"\n\
         body_format = \"multipart\"\n"
    );
    place.write("profiles.toml", &text)
}

/// A token of the sandbox, as a user would get one for the shell.
fn token(recorder: &Recorder, vendor: &str) -> String {
    let Some((url, body)) = fixtures::of(vendor).token() else { return String::new() };
    let url = format!("{}/{url}", recorder.base);
    let answer = curl().args(body).arg(url).output().unwrap();
    let answer: Value = serde_json::from_slice(&answer.stdout).unwrap();
    recorder.take();
    answer["access_token"].as_str().unwrap().to_owned()
}

fn curl() -> Command {
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--noproxy", "*", "--max-time", "20"]);
    curl
}

/// Runs a printed line unchanged, in a shell that has only the path and these variables.
fn shell(place: &Place, line: &str, variables: &[(&str, String)]) -> (i32, Vec<u8>, String) {
    let mut shell = Command::new(SHELL);
    shell.args(["-c", line]).env_clear().current_dir(place.path());
    shell.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    shell.envs(variables.iter().map(|(name, value)| (*name, value)));
    let output = shell.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), output.stdout, errors)
}

/// The single line that a dry run prints.
fn printed(place: &Place, profiles: &str, case: &Case) -> String {
    let mut args = vec!["--profiles-file", profiles, "-p", case.profile, "--dry-run=curl"];
    args.extend(case.args);
    args.extend(["--from", "-"]);
    let ran = place.pipe(&args, case.spec).expect(0);
    assert_eq!(ran.out.lines().count(), 1, "{ran:?}");
    let note = ran.err.lines().find(|line| line.starts_with("note: set ")).unwrap_or_default();
    assert!(case.names.iter().all(|name| note.contains(name)), "{ran:?}");
    ran.out.trim_end().to_owned()
}

/// The parts of a request that must be equal on both sides.
fn essence(seen: &Seen) -> (String, Vec<(String, String)>, String) {
    let content_type = seen.header("content-type").unwrap_or_default();
    let boundary = content_type.split_once("boundary=").map(|(_, boundary)| boundary.to_owned());
    let plain = |text: &str| match &boundary {
        Some(boundary) => text.replace(boundary, "BOUNDARY"),
        None => text.to_owned(),
    };
    let ignored = ["accept", "connection", "content-length", "sign", "timestamp"];
    let mut headers: Vec<(String, String)> = seen
        .headers
        .iter()
        .filter(|(name, _)| !ignored.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect();
    headers.sort();
    (format!("{} {}", seen.method, seen.target), headers, plain(std::str::from_utf8(&seen.body).unwrap()))
}

#[test]
fn the_printed_line_sends_the_request_of_trunkctl() {
    need("curl");
    for case in CASES {
        let what = format!("{} {}", case.profile, case.args.join(" "));
        let served = Served::start();
        let recorder = Recorder::before(&served.base);
        let vendor = case.profile.split('-').next().unwrap();
        let token = token(&recorder, vendor);
        let place = Place::new()
            .with("SAMPLE_PASSWORD", PASSWORD)
            .with("SAMPLE_TOKEN", &token)
            .with("SAMPLE_KEY", "sandbox-key")
            .with("SAMPLE_SECRET", "sandbox-secret");
        let profiles = profiles(&place, &recorder.base);
        let line = printed(&place, &profiles, case);
        assert!(recorder.take().is_empty(), "{what}: a dry run of this needs nothing of the vendor");

        let value = |name: &str| match name {
            "SAMPLE_PASSWORD" => PASSWORD.to_owned(),
            "SAMPLE_KEY" | "TRUNKCTL_API_KEY" => "sandbox-key".to_owned(),
            "SAMPLE_SECRET" | "TRUNKCTL_API_SECRET" => "sandbox-secret".to_owned(),
            _ => token.clone(),
        };
        let variables: Vec<(&str, String)> = case.names.iter().map(|name| (*name, value(name))).collect();
        for (name, value) in &variables {
            assert!(line.contains(name), "{what}: {name} in {line}");
            // The sandbox's key is part of its own addresses.
            assert!(!line.contains(value.as_str()), "{what}: {line}");
        }
        let (code, out, errors) = shell(&place, &line, &variables);
        assert_eq!((code, errors.as_str()), (0, ""), "{what}: {line}");
        accepted(vendor, &out, &what);
        let by_curl = recorder.take();
        assert_eq!(by_curl.len(), 1, "{what}: {by_curl:?}");

        // The trunk exists now, so the recorder answers trunkctl's own request before it reaches the sandbox.
        let own = if case.args[0] == "sip-settings" { None } else { Some(part(case)) };
        if let Some(part) = own {
            recorder.instead(part, 1, http(500, "", ""));
        }
        let mut args = vec!["--profiles-file", &profiles, "-p", case.profile];
        // With the same token as in the shell.
        let place = if line.contains("TRUNKCTL_ACCESS_TOKEN") {
            place.with(
                &format!("TRUNKCTL_PROFILE_{}_ACCESS_TOKEN", case.profile.to_uppercase().replace('-', "_")),
                &token,
            )
        } else {
            place
        };
        args.extend(case.args);
        args.extend(["--from", "-"]);
        let ran = place.pipe(&args, case.spec);
        assert_eq!(recorder.unasked(), 0, "{what}: {ran:?}");
        let mut by_trunkctl = recorder.take();
        // It may first read the objects of the account.
        by_trunkctl.drain(..by_trunkctl.iter().position(is_write).unwrap_or_default());
        // After the lost answer, it reads the objects of the vendor.
        let writes = by_trunkctl.iter().filter(|seen| is_write(seen)).count();
        assert!(writes == 1 && is_write(&by_trunkctl[0]), "{what}: {ran:?} {by_trunkctl:?}");
        assert_eq!(essence(&by_curl[0]), essence(&by_trunkctl[0]), "{what}: {line}");
        proof(&by_curl[0], &what);
    }
}

/// The end of the address that the case's write goes to.
fn part(case: &Case) -> &'static str {
    match (case.profile.split('-').next(), case.args[0]) {
        (Some("yeastar"), _) => "trunk/create",
        (Some("itniotech"), _) => "sipTrunk/add",
        (_, "trunk") => "sip_trunk/trunks",
        _ => "sip_trunk/internal_numbers",
    }
}

/// Checks that the vendor's simulator accepted curl's request: its credentials, its signature and its body.
fn accepted(vendor: &str, answer: &[u8], what: &str) {
    let text = String::from_utf8_lossy(answer);
    if text.is_empty() {
        assert!(what.contains("sip-settings"), "{what}");
        return;
    }
    let answer: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{what}: {error} in {text}"));
    assert!(fixtures::of(vendor).is_success(&answer), "{what}: {answer}");
}

/// Checks that the password arrived unchanged, and that Itniotech's two headers are well-formed.
fn proof(seen: &Seen, what: &str) {
    let body: Value = serde_json::from_slice(&seen.body).unwrap_or_default();
    for key in ["password", "sipPassword"] {
        assert!(body[key].is_null() || body[key] == json!(PASSWORD), "{what}: {body}");
    }
    if what.starts_with("itniotech") {
        let sign = seen.header("sign").unwrap();
        assert!(sign.len() == 32 && sign.bytes().all(|b| b.is_ascii_hexdigit()), "{what}: {sign}");
        assert!(seen.header("timestamp").unwrap().parse::<u64>().is_ok(), "{what}");
    }
}

/// Each password alone, so that one failure cannot hide another.
#[test]
fn the_shell_changes_no_password() {
    need("curl");
    let served = Served::start();
    let recorder = Recorder::before(&served.base);
    let place = Place::new();
    let profiles = profiles(&place, &recorder.base);
    let case = &CASES[0];
    let line = printed(&place, &profiles, case);
    for password in [
        "\"",
        "\\",
        "'",
        "$",
        "$HOME",
        " a  b ",
        "`id`",
        "%s%n",
        "-n",
        "&",
        "*",
        "\\n",
        "é",
        "a\\\"'$(id)'",
        "!",
        "\t",
        "a\tb",
        "\u{1}",
        "\u{8}\u{c}\u{1b}[31m",
        "\u{1f}\u{7f}",
        "\\t",
        "\\u0009",
        "\u{e000}0\u{e001}",
    ] {
        let variables = [("SAMPLE_PASSWORD", password.to_owned()), ("TRUNKCTL_ACCESS_TOKEN", "t".to_owned())];
        let (code, _, errors) = shell(&place, &line, &variables);
        assert_eq!((code, errors.as_str()), (0, ""), "`{password}`: {line}");
        let seen = recorder.take();
        let body: Value = serde_json::from_slice(&seen[0].body).unwrap_or_else(|error| {
            panic!("`{password}`: {error} in {:?}", String::from_utf8_lossy(&seen[0].body))
        });
        assert_eq!(body["password"], json!(password), "{line}");
        assert_eq!(body["auth_name"], json!("a\"b\\c"));
    }
}

/// A field is plain text, no matter which characters it contains: only the secret's own field takes the secret.
#[test]
fn no_field_is_mistaken_for_a_secret() {
    need("curl");
    let served = Served::start();
    let recorder = Recorder::before(&served.base);
    let place = Place::new();
    let profiles = profiles(&place, &recorder.base);
    let name = "\u{e000}0\u{e001} \u{e000}1\u{e001} *** ${SAMPLE_PASSWORD}";
    let spec = REGISTER.replace("6701 $USER", name);
    let mut args = vec!["--profiles-file", &profiles, "-p", "yeastar", "--dry-run=curl"];
    args.extend(["trunk", "create", "--from", "-"]);
    let line = place.pipe(&args, &spec).expect(0).out;
    let variables = [("SAMPLE_PASSWORD", PASSWORD.to_owned()), ("TRUNKCTL_ACCESS_TOKEN", "t".to_owned())];
    let (code, _, errors) = shell(&place, line.trim_end(), &variables);
    assert_eq!((code, errors.as_str()), (0, ""), "{line}");
    let body: Value = serde_json::from_slice(&recorder.take()[0].body).unwrap();
    assert_eq!((&body["username"], &body["password"]), (&json!(name), &json!(PASSWORD)), "{line}");
}

/// A token in the address and a secret in a header arrive as trunkctl sends them.
#[test]
fn secrets_outside_the_body_are_encoded_by_the_shell() {
    need("curl");
    let served = Served::start();
    let recorder = Recorder::before(&served.base);
    let place = Place::new();
    let secret = "a%41 &b=c+d#e/f?\t\u{1}\"'\\$HOME\u{e9}-_.~z";
    let text = format!(
        "[profiles.y]\nvendor = \"yeastar\"\nbase_url = \"{0}/yeastar\"\naccess_token = \"env:SAMPLE\"\n\
         [profiles.z]\nvendor = \"zoom\"\nbase_url = \"{0}/zoom/v2\"\ntoken_url = \"{0}/zoom/oauth/token\"\n\
         account_id = \"a\"\nclient_id = \"client\"\nclient_secret = \"env:SAMPLE\"\n",
        recorder.base
    );
    let profiles = place.write("secrets.toml", &text);
    let place = place.with("SAMPLE", secret);
    for args in [
        vec!["-p", "y", "trunk", "update", "id:1", "--kind", "peer", "--port", "5061"],
        vec!["-p", "z", "profile", "check"],
    ] {
        let args = [&["--profiles-file", &profiles][..], &args[..]].concat();
        let line = place.run(&[&["--dry-run=curl"][..], &args[..]].concat()).expect(0).out;
        let line = line.lines().next().unwrap();
        let (code, _, errors) = shell(&place, line, &[("SAMPLE", secret.to_owned())]);
        assert_eq!((code, errors.as_str()), (0, ""), "{line}");
        let by_curl = recorder.take();
        place.run(&args);
        let own = recorder.take();
        assert_eq!(essence(&by_curl[0]), essence(&own[0]), "{line}");
        assert!(!line.contains(secret), "{line}");
    }
}
