//! The lines of the journal, and the ids that connect them.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Ending, Record};
use crate::model::change::Outcome;

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Line {
    /// A write is about to be sent.
    Begun(Record),
    /// It has ended.
    Ended(Ended),
    /// A person recorded its outcome.
    Resolved(Resolved),
}

/// The ending of an entry.
#[derive(Serialize, Deserialize)]
pub struct Ended {
    pub id: String,
    pub time: String,
    #[serde(flatten)]
    pub ending: Ending,
}

impl Ended {
    /// The ending of an entry, with the current time.
    pub fn new(id: &str, ending: Ending) -> Self {
        Self { id: id.to_owned(), time: written(Timestamp::now()), ending }
    }
}

/// The outcome that a person recorded for an entry.
#[derive(Serialize, Deserialize)]
pub struct Resolved {
    pub id: String,
    pub time: String,
    pub user: String,
    pub outcome: String,
}

impl Resolved {
    /// The outcome from that user, with the current time.
    pub fn new(id: &str, user: &str, outcome: Outcome) -> Self {
        let (id, user, outcome) = (id.to_owned(), user.to_owned(), outcome.word().into());
        Self { id, time: written(Timestamp::now()), user, outcome }
    }
}

/// A time as the lines contain it.
pub fn written(at: Timestamp) -> String {
    format!("{at:.6}")
}

/// Crockford's digits: sorted by character, and hard to confuse.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The microsecond, unique within the process, and a random number to distinguish processes.
pub fn new_id(now: Timestamp) -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = u64::try_from(now.as_microsecond()).unwrap_or_default();
    let later = |last: u64| now.max(last + 1);
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(later(last)));
    let moment = last.map_or(now, later);
    let chance = getrandom::u64().unwrap_or_else(|_| std::process::id().into());
    format!("{}-{}", digits(moment, 11), digits(chance, 4))
}

/// The lowest digits of a number.
fn digits(number: u64, count: u32) -> String {
    (0..count).rev().map(|at| char::from(DIGITS[(number >> (5 * at) & 31) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_sort_by_time() {
        let now = Timestamp::now();
        let ids: Vec<String> = (0..1000).map(|_| new_id(now)).collect();
        assert!(ids.is_sorted_by(|a, b| a[..11] < b[..11]), "{ids:?}");
        let later = new_id(Timestamp::now() + jiff::SignedDuration::from_hours(1));
        assert!(later > ids[999] && later.len() == 16, "{later}");
        assert_eq!(digits(32 * 31 + 10, 3), "0za");
    }
}
