//! `profile edit | use | remove | token`, and commands that take several profiles.

use super::*;
use crate::support::served::{Served, profiles};
use crate::support::set_mode;

const TEXT: &str = "# my profiles\n\n[profiles.a]\nvendor = \"yeastar\" # the lab\n\
    base_url = \"https://192.0.2.10:8088\"\nclient_id = \"1\"\nclient_secret = \"env:A\"\n\n\
    # of the call center\n[profiles.b]\nvendor = \"itniotech\"\napi_key = \"env:B\"\napi_secret = \"file:b.api_secret\"\n";

/// A place with a profiles file, and an editor that runs this on it.
fn with_editor(script: &str) -> (Place, String) {
    let place = Place::new();
    place.program("bin/editor", &format!("#!/bin/sh\n{script}\n"));
    let editor = place.path().join("bin/editor").to_string_lossy().into_owned();
    let file = place.write("config/profiles.toml", TEXT);
    (place.with("EDITOR", "false").with("VISUAL", &editor), file)
}

fn text(file: &str) -> String {
    std::fs::read_to_string(file).unwrap()
}

fn on(place: &Place, file: &str, line: &str) -> Ran {
    run(place, &format!("--profiles-file {file} {line}"))
}

/// The files next to the profiles file, but for its lock.
fn beside(file: &str) -> Vec<String> {
    let files = std::fs::read_dir(std::path::Path::new(file).parent().unwrap()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| !name.ends_with(".lock") && name != "profiles.toml").collect()
}

#[cfg(unix)]
#[test]
fn an_edit_replaces_the_file_and_keeps_its_permissions_and_its_link() {
    use std::os::unix::fs::PermissionsExt;
    let (place, file) = with_editor("sed -i 's/\\[profiles.a\\]/[profiles.lab]/' \"$1\"");
    let link = place.path().join("link.toml").to_string_lossy().into_owned();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    for mode in [0o600, 0o644] {
        std::fs::write(&file, TEXT).unwrap();
        set_mode(&file, mode);
        let record = on(&place, &link, "profile edit -o json").expect(0).json();
        assert_eq!((&record["outcome"], &record["profiles_file"]), (&json!("updated"), &json!(link)));
        assert_eq!(text(&file), TEXT.replace("profiles.a", "profiles.lab"));
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, mode);
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    }
    let record = on(&place, &file, "profile edit -o json").expect(0).json();
    assert_eq!((&record["outcome"], beside(&file)), (&json!("unchanged"), Vec::new()));
}

#[test]
fn an_invalid_edit_of_the_file_replaces_nothing_and_is_kept() {
    for (script, why) in [
        ("s/^vendor = \"yeastar\".*/vendor = \"yaestar\"/", "yaestar"),
        ("s/^client_id/client_ids/", "client_ids"),
        ("s/^api_key.*//", "lacks `api_key`"),
        ("s/^client_secret.*/client_secret = \"evn:A\"/", "is not a secret reference"),
        ("s/^\\[profiles.b\\]/[profiles.b/", "line "),
        ("1i default_profile = \"c\"", "profile `c`"),
    ] {
        let (place, file) = with_editor(&format!("sed -i '{script}' \"$1\""));
        let ran = on(&place, &file, "profile edit").expect(3);
        assert!(ran.err.contains(why) && ran.err.contains("your edit is kept in "), "{script}: {ran:?}");
        assert_eq!((text(&file).as_str(), beside(&file).len()), (TEXT, 1), "{script}");
    }
    let (place, file) = with_editor("exit 7");
    let ran = on(&place, &file, "profile edit").expect(4);
    assert!(ran.err.contains("(VISUAL) ended with exit status: 7"), "{ran:?}");
    assert_eq!((text(&file).as_str(), beside(&file)), (TEXT, Vec::new()));
    // Somebody else changed it while it was edited.
    let (place, file) = with_editor("");
    place
        .program("bin/editor", &format!("#!/bin/sh\necho '# mine' >> \"$1\"; echo '# theirs' >> '{file}'\n"));
    let ran = on(&place, &file, "profile edit").expect(7);
    assert!(ran.err.contains("changed in the meantime") && ran.err.contains("kept in"), "{ran:?}");
    assert_eq!(text(&file), format!("{TEXT}# theirs\n"));
    run(&Place::new(), "profile edit").expect(3);
    run(&place, "--sandbox profile edit").expect(2);
}

#[test]
fn a_default_is_set_and_profiles_are_removed() {
    let (place, file) = with_editor("true");
    place.write("config/b.api_secret", "canary-secret\n");
    on(&place, &file, "profile use b --dry-run").expect(0);
    assert_eq!(text(&file), TEXT);
    on(&place, &file, "profile use b").expect(0);
    assert!(text(&file).starts_with("default_profile = \"b\"\n"));
    let listed = on(&place, &file, "profile list -o json").expect(0).json();
    assert_eq!((&listed[0]["default"], &listed[1]["default"]), (&json!(false), &json!(true)));
    let ran = on(&place, &file, "profile use bb").expect(3);
    assert!(ran.err.contains("did you mean `b`?"), "{ran:?}");
    let before = text(&file);
    on(&place, &file, "profile remove b").expect(4);
    on(&place, &file, "profile remove a c --yes").expect(3);
    assert_eq!(text(&file), before);
    let ran = on(&place, &file, "profile remove b --yes -o json").expect(0);
    assert_eq!(ran.json()["removed"], json!(["b"]));
    assert!(ran.err.contains("no default profile any more") && ran.err.contains("b.api_secret"), "{ran:?}");
    assert_eq!(text(&file), TEXT.split("\n# of the call").next().unwrap());
    on(&place, &file, "profile remove a --yes").expect(0);
    assert!(text(&file).contains("# my profiles") && !text(&file).contains("vendor"), "{}", text(&file));
}

#[test]
fn a_token_is_printed_with_a_warning() {
    let (served, place) = (Served::start(), Place::new());
    let file = profiles(&served.base, &place, "");
    for vendor in ["yeastar", "zoom"] {
        let ran = on(&place, &file, &format!("profile token {vendor}")).expect(0);
        assert!(ran.err.starts_with("warning: the token is a secret"), "{ran:?}");
        let token = ran.out.trim_end();
        assert!(token.len() >= 16 && !token.contains("***") && !ran.err.contains(token), "{ran:?}");
        // It is the token of the next command too.
        assert_eq!(on(&place, &file, &format!("-p {vendor} -q profile token")).expect(0).out, ran.out);
        // It works as a token.
        let text = format!(
            "{}access_token = \"env:TOKEN\"\n",
            text(&file)
                .split("[profiles.")
                .find(|part| part.starts_with(vendor))
                .map(|part| {
                    let lines = part.lines().filter(|line| !line.contains("client_"));
                    format!("[profiles.{}", lines.map(|line| format!("{line}\n")).collect::<String>())
                })
                .unwrap()
        );
        let with_token = place.write("token/profiles.toml", &text);
        let mut command = place.command(&["--profiles-file", &with_token, "trunk", "list", "-o", "json"]);
        let ran = crate::support::read(command.env("TOKEN", token).output().unwrap());
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let ran = on(&place, &file, "profile token itniotech -o json").expect(13);
    assert_eq!((&ran.error()["kind"], ran.out.as_str()), (&json!("unsupported"), ""));
    on(&place, &file, "profile token yeastar --log-out").expect(2);
    on(&place, &file, "profile logout yeastar").expect(0);
    let ran = on(&place, &file, "profile token yeastar --dry-run -o json").expect(0);
    assert!(ran.json()["requests"][0]["url"].as_str().unwrap().ends_with("get_token"), "{ran:?}");
}

#[test]
fn several_profiles_are_checked_and_shown() {
    let (served, place) = (Served::start(), Place::new());
    let file = profiles(&served.base, &place, "");
    let records = on(&place, &file, "profile check --all-profiles -o json").expect(0).json();
    let names: Vec<&Value> = records.as_array().unwrap().iter().map(|record| &record["profile"]).collect();
    assert_eq!(names.len(), on(&place, &file, "profile list -o csv").out.lines().count() - 1);
    assert!(records.as_array().unwrap().iter().all(|record| record["credentials"] == "accepted"));
    let ran = on(&place, &file, "profile check zoom nope yeastar -o csv").expect(12);
    let rows: Vec<&str> = ran.out.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(rows, ["profile", "zoom", "yeastar"]);
    assert!(ran.err.contains("profile `nope` is not in "), "{ran:?}");
    let requests = on(&place, &file, "profile check zoom yeastar --dry-run -o json").expect(0).json();
    assert!(requests["requests"].as_array().unwrap().len() >= 4, "{requests}");
    let rows = on(&place, &file, "profile show zoom yeastar -o json").expect(0).json();
    let vendors: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["key"] == "vendor")
        .map(|row| &row["profile"])
        .collect();
    assert_eq!(vendors, ["zoom", "yeastar"]);
    let own = on(&place, &file, "profile show zoom -o json").expect(0);
    assert_eq!(own.out, on(&place, &file, "-p zoom profile show -o json").expect(0).out);
}
