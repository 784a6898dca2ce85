//! What is to be done so that there is what a manifest wants.

use serde::Serialize;

use super::change::FieldChange;
use super::error::Error;
use super::support::Operation;

/// What may be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prune {
    /// What an apply of this manifest, on this machine, created
    Created,
    /// Everything of the kinds and accounts that the manifest speaks of
    All,
}

/// What is to be done with one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is not there.
    Create,
    /// It is there with other fields.
    Update,
    /// It is there and is not wanted.
    Delete,
    /// What is wanted of it cannot be done.
    Impossible,
}

impl Action {
    /// All of them, in the order of summaries.
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::Impossible];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Impossible => "impossible",
        }
    }
}

/// One object that is not as it is wanted.
#[derive(Debug, Serialize)]
pub struct Step {
    /// What is to be done.
    pub action: Action,
    /// The operation that does it.
    pub operation: Operation,
    /// The profile.
    pub profile: String,
    /// The vendor.
    pub vendor: &'static str,
    /// The account acted on, where the vendor has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What kind of object it is.
    pub kind: &'static str,
    /// The vendor's id, where the object is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people call it.
    pub name: String,
    /// The fields that will differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diff: Vec<FieldChange>,
    /// What else is to be known of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why it cannot be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// Where the manifest wants it, as file, line and column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// What is to be done on one profile, in the order in which it will be.
#[derive(Debug)]
pub struct Part {
    /// The profile.
    pub profile: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// How many objects are as they are wanted.
    pub unchanged: u64,
    /// How many objects there are, of those kinds that the manifest speaks of.
    pub held: u64,
    /// How many values could not be compared.
    pub uncompared: u64,
    /// What else is to be known.
    pub notes: Vec<String>,
    /// Why it could not be read; then there are no steps.
    pub failed: Option<Error>,
}

/// What is to be done on all profiles, in the order in which the manifest names them.
#[derive(Debug, Default)]
pub struct Plan {
    /// One part a profile.
    pub parts: Vec<Part>,
}

/// How much there is to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Objects to create.
    pub create: u64,
    /// Objects to change.
    pub update: u64,
    /// Objects to delete.
    pub delete: u64,
    /// Objects of which something is wanted that cannot be done.
    pub impossible: u64,
    /// Objects that are as they are wanted.
    pub unchanged: u64,
    /// Values that could not be compared.
    pub uncompared: u64,
    /// Profiles that could not be read.
    pub failed: u64,
}

impl Step {
    /// Whether an assignment of settings deletes something besides: what `SipSettings::deletes` puts into words.
    pub fn takes_away(&self) -> bool {
        let off = |change: &FieldChange| change.after == false && change.field == "enable";
        self.operation == Operation::SettingsAssign
            && self.diff.iter().any(|change| off(change) || change.after == "remove")
    }
}

impl Part {
    /// Visits every text of it that somebody else chose.
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut String)) {
        visit(&mut self.profile);
        self.notes.iter_mut().for_each(&mut *visit);
        self.failed.iter_mut().for_each(|error| error.visit_texts(visit));
        for step in &mut self.steps {
            visit(&mut step.profile);
            visit(&mut step.name);
            let more = [&mut step.account, &mut step.id, &mut step.place];
            more.into_iter().flatten().chain(&mut step.notes).for_each(&mut *visit);
            step.diff.iter_mut().for_each(|change| change.visit_texts(visit));
            step.error.iter_mut().for_each(|error| error.visit_texts(visit));
        }
    }

    /// A part that could not be read.
    pub fn failed(profile: &str, error: Error) -> Self {
        Self { failed: Some(error), ..Self::new(profile) }
    }

    /// A part of which nothing is known yet.
    pub fn new(profile: &str) -> Self {
        Self {
            profile: profile.to_owned(),
            steps: Vec::new(),
            unchanged: 0,
            held: 0,
            uncompared: 0,
            notes: Vec::new(),
            failed: None,
        }
    }
}

impl Plan {
    /// Visits every text of it that somebody else chose.
    pub fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut String)) {
        self.parts.iter_mut().for_each(|part| part.visit_texts(visit));
    }

    /// Every step.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.parts.iter().flat_map(|part| &part.steps)
    }

    /// How much there is to do.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for step in self.steps() {
            *match step.action {
                Action::Create => &mut summary.create,
                Action::Update => &mut summary.update,
                Action::Delete => &mut summary.delete,
                Action::Impossible => &mut summary.impossible,
            } += 1;
        }
        for part in &self.parts {
            summary.unchanged += part.unchanged;
            summary.uncompared += part.uncompared;
            summary.failed += u64::from(part.failed.is_some());
        }
        summary
    }
}

impl Summary {
    /// How many writes there are to make.
    pub fn writes(&self) -> u64 {
        self.create + self.update + self.delete
    }

    /// Whether something of what is wanted will not be there.
    pub fn falls_short(&self) -> bool {
        self.impossible > 0 || self.failed > 0
    }
}
