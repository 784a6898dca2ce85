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
        let Some(name) = secret.origin().and_then(SecretRef::text) else {
            return self.world.secret(secret.clone(), &format!("{place}: password"), false);
        };
        if !self.known.borrow().contains_key(&name) {
            let found = self.world.secret(secret.clone(), &format!("{place}: password"), false);
            self.known.borrow_mut().insert(name.clone(), found);
        }
        match self.known.borrow().get(&name) {
            Some(Ok(secret)) => Ok(secret.clone()),
            Some(Err(error)) => Err(error.copy()),
            None => Ok(secret.clone()),
        }
    }
}
