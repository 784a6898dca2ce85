//! Vendor error codes as data: one table per vendor, and one lookup for all.

use crate::model::error::Kind;

/// One documented meaning of a vendor's code.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The code as the vendor writes it; `HTTP 401` where only the status speaks.
    pub code: &'static str,
    /// When this meaning applies, if a code has several.
    pub when: When,
    /// The vendor's own short name, if it has one.
    pub name: &'static str,
    /// The kind, and with it the exit code.
    pub kind: Kind,
    /// What it means, in our words.
    pub meaning: &'static str,
    /// What usually causes it.
    pub cause: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// What the engine may do next.
    pub after: After,
}

/// Narrows a code to one of its meanings. Empty parts match everything.
#[derive(Debug, Clone, Copy)]
pub struct When {
    /// Only for answers to a log-in.
    pub log_in: bool,
    /// Only with this HTTP status.
    pub http: Option<u16>,
    /// Only if the vendor's text contains one of these phrases, as whole words in lower case. `{}` matches a
    /// value without letters, such as a count or a telephone number.
    pub says: &'static [&'static str],
}

/// Always.
pub const ANY: When = When { log_in: false, http: None, says: &[] };

/// A [`Code`] in the making. [`Row::remedy`] finishes it.
pub(crate) struct Row(Code);

/// A row without a short name that applies always, unless the next calls say more.
pub(crate) const fn row(code: &'static str, kind: Kind, after: After) -> Row {
    Row(Code { code, when: ANY, name: "", kind, meaning: "", cause: "", remedy: "", after })
}

impl Row {
    pub(crate) const fn at_log_in(mut self) -> Self {
        self.0.when.log_in = true;
        self
    }

    pub(crate) const fn named(mut self, name: &'static str) -> Self {
        self.0.name = name;
        self
    }

    pub(crate) const fn with_http(mut self, status: u16) -> Self {
        self.0.when.http = Some(status);
        self
    }

    pub(crate) const fn says(mut self, parts: &'static [&'static str]) -> Self {
        self.0.when.says = parts;
        self
    }

    pub(crate) const fn means(mut self, text: &'static str) -> Self {
        self.0.meaning = text;
        self
    }

    pub(crate) const fn cause(mut self, text: &'static str) -> Self {
        self.0.cause = text;
        self
    }

    pub(crate) const fn remedy(mut self, text: &'static str) -> Code {
        self.0.remedy = text;
        self.0
    }

    /// Meaning, cause and remedy at once, where several rows share them.
    pub(crate) const fn texts(self, [meaning, cause, remedy]: [&'static str; 3]) -> Code {
        self.means(meaning).cause(cause).remedy(remedy)
    }
}

/// What can still be done after an answer with this code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Nothing: the input or the account has to change.
    GiveUp,
    /// Get a new token and send once more.
    Renew,
    /// Sign again and send once more.
    SignAgain,
    /// Surely not processed: send again later.
    Later,
    /// Certainly not processed: a daily limit is used up, and waiting would take too long.
    NextDay,
    /// Like a 5xx answer: a write may or may not have been applied.
    Lost,
    /// A part of it was applied. If a read does not show all of it, the outcome is unknown, not `not_applied`.
    Partly,
    /// The vendor is still at work: whether a write was applied shows later.
    Pending,
}

/// The vendor's answer, for the lookup.
#[derive(Debug, Clone, Copy, Default)]
pub struct Heard<'a> {
    /// The vendor's code as text; empty if the answer has none.
    pub code: &'a str,
    /// HTTP status of the answer.
    pub http: u16,
    /// The vendor's text.
    pub text: &'a str,
    /// Whether the request was a log-in.
    pub log_in: bool,
}

/// The first row of the table that fits; a row for the bare `HTTP nnn` is the last resort.
pub fn find<'t>(table: &'t [Code], heard: Heard<'_>) -> Option<&'t Code> {
    let text = plain(heard.text);
    let fits = |row: &&Code| {
        (!row.when.log_in || heard.log_in)
            && row.when.http.is_none_or(|http| http == heard.http)
            && (row.when.says.is_empty() || row.when.says.iter().any(|phrase| has_phrase(&text, phrase)))
    };
    let by_status = format!("HTTP {}", heard.http);
    table
        .iter()
        .filter(|row| row.code == heard.code)
        .find(fits)
        .or_else(|| table.iter().filter(|row| row.code == by_status).find(fits))
}

/// A text as phrases are compared: lower case, straight quotes, single spaces.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace(['\u{2018}', '\u{2019}', '`', '"'], "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the text contains the phrase as whole words. A single word proves nothing, because vendors use the
/// same words in many messages.
fn has_phrase(text: &str, phrase: &str) -> bool {
    let (first, rest) = phrase.split_once("{}").map_or((phrase, None), |(first, rest)| (first, Some(rest)));
    text.match_indices(first).any(|(at, _)| {
        let end = at + first.len();
        let follows = match rest {
            None => ends_word(&text[..end], &text[end..]),
            Some(rest) => text[end..].match_indices(rest).any(|(gap, _)| {
                let after = end + gap + rest.len();
                gap > 0
                    && !text[end..end + gap].contains(char::is_alphabetic)
                    && ends_word(&text[..after], &text[after..])
            }),
        };
        follows && ends_word(&text[..at], &text[at..])
    })
}

/// Whether no word reaches over the border between the two. Chinese has no spaces between words.
fn ends_word(left: &str, right: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !(left.ends_with(word) && right.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_match_whole_words_with_values_in_the_gaps() {
        for (text, phrase, expected) in [
            ("The number is ALREADY  in use.", "already in use", true),
            ("The number is alreadyin use.", "already in use", false),
            ("Invalid parameter: trunkId.", "invalid parameter: trunkid", true),
            ("Invalid parameter: trunkIds.", "invalid parameter: trunkid", false),
            ("The \u{2018}number\u{2019} field has", "'number' field has", true),
            ("a maximum of 5 phone numbers", "maximum of {} phone numbers", true),
            ("a maximum of five phone numbers", "maximum of {} phone numbers", false),
            ("number +1 646 666 1110 is in use", "number {} is in use", true),
            ("number is in use", "number {} is in use", false),
            ("敏感词", "敏感", true),
            ("", "already", false),
        ] {
            assert_eq!(has_phrase(&plain(text), phrase), expected, "{text}: {phrase}");
        }
    }
}
