//! A plan in a file: the desired objects and the planned changes. Apply plans again from it, and refuses if
//! the result differs.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, to_value};

use super::{ProfileScope, Scope, Source, chosen};
use crate::context::Context;
use crate::input::file::bounded;
use crate::model::error::{Error, Result};
use crate::model::plan::{Desired, Key, Plan, PlannedChange, ProfilePlan, Write};
use crate::model::secret::SecretRef;
use crate::model::text::excerpt;
use crate::model::trunk::{ActualTrunk, Trunk};
use crate::state::key;
use crate::state::storage::write_private;

/// The first key of such a file.
const FORMAT: &str = "trunkctl plan";
/// Raised whenever an older version could misread it.
const VERSION: u32 = 4;
/// The maximum size in bytes.
const LONGEST: u64 = 256 << 20;
/// The signature over the other keys of the file. Without it, anybody who can change a plan between the job
/// that makes it and the job that applies it could make the second job run a command, or send a password
/// elsewhere.
const MAC: &str = "mac";

#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    version: u32,
    program: String,
    /// Identifies the key, so a plan of another machine is not reported as edited.
    key: String,
    sandbox: bool,
    prune: bool,
    rotate_secrets: bool,
    profiles: Vec<SavedProfile>,
}

#[derive(Serialize, Deserialize)]
struct SavedProfile {
    #[serde(flatten)]
    scope: ProfileScope,
    /// A digest of the account or device that the profile belongs to.
    account: String,
    /// Why it could not be planned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    failed: Option<String>,
    /// Keyed digests of the passwords, by object: a secret that has changed since is noticed.
    passwords: BTreeMap<String, String>,
    changes: Vec<SavedChange>,
}

/// A planned change without its messages.
#[derive(PartialEq, Serialize, Deserialize)]
struct SavedChange {
    key: Key,
    change: Value,
    /// The object that the change is based on. Without its password, and without raw keys that are not
    /// desired, because they may be time stamps.
    actual: Option<Map<String, Value>>,
}

impl SavedChange {
    fn of(change: &PlannedChange) -> Self {
        let mut value = to_value(change).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            ["notes", "place", "error"].iter().for_each(|key| drop(fields.remove(*key)));
        }
        let actual = match &change.write {
            Write::UpdateTrunk(update) => Some(fields(&update.actual, &update.wanted)),
            Write::DeleteTrunk(actual) => Some(fields(actual, &Trunk::default())),
            _ => None,
        };
        Self { key: change.key.clone(), change: value, actual }
    }
}

fn fields(actual: &ActualTrunk, wanted: &Trunk) -> Map<String, Value> {
    let mut trunk = actual.trunk.clone();
    trunk.password = None;
    trunk.vendor_fields.retain(|key, _| wanted.vendor_fields.contains_key(key));
    match to_value(&trunk) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Saves a plan, signed with the key. Passwords stay references; a literal one is refused.
pub fn save(path: &str, key: &key::Key, scope: &Scope<'_>, plan: &Plan) -> Result<()> {
    let profiles = plan.profiles.iter().map(|profile| SavedProfile {
        scope: ProfileScope {
            profile: profile.profile.clone(),
            desired: profile.desired.clone(),
            owned: profile.owned.clone(),
            spared: profile.spared.clone(),
        },
        account: profile.account_digest.clone(),
        failed: profile.failed.as_ref().map(|error| error.message.clone()),
        passwords: passwords(key, profile),
        changes: profile.changes.iter().map(SavedChange::of).collect(),
    });
    let file = File {
        format: FORMAT.into(),
        version: VERSION,
        program: env!("CARGO_PKG_VERSION").into(),
        key: name(key),
        sandbox: scope.context.options.sandbox,
        prune: scope.prune,
        rotate_secrets: scope.rotate_secrets,
        profiles: profiles.collect(),
    };
    let failed = |cause: &dyn std::fmt::Display| {
        Error::config(format!("the plan cannot be saved in `{path}`: {cause}"))
            .hint("check the folder; nothing was changed")
    };
    let mut file = to_value(&file).map_err(|cause| failed(&cause))?;
    // A secret is never serialised, so its reference is put in the place of its mask.
    for (at, profile) in plan.profiles.iter().enumerate() {
        for (index, desired) in profile.desired.iter().enumerate() {
            if let Some(text) = reference(desired)? {
                file["profiles"][at]["desired"][index]["what"]["value"]["password"] = text.into();
            }
        }
    }
    file[MAC] = key.digest(&["plan", &file.to_string()]).into();
    free(path)?;
    write_private(Path::new(path), file.to_string().as_bytes()).map_err(|cause| failed(&cause))
}

/// A name of the key that says nothing about it.
fn name(key: &key::Key) -> String {
    key.digest(&["name"])[..16].to_owned()
}

/// The bytes of a file that may not be a plan, and that may never end.
fn read(path: &str) -> std::io::Result<Vec<u8>> {
    bounded(std::fs::File::open(path)?, LONGEST)
}

/// Refuses to overwrite a file that is not a saved plan, such as the manifest.
pub fn free(path: &str) -> Result<()> {
    let is_plan =
        |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).is_ok_and(|file| file["format"] == FORMAT);
    if !Path::new(path).exists() || read(path).is_ok_and(is_plan) {
        return Ok(());
    }
    Err(Error::invalid(format!("`{path}` exists already, and is not a saved plan"))
        .hint("name another file with --out, or remove that one"))
}

/// The reference of a password, in a form that works from any folder; none without a password.
fn reference(desired: &Desired) -> Result<Option<String>> {
    let Some(password) = desired.trunk().and_then(|trunk| trunk.password.as_ref()) else { return Ok(None) };
    let text = match password.origin() {
        Some(SecretRef::File(path)) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
            SecretRef::File(path.to_string_lossy().into_owned()).text()
        }
        origin => origin.and_then(SecretRef::text),
    };
    let refused = || {
        let what = "the password stands in the manifest itself, and a saved plan would contain it";
        Error::invalid(format!("{}: {what}", desired.position))
            .hint("write a reference: env:NAME, file:PATH, cmd:COMMAND")
    };
    text.map(Some).ok_or_else(refused)
}

/// Digests of the desired passwords.
fn passwords(key: &key::Key, profile: &ProfilePlan) -> BTreeMap<String, String> {
    let passwords = profile.desired.iter().filter_map(|desired| {
        let object = desired.key();
        let password = desired.trunk()?.password.as_ref()?.expose()?;
        Some((object.shown(), key.digest(&["password", &object.text(), password])))
    });
    passwords.collect()
}

/// A saved plan that was read.
pub struct Saved(File);

impl Saved {
    /// Reads one. Nothing in it is used before its `mac` was verified: a reference in it may be a command.
    pub fn open(path: &str, key: &key::Key) -> Result<Self> {
        let wrong = |why: String| {
            Error::invalid(format!("`{path}` is not a saved plan: {why}")).hint(
                "save one with `trunkctl plan -f MANIFEST --out FILE`; to apply a manifest itself, write \
                 `trunkctl apply -f MANIFEST`",
            )
        };
        let bytes = read(path).map_err(|cause| {
            Error::invalid(format!("the plan `{path}` cannot be read: {cause}"))
                .hint("a manifest is given with -f; a plan is saved with `trunkctl plan … --out FILE`")
        })?;
        let mut file: Value = serde_json::from_slice(&bytes)
            .map_err(|cause| wrong(format!("line {}, column {}", cause.line(), cause.column())))?;
        if file["format"] != FORMAT {
            return Err(wrong(format!("its `format` is not `{FORMAT}`")));
        }
        if file["version"] != VERSION {
            return Err(wrong("another version of trunkctl saved it".into()));
        }
        let unused = "no secret was resolved, and nothing was sent";
        if file["key"] != name(key) {
            let error = Error::invalid(format!("the plan `{path}` was saved with another state key"));
            return Err(error.hint(format!(
                "give both machines or jobs the same TRUNKCTL_STATE_KEY, or make the plan again here; {unused}"
            )));
        }
        let mac = file.as_object_mut().and_then(|file| file.shift_remove(MAC));
        let is_signed = mac
            .as_ref()
            .and_then(Value::as_str)
            .is_some_and(|mac| key.verify(&["plan", &file.to_string()], mac));
        let file = is_signed.then(|| serde_json::from_value(file).ok()).flatten();
        file.map(Self).ok_or_else(|| {
            Error::invalid(format!("the plan `{path}` was changed after it was saved"))
                .hint(format!("make the plan again with `trunkctl plan … --out FILE`; {unused}"))
        })
    }

    /// The scope that it was made for, on the selected profiles.
    pub fn scope<'a>(&mut self, context: &'a Context) -> Result<Scope<'a>> {
        let named = self.0.profiles.iter().map(|saved| saved.scope.profile.as_str());
        if let Some(names) = chosen(context, "plan", named)? {
            self.0.profiles.retain(|saved| names.contains(&saved.scope.profile));
        }
        if self.0.sandbox != context.options.sandbox {
            let (made, hint) = match self.0.sandbox {
                true => ("in the sandbox", "add --sandbox"),
                false => ("for real profiles", "leave --sandbox out"),
            };
            return Err(Error::invalid(format!("the plan was made {made}")).hint(hint));
        }
        let planned = self.0.profiles.iter().filter(|saved| saved.failed.is_none());
        Ok(Scope {
            source: Source::Given(planned.map(|saved| saved.scope.clone()).collect()),
            prune: self.0.prune,
            rotate_secrets: self.0.rotate_secrets,
            keeps: true,
            ..Scope::given(context, Vec::new())
        })
    }

    /// The profiles that could not be planned.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .profiles
            .iter()
            .filter_map(|saved| Some((saved.scope.profile.as_str(), saved.failed.as_deref()?)))
    }

    /// Refuses if the present plan differs.
    pub fn compare(&self, key: &key::Key, plan: &Plan) -> Result<()> {
        let mut moved = Vec::new();
        for saved in self.0.profiles.iter().filter(|saved| saved.failed.is_none()) {
            let name = &saved.scope.profile;
            let now =
                plan.profiles.iter().find(|profile| profile.profile == *name && profile.failed.is_none());
            let Some(now) = now else { continue };
            if saved.account != now.account_digest {
                moved.push(format!("profile `{name}` belongs to another account or device"));
                continue;
            }
            let other = passwords(key, now);
            let passwords =
                saved.passwords.iter().filter(|(object, digest)| other.get(*object) != Some(*digest));
            moved.extend(
                passwords
                    .map(|(object, _)| format!("profile `{name}`: the password of {object} has changed")),
            );
            let changes: Vec<SavedChange> = now.changes.iter().map(SavedChange::of).collect();
            moved.extend(
                differences(&saved.changes, &changes).map(|what| format!("profile `{name}`: {what}")),
            );
        }
        if moved.is_empty() {
            return Ok(());
        }
        let list = moved.join("\n  ");
        Err(Error::invalid(format!("something has changed since the plan was made:\n  {list}"))
            .hint("make the plan again with `trunkctl plan … --out FILE`, and check it; nothing was changed"))
    }
}

/// What differs between the changes of then and now.
fn differences<'a>(before: &'a [SavedChange], now: &'a [SavedChange]) -> impl Iterator<Item = String> + 'a {
    let find = |list: &'a [SavedChange], one: &SavedChange| {
        list.iter().find(|other| other.key == one.key && other.change["action"] == one.change["action"])
    };
    let gone = before.iter().filter_map(move |saved| {
        let what = match find(now, saved) {
            Some(same) if same == saved => return None,
            Some(other) => match (&saved.actual, &other.actual) {
                (Some(was), Some(is)) if was != is => changed(was, is),
                _ => "would be changed in another way now".to_owned(),
            },
            // What has become of it is another change of now.
            None if now.iter().any(|other| other.key == saved.key) => return None,
            None => match saved.change["action"].as_str() {
                Some("create") => "did not exist, and exists now".to_owned(),
                Some("delete") => "does not exist any more".to_owned(),
                _ => "is as desired now".to_owned(),
            },
        };
        Some(format!("{} {what}", saved.key.shown()))
    });
    let new = now.iter().filter(move |change| find(before, change).is_none()).map(|change| {
        let what = match change.change["action"].as_str() {
            Some("create") => "does not exist any more".to_owned(),
            Some("delete") => "did not exist, and exists now".to_owned(),
            _ => {
                // It was as desired.
                let rows = change.change["diff"].as_array().into_iter().flatten();
                let rows = rows.map(|row| {
                    let (was, is) = (plain(&row["after"]), plain(&row["before"]));
                    format!("{} was `{was}` and is `{is}`", row["field"].as_str().unwrap_or_default())
                });
                rows.collect::<Vec<_>>().join(", ")
            }
        };
        format!("{} {what}", change.key.shown())
    });
    gone.chain(new)
}

fn changed(was: &Map<String, Value>, is: &Map<String, Value>) -> String {
    let keys: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let shown = |map: &Map<String, Value>, key: &String| {
        map.get(key).map_or_else(|| "nothing".to_owned(), |value| format!("`{}`", plain(value)))
    };
    let differing = keys.into_iter().filter(|key| was.get(*key) != is.get(*key));
    let list: Vec<String> =
        differing.map(|key| format!("{key} was {} and is {}", shown(was, key), shown(is, key))).collect();
    list.join(", ")
}

fn plain(value: &Value) -> String {
    excerpt(&value.as_str().map_or_else(|| value.to_string(), str::to_owned), 80)
}
