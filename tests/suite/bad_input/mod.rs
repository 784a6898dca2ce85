//! Bad input: refused with the field, the value and a remedy, in the right exit code, and nothing is sent.

mod files;
mod numbers;
mod rows;
mod secrets;
mod trunks;
mod updates;

use serde_json::{Value, json};

use crate::support::given;
use crate::support::silent::Silent;
use crate::support::{Place, Ran};

const FORMATS: [&str; 3] = ["toml", "json", "yaml"];

/// Profiles for a server that must not be spoken to, and every way to give a command its input.
struct Desk {
    place: Place,
    silent: Silent,
    profiles: String,
}

impl Desk {
    fn new() -> Self {
        let (place, silent) = (Place::new().with("SIP_PASSWORD", "Canary-1234567"), Silent::start());
        let profiles = given::profiles(&place, &silent.base);
        Self { place, silent, profiles }
    }

    fn run(&self, profile: &str, command: &str, more: &[String]) -> Ran {
        // Where a test fails because something was sent, it should fail soon.
        let head =
            ["--profiles-file", &self.profiles, "-p", profile, "-o", "json", "--timeout=2s", "--retries=0"];
        let mut args: Vec<&str> = head.to_vec();
        args.extend(command.split_whitespace());
        args.extend(more.iter().map(String::as_str));
        let ran = self.place.run(&args);
        self.silent.untouched(&format!("{args:?}"));
        ran
    }

    /// Refused in every way that the input can be given in: as flags, and as a file of each format.
    #[track_caller]
    fn refuses(&self, profile: &str, command: &str, spec: &Value, field: &str, says: &[&str]) {
        if can_be_flags(spec) {
            refused(&self.run(profile, command, &given::flags(spec)), 4, field, says);
        }
        self.refuses_file(profile, command, spec, field, says);
    }

    #[track_caller]
    fn refuses_file(&self, profile: &str, command: &str, spec: &Value, field: &str, says: &[&str]) {
        for format in FORMATS {
            let file = given::file(&self.place, format, spec);
            refused(&self.run(profile, command, &["--from".into(), file]), 4, field, says);
        }
    }
}

fn can_be_flags(spec: &Value) -> bool {
    let proxy = &spec["outbound_proxy"];
    spec["caller_id_overrides"].is_null() && (proxy.is_null() || proxy.is_string())
}

/// The contract's error object: that exit code, that field among `fields`, each of the words in what a person
/// reads, and no data.
#[track_caller]
fn refused(ran: &Ran, code: i32, field: &str, says: &[&str]) {
    let error = reports(ran, code, says);
    let fields = error["fields"].as_array().unwrap_or_else(|| panic!("no fields in {ran:?}"));
    let own = fields.iter().find(|entry| {
        let name = entry["field"].as_str().unwrap();
        let rest = name.strip_prefix(field).unwrap_or("?");
        rest.is_empty() || rest.starts_with(['[', '.'])
    });
    let own = own.unwrap_or_else(|| panic!("`{field}` is not among the fields of {ran:?}"));
    let (message, whole) = (own["message"].as_str().unwrap(), error["message"].as_str().unwrap());
    // A row of a list is identified by its line.
    let place = own["line"].as_u64().map_or(field.to_owned(), |line| format!("line {line}, column "));
    assert!(message.len() > 8 && whole.contains(message) && whole.contains(&place), "{ran:?}");
}

/// The same without fields, for errors that concern no field.
#[track_caller]
fn reports(ran: &Ran, code: i32, says: &[&str]) -> Value {
    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{ran:?}");
    let error = ran.error();
    let kind = [(2, "usage"), (3, "config"), (4, "invalid"), (13, "unsupported")];
    let kind = kind.iter().find(|(number, _)| *number == code).unwrap().1;
    assert_eq!((&error["kind"], &error["exit_code"]), (&json!(kind), &json!(code)), "{ran:?}");
    assert_eq!(error["retryable"], json!(false), "{ran:?}");
    let hint = error["hint"].as_str().unwrap_or_default();
    let text = format!("{}\n{hint}", error["message"].as_str().unwrap());
    for part in says {
        assert!(text.contains(part), "`{part}` is not said in {ran:?}");
    }
    error
}

/// A valid trunk and its profile.
fn good(shape: &str) -> (&'static str, Value) {
    match shape {
        "register" => (
            "yeastar",
            json!({"name": "t", "kind": "register", "host": "sip.example.com", "port": 5060,
                "transport": "udp",
                "username": "6701", "auth_name": "6701", "password": "env:SIP_PASSWORD",
                "codecs": ["ulaw", "alaw"]}),
        ),
        "peer" => (
            "yeastar",
            json!({"name": "t", "kind": "peer", "host": "192.0.2.40", "port": 5060, "transport": "udp",
                "codecs": ["ulaw"]}),
        ),
        "account" => (
            "yeastar",
            json!({"name": "t", "kind": "account", "transport": "udp", "username": "6701",
                "auth_name": "6701", "password": "env:SIP_PASSWORD", "codecs": ["ulaw"]}),
        ),
        "outbound" => (
            "itniotech",
            json!({"name": "t", "kind": "register", "direction": "outbound", "host": "192.0.2.40",
                "username": "u", "password": "env:SIP_PASSWORD", "agent_groups": [{"id": "1000026"}]}),
        ),
        "gateway" => (
            "itniotech",
            json!({"name": "t", "kind": "peer", "direction": "outbound", "host": "192.0.2.40",
                "agent_groups": [{"id": "1000026"}]}),
        ),
        "inbound" => (
            "itniotech",
            json!({"name": "t", "direction": "inbound", "allowed_ip": "192.0.2.60",
                "agent_groups": [{"id": "1000026", "number": "442071838750"}]}),
        ),
        "assigned" => ("zoom", json!({"master_trunk": "trunk-a"})),
        other => panic!("{other}"),
    }
}

const SHAPES: [&str; 7] = ["register", "peer", "account", "outbound", "gateway", "inbound", "assigned"];

/// Without this, every refusal below could have another cause than the one it is about.
#[test]
fn the_base_of_the_bad_inputs_is_valid() {
    let desk = Desk::new();
    for shape in SHAPES {
        let (profile, spec) = good(shape);
        desk.run(profile, "trunk create --dry-run", &given::flags(&spec)).expect(0);
        for format in FORMATS {
            let file = given::file(&desk.place, format, &spec);
            desk.run(profile, "trunk create --dry-run", &["--from".into(), file]).expect(0);
        }
    }
}
