//! The same manifest in three formats, each made by its own writer: the entries are the same for any text.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};
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

fn text() -> impl Strategy<Value = Value> {
    select(&TEXTS[..]).prop_map(Value::from)
}

/// A trunk with some of the fields. Its name begins with its position in the list.
fn trunk() -> impl Strategy<Value = Map<String, Value>> {
    let fields = [
        ("kind", select(vec!["peer", "register"]).prop_map(Value::from).boxed()),
        ("enabled", any::<bool>().prop_map(Value::from).boxed()),
        ("port", (1..=u16::MAX).prop_map(Value::from).boxed()),
        ("username", text().boxed()),
        ("country", text().boxed()),
        (
            "caller_id",
            (text(), text()).prop_map(|(number, name)| json!({"number": number, "name": name})).boxed(),
        ),
        ("dids", text().prop_map(|number| json!([{"number": number}])).boxed()),
        (
            "vendor_fields",
            (0..9, text(), text())
                .prop_map(|(x, y, z)| json!({"x": x, "y": y, "z": {"a": [true, z]}}))
                .boxed(),
        ),
        ("master_trunk", select(vec![json!(7), json!("7")]).boxed()),
    ];
    let fields = fields.map(|(key, value)| of(value).prop_map(move |value| value.map(|value| (key, value))));
    let target = [("profile", json!("a")), ("profiles", json!(["b", "a"])), ("group", json!("g"))];
    (select(&TEXTS[..]), fields, select(target.to_vec())).prop_map(|(name, fields, target)| {
        let name = ("name", name.replace('\n', "").into());
        let all = [Some(name), Some(target)].into_iter().chain(fields).flatten();
        all.map(|(key, value)| (key.to_owned(), value)).collect()
    })
}

proptest! {
    #![proptest_config(Config {
        cases: 100, rng_seed: RngSeed::Fixed(5060), failure_persistence: None, ..Config::default()
    })]

    #[test]
    fn every_format_produces_the_same_entries(
        mut trunks in vec(trunk(), 1..5),
        domain in select(&TEXTS[..]),
        labels in text(),
    ) {
        for (at, trunk) in trunks.iter_mut().enumerate() {
            trunk["name"] = format!("{at} {}", trunk["name"].as_str().unwrap()).into();
        }
        let manifest = json!({
            "groups": {"g": ["a", "b"]},
            "defaults": {"trunk": {"domain": domain.split_whitespace().count().to_string()}},
            "trunk": trunks,
            "internal_numbers": [{"profile": "a", "numbers": [{"number": "+442071838750", "labels": labels}]}],
        });
        let toml = ::toml::to_string(&manifest).unwrap();
        let yaml = yaml_serde::to_string(&manifest).unwrap();
        let all = [("m.toml", toml), ("m.yaml", yaml), ("m.json", format!("{manifest:#}"))];
        let all = all.map(|(name, text)| {
            let read = Folder::with(&[(name, &text)]).open(&[name]);
            let read = read.unwrap_or_else(|error| panic!("{}\n{text}", error.message));
            let mut entries: Vec<String> = read.entries.iter().map(shown).collect();
            entries.sort();
            entries
        });
        prop_assert!(all[0] == all[1] && all[1] == all[2], "{all:#?}");
    }
}
