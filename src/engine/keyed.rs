//! Digests that are keyed with a number of this installation's own, so that they tell nothing elsewhere.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::storage::create_private;

/// The key.
#[derive(Debug, Clone)]
pub struct Key(String);

impl Key {
    /// The key in a folder, made at its first use.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn of(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join("key");
        match std::fs::read_to_string(&path) {
            Ok(key) if key.len() == 64 => return Ok(Self(key)),
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
        let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        // Another process may have made one at the same moment: the first one counts for both.
        create_private(&path, key.as_bytes())?;
        std::fs::read_to_string(&path).map(Self)
    }

    /// The digest of a text that consists of these parts.
    pub fn digest(&self, parts: &[&str]) -> String {
        hex(format!("{}\0{}", self.0, parts.join("\0")).as_bytes())
    }
}

/// SHA-256 in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
