//! `trunkctl sip-settings …`

use clap::{ArgAction, Args, Subcommand};

use serde_json::Value;

use super::lazy::Lazy;
use super::values::{Words, vendor_field};

/// What to do with SIP settings.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Assign the master's SIP settings to an account, or remove them
    #[command(after_help = "Examples:
  trunkctl -p meetings sip-settings assign --account sub-1 --enable true \\
      --show-zoom-provided-numbers hide
  trunkctl -p meetings sip-settings assign --account sub-1 --enable false --yes

Settings that you do not give stay as they are. Values that the account already
has are not sent. `--enable false` and `remove` delete data and ask for
confirmation.")]
    Assign(Lazy<Assign>),
    /// Show the SIP settings of an account, except `enable`, which cannot be read
    #[command(after_help = "Example:
  trunkctl -p meetings sip-settings show --account sub-1

Settings that the vendor does not return are left out.")]
    Show(Lazy<Show>),
}

/// `sip-settings show`
#[derive(Debug, Args)]
pub struct Show {
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
}

/// The words for what becomes of the vendor's own numbers and countries, and the vendor's figures for them.
const PROVIDED: &[&str] = &["show", "hide", "remove", "0", "1", "2"];

/// `sip-settings assign`
#[derive(Debug, Args)]
pub struct Assign {
    /// The account; defaults to the profile's `account`
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Read the settings from a file; flags override it
    ///
    /// A file in TOML, JSON or YAML, or `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub from: Option<String>,
    /// Assign the master's SIP configuration, or delete it
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    pub enable: Option<bool>,
    /// Whether to list the carrier partners' numbers
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    pub show_callout_internal_number: Option<bool>,
    /// The call-out countries that the vendor provides
    #[arg(long, value_name = "WHAT", value_parser = Words(PROVIDED))]
    pub show_zoom_provided_callout_countries: Option<String>,
    /// The numbers that the vendor provides
    #[arg(long, value_name = "WHAT", value_parser = Words(PROVIDED))]
    pub show_zoom_provided_numbers: Option<String>,
    /// Set a key of the vendor's request body that has no flag; repeatable
    #[arg(long, hide_short_help = true, value_name = "KEY=JSON", value_parser = vendor_field)]
    pub vendor_field: Vec<(String, Value)>,
}
