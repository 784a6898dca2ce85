//! Options of commands that read a list.

use clap::Args;

use super::values::whole;

/// Options that only apply to a list. clap drops a `requires` whose argument conflicts with one that is given.
pub const LISTS: [&str; 4] = ["skip_invalid", "concurrency", "results", "resume"];

/// How a list is processed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for lists")]
pub struct Bulk {
    /// Skip invalid rows
    ///
    /// Without it, an invalid row stops the command before anything is sent.
    #[arg(long, requires = "from")]
    pub skip_invalid: bool,
    /// The number of calls to run at the same time
    #[arg(long, hide_short_help = true, requires = "from", value_name = "N", default_value_t = 4, value_parser = whole::<u16>(1, 64))]
    pub concurrency: u16,
    /// Write the outcome of each row to a new file
    #[arg(long, requires = "from", value_name = "FILE", conflicts_with = "resume")]
    pub results: Option<String>,
    /// Continue the run that wrote this file
    #[arg(long, requires = "from", value_name = "FILE")]
    pub resume: Option<String>,
}
