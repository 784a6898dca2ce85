//! What a command has to show. How it is shown is for `output` to say.

use serde_json::Value;

use super::change::{Change, Changes};
use super::error::Error;
use super::plan::Plan;
use super::text::{cell_text, visit_texts};

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people; may change.
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// YAML.
    Yaml,
    /// Comma-separated values with a header.
    Csv,
    /// Markdown, for a merge request (plans only).
    Markdown,
    /// The text format of Prometheus (checks of trunks only).
    Prometheus,
}

impl Format {
    /// Whether it is for people, so errors are printed as text.
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Table | Self::Markdown)
    }
}

/// How a dry run shows requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DryRun {
    /// Method, address, headers and body, with secrets masked.
    Http,
    /// Lines for a shell that has the secrets in environment variables.
    Curl,
}

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
        /// Whether the exit code says that there is something to do.
        pending: bool,
        /// The maximum length of the plan as Markdown.
        max_bytes: usize,
    },
    /// Requests of a dry run, as data.
    Requests(Vec<Value>),
    /// Requests of a dry run, as lines for a shell.
    Commands(Vec<String>),
    /// Rows.
    Listing(Vec<Listing>),
    /// Rows of a list that is shown while it is read.
    Part {
        /// The rows.
        listing: Listing,
        /// Whether no part went before.
        first: bool,
        /// Whether no part follows.
        last: bool,
    },
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
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The heading, if there are several.
    pub title: Option<String>,
    /// The columns' names.
    pub columns: Vec<String>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
    /// The rows as data.
    pub data: Vec<Value>,
    /// The places of the columns that a table leaves out where the terminal is too narrow, the least important one first.
    pub least: Vec<usize>,
    /// Whether the columns were chosen; a table shows them also where they are empty.
    pub chosen: bool,
    /// Whether a table and CSV leave out the header.
    pub no_headers: bool,
}

impl Report {
    /// Visits every text that is shown as a value. Keys, names of columns, and texts that are data by
    /// themselves are left out; a command that puts foreign texts into such data cleans them itself.
    pub fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Change(change) => change.visit_texts(visit),
            Self::Changes(changes) => changes.list.iter_mut().for_each(|change| change.visit_texts(visit)),
            Self::Plan { plan, .. } => plan.visit_texts(visit),
            Self::Requests(list) => list.iter_mut().for_each(|value| visit_texts(value, visit)),
            Self::Commands(lines) => lines.iter_mut().for_each(visit),
            Self::Listing(listings) => listings.iter_mut().for_each(|listing| listing.visit_texts(visit)),
            Self::Part { listing, .. } => listing.visit_texts(visit),
            Self::Record(value) => visit_texts(value, visit),
            Self::Partial(listings, errors) => {
                listings.iter_mut().for_each(|listing| listing.visit_texts(visit));
                errors.iter_mut().for_each(|error| error.visit_texts(visit));
            }
            Self::PartialText(_, errors) => errors.iter_mut().for_each(|error| error.visit_texts(visit)),
            Self::Document { text, data } => {
                visit(text);
                visit_texts(data, visit);
            }
            Self::Text(_) | Self::Nothing => {}
        }
    }
}

impl Listing {
    /// A table without a heading.
    pub fn new(columns: &[&str], rows: Vec<Vec<String>>, data: Vec<Value>) -> Self {
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        Self { columns, rows, data, ..Self::default() }
    }

    /// A table whose cells are the values of its rows under the names of its columns.
    pub fn of(columns: &[&str], data: Vec<Value>) -> Self {
        let cells = |row: &Value| columns.iter().map(|name| cell_text(row.get(*name))).collect();
        Self::new(columns, data.iter().map(cells).collect(), data)
    }

    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut String)) {
        self.title.iter_mut().chain(self.rows.iter_mut().flatten()).for_each(&mut *visit);
        self.data.iter_mut().for_each(|value| visit_texts(value, visit));
    }
}
