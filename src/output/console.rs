//! Standard error: warnings and notes.

use std::sync::Mutex;

use crate::engine::redact::Redactor;
use crate::model::notices::Notices;
use crate::model::text::printable;

/// Writes warnings and notes to standard error, each warning once.
pub struct Console {
    quiet: bool,
    redactor: Redactor,
    said: Mutex<Vec<String>>,
}

impl Console {
    /// A console; a quiet one keeps everything to itself.
    pub fn new(quiet: bool, redactor: Redactor) -> Self {
        Self { quiet, redactor, said: Mutex::default() }
    }

    fn say(&self, word: &str, text: &str) {
        let line = format!("{word}: {}", printable(&self.redactor.scrub(text)));
        let mut said = self.said.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !self.quiet && !said.contains(&line) {
            eprintln!("{line}");
            said.push(line);
        }
    }
}

impl Notices for Console {
    fn warn(&self, text: &str) {
        self.say("warning", text);
    }

    fn note(&self, text: &str) {
        self.say("note", text);
    }
}
