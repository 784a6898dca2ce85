//! `trunkctl history …`

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};

use super::lazy::Lazy;
use super::shape::Shape;
use super::values::whole;
use crate::model::change::Outcome;

/// Subcommands of `history`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List changes made from this machine, newest first
    #[command(
        visible_alias = "ls",
        after_help = "Examples:
  trunkctl history list --unknown
  trunkctl -p lab-pbx history list --since 7d --outcome failed
  trunkctl history list --since 2026-11-21 --until 2026-11-22T06:00:00Z -o csv
  trunkctl history list --unknown -o json | jq -r '.[].check[]?'

Times are in UTC. The list covers all profiles unless --profile names some. An
entry is written before its request is sent. If trunkctl was interrupted before
it recorded the result, for example by a power cut, the outcome is unknown."
    )]
    List(Lazy<List>),
    /// Show one change: its request, its outcome, and how to check it
    #[command(after_help = "Example:
  trunkctl history show 0r8k")]
    Show(Lazy<Show>),
    /// Record the outcome of a change whose outcome was unknown
    #[command(after_help = "Examples:
  trunkctl history list --unknown
  trunkctl history resolve 0r8k --outcome created
  trunkctl history resolve 0r8k --outcome failed    # it was not applied

To find out what happened, run the command that `history show ID` names. This
command sends nothing to the vendor. Without --outcome, it prompts for one.")]
    Resolve(Lazy<Resolve>),
}

/// `history list`
#[derive(Debug, Args)]
pub struct List {
    /// The maximum number of entries; defaults to 50
    ///
    /// With --unknown, there is no maximum.
    #[arg(long, value_name = "N", conflicts_with = "all", value_parser = whole::<u32>(1, u32::MAX.into()))]
    pub limit: Option<u32>,
    /// List every entry
    #[arg(long)]
    pub all: bool,
    /// Only changes since this time, for example 7d
    ///
    /// A time such as 2026-11-21T02:00:00Z, a date such as 2026-11-21, or an age such as 2h or 7d.
    #[arg(long, value_name = "TIME", value_parser = begin)]
    pub since: Option<Timestamp>,
    /// Only changes before this time
    ///
    /// A date includes that day.
    #[arg(long, value_name = "TIME", value_parser = end)]
    pub until: Option<Timestamp>,
    /// Only changes with this outcome; repeatable
    ///
    /// A bulk change counts if any of its parts has the outcome.
    #[arg(long, value_name = "WORD", value_parser = outcomes())]
    pub outcome: Vec<String>,
    /// Only changes whose outcome is unknown
    ///
    /// They may or may not have been applied.
    #[arg(long)]
    pub unknown: bool,
    /// How it is shown.
    #[command(flatten)]
    pub shape: Shape,
}

/// `history show`
#[derive(Debug, Args)]
pub struct Show {
    /// The entry's id, or a unique prefix of it
    pub id: String,
}

/// `history resolve`
#[derive(Debug, Args)]
pub struct Resolve {
    /// The entry's id, or a unique prefix of it
    pub id: String,
    /// The actual outcome; `failed` means that the change was not applied
    #[arg(long, value_name = "WORD", value_parser = PossibleValuesParser::new(RESOLUTIONS))]
    pub outcome: Option<String>,
}

/// What an entry in doubt may turn out to be.
const RESOLUTIONS: [&str; 5] = ["created", "updated", "deleted", "assigned", "failed"];

fn outcomes() -> PossibleValuesParser {
    PossibleValuesParser::new(Outcome::ALL.iter().map(|outcome| outcome.word()))
}

fn begin(text: &str) -> Result<Timestamp, String> {
    instant(text, false, Timestamp::now())
}

fn end(text: &str) -> Result<Timestamp, String> {
    instant(text, true, Timestamp::now())
}

/// An instant, the beginning or the end of a day, or so long before now.
fn instant(text: &str, after: bool, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    // Of a time without its zone, a date would be read and the rest dropped.
    let day = text.parse::<Date>().ok().filter(|_| text.len() == "2026-11-21".len());
    let at = match day {
        Some(day) => {
            let day = if after { day.tomorrow() } else { Ok(day) };
            day.and_then(|day| day.to_zoned(TimeZone::UTC)).map(|day| day.timestamp())
        }
        None => text
            .parse::<Span>()
            .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()))
            .and_then(|ago| if ago.is_negative() { now.checked_add(ago) } else { now.checked_sub(ago) }),
    };
    at.map_err(|_| {
        "write a time such as 2026-11-21T02:00:00Z, a date such as 2026-11-21, or an age such as 2h or 7d"
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_instants_days_or_durations() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        for (text, after, meant) in [
            ("2026-11-21T02:00:00Z", false, "2026-11-21T02:00:00Z"),
            ("2026-11-21T02:00:00+01:00", true, "2026-11-21T01:00:00Z"),
            ("2026-11-20", false, "2026-11-20T00:00:00Z"),
            ("2026-11-20", true, "2026-11-21T00:00:00Z"),
            ("2h", false, "2026-11-21T10:00:00Z"),
            ("1h30m", true, "2026-11-21T10:30:00Z"),
            ("7d", false, "2026-11-14T12:00:00Z"),
            ("2h ago", false, "2026-11-21T10:00:00Z"),
            ("2w", false, "2026-11-07T12:00:00Z"),
        ] {
            assert_eq!(instant(text, after, now), Ok(meant.parse().unwrap()), "{text}");
        }
        for bad in ["", "yesterday", "7", "2026-11-21T02:00:00", "2026-13-01", "1mo", "99999999y"] {
            assert!(instant(bad, false, now).is_err(), "{bad}");
        }
    }
}
