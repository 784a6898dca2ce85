//! What a write did.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::error::{Error, Kind};
use super::support::Operation;
use super::text::{shell_word, visit_texts};

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
    /// All of them, in the order of summaries.
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Updated,
        Self::Unchanged,
        Self::Assigned,
        Self::Deleted,
        Self::Failed,
        Self::Unknown,
        Self::Skipped,
    ];

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

/// How many changes ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally([u64; Outcome::ALL.len()]);

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, outcome: Outcome) {
        self.add(outcome, 1);
    }

    /// Counts several more.
    pub fn add(&mut self, outcome: Outcome, more: u64) {
        let counted = Outcome::ALL.iter().zip(&mut self.0).find(|(known, _)| **known == outcome);
        if let Some((_, count)) = counted {
            *count += more;
        }
    }

    /// How many ended so.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.all().find(|(known, _)| *known == outcome).map_or(0, |(_, count)| count)
    }

    /// Every outcome with its count.
    pub fn all(&self) -> impl Iterator<Item = (Outcome, u64)> {
        Outcome::ALL.into_iter().zip(self.0)
    }
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// The field's neutral name.
    pub field: String,
    /// The value before; null if it was not set.
    pub before: Value,
    /// As it is now.
    pub after: Value,
}

impl FieldChange {
    /// Visits every text of its values.
    pub fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut String)) {
        visit_texts(&mut self.before, visit);
        visit_texts(&mut self.after, visit);
    }
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
    /// The account, if the vendor has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What kind of object it is.
    pub kind: &'static str,
    /// The vendor's id, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people call the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The changed fields, if they were compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diff: Vec<FieldChange>,
    /// What else is to be known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

impl Change {
    /// A change of an object that is not named yet.
    pub fn new(
        operation: Operation,
        outcome: Outcome,
        profile: &str,
        vendor: &'static str,
        kind: &'static str,
    ) -> Self {
        Self {
            operation,
            outcome,
            profile: profile.to_owned(),
            vendor,
            account: None,
            kind,
            id: None,
            name: None,
            diff: Vec::new(),
            note: None,
            error: None,
        }
    }

    /// The change, ended by an error.
    pub fn failed(self, error: Error) -> Self {
        let is_unknown = error.kind == Kind::OutcomeUnknown;
        let outcome = if is_unknown { Outcome::Unknown } else { Outcome::Failed };
        Self { outcome, error: Some(error), ..self }
    }

    /// Visits every text that comes from a vendor or from the input.
    pub fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut String)) {
        visit(&mut self.profile);
        let more = [&mut self.account, &mut self.id, &mut self.name, &mut self.note];
        more.into_iter().flatten().for_each(&mut *visit);
        self.diff.iter_mut().for_each(|change| change.visit_texts(visit));
        self.error.iter_mut().for_each(|error| error.visit_texts(visit));
    }
}

/// The changes of a bulk write, and how many ended how. A list that was shown as it grew is empty.
#[derive(Debug, Default)]
pub struct Changes {
    /// The changes.
    pub list: Vec<Change>,
    /// All that were made, also those that are not in the list any more.
    pub tally: Tally,
    /// Whether something ended the command before every item was tried.
    pub cut_short: bool,
}

impl From<Vec<Change>> for Changes {
    fn from(list: Vec<Change>) -> Self {
        let mut tally = Tally::default();
        list.iter().for_each(|change| tally.count(change.outcome));
        Self { list, tally, cut_short: false }
    }
}

/// The errors of objects by name: each message once, with the first name and the number of the others.
pub fn by_message<'e>(
    errors: impl Iterator<Item = (&'e str, &'e Error)>,
) -> impl Iterator<Item = (String, &'e Error)> {
    let (mut groups, mut known) = (Vec::<(&str, usize, &Error)>::new(), HashMap::new());
    for (name, error) in errors {
        let at = *known.entry(error.message.as_str()).or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, others, _)) => *others += 1,
            None => groups.push((name, 0, error)),
        }
    }
    groups.into_iter().map(|(name, others, error)| match others {
        0 => (name.to_owned(), error),
        _ => (format!("{name} and {others} more"), error),
    })
}

/// The outcomes of a successful write; empty for an operation that is not a write.
pub fn successes(operation: Operation) -> &'static [Outcome] {
    match operation {
        // A master's trunk is assigned to an account.
        Operation::TrunkCreate => &[Outcome::Created, Outcome::Assigned],
        Operation::NumbersAdd | Operation::CountriesAdd => &[Outcome::Created],
        Operation::TrunkUpdate | Operation::NumbersUpdate => &[Outcome::Updated],
        Operation::TrunkDelete
        | Operation::NumbersRemove
        | Operation::CountriesRemove
        | Operation::MasterNumbersClear => &[Outcome::Deleted],
        Operation::SettingsAssign | Operation::MasterNumbersAssign => &[Outcome::Assigned],
        _ => &[],
    }
}

/// The command that shows whether a write was applied; none if no command can.
pub fn telling(
    operation: Operation,
    profile: &str,
    account: Option<&str>,
    id: Option<&str>,
    name: Option<&str>,
) -> Option<String> {
    let known = |word: Option<&str>| word.filter(|word| !word.is_empty()).map(shell_word);
    let question = match operation {
        Operation::TrunkCreate | Operation::TrunkUpdate | Operation::TrunkDelete => {
            match (known(id), known(name)) {
                (Some(id), _) => format!("trunk get id:{id}"),
                (None, Some(name)) => format!("trunk get name:{name}"),
                (None, None) => "trunk list".into(),
            }
        }
        Operation::NumbersAdd
        | Operation::NumbersUpdate
        | Operation::NumbersRemove
        | Operation::MasterNumbersClear => "internal-numbers list".into(),
        Operation::CountriesAdd | Operation::CountriesRemove => "callout-countries list".into(),
        Operation::SettingsAssign => "sip-settings show".into(),
        // The numbers given to an account cannot be read; the others change nothing.
        _ => return None,
    };
    let account = known(account).map(|account| format!(" --account {account}")).unwrap_or_default();
    Some(format!("trunkctl -p {} {question}{account}", shell_word(profile)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suggested_command_is_quoted_for_a_shell() {
        let command = |operation, account, id, name| telling(operation, "lab", account, id, name);
        let create = command(Operation::TrunkCreate, None, None, Some("it's main"));
        assert_eq!(create.as_deref(), Some(r"trunkctl -p lab trunk get name:'it'\''s main'"));
        let delete = command(Operation::TrunkDelete, Some("sub-1"), Some("28"), Some("a"));
        assert_eq!(delete.as_deref(), Some("trunkctl -p lab trunk get id:28 --account sub-1"));
        let assign = command(Operation::TrunkCreate, Some("sub-1"), None, None);
        assert_eq!(assign.as_deref(), Some("trunkctl -p lab trunk list --account sub-1"));
        let add = command(Operation::NumbersAdd, Some("me"), None, Some("+16466661110"));
        assert_eq!(add.as_deref(), Some("trunkctl -p lab internal-numbers list --account me"));
        let settings = command(Operation::SettingsAssign, Some("sub-1"), None, None);
        assert_eq!(settings.as_deref(), Some("trunkctl -p lab sip-settings show --account sub-1"));
        assert_eq!(command(Operation::MasterNumbersAssign, Some("me"), None, None), None);
    }
}
