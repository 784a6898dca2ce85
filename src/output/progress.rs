//! The progress of a long command: a bar on a terminal, plain lines elsewhere.

use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::model::diagnostics::Progress;

/// The interval between plain lines.
const EVERY: Duration = Duration::from_secs(5);

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As a bar that is redrawn.
    Bar,
    /// As a line at regular intervals.
    Lines,
    /// Not at all.
    Nothing,
}

/// Shows progress.
pub struct Meter {
    shown: Shown,
    bar: Option<ProgressBar>,
    begun: Option<Instant>,
    last: Option<Instant>,
}

impl Meter {
    /// A meter that has shown nothing yet.
    pub fn new(shown: Shown) -> Self {
        Self { shown, bar: None, begun: None, last: None }
    }

    /// Shows the progress of the command.
    pub fn show(&mut self, progress: &Progress) {
        let now = Instant::now();
        let begun = *self.begun.get_or_insert(now);
        if self.shown == Shown::Bar && !self.draw(progress) {
            // A terminal that cannot draw gets lines.
            self.shown = Shown::Lines;
        }
        match self.shown {
            Shown::Nothing | Shown::Bar => {}
            Shown::Lines => {
                // A short command needs no progress.
                let due = now.duration_since(self.last.unwrap_or(begun)) >= EVERY;
                if due || (progress.over && self.last.is_some()) {
                    self.last = Some(now);
                    let line = line(progress, now.duration_since(begun));
                    let _ = writeln!(io::stderr(), "{line}");
                }
            }
        }
    }

    /// Shows a line that replaces the last one; an empty line removes it. Returns whether the terminal can draw it.
    pub fn line(&mut self, line: &str) -> bool {
        if self.shown != Shown::Bar {
            return false;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        if bar.is_hidden() {
            self.bar = None;
            return false;
        }
        bar.set_message(line.to_owned());
        bar.tick();
        if line.is_empty() {
            bar.finish_and_clear();
            self.bar = None;
        }
        true
    }

    /// Writes a line above the bar.
    pub fn aside(&self, write: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Returns whether the terminal can draw it.
    fn draw(&mut self, progress: &Progress) -> bool {
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(progress.total), ProgressDrawTarget::stderr());
            let form =
                format!("{{bar:30}} {{pos}}/{{len}} {}{{msg}}, {{rate}}/s, {{eta}} left", progress.noun);
            if let Ok(style) = ProgressStyle::with_template(&form) {
                let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
                    // The bar shows nothing in its place, at worst.
                    let _ = write!(out, "{:.0}", state.per_sec());
                };
                bar.set_style(style.with_key("rate", rate));
            }
            bar
        });
        if bar.is_hidden() {
            self.bar = None;
            return false;
        }
        bar.set_position(progress.done);
        if progress.failed > 0 {
            bar.set_message(format!(", {} not done", progress.failed));
        }
        if progress.over {
            bar.finish_and_clear();
            self.bar = None;
        }
        true
    }
}

fn line(progress: &Progress, elapsed: Duration) -> String {
    let Progress { done, failed, total, over, noun } = *progress;
    let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
    let percent = (done * 100).checked_div(total).unwrap_or(100);
    let mut text = format!("progress: {done} of {total} {noun} ({percent} %)");
    if failed > 0 {
        text.push_str(&format!(", {failed} not done"));
    }
    text.push_str(&format!(", {rate:.0} {noun}/s"));
    if over {
        text.push_str(&format!(", finished after {}", HumanDuration(elapsed)));
    } else if rate > 0.0 {
        let left = Duration::from_secs_f64(total.saturating_sub(done) as f64 / rate.max(0.001));
        text.push_str(&format!(", about {} left", HumanDuration(left)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_the_rate_and_the_remaining_time() {
        let progress = Progress { done: 12_000, failed: 3, total: 30_000, over: false, noun: "rows" };
        assert_eq!(
            line(&progress, Duration::from_secs(48)),
            "progress: 12000 of 30000 rows (40 %), 3 not done, 250 rows/s, about 72 seconds left"
        );
        let over = Progress { done: 0, failed: 0, total: 0, over: true, noun: "rows" };
        assert!(line(&over, Duration::ZERO).contains("(100 %)"));
    }
}
