//! Every fault, and the rule for the end of a write that it affects.

use std::time::{Duration, SystemTime};

use super::writes::{Answer, Lookup, Write};

/// The effect of a fault on a write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It certainly did not reach the vendor.
    NotSent,
    /// It was not processed, and its answer does not show that.
    LostBefore,
    /// It was not processed before the time limit: a slow vendor may still process it.
    LateBefore,
    /// It was processed, and its answer is lost.
    LostAfter,
    /// It was processed, and only half of the answer's body arrives.
    Cut,
    /// It was processed, and the answer's body is garbage.
    Garbage,
    /// The vendor says that it was not processed and should be sent again later.
    Limited,
    /// A redirect, which is not followed.
    Redirected,
    /// The vendor no longer accepts the token.
    Expired,
    /// The vendor's clock differs a lot from the local one.
    Clock,
}

/// A fault.
pub struct Fault {
    /// Its name in the fault matrix.
    pub name: &'static str,
    pub fate: Fate,
    pub how: How,
}

/// How a fault is produced.
pub enum How {
    /// The connection of the write is refused.
    Refuse,
    /// By the served sandbox.
    Served(&'static str),
    /// The same, for an answer that contains a point in time.
    Dated(fn(SystemTime) -> String),
    /// The same, with the address of another host for `{other}`.
    Elsewhere(&'static str),
}

/// In the order of the columns of the fault matrix.
pub const FAULTS: &[Fault] = &[
    Fault { name: "connection refused", fate: Fate::NotSent, how: How::Refuse },
    Fault { name: "reset before processing", fate: Fate::LostBefore, how: How::Served("drop-before") },
    Fault { name: "HTML 502", fate: Fate::LostBefore, how: How::Served("html=502") },
    Fault { name: "500", fate: Fate::LostBefore, how: How::Served("status=500") },
    Fault {
        name: "503 with Retry-After",
        fate: Fate::LostBefore,
        how: How::Served("status=503;header=Retry-After:1"),
    },
    Fault { name: "time-out before processing", fate: Fate::LateBefore, how: How::Served("delay=60s") },
    Fault { name: "reset after processing", fate: Fate::LostAfter, how: How::Served("drop-after") },
    Fault { name: "time-out after processing", fate: Fate::LostAfter, how: How::Served("delay-after=60s") },
    Fault { name: "cut body", fate: Fate::Cut, how: How::Served("truncate") },
    Fault { name: "garbage", fate: Fate::Garbage, how: How::Served("garbage") },
    Fault { name: "429 without Retry-After", fate: Fate::Limited, how: How::Served("status=429") },
    Fault { name: "with seconds", fate: Fate::Limited, how: How::Served("status=429;header=Retry-After:1") },
    Fault { name: "with an HTTP date", fate: Fate::Limited, how: How::Dated(http_date) },
    Fault { name: "with an ISO instant", fate: Fate::Limited, how: How::Dated(iso_instant) },
    Fault {
        name: "redirect to another host",
        fate: Fate::Redirected,
        how: How::Elsewhere("status=307;header=Location:{other}/elsewhere"),
    },
    Fault { name: "expired token", fate: Fate::Expired, how: How::Served("expire-token") },
    Fault { name: "wrong clock", fate: Fate::Clock, how: How::Served("clock=-2h") },
];

fn soon(now: SystemTime) -> jiff::Timestamp {
    jiff::Timestamp::try_from(now + Duration::from_secs(1)).unwrap()
}

fn http_date(now: SystemTime) -> String {
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&soon(now)).unwrap();
    format!("status=429;header=Retry-After:{date}")
}

fn iso_instant(now: SystemTime) -> String {
    format!("status=429;header=Retry-After:{}", soon(now).strftime("%Y-%m-%dT%H:%M:%SZ"))
}

/// How a write ends: the exit code, whether it was applied, how often it was sent with `--retries 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    pub code: i32,
    pub applied: bool,
    pub sent: usize,
    /// Whether it was confirmed only by a lookup at the vendor.
    pub noted: bool,
}

const fn end(code: i32, applied: bool, sent: usize) -> End {
    End { code, applied, sent, noted: false }
}

const DONE: End = end(0, true, 1);
const DONE_AT_LAST: End = end(0, true, 2);
const FOUND: End = End { noted: true, ..DONE };
const UNKNOWN: i32 = 11;

/// The end of a write with a fault that occurs once or every time.
pub fn rule(write: &Write, fault: &Fault, always: bool) -> End {
    let by_signature = write.vendor == "itniotech";
    let blind = write.lookup == Lookup::Blind;
    match fault.fate {
        // Only the second attempt arrives.
        Fate::NotSent => {
            if always {
                end(10, false, 0)
            } else {
                DONE
            }
        }
        Fate::LostBefore | Fate::LateBefore if blind => end(UNKNOWN, false, 1),
        Fate::LateBefore => {
            if always {
                end(UNKNOWN, false, 2)
            } else {
                DONE_AT_LAST
            }
        }
        Fate::LostBefore => {
            if always {
                end(10, false, 2)
            } else {
                DONE_AT_LAST
            }
        }
        Fate::Cut if write.answer != Answer::Body => DONE,
        Fate::Garbage if write.answer == Answer::None => DONE,
        Fate::LostAfter | Fate::Cut | Fate::Garbage if blind => end(UNKNOWN, true, 1),
        Fate::LostAfter | Fate::Cut | Fate::Garbage => FOUND,
        Fate::Limited => {
            if always {
                end(8, false, 2)
            } else {
                DONE_AT_LAST
            }
        }
        Fate::Redirected => end(10, false, 1),
        // Itniotech has no tokens, and the others' tokens outlive a clock that is behind.
        Fate::Expired if by_signature => DONE,
        Fate::Clock if !by_signature => DONE,
        Fate::Expired | Fate::Clock => {
            if always {
                end(5, false, 2)
            } else {
                DONE_AT_LAST
            }
        }
    }
}
