//! `trunkctl sip-settings …`

use clap::{ArgAction, Args, Subcommand};

use serde_json::Value;

use super::values::{Words, vendor_field};

/// What to do with SIP settings.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Give an account the master's SIP settings, or take them away
    #[command(after_help = "Examples:
  trunkctl -p meetings sip-settings assign --account sub-1 --enable true \\
      --show-zoom-provided-numbers hide
  trunkctl -p meetings sip-settings assign --account sub-1 --enable false --yes

What is not given is left as it is, and what the account has already is not sent
again. `--enable false` and `remove` delete things and ask first.")]
    Assign(Assign),
    /// Show the SIP settings of an account, but for `enable`, which cannot be read
    #[command(after_help = "Example:
  trunkctl -p meetings sip-settings show --account sub-1

A setting that the vendor does not return is left out: it is not known.")]
    Show(Show),
}

/// `sip-settings show`
#[derive(Debug, Args)]
pub struct Show {
    /// The account; the profile's `account` where it is not given
    #[arg(long, value_name = "ID|me")]
    pub account: Option<String>,
}

/// The words for what becomes of the vendor's own numbers and countries, and the vendor's figures for them.
const PROVIDED: &[&str] = &["show", "hide", "remove", "0", "1", "2"];

/// `sip-settings assign`
#[derive(Debug, Args)]
pub struct Assign {
    /// The account; the profile's `account` where it is not given
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Read the settings from a TOML, JSON or YAML file (- for standard input); flags win over it
    #[arg(long, value_name = "FILE")]
    pub from: Option<String>,
    /// Give the account the master's SIP configuration (true), or delete it there (false)
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    pub enable: Option<bool>,
    /// List the call-out numbers of the vendor's carrier partners
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    pub show_callout_internal_number: Option<bool>,
    /// The call-out countries that the vendor provides
    #[arg(long, value_name = "WHAT", value_parser = Words(PROVIDED))]
    pub show_zoom_provided_callout_countries: Option<String>,
    /// The numbers that the vendor provides
    #[arg(long, value_name = "WHAT", value_parser = Words(PROVIDED))]
    pub show_zoom_provided_numbers: Option<String>,
    /// A key of the vendor's own request body that has no flag; may be repeated
    #[arg(long, value_name = "KEY=JSON", value_parser = vendor_field)]
    pub vendor_field: Vec<(String, Value)>,
}
