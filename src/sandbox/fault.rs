//! Faults of a served sandbox: what goes wrong, for which calls, and how often.

use std::str::FromStr;
use std::time::Duration;

use super::quota::Quota;

/// A longer delay cannot be told from no answer.
const LONGEST_DELAY: Duration = Duration::from_secs(24 * 3600);

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultKind {
    /// The connection is closed before the request is processed.
    DropBefore,
    /// The request is processed, and the connection closed without an answer.
    DropAfter,
    /// The request is processed late, and so the answer comes late.
    Delay(Duration),
    /// The request is processed at once, and its answer comes late.
    DelayAfter(Duration),
    /// The request is not processed; an HTTP status answers, with these headers.
    Status(u16, Vec<(String, String)>),
    /// The request is not processed; a page for people answers with this status.
    Html(u16),
    /// The request is processed, and its answer cut off in the middle.
    Truncate,
    /// The request is processed, and bytes that mean nothing answer.
    Garbage,
    /// The number of seconds that the vendor's clock is off.
    Clock(i64),
    /// More calls than these are not processed; a limit answers, with these headers.
    Quota(Quota, Vec<(String, String)>),
    /// The token of the request counts as expired.
    ExpireToken,
    /// Page tokens have characters that must be percent-encoded.
    OddTokens,
}

/// A fault and the calls that it befalls.
#[derive(Debug, Clone)]
pub struct Fault {
    kind: FaultKind,
    /// Part of `METHOD /vendor/path`; empty for every call.
    call: String,
    /// Calls that pass first.
    skip: u64,
    /// How many calls it befalls.
    count: u64,
    /// How likely it befalls one, of those that are left.
    chance: f64,
    /// State of the dice: the same seed throws the same.
    dice: u64,
}

/// The forms of a fault, for help and complaints.
pub const FORMS: &str = "drop-before, drop-after, delay=20ms, delay-after=20ms, status=503, html=502, \
     truncate, garbage, clock=-3600s, expire-token, odd-tokens, quota=4/1s, quota=6000/day; then, after colons, call=TEXT, \
     skip=N, count=N, chance=0.5, seed=N, \
     header=NAME:VALUE";

impl FromStr for Fault {
    type Err = String;

    /// `KIND[=ARGUMENT][;KEY=VALUE]…`
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(';');
        let (name, argument) = halves(parts.next().unwrap_or_default());
        let mut headers = Vec::new();
        let mut fault = Self {
            kind: FaultKind::DropBefore,
            call: String::new(),
            skip: 0,
            count: u64::MAX,
            chance: 1.0,
            dice: 1,
        };
        for part in parts {
            let (key, value) = halves(part);
            let number =
                || value.parse::<u64>().map_err(|_| format!("`{part}`: `{value}` is not a whole number"));
            match key {
                "call" => fault.call = value.to_owned(),
                "skip" => fault.skip = number()?,
                "count" => fault.count = number()?,
                "seed" => fault.dice = number()?.max(1),
                "chance" => {
                    fault.chance = value
                        .parse()
                        .ok()
                        .filter(|chance| (0.0..=1.0).contains(chance))
                        .ok_or_else(|| format!("`{part}`: write a number from 0 to 1"))?;
                }
                "header" => {
                    let (name, value) =
                        value.split_once(':').ok_or_else(|| format!("`{part}`: write header=NAME:VALUE"))?;
                    headers.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                _ => return Err(format!("`{part}` is not known; a fault is one of {FORMS}")),
            }
        }
        let status = || {
            let good = argument.parse().ok().filter(|status| (200..600).contains(status));
            good.ok_or_else(|| format!("`{name}={argument}`: write a status from 200 to 599"))
        };
        let span = || {
            argument
                .parse::<jiff::SignedDuration>()
                .map_err(|_| format!("`{name}={argument}`: write a time with its unit, for example 20ms"))
        };
        let delay = || {
            let delay = Duration::try_from(span()?).ok().filter(|delay| *delay <= LONGEST_DELAY);
            delay.ok_or_else(|| format!("`{name}={argument}`: write a time from 0s to 24h"))
        };
        fault.kind = match name {
            "drop-before" => FaultKind::DropBefore,
            "drop-after" => FaultKind::DropAfter,
            "delay" => FaultKind::Delay(delay()?),
            "delay-after" => FaultKind::DelayAfter(delay()?),
            "status" => FaultKind::Status(status()?, headers),
            "html" => FaultKind::Html(status()?),
            "truncate" => FaultKind::Truncate,
            "garbage" => FaultKind::Garbage,
            "clock" => FaultKind::Clock(span()?.as_secs()),
            "quota" => FaultKind::Quota(argument.parse()?, headers),
            "expire-token" => FaultKind::ExpireToken,
            "odd-tokens" => FaultKind::OddTokens,
            _ => return Err(format!("`{name}` is not a fault; use one of {FORMS}")),
        };
        Ok(fault)
    }
}

fn halves(text: &str) -> (&str, &str) {
    text.split_once('=').map_or((text.trim(), ""), |(key, value)| (key.trim(), value.trim()))
}

/// What goes wrong with a call, `METHOD /vendor/path`, which is counted; `now` is in time since 1970.
pub fn befall(faults: &mut [Fault], call: &str, now: Duration) -> Vec<FaultKind> {
    let meant = faults.iter_mut().filter(|fault| call.contains(&fault.call));
    meant.filter_map(|fault| fault.strike(now)).collect()
}

impl Fault {
    fn strike(&mut self, now: Duration) -> Option<FaultKind> {
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        if let FaultKind::Quota(quota, _) = &mut self.kind
            && quota.admits(now)
        {
            return None;
        }
        if self.count == 0 || self.throw() >= self.chance {
            return None;
        }
        self.count -= 1;
        Some(self.kind.clone())
    }

    /// A number from 0 to 1 (xorshift64*): nothing but repeatability is asked of it.
    fn throw(&mut self) -> f64 {
        self.dice ^= self.dice >> 12;
        self.dice ^= self.dice << 25;
        self.dice ^= self.dice >> 27;
        (self.dice.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(spec: &str, calls: &[&str]) -> Vec<bool> {
        let mut faults = [spec.parse().unwrap()];
        calls.iter().map(|call| !befall(&mut faults, call, Duration::ZERO).is_empty()).collect()
    }

    #[test]
    fn every_form_is_read() {
        let kind = |text: &str| text.parse::<Fault>().unwrap().kind;
        assert_eq!(kind("drop-before"), FaultKind::DropBefore);
        assert_eq!(kind("delay=20ms"), FaultKind::Delay(Duration::from_millis(20)));
        assert_eq!(kind("delay-after=1s"), FaultKind::DelayAfter(Duration::from_secs(1)));
        let headers = vec![("Retry-After".to_owned(), "5".to_owned())];
        assert_eq!(kind("status=429;header=Retry-After:5;count=1"), FaultKind::Status(429, headers));
        assert_eq!(kind("html=502"), FaultKind::Html(502));
        assert_eq!(kind("odd-tokens"), FaultKind::OddTokens);
        assert_eq!(kind("clock=-1h"), FaultKind::Clock(-3600));
        for bad in [
            "",
            "drop",
            "delay",
            "delay=-1s",
            "delay-after",
            "status=99",
            "status=x",
            "truncate;cuont=1",
            "garbage;chance=2",
            "garbage;skip=-1",
            "quota=4",
        ] {
            assert!(bad.parse::<Fault>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_matching_calls_are_affected() {
        let calls = ["POST /yeastar/trunk/create", "GET /yeastar/trunk/list", "POST /yeastar/trunk/create"];
        assert_eq!(struck("truncate;call=trunk/create", &calls), [true, false, true]);
        assert_eq!(struck("truncate;call=trunk/create;skip=1", &calls), [false, false, true]);
        assert_eq!(struck("truncate;count=1", &calls), [true, false, false]);
        assert_eq!(struck("quota=1/1s;call=trunk/create", &calls), [false, false, true]);
        assert_eq!(struck("quota=1/1s;skip=1", &calls), [false, false, true]);
    }

    #[test]
    fn random_faults_are_repeatable_and_have_the_expected_rate() {
        let calls = vec!["x"; 1000];
        let one = struck("garbage;chance=0.3;seed=7", &calls);
        assert_eq!(one, struck("garbage;chance=0.3;seed=7", &calls));
        assert_ne!(one, struck("garbage;chance=0.3;seed=8", &calls));
        let hits = one.iter().filter(|hit| **hit).count();
        assert!((250..350).contains(&hits), "{hits}");
    }
}
