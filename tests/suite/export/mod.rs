//! `export`: what exists as a manifest that the program itself reads.

mod others;
mod round;
mod trouble;

use trunkctl::internal::{Entry, Manifest, ProfileVars, Vars};
use trunkctl::vendors;

use crate::support::{Place, Ran};

const FORMS: [(&str, &str); 3] = [("table", "toml"), ("yaml", "yaml"), ("json", "json")];

/// All objects of the examples, at every vendor of the sandbox.
const SEEDS: [&str; 9] = [
    "-p yeastar trunk create --from examples/yeastar/register-trunk.toml",
    "-p yeastar trunk create --from examples/yeastar/peer-trunk.yaml",
    "-p yeastar trunk create --from examples/yeastar/account-trunk.json",
    "-p itniotech trunk create --from examples/itniotech/outbound-trunk.toml",
    "-p itniotech trunk create --from examples/itniotech/inbound-trunk.yaml",
    "-p zoom trunk create --from examples/zoom/assigned-trunk.toml",
    "-p zoom internal-numbers add --from examples/zoom/internal-numbers.csv",
    "-p zoom callout-countries add US NO GB",
    "-p zoom sip-settings assign --show-zoom-provided-numbers hide --show-callout-internal-number true",
];

fn seeded() -> Place {
    let place = Place::new();
    for line in SEEDS {
        sandbox(&place, line).expect(0);
    }
    place
}

fn sandbox(place: &Place, line: &str) -> Ran {
    let words: Vec<&str> = std::iter::once("--sandbox").chain(line.split_whitespace()).collect();
    place.run(&words)
}

/// Reads a manifest as `plan` would.
fn read(place: &Place, form: &str, text: &str, profiles: &[&str]) -> Result<Manifest, String> {
    let path = place.write(&format!("read.{form}"), text);
    let vars = Vars::new(std::iter::empty(), &["PROFILE=p".to_owned()], &[]).unwrap();
    let profile = |name: &&str| ProfileVars { name: (*name).to_owned(), ..ProfileVars::default() };
    let profiles: Vec<ProfileVars> = profiles.iter().map(profile).collect();
    Manifest::open(&[path], &vars, &profiles, false).map_err(|error| error.message.clone())
}

fn vendor_names() -> Vec<&'static str> {
    vendors::ALL.iter().map(|vendor| vendor.facts().name).collect()
}

/// An entry without its position.
fn shown(entry: &Entry) -> String {
    let what = format!("{:?}", entry.what);
    let mut parts = what.split("Place {");
    let first = parts.next().unwrap_or_default();
    let others = parts.map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    let what: String = std::iter::once(first).chain(others).collect();
    format!("{:?} {:?} {what}", entry.profiles, entry.account)
}
