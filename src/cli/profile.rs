//! `trunkctl profile …`

use clap::{Args, Subcommand};

use super::lazy::Lazy;
use super::shape::Shape;

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the profiles in the profiles file
    #[command(
        visible_alias = "ls",
        after_help = "Example:
  trunkctl profile list"
    )]
    List(Lazy<Shape>),
    /// Show profiles: their settings, sources, and references to secrets
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx profile show
  trunkctl profile show lab-pbx meetings -o csv")]
    Show(Lazy<Several>),
    /// Create a profile
    #[command(after_help = "Examples:
  trunkctl profile init lab-pbx                    # on a terminal, it prompts
  trunkctl profile init new-pbx --vendor yeastar \\
      --set base_url=https://192.0.2.10:8088 --set client_id=ID \\
      --set client_secret=env:LAB_PBX_SECRET --no-check

Secrets are stored as references. A secret that you type on the terminal or pass
on standard input (KEY=-) is saved in its own file next to the profiles file,
readable only by you. Relative paths in file:PATH and ca_file are relative to
the profiles file. The credentials are checked before the profile is written.")]
    Init(Lazy<Init>),
    /// Edit the profiles file in $VISUAL or $EDITOR
    #[command(after_help = "Example:
  trunkctl profile edit

The file is checked before it replaces the old one.")]
    Edit,
    /// Check the credentials of profiles with a read
    #[command(after_help = "Examples:
  trunkctl -p lab-pbx profile check
  trunkctl profile check lab-pbx contact-center -o json

It always logs in, makes one attempt, and shows the account.")]
    Check(Lazy<Several>),
    /// Make a profile the default
    #[command(after_help = "Example:
  trunkctl profile use contact-center")]
    Use {
        /// The profile
        name: String,
    },
    /// Remove profiles from the profiles file
    #[command(
        visible_alias = "rm",
        after_help = "Example:
  trunkctl profile remove new-pbx --yes

It keeps the files of their secrets. `profile logout` revokes their tokens."
    )]
    Remove {
        /// The profiles
        #[arg(value_name = "NAME", required = true)]
        names: Vec<String>,
    },
    /// Print an access token, for example for curl; it is a secret
    #[command(after_help = "Example:
  trunkctl profile token lab-pbx

It prints the saved token, or gets a new one. `profile logout` revokes it.")]
    Token {
        /// The profile; defaults to the profile of the command
        name: Option<String>,
    },
    /// Delete the saved tokens of profiles, and revoke them where possible
    #[command(after_help = "Example:
  trunkctl profile logout lab-pbx meetings")]
    Logout(Lazy<Several>),
}

/// Profiles.
#[derive(Debug, Args)]
pub struct Several {
    /// The profiles; defaults to the profile of the command
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Every profile in the profiles file
    #[arg(long, conflicts_with = "names")]
    pub all_profiles: bool,
}

/// `profile init`
#[derive(Debug, Args)]
pub struct Init {
    /// The new profile's name
    pub name: String,
    /// The vendor
    #[arg(long)]
    pub vendor: Option<String>,
    /// Set a key of the profile; repeatable
    ///
    /// Give secrets as references: env:NAME, file:PATH, cmd:COMMAND, or - for standard input.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Replace an existing profile of this name
    #[arg(long)]
    pub force: bool,
    /// Write the profile without checking the credentials
    #[arg(long)]
    pub no_check: bool,
}
