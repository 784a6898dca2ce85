//! Everything that is wrong with a manifest, shown at once.

use std::collections::{HashMap, HashSet};

use crate::input::file::MOST;
use crate::input::tree;
use crate::input::tree::{Node, Table, Value};
use crate::model::error::{Error, FieldError, Kind, Place, Result};

/// What was found so far.
#[derive(Debug, Default)]
pub struct Mistakes {
    list: Vec<FieldError>,
    /// Of which kinds they are.
    kinds: HashSet<Kind>,
    /// What lies under several entries is shown once.
    seen: HashSet<Message>,
    /// Values that a variable is missing in. Whatever else seems wrong with them is so for want of it.
    unfilled: HashSet<Position>,
    /// Values with variables, and the message if one is wrong, which does not show the value.
    filled: HashMap<Position, String>,
    /// Files without further messages, because they may not be manifests.
    hushed: HashSet<String>,
    more: usize,
    /// The files, in the order in which they are read.
    files: Vec<String>,
}

/// The file, and the line with its column.
type Position = (String, (usize, usize));

fn position(file: &str, place: Place) -> Position {
    (file.to_owned(), (place.line, place.column))
}

/// The file, the line with its column, and the message.
type Message = (Option<String>, Option<(usize, usize)>, String);

/// Where a mistake is.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    pub file: &'a str,
    pub place: Option<Place>,
    /// The way to the entry, as in `trunk[2]`.
    pub path: &'a str,
}

impl<'a> At<'a> {
    /// The same entry elsewhere.
    pub fn place(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }
}

impl Mistakes {
    /// The mistakes of a file come before those of the files after it.
    pub fn begin(&mut self, file: &str) {
        self.files.push(file.to_owned());
    }

    /// A mistake in a field of the entry, or in the entry itself if the field is empty.
    pub fn add(&mut self, at: At<'_>, field: &str, what: impl Into<String>) {
        self.add_of(Kind::Invalid, at, field, what);
    }

    /// One of another kind. The refusal is one of the configuration where all its mistakes are.
    pub fn add_of(&mut self, kind: Kind, at: At<'_>, field: &str, what: impl Into<String>) {
        let what = match at.place.and_then(|place| self.filled.get(&position(at.file, place))) {
            Some(what) => what.clone(),
            None => what.into(),
        };
        self.push(kind, at, field, what);
    }

    /// One that repeats no value of a variable.
    fn push(&mut self, kind: Kind, at: At<'_>, field: &str, what: String) {
        if self.hushed.contains(at.file) {
            return;
        }
        let dot = if at.path.is_empty() || field.is_empty() || field.starts_with('[') { "" } else { "." };
        let field = format!("{}{dot}{field}", at.path);
        let error = FieldError {
            file: (!at.file.is_empty()).then(|| at.file.to_owned()),
            place: at.place,
            ..FieldError::new(field, what)
        };
        let place = at.place.map(|place| (place.line, place.column));
        let unfilled = at.place.is_some_and(|place| self.unfilled.contains(&position(at.file, place)));
        if unfilled || !self.seen.insert((error.file.clone(), place, error.message.clone())) {
            return;
        }
        self.kinds.insert(kind);
        if self.list.len() < MOST { self.list.push(error) } else { self.more += 1 }
    }

    /// The table under a key of the file.
    pub fn table(&mut self, at: At<'_>, path: &str, node: Node) -> Option<Table> {
        let noun = node.noun();
        match node.value {
            Value::Table(table) => Some(table),
            Value::Nothing => None,
            _ => {
                self.add(at.place(node.place), path, format!("is {noun}; write a table"));
                None
            }
        }
    }

    /// What is wrong with a value of an entry; `others` are keys besides those that its reader knows.
    pub fn of_node(&mut self, at: At<'_>, mistake: &tree::Mistake, others: &[&str]) {
        let at = At { place: mistake.place.or(at.place), ..at };
        let fault = mistake.field(others);
        // A reference that is wrong is a secret that is wrong.
        let kind = if mistake.is_of_secret() { Kind::Config } else { Kind::Invalid };
        self.push(kind, at, &fault.field, fault.message);
    }

    /// No more is said of a file.
    pub fn hush(&mut self, file: &str) {
        self.hushed.insert(file.to_owned());
    }

    /// A variable that cannot be put into a value.
    pub fn of_variable(&mut self, at: At<'_>, place: Place, what: String) {
        self.push(Kind::Invalid, at.place(place), "", what);
        self.unfilled.insert(position(at.file, place));
    }

    /// Variables were put into a value.
    pub fn fill(&mut self, at: At<'_>, place: Place, names: &[&str]) {
        let names: Vec<String> = names.iter().map(|name| format!("${{{name}}}")).collect();
        let what = format!("the value of `{}` is not valid here and is not shown", names.join(" "));
        self.filled.insert(position(at.file, place), what);
    }

    /// What is said of a value that is wrong, where variables were put into it or into one of those below it.
    pub fn filled(&self, file: &str, node: &Node) -> Option<String> {
        self.filled.get(&position(file, node.place)).cloned().or_else(|| match &node.value {
            Value::List(list) => list.iter().find_map(|node| self.filled(file, node)),
            Value::Table(table) => table.iter().find_map(|(_, node)| self.filled(file, node)),
            _ => None,
        })
    }

    /// Whether a variable is missing in a value, or in one of those below it.
    pub fn is_unfilled(&self, file: &str, node: &Node) -> bool {
        let below = |node: &Node| self.is_unfilled(file, node);
        self.unfilled.contains(&position(file, node.place))
            || match &node.value {
                Value::List(list) => list.iter().any(below),
                Value::Table(table) => table.iter().any(|(_, node)| below(node)),
                _ => false,
            }
    }

    /// What was wrong with a file.
    pub fn of_file(&mut self, at: At<'_>, error: &Error) {
        let hint = error.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        // The message names the file; a place is that of the entry that names it.
        let file = if at.place.is_some() { at.file } else { "" };
        self.add_of(error.kind, At { file, ..at }, "", format!("{}{hint}", error.message));
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Nothing, or the refusal with that hint.
    pub fn finish(mut self, hint: &str) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        self.list.sort_by_cached_key(|error| {
            let file = self.files.iter().position(|file| Some(file) == error.file.as_ref());
            let place = error.place.map(|place| (place.line, place.column));
            (file.unwrap_or(usize::MAX), error.file.clone(), place)
        });
        let mut error = Error::fields_of("the manifest", self.list, self.more);
        let of_config = self.kinds.iter().all(|kind| *kind == Kind::Config);
        error.kind = if of_config { Kind::Config } else { Kind::Invalid };
        Err(error.hint(hint))
    }
}
