//! Plans every profile: reads what there is, several at a time, and compares.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};

use super::actual::Existing;
use super::desired::{Goal, Key, What};
use super::diff::{Compared, Ready, Scene, compare};
use super::planned::{Task, Write};
use super::secrets::Passwords;
use super::snapshot::{Snapshot, snapshots};
use super::{Fleet, account_identity};
use crate::engine::session::Session;
use crate::engine::tokens::digest;
use crate::model::error::{Error, Kind, Result};
use crate::model::plan::Prune;
use crate::model::plan::{Part, Plan};
use crate::ops::references::{Found, resolve_with};
use crate::state::digests::Applied;
use crate::state::key;

/// What is to be done on all profiles, and what it was made from.
#[derive(Default)]
pub struct Survey {
    /// As people and scripts are told of it.
    pub plan: Plan,
    /// Beside each part of the plan, what it needs to be carried out.
    pub works: Vec<Work>,
}

/// What a part needs to be carried out.
#[derive(Debug, Default)]
pub struct Work {
    /// Beside each step, its object and what it writes.
    pub writes: Vec<(Key, Write)>,
    /// The id of the only object that is wanted, where it is a trunk that is there.
    pub only: Option<String>,
    /// Passwords that could not be looked up.
    pub missing: Vec<Error>,
    /// What is wanted, where the plan is to be saved.
    pub goals: Vec<Goal>,
    /// What was read of it.
    pub seen: Vec<Snapshot>,
    /// What another manifest created, and this one wants.
    pub taken: Vec<String>,
    /// What the manifest created and other profiles want or prune.
    pub spared: Vec<Key>,
    /// A digest of the account or device that the profile leads to.
    pub home: String,
    /// Digests of the passwords that are wanted, by object, where the plan is to be saved.
    pub passwords: BTreeMap<String, String>,
}

/// Plans every profile of the fleet. One that cannot be read fails, and the others are planned all the same.
pub async fn survey(fleet: &Fleet<'_>, concurrency: usize) -> Survey {
    let passwords = Passwords::new(fleet);
    let passwords = &passwords;
    let profiles: Vec<&str> = fleet.profiles().collect();
    let total = profiles.len();
    let plans = profiles
        .iter()
        .enumerate()
        .map(|(at, profile)| async move { (at, plan(fleet, profile, passwords).await) });
    let mut plans = stream::iter(plans).buffer_unordered(concurrency.max(1));
    let mut found: Vec<Option<(Part, Work)>> = (0..total).map(|_| None).collect();
    while let Some((at, planned)) = plans.next().await {
        if let (Some(slot), Some(profile)) = (found.get_mut(at), profiles.get(at)) {
            *slot = Some(
                planned
                    .unwrap_or_else(|error| (Part::failed(profile, named(profile, error)), Work::default())),
            );
        }
    }
    let mut survey = Survey::default();
    for (part, work) in found.into_iter().flatten() {
        survey.plan.parts.push(part);
        survey.works.push(work);
    }
    survey
}

/// An error that names its profile.
fn named(profile: &str, mut error: Error) -> Error {
    let place = format!("profile `{profile}`");
    if !error.message.contains(&place) {
        error.message = format!("{place}: {}", error.message);
    }
    error
}

async fn plan(fleet: &Fleet<'_>, profile: &str, passwords: &Passwords<'_>) -> Result<(Part, Work)> {
    let session = fleet.context.session_of(Some(profile)).await?;
    let memory = fleet.memory(&session).await?;
    if fleet.prune == Some(Prune::Created) && memory.as_ref().is_none_or(Applied::is_damaged) {
        let text = "what the manifest created is unknown, so nothing can be pruned";
        return Err(Error::config(text).hint("leave --prune out once, or mend the state folder"));
    }
    let goals = fleet.goals(session.profile(), session.vendor())?;
    let wanted = ready(&session, goals, passwords).await?;
    let goals: Vec<&Goal> = wanted.iter().map(|ready| &ready.goal).collect();
    let mut created: Vec<(Key, Option<String>)> = match (fleet.prune, &memory, &fleet.manifest) {
        (Some(Prune::Created), Some(memory), Some(manifest)) => {
            let created = memory.created_by(manifest).into_iter();
            created.filter_map(|(text, id)| Some((Key::parse(&text)?, id))).collect()
        }
        _ => Vec::new(),
    };
    let mut own: Vec<Key> = created.iter().map(|(key, _)| key.clone()).collect();
    let spared = fleet.spared(session.profile(), session.vendor(), &own)?;
    own.retain(|key| !spared.contains(key));
    created.retain(|(key, _)| !spared.contains(key));
    let existing = Existing::read(&session, &goals, &own).await?;
    let scene = Scene {
        vendor: session.vendor(),
        profile: session.profile(),
        existing: &existing,
        memory: memory.as_ref(),
        created: &created,
        prune: fleet.prune,
        rotate: fleet.rotate_secrets,
    };
    let Compared { tasks, unchanged, uncompared, notes } = compare(&scene, &wanted);
    let seen = if fleet.keeps { snapshots(&existing, &goals, &tasks) } else { Vec::new() };
    let mut part = Part { unchanged, held: existing.len(), uncompared, notes, ..Part::new(profile) };
    let only = match goals.as_slice() {
        [Goal { what: What::Trunk(trunk), account, .. }] => existing.trunk(account, trunk).ok().flatten(),
        _ => None,
    };
    let taken = goals.iter().map(|goal| goal.key().text());
    let is_of_another = |object: &String| {
        memory.as_ref().is_some_and(|memory| memory.is_of_another(object, fleet.manifest.as_deref()))
    };
    let mut work = Work {
        taken: taken.filter(is_of_another).collect(),
        home: digest(&account_identity::of_profile(session.profile())),
        seen,
        spared,
        only: only.map(|held| held.id.clone()),
        ..Work::default()
    };
    for Task { key, step, write } in tasks {
        part.steps.push(step);
        work.writes.push((key, write));
    }
    if fleet.keeps {
        work.passwords = passwords_of(&fleet.context.plan_key().await?, &goals);
    }
    for Ready { goal, no_password, .. } in wanted {
        work.missing.extend(no_password);
        if fleet.keeps {
            work.goals.push(goal);
        }
    }
    Ok((part, work))
}

/// Digests of the passwords that are wanted.
fn passwords_of(key: &key::Key, goals: &[&Goal]) -> BTreeMap<String, String> {
    let own = goals.iter().filter_map(|goal| {
        let What::Trunk(trunk) = &goal.what else { return None };
        let object = goal.key().text();
        let digest = key.digest(&["password", &object, trunk.password.as_ref()?.expose()?]);
        Some((object, digest))
    });
    own.collect()
}

/// What is wanted, with its passwords and references looked up. What a reference does not find concerns its object
/// alone; any other failure concerns the profile.
async fn ready(session: &Session, goals: Vec<Goal>, passwords: &Passwords<'_>) -> Result<Vec<Ready>> {
    let mut found = Found::new();
    let mut wanted = Vec::with_capacity(goals.len());
    for mut goal in goals {
        let (mut unresolved, mut no_password) = (None, None);
        if let What::Trunk(trunk) = &mut goal.what {
            no_password = passwords.fill(trunk, &goal.place).await;
            match resolve_with(session, trunk, &mut found).await {
                Err(error) if matches!(error.kind, Kind::NotFound | Kind::Invalid) => {
                    unresolved = Some(error)
                }
                result => result?,
            }
        }
        wanted.push(Ready { goal, unresolved, no_password });
    }
    Ok(wanted)
}
