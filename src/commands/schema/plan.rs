//! The schema of a plan as `plan -o json` prints it. New keys may be added later.

use serde_json::{Value, json};

use super::parts::{DRAFT, list, text};
use crate::model::error::EXIT_CODES;
use crate::model::plan::{Action, ResourceKind};

/// The whole schema.
pub fn schema() -> Value {
    let count = |meaning: &str| json!({"type": "integer", "minimum": 0, "description": meaning});
    let kinds = json!(ResourceKind::SECTIONS.map(ResourceKind::word));
    let actions = [Action::Create, Action::Update, Action::Delete, Action::Impossible].map(Action::word);
    let errors: Vec<&str> = EXIT_CODES.iter().map(|row| row.kind).collect();
    json!({
        "$schema": DRAFT,
        "title": "A plan of trunkctl",
        "type": "object",
        "required": ["changes", "profiles", "unwanted", "refusals", "summary"],
        "properties": {
            "changes": list("The planned changes.", json!({"$ref": "#/$defs/change"})),
            "profiles": list("The profiles of the manifest.", json!({"$ref": "#/$defs/profile"})),
            "unwanted": list(
                "Objects that the manifest owns and no entry wants; --prune deletes them.",
                json!({"$ref": "#/$defs/object"}),
            ),
            "refusals": list("Why apply refuses this plan.", text("A reason.")),
            "summary": {
                "type": "object",
                "required": ["create", "update", "delete", "impossible", "unchanged", "unwanted", "failed"],
                "properties": {
                    "create": count("Objects to create."),
                    "update": count("Objects to change."),
                    "delete": count("Objects to delete."),
                    "impossible": count("Changes that cannot be made."),
                    "unchanged": count("Objects that are as described."),
                    "unwanted": count("Objects that are owned and not wanted."),
                    "uncompared": count("Values that could not be compared."),
                    "failed": count("Profiles that could not be read."),
                },
            },
        },
        "$defs": {
            "object": {
                "type": "object",
                "required": ["profile", "kind", "name"],
                "properties": {
                    "profile": text("The profile."),
                    "kind": {"enum": kinds, "description": "The kind of object."},
                    "account": text("The account, if the vendor has several."),
                    "name": text("The name of the trunk, the number, or the code of the country."),
                    "id": text("The vendor's id, if the object exists."),
                },
            },
            "change": {
                "type": "object",
                "required": ["action", "operation", "profile", "vendor", "kind", "name"],
                "properties": {
                    "action": {"enum": actions, "description": "What is to be done."},
                    "operation": text("The operation, as in trunk.create."),
                    "profile": text("The profile."),
                    "vendor": text("The vendor."),
                    "kind": {"enum": kinds, "description": "The kind of object."},
                    "account": text("The account, if the vendor has several."),
                    "name": text("The name of the trunk, the number, or the code of the country."),
                    "id": text("The vendor's id, if the object exists."),
                    "diff": list("The fields that differ.", json!({
                        "type": "object",
                        "required": ["field", "after"],
                        "properties": {
                            "field": text("The field."),
                            "before": {"description": "The present value; null if it is not known or not set."},
                            "after": {"description": "The value afterwards."},
                        },
                    })),
                    "notes": list("What else to know.", text("A note.")),
                    "error": {"$ref": "#/$defs/error"},
                    "place": text("The position in the manifest: file, line and column."),
                },
            },
            "profile": {
                "type": "object",
                "required": ["profile", "outcome", "changes", "unchanged"],
                "properties": {
                    "profile": text("The profile."),
                    "outcome": {"enum": ["planned", "failed"], "description": "Whether it could be read."},
                    "changes": count("The number of changes."),
                    "unchanged": count("Objects that are as described."),
                    "notes": list("What else to know.", text("A note.")),
                    "error": {"$ref": "#/$defs/error"},
                },
            },
            "error": {
                "type": "object",
                "required": ["kind", "message", "exit_code"],
                "properties": {
                    "kind": {"enum": errors, "description": "The kind of the error."},
                    "message": text("What is wrong."),
                    "hint": text("What to do."),
                    "exit_code": {"type": "integer", "description": "The exit code of such an error."},
                },
            },
        },
    })
}
