//! Errors, for people and for programs.

use std::io::{self, Write};

use serde_json::json;

use crate::model::error::Error;
use crate::model::report::Format;
use crate::model::text::{printable, printable_json};

/// Prints an error: words for people, the contract's JSON object under any other format.
pub fn error(out: &mut dyn Write, error: &Error, format: Format, color: bool) -> io::Result<()> {
    if !format.is_for_people() {
        return writeln!(out, "{}", printable_json(&json!({ "error": error }).to_string()));
    }
    let (red, bold, plain) = if color { ("\u{1b}[31m", "\u{1b}[1m", "\u{1b}[0m") } else { ("", "", "") };
    // The line breaks of the message are our own; other text was made printable when it was read.
    let message: Vec<String> = error.message.lines().map(printable).collect();
    writeln!(out, "{red}error:{plain} {}", message.join("\n"))?;
    if let Some(id) = &error.request_id {
        writeln!(out, "  request id: {}", printable(id))?;
    }
    if let Some(hint) = &error.hint {
        writeln!(out, "{bold}hint:{plain} {}", printable(hint))?;
    }
    Ok(())
}
