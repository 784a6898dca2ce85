//! Planning a fleet: the time is that of the vendors' answers, and memory holds a part of the fleet at a time.
//!
//! `cargo bench --bench plan` prints the figures, and ends in 1 if one is above its limit.

#![allow(clippy::unwrap_used)]

mod accounts;
mod fleet;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use fleet::{CONCURRENCY, Fleet, PROFILES, Run};
use support::{Table, is_wanted, mebibytes};

/// What the accounts take for each request.
const LATENCY: Duration = Duration::from_millis(20);

/// The most seconds of a plan of 20 trunks each.
const MOST_SECONDS: f64 = 1.6;

/// The most of the ideal time that the creation of a trunk in each account may take.
const MOST_OF_IDEAL: f64 = 1.5;

/// The most times the time that ten times the trunks may take.
const MOST_TIMES: f64 = 10.0;

/// The most memory, in MiB.
const MOST_MEMORY: u64 = 128;

const RUNS: usize = 3;

fn main() -> ExitCode {
    if !is_wanted() {
        return ExitCode::SUCCESS;
    }
    println!(
        "{PROFILES} profiles, --concurrency {CONCURRENCY}, {} ms of latency a request\n",
        LATENCY.as_millis()
    );
    let mut table = Table::new(
        "| | requests | ideal | median | of the ideal | peak memory | server's share of the processor |",
    );
    let few = planned(&mut table, "plan, Yeastar", "yeastar", 20, RUNS);
    table.limit("a plan of 20 trunks each, seconds", few, MOST_SECONDS);
    let many = planned(&mut table, "plan, Yeastar", "yeastar", 200, 1);
    table.limit("ten times the trunks, times the time", many / few, MOST_TIMES);
    planned(&mut table, "plan, Itniotech", "itniotech", 20, RUNS);
    applied(&mut table);
    table.finish("plan")
}

/// Plans for accounts that hold all that is wanted. The first request of each is the log-in, where there is one.
/// Answers the median time.
fn planned(table: &mut Table, name: &str, vendor: &'static str, trunks: usize, runs: usize) -> f64 {
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
    shown(table, &format!("{name}, {trunks} trunks each"), runs.collect(), needed).0
}

/// Creates a trunk in each account, and then finds nothing to do.
fn applied(table: &mut Table) {
    let words = format!("apply --yes -o json --concurrency {CONCURRENCY}");
    let mut fleets = Vec::new();
    let runs = (0..RUNS).map(|_| {
        let fleet = Fleet::empty("yeastar", 1);
        fleet.take(LATENCY);
        let run = fleet.run(&words, &format!("\"created\": {PROFILES},"));
        fleets.push(fleet);
        run
    });
    // Log-in, list, create, and a look at what came of it.
    let (_, of_ideal) = shown(table, "apply, Yeastar, a trunk to create", runs.collect(), 4);
    table.limit("apply, of the ideal", of_ideal, MOST_OF_IDEAL);
    let run = fleets[0].run(&words, &format!("\"unchanged\": {PROFILES},"));
    // The tokens are kept.
    shown(table, "apply, Yeastar, nothing to do", vec![run], 2);
}

/// Adds a row for runs that needed so many requests of each profile. Answers the median time, in seconds and of the
/// ideal.
fn shown(table: &mut Table, name: &str, runs: Vec<Run>, needed: usize) -> (f64, f64) {
    let requests = PROFILES * needed;
    for run in &runs {
        assert_eq!(run.requests, requests, "what is not needed is not asked for");
    }
    let ideal = LATENCY.as_secs_f64() * requests as f64 / CONCURRENCY as f64;
    let mut times: Vec<f64> = runs.iter().map(|run| run.time.as_secs_f64()).collect();
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    let of_ideal = median / ideal;
    let peak = runs.iter().filter_map(|run| run.peak).max();
    let [ideal, seconds] = [ideal, median].map(|time| format!("{time:.2} s"));
    let ratio = format!("{of_ideal:.2}");
    let share = &runs[0].share;
    table.row(&[name, &requests.to_string(), &ideal, &seconds, &ratio, &mebibytes(peak), share]);
    table.memory(&format!("{name}, MiB"), peak, MOST_MEMORY);
    (median, of_ideal)
}
