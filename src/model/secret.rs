//! Secrets: a reference first, a value at the last moment, and one way out.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serializer, de};

use super::text::nearest;

/// What stands in place of a secret wherever a person could see it.
pub const MASK: &str = "***";

/// What serde's complaints say is expected where a secret belongs.
pub const WANTED: &str = "a secret or a reference to one, as a text in quotes";

/// Words that make a secret of whatever key they stand in.
const SECRET: [&str; 8] =
    ["password", "passwd", "passphrase", "passcode", "pwd", "secret", "credential", "credentials"];

/// Words that do so at the end of a key, alone or after another: `pin_list` and `token_url` are none.
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

/// Whether the value of a key is a secret, whoever's key it is.
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

/// Whether a key of an answer may name a secret: what is shown of answers rather lacks a harmless value.
pub fn may_be_secret(key: &str) -> bool {
    if !has_hint(key) {
        return false;
    }
    let lower = key.to_ascii_lowercase();
    is_secret_key(key) || ["password", "passwd", "secret", "token"].iter().any(|word| lower.contains(word))
}

/// Where a secret is to be found.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// `env:NAME`
    Env(String),
    /// `file:PATH`; one trailing newline is dropped.
    File(String),
    /// `cmd:COMMAND`; its standard output, less one trailing newline.
    Command(String),
    /// `keyring:SERVICE/USER`
    Keyring(String),
    /// `-`, on the command line only.
    Stdin,
    /// The secret itself, allowed where nobody else can read it.
    Literal(SecretText),
}

/// What references begin with.
pub const PREFIXES: [&str; 4] = ["env:", "file:", "cmd:", "keyring:"];

/// The prefix that a mistyped one was probably meant to be.
pub fn near_prefix(text: &str) -> Option<&'static str> {
    let (prefix, _) = text.split_once(':')?;
    nearest(&format!("{prefix}:"), PREFIXES)
}

/// The text of a literal, kept out of every output.
#[derive(Clone)]
pub struct SecretText(SecretString);

impl PartialEq for SecretText {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for SecretText {}

impl SecretRef {
    /// Reads a reference. Whatever has no known prefix is a literal.
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some(("env", name)) => Self::Env(name.into()),
            Some(("file", path)) => Self::File(path.into()),
            Some(("cmd", command)) => Self::Command(command.into()),
            Some(("keyring", entry)) => Self::Keyring(entry.into()),
            _ if text == "-" => Self::Stdin,
            _ => Self::Literal(SecretText(text.into())),
        }
    }

    /// The reference as it is written; none for what is the secret itself, or can be read once only.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Env(name) => Some(format!("env:{name}")),
            Self::File(path) => Some(format!("file:{path}")),
            Self::Command(command) => Some(format!("cmd:{command}")),
            Self::Keyring(entry) => Some(format!("keyring:{entry}")),
            Self::Stdin | Self::Literal(_) => None,
        }
    }
}

/// Names the place, never the value. A command is named by its first word: its arguments may be sensitive.
impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
            Self::Command(command) => {
                write!(f, "cmd:{} …", command.split_whitespace().next().unwrap_or_default())
            }
            Self::Keyring(entry) => write!(f, "keyring:{entry}"),
            Self::Stdin => f.write_str("standard input"),
            Self::Literal(_) => f.write_str("a literal"),
        }
    }
}

impl fmt::Debug for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A secret: where it comes from, and its value once that was looked up.
///
/// It has no `Display` and no `Serialize`. [`Secret::expose`] is the only way to the value.
#[derive(Clone)]
pub struct Secret {
    origin: Option<SecretRef>,
    value: Option<SecretString>,
}

impl Secret {
    /// A secret still to be looked up.
    pub fn reference(origin: SecretRef) -> Self {
        Self { origin: Some(origin), value: None }
    }

    /// A secret whose value is known and that no reference leads to: a token, a signature, a vendor's answer.
    pub fn known(value: impl Into<String>) -> Self {
        Self { origin: None, value: Some(SecretString::from(value.into())) }
    }

    /// What a vendor gave as a secret. Nothing, and stars, stand for one that is not told; written back, they would
    /// replace the real one.
    pub fn told(value: String) -> Option<Self> {
        let masked = value.chars().all(|c| c == '*');
        (!masked).then(|| Self::known(value))
    }

    /// A secret that is needed but must not be looked up, as in a dry run.
    pub fn withheld() -> Self {
        Self { origin: None, value: None }
    }

    /// The same secret with its value looked up.
    #[must_use]
    pub fn resolved(self, value: String) -> Self {
        Self { origin: self.origin, value: Some(value.into()) }
    }

    /// The value; none where it was not looked up.
    pub fn expose(&self) -> Option<&str> {
        self.value.as_ref().map(ExposeSecret::expose_secret)
    }

    /// Where it comes from.
    pub fn origin(&self) -> Option<&SecretRef> {
        self.origin.as_ref()
    }

    /// The literal that a reference turned out to be.
    pub(crate) fn literal(&self) -> Option<&str> {
        match &self.origin {
            Some(SecretRef::Literal(text)) => Some(text.0.expose_secret()),
            _ => None,
        }
    }

    /// The prefix that a literal seems to have been meant to begin with: a mistyped reference is no password.
    pub fn near_reference(&self) -> Option<&'static str> {
        near_prefix(self.literal()?)
    }

    /// The environment variable that holds it, for a printed command line.
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

/// Reads a reference. Whatever else stands there may be the secret itself, so that it is never quoted.
struct Reference;

impl de::Visitor<'_> for Reference {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WANTED)
    }

    fn visit_str<E>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::reference(SecretRef::parse(text)))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
        Err(unquoted())
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
        Err(unquoted())
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
        Err(unquoted())
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<Secret, E> {
        Err(unquoted())
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<Secret, E> {
        Err(unquoted())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        Err(unquoted())
    }
}

fn unquoted<E: de::Error>() -> E {
    E::custom("a secret reference is a text; write it in quotes, as in \"env:NAME\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_is_read() {
        for (text, shown) in [
            ("env:A_B", "env:A_B"),
            ("file:a/b c", "file:a/b c"),
            ("cmd:pass show x", "cmd:pass …"),
            ("keyring:svc/me", "keyring:svc/me"),
            ("-", "standard input"),
            ("hunter2", "a literal"),
            ("envelope:x", "a literal"),
        ] {
            assert_eq!(SecretRef::parse(text).to_string(), shown);
        }
    }

    #[test]
    fn keys_of_secrets_are_known_by_their_words() {
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
    fn no_formatting_shows_a_value() {
        let secret = Secret::reference(SecretRef::parse("canary")).resolved("canary".into());
        assert!(!format!("{secret:?} {:?}", secret.origin()).contains("canary"));
        assert_eq!(secret.expose(), Some("canary"));
    }
}
