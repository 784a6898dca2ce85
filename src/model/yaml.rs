//! YAML that readers of version 1.1 and of 1.2 read alike.
//!
//! The two disagree on which plain words are numbers, booleans, dates and line breaks: `no`, `0123`, `1e3`,
//! `12:30:45`, U+0085. So only words that neither could take for anything else are written plain, and everything else
//! in double quotes, with escapes that both know.

use serde_json::{Map, Number, Value};

use super::text::controls_terminal;

/// The value as a document.
pub fn document(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => mapping(&mut out, map, 0, false),
        Value::Array(list) if !list.is_empty() => sequence(&mut out, list, 0, false),
        other => line(&mut out, other),
    }
    out
}

/// A key that is longer has to be marked as one: a reader looks only 1024 characters ahead for its colon.
const LONGEST_KEY: usize = 1000;

/// `begun` says that the first key follows a dash on the same line.
fn mapping(out: &mut String, map: &Map<String, Value>, indent: usize, begun: bool) {
    for (at, (key, value)) in map.iter().enumerate() {
        if at > 0 || !begun {
            margin(out, indent);
        }
        let key = scalar(key);
        let is_long = key.chars().count() > LONGEST_KEY;
        if is_long {
            out.push_str(&format!("? {key}\n"));
            margin(out, indent);
        } else {
            out.push_str(&key);
        }
        out.push(':');
        match value {
            Value::Object(map) if !map.is_empty() => {
                out.push('\n');
                mapping(out, map, indent + 2, false);
            }
            Value::Array(list) if !list.is_empty() => {
                out.push('\n');
                sequence(out, list, if is_long { indent + 2 } else { indent }, false);
            }
            other => {
                out.push(' ');
                line(out, other);
            }
        }
    }
}

fn sequence(out: &mut String, list: &[Value], indent: usize, begun: bool) {
    for (at, item) in list.iter().enumerate() {
        if at > 0 || !begun {
            margin(out, indent);
        }
        out.push_str("- ");
        match item {
            Value::Object(map) if !map.is_empty() => mapping(out, map, indent + 2, true),
            Value::Array(list) if !list.is_empty() => sequence(out, list, indent + 2, true),
            other => line(out, other),
        }
    }
}

fn margin(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// What takes no lines of its own, and the end of the line.
fn line(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => out.push_str(&scalar(text)),
        Value::Number(given) => out.push_str(&number(given)),
        // Null, booleans and empty values are written as in JSON.
        other => out.push_str(&other.to_string()),
    }
    out.push('\n');
}

/// In YAML 1.1 a number with an exponent has a point and a sign.
fn number(number: &Number) -> String {
    let text = number.to_string();
    let Some((digits, exponent)) = text.split_once(['e', 'E']) else { return text };
    let point = if digits.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
    format!("{digits}{point}e{sign}{exponent}")
}

fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match (c, u32::from(c)) {
            ('"' | '\\', _) => quoted.extend(['\\', c]),
            ('\n', _) => quoted.push_str("\\n"),
            ('\r', _) => quoted.push_str("\\r"),
            ('\t', _) => quoted.push_str("\\t"),
            (_, code) if !is_safe(c) && code <= 0xff => quoted.push_str(&format!("\\x{code:02x}")),
            (_, code) if !is_safe(c) && code <= 0xffff => quoted.push_str(&format!("\\u{code:04x}")),
            (_, code) if !is_safe(c) => quoted.push_str(&format!("\\U{code:08x}")),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a character needs no escape: not a control, a line break, a byte order mark, or a noncharacter.
fn is_safe(c: char) -> bool {
    let code = u32::from(c);
    let is_noncharacter = code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code);
    !controls_terminal(c) && c != '\u{feff}' && !is_noncharacter
}

/// Whether every reader takes the text as plain words: it begins with a letter, so it is not a number or a
/// date, and contains nothing special to YAML.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text.chars().all(|c| c.is_alphanumeric() || " _-./,;()+@'`".contains(c))
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The scalars of a document in their order, each with whether it is plain, as a parser of events sees them.
    fn scalars(text: &str) -> Vec<(String, bool)> {
        use saphyr_parser::{Event, Parser, ScalarStyle};
        let events =
            Parser::new_from_str(text).map(|event| event.unwrap_or_else(|e| panic!("{e}: {text}")).0);
        let scalar = |event| match event {
            Event::Scalar(value, style, ..) => Some((value.into_owned(), style == ScalarStyle::Plain)),
            _ => None,
        };
        events.filter_map(scalar).collect()
    }

    const TEXTS: &[&str] = &[
        "",
        " ",
        "a ",
        " a",
        "a  b",
        "plain",
        "two words",
        "0123",
        "0o17",
        "0x1F",
        "0b11",
        "1_000",
        "1e3",
        "1.5",
        ".5",
        "+1",
        "-1",
        "12:30:45",
        "1:20",
        "2026-11-21",
        "2026-11-21T02:00:00Z",
        "~",
        "null",
        "Null",
        "no",
        "NO",
        "yes",
        "y",
        "N",
        "on",
        "Off",
        "true",
        "TRUE",
        "=",
        "<<",
        ".inf",
        ".NaN",
        "-",
        "- a",
        "? a",
        ": a",
        "a: b",
        "a:",
        "a #b",
        "#a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a`",
        "'a'",
        "\"a\"",
        "\\",
        "a\\nb",
        "[a]",
        "{a}",
        "{}",
        "[]",
        "|",
        ">",
        "---",
        "...",
        "--- a",
        "a\nb",
        "  a\n b\n\n",
        "\n",
        "\r\n",
        "\t",
        "a\tb",
        "\0",
        "\u{1b}[31m",
        "\u{7f}",
        "\u{85}",
        "\u{9b}",
        "\u{a0}",
        "\u{ad}",
        "\u{200b}",
        "\u{2028}",
        "\u{2029}",
        "\u{202e}",
        "\u{feff}",
        "\u{feff}a",
        "a\u{feff}",
        "\u{fffd}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{fdd0}",
        "\u{1fffe}",
        "\u{e000}",
        "\u{10ffff}",
        "é",
        "Zürich Süd",
        "日本",
        "📞",
        "👩‍👩‍👧",
        "𝒜",
        "a\u{301}",
        "+442071838750",
        "*",
        "***",
        "a,b",
        "e.g. (this)",
    ];

    #[test]
    fn every_string_stays_a_string_with_both_parsers() {
        for text in TEXTS {
            for value in [
                json!(text),
                json!([text]),
                json!({ "key": text, "next": [text, {"deep": text}], *text: 1 }),
                json!([[text], [[text, text]], {}, []]),
            ] {
                let document = document(&value);
                let back: Value =
                    yaml_serde::from_str(&document).unwrap_or_else(|e| panic!("{e}: {text:?} {document}"));
                assert_eq!(back, value, "{document}");
                let seen = scalars(&document);
                assert!(seen.iter().any(|(seen, _)| seen == text), "{text:?}: {document} {seen:?}");
                assert!(document.chars().all(|c| c == '\n' || is_safe(c)), "{document:?}");
            }
        }
    }

    /// What YAML 1.1 resolves by its regular expressions begins with a sign, a digit or a point, or is one of its words.
    #[test]
    fn strings_that_older_parsers_misread_are_quoted() {
        for text in TEXTS {
            for (seen, plain) in scalars(&document(&json!({ "key": text }))) {
                assert!(!plain || seen.starts_with(|c: char| c.is_ascii_alphabetic()), "{seen}");
            }
        }
        let plain: Vec<&str> = TEXTS.iter().copied().filter(|text| is_plain(text)).collect();
        assert_eq!(plain, ["a  b", "plain", "two words", "Zürich Süd", "a,b", "e.g. (this)"]);
    }

    #[test]
    fn other_values_keep_their_types() {
        let value = json!({
            "none": null, "yes": true, "no": [false, {}], "one": 1, "big": u64::MAX, "less": -7, "part": 0.1,
            "far": 1e300, "near": 2.5e-9, "list": [[], [[1]], {"a": {"b": []}}],
        });
        let text = document(&value);
        assert_eq!(yaml_serde::from_str::<Value>(&text).unwrap(), value, "{text}");
        assert!(text.contains("far: 1.0e+300\n") && text.contains("near: 2.5e-9\n"), "{text}");
        for value in [json!(null), json!({}), json!([]), json!(true), json!("")] {
            assert_eq!(yaml_serde::from_str::<Value>(&document(&value)).unwrap(), value);
        }
    }

    #[test]
    fn a_key_may_be_of_any_length() {
        let long = "k".repeat(5000);
        let value = json!({ long.as_str(): {"a": [1, {"b": 2}]}, "list": [{ long.as_str(): [1] }] });
        let text = document(&value);
        assert_eq!(yaml_serde::from_str::<Value>(&text).unwrap(), value);
        assert_eq!(scalars(&text).len(), 8);
    }

    #[test]
    fn the_layout_is_the_usual_one() {
        let value = json!({"a": 1, "b": [{"c": "x", "d": ["z"]}, [2, 3]], "e": {"f": "1"}, "g": []});
        let expected = "a: 1\nb:\n- c: x\n  d:\n  - z\n- - 2\n  - 3\ne:\n  f: \"1\"\ng: []\n";
        assert_eq!(document(&value), expected);
    }
}
