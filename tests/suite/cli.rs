//! The program as an operator meets it: the sandbox, streams, formats, exit codes.

use serde_json::json;

use crate::support::Place;
use crate::support::served::Served;

#[test]
fn the_first_command_creates_a_trunk_and_the_second_run_says_that_it_exists() {
    let place = Place::new();
    let args =
        ["--sandbox", "-p", "yeastar", "trunk", "create", "--from", "examples/yeastar/register-trunk.toml"];
    let first = place.run(&args).expect(0);
    assert!(first.out.contains("created") && first.out.contains("itsp-main"), "{first:?}");
    assert_eq!(first.err, "");
    let second = place.run(&args).expect(7);
    assert!(second.err.contains("exists") && second.err.contains("trunkctl sandbox reset"), "{second:?}");
    assert_eq!(second.out, "");
    place.run(&["sandbox", "reset"]).expect(0);
    place.run(&args).expect(0);
}

#[test]
fn every_example_does_its_job_at_every_vendor() {
    let (place, served) = (Place::new(), Served::start());
    let profiles = served.profiles(&place, "");
    for (profile, job, file, outcome) in [
        ("yeastar", "trunk create", "yeastar/register-trunk.toml", "created"),
        ("yeastar", "trunk create", "yeastar/peer-trunk.yaml", "created"),
        ("yeastar", "trunk create", "yeastar/account-trunk.json", "created"),
        ("itniotech", "trunk create", "itniotech/outbound-trunk.toml", "created"),
        ("itniotech", "trunk create", "itniotech/inbound-trunk.yaml", "created"),
        ("zoom", "trunk create", "zoom/assigned-trunk.toml", "assigned"),
        ("zoom", "internal-numbers add", "zoom/internal-numbers.yaml", "created"),
        ("zoom", "sip-settings assign", "zoom/sip-settings.toml", "assigned"),
    ] {
        let file = format!("examples/{file}");
        let mut args = vec!["--profiles-file", &profiles, "-p", profile, "-o", "json"];
        args.extend(job.split(' '));
        args.extend(["--from", &file]);
        let value = place.run(&args).expect(0).json();
        let change = value.get("changes").map_or(&value, |changes| &changes[0]);
        assert_eq!(change["outcome"], json!(outcome), "{file}: {value}");
        assert_eq!(change["vendor"], json!(profile), "{file}");
        assert!(change["id"].is_string(), "{file}: {value}");
    }
}

#[test]
fn a_plan_of_a_bare_word_shows_how_to_pass_the_manifest() {
    let place = Place::new();
    let ran = place.run(&["plan", "fleet.toml"]).expect(2);
    let last = ran.err.lines().last().unwrap();
    assert_eq!(last, "hint: give the manifest with -f, for example -f fleet.toml", "{ran:?}");
    let error = place.run(&["-o", "json", "plan", "my fleet"]).expect(2).error();
    assert_eq!(error["hint"], "give the manifest with -f, for example -f 'my fleet'");
    for args in [&["plan", "--flie", "fleet.toml"][..], &["trunk", "list", "fleet.toml"]] {
        assert!(!place.run(args).expect(2).err.contains("-f "), "{args:?}");
    }
}

#[test]
fn a_trunk_is_enabled_disabled_and_renamed() {
    let place = Place::new();
    let run = |line: &str| {
        let words: Vec<&str> = ["--sandbox", "-p", "yeastar", "-o", "json", "trunk"]
            .into_iter()
            .chain(line.split(' '))
            .collect();
        place.run(&words)
    };
    run("create --name a --kind peer --host sip.example.com --port 5060 --transport udp --codecs ulaw")
        .expect(0);
    assert_eq!(run("disable a").expect(0).json()["outcome"], "updated");
    assert_eq!(run("show a").expect(0).json()["enabled"], false);
    assert_eq!(run("enable a").expect(0).json()["outcome"], "updated");
    assert_eq!(run("enable a").expect(0).json()["outcome"], "unchanged");
    assert_eq!(run("rename name:a b").expect(0).json()["diff"][0]["after"], "b");
    assert_eq!(run("ls --name b").expect(0).json().as_array().unwrap().len(), 1);
    run("enable a").expect(6);
    run("rename b").expect(2);
    run("rm b --yes").expect(0);
}

#[test]
fn only_ambiguous_codes_require_a_vendor() {
    let place = Place::new();
    let own = place.run(&["explain", "yeastar", "70103"]).expect(0).out;
    assert_eq!(place.run(&["explain", "70103"]).expect(0).out, own);
    assert_eq!(place.run(&["explain", "Yeastar", "70103"]).expect(0).out, own);
    assert!(place.run(&["explain", "-47"]).expect(0).out.contains("Itniotech"));
    let error = place.run(&["explain", "-1", "-o", "json"]).expect(2).error();
    let hint = error["hint"].as_str().unwrap();
    assert!(["yeastar", "itniotech"].iter().all(|name| hint.contains(name)), "{hint}");
    place.run(&["explain", "4711x"]).expect(2);
}

#[test]
fn the_matrix_can_be_limited_to_one_vendor() {
    let place = Place::new();
    let zoom = place.run(&["vendors", "zoom", "-o", "json"]).expect(0).json();
    assert_eq!(zoom.as_array().unwrap().len(), 1);
    assert_eq!(zoom[0]["vendor"], "zoom");
    let error = place.run(&["vendors", "zom"]).expect(2).err;
    assert!(error.contains("did you mean `zoom`"), "{error}");
}

#[test]
fn the_long_version_says_how_the_program_was_built() {
    let place = Place::new();
    let first = format!("trunkctl {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(place.run(&["-V"]).expect(0).out, first);
    let long = place.run(&["--version"]).expect(0).out;
    assert_eq!(place.run(&["version"]).expect(0).out, long);
    let data = place.run(&["version", "-o", "json"]).expect(0).json();
    assert!(long.starts_with(&first), "{long}");
    let rest: Vec<(&str, &str)> = long.lines().skip(1).map(|line| line.split_once("  ").unwrap()).collect();
    assert_eq!(
        rest.iter().map(|(key, _)| *key).collect::<Vec<_>>(),
        ["commit", "profile", "target", "compiler", "tls"]
    );
    for (key, value) in rest {
        assert_eq!(data[key], value.trim(), "{data}");
    }
    assert_ne!(data["profile"], "unknown");
    assert!(data["compiler"].as_str().unwrap().starts_with("rustc 1."), "{data}");
}
