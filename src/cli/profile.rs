//! `trunkctl profile …`

use clap::{Args, Subcommand};

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the profiles in the profiles file
    #[command(visible_alias = "ls")]
    List,
    /// Show a profile: its settings, their sources, and references to its secrets
    Show,
    /// Create a profile; prompts for values on a terminal, otherwise pass --vendor and --set
    #[command(after_help = "Examples:
  trunkctl profile init lab-pbx
  trunkctl profile init lab-pbx --vendor yeastar \\
      --set base_url=https://192.0.2.10:8088 --set client_id=ID \\
      --set client_secret=env:LAB_PBX_SECRET --no-check

Secrets are stored as references. A secret that you type on the terminal or pass
on standard input (KEY=-) is saved in its own file next to the profiles file,
readable only by you. Relative paths in file:PATH and ca_file are relative to
the profiles file. The credentials are checked before the profile is written.")]
    Init(Init),
    /// Check the credentials with a read, and show the account that they belong to
    Check,
    /// Delete the saved tokens of profiles, and revoke them if the vendor supports that
    Logout(Logout),
}

/// `profile logout`
#[derive(Debug, Args)]
pub struct Logout {
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
    /// Set a key of the profile; repeatable. Give secrets as references: env:NAME, file:PATH, cmd:COMMAND, or - for standard input
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Replace an existing profile of this name
    #[arg(long)]
    pub force: bool,
    /// Write the profile without checking the credentials
    #[arg(long)]
    pub no_check: bool,
}
