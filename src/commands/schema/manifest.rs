//! The schema of a manifest.

use serde_json::{Value, json};

use super::fields;
use super::parts::{DRAFT, flag, list, needing, one_of_keys, table, text, variable, word, word_or_figure};
use crate::input::manifest::{Owns, TARGET};
use crate::input::rows::NUMBERS;
use crate::model::fields::Field;
use crate::model::number::NumberType;
use crate::model::plan::ResourceKind;
use crate::model::settings::Provided;

/// The keys of the lists of entries.
const SECTIONS: [&str; 4] = [
    ResourceKind::Trunk.section(),
    ResourceKind::InternalNumber.section(),
    ResourceKind::SipSettings.section(),
    ResourceKind::CalloutCountry.section(),
];

/// The whole schema.
pub fn schema() -> Value {
    let of = |key: &str| json!({"$ref": format!("#/$defs/{key}")});
    let mut keys = vec![
        ("$schema", text("The address of this schema, for editors.")),
        (
            "vars",
            json!({
                "type": "object",
                "description": "Default values of variables.",
                "additionalProperties": {"type": ["string", "number", "boolean"]},
            }),
        ),
        (
            "defaults",
            table("Default fields of every entry in this file.", SECTIONS.map(|key| (key, of(key)))),
        ),
        (
            "groups",
            json!({
                "type": "object",
                "description": "Named lists of profiles, visible to all files of the manifest.",
                "additionalProperties": profiles(),
            }),
        ),
    ];
    keys.push((
        "owns",
        list("What belongs to the manifest; `apply --prune` deletes what no entry wants of it.", owns()),
    ));
    keys.extend(SECTIONS.map(|key| (key, list("The desired objects.", of(key)))));
    let mut schema = table("The desired objects on one or more profiles.", keys);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$schema".to_owned(), DRAFT.into());
        schema.insert("title".to_owned(), "A manifest of trunkctl".into());
        schema.insert("$defs".to_owned(), definitions());
    }
    schema
}

/// The definitions of the schema.
fn definitions() -> Value {
    let [trunk, numbers, settings, countries] = SECTIONS;
    let fields = Field::ALL.iter().map(|field| (field.name(), fields::schema(*field)));
    let fields: Vec<_> = fields.chain(options(ResourceKind::Trunk)).collect();
    let other = entry("The same trunk, with other fields on some of its profiles.", fields.clone());
    let fields = fields.into_iter().chain([("override", list("Other fields on some profiles.", other))]);
    let lists = entry(
        "Internal numbers of an account.",
        internal_numbers().into_iter().chain(options(ResourceKind::InternalNumber)),
    );
    let meaning = "Countries that meetings of an account can call out to.";
    json!({
        "variable": variable(),
        trunk: entry("A trunk.", fields),
        numbers: one_of_keys(lists, &["numbers", "from"]),
        settings: entry("SIP settings of an account.", sip_settings()),
        countries: entry(meaning, callout_countries().into_iter().chain(options(ResourceKind::CalloutCountry))),
    })
}

/// A table for one or more profiles.
fn entry(meaning: &str, own: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let [profile, several, group] = TARGET;
    let target = [
        (profile, text("The profile that the entry applies to.")),
        (several, profiles()),
        (group, text("The group of profiles that the entry applies to.")),
    ];
    let schema = table(meaning, target.into_iter().chain(own));
    one_of_keys(schema, &TARGET)
}

/// What belongs to the manifest.
fn owns() -> Value {
    let names = |kind| {
        let names = list("Names, with `*` and `?`.", text("A name or a pattern."));
        (Owns::key(kind), json!({"description": "The owned objects.", "anyOf": [{"const": "all"}, names]}))
    };
    let kinds = [ResourceKind::Trunk, ResourceKind::InternalNumber, ResourceKind::CalloutCountry];
    entry("Objects of one or more profiles.", [account()].into_iter().chain(kinds.map(names)))
}

/// The keys that say how an entry is compared and changed.
fn options(kind: ResourceKind) -> Vec<(&'static str, Value)> {
    let mut keys = Vec::new();
    if kind != ResourceKind::SipSettings {
        keys.push(("protect", flag("Whether `apply` may never delete the object.")));
        keys.push((
            "state",
            word("Whether the object should exist; defaults to present.", &["present", "absent"]),
        ));
    }
    if kind == ResourceKind::Trunk {
        let names: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
        keys.push((
            "ignore",
            list("Fields that are neither compared nor changed.", word("A field.", &names)),
        ));
        keys.push(("previous_name", text("The name that the trunk had before; it is renamed.")));
    }
    if kind == ResourceKind::InternalNumber {
        keys.push((
            "replace",
            flag("Whether the number may be deleted and created again where it cannot be updated."),
        ));
    }
    keys
}

fn profiles() -> Value {
    let mut list = list("Profiles.", text("A profile in the profiles file."));
    if let Some(list) = list.as_object_mut() {
        list.insert("minItems".to_owned(), 1.into());
        list.insert("uniqueItems".to_owned(), true.into());
    }
    list
}

fn account() -> (&'static str, Value) {
    ("account", text("The account; defaults to the profile's `account`."))
}

fn internal_numbers() -> Vec<(&'static str, Value)> {
    let number = table("A number.", NUMBERS.keys.iter().map(|key| (*key, cell(key))));
    let needed: Vec<&str> = NUMBERS.needed.iter().flat_map(|keys| keys.first().copied()).collect();
    vec![
        account(),
        ("numbers", list("The numbers.", needing(number, &needed))),
        (
            "from",
            text("A file with the numbers in CSV, JSON, JSON Lines, TOML or YAML, relative to this file."),
        ),
    ]
}

/// A cell of a row of internal numbers.
fn cell(key: &str) -> Value {
    match key {
        "number" => text("The number in E.164 form, for example +442071838750."),
        "display_number" => text("The number as shown to people; defaults to the international format."),
        "country" => text("The two-letter country code; defaults to the country of the number."),
        "type" => word_or_figure("The billing type; defaults to toll.", NumberType::WORDS),
        "labels" => text("A short description."),
        "languages" => text("The language of the prompts, for example en-US."),
        "visible" => flag("Whether the number is visible to people."),
        "allow_join" => flag("Whether people can join meetings through it."),
        "allow_for_external_meetings" => {
            flag("Whether people can join other organisations' meetings through it.")
        }
        _ => text("The same key as in a list file."),
    }
}

fn sip_settings() -> [(&'static str, Value); 6] {
    [
        account(),
        ("enable", flag("Assign the master's SIP configuration to the account, or delete it.")),
        ("show_callout_internal_number", flag("Whether to list the carrier's call-out numbers.")),
        (
            "show_zoom_provided_callout_countries",
            word_or_figure(
                "Show, hide or remove the call-out countries that the vendor provides.",
                Provided::WORDS,
            ),
        ),
        (
            "show_zoom_provided_numbers",
            word_or_figure("Show, hide or remove the numbers that the vendor provides.", Provided::WORDS),
        ),
        (Field::VendorFields.name(), fields::schema(Field::VendorFields)),
    ]
}

fn callout_countries() -> [(&'static str, Value); 2] {
    [account(), ("countries", list("Two-letter codes.", text("A code, for example GB.")))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_explained() {
        for key in NUMBERS.keys {
            assert_ne!(cell(key)["description"], "The same key as in a list file.", "{key}");
        }
    }

    /// The schema names the settings that the program reads.
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
