//! Limits of references: their time, their size, and no code in place of a name.

use super::*;

/// Profiles `p` with that client secret.
fn with_secret(place: &Place, base: &str, reference: &str) -> String {
    let text = format!(
        "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"{base}\"\nclient_id = \"c\"\nclient_secret = {}\n",
        json!(reference)
    );
    place.write("profiles.toml", &text)
}

fn reports(place: &Place, file: &str, line: &str, parts: &[&str]) {
    let ran = run(place, &format!("--profiles-file {file} {line} {PEER}")).expect(3);
    assert!(parts.iter().all(|part| ran.err.contains(part)), "{parts:?}: {ran:?}");
}

/// A process that outlives its command keeps standard error open, so the run would not end before it.
#[cfg(unix)]
#[test]
fn the_deadline_ends_a_command_and_its_children() {
    let (place, silent) = (Place::new(), Silent::start());
    let late = place.path().join("late");
    for command in [
        format!("(sleep 20; touch '{}') & wait", late.display()),
        format!("trap '' TERM INT; sleep 20; touch '{}'", late.display()),
        format!("(sleep 20; touch '{}') & echo secret", late.display()),
    ] {
        let file = with_secret(&place, &silent.base, &format!("cmd:{command}"));
        reports(&place, &file, "--deadline 500ms", &["profile `p`: client_secret", "cmd:", "--deadline"]);
        assert!(!late.exists(), "{command}");
    }
    // The same for a trunk's password.
    let profiles = crate::support::given::profiles_with_tokens(&place, &silent.base);
    let command = format!("cmd:(sleep 20; touch '{}') & wait", late.display());
    let words = ["--profiles-file", &profiles, "-p", "yeastar", "--deadline", "500ms"];
    let update = ["trunk", "update", "id:7", "--password-from", &command];
    let ran = place.run(&[&words[..], &update[..]].concat()).expect(3);
    assert!(ran.err.contains("password: secret cmd:") && !late.exists(), "{ran:?}");
    silent.untouched("a secret that does not come");
}

#[cfg(unix)]
#[test]
fn endless_secret_sources_are_refused() {
    let (place, silent) = (Place::new(), Silent::start());
    let pipe = place.path().join("pipe").to_string_lossy().into_owned();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let long = place.write("long", &"x".repeat(64 * 1024 + 1));
    for (reference, part) in [
        ("file:/dev/zero".to_owned(), "longer than 64 KiB"),
        (format!("file:{long}"), "longer than 64 KiB"),
        ("cmd:yes".to_owned(), "longer than 64 KiB"),
        ("cmd:yes | cat".to_owned(), "longer than 64 KiB"),
        (format!("file:{pipe}"), "--deadline"),
        (format!("file:{}", place.path().display()), "is a folder"),
        ("cmd:printf '\\377'".to_owned(), "not text in UTF-8"),
    ] {
        let file = with_secret(&place, &silent.base, &reference);
        reports(&place, &file, "--deadline 3s", &["client_secret", part]);
    }
    // A secret of that length is taken, by a file and by a pipe.
    let scripted = Scripted::start(vec![pbx_token(), pbx_done()]);
    let most = "x".repeat(64 * 1024);
    place.write("most", &most);
    let file = with_secret(&place, &scripted.base, "file:most");
    run(&place, &format!("--profiles-file {file} {PEER}")).expect(0);
    assert!(scripted.requests()[0].contains(&most));
    let profiles = crate::support::given::profiles_with_tokens(&place, &silent.base);
    let line = format!("--profiles-file {profiles} -p yeastar trunk update id:7 --password-from -");
    let words: Vec<&str> = line.split(' ').collect();
    let ran = place.pipe(&words, &"x".repeat(1 << 20)).expect(3);
    assert!(ran.err.contains("standard input is longer than 64 KiB"), "{ran:?}");
    silent.untouched("what is no secret");
}

/// Neither a name nor a scheme can carry code, and a mistyped scheme is not taken for the secret itself.
#[test]
fn references_are_not_evaluated_as_code() {
    let (place, silent) = (Place::new(), Silent::start());
    let mark = place.path().join("CANARY");
    let code = format!("$(touch {})", mark.display());
    let good = std::fs::read_to_string(with_secret(&place, &silent.base, "env:SOME")).unwrap();
    let good = place.write("good.toml", &good);
    for reference in [
        format!("env:{code}"),
        format!("env:A}}{code}${{B"),
        "env:".into(),
        "env:A B".into(),
        "file:".into(),
        "cmd:".into(),
        "cmd: ".into(),
        "keyring:".into(),
        "evn:CANARY".into(),
        "vault:CANARY".into(),
        "ENV:CANARY".into(),
    ] {
        let file = place.write("spec.json", &json!({"password": reference}).to_string());
        let profiles = with_secret(&place, &silent.base, &reference);
        let by_variable = Place::new().with("TRUNKCTL_CLIENT_SECRET", &reference);
        let by_variable =
            by_variable.with("TRUNKCTL_VENDOR", "yeastar").with("TRUNKCTL_BASE_URL", &silent.base);
        let by_variable = by_variable.with("TRUNKCTL_CLIENT_ID", "c");
        // Without the variables of a manifest.
        let plain = reference.replace("${", "$${");
        let manifest = format!("[[trunk]]\nprofile = \"p\"\nname = \"n\"\npassword = {}\n", json!(plain));
        let manifest = place.write("manifest.toml", &manifest);
        let peer: Vec<&str> = PEER.split(' ').collect();
        for dry_run in ["--dry-run=curl", "--dry-run=http"] {
            let runs = [
                (place.run(&[&["--profiles-file", &profiles, dry_run], &peer[..]].concat()), 3),
                (by_variable.run(&[&[dry_run], &peer[..]].concat()), 3),
                (
                    place.run(
                        &[&["--profiles-file", &good, dry_run], &peer[..], &["--password-from", &reference]]
                            .concat(),
                    ),
                    2,
                ),
                (
                    place
                        .run(&[&["--profiles-file", &good, dry_run], &peer[..], &["--from", &file]].concat()),
                    3,
                ),
                (place.run(&["--profiles-file", &good, dry_run, "apply", "-f", &manifest]), 3),
                (
                    place.run(&[
                        "--profiles-file",
                        &place.path().join("new.toml").to_string_lossy(),
                        "profile",
                        "init",
                        "n",
                        "--vendor",
                        "yeastar",
                        "--set",
                        &format!("client_secret={reference}"),
                    ]),
                    2,
                ),
            ];
            for (at, (ran, code)) in runs.into_iter().enumerate() {
                let ran = ran.expect(code);
                assert!(ran.err.contains("not a secret reference"), "{at}: {reference}: {ran:?}");
                assert!(!ran.err.contains("CANARY") && ran.out.is_empty(), "{at}: {reference}: {ran:?}");
            }
        }
    }
    assert!(!mark.exists());
    silent.untouched("a reference that is none");
}

/// A dry run shows a mask in place of a command's secret, and refuses a read that requires the secret.
#[cfg(unix)]
#[test]
fn a_dry_run_runs_no_command() {
    let (place, silent) = (Place::new(), Silent::start());
    let mark = place.path().join("ran");
    let reference = format!("cmd:touch '{}'; echo s3cret", mark.display());
    let file = with_secret(&place, &silent.base, &reference);
    let args = |line: &str| -> Vec<String> {
        let words = line.split(' ').map(|word| word.replace("CMD", &reference));
        ["--profiles-file".to_owned(), file.clone()].into_iter().chain(words).collect()
    };
    let dry = |line: &str| {
        let args = args(line);
        place.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let register = "trunk create --name t --kind register --host a.example --port 5060 --transport udp \
                    --username 6701 --auth-name 6701 --codecs ulaw --password-from CMD";
    let shown = dry(&format!("-o json --dry-run {register}")).expect(0).json();
    let request = &shown["requests"][0];
    assert_eq!(request["body"]["password"], "***", "{shown}");
    assert!(request["url"].as_str().unwrap().ends_with("access_token=***"), "{shown}");
    dry(&format!("--dry-run=curl {register}")).expect(0);
    dry("--dry-run profile check").expect(0);
    let manifest = "[[trunk]]\nprofile = \"p\"\nname = \"n\"\n";
    let manifest = place.write("manifest.toml", manifest);
    for line in [
        "--dry-run trunk update name:t --port 5061",
        "--dry-run trunk list",
        "--dry-run trunk delete name:t",
        &format!("--dry-run apply -f {manifest}"),
    ] {
        let ran = dry(line);
        assert!(ran.code == 3 || ran.code == 12, "{line}: {ran:?}");
        for part in ["profile `p`", "client_secret (cmd:touch …)", "dry run"] {
            assert!(ran.err.contains(part), "{line}: {ran:?}");
        }
    }
    assert!(!mark.exists());
    silent.untouched("a dry run without its secret");
}
