//! The names in entries.

use super::*;

/// An entry has the old name of the trunk; the new name is part of the change.
#[test]
fn a_rename_is_recorded_under_the_old_name() {
    let place = Place::new().with("TRUNKCTL_SANDBOX", "1").with("TRUNKCTL_PROFILE", "yeastar");
    let run = |line: &str| place.run(&line.split(' ').collect::<Vec<_>>());
    for name in ["old", "taken"] {
        let more = "--kind peer --transport udp --host 192.0.2.1 --port 5060 --codecs ulaw";
        run(&format!("trunk create --name {name} {more}")).expect(0);
    }
    let last = || run("-o json history list --limit 1").expect(0).json()[0].clone();
    for (line, code, name, new, outcome) in [
        ("trunk update old --name taken", 7, Some("old"), "taken", "failed"),
        ("trunk update old --name new", 0, Some("old"), "new", "updated"),
        // Not read, so that its name is not known.
        ("trunk update id:1 --kind peer --name taken", 7, None, "taken", "failed"),
    ] {
        run(line).expect(code);
        let entry = last();
        let subject = &entry["subjects"][0];
        assert_eq!((entry["outcome"].as_str(), subject["name"].as_str()), (Some(outcome), name), "{line}");
        assert_eq!((&subject["after"]["name"], &subject["id"]), (&json!(new), &json!("1")), "{line}");
    }
}

/// A reader of YAML 1.1 takes some plain words for numbers, dates and booleans that one of 1.2 takes for texts.
#[test]
fn yaml_keeps_every_string_a_string() {
    use saphyr_parser::{Event, Parser, ScalarStyle};
    let past = Past::new();
    let names = [
        "0123",
        "0o17",
        "1e3",
        "1_000",
        "12:30:45",
        "2026-11-21",
        "~",
        "no",
        "y",
        "=",
        "<<",
        "",
        " a ",
        "a: b",
        "a #b",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{1b}",
        "📞",
        "  two\n lines\n",
    ];
    let subjects = names.map(|name| subject("internal_numbers.add", name));
    let id = past.add(intent("lab", subjects.into()), Some(Ending::new(Outcome::Created)));
    let text = past.run(&format!("history show {id} -o yaml")).expect(0).out;
    let value: Value = yaml_serde::from_str(&text).unwrap();
    let recorded: Vec<&str> =
        value["subjects"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(recorded, names);
    let mut quoted = Vec::new();
    for event in Parser::new_from_str(&text) {
        if let Event::Scalar(scalar, style, ..) = event.unwrap().0
            && style != ScalarStyle::Plain
        {
            quoted.push(scalar.into_owned());
        }
    }
    for name in names {
        assert!(quoted.contains(&name.to_owned()), "{name:?}: {text}");
    }
}
