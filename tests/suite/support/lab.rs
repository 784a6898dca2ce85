//! A sandbox behind a recorder, and a place to run commands in.

use std::process::Command;

use super::recorder::{Recorder, Seen};
use super::served::{Served, profiles};
use super::{Place, Ran, read};
use crate::fixtures::is_write;

/// One sandbox with a profile for each vendor. It ends before its folder is deleted.
pub struct Lab {
    pub served: Served,
    pub recorder: Recorder,
    pub profiles: String,
    pub place: Place,
}

impl Lab {
    pub fn new() -> Self {
        Self::faulty(&[])
    }

    /// A lab whose sandbox produces faults.
    pub fn faulty(faults: &[&str]) -> Self {
        let (served, place) = (Served::faulty(faults), Place::new());
        let recorder = Recorder::before(&served.base);
        let profiles = profiles(&recorder.base, &place, "");
        Self { served, recorder, profiles, place }
    }

    /// With a variable in the environment.
    pub fn with(self, name: &str, value: &str) -> Self {
        Self { place: self.place.with(name, value), ..self }
    }

    /// A command line with the profile of a vendor, not yet run.
    pub fn command_on(&self, vendor: &str, line: &str) -> Command {
        let words =
            ["--profiles-file", &self.profiles, "-p", vendor].into_iter().chain(line.split_whitespace());
        self.place.command(&words.collect::<Vec<_>>())
    }

    /// Runs a command line with the profile of a vendor.
    pub fn on(&self, vendor: &str, line: &str) -> Ran {
        read(self.command_on(vendor, line).output().unwrap())
    }

    /// Requests since the last call that change something at a vendor.
    pub fn writes(&self) -> Vec<Seen> {
        self.recorder.take().into_iter().filter(is_write).collect()
    }
}
