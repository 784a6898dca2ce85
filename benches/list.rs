//! Listing many internal numbers: time has to grow with their number, and memory must not.
//!
//! `cargo bench --bench list` prints the figures, and ends in 1 if one is above its limit.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use support::{Place, Served, Table, Ticks, is_wanted, mebibytes, median, take_lines};

const RUNS: usize = 7;

/// The fewest rows a second of the longest list.
const FEWEST_A_SECOND: f64 = 140_000.0;

/// The formats, each with the most memory in MiB.
const FORMATS: [(&str, u64); 2] = [("jsonl", 16), ("json", 32)];

fn main() -> ExitCode {
    if !is_wanted() {
        return ExitCode::SUCCESS;
    }
    println!("internal-numbers list, medians of {RUNS} runs; at least {FEWEST_A_SECOND} rows a second\n");
    let mut table = Table::new(
        "| rows | format | time | rows a second | peak memory | server's share of the processor |",
    );
    for rows in [10_000, 100_000] {
        let place = Place::new();
        let state = place.path().join("sandbox.json");
        std::fs::write(&state, holding(rows, fresh(&place, &state)).to_string()).unwrap();
        let served = Served::with(Some(state));
        let profiles = served.profiles(&place, "");
        for (format, most) in FORMATS {
            let ticks = Ticks::now();
            let (time, peak) = measure(&place, &profiles, rows, format);
            let share = Ticks::server_share(ticks);
            let speed = rows as f64 / time.as_secs_f64();
            let milliseconds = format!("{} ms", time.as_millis());
            let cells =
                [&rows.to_string(), format, &milliseconds, &format!("{speed:.0}"), &mebibytes(peak), &share];
            table.row(&cells);
            table.memory(&format!("{rows} rows as {format}, MiB"), peak, most);
            if rows == 100_000 {
                let name = format!("{format}, microseconds a row");
                table.limit(&name, 1e6 / speed, 1e6 / FEWEST_A_SECOND);
            }
        }
    }
    table.finish("list")
}

/// The first run logs in, and keeps the token for the others.
fn measure(place: &Place, profiles: &str, rows: usize, format: &str) -> (Duration, Option<u64>) {
    let runs: Vec<_> = (0..=RUNS).map(|_| list(place, profiles, rows, format)).collect();
    let peak = runs.iter().filter_map(|(_, peak)| *peak).max();
    (median(runs[1..].iter().map(|(time, _)| *time).collect()), peak)
}

/// One run. The lines are read as they come, as by a pipe's other end.
fn list(place: &Place, profiles: &str, rows: usize, format: &str) -> (Duration, Option<u64>) {
    let args = ["--profiles-file", profiles, "-p", "zoom", "internal-numbers", "list"];
    let mut command = place.command(&args);
    command.args(["--account", "sub-1", "-o", format]).stdout(Stdio::piped());
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    let (lines, peak) = take_lines(&mut child);
    let time = begun.elapsed();
    // An object of JSON takes several lines, and the list two more.
    let whole = if format == "jsonl" { lines == rows } else { lines > rows && (lines - 2) % rows == 0 };
    assert!(whole, "{lines} lines of {rows} rows");
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
