//! TOML as people write manifests: a table for each entry, with inline values.

use serde_json::Value;

use super::Table;
use crate::model::text::{printable, printable_json};

/// Where a list is broken into lines.
const WIDTH: usize = 100;

/// The lists, entry by entry.
pub fn lists(lists: &[(&str, &[Table])]) -> String {
    let mut entries = Vec::new();
    for (key, tables) in lists {
        if tables.is_empty() {
            entries.push(format!("{key} = []\n"));
        }
        entries.extend(tables.iter().map(|table| format!("[[{key}]]\n{}", pairs(table))));
    }
    entries.join("\n")
}

fn pairs(table: &Table) -> String {
    table.iter().map(|(key, value)| format!("{} = {}\n", name(key), top(key, value))).collect()
}

/// A value of an entry: a list of tables, or a long one, has a line for each of its values.
fn top(key: &str, value: &Value) -> String {
    let line = inline(value);
    match value {
        Value::Array(list)
            if list.len() > 1
                && (list.first().is_some_and(Value::is_object) || key.len() + line.len() > WIDTH) =>
        {
            let lines: String = list.iter().map(|value| format!("  {},\n", inline(value))).collect();
            format!("[\n{lines}]")
        }
        _ => line,
    }
}

fn inline(value: &Value) -> String {
    match value {
        // TOML has no null, and an entry contains none.
        Value::Null => "\"\"".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => self::text(text),
        Value::Array(list) => format!("[{}]", list.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(table) => {
            let pairs = table.iter().map(|(key, value)| format!("{} = {}", name(key), inline(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text that could steer a terminal is written with escapes, which JSON and TOML share.
fn text(text: &str) -> String {
    if printable(text) == text {
        return toml::Value::from(text).to_string();
    }
    printable_json(&Value::from(text).to_string()).into_owned()
}

fn name(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { text(key) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_look_hand_written() {
        let table = json!({
            "name": "itsp", "port": 5060, "enabled": true, "codecs": ["ulaw", "alaw"],
            "dids": [{"number": "1"}, {"number": "2", "name": "b"}], "caller_id": {"number": "7"},
        });
        let wanted = "[[trunk]]\nname = \"itsp\"\nport = 5060\nenabled = true\ncodecs = [\"ulaw\", \"alaw\"]\n\
            dids = [\n  { number = \"1\" },\n  { number = \"2\", name = \"b\" },\n]\n\
            caller_id = { number = \"7\" }\n";
        assert_eq!(lists(&[("trunk", &[table.as_object().unwrap().clone()])]), wanted);
        assert_eq!(lists(&[("trunk", &[])]), "trunk = []\n");
        let long = vec!["x".repeat(30); 5];
        assert_eq!(top("codecs", &json!(long)).lines().count(), 7);
    }

    #[test]
    fn every_text_is_quoted_on_one_line() {
        for sample in
            ["", "a\"b", "a\\b", "'''", "\"\"\"", "\n", "a\r\n\tb", "\u{0}\u{7f}\u{85}\u{202e}", "é😀"]
        {
            let line = format!("k = {}", text(sample));
            let back: toml::Table = toml::from_str(&line).unwrap();
            assert_eq!(back["k"].as_str(), Some(sample), "{line}");
            assert!(!line.contains('\n') && printable(&line) == line, "{line:?}");
        }
        assert_eq!((name("a-b_1"), name("a b"), name("")), ("a-b_1".into(), "\"a b\"".into(), "\"\"".into()));
    }
}
