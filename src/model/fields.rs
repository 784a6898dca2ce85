//! The fields of a trunk: one row each, from which flags, files, help, schema, checks and documentation follow.
//!
//! A new field is a row here, a member of [`Trunk`], and its place in the vendors' tables and requests.

use std::str::FromStr;

use serde_json::{Map, Value, to_value};

use super::open_enum::{complain, serde_word};
use super::trunk::{
    AgentGroup, CallerId, CallerIdOverride, Did, Direction, Kind, OutboundProxy, Transport, Trunk,
};
use crate::model::secret::{MASK, Secret};

/// What a field's value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Free text.
    Text,
    /// An id of the vendor's, which files may give as a number.
    Id,
    /// One of these words.
    Word(&'static [&'static str]),
    /// True or false, with a flag for either.
    Switch,
    /// A port, 1 to 65535.
    Port,
    /// A reference to a secret.
    Secret,
    /// Words in order of preference, separated by commas.
    Codecs,
    /// A host with an optional port, or none.
    Proxy,
    /// A number and a name.
    CallerId,
    /// Caller IDs for particular extensions; too much for a flag.
    CallerIdOverrides,
    /// Numbers with optional names.
    Dids,
    /// Groups by id or name, with optional numbers.
    AgentGroups,
    /// Raw keys of the vendor's request.
    Raw,
}

impl Form {
    /// The keys of a value, or of the elements of a list, in JSON; `*` for any. A plain value has none.
    pub const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::CallerId | Self::Dids => &["number", "name"],
            Self::CallerIdOverrides => &["option", "number", "name", "extension_range", "extensions.*"],
            Self::AgentGroups => &["id", "name", "number"],
            Self::Raw => &["*"],
            _ => &[],
        }
    }
}

/// A flag that sets a field, or a part of it.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// Its name, without the dashes.
    pub name: &'static str,
    /// The placeholder of its value in help; none if it takes no value.
    pub value: Option<&'static str>,
    /// What it does.
    pub help: &'static str,
}

/// What is known of a field.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The name in files, in JSON and in messages.
    pub name: &'static str,
    /// What its value looks like.
    pub form: Form,
    /// The flags that set it.
    pub flags: &'static [Flag],
    /// What it means.
    pub meaning: &'static str,
}

const fn flag(name: &'static str, value: &'static str, help: &'static str) -> Flag {
    Flag { name, value: Some(value), help }
}

const fn switch(name: &'static str, help: &'static str) -> Flag {
    Flag { name, value: None, help }
}

/// Declares the fields, and what of a trunk is done to each of its members alike.
macro_rules! fields {
    ($($field:ident $member:ident: $form:expr, [$($flag:expr),*], $meaning:literal;)*) => {
        /// A field of the common trunk model.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Field {
            $(#[doc = $meaning] $field,)*
        }

        impl Field {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$field),*];

            /// What is known of it.
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$field => Row {
                        name: stringify!($member),
                        form: $form,
                        flags: const { &[$($flag),*] },
                        meaning: $meaning,
                    },)*
                }
            }
        }

        impl Trunk {
            /// Whether the field was given.
            pub fn has(&self, field: Field) -> bool {
                match field {
                    $(Field::$field => self.$member != Default::default(),)*
                }
            }

            /// Takes a field away, as if it had not been given.
            pub fn clear(&mut self, field: Field) {
                match field {
                    $(Field::$field => self.$member = Default::default(),)*
                }
            }

            /// Whether both have the same value in a field.
            pub fn equals(&self, field: Field, other: &Self) -> bool {
                match field {
                    $(Field::$field => self.$member == other.$member,)*
                }
            }

            /// Copies a field of another trunk.
            fn copy(&mut self, field: Field, from: &Self) {
                match field {
                    $(Field::$field => self.$member.clone_from(&from.$member),)*
                }
            }

            /// A field that is one free text.
            pub fn text(&self, field: Field) -> Option<&String> {
                match field {
                    $(Field::$field => self.$member.text(),)*
                }
            }

            /// Sets a field that is a free text. Other fields stay unchanged.
            pub fn set_text(&mut self, field: Field, text: &str) {
                match field {
                    $(Field::$field => self.$member.set_text(text),)*
                }
            }
        }
    };
}

fields! {
    Name name: Form::Text, [flag("name", "NAME", "The trunk's name")],
        "The trunk's name, unique at the vendor.";
    Kind kind: Form::Word(Kind::WORDS), [flag("kind", "KIND", "The kind")],
        "register: the trunk registers with the provider; peer: IP to IP, without registration; account: the other \
         side registers with the trunk; assigned: a trunk of a master account assigned to a sub account.";
    Direction direction: Form::Word(Direction::WORDS), [flag("direction", "DIRECTION", "The direction")],
        "The direction of calls.";
    Enabled enabled: Form::Switch, [
        switch("enable", "Enable the trunk"),
        switch("disable", "Disable the trunk")
    ], "Whether the trunk is enabled.";
    Host host: Form::Text, [flag("host", "HOST", "The provider's SIP host or address")],
        "The provider's SIP address.";
    Port port: Form::Port, [flag("port", "PORT", "The provider's SIP port")],
        "The provider's SIP port, usually 5060.";
    Domain domain: Form::Text, [flag("domain", "DOMAIN", "The SIP domain; defaults to the host on create")],
        "The SIP domain; defaults to the host.";
    Transport transport: Form::Word(Transport::WORDS), [flag("transport", "TRANSPORT", "The SIP transport")],
        "The SIP transport.";
    Username username: Form::Text, [flag("username", "USERNAME", "The SIP user name")],
        "The SIP user name.";
    AuthName auth_name: Form::Text, [flag("auth-name", "AUTH_NAME", "The SIP authentication name")],
        "The SIP authentication name.";
    Password password: Form::Secret, [flag(
        "password-from", "REF",
        "A secret reference, for example env:NAME"
    )], "A reference to the SIP password.";
    Codecs codecs: Form::Codecs, [flag("codecs", "CODECS", "Codecs in order of preference: ulaw,alaw")],
        "Codecs in order of preference.";
    Country country: Form::Text, [flag(
        "country", "COUNTRY", "The country of the provider's template; `general` for none"
    )], "The country of the provider's template; `general` for none.";
    Itsp itsp: Form::Text, [flag("itsp", "ITSP", "The provider's template")],
        "The provider's template.";
    OutboundProxy outbound_proxy: Form::Proxy, [
        flag("outbound-proxy", "HOST[:PORT]", "The outbound proxy"),
        switch("no-outbound-proxy", "Remove the outbound proxy")
    ], "The outbound proxy.";
    CallerId caller_id: Form::CallerId, [
        flag("caller-id", "NUMBER", "The default outbound caller ID"),
        flag("caller-id-name", "NAME", "The name of the default outbound caller ID")
    ], "The default outbound caller ID.";
    CallerIdOverrides caller_id_overrides: Form::CallerIdOverrides, [],
        "Caller IDs for particular extensions.";
    Dids dids: Form::Dids, [
        flag("did", "NUMBER", "A DID, or NUMBER=NAME; repeatable"),
        switch("no-dids", "Remove all DIDs")
    ],
        "The DIDs of the trunk.";
    Prefix prefix: Form::Text, [flag("prefix", "PREFIX", "The dial prefix")],
        "The dial prefix.";
    AgentGroups agent_groups: Form::AgentGroups, [flag(
        "agent-group", "GROUP",
        "An agent group, or GROUP=NUMBER; repeatable"
    )], "The agent groups of the trunk, by id or name.";
    AllowedIp allowed_ip: Form::Text, [flag("allowed-ip", "ADDRESS", "The address that the carrier calls from")],
        "The IP address that the carrier calls from.";
    Account account: Form::Text, [flag(
        "account", "ID|me", "The account to act on; defaults to the profile's `account`"
    )], "The account to act on.";
    MasterTrunk master_trunk: Form::Id, [flag("master-trunk", "ID", "The trunk of the master account to assign")],
        "The master account's trunk to assign.";
    Dnis dnis: Form::Text, [flag("dnis", "DNIS", "The dialled-number prefix of the assignment")],
        "The dialled-number prefix of the assignment.";
    VendorFields vendor_fields: Form::Raw, [flag(
        "vendor-field", "KEY=JSON",
        "Set a key of the vendor's request that has no flag; repeatable"
    )], "Keys of the vendor's request that have no common field, sent as they are.";
}

impl Field {
    /// The name in files, in JSON and in messages.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The field of that name; of a path into it, as in `dids[0].number`, the field itself.
    pub fn of(name: &str) -> Option<Self> {
        let head = name.split(['.', '[']).next().unwrap_or_default();
        Self::ALL.iter().copied().find(|field| field.name() == head)
    }

    /// How it is given: by its key in a file, or by its flag.
    pub fn ways(self) -> String {
        let flags = match (self.row().form, self.row().flags) {
            (_, []) => return format!("`{}` in a --from file", self.name()),
            // If there are two ways, each is one of them.
            (Form::Switch, [on, off, ..]) => format!("--{} or --{}", on.name, off.name),
            (_, [flag, ..]) => format!("--{}", flag.name),
        };
        format!("`{}` ({flags})", self.name())
    }
}

impl FromStr for Field {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|field| field.name() == name);
        let names: Vec<&str> = Self::ALL.iter().map(|field| field.name()).collect();
        found.ok_or_else(|| complain("field", name, &names))
    }
}

serde_word!(Field, name);

impl Trunk {
    /// The fields that were given, in the model's order.
    pub fn given(&self) -> impl Iterator<Item = Field> + '_ {
        Field::ALL.iter().copied().filter(|field| self.has(*field))
    }

    /// This trunk with nothing but these fields.
    #[must_use]
    pub fn only(&self, fields: &[Field]) -> Self {
        let mut part = Self::default();
        fields.iter().for_each(|field| part.copy(*field, self));
        part
    }

    /// This trunk, overridden by every given field of `over`.
    #[must_use]
    pub fn overlaid(mut self, over: &Self) -> Self {
        for field in over.given() {
            match field {
                // The halves of a caller ID have flags of their own.
                Field::CallerId => {
                    let over = over.caller_id.clone().unwrap_or_default();
                    let own = self.caller_id.get_or_insert_default();
                    own.number = over.number.or(own.number.take());
                    own.name = over.name.or(own.name.take());
                }
                Field::VendorFields => self.vendor_fields.extend(over.vendor_fields.clone()),
                field => self.copy(field, over),
            }
        }
        self
    }

    /// A field's value as JSON, with a secret masked; null if it was not given.
    pub fn value(&self, field: Field) -> Value {
        match field {
            Field::Password => self.password.as_ref().map_or(Value::Null, |_| Value::from(MASK)),
            // The field alone: a plan of many profiles compares millions of them.
            _ => match to_value(self.only(&[field])) {
                Ok(Value::Object(mut own)) => own.remove(field.name()).unwrap_or_default(),
                _ => Value::Null,
            },
        }
    }
}

/// A member of a trunk that may be one free text.
trait Member {
    fn text(&self) -> Option<&String> {
        None
    }

    fn set_text(&mut self, _: &str) {}
}

impl Member for Option<String> {
    fn text(&self) -> Option<&String> {
        self.as_ref()
    }

    fn set_text(&mut self, text: &str) {
        *self = Some(text.to_owned());
    }
}

macro_rules! no_text {
    ($($type:ty),* $(,)?) => { $(impl Member for $type {})* };
}

no_text!(
    Option<Kind>,
    Option<Direction>,
    Option<bool>,
    Option<u32>,
    Option<Transport>,
    Option<Secret>,
    Option<Vec<String>>,
    Option<OutboundProxy>,
    Option<CallerId>,
    Option<Vec<CallerIdOverride>>,
    Option<Vec<Did>>,
    Option<Vec<AgentGroup>>,
    Map<String, Value>,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_name_and_by_a_path_into_it() {
        for field in Field::ALL {
            assert_eq!(Field::of(field.name()), Some(*field));
            assert_eq!(Field::of(&format!("{}[0].x", field.name())), Some(*field));
        }
        assert_eq!((Field::of("names"), Field::of("")), (None, None));
    }

    #[test]
    fn text_fields_are_read_set_and_removed() {
        let mut trunk = Trunk::default();
        for field in Field::ALL {
            trunk.set_text(*field, field.name());
        }
        let texts: Vec<Field> = trunk.given().collect();
        assert_eq!(texts.len(), 12);
        for field in texts {
            assert!(matches!(field.row().form, Form::Text | Form::Id), "{}", field.name());
            assert_eq!(trunk.text(field).map(String::as_str), Some(field.name()));
            trunk.clear(field);
            assert!(!trunk.has(field), "{}", field.name());
        }
        assert_eq!(trunk, Trunk::default());
    }
}
