//! What a write did.

use serde::Serialize;
use serde_json::Value;

use super::error::Error;
use super::support::Operation;

/// How a write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The object was created.
    Created,
    /// The object was changed.
    Updated,
    /// Nothing had to be done.
    Unchanged,
    /// The object was deleted.
    Deleted,
    /// Given to an account.
    Assigned,
    /// Surely not done.
    Failed,
    /// Perhaps done.
    Unknown,
}

impl Outcome {
    /// The word in tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Assigned => "assigned",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// The field's neutral name.
    pub field: String,
    /// As it was; null where it was not set.
    pub before: Value,
    /// As it is now.
    pub after: Value,
}

/// A write of one object.
#[derive(Debug, Serialize)]
pub struct Change {
    /// The operation.
    pub operation: Operation,
    /// How it ended.
    pub outcome: Outcome,
    /// The profile used.
    pub profile: String,
    /// The vendor asked.
    pub vendor: &'static str,
    /// The account acted on, where the vendor has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What kind of object it is.
    pub kind: &'static str,
    /// The vendor's id, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people call the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What changed, where it was compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diff: Vec<FieldChange>,
    /// What else is to be known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}
