//! What the benchmarks share. They run the binary as the tests do, from a place of its own.

#![allow(dead_code, unused_imports)] // each benchmark needs a part of it

#[path = "../../tests/suite/support/place.rs"]
mod place;
#[path = "../../tests/suite/support/served.rs"]
mod served;

use std::io::Read;
use std::process::{Child, ExitCode};
use std::time::Duration;

pub use place::Place;
pub use served::Served;

/// The same allocator as in the binary, so that the server is not slower than that.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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

/// Reads what a command prints as it comes, as by a pipe's other end, until it ends with success. Answers how many
/// lines it was, and the most memory that the command held.
pub fn take_lines(child: &mut Child) -> (usize, Option<u64>) {
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
    (lines, peak)
}

pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Memory for a table.
pub fn mebibytes(kibibytes: Option<u64>) -> String {
    kibibytes.map_or_else(|| "?".into(), |kibibytes| format!("{:.1} MiB", kibibytes as f64 / 1024.0))
}

/// The processor time of this process, which is the server's, and of the commands that have ended, in ticks.
pub struct Ticks([u64; 2]);

impl Ticks {
    pub fn now() -> Option<Self> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let rest: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks =
            |at: usize| Some(rest.get(at)?.parse::<u64>().ok()? + rest.get(at + 1)?.parse::<u64>().ok()?);
        Some(Self([ticks(11)?, ticks(13)?]))
    }

    /// The share of the server since then.
    pub fn server_share(before: Option<Self>) -> String {
        let Some((Self(before), Self(now))) = before.zip(Self::now()) else { return "?".into() };
        let [server, command] = [now[0] - before[0], now[1] - before[1]];
        format!("{:.0} %", 100.0 * server as f64 / (server + command).max(1) as f64)
    }
}

/// A table of figures in Markdown, and the figures that are above their limits.
pub struct Table {
    lines: Vec<String>,
    missed: Vec<String>,
}

impl Table {
    pub fn new(head: &str) -> Self {
        let mut table = Self { lines: Vec::new(), missed: Vec::new() };
        table.line(head);
        table.line(&"|---".repeat(head.matches('|').count() - 1));
        table
    }

    /// A row with its cells.
    pub fn row(&mut self, cells: &[&str]) {
        self.line(&format!("| {} |", cells.join(" | ")));
    }

    fn line(&mut self, line: &str) {
        let line = if line.ends_with('|') { line.to_owned() } else { format!("{line}|") };
        println!("{line}");
        self.lines.push(line);
    }

    /// Notes a figure that is above its limit.
    pub fn limit(&mut self, what: &str, figure: f64, most: f64) {
        if figure > most {
            self.missed.push(format!("{what}: {figure:.2}, and the limit is {most}"));
        }
    }

    /// The same for memory in KiB. Where it is not known, it has no limit.
    pub fn memory(&mut self, what: &str, peak: Option<u64>, most: u64) {
        if let Some(peak) = peak {
            self.limit(what, peak as f64 / 1024.0, most as f64);
        }
    }

    /// Writes the table into the guide if `UPDATE_DOCS` is set. Fails if a figure is above its limit.
    pub fn finish(self, name: &str) -> ExitCode {
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/benchmarks.md");
            let text = std::fs::read_to_string(path).unwrap();
            let (begin, end) = (format!("<!-- bench {name} -->\n"), format!("<!-- /bench {name} -->"));
            let (head, rest) = text.split_once(&begin).unwrap();
            let (_, tail) = rest.split_once(&end).unwrap();
            let table = self.lines.join("\n");
            std::fs::write(path, format!("{head}{begin}\n{table}\n\n{end}{tail}")).unwrap();
        }
        for missed in &self.missed {
            println!("above its limit: {missed}");
        }
        if self.missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
