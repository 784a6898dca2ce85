//! What can go wrong, and the exit code that each kind of failure ends in.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::ser::{Serialize, SerializeMap, Serializer};

/// The result of everything that can fail in this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kind of a failure. It alone decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Standard output that cannot be written, or a defect of trunkctl itself.
    Internal,
    /// The command line is wrong.
    Usage,
    /// The profiles file, a profile or a secret is missing or wrong.
    Config,
    /// The input was refused before anything was sent.
    Invalid,
    /// The vendor refused the credentials, or they lack a permission or scope.
    Auth,
    /// The object does not exist.
    NotFound,
    /// The object already exists, or is in use.
    Conflict,
    /// Still limited when the retries or the deadline ran out, or a quota is reached.
    RateLimited,
    /// The vendor refused the request.
    Rejected,
    /// The vendor could not be reached or failed; nothing was applied.
    Unavailable,
    /// A write was sent but no answer arrived.
    OutcomeUnknown,
    /// Some items of a bulk command failed.
    Partial,
    /// The vendor does not support this operation.
    Unsupported,
    /// A trunk does not work, or did not come up in time.
    Unhealthy,
    /// Ctrl-C.
    Interrupted,
}

/// An exit code with its name and meaning, as `explain exit` and the README show it.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct ExitCode {
    /// The process's exit code.
    pub code: u8,
    /// The kind's name; `done` for 0.
    pub kind: &'static str,
    /// What the code means to a script.
    pub meaning: &'static str,
    /// What to do next.
    pub remedy: &'static str,
}

/// Every exit code of the program, in order.
pub const EXIT_CODES: &[ExitCode] = &[
    exit(0, "done", "Done, or nothing to do.", "Nothing."),
    exit(
        1,
        "internal",
        "Standard output could not be written, for example because the disk is full, or trunkctl has a bug.",
        "Free disk space, and check what was changed before you repeat the command. Report a bug with the command and its -vv output.",
    ),
    exit(2, "usage", "The command line is wrong.", "Read the message, or add --help to the command."),
    exit(
        3,
        "config",
        "The profiles file, a profile or a secret is missing or wrong.",
        "Correct the profile or the reference that the message names.",
    ),
    exit(
        4,
        "invalid",
        "The input was refused before anything was sent, or a command needed confirmation and there was neither --yes nor a terminal.",
        "Correct the field that the message names. Nothing was changed.",
    ),
    exit(
        5,
        "auth",
        "The vendor refused the credentials, or they lack the permission or scope.",
        "Check the profile's credentials and their permissions at the vendor. Repeating the command does not help.",
    ),
    exit(6, "not_found", "The object does not exist at the vendor.", "Check its name or id and the account."),
    exit(
        7,
        "conflict",
        "The object already exists, or is in use.",
        "Use another name or number, or update the existing object.",
    ),
    exit(
        8,
        "rate_limited",
        "The vendor's rate limit was still in force when the retries or the deadline ran out, or a quota is used up.",
        "Try again later, or ask the vendor for a higher quota.",
    ),
    exit(
        9,
        "rejected",
        "The vendor refused the request.",
        "Look up the vendor's code with `trunkctl explain`.",
    ),
    exit(
        10,
        "unavailable",
        "The vendor could not be reached, or failed; nothing was applied.",
        "Check the address and the network. It is safe to repeat the command.",
    ),
    exit(
        11,
        "outcome_unknown",
        "A write was sent but no answer arrived; it may or may not have been applied.",
        "Check the state at the vendor before you repeat the command.",
    ),
    exit(
        12,
        "partial",
        "Some of the items or profiles failed.",
        "Read the errors in the output, and repeat the failed items.",
    ),
    exit(
        13,
        "unsupported",
        "The vendor does not support this operation.",
        "The message says what to do instead. `trunkctl vendors` lists the supported operations.",
    ),
    exit(
        14,
        "changes_pending",
        "`plan --detailed-exitcode` found changes to make.",
        "Review the plan, then run `trunkctl apply`.",
    ),
    exit(
        15,
        "unhealthy",
        "A check of a trunk failed, or a trunk did not come up in time.",
        "Read the failed checks, or the status and its cause in the message. Changes that were made stay.",
    ),
    exit(
        130,
        "interrupted",
        "The command was interrupted by Ctrl-C or SIGTERM; finished changes are reported.",
        "Read the message: it says whether a request was in progress.",
    ),
];

const fn exit(code: u8, kind: &'static str, meaning: &'static str, remedy: &'static str) -> ExitCode {
    ExitCode { code, kind, meaning, remedy }
}

impl Kind {
    /// The exit code of the process.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Config => 3,
            Self::Invalid => 4,
            Self::Auth => 5,
            Self::NotFound => 6,
            Self::Conflict => 7,
            Self::RateLimited => 8,
            Self::Rejected => 9,
            Self::Unavailable => 10,
            Self::OutcomeUnknown => 11,
            Self::Partial => 12,
            Self::Unsupported => 13,
            Self::Unhealthy => 15,
            Self::Interrupted => 130,
        }
    }

    /// The name in JSON and in `explain`.
    pub fn name(self) -> &'static str {
        EXIT_CODES.iter().find(|row| row.code == self.exit_code()).map_or("internal", |row| row.kind)
    }
}

/// Whether a failed change may have been applied nevertheless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// It was not applied.
    NotApplied,
    /// It may or may not have been applied.
    Unknown,
}

/// A place in a text, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// The neutral name of the field, or the vendor's if there is none.
    pub field: String,
    /// What is wrong with it, and what to do.
    pub message: String,
    /// The file, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The position in the input, if known.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl FieldError {
    /// An error in a field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), file: None, place: None }
    }

    /// Parses a word, and records the error if that fails.
    pub fn parse<T: std::str::FromStr<Err = String>>(
        faults: &mut Vec<Self>,
        field: &str,
        text: Option<&str>,
    ) -> Option<T> {
        text?.parse().map_err(|message| faults.push(Self::new(field, message))).ok()
    }

    /// The error in one line; the field's name is left out if the message begins with it.
    pub(crate) fn line(&self) -> String {
        // The line identifies the entry of a list.
        let field = match self.place {
            Some(_) => self.field.rsplit(']').next().unwrap_or_default().trim_start_matches('.'),
            None => &self.field,
        };
        let named = field.is_empty() || self.message.starts_with(&format!("{field} "));
        let what = if named { self.message.clone() } else { format!("{field}: {}", self.message) };
        match (&self.file, self.place) {
            (Some(file), Some(place)) => format!("{file}, {place}: {what}"),
            (Some(file), None) => format!("{file}: {what}"),
            (None, Some(place)) => format!("{place}: {what}"),
            (None, None) => what,
        }
    }
}

/// A failure with everything that a person or a script needs to act on it.
#[derive(Clone)]
pub struct Error(Box<Facts>);

/// The parts of an [`Error`].
#[derive(Debug, Clone)]
pub struct Facts {
    /// Decides the exit code.
    pub kind: Kind,
    /// Names the thing and what is wrong with it.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Whether the same command may succeed later without a change.
    pub retryable: bool,
    /// Whether something may have been applied; absent where nothing could have been.
    pub outcome: Option<Applied>,
    /// The vendor asked.
    pub vendor: Option<&'static str>,
    /// The vendor's own code.
    pub vendor_code: Option<String>,
    /// The vendor's own text.
    pub vendor_message: Option<String>,
    /// Status of the HTTP answer.
    pub http_status: Option<u16>,
    /// The request id, for the vendor's support.
    pub request_id: Option<String>,
    /// The invalid fields.
    pub fields: Vec<FieldError>,
}

impl Error {
    /// A failure of that kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Facts {
            kind,
            message: message.into(),
            hint: None,
            retryable: false,
            outcome: None,
            vendor: None,
            vendor_code: None,
            vendor_message: None,
            http_status: None,
            request_id: None,
            fields: Vec::new(),
        }))
    }

    /// Input refused before anything was sent.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// A profile or secret that is missing or wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(Kind::Config, message)
    }

    /// Fields refused before anything was sent; the message lists them all.
    pub fn fields(what: &str, fields: Vec<FieldError>) -> Self {
        let list: Vec<String> = fields.iter().map(FieldError::line).collect();
        let message = match list.as_slice() {
            [one] => format!("cannot use {what}: {one}"),
            many => format!("cannot use {what}:\n  {}", many.join("\n  ")),
        };
        let mut error = Self::invalid(message);
        error.fields = fields;
        error
    }

    /// The same, if `more` mistakes are left out.
    pub fn fields_of(what: &str, fields: Vec<FieldError>, more: usize) -> Self {
        let mut error = Self::fields(what, fields);
        if more > 0 {
            error.message = format!("{}\n  and {more} more", error.message);
        }
        error
    }

    /// What is wrong with several fields, in one line.
    pub fn list(fields: &[FieldError]) -> String {
        fields.iter().map(FieldError::line).collect::<Vec<_>>().join("; ")
    }

    /// Visits every text that is shown of it.
    pub fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut String)) {
        let facts = &mut *self.0;
        visit(&mut facts.message);
        let more =
            [&mut facts.hint, &mut facts.vendor_code, &mut facts.vendor_message, &mut facts.request_id];
        more.into_iter().flatten().for_each(&mut *visit);
        for field in &mut facts.fields {
            visit(&mut field.field);
            visit(&mut field.message);
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the profile that failed, unless the message does so.
    #[must_use]
    pub fn of_profile(mut self, name: &str) -> Self {
        let place = format!("profile `{name}`");
        if !self.message.contains(&place) {
            self.message = format!("{place}: {}", self.message);
        }
        self
    }

    /// Says what became of a write.
    #[must_use]
    pub fn outcome(mut self, outcome: Applied) -> Self {
        self.outcome = Some(outcome);
        self
    }
}

impl Deref for Error {
    type Target = Facts;
    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Facts {
        &mut self.0
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The object that the contract puts under `error`; keys that do not apply are absent.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", self.kind.name())?;
        map.serialize_entry("message", &self.message)?;
        if let Some(hint) = &self.hint {
            map.serialize_entry("hint", hint)?;
        }
        map.serialize_entry("exit_code", &self.kind.exit_code())?;
        map.serialize_entry("retryable", &self.retryable)?;
        if let Some(outcome) = self.outcome {
            map.serialize_entry("outcome", &outcome)?;
        }
        let texts = [
            ("vendor", self.vendor),
            ("vendor_code", self.vendor_code.as_deref()),
            ("vendor_message", self.vendor_message.as_deref()),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                map.serialize_entry(key, text)?;
            }
        }
        if let Some(status) = self.http_status {
            map.serialize_entry("http_status", &status)?;
        }
        if let Some(id) = &self.request_id {
            map.serialize_entry("request_id", id)?;
        }
        if !self.fields.is_empty() {
            map.serialize_entry("fields", &self.fields)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_position_is_shown() {
        let mut field = FieldError::new("internal_numbers[4].number", "is missing");
        assert_eq!(field.line(), "internal_numbers[4].number: is missing");
        assert_eq!(serde_json::to_value(&field).unwrap().as_object().unwrap().len(), 2);
        field.place = Some(Place { line: 3, column: 5 });
        assert_eq!(field.line(), "line 3, column 5: number: is missing");
        let row = FieldError { field: "internal_numbers[4]".into(), ..field.clone() };
        assert_eq!(row.line(), "line 3, column 5: is missing");
        let elsewhere = FieldError { file: Some("a.toml".into()), ..field.clone() };
        assert_eq!(elsewhere.line(), "a.toml, line 3, column 5: number: is missing");
        let json = serde_json::to_string(&field).unwrap();
        assert!(json.ends_with(r#""message":"is missing","line":3,"column":5}"#), "{json}");
    }
}
