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
    /// Not begun.
    Skipped,
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
            Self::Skipped => "skipped",
        }
    }
}

/// Every outcome, in the order of summaries.
pub const OUTCOMES: [Outcome; 8] = [
    Outcome::Created,
    Outcome::Updated,
    Outcome::Unchanged,
    Outcome::Assigned,
    Outcome::Deleted,
    Outcome::Failed,
    Outcome::Unknown,
    Outcome::Skipped,
];

/// How many changes ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally([u64; OUTCOMES.len()]);

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, outcome: Outcome) {
        let counted = OUTCOMES.iter().zip(&mut self.0).find(|(known, _)| **known == outcome);
        if let Some((_, count)) = counted {
            *count += 1;
        }
    }

    /// How many ended so.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.all().find(|(known, _)| *known == outcome).map_or(0, |(_, count)| count)
    }

    /// Every outcome with its count.
    pub fn all(&self) -> impl Iterator<Item = (Outcome, u64)> {
        OUTCOMES.into_iter().zip(self.0)
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

/// The changes of a bulk write, and how many ended how. A list that was shown as it grew is empty.
#[derive(Debug, Default)]
pub struct Changes {
    /// The changes.
    pub list: Vec<Change>,
    /// All that were made, also those that are not in the list any more.
    pub tally: Tally,
}

impl From<Vec<Change>> for Changes {
    fn from(list: Vec<Change>) -> Self {
        let mut tally = Tally::default();
        list.iter().for_each(|change| tally.count(change.outcome));
        Self { list, tally }
    }
}
