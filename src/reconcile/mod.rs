//! A fleet: what a manifest wants on many profiles, held against what there is.
//!
//! `check` refuses what no vendor could hold and `places` what is wanted twice, before anything is sent. `goal` is one
//! object that is wanted. `survey` goes over the profiles: `secrets` looks passwords up, `read` reads what there is,
//! `compare` says what is to be done, as `task`s in a safe `order`. `saved` keeps a plan in a file. `guard` refuses
//! plans that go too far, and `carry` does the rest. `home` says where a profile leads, and `kin` which profiles lead
//! to one place. `sources` are a manifest's files.

pub mod account_identity;
mod actual;
mod batches;
pub mod check;
mod complaints;
pub mod desired;
pub mod diff;
mod duplicates;
pub mod execute;
mod guard;
mod order;
pub mod ownership;
pub mod plan_file;
mod planned;
pub mod planner;
mod results;
mod secrets;
mod shared_accounts;
mod snapshot;
pub mod sources;
mod write;

use std::collections::{HashMap, HashSet};

use crate::config::profiles::{ENVIRONMENT, VENDOR_VARIABLE};
use crate::context::state_key::untrusted;
use crate::context::{Context, journal_folder};
use crate::engine::session::Session;
use crate::input::manifest::{Manifest, Vars, Wanted};
use crate::model::error::{Error, Kind, Result};
use crate::model::partition::Partition;
use crate::model::plan::Prune;
use crate::model::profile::Profile;
use crate::model::text::nearest;
use crate::state::digests::{Applied, FOLDER};
use crate::vendors::Vendor;
pub use actual::identity;
use desired::{Goal, Key};
pub use guard::{Limits, guard};
pub use results::Results;
use shared_accounts::Kin;

/// A manifest as the command line names it, and the part of it that is meant.
pub struct Selection<'a> {
    /// Its files and folders.
    pub files: &'a [String],
    /// `NAME=VALUE`, each a variable.
    pub vars: &'a [String],
    /// Files with the values of variables.
    pub var_files: &'a [String],
    /// Whether the manifest is of people who may not run commands here.
    pub untrusted: bool,
    /// The part of the profiles, for parallel jobs.
    pub partition: Option<Partition>,
    /// What may be deleted.
    pub prune: Option<Prune>,
    /// Whether passwords that cannot be compared are sent again.
    pub rotate_secrets: bool,
}

/// What is wanted on many profiles, and how it is to be held against what there is.
pub struct Fleet<'a> {
    /// The context.
    pub context: &'a Context,
    /// What is wanted.
    pub source: Source<'a>,
    /// The name by which this machine remembers what the manifest created, where it has one.
    pub manifest: Option<String>,
    /// Its files.
    pub files: Vec<String>,
    /// What may be deleted.
    pub prune: Option<Prune>,
    /// Whether passwords that cannot be compared are sent again.
    pub rotate_secrets: bool,
    /// Whether a plan keeps what it was made from.
    pub keeps: bool,
}

/// Where it stands what is wanted.
pub enum Source<'a> {
    /// In a manifest.
    Manifest(HashMap<&'a str, Wanted<'a>>, Vec<String>, Kin),
    /// In a saved plan.
    Saved(Vec<Part>),
}

/// What is wanted on a profile, by a saved plan.
pub struct Part {
    /// The profile.
    pub profile: String,
    /// What is wanted there.
    pub goals: Vec<Goal>,
    /// What other profiles want or prune there.
    pub spared: Vec<Key>,
}

/// Reads a manifest for the profiles that there are.
///
/// # Errors
/// Every mistake in it.
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

/// The profiles that there are. The environment stands for one, and then there need be no file.
fn profiles(context: &Context) -> Result<Vec<String>> {
    let of_environment = !context.options.sandbox && context.env.get(VENDOR_VARIABLE).is_some();
    let mut names: Vec<String> = match context.profile_names(true) {
        Err(_) if of_environment => Vec::new(),
        names => names?.into_iter().flatten().collect(),
    };
    names.extend(of_environment.then(|| ENVIRONMENT.to_owned()));
    Ok(names)
}

impl<'a> Fleet<'a> {
    /// A fleet of nothing.
    pub fn new(context: &'a Context) -> Self {
        let source = Source::Saved(Vec::new());
        Self {
            context,
            source,
            manifest: None,
            files: Vec::new(),
            prune: None,
            rotate_secrets: false,
            keeps: false,
        }
    }

    /// What a manifest wants, of the part and the profiles that were chosen. What no vendor can hold is refused.
    ///
    /// # Errors
    /// That refusal, with file and line.
    pub async fn of(context: &'a Context, manifest: &'a Manifest, selection: &Selection<'_>) -> Result<Self> {
        let wanted = manifest.by_profile();
        if selection.prune == Some(Prune::Created) && manifest.name.is_none() {
            return Err(Error::invalid("--prune: the manifest has no name to remember by what it created")
                .hint("write `name = \"NAME\"` into one of its files; nothing was sent"));
        }
        if selection.prune == Some(Prune::Created) {
            sources::check(context, manifest)?;
        }
        check::check(context, &wanted, selection.prune).await?;
        // A damaged key is refused once, and not for every profile.
        let _ = context.state_key().await?;
        let mut kin = Kin::default();
        let mut order: Vec<String> = wanted.iter().map(|wanted| wanted.profile.to_owned()).collect();
        if selection.prune == Some(Prune::Created) {
            let left;
            (kin, left) = Kin::of(context, manifest, &order).await?;
            order.extend(left);
        }
        let order = choose(context, selection.partition, order)?;
        let wanted = wanted.into_iter().map(|wanted| (wanted.profile, wanted)).collect();
        Ok(Self {
            source: Source::Manifest(wanted, order, kin),
            manifest: manifest.name.clone(),
            files: manifest.files.clone(),
            prune: selection.prune,
            rotate_secrets: selection.rotate_secrets,
            ..Self::new(context)
        })
    }

    /// The profiles, in the order in which they are first named.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        let (named, saved) = match &self.source {
            Source::Manifest(_, order, _) => (order.as_slice(), [].as_slice()),
            Source::Saved(parts) => ([].as_slice(), parts.as_slice()),
        };
        named.iter().chain(saved.iter().map(|part| &part.profile)).map(String::as_str)
    }

    /// What is wanted on a profile.
    ///
    /// # Errors
    /// A list of numbers that cannot be read any more.
    fn goals(&self, profile: &Profile, vendor: &'static dyn Vendor) -> Result<Vec<Goal>> {
        match &self.source {
            Source::Manifest(wanted, ..) => match wanted.get(profile.name.as_str()) {
                Some(wanted) => desired::goals(wanted, vendor, profile),
                None => Ok(Vec::new()),
            },
            Source::Saved(_) => Ok(self.part(profile).map(|part| part.goals.clone()).unwrap_or_default()),
        }
    }

    /// What is not pruned with a profile, of what the manifest created where it leads.
    ///
    /// # Errors
    /// A list of numbers that cannot be read any more.
    fn spared(&self, profile: &Profile, vendor: &'static dyn Vendor, created: &[Key]) -> Result<Vec<Key>> {
        match &self.source {
            Source::Manifest(_, _, kin) => {
                kin.spared(profile, vendor.facts(), created, |other| self.goals(other, vendor))
            }
            Source::Saved(_) => Ok(self.part(profile).map(|part| part.spared.clone()).unwrap_or_default()),
        }
    }

    fn part(&self, profile: &Profile) -> Option<&Part> {
        let Source::Saved(parts) = &self.source else { return None };
        parts.iter().find(|part| part.profile == profile.name)
    }

    /// What this machine applied to the session's account. Where that cannot be remembered, a warning says so.
    ///
    /// # Errors
    /// A key that cannot be looked up or is damaged; a file or folder that another user can change.
    pub async fn memory(&self, session: &Session) -> Result<Option<Applied>> {
        let folder = journal_folder(&self.context.folders()?.state, self.context.options.sandbox);
        let profile = session.profile();
        let opened = match self.context.state_key().await? {
            Ok(key) => Applied::open(&folder, key, &profile.name, &account_identity::of_session(session)),
            Err(why) => {
                Err(std::io::Error::other(format!("{why}; TRUNKCTL_STATE_KEY can give the key instead")))
            }
        };
        let memory = match opened {
            Ok(memory) => memory,
            Err(cause) => {
                if let Some(error) = untrusted(&cause) {
                    return Err(error);
                }
                self.context.diagnostics.warn(&format!(
                    "what is applied is not remembered in `{}`, so what a vendor does not return is sent again: \
                     {cause}",
                    folder.join(FOLDER).display()
                ));
                return Ok(None);
            }
        };
        if memory.is_damaged() {
            self.context.diagnostics.warn(&format!(
                "what was applied to profile `{}` from here cannot be understood and is forgotten",
                profile.name
            ));
        }
        Ok(Some(memory))
    }
}

/// The profiles that were chosen, of those that `what` names; all of them where none was.
///
/// # Errors
/// One that it does not name.
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
            let text = format!("the {what} wants nothing on profile `{stranger}`{meant}");
            Err(Error::config(text)
                .hint(format!("--profile (TRUNKCTL_PROFILE) narrows a {what} to the profiles that it names")))
        }
        None => Ok(Some(chosen)),
    }
}

/// Leaves the profiles that were chosen.
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
