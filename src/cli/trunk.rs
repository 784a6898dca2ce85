//! `trunkctl trunk …`

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, Subcommand};

use super::fleet::{CheckFirst, Files};
use super::lazy::Lazy;
use super::shape::Shape;
use super::values::{Words, agent_group, did, duration, vendor_field};
use crate::model::fields::{Field, Flag, Form, Row};
use crate::model::health::Goal;
use crate::model::trunk::{AgentGroup, Did, Kind, Status, Transport};

/// What to do with trunks.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Create a trunk
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk create --from examples/yeastar/register-trunk.toml
  trunkctl -p lab-pbx trunk create --name itsp --kind register \\
      --host sip.example.com --port 5060 --transport udp --codecs ulaw,alaw \\
      --username 6701 --auth-name 6701 --password-from env:ITSP_PASSWORD
  trunkctl -p contact-center trunk create --name carrier --kind peer \\
      --direction outbound --host 192.0.2.40 --agent-group Sales
  trunkctl -p meetings trunk create --account sub-1 --master-trunk trunk-a

For the fields that a vendor supports: trunkctl vendors")]
    Create(Lazy<Create>),
    /// Change a trunk
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk update itsp-main --port 5062 --disable
  trunkctl -p lab-pbx trunk update id:1 --kind register --port 5064
  trunkctl -p lab-pbx trunk update itsp --add-did 5503309=Support --dry-run=curl
  trunkctl -p contact-center trunk update name:carrier --host 192.0.2.41")]
    Update(Lazy<Update>),
    /// Enable trunks
    #[command(after_help = "Example:
  trunkctl -p lab-pbx trunk enable itsp-main")]
    Enable(Lazy<Several>),
    /// Disable trunks; they keep their settings
    #[command(after_help = "Example:
  trunkctl -p lab-pbx trunk disable itsp")]
    Disable(Lazy<Several>),
    /// Give a trunk another name
    #[command(after_help = "Example:
  trunkctl -p lab-pbx trunk rename itsp itsp-old")]
    Rename {
        /// The trunk.
        #[command(flatten)]
        named: Named,
        /// The new name
        #[arg(value_name = "NEW_NAME")]
        name: String,
    },
    /// Create a trunk like another one, on the same profile or on another
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk clone itsp-main --name itsp-backup \\
      --password-from env:ITSP_PASSWORD
  trunkctl -p lab-pbx trunk clone carrier-peer --name copy --to branch-pbx

The options override fields of the trunk. Its password cannot be read. What the
other vendor does not support is left out with a warning.")]
    Clone(Lazy<CloneTrunk>),
    /// Edit a trunk as YAML in $VISUAL or $EDITOR
    #[command(after_help = "Example:
  trunkctl -p lab-pbx trunk edit itsp-main

It shows the changes, and asks before it sends them. --yes skips the question.")]
    Edit(Lazy<Named>),
    /// Create a trunk, or update the existing trunk of that name
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk ensure --from examples/yeastar/register-trunk.toml
  trunkctl -p lab-pbx trunk ensure --name peer --kind peer --transport udp \\
      --host sip.example.com --port 5060 --codecs ulaw,alaw

The outcome is created, updated, or unchanged. Fields that you do not give stay
as they are. `trunkctl apply` does the same for many trunks on many profiles.")]
    Ensure(Lazy<Create>),
    /// List trunks of one or more profiles
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk list --kind register --status failed
  trunkctl -p lab-pbx,contact-center trunk list -o csv
  trunkctl -p lab-pbx trunk list --columns name,host,port --sort -status
  trunkctl -p lab-pbx trunk list -o jsonl | jq -r .name

Several profiles are read at the same time. If some cannot be read, the trunks
of the others are listed and the exit code is 12.")]
    #[command(visible_alias = "ls")]
    List(Lazy<List>),
    /// Show trunks with all fields that the vendor returns
    #[command(
        visible_alias = "show",
        after_help = "Examples:
  trunkctl -p lab-pbx trunk get itsp-main
  trunkctl -p lab-pbx trunk get itsp-main -o json"
    )]
    Get(Lazy<Get>),
    /// Delete trunks, or unassign assigned ones
    #[command(
        visible_alias = "rm",
        after_help = "Examples:
  trunkctl -p lab-pbx trunk delete itsp-main
  trunkctl -p lab-pbx trunk delete id:28 --yes --ignore-missing"
    )]
    Delete(Lazy<Delete>),
    /// Check whether trunks work: DNS, connection, TLS, SIP, vendor's status
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk check itsp-main --offline
  trunkctl -p lab-pbx trunk check -o json
  trunkctl trunk check --target sip.example.com:5061 --transport tls
  trunkctl -p lab-pbx trunk check --offline \\
      --from examples/yeastar/register-trunk.toml

It sends one SIP OPTIONS request to each server of a trunk, and compares the
answer with the vendor's status. Silence is `unknown`, never a failure. It ends
with 15 if a check failed. `trunkctl explain check ID` explains a check.")]
    Check(Lazy<Check>),
    /// Wait until trunks are registered, reachable, or healthy
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx trunk wait itsp-main --for registered --within 2m
  trunkctl -p lab-pbx trunk wait itsp-main name:carrier-peer
  trunkctl -p contact-center trunk wait carrier-out --for healthy

It reads the vendor's status again and again; `healthy` also sends OPTIONS to
the far end, at most every 15 seconds. A trunk that does not exist yet is waited
for. If a trunk is not up in time, or the provider refuses its credentials, it
ends with 15, the last status, and the likely cause.")]
    Wait(Lazy<Wait>),
}

/// `trunk check`
#[derive(Debug, Default, Args)]
pub struct Check {
    /// The trunks, by name or id; defaults to all of them
    ///
    /// id:VALUE, name:VALUE, or just names or ids; `-` reads them from standard input.
    #[arg(value_name = "TRUNK", conflicts_with_all = ["from", "target", "files"])]
    pub trunks: Vec<String>,
    /// Check a trunk from a file
    ///
    /// A file in TOML, YAML or JSON, or `-` for standard input. The trunk need not exist at the vendor.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["target", "files"])]
    pub from: Option<String>,
    /// Check the trunks of a manifest.
    #[command(flatten)]
    pub source: Files,
    /// Check an address
    #[arg(long, value_name = "HOST[:PORT]", conflicts_with = "files")]
    pub target: Option<String>,
    /// Its transport
    ///
    /// Without it, UDP is used.
    #[arg(long, hide_default_value = true, requires = "target", default_value = "udp", value_parser = Words(Transport::WORDS))]
    pub transport: Option<String>,
    /// How the far end is probed.
    #[command(flatten)]
    pub probes: Probes,
    /// Send nothing to the far end
    ///
    /// Only the fields and the vendor's status are checked.
    #[arg(long)]
    pub offline: bool,
    /// Exit with 15 also for `warn` and `unknown`
    #[arg(long)]
    pub strict: bool,
    /// Check the trunks of every profile
    #[arg(long)]
    pub all_profiles: bool,
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
}

/// How the far end of a trunk is probed.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub struct Probes {
    /// The SIP domain, if it is not the host
    ///
    /// The certificate has to have this name.
    #[arg(long, value_name = "NAME")]
    pub domain: Option<String>,
    /// Ask only this DNS server
    #[arg(long, value_name = "ADDR[:PORT]")]
    pub resolver: Option<String>,
    /// A PEM file with an authority to trust
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<String>,
}

/// `trunk wait`
#[derive(Debug, Args)]
pub struct Wait {
    /// The trunks: id:VALUE, name:VALUE, or just names or ids; they need not exist yet; - reads them from standard input
    #[arg(value_name = "TRUNK", required = true)]
    pub trunks: Vec<String>,
    /// What to wait for
    #[arg(long = "for", value_name = "STATUS", value_enum, default_value = "reachable")]
    pub goal: Goal,
    /// How long to wait, for example 60s
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = duration)]
    pub within: Duration,
    /// How the far end is probed for `healthy`.
    #[command(flatten)]
    pub probes: Probes,
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
}

/// `trunk list`
#[derive(Debug, Args)]
pub struct List {
    /// Only trunks with exactly this name
    #[arg(long)]
    pub name: Option<String>,
    /// Only trunks of this kind
    #[arg(long, value_parser = Words(Kind::WORDS))]
    pub kind: Option<String>,
    /// Only trunks with this status, or vendor's code
    #[arg(long, value_parser = Words(Status::WORDS))]
    pub status: Option<String>,
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
    /// List the trunks of every profile
    #[arg(long)]
    pub all_profiles: bool,
    /// How it is shown.
    #[command(flatten)]
    pub shape: Shape,
}

/// `trunk get`
#[derive(Debug, Args)]
pub struct Get {
    /// The trunks: id:VALUE, name:VALUE, or just names or ids; - reads them from standard input
    #[arg(value_name = "TRUNK", required = true)]
    pub trunks: Vec<String>,
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
}

/// `trunk delete`
#[derive(Debug, Args)]
pub struct Delete {
    /// The trunks: id:VALUE, name:VALUE, or just names or ids; - reads them from standard input
    #[arg(value_name = "TRUNK", required = true)]
    pub trunks: Vec<String>,
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Succeed when a trunk does not exist
    #[arg(long)]
    pub ignore_missing: bool,
}

/// `trunk create`
#[derive(Debug, Args)]
pub struct Create {
    /// The fields.
    #[command(flatten)]
    pub fields: Fields,
    /// The check before the write.
    #[command(flatten)]
    pub first: CheckFirst,
}

/// `trunk clone`
#[derive(Debug, Args)]
pub struct CloneTrunk {
    /// The trunk: id:VALUE, name:VALUE, or just a name or an id
    #[arg(value_name = "TRUNK")]
    pub trunk: String,
    /// The profile to create it on
    ///
    /// There it keeps its name unless --name is given.
    #[arg(long, value_name = "PROFILE")]
    pub to: Option<String>,
    /// The fields that differ.
    #[command(flatten)]
    pub fields: Fields,
    /// The check before the write.
    #[command(flatten)]
    pub first: CheckFirst,
}

/// Trunks that exist.
#[derive(Debug, Args)]
pub struct Several {
    /// The trunks: id:VALUE, name:VALUE, or just names or ids; - reads them from standard input
    #[arg(value_name = "TRUNK", required = true)]
    pub trunks: Vec<String>,
}

/// A trunk that exists.
#[derive(Debug, Args)]
pub struct Named {
    /// The trunk: id:VALUE, name:VALUE, or just a name or an id
    #[arg(value_name = "TRUNK")]
    pub trunk: String,
}

/// `trunk update`
#[derive(Debug, Args)]
pub struct Update {
    /// The trunk: id:VALUE, name:VALUE, or just a name or an id
    #[arg(value_name = "TRUNK")]
    pub trunk: String,
    /// The fields.
    #[command(flatten)]
    pub fields: Fields,
    /// Add a DID, and keep the existing ones; repeatable
    #[arg(long, hide_short_help = true, value_name = "NUMBER[=NAME]", value_parser = did)]
    pub add_did: Vec<Did>,
    /// Remove a DID; repeatable
    #[arg(long, hide_short_help = true, value_name = "NUMBER")]
    pub remove_did: Vec<String>,
    /// Add an agent group, and keep the existing ones; repeatable
    #[arg(long, hide_short_help = true, value_name = "GROUP[=NUMBER]", value_parser = agent_group)]
    pub add_agent_group: Vec<AgentGroup>,
    /// Remove an agent group; repeatable
    #[arg(long, hide_short_help = true, value_name = "GROUP", value_parser = agent_group)]
    pub remove_agent_group: Vec<AgentGroup>,
    /// The check before the write.
    #[command(flatten)]
    pub first: CheckFirst,
}

/// The fields of a trunk as the command line gives them, from the table of fields.
#[derive(Debug, Default)]
pub struct Fields {
    /// The file that the flags are laid over.
    pub from: Option<String>,
    given: Vec<(&'static str, Vec<String>)>,
}

impl Fields {
    /// The values of a flag, in the order given; a switch that was given has one, which is empty.
    pub fn values(&self, flag: &Flag) -> Option<&[String]> {
        self.given.iter().find(|(name, _)| *name == flag.name).map(|(_, values)| values.as_slice())
    }
}

/// The flags of every field.
fn flags() -> impl Iterator<Item = (Row, &'static Flag)> {
    Field::ALL.iter().map(|field| field.row()).flat_map(|row| row.flags.iter().map(move |flag| (row, flag)))
}

/// The text as it is, where it can be read.
fn checked<T>(
    read: fn(&str) -> Result<T, String>,
) -> impl Fn(&str) -> Result<String, String> + Clone + Send + Sync + 'static
where
    T: 'static,
{
    move |text| read(text).map(|_| text.to_owned())
}

impl Args for Fields {
    fn augment_args(command: Command) -> Command {
        let from = Arg::new("from")
            .long("from")
            .value_name("FILE")
            .help("Read the fields from a file (- for stdin)")
            .long_help(
                "Read the fields from a TOML, JSON or YAML file (- for standard input); flags override it",
            );
        let command = command.next_help_heading("Trunk fields").arg(from);
        flags().fold(command, |command, (row, flag)| {
            let arg = Arg::new(flag.name).long(flag.name).help(flag.help);
            let arg = match (flag.value, row.form) {
                (None, _) => arg.action(ArgAction::SetTrue),
                (Some(value), form) => {
                    let arg = arg.value_name(value);
                    match form {
                        Form::Word(words) => arg.value_parser(Words(words)),
                        Form::Port => arg.allow_negative_numbers(true),
                        Form::Codecs => arg.value_delimiter(','),
                        Form::Dids => arg.action(ArgAction::Append).value_parser(checked(did)),
                        Form::AgentGroups => arg.action(ArgAction::Append).value_parser(checked(agent_group)),
                        Form::Raw => arg.action(ArgAction::Append).value_parser(checked(vendor_field)),
                        _ => arg,
                    }
                }
            };
            // The ways to set a field exclude each other, but for the halves of one.
            let others =
                row.flags.iter().filter(|other| other.name != flag.name && row.form != Form::CallerId);
            command.arg(arg.conflicts_with_all(others.map(|other| other.name)))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Fields {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut fields = Self::default();
        fields.update_from_arg_matches(matches)?;
        Ok(fields)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.from = matches.get_one::<String>("from").cloned();
        for (_, flag) in flags() {
            let values: Option<Vec<String>> = match flag.value {
                None => matches.get_flag(flag.name).then(|| vec![String::new()]),
                Some(_) => matches.get_many::<String>(flag.name).map(|values| values.cloned().collect()),
            };
            self.given.extend(values.map(|values| (flag.name, values)));
        }
        Ok(())
    }
}
