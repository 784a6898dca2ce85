//! `trunkctl lookup …`

use clap::{Args, Subcommand};

/// What to look up: what a trunk can refer to.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// The providers' templates of a PBX (Yeastar)
    Itsps(Search),
    /// Extensions (Yeastar)
    Extensions(Search),
    /// Extension groups (Yeastar)
    ExtensionGroups(Search),
    /// Agent groups (Itniotech)
    AgentGroups(Search),
}

/// What to look for.
#[derive(Debug, Args)]
pub struct Search {
    /// Only what holds this text in its number, name or country
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
}
