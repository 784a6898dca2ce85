//! Written manifests are read back unchanged, for any names of the vendors' objects.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::*;
use crate::input::manifest::write::{NewManifest, Section, Table, verbatim};
use crate::model::plan::ResourceKind;

/// Texts that some form could take for something else, or that could leave their place.
const TORTURE: [&str; 34] = [
    "plain",
    "NO",
    "true",
    "null",
    "~",
    "0041",
    "+4420",
    "1e3",
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "12:30:00",
    "id:7",
    "name:x",
    "env:HOME",
    "-",
    "- a",
    "a: b",
    "#c",
    "a #c",
    "'q'",
    "\"q\"",
    "'''",
    "\"\"\"",
    "a\\b",
    "\\u0041",
    " spaces ",
    "\u{e9}\u{4e2d}\u{1f600}",
    "\u{202e}steer\u{2066}",
    "${SITE}",
    "$${SITE}",
    "$$${",
    "$",
    "{}[],&*!|>%@`",
    "---",
];

/// Invalid names.
const WILD: [&str; 6] =
    ["line\nline", "\n", "a\r\nb", "tab\there", "x\n# y\n[[trunk]]\n", "\u{7f}\u{85}\u{1b}[31m\u{2028}"];

fn table(value: Value) -> Table {
    let Value::Object(map) = value else { return Map::new() };
    map
}

/// A trunk with unusual text in every field.
fn trunk_with(name: &str, text: &str) -> Value {
    json!({
        "name": name, "kind": "register", "enabled": false, "port": 5060, "username": text,
        "caller_id": {"number": text, "name": text}, "dids": [{"number": format!("7{text}"), "name": text}, {"number": "x"}],
        "caller_id_overrides": [{"option": "shared", "number": "1", "extensions": [{"id": "7", "name": text}]}],
        "agent_groups": [{"id": "007", "name": text, "number": text}],
    })
}

fn forms(draft: &NewManifest) -> [(&'static str, String); 3] {
    [("m.toml", draft.toml()), ("m.yaml", draft.yaml()), ("m.json", draft.json().unwrap())]
}

#[test]
fn every_text_survives_a_round_trip() {
    for (at, text) in TORTURE.iter().chain(&WILD).map(|text| (*text).to_owned()).enumerate() {
        let name = format!("{at} {}", TORTURE[at % TORTURE.len()]);
        let wanted = trunk_with(&name, &text);
        let mut entry = table(json!({"profile": "a"}));
        entry.extend(table(verbatim(wanted.clone())));
        let labels: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
        let row =
            json!({"number": "+442071838750", "labels": verbatim(labels.clone().into()), "visible": true});
        let numbers = json!({"profile": "b", "account": "s", "numbers": [row]});
        let countries = json!({"profile": "b", "countries": ["NO", "US"]});
        let draft = NewManifest {
            opening: vec![text.clone()],
            entries: BTreeMap::from([
                (ResourceKind::Trunk, vec![entry]),
                (ResourceKind::InternalNumber, vec![table(numbers)]),
                (ResourceKind::CalloutCountry, vec![table(countries)]),
            ]),
            whole: true,
            closing: vec![Section { title: text.clone(), lines: vec![text.clone(), name] }],
        };
        let wanted: Trunk = serde_json::from_value(wanted).unwrap();
        for (file, written) in forms(&draft) {
            let read = open(file, &written);
            assert_eq!(read.entries.len(), 3, "{file}: {written}");
            assert_eq!(trunk(&read.entries[0]), &wanted, "{file}: {written}");
            let shown: Vec<String> = read.entries.iter().map(shown).collect();
            assert!(shown[1].ends_with(&format!("labels={labels} visible=true")), "{shown:?}");
            assert!(shown[2].contains("[\"NO\", \"US\"]"), "{shown:?}");
            let steers = |line: &str| crate::model::text::printable(line) != line;
            assert!(!written.lines().any(steers), "{file}: {written:?}");
        }
    }
}

#[test]
fn an_empty_manifest_is_written_explicitly() {
    let empty = NewManifest { whole: true, ..NewManifest::default() };
    for (file, written) in forms(&empty) {
        assert!(open(file, &written).entries.is_empty(), "{written}");
    }
    // Without an answer from a vendor, the manifest makes no statement.
    for (file, written) in forms(&NewManifest::default()) {
        assert!(refusal(file, &written).contains("has no entries") || written.is_empty(), "{file} {written}");
    }
}
