//! Keyed digests of values that were written and that no vendor returns. The values themselves are never stored, and
//! the key is never in the same folder. If the digests are lost, such a value is written once more.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::key::Key;
use super::storage::{lock_file, open_own, own_folder, read_own, write_private};

/// Nobody has the lock for longer than one write takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// The folder below a state folder.
pub const FOLDER: &str = "applied";

/// How a value compares with its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The same value was last written.
    Same,
    /// Another value was last written.
    Other,
    /// There is no digest.
    Nothing,
}

/// The values of an object: its text, its id if it has one, and each field with its value.
pub type Written = (String, Option<String>, Vec<(String, String)>);

/// The digests of one account or device.
#[derive(Debug)]
pub struct Digests {
    path: PathBuf,
    identity: String,
    key: Key,
    file: RefCell<File>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct File {
    /// The account. The digests of another one do not count.
    identity: String,
    objects: BTreeMap<String, Object>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Object {
    /// The vendor's id: another object of the same name is another object.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    id: Option<String>,
    /// Digests of values by field.
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

impl Object {
    /// Whether it is the object with that id, if the ids are known.
    fn is(&self, id: Option<&str>) -> bool {
        id.is_none() || self.id.is_none() || self.id.as_deref() == id
    }
}

impl Digests {
    /// The digests of an account below a state folder with this key. With another key, there are none.
    pub fn open(state: &Path, key: Key, identity: &str) -> io::Result<Self> {
        let folder = state.join(FOLDER);
        own_folder(&folder)?;
        // A secret can be part of what identifies an account.
        let identity = key.digest(&["account", identity]);
        let path = folder.join(format!("{}.json", identity.get(..24).unwrap_or_default()));
        let file = RefCell::new(load(&path, &identity)?);
        // What cannot be changed later is better refused before anything is written.
        if let Err(cause) = open_own(&path.with_extension("lock"))
            && cause.kind() != io::ErrorKind::NotFound
        {
            return Err(cause);
        }
        Ok(Self { path, identity, key, file })
    }

    /// Removes all digests below a state folder.
    pub fn remove_all(state: &Path) -> io::Result<()> {
        match std::fs::remove_dir_all(state.join(FOLDER)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Compares a value with the one that was last written to a field.
    pub fn compare(&self, object: &str, id: Option<&str>, field: &str, value: &str) -> Known {
        let file = self.file.borrow();
        let known = file.objects.get(object).filter(|known| known.is(id));
        match known.and_then(|known| known.fields.get(field)) {
            None => Known::Nothing,
            Some(digest) if *digest == self.digest(object, field, value) => Known::Same,
            Some(_) => Known::Other,
        }
    }

    /// Remembers values that were written.
    pub fn remember(&self, written: Vec<Written>) -> Result<(), String> {
        if written.iter().all(|(.., values)| values.is_empty()) {
            return Ok(());
        }
        self.change(|objects| {
            for (name, id, values) in written.into_iter().filter(|(.., values)| !values.is_empty()) {
                let digests = values.into_iter().map(|(field, value)| {
                    let digest = self.digest(&name, &field, &value);
                    (field, digest)
                });
                let digests: Vec<(String, String)> = digests.collect();
                let object = objects.entry(name).or_default();
                if !object.is(id.as_deref()) {
                    *object = Object::default();
                }
                object.id = id.or(object.id.take());
                object.fields.extend(digests);
            }
        })
    }

    /// Removes the digests of fields of the object with that text or id: they are about to be written, or it is gone.
    pub fn forget(&self, (object, id): (&str, Option<&str>), fields: &[String]) -> Result<(), String> {
        let meant =
            |name: &str, known: &Object| name == object || (id.is_some() && known.id.as_deref() == id);
        let has = |(name, known): (&String, &Object)| {
            meant(name, known) && fields.iter().any(|field| known.fields.contains_key(field))
        };
        if !self.file.borrow().objects.iter().any(has) {
            return Ok(());
        }
        self.change(|objects| {
            for (_, known) in objects.iter_mut().filter(|(name, known)| meant(name, known)) {
                known.fields.retain(|field, _| !fields.contains(field));
            }
            objects.retain(|_, known| !known.fields.is_empty());
        })
    }

    fn digest(&self, object: &str, field: &str, value: &str) -> String {
        self.key.digest(&["value", &self.identity, object, field, value])
    }

    /// Changes the file under its lock: what another process has written meanwhile stays.
    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Object>)) -> Result<(), String> {
        let failed = |cause: &dyn std::fmt::Display| {
            format!("digests cannot be written to `{}`: {cause}", self.path.display())
        };
        let lock = lock_file(&self.path.with_extension("lock")).map_err(|cause| failed(&cause))?;
        let begun = Instant::now();
        while let Err(std::fs::TryLockError::WouldBlock) = lock.try_lock() {
            if begun.elapsed() >= PATIENCE {
                return Err(failed(&"another process has locked it"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut file = load(&self.path, &self.identity).map_err(|cause| failed(&cause))?;
        change(&mut file.objects);
        let bytes = serde_json::to_vec(&file).map_err(|cause| failed(&cause))?;
        write_private(&self.path, &bytes).map_err(|cause| failed(&cause))?;
        self.file.replace(file);
        Ok(())
    }
}

/// The file; empty if the account has none, or it is damaged.
fn load(path: &Path, identity: &str) -> io::Result<File> {
    let bytes = match read_own(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Vec::new(),
        bytes => bytes?,
    };
    let file = serde_json::from_slice::<File>(&bytes).ok().filter(|file| file.identity == identity);
    Ok(file.unwrap_or_else(|| File { identity: identity.to_owned(), ..File::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path, key: &str, identity: &str) -> Digests {
        Digests::open(folder, Key::new(key).unwrap(), identity).unwrap()
    }

    fn written(object: &str, id: Option<&str>, field: &str, value: &str) -> Vec<Written> {
        vec![(object.into(), id.map(Into::into), vec![(field.into(), value.into())])]
    }

    #[test]
    fn a_value_is_compared_per_object_and_account_and_never_stored() {
        let folder = tempfile::tempdir().unwrap();
        let digests = open(folder.path(), "k", "a");
        assert_eq!(digests.compare("x", None, "password", "canary"), Known::Nothing);
        digests.remember(written("x", None, "password", "canary")).unwrap();
        let again = open(folder.path(), "k", "a");
        for (digests, object, value, known) in [
            (&digests, "x", "canary", Known::Same),
            (&again, "x", "canary", Known::Same),
            (&again, "x", "other", Known::Other),
            (&again, "y", "canary", Known::Nothing),
            (&open(folder.path(), "k", "b"), "x", "canary", Known::Nothing),
            (&open(folder.path(), "other", "a"), "x", "canary", Known::Nothing),
        ] {
            assert_eq!(digests.compare(object, None, "password", value), known);
        }
        let text = std::fs::read_to_string(&digests.path).unwrap();
        assert!(!text.contains("canary"), "{text}");
    }

    #[test]
    fn writes_of_other_processes_are_kept_and_damage_costs_one_extra_write() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (open(folder.path(), "k", "a"), open(folder.path(), "k", "a"));
        one.remember(written("x", None, "f", "1")).unwrap();
        other.remember(written("y", None, "f", "2")).unwrap();
        let again = open(folder.path(), "k", "a");
        assert_eq!(again.compare("x", None, "f", "1"), Known::Same);
        assert_eq!(again.compare("y", None, "f", "2"), Known::Same);
        std::fs::write(&one.path, "{").unwrap();
        let again = open(folder.path(), "k", "a");
        assert_eq!(again.compare("x", None, "f", "1"), Known::Nothing);
        again.remember(written("x", None, "f", "1")).unwrap();
        assert_eq!(again.compare("x", None, "f", "1"), Known::Same);
    }

    #[test]
    fn a_new_object_with_the_same_name_is_a_different_object() {
        let folder = tempfile::tempdir().unwrap();
        let digests = open(folder.path(), "k", "a");
        digests.remember(written("x", Some("1"), "f", "v")).unwrap();
        assert_eq!(digests.compare("x", Some("1"), "f", "v"), Known::Same);
        assert_eq!(digests.compare("x", Some("2"), "f", "v"), Known::Nothing);
        digests.remember(written("x", Some("2"), "g", "v")).unwrap();
        assert_eq!(digests.compare("x", Some("2"), "f", "v"), Known::Nothing);
        // Identified only by its id, not by its name.
        digests.forget(("", Some("1")), &["g".into()]).unwrap();
        assert_eq!(digests.compare("x", Some("2"), "g", "v"), Known::Same);
        digests.forget(("", Some("2")), &["g".into()]).unwrap();
        assert_eq!(digests.compare("x", Some("2"), "g", "v"), Known::Nothing);
    }
}
