//! Planning a fleet: the time is that of the vendors' answers, and memory holds a part of the fleet at a time.
//!
//! `cargo bench --bench plan` prints the figures, and ends in 1 where a limit does not hold.

#![allow(clippy::unwrap_used)]

mod accounts;
mod fleet;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use fleet::{CONCURRENCY, Fleet, PROFILES, Run};
use support::{is_wanted, mebibytes};

/// What the accounts take for each request.
const LATENCY: Duration = Duration::from_millis(20);

/// The most that a run may take of the ideal.
const MOST_OF_IDEAL: f64 = 1.2;

/// The most times the time that ten times the trunks may take.
const MOST_TIMES: f64 = 10.0;

/// The most memory, in KiB.
const MOST_MEMORY: u64 = 128 << 10;

const RUNS: usize = 3;

/// What several runs of one kind came to.
struct Figures {
    /// The fastest.
    best: f64,
    of_ideal: f64,
    peak: Option<u64>,
}

fn main() -> ExitCode {
    if !is_wanted() {
        return ExitCode::SUCCESS;
    }
    println!(
        "{PROFILES} profiles, --concurrency {CONCURRENCY}, {} ms of latency a request\n",
        LATENCY.as_millis()
    );
    println!(
        "{:<34}  {:>8}  {:>8}  {:>8}  {:>8}  {:>8}  {:>11}",
        "", "requests", "ideal", "best", "median", "of ideal", "peak memory"
    );
    let few = planned("plan, Yeastar", "yeastar", 20, RUNS);
    let many = planned("plan, Yeastar", "yeastar", 200, 1);
    planned("plan, Itniotech", "itniotech", 20, RUNS);
    applied();
    let times = many.best / few.best;
    println!("\n10 times the trunks take {times:.1} times the time");
    println!(
        "(limits, with Yeastar: {MOST_OF_IDEAL} of the ideal, {MOST_TIMES} times the time, {})",
        mebibytes(Some(MOST_MEMORY))
    );
    let holds = [&few, &many].iter().all(|figures| {
        figures.of_ideal <= MOST_OF_IDEAL && figures.peak.is_none_or(|peak| peak <= MOST_MEMORY)
    });
    if holds && times <= MOST_TIMES { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plans for accounts that hold all that is wanted. The first request of each is the log-in, where there is one.
fn planned(name: &str, vendor: &'static str, trunks: usize, runs: usize) -> Figures {
    let fleet = Fleet::of(vendor, trunks);
    fleet.take(LATENCY);
    let pages = trunks.div_ceil(100);
    // The rows of Yeastar's list are not whole; 50 trunks are read in one call.
    let needed = if vendor == "yeastar" { 1 + pages + trunks.div_ceil(50) } else { pages };
    let said = format!("No changes on {PROFILES} profiles, {} unchanged", PROFILES * trunks);
    let runs = (0..runs).map(|_| {
        fleet.forget_tokens();
        fleet.run(&format!("plan --concurrency {CONCURRENCY}"), &said)
    });
    shown(&format!("{name}, {trunks} trunks each"), runs.collect(), needed)
}

/// Creates a trunk in each account, and then finds nothing to do.
fn applied() {
    let fleet = Fleet::empty("yeastar", 1);
    fleet.take(LATENCY);
    let words = format!("apply --yes -o json --concurrency {CONCURRENCY}");
    let run = fleet.run(&words, &format!("\"created\": {PROFILES},"));
    // Log-in, list, create, and a look at what came of it.
    shown("apply, Yeastar, a trunk to create", vec![run], 4);
    let run = fleet.run(&words, &format!("\"unchanged\": {PROFILES},"));
    // The tokens are kept.
    shown("apply, Yeastar, nothing to do", vec![run], 2);
}

/// Prints what runs came to that needed so many requests of each profile.
fn shown(name: &str, runs: Vec<Run>, needed: usize) -> Figures {
    let requests = PROFILES * needed;
    for run in &runs {
        assert_eq!(run.requests, requests, "what is not needed is not asked for");
    }
    let ideal = LATENCY.as_secs_f64() * requests as f64 / CONCURRENCY as f64;
    let mut times: Vec<f64> = runs.iter().map(|run| run.time.as_secs_f64()).collect();
    times.sort_by(f64::total_cmp);
    let (best, median) = (times[0], times[times.len() / 2]);
    let peak = runs.iter().filter_map(|run| run.peak).max();
    println!(
        "{name:<34}  {requests:>8}  {ideal:>6.2} s  {best:>6.2} s  {median:>6.2} s  {:>8.2}  {:>11}",
        best / ideal,
        mebibytes(peak)
    );
    Figures { best, of_ideal: best / ideal, peak }
}
