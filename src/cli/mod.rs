//! The command line: clap, and nothing else. One file a noun.

pub mod bulk;
pub mod countries;
pub mod export;
pub mod fleet;
pub mod history;
pub mod internal_numbers;
pub mod lookup;
pub mod numbers;
pub mod profile;
pub mod recorded;
pub mod sandbox;
pub mod schema;
pub mod settings;
pub mod trunk;
pub mod values;

use std::time::Duration;

use crate::model::report::{DryRun, Format};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use values::whole;

/// One command line for SIP trunks on several vendors.
#[derive(Debug, Parser)]
#[command(name = "trunkctl", version, propagate_version = true, max_term_width = 100)]
#[command(about = "One command line for SIP trunks on several vendors")]
#[command(after_help = "Examples:
  trunkctl --sandbox -p yeastar trunk create \\
      --from examples/yeastar/register-trunk.toml
  trunkctl profile init lab-pbx
  trunkctl -p lab-pbx trunk list --status unreachable
  trunkctl -p lab-pbx trunk update name:itsp-main --port 5062 --dry-run
  trunkctl vendors
  trunkctl explain yeastar 40003

`trunkctl explain exit CODE` tells what an exit code means.")]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// The profile to use; without it that of TRUNKCTL_VENDOR, else the file's `default_profile`, or its only one (a,b,c for trunk list, plan, apply, export and history list)
    #[arg(short, long, global = true, env = "TRUNKCTL_PROFILE", hide_env_values = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The profiles file; without it `profiles.toml` in the platform's configuration folder for trunkctl
    #[arg(long, global = true, env = "TRUNKCTL_PROFILES_FILE", hide_env_values = true, value_name = "PATH")]
    pub profiles_file: Option<String>,
    /// How to print what is found or done
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
    /// Show what would be sent, as requests or as curl lines; send no write, and run no `cmd:` of a secret
    #[arg(long, global = true, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "http", value_name = "FORM")]
    pub dry_run: Option<DryRun>,
    /// The limit of one attempt, as in 30s
    #[arg(long, global = true, env = "TRUNKCTL_TIMEOUT", hide_env_values = true, default_value = "30s", value_parser = duration, value_name = "DURATION")]
    pub timeout: Duration,
    /// The limit of the whole command, as in 10m
    #[arg(long, global = true, env = "TRUNKCTL_DEADLINE", hide_env_values = true, default_value = "10m", value_parser = duration, value_name = "DURATION")]
    pub deadline: Duration,
    /// How often a request that surely was not processed is sent again
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
    /// Work on simulators of the vendors on this machine
    #[arg(long, global = true, env = "TRUNKCTL_SANDBOX", hide_env_values = true, value_parser = clap::builder::FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub sandbox: bool,
    /// Change things without a record of it in the journal
    #[arg(long, global = true, env = "TRUNKCTL_NO_JOURNAL", hide_env_values = true, value_parser = clap::builder::FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub no_journal: bool,
    /// Tell what is sent (-v), how it is answered (-vv), and bodies with secrets masked (-vvv)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// No warnings and notes, only errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Colours
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
    /// Do not ask before an apply, and before something is deleted
    #[arg(short, long, global = true)]
    pub yes: bool,
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
// There is one value of it in a run.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create, change, list, show and delete trunks
    Trunk {
        /// What to do with them.
        #[command(subcommand)]
        verb: Box<trunk::Verb>,
    },
    /// Manage your own numbers for meetings
    InternalNumbers {
        /// What to do with them.
        #[command(subcommand)]
        verb: internal_numbers::Verb,
    },
    /// Assign the SIP settings of a master account
    SipSettings {
        /// What to do with them.
        #[command(subcommand)]
        verb: settings::Verb,
    },
    /// Choose the countries that meetings call out to
    CalloutCountries {
        /// What to do with them.
        #[command(subcommand)]
        verb: countries::Verb,
    },
    /// Assign numbers of a master account to sub accounts
    Numbers {
        /// What to do with them.
        #[command(subcommand)]
        verb: numbers::Verb,
    },
    /// Show what a manifest would change, and change nothing
    Plan(Box<fleet::Plan>),
    /// Make what there is what a manifest wants
    Apply(Box<fleet::Apply>),
    /// Find the ids that a trunk refers to
    Lookup {
        /// What to look up.
        #[command(subcommand)]
        verb: lookup::Verb,
    },
    /// List, show, make, check and log out profiles
    Profile {
        /// What to do with them.
        #[command(subcommand)]
        verb: profile::Verb,
    },
    /// Show what each vendor can do: operation by operation, field by field
    #[command(after_help = "`trunkctl vendors -o json` gives every reason, limit and value set.")]
    Vendors,
    /// Write a manifest of what exists, or of what it would be at another vendor
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx export > trunks.toml
  trunkctl export --all-profiles -o yaml > fleet.yaml
  trunkctl -p meetings export --account sub-1 --account sub-2 > meetings.toml
  trunkctl -p lab-pbx export --for itniotech > contact-center.toml

Passwords are written as references to fill in, never as values. A profile that
cannot be read is told beside those that can, and the exit code is 12.")]
    Export(export::Export),
    /// Tell what an error code or an exit code means, without asking anybody
    #[command(after_help = "Examples:
  trunkctl explain yeastar 40003
  trunkctl explain itniotech -47
  trunkctl explain exit 11
  trunkctl explain zoom            # every code that the vendor documents")]
    Explain {
        /// A vendor, or `exit`
        #[arg(value_name = "VENDOR|exit")]
        subject: String,
        /// The code; without it all of them
        #[arg(allow_negative_numbers = true, allow_hyphen_values = true)]
        code: Option<String>,
    },
    /// Tell what this machine changed, and what still needs a look
    History {
        /// What to do.
        #[command(subcommand)]
        verb: history::Verb,
    },
    /// Print the JSON Schema of a kind of file, for editors and checks
    #[command(after_help = "Examples:
  trunkctl schema manifest > manifest.schema.json
  trunkctl schema profiles > profiles.schema.json")]
    Schema {
        /// The kind of file
        #[arg(value_enum, value_name = "FILE")]
        of: schema::Of,
    },
    /// Run simulators of the vendors for other programs, or empty those of --sandbox
    Sandbox {
        /// What to do.
        #[command(subcommand)]
        verb: sandbox::Verb,
    },
    /// Print a script that completes commands in a shell
    #[command(after_help = "For bash:
  trunkctl completions bash \\
      > ~/.local/share/bash-completion/completions/trunkctl")]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page, or write all of them to a folder
    Man {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: Option<std::path::PathBuf>,
    },
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

fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| "write it with its unit, as in 500ms, 30s, 10m or 1h30m".to_owned())?;
    match Duration::try_from(span) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("give a time longer than nothing".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_tree_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("1h30m").unwrap(), Duration::from_secs(5400));
        assert_eq!(duration("250ms").unwrap(), Duration::from_millis(250));
        for bad in ["30", "0s", "-5s", "soon"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
