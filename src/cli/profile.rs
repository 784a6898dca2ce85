//! `trunkctl profile …`

use clap::{Args, Subcommand};

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the profiles of the profiles file
    List,
    /// Show one profile: its settings, where each comes from, and its secrets as references
    Show,
    /// Ask what a vendor needs and write a profile; without a terminal it takes --vendor and --set
    #[command(after_help = "Examples:
  trunkctl profile init lab-pbx
  trunkctl profile init lab-pbx --vendor yeastar \\
      --set base_url=https://192.0.2.10:8088 --set client_id=ID \\
      --set client_secret=env:LAB_PBX_SECRET --no-check

Secrets are stored as references. One that is typed on the terminal, or read
from standard input (KEY=-), goes to a file of its own beside the profiles file,
readable by you alone. Values are written as they are given: a relative
file:PATH or ca_file starts at the profiles file. The credentials are tried
before anything is written.")]
    Init(Init),
    /// Prove the credentials with a harmless read, and tell who answered
    Check,
    /// Revoke the token where the vendor can, and forget it here
    Logout,
}

/// `profile init`
#[derive(Debug, Args)]
pub struct Init {
    /// The new profile's name
    pub name: String,
    /// The vendor
    #[arg(long)]
    pub vendor: Option<String>,
    /// A key of the profile; may be repeated. Secrets take references: env:NAME, file:PATH, cmd:COMMAND, or -
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Replace a profile that has the name already
    #[arg(long)]
    pub force: bool,
    /// Write the profile without trying it
    #[arg(long)]
    pub no_check: bool,
}
