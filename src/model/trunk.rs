//! The common trunk model: the same names in flags, spec files and output.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::open_enum::words;
pub use super::proxy::OutboundProxy;
use super::secret::Secret;

words! {
    /// How a trunk and its far end find each other.
    Kind: "kind" {
        /// We register with the provider.
        Register = "register",
        /// IP to IP, no registration.
        Peer = "peer",
        /// The far end registers with us.
        Account = "account",
        /// A trunk of a master account given to a sub account.
        Assigned = "assigned",
    }
}

words! {
    /// Which way calls go.
    Direction: "direction" {
        /// Both ways.
        Both = "both",
        /// From us to the provider.
        Outbound = "outbound",
        /// From the provider to us.
        Inbound = "inbound",
    }
}

words! {
    /// How SIP messages travel.
    Transport: "transport" {
        /// UDP.
        Udp = "udp",
        /// TCP.
        Tcp = "tcp",
        /// TLS over TCP.
        Tls = "tls",
        /// Chosen by the provider's NAPTR records.
        DnsNaptr = "dnsnaptr",
    }
}

words! {
    /// What a trunk is doing.
    Status: "status" {
        /// Registered with the provider.
        Registered = "registered",
        /// The far end answers.
        Reachable = "reachable",
        /// The far end does not answer.
        Unreachable = "unreachable",
        /// Registration is under way.
        Registering = "registering",
        /// The provider refused the credentials.
        AuthFailed = "auth_failed",
        /// Registration failed.
        Failed = "failed",
        /// All channels are in use.
        Busy = "busy",
        /// Switched off.
        Disabled = "disabled",
        /// On, and not monitored.
        Unmonitored = "unmonitored",
        /// The vendor does not know.
        Unknown = "unknown",
    }
}

words! {
    /// How callers' extensions get their caller ID.
    OverrideOption: "option" {
        /// A range of caller IDs for a range of extensions, one to one.
        Range = "range",
        /// One caller ID for all listed extensions.
        Shared = "shared",
    }
}

words! {
    /// The kind of an extension entry.
    ExtensionType: "type" {
        /// One extension.
        Extension = "extension",
        /// A group of extensions.
        Group = "ext_group",
    }
}

/// A caller ID.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `number` or `name`")]
pub struct CallerId {
    /// The number shown to the called party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The name shown to the called party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A caller ID for particular extensions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `option` and `number`")]
pub struct CallerIdOverride {
    /// Range or shared.
    pub option: OverrideOption,
    /// The number, or `A-B` for a range.
    pub number: String,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `A-B`, as many extensions as numbers; needed for a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_range: Option<String>,
    /// The extensions that share the number; needed for shared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
}

/// An extension or a group of extensions, by id, number or name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `id`, `number` or `name`")]
pub struct Extension {
    /// The vendor's id. Looked up where only the number or the name is given.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::text::id")]
    pub id: Option<String>,
    /// The extension's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The extension's or the group's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Extension (the default) or group.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub what: Option<ExtensionType>,
}

/// A direct inward dialling number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `number`")]
pub struct Did {
    /// The number as the provider sends it.
    pub number: String,
    /// What to call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A group of agents that a trunk serves, by id or name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `id` or `name`")]
pub struct AgentGroup {
    /// The vendor's id. Looked up where only the name is given.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::text::id")]
    pub id: Option<String>,
    /// The group's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The number bound to the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// A desired trunk, a change, or the fields of an existing trunk. An absent field was not given.
///
/// An empty text or list is a value: it clears the field.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "the fields of one trunk")]
pub struct Trunk {
    /// The trunk's name, unique at the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Register, peer, account or assigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Both, outbound or inbound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Whether the trunk is in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The provider's SIP address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The provider's SIP port, 1 to 65535.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "super::net::port")]
    pub port: Option<u32>,
    /// The SIP domain; defaults to `host` on create.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The SIP transport.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// The SIP user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The SIP authentication name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_name: Option<String>,
    /// The SIP password: a reference on the way in, the mask on the way out.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "Secret::masked")]
    pub password: Option<Secret>,
    /// Codecs in order of preference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codecs: Option<Vec<String>>,
    /// The country of the provider's template; `general` for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The provider's template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub itsp: Option<String>,
    /// The outbound proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_proxy: Option<OutboundProxy>,
    /// The default outbound caller ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_id: Option<CallerId>,
    /// Caller IDs for particular extensions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_id_overrides: Option<Vec<CallerIdOverride>>,
    /// The DIDs that arrive on the trunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dids: Option<Vec<Did>>,
    /// The dial prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The agent groups that the trunk serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_groups: Option<Vec<AgentGroup>>,
    /// The address that the carrier calls from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_ip: Option<String>,
    /// The account acted on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The master account's trunk to assign.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "super::text::id")]
    pub master_trunk: Option<String>,
    /// The dialled-number prefix of the assignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dnis: Option<String>,
    /// Keys of the vendor's own request body that the model does not name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub vendor_fields: Map<String, Value>,
}

/// An existing trunk.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ActualTrunk {
    /// The vendor's id.
    pub id: String,
    /// What it is doing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The vendor's own status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<String>,
    /// The fields that the vendor reports.
    #[serde(flatten)]
    pub trunk: Trunk,
}

impl Trunk {
    /// Identifies it on its account: the master's trunk if it is assigned, otherwise its name.
    pub fn identity(&self) -> &str {
        self.master_trunk.as_deref().or(self.name.as_deref()).unwrap_or_default()
    }
}

impl ActualTrunk {
    /// Identifies it on its account: its id if it is assigned, otherwise its name.
    pub fn identity(&self) -> &str {
        let assigned = self.trunk.kind == Some(Kind::Assigned);
        self.trunk.name.as_deref().filter(|_| !assigned).unwrap_or(&self.id)
    }
}

/// What is to be changed in a trunk.
#[derive(Debug, Clone, Default)]
pub struct TrunkChange {
    /// Fields to set; an empty text or list clears.
    pub set: Trunk,
    /// DIDs to add to those that exist.
    pub add_dids: Vec<Did>,
    /// Numbers of DIDs to take away.
    pub remove_dids: Vec<String>,
    /// Agent groups to add to those that exist.
    pub add_agent_groups: Vec<AgentGroup>,
    /// Agent groups to take away, by id or name.
    pub remove_agent_groups: Vec<AgentGroup>,
}

impl TrunkChange {
    /// Whether DIDs are added or removed, so the existing ones have to be known.
    pub fn alters_dids(&self) -> bool {
        !(self.add_dids.is_empty() && self.remove_dids.is_empty())
    }

    /// Whether agent groups are added or removed.
    pub fn alters_agent_groups(&self) -> bool {
        !(self.add_agent_groups.is_empty() && self.remove_agent_groups.is_empty())
    }
}
