//! `trunkctl lookup …`

use clap::{Args, Subcommand};

/// What to look up: what a trunk can refer to.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// The providers' templates of a PBX
    Itsps(Search),
    /// Extensions
    Extensions(Search),
    /// Extension groups
    ExtensionGroups(Search),
    /// Agent groups
    AgentGroups(Search),
}

/// What to look for.
#[derive(Debug, Args)]
pub struct Search {
    /// Only what holds this text in its number, name or country
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
}
