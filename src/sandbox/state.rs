//! The simulators and where their state is kept.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value};

use crate::model::error::{Error, Result};
use crate::state::storage::{lock_within, own_folder, read_own, write_private};
use crate::vendors::ALL;
use crate::vendors::call::Response;
use crate::vendors::simulator::{Incoming, Simulator};

/// The state file of `--sandbox` below the state folder.
pub fn file(folder: &Path) -> PathBuf {
    folder.join("sandbox").join("state.json")
}

/// The simulators by vendor.
pub struct State {
    simulators: Vec<(&'static str, Box<dyn Simulator>)>,
    file: Option<PathBuf>,
    changed: bool,
    /// Held so that two commands do not overwrite each other's sandbox.
    _lock: Option<File>,
}

impl State {
    /// The state of a file that may not be there yet, or a new one.
    pub fn open(file: Option<PathBuf>) -> Result<Self> {
        Self::read(file, |path| std::fs::read(path))
    }

    fn read(file: Option<PathBuf>, read: impl Fn(&Path) -> io::Result<Vec<u8>>) -> Result<Self> {
        let saved = match &file {
            Some(path) => load(path, read(path))?,
            None => Value::Null,
        };
        let simulators: Option<Vec<_>> = ALL
            .iter()
            .map(|vendor| {
                let name = vendor.facts().name;
                vendor.simulator(saved.get(name)).map(|simulator| (name, simulator))
            })
            .collect();
        match simulators {
            Some(simulators) => Ok(Self { simulators, file, changed: false, _lock: None }),
            None => Err(damaged(file.as_deref(), "it does not contain the state of this version's sandbox")),
        }
    }

    /// The state below the state folder, locked against other processes until it is dropped.
    pub async fn lock(folder: &Path, patience: Duration) -> Result<Self> {
        let path = file(folder);
        let lock = path.with_file_name("lock");
        let failed = |cause: io::Error| {
            Error::config(format!("the sandbox's folder `{}` cannot be used: {cause}", folder.display()))
                .hint("check that the folder is yours, or move it with TRUNKCTL_STATE_DIR")
        };
        own_folder(path.parent().unwrap_or(folder)).map_err(failed)?;
        let lock = lock_within(&lock, patience).await.map_err(failed)?;
        let mut state = Self::read(Some(path), read_own)?;
        state._lock = Some(lock);
        Ok(state)
    }

    /// The answer of the vendor's simulator; none if no simulator has the name.
    pub fn answer(&mut self, vendor: &str, request: &Incoming, now: u64) -> Option<Response> {
        let (_, simulator) = self.simulators.iter_mut().find(|(name, _)| *name == vendor)?;
        self.changed = true;
        Some(simulator.handle(request, now))
    }

    /// The vendor's refusal of a call over a quota; see [`Simulator::over_quota`].
    pub fn over_quota(&self, vendor: &str, ends: Option<&str>) -> Option<Response> {
        let (_, simulator) = self.simulators.iter().find(|(name, _)| *name == vendor)?;
        Some(simulator.over_quota(ends))
    }

    /// Saves the state if it has changed.
    pub fn save(&mut self) -> Result<()> {
        let Some(path) = self.file.as_ref().filter(|_| self.changed) else { return Ok(()) };
        let all: Map<String, Value> =
            self.simulators.iter().map(|(name, simulator)| ((*name).to_owned(), simulator.save())).collect();
        write_private(path, Value::from(all).to_string().as_bytes()).map_err(|cause| {
            Error::config(format!("the sandbox's state cannot be written to `{}`: {cause}", path.display()))
        })?;
        self.changed = false;
        Ok(())
    }
}

fn load(path: &Path, read: io::Result<Vec<u8>>) -> Result<Value> {
    match read {
        Ok(bytes) => match serde_json::from_slice(&bytes) {
            Ok(state @ (Value::Object(_) | Value::Null)) => Ok(state),
            Ok(_) => Err(damaged(Some(path), "it is not the state of a sandbox")),
            Err(_) => Err(damaged(Some(path), "it is not JSON")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Value::Null),
        Err(error) => Err(damaged(Some(path), &error.to_string())),
    }
}

fn damaged(path: Option<&Path>, why: &str) -> Error {
    let shown = path.map(|path| path.display().to_string()).unwrap_or_default();
    Error::config(format!("the sandbox's state `{shown}` cannot be used: {why}"))
        .hint("`trunkctl sandbox reset` empties the sandbox of --sandbox; delete another file yourself")
}
