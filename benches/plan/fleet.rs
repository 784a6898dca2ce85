//! A fleet: accounts of one vendor, the profiles and the manifest for them, and runs of the binary on it.

use std::fmt::Write as _;
use std::fs::File;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use trunkctl::vendors;

use crate::accounts::{Accounts, secret};
use crate::support::{Place, Ticks, peak_memory};

pub const PROFILES: usize = 1000;

pub const CONCURRENCY: usize = 64;

/// The account that the others become like.
const MODEL: &str = "model";

pub struct Fleet {
    place: Place,
    /// The tokens.
    cache: TempDir,
    accounts: Accounts,
    vendor: &'static str,
    trunks: usize,
}

/// What a run took.
pub struct Run {
    pub time: Duration,
    pub peak: Option<u64>,
    pub requests: usize,
    /// The server's share of the processor time.
    pub share: String,
}

impl Fleet {
    /// Accounts that hold so many trunks each, just as a manifest wants them.
    pub fn of(vendor: &'static str, trunks: usize) -> Self {
        let accounts = Accounts::of(vendors::by_name(vendor).unwrap());
        let fleet = Self { place: place(trunks), cache: cache(), accounts, vendor, trunks };
        // What is remembered of the model stays in a place of its own.
        let own = Self { place: place(trunks), cache: cache(), ..fleet };
        own.write(&[MODEL.to_owned()]);
        own.run("apply --yes -o json", &format!("\"created\": {trunks},"));
        let fleet = Self { place: place(trunks), cache: cache(), ..own };
        fleet.accounts.become_like(MODEL);
        fleet.write(&names());
        fleet
    }

    /// Accounts that hold nothing, where the manifest wants so many trunks of each.
    pub fn empty(vendor: &'static str, trunks: usize) -> Self {
        let accounts = Accounts::of(vendors::by_name(vendor).unwrap());
        let fleet = Self { place: place(trunks), cache: cache(), accounts, vendor, trunks };
        fleet.write(&names());
        fleet
    }

    /// From now on every request takes so long.
    pub fn take(&self, latency: Duration) {
        self.accounts.take(latency);
    }

    /// Every account has to be logged in to again.
    pub fn forget_tokens(&self) {
        std::fs::remove_dir_all(self.cache.path()).unwrap();
        std::fs::create_dir(self.cache.path()).unwrap();
    }

    /// Runs a command on the manifest. It has to succeed, and to say that.
    pub fn run(&self, words: &str, said: &str) -> Run {
        let [profiles, manifest, out, err] =
            ["profiles.toml", "trunks.toml", "out", "err"].map(|name| self.place.path().join(name));
        let [profiles, manifest] = [&profiles, &manifest].map(|path| path.to_str().unwrap());
        let mut args = vec!["-q", "--profiles-file", profiles];
        args.extend(words.split_whitespace());
        args.extend(["-f", manifest, "--deadline", "1h"]);
        let mut command = self.place.command(&args);
        command.env("TRUNKCTL_CACHE_DIR", self.cache.path());
        command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
        self.accounts.requests();
        let (ticks, begun, mut peak) = (Ticks::now(), Instant::now(), None);
        let mut child = command.spawn().unwrap();
        let status = loop {
            peak = peak.max(peak_memory(child.id()));
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        let (time, share) = (begun.elapsed(), Ticks::server_share(ticks));
        let [out, err] = [out, err].map(|path| std::fs::read_to_string(path).unwrap());
        let fits = status.success() && out.contains(said);
        assert!(
            fits,
            "{words} has to say `{said}`: {status}\n{}\n{err}",
            out.lines().last().unwrap_or_default()
        );
        Run { time, peak, requests: self.accounts.requests(), share }
    }

    /// Writes the profiles file and the manifest.
    fn write(&self, names: &[String]) {
        let mut profiles = String::new();
        for name in names {
            let base = &self.accounts.base;
            writeln!(
                profiles,
                "[profiles.{name}]\nvendor = \"{}\"\nbase_url = \"{base}/{name}\"",
                self.vendor
            )
            .unwrap();
            profiles.push_str(&match self.vendor {
                "yeastar" => format!("client_id = \"sandbox\"\nclient_secret = \"{}\"\n", secret(name)),
                _ => "api_key = \"sandbox-key\"\napi_secret = \"sandbox-secret\"\n".to_owned(),
            });
        }
        self.place.write("profiles.toml", &profiles);
        let mut manifest = format!("[groups]\nlab = {names:?}\n\n[defaults.trunk]\ngroup = \"lab\"\n");
        manifest.push_str(match self.vendor {
            "yeastar" => YEASTAR,
            _ => ITNIOTECH,
        });
        for serial in 1..=self.trunks {
            writeln!(manifest, "\n[[trunk]]\nname = \"itsp-{serial}\"").unwrap();
            match self.vendor {
                "yeastar" => {
                    writeln!(manifest, "username = \"67{serial:03}\"\nauth_name = \"67{serial:03}\"")
                        .unwrap();
                    writeln!(manifest, "password = \"env:ITSP_{serial}\"").unwrap();
                    let did = 5_503_000 + serial;
                    writeln!(manifest, "dids = [{{ number = \"{did}\", name = \"Desk {serial}\" }}]")
                        .unwrap();
                }
                // A group of agents has one trunk, and so has a gateway.
                _ => {
                    writeln!(manifest, "host = \"192.0.2.{serial}\"\nprefix = \"{serial}\"").unwrap();
                    writeln!(manifest, "agent_groups = [{{ id = \"{}\" }}]", 1_000_025 + serial).unwrap();
                }
            }
        }
        self.place.write("trunks.toml", &manifest);
    }
}

const YEASTAR: &str = r#"kind = "register"
host = "sip.provider.example"
port = 5060
transport = "udp"
codecs = ["ulaw", "alaw", "g729"]
caller_id = { number = "5503300", name = "Main office" }
"#;

/// Without passwords, which this vendor does not tell.
const ITNIOTECH: &str = r#"direction = "outbound"
kind = "peer"
"#;

fn names() -> Vec<String> {
    (1..=PROFILES).map(|serial| format!("pbx{serial:04}")).collect()
}

/// A folder for tokens, in memory if possible: ext4 creates a thousand files slowly for minutes after as many were deleted.
fn cache() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// A place whose environment holds the passwords of the trunks.
fn place(trunks: usize) -> Place {
    let password = |serial| (format!("ITSP_{serial}"), format!("Itsp-Password-{serial:05}"));
    (1..=trunks).map(password).fold(Place::new(), |place, (name, value)| place.with(&name, &value))
}
