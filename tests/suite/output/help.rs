//! Help, versions, suggestions, completions and manual pages: no profile and no network.

use std::process::Command;

use clap::CommandFactory;
use trunkctl::internal::Cli;

use super::*;
use crate::support::silent::Silent;

/// Every command and group of commands, as words.
fn levels() -> Vec<Vec<String>> {
    fn below(command: &clap::Command, path: &[String], list: &mut Vec<Vec<String>>) {
        list.push(path.to_vec());
        for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
            below(inner, &[path, &[inner.get_name().to_owned()]].concat(), list);
        }
    }
    let mut list = Vec::new();
    below(&Cli::command(), &[], &mut list);
    list
}

#[test]
fn help_and_version_at_every_level_need_nothing() {
    let silent = Silent::start();
    // Whatever is looked at here is wrong or missing.
    let place = Place::new()
        .with("TRUNKCTL_PROFILES_FILE", "/nowhere/profiles.toml")
        .with("TRUNKCTL_PROFILE", "nobody")
        .with("TRUNKCTL_BASE_URL", &silent.base)
        .with("HTTPS_PROXY", &silent.base);
    let levels = levels();
    assert!(levels.len() > 12, "{levels:?}");
    for path in levels {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        for flag in ["--help", "-h"] {
            let ran = place.run(&[&words[..], &[flag]].concat()).expect(0);
            assert!(ran.out.contains("Usage: trunkctl") && ran.err.is_empty(), "{words:?}: {ran:?}");
            assert!(ran.out.contains(&words.join(" ")), "{words:?}: {ran:?}");
        }
        for flag in ["--version", "-V"] {
            let ran = place.run(&[&words[..], &[flag]].concat()).expect(0);
            assert!(ran.out.trim_end().ends_with(env!("CARGO_PKG_VERSION")) && ran.err.is_empty(), "{ran:?}");
        }
    }
    silent.untouched("help");
    assert!(place.files().is_empty(), "{:?}", place.files());
}

/// Examples are there to be copied: no terminal of eighty columns may break their lines.
#[test]
fn what_stands_below_the_options_fits_eighty_columns() {
    fn look(command: &clap::Command) {
        let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{}: {line}", command.get_name());
        }
        command.get_subcommands().for_each(look);
    }
    look(&Cli::command());
}

#[test]
fn a_value_from_the_environment_is_told_as_one() {
    let place = Place::new().with("TRUNKCTL_TIMEOUT", "5").with("TRUNKCTL_OUTPUT", "");
    for format in ["table", "json"] {
        let ran = place.run(&["vendors", "-o", format]).expect(2);
        assert!(ran.err.contains("the environment variable TRUNKCTL_TIMEOUT"), "{ran:?}");
        let ran = place.run(&["vendors", "-o", format, "--timeout", "6"]).expect(2);
        assert!(!ran.err.contains("TRUNKCTL_TIMEOUT"), "{ran:?}");
    }
    // A variable that is set to nothing is not set.
    assert!(place.run(&["vendors", "--timeout", "6s"]).expect(0).out.starts_with("Operations"));
}

#[test]
fn commands_that_ask_nobody_need_no_profile() {
    let place = Place::new().with("TRUNKCTL_PROFILES_FILE", "/nowhere/profiles.toml");
    for line in ["vendors", "explain exit 3", "explain itniotech -47", "completions zsh", "man"] {
        place.run(&line.split(' ').collect::<Vec<_>>()).expect(0);
    }
    assert!(place.files().is_empty(), "{:?}", place.files());
}

#[test]
fn a_typo_is_answered_with_the_word_that_was_meant() {
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
fn completions_are_scripts_of_their_shells() {
    let place = Place::new();
    for (shell, sign) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef trunkctl"),
        ("fish", "complete -c trunkctl"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let script = place.run(&["completions", shell]).expect(0).out;
        assert!(script.contains(sign), "{shell}");
        for word in ["sip-settings", "internal-numbers", "dry-run", "password-from"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        let path = place.write(&format!("completions.{shell}"), &script);
        // Where the shell is there, it reads its script without running it.
        if let Ok(output) = Command::new(shell).args(["-n", &path]).output() {
            assert!(output.status.success() && output.stderr.is_empty(), "{shell}: {output:?}");
        }
    }
    assert!(place.run(&["completions", "tcsh"]).expect(2).err.contains("bash"));
}

#[test]
fn there_is_a_manual_page_for_every_command() {
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
    let blocked = place.write("blocked", "");
    assert!(place.run(&["man", &format!("{blocked}/x")]).expect(3).err.contains("can write"));
}
