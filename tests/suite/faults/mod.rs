//! Failures of a vendor, or of a gateway in front of it. Every write ends with one of the two results that a
//! script can act on: it was not applied, or its outcome is unknown.

mod answers;
mod hostile;
mod interrupts;
mod limits;
mod log_in;
mod lookups;
pub mod matrix;
mod pacing;
mod tls;
mod writes;

use crate::support::refusing::Refusing;
use crate::support::running::Running;
use crate::support::scripted::{Act, http};
use crate::support::{Place, Ran};

/// A vendor and a command line.
type Job = (&'static str, &'static str);

/// Every write of every vendor, in a form that sends exactly one request.
const WRITES: &[Job] = &[
    (
        "yeastar",
        "trunk create --name t --kind register --transport udp --host sip.example.com --port 5060 \
         --username u --auth-name u --password-from env:TRUNK_PASSWORD --codecs ulaw",
    ),
    ("yeastar", PEER),
    (
        "yeastar",
        "trunk create --name t --kind account --transport udp --username u --auth-name u --codecs ulaw \
         --password-from env:TRUNK_PASSWORD",
    ),
    ("yeastar", "trunk update id:7 --kind peer --port 5062"),
    (
        "itniotech",
        "trunk create --name t --direction outbound --kind register --host 192.0.2.40 --username u \
         --password-from env:TRUNK_PASSWORD --agent-group 1000026",
    ),
    (
        "itniotech",
        "trunk create --name t --direction inbound --allowed-ip 192.0.2.60 \
         --agent-group 1000026=442071838750",
    ),
    (
        "itniotech",
        "trunk update id:5000028 --name t --direction outbound --kind peer --host 192.0.2.41 --prefix 9 \
         --agent-group 1000026",
    ),
    ("zoom", "trunk create --account sub-1 --master-trunk trunk-a"),
    (
        "zoom",
        "internal-numbers add --account sub-1 --number +16466661110 --type toll --label SIP --language en-US",
    ),
    ("zoom", "sip-settings assign --account sub-1 --enable true"),
];

/// A write whose kind of trunk needs no password.
const PEER: &str =
    "trunk create --name t --kind peer --transport udp --host sip.example.com --port 5060 --codecs ulaw";

/// Commands that look something up first; here that read fails.
const LOOK_UPS: &[Job] = &[
    ("yeastar", "trunk update id:7 --port 5062"),
    ("yeastar", "trunk update name:t --port 5062"),
    ("yeastar", "trunk update t --port 5062"),
    ("yeastar", "trunk create --from examples/yeastar/register-trunk.toml"),
    ("itniotech", "trunk update id:5000028 --host 192.0.2.41"),
    ("itniotech", "trunk update name:t --host 192.0.2.41"),
    (
        "itniotech",
        "trunk create --name t --direction outbound --kind peer --host 192.0.2.40 --agent-group Sales",
    ),
];

/// A place with a profile for each vendor, all at one address.
struct Lab {
    place: Place,
    profiles: String,
}

impl Lab {
    /// Profiles that need no log-in.
    fn new(base: &str) -> Self {
        Self::with(base, "access_token = \"static-token\"\n", "")
    }

    /// Profiles that log in.
    fn logging_in(base: &str) -> Self {
        let zoom = format!("account_id = \"acc\"\ntoken_url = \"{base}/oauth/token\"\n");
        Self::with(base, "client_id = \"id\"\nclient_secret = \"client-secret\"\n", &zoom)
    }

    fn with(base: &str, token: &str, zoom: &str) -> Self {
        let place = Place::new().with("TRUNK_PASSWORD", "Trunk0Password");
        let profiles = place.write(
            "profiles.toml",
            &format!(
                "[profiles.yeastar]\nvendor = \"yeastar\"\nbase_url = \"{base}\"\n{token}\
                 [profiles.zoom]\nvendor = \"zoom\"\nbase_url = \"{base}/v2\"\n{token}{zoom}\
                 [profiles.itniotech]\nvendor = \"itniotech\"\nbase_url = \"{base}\"\n\
                 api_key = \"the-key\"\napi_secret = \"the-secret\"\n"
            ),
        );
        Self { place, profiles }
    }

    fn words<'a>(&'a self, (vendor, job): (&'a str, &'a str), more: &'a str) -> Vec<&'a str> {
        let mut words = vec!["--profiles-file", &self.profiles, "-p", vendor, "-o", "json"];
        words.extend(more.split_whitespace().chain(job.split_whitespace()));
        words
    }

    /// Runs a job with more options.
    fn run(&self, job: (&str, &str), more: &str) -> Ran {
        self.place.run(&self.words(job, more))
    }

    /// Starts a job, to be interrupted.
    fn start(&self, job: (&str, &str), more: &str) -> Running {
        Running::start(self.place.command(&self.words(job, more)))
    }
}

/// Fails the test unless the write was certainly not applied.
#[track_caller]
fn not_applied(ran: Ran, what: &str) -> Ran {
    assert_eq!((ran.code, ran.out.as_str()), (10, ""), "{what}: {ran:?}");
    let error = ran.error();
    assert_eq!(error["kind"], "unavailable", "{what}: {error}");
    assert_eq!(error["outcome"], "not_applied", "{what}: {error}");
    assert!(error["hint"].is_string(), "{what}: {error}");
    ran
}

/// Fails the test unless the write's outcome is unknown.
#[track_caller]
fn unknown(ran: Ran, what: &str) -> Ran {
    assert_eq!((ran.code, ran.out.as_str()), (11, ""), "{what}: {ran:?}");
    let error = ran.error();
    assert_eq!(error["kind"], "outcome_unknown", "{what}: {error}");
    assert_eq!(error["outcome"], "unknown", "{what}: {error}");
    assert_eq!(error["retryable"], false, "{what}: {error}");
    assert!(error["hint"].is_string(), "{what}: {error}");
    ran
}

/// Fails the test unless the read failed and no write can have followed.
#[track_caller]
fn read_failed(ran: Ran, what: &str) -> Ran {
    assert_eq!((ran.code, ran.out.as_str()), (10, ""), "{what}: {ran:?}");
    let error = ran.error();
    assert_eq!(error["kind"], "unavailable", "{what}: {error}");
    assert_ne!(error["outcome"], "unknown", "{what}: {error}");
    ran
}

/// Method and path of each request, without the query.
pub fn paths(requests: &[String]) -> Vec<String> {
    let path = |request: &String| {
        let mut words = request.split([' ', '?']);
        format!("{} {}", words.next().unwrap_or_default(), words.next().unwrap_or_default())
    };
    requests.iter().map(path).collect()
}

/// How often the first of the requests was sent; the others are reads.
pub fn sent(requests: &[String]) -> usize {
    let paths = paths(requests);
    paths.iter().filter(|path| Some(*path) == paths.first()).count()
}

/// An HTML page in place of an API answer.
fn html(status: u16, body: &str) -> Act {
    let page = format!("<html><head><title>Oops</title></head><body>{body}</body></html>");
    Act::Raw(http(status, "Content-Type: text/html\r\n", &page))
}
