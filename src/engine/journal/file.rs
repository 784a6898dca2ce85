//! The files of the journal: appended to under a lock, rotated by size.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::state::storage::{append_own, lock_file, open_own, own_folder, trusted};

/// The size that a file is rotated at.
const LONGEST: u64 = 10 << 20;

/// How many rotated files are kept.
const KEPT: usize = 10;

/// The lock is needed only for one line. After this time, the process that has it hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// The folder of the journal.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    longest: u64,
    kept: usize,
}

impl Folder {
    /// The folder in a state folder.
    pub fn below(state: &Path) -> Self {
        Self { path: state.join("history"), longest: LONGEST, kept: KEPT }
    }

    /// The same with other limits.
    #[cfg(test)]
    pub fn limited(self, longest: u64, kept: usize) -> Self {
        Self { longest, kept, ..self }
    }

    /// The file that is appended to.
    pub fn newest(&self) -> PathBuf {
        self.path.join("journal.jsonl")
    }

    /// The file before it, and so on.
    fn rotated(&self, number: usize) -> PathBuf {
        self.path.join(format!("journal.{number}.jsonl"))
    }

    /// Adds a whole line. The caller may wait for the disk after the lock is released.
    pub fn append(&self, mut line: Vec<u8>) -> io::Result<File> {
        own_folder(&self.path)?;
        let locked = self.lock(PATIENCE)?;
        line.push(b'\n');
        // Without a lock, the files must not be rotated.
        if locked.is_some() {
            self.make_room(line.len() as u64)?;
        }
        let mut file = append_own(&self.newest())?;
        let end = file.seek(SeekFrom::End(0))?;
        if !ends_a_line(&mut file, end)? {
            // A partial line of a crashed process stays on its own line.
            line.insert(0, b'\n');
        }
        if let Err(cause) = file.write_all(&line) {
            // A full disk may have stored half of it.
            let _ = file.set_len(end);
            return Err(cause);
        }
        if end == 0 {
            self.sync_names();
        }
        Ok(file)
    }

    /// Fails if no line could be added.
    pub fn check(&self) -> io::Result<()> {
        own_folder(&self.path)?;
        self.lock(PATIENCE)?;
        append_own(&self.newest()).map(drop)
    }

    /// The files from the newest to the oldest, each with its length at one moment.
    pub fn open(&self) -> io::Result<Vec<(File, u64)>> {
        match trusted(&self.path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            trusted => trusted?,
        }
        // Without write access, read without the lock.
        let _locked = self.lock(Duration::from_secs(2)).ok();
        let mut files = Vec::new();
        for path in [self.newest()].into_iter().chain((1..=self.kept).map(|number| self.rotated(number))) {
            match open_own(&path) {
                Ok(file) => files.push((file.metadata()?.len(), file)),
                Err(cause) if cause.kind() == ErrorKind::NotFound => {}
                Err(cause) => return Err(cause),
            }
        }
        Ok(files.into_iter().map(|(length, file)| (file, length)).collect())
    }

    /// The lock, until it is dropped; none if the file system does not support locks.
    fn lock(&self, patience: Duration) -> io::Result<Option<File>> {
        let file = lock_file(&self.path.join("lock"))?;
        let (begun, mut pause) = (Instant::now(), Duration::from_micros(50));
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::Error(_)) => return Ok(None),
                Err(TryLockError::WouldBlock) if begun.elapsed() >= patience => {
                    return Err(io::Error::new(ErrorKind::TimedOut, "another process has locked it"));
                }
                Err(TryLockError::WouldBlock) => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(2));
                }
            }
        }
    }

    /// Renames every file to the next number if the newest has no room for a line.
    fn make_room(&self, more: u64) -> io::Result<()> {
        let length = std::fs::metadata(self.newest()).map_or(0, |data| data.len());
        if length == 0 || length + more <= self.longest {
            return Ok(());
        }
        // After this, nothing waits for the disk with the lines of this file.
        append_own(&self.newest())?.sync_data()?;
        for number in (1..self.kept).rev() {
            move_file(&self.rotated(number), &self.rotated(number + 1))?;
        }
        move_file(&self.newest(), &self.rotated(1))
    }

    /// After a power cut, the name of a new file may be lost, even if its lines are on disk.
    fn sync_names(&self) {
        let folders = [Some(self.path.as_path()), self.path.parent()];
        for folder in folders.into_iter().flatten() {
            // Not every platform supports this.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
    }
}

fn ends_a_line(file: &mut File, end: u64) -> io::Result<bool> {
    if end == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// A rotation that was cut short leaves a gap.
fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::rename(from, to) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause),
        _ => Ok(()),
    }
}
