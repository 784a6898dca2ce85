//! A plan in a file: what was wanted, what was read, and what is to be done.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json, to_value};

use super::desired::{Goal, Key, What};
use super::planner::Survey;
use super::snapshot::{Snapshot, object};
use super::{Fleet, Source, chosen};
use crate::model::error::{Error, Result};
use crate::model::number::{E164, InternalNumber};
use crate::model::plan::Part;
use crate::model::plan::Prune;
use crate::model::secret::SecretRef;
use crate::model::settings::SipSettings;
use crate::model::text::excerpt;
use crate::model::trunk::Trunk;
use crate::state::key;
use crate::state::storage::write_private;

/// The first key of such a file.
const FORMAT: &str = "trunkctl plan";
/// Raised whenever an older version could misread it.
const VERSION: u32 = 2;
/// The key of such a file that signs all the others. Without it, whoever can change a plan between the job that makes
/// it and the job that applies it could make the second job run a command, or send a password elsewhere.
const MAC: &str = "mac";

#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    version: u32,
    program: String,
    /// Tells keys apart, so that another machine's plan is not taken for one that somebody changed.
    key: String,
    manifest: Option<String>,
    sandbox: bool,
    prune: Option<String>,
    rotate_secrets: bool,
    parts: Vec<SavedPart>,
}

#[derive(Serialize, Deserialize)]
struct SavedPart {
    profile: String,
    /// A digest of the account or device that the profile leads to.
    #[serde(default)]
    home: String,
    /// Why it could not be planned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    failed: Option<String>,
    wanted: Vec<SavedGoal>,
    /// What is not pruned with the profile, because others want it or prune it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    spared: Vec<Key>,
    seen: Vec<Snapshot>,
    /// Keyed digests of the passwords, by object: one that was changed since is noticed.
    #[serde(default)]
    passwords: BTreeMap<String, String>,
    steps: Vec<Value>,
}

#[derive(Serialize, Deserialize)]
struct SavedGoal {
    kind: super::desired::Kind,
    account: Option<String>,
    place: String,
    value: Value,
}

/// Saves a plan, signed with the key. Passwords stay references: one that is none is refused.
pub fn save(path: &str, key: &key::Key, fleet: &Fleet<'_>, survey: &Survey) -> Result<()> {
    let parts = survey.plan.parts.iter().zip(&survey.works).map(|(part, work)| {
        Ok(SavedPart {
            profile: part.profile.clone(),
            home: work.home.clone(),
            failed: part.failed.as_ref().map(|error| error.message.clone()),
            wanted: work.goals.iter().map(goal).collect::<Result<_>>()?,
            spared: work.spared.clone(),
            seen: work.seen.clone(),
            passwords: work.passwords.clone(),
            steps: steps(part),
        })
    });
    let file = File {
        format: FORMAT.into(),
        version: VERSION,
        program: env!("CARGO_PKG_VERSION").into(),
        key: name(key),
        manifest: fleet.manifest.clone(),
        sandbox: fleet.context.options.sandbox,
        prune: fleet.prune.map(|prune| word(prune).to_owned()),
        rotate_secrets: fleet.rotate_secrets,
        parts: parts.collect::<Result<_>>()?,
    };
    let failed = |cause: &dyn std::fmt::Display| {
        Error::config(format!("the plan cannot be saved in `{path}`: {cause}"))
            .hint("check the folder; nothing was changed")
    };
    let mut file = to_value(&file).map_err(|cause| failed(&cause))?;
    file[MAC] = key.digest(&["plan", &file.to_string()]).into();
    free(path)?;
    write_private(Path::new(path), file.to_string().as_bytes()).map_err(|cause| failed(&cause))
}

/// A name of the key that says nothing about it.
fn name(key: &key::Key) -> String {
    key.digest(&["name"])[..16].to_owned()
}

/// Refuses to write over a file that is no saved plan, such as the manifest.
pub fn free(path: &str) -> Result<()> {
    let is_plan =
        |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).is_ok_and(|file| file["format"] == FORMAT);
    if !Path::new(path).exists() || std::fs::read(path).is_ok_and(is_plan) {
        return Ok(());
    }
    Err(Error::invalid(format!("`{path}` exists already, and is not a saved plan"))
        .hint("name another file with --out, or remove that one"))
}

fn word(prune: Prune) -> &'static str {
    match prune {
        Prune::Created => "created",
        Prune::All => "all",
    }
}

fn goal(goal: &Goal) -> Result<SavedGoal> {
    let value = match &goal.what {
        What::Trunk(trunk) => {
            let mut fields = object(trunk);
            if let Some(password) = &trunk.password {
                let Some(text) = password.origin().and_then(reference) else {
                    let text = format!(
                        "{}: the password stands in the manifest itself, and a saved plan would hold it",
                        goal.place
                    );
                    return Err(
                        Error::invalid(text).hint("write a reference: env:NAME, file:PATH, cmd:COMMAND")
                    );
                };
                fields.insert("password".into(), text.into());
            }
            Value::Object(fields)
        }
        What::Number(number) => json!(number),
        What::Settings(settings) => json!(settings),
        What::Country(code) => json!(code),
    };
    Ok(SavedGoal { kind: goal.key().kind, account: goal.account.clone(), place: goal.place.clone(), value })
}

/// A reference that leads to the same place from any folder.
fn reference(origin: &SecretRef) -> Option<String> {
    match origin {
        SecretRef::File(path) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
            SecretRef::File(path.to_string_lossy().into_owned()).text()
        }
        other => other.text(),
    }
}

/// The steps, without where the manifest stands and what is only said.
fn steps(part: &Part) -> Vec<Value> {
    let steps = part.steps.iter().map(|step| {
        let mut value = to_value(step).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            ["notes", "place", "error"].iter().for_each(|key| drop(fields.remove(*key)));
        }
        value
    });
    steps.collect()
}

/// A saved plan that was read.
pub struct Saved(File);

impl Saved {
    /// Reads one. Nothing in it is used before its `mac` was verified: a reference in it may be a command.
    ///
    /// # Errors
    /// A file that is no saved plan of this version, was signed with another key, or was changed since.
    pub fn open(path: &str, key: &key::Key) -> Result<Self> {
        let wrong = |why: String| {
            Error::invalid(format!("`{path}` is not a saved plan: {why}")).hint(
                "save one with `trunkctl plan -f MANIFEST --out FILE`; to apply a manifest itself, write \
                 `trunkctl apply -f MANIFEST`",
            )
        };
        let bytes = std::fs::read(path).map_err(|cause| {
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
        let unused = "nothing in it was looked up, and nothing was sent";
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

    /// The fleet that it was made for, of the profiles that were chosen.
    ///
    /// # Errors
    /// A plan of the sandbox that is applied elsewhere, or the other way round; a goal that cannot be understood; a
    /// chosen profile that it does not name.
    pub fn fleet<'a>(&mut self, fleet: Fleet<'a>) -> Result<Fleet<'a>> {
        let named = self.0.parts.iter().map(|part| part.profile.as_str());
        if let Some(names) = chosen(fleet.context, "plan", named)? {
            self.0.parts.retain(|part| names.contains(&part.profile));
        }
        let file = &self.0;
        if file.sandbox != fleet.context.options.sandbox {
            let (made, hint) = match file.sandbox {
                true => ("in the sandbox", "add --sandbox"),
                false => ("for real profiles", "leave --sandbox out"),
            };
            return Err(Error::invalid(format!("the plan was made {made}")).hint(hint));
        }
        let mut goals = Vec::new();
        for part in file.parts.iter().filter(|part| part.failed.is_none()) {
            let own: Option<Vec<Goal>> = part.wanted.iter().map(read).collect();
            let own = own.ok_or_else(|| {
                Error::invalid(format!("the plan's part for profile `{}` cannot be understood", part.profile))
                    .hint("make it again with this version")
            })?;
            goals.push(super::Part {
                profile: part.profile.clone(),
                goals: own,
                spared: part.spared.clone(),
            });
        }
        Ok(Fleet {
            source: Source::Saved(goals),
            manifest: file.manifest.clone(),
            prune: match file.prune.as_deref() {
                Some("all") => Some(Prune::All),
                Some(_) => Some(Prune::Created),
                None => None,
            },
            rotate_secrets: file.rotate_secrets,
            keeps: true,
            ..fleet
        })
    }

    /// The profiles that could not be planned.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.parts.iter().filter_map(|part| Some((part.profile.as_str(), part.failed.as_deref()?)))
    }

    /// Refuses where the context, or what this machine remembers of it, is not the one that was planned for.
    ///
    /// # Errors
    /// That refusal, with everything that differs.
    pub fn hold_against(&self, survey: &Survey) -> Result<()> {
        let mut moved = Vec::new();
        for saved in self.0.parts.iter().filter(|part| part.failed.is_none()) {
            let now = survey.plan.parts.iter().zip(&survey.works);
            let Some((part, work)) = now.into_iter().find(|(part, _)| part.profile == saved.profile) else {
                continue;
            };
            if part.failed.is_some() {
                continue;
            }
            let before = moved.len();
            if saved.home != work.home {
                moved.push(format!("profile `{}` leads to another account or device", part.profile));
                continue;
            }
            moved.extend(
                differences(&saved.seen, &work.seen)
                    .map(|what| format!("profile `{}`: {what}", part.profile)),
            );
            moved.extend(other_passwords(&saved.passwords, &work.passwords).map(|object| {
                format!("profile `{}`: the password of {object} is another one", part.profile)
            }));
            if moved.len() == before && saved.steps != steps(part) {
                moved.push(format!(
                    "profile `{}`: another plan would be made now: a password, or what was last applied from here, differs",
                    part.profile
                ));
            }
        }
        if moved.is_empty() {
            return Ok(());
        }
        let list = moved.join("\n  ");
        Err(Error::invalid(format!("something has changed since the plan was made:\n  {list}")).hint(
            "make the plan again with `trunkctl plan … --out FILE`, and look at it; nothing was changed",
        ))
    }
}

fn read(saved: &SavedGoal) -> Option<Goal> {
    let value = saved.value.clone();
    let what = match saved.kind {
        super::desired::Kind::Trunk => What::Trunk(Box::new(serde_json::from_value::<Trunk>(value).ok()?)),
        super::desired::Kind::InternalNumber => What::Number(number(&value)?),
        super::desired::Kind::SipSettings => What::Settings(settings(value)?),
        super::desired::Kind::CalloutCountry => What::Country(value.as_str()?.to_owned()),
    };
    Some(Goal { what, account: saved.account.clone(), place: saved.place.clone() })
}

fn number(value: &Value) -> Option<InternalNumber> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let flag = |key: &str| value.get(key).and_then(Value::as_bool);
    Some(InternalNumber {
        id: None,
        number: text("number")?.parse::<E164>().ok()?,
        display_number: text("display_number")?,
        country: text("country")?,
        what: text("type")?.parse().ok()?,
        labels: text("labels")?,
        languages: text("languages")?,
        visible: flag("visible"),
        allow_join: flag("allow_join"),
        allow_for_external_meetings: flag("allow_for_external_meetings"),
        // No list of a manifest has any.
        vendor_fields: Map::new(),
    })
}

fn settings(value: Value) -> Option<SipSettings> {
    serde_json::from_value::<crate::input::settings::Settings>(value).ok()?.checked().ok()
}

/// The objects whose passwords are not those that were planned with.
fn other_passwords<'a>(
    before: &'a BTreeMap<String, String>,
    now: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = String> + 'a {
    let differing = before.iter().filter(|(object, digest)| now.get(*object) != Some(*digest));
    differing.filter_map(|(object, _)| Key::parse(object)).map(|key| key.shown())
}

/// The fields that are not as they were. What would be deleted is among the objects while it is there.
fn differences<'a>(before: &'a [Snapshot], now: &'a [Snapshot]) -> impl Iterator<Item = String> + 'a {
    let index = |list: &'a [Snapshot]| -> BTreeMap<&'a Key, Option<&'a Map<String, Value>>> {
        list.iter().map(|seen| (&seen.key, seen.fields.as_ref())).collect()
    };
    let (was, is) = (index(before), index(now));
    let keys: BTreeSet<&Key> = was.keys().chain(is.keys()).copied().collect();
    keys.into_iter().filter_map(move |key| {
        let of = |index: &BTreeMap<&Key, Option<&'a Map<String, Value>>>| index.get(key).copied().flatten();
        let what = match (of(&was), of(&is)) {
            (was, is) if was == is => return None,
            (None, _) => "was not there, and is there now".to_owned(),
            (_, None) => "is not there any more".to_owned(),
            (Some(was), Some(is)) => changed(was, is),
        };
        Some(format!("{} {what}", key.shown()))
    })
}

fn changed(was: &Map<String, Value>, is: &Map<String, Value>) -> String {
    let keys: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let differing = keys.into_iter().filter(|key| was.get(*key) != is.get(*key));
    let shown = |map: &Map<String, Value>, key: &String| {
        map.get(key).map_or_else(|| "nothing".to_owned(), |value| format!("`{}`", plain(value)))
    };
    let list: Vec<String> =
        differing.map(|key| format!("{key} was {} and is {}", shown(was, key), shown(is, key))).collect();
    list.join(", ")
}

fn plain(value: &Value) -> String {
    excerpt(&value.as_str().map_or_else(|| value.to_string(), str::to_owned), 80)
}
