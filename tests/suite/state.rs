//! State between runs: the state key, and the permissions of the files.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::place::create_folder;
use crate::support::{Place, Ran, SHELL, read, set_mode};

/// Zoom returns no settings, so only the digest shows what was applied.
const MANIFEST: &str = "[[sip_settings]]\nprofile = \"zoom\"\naccount = \"sub-1\"\nenable = true\n";

fn run(place: &Place, line: &str) -> Ran {
    read(command(place, line).output().unwrap())
}

fn command(place: &Place, line: &str) -> Command {
    let words: Vec<&str> = ["--sandbox", "-o", "json"].into_iter().chain(line.split(' ')).collect();
    place.command(&words)
}

fn apply(place: &Place) -> Ran {
    run(place, &format!("apply -f {} --yes", place.write("m/manifest.toml", MANIFEST)))
}

/// How many changes a plan has.
fn planned(ran: &Ran) -> usize {
    ran.json()["changes"].as_array().unwrap().len()
}

fn plan(place: &Place, key: Option<&str>) -> Ran {
    let mut command = command(place, &format!("plan -f {}", place.write("m/manifest.toml", MANIFEST)));
    if let Some(key) = key {
        command.env("TRUNKCTL_STATE_KEY", key);
    }
    read(command.output().unwrap())
}

fn key_file(place: &Place) -> PathBuf {
    place.path().join("home/.config/trunkctl/state.key")
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

/// Everything below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(below(&path));
        }
        all.push(path);
    }
    all
}

#[test]
fn the_key_is_stored_beside_the_profiles_file_and_not_with_the_digests() {
    let place = Place::new();
    apply(&place).expect(0);
    assert_eq!(planned(&plan(&place, None)), 0);
    assert_eq!(mode(&key_file(&place)), 0o600);
    let key = fs::read_to_string(key_file(&place)).unwrap();
    for file in place.files().into_iter().filter(|file| *file != key_file(&place)) {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains(&key), "{}", file.display());
    }
    // Beside the profiles file that is in use.
    let other = place.write("other/profiles.toml", "");
    let line = format!("--profiles-file {other} plan -f {}", place.path().join("m/manifest.toml").display());
    assert_eq!(planned(&run(&place, &line)), 1);
    assert!(place.path().join("other/state.key").exists());
    // Without its key, a digest is useless.
    fs::remove_file(key_file(&place)).unwrap();
    let again = plan(&place, None).expect(0);
    assert!(planned(&again) == 1 && again.out.contains("sent unseen"), "{again:?}");
}

#[test]
fn every_form_of_secret_reference_gives_the_same_key() {
    let place = Place::new().with("SHARED", "0123456789abcdef");
    let file = place.write("shared", "0123456789abcdef\n");
    let text = format!("apply -f {} --yes", place.write("m/manifest.toml", MANIFEST));
    let applied = command(&place, &text).env("TRUNKCTL_STATE_KEY", "env:SHARED").output().unwrap();
    read(applied).expect(0);
    for (key, changes) in [
        ("0123456789abcdef".to_owned(), 0),
        (format!("file:{file}"), 0),
        ("cmd:echo 0123456789abcdef".to_owned(), 0),
        ("0123456789abcdeF".to_owned(), 1),
    ] {
        assert_eq!(planned(&plan(&place, Some(&key)).expect(0)), changes, "{key}");
    }
    assert!(!key_file(&place).exists());
    for (key, says) in [
        ("env:UNSET", "env:UNSET is not set"),
        ("evn:SHARED", "did you mean `env:"),
        ("-", "allowed only on the command line"),
        ("cmd:exit 3", "exit status 3"),
    ] {
        let error = plan(&place, Some(key)).expect(3).error();
        let text = error["message"].as_str().unwrap();
        assert!(text.contains("TRUNKCTL_STATE_KEY") && text.contains(says), "{key}: {error}");
    }
}

#[test]
fn a_damaged_key_is_refused_and_not_changed() {
    let place = Place::new();
    apply(&place).expect(0);
    let good = fs::read_to_string(key_file(&place)).unwrap();
    for text in ["", "\n", &good[1..], &format!("{good}0"), &"x".repeat(64)] {
        place.write("home/.config/trunkctl/state.key", text);
        for ran in [plan(&place, None), apply(&place)] {
            let error = ran.expect(3).error();
            assert!(error["message"].as_str().unwrap().contains("state.key"), "{error}");
            let hint = error["hint"].as_str().unwrap();
            assert!(hint.contains("restore it") && hint.contains("delete it"), "{error}");
        }
        assert_eq!(fs::read_to_string(key_file(&place)).unwrap(), text);
    }
    place.write("home/.config/trunkctl/state.key", &format!("{good}\n"));
    assert_eq!(planned(&plan(&place, None)), 0);
}

/// Not even root can create a file below a file, as in a folder that is mounted read-only.
#[test]
fn a_key_that_others_can_read_or_guess_is_refused() {
    let place = Place::new();
    apply(&place).expect(0);
    set_mode(key_file(&place), 0o644);
    let refused = plan(&place, None).expect(3);
    assert!(
        refused.err.contains("others can read the key file") && refused.err.contains("chmod 600"),
        "{refused:?}"
    );
    let short = plan(&place, Some("k3y!")).expect(3);
    assert!(short.err.contains("shorter than 16 characters"), "{short:?}");
}

/// Another process may hold a lock indefinitely.
#[test]
fn waiting_for_a_lock_ends_with_the_deadline() {
    let place = Place::new();
    run(&place, "-p yeastar trunk list").expect(0);
    let lock = below(place.path()).into_iter().find(|path| path.ends_with("sandbox/lock")).unwrap();
    let locked = fs::File::open(&lock).unwrap();
    locked.lock().unwrap();
    let late = run(&place, "-p yeastar --deadline 1s trunk list").expect(3);
    assert!(late.err.contains("another process holds the lock"), "{late:?}");
    let profiles = place.write("p/profiles.toml", "");
    let beside = fs::File::create(place.path().join("p/.profiles.toml.lock")).unwrap();
    set_mode(place.path().join("p/.profiles.toml.lock"), 0o600);
    beside.lock().unwrap();
    let line = format!(
        "--profiles-file {profiles} --deadline 1s profile init x --vendor yeastar --no-check \
         --set base_url=https://192.0.2.1:8088 --set access_token=env:T"
    );
    let words: Vec<&str> = line.split_whitespace().collect();
    let late = read(place.command(&words).output().unwrap()).expect(3);
    assert!(late.err.contains("another process holds the lock"), "{late:?}");
    assert_eq!(fs::read_to_string(&profiles).unwrap(), "");
}

#[test]
fn a_warning_explains_the_effects_if_no_key_can_be_stored() {
    let place = Place::new();
    let manifest = place.write("m/manifest.toml", MANIFEST);
    let line = format!("--profiles-file {manifest}/profiles.toml apply -f {manifest} --yes");
    for _ in 0..2 {
        let ran = run(&place, &line).expect(0);
        assert_eq!(ran.json()["summary"]["assigned"], 1, "{ran:?}");
        assert!(ran.err.contains("warning: ") && ran.err.contains("are sent again"), "{ran:?}");
        assert!(ran.err.contains("state.key") && ran.err.contains("TRUNKCTL_STATE_KEY"), "{ran:?}");
    }
}

#[test]
fn files_are_private_even_with_an_open_umask() {
    let place = Place::new();
    let home = place.path().join("home");
    fs::create_dir_all(home.join(".local/state")).unwrap();
    set_mode(&home, 0o755);
    set_mode(home.join(".local"), 0o755);
    set_mode(home.join(".local/state"), 0o755);
    let numbers = place.write("numbers.csv", "number,labels,languages\n+16466661110,A,en-US\n");
    let made = place.path().join("made");
    for line in [
        format!("apply -f {} --yes", place.write("m/manifest.toml", MANIFEST)),
        format!("plan -f examples/fleet --out {}/plan.json", made.display()),
        format!("-p zoom internal-numbers add --from {numbers} --results {}/r.jsonl", made.display()),
        "-p yeastar trunk list".to_owned(),
    ] {
        let plain = command(&place, &line);
        let mut open = Command::new(SHELL);
        open.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(plain.get_program()).args(plain.get_args());
        open.current_dir(env!("CARGO_MANIFEST_DIR")).env_clear();
        open.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", &home);
        read(open.output().unwrap()).expect(0);
    }
    for own in [home.join(".local/state/trunkctl"), home.join(".config"), home.join(".cache"), made] {
        assert!(own.is_dir(), "{}", own.display());
        for path in below(&own).into_iter().chain([own]) {
            let wanted = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode(&path), wanted, "{}", path.display());
        }
    }
    for theirs in [home.clone(), home.join(".local"), home.join(".local/state")] {
        assert_eq!(mode(&theirs), 0o755, "{}", theirs.display());
    }
}

/// A place in which everything was made that is kept, and those of its files and folders that others must not change.
fn kept() -> (Place, Vec<PathBuf>) {
    let place = Place::new();
    apply(&place).expect(0);
    let (config, state) = (key_file(&place), place.state());
    let mut all: Vec<PathBuf> = below(&state);
    all.extend([state, config.parent().unwrap().to_owned(), config]);
    (place, all)
}

#[test]
fn files_that_others_can_write_to_are_refused_with_a_remedy() {
    let (place, all) = kept();
    assert!(all.len() > 9, "{all:#?}");
    for path in all {
        let before = mode(&path);
        for open in [0o020, 0o002] {
            set_mode(&path, before | open);
            // The second is for the journal, which is needed by a write alone.
            let read = plan(&place, None);
            let wrote = run(&place, "-p zoom sip-settings assign --account sub-1 --enable true");
            let refused = [read, wrote].into_iter().find(|ran| ran.code == 3);
            let ran = refused.unwrap_or_else(|| panic!("{} is used", path.display()));
            let remedy = format!("chmod go-w {}", path.display());
            assert!(ran.err.contains(&remedy) && ran.err.contains(&path.display().to_string()), "{ran:?}");
        }
        set_mode(&path, before);
    }
    apply(&place).expect(0);
}

/// Other users with earlier write access may have left links and pipes.
#[test]
fn links_are_not_followed_and_pipes_do_not_block() {
    let (place, all) = kept();
    let victim = place.path().join("victim");
    for path in all.into_iter().filter(|path| path.is_file()) {
        let aside = place.path().join("aside");
        fs::rename(&path, &aside).unwrap();
        let own = fs::read(&aside).unwrap();
        let fifo = || {
            assert!(Command::new("mkfifo").args(["-m", "600"]).arg(&path).status().unwrap().success());
        };
        let link = |content: Option<&[u8]>| {
            if let Some(content) = content {
                fs::write(&victim, content).unwrap();
            }
            symlink(&victim, &path).unwrap();
        };
        for (what, plant) in [
            ("a link", &(|| link(Some(&own))) as &dyn Fn()),
            ("a link to nothing", &|| link(None)),
            ("a pipe", &fifo),
        ] {
            plant();
            let ran = [
                plan(&place, None),
                run(&place, "-p zoom sip-settings assign --account sub-1 --enable true"),
            ];
            let ran = ran.into_iter().find(|ran| ran.code == 3);
            let ran = ran.unwrap_or_else(|| panic!("{what} at {} is used", path.display()));
            assert!(
                ran.err.contains(&path.display().to_string()) && ran.err.contains("remove it"),
                "{ran:?}"
            );
            match what {
                "a link" => assert_eq!(fs::read(&victim).unwrap(), own, "{}", path.display()),
                _ => assert!(!victim.exists(), "{what} at {}", path.display()),
            }
            fs::remove_file(&path).unwrap();
            let _ = fs::remove_file(&victim);
        }
        fs::rename(&aside, &path).unwrap();
    }
    apply(&place).expect(0);
}

#[test]
fn a_link_to_the_state_folder_is_followed_if_this_user_owns_its_target() {
    let place = Place::new();
    let target = place.path().join("disk");
    create_folder(&target);
    symlink(&target, place.state()).unwrap();
    apply(&place).expect(0);
    assert!(target.join("sandbox/history/journal.jsonl").exists());
    set_mode(&target, 0o770);
    apply(&place).expect(3);
}

/// Tokens can be obtained again: an untrusted cache is not used, and the command continues.
#[test]
fn a_cache_that_others_can_write_to_is_not_used() {
    let place = Place::new();
    run(&place, "-p yeastar trunk list").expect(0);
    let cache = place.cache();
    let token = below(&cache.join("tokens"))
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "json"))
        .unwrap();
    for path in [cache.clone(), cache.join("key"), cache.join("tokens"), token.clone()] {
        let (before, mtime) = (mode(&path), fs::metadata(&token).unwrap().modified().unwrap());
        set_mode(&path, before | 0o002);
        let ran = run(&place, "-p yeastar trunk list").expect(0);
        assert!(ran.err.contains("warning: the token cache"), "{ran:?}");
        assert!(ran.err.contains(&format!("chmod go-w {}", path.display())), "{ran:?}");
        if path != token {
            assert_eq!(fs::metadata(&token).unwrap().modified().unwrap(), mtime, "{}", path.display());
        }
        if path.exists() {
            set_mode(&path, before);
        }
    }
    // A damaged key only costs a log-in.
    fs::write(cache.join("key"), "").unwrap();
    let ran = run(&place, "-p yeastar trunk list").expect(0);
    assert_eq!(ran.err, "");
    assert_eq!(fs::read_to_string(cache.join("key")).unwrap().len(), 64);
}
