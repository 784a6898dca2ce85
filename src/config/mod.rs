//! Profiles, their sources, and the secrets that they refer to.

mod command;
pub mod profiles;
pub mod proxy;
pub mod secrets;
pub mod terminal;
pub mod trust;
pub mod write;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::error::{Error, Result};

/// The environment as it was when the program began.
#[derive(Debug, Clone, Default)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// The given variables.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(variables.into_iter().collect())
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The variables that are set and not empty, and whose names begin so.
    pub fn beginning(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        let set = self.0.iter().filter(move |(name, value)| name.starts_with(prefix) && !value.is_empty());
        set.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every variable, also an empty one.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The platform's folders for this program, which the environment can move.
#[derive(Debug, Clone)]
pub struct Folders {
    /// For `profiles.toml`.
    pub config: PathBuf,
    /// For the journal and the sandbox's state.
    pub state: PathBuf,
    /// For tokens.
    pub cache: PathBuf,
}

impl Folders {
    /// The folders.
    pub fn find(env: &Env) -> Result<Self> {
        let platform = directories::ProjectDirs::from("", "", "trunkctl");
        let pick = |variable: &str, default: Option<PathBuf>| {
            env.get(variable).map(PathBuf::from).or(default).ok_or_else(|| {
                Error::config("there is no home folder for files").hint(format!("set {variable} to a folder"))
            })
        };
        let platform = platform.as_ref();
        Ok(Self {
            config: platform.map(|dirs| dirs.config_dir().to_owned()).unwrap_or_default(),
            state: pick(
                "TRUNKCTL_STATE_DIR",
                platform.map(|dirs| dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_owned()),
            )?,
            cache: pick("TRUNKCTL_CACHE_DIR", platform.map(|dirs| dirs.cache_dir().to_owned()))?,
        })
    }
}
