//! References to secrets, as people write them.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::text::nearest;

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
    /// The secret itself; allowed only in files that no other user can read.
    Literal(SecretText),
}

/// What references begin with.
const SCHEMES: [&str; 4] = ["env", "file", "cmd", "keyring"];

/// What is said of every text that is not a reference and could be meant as one. The text itself is never repeated,
/// because it may be the secret.
pub const MALFORMED: &str = "is not a secret reference";

/// The text of a literal, kept out of every output.
#[derive(Clone)]
pub struct SecretText(SecretString);

impl SecretText {
    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for SecretText {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for SecretText {}

fn is_scheme(text: &str) -> bool {
    let text = text.trim();
    (2..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a shell takes the text as the name of a variable, and as nothing else.
fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl SecretRef {
    /// Reads a reference. A text that begins with no scheme is the secret itself.
    ///
    /// Two to twelve letters before the first colon are a scheme, in capitals too. A secret that itself begins so
    /// would be taken for a mistyped reference, and has to be kept behind one.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "-" {
            return Ok(Self::Stdin);
        }
        let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
            return Ok(Self::Literal(SecretText(text.into())));
        };
        let reference = match scheme {
            "env" if is_variable(rest) => Self::Env(rest.into()),
            "env" => {
                return Err(format!(
                    "{MALFORMED}: env: must be followed by the name of a variable, in letters, digits and underscores, for example env:NAME"
                ));
            }
            "file" => Self::File(rest.into()),
            "cmd" => Self::Command(rest.into()),
            "keyring" => Self::Keyring(rest.into()),
            _ => {
                let near = nearest(scheme.trim(), SCHEMES);
                let meant = near.map_or_else(|| ".".to_owned(), |near| format!("; did you mean `{near}:…`?"));
                return Err(format!(
                    "{MALFORMED}: what stands before the colon is not a known scheme{meant} Write env:NAME, \
                     file:PATH or cmd:COMMAND; keep a secret that begins with a word and a colon in a file"
                ));
            }
        };
        if rest.trim().is_empty() {
            return Err(format!(
                "{MALFORMED}: nothing follows `{scheme}:`; write env:NAME, file:PATH or cmd:COMMAND"
            ));
        }
        Ok(reference)
    }

    /// The reference as it is written; none for a literal secret, or one that can be read only once.
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
            ("Hunter2:x", "a literal"),
            ("a:b", "a literal"),
            ("correct horse: battery", "a literal"),
            ("averylongfirstword:x", "a literal"),
        ] {
            assert_eq!(SecretRef::parse(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn a_near_reference_is_refused_and_not_repeated() {
        for text in [
            "env:",
            "env:A B",
            "env:9CANARY",
            "env:$(touch CANARY)",
            "env:A}$(touch CANARY)${B",
            "file:",
            "file: ",
            "cmd:",
            "cmd: \t",
            "keyring:",
            "evn:CANARY",
            "ENV:CANARY",
            "cmd :CANARY",
            "vault:CANARY",
            "op://CANARY",
        ] {
            let why = SecretRef::parse(text).unwrap_err();
            assert!(why.starts_with(MALFORMED) && !why.contains("CANARY"), "{text}: {why}");
        }
        assert!(SecretRef::parse("evn:X").unwrap_err().contains("did you mean `env:…`?"));
    }
}
