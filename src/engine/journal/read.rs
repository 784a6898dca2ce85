//! Reads the journal, line by line, newest entry first.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::file::Folder;
use super::line::{Ended, Line, Resolved, new_id, written};
use super::{Ending, Failure, Intent, Invocation, Subject};
use crate::model::change::Outcome;
use crate::model::error::{Error, Result};

/// How much of a file is read at once.
const BLOCK: u64 = 64 << 10;

/// No write takes longer than this.
const LONGEST_WRITE: SignedDuration = SignedDuration::from_hours(1);

/// An intent, as a line of the journal contains it, and what later lines say about its ending.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Record {
    /// Sortable by time, unique.
    pub id: String,
    /// When it was about to be sent.
    pub time: String,
    /// The profile used.
    pub profile: String,
    /// The vendor asked.
    pub vendor: String,
    /// The account, if the vendor has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The vendor's name of the call.
    pub call: String,
    /// The outcome; `unknown` if no ending was recorded, and empty in an intent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub outcome: String,
    /// The objects of the write.
    pub subjects: Vec<Subject>,
    /// The user who ran the command.
    pub user: String,
    /// The command, its secrets masked.
    pub command: Vec<String>,
    /// The process.
    pub pid: u32,
    /// The person who recorded an unknown outcome, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Resolution>,
    /// When it ended; absent if no ending was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    /// Status of the HTTP answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The request id, for the vendor's support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// A note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Who recorded the outcome of an entry, and when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Resolution {
    /// When.
    pub time: String,
    /// Who.
    pub user: String,
}

impl Record {
    /// An intent with the current time.
    pub(super) fn new(invocation: &Invocation, intent: Intent) -> Self {
        let now = Timestamp::now();
        Self {
            id: new_id(now),
            time: written(now),
            profile: intent.profile,
            vendor: intent.vendor,
            account: intent.account,
            call: intent.call,
            subjects: intent.subjects,
            user: invocation.user.clone(),
            command: invocation.command.clone(),
            pid: std::process::id(),
            ..Self::default()
        }
    }

    /// Adds its ending, which is unknown if none was recorded.
    fn end(&mut self, ended: Option<Ended>) {
        let (time, ending) = match ended {
            Some(ended) => (Some(ended.time), ended.ending),
            None => (None, Ending::new(Outcome::Unknown)),
        };
        let (mut outcomes, mut ids) = (ending.outcomes.into_iter(), ending.ids.into_iter());
        for subject in &mut self.subjects {
            subject.id = ids.next().flatten().or(subject.id.take());
            subject.outcome = outcomes.next().unwrap_or_else(|| ending.outcome.clone());
        }
        (self.ended, self.outcome) = (time, ending.outcome);
        (self.error, self.note) = (ending.error, ending.note);
        (self.http_status, self.request_id) = (ending.http_status, ending.request_id);
    }

    /// Applies the outcome that a person recorded to the unknown parts of the entry.
    fn resolve(&mut self, said: Resolved) {
        let unknown = Outcome::Unknown.word();
        if !self.has_outcome(unknown) {
            return;
        }
        let outcomes = self.subjects.iter_mut().map(|subject| &mut subject.outcome);
        for outcome in outcomes.chain([&mut self.outcome]).filter(|outcome| *outcome == unknown) {
            outcome.clone_from(&said.outcome);
        }
        self.resolved = Some(Resolution { time: said.time, user: said.user });
    }

    /// Whether it has this outcome, in whole or in part.
    pub fn has_outcome(&self, word: &str) -> bool {
        self.outcome == word || self.subjects.iter().any(|subject| subject.outcome == word)
    }

    /// Whether a person must check its outcome. Entries in progress are excluded: their process is running, and they
    /// are not older than a write can take.
    pub fn is_unresolved(&self, now: Timestamp) -> bool {
        let is_young =
            self.time.parse().is_ok_and(|begun: Timestamp| now.duration_since(begun) < LONGEST_WRITE);
        let under_way = self.ended.is_none() && is_young && may_run(self.pid);
        self.has_outcome(Outcome::Unknown.word()) && !under_way
    }
}

/// Whether the process may still be running; true if unknown.
fn may_run(pid: u32) -> bool {
    let processes = Path::new("/proc");
    !processes.join("self").exists() || processes.join(pid.to_string()).exists()
}

/// Opens the journal in a state folder; a missing journal has no entries.
pub fn read(state: &Path) -> Result<Records> {
    let folder = Folder::below(state);
    records(&folder).map_err(|cause| unreadable(&folder.newest(), &cause))
}

pub(super) fn records(folder: &Folder) -> io::Result<Records> {
    let files = folder.open()?.into_iter().map(|(file, length)| Backward::new(file, length)).collect();
    let (ended, resolved) = (HashMap::new(), HashMap::new());
    Ok(Records { path: folder.newest(), files, ended, resolved, skipped: 0 })
}

fn unreadable(path: &Path, cause: &io::Error) -> Error {
    Error::config(format!("the journal `{}` cannot be read: {cause}", path.display()))
        .hint("make yourself the owner of the folder, or set TRUNKCTL_STATE_DIR to another folder")
}

/// The entries, the newest first.
pub struct Records {
    path: PathBuf,
    files: VecDeque<Backward>,
    /// Endings whose intents are further up.
    ended: HashMap<String, Ended>,
    /// The same for outcomes that people recorded.
    resolved: HashMap<String, Resolved>,
    skipped: u64,
}

impl Records {
    /// The number of lines that could not be parsed so far.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The journal's newest file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        while let Some(file) = self.files.front_mut() {
            match file.line()? {
                Some(line) if line.is_empty() => {}
                Some(line) => return Ok(Some(line)),
                None => drop(self.files.pop_front()),
            }
        }
        Ok(None)
    }
}

impl Iterator for Records {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        loop {
            let line = match self.line() {
                Ok(line) => line?,
                Err(cause) => {
                    self.files.clear();
                    return Some(Err(unreadable(&self.path, &cause)));
                }
            };
            match serde_json::from_slice(&line) {
                Ok(Line::Begun(mut record)) => {
                    record.end(self.ended.remove(&record.id));
                    if let Some(said) = self.resolved.remove(&record.id) {
                        record.resolve(said);
                    }
                    return Some(Ok(record));
                }
                Ok(Line::Resolved(said)) => {
                    // If there are several, the last one counts, which is read first.
                    self.resolved.entry(said.id.clone()).or_insert(said);
                }
                Ok(Line::Ended(ended)) => {
                    self.ended.insert(ended.id.clone(), ended);
                }
                // A partial line of a killed process, or a line that is not from this program.
                Err(_) => self.skipped += 1,
            }
        }
    }
}

/// The lines of a file, the last one first.
struct Backward {
    file: File,
    /// The part before this position is still to be read.
    at: u64,
    /// Data that was read but not returned yet.
    rest: Vec<u8>,
}

impl Backward {
    fn new(file: File, length: u64) -> Self {
        Self { file, at: length, rest: Vec::new() }
    }

    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') {
                let line = self.rest.split_off(end + 1);
                self.rest.pop();
                return Ok(Some(line));
            }
            if self.at == 0 {
                return Ok(Some(std::mem::take(&mut self.rest)).filter(|line| !line.is_empty()));
            }
            let length = self.at.min(BLOCK);
            self.at -= length;
            let mut block = vec![0; length as usize];
            self.file.seek(SeekFrom::Start(self.at))?;
            self.file.read_exact(&mut block)?;
            block.append(&mut self.rest);
            self.rest = block;
        }
    }
}
