//! The log on standard error.

use std::io::{self, Write};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::writer::MakeWriterExt;

use crate::cli::{Cli, LogFormat};
use crate::config::Env;
use crate::engine::redact::Redactor;
use crate::model::text::printable;

/// Writes log lines to standard error, through the redactor.
pub(super) fn start(cli: &Cli, env: &Env, redactor: &Redactor) {
    let level = match (cli.globals.verbose, env.get("TRUNKCTL_LOG")) {
        (0, Some(name)) => name.parse().unwrap_or(tracing::Level::WARN),
        (0, None) => tracing::Level::WARN,
        (1, _) => tracing::Level::INFO,
        (2, _) => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    let writer = Scrubbed(redactor.clone()).with_filter(|event| event.target().starts_with("trunkctl"));
    let log = tracing_subscriber::fmt().with_max_level(level).with_target(false).with_ansi(false);
    let _ = match cli.globals.log_format {
        LogFormat::Text => log.without_time().with_writer(writer).try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_writer(writer).try_init(),
    };
}

struct Scrubbed(Redactor);

impl Write for Scrubbed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = self.0.scrub(&String::from_utf8_lossy(bytes));
        let lines: Vec<String> = text.split('\n').map(printable).collect();
        // A log that cannot be written is not a failure.
        let _ = io::stderr().write_all(lines.join("\n").as_bytes());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl<'a> MakeWriter<'a> for Scrubbed {
    type Writer = Scrubbed;
    fn make_writer(&'a self) -> Scrubbed {
        Scrubbed(self.0.clone())
    }
}
