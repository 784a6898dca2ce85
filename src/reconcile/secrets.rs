//! The passwords of a manifest.

use super::Scope;
use crate::config::Env;
use crate::config::profiles::Book;
use crate::config::secrets::{is_quiet, without_secrets};
use crate::model::error::Error;
use crate::model::secret::{Secret, SecretRef};
use crate::model::trunk::Trunk;

/// Resolves passwords.
pub struct Passwords<'s> {
    scope: &'s Scope<'s>,
    /// The environment of their commands, without the secrets of the profiles and of the manifest.
    env: Env,
}

impl<'s> Passwords<'s> {
    /// Nothing is resolved yet.
    pub fn new(scope: &'s Scope<'_>) -> Self {
        // Without a profiles file, the environment defines the profile.
        let book = if scope.context.options.sandbox { None } else { scope.context.book().ok() };
        let of_profiles: Vec<SecretRef> = book.into_iter().flat_map(Book::references).collect();
        let passwords = scope.passwords().into_iter().filter_map(Secret::origin);
        let env = without_secrets(&scope.context.env, passwords.chain(&of_profiles));
        Self { scope, env }
    }

    /// Resolves the trunk's password. Returns why not, and keeps the reference then. A dry run runs no command.
    pub async fn fill(&self, trunk: &mut Trunk, place: &str) -> Option<Error> {
        let Scope { context, .. } = self.scope;
        let unknown = |secret: &mut Secret| secret.expose().is_none();
        let secret = trunk.password.take_if(unknown)?;
        if context.options.dry_run.is_some() && !is_quiet(&secret) {
            trunk.password = Some(secret);
            return None;
        }
        match context.look_up(secret.clone(), &format!("{place}: password"), Some(&self.env)).await {
            Ok(found) => {
                trunk.password = Some(found);
                None
            }
            Err(error) => {
                trunk.password = Some(secret);
                Some(error)
            }
        }
    }
}
