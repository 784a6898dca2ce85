//! Keyed digests (HMAC-SHA-256): without the key, they reveal nothing about the value, and cannot be forged.

use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::state::storage::{create_private, folder_of, keep_private, own_folder, read_own};

/// The number of bytes of a new key, each written as two hexadecimal digits.
const LENGTH: usize = 32;

/// A key.
#[derive(Debug, Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// The key that is this text. The text of a key file is the same key as the file.
    pub fn new(text: &str) -> Result<Self> {
        Hmac::new_from_slice(text.as_bytes()).map(Self).map_err(Error::other)
    }

    /// The key in a file, which is created at its first use. A file without a key is an error of the kind
    /// [`ErrorKind::InvalidData`].
    pub fn of(path: &Path) -> Result<Self> {
        own_folder(folder_of(path))?;
        let bytes = match read_own(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mut bytes = [0; LENGTH];
                getrandom::fill(&mut bytes).map_err(|error| Error::other(error.to_string()))?;
                // Another process may create one at the same moment: the first one counts for both.
                create_private(path, to_hex(&bytes).as_bytes())?;
                read_own(path)?
            }
            bytes => bytes?,
        };
        keep_private(path)?;
        let text = std::str::from_utf8(&bytes).unwrap_or_default();
        // An editor ends the line.
        let text = text.strip_suffix('\n').unwrap_or(text);
        if text.len() != 2 * LENGTH || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let what = if bytes.is_empty() { "is empty" } else { "is damaged" };
            let why = format!(
                "the key file `{}` {what}: it must contain {} hexadecimal digits",
                path.display(),
                2 * LENGTH
            );
            return Err(Error::new(ErrorKind::InvalidData, why));
        }
        Self::new(text)
    }

    /// The digest of these parts, in hexadecimal digits. The first part is its purpose.
    pub fn digest(&self, parts: &[&str]) -> String {
        to_hex(&self.mac(parts).finalize().into_bytes())
    }

    /// Whether it is the digest of these parts. Takes as long for a nearly right one as for any other.
    pub fn verify(&self, parts: &[&str], digest: &str) -> bool {
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digest.as_bytes().chunks(2).map(byte).collect();
        bytes.is_some_and(|bytes| self.mac(parts).verify_slice(&bytes).is_ok())
    }

    fn mac(&self, parts: &[&str]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in parts {
            // With its length before it, no two lists of parts are the same bytes.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

fn to_hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::storage::write_private;

    #[test]
    fn a_key_is_created_once_and_its_text_form_is_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/state.key");
        let digest = Key::of(&path).unwrap().digest(&["a", "b"]);
        assert_eq!(Key::of(&path).unwrap().digest(&["a", "b"]), digest);
        let text = std::fs::read_to_string(&path).unwrap();
        let given = Key::new(&text).unwrap();
        assert!(given.verify(&["a", "b"], &digest));
        for (parts, other) in [
            (["ab", ""], &digest[..]),
            (["a", "c"], &digest),
            (["a", "b"], &digest[2..]),
            (["a", "b"], ""),
            (["a", "b"], "é"),
        ] {
            assert!(!given.verify(&parts, other), "{parts:?} {other}");
        }
        std::fs::write(&path, format!("{text}\n")).unwrap();
        assert_eq!(Key::of(&path).unwrap().digest(&["a", "b"]), digest);
        assert!(!format!("{given:?}").contains(&text[..8]));
    }

    #[test]
    fn a_file_without_a_key_is_an_error_and_is_not_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/state.key");
        for text in ["", "\n", &"0".repeat(63), &"0".repeat(65), &"g".repeat(64), &"é".repeat(32)] {
            write_private(&path, text.as_bytes()).unwrap();
            let error = Key::of(&path).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData, "{text:?}");
            assert!(error.to_string().contains("state.key"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
