//! The output of the program, by stream and format.

#[cfg(target_os = "linux")]
mod completion;
mod formats;
pub mod help;
mod messages;
mod shapes;
mod streams;

use serde_json::{Value, json};

use crate::support::given::{self, answer};
use crate::support::output::{csv, json_lines};
use crate::support::scripted::{Act, Scripted};
use crate::support::served::Served;
use crate::support::{Place, Ran};

/// A sandbox behind a port, with profiles for it.
struct Shop {
    place: Place,
    profiles: String,
    _served: Served,
}

impl Shop {
    fn new() -> Self {
        let (place, served) = (Place::new(), Served::start());
        let profiles = served.profiles(&place, "");
        Self { place, profiles, _served: served }
    }

    fn args<'a>(&'a self, head: &'a str, line: &'a str) -> Vec<&'a str> {
        let mut args = vec!["--profiles-file", &self.profiles];
        args.extend(head.split_whitespace().chain(line.split_whitespace()));
        args
    }

    fn run(&self, head: &str, line: &str) -> Ran {
        self.place.run(&self.args(head, line))
    }
}

const PEER: &str =
    "-p yeastar trunk create --kind peer --host 192.0.2.40 --port 5060 --transport udp --codecs ulaw";
const FORMATS: [&str; 5] = ["table", "json", "jsonl", "yaml", "csv"];

/// The text as data in either JSON format: one value, or one per line.
fn parse(format: &str, text: &str) -> Vec<Value> {
    match format {
        "json" => vec![serde_json::from_str(text).unwrap()],
        "jsonl" => json_lines(text),
        "yaml" => vec![yaml_serde::from_str(text).unwrap()],
        other => panic!("{other}"),
    }
}

fn numbers(place: &Place, numbers: &[&str]) -> String {
    let row = |number: &&str| json!({"number": number, "labels": "a", "languages": "en-US"});
    given::file(place, "json", &json!({"internal_numbers": numbers.iter().map(row).collect::<Vec<_>>()}))
}

fn pbx_done() -> Act {
    answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "id": 28}))
}

fn pbx(place: &Place, acts: Vec<Act>) -> (Scripted, String) {
    let scripted = Scripted::start(acts);
    let profiles = given::profiles_with_tokens(place, &scripted.base);
    (scripted, profiles)
}
