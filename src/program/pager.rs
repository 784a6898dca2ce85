//! Shows long texts on a terminal with the pager of the user.

use std::io::Write;
use std::process::{Command, Stdio};

/// Shows a text with `$PAGER`, else with `less`. Returns whether it was shown: not if there is no pager.
pub fn show(text: &str) -> bool {
    let pager = std::env::var("PAGER").ok().filter(|pager| !pager.is_empty()).unwrap_or("less".into());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next() else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Ends at once if the text fits on the screen, and leaves it there.
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    if let Some(mut input) = child.stdin.take() {
        // A user who leaves the pager early closes the pipe.
        let _ = input.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}
