//! Prints reports to standard output.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Arc;

use crate::engine::redact::Redactor;
use crate::model::diagnostics::Diagnostics;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::{Format, Report};
use crate::output::{self, Console, Terminal};

/// How many bytes of a list are buffered until it is complete, so that an error leaves nothing on standard output.
/// A longer list is streamed.
const HELD_BACK: usize = 8 << 20;

/// Prints to standard output.
pub(super) struct Printer {
    pub(super) redactor: Redactor,
    pub(super) diagnostics: Arc<Console>,
    pub(super) format: Format,
    pub(super) terminal: Terminal,
    /// The buffered part of a list; none once it is streamed.
    pub(super) buffered: RefCell<Option<Vec<u8>>>,
}

impl Printer {
    /// Prints a report, with known secrets masked. Returns whether the reader still reads: it may have closed the pipe.
    pub(super) fn print(&self, report: &mut Report) -> Result<bool> {
        self.redactor.scrub_report(report);
        if self.format == Format::Table {
            let columns = output::narrow(report, self.terminal);
            let remedy = match report {
                Report::Listing(_) | Report::Partial(..) => "choose columns with --columns, or use -o csv",
                _ => "-o csv shows every column",
            };
            self.note_left_out(&columns, remedy);
        }
        let report = &*report;
        let Report::Part { last, .. } = report else {
            return print(report, |out| output::report(out, report, self.format, self.terminal));
        };
        let mut buffered = self.buffered.borrow_mut();
        if let Some(bytes) = buffered.as_mut().filter(|_| self.format != Format::Jsonl) {
            // Reserve all at once, because growing would need it twice. The system provides it only when it is used.
            bytes.reserve((HELD_BACK + HELD_BACK / 4).saturating_sub(bytes.len()));
            // Writing to memory does not fail.
            let _ = output::report(bytes, report, self.format, self.terminal);
            if !last && bytes.len() < HELD_BACK {
                return Ok(true);
            }
            let bytes = buffered.take().unwrap_or_default();
            return print(report, |out| out.write_all(&bytes).and_then(|()| out.flush()));
        }
        print(report, |out| output::report(out, report, self.format, self.terminal))
    }

    fn note_left_out(&self, columns: &[String], remedy: &str) {
        if !columns.is_empty() {
            let columns = columns.iter().map(|name| name.to_uppercase()).collect::<Vec<_>>().join(", ");
            self.diagnostics.note(&format!("the terminal is too narrow for {columns}; {remedy}"));
        }
    }
}

fn print(report: &Report, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<bool> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out) {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(cause) => {
            let error = Error::new(Kind::Internal, format!("standard output cannot be written: {cause}"));
            Err(match report {
                Report::Change(_) | Report::Changes(_) => error.hint(
                    "the command itself ran to its end: check the state at the vendor before you repeat it",
                ),
                _ => error,
            })
        }
    }
}
