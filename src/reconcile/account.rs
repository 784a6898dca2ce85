//! The account or device of a profile, regardless of the profile's name.

use crate::engine::session::Session;
use crate::model::plan::Key;
use crate::model::profile::{Names, Profile};
use crate::model::secret::{Secret, SecretRef};
use crate::vendors;
use crate::vendors::Facts;

/// The account of a profile, without resolving secrets.
pub fn of_profile(profile: &Profile) -> String {
    profile.home.clone().unwrap_or_else(|| {
        let facts = vendors::by_name(&profile.vendor).map(|vendor| vendor.facts());
        let reference = facts.ok().and_then(|facts| proof(facts, profile).origin().and_then(SecretRef::text));
        format!("{}|{}", profile.identity, reference.unwrap_or_else(|| profile.name.clone()))
    })
}

/// The account by one name: a profile's own account has an alias besides its id.
pub fn of_account<'a>(profile: &Profile, facts: &Facts, account: &'a str) -> &'a str {
    let word = facts.profile_keys.iter().find(|key| key.name == "account").and_then(|key| key.default);
    let mut own = facts.profile_keys.iter().filter(|key| key.names == Names::Account);
    word.filter(|_| !account.is_empty() && own.any(|key| account == profile.get(key.name))).unwrap_or(account)
}

/// The key with that name of its account.
pub fn of_key(profile: &Profile, facts: &Facts, key: &Key) -> Key {
    let one = |account: &String| of_account(profile, facts, account).to_owned();
    Key { account: key.account.as_ref().map(one), ..key.clone() }
}

/// The account of a session. It may contain a secret, and is for digests only.
pub fn of_session(session: &Session) -> String {
    let (facts, profile) = (session.vendor().facts(), session.profile());
    profile.home.clone().unwrap_or_else(|| {
        format!("{}|{}", profile.identity, proof(facts, profile).expose().unwrap_or_default())
    })
}

/// The secret that distinguishes accounts if nothing else does.
fn proof(facts: &Facts, profile: &Profile) -> Secret {
    let names = facts.profile_keys.iter().filter(|key| key.secret).map(|key| key.name);
    let mut given = names.filter_map(|name| profile.secrets.get(name));
    given.next().cloned().unwrap_or_else(Secret::withheld)
}
