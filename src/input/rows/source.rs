//! The bytes of a list: a file, or standard input kept in a file without a name.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Result as IoResult};

use super::broken;
use crate::input::file;
use crate::input::file::{UTF8, bounded, decode, not_utf8, too_long, without_mark};
use crate::input::tree::Mistake;
use crate::input::waiting::waiting;
use crate::model::error::{Error, Kind, Place, Result};

/// The part of a text that its format is detected from.
const HEAD: usize = 64 * 1024;

/// Longest input that can be read only once, in bytes.
const LONGEST_STREAM: u64 = 256 << 20;

/// No row is as long. It bounds what an unclosed quote or a file without lines can take.
pub const LONGEST: usize = 1024 * 1024;

/// Opens a file for reading from any position, and returns its name in messages.
pub fn open(path: &str) -> Result<(String, File)> {
    if path == "-" {
        let name = "standard input";
        let file = waiting(|| spool(&mut std::io::stdin())).map_err(|cause| unreadable(name, &cause))?;
        return Ok((name.to_owned(), file));
    }
    let failed = |cause| unreadable(&format!("file `{path}`"), &cause);
    let file = waiting(|| {
        let mut file = File::open(path)?;
        // A pipe can be read only once.
        if file.metadata()?.is_file() { Ok(file) } else { spool(&mut file) }
    });
    Ok((path.to_owned(), file.map_err(failed)?))
}

/// A list is read twice, so input that can be read only once is kept in an unnamed temporary file.
fn spool(source: &mut impl Read) -> IoResult<File> {
    let mut first = Vec::new();
    // A folder says so here, and not as a temporary file that cannot be made.
    source.by_ref().take(HEAD as u64).read_to_end(&mut first)?;
    let mut file = tempfile::tempfile()?;
    std::io::copy(&mut first.as_slice(), &mut file)?;
    // Input that is not text is refused by its beginning, because a device may have no end.
    let rest = if first.contains(&0) { 0 } else { LONGEST_STREAM };
    if std::io::copy(&mut source.take(rest), &mut file)? == LONGEST_STREAM {
        return Err(too_long(LONGEST_STREAM));
    }
    Ok(file)
}

fn unreadable(what: &str, cause: &std::io::Error) -> Error {
    let split = "split it; rows in a file of CSV or JSON Lines may be as many as there are";
    file::unreadable(Kind::Invalid, what, cause, split)
}

/// The beginning of a file, unless it is empty, a spreadsheet, or UTF-16.
pub fn head(name: &str, file: &File) -> Result<String> {
    let mut head = Vec::new();
    let read = At { file, at: 0 }.take(HEAD as u64).read_to_end(&mut head);
    read.map_err(|cause| unreadable(&format!("file `{name}`"), &cause))?;
    let (what, hint) = match head.as_slice() {
        // The signatures of the containers that office programs save.
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            ("is a spreadsheet, not a text", "save it as \"CSV UTF-8\"")
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => ("is a text in UTF-16, not in UTF-8", UTF8),
        bytes if bytes.contains(&0) => ("contains zero bytes, as UTF-16 does, and is not UTF-8 text", UTF8),
        bytes if bytes.trim_ascii().is_empty() || bytes == b"\xef\xbb\xbf" => {
            ("is empty", "give the rows as CSV, JSON, JSON Lines, TOML or YAML")
        }
        _ => return Ok(without_mark(&String::from_utf8_lossy(&head)).to_owned()),
    };
    Err(Error::invalid(format!("{name} {what}")).hint(hint))
}

/// The whole file as text.
pub fn text(name: &str, file: &File) -> Result<String> {
    let bytes = bounded(At { file, at: 0 }, file::LONGEST);
    let bytes = bytes.map_err(|cause| unreadable(&format!("file `{name}`"), &cause))?;
    decode(bytes).map_err(|mistake| broken(name, mistake))
}

/// Reads a file from a place of its own: several readings do not disturb each other.
struct At<'f> {
    file: &'f File,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let count = read_at(self.file, buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> IoResult<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> IoResult<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// The lines of a file, without their ends, counted from 1.
pub struct Lines<'f> {
    /// How messages name the file.
    pub name: &'f str,
    reader: BufReader<At<'f>>,
    line: Vec<u8>,
    number: usize,
}

impl<'f> Lines<'f> {
    /// From the first one on.
    pub fn new(name: &'f str, file: &'f File) -> Self {
        Self { name, reader: BufReader::new(At { file, at: 0 }), line: Vec::new(), number: 0 }
    }

    /// The next line and its number.
    pub fn next(&mut self) -> Result<Option<(usize, &str)>> {
        self.line.clear();
        self.number += 1;
        let mut reader = (&mut self.reader).take(LONGEST as u64);
        let count = reader.read_until(b'\n', &mut self.line);
        let count = count.map_err(|cause| unreadable(&format!("file `{}`", self.name), &cause))?;
        if count == 0 {
            return Ok(None);
        }
        let place = Place { line: self.number, column: 1 };
        if count == LONGEST && !self.line.ends_with(b"\n") {
            let what = "the line is longer than 1 MiB; write one row a line";
            return Err(broken(self.name, Mistake::at(place, what)));
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line)
            .map_err(|error| broken(self.name, not_utf8(self.number, &line[..error.valid_up_to()])))?;
        Ok(Some((self.number, if self.number == 1 { without_mark(text) } else { text })))
    }
}
