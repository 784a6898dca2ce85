//! `trunkctl trunk …`

use clap::{ArgGroup, Args, Subcommand};
use serde_json::Value;

use super::values::{Words, agent_group, did, trimmed, vendor_field};
use crate::model::trunk::{AgentGroup, Did, Direction, Kind, Status, Transport};

/// What to do with trunks.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Create a trunk
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk create --from register-trunk.toml
  trunkctl -p lab-pbx trunk create --name itsp --kind register \\
      --host sip.example.com --port 5060 --transport udp --codecs ulaw,alaw \\
      --username 6701 --auth-name 6701 --password-from env:ITSP_PASSWORD
  trunkctl -p contact-center trunk create --name carrier --kind peer \\
      --direction outbound --host 192.0.2.40 --agent-group Sales
  trunkctl -p meetings trunk create --account sub-1 --master-trunk trunk-a

Which fields a vendor takes: trunkctl vendors")]
    Create(Create),
    /// Change a trunk
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk update name:itsp --port 5062 --disable
  trunkctl -p lab-pbx trunk update id:28 --kind account --name new-name
  trunkctl -p lab-pbx trunk update itsp --add-did 5503309=Support --dry-run=curl
  trunkctl -p contact-center trunk update name:carrier --host 192.0.2.41")]
    Update(Update),
    /// Create a trunk, or change the one of that name so that it is as given
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk ensure --from register-trunk.toml
  trunkctl -p lab-pbx trunk ensure --name itsp --kind peer --transport udp \\
      --host sip.example.com --port 5060 --codecs ulaw,alaw

It ends in created, updated, unchanged, or adopted: the trunk was there as
given, and this machine takes care of it from now on. What is not given is left
alone. `trunkctl apply` does the same for many trunks on many profiles.")]
    Ensure(Create),
    /// List trunks, of one profile or of several at once
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk list --kind register --status failed
  trunkctl -p lab-pbx-1,lab-pbx-2 trunk list -o csv
  trunkctl trunk list --all-profiles -o jsonl | jq -r .name

With several profiles they are read at the same time. One that cannot be read is
reported beside the rows of the others, and the exit code is 12.")]
    List(List),
    /// Show one trunk with all that the vendor tells of it
    Get(Get),
    /// Delete a trunk, or take an assigned one away (Zoom)
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk delete name:itsp-main
  trunkctl -p lab-pbx trunk delete id:28 --yes --ignore-missing")]
    Delete(Delete),
}

/// `trunk list`
#[derive(Debug, Args)]
pub struct List {
    /// Only trunks of exactly this name
    #[arg(long)]
    pub name: Option<String>,
    /// Only trunks of this kind
    #[arg(long, value_parser = Words(Kind::WORDS))]
    pub kind: Option<String>,
    /// Only trunks of this status, by trunkctl's word or the vendor's code
    #[arg(long, value_parser = Words(Status::WORDS))]
    pub status: Option<String>,
    /// The account (Zoom); the profile's `account` where it is not given
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
    /// Of every profile in the profiles file
    #[arg(long)]
    pub all_profiles: bool,
}

/// `trunk get`
#[derive(Debug, Args)]
pub struct Get {
    /// The trunk: id:VALUE, name:VALUE, or a name or id alone
    #[arg(value_name = "TRUNK")]
    pub trunk: String,
    /// The account (Zoom); the profile's `account` where it is not given
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
}

/// `trunk delete`
#[derive(Debug, Args)]
pub struct Delete {
    /// The trunk: id:VALUE, name:VALUE, or a name or id alone
    #[arg(value_name = "TRUNK")]
    pub trunk: String,
    /// The account (Zoom); the profile's `account` where it is not given
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Deleting what is not there is no failure
    #[arg(long)]
    pub ignore_missing: bool,
}

/// `trunk create`
#[derive(Debug, Args)]
pub struct Create {
    /// The fields.
    #[command(flatten)]
    pub fields: Fields,
}

/// `trunk update`
#[derive(Debug, Args)]
pub struct Update {
    /// The trunk: id:VALUE, name:VALUE, or a name or id alone
    #[arg(value_name = "TRUNK")]
    pub trunk: String,
    /// The fields.
    #[command(flatten)]
    pub fields: Fields,
    /// A DID to add to those that exist; may be repeated
    #[arg(long, value_name = "NUMBER[=NAME]", value_parser = did)]
    pub add_did: Vec<Did>,
    /// A DID to take away; may be repeated
    #[arg(long, value_name = "NUMBER")]
    pub remove_did: Vec<String>,
}

/// The fields of the common trunk model.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Trunk fields", group = ArgGroup::new("enabled").args(["enable", "disable"]))]
pub struct Fields {
    /// Read the fields from a TOML, JSON or YAML file (- for standard input); flags win over it
    #[arg(long, value_name = "FILE")]
    pub from: Option<String>,
    /// The trunk's name
    #[arg(long)]
    pub name: Option<String>,
    /// How the trunk and its far end find each other
    #[arg(long, value_parser = Words(Kind::WORDS))]
    pub kind: Option<String>,
    /// Which way calls go
    #[arg(long, value_parser = Words(Direction::WORDS))]
    pub direction: Option<String>,
    /// Put the trunk into use
    #[arg(long)]
    pub enable: bool,
    /// Take the trunk out of use
    #[arg(long)]
    pub disable: bool,
    /// The provider's SIP host or address
    #[arg(long)]
    pub host: Option<String>,
    /// The provider's SIP port
    #[arg(long, allow_negative_numbers = true)]
    pub port: Option<String>,
    /// The SIP domain; the host where it is not given on create
    #[arg(long)]
    pub domain: Option<String>,
    /// The SIP transport
    #[arg(long, value_parser = Words(Transport::WORDS))]
    pub transport: Option<String>,
    /// The SIP user name
    #[arg(long)]
    pub username: Option<String>,
    /// The SIP authentication name
    #[arg(long)]
    pub auth_name: Option<String>,
    /// Where the SIP password is: env:NAME, file:PATH, cmd:COMMAND, or - for standard input, which a terminal does not show
    #[arg(long, value_name = "REF")]
    pub password_from: Option<String>,
    /// Codecs in order of preference, as in ulaw,alaw
    #[arg(long, value_delimiter = ',', value_parser = trimmed, value_name = "CODECS")]
    pub codecs: Option<Vec<String>>,
    /// The country of the provider's template; `general` for none (Yeastar)
    #[arg(long)]
    pub country: Option<String>,
    /// The provider's template (Yeastar)
    #[arg(long)]
    pub itsp: Option<String>,
    /// The outbound proxy
    #[arg(long, value_name = "HOST[:PORT]", conflicts_with = "no_outbound_proxy")]
    pub outbound_proxy: Option<String>,
    /// No outbound proxy
    #[arg(long)]
    pub no_outbound_proxy: bool,
    /// The default outbound caller ID
    #[arg(long, value_name = "NUMBER")]
    pub caller_id: Option<String>,
    /// The name of the default outbound caller ID
    #[arg(long, value_name = "NAME")]
    pub caller_id_name: Option<String>,
    /// A DID, of the whole list; may be repeated
    #[arg(long, value_name = "NUMBER[=NAME]", value_parser = did)]
    pub did: Vec<Did>,
    /// The dial prefix (Itniotech)
    #[arg(long)]
    pub prefix: Option<String>,
    /// An agent group that the trunk serves, of the whole list; may be repeated (Itniotech)
    #[arg(long, value_name = "ID_OR_NAME[=NUMBER]", value_parser = agent_group)]
    pub agent_group: Vec<AgentGroup>,
    /// The carrier's address (Itniotech, inbound)
    #[arg(long, value_name = "ADDRESS")]
    pub allowed_ip: Option<String>,
    /// The account to act on (Zoom); the profile's `account` where it is not given
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
    /// The trunk of the master account to assign (Zoom)
    #[arg(long, value_name = "ID")]
    pub master_trunk: Option<String>,
    /// The dialled-number prefix of the assignment (Zoom)
    #[arg(long)]
    pub dnis: Option<String>,
    /// A key of the vendor's own request that the model does not name; may be repeated
    #[arg(long, value_name = "KEY=JSON", value_parser = vendor_field)]
    pub vendor_field: Vec<(String, Value)>,
}
