//! The token cache: one file per account, readable only by its owner, replaced atomically.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::secret::Secret;
use crate::state::key::{Key, hex};
use crate::state::storage::{lock_file, own_folder, read_own, write_cached, write_private};
use crate::vendors::call::Token;

/// A token is not used in its last seconds, because the request may take longer.
const MARGIN: u64 = 30;

/// The cache of one account's tokens.
#[derive(Debug, Clone)]
pub struct TokenStore {
    path: PathBuf,
    owner: String,
}

/// A token with its expiry times.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The token.
    pub access: Secret,
    /// The Unix time at which it expires.
    pub until: u64,
    /// The refresh token and its expiry time.
    pub refresh: Option<(Secret, u64)>,
}

impl Kept {
    /// A token issued at `now`.
    pub fn new(token: Token, now: u64) -> Self {
        Self {
            access: token.access,
            until: now.saturating_add(token.expires_in),
            refresh: token.refresh.map(|(secret, life)| (secret, now.saturating_add(life))),
        }
    }

    /// Whether it is still valid for a moment.
    pub fn is_good(&self, now: u64) -> bool {
        now.saturating_add(MARGIN) < self.until
    }

    /// The refresh token, if it is still valid.
    pub fn refresh(&self, now: u64) -> Option<&Secret> {
        self.refresh
            .as_ref()
            .filter(|(_, until)| now.saturating_add(MARGIN) < *until)
            .map(|(secret, _)| secret)
    }
}

/// The file. `owner` identifies the account and a digest of its secret, so that a token issued for another secret is
/// never used.
#[derive(Serialize, Deserialize)]
struct File {
    owner: String,
    access: String,
    until: u64,
    refresh: Option<String>,
    refresh_until: Option<u64>,
}

/// The record of credentials that the vendor refused.
#[derive(Serialize, Deserialize)]
struct Refused {
    owner: String,
    at: u64,
}

/// The lock of the process that is about to log in.
pub struct Turn(#[expect(dead_code, reason = "the lock ends with the file")] Option<std::fs::File>);

impl TokenStore {
    /// The cache of an account in the cache folder. A digest of the account and its secret identifies the owner. The
    /// key of this digest is in the cache, next to the tokens, which are more valuable; a log-in does not need the
    /// state key.
    ///
    /// # Errors
    /// Text for a warning: without a key, or if another user can change the folder, no tokens are cached.
    pub fn new(folder: &Path, identity: &str, credential: &Secret) -> Result<Self, String> {
        let name = hex(identity.as_bytes());
        let failed =
            |error: io::Error| format!("the token cache `{}` cannot be used: {error}", folder.display());
        let (key, tokens) = (folder.join("key"), folder.join("tokens"));
        let key = match Key::of(&key) {
            // With another key, cached tokens no longer match their owner; this costs only a log-in.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                std::fs::remove_file(&key).and_then(|()| Key::of(&key))
            }
            key => key,
        };
        let key = key.and_then(|key| own_folder(&tokens).map(|()| key)).map_err(failed)?;
        let owner = key.digest(&["token", identity, credential.expose().unwrap_or_default()]);
        Ok(Self { path: tokens.join(format!("{}.json", &name[..24])), owner })
    }

    /// Waits until no other process logs in to this account. Without file locks, or after too long a wait, it
    /// continues anyway: an extra log-in is better than none.
    pub async fn turn(&self, patience: std::time::Duration) -> Turn {
        let Ok(file) = lock_file(&self.path.with_extension("lock")) else { return Turn(None) };
        let begun = std::time::Instant::now();
        while let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
            if begun.elapsed() >= patience {
                return Turn(None);
            }
            // Another session of this process may have the lock, so the thread must not block.
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        Turn(Some(file))
    }

    /// When the vendor refused exactly these credentials, if it did.
    pub fn refused(&self) -> Option<u64> {
        let bytes = read_own(&self.path.with_extension("refused")).ok()?;
        let refused: Refused = serde_json::from_slice(&bytes).ok()?;
        (refused.owner == self.owner).then_some(refused.at)
    }

    /// Records that the vendor refused these credentials; never stores the secret itself.
    pub fn remember_refusal(&self, now: u64) {
        let refused = Refused { owner: self.owner.clone(), at: now };
        // If it cannot be stored, the next command is refused again.
        if let Ok(bytes) = serde_json::to_vec(&refused) {
            let _ = write_private(&self.path.with_extension("refused"), &bytes);
        }
    }

    /// Deletes the record.
    pub fn forget_refusal(&self) {
        let _ = std::fs::remove_file(self.path.with_extension("refused"));
    }

    /// The cached token; none if there is none for this account.
    ///
    /// # Errors
    /// Text for a warning; a cache that cannot be read is never a failure.
    pub fn load(&self) -> Result<Option<Kept>, String> {
        let bytes = match read_own(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.say("cannot be read", &error)),
        };
        let file: File = serde_json::from_slice(&bytes).map_err(|error| {
            // The parser's message could quote the file.
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

    /// Saves a token.
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
        write_cached(&self.path, &bytes).map_err(|error| self.say("cannot be written", &error))
    }

    /// Deletes the cached token. Returns whether there was one.
    pub fn forget(&self) -> bool {
        std::fs::remove_file(&self.path).is_ok()
    }

    fn say(&self, what: &str, why: &dyn std::fmt::Display) -> String {
        format!("the token cache `{}` {what}: {why}", self.path.display())
    }
}

/// A short digest that distinguishes two accounts. It has no key, so its input must not contain a secret.
pub fn digest(identity: &str) -> String {
    hex(identity.as_bytes())[..16].to_owned()
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
        let store = TokenStore::new(&folder.path().join("cache"), "yeastar|a", &Secret::known("s")).unwrap();
        assert!(store.load().unwrap().is_none());
        store.save(&kept()).unwrap();
        let back = store.load().unwrap().unwrap();
        assert_eq!((back.access.expose(), back.until), (Some("t1"), 2800));
        assert!(
            TokenStore::new(&folder.path().join("cache"), "yeastar|a", &Secret::known("other"))
                .unwrap()
                .load()
                .unwrap()
                .is_none()
        );
        assert!(
            TokenStore::new(&folder.path().join("cache"), "yeastar|b", &Secret::known("s"))
                .unwrap()
                .load()
                .unwrap()
                .is_none()
        );
        assert!(store.forget() && !store.forget());
        assert!(store.load().unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone_and_damage_is_told_without_quoting() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::new(&folder.path().join("cache"), "x", &Secret::known("s")).unwrap();
        store.save(&kept()).unwrap();
        assert_eq!(std::fs::metadata(&store.path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&store.path, "{\"access\":\"canary").unwrap();
        let warning = store.load().unwrap_err();
        assert!(warning.contains("damaged") && !warning.contains("canary"), "{warning}");
    }

    #[test]
    fn a_refusal_is_remembered_for_exactly_these_credentials() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            |secret| TokenStore::new(&folder.path().join("cache"), "x", &Secret::known(secret)).unwrap();
        assert_eq!(store("wrong").refused(), None);
        store("wrong").remember_refusal(7);
        assert_eq!((store("wrong").refused(), store("right").refused()), (Some(7), None));
        let kept = std::fs::read_to_string(store("wrong").path.with_extension("refused")).unwrap();
        assert!(!kept.contains("wrong"), "{kept}");
        store("wrong").forget_refusal();
        assert_eq!(store("wrong").refused(), None);
    }

    #[test]
    fn ends_are_seen_in_time() {
        let kept = kept();
        assert!(kept.is_good(2769) && !kept.is_good(2770));
        assert!(kept.refresh(87369).is_some() && kept.refresh(87370).is_none());
    }
}
