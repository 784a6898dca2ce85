//! Small helpers for text from people and vendors.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The candidate that a misspelt word most likely meant: a slip or two of the keys, or the same beginning.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let lower = candidate.to_lowercase();
            let slips = strsim::osa_distance(&word, &lower);
            let slip = slips <= 1 + word.chars().count() / 5 && slips < candidate.chars().count();
            let alike = strsim::jaro_winkler(&word, &lower);
            (if slip { alike.max(0.9) } else { alike }, candidate)
        })
        .filter(|(score, _)| *score > 0.85)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// An unknown key, column or other name, and what to do. It can be anything, because a wrong file may have
/// been given: it is repeated only if it is `familiar`, that is, at least as many names next to it are known
/// as not, or if it is nearly a known name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The name, if it may be shown; otherwise empty.
    pub name: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Unknown {
    /// An unknown name; `noun` is the kind of name.
    pub fn new(noun: &str, name: &str, familiar: bool, known: &[&str]) -> Self {
        let near = nearest(name, known.iter().copied());
        let slip = |near: &str| {
            let slips = strsim::osa_distance(&name.to_lowercase(), near);
            slips <= 2 && slips * 3 <= near.chars().count()
        };
        let shown = if familiar || near.is_some_and(slip) { excerpt(name, 40) } else { String::new() };
        let remedy = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the {noun}s are {}", known.join(", ")),
        };
        let what = match shown.as_str() {
            "" => format!("unknown {noun}"),
            shown => format!("unknown {noun} `{shown}`"),
        };
        Self { name: shown, what, remedy }
    }

    /// Both in one line.
    pub fn line(&self) -> String {
        format!("{}; {}", self.what, self.remedy)
    }
}

/// Whether a character could drive a terminal, change how the text around it is seen, or hide in it: control
/// characters, line separators, what Unicode has for the direction of text, and what is drawn as nothing
/// (`Default_Ignorable_Code_Point`, less the variation selectors that emoji are written with).
pub(super) fn controls_terminal(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}')
        || matches!(c, '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text with every character replaced that could steer a terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(shown).collect()
}

fn shown(c: char) -> char {
    if controls_terminal(c) { '\u{fffd}' } else { c }
}

/// A value, formatted for people.
pub fn value_text(value: &Value) -> String {
    printable(&match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) if text.is_empty() => "(none)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "(none)".to_owned(),
        Value::Array(list) if list.iter().all(|item| !item.is_object() && !item.is_array()) => {
            list.iter().map(value_text).collect::<Vec<_>>().join(",")
        }
        Value::Array(list) => list.iter().map(value_text).collect::<Vec<_>>().join("; "),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| format!("{key}={}", value_text(value)))
            .collect::<Vec<_>>()
            .join(" "),
        other => other.to_string(),
    })
}

/// A value as a cell for programs, where a missing value is an empty cell.
pub fn cell_text(value: Option<&Value>) -> String {
    let is_nothing =
        |value: &Value| value.is_null() || *value == "" || value.as_array().is_some_and(Vec::is_empty);
    value.filter(|value| !is_nothing(value)).map(value_text).unwrap_or_default()
}

/// Printed JSON with every such character escaped: a program reads the same text, a terminal none of it.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    // Printed JSON has escaped every ASCII control character but DEL. Most texts end here, and quickly.
    let is_plain = json.is_ascii() && !json.as_bytes().contains(&b'\x7f');
    if is_plain || !json.chars().any(|c| c != '\n' && controls_terminal(c)) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            // Between the values of printed JSON, never inside them.
            '\n' => escaped.push(c),
            _ if controls_terminal(c) => {
                // Beyond the first plane, JSON escapes the two halves of a pair.
                for unit in c.encode_utf16(&mut [0; 2]) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// Visits every text in a value. Keys are not among them.
pub fn visit_texts(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(list) => list.iter_mut().for_each(|value| visit_texts(value, visit)),
        Value::Object(map) => map.values_mut().for_each(|value| visit_texts(value, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether the text begins like JSON, whole or damaged. An error page can be quoted, but JSON may contain secrets.
pub fn holds_data(text: &str) -> bool {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').starts_with(['{', '[', '"'])
}

/// At most `limit` characters of the text on one line, for error messages that quote an answer.
pub fn excerpt(text: &str, limit: usize) -> String {
    let (mut line, mut count) = (String::new(), 0);
    for (at, word) in text.split_whitespace().enumerate() {
        let space = (at > 0).then_some(' ');
        for c in space.into_iter().chain(word.chars()) {
            if count == limit {
                line.push('…');
                return line;
            }
            line.push(shown(c));
            count += 1;
        }
    }
    line
}

/// The text as one word of a shell.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-_./:=@%,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Reads an id that a file may give as text or as a whole number.
pub fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct Visitor;
    impl serde::de::Visitor<'_> for Visitor {
        type Value = String;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an id as text or as a whole number")
        }
        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
        fn visit_u64<E>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }
        fn visit_i64<E>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }
    }
    struct Id(String);
    impl<'de> Deserialize<'de> for Id {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(Visitor).map(Id)
        }
    }
    Ok(Option::<Id>::deserialize(deserializer)?.map(|id| id.0))
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
    fn a_typo_finds_the_nearest_word_and_nonsense_finds_none() {
        for (word, meant) in [("transprt", "transport"), ("upd", "udp"), ("prot", "port"), ("ulaw2", "ulaw")]
        {
            assert_eq!(nearest(word, ["transport", "port", "udp", "tcp", "ulaw"]), Some(meant));
        }
        assert_eq!(nearest("zzz", ["transport", "port"]), None);
    }

    #[test]
    fn an_unknown_name_is_repeated_only_among_known_ones() {
        let line = |name, familiar| Unknown::new("key", name, familiar, &["number", "id"]).line();
        assert_eq!(line("nubmer", false), "unknown key `nubmer`; did you mean `number`?");
        assert_eq!(line("canary", true), "unknown key `canary`; the keys are number, id");
        assert_eq!(line("canary", false), "unknown key; the keys are number, id");
        // A name that only resembles a known one may contain anything else.
        assert_eq!(line("number-canary", false), "unknown key; did you mean `number`?");
    }

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(printable("a\u{1b}[31mb\u{202e}c\n"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}");
        assert_eq!(excerpt("  a \n b   c ", 3), "a b…");
    }

    #[test]
    fn invisible_characters_become_visible() {
        let hidden = "\u{ad}\u{34f}\u{180e}\u{200b}\u{200d}\u{2060}\u{2064}\u{2066}\u{feff}\u{fff9}\u{e0041}\u{e007f}\u{e0101}";
        assert_eq!(printable(hidden), "\u{fffd}".repeat(hidden.chars().count()));
        for seen in ["Zürich", "Ελλάδα", "日本", "नमस्ते", "❤\u{fe0f}", "a\u{a0}b"] {
            assert_eq!(printable(seen), seen);
        }
    }

    #[test]
    fn shell_words_are_quoted_only_if_necessary() {
        for (text, word) in
            [("+1646", "+1646"), ("a b", "'a b'"), ("", "''"), ("$(x)", "'$(x)'"), ("a'b", r"'a'\''b'")]
        {
            assert_eq!(shell_word(text), word);
        }
    }

    #[test]
    fn escaped_json_is_equivalent() {
        let value = serde_json::Value::from("a\u{1b}\u{9b}\u{61c}\u{202e}\u{2028}é\u{e0041}");
        let text = value.to_string();
        let shown = printable_json(&text);
        assert_eq!(shown, r#""a\u001b\u009b\u061c\u202e\u2028é\udb40\udc41""#);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }

    #[test]
    fn long_lines_are_folded_under_their_text() {
        let line = "  remedy   one two three four five six seven eight nine";
        let folded = "  remedy   one two three four five six\n           seven eight nine";
        assert_eq!(fold(line, 11, Some(40)), folded);
        assert_eq!(fold(line, 11, None), line);
    }
}
