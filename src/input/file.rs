//! Reads files of data: TOML, JSON or YAML, with the place of every mistake.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::DeTable;

use super::tree;
use super::tree::Node;
use crate::config::waiting::waiting;
use crate::model::error::{Error, FieldError, Kind, Result};
use crate::model::secret::MALFORMED;
use crate::model::text::{Unknown, excerpt};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// TOML
    Toml,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

/// A file that was read.
#[derive(Debug)]
pub struct Source {
    /// How messages name it.
    pub name: String,
    /// Where relative references in it start.
    pub folder: PathBuf,
    /// Whether nobody but its owner can read it.
    pub private: bool,
    text: String,
    format: Option<Format>,
}

impl Source {
    /// Reads a file, or standard input for `-`.
    ///
    /// # Errors
    /// Of the given kind, where it cannot be read.
    pub fn open(path: &str, kind: Kind) -> Result<Self> {
        let what = if path == "-" { "standard input".to_owned() } else { format!("file `{path}`") };
        let failed = |cause: std::io::Error| {
            let error = Error::new(kind, format!("{what} cannot be read: {cause}"));
            error.hint(match cause.kind() {
                std::io::ErrorKind::InvalidData => "give a text in UTF-8",
                std::io::ErrorKind::IsADirectory => "name a file in that folder",
                std::io::ErrorKind::PermissionDenied => "check who may read it",
                std::io::ErrorKind::FileTooLarge => "name the file that is meant, or split it",
                _ => "check the path",
            })
        };
        if path == "-" {
            let text = waiting(|| bounded(std::io::stdin())).map_err(failed)?;
            let folder = PathBuf::from(".");
            let text = without_mark(text);
            return Ok(Self { name: "standard input".into(), folder, private: true, text, format: None });
        }
        let file = Path::new(path);
        let extension = file.extension().and_then(|extension| extension.to_str());
        if let Some(other @ ("csv" | "jsonl" | "xlsx" | "ods")) = extension {
            return Err(Error::new(kind, format!("file `{path}`: `.{other}` files are not read"))
                .hint("give the data as TOML, JSON or YAML"));
        }
        let text = waiting(|| std::fs::File::open(file).and_then(bounded)).map_err(failed)?;
        let text = without_mark(text);
        let private = is_private(file).map_err(failed)?;
        let format = match extension {
            Some("toml") => Some(Format::Toml),
            Some("json") => Some(Format::Json),
            Some("yaml" | "yml") => Some(Format::Yaml),
            _ => None,
        };
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self { name: path.into(), folder, private, text, format })
    }

    /// Reads the text as the file's name says, or as it looks: `{` begins JSON, a `key =` or a table TOML.
    ///
    /// # Errors
    /// Of the given kind, with file, line and column; an unknown key with the nearest known one.
    pub fn read<T: DeserializeOwned>(&self, kind: Kind) -> Result<T> {
        // An empty text is TOML and YAML without fields, and says which are missing.
        if self.text.trim().is_empty() && !matches!(self.format, Some(Format::Toml | Format::Yaml)) {
            return Err(Error::new(kind, format!("{} is empty", self.name))
                .hint("give the data as TOML, JSON or YAML"));
        }
        Node::parse(&self.text, self.format()).and_then(|root| tree::read(&root)).map_err(|mistake| {
            let (field, what, remedy) = mistake.parts(&[]);
            // A reference that is wrong is a secret that is wrong, whatever the file is for.
            let kind = if what.contains(MALFORMED) { Kind::Config } else { kind };
            let field = FieldError::new(field, what);
            let place = mistake.place.map(|place| (place.line, place.column));
            let mut error = self.complain(kind, place, &field.line());
            error.hint = remedy.or(error.hint.take());
            error.fields.extend((!field.field.is_empty()).then_some(field));
            error
        })
    }

    /// Reads TOML whose values have to know their places.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn read_toml<T: DeserializeOwned>(&self, kind: Kind) -> Result<T> {
        let place = |cause: &toml::de::Error| cause.span().map(|span| place(&self.text, span.start));
        let reader = toml::Deserializer::parse(&self.text)
            .map_err(|cause| self.complain(kind, place(&cause), cause.message()))?;
        serde_path_to_error::deserialize(reader).map_err(|error| {
            let (path, cause) = (error.path().to_string(), error.inner());
            match unknown_key(cause.message()) {
                Some((key, known)) => {
                    let known: Vec<&str> = known.iter().map(String::as_str).collect();
                    let table = DeTable::parse(&self.text).map(Spanned::into_inner).unwrap_or_default();
                    let count = table.keys().filter(|key| known.contains(&key.get_ref().as_ref())).count();
                    let familiar = count > 0 && 2 * count >= table.len();
                    let unknown = Unknown::new("key", &key, familiar, &known);
                    let error = self.complain(kind, place(cause), &unknown.what);
                    error.hint(unknown.remedy)
                }
                None => {
                    let field = FieldError::new(path, without_value(cause.message()));
                    self.complain(kind, place(cause), &field.line())
                }
            }
        })
    }

    /// How the text is written: as the file's name says, or as it looks.
    pub fn format(&self) -> Format {
        self.format.unwrap_or_else(|| guess(&self.text))
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A mistake in the file, at a place.
    pub fn complain(&self, kind: Kind, place: Option<(usize, usize)>, what: &str) -> Error {
        let place = place.map(|(line, column)| format!(", line {line}, column {column}")).unwrap_or_default();
        let error = Error::new(kind, format!("{}{place}: {}", self.name, excerpt(what, 400)));
        error.hint(remedy_of(what).unwrap_or(CORRECT))
    }
}

/// What to do about a mistake that says no more.
const CORRECT: &str = "correct the file at that place";

/// What the file of a trunk holds.
pub const ONE_TRUNK: &str = "the fields of one trunk";

/// Longest file that is read as a whole, in bytes. A device may have no end.
pub(super) const LONGEST: u64 = 16 << 20;

/// The whole text, where it is not too long.
fn bounded(source: impl Read) -> std::io::Result<String> {
    let mut text = String::new();
    source.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST { Err(too_long(LONGEST)) } else { Ok(text) }
}

/// The error of a file that is longer than that.
pub(super) fn too_long(limit: u64) -> std::io::Error {
    let text = format!("it is longer than {} MiB", limit >> 20);
    std::io::Error::new(std::io::ErrorKind::FileTooLarge, text)
}

/// A byte order mark says nothing about a text that is read as UTF-8 anyway.
fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// The parsers repeat the place at the end of their messages.
pub(super) fn without_place(text: &str) -> String {
    text.rsplit_once(" at line ").map_or(text, |(text, _)| text).to_owned()
}

/// What to do about tabs in YAML, or about a value of another type than the one expected.
pub(super) fn remedy_of(what: &str) -> Option<&'static str> {
    if what.split(' ').any(|word| matches!(word, "tab" | "tabs")) {
        return Some("indent with spaces");
    }
    [
        ("a table with `number`", "write the number under its key, as in { number = \"5503300\" }"),
        ("a table with `id` or `name`", "write one of them with its key, as in { name = \"Sales\" }"),
        (ONE_TRUNK, "write each field with its value, as in {\"name\": \"itsp-main\"}"),
        ("expected a string", "write the value as a text, in quotes"),
        ("expected a sequence", "write a list, in brackets"),
        ("expected a boolean", "write true or false, without quotes"),
    ]
    .into_iter()
    .find_map(|(part, remedy)| what.ends_with(part).then_some(remedy))
}

/// serde's complaint about a value of the wrong type, without the value.
fn without_value(message: &str) -> String {
    let parts = message.split_once("invalid type: ").and_then(|(before, rest)| {
        let (value, expected) = rest.rsplit_once(", expected ")?;
        let noun = value.split(['`', '"']).next().unwrap_or_default().trim_end();
        Some(format!("{before}invalid type: {noun}, expected {expected}"))
    });
    parts.unwrap_or_else(|| message.to_owned())
}

/// The key and its known neighbours in serde's complaint about an unknown field.
fn unknown_key(message: &str) -> Option<(String, Vec<String>)> {
    let rest = &message[message.find("unknown field `")? + 15..];
    let (key, rest) = rest.split_once('`')?;
    let known: Vec<String> = rest.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Some((key.to_owned(), known))
}

/// How a text looks.
pub(super) fn guess(text: &str) -> Format {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    match first {
        Some(line) if line.starts_with('{') => Format::Json,
        // A list of objects; a table's header in TOML goes on with its name or a second bracket.
        Some(line)
            if line.strip_prefix('[').is_some_and(|rest| {
                let rest = rest.trim_start();
                rest.is_empty() || rest.starts_with(['{', ']'])
            }) =>
        {
            Format::Json
        }
        Some(line)
            if line.starts_with('[') || line.split(':').next().is_some_and(|key| key.contains('=')) =>
        {
            Format::Toml
        }
        _ => Format::Yaml,
    }
}

/// Line and column, from 1, of a byte.
pub fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(unix)]
fn is_private(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 == 0)
}

/// Other systems keep a user's files from other users by default.
#[cfg(not(unix))]
fn is_private(_: &Path) -> std::io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::trunk::Trunk;

    fn parse(text: &str, format: Option<Format>) -> Result<Trunk> {
        let source =
            Source { name: "f".into(), folder: PathBuf::new(), private: true, text: text.into(), format };
        source.read(Kind::Invalid)
    }

    #[test]
    fn all_three_formats_are_read_and_guessed() {
        for text in
            ["name = \"+1\"\nport = 5060", "{\"name\": \"+1\", \"port\": 5060}", "# x\nname: +1\nport: 5060"]
        {
            let trunk = parse(text, None).unwrap();
            assert_eq!((trunk.name.as_deref(), trunk.port), (Some("+1"), Some(5060)), "{text}");
        }
    }

    #[test]
    fn a_list_is_told_from_a_tables_header() {
        for (text, format) in [
            ("[{\"number\": \"+1\"}]", Format::Json),
            ("[\n  {\"number\": \"+1\"}\n]", Format::Json),
            ("[ {", Format::Json),
            ("[]", Format::Json),
            ("[[internal_numbers]]\nnumber = \"+1\"", Format::Toml),
            ("[caller_id]\nnumber = \"+1\"", Format::Toml),
            ("- number: +1", Format::Yaml),
        ] {
            assert!(guess(text) == format, "{text}");
        }
    }

    #[test]
    fn yaml_keeps_texts_that_look_like_something_else() {
        let text = "name: NO\nusername: 0041\ndids: [{number: +4420}, {number: 0123}]\ncountry: 1e3";
        let trunk = parse(text, Some(Format::Yaml)).unwrap();
        let dids: Vec<_> = trunk.dids.unwrap().into_iter().map(|did| did.number).collect();
        assert_eq!((trunk.name.as_deref(), trunk.username.as_deref()), (Some("NO"), Some("0041")));
        assert_eq!(
            (dids, trunk.country.as_deref()),
            (vec!["+4420".to_owned(), "0123".to_owned()], Some("1e3"))
        );
    }

    #[test]
    fn mistakes_have_a_place_and_a_remedy() {
        for (text, format, place, hint) in [
            ("name = \"a\"\nport = ", Format::Toml, "line 2", "correct"),
            ("{\"name\": \"a\",\n \"port\": }", Format::Json, "line 2, column", "correct"),
            ("name: a\nport: [", Format::Yaml, "line", "correct"),
            ("name = \"a\"\ntransprt = \"udp\"", Format::Toml, "line 2, column 1", "`transport`"),
            ("{\"name\": \"a\",\n \"codec\": []}", Format::Json, "line 2", "`codecs`"),
            ("name: a\nhots: x", Format::Yaml, "line 2", "`host`"),
            ("transport = \"upd\"", Format::Toml, "line 1", "correct"),
            ("{\"name\": \"a\",}", Format::Json, "column 14: trailing comma", "correct"),
            ("caller_id:\n\tnumber: \"1\"", Format::Yaml, "line 2", "indent with spaces"),
            ("dids = [\"550\"]", Format::Toml, "expected a table with `number`", "{ number = "),
            ("name: a\n  kind: peer", Format::Yaml, "column 7: mapping values", "correct"),
            ("enabled: \"yes\"", Format::Yaml, "column 10: enabled: invalid", "without quotes"),
            ("dids:\n- nmber: 5", Format::Yaml, "column 3: dids[0].nmber: unknown", "`number`"),
            ("name: a\nport: 1\nkind: pear", Format::Yaml, "line 3, column 7: kind `pear`", "correct"),
            (
                "dids: []\ncaller_id_overrides:\n- number: \"1\"\n  option: rnge",
                Format::Yaml,
                "line 4, column 11",
                "correct",
            ),
            (" \n", Format::Json, "f is empty", "TOML"),
        ] {
            let error = parse(text, Some(format)).unwrap_err();
            assert!(error.message.contains(place), "{text}: {}", error.message);
            assert!(error.hint.as_deref().unwrap().contains(hint), "{text}: {:?}", error.hint);
        }
    }
}
