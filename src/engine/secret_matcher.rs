//! Finds a text in any spelling: escaped for JSON, once or more, percent-encoded in whole or in part, or as
//! HTML. Vendors repeat requests in all of these, and output escapes them again.

/// `&#x0010ffff;` and a few more zeros.
const LONGEST_ENTITY: usize = 16;

/// The number of characters that distinguish most words.
const TELLING: usize = 4;

/// The first characters of a word.
pub type Opening = [char; TELLING];

/// The beginning of a word; none if it is too short. All white space is equal.
pub fn opening(word: &str) -> Option<Opening> {
    let mut opening = ['\0'; TELLING];
    let mut before = None;
    // As `spelt` does, which takes backslashes in a row for one.
    let chars = word.chars().filter(|c| before.replace(*c) != Some('\\') || *c != '\\');
    let mut given = 0;
    for (slot, c) in opening.iter_mut().zip(chars) {
        *slot = alike(c);
        given += 1;
    }
    (given == TELLING).then_some(opening)
}

/// The bytes that known words begin with. Most places in most texts are ruled out by two bytes.
#[derive(Default)]
pub struct Begins {
    first: [u64; 4],
    /// One bit for every two bytes; empty before the first word.
    pairs: Vec<u64>,
    /// Whether a word begins with a character of many spellings: white space or a backslash.
    any: bool,
}

impl Begins {
    /// Adds a word.
    pub fn add(&mut self, word: &str) {
        let bytes = word.as_bytes();
        let first = bytes.first().copied().unwrap_or_default();
        self.any |= word.starts_with(|c: char| c.is_whitespace() || c == '\\');
        self.first[usize::from(first) / 64] |= 1 << (first % 64);
        self.pairs.resize(1024, 0);
        if let Some(second) = bytes.get(1) {
            self.pairs[usize::from(first) * 4 + usize::from(*second) / 64] |= 1 << (second % 64);
        }
    }

    /// Whether a word can begin with these bytes, as it is or encoded.
    fn may(&self, first: u8, second: Option<u8>) -> bool {
        if self.any || matches!(first, b'\\' | b'%' | b'&') {
            return true;
        }
        if self.first[usize::from(first) / 64] & (1 << (first % 64)) == 0 {
            return false;
        }
        // The second character may be encoded, or a space that became something else.
        let plain = |byte: &u8| byte.is_ascii() && !byte.is_ascii_whitespace() && !b"\\%&+".contains(byte);
        second.filter(plain).is_none_or(|second| {
            let word = self.pairs.get(usize::from(first) * 4 + usize::from(second) / 64);
            word.is_some_and(|bits| bits & (1 << (second % 64)) != 0)
        })
    }
}

/// All possible beginnings of words that are spelt in the text, and some more. With thousands of words, not
/// each of them must be searched.
pub fn openings(text: &str, begins: &Begins, visit: &mut dyn FnMut(Opening)) {
    let (bytes, mut at) = (text.as_bytes(), 0);
    while let Some(first) = bytes.get(at).copied() {
        if begins.may(first, bytes.get(at + 1).copied()) {
            match bytes[at..].first_chunk::<TELLING>() {
                // Mostly nothing is escaped.
                Some(bytes) if bytes.iter().all(u8::is_ascii_alphanumeric) => visit(bytes.map(char::from)),
                _ => open(&text[at..], ['\0'; TELLING], 0, visit),
            }
        }
        let alone = first.is_ascii() && !first.is_ascii_whitespace() && first != b'\\';
        at += if alone { 1 } else { run(&text[at..]) };
    }
}

fn open(text: &str, before: Opening, at: usize, visit: &mut dyn FnMut(Opening)) {
    if at == TELLING {
        return visit(before);
    }
    for (c, length) in readings(text).into_iter().flatten() {
        let mut opening = before;
        opening[at] = alike(c);
        open(&text[length..], opening, at + 1, visit);
    }
}

fn alike(c: char) -> char {
    if c.is_whitespace() { ' ' } else { c }
}

/// A character, and how much of the text spells it.
type Reading = Option<(char, usize)>;

/// Every character that the text can begin with: as it is, perhaps after backslashes, and encoded.
fn readings(text: &str) -> [Reading; 4] {
    let bare = text.trim_start_matches('\\');
    let slashes = text.len() - bare.len();
    let after = |(c, length): (char, usize)| (c, slashes + length);
    let plain = bare.chars().next().map(|c| match c.is_whitespace() {
        true => (c, bare.len() - bare.trim_start().len()),
        false => (c, c.len_utf8()),
    });
    let encoded = match bare.as_bytes().first() {
        Some(b'u') if slashes > 0 => unicode(bare),
        Some(b'%') => percent(bare),
        Some(b'&') => entity(bare),
        Some(b'+') => Some((' ', 1)),
        _ => None,
    };
    // The following text decides which `%25` is the last one.
    let twice = bare.starts_with("%25").then_some(('%', 3));
    [(slashes > 0).then_some(('\\', slashes)), plain.map(after), encoded.map(after), twice.map(after)]
}

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

/// How much to skip if the word does not begin here. A run of backslashes or white space counts as one
/// character and is searched only once, because a vendor could send millions of them.
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
        let rest = &text[at..];
        let mut fitting = readings(rest).into_iter().flatten().filter(|(read, length)| {
            // A space may have become other white space, several, or a plus; but not if it is encoded.
            *read == c || (c.is_whitespace() && read.is_whitespace() && is_blank(&rest[..*length]))
        });
        let (_, first) = fitting.next()?;
        at += match fitting.next() {
            // `%25` may be a percent sign or the beginning of three characters: what fits is right.
            Some((_, second)) if c != '\\' => match spelt(&rest[first..], &word[place + c.len_utf8()..]) {
                Some(length) => return Some(at + first + length),
                None => second,
            },
            _ => first,
        };
        before = Some(c);
    }
    Some(at)
}

/// Whether white space is not encoded.
fn is_blank(spelling: &str) -> bool {
    spelling.ends_with(|c: char| c.is_whitespace() || c == '+')
}

/// `u0022`, after the backslash.
fn unicode(text: &str) -> Reading {
    let code = u32::from_str_radix(text.strip_prefix('u')?.get(..4)?, 16).ok()?;
    Some((char::from_u32(code)?, 5))
}

/// `%22`, or `%2522` if it was encoded twice: any character but a percent sign.
fn percent(text: &str) -> Reading {
    let mut bytes = [0; 4];
    let (mut rest, mut count, mut length) = (text, 0, 1);
    while count < length {
        rest = rest.strip_prefix('%')?;
        while let Some(inner) = rest.strip_prefix("25") {
            rest = inner;
        }
        let byte = u8::from_str_radix(rest.get(..2)?, 16).ok()?;
        rest = &rest[2..];
        *bytes.get_mut(count)? = byte;
        if count == 0 {
            length = match byte {
                0..0x80 => 1,
                0xc0..0xe0 => 2,
                0xe0..0xf0 => 3,
                0xf0.. => 4,
                _ => return None,
            };
        }
        count += 1;
    }
    let c = std::str::from_utf8(bytes.get(..length)?).ok()?.chars().next()?;
    Some((c, text.len() - rest.len()))
}

/// `&quot;`, `&#34;` or `&#x22;`
fn entity(text: &str) -> Reading {
    // No longer name is meant for a character, and looking further for the end of each could take forever.
    let end = text.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';')?;
    let name = text[..end].strip_prefix('&')?;
    let code = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let meant = match name {
        "quot" => '"',
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "apos" => '\'',
        _ => match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
            Some(hex) => code(hex, 16)?,
            None => code(name.strip_prefix('#')?, 10)?,
        },
    };
    Some((meant, name.len() + 2))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use proptest::test_runner::{Config, RngSeed};

    use super::*;

    #[test]
    fn every_spelling_is_redacted() {
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

    const LETTERS: [char; 14] = ['a', 'u', '2', '5', 'é', '%', '&', '+', ' ', '\t', '\\', '"', ';', '#'];

    proptest! {
        #![proptest_config(Config {
            cases: 2_000, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default()
        })]

        #[test]
        fn the_openings_find_every_redacted_word(
            head in select(&["", "a", "\\", " ", "%", "&", "%25", "+"][..]),
            letters in vec((select(&LETTERS[..]), 0..8), 4..7),
            tail in select(&["", "a", "\\", "25"][..]),
        ) {
            let word: String = letters.iter().map(|(c, _)| c).collect();
            let mut text = head.to_owned();
            for (c, form) in letters {
                let percent = c.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
                text += &match form {
                    0 => format!("\\{c}"),
                    1 => format!("\\\\\\u{:04x}", u32::from(c)),
                    2 => percent,
                    3 => percent.replace('%', "%25"),
                    4 => format!("&#{};", u32::from(c)),
                    5 if c == ' ' => "+".to_owned(),
                    5 if c == '&' => "&amp;".to_owned(),
                    _ => c.to_string(),
                };
            }
            text += tail;
            // Most are redacted: proptest gives up if too few are.
            prop_assume!(strike(&text, &word, "*") != text);
            let (wanted, mut found) = (opening(&word), false);
            let mut begins = Begins::default();
            begins.add(&word);
            openings(&text, &begins, &mut |opening| found |= Some(opening) == wanted);
            prop_assert!(found || wanted.is_none(), "{word:?} in {text:?}");
        }
    }

    #[test]
    fn repeated_openings_are_read_in_linear_time() {
        // Read again from each place, these would take minutes.
        for part in ["\\", "&", " ", "%25", "a\\", "&quot"] {
            let text = part.repeat(40_000);
            let mut begins = Begins::default();
            for word in ["abcd", " \\bc", "\\\\x"] {
                assert_eq!(strike(&text, word, "*"), text, "{part} {word}");
                begins.add(word);
            }
            openings(&text, &begins, &mut |_| {});
        }
        assert_eq!(strike(r"\\\abcd \\", "abcd", "*"), r"* \\");
    }

    #[test]
    fn other_text_is_unchanged() {
        for text in ["", "s/+=", r#"s/+="\ y"#, "%", "&;", "\\u00", "%C3", "é%é", "&#x110000;"] {
            assert_eq!(strike(text, r#"s/+="\ x"#, "*"), text);
        }
        assert_eq!(strike("aaaa", "aa", "*"), "**");
        assert_eq!(strike("a%25b a%2525b", "a%25b", "*"), "* *");
        assert_eq!(strike("a&amp;b a&amp;amp;b", "a&amp;b", "*"), "* *");
        assert_eq!(strike(r"a\\b", r"\\", "*"), "a*b");
    }
}
