//! What the benchmarks share. They run the binary as the tests do, from a place of its own.

#![allow(dead_code, unused_imports)] // each benchmark needs a part of it

#[path = "../../tests/suite/support/place.rs"]
mod place;
#[path = "../../tests/suite/support/served.rs"]
mod served;

use std::io::Read;
use std::process::Child;
use std::time::Duration;

pub use place::Place;
pub use served::Served;

/// Whether `cargo bench` is running this. `cargo test --all-targets` runs it too, and wants no figures.
pub fn is_wanted() -> bool {
    std::env::args().any(|word| word == "--bench")
}

/// The most memory, in KiB, that a process has held so far. None where it has ended, and beside Linux.
pub fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Reads what a command prints as it comes, as by a pipe's other end, until it ends with success. Answers the most
/// memory that it held.
pub fn take_lines(child: &mut Child, rows: usize) -> Option<u64> {
    let mut out = child.stdout.take().unwrap();
    let (mut buffer, mut lines, mut peak) = (vec![0; 1 << 16], 0, None);
    loop {
        let read = out.read(&mut buffer).unwrap();
        if read == 0 {
            break;
        }
        lines += buffer[..read].iter().filter(|byte| **byte == b'\n').count();
        peak = peak.max(peak_memory(child.id()));
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(lines, rows, "a list that is not whole has no figures");
    peak
}

pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Memory for a table.
pub fn mebibytes(kibibytes: Option<u64>) -> String {
    kibibytes.map_or_else(|| "?".into(), |kibibytes| format!("{:.1} MiB", kibibytes as f64 / 1024.0))
}
