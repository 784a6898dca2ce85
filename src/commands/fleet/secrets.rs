//! The passwords of a manifest: each reference is looked up once, for however many profiles.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::commands::world::World;
use crate::model::error::{Error, Result};
use crate::model::secret::{Secret, SecretRef};
use crate::model::trunk::Trunk;

/// Looks passwords up.
pub struct Passwords<'w> {
    world: &'w World,
    /// By what the reference is; a `cmd:` may ask somebody.
    known: RefCell<HashMap<String, Result<Secret, Error>>>,
}

impl<'w> Passwords<'w> {
    /// Nothing was looked up yet.
    pub fn new(world: &'w World) -> Self {
        Self { world, known: RefCell::default() }
    }

    /// Looks the trunk's password up. Answers why not, and leaves the reference where it is.
    pub fn fill(&self, trunk: &mut Trunk, place: &str) -> Option<Error> {
        let secret = trunk.password.take_if(|secret| secret.expose().is_none())?;
        let found = self.find(&secret, place);
        let error = found.as_ref().err().map(Error::copy);
        trunk.password = Some(found.unwrap_or(secret));
        error
    }

    fn find(&self, secret: &Secret, place: &str) -> Result<Secret> {
        let look_up = || self.world.secret(secret.clone(), "password", false);
        let found = match secret.origin().and_then(SecretRef::text) {
            None => look_up(),
            Some(name) => match self.known.borrow_mut().entry(name).or_insert_with(look_up) {
                Ok(secret) => Ok(secret.clone()),
                Err(error) => Err(error.copy()),
            },
        };
        found.map_err(|mut error| {
            error.message = format!("{place}: {}", error.message);
            error
        })
    }
}
