//! Profiles: from a file, from the environment, or from the sandbox.

mod values;
mod variables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Env, Folders, proxy, trust};
use crate::input::file::Source;
use crate::input::format::Format;
use crate::input::manifest::pairs;
use crate::input::tree;
use crate::input::tree::{Figure, Mistake, Node, Table, Value};
use crate::model::error::{Error, Kind, Result};
use crate::model::profile::{KeyNeed, Names, Profile, ProfileKey, ProxyChoice};
use crate::model::secret::{Secret, SecretRef};
use crate::model::text::{Unknown, nearest};
use crate::vendors::keys_of;
pub use values::{CONCURRENCY, check_value, host, is_distant, is_open, without_credentials};
use values::{one_way, proxy_choice};
use variables::Variables;
pub use variables::{VENDOR_VARIABLE, variable, variable_of};

/// Keys that every vendor's profiles know.
pub const COMMON: &[&str] = &["vendor", "ca_file", "allow_http", "concurrency", "proxy"];

/// Where to find a profile.
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

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Keys {
    default_profile: Option<String>,
    // Their tables are read one by one, so that each value has its place.
    #[serde(rename = "profiles")]
    _profiles: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
}

struct File {
    default_profile: Option<String>,
    profiles: BTreeMap<String, Table>,
}

impl File {
    /// It is TOML, regardless of its name, because profiles are added to it and its comments are kept.
    fn read(source: &Source) -> Result<Self> {
        let refuse = |mistakes: &[Mistake]| source.refuse(Kind::Config, mistakes);
        let root = Node::parse(source.text(), Format::Toml).map_err(|mistake| refuse(&[mistake]))?;
        let keys: Keys = tree::read_file(&root).map_err(|mistakes| refuse(&mistakes))?;
        let profiles = root.into_table().into_iter().find(|(key, _)| key.text == "profiles");
        let tables = profiles.map(|(_, node)| node.into_table()).unwrap_or_default().into_iter();
        let profiles = tables.map(|(key, node)| (key.text, node.into_table())).collect();
        Ok(Self { default_profile: keys.default_profile, profiles })
    }
}

/// The name of the profile that the environment defines.
pub const ENVIRONMENT: &str = "environment";

/// The profile of the environment: if the variable of the vendor is set and no other profile is named, the
/// variables define one.
pub fn of_environment(at: &Where<'_>) -> Option<Result<Profile>> {
    let vendor = at.env.get(VENDOR_VARIABLE).filter(|_| at.name.is_none_or(|name| name == ENVIRONMENT))?;
    let keys = match keys_of(vendor) {
        Ok(keys) => keys,
        Err(error) => return Some(Err(error)),
    };
    let names = keys.iter().map(|key| key.name).chain(COMMON.iter().copied());
    let entry = |key: &str| {
        let name = variable(key);
        at.env.get(&name).map(|value| (key.to_owned(), KeyValue::plain(value, &name)))
    };
    let from = Origin { name: "the environment", variable: &variable };
    Some(build(ENVIRONMENT, names.filter_map(entry).collect(), &from))
}

/// A profiles file that was read: a fleet's has many profiles, and is read once.
pub struct Book {
    source: Source,
    file: File,
    /// The variables that set keys of the file's profiles.
    variables: Variables,
}

impl Book {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Kind::Config`]: no file, one that others can change, or one that cannot be understood.
    pub fn open(at: &Where<'_>) -> Result<Self> {
        let source = at.open()?;
        let file = File::read(&source)?;
        let profiles = file.profiles.iter().map(|(name, table)| (name.as_str(), text_of(table, "vendor")));
        let variables = Variables::read(at.env, profiles);
        Ok(Self { source, file, variables })
    }

    /// Warnings about variables that look like those of named profiles.
    pub fn warnings(&self) -> &[String] {
        &self.variables.warnings
    }

    /// Whether the file has a profile of that name.
    pub fn has(&self, name: &str) -> bool {
        self.file.profiles.contains_key(name)
    }

    /// The default profile that the file names.
    pub fn default_profile(&self) -> Option<&str> {
        self.file.default_profile.as_deref()
    }

    /// Refuses a name that the file does not have.
    ///
    /// # Errors
    /// [`Kind::Config`], with the nearest name.
    pub fn require(&self, name: &str) -> Result<()> {
        pick(&self.file, Some(name), &self.source.name).map(drop)
    }

    /// The variables of a profile's own, which manifests use.
    ///
    /// # Errors
    /// [`Kind::Config`]: the table is wrong.
    pub fn vars(&self, name: &str) -> Result<BTreeMap<String, String>> {
        let table = self.file.profiles.get(name);
        let vars = table.and_then(|table| table.iter().find(|(key, _)| key.text == VARS));
        let Some((_, node)) = vars else { return Ok(BTreeMap::new()) };
        read_vars(name, node).map_err(|mistakes| self.source.refuse(Kind::Config, &mistakes))
    }

    /// The profile of that name, or the default one.
    ///
    /// # Errors
    /// [`Kind::Config`]: no such profile, an unknown key, a missing one, a literal secret that others can read.
    pub fn choose(&self, name: Option<&str>) -> Result<Profile> {
        let name = pick(&self.file, name, &self.source.name)?;
        let none = Table::new();
        let table = self.file.profiles.get(name).unwrap_or(&none);
        let variables = self.variables.of(name)?;
        let vendor = variables.get("vendor").map(|variable| variable.value.as_str());
        let mut raw = read_table(&self.source, name, table, vendor)?;
        for (key, variable) in variables {
            raw.insert(key.to_owned(), KeyValue::plain(&variable.value, &variable.name));
        }
        let variable = |key: &str| variable_of(name, key);
        build(name, raw, &Origin { name: &self.source.name, variable: &variable })
    }

    /// The secret references of all profiles.
    pub fn references(&self) -> impl Iterator<Item = SecretRef> {
        let values = self.file.profiles.values().flatten();
        values.filter_map(|(_, node)| SecretRef::parse(text(node)?).ok())
    }

    /// The profiles, in order of name, as variables have changed them.
    pub fn list(&self) -> Vec<Listed> {
        let (file, only) = (&self.file, self.file.profiles.len() == 1);
        let listed = file.profiles.iter().map(|(name, table)| {
            let variables = self.variables.of(name).unwrap_or_default();
            let text = |key: &str| {
                let own = variables.get(key).map(|variable| variable.value.as_str());
                own.or_else(|| text_of(table, key)).map(str::to_owned)
            };
            Listed {
                name: name.clone(),
                vendor: text("vendor"),
                base_url: text("base_url").map(|text| without_credentials(&text)),
                default: file.default_profile.as_ref().map_or(only, |default| default == name),
            }
        });
        listed.collect()
    }
}

/// The text of a key in a profile's table.
fn text_of<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    table.iter().find(|(known, _)| known.text == key).and_then(|(_, node)| text(node))
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// A profile of the sandbox, from the vendor's own facts.
pub fn sandbox(vendor: &str, pairs: &[(&str, &str)], base: &str, folder: &str) -> Result<Profile> {
    let mut raw = BTreeMap::from([("vendor".to_owned(), KeyValue::plain(vendor, "sandbox"))]);
    raw.extend(
        pairs.iter().map(|(key, value)| {
            ((*key).to_owned(), KeyValue::plain(&value.replace("{base}", base), "sandbox"))
        }),
    );
    let mut profile = build(vendor, raw, &Origin { name: "the sandbox", variable: &variable })?;
    // The sandbox's port differs from run to run, its accounts do not.
    profile.identity = format!("sandbox|{vendor}|{folder}");
    profile.home = Some(profile.identity.clone());
    Ok(profile)
}

/// A value of a profile's key, its source, and the folder of its relative `file:` references.
struct KeyValue {
    text: String,
    origin: String,
    folder: PathBuf,
}

impl KeyValue {
    fn plain(text: &str, origin: &str) -> Self {
        Self { text: text.to_owned(), origin: origin.to_owned(), folder: PathBuf::new() }
    }
}

/// Where a profile comes from.
struct Origin<'a> {
    /// As messages name it.
    name: &'a str,
    /// The variable that can set a key of it.
    variable: &'a dyn Fn(&str) -> String,
}

/// A profile of the profiles file, as a list shows it.
pub struct Listed {
    pub name: String,
    /// Its vendor, if it names one.
    pub vendor: Option<String>,
    /// Its address, if it has one of its own.
    pub base_url: Option<String>,
    /// Whether it is the default.
    pub default: bool,
}

/// A profile that is not in a file yet, from its keys; `file:` references start in the folder.
pub fn assemble(name: &str, pairs: &[(String, String)], folder: &Path) -> Result<Profile> {
    let entry = |text: &String| KeyValue {
        text: text.clone(),
        origin: "command line".into(),
        folder: folder.to_owned(),
    };
    let raw = pairs.iter().map(|(key, text)| (key.clone(), entry(text))).collect();
    let variable = |key: &str| variable_of(name, key);
    build(name, raw, &Origin { name: "the command line", variable: &variable })
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
                 and its keys, or try `--sandbox -p VENDOR` first; `trunkctl vendors` lists them",
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
        return Err(Error::config(format!("{from} contains no profile")).hint("add a table [profiles.NAME]"));
    }
    let name = match (asked.or(file.default_profile.as_deref()), names.as_slice()) {
        (Some(name), _) => name,
        (None, [only]) => only,
        (None, _) => {
            return Err(Error::config(format!("{from} contains several profiles and no `default_profile`"))
                .hint(format!("choose one with --profile: {}", names.join(", "))));
        }
    };
    if let Some((name, _)) = file.profiles.get_key_value(name) {
        return Ok(name);
    }
    let error = Error::config(format!("profile `{name}` is not in {from}"));
    Err(match nearest(name, names.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`? It contains {}", names.join(", "))),
        None => error.hint(format!("it contains {}", names.join(", "))),
    })
}

/// The key of a profile's own variables.
pub const VARS: &str = "vars";

fn read_vars(name: &str, node: &Node) -> Result<BTreeMap<String, String>, Vec<Mistake>> {
    let mistake = |place, what: &str| Mistake::at(place, format!("profile `{name}`: {what}"));
    let Value::Table(table) = &node.value else {
        return Err(vec![mistake(node.place, "key `vars` takes a table of texts")]);
    };
    let (mut vars, mut mistakes) = (BTreeMap::new(), Vec::new());
    for pair in pairs(table.clone()) {
        match pair {
            Ok((key, value, _)) => drop(vars.insert(key, value)),
            Err((place, what)) => mistakes.push(mistake(place, &what)),
        }
    }
    if mistakes.is_empty() { Ok(vars) } else { Err(mistakes) }
}

/// What a profile's table gives, or everything that is wrong with it.
fn read_table(
    source: &Source,
    name: &str,
    table: &Table,
    vendor: Option<&str>,
) -> Result<BTreeMap<String, KeyValue>> {
    let vendor = text_of(table, "vendor").or(vendor);
    let keys = match vendor {
        Some(vendor) => keys_of(vendor)?,
        None => &[],
    };
    let known: Vec<&str> =
        COMMON.iter().copied().chain([VARS]).chain(keys.iter().map(|known| known.name)).collect();
    let (mut raw, mut mistakes) = (BTreeMap::new(), Vec::new());
    for (key, node) in table {
        let (own, place) = (key.text.as_str(), key.place);
        let mistake = |place, what: &str| Mistake::at(place, format!("profile `{name}`: {what}"));
        if own == VARS {
            mistakes.extend(read_vars(name, node).err().into_iter().flatten());
            continue;
        }
        if vendor.is_some() && !known.contains(&own) {
            let unknown = Unknown::new("key", own, true, &known);
            mistakes.push(mistake(place, &unknown.what).remedy(unknown.remedy));
            continue;
        }
        let Some(text) = word(node) else {
            mistakes.push(mistake(node.place, &format!("key `{own}` takes a text")));
            continue;
        };
        let public = !source.private;
        let reference = keys.iter().any(|known| known.name == own && known.secret);
        match reference.then(|| SecretRef::parse(&text)) {
            _ if own == "proxy" && public && proxy::has_credentials(&text) => {
                let variable = variable_of(name, "proxy");
                let remedy = format!("run `chmod 600 {}`, or set {variable}", source.name);
                let what = "key `proxy` contains credentials, and other users can read the file";
                mistakes.push(mistake(place, what).remedy(remedy));
            }
            Some(Err(why)) => mistakes.push(mistake(node.place, &format!("{own}: {why}"))),
            Some(Ok(SecretRef::Literal(_))) if public => {
                let what =
                    format!("key `{own}` contains the secret itself, and other users can read the file");
                let remedy = "or write a reference: env:NAME, file:PATH, cmd:COMMAND";
                mistakes
                    .push(mistake(place, &what).remedy(format!("run `chmod 600 {}`, {remedy}", source.name)));
            }
            _ => {
                let (origin, folder) = (source.name.clone(), source.folder.clone());
                raw.insert(own.to_owned(), KeyValue { text, origin, folder });
            }
        }
    }
    if mistakes.is_empty() { Ok(raw) } else { Err(source.refuse(Kind::Config, &mistakes)) }
}

/// A text, true or false, or a whole number, as text.
fn word(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Flag(flag) => Some(flag.to_string()),
        Value::Number(number) => match tree::figure(number)? {
            Figure::Whole(number) => Some(number.to_string()),
            Figure::Negative(number) => Some(number.to_string()),
            Figure::Fraction(_) => None,
        },
        _ => None,
    }
}

/// Checks that all is there.
fn build(name: &str, raw: BTreeMap<String, KeyValue>, from: &Origin<'_>) -> Result<Profile> {
    let Some(vendor) = raw.get("vendor").map(|entry| entry.text.clone()) else {
        return Err(Error::config(format!("profile `{name}` in {} names no vendor", from.name))
            .hint("add `vendor = \"NAME\"`; `trunkctl vendors` lists the names"));
    };
    let keys = keys_of(&vendor)?;
    let mut profile = Profile {
        name: name.to_owned(),
        vendor: vendor.clone(),
        settings: BTreeMap::new(),
        origins: raw.iter().map(|(key, entry)| (key.clone(), entry.origin.clone())).collect(),
        secrets: BTreeMap::new(),
        ca_file: raw.get("ca_file").map(|entry| entry.folder.join(&entry.text)),
        allow_http: raw.get("allow_http").is_some_and(|entry| entry.text == "true"),
        concurrency: raw.get("concurrency").and_then(|entry| entry.text.parse().ok()),
        proxy: match raw.get("proxy") {
            None => ProxyChoice::Environment,
            Some(entry) => proxy_choice(name, &entry.text)?,
        },
        identity: String::new(),
        home: None,
    };
    for key in COMMON {
        raw.get(*key).map_or(Ok(()), |entry| check_value(name, key, &[], &entry.text, false))?;
    }
    let has_token = raw.contains_key("access_token");
    for key in keys {
        let Some(entry) = raw.get(key.name) else {
            let needed = key.need == KeyNeed::Always || (key.need == KeyNeed::ToLogIn && !has_token);
            if needed && key.default.is_none() {
                return Err(Error::config(format!(
                    "profile `{name}` in {} lacks `{}`: {}",
                    from.name, key.name, key.meaning
                ))
                .hint(format!("add the key, or set {}", (from.variable)(key.name))));
            }
            if let Some(default) = key.default {
                profile.settings.insert(key.name.to_owned(), default.to_owned());
                profile.origins.insert(key.name.to_owned(), "default".to_owned());
            }
            continue;
        };
        if key.secret {
            let origin = SecretRef::parse(&entry.text).and_then(|origin| match origin {
                SecretRef::Stdin => Err("`-` (standard input) is allowed only on the command line".into()),
                origin => Ok(origin),
            });
            let origin = origin.map_err(|why| {
                Error::config(format!("profile `{name}`: {} ({}): {why}", key.name, entry.origin))
                    .hint("write a reference: env:NAME, file:PATH, cmd:COMMAND")
            })?;
            let secret = Secret::reference(origin);
            profile.secrets.insert(key.name.to_owned(), secret.anchored(&entry.folder));
            continue;
        }
        check_value(name, key.name, key.values, &entry.text, profile.allow_http)?;
        profile.settings.insert(key.name.to_owned(), entry.text.clone());
    }
    let joined = |counts: &dyn Fn(&ProfileKey) -> bool| {
        let texts = keys.iter().filter(|key| counts(key)).map(|key| one_way(profile.get(key.name)));
        format!("{vendor}|{}", texts.collect::<Vec<_>>().join("|"))
    };
    let is_base = |key: &ProfileKey| key.name == "base_url";
    let has = |names| keys.iter().any(|key| key.names == names && !profile.get(key.name).is_empty());
    let identity = joined(&|key| ProfileKey::is_address(key.name) || key.names != Names::Nothing);
    // An address that has to be given is that of one device.
    let is_device = keys.iter().any(|key| is_base(key) && key.need == KeyNeed::Always);
    let home = match is_device || has(Names::Account) {
        true => Some(joined(&|key| is_base(key) || key.names == Names::Account)),
        false => has(Names::Credentials).then(|| identity.clone()),
    };
    (profile.identity, profile.home) = (identity, home);
    Ok(profile)
}
