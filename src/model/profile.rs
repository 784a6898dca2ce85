//! A profile: an account or device of a vendor, with its address and credentials.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::secret::Secret;

/// A key of a vendor's profiles.
#[derive(Debug, Clone, Copy)]
pub struct ProfileKey {
    /// The key in the file. A key that ends in `_url` is an address. `base_url`, `access_token`, `account`
    /// and `plan` mean the same for every vendor that has them.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Whether its value is a secret reference.
    pub secret: bool,
    /// What its value names.
    pub names: Names,
    /// When it must be there.
    pub need: KeyNeed,
    /// Its default value.
    pub default: Option<&'static str>,
    /// The accepted values, if they are a closed set.
    pub values: &'static [&'static str],
}

impl ProfileKey {
    /// A setting without a default.
    pub const fn new(name: &'static str, meaning: &'static str, need: KeyNeed) -> Self {
        Self { name, meaning, secret: false, names: Names::Nothing, need, default: None, values: &[] }
    }

    pub(crate) const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub(crate) const fn names(mut self, names: Names) -> Self {
        self.names = names;
        self
    }

    pub(crate) const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub(crate) const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    /// Whether its value is an address.
    pub fn is_address(name: &str) -> bool {
        name.ends_with("_url")
    }
}

/// What the value of a profile key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Nothing that identifies.
    Nothing,
    /// The account at the profile's `base_url`.
    Account,
    /// The credentials.
    Credentials,
}

/// When a profile key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyNeed {
    /// Always.
    Always,
    /// To log in; not where an access token is given.
    ToLogIn,
    /// Never.
    Optional,
}

/// A profile, read and checked.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The vendor's name.
    pub vendor: String,
    /// Settings by key, defaults included.
    pub settings: BTreeMap<String, String>,
    /// Where each key comes from, in words.
    pub origins: BTreeMap<String, String>,
    /// Secrets by key.
    pub secrets: BTreeMap<String, Secret>,
    /// An authority to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Whether plain HTTP to a host that is not loopback is accepted.
    pub allow_http: bool,
    /// The maximum number of requests at the same time, if it is set.
    pub concurrency: Option<usize>,
    /// The HTTP proxy that its requests go through.
    pub proxy: ProxyChoice,
    /// Identifies the account in the token cache, even if the address changes.
    pub identity: String,
    /// Identifies the account or device, regardless of the credentials; none if only the secrets identify it.
    pub home: Option<String>,
}

/// Which HTTP proxy a profile's requests go through. Requests to loopback addresses go through none.
#[derive(Debug, Clone, Default)]
pub enum ProxyChoice {
    /// The one of the environment.
    #[default]
    Environment,
    /// None.
    Direct,
    /// This one.
    Own(Proxy),
}

/// An HTTP proxy.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// Its address, with credentials if it needs them.
    pub url: Secret,
    /// The address for people, its credentials masked.
    pub shown: String,
    /// Whether requests of plain HTTP go through it as well.
    pub plain_http: bool,
    /// The hosts that are reached without it, as `NO_PROXY` lists them.
    pub bypass: Option<String>,
}

impl Profile {
    /// A setting; empty if it is missing. Required settings were checked when the profile was read.
    pub fn get(&self, key: &str) -> &str {
        self.settings.get(key).map_or("", String::as_str)
    }

    /// The addresses that its requests go to.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.settings.iter().filter(|(key, _)| ProfileKey::is_address(key)).map(|(_, text)| text.as_str())
    }

    /// A secret; withheld if it is missing.
    pub fn secret(&self, key: &str) -> Secret {
        self.secrets.get(key).cloned().unwrap_or_else(Secret::withheld)
    }
}
