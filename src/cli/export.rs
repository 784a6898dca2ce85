//! `trunkctl export`

use clap::Args;

/// `export`
#[derive(Debug, Args)]
pub struct Export {
    /// Export every profile in the profiles file (for some of them: -p a,b,c)
    #[arg(long)]
    pub all_profiles: bool,
    /// Also export this account (repeatable)
    #[arg(long = "account", value_name = "ID")]
    pub accounts: Vec<String>,
    /// Convert everything for another vendor, and report what is lost
    #[arg(long = "for", value_name = "VENDOR")]
    pub aim: Option<String>,
}
