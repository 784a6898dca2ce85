//! Shell completion: what the program offers, and that real shells show it.

use std::path::Path;
use std::process::Command;

use super::*;
use crate::support::need;
use crate::support::silent::Silent;
use crate::support::terminal::Terminal;

/// A place with profiles, and with the trunk of a sandbox's list.
fn place() -> Place {
    let place = Place::new();
    place.write(
        "profiles.toml",
        "default_profile = \"lab-pbx\"\n\n[profiles.lab-pbx]\nvendor = \"yeastar\"\nbase_url = \"https://192.0.2.1\"\n\
         client_id = \"id\"\nclient_secret = \"env:SECRET\"\n\n[profiles.meetings]\nvendor = \"zoom\"\n\
         account_id = \"id\"\nclient_id = \"id\"\nclient_secret = \"env:SECRET\"\naccount = \"sub-7\"\n",
    );
    let file = place.path().join("profiles.toml").display().to_string();
    let place = place.with("TRUNKCTL_PROFILES_FILE", &file);
    let register = "--sandbox -p yeastar trunk create --from examples/yeastar/register-trunk.toml";
    place.run(&register.split(' ').collect::<Vec<_>>()).expect(0);
    place.run(&["--sandbox", "-p", "yeastar", "trunk", "list"]).expect(0);
    place
}

/// The words that the program offers for the last one, which the shell gives as it is typed.
fn offered(place: &Place, line: &str) -> Vec<String> {
    let words: Vec<&str> = ["--"].into_iter().chain(line.split(' ')).collect();
    let ran = place.command(&words).env("TRUNKCTL_COMPLETE", "fish").output().unwrap();
    assert!(ran.status.success() && ran.stderr.is_empty(), "{ran:?}");
    let text = String::from_utf8(ran.stdout).unwrap();
    text.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_kind_of_word_is_completed_without_network_access() {
    let (place, silent) = (place(), Silent::start());
    let place = place
        .with("TRUNKCTL_PROFILE_LAB_PBX_BASE_URL", &silent.base)
        .with("HTTPS_PROXY", &silent.base)
        .with("SECRET", "canary");
    for (line, expected) in [
        ("trunkctl tru", "trunk"),
        ("trunkctl trunk cre", "create"),
        ("trunkctl -p m", "meetings"),
        ("trunkctl trunk list -p lab-pbx,m", "lab-pbx,meetings"),
        ("trunkctl --sandbox -p y", "yeastar"),
        ("trunkctl diff lab", "lab-pbx"),
        ("trunkctl profile logout m", "meetings"),
        ("trunkctl --sandbox -p yeastar trunk get it", "itsp-main"),
        ("trunkctl --sandbox -p yeastar trunk update name:it", "name:itsp-main"),
        ("trunkctl --sandbox -p yeastar trunk delete id:", "id:1"),
        ("trunkctl trunk create --kind acc", "account"),
        ("trunkctl trunk create --transport t", "tcp"),
        ("trunkctl trunk create --codecs ulaw,al", "ulaw,alaw"),
        ("trunkctl vendors z", "zoom"),
        ("trunkctl export --for i", "itniotech"),
        ("trunkctl trunk list --account sub", "sub-7"),
        ("trunkctl trunk list --columns name,ho", "name,host"),
        ("trunkctl internal-numbers list --columns number,lab", "number,labels"),
        ("trunkctl callout-countries list --sort co", "code"),
        ("trunkctl lookup extensions --columns nu", "number"),
        ("trunkctl profile list --sort ven", "vendor"),
        ("trunkctl history list --columns outc", "outcome"),
        ("trunkctl numbers list --columns cou", "country"),
        ("trunkctl callout-countries add G", "GB"),
        ("trunkctl explain ex", "exit"),
        ("trunkctl explain exit 1", "12"),
        ("trunkctl explain yeastar 4000", "40003"),
        ("trunkctl explain check tls.n", "tls.name"),
        ("trunkctl help man", "manifests"),
        ("trunkctl completions b", "bash"),
    ] {
        let words = offered(&place, line);
        assert!(words.iter().any(|word| word == expected), "{line}: {words:?}");
    }
    // Names of the sandbox are not those of a profile.
    assert!(offered(&place, "trunkctl -p lab-pbx trunk get it").is_empty());
    silent.untouched("completion");
}

#[test]
fn the_columns_of_every_list_are_completed() {
    let place = Place::new();
    let schema: Value = serde_json::from_str(&place.run(&["schema", "cli"]).expect(0).out).unwrap();
    let commands = schema["commands"].as_array().unwrap().iter();
    let lists = commands.filter(|command| {
        command["options"].as_array().unwrap().iter().any(|option| option["long"] == "--columns")
    });
    let lists: Vec<String> = lists
        .map(|command| command["command"].as_array().unwrap().iter().filter_map(Value::as_str).collect())
        .map(|words: Vec<&str>| words.join(" "))
        .collect();
    assert!(lists.len() >= 10, "{lists:?}");
    for list in lists {
        for option in ["--columns", "--sort"] {
            let words = offered(&place, &format!("trunkctl {list} {option} "));
            assert!(
                words.len() >= 2 && words.iter().all(|word| !word.starts_with('-')),
                "{list} {option}: {words:?}"
            );
        }
    }
}

#[test]
fn completion_stays_silent_if_files_are_damaged() {
    let place = Place::new().with("TRUNKCTL_PROFILES_FILE", "/nowhere/profiles.toml");
    assert_eq!(offered(&place, "trunkctl -p x"), Vec::<String>::new());
    assert_eq!(offered(&place, "trunkctl trunk get x"), Vec::<String>::new());
    assert!(place.run(&["completions", "tcsh"]).expect(2).err.contains("bash"));
    // The variable alone does not change a command.
    let ran = place.command(&["version"]).env("TRUNKCTL_COMPLETE", "bash").output().unwrap();
    assert!(ran.stdout.starts_with(b"trunkctl "), "{ran:?}");
}

/// Starts a shell on a terminal with the completion script, presses Tab after the first letters of a trunk's name, and
/// waits for the whole name.
fn completes(shell: &str, options: &[&str], prepare: &str) {
    need(shell);
    let place = place();
    let script = place.run(&["completions", shell]).expect(0).out;
    let script = place.write(&format!("script.{shell}"), &script);
    let own = place.command(&[]);
    let mut command = Command::new(shell);
    command.args(options).current_dir(place.path());
    command.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let program = Path::new(env!("CARGO_BIN_EXE_trunkctl")).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{program}:{path}")).env("TERM", "dumb");
    let mut terminal = Terminal::run(&command, None);
    terminal.type_line(&format!("{prepare} source {script}; echo rea''dy")).wait_for("ready");
    terminal.press("trunkctl --sandbox -p yeastar trunk get its\t").wait_for("itsp-main");
}

#[test]
fn bash_completes_the_name_of_a_trunk() {
    completes("bash", &["--norc", "--noprofile", "-i"], "");
}

#[test]
fn zsh_completes_the_name_of_a_trunk() {
    completes("zsh", &["-f", "-i"], "autoload -U compinit; compinit -u -D;");
}

#[test]
fn fish_completes_the_name_of_a_trunk() {
    completes("fish", &["--no-config", "-i"], "");
}
