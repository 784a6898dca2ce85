//! The last safeguard behind the types: masks every resolved secret in all output.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::secret_matcher;
use super::secret_matcher::{Begins, Opening, opening};
use crate::model::error::Error;
use crate::model::report::Report;
use crate::model::secret::{MASK, Secret, may_be_secret};
use crate::model::text::holds_data;

/// Masking shorter values would destroy ordinary texts.
const SHORTEST: usize = 4;

/// The secrets of this process.
#[derive(Clone, Default)]
pub struct Redactor(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    /// The secrets themselves. A token is added again with every request.
    secrets: HashSet<String>,
    /// Their forms by first characters: there may be thousands of secrets, but rarely one in a text.
    forms: HashMap<Option<Opening>, BTreeSet<Form>>,
    begins: Begins,
}

/// The forms of a secret. Longer forms come first, so that no part of one remains.
type Form = (Reverse<usize>, String);

impl Redactor {
    /// Adds a secret, also in base64 and in hexadecimal.
    pub fn learn(&self, secret: &Secret) {
        let Some(value) = secret.expose().filter(|value| value.len() >= SHORTEST) else { return };
        let mut known = self.known();
        if !known.secrets.contains(value) {
            known.secrets.insert(value.to_owned());
            let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
            known.add([
                value.to_owned(),
                STANDARD_NO_PAD.encode(value),
                URL_SAFE_NO_PAD.encode(value),
                hex.to_uppercase(),
                hex,
            ]);
        }
    }

    /// Adds a secret as the password of HTTP Basic authentication.
    pub fn learn_basic(&self, user: &str, secret: &Secret) {
        let Some(value) = secret.expose() else { return };
        let both = format!("{user}:{value}");
        self.known().add([STANDARD_NO_PAD.encode(&both), URL_SAFE_NO_PAD.encode(&both)]);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text with every known secret masked, in any encoding.
    pub fn scrub(&self, text: &str) -> String {
        self.scrubbed(text).unwrap_or_else(|| text.to_owned())
    }

    /// Masks every known secret in a text, and returns whether there was one.
    pub fn scrub_in_place(&self, text: &mut String) -> bool {
        self.scrubbed(text).is_some_and(|scrubbed| {
            let found = scrubbed != *text;
            *text = scrubbed;
            found
        })
    }

    /// The text with every known secret masked; none if it certainly contains none.
    fn scrubbed(&self, text: &str) -> Option<String> {
        let known = self.known();
        if text.len() < SHORTEST || known.forms.is_empty() {
            return None;
        }
        let forms = |opening| known.forms.get(&opening).into_iter().flatten();
        let (mut possible, mut seen) = (forms(None).collect::<BTreeSet<_>>(), HashSet::new());
        secret_matcher::openings(text, &known.begins, &mut |opening| {
            if known.forms.contains_key(&Some(opening)) && seen.insert(opening) {
                possible.extend(forms(Some(opening)));
            }
        });
        let strike = |text: String, (_, form): &Form| secret_matcher::strike(&text, form, MASK);
        (!possible.is_empty()).then(|| possible.into_iter().fold(text.to_owned(), strike))
    }

    /// The error with every known secret masked in its texts.
    #[must_use]
    pub fn scrub_error(&self, mut error: Error) -> Error {
        error.visit_texts(&mut |text| {
            self.scrub_in_place(text);
        });
        error
    }

    /// Masks every known secret in the values of a report, but not in its structure, so that JSON stays JSON.
    pub fn scrub_report(&self, report: &mut Report) {
        report.visit_texts(&mut |text| {
            self.scrub_in_place(text);
        });
    }
}

impl Known {
    fn add(&mut self, forms: impl IntoIterator<Item = String>) {
        for form in forms {
            self.begins.add(&form);
            self.forms.entry(opening(&form)).or_default().insert((Reverse(form.len()), form));
        }
    }
}

/// An answer for the log. The values of secret keys are masked everywhere, and so are all texts in the answer to a
/// log-in. Invalid JSON is not shown at all, because its secrets cannot be identified.
pub fn answer(body: &[u8], secret_keys: &[&str], log_in: bool) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            mask(&mut value, secret_keys, log_in);
            value.to_string()
        }
        Err(_) => {
            let text = String::from_utf8_lossy(body);
            if log_in || holds_data(&text) {
                format!("({} bytes that are not JSON)", body.len())
            } else {
                text.into_owned()
            }
        }
    }
}

fn mask(value: &mut Value, secret_keys: &[&str], log_in: bool) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                if secret_keys.contains(&key.as_str()) || may_be_secret(key) {
                    *inner = Value::from(MASK);
                } else {
                    mask(inner, secret_keys, log_in);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| mask(inner, secret_keys, log_in)),
        Value::String(text) if log_in => *text = MASK.to_owned(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_secret_is_redacted() {
        let redactor = Redactor::default();
        redactor.learn(&Secret::known("c@n/ary\"x"));
        redactor.learn_basic("id", &Secret::known("c@n/ary\"x"));
        for form in [
            "c@n/ary\"x",
            "c%40n%2Fary%22x",
            "Y0BuL2FyeSJ4",
            "c@n/ary\\\"x",
            "aWQ6Y0BuL2FyeSJ4",
            "63406e2f6172792278",
            "63406E2F6172792278",
        ] {
            assert_eq!(redactor.scrub(&format!("a {form} b")), "a *** b");
        }
    }

    #[test]
    fn long_and_short_secrets_are_redacted_among_thousands() {
        let redactor = Redactor::default();
        let secrets = ["ab\"canary", "canary", "canary-and-more", "éé", "%2525x"];
        let others = (0..5000).map(|serial| format!("other-{serial:05}"));
        others.chain(secrets.map(str::to_owned)).for_each(|secret| redactor.learn(&Secret::known(secret)));
        for (text, scrubbed) in [
            ("canary canary-and-more ab\\\"canary", "*** *** ***"),
            ("%63anary-and-more", "***"),
            ("xéé &#233;%C3%A9", "x*** ***"),
            ("%2525x other-00017 other-17", "*** *** other-17"),
        ] {
            assert_eq!(redactor.scrub(text), scrubbed);
        }
    }

    #[test]
    fn answers_are_masked_by_key() {
        let body = br#"{"data":[{"pin":"canary","sipPassword":["canary"],"n":1,"s":"x"}]}"#;
        let shown = answer(body, &["pin"], false);
        assert_eq!(shown, r#"{"data":[{"pin":"***","sipPassword":"***","n":1,"s":"x"}]}"#);
        assert_eq!(answer(br#"["canary",{"s":"x","n":1}]"#, &[], true), r#"["***",{"s":"***","n":1}]"#);
        for (body, log_in) in [("{\"pin\":\"canary", false), ("\u{feff}[\"canary", false), ("canary", true)] {
            assert!(!answer(body.as_bytes(), &[], log_in).contains("canary"), "{body}");
        }
        assert_eq!(answer(b"<p>Sign in</p>", &[], false), "<p>Sign in</p>");
    }
}
