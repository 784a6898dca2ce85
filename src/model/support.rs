//! What a vendor can do, as data: operation by operation, field by field.

use super::fields::Field;

super::open_enum::closed_words! {
    /// An operation of the command line.
    Operation(name): "operation" {
        /// `trunk create`
        TrunkCreate = "trunk.create",
        /// `trunk update`
        TrunkUpdate = "trunk.update",
        /// `trunk list`
        TrunkList = "trunk.list",
        /// `trunk get`
        TrunkGet = "trunk.get",
        /// `trunk delete`
        TrunkDelete = "trunk.delete",
        /// `internal-numbers add`
        NumbersAdd = "internal_numbers.add",
        /// `internal-numbers list`
        NumbersList = "internal_numbers.list",
        /// `internal-numbers update`
        NumbersUpdate = "internal_numbers.update",
        /// `internal-numbers remove`
        NumbersRemove = "internal_numbers.remove",
        /// `sip-settings assign`
        SettingsAssign = "sip_settings.assign",
        /// `sip-settings show`
        SettingsRead = "sip_settings.read",
        /// `callout-countries add`
        CountriesAdd = "callout_countries.add",
        /// `callout-countries list`
        CountriesList = "callout_countries.list",
        /// `callout-countries remove`
        CountriesRemove = "callout_countries.remove",
        /// `numbers list`
        MasterNumbersList = "numbers.list",
        /// `numbers assign`
        MasterNumbersAssign = "numbers.assign",
        /// `numbers clear`
        MasterNumbersClear = "numbers.clear",
        /// `lookup itsps`
        FindItsp = "lookup.itsps",
        /// `lookup extensions`
        FindExtension = "lookup.extensions",
        /// `lookup extension-groups`
        FindExtensionGroup = "lookup.extension_groups",
        /// `lookup agent-groups`
        FindAgentGroup = "lookup.agent_groups",
        /// `profile check`
        ProfileCheck = "profile.check",
        /// `profile logout`
        ProfileLogout = "profile.logout",
    }
}

/// How a vendor supports an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// The vendor's API has it.
    Native,
    /// Built from other calls of the API; says how.
    Emulated(&'static str),
    /// The vendor has no such thing.
    Unsupported {
        /// Why.
        why: &'static str,
        /// What to do in its place.
        instead: &'static str,
    },
    /// It may exist, but is not documented well enough to be called; with what is missing.
    Unknown(&'static str),
}

impl Support {
    /// The word in tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Emulated(_) => "emulated",
            Self::Unsupported { .. } => "unsupported",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Whether it can be used.
    pub fn is_there(self) -> bool {
        matches!(self, Self::Native | Self::Emulated(_))
    }

    /// The reason, if there is one.
    pub fn reason(self) -> Option<String> {
        match self {
            Self::Native => None,
            Self::Emulated(text) | Self::Unknown(text) => Some(text.into()),
            Self::Unsupported { why, instead } => Some(format!("{why} {instead}")),
        }
    }
}

/// The row of an operation that the vendor's API has.
pub(crate) const fn native(operation: Operation) -> (Operation, Support) {
    (operation, Support::Native)
}

/// The row of an operation that is built from other calls, and how.
pub(crate) const fn emulated(operation: Operation, how: &'static str) -> (Operation, Support) {
    (operation, Support::Emulated(how))
}

/// The row of an operation that the vendor does not have, why, and what to do in its place.
pub(crate) const fn none(
    operation: Operation,
    why: &'static str,
    instead: &'static str,
) -> (Operation, Support) {
    (operation, Support::Unsupported { why, instead })
}

/// Whether a vendor's request takes a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Required by the vendor.
    Required,
    /// The vendor takes it.
    Optional,
    /// The vendor's request has no place for it; says why.
    Refused(&'static str),
}

impl Need {
    /// The word in tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Refused(_) => "refused",
        }
    }
}

/// One field of one shape of a vendor's trunk, on create and on update.
#[derive(Debug, Clone, Copy)]
pub struct FieldFact {
    /// The field of the common model.
    pub field: Field,
    /// The vendor's key on create, dotted if it is nested; empty if it has no single key.
    pub wire: &'static str,
    /// On create.
    pub create: Need,
    /// On update.
    pub update: Need,
    /// The accepted values, if they are a closed set.
    pub values: &'static [&'static str],
    /// The most characters accepted.
    pub limit: Option<usize>,
}

/// A field with any value.
pub(crate) const fn fact(field: Field, wire: &'static str, create: Need, update: Need) -> FieldFact {
    FieldFact { field, wire, create, update, values: &[], limit: None }
}

impl FieldFact {
    pub(crate) const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    pub(crate) const fn at_most(mut self, characters: usize) -> Self {
        self.limit = Some(characters);
        self
    }

    /// Whether an update takes the field.
    pub fn is_updated(&self) -> bool {
        !matches!(self.update, Need::Refused(_))
    }

    /// Whether a create or an update takes the field.
    pub fn is_taken(&self) -> bool {
        self.is_updated() || !matches!(self.create, Need::Refused(_))
    }
}

/// One shape of a vendor's trunk: what decides which fields its requests take.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The word of `kind` or `direction` that selects it.
    pub name: &'static str,
    /// Its fields. A field that is not listed is refused.
    pub fields: &'static [FieldFact],
}

impl Shape {
    /// What the shape says of a field.
    pub fn fact(&self, field: Field) -> Option<&'static FieldFact> {
        self.fields.iter().find(|fact| fact.field == field)
    }
}
