//! Resolves secret references: each once, within the deadline, and without running `cmd:` in a dry run.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

use tokio::sync::OnceCell;

use super::{Context, Reply, Typing};
use crate::config::Env;
use crate::config::secrets;
use crate::config::secrets::Lookup;
use crate::model::error::{Error, Kind, Result};
use crate::model::profile::{KeyNeed, Profile};
use crate::model::secret::{Secret, SecretRef};
use crate::vendors::Vendor;

/// The resolved references. A command may prompt, so it is not run again for another profile.
#[derive(Default)]
pub struct Found(RefCell<HashMap<Name, Rc<OnceCell<Result<Secret>>>>>);

/// A reference, the folder that must contain its file, and whether it is in a manifest.
type Name = (String, Option<PathBuf>, bool);

impl Context {
    /// Resolves a secret of the command line or of a file. A dry run resolves only references without side effects,
    /// because it does not send the secrets of the input.
    pub async fn secret(&self, secret: Secret, purpose: &str) -> Result<Secret> {
        let dry_run = self.options.dry_run.is_some();
        if dry_run && !secrets::is_quiet(&secret) {
            return Ok(secret);
        }
        match self.look_up(secret.clone(), purpose, None).await {
            Err(error) if dry_run && error.kind != Kind::Interrupted => Ok(secret),
            found => found,
        }
    }

    /// Resolves a secret. The commands of a manifest run with a reduced environment.
    pub async fn look_up(&self, secret: Secret, purpose: &str, of_manifest: Option<&Env>) -> Result<Secret> {
        let name = secret.origin().and_then(SecretRef::text);
        let find = || self.find(secret.clone(), purpose, of_manifest);
        let found = match name {
            None => find().await,
            Some(text) => {
                let name = (text, secret.below().map(Into::into), of_manifest.is_some());
                let cell = Rc::clone(self.found.0.borrow_mut().entry(name).or_default());
                match cell.get_or_init(find).await {
                    Ok(secret) => Ok(secret.clone()),
                    Err(error) => Err(error.clone()),
                }
            }
        };
        let mut secret = found;
        if let Err(error) = &mut secret {
            error.message = format!("{purpose}: {}", error.message);
        }
        secret
    }

    async fn find(&self, secret: Secret, purpose: &str, of_manifest: Option<&Env>) -> Result<Secret> {
        let stdin = secret.origin() == Some(&SecretRef::Stdin);
        let typed = match stdin {
            true => self.ask_for(&format!("{purpose}:"), Typing::HiddenAnywhere).await,
            false => Reply::NoTerminal,
        };
        let secret = match typed {
            Reply::Text(text) => secrets::check(secret, text)?,
            Reply::Ended => secrets::check(secret, String::new())?,
            Reply::NoTerminal => {
                let deadline = self.deadline();
                let lookup = Lookup { env: &self.env, of_commands: of_manifest, deadline };
                tokio::select! {
                    biased;
                    () = self.cancellation.asked() => {
                        return Err(Error::new(Kind::Interrupted, "interrupted before the secret was read"));
                    }
                    found = secrets::resolve(secret, &lookup) => found?,
                }
            }
        };
        self.redactor.learn(&secret);
        Ok(secret)
    }

    /// Resolves the secrets of a profile. A dry run may or may not need them for a read.
    pub(super) async fn look_up_secrets(&self, vendor: &dyn Vendor, profile: &mut Profile) -> Result<()> {
        let has_token = profile.secrets.contains_key("access_token");
        for key in vendor.facts().profile_keys.iter().filter(|key| key.secret) {
            // With a token, there is no log-in, and the other secrets are not needed.
            if has_token && key.need == KeyNeed::ToLogIn {
                continue;
            }
            if let Some(secret) = profile.secrets.get(key.name).cloned() {
                let purpose = format!("profile `{}`: {}", profile.name, key.name);
                let secret = self.secret(secret, &purpose).await?;
                profile.secrets.insert(key.name.to_owned(), secret);
            }
        }
        Ok(())
    }
}
