//! The same manifest in three forms, made by the writers of each: whatever the texts are, the entries are the same.

use serde_json::{Map, Value, json};

use super::*;

/// Texts that some form could take for something else.
const TEXTS: [&str; 24] = [
    "plain",
    "NO",
    "yes",
    "true",
    "null",
    "~",
    "0041",
    "+4420",
    "1e3",
    "0x10",
    "1_000",
    "-",
    "- a",
    "a: b",
    "#c",
    "'q'",
    "\"q\"",
    "line\nline",
    " spaces ",
    "\u{e9}\u{202e}",
    "$",
    "$${x}",
    "a${SITE}b",
    "2026-01-01",
];

/// Makes the value of a field.
type Make = fn(&mut Dice) -> Value;

/// Numbers in no order that anybody would choose, and the same at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        // Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn text(&mut self) -> Value {
        TEXTS[self.below(TEXTS.len())].into()
    }

    fn trunk(&mut self, name: usize) -> Value {
        let mut trunk = Map::new();
        trunk.insert(
            "name".into(),
            format!("{name} {}", TEXTS[self.below(TEXTS.len())].replace('\n', "")).into(),
        );
        let fields: [(&str, Make); 9] = [
            ("kind", |dice| ["peer", "register"][dice.below(2)].into()),
            ("enabled", |dice| (dice.below(2) == 0).into()),
            ("port", |dice| (dice.below(65535) + 1).into()),
            ("username", Self::text),
            ("country", Self::text),
            ("caller_id", |dice| json!({"number": dice.text(), "name": dice.text()})),
            ("dids", |dice| json!([{"number": dice.text()}])),
            (
                "vendor_fields",
                |dice| json!({"x": dice.below(9), "y": dice.text(), "z": {"a": [true, dice.text()]}}),
            ),
            ("master_trunk", |dice| [Value::from(7), "7".into()][dice.below(2)].clone()),
        ];
        for (key, make) in fields {
            if self.below(2) == 0 {
                trunk.insert(key.into(), make(self));
            }
        }
        let target = [("profile", json!("a")), ("profiles", json!(["b", "a"])), ("group", json!("g"))];
        let (key, value) = target[self.below(3)].clone();
        trunk.insert(key.into(), value);
        trunk.into()
    }
}

#[test]
fn whatever_is_wanted_is_the_same_in_every_form() {
    let mut dice = Dice(5060);
    for round in 0..200 {
        let trunks: Vec<Value> = (0..1 + dice.below(4)).map(|name| dice.trunk(name)).collect();
        let manifest = json!({
            "groups": {"g": ["a", "b"]},
            "defaults": {"trunk": {"domain": dice.text().as_str().unwrap().split_whitespace().count().to_string()}},
            "trunk": trunks,
            "internal_numbers": [{"profile": "a", "numbers": [{"number": "+442071838750", "labels": dice.text()}]}],
        });
        let toml = ::toml::to_string(&manifest).unwrap();
        let yaml = yaml_serde::to_string(&manifest).unwrap();
        let all =
            [("m.toml", toml), ("m.yaml", yaml), ("m.json", format!("{manifest:#}"))].map(|(name, text)| {
                let read = Folder::with(&[(name, &text)]).open(&[name]);
                let read = read.unwrap_or_else(|error| panic!("round {round}: {}\n{text}", error.message));
                let mut entries: Vec<String> = read.entries.iter().map(shown).collect();
                entries.sort();
                entries
            });
        assert!(all[0] == all[1] && all[1] == all[2], "round {round}: {all:#?}");
    }
}
