//! Listing many internal numbers: time has to grow with their number, and memory must not.
//!
//! `cargo bench --bench list` prints the figures. Nothing fails on them: they are those of a machine.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use support::{Place, Served, is_wanted, mebibytes, median, take_lines};

const RUNS: usize = 7;

/// The figures of a list of so many rows.
struct Figures {
    rows: usize,
    time: Duration,
    peak: Option<u64>,
}

fn main() {
    if !is_wanted() {
        return;
    }
    println!("internal-numbers list -o jsonl, the median of {RUNS} runs\n");
    println!("{:>8}  {:>9}  {:>9}  {:>11}", "rows", "time", "rows/s", "peak memory");
    let [few, many] = [10_000, 100_000].map(|rows| {
        let figures = measure(rows);
        let seconds = figures.time.as_secs_f64();
        let (speed, peak) = (rows as f64 / seconds, mebibytes(figures.peak));
        println!("{rows:>8}  {:>6.0} ms  {speed:>9.0}  {peak:>11}", seconds * 1000.0);
        figures
    });
    let rows = many.rows as f64 / few.rows as f64;
    let time = many.time.as_secs_f64() / few.time.as_secs_f64();
    println!("\n{rows:.0} times the rows take {time:.1} times the time (limit of the memory: 64 MiB)");
}

fn measure(rows: usize) -> Figures {
    let place = Place::new();
    let state = place.path().join("sandbox.json");
    std::fs::write(&state, holding(rows, fresh(&place, &state)).to_string()).unwrap();
    let served = Served::with(Some(state));
    let profiles = served.profiles(&place, "");
    let (mut times, mut peak) = (Vec::new(), None);
    // The first run logs in, and keeps the token for the others.
    for run in 0..=RUNS {
        let (time, memory) = list(&place, &profiles, rows);
        peak = peak.max(memory);
        if run > 0 {
            times.push(time);
        }
    }
    Figures { rows, time: median(times), peak }
}

/// One run. The lines are read as they come, as by a pipe's other end.
fn list(place: &Place, profiles: &str, rows: usize) -> (Duration, Option<u64>) {
    let args = ["--profiles-file", profiles, "-p", "zoom", "internal-numbers", "list"];
    let mut command = place.command(&args);
    command.args(["--account", "sub-1", "-o", "jsonl"]).stdout(Stdio::piped());
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    let peak = take_lines(&mut child, rows);
    let time = begun.elapsed();
    (time, peak)
}

/// The state of a sandbox that holds nothing yet, as it keeps it itself.
fn fresh(place: &Place, state: &Path) -> Value {
    let served = Served::with(Some(state.to_owned()));
    let profiles = served.profiles(place, "");
    place.run(&["--profiles-file", &profiles, "-p", "zoom", "internal-numbers", "list"]).expect(0);
    drop(served);
    serde_json::from_slice(&std::fs::read(state).unwrap()).unwrap()
}

/// That state with numbers in the account `sub-1`. Adding them by requests would take longer than the runs.
fn holding(rows: usize, mut state: Value) -> Value {
    let numbers: Map<String, Value> = (1..=rows)
        .map(|serial| {
            let number = json!({
                "id": format!("A{serial:016x}"),
                "number": format!("+1646{serial:07}"),
                "display_number": format!("+1 646-{serial:07}"),
                "country": "US",
                "type": 0,
                "labels": "SIP",
                "languages": "en-US",
                "visible": true,
                "allow_join": true,
                "allow_for_external_meetings": false,
            });
            (serial.to_string(), number)
        })
        .collect();
    let zoom = &mut state["zoom"];
    zoom["counters"]["numbers"] = json!(rows);
    let accounts = zoom["accounts"].as_array_mut().unwrap();
    let account = accounts.iter_mut().find(|account| account["id"] == "sub-1").unwrap();
    account["internal_numbers"] = Value::Object(numbers);
    state
}
