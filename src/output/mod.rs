//! The only code that prints. Standard output contains only data.

mod cell;
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

/// Properties of standard output.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// The number of columns, if it is a terminal.
    pub width: Option<u16>,
    /// Whether to use colours on standard output.
    pub color: bool,
}

/// Prints a plan for people, to a stream other than standard output.
pub fn plan(out: &mut dyn Write, plan: &Plan, terminal: Terminal) -> io::Result<()> {
    plan::text(out, plan, terminal)
}

/// Leaves out the least important columns of a table that is wider than the terminal, and returns their names.
pub fn narrow(report: &mut Report, terminal: Terminal) -> Vec<String> {
    match report {
        Report::Listing(listings) | Report::Partial(listings, _) => {
            listings.iter_mut().flat_map(|listing| table::narrow(listing, terminal.width)).collect()
        }
        // Their table is made when they are printed.
        Report::Change(change) => {
            table::narrow(&mut table::changes(std::slice::from_ref(change)), terminal.width)
        }
        Report::Changes(all) => table::narrow(&mut table::changes(&all.list), terminal.width),
        _ => Vec::new(),
    }
}

/// Prints a report.
pub fn report(out: &mut dyn Write, report: &Report, format: Format, terminal: Terminal) -> io::Result<()> {
    match (report, format) {
        (Report::Nothing, _) => Ok(()),
        (Report::Text(text) | Report::PartialText(text, _), _) => out.write_all(text.as_bytes()),
        (Report::Part { listing, first, last }, _) => {
            data::listings(out, std::slice::from_ref(listing), (*first, *last), format)
        }
        (Report::Plan { plan, max_bytes, .. }, Format::Markdown) => plan::markdown(out, plan, *max_bytes),
        (_, Format::Table | Format::Markdown | Format::Prometheus) => table::report(out, report, terminal),
        (Report::Listing(listings) | Report::Partial(listings, _), _) => {
            data::listings(out, listings, (true, true), format)
        }
        (_, Format::Csv) => data::csv(out, report),
        (_, Format::Json) => data::json(out, report),
        (_, Format::Jsonl) => data::jsonl(out, report),
        (_, Format::Yaml) => data::yaml(out, report),
    }?;
    out.flush()
}
