//! `trunkctl callout-countries …`

use clap::{Args, Subcommand};

use super::bulk::{Bulk, LISTS};
use super::lazy::Lazy;
use super::shape::OfAccount;

/// What to do with the countries that meetings can call out to.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Add countries
    #[command(after_help = "Example:
  trunkctl -p meetings callout-countries add --account sub-1 US GB

Several countries are reported one by one. Exit code 12 means that some of them
failed.")]
    Add(Lazy<Add>),
    /// List countries
    #[command(
        visible_alias = "ls",
        after_help = "Example:
  trunkctl -p meetings callout-countries list --account sub-1"
    )]
    List(Lazy<OfAccount>),
    /// Remove countries
    #[command(
        visible_alias = "rm",
        after_help = "Example:
  trunkctl -p meetings callout-countries remove --account sub-1 GB --yes"
    )]
    Remove(Lazy<Remove>),
}

/// `callout-countries add`
#[derive(Debug, Args)]
pub struct Add {
    /// Two-letter country codes, for example US GB
    #[arg(value_name = "CODE", required_unless_present = "from", conflicts_with_all = LISTS)]
    pub codes: Vec<String>,
    /// Read codes from a file, for example CSV
    ///
    /// A file in CSV, JSON, JSONL, TOML or YAML, or `-` for standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "codes")]
    pub from: Option<String>,
    /// Succeed when a country already exists
    #[arg(long)]
    pub skip_existing: bool,
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
    /// How a list is processed.
    #[command(flatten)]
    pub bulk: Bulk,
}

/// `callout-countries remove`
#[derive(Debug, Args)]
pub struct Remove {
    /// Two-letter country codes, for example US GB
    #[arg(value_name = "CODE", required = true)]
    pub codes: Vec<String>,
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
    /// Succeed when there is nothing to remove
    #[arg(long)]
    pub ignore_missing: bool,
}
