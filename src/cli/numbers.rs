//! `trunkctl numbers …`

use clap::{Args, Subcommand};

/// What to do with the numbers of a Zoom master account.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the numbers of the master account
    List,
    /// Give numbers of the master account to a sub account
    #[command(after_help = "Example:
  trunkctl -p meetings numbers assign --account sub-1 +14155550100 +14155550101")]
    Assign(Assign),
    /// Remove every internal number of a sub account
    #[command(after_help = "On a terminal the account's id has to be typed. Elsewhere:
  trunkctl -p meetings numbers clear --account sub-1 --yes --confirm sub-1")]
    Clear(Clear),
}

/// `numbers assign`
#[derive(Debug, Args)]
pub struct Assign {
    /// The numbers, as +14155550100
    #[arg(value_name = "NUMBER", required = true)]
    pub numbers: Vec<String>,
    /// The sub account; the profile's `account` where it is not given
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
}

/// `numbers clear`
#[derive(Debug, Args)]
pub struct Clear {
    /// The sub account; never taken from the profile
    #[arg(long, value_name = "ID")]
    pub account: String,
    /// The sub account once more, where nobody can be asked
    #[arg(long, value_name = "ID")]
    pub confirm: Option<String>,
}
