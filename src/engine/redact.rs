//! The net under the types: every secret that was ever looked up is struck out of texts for people.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::model::secret::{MASK, Secret};

/// Shorter values would strike out half of any text.
const SHORTEST: usize = 4;

/// Knows the secrets of this process.
#[derive(Clone, Default)]
pub struct Redactor(Arc<Mutex<Vec<String>>>);

impl Redactor {
    /// Learns a secret, also as it looks percent-encoded, in base64 and inside JSON.
    pub fn learn(&self, secret: &Secret) {
        let Some(value) = secret.expose().filter(|value| value.len() >= SHORTEST) else { return };
        let json = Value::from(value).to_string();
        let forms = [
            value.to_owned(),
            utf8_percent_encode(value, NON_ALPHANUMERIC).to_string(),
            BASE64.encode(value),
            json.trim_matches('"').to_owned(),
        ];
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for form in forms {
            if !known.contains(&form) {
                known.push(form);
            }
        }
        // Longer forms first, so that no part of one is left behind.
        known.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }

    /// The text without any known secret.
    pub fn scrub(&self, text: &str) -> String {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().fold(text.to_owned(), |text, form| text.replace(form.as_str(), MASK))
    }
}

/// A JSON answer as a log shows it: the values of secret keys masked, wherever they are.
pub fn answer(body: &[u8], secret_keys: &[&str]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            mask(&mut value, secret_keys);
            crate::model::text::excerpt(&value.to_string(), 4000)
        }
        Err(_) => crate::model::text::excerpt(&String::from_utf8_lossy(body), 400),
    }
}

fn mask(value: &mut Value, secret_keys: &[&str]) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                if secret_keys.contains(&key.as_str()) {
                    *inner = Value::from(MASK);
                } else {
                    mask(inner, secret_keys);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| mask(inner, secret_keys)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_secret_is_struck_out() {
        let redactor = Redactor::default();
        redactor.learn(&Secret::known("c@n/ary\"x"));
        for form in ["c@n/ary\"x", "c%40n%2Fary%22x", "Y0BuL2FyeSJ4", "c@n/ary\\\"x"] {
            assert_eq!(redactor.scrub(&format!("a {form} b")), "a *** b");
        }
    }

    #[test]
    fn answers_are_masked_by_key() {
        let shown = answer(br#"{"data":[{"password":"canary","n":1}]}"#, &["password"]);
        assert_eq!(shown, r#"{"data":[{"password":"***","n":1}]}"#);
    }
}
