//! The schema of a manifest.

use serde_json::{Value, json};

use super::fields;
use super::parts::{DRAFT, flag, list, needing, one_of_keys, table, text, variable, word_or_figure};
use crate::input::manifest::{SORTS, TARGET};
use crate::input::rows::NUMBERS;
use crate::model::fields::Field;
use crate::model::number::NumberType;
use crate::model::settings::Provided;

/// All of it.
pub fn schema() -> Value {
    let of = |key: &str| json!({"$ref": format!("#/$defs/{key}")});
    let mut keys = vec![
        ("$schema", text("The address of this schema, for editors.")),
        ("name", text("What `apply --prune` remembers this manifest by; else the place of its first file.")),
        (
            "vars",
            json!({
                "type": "object",
                "description": "The values of variables, where nothing else gives them.",
                "additionalProperties": {"type": ["string", "number", "boolean"]},
            }),
        ),
        ("defaults", table("What lies under every entry of this file.", SORTS.map(|key| (key, of(key))))),
        (
            "groups",
            json!({
                "type": "object",
                "description": "Lists of profiles by a name, known to all files of the manifest.",
                "additionalProperties": profiles(),
            }),
        ),
    ];
    keys.extend(SORTS.map(|key| (key, list("What is wanted.", of(key)))));
    let mut schema = table("What should exist on a fleet of profiles.", keys);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$schema".to_owned(), DRAFT.into());
        schema.insert("title".to_owned(), "A manifest of trunkctl".into());
        schema.insert("$defs".to_owned(), definitions());
    }
    schema
}

/// What the schema refers to.
fn definitions() -> Value {
    let [trunk, numbers, settings, countries] = SORTS;
    let fields = Field::ALL.iter().map(|field| (field.name(), fields::schema(*field)));
    let lists = entry("Internal numbers of an account.", internal_numbers());
    let meaning = "Countries that meetings of an account can call out to.";
    json!({
        "variable": variable(),
        trunk: entry("A trunk.", fields),
        numbers: one_of_keys(lists, &["numbers", "from"]),
        settings: entry("SIP settings of an account.", sip_settings()),
        countries: entry(meaning, callout_countries()),
    })
}

/// A table for one or more profiles.
fn entry(meaning: &str, own: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let [profile, several, group] = TARGET;
    let target = [
        (profile, text("The profile that it is for.")),
        (several, profiles()),
        (group, text("The group of profiles that it is for.")),
    ];
    let schema = table(meaning, target.into_iter().chain(own));
    one_of_keys(schema, &TARGET)
}

fn profiles() -> Value {
    let mut list = list("Profiles.", text("A profile of the profiles file."));
    if let Some(list) = list.as_object_mut() {
        list.insert("minItems".to_owned(), 1.into());
        list.insert("uniqueItems".to_owned(), true.into());
    }
    list
}

fn account() -> (&'static str, Value) {
    ("account", text("The account; the profile's own where it is not given."))
}

fn internal_numbers() -> Vec<(&'static str, Value)> {
    let number = table("A number.", NUMBERS.keys.iter().map(|key| (*key, cell(key))));
    let needed: Vec<&str> = NUMBERS.needed.iter().flat_map(|keys| keys.first().copied()).collect();
    vec![
        account(),
        ("numbers", list("The numbers.", needing(number, &needed))),
        ("from", text("A file with the numbers in CSV, JSON, JSON Lines, TOML or YAML, beside this one.")),
    ]
}

/// A cell of a row of internal numbers.
fn cell(key: &str) -> Value {
    match key {
        "number" => text("The number in E.164 form, as in +442071838750."),
        "display_number" => text("The form shown to people; the international one where it is not given."),
        "country" => text("Its two-letter code; the number's own where it is not given."),
        "type" => word_or_figure("Who pays; toll where it is not given.", NumberType::WORDS),
        "labels" => text("A short description."),
        "languages" => text("The language of the prompts, as in en-US."),
        "visible" => flag("Whether people see it."),
        "allow_join" => flag("Whether meetings can be joined through it."),
        "allow_for_external_meetings" => {
            flag("Whether meetings of other organisations can be joined through it.")
        }
        _ => text("As in the file of a list."),
    }
}

fn sip_settings() -> [(&'static str, Value); 6] {
    [
        account(),
        ("enable", flag("Give the account the master's SIP configuration, or delete it there.")),
        ("show_callout_internal_number", flag("List the carrier's call-out numbers.")),
        (
            "show_zoom_provided_callout_countries",
            word_or_figure("What becomes of the vendor's own call-out countries.", Provided::WORDS),
        ),
        (
            "show_zoom_provided_numbers",
            word_or_figure("What becomes of the vendor's own numbers.", Provided::WORDS),
        ),
        (Field::VendorFields.name(), fields::schema(Field::VendorFields)),
    ]
}

fn callout_countries() -> [(&'static str, Value); 2] {
    [account(), ("countries", list("Two-letter codes.", text("A code, as in GB.")))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_explained() {
        for key in NUMBERS.keys {
            assert_ne!(cell(key)["description"], "As in the file of a list.", "{key}");
        }
    }

    /// What the program reads as settings is what the schema names.
    #[test]
    fn settings_have_the_keys_of_the_reader() {
        for (key, _) in sip_settings() {
            let read = serde_json::from_value::<crate::input::settings::Settings>(json!({key: null}));
            assert!(read.is_ok(), "{key}");
        }
        let all = serde_json::to_value(crate::model::settings::SipSettings {
            enable: Some(true),
            show_callout_internal_number: Some(true),
            show_zoom_provided_callout_countries: Some(Provided::Show),
            show_zoom_provided_numbers: Some(Provided::Show),
            vendor_fields: [("new_field".to_owned(), 1.into())].into_iter().collect(),
        });
        assert_eq!(all.unwrap().as_object().unwrap().len() + 1, sip_settings().len());
    }
}
