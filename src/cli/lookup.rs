//! `trunkctl lookup …`

use clap::{Args, Subcommand};

use super::lazy::Lazy;
use super::shape::Shape;

/// Objects that a trunk can refer to.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List provider templates of a PBX
    #[command(after_help = "Example:
  trunkctl -p lab-pbx lookup itsps --search germany")]
    Itsps(Lazy<Search>),
    /// List extensions
    #[command(after_help = "Example:
  trunkctl -p lab-pbx lookup extensions --search 1149")]
    Extensions(Lazy<Search>),
    /// List extension groups
    #[command(after_help = "Example:
  trunkctl -p lab-pbx lookup extension-groups")]
    ExtensionGroups(Lazy<Search>),
    /// List agent groups
    #[command(after_help = "Example:
  trunkctl -p contact-center lookup agent-groups --search sales")]
    AgentGroups(Lazy<Search>),
}

/// A search.
#[derive(Debug, Args)]
pub struct Search {
    /// Only rows whose number, name or country contains this text
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// How it is shown.
    #[command(flatten)]
    pub shape: Shape,
}
