//! Tokens between runs: one file an account, readable by its owner only, replaced in one step.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::secret::Secret;
use crate::storage::write_private;
use crate::vendors::call::Token;

/// A token is not used in its last seconds: the request may take longer than they do.
const MARGIN: u64 = 30;

/// Where the tokens of one account are kept.
#[derive(Debug, Clone)]
pub struct TokenStore {
    path: PathBuf,
    owner: String,
}

/// A token with the moments of its end.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The token.
    pub access: Secret,
    /// Unix time of its end.
    pub until: u64,
    /// What renews it, and until when.
    pub refresh: Option<(Secret, u64)>,
}

impl Kept {
    /// A token that was given at `now`.
    pub fn new(token: Token, now: u64) -> Self {
        Self {
            access: token.access,
            until: now.saturating_add(token.expires_in),
            refresh: token.refresh.map(|(secret, life)| (secret, now.saturating_add(life))),
        }
    }

    /// Whether it will still be good in a moment.
    pub fn is_good(&self, now: u64) -> bool {
        now.saturating_add(MARGIN) < self.until
    }

    /// What renews it, if that still lives.
    pub fn refresh(&self, now: u64) -> Option<&Secret> {
        self.refresh
            .as_ref()
            .filter(|(_, until)| now.saturating_add(MARGIN) < *until)
            .map(|(secret, _)| secret)
    }
}

/// The file. `owner` tells whose tokens they are: the account and a digest of its secret, so that a token got
/// with another secret is never used.
#[derive(Serialize, Deserialize)]
struct File {
    owner: String,
    access: String,
    until: u64,
    refresh: Option<String>,
    refresh_until: Option<u64>,
}

impl TokenStore {
    /// The place for an account below the cache folder.
    pub fn new(folder: &Path, identity: &str, credential: &Secret) -> Self {
        let name = hex(identity.as_bytes());
        let owner = hex(format!("{identity}\0{}", credential.expose().unwrap_or_default()).as_bytes());
        Self { path: folder.join("tokens").join(format!("{}.json", &name[..24])), owner }
    }

    /// What is kept; none where there is nothing, or nothing of this account.
    ///
    /// # Errors
    /// Text for a warning: a cache that cannot be read is never a failure.
    pub fn load(&self) -> Result<Option<Kept>, String> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.say("cannot be read", &error)),
        };
        let file: File = serde_json::from_slice(&bytes).map_err(|error| {
            // The parser's own words could quote the file.
            self.say(
                "is damaged and is ignored",
                &format!("line {}, column {}", error.line(), error.column()),
            )
        })?;
        if file.owner != self.owner {
            return Ok(None);
        }
        let refresh = file.refresh.map(Secret::known).zip(file.refresh_until);
        Ok(Some(Kept { access: Secret::known(file.access), until: file.until, refresh }))
    }

    /// Keeps a token.
    ///
    /// # Errors
    /// Text for a warning.
    pub fn save(&self, kept: &Kept) -> Result<(), String> {
        let file = File {
            owner: self.owner.clone(),
            access: kept.access.expose().unwrap_or_default().to_owned(),
            until: kept.until,
            refresh: kept.refresh.as_ref().and_then(|(secret, _)| secret.expose().map(str::to_owned)),
            refresh_until: kept.refresh.as_ref().map(|(_, until)| *until),
        };
        let bytes = serde_json::to_vec(&file).map_err(|error| self.say("cannot be written", &error))?;
        write_private(&self.path, &bytes).map_err(|error| self.say("cannot be written", &error))
    }

    /// Forgets what is kept.
    pub fn forget(&self) {
        let _ = std::fs::remove_file(&self.path);
    }

    fn say(&self, what: &str, why: &dyn std::fmt::Display) -> String {
        format!("the token cache `{}` {what}: {why}", self.path.display())
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Kept {
        let token = Token {
            access: Secret::known("t1"),
            expires_in: 1800,
            refresh: Some((Secret::known("r1"), 86400)),
        };
        Kept::new(token, 1000)
    }

    #[test]
    fn a_token_is_kept_for_its_account_and_secret_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::new(folder.path(), "yeastar|a", &Secret::known("s"));
        assert!(store.load().unwrap().is_none());
        store.save(&kept()).unwrap();
        let back = store.load().unwrap().unwrap();
        assert_eq!((back.access.expose(), back.until), (Some("t1"), 2800));
        assert!(
            TokenStore::new(folder.path(), "yeastar|a", &Secret::known("other")).load().unwrap().is_none()
        );
        assert!(TokenStore::new(folder.path(), "yeastar|b", &Secret::known("s")).load().unwrap().is_none());
        store.forget();
        assert!(store.load().unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone_and_damage_is_told_without_quoting() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::new(folder.path(), "x", &Secret::known("s"));
        store.save(&kept()).unwrap();
        assert_eq!(std::fs::metadata(&store.path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&store.path, "{\"access\":\"canary").unwrap();
        let warning = store.load().unwrap_err();
        assert!(warning.contains("damaged") && !warning.contains("canary"), "{warning}");
    }

    #[test]
    fn ends_are_seen_in_time() {
        let kept = kept();
        assert!(kept.is_good(2769) && !kept.is_good(2770));
        assert!(kept.refresh(87369).is_some() && kept.refresh(87370).is_none());
    }
}
