//! Decides what to do after a failed attempt. Pure: the session asks, waits and sends.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;

use crate::vendors::call::{Effect, Response};
use crate::vendors::codes::After;

/// How an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptEnd {
    /// It certainly did not reach the vendor.
    NotSent,
    /// It was sent, but no complete answer arrived.
    Lost,
    /// The vendor answered with a fault.
    Fault(After),
}

/// What has been tried so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tried {
    /// Attempts sent again so far.
    pub again: u32,
    /// Whether the token was already renewed, or the request signed again.
    pub renewed: bool,
    /// Whether an attempt timed out; the vendor may still be processing it.
    pub late: bool,
    /// Whether the vendor reported that a part was applied.
    pub partly: bool,
    /// Whether the vendor reported that it is still processing.
    pub pending: bool,
}

impl Tried {
    /// Counts one more attempt, if one is left.
    pub fn again(&mut self, retries: u32) -> bool {
        let may = self.again < retries;
        self.again += u32::from(may);
        may
    }
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Give up.
    Stop,
    /// Get a new token or signature, then send again at once.
    Renew,
    /// Wait, then send again.
    Again,
}

/// The next step. A write whose answer was lost is never sent again here, because it may have been applied.
pub fn next(ended: AttemptEnd, effect: Effect, tried: Tried, retries: u32) -> Next {
    let again = if tried.again < retries { Next::Again } else { Next::Stop };
    match ended {
        AttemptEnd::Fault(After::Renew | After::SignAgain) if !tried.renewed && effect != Effect::LogIn => {
            Next::Renew
        }
        AttemptEnd::Fault(After::Renew | After::SignAgain | After::GiveUp | After::NextDay) => Next::Stop,
        AttemptEnd::NotSent | AttemptEnd::Fault(After::Later) => again,
        AttemptEnd::Lost | AttemptEnd::Fault(After::Lost | After::Partly | After::Pending) => {
            if effect == Effect::Write { Next::Stop } else { again }
        }
    }
}

/// How long to wait before the attempt after `again` others: doubling from a quarter of a second to eight seconds,
/// less a random part of up to half, so that many processes do not retry at the same moment.
pub fn pause(again: u32, chance: f64) -> Duration {
    let whole = Duration::from_millis(250) * 2u32.saturating_pow(again.min(5));
    whole.mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0)
}

/// How long to wait after a limit without a given time: one to two seconds, doubled after each further one, up to eight times.
pub fn limit_pause(again: u32, chance: f64) -> Duration {
    Duration::from_secs(1 << again.min(3)).mul_f64(1.0 + chance.clamp(0.0, 1.0))
}

/// The wait that the vendor requests: in seconds, as an instant or as an HTTP date.
pub fn retry_after(answer: &Response, now: u64) -> Option<Duration> {
    let text = answer.header("retry-after")?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = || DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text);
    let until = text.parse::<jiff::Timestamp>().or_else(|_| date()).ok()?;
    Some(Duration::from_secs(u64::try_from(until.as_second()).unwrap_or(0).saturating_sub(now)))
}

/// The end of a wait that begins now; none if it is out of range.
pub fn instant(wait: Duration, now: u64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(i64::try_from(now.checked_add(wait.as_secs())?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_rule() {
        let fresh = Tried::default();
        let renewed = Tried { renewed: true, ..fresh };
        let spent = Tried { again: 3, ..fresh };
        for (ended, effect, tried, expected) in [
            (AttemptEnd::NotSent, Effect::Write, fresh, Next::Again),
            (AttemptEnd::NotSent, Effect::Write, spent, Next::Stop),
            (AttemptEnd::Lost, Effect::Write, fresh, Next::Stop),
            (AttemptEnd::Lost, Effect::Read, fresh, Next::Again),
            (AttemptEnd::Lost, Effect::Read, spent, Next::Stop),
            (AttemptEnd::Fault(After::Lost), Effect::Write, fresh, Next::Stop),
            (AttemptEnd::Fault(After::Lost), Effect::Read, fresh, Next::Again),
            (AttemptEnd::Fault(After::Partly), Effect::Write, fresh, Next::Stop),
            (AttemptEnd::Fault(After::Pending), Effect::Write, fresh, Next::Stop),
            (AttemptEnd::Fault(After::Later), Effect::Write, fresh, Next::Again),
            (AttemptEnd::Fault(After::Renew), Effect::Write, fresh, Next::Renew),
            (AttemptEnd::Fault(After::Renew), Effect::Write, renewed, Next::Stop),
            (AttemptEnd::Fault(After::Renew), Effect::LogIn, fresh, Next::Stop),
            (AttemptEnd::Fault(After::SignAgain), Effect::Read, fresh, Next::Renew),
            (AttemptEnd::Fault(After::GiveUp), Effect::Read, fresh, Next::Stop),
            (AttemptEnd::Fault(After::NextDay), Effect::Read, fresh, Next::Stop),
        ] {
            assert_eq!(next(ended, effect, tried, 3), expected, "{ended:?} {effect:?} {tried:?}");
        }
    }

    #[test]
    fn pauses_grow_and_end() {
        assert_eq!(pause(0, 0.0), Duration::from_millis(250));
        assert_eq!(pause(2, 1.0), Duration::from_millis(500));
        assert_eq!(pause(30, 0.0), Duration::from_secs(8));
    }

    #[test]
    fn a_limit_pauses_for_seconds() {
        assert_eq!(limit_pause(0, 0.0), Duration::from_secs(1));
        assert_eq!(limit_pause(0, 1.0), Duration::from_secs(2));
        assert_eq!(limit_pause(2, 0.5), Duration::from_secs(6));
        assert_eq!(limit_pause(40, 1.0), Duration::from_secs(16));
    }

    #[test]
    fn every_form_of_retry_after_is_read() {
        let now = 1_590_883_200; // 2020-05-31T00:00:00Z
        for (text, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("2020-05-31T00:01:00Z", Some(60)),
            ("2020-05-31T01:00:00+01:00", Some(0)),
            ("Sun, 31 May 2020 00:00:30 GMT", Some(30)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("-5", None),
            ("soon", None),
            ("", None),
        ] {
            let headers = vec![("retry-after".to_owned(), text.to_owned())];
            let answer = Response { status: 429, headers, body: Vec::new() };
            assert_eq!(retry_after(&answer, now), seconds.map(Duration::from_secs), "{text}");
        }
        let parsed = |seconds| instant(Duration::from_secs(seconds), now).map(|instant| instant.to_string());
        assert_eq!(parsed(60).as_deref(), Some("2020-05-31T00:01:00Z"));
        assert_eq!(parsed(u64::MAX / 2), None);
        assert_eq!(parsed(u64::MAX), None);
    }
}
