//! The manifest: what should exist on a fleet of profiles, from files to checked entries. Nothing is asked of a
//! vendor, and no command is run.

mod entry;
mod file;
mod mistakes;
mod numbers;
mod owns;
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
use crate::model::plan::{Options, Owned, ResourceKind};
use crate::model::settings::SipSettings;
use crate::model::trunk::Trunk;
pub use file::TARGET;
pub use mistakes::{At, Mistakes};
use positions::Positions;
use vars::Scope;
pub use vars::{ProfileVars, Vars, pairs};

/// Several files as one.
#[derive(Debug)]
pub struct Manifest {
    /// What is wanted, in the order of the files.
    pub entries: Vec<Entry>,
    /// What belongs to it.
    pub owns: Vec<Owns>,
}

/// One thing that is wanted on one or more profiles.
#[derive(Debug)]
pub struct Entry {
    /// The objects.
    pub what: What,
    /// Where; at least one, each once.
    pub profiles: Arc<[String]>,
    /// The account; defaults to the profile's.
    pub account: Option<String>,
    /// How it is compared and changed.
    pub options: Options,
    /// Its position.
    pub place: Origin,
    positions: Positions,
}

/// What belongs to the manifest: one `[[owns]]`.
#[derive(Debug)]
pub struct Owns {
    pub profiles: Arc<[String]>,
    /// The objects, by kind, with the account as the manifest gives it.
    pub owned: Vec<Owned>,
    /// Its position.
    pub place: Origin,
}

impl Owns {
    /// The key of a kind.
    pub fn key(kind: ResourceKind) -> &'static str {
        match kind {
            ResourceKind::Trunk => "trunks",
            kind => kind.section(),
        }
    }
}

/// What an entry wants.
#[derive(Debug)]
pub enum What {
    /// A trunk. Its password is an unresolved reference.
    Trunk(Box<Trunk>),
    /// Internal numbers.
    Numbers(Numbers),
    /// SIP settings, at least one.
    Settings(SipSettings),
    /// Call-out countries, as upper-case two-letter codes, each once.
    Countries(Vec<String>),
}

impl What {
    /// The kind of its objects.
    pub fn kind(&self) -> ResourceKind {
        match self {
            Self::Trunk(_) => ResourceKind::Trunk,
            Self::Numbers(_) => ResourceKind::InternalNumber,
            Self::Settings(_) => ResourceKind::SipSettings,
            Self::Countries(_) => ResourceKind::CalloutCountry,
        }
    }
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

/// The position of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file, as messages name it.
    pub file: Arc<str>,
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
    pub profile: &'m str,
    /// Its entries, in the order of the files.
    pub entries: Vec<&'m Entry>,
}

impl Manifest {
    /// Reads files and folders, `-` for standard input, into one manifest for the profiles that there are. One that
    /// is not trusted runs no command, and names no file outside of its own folder.
    pub fn open(paths: &[String], vars: &Vars, profiles: &[ProfileVars], untrusted: bool) -> Result<Self> {
        let mut mistakes = Mistakes::default();
        let files = paths::files(paths, &mut mistakes);
        let mut raw: Vec<_> =
            files.iter().filter_map(|path| file::parse(path, untrusted, &mut mistakes)).collect();
        let vars = Scope::collect(vars, raw.iter_mut().filter_map(file::Raw::take_vars), &mut mistakes);
        let files: Vec<_> = raw.into_iter().map(|raw| file::read(raw, &vars, &mut mistakes)).collect();
        let groups = target::Groups::collect(&files, profiles, &mut mistakes);
        let blank = files.iter().all(file::File::is_blank);
        let only = if let [only] = files.as_slice() { only.name.clone() } else { "".into() };
        let (mut entries, mut owns) = (Vec::new(), Vec::new());
        for file in files {
            owns.extend(owns::read_all(&file, &groups, &mut mistakes));
            entries.extend(entry::read_all(file, &groups, &vars, &mut mistakes));
        }
        let manifest = Self { entries, owns };
        // What cannot be read may want something.
        if blank && mistakes.is_empty() {
            let what = "has no entries; write [[trunk]], or `trunk = []` for none";
            mistakes.add(At { file: &only, place: None, path: "" }, "", what);
        }
        mistakes.finish("nothing was sent")?;
        Ok(manifest)
    }

    /// The trunks that should exist, and their profiles.
    pub fn trunks(&self) -> impl Iterator<Item = (&Trunk, &[String])> {
        self.entries.iter().filter(|entry| !entry.options.is_absent()).filter_map(|entry| match &entry.what {
            What::Trunk(trunk) => Some((&**trunk, &*entry.profiles)),
            _ => None,
        })
    }

    /// What is wanted on each profile, in the order in which profiles are first named.
    pub fn by_profile(&self) -> Vec<Wanted<'_>> {
        let mut wanted: Vec<Wanted<'_>> = Vec::new();
        let mut known = HashMap::new();
        let entries = self.entries.iter().map(|entry| (&entry.profiles, Some(entry)));
        for (profiles, entry) in entries.chain(self.owns.iter().map(|owns| (&owns.profiles, None))) {
            for profile in profiles.iter().map(String::as_str) {
                let at = *known.entry(profile).or_insert_with(|| {
                    wanted.push(Wanted { profile, entries: Vec::new() });
                    wanted.len() - 1
                });
                if let Some(wanted) = wanted.get_mut(at) {
                    wanted.entries.extend(entry);
                }
            }
        }
        wanted
    }
}

impl Entry {
    /// The position of a field, which may be among the defaults; the position of the entry if it has no such field.
    pub fn place_of(&self, field: &str) -> Place {
        self.positions.get(field).unwrap_or(self.place.place)
    }
}

impl Numbers {
    /// The file with the rows, as messages name it; `file` is the manifest's own.
    pub fn file(&self, file: &str) -> String {
        match self {
            Self::Given(_) => file.to_owned(),
            Self::File { path, .. } => path.to_string_lossy().into_owned(),
        }
    }

    /// The rows, to be read as those of any other list; `file` is the manifest's own.
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
