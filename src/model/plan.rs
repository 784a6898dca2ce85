//! Desired objects, and the planned changes that make the actual objects equal them.

use serde::{Deserialize, Serialize};

use super::change::FieldChange;
use super::error::Error;
use super::fields::Field;
use super::number::InternalNumber;
use super::settings::SipSettings;
use super::support::Operation;
use super::trunk::{ActualTrunk, Trunk};

super::open_enum::closed_words! {
    /// A kind of object that a manifest describes.
    ResourceKind(word): "kind" {
        /// A trunk.
        Trunk = "trunk",
        /// The SIP settings of an account.
        SipSettings = "sip_settings",
        /// An internal number.
        InternalNumber = "internal_number",
        /// A call-out country.
        CalloutCountry = "callout_country",
    }
}

impl ResourceKind {
    /// All of them, in the order of manifests.
    pub const SECTIONS: [Self; 4] =
        [Self::Trunk, Self::InternalNumber, Self::SipSettings, Self::CalloutCountry];

    /// The key of its entries in a manifest.
    pub const fn section(self) -> &'static str {
        match self {
            Self::Trunk => "trunk",
            Self::SipSettings => "sip_settings",
            Self::InternalNumber => "internal_numbers",
            Self::CalloutCountry => "callout_countries",
        }
    }

    /// The operation that creates one.
    pub fn create(self) -> Operation {
        match self {
            Self::Trunk => Operation::TrunkCreate,
            Self::SipSettings => Operation::SettingsAssign,
            Self::InternalNumber => Operation::NumbersAdd,
            Self::CalloutCountry => Operation::CountriesAdd,
        }
    }

    /// The operation that deletes one. Settings cannot be deleted.
    pub fn delete(self) -> Option<Operation> {
        match self {
            Self::Trunk => Some(Operation::TrunkDelete),
            Self::SipSettings => None,
            Self::InternalNumber => Some(Operation::NumbersRemove),
            Self::CalloutCountry => Some(Operation::CountriesRemove),
        }
    }
}

/// What identifies an object on a profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Its kind.
    pub kind: ResourceKind,
    /// Its account, if the vendor has several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
    /// The trunk's name, or the id of an assigned one; the number; the country's code; `settings`.
    pub name: String,
}

impl Key {
    /// As one text, for digests.
    pub fn text(&self) -> String {
        format!("{}|{}|{}", self.kind.word(), self.account.as_deref().unwrap_or_default(), self.name)
    }

    /// For messages.
    pub fn shown(&self) -> String {
        let account =
            self.account.as_ref().map(|account| format!(" of account {account}")).unwrap_or_default();
        match self.kind {
            ResourceKind::Trunk => format!("trunk `{}`{account}", self.name),
            ResourceKind::SipSettings => format!("the SIP settings{account}"),
            ResourceKind::InternalNumber => format!("number {}{account}", self.name),
            ResourceKind::CalloutCountry => format!("call-out country {}{account}", self.name),
        }
    }
}

/// What an object should be.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum What {
    /// A trunk. Its password is a reference until it is resolved.
    Trunk(Box<Trunk>),
    /// An internal number.
    InternalNumber(InternalNumber),
    /// Settings of the account.
    SipSettings(SipSettings),
    /// A call-out country, by its two-letter code.
    CalloutCountry(String),
}

/// One desired object on one profile.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Desired {
    /// What it should be.
    pub what: What,
    /// The account, if the vendor has several.
    pub account: Option<String>,
    /// Where the manifest describes it: file, line and column.
    pub position: String,
    /// How it is compared and changed.
    #[serde(flatten)]
    pub options: Options,
}

super::open_enum::closed_words! {
    /// Whether an object should exist.
    State(word): "state" {
        /// It should.
        Present = "present",
        /// It should not.
        Absent = "absent",
    }
}

/// How an object is compared and changed, as an entry of a manifest says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// Fields that are neither compared nor changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<Field>,
    /// Whether apply may never delete it.
    pub protect: bool,
    /// Whether it should exist; it should if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Whether it may be deleted and created again if the vendor cannot update it.
    pub replace: bool,
    /// The name that it had before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_name: Option<String>,
}

impl Options {
    /// Whether the object should not exist.
    pub fn is_absent(&self) -> bool {
        self.state == Some(State::Absent)
    }
}

impl Desired {
    /// An object that should exist. A new trunk without a domain has that of its host, so an empty domain asks for
    /// just that.
    pub fn new(mut what: What, account: Option<String>, position: String) -> Self {
        if let What::Trunk(trunk) = &mut what
            && trunk.domain.as_ref().is_some_and(String::is_empty)
        {
            trunk.domain.clone_from(&trunk.host);
        }
        Self { what, account, position, options: Options::default() }
    }

    /// What identifies it.
    pub fn key(&self) -> Key {
        let (kind, name) = match &self.what {
            What::Trunk(trunk) => (ResourceKind::Trunk, trunk.identity().to_owned()),
            What::InternalNumber(number) => (ResourceKind::InternalNumber, number.number.to_string()),
            What::SipSettings(_) => (ResourceKind::SipSettings, "settings".to_owned()),
            What::CalloutCountry(code) => (ResourceKind::CalloutCountry, code.clone()),
        };
        Key { kind, account: self.account.clone(), name }
    }

    /// The trunk, if it is one.
    pub fn trunk(&self) -> Option<&Trunk> {
        match &self.what {
            What::Trunk(trunk) => Some(trunk),
            _ => None,
        }
    }
}

super::open_enum::closed_words! {
    /// What is to be done with one object.
    Action(word): "action" {
        /// It does not exist.
        Create = "create",
        /// It exists with other fields.
        Update = "update",
        /// It exists and is not wanted.
        Delete = "delete",
        /// The change cannot be made.
        Impossible = "impossible",
    }
}

/// What a planned change writes.
#[derive(Debug, Default)]
pub enum Write {
    /// Nothing: the change cannot be made.
    #[default]
    Nothing,
    /// A new trunk.
    CreateTrunk(Box<Trunk>),
    /// Fields of a trunk.
    UpdateTrunk(Box<TrunkUpdate>),
    /// The deletion of a trunk.
    DeleteTrunk(Box<ActualTrunk>),
    /// Settings of an account.
    AssignSettings(SipSettings),
    /// A new number.
    AddNumber(InternalNumber),
    /// The removal of a number, by its id if the vendor returned it.
    RemoveNumber(Option<String>),
    /// A new country.
    AddCountry,
    /// The removal of a country.
    RemoveCountry,
}

/// An update of a trunk.
#[derive(Debug)]
pub struct TrunkUpdate {
    /// The trunk as it was read.
    pub actual: ActualTrunk,
    /// The fields to set.
    pub set: Trunk,
    /// The whole desired trunk.
    pub wanted: Trunk,
}

/// A change of one object: from the planner to output, saved plan and execution.
#[derive(Debug, Serialize)]
pub struct PlannedChange {
    /// What is to be done.
    pub action: Action,
    /// The operation that does it.
    pub operation: Operation,
    /// The profile.
    pub profile: String,
    /// The vendor.
    pub vendor: &'static str,
    /// The object.
    #[serde(flatten)]
    pub key: Key,
    /// The vendor's id, if the object exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The fields that will differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diff: Vec<FieldChange>,
    /// What else is to be known of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why it cannot be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// Where the manifest describes the object, as file, line and column.
    #[serde(rename = "place", skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// What it writes.
    #[serde(skip)]
    pub write: Write,
}

impl PlannedChange {
    /// Whether an assignment of settings also deletes something: see `SipSettings::deletes`.
    pub fn deletes_data(&self) -> bool {
        let off = |change: &FieldChange| change.after == false && change.field == "enable";
        self.operation == Operation::SettingsAssign
            && self.diff.iter().any(|change| off(change) || change.after == "remove")
    }

    /// Whether all that it does is to send values that cannot be compared.
    pub fn only_sends_unseen(&self) -> bool {
        self.action == Action::Update
            && self
                .diff
                .iter()
                .all(|change| change.before.is_null() && change.field == Field::Password.name())
    }
}

/// An object that the manifest owns and does not want.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unwanted {
    /// The profile.
    pub profile: String,
    /// The object.
    #[serde(flatten)]
    pub key: Key,
    /// The vendor's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// The planned changes of one profile, in the order in which they are made.
#[derive(Debug, Default)]
pub struct ProfilePlan {
    /// The profile.
    pub profile: String,
    /// The changes.
    pub changes: Vec<PlannedChange>,
    /// Objects that are owned and not wanted, and stay because `--prune` was not given.
    pub unwanted: Vec<Unwanted>,
    /// The number of objects that are as desired.
    pub unchanged: u64,
    /// The number of objects that exist, of the kinds that the manifest describes.
    pub existing: u64,
    /// The number of values that could not be compared.
    pub uncompared: u64,
    /// What else is to be known.
    pub notes: Vec<String>,
    /// Passwords that could not be resolved.
    pub missing: Vec<Error>,
    /// Why the profile could not be read; then there are no changes.
    pub failed: Option<Error>,
    /// The desired objects, with passwords resolved; what is owned; and what other profiles of the account
    /// want. All three only if the plan is saved.
    pub desired: Vec<Desired>,
    /// See `desired`.
    pub owned: Vec<Owned>,
    /// See `desired`.
    pub spared: Vec<Key>,
    /// The id of the only desired object, if it is an existing trunk.
    pub only: Option<String>,
    /// A digest of the account or device that the profile belongs to.
    pub account_digest: String,
}

/// The planned changes of all profiles, in the order in which the manifest names them.
#[derive(Debug, Default)]
pub struct Plan {
    /// The profiles.
    pub profiles: Vec<ProfilePlan>,
    /// What `apply` would refuse, and why.
    pub refusals: Vec<String>,
}

/// The number of planned changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Objects to create.
    pub create: u64,
    /// Objects to change.
    pub update: u64,
    /// Objects to delete.
    pub delete: u64,
    /// Changes that cannot be made.
    pub impossible: u64,
    /// Objects that are as desired.
    pub unchanged: u64,
    /// Objects that are owned and not wanted, and stay.
    pub unwanted: u64,
    /// Values that could not be compared.
    pub uncompared: u64,
    /// Profiles that could not be read.
    pub failed: u64,
}

impl ProfilePlan {
    /// A profile that was not planned yet.
    pub fn new(profile: &str) -> Self {
        Self { profile: profile.to_owned(), ..Self::default() }
    }

    /// A profile that could not be read.
    pub fn failed(profile: &str, error: Error) -> Self {
        Self { failed: Some(error), ..Self::new(profile) }
    }

    /// Visits every text that comes from a vendor or from the input.
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut String)) {
        visit(&mut self.profile);
        self.notes.iter_mut().for_each(&mut *visit);
        self.failed.iter_mut().for_each(|error| error.visit_texts(visit));
        for unwanted in &mut self.unwanted {
            visit(&mut unwanted.profile);
            visit(&mut unwanted.key.name);
            [&mut unwanted.key.account, &mut unwanted.id].into_iter().flatten().for_each(&mut *visit);
        }
        for change in &mut self.changes {
            visit(&mut change.profile);
            visit(&mut change.key.name);
            let more = [&mut change.key.account, &mut change.id, &mut change.position];
            more.into_iter().flatten().chain(&mut change.notes).for_each(&mut *visit);
            change.diff.iter_mut().for_each(|change| change.visit_texts(visit));
            change.error.iter_mut().for_each(|error| error.visit_texts(visit));
        }
    }
}

impl Plan {
    /// Visits every text that comes from a vendor or from the input.
    pub fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut String)) {
        self.profiles.iter_mut().for_each(|profile| profile.visit_texts(visit));
        self.refusals.iter_mut().for_each(visit);
    }

    /// Every change.
    pub fn changes(&self) -> impl Iterator<Item = &PlannedChange> {
        self.profiles.iter().flat_map(|profile| &profile.changes)
    }

    /// The number of changes.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for change in self.changes() {
            *match change.action {
                Action::Create => &mut summary.create,
                Action::Update => &mut summary.update,
                Action::Delete => &mut summary.delete,
                Action::Impossible => &mut summary.impossible,
            } += 1;
        }
        for profile in &self.profiles {
            summary.unchanged += profile.unchanged;
            summary.unwanted += profile.unwanted.len() as u64;
            summary.uncompared += profile.uncompared;
            summary.failed += u64::from(profile.failed.is_some());
        }
        summary
    }
}

impl Summary {
    /// The number of writes.
    pub fn writes(&self) -> u64 {
        self.create + self.update + self.delete
    }

    /// Whether apply leaves something undone.
    pub fn is_incomplete(&self) -> bool {
        self.impossible > 0 || self.failed > 0
    }
}

/// What a manifest owns on a profile: objects of one kind whose names a pattern covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owned {
    /// The kind.
    pub kind: ResourceKind,
    /// The account, if the vendor has several.
    pub account: Option<String>,
    /// The names.
    pub names: super::pattern::Patterns,
}
