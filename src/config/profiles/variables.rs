//! The variables that set keys of profiles.

use std::collections::BTreeMap;

use super::COMMON;
use crate::config::Env;
use crate::model::error::{Error, Result};
use crate::model::text::nearest;
use crate::vendors::keys_of;

/// The variable that makes the environment a profile.
pub const VENDOR_VARIABLE: &str = "TRUNKCTL_VENDOR";

/// What the variables that set a key of a named profile begin with.
const OF_NAMED: &str = "TRUNKCTL_PROFILE_";

/// The variable for a key of the environment's profile.
pub fn variable(key: &str) -> String {
    format!("TRUNKCTL_{}", key.to_uppercase())
}

/// The variable for a key of a named profile.
pub fn variable_of(profile: &str, key: &str) -> String {
    let name = profile.to_uppercase().replace(|c: char| !c.is_alphanumeric(), "_");
    format!("{OF_NAMED}{name}_{}", key.to_uppercase())
}

/// The variables that set keys of named profiles.
#[derive(Default)]
pub struct Variables {
    known: Vec<Variable>,
    /// What is wrong with variables that set none.
    pub warnings: Vec<String>,
}

/// A variable that sets a key of a named profile.
pub struct Variable {
    pub name: String,
    pub value: String,
    /// The profiles and keys that it could mean. If there are several, using one of them is an error.
    meanings: Vec<(String, String)>,
}

impl Variables {
    /// Finds what each variable means, among profiles with the vendors that a file gives them.
    pub fn read<'p>(env: &Env, profiles: impl Iterator<Item = (&'p str, Option<&'p str>)>) -> Self {
        let mut found = Self::default();
        let variables: Vec<(&str, &str)> = env.beginning(OF_NAMED).collect();
        if variables.is_empty() {
            return found;
        }
        let (mut names, mut known) = (Vec::new(), BTreeMap::<String, Vec<(String, String)>>::new());
        for (profile, vendor) in profiles {
            names.push(profile);
            let vendor = env.get(&variable_of(profile, "vendor")).or(vendor);
            let keys = vendor.and_then(|vendor| keys_of(vendor).ok()).unwrap_or_default();
            for key in COMMON.iter().copied().chain(keys.iter().map(|key| key.name)) {
                known
                    .entry(variable_of(profile, key))
                    .or_default()
                    .push((profile.to_owned(), key.to_owned()));
            }
        }
        for (name, value) in variables {
            if let Some(meanings) = known.get(name) {
                let (name, value) = (name.to_owned(), value.to_owned());
                found.known.push(Variable { name, value, meanings: meanings.clone() });
                continue;
            }
            let begins = |profile: &&&str| name.starts_with(&variable_of(profile, ""));
            let profile = names.iter().filter(begins).max_by_key(|profile| profile.len());
            let near = nearest_variable(name, known.keys().map(String::as_str));
            let what = match (profile, near) {
                (Some(profile), _) => format!("profile `{profile}`"),
                (None, Some(_)) => "any profile".to_owned(),
                // Variables may belong to another profiles file.
                (None, None) => continue,
            };
            let meant = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            found.warnings.push(format!("{name} sets no key of {what} and is ignored{meant}"));
        }
        found
    }

    /// The variables that set keys of a profile, by key.
    pub fn of(&self, profile: &str) -> Result<BTreeMap<&str, &Variable>> {
        let mut found = BTreeMap::new();
        for variable in &self.known {
            let Some((_, key)) = variable.meanings.iter().find(|(name, _)| name == profile) else { continue };
            if let Some((other, _)) = variable.meanings.iter().find(|(name, _)| name != profile) {
                let text = format!("{} could mean profile `{profile}` or profile `{other}`", variable.name);
                return Err(Error::config(text)
                    .hint("unset the variable, or rename one of the profiles; nothing was sent"));
            }
            found.insert(key.as_str(), variable);
        }
        Ok(found)
    }
}

/// The known variable that a mistyped one was probably meant to be; what all of them begin with does not count.
fn nearest_variable<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let tails: BTreeMap<String, &str> =
        known.map(|known| (known.trim_start_matches(OF_NAMED).to_lowercase(), known)).collect();
    let near = nearest(name.trim_start_matches(OF_NAMED), tails.keys().map(String::as_str))?;
    tails.get(near).copied()
}
