//! The only code that prints. Standard output carries data and nothing else.

mod console;
mod data;
mod errors;
mod plan;
mod progress;
mod table;

use std::io::{self, Write};

pub use console::Console;
pub use errors::error;
pub use progress::Shown;

use crate::model::plan::Plan;
use crate::model::report::Format;
use crate::model::report::Report;

/// What is known of where the output goes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// Columns, where it is a terminal.
    pub width: Option<u16>,
    /// Whether standard output takes colours.
    pub color: bool,
}

/// Prints what is to be done, for people, where standard output is for something else.
///
/// # Errors
/// Whatever the stream says.
pub fn plan(out: &mut dyn Write, plan: &Plan, terminal: Terminal) -> io::Result<()> {
    plan::text(out, plan, terminal)
}

/// Prints a report.
///
/// # Errors
/// Whatever the stream says; a closed pipe among it.
pub fn report(out: &mut dyn Write, report: &Report, format: Format, terminal: Terminal) -> io::Result<()> {
    match (report, format) {
        (Report::Nothing, _) => Ok(()),
        (Report::Text(text) | Report::PartialText(text, _), _) => out.write_all(text.as_bytes()),
        (Report::Part { listing, first, last }, _) => data::part(out, listing, (*first, *last), format),
        (Report::Plan { plan, .. }, Format::Markdown) => plan::markdown(out, plan),
        (_, Format::Table | Format::Markdown) => table::report(out, report, terminal),
        (_, Format::Csv) => data::csv(out, report),
        (_, Format::Json) => data::json(out, report),
        (_, Format::Jsonl) => data::jsonl(out, report),
        (_, Format::Yaml) => data::yaml(out, report),
    }?;
    out.flush()
}
