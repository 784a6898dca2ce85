//! Texts as numbers and flags.

use super::Value;

/// A number as programs know it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// Nought or more.
    Whole(u64),
    /// Less than nought.
    Negative(i64),
    /// With a fraction or an exponent.
    Fraction(f64),
}

/// The value of a number of TOML or JSON; none if no type represents it exactly.
pub fn figure(text: &str) -> Option<Figure> {
    let text = text.replace('_', "");
    let text = text.strip_prefix('+').unwrap_or(&text);
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)].into_iter();
    for (prefix, radix) in radix {
        if let Some(digits) = text.strip_prefix(prefix) {
            return u64::from_str_radix(digits, radix).ok().map(Figure::Whole);
        }
    }
    if text.contains(['.', 'e', 'E', 'n']) {
        return text.parse().ok().filter(|number: &f64| number.is_finite()).map(Figure::Fraction);
    }
    text.parse().map(Figure::Whole).or_else(|_| text.parse().map(Figure::Negative)).ok()
}

/// The number that an unquoted text is, if the number loses nothing of the text.
pub fn plain_figure(text: &str) -> Option<Figure> {
    let begins = text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let number = if begins { figure(text)? } else { return None };
    let back = match number {
        Figure::Whole(number) => number.to_string(),
        Figure::Negative(number) => number.to_string(),
        Figure::Fraction(number) => number.to_string(),
    };
    (back == text).then_some(number)
}

/// The flag that a text without quotes is: YAML 1.2, core schema. `NO` is a country.
pub fn plain_flag(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// A text without quotes: nothing, or the text.
pub fn plain(text: String) -> Value {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Nothing,
        _ => Value::Plain(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_toml_and_json_notation() {
        for (text, number) in [
            ("5060", Some(Figure::Whole(5060))),
            ("+5_060", Some(Figure::Whole(5060))),
            ("0x13C4", Some(Figure::Whole(5060))),
            ("0b101", Some(Figure::Whole(5))),
            ("-7", Some(Figure::Negative(-7))),
            ("18446744073709551615", Some(Figure::Whole(u64::MAX))),
            ("18446744073709551616", None),
            ("1e3", Some(Figure::Fraction(1000.0))),
            ("1e999", None),
            ("inf", None),
            ("nan", None),
        ] {
            assert_eq!(figure(text), number, "{text}");
        }
    }

    #[test]
    fn plain_text_becomes_a_number_only_without_loss() {
        for text in ["5060", "0", "-7", "1.5"] {
            assert!(plain_figure(text).is_some(), "{text}");
        }
        for text in ["+44", "0041", "1e3", "1_000", "0x10", "1.50", "", "-", "a", "99999999999999999999"] {
            assert_eq!(plain_figure(text), None, "{text}");
        }
    }
}
