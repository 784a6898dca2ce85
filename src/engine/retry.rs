//! Decides what follows a failed attempt. Pure: the session asks, waits and sends.

use std::time::Duration;

use crate::vendors::call::Effect;
use crate::vendors::codes::After;

/// How an attempt ended without the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It surely never reached the vendor.
    NotSent,
    /// It was sent, and no whole answer came.
    Lost,
    /// The vendor answered with a fault.
    Fault(After),
}

/// What has been tried so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tried {
    /// Attempts sent again so far.
    pub again: u32,
    /// Whether the token was renewed, or the request signed anew, already.
    pub renewed: bool,
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

/// What follows. A write whose answer was lost is never sent again: it may have been applied.
pub fn next(ended: Ended, effect: Effect, tried: Tried, retries: u32) -> Next {
    let again = if tried.again < retries { Next::Again } else { Next::Stop };
    match ended {
        Ended::Fault(After::Renew | After::SignAgain) if !tried.renewed && effect != Effect::LogIn => {
            Next::Renew
        }
        Ended::Fault(After::Renew | After::SignAgain | After::GiveUp) => Next::Stop,
        Ended::NotSent | Ended::Fault(After::Later) => again,
        Ended::Lost | Ended::Fault(After::Lost) => {
            if effect == Effect::Write {
                Next::Stop
            } else {
                again
            }
        }
    }
}

/// How long to wait before the attempt after `again` others: doubling from a quarter of a second to eight seconds,
/// less up to half of it by chance, so that many processes do not come back at the same moment.
pub fn pause(again: u32, chance: f64) -> Duration {
    let whole = Duration::from_millis(250) * 2u32.saturating_pow(again.min(5));
    whole.mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_has_its_rule() {
        let fresh = Tried::default();
        let renewed = Tried { renewed: true, ..fresh };
        let spent = Tried { again: 3, ..fresh };
        for (ended, effect, tried, expected) in [
            (Ended::NotSent, Effect::Write, fresh, Next::Again),
            (Ended::NotSent, Effect::Write, spent, Next::Stop),
            (Ended::Lost, Effect::Write, fresh, Next::Stop),
            (Ended::Lost, Effect::Read, fresh, Next::Again),
            (Ended::Lost, Effect::Read, spent, Next::Stop),
            (Ended::Fault(After::Lost), Effect::Write, fresh, Next::Stop),
            (Ended::Fault(After::Lost), Effect::Read, fresh, Next::Again),
            (Ended::Fault(After::Later), Effect::Write, fresh, Next::Again),
            (Ended::Fault(After::Renew), Effect::Write, fresh, Next::Renew),
            (Ended::Fault(After::Renew), Effect::Write, renewed, Next::Stop),
            (Ended::Fault(After::Renew), Effect::LogIn, fresh, Next::Stop),
            (Ended::Fault(After::SignAgain), Effect::Read, fresh, Next::Renew),
            (Ended::Fault(After::GiveUp), Effect::Read, fresh, Next::Stop),
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
}
