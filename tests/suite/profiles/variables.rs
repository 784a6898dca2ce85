//! Which profile a command uses, for any variables in the environment.

use super::*;
use crate::support::recorder::Recorder;
use crate::support::served::Served;

/// Two PBXs, and a profiles file with a profile for each.
fn sites() -> (Place, [Recorder; 2], [Served; 2]) {
    let served = [Served::start(), Served::start()];
    let recorders = [Recorder::before(&served[0].base), Recorder::before(&served[1].base)];
    let profile = |name: &str, at: usize| {
        format!(
            "[profiles.{name}]\nvendor = \"yeastar\"\nbase_url = \"{}/yeastar\"\nclient_id = \"sandbox\"\n\
             client_secret = \"sandbox-secret\"\n",
            recorders[at].base
        )
    };
    let place = Place::new();
    let text = format!("default_profile = \"oslo\"\n{}{}", profile("oslo", 0), profile("bergen-1", 1));
    let file = place.write("etc/profiles.toml", &text);
    (place.with("TRUNKCTL_PROFILES_FILE", &file), recorders, served)
}

/// The variables of one site must not send the deletion to it in the name of the other.
#[test]
fn a_named_profile_is_read_from_its_file() {
    let (place, [oslo, bergen], _served) = sites();
    for name in ["oslo", "bergen-1"] {
        run(&place, &format!("-p {name} {PEER}")).expect(0);
    }
    oslo.take();
    bergen.take();
    let base = format!("{}/yeastar", oslo.base);
    let place = place.with("TRUNKCTL_BASE_URL", &base).with("TRUNKCTL_CLIENT_SECRET", "canary-secret");
    let ran = run(&place, "-p bergen-1 trunk delete name:t --yes -o json").expect(0);
    assert_eq!(ran.json()["profile"], "bergen-1");
    assert_eq!(oslo.lines().len(), 0, "the other PBX was reached");
    assert!(bergen.lines().iter().any(|line| line.contains("/trunk/delete")));
    let warnings: Vec<&str> = ran.err.lines().filter(|line| line.contains("TRUNKCTL_VENDOR")).collect();
    assert_eq!(warnings.len(), 1, "{ran:?}");
    assert!(warnings[0].contains("TRUNKCTL_BASE_URL, TRUNKCTL_CLIENT_SECRET are ignored"), "{ran:?}");
    assert!(!ran.err.contains("canary"), "{ran:?}");
    // The same by the variable, by a list, and with the default profile.
    let named = run(&place, "trunk list -o json").expect(0);
    assert_eq!((named.json()[0]["profile"].as_str(), bergen.lines().len()), (Some("oslo"), 0));
    let ran = run(&place, "trunk list --all-profiles -o json").expect(0);
    assert_eq!(ran.err.matches("TRUNKCTL_BASE_URL").count(), 1, "{ran:?}");
    assert!(!oslo.lines().is_empty() && !bergen.lines().is_empty());
    // A command without a profile does not mention them, and neither does the sandbox.
    assert_eq!(run(&place, "explain exit 3").expect(0).err, "");
    assert_eq!(run(&place, "--sandbox -p yeastar trunk list").expect(0).err, "");
}

#[test]
fn the_profile_of_the_environment_is_used_if_none_is_named() {
    let (place, [oslo, bergen], _served) = sites();
    let place = place
        .with("TRUNKCTL_VENDOR", "yeastar")
        .with("TRUNKCTL_BASE_URL", &format!("{}/yeastar", bergen.base))
        .with("TRUNKCTL_CLIENT_ID", "sandbox")
        .with("TRUNKCTL_CLIENT_SECRET", "sandbox-secret");
    let ran = run(&place, &format!("-o json {PEER}")).expect(0);
    assert_eq!((ran.json()["profile"].as_str(), ran.err.as_str()), (Some("environment"), ""));
    assert_eq!(oslo.lines().len(), 0);
    bergen.take();
    for words in ["-p oslo", "-p oslo,environment"] {
        run(&place, &format!("{words} trunk list")).expect(0);
        assert!(!oslo.lines().is_empty(), "{words}");
        assert_eq!(bergen.lines().is_empty(), words == "-p oslo", "{words}");
    }
    let rows = run(&place, "profile list -o json").expect(0).json();
    let default: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["default"] == true)
        .map(|row| &row["name"])
        .collect();
    assert_eq!((rows.as_array().unwrap().len(), default), (3, vec![&json!("environment")]));
    let named = place.with("TRUNKCTL_PROFILE", "oslo");
    run(&named, "trunk list").expect(0);
    assert!(!oslo.lines().is_empty() && bergen.lines().is_empty());
}

/// One of the file and one of the environment: neither is meant more than the other.
#[test]
fn a_profile_of_the_file_called_environment_is_not_confused_with_the_variables() {
    let place = Place::new();
    let file = place.write(
        "profiles.toml",
        "[profiles.environment]\nvendor = \"zoom\"\naccess_token = \"t-token\"\nbase_url = \"http://127.0.0.1:1\"\n",
    );
    let line = format!("--profiles-file {file} -p environment profile show -o json");
    run(&place, &line).expect(0);
    let place = place.with("TRUNKCTL_VENDOR", "zoom").with("TRUNKCTL_ACCESS_TOKEN", "u-token");
    let error = run(&place, &line).expect(3).error();
    assert!(error["message"].as_str().unwrap().contains("TRUNKCTL_VENDOR"), "{error}");
}

fn pbx(name: &str) -> String {
    format!(
        "[profiles.{name}]\nvendor = \"yeastar\"\nbase_url = \"https://192.0.2.1\"\naccess_token = \"env:T\"\n"
    )
}

fn base_url(place: &Place, file: &str, profile: &str) -> (String, String) {
    let words = ["--profiles-file", file, "-p", profile, "profile", "show", "-o", "json"];
    let rows = place.run(&words).expect(0).json();
    let row = rows.as_array().unwrap().iter().find(|row| row["key"] == "base_url").unwrap().clone();
    (row["value"].as_str().unwrap().to_owned(), row["origin"].as_str().unwrap().to_owned())
}

#[test]
fn names_with_a_common_prefix_are_distinguished_by_the_key() {
    let place = Place::new();
    let file = place.write("profiles.toml", &[pbx("lab"), pbx("lab-pbx"), pbx("\"lab.pbx.2\"")].concat());
    for (profile, variable) in [
        ("lab", "TRUNKCTL_PROFILE_LAB_BASE_URL"),
        ("lab-pbx", "TRUNKCTL_PROFILE_LAB_PBX_BASE_URL"),
        ("lab.pbx.2", "TRUNKCTL_PROFILE_LAB_PBX_2_BASE_URL"),
    ] {
        let place = Place::new().with(variable, "https://192.0.2.99");
        for other in ["lab", "lab-pbx", "lab.pbx.2"] {
            let (value, origin) = base_url(&place, &file, other);
            if other == profile {
                assert_eq!((value.as_str(), origin.as_str()), ("https://192.0.2.99", variable));
            } else {
                assert_eq!(
                    (value.as_str(), origin.as_str()),
                    ("https://192.0.2.1", file.as_str()),
                    "{other}"
                );
            }
        }
    }
}

#[test]
fn a_variable_that_two_profiles_share_is_refused() {
    let place = Place::new();
    let file = place.write("profiles.toml", &[pbx("a-b"), pbx("\"a.b\""), pbx("c")].concat());
    let place = place.with("TRUNKCTL_PROFILE_A_B_BASE_URL", "https://192.0.2.99");
    for name in ["a-b", "a.b"] {
        let words = ["--profiles-file", &file, "-p", name, "profile", "show", "-o", "json"];
        let error = place.run(&words).expect(3).error();
        let message = error["message"].as_str().unwrap();
        for part in ["TRUNKCTL_PROFILE_A_B_BASE_URL", "`a-b`", "`a.b`"] {
            assert!(message.contains(part), "{error}");
        }
    }
    base_url(&place, &file, "c");
}

#[test]
fn a_profile_variable_without_a_known_key_is_reported() {
    let place = Place::new();
    let file = place.write("profiles.toml", &pbx("lab-pbx"));
    for (variable, parts) in [
        (
            "TRUNKCTL_PROFILE_LAB_PBX_BASE_URI",
            &["`lab-pbx`", "did you mean `TRUNKCTL_PROFILE_LAB_PBX_BASE_URL`"][..],
        ),
        ("TRUNKCTL_PROFILE_LAB_PBX_API_KEY", &["sets no key of profile `lab-pbx`"]),
        ("TRUNKCTL_PROFILE_LABPBX_BASE_URL", &["did you mean `TRUNKCTL_PROFILE_LAB_PBX_BASE_URL`"]),
    ] {
        let place = Place::new().with(variable, "canary-value");
        let ran = run(&place, &format!("--profiles-file {file} profile show")).expect(0);
        assert_eq!(ran.err.matches(variable).count(), 1, "{ran:?}");
        for part in parts {
            assert!(ran.err.contains(part), "no {part} in {ran:?}");
        }
        assert!(!ran.err.contains("canary"), "{ran:?}");
    }
    let quiet = Place::new().with("TRUNKCTL_PROFILE", "lab-pbx").with("TRUNKCTL_PROFILES_FILE", &file);
    assert_eq!(run(&quiet, "profile show").expect(0).err, "");
}
