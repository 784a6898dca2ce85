//! A served sandbox behind a recorder, the binary before it, and each vendor's samples.

use serde_json::Value;
use trunkctl::model::support::Operation;
use trunkctl::vendors::{ALL, Vendor};

use crate::support::recorder::{Recorder, Seen};
use crate::support::served::{Served, profiles};
use crate::support::{Place, Ran};

/// A password that the samples refer to.
pub const PASSWORD: &str = "Sample9-password";

/// One vendor's sandbox, seen from outside.
pub struct Rig {
    pub vendor: &'static str,
    pub recorder: Recorder,
    profiles: String,
    // The sandbox ends before its folder goes.
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

    /// With a sandbox whose state was changed before it began.
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

    /// The words of a command line with the vendor's profile and JSON output.
    fn args<'a>(&'a self, args: &[&'a str]) -> Vec<&'a str> {
        self.args_as("json", args)
    }

    fn args_as<'a>(&'a self, format: &'a str, args: &[&'a str]) -> Vec<&'a str> {
        let mut all = vec!["--profiles-file", &self.profiles, "-p", self.vendor, "-o", format];
        all.extend(args);
        all
    }

    /// Requests since the last look that change something at the vendor.
    pub fn writes(&self) -> Vec<Seen> {
        self.recorder.take().into_iter().filter(is_write).collect()
    }

    /// The JSON body of the only write since the last look.
    #[track_caller]
    pub fn written(&self) -> Value {
        let writes = self.writes();
        let [only] = writes.as_slice() else { panic!("one write was expected: {writes:?}") };
        serde_json::from_slice(&only.body).unwrap()
    }
}

/// By the vendors' own paths: Yeastar and Itniotech read with POST and delete with GET.
pub fn is_write(seen: &Seen) -> bool {
    let path = seen.target.split('?').next().unwrap_or_default();
    match path.split('/').nth(1) {
        Some("yeastar") => ["/create", "/update", "/delete"].iter().any(|end| path.ends_with(end)),
        Some("itniotech") => !path.ends_with("/query") && !path.ends_with("/getBalance"),
        Some("zoom") => seen.method != "GET" && path != "/zoom/oauth/token",
        other => panic!("a request to {other:?}"),
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

/// A trunk that the vendor's sandbox takes, and a change of it: the words of the command lines.
pub struct Sample {
    /// For `trunk create`.
    pub create: &'static str,
    /// For `trunk update`.
    pub change: &'static str,
}

/// Samples of every shape of trunk that the vendor has; none is named like another.
pub fn samples(vendor: &str) -> &'static [Sample] {
    match vendor {
        "yeastar" => &[
            Sample {
                create: "--name reg --kind register --transport udp --host sip.example.com --port 5060 \
                         --username 6701 --auth-name 6702 --password-from env:SAMPLE_PASSWORD \
                         --codecs ulaw,alaw --did 5503308=Main",
                change: "--port 5062 --disable --codecs alaw,ulaw --outbound-proxy proxy.example.com",
            },
            Sample {
                create: "--name peer --kind peer --transport tcp --host 192.0.2.7 --port 5060 --codecs opus",
                change: "--caller-id 5503300 --add-did 5503309=Support",
            },
            Sample {
                create: "--name acc --kind account --transport tls --username branch --auth-name branch \
                         --password-from env:SAMPLE_PASSWORD --codecs ulaw",
                change: "--username branch-2 --password-from env:SAMPLE_PASSWORD",
            },
        ],
        "itniotech" => &[
            Sample {
                create: "--name out --direction outbound --kind register --host 192.0.2.7 --username cc-42 \
                         --password-from env:SAMPLE_PASSWORD --agent-group Sales",
                change: "--prefix 9 --agent-group Support",
            },
            Sample {
                create: "--name in --direction inbound --allowed-ip 192.0.2.8 \
                         --agent-group Sales=442071838750",
                change: "--allowed-ip 192.0.2.9 --agent-group Sales=442071838751",
            },
        ],
        "zoom" => &[Sample { create: "--account sub-1 --master-trunk trunk-a", change: "" }],
        other => panic!("the vendor `{other}` has no samples yet: add them here"),
    }
}

impl Sample {
    /// The command line that creates it.
    pub fn creating(&self) -> Vec<&'static str> {
        ["trunk", "create"].into_iter().chain(self.create.split(' ')).collect()
    }

    /// The command line that changes it, by its name.
    pub fn changing<'a>(&self, target: &'a str) -> Vec<&'a str>
    where
        'static: 'a,
    {
        ["trunk", "update", target].into_iter().chain(self.change.split(' ')).collect()
    }

    /// The name that it gives.
    pub fn name(&self) -> &'static str {
        self.create.split(' ').skip_while(|word| *word != "--name").nth(1).unwrap()
    }
}

/// The arguments of a command, from its words and more.
pub fn words<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    command.split(' ').chain(more.iter().copied()).collect()
}
