//! Profiles: from a file, from the environment, or from the sandbox.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use reqwest::Url;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::files::{Source, place};
use super::{Env, Folders, secrets, trust};
use crate::model::error::{Error, Kind, Result};
use crate::model::net::is_loopback;
use crate::model::profile::{KeyNeed, Profile, ProfileKey};
use crate::model::secret::{MASK, Secret, SecretRef};
use crate::model::text::nearest;

/// Keys that every vendor's profiles know.
pub const COMMON: &[&str] = &["vendor", "ca_file", "allow_http", "concurrency"];

/// How many requests of a profile may be under way at the same time.
pub const CONCURRENCY: RangeInclusive<usize> = 1..=64;

/// Keys that hold addresses.
const ADDRESSES: [&str; 2] = ["base_url", "token_url"];

/// What a vendor's profiles hold, by the vendor's name.
pub type KeysOf<'a> = &'a dyn Fn(&str) -> Result<&'static [ProfileKey]>;

/// Where to look for a profile.
pub struct Where<'a> {
    /// The environment.
    pub env: &'a Env,
    /// The folders of the platform.
    pub folders: &'a Folders,
    /// `--profiles-file`
    pub file: Option<&'a str>,
    /// `--profile`
    pub name: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    default_profile: Option<String>,
    #[serde(default)]
    profiles: BTreeMap<String, Table>,
}

type Table = BTreeMap<Spanned<String>, Spanned<Value>>;

/// The profile that the command line, the environment and the profiles file choose.
///
/// # Errors
/// [`Kind::Config`]: no such profile, an unknown key, a missing one, a literal secret that others can read.
pub fn choose(at: &Where<'_>, keys_of: KeysOf<'_>) -> Result<Profile> {
    match of_environment(at, keys_of) {
        Some(profile) => profile,
        None => Book::open(at)?.choose(at.name, at.env, keys_of),
    }
}

/// The name of the profile that the environment stands for.
pub const ENVIRONMENT: &str = "environment";

/// The profile of the environment: a vendor in it stands for a whole one, unless another is asked for by name.
pub fn of_environment(at: &Where<'_>, keys_of: KeysOf<'_>) -> Option<Result<Profile>> {
    let there = at.env.get("TRUNKCTL_VENDOR").is_some() && at.name.is_none_or(|name| name == ENVIRONMENT);
    there.then(|| build(ENVIRONMENT, BTreeMap::new(), at.env, keys_of, "the environment"))
}

/// A profiles file that was read: a fleet's has many profiles, and is read once.
pub struct Book {
    source: Source,
    file: File,
}

impl Book {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Kind::Config`]: no file, or one that cannot be understood.
    pub fn open(at: &Where<'_>) -> Result<Self> {
        let source = at.open()?;
        let file = source.parse(Kind::Config)?;
        Ok(Self { source, file })
    }

    /// The profile of that name, or the default one.
    ///
    /// # Errors
    /// As [`choose`].
    pub fn choose(&self, name: Option<&str>, env: &Env, keys_of: KeysOf<'_>) -> Result<Profile> {
        let name = pick(&self.file, name, &self.source.name)?;
        let none = BTreeMap::new();
        let table = self.file.profiles.get(name).unwrap_or(&none);
        let raw = read_table(&self.source, name, table, keys_of)?;
        build(name, raw, env, keys_of, &self.source.name)
    }

    /// The profiles, in order of name.
    pub fn list(&self) -> Vec<Listed> {
        let (file, only) = (&self.file, self.file.profiles.len() == 1);
        let text = |table: &Table, key: &str| {
            let pair = table.iter().find(|(known, _)| known.as_ref() == key);
            pair.and_then(|(_, value)| value.as_ref().as_str()).map(str::to_owned)
        };
        let listed = file.profiles.iter().map(|(name, table)| Listed {
            name: name.clone(),
            vendor: text(table, "vendor"),
            base_url: text(table, "base_url").map(|text| without_credentials(&text)),
            default: file.default_profile.as_ref().map_or(only, |default| default == name),
        });
        listed.collect()
    }
}

/// A profile of the sandbox, from the vendor's own facts.
///
/// # Errors
/// A defect of the facts.
pub fn sandbox(
    vendor: &str,
    pairs: &[(&str, &str)],
    base: &str,
    folder: &str,
    keys_of: KeysOf<'_>,
) -> Result<Profile> {
    let mut raw = BTreeMap::from([("vendor".to_owned(), Entry::plain(vendor, "sandbox"))]);
    raw.extend(
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), Entry::plain(&value.replace("{base}", base), "sandbox"))),
    );
    let mut profile = build(vendor, raw, &Env::default(), keys_of, "the sandbox")?;
    // The sandbox's port differs from run to run, its accounts do not.
    profile.identity = format!("sandbox|{vendor}|{folder}");
    profile.home = Some(profile.identity.clone());
    Ok(profile)
}

/// A value of a profile's key, where it comes from, and the folder that its `file:` references start in.
struct Entry {
    text: String,
    origin: String,
    folder: PathBuf,
}

impl Entry {
    fn plain(text: &str, origin: &str) -> Self {
        Self { text: text.to_owned(), origin: origin.to_owned(), folder: PathBuf::new() }
    }
}

/// A profile of the profiles file, as far as a list tells it.
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its vendor, where it names one.
    pub vendor: Option<String>,
    /// Its address, where it has one of its own.
    pub base_url: Option<String>,
    /// Whether it is used where none is named.
    pub default: bool,
}

/// An address as it may be shown: one with credentials in it is refused where it is used, and hidden here.
fn without_credentials(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() || url.query().is_some() => {
            format!("{}://{MASK}", url.scheme())
        }
        _ => text.to_owned(),
    }
}

/// A profile that is not in a file yet, from its keys; `file:` references start in the folder.
///
/// # Errors
/// As [`choose`].
pub fn assemble(
    name: &str,
    pairs: &[(String, String)],
    folder: &Path,
    keys_of: KeysOf<'_>,
) -> Result<Profile> {
    let entry = |text: &String| Entry {
        text: text.clone(),
        origin: "command line".into(),
        folder: folder.to_owned(),
    };
    let raw = pairs.iter().map(|(key, text)| (key.clone(), entry(text))).collect();
    build(name, raw, &Env::default(), keys_of, "the command line")
}

impl Where<'_> {
    /// The path of the profiles file.
    pub fn path(&self) -> PathBuf {
        self.file.map_or_else(|| self.folders.config.join("profiles.toml"), PathBuf::from)
    }

    fn open(&self) -> Result<Source> {
        let path = self.path();
        if self.file.is_none() && !path.exists() {
            return Err(Error::config(format!("there is no profiles file at `{}`", path.display())).hint(
                "make one with `trunkctl profile init NAME`, name one with --profiles-file, set TRUNKCTL_VENDOR \
                 and its keys, or try `--sandbox -p yeastar` first",
            ));
        }
        let name = path.to_string_lossy();
        if name != "-" && path.exists() {
            trust::check_file("profiles file", &path)?;
        }
        Source::open(&name, Kind::Config)
    }
}

fn pick<'f>(file: &'f File, asked: Option<&str>, from: &str) -> Result<&'f str> {
    if let Some((name, _)) = asked.and_then(|name| file.profiles.get_key_value(name)) {
        return Ok(name);
    }
    let names: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
    if names.is_empty() {
        return Err(Error::config(format!("{from} holds no profile")).hint("add a table [profiles.NAME]"));
    }
    let name = match (asked.or(file.default_profile.as_deref()), names.as_slice()) {
        (Some(name), _) => name,
        (None, [only]) => only,
        (None, _) => {
            return Err(Error::config(format!("{from} holds several profiles and no `default_profile`"))
                .hint(format!("choose one with --profile: {}", names.join(", "))));
        }
    };
    if let Some((name, _)) = file.profiles.get_key_value(name) {
        return Ok(name);
    }
    let error = Error::config(format!("profile `{name}` is not in {from}"));
    Err(match nearest(name, names.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`? It holds {}", names.join(", "))),
        None => error.hint(format!("it holds {}", names.join(", "))),
    })
}

fn read_table(
    source: &Source,
    name: &str,
    table: &Table,
    keys_of: KeysOf<'_>,
) -> Result<BTreeMap<String, Entry>> {
    let vendor =
        table.iter().find(|(key, _)| key.as_ref() == "vendor").and_then(|(_, value)| value.as_ref().as_str());
    let keys = match vendor {
        Some(vendor) => keys_of(vendor)?,
        None => &[],
    };
    let mut raw = BTreeMap::new();
    for (key, value) in table {
        let at = |span: std::ops::Range<usize>| Some(place(source.text(), span.start));
        let known: Vec<&str> = COMMON.iter().copied().chain(keys.iter().map(|known| known.name)).collect();
        if vendor.is_some() && !known.contains(&key.as_ref().as_str()) {
            let what = format!("profile `{name}`: unknown key `{}`", key.as_ref());
            let error = source.complain(Kind::Config, at(key.span()), &what);
            return Err(match nearest(key.as_ref(), known.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("the keys are {}", known.join(", "))),
            });
        }
        let text = match value.as_ref() {
            Value::String(text) => text.clone(),
            Value::Boolean(on) => on.to_string(),
            Value::Integer(number) => number.to_string(),
            _ => {
                let what = format!("profile `{name}`: key `{}` takes a text", key.as_ref());
                return Err(source.complain(Kind::Config, at(value.span()), &what));
            }
        };
        let secret = keys.iter().any(|known| known.name == key.as_ref() && known.secret);
        if secret && !source.private && matches!(SecretRef::parse(&text), SecretRef::Literal(_)) {
            let what = format!(
                "profile `{name}`: key `{}` holds the secret itself, and others can read the file",
                key.as_ref()
            );
            return Err(source.complain(Kind::Config, at(key.span()), &what).hint(format!(
                "run `chmod 600 {}`, or write a reference: env:NAME, file:PATH, cmd:COMMAND",
                source.name
            )));
        }
        raw.insert(
            key.as_ref().clone(),
            Entry { text, origin: source.name.clone(), folder: source.folder.clone() },
        );
    }
    Ok(raw)
}

/// Lays the environment over what the file gave, and checks that all is there.
fn build(
    name: &str,
    mut raw: BTreeMap<String, Entry>,
    env: &Env,
    keys_of: KeysOf<'_>,
    from: &str,
) -> Result<Profile> {
    let over = |key: &str| {
        let variable = format!("TRUNKCTL_{}", key.to_uppercase());
        env.get(&variable).map(|text| Entry::plain(text, &variable))
    };
    if let Some(entry) = over("vendor") {
        raw.insert("vendor".into(), entry);
    }
    let Some(vendor) = raw.get("vendor").map(|entry| entry.text.clone()) else {
        return Err(Error::config(format!("profile `{name}` in {from} names no vendor"))
            .hint("add `vendor = \"NAME\"`; `trunkctl vendors` lists the names"));
    };
    let keys = keys_of(&vendor)?;
    for key in keys.iter().map(|key| key.name).chain(COMMON.iter().copied()) {
        if let Some(entry) = over(key) {
            raw.insert(key.to_owned(), entry);
        }
    }
    let mut profile = Profile {
        name: name.to_owned(),
        vendor: vendor.clone(),
        settings: BTreeMap::new(),
        origins: raw.iter().map(|(key, entry)| (key.clone(), entry.origin.clone())).collect(),
        secrets: BTreeMap::new(),
        ca_file: raw.get("ca_file").map(|entry| entry.folder.join(&entry.text)),
        allow_http: match raw.get("allow_http").map(|entry| entry.text.as_str()) {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                return Err(Error::config(format!(
                    "profile `{name}`: allow_http `{other}` is neither true nor false"
                ))
                .hint("write allow_http = true, or leave it out"));
            }
        },
        concurrency: raw.get("concurrency").map(|entry| concurrency(name, &entry.text)).transpose()?,
        identity: String::new(),
        home: None,
    };
    let has_token = raw.contains_key("access_token");
    for key in keys {
        let Some(entry) = raw.get(key.name) else {
            let needed = key.need == KeyNeed::Always || (key.need == KeyNeed::ToLogIn && !has_token);
            if needed && key.default.is_none() {
                return Err(Error::config(format!(
                    "profile `{name}` in {from} lacks `{}`: {}",
                    key.name, key.meaning
                ))
                .hint(format!("add the key, or set TRUNKCTL_{}", key.name.to_uppercase())));
            }
            if let Some(default) = key.default {
                profile.settings.insert(key.name.to_owned(), default.to_owned());
                profile.origins.insert(key.name.to_owned(), "default".to_owned());
            }
            continue;
        };
        if key.secret {
            let origin = SecretRef::parse(&entry.text);
            if origin == SecretRef::Stdin {
                return Err(Error::config(format!(
                    "profile `{name}`: {} `-` stands for standard input, which only the command line may name",
                    key.name
                ))
                .hint("write a reference: env:NAME, file:PATH, cmd:COMMAND"));
            }
            let secret = Secret::reference(origin);
            profile.secrets.insert(key.name.to_owned(), secrets::anchor(secret, &entry.folder));
            continue;
        }
        if !key.values.is_empty() && !key.values.contains(&entry.text.as_str()) {
            return Err(Error::config(format!(
                "profile `{name}`: {} `{}` is not known",
                key.name, entry.text
            ))
            .hint(format!("use one of {}", key.values.join(", "))));
        }
        profile.settings.insert(key.name.to_owned(), entry.text.clone());
    }
    for key in ADDRESSES {
        check_address(&profile, key)?;
    }
    let settings = |names: &[&str]| {
        let texts: Vec<String> = names.iter().map(|key| one_way(profile.get(key))).collect();
        format!("{vendor}|{}", texts.join("|"))
    };
    let identity = settings(&["base_url", "token_url", "account_id", "client_id"]);
    let is_device = keys.iter().any(|key| key.name == "base_url" && key.need == KeyNeed::Always);
    let home = match (profile.get("account_id"), profile.get("client_id")) {
        _ if is_device => Some(settings(&["base_url"])),
        ("", "") => None,
        ("", _) => Some(identity.clone()),
        _ => Some(settings(&["base_url", "account_id"])),
    };
    (profile.identity, profile.home) = (identity, home);
    Ok(profile)
}

/// An address as all of its spellings: with and without a slash at its end, its usual port, capitals in its host. Any
/// other text as it is.
fn one_way(text: &str) -> String {
    let url = Url::parse(text).ok().filter(Url::has_host).map(String::from);
    url.as_deref().unwrap_or(text).trim_end_matches('/').to_owned()
}

fn concurrency(profile: &str, text: &str) -> Result<usize> {
    text.parse().ok().filter(|count| CONCURRENCY.contains(count)).ok_or_else(|| {
        Error::config(format!("profile `{profile}`: concurrency `{text}` is no number of requests"))
            .hint(format!("write a whole number from {} to {}", CONCURRENCY.start(), CONCURRENCY.end()))
    })
}

/// Whether requests leave this machine without encryption.
pub fn is_open(profile: &Profile) -> bool {
    let open = |url: Url| url.scheme() == "http" && !is_loopback(url.host_str().unwrap_or_default());
    ADDRESSES.iter().filter_map(|key| Url::parse(profile.get(key)).ok()).any(open)
}

/// An address is `https://`, or `http://` on this machine or where the profile allows it, and holds no credentials.
fn check_address(profile: &Profile, key: &str) -> Result<()> {
    let text = profile.get(key);
    if text.is_empty() {
        return Ok(());
    }
    let failed = |why: &str| Error::config(format!("profile `{}`: {key} {why}", profile.name));
    let Ok(url) = Url::parse(text) else {
        return Err(failed(&format!("`{text}` is not an address")).hint("write it as https://HOST[:PORT]"));
    };
    let bare = url.query().is_none() && url.fragment().is_none();
    if !url.username().is_empty() || url.password().is_some() || !bare {
        return Err(failed("holds credentials, a query or a fragment")
            .hint("give the bare address; credentials have keys of their own"));
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url.host_str().unwrap_or_default()) || profile.allow_http => Ok(()),
        "http" => {
            Err(failed(&format!("`{text}` is plain HTTP: whoever is on the path can read the secrets"))
                .hint("use https://, or say `allow_http = true` in the profile"))
        }
        other => Err(failed(&format!("has the scheme `{other}`")).hint("use https://")),
    }
}
