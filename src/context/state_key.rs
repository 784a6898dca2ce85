//! The state folder, and the key of digests and saved plans.

use std::io::{self, ErrorKind};

use super::Context;
use crate::config::Folders;
use crate::model::error::{Error, Result};
use crate::model::secret::{Secret, SecretRef};
use crate::state::key::Key;
use crate::state::storage::{Untrusted, folder_of, trusted};

/// The variable with the key or a reference to it.
const VARIABLE: &str = "TRUNKCTL_STATE_KEY";

/// A shorter key could be guessed.
const SHORTEST: usize = 16;

/// The default file of the key. It is next to the profiles file and not in the state folder, so that a copy of the
/// digests alone is useless. The sandbox uses the same key, because its passwords may be real.
const FILE: &str = "state.key";

/// The key, or why there is none; without it, no digests are stored.
pub type StateKey = std::result::Result<Key, String>;

/// The error of a file or folder that another user can change; none for other errors of the file system.
pub fn untrusted(cause: &io::Error) -> Option<Error> {
    Untrusted::of(cause).map(|found| Error::config(found.why.clone()).hint(found.remedy.clone()))
}

impl Context {
    /// The platform's folders; found and checked once.
    pub fn folders(&self) -> Result<&Folders> {
        if let Some(folders) = self.folders.get() {
            return Ok(folders);
        }
        let folders = Folders::find(&self.env)?;
        let fault = trusted(&folders.state).err();
        let Some(found) = fault.as_ref().and_then(Untrusted::of) else {
            return Ok(self.folders.get_or_init(|| folders));
        };
        let hint = format!("{}, or set TRUNKCTL_STATE_DIR to a folder of your own", found.remedy);
        Err(Error::config(format!("the state folder cannot be used: {}", found.why)).hint(hint))
    }

    /// The key of digests and saved plans; resolved once.
    pub async fn state_key(&self) -> Result<StateKey> {
        if let Some(known) = self.state_key.get() {
            return Ok(known.clone());
        }
        let key = match self.env.get(VARIABLE) {
            Some(text) => Ok(self.given_key(text).await?),
            None => self.key_file()?,
        };
        Ok(self.state_key.get_or_init(|| key).clone())
    }

    /// The key, for operations that require one: saving a plan, and applying a saved plan.
    pub async fn plan_key(&self) -> Result<Key> {
        self.state_key().await?.map_err(|why| {
            Error::config(format!("cannot sign the saved plan with the state key: {why}"))
                .hint(format!("set {VARIABLE} to a secret reference, for example env:NAME or file:PATH"))
        })
    }

    async fn given_key(&self, text: &str) -> Result<Key> {
        let reference = SecretRef::parse(text).map_err(|why| Error::config(format!("{VARIABLE} {why}")))?;
        let secret = Secret::reference(reference);
        if secret.origin() == Some(&SecretRef::Stdin) {
            return Err(Error::config(format!("{VARIABLE}: `-` is allowed only on the command line"))
                .hint("write env:NAME, file:PATH or cmd:COMMAND"));
        }
        let secret = self.look_up(secret, VARIABLE, None).await?;
        if secret.expose().unwrap_or_default().len() < SHORTEST {
            return Err(Error::config(format!("{VARIABLE} is shorter than {SHORTEST} characters"))
                .hint("create one with `openssl rand -hex 32`"));
        }
        Key::new(secret.expose().unwrap_or_default())
            .map_err(|cause| Error::config(format!("{VARIABLE} cannot be used: {cause}")))
    }

    fn key_file(&self) -> Result<StateKey> {
        let folders = self.folders()?;
        // A profiles file on standard input has no folder.
        let chosen = self.options.profiles_file.as_deref().filter(|path| *path != "-");
        let folder = match chosen {
            Some(path) => folder_of(path.as_ref()),
            None if folders.config.as_os_str().is_empty() => {
                return Ok(Err(format!("there is no home folder for the key file `{FILE}`")));
            }
            None => &folders.config,
        };
        let path = folder.join(FILE);
        let cause = match Key::of(&path) {
            Ok(key) => return Ok(Ok(key)),
            Err(cause) => cause,
        };
        if cause.kind() == ErrorKind::InvalidData {
            return Err(Error::config(cause.to_string()).hint(
                "restore it from a backup, or delete it. With a new key, plans that were saved before are \
                 refused, and values that the vendor does not return are sent once more",
            ));
        }
        match untrusted(&cause) {
            Some(error) => Err(error),
            None => Ok(Err(format!("the key file `{}` cannot be read or created: {cause}", path.display()))),
        }
    }
}
