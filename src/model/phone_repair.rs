//! What spreadsheets and copying do to telephone numbers, and which number was meant.

/// What a text that is no E.164 number was probably meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// This number.
    Number(String),
    /// A number of `total` digits that lost all but these.
    Lost {
        /// The first digits.
        left: String,
        /// How many there were.
        total: usize,
    },
    /// It cannot be determined.
    Unknown,
}

/// Whether a text is a number in E.164 form: a plus, then 8 to 15 digits that do not begin with 0.
pub(super) fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (8..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Repairs a number: separators, a lost plus, `00` for the plus, and the changes that a spreadsheet makes.
pub fn meant(text: &str) -> Meant {
    let plain = plain(text);
    if let Some(meant) = figure(&plain) {
        return meant;
    }
    // A number read as a figure with decimals.
    let bare = [".00", ".0", ",0"].iter().find_map(|end| plain.strip_suffix(end)).unwrap_or(&plain);
    let kept = look_alikes(bare.chars().filter(|c| !is_separator(*c)).collect());
    let digits = kept.strip_prefix('+').or(kept.strip_prefix("00")).unwrap_or(&kept);
    // Without any sign of an international form a short number may as well be national.
    let marked = kept.len() != digits.len() || digits.len() >= 11;
    let candidate = format!("+{digits}");
    if marked && is_e164(&candidate) && candidate != text { Meant::Number(candidate) } else { Meant::Unknown }
}

/// The first character that is invisible or looks like another one, because the printed text would look correct.
pub fn disguised(text: &str) -> Option<char> {
    text.chars().find(|c| is_invisible(*c) || (c.is_whitespace() && *c != ' ') || half_width(*c) != *c)
}

/// Without white space, invisible characters and what encloses a text in a cell; full-width forms as ASCII.
fn plain(text: &str) -> String {
    let seen = text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c)).map(half_width);
    let seen: String = seen.collect();
    let bare = seen.trim_matches(['=', '"', '\'', '`', '\u{2018}', '\u{2019}']).trim_start_matches("tel:");
    // The digit that is dialled inside the country only.
    let international = bare.starts_with('+') || bare.starts_with("00");
    if international { bare.replacen("(0)", "", 1) } else { bare.to_owned() }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn half_width(c: char) -> char {
    let code = u32::from(c);
    let ascii = matches!(code, 0xff01..=0xff5e).then(|| char::from_u32(code - 0xfee0)).flatten();
    ascii.unwrap_or(c)
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// A letter or two among digits are slips of the hand; a text with more of them is no number.
fn look_alikes(text: String) -> String {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters > 2 {
        return text;
    }
    let digit = |c| match c {
        'O' | 'o' => '0',
        'l' | 'I' => '1',
        other => other,
    };
    text.chars().map(digit).collect()
}

/// A figure with an exponent, as `4.42072E+11`, with a point or a comma. What it rounded away is lost: to fill it
/// up with zeros would make another number.
fn figure(text: &str) -> Option<Meant> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let mantissa = mantissa.strip_prefix('+').unwrap_or(mantissa);
    let (whole, decimals) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let exponent: usize = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    let digits = format!("{whole}{decimals}");
    if whole.is_empty() || exponent > 99 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let total = whole.len() + exponent;
    let (kept, rest) = digits.split_at_checked(total).unwrap_or((&digits, ""));
    let candidate = format!("+{kept}");
    if kept.len() == total && rest.bytes().all(|byte| byte == b'0') && is_e164(&candidate) {
        return Some(Meant::Number(candidate));
    }
    let left = digits.trim_end_matches('0').to_owned();
    Some(if (8..=15).contains(&total) { Meant::Lost { left, total } } else { Meant::Unknown })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lossless_damage_is_repaired() {
        for text in [
            "442071838750",
            "442071838750.0",
            "442071838750,0",
            "'+442071838750",
            "=\"+442071838750\"",
            "tel:+442071838750",
            "00442071838750",
            "0044 20 7183 8750",
            "+44 (0)20 7183\u{2013}8750",
            "+44\u{a0}20\u{202f}7183\u{a0}8750",
            "\u{200b}+442071838750",
            "\u{202a}+442071838750\u{202c}",
            "+44207l83875O",
            "+442o7I838750",
            "\u{ff0b}\u{ff14}\u{ff14}2071838750",
            "4.42071838750E+11",
            "4,42071838750e11",
        ] {
            assert_eq!(meant(text), Meant::Number("+442071838750".into()), "{text}");
        }
    }

    #[test]
    fn lost_digits_are_not_invented() {
        for (text, left, total) in [
            ("4.42E+11", "442", 12),
            ("4.42072E+11", "442072", 12),
            ("4,42072E+11", "442072", 12),
            ("4.4207183875E+11", "44207183875", 12),
            ("2E10", "2", 11),
        ] {
            assert_eq!(meant(text), Meant::Lost { left: left.into(), total }, "{text}");
        }
        for text in
            ["", "+", "6466661110", "02071838750", "HELLO", "+1OOO5551O", "1E+3", "1E+99", "E+11", "1e999999"]
        {
            assert_eq!(meant(text), Meant::Unknown, "{text}");
        }
    }

    #[test]
    fn invisible_characters_are_found() {
        assert_eq!(disguised("+44\u{200b}2"), Some('\u{200b}'));
        assert_eq!(disguised("+44\u{a0}2"), Some('\u{a0}'));
        assert_eq!(disguised("+4\u{ff14}2"), Some('\u{ff14}'));
        assert_eq!(disguised("+44 2"), None);
    }
}
