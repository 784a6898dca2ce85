//! Help, versions, suggestions, completions and manual pages: no profile and no network.

use clap::CommandFactory;
use trunkctl::internal::Cli;

use super::*;
use crate::support::silent::Silent;

/// Every command and group of commands, as words.
pub fn levels() -> Vec<Vec<String>> {
    fn below(command: &clap::Command, path: &[String], list: &mut Vec<Vec<String>>) {
        list.push(path.to_vec());
        for inner in command.get_subcommands() {
            below(inner, &[path, &[inner.get_name().to_owned()]].concat(), list);
        }
    }
    let mut list = Vec::new();
    below(&Cli::command(), &[], &mut list);
    list
}

/// A short help fits a screen with 80 columns and 24 lines.
#[test]
fn help_and_version_work_at_every_level_without_configuration() {
    let silent = Silent::start();
    // Every setting that the program could read here is invalid or missing.
    let place = Place::new()
        .with("COLUMNS", "80")
        .with("TRUNKCTL_PROFILES_FILE", "/nowhere/profiles.toml")
        .with("TRUNKCTL_PROFILE", "nobody")
        .with("TRUNKCTL_BASE_URL", &silent.base)
        .with("HTTPS_PROXY", &silent.base);
    let levels = levels();
    assert!(levels.len() > 12, "{levels:?}");
    for path in levels {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        let [long, short] = ["--help", "-h"].map(|flag| {
            let ran = place.run(&[&words[..], &[flag]].concat()).expect(0);
            assert!(ran.out.contains("Usage: trunkctl") && ran.err.is_empty(), "{words:?}: {ran:?}");
            assert!(ran.out.contains(&words.join(" ")), "{words:?}: {ran:?}");
            assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{}", ran.out);
            ran.out
        });
        assert!(short.lines().count() <= 24, "{short}");
        assert!(short.contains("\nCommands:\n") || short.contains("\nExample:\n  trunkctl"), "{short}");
        for global in ["--profiles-file", "--deadline"] {
            assert!(!long.contains(&format!("{global} <")), "{global} in {long}");
        }
        for flag in ["--version", "-V"] {
            let ran = place.run(&[&words[..], &[flag]].concat()).expect(0);
            let first = ran.out.lines().next().unwrap();
            assert!(first.ends_with(env!("CARGO_PKG_VERSION")) && ran.err.is_empty(), "{ran:?}");
        }
    }
    silent.untouched("help");
    assert!(place.files().is_empty(), "{:?}", place.files());
}

#[test]
fn help_shows_commands_topics_and_the_global_options() {
    let place = Place::new().with("TRUNKCTL_PROFILES_FILE", "/nowhere/profiles.toml");
    let topics = place.run(&["help"]).expect(0).out;
    for line in topics.lines().filter_map(|line| line.strip_prefix("  ")) {
        let topic = line.split(' ').next().unwrap();
        assert!(place.run(&["help", topic]).expect(0).out.lines().count() > 10, "{topic}");
    }
    let create = place.run(&["help", "trunk", "create"]).expect(0).out;
    assert_eq!(create, place.run(&["trunk", "create", "--help"]).expect(0).out);
    let global = place.run(&["help", "global"]).expect(0).out;
    assert!(global.contains("--deadline") && global.contains("TRUNKCTL_DEADLINE"), "{global}");
    let ran = place.run(&["help", "manifest"]).expect(2);
    assert!(ran.err.contains("did you mean `manifests`?"), "{ran:?}");
    let ran = place.run(&["help", "trunk", "crate"]).expect(2);
    assert!(ran.err.contains("did you mean `create`?"), "{ran:?}");
    assert!(place.files().is_empty(), "{:?}", place.files());
}

#[test]
fn an_error_about_a_value_from_the_environment_names_the_variable() {
    let place = Place::new().with("TRUNKCTL_TIMEOUT", "5").with("TRUNKCTL_OUTPUT", "");
    for format in ["table", "json"] {
        let ran = place.run(&["vendors", "-o", format]).expect(2);
        assert!(ran.err.contains("the environment variable TRUNKCTL_TIMEOUT"), "{ran:?}");
        let ran = place.run(&["vendors", "-o", format, "--timeout", "6"]).expect(2);
        assert!(!ran.err.contains("TRUNKCTL_TIMEOUT"), "{ran:?}");
    }
    // An empty variable counts as unset.
    assert!(place.run(&["vendors", "--timeout", "6s"]).expect(0).out.starts_with("Operations"));
}

#[test]
fn offline_commands_need_no_profile() {
    let place = Place::new().with("TRUNKCTL_PROFILES_FILE", "/nowhere/profiles.toml");
    for line in ["vendors", "explain exit 3", "explain itniotech -47", "completions zsh", "man"] {
        place.run(&line.split(' ').collect::<Vec<_>>()).expect(0);
    }
    assert!(place.files().is_empty(), "{:?}", place.files());
}

#[test]
fn a_typo_is_answered_with_the_intended_word() {
    let place = Place::new();
    for (line, meant) in [
        ("trnuk create", "trunk"),
        ("trunk crate", "create"),
        ("trunk update t --nmae x", "--name"),
        ("internal-number add", "internal-numbers"),
        ("sip-setting assign", "sip-settings"),
        ("vendor", "vendors"),
        ("trunk create --transprt udp", "--transport"),
        ("vendors -o jsn", "json"),
        ("completions bsh", "bash"),
        ("explain yaestar 1", "yeastar"),
        ("--sandbox -p zom trunk create --kind peer", "zoom"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let ran = place.run(&words);
        assert!([2, 3].contains(&ran.code) && ran.err.contains(meant), "{line}: {ran:?}");
        if !line.contains("-o") {
            let ran = place.run(&[&words[..], &["-o", "json"]].concat());
            assert!(ran.error().to_string().contains(meant), "{line}: {ran:?}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let place = Place::new();
    let page = place.run(&["man"]).expect(0).out;
    assert!(page.contains(".TH") && page.contains(".SH NAME") && page.contains("trunkctl"), "{page}");
    let folder = place.path().join("man/pages");
    let ran = place.run(&["man", &folder.to_string_lossy()]).expect(0);
    assert_eq!(ran.out, "");
    for path in levels() {
        let name = ["trunkctl".to_owned()].into_iter().chain(path).collect::<Vec<_>>().join("-");
        let text = std::fs::read_to_string(folder.join(format!("{name}.1"))).unwrap_or_default();
        for part in [".TH", ".SH NAME", ".SH SYNOPSIS"] {
            assert!(text.contains(part), "{part} in {name}.1");
        }
    }
    let page = std::fs::read_to_string(folder.join("trunkctl-trunk-update.1")).unwrap();
    let usage = ".SH SYNOPSIS\ntrunkctl trunk update [OPTIONS] <TRUNK>\n.SH DESCRIPTION";
    assert!(page.contains(usage), "{page}");
    for topic in ["profiles", "manifests"] {
        let text = std::fs::read_to_string(folder.join(format!("trunkctl-{topic}.7"))).unwrap();
        assert!(text.contains(".TH") && text.contains(".SH DESCRIPTION"), "{text}");
    }
    let blocked = place.write("blocked", "");
    assert!(place.run(&["man", &format!("{blocked}/x")]).expect(3).err.contains("can write"));
}
