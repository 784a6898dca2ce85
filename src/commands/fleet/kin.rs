//! Profiles that lead to one account or device. They share what is remembered of it, so that one of them alone prunes,
//! and nothing that another wants.

use std::collections::{HashMap, HashSet};

use super::goal::{Goal, Key, account};
use super::home;
use crate::cli::Globals;
use crate::commands::world::{World, journal_folder};
use crate::config::manifest::Manifest;
use crate::engine::applied::Applied;
use crate::model::error::Result;
use crate::model::profile::Profile;
use crate::vendors::Facts;

/// The profiles of a manifest, by where they lead.
#[derive(Default)]
pub struct Kin(HashMap<String, Vec<Profile>>);

impl Kin {
    /// Those of these profiles, in their order.
    ///
    /// # Errors
    /// A profile that is not whole.
    pub async fn of((world, globals): (&World, &Globals), named: &[String]) -> Result<Self> {
        let mut kin = Self::default();
        for name in named {
            let profile = world.profile(globals, Some(name)).await?;
            kin.0.entry(home::of_profile(&profile)).or_default().push(profile);
        }
        Ok(kin)
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
        let Some(all) = self.0.get(&home::of_profile(profile)).filter(|all| all.len() > 1) else {
            return Ok(Vec::new());
        };
        let mut wanted = HashSet::new();
        for other in all.iter().filter(|other| other.name != profile.name) {
            wanted.extend(goals(other)?.iter().map(|goal| home::of_key(other, facts, &goal.key())));
        }
        let pruner = |key: &Key| {
            let own = all.iter().find(|other| account(facts, other, None) == key.account);
            own.or(all.first()).map(|other| other.name.as_str())
        };
        let spared = created.iter().filter(|key| {
            wanted.contains(&home::of_key(profile, facts, key)) || pruner(key) != Some(&profile.name)
        });
        Ok(spared.cloned().collect())
    }
}

/// The profiles on which a manifest created something, and of which it does not speak any more. One that leads where a
/// profile of the manifest leads is not among them: what was created there is pruned with the other's.
///
/// # Errors
/// A profiles file that cannot be read.
pub async fn left(
    (world, globals): (&World, &Globals),
    manifest: &Manifest,
    kin: &Kin,
    named: &[String],
) -> Result<Vec<String>> {
    let mut alone = Vec::new();
    for name in unnamed((world, globals), manifest, named)? {
        // One that is not whole is told of where it is planned.
        let is_shared = match world.profile(globals, Some(&name)).await {
            Ok(profile) => is_shared((world, globals), &profile, kin).await,
            Err(_) => false,
        };
        if !is_shared {
            alone.push(name);
        }
    }
    Ok(alone)
}

/// The profiles that once led to what the manifest created, of those that there are and that it does not name.
fn unnamed(
    (world, globals): (&World, &Globals),
    manifest: &Manifest,
    named: &[String],
) -> Result<Vec<String>> {
    let Ok(folders) = world.folders() else { return Ok(Vec::new()) };
    let folder = journal_folder(&folders.state, globals.sandbox);
    let mut left =
        Applied::profiles(&folder, manifest.name.as_deref().unwrap_or_default()).unwrap_or_else(|warning| {
            world.notices.warn(&warning);
            Vec::new()
        });
    left.retain(|profile| !named.contains(profile));
    let known: HashSet<String> = super::profiles(world, globals)?.into_iter().collect();
    let (left, gone): (Vec<_>, Vec<_>) = left.into_iter().partition(|profile| known.contains(profile));
    for profile in gone {
        world.notices.note(&format!(
            "there is no profile `{profile}` any more; what the manifest created there is pruned only with another \
             profile that leads there"
        ));
    }
    Ok(left)
}

async fn is_shared((world, globals): (&World, &Globals), profile: &Profile, kin: &Kin) -> bool {
    for other in kin.0.values().flatten() {
        let same = match home::same(profile, other) {
            Some(same) => same,
            None => by_secrets((world, globals), profile, other).await,
        };
        if same {
            return true;
        }
    }
    false
}

/// Whether both lead to one account, as their secrets tell. Where one cannot be looked up, nothing is risked.
async fn by_secrets((world, globals): (&World, &Globals), profile: &Profile, other: &Profile) -> bool {
    let one = world.session_of(globals, Some(&profile.name)).await;
    let two = world.session_of(globals, Some(&other.name)).await;
    match (one, two) {
        (Ok(one), Ok(two)) => home::of_session(&one) == home::of_session(&two),
        _ => {
            world.notices.warn(&format!(
                "whether the profiles `{}` and `{}` lead to one account cannot be told; what the manifest created \
                 with the first is not pruned",
                profile.name, other.name
            ));
            true
        }
    }
}
