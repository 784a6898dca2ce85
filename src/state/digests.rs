//! What this machine last applied, for what a vendor cannot be asked: keyed digests of values, never the values,
//! and which manifest created an object.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::key::Key;
use super::storage::{lock_file, open_own, own_folder, read_own, write_private};

/// Nobody holds the lock for longer than one write takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// The folder below a state folder.
pub const FOLDER: &str = "applied";

/// What is remembered of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// It is the one that was last applied.
    Same,
    /// Another one was.
    Other,
    /// Nothing was applied from here.
    Nothing,
}

/// What was applied to one account or device.
#[derive(Debug)]
pub struct Applied {
    path: PathBuf,
    identity: String,
    key: Key,
    file: RefCell<File>,
    damaged: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct File {
    /// Whose objects they are. Another account's are not looked at.
    identity: String,
    /// The last profile that led here.
    profile: String,
    objects: BTreeMap<String, Object>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Object {
    /// The vendor's id: another object of the same name is another object.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    id: Option<String>,
    /// The manifest that created it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    created_by: Option<String>,
    /// Whether a command of this machine takes care of it.
    #[serde(default)]
    cared_for: bool,
    /// Digests of values by field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    fields: BTreeMap<String, String>,
}

/// What is to be remembered of an object.
#[derive(Debug, Default)]
pub struct Note {
    /// The vendor's id, where it told one.
    pub id: Option<String>,
    /// The manifest that has just created it.
    pub created_by: Option<String>,
    /// Values that the vendor does not tell, by field.
    pub untold: Vec<(String, String)>,
    /// Fields that it does tell, so that nothing has to be remembered of them.
    pub told: Vec<String>,
}

impl Object {
    /// Whether it is the object with that id, as far as ids are known.
    fn is(&self, id: Option<&str>) -> bool {
        id.is_none() || self.id.is_none() || self.id.as_deref() == id
    }
}

impl Applied {
    /// What is remembered of an account below a state folder, under this key. Under another one, nothing is.
    pub fn open(state: &Path, key: Key, profile: &str, identity: &str) -> io::Result<Self> {
        let folder = state.join(FOLDER);
        own_folder(&folder)?;
        // Where nothing else tells accounts apart, a secret of theirs does.
        let identity = key.digest(&["account", identity]);
        let path = folder.join(format!("{}.json", identity.get(..24).unwrap_or_default()));
        let (file, damaged) = load(&path, &identity)?;
        // What cannot be changed later is better refused before anything is written.
        if let Err(cause) = open_own(&path.with_extension("lock"))
            && cause.kind() != io::ErrorKind::NotFound
        {
            return Err(cause);
        }
        let file = RefCell::new(File { profile: profile.to_owned(), ..file });
        Ok(Self { path, identity, key, file, damaged })
    }

    /// The profiles that led to objects which a manifest created.
    ///
    /// # Errors
    /// Text for a warning.
    pub fn profiles(state: &Path, manifest: &str) -> Result<Vec<String>, String> {
        let folder = state.join(FOLDER);
        let failed =
            |cause: &io::Error| format!("what was applied cannot be read in `{}`: {cause}", folder.display());
        let list = match std::fs::read_dir(&folder) {
            Ok(list) => list,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(failed(&cause)),
        };
        let mut profiles = std::collections::BTreeSet::new();
        for entry in list {
            let path = entry.map_err(|cause| failed(&cause))?.path();
            if path.extension().is_none_or(|end| end != "json") {
                continue;
            }
            let bytes = read_own(&path).map_err(|cause| failed(&cause))?;
            // A damaged file remembers nothing.
            let Ok(file) = serde_json::from_slice::<File>(&bytes) else { continue };
            if file.objects.values().any(|object| object.created_by.as_deref() == Some(manifest)) {
                profiles.insert(file.profile);
            }
        }
        Ok(profiles.into_iter().collect())
    }

    /// Forgets everything below a state folder.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn forget_all(state: &Path) -> io::Result<()> {
        match std::fs::remove_dir_all(state.join(FOLDER)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// What is remembered of a field's value; `id` is the object's as it is now.
    pub fn remembers(&self, object: &str, id: Option<&str>, field: &str, value: &str) -> Memory {
        let file = self.file.borrow();
        let known = file.objects.get(object).filter(|known| known.is(id));
        match known.and_then(|known| known.fields.get(field)) {
            None => Memory::Nothing,
            Some(digest) if *digest == self.digest(object, field, value) => Memory::Same,
            Some(_) => Memory::Other,
        }
    }

    /// Whether a command of this machine takes care of the object already.
    pub fn cares_for(&self, object: &str) -> bool {
        self.file.borrow().objects.get(object).is_some_and(|object| object.cared_for)
    }

    /// The objects that a manifest created, with their ids.
    pub fn created_by(&self, manifest: &str) -> Vec<(String, Option<String>)> {
        let file = self.file.borrow();
        let own = file.objects.iter().filter(|(_, object)| object.created_by.as_deref() == Some(manifest));
        own.map(|(name, object)| (name.clone(), object.id.clone())).collect()
    }

    /// The id of an object, where it is remembered.
    pub fn id_of(&self, object: &str) -> Option<String> {
        self.file.borrow().objects.get(object).and_then(|object| object.id.clone())
    }

    /// Whether another manifest than this one created the object.
    pub fn is_of_another(&self, object: &str, manifest: Option<&str>) -> bool {
        let file = self.file.borrow();
        let owner = file.objects.get(object).and_then(|object| object.created_by.as_deref());
        owner.is_some() && owner != manifest
    }

    /// Gives objects that are remembered to a manifest, or to nobody: no other manifest prunes them then.
    ///
    /// # Errors
    /// Text for a warning.
    pub fn give(&self, objects: &[String], manifest: Option<&str>) -> Result<(), String> {
        if !objects.iter().any(|object| self.is_of_another(object, manifest)) {
            return Ok(());
        }
        self.change(|known| {
            for object in objects {
                if let Some(object) = known.get_mut(object).filter(|object| object.created_by.is_some()) {
                    object.created_by = manifest.map(str::to_owned);
                }
            }
        })
    }

    /// Whether what was remembered could not be read and is lost.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Remembers what was applied to objects.
    ///
    /// # Errors
    /// Text for a warning.
    pub fn remember(&self, notes: Vec<(String, Note)>) -> Result<(), String> {
        self.change(|objects| {
            for (name, note) in notes {
                let digests = note
                    .untold
                    .iter()
                    .map(|(field, value)| (field.clone(), self.digest(&name, field, value)));
                let digests: Vec<_> = digests.collect();
                let object = objects.entry(name).or_default();
                if !object.is(note.id.as_deref()) {
                    *object = Object::default();
                }
                object.id = note.id.or(object.id.take());
                object.cared_for = true;
                object.created_by = note.created_by.or(object.created_by.take());
                note.told.iter().for_each(|field| drop(object.fields.remove(field)));
                object.fields.extend(digests);
            }
        })
    }

    /// Forgets an object that is gone.
    ///
    /// # Errors
    /// Text for a warning.
    pub fn forget(&self, object: &str) -> Result<(), String> {
        self.change(|objects| drop(objects.remove(object)))
    }

    /// Forgets what was applied to a field of the object with that name or id: somebody writes it without a manifest.
    ///
    /// # Errors
    /// Text for a warning.
    pub fn unlearn(&self, object: &str, id: Option<&str>, field: &str) -> Result<(), String> {
        let meant =
            |name: &str, known: &Object| name == object || (id.is_some() && known.id.as_deref() == id);
        let knows =
            |(name, known): (&String, &Object)| meant(name, known) && known.fields.contains_key(field);
        if !self.file.borrow().objects.iter().any(knows) {
            return Ok(());
        }
        self.change(|objects| {
            let meant = objects.iter_mut().filter(|(name, known)| meant(name, known));
            meant.for_each(|(_, known)| drop(known.fields.remove(field)));
        })
    }

    fn digest(&self, object: &str, field: &str, value: &str) -> String {
        self.key.digest(&["value", &self.identity, object, field, value])
    }

    /// Changes the file under its lock: what another process has noted meanwhile stays.
    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Object>)) -> Result<(), String> {
        let failed = |cause: &dyn std::fmt::Display| {
            format!("what was applied cannot be remembered in `{}`: {cause}", self.path.display())
        };
        let lock = lock_file(&self.path.with_extension("lock")).map_err(|cause| failed(&cause))?;
        let begun = Instant::now();
        while let Err(std::fs::TryLockError::WouldBlock) = lock.try_lock() {
            if begun.elapsed() >= PATIENCE {
                return Err(failed(&"another process has locked it"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let (mut file, _) = load(&self.path, &self.identity).map_err(|cause| failed(&cause))?;
        file.profile.clone_from(&self.file.borrow().profile);
        change(&mut file.objects);
        let bytes = serde_json::to_vec(&file).map_err(|cause| failed(&cause))?;
        write_private(&self.path, &bytes).map_err(|cause| failed(&cause))?;
        self.file.replace(file);
        Ok(())
    }
}

/// The file, or a new one where there is none of this account; and whether there was one that nobody can read.
fn load(path: &Path, identity: &str) -> io::Result<(File, bool)> {
    let new = || File { identity: identity.to_owned(), ..File::default() };
    let bytes = match read_own(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok((new(), false)),
        bytes => bytes?,
    };
    // A damaged file remembers nothing: what it was about is sent once more.
    match serde_json::from_slice::<File>(&bytes) {
        Ok(file) if file.identity == identity => Ok((file, false)),
        Ok(_) => Ok((new(), false)),
        Err(_) => Ok((new(), true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::new(text).unwrap()
    }

    fn note(field: &str, value: &str) -> Note {
        Note { untold: vec![(field.into(), value.into())], ..Note::default() }
    }

    #[test]
    fn a_value_is_remembered_for_its_object_and_account_and_never_kept() {
        let folder = tempfile::tempdir().unwrap();
        let open = |identity| Applied::open(folder.path(), key("k"), "lab", identity).unwrap();
        let applied = open("a");
        assert_eq!(applied.remembers("trunk||x", None, "password", "canary"), Memory::Nothing);
        applied.remember(vec![("trunk||x".into(), note("password", "canary"))]).unwrap();
        assert_eq!(applied.remembers("trunk||x", None, "password", "canary"), Memory::Same);
        let again = open("a");
        assert_eq!(again.remembers("trunk||x", None, "password", "canary"), Memory::Same);
        assert_eq!(again.remembers("trunk||x", None, "password", "other"), Memory::Other);
        assert_eq!(again.remembers("trunk||y", None, "password", "canary"), Memory::Nothing);
        assert_eq!(open("b").remembers("trunk||x", None, "password", "canary"), Memory::Nothing);
        let other_key = Applied::open(folder.path(), key("other"), "lab", "a").unwrap();
        assert_eq!(other_key.remembers("trunk||x", None, "password", "canary"), Memory::Nothing);
        assert!(again.cares_for("trunk||x") && !again.cares_for("trunk||y"));
        let text = std::fs::read_to_string(&applied.path).unwrap();
        assert!(!text.contains("canary"), "{text}");
        let told = Note { told: vec!["password".into()], ..Note::default() };
        again.remember(vec![("trunk||x".into(), told)]).unwrap();
        assert_eq!(again.remembers("trunk||x", None, "password", "canary"), Memory::Nothing);
    }

    #[test]
    fn objects_belong_to_the_manifest_that_created_them_until_they_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) =
            [(); 2].map(|()| Applied::open(folder.path(), key("k"), "lab", "a").unwrap()).into();
        let created = |manifest: &str| Note { created_by: Some(manifest.into()), ..Note::default() };
        one.remember(vec![("trunk||x".into(), created("m"))]).unwrap();
        // What another process noted meanwhile stays.
        other.remember(vec![("trunk||y".into(), created("m")), ("trunk||z".into(), note("a", "b"))]).unwrap();
        let names =
            |applied: &Applied| applied.created_by("m").into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&other), ["trunk||x", "trunk||y"]);
        assert!(other.created_by("n").is_empty());
        other.forget("trunk||x").unwrap();
        assert_eq!(names(&other), ["trunk||y"]);
        assert_eq!(Applied::profiles(folder.path(), "m").unwrap(), ["lab"]);
        assert!(Applied::profiles(folder.path(), "n").unwrap().is_empty());
    }

    #[test]
    fn a_damaged_file_remembers_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let applied = Applied::open(folder.path(), key("k"), "lab", "a").unwrap();
        applied.remember(vec![("x".into(), note("f", "v"))]).unwrap();
        std::fs::write(&applied.path, "{").unwrap();
        let again = Applied::open(folder.path(), key("k"), "lab", "a").unwrap();
        assert!(again.is_damaged() && !applied.is_damaged());
        assert_eq!(again.remembers("x", None, "f", "v"), Memory::Nothing);
        again.remember(vec![("x".into(), note("f", "v"))]).unwrap();
        assert_eq!(again.remembers("x", None, "f", "v"), Memory::Same);
    }

    #[test]
    fn another_object_of_the_same_name_is_another_object() {
        let folder = tempfile::tempdir().unwrap();
        let applied = Applied::open(folder.path(), key("k"), "lab", "a").unwrap();
        let with_id = |id: &str, manifest: Option<&str>| Note {
            id: Some(id.into()),
            created_by: manifest.map(Into::into),
            ..note("f", "v")
        };
        applied.remember(vec![("x".into(), with_id("1", Some("m")))]).unwrap();
        assert_eq!(applied.remembers("x", Some("1"), "f", "v"), Memory::Same);
        assert_eq!(applied.remembers("x", Some("2"), "f", "v"), Memory::Nothing);
        assert_eq!(applied.created_by("m"), [("x".to_owned(), Some("1".to_owned()))]);
        applied.remember(vec![("x".into(), with_id("2", None))]).unwrap();
        assert!(applied.created_by("m").is_empty());
        // By its id alone, whatever it is called.
        applied.unlearn("", Some("1"), "f").unwrap();
        assert_eq!(applied.remembers("x", Some("2"), "f", "v"), Memory::Same);
        applied.unlearn("", Some("2"), "f").unwrap();
        assert_eq!(applied.remembers("x", Some("2"), "f", "v"), Memory::Nothing);
    }
}
