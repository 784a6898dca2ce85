//! The passwords of a manifest.

use super::desired;
use super::desired::Goal;
use super::{Fleet, Source};
use crate::config::Env;
use crate::config::profiles::Book;
use crate::config::secrets::{is_quiet, without_secrets};
use crate::input::manifest::{Entry, What};
use crate::model::error::Error;
use crate::model::secret::{Secret, SecretRef};
use crate::model::trunk::Trunk;

/// Looks passwords up.
pub struct Passwords<'f> {
    fleet: &'f Fleet<'f>,
    /// What their commands get: none of the secrets of the profiles, nor of the manifest.
    env: Env,
}

impl<'f> Passwords<'f> {
    /// Nothing was looked up yet.
    pub fn new(fleet: &'f Fleet<'_>) -> Self {
        let trunks: Vec<&Trunk> = match &fleet.source {
            Source::Manifest(wanted, ..) => {
                let entries = wanted.values().flat_map(|wanted| &wanted.entries);
                let trunk = |entry: &&'f Entry| match &entry.what {
                    What::Trunk(trunk) => Some(&**trunk),
                    _ => None,
                };
                entries.filter_map(trunk).collect()
            }
            Source::Saved(parts) => {
                let trunk = |goal: &'f Goal| match &goal.what {
                    desired::What::Trunk(trunk) => Some(&**trunk),
                    _ => None,
                };
                parts.iter().flat_map(|part| &part.goals).filter_map(trunk).collect()
            }
        };
        // Without a profiles file the environment stands for the profile.
        let book = if fleet.context.options.sandbox { None } else { fleet.context.book().ok() };
        let of_profiles: Vec<SecretRef> = book.into_iter().flat_map(Book::references).collect();
        let passwords =
            trunks.into_iter().filter_map(|trunk| trunk.password.as_ref().and_then(Secret::origin));
        let env = without_secrets(&fleet.context.env, passwords.chain(&of_profiles));
        Self { fleet, env }
    }

    /// Looks the trunk's password up. Answers why not, and leaves the reference where it is. A dry run runs no command.
    pub async fn fill(&self, trunk: &mut Trunk, place: &str) -> Option<Error> {
        let Fleet { context, .. } = self.fleet;
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
