//! Reads the values of a row as text, number or boolean.

use super::Row;
use crate::input::tree::Value;
use crate::model::error::FieldError;
use crate::model::phone_repair;
use crate::model::phone_repair::Meant;
use crate::model::text::excerpt;

/// The text under a key. A figure is refused: it has lost a plus and leading zeros already.
pub fn text(row: &Row, key: &str, faults: &mut Vec<FieldError>) -> Option<String> {
    let what = match row.value(key)? {
        Value::Text(text) => return Some(text.clone()),
        Value::Flag(flag) => format!("`{flag}` is not a text; write it in quotes"),
        Value::Number(figure) => refuse_figure(figure),
        // No cell contains anything else.
        _ => return None,
    };
    faults.push(FieldError::new(key, what));
    None
}

fn refuse_figure(figure: &str) -> String {
    let shown = excerpt(figure, 40);
    match phone_repair::meant(figure) {
        Meant::Number(meant) => {
            format!("`{shown}` is a figure; write a text, in quotes: did you mean \"{meant}\"?")
        }
        _ => format!(
            "`{shown}` is a figure, which keeps no plus and no leading zeros; write a text, in quotes"
        ),
    }
}

/// The word under a key, which may be a figure as well.
pub fn word(row: &Row, key: &str, faults: &mut Vec<FieldError>) -> Option<String> {
    match row.value(key) {
        Some(Value::Number(figure)) => Some(figure.clone()),
        _ => text(row, key, faults),
    }
}

/// The yes or no under a key, in the words that spreadsheets and people write.
pub fn flag(row: &Row, key: &str, faults: &mut Vec<FieldError>) -> Option<bool> {
    let text = match row.value(key)? {
        Value::Flag(flag) => return Some(*flag),
        Value::Text(text) | Value::Number(text) => text,
        _ => return None,
    };
    let flag = match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    };
    if flag.is_none() {
        let what = format!("`{}` is neither true nor false; write one of these", excerpt(text, 40));
        faults.push(FieldError::new(key, what));
    }
    flag
}
