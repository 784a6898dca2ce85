//! The content of each stream; closed pipes; colours; widths.

use std::process::Stdio;

use super::*;
#[cfg(target_os = "linux")]
use crate::support::terminal::Terminal;

/// Every kind of thing that is printed.
const LINES: [&str; 9] = [
    "vendors",
    "vendors -o json",
    "vendors -o csv",
    "explain zoom",
    "explain yeastar 40003 -o yaml",
    "completions bash",
    "man",
    "--help",
    "--version",
];

/// A trunk with a space in its name: Yeastar's import refuses that, so there is a warning.
fn warned<'a>(profiles: &'a str, head: &'a str) -> Vec<&'a str> {
    let mut args = vec!["--profiles-file", profiles];
    args.extend(head.split_whitespace().chain(PEER.split_whitespace()));
    args.extend(["--name", "has space"]);
    args
}

#[test]
fn standard_output_has_only_data() {
    let place = Place::new();
    let (_scripted, profiles) = pbx(&place, vec![pbx_done()]);
    let ran = place.run(&warned(&profiles, "-o json -vvv")).expect(0);
    assert_eq!(ran.json()["outcome"], json!("created"));
    assert!(ran.err.contains("warning") && ran.err.contains("trunk/create"), "{ran:?}");
    let ran = place.run(&["sandbox", "reset"]).expect(0);
    assert!(ran.out.is_empty() && !ran.err.is_empty(), "{ran:?}");
    for line in LINES {
        let ran = place.run(&line.split(' ').collect::<Vec<_>>()).expect(0);
        assert!(ran.err.is_empty() && !ran.out.is_empty(), "{line}: {ran:?}");
    }
}

#[test]
fn quiet_suppresses_warnings_and_notes_but_not_errors() {
    let place = Place::new();
    let exists = answer(200, &json!({"errcode": 40003, "errmsg": "DUPLICATE KEY VALUE"}));
    let (_scripted, profiles) = pbx(&place, vec![pbx_done(), pbx_done(), pbx_done(), exists]);
    assert!(place.run(&warned(&profiles, "")).expect(0).err.contains("warning"));
    for quiet in ["-q", "--quiet"] {
        assert_eq!(place.run(&warned(&profiles, quiet)).expect(0).err, "");
        let ran = place.run(&["sandbox", "reset", quiet]).expect(0);
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    }
    let ran = place.run(&warned(&profiles, "-q")).expect(7);
    assert!(ran.err.starts_with("error: "), "{ran:?}");
}

/// As in `trunkctl vendors | head -1`, with a reader that is gone before the first byte.
#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    let shop = Shop::new();
    let file = numbers(&shop.place, &["+16466661110"]);
    let bulk = format!("-p zoom -o json internal-numbers add --from {file}");
    let change = format!("{PEER} -o json --name t");
    for line in LINES.into_iter().chain([bulk.as_str(), change.as_str()]) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = shop.place.command(&shop.args("", line));
        let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{line}");
    }
}

/// As in `trunkctl … 2>&1 | head -0`: messages that cannot be written are dropped, and the exit code stays.
#[test]
fn a_closed_standard_error_does_not_cause_a_panic() {
    let shop = Shop::new();
    for (line, code) in [
        ("sandbox reset", 0),
        ("-p yeastar trunk create --kind peer", 4),
        ("trunk creat", 2),
        ("trunk creat -o json", 2),
        ("-vvv -p yeastar trunk update name:none --port 1", 6),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = shop.place.command(&shop.args("", line));
        let output = command.stderr(writer).stdout(Stdio::piped()).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(code), &b""[..]), "{line}");
    }
}

#[test]
fn colours_are_off_without_a_terminal() {
    let shop = Shop::new();
    let good = ["vendors", "explain exit 9", "--help", "trunk create --help", "explain zoom"];
    let bad = ["trunk creat", "-p yeastar trunk create --kind peer", "-p nobody trunk update x --port 1"];
    for line in good.into_iter().chain(bad) {
        for head in ["", "--color=auto", "--color=never"] {
            let ran = shop.run(head, line);
            assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{head} {line}: {ran:?}");
        }
    }
}

/// A flag wins over the environment, and NO_COLOR over CLICOLOR_FORCE.
#[test]
fn the_colour_flag_overrides_the_environment() {
    for (variables, flag, colored) in [
        (vec![], "--color=always", true),
        (vec![("NO_COLOR", "1")], "--color=always", true),
        (vec![("CLICOLOR_FORCE", "1")], "--color=auto", true),
        (vec![("CLICOLOR_FORCE", "0")], "--color=auto", false),
        (vec![("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], "--color=auto", false),
        // https://no-color.org: present and not empty.
        (vec![("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")], "--color=auto", true),
        (vec![("CLICOLOR_FORCE", "1")], "--color=never", false),
    ] {
        let place = variables.iter().fold(Place::new(), |place, (name, value)| place.with(name, value));
        let out = place.run(&[flag, "vendors"]).expect(0).out;
        assert_eq!(out.contains('\u{1b}'), colored, "{variables:?} {flag}: {out}");
        let err = place.run(&[flag, "explain", "zoom", "987654"]).expect(6).err;
        assert_eq!(err.contains('\u{1b}'), colored, "{variables:?} {flag}: {err}");
        // Data never has colours.
        let json = place.run(&[flag, "-o", "json", "vendors"]).expect(0).out;
        assert!(!json.contains('\u{1b}'));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn tables_fit_a_terminal_of_eighty_columns() {
    let place = Place::new().with("TERM", "xterm");
    let example = "--sandbox -p yeastar trunk create --from examples/yeastar/register-trunk.toml";
    for line in
        ["vendors", "explain exit", "explain zoom", "explain yeastar", "explain zoom 300", example, "--help"]
    {
        let (status, text) = Terminal::start(&place, &line.split(' ').collect::<Vec<_>>()).end();
        assert!(status.success() && !text.trim().is_empty(), "{line}: {text}");
        for row in text.lines() {
            let width = plain(row).chars().count();
            assert!(width <= 80, "{line}: {width} columns in {row:?}");
        }
    }
}

/// The text without escape sequences and the terminal's carriage return.
#[cfg(target_os = "linux")]
fn plain(row: &str) -> String {
    let (mut text, mut escape) = (String::new(), false);
    for c in row.trim_end_matches('\r').chars() {
        match (escape, c) {
            (false, '\u{1b}') => escape = true,
            (true, c) => escape = !c.is_ascii_alphabetic(),
            (false, c) => text.push(c),
        }
    }
    text
}
