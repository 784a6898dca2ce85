//! Formats values and lines, for tables and plans.

use serde_json::Value;

use crate::model::text::printable;

/// A value before and after.
pub fn arrow(before: &Value, after: &Value) -> String {
    match before {
        Value::Null => text(after),
        before => format!("{} -> {}", text(before), text(after)),
    }
}

/// A value, formatted for people.
pub fn text(value: &Value) -> String {
    printable(&match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) if text.is_empty() => "(none)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "(none)".to_owned(),
        Value::Array(list) if list.iter().all(|item| !item.is_object() && !item.is_array()) => {
            list.iter().map(text).collect::<Vec<_>>().join(",")
        }
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join("; "),
        Value::Object(map) => {
            map.iter().map(|(key, value)| format!("{key}={}", text(value))).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    })
}

/// Wraps a line of `head  body` at the width, with the body indented to its column, `start`.
pub fn fold(line: &str, start: usize, width: Option<u16>) -> String {
    let line = printable(line);
    let Some(width) = width.map(usize::from).filter(|width| *width >= 40 && line.chars().count() > *width)
    else {
        return line;
    };
    let (head, body) = line.split_at_checked(start).unwrap_or(("", &line));
    let mut lines = vec![head.to_owned()];
    for word in body.split(' ') {
        let current = lines.last().map_or(0, |last| last.chars().count());
        if current > start && current + 1 + word.chars().count() > width {
            lines.push(" ".repeat(start) + word);
        } else if let Some(last) = lines.last_mut() {
            if current > start {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emptied_list_is_shown_as_none() {
        let before = serde_json::json!([{"number": "5503308"}]);
        assert_eq!(arrow(&before, &serde_json::json!([])), "number=5503308 -> (none)");
    }

    #[test]
    fn long_lines_are_folded_under_their_text() {
        let line = "  remedy   one two three four five six seven eight nine";
        let folded = "  remedy   one two three four five six\n           seven eight nine";
        assert_eq!(fold(line, 11, Some(40)), folded);
        assert_eq!(fold(line, 11, None), line);
    }
}
