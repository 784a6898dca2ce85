//! The journal of changes made from this machine: every write is recorded on disk before it is sent, and gets its
//! outcome afterwards.
//!
//! `history/journal.jsonl` in the state folder contains one JSON object per line: `begun` and, with the same id,
//! `ended`. After a power cut or `kill -9`, `ended` may be missing; the outcome is then `unknown`. A third line,
//! `resolved`, may record the outcome that a person found out.

mod file;
mod line;
mod read;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::redact::Redactor;
use crate::model::change::Outcome;
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::text::printable_json;
use file::Folder;
use line::{Ended, Line, Resolved};

pub use read::{Record, Records, Resolution, read};

/// The newest file of the journal in a state folder.
pub fn path(state: &Path) -> PathBuf {
    Folder::below(state).newest()
}

/// The user and the command, which are the same for every entry of this process.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// The user.
    pub user: String,
    /// The command line, before masking.
    pub command: Vec<String>,
}

/// A write that is about to be sent. It must not contain secrets.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The profile used.
    pub profile: String,
    /// The vendor asked.
    pub vendor: String,
    /// The account, if the vendor has several.
    pub account: Option<String>,
    /// The vendor's name of the call.
    pub call: String,
    /// The objects that the call changes: one, or the rows of a batch.
    pub subjects: Vec<Subject>,
}

/// One object of a write.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Subject {
    /// The operation, for example `trunk.create`.
    pub operation: String,
    /// The kind of the object.
    pub kind: String,
    /// The vendor's id, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name of the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The fields before the write, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The fields after the write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// How its part of the write ended; empty in an intent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub outcome: String,
}

/// How a write ended. Outcomes are texts, so that outcomes of later versions can be read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Ending {
    /// The outcome of the whole write.
    pub outcome: String,
    /// One per subject, in their order, if they differ; otherwise empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<String>,
    /// The vendor's ids of the subjects, in their order, if known now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Option<String>>,
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

impl Ending {
    /// An ending with only an outcome.
    pub fn new(outcome: Outcome) -> Self {
        Self { outcome: outcome.word().into(), ..Self::default() }
    }

    /// An ending with an error. The caller masks secrets in it first.
    pub fn failed(error: &Error) -> Self {
        let unknown = error.kind == Kind::OutcomeUnknown || error.outcome == Some(Applied::Unknown);
        Self {
            error: Some(Failure {
                kind: error.kind.name().into(),
                message: error.message.clone(),
                vendor_code: error.vendor_code.clone(),
            }),
            http_status: error.http_status,
            request_id: error.request_id.clone(),
            ..Self::new(if unknown { Outcome::Unknown } else { Outcome::Failed })
        }
    }
}

/// The recorded parts of a write's error.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    /// The error's kind.
    pub kind: String,
    /// What went wrong.
    pub message: String,
    /// The vendor's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_code: Option<String>,
}

/// Waits until a file is on disk, if the platform supports that.
pub async fn on_disk(file: Arc<std::fs::File>) {
    let _ = tokio::task::spawn_blocking(move || file.sync_data()).await;
}

/// Writes the journal; one per process, cheap to clone.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

struct Inner {
    folder: Folder,
    invocation: Invocation,
    redactor: Redactor,
    /// The lines that were added. Tasks of this process queue here, because waking up costs less than requesting the
    /// file lock again.
    added: Mutex<Added>,
    /// How many of them are on disk.
    on_disk: Mutex<u64>,
}

/// The lines that were added.
#[derive(Debug, Default)]
struct Added {
    number: u64,
    /// The file of the last one.
    file: Option<Arc<std::fs::File>>,
}

/// A write whose intent is recorded. If it is dropped before it can be sent, as after Ctrl-C, nothing was sent.
pub struct PendingWrite {
    id: String,
    journal: Journal,
    /// Whether it may be sent, because its intent is on disk.
    sent: bool,
}

impl Journal {
    /// The journal in a state folder. Nothing is written before the first entry, when all secrets of the command line
    /// are known.
    pub fn new(state: &Path, invocation: Invocation, redactor: Redactor) -> Self {
        Self::of(Folder::below(state), invocation, redactor)
    }

    fn of(folder: Folder, invocation: Invocation, redactor: Redactor) -> Self {
        let (added, on_disk) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { folder, invocation, redactor, added, on_disk }))
    }

    /// Fails with [`Kind::Config`] if the journal cannot be written. A full disk shows only in a write.
    pub fn check(&self) -> Result<()> {
        self.0.folder.check().map_err(|cause| refuse(&self.0.folder, &cause))
    }

    /// Writes an intent, and returns once it is on disk. Fails with [`Kind::Config`] if it cannot be written; the request
    /// must then not be sent.
    pub async fn begin(&self, intent: Intent) -> Result<PendingWrite> {
        let journal = self.clone();
        let written = tokio::task::spawn_blocking(move || journal.intend(intent)).await;
        let refuse = |cause: &dyn std::fmt::Display| refuse(&self.0.folder, cause);
        let mut entry = written.map_err(|cause| refuse(&cause))?.map_err(|cause| refuse(&cause))?;
        entry.sent = true;
        Ok(entry)
    }

    /// Adds the outcome that the user gives for an entry with an unknown outcome.
    pub fn resolve(&self, id: &str, outcome: Outcome) -> Result<()> {
        let line = Line::Resolved(Resolved::new(id, &self.0.invocation.user, outcome));
        let written = self.append(&line).and_then(|number| self.sync(number));
        written.map_err(|cause| {
            let path = self.0.folder.newest();
            Error::config(format!("the journal `{}` cannot be written: {cause}", path.display()))
                .hint("free disk space, or make yourself the owner of the folder; the outcome of the entry is still unknown")
        })
    }

    fn intend(&self, intent: Intent) -> std::io::Result<PendingWrite> {
        let mut begun = Record::new(&self.0.invocation, intent);
        for word in &mut begun.command {
            self.0.redactor.scrub_in_place(word);
        }
        let id = begun.id.clone();
        let number = self.append(&Line::Begun(begun))?;
        let entry = PendingWrite { id, journal: self.clone(), sent: false };
        self.sync(number)?;
        Ok(entry)
    }

    /// Adds a line. Returns its number.
    fn append(&self, line: &Line) -> std::io::Result<u64> {
        let bytes = printable_json(&serde_json::to_string(line)?).into_owned().into_bytes();
        let mut added = lock(&self.0.added);
        added.file = Some(Arc::new(self.0.folder.append(bytes)?));
        added.number += 1;
        Ok(added.number)
    }

    /// Waits until a line is on disk. One wait for the newest file is enough for all lines so far: a file is on disk
    /// before the next one takes its place.
    fn sync(&self, number: u64) -> std::io::Result<()> {
        let mut on_disk = lock(&self.0.on_disk);
        if *on_disk >= number {
            return Ok(());
        }
        let (added, file) = {
            let added = lock(&self.0.added);
            (added.number, added.file.clone())
        };
        file.map_or(Ok(()), |file| file.sync_data())?;
        *on_disk = added;
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn refuse(folder: &Folder, why: &dyn std::fmt::Display) -> Error {
    let path = folder.newest();
    Error::config(format!("the journal `{}` cannot be written, and nothing was sent: {why}", path.display()))
        .hint("free disk space, make yourself the owner of the folder, or continue without a record with --no-journal")
}

impl PendingWrite {
    /// Its id, for `history show`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Adds the ending. If it is lost in a power cut, the outcome is `unknown`. Fails with the text of a warning; the
    /// write itself is finished.
    pub async fn end(self, ending: Ending) -> Result<(), String> {
        let (id, path) = (self.id.clone(), self.journal.0.folder.newest());
        let written = tokio::task::spawn_blocking(move || self.ended(ending)).await;
        let why = match written {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(cause)) => cause.to_string(),
            Err(cause) => cause.to_string(),
        };
        Err(format!(
            "the journal `{}` cannot be written: {why}; the write is finished, but its entry {id} stays `unknown`",
            path.display()
        ))
    }

    fn ended(&self, ending: Ending) -> std::io::Result<()> {
        self.journal.append(&Line::Ended(Ended::new(&self.id, ending))).map(drop)
    }
}

impl Drop for PendingWrite {
    fn drop(&mut self) {
        if !self.sent {
            let mut ending = Ending::new(Outcome::Failed);
            ending.note =
                Some("nothing was sent: the command ended, or the disk failed, before the request".into());
            // If this cannot be written either, the outcome of the entry is `unknown`.
            let _ = self.ended(ending);
        }
    }
}
