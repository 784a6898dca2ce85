//! `trunkctl lookup …`

use clap::{Args, Subcommand};

/// Objects that a trunk can refer to.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List provider templates of a PBX
    Itsps(Search),
    /// List extensions
    Extensions(Search),
    /// List extension groups
    ExtensionGroups(Search),
    /// List agent groups
    AgentGroups(Search),
}

/// A search.
#[derive(Debug, Args)]
pub struct Search {
    /// Only rows whose number, name or country contains this text
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
}
