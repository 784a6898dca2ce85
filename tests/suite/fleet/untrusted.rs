//! Untrusted manifests, and the environment of the commands that a manifest runs.

use super::*;

const TRUNK: &str = "[[trunk]]\nprofile = \"yeastar\"\nname = \"reg\"\nkind = \"register\"\n\
    host = \"sip.example.com\"\nport = 5060\ntransport = \"udp\"\nusername = \"6701\"\nauth_name = \"6701\"\n\
    codecs = [\"ulaw\"]\n";

const NUMBERS: &str = "[[internal_numbers]]\nprofile = \"zoom\"\naccount = \"sub-1\"\n";

const ROWS: &str = "number,labels,languages,country\n+16466661110,SIP,en-US,US\n";

/// A folder for a manifest, with a secret and numbers in it, beside it, and behind links.
#[cfg(unix)]
fn folder(lab: &Lab) -> std::path::PathBuf {
    use std::os::unix::fs::symlink;
    for (file, text) in [
        ("outside/secret", "Canary0Outside\n"),
        ("outside/numbers.csv", ROWS),
        ("in/sub/secret", "Canary0Inside\n"),
        ("in/sub/numbers.csv", ROWS),
    ] {
        lab.place.write(file, text);
    }
    let folder = lab.place.path().join("in");
    for (to, link) in [
        ("../outside/secret", "link"),
        ("../outside", "folder-link"),
        ("../outside/numbers.csv", "link.csv"),
        ("sub/secret", "own-link"),
        ("sub/numbers.csv", "own.csv"),
    ] {
        symlink(to, folder.join(link)).unwrap();
    }
    folder
}

#[cfg(unix)]
#[test]
fn an_untrusted_manifest_reads_only_its_own_folder() {
    let lab = Lab::new();
    let folder = folder(&lab);
    let path = folder.join("m.toml").to_string_lossy().into_owned();
    let mark = lab.place.path().join("ran");
    let absolute = folder.join("sub/secret").to_string_lossy().into_owned();
    let passwords = [
        (format!("cmd:touch '{}'; echo x", mark.display()), "--untrusted runs no command"),
        (format!("file:{absolute}"), "is outside the manifest's folder"),
        ("file:/etc/hostname".into(), "is outside"),
        ("file:../outside/secret".into(), "is outside"),
        ("file:sub/../../outside/secret".into(), "is outside"),
        ("file:link".into(), "is outside"),
        ("file:folder-link/secret".into(), "is outside"),
    ];
    for (reference, says) in passwords {
        for text in [
            format!("{TRUNK}password = {reference:?}\n"),
            format!("[defaults.trunk]\npassword = {reference:?}\n{TRUNK}"),
        ] {
            std::fs::write(&path, &text).unwrap();
            for line in [
                format!("plan -f {path} --untrusted"),
                format!("plan -f {} --untrusted", folder.display()),
                format!("apply -f {path} --untrusted --yes"),
                format!("--dry-run apply -f {path} --untrusted"),
            ] {
                let error = lab.run(&line).expect(4).error();
                let message = error["message"].as_str().unwrap();
                let number = 1 + text.lines().position(|line| line.starts_with("password")).unwrap();
                let place = format!("m.toml, line {number}");
                assert!(message.contains(says) && message.contains(&place), "{line}: {message}");
                assert!(!message.contains("Canary0"), "{message}");
            }
        }
    }
    for from in ["/dev/stdin", "../outside/numbers.csv", "link.csv", "folder-link/numbers.csv"] {
        std::fs::write(&path, format!("{NUMBERS}from = {from:?}\n")).unwrap();
        let error = lab.run(&format!("plan -f {path} --untrusted")).expect(4).error();
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("from: is outside") && message.contains("m.toml, line 4"), "{message}");
    }
    assert!(!mark.exists());
    assert!(lab.requests().is_empty());
    // Files in the folder can be read, also through links that stay in it, and so can the environment.
    for (name, value) in [("file:sub/secret", "from a file"), ("file:own-link", ""), ("env:SECRET", "")] {
        for from in ["sub/numbers.csv", "own.csv", "./sub/numbers.csv"] {
            std::fs::write(&path, format!("{TRUNK}password = {name:?}\n{NUMBERS}from = {from:?}\n")).unwrap();
            let line = format!("plan -f {path} --untrusted");
            let ran = read(lab.command(&line).env("SECRET", "Canary0Env").output().unwrap()).expect(0);
            assert_eq!(count(&ran, "create"), 2, "{name} {value} {from}");
        }
    }
}

/// The manifest itself may be a link, and its folder may be named through one.
#[cfg(unix)]
#[test]
fn a_manifest_may_be_a_link_or_lie_behind_one() {
    use std::os::unix::fs::symlink;
    let lab = Lab::new();
    let folder = folder(&lab);
    lab.place.write("outside/other.yaml", "secret_words: Canary0Words\n");
    symlink("../outside/other.yaml", folder.join("other.yaml")).unwrap();
    for path in [folder.clone(), folder.join("other.yaml")] {
        let error = lab.run(&format!("plan -f {} --untrusted", path.display())).expect(4).error();
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("is outside") && !message.contains("secret_words"), "{message}");
    }
    std::fs::remove_file(folder.join("other.yaml")).unwrap();
    std::fs::write(folder.join("m.toml"), format!("{TRUNK}password = \"file:sub/secret\"\n")).unwrap();
    let link = lab.place.path().join("by-link");
    symlink("in", &link).unwrap();
    lab.run(&format!("plan -f {} --untrusted", link.display())).expect(0);
    lab.run(&format!("plan -f {}/m.toml --untrusted", link.display())).expect(0);
    // A saved plan would drop these restrictions.
    let saved = lab.place.path().join("plan.json");
    let line = format!("plan -f {}/m.toml --untrusted --out {}", link.display(), saved.display());
    lab.run(&line).expect(2);
    assert!(!saved.exists());
}

/// The profiles file is trusted: its commands run for every manifest.
#[cfg(unix)]
#[test]
fn the_commands_of_profiles_run_for_an_untrusted_manifest() {
    let lab = Lab::new();
    let profiles = std::fs::read_to_string(&lab.profiles).unwrap();
    let profiles = profiles.replace("\"sandbox-secret\"", "\"cmd:echo sandbox-secret\"");
    std::fs::write(&lab.profiles, profiles).unwrap();
    let path = lab.manifest(&format!("{TRUNK}password = \"env:SECRET\"\n"));
    let line = format!("plan -f {path} --untrusted");
    read(lab.command(&line).env("SECRET", "Canary0Env").output().unwrap()).expect(0);
}

/// A manifest's command gets no secret of the profiles, of trunkctl or of the manifest.
#[cfg(unix)]
#[test]
fn a_command_of_a_manifest_does_not_get_the_secrets_of_the_environment() {
    let lab = Lab::new();
    let profiles = std::fs::read_to_string(&lab.profiles).unwrap();
    let profiles = profiles.replace("\"sandbox-secret\"", "\"env:PBX_WORD\"");
    std::fs::write(&lab.profiles, profiles).unwrap();
    let seen = lab.place.path().join("seen");
    let command = format!("cmd:env >> '{}'; echo Canary0Password", seen.display());
    let other = TRUNK.replace("\"reg\"", "\"other\"");
    let path =
        lab.manifest(&format!("{TRUNK}password = {command:?}\n{other}password = \"env:OTHER_WORD\"\n"));
    let saved = lab.place.path().join("plan.json").to_string_lossy().into_owned();
    for line in
        [format!("plan -f {path} --out {saved}"), format!("apply {saved} --yes"), format!("plan -f {path}")]
    {
        let mut command = lab.command(&line);
        command.env("PBX_WORD", "sandbox-secret").env("OTHER_WORD", "Canary0Other");
        command.env("TRUNKCTL_PROFILE_OTHER_CLIENT_SECRET", "env:FAR_WORD").env("FAR_WORD", "Canary0Far");
        command.env("VAULT_ADDR", "https://vault.example");
        read(command.output().unwrap()).expect(0);
        let text = std::fs::read_to_string(&seen).unwrap();
        for part in ["TRUNKCTL_", "WORD", "sandbox-secret", "Canary0"] {
            assert!(!text.contains(part), "{line}: {text}");
        }
        assert!(text.contains("PATH=") && text.contains("VAULT_ADDR="), "{line}: {text}");
        // Once for each run, no matter how many entries use it.
        assert_eq!(text.matches("VAULT_ADDR=").count(), 1, "{line}: {text}");
        std::fs::remove_file(&seen).unwrap();
    }
}

/// Neither a plan nor a dry run of an apply runs a manifest's commands.
#[cfg(unix)]
#[test]
fn a_dry_run_runs_no_command_of_a_manifest() {
    let lab = Lab::new();
    let mark = lab.place.path().join("ran");
    let command = format!("cmd:touch '{}'; echo Canary0Password", mark.display());
    let path = lab.manifest(&format!("{TRUNK}password = {command:?}\n"));
    let shown = lab.run(&format!("--dry-run apply -f {path}")).expect(0).json();
    assert_eq!(shown["requests"][0]["body"]["password"], "***", "{shown}");
    lab.run(&format!("--dry-run=curl apply -f {path}")).expect(0);
    lab.run(&format!("--dry-run plan -f {path}")).expect(0);
    assert!(!mark.exists());
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    assert!(std::fs::remove_file(&mark).is_ok());
    // Also for an existing trunk.
    lab.run(&format!("--dry-run apply -f {path}")).expect(0);
    assert!(!mark.exists());
}
