//! Standard error: warnings and notes.

use std::io::{self, Write};
use std::sync::Mutex;

use crate::model::notices::Notices;
use crate::model::text::printable;

/// Strikes secrets out of a text.
pub type Scrub = Box<dyn Fn(&str) -> String + Send + Sync>;

/// Writes warnings and notes to standard error, each warning once.
pub struct Console {
    quiet: bool,
    scrub: Scrub,
    said: Mutex<Vec<String>>,
}

impl Console {
    /// A console; a quiet one keeps everything to itself.
    pub fn new(quiet: bool, scrub: Scrub) -> Self {
        Self { quiet, scrub, said: Mutex::default() }
    }

    fn say(&self, word: &str, text: &str) {
        let line = format!("{word}: {}", printable(&(self.scrub)(text)));
        let mut said = self.said.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !self.quiet && !said.contains(&line) {
            // `eprintln!` would panic where nobody listens any more.
            let _ = writeln!(io::stderr(), "{line}");
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
