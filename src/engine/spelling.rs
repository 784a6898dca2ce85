//! Finds a text however it is spelt: escaped for JSON, once or often, percent-encoded in whole or in part, or
//! as HTML. Vendors repeat what they were sent in any of these, and it is escaped again on the way out.

/// `&#x0010ffff;` and a few more zeros.
const LONGEST_ENTITY: usize = 16;

/// The text with every spelling of `word` replaced.
pub fn strike(text: &str, word: &str, mask: &str) -> String {
    let Some(first) = word.chars().next() else { return text.to_owned() };
    let begins = |c: char| c == first || matches!(c, '\\' | '%' | '&') || (c == '+' && first.is_whitespace());
    let (mut struck, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(begins) {
        struck.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = spelt(rest, word);
        let next = length.unwrap_or_else(|| run(rest));
        struck.push_str(if length.is_some() { mask } else { &rest[..next] });
        rest = &rest[next..];
    }
    struck + rest
}

/// How much to pass over where the word does not begin. A run of backslashes or of white space counts as one
/// character wherever in it the look begins, so it is looked at once: a vendor could send millions of them.
fn run(text: &str) -> usize {
    let Some(first) = text.chars().next() else { return 0 };
    let alike = |c: char| if first == '\\' { c == first } else { first.is_whitespace() && c.is_whitespace() };
    first.len_utf8() + text[first.len_utf8()..].find(|c| !alike(c)).unwrap_or(text.len() - first.len_utf8())
}

/// How much of the beginning of the text spells the word, if it does.
fn spelt(text: &str, word: &str) -> Option<usize> {
    let (mut at, mut before) = (0, None);
    for (place, c) in word.char_indices() {
        // However many backslashes the text has in a row, the first of the word's took them all.
        if c == '\\' && before == Some('\\') {
            continue;
        }
        let (plain, encoded) = character(&text[at..], c);
        at += match (plain, encoded) {
            // `%25` may be a percent sign or the beginning of three characters: what fits is right.
            (Some(plain), Some(encoded)) => match spelt(&text[at + plain..], &word[place + c.len_utf8()..]) {
                Some(length) => return Some(at + plain + length),
                None => encoded,
            },
            (plain, encoded) => plain.or(encoded)?,
        };
        before = Some(c);
    }
    Some(at)
}

/// How much of the beginning of the text is the character: as it is, and encoded.
fn character(text: &str, c: char) -> (Option<usize>, Option<usize>) {
    let bare = text.trim_start_matches('\\');
    let slashes = text.len() - bare.len();
    if c == '\\' && slashes > 0 {
        return (Some(slashes), None);
    }
    let plain = match c.is_whitespace() {
        true => space(bare),
        false => bare.starts_with(c).then_some(c.len_utf8()),
    };
    let escaped = || unicode(bare, c).filter(|_| slashes > 0);
    let encoded = escaped().or_else(|| percent(bare, c)).or_else(|| entity(bare, c));
    (plain.map(|length| slashes + length), encoded.map(|length| slashes + length))
}

/// A space may have become several, or a plus.
fn space(text: &str) -> Option<usize> {
    let blank = text.len() - text.trim_start().len();
    if blank > 0 { Some(blank) } else { text.starts_with('+').then_some(1) }
}

/// `u0022`, after the backslash.
fn unicode(text: &str, c: char) -> Option<usize> {
    let code = u32::from_str_radix(text.strip_prefix('u')?.get(..4)?, 16).ok()?;
    (code == u32::from(c)).then_some(5)
}

/// `%22`, or `%2522` where it was encoded twice.
fn percent(text: &str, c: char) -> Option<usize> {
    let mut rest = text;
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        rest = rest.strip_prefix('%')?;
        while u8::from_str_radix(rest.get(..2)?, 16).ok()? != byte {
            rest = rest.strip_prefix("25")?;
        }
        rest = &rest[2..];
    }
    Some(text.len() - rest.len())
}

/// `&quot;`, `&#34;` or `&#x22;`
fn entity(text: &str, c: char) -> Option<usize> {
    // No longer name is meant for a character, and looking further for the end of each could take forever.
    let end = text.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';')?;
    let name = text[..end].strip_prefix('&')?;
    let code = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let meant = match name {
        "quot" => Some('"'),
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        _ => match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
            Some(hex) => code(hex, 16),
            None => code(name.strip_prefix('#')?, 10),
        },
    };
    (meant == Some(c)).then_some(name.len() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_struck() {
        let word = r#"s/+="\ x%&<é'"#;
        let json = serde_json::Value::from(word).to_string();
        let twice = serde_json::Value::from(json.as_str()).to_string();
        for spelling in [
            word,
            json.trim_matches('"'),
            twice.trim_matches(['"', '\\']),
            r#"s\/+=\"\\ x%\u0026\u003c\u00e9'"#,
            "s%2F%2B%3D%22%5C%20x%25%26%3C%C3%A9%27",
            "s%2f%2b%3d%22%5c+x%25%26%3c%c3%a9'",
            "s/+=%22%5C%20x%25&%3Cé'",
            "%73/+=&quot;&#92;   x%&amp;&lt;&#xe9;&apos;",
            "s%252F%252B%253D%2522%255C%2520x%25%2526%253C%25C3%25A9%2527",
        ] {
            assert_eq!(strike(&format!("a {spelling} b"), word, "*"), "a * b", "{spelling}");
        }
    }

    #[test]
    fn a_long_text_takes_no_longer_than_its_length_demands() {
        let begun = std::time::Instant::now();
        for part in ["\\", "&", " ", "%25", "a\\", "&quot"] {
            let text = part.repeat(200_000);
            for word in ["abcd", " \\bc", "\\\\x"] {
                assert_eq!(strike(&text, word, "*"), text, "{part} {word}");
            }
        }
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
        assert_eq!(strike(r"\\\abcd \\", "abcd", "*"), r"* \\");
    }

    #[test]
    fn other_texts_are_left_alone() {
        for text in ["", "s/+=", r#"s/+="\ y"#, "%", "&;", "\\u00", "%C3", "é%é", "&#x110000;"] {
            assert_eq!(strike(text, r#"s/+="\ x"#, "*"), text);
        }
        assert_eq!(strike("aaaa", "aa", "*"), "**");
        assert_eq!(strike("a%25b a%2525b", "a%25b", "*"), "* *");
        assert_eq!(strike("a&amp;b a&amp;amp;b", "a&amp;b", "*"), "* *");
        assert_eq!(strike(r"a\\b", r"\\", "*"), "a*b");
    }
}
