//! Formats changes and lines, for tables and plans.

use serde_json::Value;

use crate::model::text::value_text as text;

/// A value before and after.
pub fn arrow(before: &Value, after: &Value) -> String {
    match before {
        Value::Null => text(after),
        before => format!("{} -> {}", text(before), text(after)),
    }
}

/// The colour of a cell, as a code of the 256 colours: whether a trunk works, and how a change ended.
pub fn tint(column: &str, text: &str) -> Option<u8> {
    const GREEN: u8 = 2;
    const RED: u8 = 1;
    const YELLOW: u8 = 3;
    let word = text.split(' ').next()?;
    match (column, word) {
        ("status", "registered" | "reachable") => Some(GREEN),
        ("status", "unreachable" | "auth_failed") => Some(RED),
        ("status", "registering" | "busy") => Some(YELLOW),
        ("outcome", "created" | "updated" | "deleted" | "assigned") => Some(GREEN),
        ("outcome", "skipped") => Some(YELLOW),
        ("status" | "outcome", "failed") => Some(RED),
        ("status" | "outcome", "unknown") => Some(YELLOW),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emptied_list_is_shown_as_none() {
        let before = serde_json::json!([{"number": "5503308"}]);
        assert_eq!(arrow(&before, &serde_json::json!([])), "number=5503308 -> (none)");
    }
}
