//! What a command has to show. How it is shown is for `output` to say.

use serde_json::Value;

use super::change::{Change, Changes};
use super::error::Error;
use super::plan::Plan;

/// The result of a command.
#[derive(Debug)]
pub enum Report {
    /// One write.
    Change(Box<Change>),
    /// Many writes.
    Changes(Changes),
    /// What is to be done.
    Plan {
        /// The plan.
        plan: Plan,
        /// Whether the exit code tells that there is something to do.
        pending: bool,
    },
    /// Requests of a dry run, as data.
    Requests(Vec<Value>),
    /// Requests of a dry run, as lines for a shell.
    Commands(Vec<String>),
    /// Rows.
    Listing(Vec<Listing>),
    /// One object.
    Record(Value),
    /// Rows of some profiles, and why others could not be read.
    Partial(Vec<Listing>, Vec<Error>),
    /// Text of some profiles, and why others could not be read.
    PartialText(String, Vec<Error>),
    /// Something for people, with the same as data.
    Document {
        /// For people.
        text: String,
        /// For programs.
        data: Value,
    },
    /// Text that is data by itself: a script, a manual page.
    Text(String),
    /// Nothing to show.
    Nothing,
}

/// A table and the same as data.
#[derive(Debug)]
pub struct Listing {
    /// What stands above it, where there are several.
    pub title: Option<String>,
    /// The columns' names.
    pub columns: Vec<String>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
    /// The rows as data.
    pub data: Vec<Value>,
}
