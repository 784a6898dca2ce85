//! `profile list` and `profile show`: the configuration, without resolving secrets.

use super::*;

const FILE: &str = "default_profile = \"pbx\"

[profiles.pbx]
vendor = \"yeastar\"
base_url = \"https://192.0.2.10:8088\"
client_id = \"c\"
client_secret = \"canary-literal\"
ca_file = \"lab.pem\"

[profiles.cc]
vendor = \"itniotech\"
api_key = \"env:NOT_SET\"
api_secret = \"cmd:touch {mark}; echo canary-argument\"

[profiles.meet]
vendor = \"zoom\"
account_id = \"a\"
client_id = \"c\"
client_secret = \"file:keys/zoom\"

[profiles.odd]
vendor = \"yeastar\"
base_url = \"https://user:canary-literal@192.0.2.11\"

[profiles.bare]
vendor = \"yeastar\"
";

fn place() -> (Place, std::path::PathBuf, String) {
    let place = Place::new();
    let mark = place.path().join("mark");
    let file = place.write("etc/profiles.toml", &FILE.replace("{mark}", mark.to_str().unwrap()));
    (place.with("TRUNKCTL_PROFILES_FILE", &file), mark, file)
}

fn row<'v>(rows: &'v Value, key: &str) -> (&'v str, &'v str) {
    let row = rows.as_array().unwrap().iter().find(|row| row["key"] == key);
    let row = row.unwrap_or_else(|| panic!("no {key} in {rows}"));
    (row["value"].as_str().unwrap(), row["origin"].as_str().unwrap())
}

#[test]
fn a_list_has_every_profile_and_says_which_is_the_default() {
    let (place, _, _) = place();
    let rows = run(&place, "profile list -o json").expect(0).json();
    let line = |name: &str, vendor: &str, url: Value, default: bool| json!({"name": name, "vendor": vendor, "base_url": url, "default": default});
    assert_eq!(
        rows,
        json!([
            line("bare", "yeastar", Value::Null, false),
            line("cc", "itniotech", json!("https://api.itniotech.com"), false),
            line("meet", "zoom", json!("https://api.zoom.us/v2"), false),
            line("odd", "yeastar", json!("https://***"), false),
            line("pbx", "yeastar", json!("https://192.0.2.10:8088"), true),
        ])
    );
    let lines = run(&place, "profile list -o jsonl").expect(0).out;
    assert_eq!(lines.lines().count(), 5);
    let sandbox = run(&place, "--sandbox profile list -o json").expect(0).json();
    let names: Vec<&Value> = sandbox.as_array().unwrap().iter().map(|row| &row["name"]).collect();
    assert_eq!(names, ["yeastar", "itniotech", "zoom"]);
    let ran = run(&Place::new(), "profile list").expect(3);
    assert!(ran.err.contains("profile init"), "{ran:?}");
}

#[test]
fn the_only_profile_is_the_default_unless_the_file_names_a_different_one() {
    let only = "[profiles.p]\nvendor = \"zoom\"\n";
    for (head, default) in
        [("", true), ("default_profile = \"p\"\n", true), ("default_profile = \"q\"\n", false)]
    {
        let place = Place::new();
        let file = place.write("profiles.toml", &format!("{head}{only}"));
        let rows = run(&place, &format!("--profiles-file {file} profile list -o json")).expect(0).json();
        assert_eq!(rows[0]["default"], default, "{head}");
    }
}

#[test]
fn each_key_is_shown_with_its_origin_and_no_secret_is_looked_up() {
    let (place, mark, file) = place();
    let pbx = run(&place, "profile show -o json").expect(0).json();
    for (key, value) in [
        ("vendor", "yeastar"),
        ("base_url", "https://192.0.2.10:8088"),
        ("client_id", "c"),
        ("client_secret", "***"),
        ("ca_file", file.replace("profiles.toml", "lab.pem").as_str()),
    ] {
        assert_eq!(row(&pbx, key), (value, file.as_str()));
    }
    let cc = run(&place, "-p cc profile show -o json").expect(0).json();
    assert_eq!(row(&cc, "api_key"), ("env:NOT_SET", file.as_str()));
    assert_eq!(row(&cc, "base_url"), ("https://api.itniotech.com", "default"));
    assert!(row(&cc, "api_secret").0.starts_with("cmd:touch"), "{cc}");
    let meet = run(&place, "-p meet profile show -o json").expect(0).json();
    assert_eq!(row(&meet, "account"), ("me", "default"));
    let (reference, _) = row(&meet, "client_secret");
    assert!(reference.starts_with("file:") && reference.ends_with("etc/keys/zoom"), "{reference}");
    for format in ["table", "json", "jsonl", "yaml", "csv"] {
        for name in ["pbx", "cc", "meet"] {
            let ran = run(&place, &format!("-p {name} profile show -vvv -o {format}")).expect(0);
            assert!(!ran.out.contains("canary") && !ran.err.contains("canary"), "{ran:?}");
        }
    }
    assert!(!mark.exists(), "a command was run");
    assert!(!place.cache().exists());
}

#[test]
fn a_variable_is_shown_as_the_origin_of_what_it_overrides() {
    let (place, _, file) = place();
    let place = place
        .with("TRUNKCTL_PROFILE_PBX_BASE_URL", "https://192.0.2.99")
        .with("TRUNKCTL_PROFILE_PBX_CLIENT_SECRET", "canary-literal")
        .with("TRUNKCTL_PROFILE_PBX_ALLOW_HTTP", "true");
    let ran = run(&place, "profile show -o json").expect(0);
    assert!(!ran.out.contains("canary"), "{ran:?}");
    let rows = ran.json();
    assert_eq!(row(&rows, "base_url"), ("https://192.0.2.99", "TRUNKCTL_PROFILE_PBX_BASE_URL"));
    assert_eq!(row(&rows, "client_secret"), ("***", "TRUNKCTL_PROFILE_PBX_CLIENT_SECRET"));
    assert_eq!(row(&rows, "allow_http"), ("true", "TRUNKCTL_PROFILE_PBX_ALLOW_HTTP"));
    assert_eq!(row(&rows, "client_id"), ("c", file.as_str()));
    let place = Place::new().with("TRUNKCTL_VENDOR", "zoom").with("TRUNKCTL_ACCESS_TOKEN", "env:T");
    let rows = run(&place, "profile show -o json").expect(0).json();
    assert_eq!(row(&rows, "vendor"), ("zoom", "TRUNKCTL_VENDOR"));
    assert_eq!(row(&rows, "access_token"), ("env:T", "TRUNKCTL_ACCESS_TOKEN"));
    let rows = run(&Place::new(), "--sandbox -p zoom profile show -o json").expect(0).json();
    assert_eq!(row(&rows, "account"), ("sub-1", "sandbox"));
    assert_eq!(row(&rows, "client_secret"), ("***", "sandbox"));
}

#[test]
fn profiles_that_cannot_be_shown_are_configuration_errors() {
    let (place, _, _) = place();
    let ran = run(&place, "-p pbz profile show").expect(3);
    assert!(ran.err.contains("did you mean `pbx`?"), "{ran:?}");
    run(&place, "-p odd profile show").expect(3);
}
