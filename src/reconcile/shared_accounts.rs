//! Profiles that belong to one account or device. They share what is remembered of it, so that only one of them
//! prunes, and never what another wants.

use std::collections::{HashMap, HashSet};

use super::account_identity;
use super::desired::{Goal, Key, account};
use crate::context::{Context, journal_folder};
use crate::engine::tokens::digest;
use crate::input::manifest::Manifest;
use crate::model::error::Result;
use crate::model::profile::Profile;
use crate::state::digests::Applied;
use crate::vendors::Facts;

/// Profiles grouped by account.
#[derive(Default)]
pub struct Kin {
    groups: Vec<Vec<Profile>>,
    /// The group of each profile.
    of: HashMap<String, usize>,
}

impl Kin {
    /// Those of a manifest, in its order, and those on which it created something and of which it does not speak any
    /// more. Answers also which of the latter lead nowhere that a profile of the manifest leads: what was created with
    /// the others is pruned with that one.
    ///
    /// # Errors
    /// A profiles file that cannot be read, a profile of the manifest that is not whole.
    pub async fn of(context: &Context, manifest: &Manifest, named: &[String]) -> Result<(Self, Vec<String>)> {
        let (mut told, mut untold) = (Vec::new(), Vec::new());
        let mut sort = |profile: Profile| match profile.home.clone() {
            Some(home) => told.push((home, profile)),
            None => untold.push(profile),
        };
        for name in named {
            sort(context.profile(Some(name)).await?);
        }
        let (mut left, mut broken) = (Vec::new(), Vec::new());
        for name in unnamed(context, manifest, named)? {
            match context.profile(Some(&name)).await {
                Ok(profile) => {
                    sort(profile);
                    left.push(name);
                }
                // Reported where it is planned.
                Err(_) => broken.push(name),
            }
        }
        told.extend(by_secrets(context, untold).await);
        let mut kin = Self::default();
        let mut homes = HashMap::new();
        for (home, profile) in told {
            let group = *homes.entry(home).or_insert(kin.groups.len());
            kin.of.insert(profile.name.clone(), group);
            match kin.groups.get_mut(group) {
                Some(group) => group.push(profile),
                None => kin.groups.push(vec![profile]),
            }
        }
        // Those that the manifest names come first.
        let is_named = |profile: &Profile| !left.contains(&profile.name);
        for group in kin.groups.iter_mut().filter(|group| group.first().is_some_and(is_named)) {
            group.retain(is_named);
        }
        left.retain(|name| kin.group(name).iter().any(|profile| profile.name == *name));
        left.extend(broken);
        Ok((kin, left))
    }

    fn group(&self, profile: &str) -> &[Profile] {
        let group = self.of.get(profile).and_then(|group| self.groups.get(*group));
        group.map(Vec::as_slice).unwrap_or_default()
    }

    /// What is not pruned with this profile, of what a manifest created where it leads: what another one wants, and what
    /// another one prunes.
    ///
    /// # Errors
    /// Goals that cannot be read any more.
    pub fn spared(
        &self,
        profile: &Profile,
        facts: &Facts,
        created: &[Key],
        goals: impl Fn(&Profile) -> Result<Vec<Goal>>,
    ) -> Result<Vec<Key>> {
        let all = self.group(&profile.name);
        if all.len() < 2 {
            return Ok(Vec::new());
        }
        let mut wanted = HashSet::new();
        for other in all.iter().filter(|other| other.name != profile.name) {
            wanted
                .extend(goals(other)?.iter().map(|goal| account_identity::of_key(other, facts, &goal.key())));
        }
        let pruner = |key: &Key| {
            let own = all.iter().find(|other| account(facts, other, None) == key.account);
            own.or(all.first()).map(|other| other.name.as_str())
        };
        let spared = created.iter().filter(|key| {
            wanted.contains(&account_identity::of_key(profile, facts, key))
                || pruner(key) != Some(&profile.name)
        });
        Ok(spared.cloned().collect())
    }
}

/// The profiles that once led to what the manifest created, of those that there are and that it does not name.
fn unnamed(context: &Context, manifest: &Manifest, named: &[String]) -> Result<Vec<String>> {
    let folder = journal_folder(&context.folders()?.state, context.options.sandbox);
    let mut left =
        Applied::profiles(&folder, manifest.name.as_deref().unwrap_or_default()).unwrap_or_else(|warning| {
            context.diagnostics.warn(&warning);
            Vec::new()
        });
    if left.is_empty() {
        context.diagnostics.note(&format!(
            "--prune: nothing is remembered here that the manifest `{}` created",
            manifest.name.as_deref().unwrap_or_default()
        ));
    }
    left.retain(|profile| !named.contains(profile));
    let known: HashSet<String> = super::profiles(context)?.into_iter().collect();
    let (left, gone): (Vec<_>, Vec<_>) = left.into_iter().partition(|profile| known.contains(profile));
    for profile in gone {
        context.diagnostics.note(&format!(
            "there is no profile `{profile}` any more; what the manifest created there is pruned only with another \
             profile that leads there"
        ));
    }
    Ok(left)
}

/// The accounts of profiles that only their secrets tell apart. Where a secret cannot be looked up, all of the vendor's
/// profiles count as one account.
async fn by_secrets(context: &Context, profiles: Vec<Profile>) -> Vec<(String, Profile)> {
    let mut homes = HashMap::new();
    for profile in profiles.iter().filter(|_| profiles.len() > 1) {
        match context.session_of(Some(&profile.name)).await {
            Ok(session) => {
                homes.insert(profile.name.clone(), digest(&account_identity::of_session(&session)));
            }
            Err(_) => context.diagnostics.warn(&format!(
                "where profile `{}` leads cannot be told without its secrets; what the manifest created with others \
                 of {} may stay",
                profile.name, profile.vendor
            )),
        }
    }
    let is_told =
        |vendor: &str| profiles.iter().all(|one| one.vendor != vendor || homes.contains_key(&one.name));
    let home = |profile: &Profile| match homes.get(&profile.name).filter(|_| is_told(&profile.vendor)) {
        Some(home) => home.clone(),
        None => profile.vendor.clone(),
    };
    let homes: Vec<String> = profiles.iter().map(home).collect();
    homes.into_iter().zip(profiles).collect()
}
