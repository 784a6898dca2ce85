//! The results file of a bulk write: what was sent and how each row ended, on disk before anything else is
//! sent. An interrupted run is continued from it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, Result};
use crate::model::text::printable_json;
use crate::state::storage;

/// No first line of ours is as long.
const LONGEST_HEAD: u64 = 64 << 10;

/// Which run the file is of: another one's rows say nothing about this one's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub operation: String,
    pub profile: String,
    pub account: String,
    /// A digest of the profile's address and account.
    pub place: String,
}

/// What an earlier run left of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// It is done.
    Done,
    /// It was sent, and how that ended was not recorded, or not known.
    Doubtful,
}

/// The file, and its content when it was opened.
#[derive(Debug)]
pub struct ResultsFile {
    path: String,
    file: Arc<File>,
    before: HashMap<Box<str>, Before>,
}

/// The parts of a line that continuing needs.
#[derive(Deserialize)]
struct Line {
    run: Option<Run>,
    sent: Option<Vec<Box<str>>>,
    key: Option<Box<str>>,
    outcome: Option<String>,
}

impl ResultsFile {
    /// A new file.
    pub fn create(path: &str, run: &Run) -> Result<Self> {
        let file = storage::new_private(path.as_ref()).map_err(|cause| match cause.kind() {
            ErrorKind::AlreadyExists => Error::invalid(format!("--results: `{path}` exists already"))
                .hint(format!("go on where it ends with --resume {path}, or name another file")),
            _ => unusable("--results", path, &cause),
        })?;
        let mut results_file = Self::of(path, file, "--results")?;
        results_file.add(&head(run))?;
        Ok(results_file)
    }

    /// A file that an earlier run left.
    pub fn resume(path: &str, run: &Run) -> Result<Self> {
        let failed = |cause: std::io::Error| unusable("--resume", path, &cause);
        let file = storage::open_for_append(path.as_ref()).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(no_results(path));
        }
        let mut results_file = Self::of(path, file, "--resume")?;
        let file = Arc::clone(&results_file.file);
        let (mut reader, mut line) = (BufReader::new(&*file), Vec::new());
        reader.by_ref().take(LONGEST_HEAD).read_until(b'\n', &mut line).map_err(failed)?;
        if !line.ends_with(b"\n") && head(run).as_bytes().starts_with(&line) {
            // That run ended before its first line was whole, and so before it sent anything.
            file.set_len(0).map_err(failed)?;
            results_file.add(&head(run))?;
            return Ok(results_file);
        }
        same_run(path, serde_json::from_slice::<Line>(&line).ok().and_then(|line| line.run).as_ref(), run)?;
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line).map_err(failed)? == 0 {
                return Ok(results_file);
            }
            if let Ok(line) = serde_json::from_slice(&line) {
                note(&mut results_file.before, line);
            }
            // The incomplete last line of a crashed run is ignored.
            if !line.ends_with(b"\n") {
                results_file.add("")?;
            }
        }
    }

    fn of(path: &str, file: File, option: &str) -> Result<Self> {
        if let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
            return Err(Error::invalid(format!("{option}: another run is writing to `{path}`"))
                .hint("wait for it, or name another file"));
        }
        Ok(Self { path: path.into(), file: Arc::new(file), before: HashMap::new() })
    }

    /// The file's name, as it was given.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What an earlier run left of a row.
    pub fn before(&self, key: &str) -> Option<Before> {
        self.before.get(key).copied()
    }

    /// How many rows an earlier run has done.
    pub fn done(&self) -> u64 {
        self.before.values().filter(|before| **before == Before::Done).count() as u64
    }

    /// How many rows are in doubt.
    pub fn doubts(&self) -> usize {
        self.before.values().filter(|before| **before == Before::Doubtful).count()
    }

    /// Records that rows are about to be sent.
    pub fn sent(&mut self, keys: &[String]) -> Result<()> {
        self.add(&json!({ "sent": keys }).to_string())
    }

    /// Records how rows ended, in one piece.
    pub fn settled<'c>(&mut self, rows: impl Iterator<Item = (String, &'c Change)>) -> Result<()> {
        let lines: Vec<String> = rows
            .map(|(key, change)| {
                let change = serde_json::to_string(change).unwrap_or_default();
                // A change with its key in front.
                format!("{{\"key\":{},{}", Value::from(key), change.strip_prefix('{').unwrap_or("}"))
            })
            .collect();
        if lines.is_empty() { Ok(()) } else { self.add(&lines.join("\n")) }
    }

    /// The file, to be waited for until it is on disk.
    pub fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    fn add(&mut self, text: &str) -> Result<()> {
        let end = self.file.metadata().map(|data| data.len());
        (&*self.file).write_all(format!("{}\n", printable_json(text)).as_bytes()).map_err(|cause| {
            // A full disk may have taken half of it.
            let _ = end.and_then(|end| self.file.set_len(end));
            Error::config(format!("the results file `{}` cannot be written: {cause}", self.path))
                .hint("free space there; then go on with --resume, which looks up what is in doubt")
        })
    }
}

/// The first line.
fn head(run: &Run) -> String {
    json!({ "run": run }).to_string()
}

fn note(before: &mut HashMap<Box<str>, Before>, line: Line) {
    for key in line.sent.into_iter().flatten() {
        before.insert(key, Before::Doubtful);
    }
    let (Some(key), Some(outcome)) = (line.key, line.outcome) else { return };
    match outcome.as_str() {
        word if word == Outcome::Unknown.word() => before.insert(key, Before::Doubtful),
        // An item that was certainly not applied is sent again.
        word if word == Outcome::Failed.word() || word == Outcome::Skipped.word() => before.remove(&key),
        _ => before.insert(key, Before::Done),
    };
}

fn same_run(path: &str, found: Option<&Run>, own: &Run) -> Result<()> {
    let found = match found {
        Some(found) if found == own => return Ok(()),
        Some(found) => found,
        None => return Err(no_results(path)),
    };
    Err(Error::invalid(
        format!(
            "--resume: `{path}` is of {} with profile `{}` and account {}",
            found.operation, found.profile, found.account
        ) + if found.place == own.place { "" } else { ", whose address or account has changed since" },
    )
    .hint(OF_THE_SAME))
}

const OF_THE_SAME: &str = "name the file that --results of the same command wrote";

fn no_results(path: &str) -> Error {
    Error::invalid(format!("--resume: `{path}` is not a results file of trunkctl")).hint(OF_THE_SAME)
}

fn unusable(option: &str, path: &str, cause: &std::io::Error) -> Error {
    Error::invalid(format!("{option}: `{path}` cannot be used: {cause}"))
        .hint("check the path, and who may read and write there")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(account: &str) -> Run {
        Run {
            operation: "internal_numbers.add".into(),
            profile: "meetings".into(),
            account: account.into(),
            place: String::new(),
        }
    }

    #[test]
    fn sent_items_are_in_doubt_until_they_are_settled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl").to_string_lossy().into_owned();
        let mut results_file = ResultsFile::create(&path, &run("a")).unwrap();
        results_file.sent(&["+1".into(), "+2".into(), "+3".into()]).unwrap();
        for (key, outcome) in [("+1", "created"), ("+2", "failed")] {
            results_file.add(&json!({"key": key, "outcome": outcome}).to_string()).unwrap();
        }
        results_file.add(r#"{"key":"+4","outco"#.trim_end()).unwrap();
        let busy = ResultsFile::resume(&path, &run("a")).unwrap_err();
        assert!(busy.message.contains("another run"), "{busy:?}");
        drop(results_file);
        let results_file = ResultsFile::resume(&path, &run("a")).unwrap();
        let states = ["+1", "+2", "+3", "+4"].map(|key| results_file.before(key));
        assert_eq!(states, [Some(Before::Done), None, Some(Before::Doubtful), None]);
        assert_eq!(results_file.doubts(), 1);
    }

    #[test]
    fn a_torn_line_does_not_damage_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl").to_string_lossy().into_owned();
        drop(ResultsFile::create(&path, &run("a")).unwrap());
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"sent\":[\"+1").unwrap();
        drop(file);
        let mut results_file = ResultsFile::resume(&path, &run("a")).unwrap();
        results_file.sent(&["+5".into()]).unwrap();
        drop(results_file);
        assert_eq!(ResultsFile::resume(&path, &run("a")).unwrap().before("+5"), Some(Before::Doubtful));
    }

    #[test]
    fn a_file_cut_in_its_first_line_means_that_nothing_was_sent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl").to_string_lossy().into_owned();
        let whole = head(&run("a"));
        for length in [0, 1, 20, whole.len()] {
            std::fs::write(&path, &whole[..length]).unwrap();
            drop(ResultsFile::resume(&path, &run("a")).unwrap());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{whole}\n"), "{length}");
        }
    }

    #[test]
    fn only_the_same_run_continues_and_no_file_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl").to_string_lossy().into_owned();
        drop(ResultsFile::create(&path, &run("a")).unwrap());
        assert!(
            ResultsFile::create(&path, &run("a")).unwrap_err().hint.as_deref().unwrap().contains("--resume")
        );
        assert!(ResultsFile::resume(&path, &run("b")).is_err());
        for other in ["\n", "number", "number,country\n+1,US\n", "{\"a\":1}\n", "{\"run\":{\"operation\":\"x"]
        {
            let other_path = folder.path().join("other").to_string_lossy().into_owned();
            std::fs::write(&other_path, other).unwrap();
            assert!(ResultsFile::resume(&other_path, &run("a")).is_err(), "{other}");
        }
    }
}
