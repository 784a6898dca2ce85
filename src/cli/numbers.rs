//! `trunkctl numbers …`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::values::vendor_field;

/// What to do with the numbers of a master account.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the numbers of the master account
    List,
    /// Give numbers of the master account to a sub account
    #[command(after_help = "Example:
  trunkctl -p meetings numbers assign --account sub-1 14155550100 14155550101")]
    Assign(Assign),
    /// Remove every internal number of a sub account
    #[command(after_help = "On a terminal the account's id has to be typed. Elsewhere:
  trunkctl -p meetings numbers clear --account sub-1 --yes --confirm sub-1")]
    Clear(Clear),
}

/// `numbers assign`
#[derive(Debug, Args)]
pub struct Assign {
    /// The numbers, as `numbers list` shows them; a plus and spaces make no difference
    #[arg(value_name = "NUMBER", required = true)]
    pub numbers: Vec<String>,
    /// The sub account; the profile's `account` where it is not given
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// A key of the vendor's own request body that has no flag; may be repeated
    #[arg(long, value_name = "KEY=JSON", value_parser = vendor_field)]
    pub vendor_field: Vec<(String, Value)>,
}

/// `numbers clear`
#[derive(Debug, Args)]
pub struct Clear {
    /// The sub account; never taken from the profile
    #[arg(long, value_name = "ID")]
    pub account: String,
    /// The sub account once more, where there is no terminal to ask on
    #[arg(long, value_name = "ID")]
    pub confirm: Option<String>,
}
