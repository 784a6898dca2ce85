//! `trunkctl numbers …`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::lazy::Lazy;
use super::shape::Shape;
use super::values::vendor_field;

/// What to do with the numbers of a master account.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the numbers of the master account
    #[command(
        visible_alias = "ls",
        after_help = "Example:
  trunkctl -p meetings numbers list -o json"
    )]
    List(Lazy<Shape>),
    /// Assign numbers of the master account to a sub account
    #[command(after_help = "Example:
  trunkctl -p meetings numbers assign --account sub-1 14155550100 14155550101")]
    Assign(Lazy<Assign>),
    /// Remove every internal number of a sub account
    #[command(after_help = "Example:
  trunkctl -p meetings numbers clear --account sub-1 --yes --confirm sub-1

On a terminal, leave out both and type the account's id to confirm.")]
    Clear(Lazy<Clear>),
}

/// `numbers assign`
#[derive(Debug, Args)]
pub struct Assign {
    /// The numbers, as shown by `numbers list`; plus signs and spaces are ignored
    #[arg(value_name = "NUMBER", required = true)]
    pub numbers: Vec<String>,
    /// The sub account; defaults to the profile's `account`
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Set a key of the vendor's request body that has no flag; repeatable
    #[arg(long, value_name = "KEY=JSON", value_parser = vendor_field)]
    pub vendor_field: Vec<(String, Value)>,
}

/// `numbers clear`
#[derive(Debug, Args)]
pub struct Clear {
    /// The sub account; required, the profile's `account` is not used
    #[arg(long, value_name = "ID")]
    pub account: String,
    /// The sub account again, to confirm without a terminal
    #[arg(long, value_name = "ID")]
    pub confirm: Option<String>,
}
