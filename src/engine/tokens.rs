//! The token cache: one file per account, readable only by its owner, replaced atomically.

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::model::secret::Secret;
use crate::state::key::{Key, hex};
use crate::state::storage::{lock_file, own_folder, read_own, write_cached, write_private};
use crate::vendors::call::Token;

/// A token is not used in its last seconds, because the request may take longer.
const MARGIN: u64 = 30;

/// The folder of all token caches, with the key of their owners' digests.
#[derive(Debug)]
pub struct TokenFolder {
    tokens: PathBuf,
    key: Key,
}

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
struct TokenFile {
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

/// The lock of the process that is about to log in. Its file becomes that of the token, which takes one new file for
/// each account instead of two.
pub struct Turn(Option<File>);

impl TokenFolder {
    /// The token caches in the cache folder. The key is in the cache, next to the tokens, which are more valuable; a
    /// log-in does not need the state key. Without a key, or if another user can change the folder, no tokens are
    /// cached: the error is the text of a warning.
    pub fn open(folder: &Path) -> Result<Self, String> {
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
        Ok(Self { tokens, key })
    }

    /// The cache of an account. A digest of the account and its secret identifies the owner.
    pub fn store(&self, identity: &str, credential: &Secret) -> TokenStore {
        let name = hex(identity.as_bytes());
        let owner = self.key.digest(&["token", identity, credential.expose().unwrap_or_default()]);
        TokenStore { path: self.tokens.join(format!("{}.json", &name[..24])), owner }
    }
}

impl TokenStore {
    /// Waits until no other process logs in to this account. Without file locks, or after too long a wait, it
    /// continues anyway: an extra log-in is better than none.
    pub async fn turn(&self, patience: Duration) -> Turn {
        let begun = Instant::now();
        loop {
            let Ok(file) = lock_file(&self.lock()) else { return Turn(None) };
            match file.try_lock() {
                Ok(()) if is_at(&file, &self.lock()) => return Turn(Some(file)),
                // It has become the file of another process's token meanwhile.
                Ok(()) => {}
                // Another session of this process may have the lock, so the thread must not block.
                Err(TryLockError::WouldBlock) if begun.elapsed() < patience => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Err(_) => return Turn(None),
            }
        }
    }

    fn lock(&self) -> PathBuf {
        self.path.with_extension("lock")
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

    /// The cached token; none if there is none for this account. A cache that cannot be read is never a failure: the
    /// error is the text of a warning.
    pub fn load(&self) -> Result<Option<Kept>, String> {
        let bytes = match read_own(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.say("cannot be read", &error)),
        };
        let file: TokenFile = serde_json::from_slice(&bytes).map_err(|error| {
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

    /// Saves a token, in one step: a reader sees the old or the new one. The error is the text of a warning.
    pub fn save(&self, kept: &Kept, turn: Option<Turn>) -> Result<(), String> {
        let file = TokenFile {
            owner: self.owner.clone(),
            access: kept.access.expose().unwrap_or_default().to_owned(),
            until: kept.until,
            refresh: kept.refresh.as_ref().and_then(|(secret, _)| secret.expose().map(str::to_owned)),
            refresh_until: kept.refresh.as_ref().map(|(_, until)| *until),
        };
        let bytes = serde_json::to_vec(&file).map_err(|error| self.say("cannot be written", &error))?;
        let written = match turn {
            Some(Turn(Some(file))) if is_private(&file) && is_at(&file, &self.lock()) => {
                self.rename(file, &bytes)
            }
            _ => write_cached(&self.path, &bytes),
        };
        written.map_err(|error| self.say("cannot be written", &error))
    }

    fn rename(&self, mut lock: File, bytes: &[u8]) -> io::Result<()> {
        // A process that ended before its rename may have left something in it.
        lock.set_len(0)?;
        lock.write_all(bytes)?;
        std::fs::rename(self.lock(), &self.path)
    }

    /// Deletes the cached token. Returns whether there was one.
    pub fn forget(&self) -> bool {
        // A process that was killed may have left it in its lock.
        let _ = std::fs::remove_file(self.lock());
        std::fs::remove_file(&self.path).is_ok()
    }

    fn say(&self, what: &str, why: &dyn std::fmt::Display) -> String {
        format!("the token cache `{}` {what}: {why}", self.path.display())
    }
}

/// Whether the open file is still the one of that path.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let id = |data: std::fs::Metadata| (data.dev(), data.ino());
        let (own, there) = (file.metadata().map(id), std::fs::symlink_metadata(path).map(id));
        own.ok().is_some_and(|own| there.is_ok_and(|there| own == there))
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}

/// Whether only its owner can read the file, and a rename replaces another one while it is open.
fn is_private(file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        file.metadata().is_ok_and(|data| data.mode() & 0o077 == 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
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
        let store = |identity, secret| {
            TokenFolder::open(&folder.path().join("cache")).unwrap().store(identity, &Secret::known(secret))
        };
        let own = store("yeastar|a", "s");
        assert!(own.load().unwrap().is_none());
        own.save(&kept(), None).unwrap();
        let back = own.load().unwrap().unwrap();
        assert_eq!((back.access.expose(), back.until), (Some("t1"), 2800));
        assert!(store("yeastar|a", "other").load().unwrap().is_none());
        assert!(store("yeastar|b", "s").load().unwrap().is_none());
        std::fs::write(own.lock(), "t1").unwrap();
        assert!(own.forget() && !own.forget() && !own.lock().exists());
        assert!(own.load().unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_private_and_damage_is_reported_without_quoting_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let store = TokenFolder::open(&folder.path().join("cache")).unwrap().store("x", &Secret::known("s"));
        store.save(&kept(), None).unwrap();
        assert_eq!(std::fs::metadata(&store.path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&store.path, "{\"access\":\"canary").unwrap();
        let warning = store.load().unwrap_err();
        assert!(warning.contains("damaged") && !warning.contains("canary"), "{warning}");
    }

    #[test]
    fn a_refusal_is_remembered_for_exactly_these_credentials() {
        let folder = tempfile::tempdir().unwrap();
        let store = |secret| {
            TokenFolder::open(&folder.path().join("cache")).unwrap().store("x", &Secret::known(secret))
        };
        assert_eq!(store("wrong").refused(), None);
        store("wrong").remember_refusal(7);
        assert_eq!((store("wrong").refused(), store("right").refused()), (Some(7), None));
        let kept = std::fs::read_to_string(store("wrong").path.with_extension("refused")).unwrap();
        assert!(!kept.contains("wrong"), "{kept}");
        store("wrong").forget_refusal();
        assert_eq!(store("wrong").refused(), None);
    }

    /// The one that waited gets a lock of its own, and not that of the file which is the token now.
    #[cfg(unix)]
    #[test]
    fn one_process_at_a_time_logs_in_and_its_lock_becomes_the_token() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let store = TokenFolder::open(&folder.path().join("cache")).unwrap().store("x", &Secret::known("s"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let soon = Duration::from_millis(1);
            let first = store.turn(soon).await;
            assert!(first.0.is_some());
            std::fs::write(store.lock(), "x".repeat(1000)).unwrap();
            assert!(store.turn(Duration::ZERO).await.0.is_none());
            let mut waiting = Box::pin(store.turn(Duration::from_secs(60)));
            assert!(futures_util::poll!(waiting.as_mut()).is_pending());
            store.save(&kept(), Some(first)).unwrap();
            assert!(!store.lock().exists());
            let second = waiting.await;
            assert!(second.0.is_some() && store.lock().exists());
            assert!(store.turn(Duration::ZERO).await.0.is_none());
            store.save(&Kept { until: 9, ..kept() }, Some(second)).unwrap();
            assert_eq!(store.load().unwrap().unwrap().until, 9);
            // A lock that others can read does not become the token, and neither does another process's lock.
            let odd = store.turn(soon).await;
            std::fs::set_permissions(store.lock(), std::fs::Permissions::from_mode(0o644)).unwrap();
            store.save(&Kept { until: 10, ..kept() }, Some(odd)).unwrap();
            std::fs::remove_file(store.lock()).unwrap();
            let deleted = store.turn(soon).await;
            std::fs::remove_file(store.lock()).unwrap();
            let other = store.turn(soon).await;
            store.save(&Kept { until: 11, ..kept() }, Some(deleted)).unwrap();
            assert!(other.0.is_some() && store.lock().exists());
        });
        assert_eq!(store.load().unwrap().unwrap().until, 11);
        assert_eq!(std::fs::metadata(&store.path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn tokens_near_expiry_are_detected() {
        let kept = kept();
        assert!(kept.is_good(2769) && !kept.is_good(2770));
        assert!(kept.refresh(87369).is_some() && kept.refresh(87370).is_none());
    }
}
