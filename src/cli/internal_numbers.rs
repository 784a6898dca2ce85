//! `trunkctl internal-numbers …`

use clap::{ArgGroup, Args, Subcommand};
use serde_json::Value;

use super::bulk::{Bulk, LISTS};
use super::lazy::Lazy;
use super::shape::OfAccount;
use super::values::{Words, vendor_field};
use crate::model::number::NumberType;

/// What to do with internal numbers.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Add a number, or many numbers from a file
    #[command(after_help = "Examples:
  trunkctl -p meetings internal-numbers add --account sub-1 \\
      --number +16466661111 --type toll --label SIP --language en-US
  trunkctl -p meetings internal-numbers add --account sub-1 \\
      --from examples/zoom/internal-numbers.csv --skip-existing

A file is CSV with a header, JSON Lines, or a list in JSON, TOML or YAML, at the
top level or under `internal_numbers`. Its columns or keys are number,
display_number, country, type, labels, languages, visible, allow_join and
allow_for_external_meetings. A long list is sent in several calls.")]
    Add(Lazy<Add>),
    /// List the numbers of an account
    #[command(
        visible_alias = "ls",
        after_help = "Example:
  trunkctl -p meetings internal-numbers list --account sub-1 -o csv"
    )]
    List(Lazy<OfAccount>),
    /// Change a number
    #[command(after_help = "Example:
  trunkctl -p meetings internal-numbers update +16466661111 --label Main")]
    Update(Lazy<Update>),
    /// Remove a number
    #[command(
        visible_alias = "rm",
        after_help = "Examples:
  trunkctl -p meetings internal-numbers remove +16466661111 --account sub-1
  trunkctl -p meetings internal-numbers remove --account sub-1 \\
      --from examples/zoom/internal-numbers.csv --ignore-missing --yes"
    )]
    Remove(Lazy<Remove>),
}

/// `internal-numbers update`
#[derive(Debug, Args)]
pub struct Update {
    /// The number, for example +16466661110, or id:VALUE
    #[arg(value_name = "NUMBER|id:ID")]
    pub number: String,
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
    /// The number as shown to people
    #[arg(long, value_name = "TEXT")]
    pub display_number: Option<String>,
    /// A short description
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
    /// The language of the prompts, for example en-US
    #[arg(long, value_name = "LOCALE")]
    pub language: Option<String>,
}

/// `internal-numbers remove`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("removed").required(true).args(["number", "from"]))]
pub struct Remove {
    /// The number, for example +16466661110, or id:VALUE
    #[arg(value_name = "NUMBER|id:ID", conflicts_with_all = LISTS)]
    pub number: Option<String>,
    /// Read numbers or ids from a file, for example CSV
    ///
    /// A file in CSV, JSON, JSONL, TOML or YAML, or `-` for standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "number")]
    pub from: Option<String>,
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
    /// Succeed when there is nothing to remove
    #[arg(long)]
    pub ignore_missing: bool,
    /// How a list is processed.
    #[command(flatten)]
    pub bulk: Bulk,
}

/// `internal-numbers add`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("numbers").required(true).args(["number", "from"]))]
pub struct Add {
    /// Succeed when the number exists as given
    #[arg(long)]
    pub skip_existing: bool,
    /// The account to add to; defaults to the profile's `account`
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
    /// Read numbers from a file, for example CSV
    ///
    /// A file in CSV, JSON, JSONL, TOML or YAML, or `-` for standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["number", "display_number", "country", "type", "label", "language", "visible", "allow_join", "allow_external_meetings", "vendor_field"])]
    pub from: Option<String>,
    /// The number, for example +16466661110
    #[arg(long, conflicts_with_all = LISTS)]
    pub number: Option<String>,
    /// The number as shown to people; defaults to its international format
    #[arg(long, hide_short_help = true, value_name = "TEXT")]
    pub display_number: Option<String>,
    /// Two-letter country code; defaults to the country of the number
    #[arg(long, hide_short_help = true, value_name = "CODE")]
    pub country: Option<String>,
    /// The billing type of the number
    #[arg(long = "type", id = "type", value_name = "TYPE", value_parser = Words(NumberType::WORDS))]
    pub what: Option<String>,
    /// A short description
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
    /// The language of the prompts, for example en-US
    #[arg(long, value_name = "LOCALE")]
    pub language: Option<String>,
    /// Whether the number is visible to people
    #[arg(long, hide_short_help = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub visible: Option<bool>,
    /// Whether people can join meetings through it
    #[arg(long, hide_short_help = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub allow_join: Option<bool>,
    /// Whether people can join other organisations' meetings through it
    #[arg(long, hide_short_help = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub allow_external_meetings: Option<bool>,
    /// Set a key of the vendor's entry that has no flag; repeatable
    #[arg(long, hide_short_help = true, value_name = "KEY=JSON", value_parser = vendor_field)]
    pub vendor_field: Vec<(String, Value)>,
    /// How a list is processed.
    #[command(flatten)]
    pub bulk: Bulk,
}
