//! A quota: a number of calls in a period; the vendor's simulator refuses the rest.

use std::collections::VecDeque;
use std::str::FromStr;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86400);

/// So many calls in a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Quota {
    most: usize,
    span: Span,
    /// When the calls passed that still count, since 1970.
    passed: VecDeque<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Span {
    /// Any time of that length.
    Sliding(Duration),
    /// A day of the calendar, by UTC.
    Day,
}

impl FromStr for Quota {
    type Err = String;

    /// `N/DURATION`, or `N/day`
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`quota={text}`: write calls and a time, for example quota=4/1s or quota=6000/day");
        let (most, span) = text.split_once('/').ok_or_else(wrong)?;
        let span = match span {
            "day" => Span::Day,
            span => {
                let span = span.parse::<jiff::SignedDuration>().ok().and_then(|span| span.try_into().ok());
                Span::Sliding(span.filter(|span: &Duration| !span.is_zero()).ok_or_else(wrong)?)
            }
        };
        Ok(Self { most: most.parse().map_err(|_| wrong())?, span, passed: VecDeque::new() })
    }
}

impl Quota {
    /// Whether a call passes, which then counts; `now` is since 1970.
    pub fn admits(&mut self, now: Duration) -> bool {
        let span = self.span;
        let counts = |at: &Duration| match span {
            Span::Sliding(span) => now.saturating_sub(*at) < span,
            Span::Day => midnight(now) <= *at,
        };
        while self.passed.front().is_some_and(|at| !counts(at)) {
            self.passed.pop_front();
        }
        let room = self.passed.len() < self.most;
        if room {
            self.passed.push_back(now);
        }
        room
    }

    /// When the quota of a day ends; none for another span.
    pub fn ends(&self, now: Duration) -> Option<String> {
        let end = i64::try_from((midnight(now) + DAY).as_secs()).ok().filter(|_| self.span == Span::Day)?;
        Some(jiff::Timestamp::from_second(end).ok()?.to_string())
    }
}

fn midnight(now: Duration) -> Duration {
    Duration::from_secs(now.as_secs() - now.as_secs() % DAY.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Duration = Duration::from_secs(1_795_262_400); // 2026-11-21T12:00:00Z

    fn admitted(text: &str, at: &[u64]) -> Vec<bool> {
        let mut quota: Quota = text.parse().unwrap();
        at.iter().map(|at| quota.admits(NOON + Duration::from_millis(*at))).collect()
    }

    #[test]
    fn every_form_is_read() {
        for good in ["4/1s", "0/20ms", "6000/day", "1/2h"] {
            assert!(good.parse::<Quota>().is_ok(), "{good}");
        }
        for bad in ["", "4", "/1s", "4/", "x/1s", "-1/1s", "4/0s", "4/-1s", "4/1", "4/week"] {
            assert!(bad.parse::<Quota>().unwrap_err().contains("4/1s"), "{bad}");
        }
    }

    #[test]
    fn no_window_admits_more_calls_than_the_quota() {
        // A call that was refused does not count.
        assert_eq!(
            admitted("2/1s", &[0, 400, 500, 999, 1000, 1100, 1400]),
            [true, true, false, false, true, false, true]
        );
        assert_eq!(admitted("0/1s", &[0, 5000]), [false, false]);
    }

    #[test]
    fn a_day_ends_at_midnight() {
        let hour = 3_600_000;
        assert_eq!(admitted("1/day", &[0, 11 * hour, 12 * hour, 35 * hour]), [true, false, true, false]);
        let ends = |text: &str| text.parse::<Quota>().unwrap().ends(NOON);
        assert_eq!(ends("1/day").as_deref(), Some("2026-11-22T00:00:00Z"));
        assert_eq!(ends("1/1s"), None);
    }
}
