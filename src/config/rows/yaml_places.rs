//! Where the rows of a YAML list stand. Its reader does not tell, so the block form is looked through: a dash at
//! the list's own depth begins a row. Where that finds another number of rows, nothing is told at all.

use crate::model::error::Place;

/// A row in the block form.
#[derive(Debug)]
pub struct Spot<'t> {
    /// Its lines.
    lines: Vec<&'t str>,
    /// The number of the first of them.
    number: usize,
    /// Where the dash stands.
    indent: usize,
}

/// The place of a key at the top of the file.
pub fn top_key(text: &str, key: &str) -> Option<Place> {
    let at = text.lines().position(|line| after_key(line, key).is_some())?;
    Some(Place { line: at + 1, column: 1 })
}

/// The spots of so many rows, alone or under a key; none where they cannot be told.
pub fn rows<'t>(text: &'t str, key: Option<&str>, count: usize) -> Vec<Spot<'t>> {
    let mut lines = text.lines().zip(1..).skip_while(|(line, _)| {
        key.map_or(!is_dash(line.trim_start()), |key| after_key(line, key).is_none())
    });
    if key.is_some() {
        lines.next();
    }
    let mut spots: Vec<Spot<'t>> = Vec::new();
    for (line, number) in lines {
        let content = line.trim_start();
        let depth = line.len() - content.len();
        let indent = spots.first().map_or(depth, |spot| spot.indent);
        if is_dash(content) && depth == indent {
            spots.push(Spot { lines: vec![line], number, indent });
        } else if let Some(last) = spots.last_mut() {
            if depth <= indent && !is_idle(content) {
                break;
            }
            last.lines.push(line);
        } else if !is_idle(content) {
            break;
        }
    }
    if spots.len() == count { spots } else { Vec::new() }
}

impl Spot<'_> {
    /// Where the row begins.
    pub fn place(&self) -> Place {
        Place { line: self.number, column: self.indent + 1 }
    }

    /// Where the value of a key stands, or the key where the value is further down.
    pub fn cell(&self, key: &str) -> Option<Place> {
        let mut depth = None;
        for (at, line) in self.lines.iter().enumerate() {
            // The first key may stand on the dash's own line.
            let skipped = if at == 0 { self.indent + 1 } else { 0 };
            let content = line.get(skipped..)?.trim_start();
            let own = line.len() - content.len();
            if is_idle(content) || *depth.get_or_insert(own) != own {
                continue;
            }
            if let Some(rest) = after_key(content, key) {
                let value = rest.trim_start();
                let start = if is_idle(value) { own } else { line.len() - value.len() };
                return Some(Place {
                    line: self.number + at,
                    column: line.get(..start)?.chars().count() + 1,
                });
            }
        }
        None
    }
}

/// What follows a key and its colon.
fn after_key<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\''));
    let line = quote.map_or(line, |quote| line.trim_start_matches(quote)).strip_prefix(key)?;
    quote.map_or(line, |quote| line.trim_start_matches(quote)).trim_start().strip_prefix(':')
}

fn is_dash(content: &str) -> bool {
    content == "-" || content.starts_with("- ")
}

/// Nothing, or a comment.
fn is_idle(content: &str) -> bool {
    content.is_empty() || content.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, key: Option<&str>, count: usize, cell: &str) -> Vec<(usize, usize)> {
        let places = rows(text, key, count).into_iter().map(|spot| spot.cell(cell).unwrap_or(spot.place()));
        places.map(|place| (place.line, place.column)).collect()
    }

    #[test]
    fn the_block_form_tells_its_places() {
        let text =
            "# x\nlist:\n  - a: 1\n    b: 2\n\n  # y\n  - b:   3\n  -\n    a: >\n      - no\n    \"b\": 4\n";
        assert_eq!(told(text, Some("list"), 3, "b"), [(4, 8), (7, 10), (11, 10)]);
        assert_eq!(told(text, Some("list"), 3, "a"), [(3, 8), (7, 3), (9, 8)]);
        assert_eq!(told("- b: 1\n- c: {b: 2}\n  b: 3\n", None, 2, "b"), [(1, 6), (3, 6)]);
        assert_eq!(told("list:\n- b: 1\n- b:\n    2\nother: 1\n", Some("list"), 2, "b"), [(2, 6), (3, 3)]);
    }

    #[test]
    fn other_forms_tell_none() {
        assert_eq!(told("list: [{b: 1}]", Some("list"), 1, "b"), []);
        assert_eq!(told("- b: 1\n- b: 2\n", None, 3, "b"), []);
        assert_eq!(told("[{b: 1},\n{b: 2}]", None, 2, "b"), []);
        // A row in the flow form is told, its keys are not.
        assert_eq!(told("- {b: 1}\n- {b: 2}", None, 2, "b"), [(1, 1), (2, 1)]);
    }

    #[test]
    fn a_key_at_the_top_is_found() {
        assert_eq!(top_key("# a\nlits:\n- 1", "lits"), Some(Place { line: 2, column: 1 }));
        assert_eq!(top_key("- lits: 1", "lits"), None);
    }
}
