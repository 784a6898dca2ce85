//! The command line: clap, and nothing else. One file a noun.

pub mod bulk;
pub mod countries;
pub mod export;
pub mod fleet;
pub mod history;
pub mod internal_numbers;
pub mod lazy;
pub mod lookup;
pub mod numbers;
pub mod profile;
pub mod recorded;
pub mod sandbox;
pub mod schema;
pub mod settings;
pub mod shape;
pub mod trunk;
pub mod values;

use std::time::Duration;

use crate::model::report::{DryRun, Format};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use lazy::Lazy;
use values::{duration, whole};

/// One command line for SIP trunks on several vendors.
#[derive(Debug, Parser)]
#[command(
    name = "trunkctl",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
#[command(about = "One command line for SIP trunks on several vendors")]
#[command(after_help = "Examples:
  trunkctl --sandbox apply -f examples/fleet      # try it, without an account
  trunkctl profile init lab-pbx
  trunkctl -p lab-pbx trunk list
  trunkctl help getting-started

Guide: trunkctl help TOPIC (getting-started, profiles, manifests, bulk, checks, ci,
output, exit-codes, …). More commands: schema, completions, man, version.")]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub globals: Globals,
    /// The subcommand.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// The profile to use; defaults to the TRUNKCTL_VENDOR profile, then to `default_profile` or the only profile in the file (trunk list, plan, apply, export and history list accept a,b,c)
    #[arg(short, long, global = true, env = "TRUNKCTL_PROFILE", hide_env_values = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The profiles file; defaults to `profiles.toml` in the platform's configuration folder for trunkctl
    #[arg(long, global = true, env = "TRUNKCTL_PROFILES_FILE", hide_env_values = true, value_name = "PATH")]
    pub profiles_file: Option<String>,
    /// The output format
    #[arg(
        short,
        long,
        global = true,
        env = "TRUNKCTL_OUTPUT",
        hide_env_values = true,
        value_enum,
        default_value = "table"
    )]
    pub output: Format,
    /// Print the requests of a change instead of sending them; do not run `cmd:` secrets
    #[arg(long, global = true, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "http", value_name = "FORM")]
    pub dry_run: Option<DryRun>,
    /// The time limit for one attempt, for example 30s
    #[arg(long, global = true, env = "TRUNKCTL_TIMEOUT", hide_env_values = true, default_value = "30s", value_parser = duration, value_name = "DURATION")]
    pub timeout: Duration,
    /// The time limit for the whole command, for example 10m
    #[arg(long, global = true, env = "TRUNKCTL_DEADLINE", hide_env_values = true, default_value = "10m", value_parser = duration, value_name = "DURATION")]
    pub deadline: Duration,
    /// How many times to retry a request that was certainly not processed
    #[arg(
        long,
        global = true,
        env = "TRUNKCTL_RETRIES",
        hide_env_values = true,
        default_value_t = 3,
        value_parser = whole::<u32>(0, u32::MAX.into()),
        value_name = "N"
    )]
    pub retries: u32,
    /// Use local simulators of the vendors
    #[arg(long, global = true, env = "TRUNKCTL_SANDBOX", hide_env_values = true, value_parser = clap::builder::FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub sandbox: bool,
    /// Do not record changes in the journal
    #[arg(long, global = true, env = "TRUNKCTL_NO_JOURNAL", hide_env_values = true, value_parser = clap::builder::FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub no_journal: bool,
    /// Keep no tokens for the next command, and revoke those of this one where the vendor can
    #[arg(long, global = true, env = "TRUNKCTL_LOG_OUT", hide_env_values = true, value_parser = clap::builder::FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub log_out: bool,
    /// Log requests (-v), responses (-vv), and bodies with secrets masked (-vvv)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// How log lines are written
    #[arg(
        long,
        global = true,
        env = "TRUNKCTL_LOG_FORMAT",
        hide_env_values = true,
        value_enum,
        default_value = "text",
        value_name = "FORMAT"
    )]
    pub log_format: LogFormat,
    /// Print only errors, no warnings or notes
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
    /// Skip the confirmation before an apply or a deletion
    #[arg(short, long, global = true)]
    pub yes: bool,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object per line, with a time
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The nouns.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create, change, list, check and delete trunks
    #[command(subcommand, alias = "trunks")]
    Trunk(trunk::Verb),
    /// Manage the dial-in numbers of meetings
    #[command(subcommand)]
    InternalNumbers(internal_numbers::Verb),
    /// Assign the SIP settings of an account
    #[command(subcommand)]
    SipSettings(settings::Verb),
    /// Manage the countries to call out to
    #[command(subcommand)]
    CalloutCountries(countries::Verb),
    /// Assign the numbers of a master account
    #[command(subcommand)]
    Numbers(numbers::Verb),
    /// Check a manifest without sending anything
    #[command(after_help = "Examples:
  trunkctl --sandbox validate -f examples/fleet
  trunkctl validate -f trunks --untrusted

It needs the profiles file, but no secret and no network, so it can run in a
pre-commit hook and for merge requests from forks. Mistakes end it with 4.")]
    Validate(Lazy<fleet::Files>),
    /// Show the changes that a manifest would make
    Plan(Lazy<fleet::Plan>),
    /// Apply a manifest
    Apply(Lazy<fleet::Apply>),
    /// Compare two profiles of one vendor
    Diff(Lazy<fleet::Diff>),
    /// Look up ids to use in a trunk
    #[command(subcommand)]
    Lookup(lookup::Verb),
    /// Manage profiles
    #[command(subcommand, alias = "profiles")]
    Profile(profile::Verb),
    /// Show the operations and fields that each vendor supports
    #[command(after_help = "Examples:
  trunkctl vendors
  trunkctl vendors yeastar
  trunkctl vendors -o json    # with reasons, limits and allowed values")]
    Vendors {
        /// Only this vendor
        vendor: Option<String>,
    },
    /// Write the existing objects as a manifest
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx export > trunks.toml
  trunkctl export -p lab-pbx,contact-center -o yaml > fleet.yaml
  trunkctl -p meetings export --account sub-1 --account sub-2 > meetings.toml
  trunkctl -p lab-pbx export --for itniotech > contact-center.toml

The manifest contains references for passwords, never values. If some profiles
cannot be read, the others are exported and the exit code is 12.")]
    Export(Lazy<export::Export>),
    /// Explain an error code, an exit code or a check
    #[command(after_help = "Examples:
  trunkctl explain yeastar 40003
  trunkctl explain 70103           # a code of whichever vendor has it
  trunkctl explain itniotech -47
  trunkctl explain exit 11
  trunkctl explain check tls.expiry
  trunkctl explain zoom            # every code that the vendor documents")]
    Explain {
        /// A vendor, `exit`, `check`, or a code that only one vendor has
        #[arg(value_name = "VENDOR|exit|check|CODE", allow_negative_numbers = true)]
        subject: String,
        /// The code; defaults to all codes
        #[arg(allow_negative_numbers = true, allow_hyphen_values = true)]
        code: Option<String>,
    },
    /// Show changes made from this machine
    #[command(subcommand)]
    History(history::Verb),
    /// Print the JSON Schema of a file format, or the command tree as JSON
    #[command(
        hide = true,
        after_help = "Examples:
  trunkctl schema manifest > manifest.schema.json
  trunkctl schema profiles > profiles.schema.json
  trunkctl schema cli | jq -r '.commands[].command | join(\" \")'"
    )]
    Schema {
        /// The file format
        #[arg(value_enum, value_name = "FILE")]
        of: schema::Of,
    },
    /// Run or reset the vendor simulators
    #[command(subcommand)]
    Sandbox(sandbox::Verb),
    /// Print a shell completion script
    #[command(
        hide = true,
        after_help = "Example:
  trunkctl completions bash \\
      > ~/.local/share/bash-completion/completions/trunkctl"
    )]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page, or write all manual pages to a folder
    #[command(
        hide = true,
        after_help = "Examples:
  trunkctl man ~/.local/share/man/man1"
    )]
    Man {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: Option<std::path::PathBuf>,
    },
    /// Show the help of a command, or a topic of the guide
    #[command(
        hide = true,
        after_help = "Examples:
  trunkctl help manifests
  trunkctl help trunk create
  trunkctl help global"
    )]
    Help {
        /// The command, the topic, or `global` for the global options; defaults to the list of topics
        #[arg(value_name = "COMMAND|TOPIC")]
        words: Vec<String>,
    },
    /// Print the version and the build
    #[command(
        hide = true,
        after_help = "Example:
  trunkctl version
  trunkctl version -o json"
    )]
    Version,
}

/// The shells that can be completed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// Bash
    Bash,
    /// Zsh
    Zsh,
    /// Fish
    Fish,
    /// PowerShell
    Powershell,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_tree_is_valid() {
        Cli::command().debug_assert();
    }
}
