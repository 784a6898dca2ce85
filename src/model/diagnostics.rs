//! How warnings, notes and progress reach people without the library printing.

use super::plan::Plan;

/// How far a long command is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Items that have come to their end.
    pub done: u64,
    /// Those of them that were not done.
    pub failed: u64,
    /// All items.
    pub total: u64,
    /// Whether nothing will follow.
    pub over: bool,
    /// What the items are called.
    pub noun: &'static str,
}

/// Takes warnings and notes for people. They never go to standard output.
pub trait Diagnostics: Send + Sync {
    /// Something that may be wrong.
    fn warn(&self, text: &str);
    /// Why something was not done. It is shown under `--quiet` too.
    fn reason(&self, text: &str) {
        self.warn(text);
    }
    /// Something good to know.
    fn note(&self, text: &str);
    /// What is to be done, where standard output is for what was done.
    fn plan(&self, _plan: &Plan) {}
    /// How far the command is.
    fn progress(&self, _progress: &Progress) {}
    /// How far a command is that has no count, in a line that is redrawn; an empty line removes it. Returns whether it is
    /// shown.
    fn progress_line(&self, _line: &str) -> bool {
        false
    }
}
