//! What one command costs: beside curl with the same request, in memory, and on disk.
//!
//! `cargo bench --bench one_request` prints the figures, and ends in 1 if one is above its limit.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use support::{Place, Served, Table, Ticks, is_wanted, mebibytes, median, peak_memory};

const RUNS: usize = 200;
const MEMORY_RUNS: usize = 20;

const CREATE: &str = "trunk create --kind peer --name peer --host 192.0.2.1 --port 5060 --transport udp \
                      --codecs ulaw";
const UPDATE: &str = "trunk update id:1 --kind peer --port 5061";
/// The body of that update.
const BODY: &str = r#"{"id":1,"port":5061}"#;

/// The limits: of curl's time, of the time of `--help` in milliseconds, of memory and of the binary in MiB. Of the
/// binary, 1.5 MiB are for `trunk check`.
const MOST_OF_CURL: f64 = 0.7;
const MOST_HELP: f64 = 3.0;
const MOST_MEMORY: u64 = 10;
const MOST_SIZE: f64 = 10.5;

fn main() -> ExitCode {
    if !is_wanted() {
        return ExitCode::SUCCESS;
    }
    // A build has written much, and the journal of each command would wait until the disk has it.
    let _ = Command::new("sync").status();
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
    let ticks = Ticks::now();
    for _ in 0..RUNS {
        own.push(time(update()));
        theirs.push(time(same()));
    }
    let share = Ticks::server_share(ticks);
    let help = median((0..RUNS).map(|_| time(trunkctl(&place, "--help"))).collect());
    let (own, theirs) = (median(own), median(theirs));
    let peak = (0..MEMORY_RUNS).filter_map(|_| peak(update())).max();
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_trunkctl")).unwrap().len() as f64 / f64::from(1 << 20);

    let ratio = own.as_secs_f64() / theirs.as_secs_f64();
    println!("trunkctl {UPDATE}, with a static token, beside curl: medians of {RUNS} runs by turns\n");
    let mut table = Table::new("| what | measured | limit |");
    table.row(&[&format!("`trunkctl {UPDATE}`"), &milliseconds(own), ""]);
    table.row(&["`curl` with the same request", &milliseconds(theirs), ""]);
    table.row(&["the first to the second", &format!("{ratio:.2}"), &MOST_OF_CURL.to_string()]);
    table.row(&["server's share of the processor", &share, ""]);
    table.row(&["peak memory of that `trunkctl`", &mebibytes(peak), &format!("{MOST_MEMORY} MiB")]);
    table.row(&["`trunkctl --help`", &milliseconds(help), &format!("{MOST_HELP} ms")]);
    table.row(&["the binary, stripped", &format!("{size:.1} MiB"), &format!("{MOST_SIZE} MiB")]);
    table.limit("the time of curl", ratio, MOST_OF_CURL);
    table.limit("milliseconds of --help", help.as_secs_f64() * 1000.0, MOST_HELP);
    table.memory("memory, MiB", peak, MOST_MEMORY);
    table.limit("the binary, MiB", size, MOST_SIZE);
    table.finish("one request")
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
