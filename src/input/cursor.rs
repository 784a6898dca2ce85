//! Line and column of bytes, which are mostly requested in order.

use crate::model::error::Place;

/// Goes through a text once, however many places are asked for.
pub struct Cursor<'t> {
    text: &'t str,
    at: usize,
    place: Place,
}

impl<'t> Cursor<'t> {
    /// At the beginning of a text, which is that line of its file.
    pub fn new(text: &'t str, line: usize) -> Self {
        Self { text, at: 0, place: Place { line, column: 1 } }
    }

    /// The place of a byte. One before the last one asked for costs the way back.
    pub fn place(&mut self, at: usize) -> Place {
        if at < self.at {
            self.back(at);
        }
        let passed = self.text.get(self.at..at).unwrap_or_default();
        let tail = match passed.rsplit_once('\n') {
            Some((before, tail)) => {
                self.place.line += 1 + before.bytes().filter(|byte| *byte == b'\n').count();
                self.place.column = 1;
                tail
            }
            None => passed,
        };
        self.place.column += tail.chars().count();
        self.at = self.at.max(at);
        self.place
    }

    fn back(&mut self, at: usize) {
        let passed = self.text.get(at..self.at).unwrap_or_default();
        self.place.line -= passed.bytes().filter(|byte| *byte == b'\n').count();
        let before = self.text.get(..at).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        self.place.column = 1 + before[start..].chars().count();
        self.at = at;
    }

    /// The place of a part of the text itself.
    pub fn place_of(&mut self, part: &str) -> Place {
        self.place((part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_counted_in_characters() {
        let text = "a\näé{\n\nx";
        let mut cursor = Cursor::new(text, 1);
        assert_eq!(cursor.place(0), Place { line: 1, column: 1 });
        assert_eq!(cursor.place(2), Place { line: 2, column: 1 });
        assert_eq!(cursor.place_of(&text[6..]), Place { line: 2, column: 3 });
        assert_eq!(cursor.place(text.len() - 1), Place { line: 4, column: 1 });
        assert_eq!(cursor.place(6), Place { line: 2, column: 3 });
        assert_eq!(cursor.place(0), Place { line: 1, column: 1 });
        assert_eq!(cursor.place(text.len() - 1), Place { line: 4, column: 1 });
    }
}
