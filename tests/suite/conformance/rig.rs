//! A served sandbox behind a recorder, the binary that calls it, and each vendor's samples.

use serde_json::Value;
use trunkctl::model::support::Operation;
use trunkctl::vendors::{ALL, Vendor};

use crate::fixtures::is_write;
use crate::support::recorder::{Recorder, Seen};
use crate::support::served::{Served, profiles};
use crate::support::{Place, Ran};

/// A password that the samples refer to.
pub const PASSWORD: &str = "Sample9-password";

/// One vendor's sandbox, as a client sees it.
pub struct Rig {
    pub vendor: &'static str,
    pub recorder: Recorder,
    profiles: String,
    // The sandbox ends before its folder is deleted.
    _served: Served,
    place: Place,
}

impl Rig {
    pub fn new(vendor: &'static str) -> Self {
        Self::build(vendor, |_| None)
    }

    /// With a variable in the environment.
    pub fn with(self, name: &str, value: &str) -> Self {
        Self { place: self.place.with(name, value), ..self }
    }

    /// With a sandbox whose state was changed before it started.
    pub fn with_state(vendor: &'static str, change: impl Fn(&mut Value)) -> Self {
        Self::build(vendor, |place| {
            let adapter = ALL.iter().find(|known| known.facts().name == vendor).unwrap();
            let mut state = adapter.simulator(None).unwrap().save();
            change(&mut state);
            let text = serde_json::json!({ vendor: state }).to_string();
            Some(place.write("served/state.json", &text).into())
        })
    }

    fn build(vendor: &'static str, state: impl Fn(&Place) -> Option<std::path::PathBuf>) -> Self {
        let place = Place::new().with("SAMPLE_PASSWORD", PASSWORD);
        let served = Served::with(state(&place));
        let recorder = Recorder::before(&served.base);
        let profiles = profiles(&recorder.base, &place, "");
        Self { vendor, recorder, profiles, _served: served, place }
    }

    /// Runs the binary with the vendor's profile and JSON output.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.place.run(&self.args(args))
    }

    /// The same with something on standard input.
    pub fn pipe(&self, args: &[&str], input: &str) -> Ran {
        self.place.pipe(&self.args(args), input)
    }

    /// Runs the binary with the vendor's profile and that output format.
    pub fn run_as(&self, format: &str, args: &[&str]) -> Ran {
        self.place.run(&self.args_as(format, args))
    }

    /// The command with the vendor's profile and JSON output, not yet run.
    pub fn command(&self, args: &[&str]) -> std::process::Command {
        self.place.command(&self.args(args))
    }

    /// The arguments of a command line with the vendor's profile and JSON output.
    fn args<'a>(&'a self, args: &[&'a str]) -> Vec<&'a str> {
        self.args_as("json", args)
    }

    fn args_as<'a>(&'a self, format: &'a str, args: &[&'a str]) -> Vec<&'a str> {
        let mut all = vec!["--profiles-file", &self.profiles, "-p", self.vendor, "-o", format];
        all.extend(args);
        all
    }

    /// Requests since the last call that change something at the vendor.
    pub fn writes(&self) -> Vec<Seen> {
        self.recorder.take().into_iter().filter(is_write).collect()
    }

    /// The JSON body of the only write since the last call.
    #[track_caller]
    pub fn written(&self) -> Value {
        let writes = self.writes();
        let [only] = writes.as_slice() else { panic!("one write was expected: {writes:?}") };
        serde_json::from_slice(&only.body).unwrap()
    }
}

/// Every vendor that has the operation. For the others the reason is printed, which `--nocapture` shows.
pub fn able(operation: Operation) -> Vec<&'static str> {
    let (able, others): (Vec<&&dyn Vendor>, Vec<_>) =
        ALL.iter().partition(|vendor| vendor.facts().support(operation).is_there());
    for vendor in others {
        let reason = vendor.facts().support(operation).reason().unwrap_or_default();
        assert!(!reason.is_empty(), "{}: {}", vendor.facts().name, operation.name());
        eprintln!("{} is left out of {}: {reason}", vendor.facts().name, operation.name());
    }
    assert!(!able.is_empty(), "{}", operation.name());
    able.into_iter().map(|vendor| vendor.facts().name).collect()
}

/// The arguments of a command, from its words and more.
pub fn words<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    command.split(' ').chain(more.iter().copied()).collect()
}
