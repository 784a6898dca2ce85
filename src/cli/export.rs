//! `trunkctl export`

use clap::Args;

/// `export`
#[derive(Debug, Args)]
pub struct Export {
    /// Export every profile of the profiles file (or several: -p a,b,c)
    #[arg(long)]
    pub all_profiles: bool,
    /// Export this account too, beside the profile's own (repeatable)
    #[arg(long = "account", value_name = "ID")]
    pub accounts: Vec<String>,
    /// Rewrite everything for another vendor, and tell what is lost
    #[arg(long = "for", value_name = "VENDOR")]
    pub aim: Option<String>,
}
