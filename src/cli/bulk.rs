//! Options of commands that read a list.

use clap::Args;

use super::values::whole;

/// What has no use without a list: clap drops a `requires` whose argument conflicts with one that is given.
pub const LISTS: [&str; 4] = ["skip_invalid", "concurrency", "results", "resume"];

/// How a list is worked off.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for lists")]
pub struct Bulk {
    /// Leave bad rows out, in place of sending nothing
    #[arg(long, requires = "from")]
    pub skip_invalid: bool,
    /// How many calls are under way at once
    #[arg(long, requires = "from", value_name = "N", default_value_t = 4, value_parser = whole::<u16>(1, 64))]
    pub concurrency: u16,
    /// Record in this new file what is sent and how each row ends
    #[arg(long, requires = "from", value_name = "FILE", conflicts_with = "resume")]
    pub results: Option<String>,
    /// Go on where the run that wrote this file ended, and record there
    #[arg(long, requires = "from", value_name = "FILE")]
    pub resume: Option<String>,
}
