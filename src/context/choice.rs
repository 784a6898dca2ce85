//! Which profile a command acts on, and through which proxy.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Context;
use crate::config::profiles;
use crate::config::profiles::{COMMON, ENVIRONMENT, VENDOR_VARIABLE, Where};
use crate::config::{Folders, proxy};
use crate::model::error::{Error, Result};
use crate::model::profile::{Profile, Proxy, ProxyChoice};
use crate::sandbox::Running;
use crate::vendors;
use crate::vendors::Vendor;

impl Context {
    /// The profile of that name, or the only profile. Its secrets are not resolved.
    pub async fn profile(&self, name: Option<&str>) -> Result<Profile> {
        let folders = self.folders()?;
        if self.options.sandbox {
            return self.sandbox_profile(name, folders, self.options.deadline).await;
        }
        self.name_ignored_variables();
        let place = self.place(folders, name);
        if let Some(profile) = profiles::of_environment(&place) {
            if name.is_some() && self.book().is_ok_and(|book| book.has(ENVIRONMENT)) {
                return Err(Error::config(format!(
                    "`{ENVIRONMENT}` is both a profile in the profiles file and the profile of {VENDOR_VARIABLE}"
                ))
                .hint(format!("unset {VENDOR_VARIABLE}, or rename the profile in the file")));
            }
            return profile;
        }
        self.book()?.choose(name)
    }

    /// Warns once about variables of the environment's profile that are ignored because it is not defined.
    fn name_ignored_variables(&self) {
        if self.env.get(VENDOR_VARIABLE).is_some() || self.ignored_named.replace(true) {
            return;
        }
        let own = vendors::ALL.iter().flat_map(|vendor| vendor.facts().profile_keys).map(|key| key.name);
        let keys: BTreeSet<&str> = own.chain(COMMON.iter().copied()).collect();
        let variables = keys.into_iter().map(profiles::variable);
        let set: Vec<String> = variables.filter(|variable| self.env.get(variable).is_some()).collect();
        if !set.is_empty() {
            let verb = if set.len() == 1 { "is" } else { "are" };
            self.diagnostics.warn(&format!(
                "{} {verb} ignored, because {VENDOR_VARIABLE} is not set; TRUNKCTL_PROFILE_<NAME>_<KEY> sets a key of a \
                 named profile",
                set.join(", ")
            ));
        }
    }

    /// The profiles file; read only once.
    pub fn book(&self) -> Result<&profiles::Book> {
        if let Some(book) = self.profiles.get() {
            return Ok(book);
        }
        let book = profiles::Book::open(&self.place(self.folders()?, None))?;
        book.warnings().iter().for_each(|warning| self.diagnostics.warn(warning));
        Ok(self.profiles.get_or_init(|| book))
    }

    /// The variables of a profile's own. The sandbox and the environment have none.
    pub fn profile_vars(&self, name: &str) -> Result<BTreeMap<String, String>> {
        match self.options.sandbox || name == ENVIRONMENT {
            true => Ok(BTreeMap::new()),
            false => self.book()?.vars(name),
        }
    }

    /// The profiles of a command that accepts several; without a name, the only profile.
    pub fn profile_names(&self, all: bool) -> Result<Vec<Option<String>>> {
        if !all {
            let Some(list) = self.options.profile.as_deref() else { return Ok(vec![None]) };
            let mut names: Vec<Option<String>> = Vec::new();
            for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                if !names.iter().any(|known| known.as_deref() == Some(name)) {
                    names.push(Some(name.to_owned()));
                }
            }
            if names.is_empty() {
                // Commas alone do not name a profile; an empty list of profiles would look like an empty list
                // of trunks.
                names.push(Some(list.to_owned()));
            }
            return Ok(names);
        }
        if self.options.sandbox {
            return Ok(vendors::names().into_iter().map(|name| Some(name.to_owned())).collect());
        }
        let listed = self.book()?.list();
        if listed.is_empty() {
            return Err(Error::config("the profiles file contains no profiles")
                .hint("create one with `trunkctl profile init NAME`"));
        }
        Ok(listed.into_iter().map(|listed| Some(listed.name)).collect())
    }

    /// Fails if no profile has that name. The profile itself is not checked.
    pub fn find_profile(&self, name: &str) -> Result<()> {
        if self.options.sandbox {
            return sandbox_vendor(name).map(drop);
        }
        if name == ENVIRONMENT && self.env.get(VENDOR_VARIABLE).is_some() {
            return Ok(());
        }
        let book = self.book()?;
        if book.has(name) { Ok(()) } else { book.choose(Some(name)).map(drop) }
    }

    /// The path of the profiles file.
    pub fn place<'a>(&'a self, folders: &'a Folders, name: Option<&'a str>) -> Where<'a> {
        Where { env: &self.env, folders, file: self.options.profiles_file.as_deref(), name }
    }

    async fn sandbox_profile(
        &self,
        name: Option<&str>,
        folders: &Folders,
        patience: Duration,
    ) -> Result<Profile> {
        let Some(name) = name else {
            return Err(Error::config("the sandbox has several profiles")
                .hint(format!("choose one with --profile: {}", vendors::names().join(", "))));
        };
        let vendor = sandbox_vendor(name)?;
        let address = self.sandbox.borrow().as_ref().map(Running::address);
        let base = match address {
            Some(address) => address,
            None => {
                let running = crate::sandbox::start_private(&folders.state, patience).await?;
                let address = running.address();
                *self.sandbox.borrow_mut() = Some(running);
                address
            }
        };
        let folder = folders.state.to_string_lossy();
        profiles::sandbox(name, vendor.facts().sandbox, &base, &folder)
    }

    /// The proxy of a profile's requests; its credentials are masked in all texts.
    pub(super) fn proxy(&self, profile: &Profile) -> Result<Option<Proxy>> {
        let proxy = match &profile.proxy {
            ProxyChoice::Own(proxy) => Some(proxy.clone()),
            ProxyChoice::Environment if profiles::is_distant(profile) => proxy::of_environment(&self.env)?,
            ProxyChoice::Environment | ProxyChoice::Direct => None,
        };
        for (user, secret) in proxy.iter().flat_map(proxy::credentials) {
            self.redactor.learn(&secret);
            self.redactor.learn_basic(&user, &secret);
        }
        Ok(proxy)
    }
}

/// The vendor of a sandbox profile.
fn sandbox_vendor(name: &str) -> Result<&'static dyn Vendor> {
    vendors::by_name(name).map_err(|_| {
        Error::config(format!("profile `{name}` is not in the sandbox"))
            .hint(format!("with --sandbox, use one of {}", vendors::names().join(", ")))
    })
}
