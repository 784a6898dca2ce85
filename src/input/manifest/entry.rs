//! One entry: from its table to the desired object.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::file;
use super::file::{File, Pairs, RawEntry};
use super::mistakes::{At, Mistakes};
use super::positions::Positions;
use super::target::Groups;
use super::vars::{Scope, differs_by_profile};
use super::{Entry, Numbers, Origin, What, numbers};
use crate::input::confine;
use crate::input::settings::Settings;
use crate::input::tree;
use crate::input::tree::{Node, Value};
use crate::model::error::{FieldError, Kind};
use crate::model::plan::{Options, ResourceKind};
use crate::model::secret::{Secret, SecretRef};
use crate::model::trunk::Trunk;
use crate::model::{check, country};

/// The entries of a file that can be read. Drafts are consumed, because the file of many profiles is long.
pub fn read_all(
    mut file: File,
    groups: &Groups<'_>,
    vars: &Scope<'_>,
    mistakes: &mut Mistakes,
) -> Vec<Entry> {
    check_defaults(&file, groups, mistakes);
    let drafts = std::mem::take(&mut file.entries);
    let reader = EntryReader { file: &file, groups, vars };
    drafts.into_iter().flat_map(|draft| reader.with_overrides(draft, mistakes)).collect()
}

/// Reads the entries of a file.
struct EntryReader<'f> {
    file: &'f File,
    groups: &'f Groups<'f>,
    vars: &'f Scope<'f>,
}

/// The profiles of an entry, and the entry; several if its fields differ by profile.
type Entries = (Arc<[String]>, Vec<Entry>);

impl EntryReader<'_> {
    /// An entry, and one more for each of its overrides: the same entry with other fields on some of its profiles.
    fn with_overrides(&self, mut draft: RawEntry, mistakes: &mut Mistakes) -> Vec<Entry> {
        let at = draft.table.iter().position(|(key, _)| key.text == "override");
        let at = at.filter(|_| draft.kind == ResourceKind::Trunk);
        let overrides = at.map(|at| draft.table.remove(at).1);
        let key = format!("{}.override", draft.path);
        let tables = overrides.map(|node| file::tables(self.file.at(&draft.path), &key, node, mistakes));
        let tables = tables.unwrap_or_default();
        // Mistakes of these targets are reported when the overrides are read.
        let overridden: Vec<String> = tables
            .iter()
            .filter_map(|(table, place)| {
                let pairs = table.iter().map(|(key, node)| (key, node)).collect();
                self.groups.target(self.file.at(&key).place(*place), &pairs, &mut Mistakes::default())
            })
            .flat_map(|profiles| profiles.to_vec())
            .collect();
        // A mistake of the entry would be a mistake of each override, too.
        let Some((profiles, mut entries)) = self.entry(&draft, &overridden, mistakes) else {
            return Vec::new();
        };
        let mut known: Vec<String> = Vec::new();
        for (index, (mut table, place)) in tables.into_iter().enumerate() {
            file::lay(&mut table, &draft.table);
            let other = RawEntry { kind: draft.kind, path: format!("{key}[{index}]"), table, place };
            let Some((targets, others)) = self.entry(&other, &[], mistakes) else { continue };
            let stranger = targets.iter().find(|profile| !profiles.contains(profile));
            let what = match (stranger, targets.iter().find(|profile| known.contains(profile))) {
                (Some(stranger), _) => format!("the entry is not for profile `{stranger}`"),
                (None, Some(twice)) => format!("profile `{twice}` is overridden twice; keep one"),
                (None, None) => {
                    known.extend(targets.iter().cloned());
                    entries.extend(others);
                    continue;
                }
            };
            mistakes.add(self.file.at(&other.path).place(place), "", what);
        }
        entries
    }

    /// The entry, without the profiles that have an override.
    fn entry(&self, draft: &RawEntry, overridden: &[String], mistakes: &mut Mistakes) -> Option<Entries> {
        let at = self.file.at(&draft.path).place(draft.place);
        let pairs = draft.table.iter().map(|(key, node)| (key, node)).collect();
        let profiles = self.groups.target(at, &pairs, mistakes);
        if !draft.table.iter().any(|(_, node)| differs_by_profile(node)) {
            let entry = self.read(draft, profiles.clone(), mistakes);
            let profiles = profiles?;
            let rest: Vec<String> =
                profiles.iter().filter(|profile| !overridden.contains(profile)).cloned().collect();
            let entry = Entry { profiles: rest.into(), ..entry? };
            let entries = Some(entry).filter(|entry| !entry.profiles.is_empty()).into_iter().collect();
            return Some((profiles, entries));
        }
        let profiles = profiles?;
        let mut entries = Vec::new();
        for profile in profiles.iter().filter(|profile| !overridden.contains(profile)) {
            let mut draft = draft.clone();
            if let Some(own) = self.groups.vars(profile) {
                let vars = self.vars.of_profile(own);
                draft.table.iter_mut().for_each(|(key, node)| vars.fill(at, &key.text, node, mistakes));
            }
            entries.push(self.read(&draft, Some(Arc::from([profile.clone()])), mistakes)?);
        }
        Some((profiles, entries))
    }

    fn read(
        &self,
        draft: &RawEntry,
        profiles: Option<Arc<[String]>>,
        mistakes: &mut Mistakes,
    ) -> Option<Entry> {
        let at = self.file.at(&draft.path).place(draft.place);
        let all = draft.table.iter().map(|(key, node)| (key, node)).collect();
        let reading = Reading::new(self.file, at, all);
        let options = reading.options(draft.kind, mistakes);
        let (what, account) = reading.what(draft.kind, mistakes)?;
        let place = Origin { file: self.file.name.clone(), place: draft.place };
        let positions = match draft.kind {
            ResourceKind::Trunk => Positions::of(&reading.own),
            _ => Positions::default(),
        };
        Some(Entry { what, profiles: profiles?, account, options: options?, place, positions })
    }
}

/// Defaults that no entry uses must have valid keys, too.
fn check_defaults(file: &File, groups: &Groups<'_>, mistakes: &mut Mistakes) {
    for (kind, table) in &file.defaults {
        let Some((first, _)) = table.first() else { continue };
        let path = format!("defaults.{}", kind.section());
        let at = file.at(&path).place(first.place);
        // Values that differ by profile are checked with the entries.
        let pairs = table.iter().filter(|(_, node)| !differs_by_profile(node));
        let reading = Reading::new(file, at, pairs.map(|(key, node)| (key, node)).collect());
        if reading.all.len() > reading.own.len() {
            groups.target(at, &reading.all, mistakes);
        }
        match kind {
            ResourceKind::Trunk => drop(reading.trunk(mistakes)),
            ResourceKind::InternalNumber => drop(reading.of::<NumbersTable>(mistakes)),
            ResourceKind::SipSettings => drop(reading.of::<Settings>(mistakes)),
            ResourceKind::CalloutCountry => drop(reading.of::<CountriesTable>(mistakes)),
        }
    }
}

/// The keys that say how an entry is compared and changed.
const OPTIONS: [&str; 5] = ["ignore", "protect", "state", "replace", "previous_name"];

/// The reading of one table.
struct Reading<'f> {
    file: &'f File,
    at: At<'f>,
    all: Pairs<'f>,
    /// Without what names the profiles, and without options.
    own: Pairs<'f>,
}

/// What an entry wants, and on which account.
type Read = (What, Option<String>);

impl<'f> Reading<'f> {
    fn new(file: &'f File, at: At<'f>, all: Pairs<'f>) -> Self {
        let others = |key: &str| file::TARGET.contains(&key) || OPTIONS.contains(&key);
        let own = all.iter().copied().filter(|(key, _)| !others(key.text.as_str()));
        Self { file, at, own: own.collect(), all }
    }

    /// The options. Each belongs to some kinds of objects only.
    fn options(&self, kind: ResourceKind, mistakes: &mut Mistakes) -> Option<Options> {
        let pairs: Pairs<'f> =
            self.all.iter().copied().filter(|(key, _)| OPTIONS.contains(&key.text.as_str())).collect();
        let mut sound = true;
        for (key, _) in &pairs {
            let fits = match key.text.as_str() {
                "previous_name" | "ignore" => kind == ResourceKind::Trunk,
                "replace" => kind == ResourceKind::InternalNumber,
                _ => kind != ResourceKind::SipSettings,
            };
            if !fits {
                let what = format!("does not apply to [[{}]]; leave it out", kind.section());
                mistakes.add(self.at.place(key.place), &key.text, what);
                sound = false;
            }
        }
        let options: Options = file::read_pairs(self.at, &pairs, &self.all, &[], mistakes)?;
        if options.is_absent() && options.protect {
            let what = "the object is protected, and `state` asks to delete it; keep one";
            mistakes.add(self.at_key("protect"), "protect", what);
            sound = false;
        }
        sound.then_some(options)
    }

    fn of<T: Deserialize<'f>>(&self, mistakes: &mut Mistakes) -> Option<T> {
        file::read_pairs(self.at, &self.own, &self.all, &file::TARGET, mistakes)
    }

    fn get(&self, key: &str) -> Option<&'f Node> {
        self.all.iter().find(|(known, _)| known.text == key).map(|(_, node)| *node)
    }

    /// What is wrong with fields, each at its own place.
    fn complain(&self, faults: Vec<FieldError>, mistakes: &mut Mistakes) -> bool {
        let sound = faults.is_empty();
        for fault in faults {
            let key = fault.field.split(['.', '[']).next().unwrap_or_default();
            let node = self.get(key);
            if node.is_some_and(|node| mistakes.is_unfilled(self.at.file, node)) {
                continue;
            }
            let place = node.map(|node| node.place).or(self.at.place);
            let message = match node.and_then(|node| mistakes.filled(self.at.file, node)) {
                Some(what) => what,
                None => fault.message,
            };
            mistakes.add(At { place, ..self.at }, &fault.field, message);
        }
        sound
    }

    fn what(&self, kind: ResourceKind, mistakes: &mut Mistakes) -> Option<Read> {
        match kind {
            ResourceKind::Trunk => self.named_trunk(mistakes),
            ResourceKind::InternalNumber => self.numbers(mistakes),
            ResourceKind::SipSettings => self.settings(mistakes),
            ResourceKind::CalloutCountry => self.countries(mistakes),
        }
    }

    fn named_trunk(&self, mistakes: &mut Mistakes) -> Option<Read> {
        let trunk = self.trunk(mistakes)?;
        if trunk.name.is_none() && trunk.master_trunk.is_none() {
            mistakes.add(
                self.at,
                "",
                "the trunk has no name; give `name`, or `master_trunk` for an assigned one",
            );
            return None;
        }
        let account = trunk.account.clone();
        Some((What::Trunk(Box::new(trunk)), account))
    }

    fn trunk(&self, mistakes: &mut Mistakes) -> Option<Trunk> {
        let mut trunk: Trunk = self.of(mistakes)?;
        let mut sound = self.complain(check::trunk(&trunk), mistakes);
        if let Some(password) = trunk.password.take() {
            if let Some(what) = self.refuse_secret(&password) {
                mistakes.add_of(Kind::Config, self.at_key("password"), "password", what);
                sound = false;
            }
            if let Some(what) = self.refuse_reach(&password) {
                mistakes.add(self.at_key("password"), "password", what);
                sound = false;
            }
            let password = password.anchored(&self.file.folder);
            trunk.password = Some(match &self.file.below {
                Some(folder) => password.kept_below(folder.clone()),
                None => password,
            });
        }
        sound.then_some(trunk)
    }

    /// A literal is fine where only the owner can read the file; `-` only on the command line.
    fn refuse_secret(&self, secret: &Secret) -> Option<String> {
        let what = match secret.origin() {
            Some(SecretRef::Literal(_)) if !self.file.private => {
                "the secret itself stands there, and others can read the file"
            }
            Some(SecretRef::Stdin) => "`-` is for the command line only",
            _ => return None,
        };
        Some(format!(
            "{what}; write a reference (env:NAME, file:PATH, cmd:COMMAND), or keep the file to yourself \
                      with chmod 600"
        ))
    }

    /// The mistake of a reference that an untrusted manifest may not use.
    fn refuse_reach(&self, secret: &Secret) -> Option<String> {
        let folder = self.file.below.as_ref()?;
        match secret.origin()? {
            SecretRef::Command(_) => Some(
                "--untrusted runs no command of a manifest; write a reference of another kind, as in env:NAME".into(),
            ),
            SecretRef::File(path) => confine::check(folder, Path::new(path)).err().map(|why| format!("file: {why}")),
            _ => None,
        }
    }

    fn at_key(&self, key: &str) -> At<'f> {
        At { place: self.get(key).map(|node| node.place).or(self.at.place), ..self.at }
    }

    fn numbers(&self, mistakes: &mut Mistakes) -> Option<Read> {
        let table: NumbersTable = self.of(mistakes)?;
        let given = match (self.get("numbers"), table.from) {
            (Some(_), Some(_)) => {
                mistakes.add(self.at, "from", "`numbers` and `from` are both given; keep one");
                return None;
            }
            (None, None) => {
                mistakes.add(self.at, "", "has no numbers; give `numbers` or `from`");
                return None;
            }
            (Some(list), None) => Numbers::Given(numbers::rows(self.at, list, mistakes)?),
            (None, Some(path)) => {
                if let Some(Err(why)) =
                    self.file.below.as_ref().map(|folder| confine::check(folder, Path::new(&path)))
                {
                    mistakes.add(self.at_key("from"), "from", why);
                    return None;
                }
                Numbers::File { path: self.file.folder.join(path), below: self.file.below.clone() }
            }
        };
        Some((What::Numbers(given), table.account))
    }

    fn settings(&self, mistakes: &mut Mistakes) -> Option<Read> {
        let mut table: Settings = self.of(mistakes)?;
        let account = table.account.take();
        match table.checked() {
            Err(faults) => {
                self.complain(faults, mistakes);
                None
            }
            Ok(settings) if settings.is_empty() => {
                mistakes.add(self.at, "", "gives no setting; name one, as in enable = true");
                None
            }
            Ok(settings) => Some((What::Settings(settings), account)),
        }
    }

    fn countries(&self, mistakes: &mut Mistakes) -> Option<Read> {
        let table: CountriesTable = self.of(mistakes)?;
        let Some(Node { value: Value::List(list), .. }) = self.get("countries") else {
            mistakes.add(self.at, "", "lists no countries; give `countries`");
            return None;
        };
        let mut codes: Vec<String> = Vec::new();
        let mut sound = true;
        for (at, node) in list.iter().enumerate() {
            let text: Result<String, _> = tree::read(node);
            let code = text.map_err(|mistake| mistake.to_string()).and_then(|text| country::code(&text));
            let what = match code {
                Ok(code) if codes.contains(&code) => format!("country `{code}` is listed twice; keep one"),
                Ok(code) => {
                    codes.push(code);
                    continue;
                }
                Err(what) => what,
            };
            mistakes.add(self.at.place(node.place), &format!("countries[{at}]"), what);
            sound = false;
        }
        if list.is_empty() {
            mistakes.add(self.at, "countries", "is empty; give at least one country");
        }
        (sound && !codes.is_empty()).then_some((What::Countries(codes), table.account))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NumbersTable {
    account: Option<String>,
    from: Option<String>,
    // Read row by row.
    #[serde(rename = "numbers")]
    _numbers: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CountriesTable {
    account: Option<String>,
    // Read one by one, so that each has its place.
    #[serde(rename = "countries")]
    _countries: Option<Vec<IgnoredAny>>,
}
