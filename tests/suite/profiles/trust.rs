//! A profiles file that others could change is not believed.

use std::os::unix::fs::chown;

use super::*;
use crate::support::place::after;
use crate::support::{read, set_mode};

const FILE: &str =
    "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"https://192.0.2.1\"\naccess_token = \"env:T\"\n";

#[test]
fn a_file_or_folder_that_others_can_write_to_is_refused() {
    let place = Place::new();
    let file = place.write("etc/profiles.toml", FILE);
    let folder = place.path().join("etc");
    for (of_folder, of_file, hint) in [
        (0o700, 0o644, None),
        (0o755, 0o600, None),
        // As /tmp: only the owner of the file can replace it.
        (0o1777, 0o600, None),
        (0o700, 0o620, Some(format!("chmod go-w {file}"))),
        (0o700, 0o606, Some(format!("chmod go-w {file}"))),
        (0o777, 0o600, Some(format!("chmod go-w {}", folder.display()))),
        (0o770, 0o600, Some(format!("chmod go-w {}", folder.display()))),
    ] {
        set_mode(&file, of_file);
        set_mode(&folder, of_folder);
        for verb in ["profile show", "profile list", "profile init new --vendor yeastar"] {
            let ran = run(&place, &format!("--profiles-file {file} -o json {verb}"));
            match &hint {
                Some(hint) => {
                    let hint = format!("check what is in it, then run `{hint}`");
                    assert_eq!(ran.expect(3).error()["hint"], hint, "{verb}");
                }
                None => assert!(!ran.err.contains("chmod"), "{verb}: {ran:?}"),
            }
        }
    }
}

#[test]
fn both_ends_of_a_link_are_checked() {
    let place = Place::new();
    let file = place.write("dotfiles/profiles.toml", FILE);
    let link = place.path().join("etc/profiles.toml");
    place.write("etc/other", "");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let line = format!("--profiles-file {} profile show", link.display());
    run(&place, &line).expect(0);
    for folder in ["etc", "dotfiles"] {
        set_mode(place.path().join(folder), 0o777);
        assert!(run(&place, &line).expect(3).err.contains(folder));
        set_mode(place.path().join(folder), 0o700);
    }
}

/// Only root can give files away.
#[test]
fn a_file_of_another_user_is_refused() {
    let place = Place::new();
    let file = place.write("etc/profiles.toml", FILE);
    let line = format!("--profiles-file {file} profile show -o json");
    if chown(&file, Some(12345), None).is_err() {
        // As anybody else: root's own files are trusted.
        let system = "/etc/hostname";
        let error = run(&place, &format!("--profiles-file {system} profile show -o json")).expect(3).error();
        assert!(!error["message"].as_str().unwrap().contains("belongs to"), "{error}");
        return;
    }
    let error = run(&place, &line).expect(3).error();
    assert!(error["message"].as_str().unwrap().contains("uid 12345"), "{error}");
    chown(&file, Some(0), None).unwrap();
    chown(place.path().join("etc"), Some(12345), None).unwrap();
    let error = run(&place, &line).expect(3).error();
    assert!(error["message"].as_str().unwrap().contains("folder"), "{error}");
}

/// As with `--profiles-file <(decrypt profiles.toml)`.
#[test]
fn a_pipe_is_accepted_as_a_profiles_file() {
    let place = Place::new();
    let file = place.write("profiles.toml", FILE);
    let mut command = place.command(&["--profiles-file", "/dev/stdin", "profile", "show", "-o", "json"]);
    let cat = std::process::Command::new("cat").arg(&file).stdout(std::process::Stdio::piped()).spawn();
    let mut cat = cat.unwrap();
    let ran = read(command.stdin(cat.stdout.take().unwrap()).output().unwrap());
    cat.wait().unwrap();
    ran.expect(0);
}

/// For any umask: otherwise the next command would refuse the new file.
#[test]
fn init_creates_a_trusted_folder() {
    let place = Place::new();
    let file = place.path().join("new/etc/profiles.toml");
    let line = format!(
        "--profiles-file {} profile init p --vendor yeastar --no-check --set base_url=https://192.0.2.1 \
         --set client_id=c --set client_secret=env:S",
        file.display()
    );
    let init = place.command(&line.split(' ').collect::<Vec<_>>());
    read(after("umask 0", &init).output().unwrap()).expect(0);
    run(&place, &format!("--profiles-file {} profile show", file.display())).expect(0);
}
