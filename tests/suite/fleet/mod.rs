//! Manifests planned and applied by the real binary, verified by the requests that reach the vendors.

mod again;
mod compared;
mod converge;
mod doubtful;
mod drift;
mod folded;
mod guards;
mod hazards;
mod interrupts;
mod kill;
mod moves;
mod parts;
mod prune;
mod refused;
mod saved;
mod secrets;
mod shapes;
mod signed;
mod together;
mod unmade;
mod unread;
mod untrusted;
mod variables;
mod waits;

use std::process::Command;

use serde_json::Value;

use crate::fixtures::{self, is_write};
use crate::support::given::{PEER, peer};
use crate::support::output;
use crate::support::recorder::{Recorder, Seen};
use crate::support::served::Served;
use crate::support::{Place, Ran, read};

/// The first example of the README.
const EXAMPLE: &str = "examples/fleet";

/// Sandboxes behind recorders, their profiles, and a place to work in.
struct Lab {
    place: Place,
    profiles: String,
    recorders: Vec<Recorder>,
    _served: Vec<Served>,
}

impl Lab {
    /// One sandbox, with the profiles `yeastar`, `itniotech` and `zoom`.
    fn new() -> Self {
        Self::before(vec![Served::start()], Recorder::before)
    }

    /// That many sandboxes, with the profiles `yeastar-0`, `itniotech-0` and so on.
    fn sites(count: usize) -> Self {
        let served = (0..count).map(|_| Served::start()).collect();
        Self::before(served, Recorder::before)
    }

    /// Sandboxes behind custom recorders.
    fn before(served: Vec<Served>, recorder: impl Fn(&str) -> Recorder) -> Self {
        let place = Place::new();
        let recorders: Vec<Recorder> = served.iter().map(|served| recorder(&served.base)).collect();
        let one = served.len() == 1;
        let text = recorders.iter().enumerate().map(|(at, recorder)| {
            let end = if one { String::new() } else { format!("-{at}") };
            profiles(&recorder.base, &end)
        });
        let profiles = place.write("profiles.toml", &text.collect::<String>());
        Self { place, profiles, recorders, _served: served }
    }

    /// With a variable in the environment.
    fn with(self, name: &str, value: &str) -> Self {
        Self { place: self.place.with(name, value), ..self }
    }

    /// Writes a manifest and returns its path.
    fn manifest(&self, text: &str) -> String {
        self.place.write("manifest.toml", text)
    }

    fn command(&self, line: &str) -> Command {
        command(&self.place, &self.profiles, line)
    }

    /// Runs a command line with the lab's profiles, and JSON output unless it sets another format.
    fn run(&self, line: &str) -> Ran {
        read(self.command(line).output().unwrap())
    }

    /// Runs the same on another machine, which has no state of this one.
    fn elsewhere(&self, line: &str) -> Ran {
        let other = self.place.path().join("elsewhere");
        read(self.command(line).env("TRUNKCTL_STATE_DIR", other).output().unwrap())
    }

    /// Requests since the last call.
    fn requests(&self) -> Vec<Seen> {
        self.recorders.iter().flat_map(Recorder::take).collect()
    }

    /// Those of them that change something at a vendor.
    fn writes(&self) -> Vec<Seen> {
        self.requests().into_iter().filter(is_write).collect()
    }

    /// The same as method and path, without their common prefix.
    fn written(&self) -> Vec<String> {
        let short = |seen: &Seen| {
            let line = seen.line();
            ["/openapi/v1.0/", "/v3/cc/", "/zoom/v2/accounts/"]
                .iter()
                .find_map(|start| line.split_once(start))
                .map_or(line.clone(), |(_, end)| end.to_owned())
        };
        self.writes().iter().map(short).collect()
    }
}

fn command(place: &Place, profiles: &str, line: &str) -> Command {
    let mut words = vec!["--profiles-file", profiles];
    if !line.starts_with("-o ") {
        words.extend(["-o", "json"]);
    }
    words.extend(line.split(' '));
    place.command(&words)
}

/// The sandbox's profiles for a server, each name with that suffix.
fn profiles(base: &str, end: &str) -> String {
    let profile = |vendor: &&dyn trunkctl::vendors::Vendor| {
        let facts = vendor.facts();
        let head = format!("[profiles.{}{end}]\nvendor = \"{}\"\n", facts.name, facts.name);
        let keys = facts
            .sandbox
            .iter()
            .map(|(key, value)| format!("{key} = \"{}\"\n", value.replace("{base}", base)));
        head + &keys.collect::<String>()
    };
    trunkctl::vendors::ALL.iter().map(profile).collect()
}

/// The `[[owns]]` entry for all objects of a profile of that vendor.
fn owns(vendor: &str, profile: &str) -> String {
    let one = |more: &str| format!("[[owns]]\nprofile = \"{profile}\"\n{more}trunks = \"all\"\n");
    let lists = "internal_numbers = \"all\"\ncallout_countries = \"all\"\n";
    match fixtures::of(vendor).accounts() {
        [] => one(""),
        accounts => {
            accounts.iter().map(|account| one(&format!("account = \"{account}\"\n")) + lists).collect()
        }
    }
}

/// A count of a report's summary.
fn count(ran: &Ran, key: &str) -> u64 {
    let value = ran.json();
    value["summary"][key].as_u64().unwrap_or_else(|| panic!("no {key} in {}", value["summary"]))
}

/// The changes of a report.
fn changes(ran: &Ran) -> Vec<Value> {
    ran.json()["changes"].as_array().unwrap().clone()
}

/// The values of a key in the changes of a report.
fn column(ran: &Ran, key: &str) -> Vec<String> {
    changes(ran).iter().map(|change| change[key].as_str().unwrap_or_default().to_owned()).collect()
}

/// The fields that a change names.
fn fields(change: &Value) -> Vec<&str> {
    change["diff"].as_array().into_iter().flatten().filter_map(|row| row["field"].as_str()).collect()
}
