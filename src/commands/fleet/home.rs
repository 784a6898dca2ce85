//! Which account or device a profile leads to, whatever the profile is called.

use crate::engine::session::Session;
use crate::model::profile::{KeyNeed, Profile};
use crate::model::secret::{Secret, SecretRef};
use crate::vendors::{self, Facts};

/// As far as it can be told before secrets are looked up.
pub fn of_profile(profile: &Profile) -> String {
    let facts = vendors::by_name(&profile.vendor).map(|vendor| vendor.facts());
    match facts {
        Ok(facts) if !is_told(facts, profile) => {
            let reference = proof(facts, profile).origin().and_then(SecretRef::text);
            format!("{}|{}", profile.identity, reference.unwrap_or_else(|| profile.name.clone()))
        }
        _ => profile.identity.clone(),
    }
}

/// Where a session has led. It may hold a secret, and is for digests only.
pub fn of_session(session: &Session) -> String {
    let (facts, profile) = (session.vendor().facts(), session.profile());
    if is_told(facts, profile) {
        return profile.identity.clone();
    }
    format!("{}|{}", profile.identity, proof(facts, profile).expose().unwrap_or_default())
}

/// Whether the profile's settings tell accounts apart: a device has its own address, an account its number.
fn is_told(facts: &Facts, profile: &Profile) -> bool {
    let device = facts.profile_keys.iter().any(|key| key.name == "base_url" && key.need == KeyNeed::Always);
    device || ["account_id", "client_id"].iter().any(|key| !profile.get(key).is_empty())
}

/// The secret that tells them apart where nothing else does.
fn proof(facts: &Facts, profile: &Profile) -> Secret {
    let names = facts.profile_keys.iter().filter(|key| key.secret).map(|key| key.name);
    let mut given = names.filter_map(|name| profile.secrets.get(name));
    given.next().cloned().unwrap_or_else(Secret::withheld)
}
