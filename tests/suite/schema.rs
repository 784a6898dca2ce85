//! The printed schemas, compared with the examples and with what the program refuses.

use serde_json::{Value, json};
use trunkctl::internal::Format;
use trunkctl::internal::{Node, read};

use crate::support::Place;

fn schema(of: &str) -> Value {
    Place::new().run(&["schema", of]).expect(0).json()
}

/// The data of a text, as the program reads it.
fn data(text: &str, format: Format) -> Value {
    read(&Node::parse(text, format).unwrap()).unwrap()
}

fn example(path: &str) -> Value {
    let text = std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    data(&text, if path.ends_with(".toml") { Format::Toml } else { Format::Yaml })
}

/// The faults of a value, by the part of JSON Schema that the schemas use. Another keyword fails the test.
fn faults(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fault = |valid: bool, what: &str| {
        if !valid {
            found.push(format!("{path}: {what}"));
        }
    };
    let below =
        |schema: &Value, value: &Value, step: &str| faults(root, schema, value, &format!("{path}/{step}"));
    let passes = |schema: &Value| faults(root, schema, value, path).is_empty();
    let table = value.as_object();
    let mut deeper = Vec::new();
    for (keyword, rule) in schema.as_object().expect("a schema") {
        let rules = || rule.as_array().expect("a list of schemas").iter();
        match keyword.as_str() {
            "$schema" | "title" | "description" | "default" | "$defs" => {}
            "$ref" => {
                let name = rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                deeper.extend(faults(root, &root["$defs"][name], value, path));
            }
            "type" => {
                let words: Vec<&str> = match rule {
                    Value::Array(words) => words.iter().map(|word| word.as_str().unwrap()).collect(),
                    word => vec![word.as_str().unwrap()],
                };
                fault(words.iter().any(|word| is(value, word)), &format!("is not {words:?}"));
            }
            "enum" => fault(rules().any(|one| one == value), "is not one of the values"),
            "const" => fault(rule == value, "is a different value"),
            "pattern" => {
                // The one pattern there is: a variable somewhere in the text.
                assert_eq!(rule, r"\$\{(profile\.(vars\.)?)?[A-Za-z_][A-Za-z0-9_]*\}");
                fault(value.as_str().is_none_or(|text| text.contains("${")), "contains no variable");
            }
            "minimum" => fault(value.as_i64().is_none_or(|n| n >= rule.as_i64().unwrap()), "is too small"),
            "maximum" => fault(value.as_i64().is_none_or(|n| n <= rule.as_i64().unwrap()), "is too large"),
            "anyOf" => fault(rules().any(passes), "fits no form"),
            "oneOf" => fault(rules().filter(|rule| passes(rule)).count() == 1, "fits not just one form"),
            "allOf" => rules().for_each(|rule| deeper.extend(faults(root, rule, value, path))),
            "not" => fault(!passes(rule), "has a form that it may not have"),
            "required" => {
                let has = |key: &Value| table.is_none_or(|table| table.contains_key(key.as_str().unwrap()));
                fault(rules().all(has), &format!("lacks one of {rule}"));
            }
            "properties" => {
                for (key, value) in table.into_iter().flatten() {
                    deeper.extend(rule.get(key).map(|rule| below(rule, value, key)).into_iter().flatten());
                }
            }
            "additionalProperties" => {
                let known = |key: &str| schema["properties"].get(key).is_some();
                for (key, value) in table.into_iter().flatten().filter(|(key, _)| !known(key)) {
                    match rule {
                        Value::Bool(false) => deeper.push(format!("{path}/{key}: is not known")),
                        rule => deeper.extend(below(rule, value, key)),
                    }
                }
            }
            "items" => {
                for (at, value) in value.as_array().into_iter().flatten().enumerate() {
                    deeper.extend(below(rule, value, &at.to_string()));
                }
            }
            "minItems" => {
                let least = rule.as_u64().unwrap() as usize;
                fault(value.as_array().is_none_or(|list| list.len() >= least), "is too short");
            }
            "uniqueItems" => {
                let list = value.as_array().into_iter().flatten();
                let twice =
                    list.clone().enumerate().any(|(at, one)| list.clone().skip(at + 1).any(|two| one == two));
                fault(!twice, "has a value twice");
            }
            other => panic!("{path}: the keyword `{other}` is not checked"),
        }
    }
    found.extend(deeper);
    found
}

fn is(value: &Value, word: &str) -> bool {
    match word {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type `{other}` is not checked"),
    }
}

/// Validates an example against a schema.
#[track_caller]
pub fn assert_fits(of: &str, path: &str) {
    assert_value_fits(of, &example(path));
}

/// Fails the test unless the value is as the schema says.
pub fn assert_value_fits(of: &str, value: &Value) {
    let schema = schema(of);
    assert_eq!(faults(&schema, &schema, value, ""), Vec::<String>::new(), "{value}");
}

fn refused(schema: &Value, value: &Value) -> bool {
    !faults(schema, schema, value, "").is_empty()
}

#[test]
fn the_example_profiles_match_their_schema() {
    let schema = schema("profiles");
    assert_fits("profiles", "profiles.example.toml");
    let profiles = example("profiles.example.toml");
    for (key, value) in [("client_idd", json!("x")), ("vendor", json!("zom")), ("concurrency", json!(65))] {
        let mut wrong = profiles.clone();
        wrong["profiles"]["lab-pbx"][key] = value;
        assert!(refused(&schema, &wrong), "{key}");
    }
    assert!(refused(&schema, &json!({"profile": {}})));
}

#[test]
fn a_schema_is_printed_in_the_requested_format() {
    let place = Place::new();
    let plain = place.run(&["schema", "manifest"]).expect(0).json();
    assert_eq!(place.run(&["-o", "json", "schema", "manifest"]).expect(0).json(), plain);
    let yaml = place.run(&["-o", "yaml", "schema", "manifest"]).expect(0).out;
    assert_eq!(data(&yaml, Format::Yaml)["title"], plain["title"]);
    assert_eq!(plain["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

/// A manifest in which every key has a value of each form that it may have.
#[test]
fn the_schema_accepts_what_the_program_accepts() {
    let schema = schema("manifest");
    let manifest = json!({
        "$schema": "x",
        "defaults": {"trunk": {"profile": "a", "codecs": ["opus"]}, "internal_numbers": {"group": "g"}},
        "groups": {"g": ["a", "b"]},
        "trunk": [
            {"profiles": ["a"], "name": "n", "kind": "peer", "port": 5060, "enabled": true},
            {"name": "n", "kind": "${KIND}", "port": "${PORT}", "enabled": "${ON}", "outbound_proxy": false},
            {"name": "n", "outbound_proxy": "h:1", "master_trunk": 5, "vendor_fields": {"a": [1, {}]}},
            {"name": "n", "outbound_proxy": {"host": "h", "port": 1}, "master_trunk": "a", "password": "env:A"},
            {"caller_id_overrides": [{"option": "shared", "number": "1", "extensions": [
                {"id": 1, "name": "a", "type": "ext_group"}]}], "agent_groups": [{"id": 1, "number": "2"}]},
        ],
        "internal_numbers": [
            {"account": "s", "from": "a.csv"},
            {"numbers": [{"number": "+1", "labels": "a", "languages": "en-US", "visible": false}]},
        ],
        "sip_settings": [{"enable": true, "show_zoom_provided_numbers": "hide"},
            {"show_zoom_provided_numbers": 1}],
        "callout_countries": [{"countries": ["US"]}],
    });
    assert_eq!(faults(&schema, &schema, &manifest, ""), Vec::<String>::new());
}

#[test]
fn the_schema_refuses_what_the_program_refuses() {
    let schema = schema("manifest");
    for wrong in [
        json!({"trunks": []}),
        json!({"trunk": {"name": "n"}}),
        json!({"trunk": [{"nam": "n"}]}),
        json!({"trunk": [{"name": 5}]}),
        json!({"trunk": [{"kind": "pear"}]}),
        json!({"trunk": [{"port": 0}]}),
        json!({"trunk": [{"port": "5060"}]}),
        json!({"trunk": [{"codecs": ["ulaw2"]}]}),
        json!({"trunk": [{"outbound_proxy": true}]}),
        json!({"trunk": [{"dids": [{"name": "n"}]}]}),
        json!({"trunk": [{"caller_id": {"nmber": "1"}}]}),
        json!({"trunk": [{"profile": "a", "group": "g"}]}),
        json!({"trunk": [{"profiles": ["a", "a"]}]}),
        json!({"groups": {"g": []}}),
        json!({"defaults": {"trnk": {}}}),
        json!({"internal_numbers": [{"from": "a", "numbers": []}]}),
        json!({"internal_numbers": [{"numbers": [{"number": "+1"}]}]}),
        json!({"sip_settings": [{"enable": 1}]}),
        json!({"callout_countries": [{"countries": "US"}]}),
    ] {
        assert!(refused(&schema, &wrong), "{wrong}");
    }
}

/// Plans with each action, and with unwanted objects.
#[test]
fn plans_match_their_schema() {
    let place = Place::new();
    let fleet = format!("{}/examples/fleet", env!("CARGO_MANIFEST_DIR"));
    let plan = |more: &[&str], code| {
        let words = [&["--sandbox", "-o", "json", "plan", "-f"], more].concat();
        place.run(&words).expect(code).json()
    };
    let create = plan(&[&fleet], 0);
    place.run(&["--sandbox", "-y", "apply", "-f", &fleet]).expect(0);
    let unchanged = plan(&[&fleet], 0);
    let other = place.write(
        "other.toml",
        r#"
        [[owns]]
        profile = "yeastar"
        trunks = ["*"]
        [[trunk]]
        profile = "yeastar"
        name = "itsp-main"
        kind = "peer"
        host = "sip.provider.example"
        port = 5060
        "#,
    );
    let drift = plan(&[&other], 12);
    let prune = plan(&[&other, "--prune"], 12);
    for (plan, key) in [
        (&create, "create"),
        (&unchanged, "unchanged"),
        (&drift, "impossible"),
        (&drift, "unwanted"),
        (&prune, "delete"),
    ] {
        assert_value_fits("plan", plan);
        assert!(plan["summary"][key].as_u64() > Some(0), "{key}: {plan}");
    }
    let schema = schema("plan");
    let mut wrong = drift;
    wrong["unwanted"][0]["id"] = json!(5);
    assert!(refused(&schema, &wrong));
}

/// The command tree as JSON, given back to the parser.
#[test]
fn the_parser_accepts_every_option_of_the_described_commands() {
    use clap::{CommandFactory, Parser, error::ErrorKind};
    use trunkctl::internal::Cli;

    let described = schema("cli");
    let texts = |value: &Value| -> Vec<String> {
        let list = value.as_array().cloned().unwrap_or_default();
        list.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let commands = described["commands"].as_array().unwrap();
    for command in commands {
        let path = texts(&command["command"]);
        assert!(command["about"].is_string(), "{path:?}");
        let options = command["options"].as_array().unwrap().iter();
        for option in options.chain(described["global_options"].as_array().unwrap()) {
            let Some(long) = option["long"].as_str() else { panic!("{path:?}: {option}") };
            let value = texts(&option["values"]).first().cloned().unwrap_or("1".into());
            let word = match option["value"].is_string() {
                true => format!("{long}={value}"),
                false => long.to_owned(),
            };
            let words = ["trunkctl".to_owned()].into_iter().chain(path.clone()).chain([word]);
            let kind = Cli::try_parse_from(words).err().map(|error| error.kind());
            let unknown = [ErrorKind::UnknownArgument, ErrorKind::InvalidSubcommand, ErrorKind::InvalidValue];
            assert!(kind.is_none_or(|kind| !unknown.contains(&kind)), "{path:?} {long}: {kind:?}");
        }
    }
    // None is missing.
    fn leaves(command: &clap::Command) -> usize {
        let inner: usize = command.get_subcommands().map(leaves).sum();
        inner.max(1)
    }
    assert_eq!(commands.len(), leaves(&Cli::command()));
    assert_eq!(described["exit_codes"].as_array().unwrap().len(), trunkctl::model::error::EXIT_CODES.len());
}
