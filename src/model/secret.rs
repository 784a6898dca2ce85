//! Secrets: a reference first, a value at the last moment, and one way out.

use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serializer, de};

pub use super::reference::{MALFORMED, SecretRef};

/// The mask of a secret in everything that people see.
pub const MASK: &str = "***";

/// The expectation that serde's errors name for a secret.
pub const WANTED: &str = "a secret or a reference to one, as a text in quotes";

/// Words that make any key with them a secret.
const SECRET: [&str; 8] =
    ["password", "passwd", "passphrase", "passcode", "pwd", "secret", "credential", "credentials"];

/// Words that make a key a secret if they are its last word: `pin_list` and `token_type` are not secrets.
const SECRET_AT_END: [&[&str]; 14] = [
    &["token"],
    &["pin"],
    &["pass"],
    &["psk"],
    &["apikey"],
    &["pin", "code"],
    &["pass", "code"],
    &["pass", "word"],
    &["pass", "phrase"],
    &["api", "key"],
    &["access", "key"],
    &["auth", "key"],
    &["private", "key"],
    &["shared", "key"],
];

/// What is in every key of a secret. Answers have millions of keys, and hardly one with any of these.
const HINTS: [&str; 8] = ["pass", "pwd", "pin", "psk", "secret", "token", "key", "credential"];

fn has_hint(key: &str) -> bool {
    let parts = |hint: &str| key.as_bytes().windows(hint.len());
    HINTS.iter().any(|hint| parts(hint).any(|part| part.eq_ignore_ascii_case(hint.as_bytes())))
}

/// Whether the value of a key is a secret, for any vendor.
pub fn is_secret_key(key: &str) -> bool {
    if !has_hint(key) {
        return false;
    }
    let words = words(key);
    let ends = |end: &[&str]| words.len() >= end.len() && words[words.len() - end.len()..] == *end;
    let key = key.to_ascii_lowercase();
    ["password", "passwd", "secret", "token"].iter().any(|end| key.ends_with(end))
        || words.iter().any(|word| SECRET.contains(&word.as_str()))
        || SECRET_AT_END.iter().any(|end| ends(end))
}

/// The words of a key, in lower case and without the figures behind them: `sip_pin`, `sip-pin`, `sipPin2`, `SIPPin`.
fn words(key: &str) -> Vec<String> {
    let letters: Vec<char> = key.chars().collect();
    let mut words = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let within = at.checked_sub(1).is_some_and(|before| letters[before].is_uppercase())
            && !letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if !letter.is_alphanumeric() || letter.is_uppercase() && !within {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    let bare = words.iter().map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    bare.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether a key of an answer may name a secret. Hiding a harmless value is better than showing a secret.
pub fn may_be_secret(key: &str) -> bool {
    if !has_hint(key) {
        return false;
    }
    let lower = key.to_ascii_lowercase();
    is_secret_key(key) || ["password", "passwd", "secret", "token"].iter().any(|word| lower.contains(word))
}

/// A secret: its origin, and its value once it is resolved.
///
/// It has no `Display` and no `Serialize`. [`Secret::expose`] is the only way to the value.
#[derive(Clone)]
pub struct Secret {
    origin: Option<SecretRef>,
    value: Option<SecretString>,
    below: Option<PathBuf>,
}

impl Secret {
    /// A secret that is not resolved yet.
    pub fn reference(origin: SecretRef) -> Self {
        Self { origin: Some(origin), value: None, below: None }
    }

    /// A secret with a known value and no reference: a token, a signature, a vendor's answer.
    pub fn known(value: impl Into<String>) -> Self {
        Self { origin: None, value: Some(SecretString::from(value.into())), below: None }
    }

    /// A secret in a vendor's answer; none if it is empty or consists of stars, because these mask a value
    /// and would replace the real one if they were written back.
    pub fn from_answer(value: String) -> Option<Self> {
        let masked = value.chars().all(|c| c == '*');
        (!masked).then(|| Self::known(value))
    }

    /// A secret that is needed but must not be resolved, as in a dry run.
    pub fn withheld() -> Self {
        Self { origin: None, value: None, below: None }
    }

    /// The same secret with its value.
    #[must_use]
    pub fn resolved(self, value: String) -> Self {
        Self { value: Some(value.into()), ..self }
    }

    /// The value; none if it is not resolved.
    pub fn expose(&self) -> Option<&str> {
        self.value.as_ref().map(ExposeSecret::expose_secret)
    }

    /// Where it comes from.
    pub fn origin(&self) -> Option<&SecretRef> {
        self.origin.as_ref()
    }

    /// The same secret, its relative file taken from the folder of the file that names it.
    #[must_use]
    pub fn anchored(self, folder: &Path) -> Self {
        match &self.origin {
            Some(SecretRef::File(path)) => {
                let path = folder.join(path).to_string_lossy().into_owned();
                Self { origin: Some(SecretRef::File(path)), ..self }
            }
            _ => self,
        }
    }

    /// The same secret, whose file has to lie below the folder, also through links.
    #[must_use]
    pub fn kept_below(self, folder: PathBuf) -> Self {
        Self { below: Some(folder), ..self }
    }

    /// The folder that its file has to lie below.
    pub fn below(&self) -> Option<&Path> {
        self.below.as_deref()
    }

    /// The literal that a reference turned out to be.
    pub(crate) fn literal(&self) -> Option<&str> {
        match &self.origin {
            Some(SecretRef::Literal(text)) => Some(text.expose()),
            _ => None,
        }
    }

    /// The environment variable with its value, for a printed command line.
    pub fn variable<'a>(&'a self, otherwise: &'a str) -> &'a str {
        match &self.origin {
            Some(SecretRef::Env(name)) => name,
            _ => otherwise,
        }
    }

    /// Serialises any secret as the mask.
    pub fn masked<S: Serializer>(secret: &Option<Self>, serializer: S) -> Result<S::Ok, S::Error> {
        match secret {
            Some(_) => serializer.serialize_str(MASK),
            None => serializer.serialize_none(),
        }
    }
}

/// Two secrets are the same when both values are known and equal.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        matches!((self.expose(), other.expose()), (Some(a), Some(b)) if a == b)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `deserialize_any`: a YAML tag would have the value read as something else, and quoted.
        deserializer.deserialize_str(Reference)
    }
}

/// Reads a reference. Any other text may be the secret itself, so it is never quoted.
struct Reference;

macro_rules! unquoted {
    ($($visit:ident: $type:ty),*) => {$(
        fn $visit<E: de::Error>(self, _: $type) -> Result<Secret, E> {
            Err(E::custom("a secret reference is a string; write it in quotes, for example \"env:NAME\""))
        }
    )*};
}

impl de::Visitor<'_> for Reference {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WANTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
        SecretRef::parse(text).map(Secret::reference).map_err(E::custom)
    }

    unquoted! { visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_keys_are_recognized_by_their_words() {
        for key in [
            "secret_pin",
            "api_key",
            "apiKey",
            "APIKey",
            "apikey",
            "pwd",
            "pass",
            "passphrase",
            "auth_pin",
            "credential",
            "credentials",
            "authPass",
            "auth-pass",
            "sipPassword",
            "sippassword",
            "PASSWORD",
            "pin",
            "PIN2",
            "pin_code",
            "password2",
            "access_token",
            "SIPPin",
            "sip_secret_value",
        ] {
            assert!(is_secret_key(key) && may_be_secret(key), "{key}");
        }
        for key in [
            "bypass_x",
            "bypass",
            "keypad",
            "key",
            "keys",
            "pin_list",
            "pass_through",
            "token_url",
            "compass",
            "spin",
            "shipping",
            "enb_sipauth_cache",
            "auth_name",
            "passive",
            "",
        ] {
            assert!(!is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn no_formatting_reveals_a_value() {
        let secret = Secret::reference(SecretRef::parse("canary").unwrap()).resolved("canary".into());
        assert!(!format!("{secret:?} {:?}", secret.origin()).contains("canary"));
        assert_eq!(secret.expose(), Some("canary"));
    }
}
