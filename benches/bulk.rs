//! Adding many internal numbers from a list: the time is that of the vendor's answers, and memory does not grow.
//!
//! `cargo bench --bench bulk` prints the figures. Nothing fails on them: they are those of a machine.

#![allow(clippy::unwrap_used)]

mod support;

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use support::{Place, Served, is_wanted, mebibytes, take_lines};

/// What the sandbox takes for each call.
const LATENCY: Duration = Duration::from_millis(20);

const CONCURRENCY: u32 = 8;

/// As many as Zoom takes in a call.
const BATCH: usize = 30;

fn main() {
    if !is_wanted() {
        return;
    }
    println!("internal-numbers add --from numbers.csv --results FILE -o jsonl --concurrency {CONCURRENCY},");
    println!("{} ms of latency a call\n", LATENCY.as_millis());
    println!("{:>8}  {:>9}  {:>9}  {:>9}  {:>11}", "rows", "time", "ideal", "of ideal", "peak memory");
    for rows in [30_000, 300_000] {
        let (time, peak) = measure(rows);
        let batches = u32::try_from(rows.div_ceil(BATCH)).unwrap();
        let ideal = LATENCY * batches / CONCURRENCY;
        let ratio = time.as_secs_f64() / ideal.as_secs_f64();
        let [time, ideal] = [time, ideal].map(|time| time.as_secs_f64());
        println!("{rows:>8}  {time:>7.2} s  {ideal:>7.2} s  {ratio:>9.2}  {:>11}", mebibytes(peak));
    }
    println!("\n(limits: 1.15 of the ideal with 30000 rows, and 64 MiB)");
}

fn measure(rows: usize) -> (Duration, Option<u64>) {
    let place = Place::new();
    let served = Served::faulty(&[&format!("delay={}ms;call=POST /zoom/v2/accounts", LATENCY.as_millis())]);
    let profiles = served.profiles(&place, "");
    let mut text = "number,labels,languages\n".to_owned();
    for serial in 0..rows {
        writeln!(text, "+1646{:07},SIP,en-US", 2_000_000 + serial).unwrap();
    }
    let (list, results) = (place.write("numbers.csv", &text), place.path().join("results.jsonl"));
    let mut command = place.command(&["--profiles-file", &profiles, "-p", "zoom", "-o", "jsonl", "-q"]);
    command.args(["internal-numbers", "add", "--from", &list, "--deadline", "1h"]);
    command.args(["--concurrency", &CONCURRENCY.to_string()]).arg("--results").arg(&results);
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let peak = take_lines(&mut child, rows);
    let time = begun.elapsed();
    (time, peak)
}
