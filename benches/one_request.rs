//! What one command costs: beside curl with the same request, in memory, and on disk.
//!
//! `cargo bench --bench one_request` prints the figures. Nothing fails on them: they are those of a machine.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use support::{Place, Served, is_wanted, mebibytes, median, peak_memory};

const RUNS: usize = 200;
const MEMORY_RUNS: usize = 20;

const CREATE: &str = "trunk create --kind peer --name peer --host 192.0.2.1 --port 5060 --transport udp \
                      --codecs ulaw";
const UPDATE: &str = "trunk update id:1 --kind peer --port 5061";
/// The body of that update.
const BODY: &str = r#"{"id":1,"port":5061}"#;

fn main() {
    if !is_wanted() {
        return;
    }
    let place = Place::new();
    let served = Served::start();
    let profiles = served.profiles(&place, "");
    let mut create = trunkctl(&place, &format!("--profiles-file {profiles} -p yeastar {CREATE}"));
    assert!(create.output().unwrap().status.success(), "there has to be a trunk to change");

    let api = format!("{}/yeastar/openapi/v1.0", served.base);
    let token = log_in(&api);
    let base = format!("{}/yeastar", served.base);
    let profile =
        format!("[profiles.pbx]\nvendor = \"yeastar\"\nbase_url = \"{base}\"\naccess_token = \"{token}\"");
    let profiles = place.write("static.toml", &profile);
    let words = format!("--profiles-file {profiles} {UPDATE}");
    let update = || trunkctl(&place, &words);
    let url = format!("{api}/trunk/update?access_token={token}");
    let same = || curl(&url, BODY);

    // Both change the trunk, and say so.
    let own = update().args(["-o", "json"]).output().unwrap();
    assert!(own.status.success(), "{}", String::from_utf8_lossy(&own.stderr));
    assert_eq!(json(&same().output().unwrap().stdout)["errcode"], 0);

    let (mut own, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        own.push(time(update()));
        theirs.push(time(same()));
    }
    let help = median((0..RUNS).map(|_| time(trunkctl(&place, "--help"))).collect());
    let (own, theirs) = (median(own), median(theirs));
    let peak = (0..MEMORY_RUNS).filter_map(|_| peak(update())).max();
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_trunkctl")).unwrap().len() / 1024;

    let ratio = own.as_secs_f64() / theirs.as_secs_f64();
    println!("trunkctl {UPDATE}, with a static token, beside curl: medians of {RUNS} runs by turns\n");
    println!("{:<28}  {:>9}  {:>8}", "", "measured", "limit");
    println!("{:<28}  {:>9}", "trunkctl", milliseconds(own));
    println!("{:<28}  {:>9}", "curl", milliseconds(theirs));
    println!("{:<28}  {ratio:>9.2}  {:>8}", "trunkctl / curl", "1.2");
    println!("{:<28}  {:>9}  {:>8}", "peak memory of trunkctl", mebibytes(peak), "24 MiB");
    println!("{:<28}  {:>9}", "trunkctl --help", milliseconds(help));
    println!("{:<28}  {:>9}  {:>8}", "the binary, stripped", mebibytes(Some(size)), "12 MiB");
}

fn trunkctl(place: &Place, words: &str) -> Command {
    place.command(&words.split_whitespace().collect::<Vec<_>>())
}

/// The request as `--dry-run=curl` prints it.
fn curl(url: &str, body: &str) -> Command {
    let mut command = Command::new("curl");
    command.args(["-sS", "-g", "-X", "POST", "-H", "User-Agent: trunkctl"]);
    command.args(["-H", "Content-Type: application/json", "--data-raw", body, url]);
    command
}

/// A token of the sandbox.
fn log_in(api: &str) -> String {
    let body = r#"{"username":"sandbox","password":"sandbox-secret"}"#;
    let output = curl(&format!("{api}/get_token"), body).output().expect("curl is what this compares with");
    json(&output.stdout)["access_token"].as_str().expect("the sandbox gives a token").to_owned()
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// How long a command takes, from its start to its end.
fn time(mut command: Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    assert!(command.status().unwrap().success());
    begun.elapsed()
}

/// The most memory that a command holds. It is looked at without a pause: the last look is at its very end.
fn peak(mut command: Command) -> Option<u64> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut most = None;
    while child.try_wait().unwrap().is_none() {
        most = most.max(peak_memory(child.id()));
    }
    most
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
