//! Standard error: warnings, notes and progress.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Terminal;
use super::progress::{Meter, Shown};
use crate::model::diagnostics::{Diagnostics, Progress};
use crate::model::plan::Plan;
use crate::model::text::printable;

/// Masks secrets in a text.
pub type Scrub = Box<dyn Fn(&str) -> String + Send + Sync>;

/// Writes warnings and notes to standard error, each warning once, and the progress of a long command.
pub struct Console {
    quiet: bool,
    scrub: Scrub,
    said: Mutex<Vec<String>>,
    meter: Mutex<Meter>,
}

impl Console {
    /// A console; a quiet one shows only why something failed or was skipped.
    pub fn new(quiet: bool, progress: Shown, scrub: Scrub) -> Self {
        let meter = Meter::new(if quiet { Shown::Nothing } else { progress });
        Self { quiet, scrub, said: Mutex::default(), meter: Mutex::new(meter) }
    }

    fn say(&self, word: &str, text: &str, quiet: bool) {
        let line = format!("{word}: {}", printable(&(self.scrub)(text)));
        let mut said = lock(&self.said);
        if !quiet && !said.contains(&line) {
            // `eprintln!` would panic if standard error is closed.
            lock(&self.meter).aside(|| drop(writeln!(io::stderr(), "{line}")));
            said.push(line);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Diagnostics for Console {
    fn warn(&self, text: &str) {
        self.say("warning", text, self.quiet);
    }

    fn reason(&self, text: &str) {
        self.say("warning", text, false);
    }

    fn note(&self, text: &str) {
        self.say("note", text, self.quiet);
    }

    fn plan(&self, plan: &Plan) {
        // The plan belongs to the question, so it is shown also with --quiet.
        let mut text = Vec::new();
        let _ = super::plan(&mut text, plan, Terminal::default());
        let text = (self.scrub)(&String::from_utf8_lossy(&text));
        lock(&self.meter).aside(|| drop(write!(io::stderr(), "{text}")));
    }

    fn progress(&self, progress: &Progress) {
        lock(&self.meter).show(progress);
    }

    fn progress_line(&self, line: &str) -> bool {
        lock(&self.meter).line(&printable(&(self.scrub)(line)))
    }
}
