//! Plans every profile: reads what exists, several at a time, and compares.

use futures_util::stream::{self, StreamExt};

use super::actual::Actual;
use super::diff::{Inputs, Resolved, compare};
use super::secrets::Passwords;
use super::{Scope, account, remembered};
use crate::engine::session::Session;
use crate::engine::tokens::digest;
use crate::model::error::{Error, Kind, Result};
use crate::model::plan::{Desired, Plan, ProfilePlan, What};
use crate::ops::references::{Found, resolve_with};

/// Plans every profile of the scope. If one cannot be read, the others are planned all the same.
pub async fn plan(scope: &Scope<'_>, concurrency: usize) -> Plan {
    let passwords = &Passwords::new(scope);
    let profiles = scope.profiles();
    let plans = profiles.into_iter().map(|profile| async move {
        plan_profile(scope, profile, passwords)
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

async fn plan_profile(scope: &Scope<'_>, profile: &str, passwords: &Passwords<'_>) -> Result<ProfilePlan> {
    let session = scope.context.session_of(Some(profile)).await?;
    let digests = remembered::open(scope.context, &session).await?;
    let here = scope.on(session.profile(), session.vendor())?;
    let resolved = resolve(&session, here.desired, passwords).await?;
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
    session: &Session,
    desired: Vec<Desired>,
    passwords: &Passwords<'_>,
) -> Result<Vec<Resolved>> {
    let mut found = Found::new();
    let mut resolved = Vec::with_capacity(desired.len());
    for mut desired in desired {
        let (mut unresolved, mut no_password) = (None, None);
        if let (What::Trunk(trunk), false) = (&mut desired.what, desired.options.is_absent()) {
            no_password = passwords.fill(trunk, &desired.position).await;
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
