//! Limits for one answer and one list, so that no vendor can make this program use all memory.

use std::cell::Cell;

/// The maximum size of an answer in bytes, far more than any documented answer.
pub const LONGEST_ANSWER: usize = 8 << 20;

/// The maximum number of objects in an answer. Requested pages have 100 and 300 rows.
const MOST_OBJECTS: usize = 20_000;

/// The maximum number of values in an answer, including objects and lists: 10,000 rows of 30 fields, and some more.
/// Each takes up to 200 bytes, besides its text.
const MOST_VALUES: usize = 350_000;

/// The maximum number of rows in a list, over all pages.
pub const MOST_ROWS: u64 = 1_000_000;

/// The maximum size in bytes, by `Row::size`, of rows that are all kept in memory.
pub const MOST_KEPT: usize = 48 << 20;

/// The memory budget for rows that are kept, in bytes.
#[derive(Debug)]
pub struct Room(Cell<usize>);

impl Default for Room {
    fn default() -> Self {
        Self::of_copies(1)
    }
}

impl Room {
    /// A budget for rows that are copied that many times.
    pub fn of_copies(times: usize) -> Self {
        Self(Cell::new(MOST_KEPT / times))
    }

    /// Reserves so many bytes. Returns whether the budget allows it.
    pub fn take(&self, size: usize) -> bool {
        let left = self.0.get().checked_sub(size);
        self.0.set(left.unwrap_or_default());
        left.is_some()
    }
}

/// Why an answer must not be parsed, if so. A small text can take a hundred times its length when parsed.
pub fn too_many(body: &[u8]) -> Option<String> {
    // Each object takes more than one byte. Anything but a list or an object is not JSON, or a single value.
    if body.len() <= MOST_OBJECTS || !matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return None;
    }
    let (mut objects, mut values) = (0, 0);
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_text(&mut bytes),
            b'{' => (objects, values) = (objects + 1, values + 1),
            b'[' | b',' => values += 1,
            _ => {}
        }
    }
    match (objects > MOST_OBJECTS, values > MOST_VALUES) {
        (true, _) => Some(format!(
            "the answer has more than {MOST_OBJECTS} objects, far more than any documented answer"
        )),
        (_, true) => Some(format!(
            "the answer has more than {MOST_VALUES} values, far more than any documented answer"
        )),
        _ => None,
    }
}

/// Goes on to the end of a JSON string.
fn skip_text(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_outside_strings() {
        let of = |row: &str, count: usize| format!("[{}]", vec![row; count].join(","));
        assert_eq!(too_many(of("{\"a\":1}", MOST_OBJECTS).as_bytes()), None);
        assert!(too_many(of("{\"a\":1}", MOST_OBJECTS + 1).as_bytes()).unwrap().contains("20000 objects"));
        assert_eq!(too_many(of("1", MOST_VALUES).as_bytes()), None);
        assert!(too_many(of("1", MOST_VALUES + 1).as_bytes()).unwrap().contains("350000 values"));
        let braces = "{,[\\\"".repeat(MOST_VALUES);
        assert_eq!(too_many(format!("{{\"a\":\"{braces}\"}}").as_bytes()), None);
        assert_eq!(too_many(format!("<p>{}", "{,".repeat(MOST_VALUES)).as_bytes()), None);
    }
}
