//! Reads files of data: TOML, JSON or YAML, with the place of every mistake.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::format::{Format, extension};
use super::tree;
use super::tree::{Mistake, Node};
use super::waiting::waiting;
use crate::model::error::{Error, FieldError, Kind, Place, Result};
use crate::model::text::excerpt;

/// A file that was read.
#[derive(Debug)]
pub struct Source {
    /// How messages name it.
    pub name: String,
    /// Where relative references in it start.
    pub folder: PathBuf,
    /// Whether only its owner can read it.
    pub private: bool,
    text: String,
    format: Option<Format>,
}

impl Source {
    /// Reads a file, or standard input for `-`.
    pub fn open(path: &str, kind: Kind) -> Result<Self> {
        let what = if path == "-" { "standard input".to_owned() } else { format!("file `{path}`") };
        let failed = |cause| unreadable(kind, &what, &cause, "name the file that is meant, or split it");
        if path == "-" {
            let bytes = waiting(|| bounded(std::io::stdin(), LONGEST)).map_err(failed)?;
            let text = decode(bytes).map_err(|mistake| refuse(&what, kind, &[mistake]))?;
            return Ok(Self { name: what, folder: PathBuf::from("."), private: true, text, format: None });
        }
        let file = Path::new(path);
        if let other @ ("csv" | "jsonl" | "xlsx" | "ods") = extension(path).as_str() {
            return Err(Error::new(kind, format!("file `{path}`: `.{other}` files are not read"))
                .hint("give the data as TOML, JSON or YAML"));
        }
        let bytes =
            waiting(|| std::fs::File::open(file).and_then(|file| bounded(file, LONGEST))).map_err(failed)?;
        let text = decode(bytes).map_err(|mistake| refuse(path, kind, &[mistake]))?;
        let private = is_private(file).map_err(failed)?;
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self { name: path.into(), folder, private, text, format: Format::of(path) })
    }

    /// Reads the text as the file's name says, or as it looks.
    pub fn read<T: DeserializeOwned>(&self, kind: Kind) -> Result<T> {
        // An empty text is TOML and YAML without fields, and says which are missing.
        if self.text.trim().is_empty() && !matches!(self.format, Some(Format::Toml | Format::Yaml)) {
            return Err(Error::new(kind, format!("{} is empty", self.name))
                .hint("give the data as TOML, JSON or YAML"));
        }
        let root = self.parse().map_err(|mistake| self.refuse(kind, &[mistake]))?;
        tree::read_file(&root).map_err(|mistakes| self.refuse(kind, &mistakes))
    }

    /// The tree of the text, as the file's name says, or as it looks.
    pub fn parse(&self) -> Result<Node, Mistake> {
        Node::parse(&self.text, self.format.unwrap_or_else(|| Format::guess(&self.text)))
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The error of mistakes in the file.
    pub fn refuse(&self, kind: Kind, mistakes: &[Mistake]) -> Error {
        refuse(&self.name, kind, mistakes)
    }
}

/// How many mistakes of a file are shown; the others are counted.
pub(super) const MOST: usize = 200;

/// The error of mistakes in a file of that name.
pub(super) fn refuse(name: &str, kind: Kind, mistakes: &[Mistake]) -> Error {
    let mut error = if let [mistake] = mistakes {
        let (field, what, remedy) = mistake.parts(&[]);
        let field = FieldError::new(field, what);
        let place = mistake.place.map(|place| format!(", {place}")).unwrap_or_default();
        let error = Error::new(kind, format!("{name}{place}: {}", excerpt(&field.line(), 400)));
        let mut error = error.hint(remedy.as_deref().unwrap_or("correct the file at that place"));
        error.fields.extend((!field.field.is_empty()).then_some(field));
        error
    } else {
        let fields = mistakes.iter().take(MOST).map(|mistake| mistake.field(&[])).collect();
        let more = mistakes.len().saturating_sub(MOST);
        Error::fields_of(name, fields, more).hint("correct the file at these places")
    };
    // A wrong reference is an error of a secret, in any file.
    error.kind = if mistakes.iter().any(Mistake::is_of_secret) { Kind::Config } else { kind };
    error
}

/// The error of a file that cannot be read.
pub(super) fn unreadable(kind: Kind, what: &str, cause: &std::io::Error, too_long: &str) -> Error {
    Error::new(kind, format!("{what} cannot be read: {cause}")).hint(match cause.kind() {
        ErrorKind::IsADirectory => "name a file in that folder",
        ErrorKind::PermissionDenied => "check who may read it",
        ErrorKind::FileTooLarge => too_long,
        ErrorKind::StorageFull => "free some space for temporary files",
        _ => "check the path",
    })
}

/// Longest file that is read as a whole, in bytes. A device may have no end.
pub(super) const LONGEST: u64 = 16 << 20;

/// The whole input, unless it has more bytes than the limit.
pub fn bounded(source: impl Read, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(too_long(limit)) } else { Ok(bytes) }
}

/// The text of a file.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, Mistake> {
    match String::from_utf8(bytes) {
        Ok(text) if without_mark(&text).len() == text.len() => Ok(text),
        Ok(text) => Ok(without_mark(&text).to_owned()),
        Err(error) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
            let start = good.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            Err(not_utf8(line, &good[start..]))
        }
    }
}

/// The mistake of a byte that is not UTF-8, with its position.
pub(super) fn not_utf8(line: usize, before: &[u8]) -> Mistake {
    let column = 1 + String::from_utf8_lossy(before).chars().count();
    Mistake::at(Place { line, column }, "a byte there is not UTF-8").remedy(UTF8)
}

/// What to do about a text in other characters.
pub(super) const UTF8: &str = "save it as UTF-8; spreadsheets call that \"CSV UTF-8\"";

/// The error of a file that is longer than that.
pub(super) fn too_long(limit: u64) -> std::io::Error {
    let text = format!("it is longer than {} MiB", limit >> 20);
    std::io::Error::new(ErrorKind::FileTooLarge, text)
}

/// A byte order mark says nothing about a text that is read as UTF-8 anyway.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
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
    fn all_three_formats_are_read_and_detected() {
        for text in
            ["name = \"+1\"\nport = 5060", "{\"name\": \"+1\", \"port\": 5060}", "# x\nname: +1\nport: 5060"]
        {
            let trunk = parse(text, None).unwrap();
            assert_eq!((trunk.name.as_deref(), trunk.port), (Some("+1"), Some(5060)), "{text}");
        }
    }

    #[test]
    fn yaml_keeps_strings_that_look_like_other_types() {
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
    fn mistakes_have_a_position_and_a_remedy() {
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
