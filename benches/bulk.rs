//! Adding many internal numbers from a list: the time is that of the vendor's answers, and memory does not grow.
//!
//! `cargo bench --bench bulk` prints the figures, and ends in 1 if one is above its limit.

#![allow(clippy::unwrap_used)]

mod support;

use std::fmt::Write as _;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use support::{Place, Served, Table, Ticks, is_wanted, mebibytes, take_lines};

/// The time from a call to its answer, including the sandbox's own work.
const LATENCY: Duration = Duration::from_millis(20);

const CONCURRENCY: u32 = 8;

/// As many as Zoom takes in a call.
const BATCH: usize = 30;

/// The most of the ideal time that a run may take.
const MOST_OF_IDEAL: f64 = 1.1;

/// The most memory, in MiB.
const MOST_MEMORY: u64 = 64;

/// How many numbers exist already.
const EXISTING: usize = 3000;

fn main() -> ExitCode {
    if !is_wanted() {
        return ExitCode::SUCCESS;
    }
    println!("internal-numbers add --from numbers.csv --results FILE -o jsonl --concurrency {CONCURRENCY},");
    println!("{} ms of latency a call; at most {MOST_OF_IDEAL} of the ideal time;", LATENCY.as_millis());
    println!("30,000: the median of 3 runs\n");
    let mut table =
        Table::new("| rows | time | of the ideal | peak memory | server's share of the processor |");
    for (rows, runs) in [(30_000, 3), (300_000, 1)] {
        let ticks = Ticks::now();
        let mut measured: Vec<_> = (0..runs).map(|_| measure(rows)).collect();
        measured.sort();
        let (time, peak) = measured[runs / 2];
        let share = Ticks::server_share(ticks);
        let batches = u32::try_from(rows.div_ceil(BATCH)).unwrap();
        let ideal = LATENCY * batches / CONCURRENCY;
        let ratio = time.as_secs_f64() / ideal.as_secs_f64();
        let seconds = format!("{:.1} s", time.as_secs_f64());
        table.row(&[&grouped(rows), &seconds, &format!("{ratio:.2}"), &mebibytes(peak), &share]);
        table.limit(&format!("{rows} rows, of the ideal"), ratio, MOST_OF_IDEAL);
        table.memory(&format!("{rows} rows, memory"), peak, MOST_MEMORY);
    }
    let result = table.finish("bulk");
    let again = again();
    if result == ExitCode::SUCCESS { again } else { result }
}

fn measure(rows: usize) -> (Duration, Option<u64>) {
    let place = Place::new();
    let served =
        Served::faulty(&[&format!("delay-after={}ms;call=POST /zoom/v2/accounts", LATENCY.as_millis())]);
    let mut command = add(&place, &served, rows, &["-o", "jsonl"]);
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let (lines, peak) = take_lines(&mut child);
    assert_eq!(lines, rows, "each row has its result");
    (begun.elapsed(), peak)
}

/// Adds numbers that exist already, with and without `--skip-existing`.
fn again() -> ExitCode {
    println!("\nthe same for {EXISTING} numbers that exist already\n");
    let mut table = Table::new("| | POST requests | time |");
    let (place, served) = (Place::new(), Served::start());
    assert!(add(&place, &served, EXISTING, &["-o", "json"]).output().unwrap().status.success());
    let skip: &[&str] = &["-o", "json", "--skip-existing"];
    for (name, more, most) in [("with `--skip-existing`", skip, 0), ("without", &skip[..2], 10)] {
        let journal = place.state().join("history/journal.jsonl");
        // Each request that writes has an entry.
        std::fs::write(&journal, "").unwrap();
        let begun = Instant::now();
        let output = add(&place, &served, EXISTING, more).output().unwrap();
        let time = begun.elapsed();
        let all: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(all["changes"].as_array().unwrap().len(), EXISTING);
        let posts = std::fs::read_to_string(&journal).unwrap().matches(r#""event":"begun""#).count();
        table.row(&[name, &posts.to_string(), &format!("{:.2} s", time.as_secs_f64())]);
        table.limit(&format!("POST requests {name}"), posts as f64, f64::from(most));
    }
    table.finish("again")
}

/// The command for so many numbers.
fn add(place: &Place, served: &Served, rows: usize, more: &[&str]) -> Command {
    let profiles = served.profiles(place, "");
    let mut text = "number,labels,languages\n".to_owned();
    for serial in 0..rows {
        writeln!(text, "+1646{:07},SIP,en-US", 2_000_000 + serial).unwrap();
    }
    let (list, results) = (place.write("numbers.csv", &text), place.path().join("results.jsonl"));
    let _ = std::fs::remove_file(&results);
    let mut command = place.command(&["--profiles-file", &profiles, "-p", "zoom", "-q"]);
    command.args(["internal-numbers", "add", "--from", &list, "--deadline", "1h"]).args(more);
    command.args(["--concurrency", &CONCURRENCY.to_string()]).arg("--results").arg(&results);
    command
}

/// A number with its thousands apart.
fn grouped(number: usize) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}
