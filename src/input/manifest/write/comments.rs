//! Comments of TOML and YAML. Texts of vendors are in them, and none may end a line of its own accord.

use super::Section;
use crate::model::text::printable;

/// Where a line of a comment is broken.
const WIDTH: usize = 100;

/// The body with comments above and below.
pub fn around(opening: &[String], body: &str, closing: &[Section]) -> String {
    let mut text: String = opening.iter().map(|line| comment(line)).collect();
    for part in std::iter::once(body.to_owned()).chain(closing.iter().map(section)) {
        if !text.is_empty() && !part.is_empty() {
            text.push('\n');
        }
        text.push_str(&part);
    }
    text
}

fn section(section: &Section) -> String {
    let lines = section.lines.iter().map(|line| comment(&format!("  {line}")));
    std::iter::once(comment(&format!("{}:", section.title))).chain(lines).collect()
}

/// A line, wrapped between words if it is long.
fn comment(line: &str) -> String {
    let line = printable(line);
    let words = line.trim_start_matches(' ');
    let indent = " ".repeat(line.len() - words.len());
    let (mut text, mut width) = (format!("# {indent}"), indent.len());
    for (at, word) in words.split(' ').enumerate() {
        let length = word.chars().count();
        if at > 0 && width + 1 + length > WIDTH {
            text.push_str(&format!("\n# {indent}  "));
            width = indent.len() + 2;
        } else if at > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += length;
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_escapes_its_comment() {
        let evil = "a\n[[trunk]]\r\u{85}b\u{2028}c\u{0}";
        let section = Section { title: evil.to_owned(), lines: vec![evil.repeat(30), "x ".repeat(200)] };
        let text = around(&[evil.to_owned()], "", &[section]);
        let marked = text.split(['\n', '\r', '\u{85}', '\u{2028}']).filter(|line| !line.is_empty());
        assert!(marked.clone().all(|line| line.starts_with('#')), "{text}");
        assert!(marked.clone().count() > 6 && !text.contains('\0'), "{text}");
    }

    #[test]
    fn sections_are_separated() {
        let section = Section { title: "T".to_owned(), lines: vec!["l".to_owned()] };
        assert_eq!(around(&["o".to_owned()], "a = 1\n", &[section]), "# o\n\na = 1\n\n# T:\n#   l\n");
        assert_eq!(around(&[], "", &[]), "");
    }
}
