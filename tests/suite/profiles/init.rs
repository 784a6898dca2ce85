//! `profile init` without a terminal.

use std::path::Path;

use super::*;
use crate::support::refusing::Refusing;
use crate::support::served::Served;

/// `profile init pbx` for a served PBX, with more words.
fn init(place: &Place, base: &str, more: &[&str]) -> Ran {
    let base = format!("base_url={base}/yeastar");
    let mut words = vec!["profile", "init", "pbx", "--vendor", "yeastar", "--set", &base];
    words.extend(["--set", "client_id=sandbox"]);
    words.extend(more);
    place.run(&words)
}

fn at(place: &Place) -> String {
    place.path().join("etc/profiles.toml").to_string_lossy().into_owned()
}

/// A place with the sandbox's secret and a profiles file in a folder that does not exist yet.
fn place() -> (Place, String) {
    let place = Place::new().with("PBX_SECRET", "sandbox-secret");
    let path = at(&place);
    (place.with("TRUNKCTL_PROFILES_FILE", &path), path)
}

const SECRET: &[&str] = &["--set", "client_secret=env:PBX_SECRET"];
const UNTRIED: &[&str] = &["--set", "client_secret=env:PBX_SECRET", "--no-check"];

fn text(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[cfg(unix)]
fn mode(path: impl AsRef<Path>) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_profile_is_checked_and_written_and_works() {
    let (served, (place, path)) = (Served::start(), place());
    let ran = init(&place, &served.base, &[SECRET, &["-o", "json"]].concat()).expect(0);
    let record = ran.json();
    assert_eq!(record["profile"], "pbx");
    assert_eq!(record["vendor"], "yeastar");
    assert_eq!(record["credentials"], "accepted");
    assert_eq!(record["written_to"], path.as_str());
    let written: Value = toml::from_str(&text(&path)).unwrap();
    let keys = json!({"vendor": "yeastar", "base_url": format!("{}/yeastar", served.base),
        "client_id": "sandbox", "client_secret": "env:PBX_SECRET"});
    assert_eq!(written, json!({"default_profile": "pbx", "profiles": {"pbx": keys}}));
    #[cfg(unix)]
    assert_eq!(mode(&path), 0o600);
    run(&place, PEER).expect(0);
}

#[test]
fn every_vendors_profile_can_be_created_with_flags() {
    let (served, (place, _)) = (Served::start(), place());
    for vendor in trunkctl::vendors::ALL.iter().map(|vendor| vendor.facts()) {
        let sets: Vec<String> = vendor
            .sandbox
            .iter()
            .map(|(key, value)| {
                let secret = vendor.profile_keys.iter().any(|known| known.name == *key && known.secret);
                let value = value.replace("{base}", &served.base);
                if secret { format!("--set={key}=cmd:echo {value}") } else { format!("--set={key}={value}") }
            })
            .collect();
        let name = format!("my-{}", vendor.name);
        let mut words = vec!["profile", "init", &name, "--vendor", vendor.name, "-o", "json"];
        words.extend(sets.iter().map(String::as_str));
        assert_eq!(place.run(&words).expect(0).json()["credentials"], "accepted", "{name}");
        place.run(&["-p", &name, "profile", "check"]).expect(0);
    }
}

#[test]
fn missing_and_invalid_values_are_reported_before_anything_happens() {
    let silent = Silent::start();
    let (place, path) = place();
    let base = format!("base_url={}", silent.base);
    for (words, parts) in [
        ("--set client_id=c", vec!["--vendor", "yeastar, itniotech, zoom"]),
        ("--vendor yeaster", vec!["did you mean `yeastar`?"]),
        ("--vendor zoom", vec!["`account_id`, `client_id`, `client_secret`", "--set client_secret=REF"]),
        ("--vendor yeastar --set {base}", vec!["`client_id`, `client_secret`", "--set client_id=VALUE"]),
        (
            "--vendor yeastar --set {base} --set client_idd=c",
            vec!["`client_idd`", "did you mean `client_id`?"],
        ),
        ("--vendor yeastar --set account_id=c", vec!["yeastar has no key `account_id`"]),
        ("--vendor yeastar --set client_id", vec!["KEY=VALUE", "client_id"]),
        ("--vendor yeastar --set {base} --set client_id=", vec!["client_id", "empty"]),
        ("--vendor yeastar --set client_id=a --set client_id=b", vec!["client_id", "twice"]),
        ("--vendor yeastar --set client_secret=canary-secret", vec!["client_secret", "env:NAME"]),
        ("--vendor itniotech --set api_key=canary-secret", vec!["api_key", "env:NAME"]),
        ("--vendor zoom --set access_token=canary-secret", vec!["access_token", "env:NAME"]),
    ] {
        let line = format!("profile init p {}", words.replace("{base}", &base));
        let ran = run(&place, &line).expect(2);
        for part in parts {
            assert!(ran.err.contains(part), "{words}: no {part} in {ran:?}");
        }
        assert!(!ran.err.contains("canary-secret") && ran.out.is_empty(), "{ran:?}");
    }
    for name in ["a,b", "", "a/b", "..", "a b"] {
        place.run(&["profile", "init", name, "--vendor", "yeastar"]).expect(2);
    }
    // Invalid as a profile: exit 3, as for a profile in a file.
    let rest = ["--set", "client_id=c", "--set", "client_secret=env:PBX_SECRET"];
    for (set, part) in [
        ("base_url=http://192.0.2.10", "plain HTTP"),
        ("base_url=pbx", "not an address"),
        ("base_url=https://u:canary-secret@192.0.2.10", "credentials"),
    ] {
        let words = [&["profile", "init", "p", "--vendor", "yeastar", "--set", set][..], &rest].concat();
        let ran = place.run(&words).expect(3);
        assert!(ran.err.contains(part) && !ran.err.contains("canary-secret"), "{ran:?}");
    }
    assert!(!Path::new(&path).exists());
    silent.untouched("a command line that is wrong");
}

#[test]
fn the_error_lists_every_missing_key_as_data() {
    let (place, _) = place();
    let error = run(&place, "profile init p --vendor itniotech -o json").expect(2).error();
    assert_eq!(error["kind"], "usage");
    let fields: Vec<&Value> = error["fields"].as_array().unwrap().iter().map(|row| &row["field"]).collect();
    assert_eq!(fields, ["api_key", "api_secret"]);
}

#[test]
fn a_taken_name_is_a_conflict_unless_forced() {
    let silent = Silent::start();
    let (place, path) = place();
    place.write(
        "etc/profiles.toml",
        "# mine\n[profiles.other]\nvendor = \"zoom\" # kept\n\n# of the lab\n[profiles.pbx]\nvendor = \"zoom\"\n\
         account = \"gone\"\n\n[profiles.third]\nvendor = \"zoom\"\n",
    );
    let before = text(&path);
    let ran = init(&place, &silent.base, SECRET).expect(7);
    assert!(ran.err.contains("`pbx`") && ran.err.contains("--force"), "{ran:?}");
    assert_eq!(text(&path), before);
    silent.untouched("a conflict");
    let ran = init(&place, &silent.base, &[UNTRIED, &["--force", "-o", "json"]].concat()).expect(0);
    assert_eq!(ran.json()["credentials"], "not tried");
    silent.untouched("--no-check");
    let after = text(&path);
    for kept in ["# mine", "# kept", "# of the lab\n[profiles.pbx]\nvendor = \"yeastar\""] {
        assert!(after.contains(kept), "no {kept} in {after}");
    }
    assert!(!after.contains("gone") && !after.contains("default_profile"), "{after}");
    let order: Vec<&str> = after.lines().filter(|line| line.starts_with('[')).collect();
    assert_eq!(order, ["[profiles.other]", "[profiles.pbx]", "[profiles.third]"]);
}

/// Several at once, as in a script: each adds its profile to those that the others have written.
#[test]
fn profiles_created_at_the_same_time_are_all_kept() {
    let (place, path) = place();
    let names: Vec<String> = (0..12).map(|at| format!("pbx-{at}")).collect();
    let running: Vec<_> = names
        .iter()
        .map(|name| {
            let words = ["profile", "init", name, "--vendor", "yeastar", "--no-check"];
            let mut command = place.command(&words);
            command.args(["--set", "base_url=http://127.0.0.1:1", "--set", "client_id=c"]).args(SECRET);
            command.stdout(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut one in running {
        assert!(one.wait().unwrap().success());
    }
    let written: Value = toml::from_str(&text(&path)).unwrap();
    let kept: std::collections::BTreeSet<&String> = written["profiles"].as_object().unwrap().keys().collect();
    assert_eq!(kept, names.iter().collect());
    assert!(written["default_profile"].is_string(), "{written}");
}

#[test]
fn an_unreadable_authority_is_reported_before_the_vendor_is_asked() {
    let silent = Silent::start();
    let (place, path) = place();
    let ran = init(&place, &silent.base, &[SECRET, &["--set", "ca_file=absent.pem"]].concat()).expect(3);
    assert!(ran.err.contains("ca_file") && ran.err.contains("absent.pem"), "{ran:?}");
    assert!(!Path::new(&path).exists());
    silent.untouched("a profile without its authority");
}

/// Commands without `-p` keep using the same profile.
#[test]
fn a_second_profile_does_not_become_the_default() {
    let (place, path) = place();
    place.write("etc/profiles.toml", "[profiles.first]\nvendor = \"zoom\"\naccess_token = \"env:T\"\n");
    init(&place, "http://127.0.0.1:1", UNTRIED).expect(0);
    let rows = run(&place, "profile list -o json").expect(0).json();
    let default = |name: &str| rows.as_array().unwrap().iter().find(|row| row["name"] == name).unwrap();
    assert_eq!((&default("first")["default"], &default("pbx")["default"]), (&json!(true), &json!(false)));
    assert!(text(&path).starts_with("default_profile = \"first\"\n"), "{}", text(&path));
}

#[test]
fn a_check_that_fails_writes_nothing() {
    let served = Served::start();
    let (place, path) = place();
    let closed = Refusing::new();
    let place = place.with("WRONG", "not-the-secret");
    let wrong = ["--set", "client_secret=env:WRONG"];
    let unset = ["--set", "client_secret=env:UNSET"];
    for (base, more, code) in
        [(&served.base, &wrong[..], 5), (&served.base, &unset[..], 3), (&closed.base, SECRET, 10)]
    {
        let ran = init(&place, base, &[more, &["--retries", "0"]].concat()).expect(code);
        assert!(ran.err.contains("not written") && ran.err.contains("--no-check"), "{ran:?}");
        assert!(!Path::new(&path).exists() && place.kept().is_empty(), "{:?}", place.kept());
    }
    // A file that is there is left as it is.
    place.write("etc/profiles.toml", "# mine\n");
    init(&place, &served.base, &wrong).expect(5);
    assert_eq!(text(&path), "# mine\n");
}

/// A secret from standard input is written only to its own file.
#[test]
fn a_secret_on_standard_input_gets_a_file_of_its_own() {
    let served = Served::start();
    let (place, path) = place();
    let base = format!("base_url={}/yeastar", served.base);
    let words =
        ["profile", "init", "pbx", "--vendor", "yeastar", "--set", &base, "--set", "client_id=sandbox"];
    let words = [&words[..], &["--set", "client_secret=-"]].concat();
    let own = place.path().join("etc/pbx.client_secret");
    // Tried from memory: one that is wrong never gets to the disk.
    let ran = place.pipe(&words, "not-the-secret\n").expect(5);
    assert!(!ran.err.contains("not-the-secret") && place.kept().is_empty(), "{ran:?}");
    assert!(place.pipe(&words, "").expect(3).err.contains("empty"));
    let ran = place.pipe(&words, "sandbox-secret\n").expect(0);
    assert!(!ran.out.contains("sandbox-secret") && !ran.err.contains("sandbox-secret"), "{ran:?}");
    assert_eq!(text(own.to_str().unwrap()), "sandbox-secret\n");
    assert!(text(&path).contains("client_secret = \"file:pbx.client_secret\""), "{}", text(&path));
    #[cfg(unix)]
    assert_eq!((mode(&own), mode(&path)), (0o600, 0o600));
    run(&place, "profile check").expect(0);
    // With --force a wrong one leaves the right one in place.
    let forced = [&words[..], &["--force"]].concat();
    place.pipe(&forced, "not-the-secret\n").expect(5);
    assert_eq!(text(own.to_str().unwrap()), "sandbox-secret\n");
    // Replaced by a reference, the file is of no use any more, and is named.
    let ran = init(&place, &served.base, &[SECRET, &["--force"]].concat()).expect(0);
    assert!(ran.err.contains("no longer needs") && ran.err.contains("pbx.client_secret"), "{ran:?}");
}

#[test]
fn an_existing_secret_file_is_not_overwritten() {
    let silent = Silent::start();
    let (place, path) = place();
    let taken = place.write("etc/pbx.client_secret", "of somebody else\n");
    let base = format!("base_url={}", silent.base);
    let words = ["profile", "init", "pbx", "--vendor", "yeastar", "--set", &base, "--set", "client_id=c"];
    let ran = place.pipe(&[&words[..], &["--set", "client_secret=-"]].concat(), "s3cret").expect(7);
    assert!(ran.err.contains(&taken) && ran.err.contains("--force"), "{ran:?}");
    assert_eq!((text(&taken).as_str(), Path::new(&path).exists()), ("of somebody else\n", false));
    silent.untouched("a conflict");
}

/// The profiles file is a link to a folder where not even root can create files.
#[cfg(target_os = "linux")]
#[test]
fn an_unwritable_profiles_file_leaves_no_secret_behind() {
    // Empty; CONFIG_POSIX_TIMERS and CONFIG_CHECKPOINT_RESTORE provide it.
    let target = Path::new("/proc/self/timers");
    assert!(target.exists(), "this test needs a kernel with {}", target.display());
    let place = Place::new();
    let link = place.path().join("profiles.toml");
    std::os::unix::fs::symlink(target, &link).unwrap();
    let words = ["--set", "base_url=http://127.0.0.1:1", "--set", "client_id=c", "--set", "client_secret=-"];
    let head = ["profile", "init", "pbx", "--vendor", "yeastar", "--no-check", "--profiles-file"];
    let words = [&head[..], &[link.to_str().unwrap()], &words].concat();
    let own = place.path().join("pbx.client_secret");
    let ran = place.pipe(&words, "s3cret").expect(3);
    assert!(ran.err.contains("written") && !own.exists(), "{ran:?}");
    // The previous content is restored.
    let own = place.write("pbx.client_secret", "older\n");
    place.pipe(&[&words[..], &["--force"]].concat(), "s3cret").expect(3);
    assert_eq!(text(&own), "older\n");
}

/// A folder in place of the profiles file.
#[test]
fn an_unreadable_profiles_file_is_not_changed() {
    let place = Place::new();
    place.write("etc/profiles.toml/something", "");
    let words = ["--set", "base_url=http://127.0.0.1:1", "--set", "client_id=c", "--set", "client_secret=-"];
    let head = ["profile", "init", "pbx", "--vendor", "yeastar", "--no-check", "--profiles-file"];
    let path = at(&place);
    place.pipe(&[&head[..], &[&path], &words].concat(), "s3cret").expect(3);
    assert_eq!(place.files().len(), 1, "{:?}", place.files());
    // TOML under another name would never be read again.
    let path = path.replace("toml", "yaml");
    let ran = place.pipe(&[&head[..], &[&path], &words].concat(), "s3cret").expect(2);
    assert!(ran.err.contains("TOML") && place.files().len() == 1, "{ran:?}");
}

#[cfg(unix)]
#[test]
fn a_link_to_the_profiles_file_stays_a_link() {
    let (place, path) = place();
    let real = place.write("dotfiles/profiles.toml", "# mine\n");
    std::fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&real, &path).unwrap();
    init(&place, "http://127.0.0.1:1", UNTRIED).expect(0);
    assert!(std::fs::symlink_metadata(&path).unwrap().is_symlink());
    assert!(text(&real).contains("# mine") && text(&real).contains("[profiles.pbx]"), "{}", text(&real));
}

/// A value is written unchanged, so a relative path starts at the folder that the profile will use.
#[test]
fn relative_paths_start_at_the_profiles_file() {
    let served = Served::start();
    let (place, path) = place();
    place.write("etc/keys/pbx", "sandbox-secret\n");
    init(&place, &served.base, &["--set", "client_secret=file:keys/pbx"]).expect(0);
    assert!(text(&path).contains("\"file:keys/pbx\""), "{}", text(&path));
    run(&place, "profile check").expect(0);
}

#[test]
fn a_dry_run_sends_and_writes_nothing_and_the_sandbox_needs_no_profile() {
    let silent = Silent::start();
    let (place, path) = place();
    let ran = init(&place, &silent.base, &[SECRET, &["--dry-run", "-o", "json"]].concat()).expect(0);
    let requests = ran.json()["requests"].clone();
    let urls: Vec<&str> =
        requests.as_array().unwrap().iter().map(|one| one["url"].as_str().unwrap()).collect();
    assert!(urls.len() == 2 && urls[0].ends_with("/get_token"), "{urls:?}");
    assert!(urls[1].contains("/trunk/list?page=1&page_size=1&access_token=***"), "{urls:?}");
    assert!(!ran.out.contains("sandbox-secret") && ran.err.contains("not written"), "{ran:?}");
    let ran = init(&place, &silent.base, &[UNTRIED, &["--dry-run", "-o", "json"]].concat()).expect(0);
    assert_eq!(ran.json()["requests"], json!([]));
    init(&place, &silent.base, &[SECRET, &["--sandbox"]].concat()).expect(2);
    assert!(!Path::new(&path).exists() && place.kept().is_empty(), "{:?}", place.kept());
    silent.untouched("a dry run");
}

/// The given values are checked and written; a variable of the profile takes precedence only later, with a warning.
#[test]
fn variables_are_not_written_to_the_file() {
    let served = Served::start();
    let silent = Silent::start();
    let (place, path) = place();
    let place = place
        .with("TRUNKCTL_PROFILE_PBX_BASE_URL", &silent.base)
        .with("TRUNKCTL_PROFILE_PBX_CLIENT_SECRET", "canary-secret")
        .with("TRUNKCTL_BASE_URL", &silent.base);
    let ran = init(&place, &served.base, SECRET).expect(0);
    for name in ["TRUNKCTL_PROFILE_PBX_BASE_URL", "TRUNKCTL_PROFILE_PBX_CLIENT_SECRET"] {
        assert!(ran.err.contains(name), "{ran:?}");
    }
    assert!(!ran.err.contains("canary-secret"), "{ran:?}");
    assert!(text(&path).contains(&served.base) && text(&path).contains("env:PBX_SECRET"), "{}", text(&path));
    silent.untouched("the profile");
}
