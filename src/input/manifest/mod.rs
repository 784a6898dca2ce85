//! The manifest: what should exist on a fleet of profiles, from files to checked entries. Nothing is asked of a
//! vendor, and no command is run.

mod duplicates;
mod entry;
mod file;
mod mistakes;
mod numbers;
mod paths;
mod positions;
mod target;
mod vars;
pub mod write;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::confine;
use super::rows::{NUMBERS, Row, Sheet};
use crate::model::error::{Error, Place, Result};
use crate::model::settings::SipSettings;
use crate::model::trunk::Trunk;
use file::Sort;
pub use file::TARGET;
use mistakes::{At, Mistakes};
use positions::Positions;
use vars::Scope;
pub use vars::Vars;

/// The keys of the lists of entries: trunks, internal numbers, SIP settings, call-out countries.
pub const SORTS: [&str; 4] =
    [Sort::Trunk.key(), Sort::Numbers.key(), Sort::Settings.key(), Sort::Countries.key()];

/// Several files as one.
#[derive(Debug)]
pub struct Manifest {
    /// What this machine remembers it by: its `name`, else the place of its only file.
    pub name: Option<String>,
    /// The files that say what is wanted, by their one path. Standard input is none.
    pub files: Vec<String>,
    /// What is wanted, in the order of the files.
    pub entries: Vec<Entry>,
}

/// One thing that is wanted on one or more profiles.
#[derive(Debug)]
pub struct Entry {
    /// What.
    pub what: What,
    /// Where; at least one, each once.
    pub profiles: Arc<[String]>,
    /// The account; the profile's own where none is given.
    pub account: Option<String>,
    /// Where it stands.
    pub place: Origin,
    positions: Positions,
}

/// What an entry wants.
#[derive(Debug)]
pub enum What {
    /// A trunk. Its password is a reference that nobody looked up yet.
    Trunk(Box<Trunk>),
    /// Internal numbers.
    Numbers(Numbers),
    /// SIP settings, at least one.
    Settings(SipSettings),
    /// Call-out countries, as upper-case two-letter codes, each once.
    Countries(Vec<String>),
}

/// A list of internal numbers.
#[derive(Debug, Clone)]
pub enum Numbers {
    /// Rows of the manifest's own file.
    Given(Arc<[Row]>),
    /// A file beside it, which is read when it is needed.
    File {
        /// The file.
        path: PathBuf,
        /// The folder that it has to lie below.
        below: Option<PathBuf>,
    },
}

/// Where an entry stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file, as messages name it.
    pub file: Arc<str>,
    /// The place in it.
    pub place: Place,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.file, self.place)
    }
}

/// What is wanted on one profile.
#[derive(Debug)]
pub struct Wanted<'m> {
    /// The profile.
    pub profile: &'m str,
    /// Its entries, in the order of the files.
    pub entries: Vec<&'m Entry>,
}

impl Manifest {
    /// Reads files and folders, `-` for standard input, into one manifest for the profiles that there are. One that
    /// is not trusted runs no command, and names no file outside of its own folder.
    ///
    /// # Errors
    /// Every mistake at once, each with file, line and column.
    pub fn open(paths: &[String], vars: &Vars, profiles: &[String], untrusted: bool) -> Result<Self> {
        let mut mistakes = Mistakes::default();
        let files = paths::files(paths, &mut mistakes);
        let mut raw: Vec<_> =
            files.iter().filter_map(|path| file::parse(path, untrusted, &mut mistakes)).collect();
        let vars = Scope::collect(vars, raw.iter_mut().filter_map(file::Raw::take_vars), &mut mistakes);
        let files: Vec<_> = raw.into_iter().map(|raw| file::read(raw, &vars, &mut mistakes)).collect();
        let name = name(&files, paths, &mut mistakes);
        let groups = target::Groups::collect(&files, profiles, &mut mistakes);
        let blank = files.iter().all(file::File::is_blank);
        let own = files.iter().filter(|file| !file.is_blank()).filter_map(|file| whole(&file.name));
        let own = own.collect();
        let only = if let [only] = files.as_slice() { only.name.clone() } else { "".into() };
        let mut entries = Vec::new();
        for file in files {
            entries.extend(entry::read_all(file, &groups, &mut mistakes));
        }
        let manifest = Self { name, files: own, entries };
        duplicates::check(&manifest, &mut mistakes);
        // What cannot be read may want something.
        if blank && mistakes.is_empty() {
            let what = "wants nothing: there is no entry in it; write [[trunk]], or `trunk = []` for none";
            mistakes.add(At { file: &only, place: None, path: "" }, "", what);
        }
        mistakes.finish()?;
        Ok(manifest)
    }

    /// What is wanted on each profile, in the order in which profiles are first named.
    pub fn by_profile(&self) -> Vec<Wanted<'_>> {
        let mut wanted: Vec<Wanted<'_>> = Vec::new();
        let mut known = HashMap::new();
        for entry in &self.entries {
            for profile in entry.profiles.iter().map(String::as_str) {
                let at = *known.entry(profile).or_insert_with(|| {
                    wanted.push(Wanted { profile, entries: Vec::new() });
                    wanted.len() - 1
                });
                if let Some(wanted) = wanted.get_mut(at) {
                    wanted.entries.push(entry);
                }
            }
        }
        wanted
    }
}

/// The name that a file gives; those of several files are one.
fn name(files: &[file::File], paths: &[String], mistakes: &mut Mistakes) -> Option<String> {
    let mut named: Option<(&str, &file::File)> = None;
    for file in files {
        match (&file.title, named) {
            (Some((name, place)), Some((known, first))) if name != known => {
                let what = format!("the manifest has another name in {}, `{known}`; keep one", first.name);
                mistakes.add(file.at("name").place(*place), "", what);
            }
            (Some((name, _)), None) => named = Some((name, file)),
            _ => {}
        }
    }
    // Of several places none stands for the others, and standard input is none.
    let place = match paths {
        [only] => whole(only),
        _ => None,
    };
    named.map(|(name, _)| name.to_owned()).or(place)
}

/// The one path of a file or a folder.
fn whole(path: &str) -> Option<String> {
    let whole = std::fs::canonicalize(path).ok().filter(|_| path != "-");
    whole.map(|path| path.to_string_lossy().into_owned())
}

impl Entry {
    /// Where a field of it stands, perhaps among the defaults; where it stands itself if it gives no such field.
    pub fn place_of(&self, field: &str) -> Place {
        self.positions.get(field).unwrap_or(self.place.place)
    }

    /// What tells this trunk from others on the same profile and account: its name, or the master's trunk where
    /// the vendor keeps the name.
    pub fn trunk_identity(&self) -> Option<&str> {
        match &self.what {
            What::Trunk(trunk) => trunk.name.as_deref().or(trunk.master_trunk.as_deref()),
            _ => None,
        }
    }
}

impl Numbers {
    /// The file that the rows stand in, as messages name it; `file` is the manifest's own.
    pub fn file(&self, file: &str) -> String {
        match self {
            Self::Given(_) => file.to_owned(),
            Self::File { path, .. } => path.to_string_lossy().into_owned(),
        }
    }

    /// The rows, to be read as those of any other list; `file` is the manifest's own.
    ///
    /// # Errors
    /// Where their file cannot be read.
    pub fn sheet(&self, file: &str) -> Result<Sheet> {
        match self {
            Self::Given(rows) => Ok(Sheet::given(file, rows.clone(), &NUMBERS)),
            // A manifest can name any file.
            Self::File { path, below } => {
                let name = path.to_string_lossy();
                confine::open(below.as_deref(), path, || Sheet::open(&name, &NUMBERS).map(Sheet::quiet))
                    .unwrap_or_else(|why| Err(Error::invalid(format!("file `{name}` {why}"))))
            }
        }
    }
}

#[cfg(test)]
mod tests;
