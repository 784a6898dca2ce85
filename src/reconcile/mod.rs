//! Manifests: what should exist on many profiles, compared with what exists, and the changes that make them equal.
//!
//! The flow is one-way. `check` refuses what no vendor can have, before anything is sent. For each profile, `planner`
//! derives the desired objects (`desired`), resolves their passwords, reads the actual ones (`actual`) and compares the
//! two (`diff`), which gives [`crate::model::plan::PlannedChange`]s in a safe `order`. `guard` says what
//! apply refuses. `execute` makes the changes; `plan_file` keeps them in a file in between.
//!
//! What a manifest owns is declared in it (`[[owns]]`). Only digests of values that no vendor returns are remembered
//! between runs (`remembered`), and losing them costs one more write of these values.

pub mod account;
mod actual;
mod batches;
pub mod check;
pub mod desired;
pub mod diff;
pub mod execute;
mod guard;
mod order;
pub mod plan_file;
pub mod planner;
pub mod remembered;
mod results;
mod write;

use std::collections::{HashMap, HashSet};

use crate::config::profiles::{ENVIRONMENT, VENDOR_VARIABLE};
use crate::context::Context;
use crate::input::manifest::{Manifest, Owns, ProfileVars, Vars, Wanted};
use crate::model::error::{Error, Kind, Result};
use crate::model::partition::Partition;
use crate::model::plan::{Desired, Key, Owned};
use crate::model::profile::Profile;
use crate::model::text::nearest;
use crate::vendors::Vendor;
pub use guard::{Limits, guard, refuse_missing};
pub use results::Results;

/// A manifest as the command line names it, and the selected part of it.
pub struct Selection<'a> {
    /// Its files and folders.
    pub files: &'a [String],
    /// `NAME=VALUE`, each a variable.
    pub vars: &'a [String],
    /// Files with the values of variables.
    pub var_files: &'a [String],
    /// Whether the authors of the manifest may not run commands here.
    pub untrusted: bool,
    /// The part of the profiles, for parallel jobs.
    pub partition: Option<Partition>,
    /// Whether objects that are owned and not wanted are deleted.
    pub prune: bool,
    /// Whether passwords that cannot be compared are sent again.
    pub rotate_secrets: bool,
}

/// What is desired on which profiles, and how it is compared.
pub struct Scope<'a> {
    pub context: &'a Context,
    /// Where the desired objects are described.
    pub source: Source<'a>,
    /// Whether objects that are owned and not wanted are deleted.
    pub prune: bool,
    /// Whether passwords that cannot be compared are sent again.
    pub rotate_secrets: bool,
    /// Whether the plan keeps the desired objects, because it is saved.
    pub keeps: bool,
}

/// Where the desired objects are described.
pub enum Source<'a> {
    /// In a manifest.
    Manifest(Described<'a>),
    /// In a saved plan, or in a command.
    Given(Vec<ProfileScope>),
}

/// What a manifest describes.
pub struct Described<'a> {
    /// The selected profiles.
    profiles: Vec<String>,
    wanted: HashMap<&'a str, Wanted<'a>>,
    owns: &'a [Owns],
    /// The other profiles of the manifest that belong to the same account.
    siblings: HashMap<String, Vec<Profile>>,
}

/// What is desired on one profile.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct ProfileScope {
    pub profile: String,
    /// The desired objects.
    pub desired: Vec<Desired>,
    /// What the manifest owns there.
    pub owned: Vec<Owned>,
    /// What other profiles of the same account want; it is never deleted.
    pub spared: Vec<Key>,
}

/// Reads a manifest for the existing profiles.
pub fn open(context: &Context, selection: &Selection<'_>) -> Result<Manifest> {
    if selection.files.is_empty() {
        return Err(Error::new(Kind::Usage, "no manifest was given")
            .hint("give one with -f, as in -f trunks.toml; `trunkctl export` writes one of what exists"));
    }
    let vars = Vars::new(context.env.all(), selection.vars, selection.var_files)?;
    let manifest = Manifest::open(selection.files, &vars, &profiles(context)?, selection.untrusted)?;
    vars.unused().iter().for_each(|warning| context.diagnostics.warn(warning));
    Ok(manifest)
}

/// The existing profiles and their variables. The environment can define one, and then there need be no file.
fn profiles(context: &Context) -> Result<Vec<ProfileVars>> {
    let of_environment = !context.options.sandbox && context.env.get(VENDOR_VARIABLE).is_some();
    let mut names: Vec<String> = match context.profile_names(true) {
        Err(_) if of_environment => Vec::new(),
        names => names?.into_iter().flatten().collect(),
    };
    names.extend(of_environment.then(|| ENVIRONMENT.to_owned()));
    let with_vars = |name: String| Ok(ProfileVars { vars: context.profile_vars(&name)?, name });
    names.into_iter().map(with_vars).collect()
}

impl<'a> Scope<'a> {
    /// Objects that are not described by a manifest of this run.
    pub fn given(context: &'a Context, profiles: Vec<ProfileScope>) -> Self {
        Self { context, source: Source::Given(profiles), prune: false, rotate_secrets: false, keeps: false }
    }

    /// What a manifest describes, on the selected profiles. What no vendor can have is refused.
    pub async fn of(context: &'a Context, manifest: &'a Manifest, selection: &Selection<'_>) -> Result<Self> {
        if selection.prune && manifest.owns.is_empty() {
            return Err(Error::invalid("--prune: the manifest owns nothing, so nothing can be deleted").hint(
                "declare what belongs to it, for example [[owns]] with profile = \"NAME\" and trunks = [\"lab-*\"]",
            ));
        }
        let wanted = manifest.by_profile();
        let siblings = check::check(context, manifest, &wanted).await?;
        // A damaged key is refused once, and not for every profile.
        let _ = context.state_key().await?;
        let order: Vec<String> = wanted.iter().map(|wanted| wanted.profile.to_owned()).collect();
        let described = Described {
            profiles: choose(context, selection.partition, order)?,
            wanted: wanted.into_iter().map(|wanted| (wanted.profile, wanted)).collect(),
            owns: &manifest.owns,
            siblings,
        };
        Ok(Self {
            source: Source::Manifest(described),
            prune: selection.prune,
            rotate_secrets: selection.rotate_secrets,
            ..Self::given(context, Vec::new())
        })
    }

    /// The profiles, in the order in which they are first named.
    pub fn profiles(&self) -> Vec<&str> {
        match &self.source {
            Source::Manifest(described) => described.profiles.iter().map(String::as_str).collect(),
            Source::Given(profiles) => profiles.iter().map(|scope| scope.profile.as_str()).collect(),
        }
    }

    /// What is desired on a profile.
    fn on(&self, profile: &Profile, vendor: &'static dyn Vendor) -> Result<ProfileScope> {
        let described = match &self.source {
            Source::Manifest(described) => described,
            Source::Given(profiles) => {
                let scope = profiles.iter().find(|scope| scope.profile == profile.name);
                return Ok(scope.cloned().unwrap_or_default());
            }
        };
        let mut scope = ProfileScope {
            profile: profile.name.clone(),
            desired: described.desired(profile, vendor)?,
            owned: described.owned(profile, vendor),
            spared: Vec::new(),
        };
        for other in described.siblings.get(&profile.name).into_iter().flatten() {
            let desired = described.desired(other, vendor)?;
            scope
                .spared
                .extend(desired.iter().map(|desired| account::of_key(other, vendor.facts(), &desired.key())));
        }
        Ok(scope)
    }

    /// The passwords that are described.
    fn passwords(&self) -> Vec<&crate::model::secret::Secret> {
        use crate::input::manifest::What;
        match &self.source {
            Source::Manifest(described) => {
                let entries = described.wanted.values().flat_map(|wanted| &wanted.entries);
                let trunks = entries.filter_map(|entry| match &entry.what {
                    What::Trunk(trunk) => Some(trunk),
                    _ => None,
                });
                trunks.filter_map(|trunk| trunk.password.as_ref()).collect()
            }
            Source::Given(profiles) => {
                let desired = profiles.iter().flat_map(|scope| &scope.desired);
                desired.filter_map(|desired| desired.trunk()?.password.as_ref()).collect()
            }
        }
    }
}

impl Described<'_> {
    fn desired(&self, profile: &Profile, vendor: &'static dyn Vendor) -> Result<Vec<Desired>> {
        match self.wanted.get(profile.name.as_str()) {
            Some(wanted) => desired::of(wanted, vendor, profile),
            None => Ok(Vec::new()),
        }
    }

    /// What the manifest owns on a profile.
    fn owned(&self, profile: &Profile, vendor: &'static dyn Vendor) -> Vec<Owned> {
        let own = self.owns.iter().filter(|owns| owns.profiles.contains(&profile.name));
        let own = own.flat_map(|owns| &owns.owned);
        own.map(|owned| Owned {
            account: desired::account(vendor.facts(), profile, owned.account.as_deref()),
            ..owned.clone()
        })
        .collect()
    }
}

/// The selected profiles among those that `what` names; none if no profile was selected.
fn chosen<'n>(
    context: &Context,
    what: &str,
    named: impl Iterator<Item = &'n str>,
) -> Result<Option<Vec<String>>> {
    if context.options.profile.is_none() {
        return Ok(None);
    }
    let chosen: Vec<String> = context.profile_names(false)?.into_iter().flatten().collect();
    let named: HashSet<&str> = named.collect();
    match chosen.iter().find(|name| !named.contains(name.as_str())) {
        Some(stranger) => {
            let meant = nearest(stranger, named.iter().copied());
            let meant = meant.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            let text = format!("the {what} has no entries for profile `{stranger}`{meant}");
            Err(Error::config(text)
                .hint(format!("--profile (TRUNKCTL_PROFILE) narrows a {what} to the profiles that it names")))
        }
        None => Ok(Some(chosen)),
    }
}

/// Leaves the selected profiles.
fn choose(context: &Context, partition: Option<Partition>, mut profiles: Vec<String>) -> Result<Vec<String>> {
    let all = profiles.len();
    if let Some(names) = chosen(context, "manifest", profiles.iter().map(String::as_str))? {
        profiles.retain(|profile| names.contains(profile));
    }
    if let Some(partition) = partition {
        profiles.retain(|profile| partition.has(profile));
    }
    if profiles.len() < all {
        context
            .diagnostics
            .note(&format!("this is about {} of the manifest's {all} profiles", profiles.len()));
    }
    Ok(profiles)
}
