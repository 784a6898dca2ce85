//! Plans every profile: reads what exists, several at a time, and compares.

use futures_util::stream::{self, StreamExt};

use super::actual::Actual;
use super::diff::{Inputs, Resolved, compare};
use super::{Scope, account, remembered};
use crate::config::Env;
use crate::config::profiles::Book;
use crate::config::secrets::{is_quiet, without_secrets};
use crate::engine::session::Session;
use crate::engine::tokens::digest;
use crate::model::error::{Error, Kind, Result};
use crate::model::plan::{Desired, Plan, ProfilePlan, What};
use crate::model::secret::{Secret, SecretRef};
use crate::model::trunk::Trunk;
use crate::ops::references::{Found, resolve_with};

/// Plans every profile of the scope. If one cannot be read, the others are planned all the same.
pub async fn plan(scope: &Scope<'_>, concurrency: usize) -> Plan {
    let env = &command_env(scope);
    let profiles = scope.profiles();
    let plans = profiles.into_iter().map(|profile| async move {
        plan_profile(scope, profile, env)
            .await
            .unwrap_or_else(|error| ProfilePlan::failed(profile, named(profile, error)))
    });
    let profiles = stream::iter(plans).buffered(concurrency.max(1)).collect().await;
    Plan { profiles, refusals: Vec::new() }
}

/// The error, with its profile.
fn named(profile: &str, mut error: Error) -> Error {
    let place = format!("profile `{profile}`");
    if !error.message.contains(&place) {
        error.message = format!("{place}: {}", error.message);
    }
    error
}

async fn plan_profile(scope: &Scope<'_>, profile: &str, env: &Env) -> Result<ProfilePlan> {
    let session = scope.context.session_of(Some(profile)).await?;
    let digests = remembered::open(scope.context, &session).await?;
    let here = scope.on(session.profile(), session.vendor())?;
    let resolved = resolve(scope, &session, here.desired, env).await?;
    let desired: Vec<&Desired> = resolved.iter().map(|object| &object.desired).collect();
    let actual = Actual::read(&session, &desired, &here.owned).await?;
    let inputs = Inputs {
        vendor: session.vendor(),
        profile: session.profile(),
        actual: &actual,
        digests: digests.as_ref(),
        owned: &here.owned,
        spared: &here.spared,
        prune: scope.prune,
        rotate: scope.rotate_secrets,
    };
    let mut plan = ProfilePlan {
        existing: actual.len(),
        account_digest: digest(&account::of_profile(session.profile())),
        ..ProfilePlan::new(profile)
    };
    compare(&inputs, &resolved, &mut plan);
    if let [Desired { what: What::Trunk(trunk), account, .. }] = desired.as_slice() {
        plan.only = actual.trunk(account, trunk.identity()).ok().flatten().map(|row| row.id.clone());
    }
    for object in resolved {
        plan.missing.extend(object.no_password);
        if scope.keeps {
            plan.desired.push(object.desired);
        }
    }
    (plan.owned, plan.spared) = if scope.keeps { (here.owned, here.spared) } else { Default::default() };
    Ok(plan)
}

/// The desired objects with passwords and references resolved. A reference to something that does not exist concerns its
/// object alone; any other failure concerns the profile.
async fn resolve(
    scope: &Scope<'_>,
    session: &Session,
    desired: Vec<Desired>,
    env: &Env,
) -> Result<Vec<Resolved>> {
    let mut found = Found::new();
    let mut resolved = Vec::with_capacity(desired.len());
    for mut desired in desired {
        let (mut unresolved, mut no_password) = (None, None);
        if let (What::Trunk(trunk), false) = (&mut desired.what, desired.options.is_absent()) {
            no_password = resolve_password(scope, trunk, &desired.position, env).await;
            match resolve_with(session, trunk, &mut found).await {
                Err(error) if matches!(error.kind, Kind::NotFound | Kind::Invalid) => {
                    unresolved = Some(error)
                }
                result => result?,
            }
        }
        resolved.push(Resolved { desired, unresolved, no_password });
    }
    Ok(resolved)
}

/// The environment of the commands that print passwords: without the secrets of the profiles and of the manifest.
fn command_env(scope: &Scope<'_>) -> Env {
    // Without a profiles file, the environment defines the profile.
    let book = if scope.context.options.sandbox { None } else { scope.context.book().ok() };
    let of_profiles: Vec<SecretRef> = book.into_iter().flat_map(Book::references).collect();
    let passwords = scope.passwords().into_iter().filter_map(Secret::origin);
    without_secrets(&scope.context.env, passwords.chain(&of_profiles))
}

/// Resolves the trunk's password. Returns why not, and keeps the reference then. A dry run runs no command.
async fn resolve_password(scope: &Scope<'_>, trunk: &mut Trunk, place: &str, env: &Env) -> Option<Error> {
    let password = trunk.password.as_mut().filter(|password| password.expose().is_none())?;
    if scope.context.options.dry_run.is_some() && !is_quiet(password) {
        return None;
    }
    let found = scope.context.look_up(password.clone(), &format!("{place}: password"), Some(env)).await;
    found.map(|found| *password = found).err()
}
