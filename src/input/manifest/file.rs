//! One file of a manifest: its parts, with variables put in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::mistakes::{At, Mistakes};
use super::vars::Scope;
use crate::input::confine;
use crate::input::file::Source;
use crate::input::tree;
use crate::input::tree::{Key, Node, Table, Value};
use crate::model::error::{Kind, Place};
use crate::model::fields::Field;
use crate::model::plan::ResourceKind;
use crate::model::text::Unknown;

/// The keys that name the profiles of an entry; each entry has one of them.
pub const TARGET: [&str; 3] = ["profile", "profiles", "group"];

/// The keys of a file. `$schema` is for editors.
const KEYS: [&str; 9] = [
    "vars",
    "owns",
    "defaults",
    "groups",
    "trunk",
    "internal_numbers",
    "sip_settings",
    "callout_countries",
    "$schema",
];

/// A file that was read.
#[derive(Debug)]
pub struct File {
    /// How messages name it.
    pub name: Arc<str>,
    /// Where relative paths in it start.
    pub folder: PathBuf,
    /// Whether only its owner can read it.
    pub private: bool,
    /// The folder that limits its files, if it is not trusted.
    pub below: Option<PathBuf>,
    /// What lies under the entries of a sort.
    pub defaults: Vec<(ResourceKind, Table)>,
    /// The groups of profiles.
    pub groups: Table,
    /// The entries, in the order of the file.
    pub entries: Vec<RawEntry>,
    /// The `[[owns]]` tables with their positions.
    pub owns: Vec<(Table, Place)>,
    /// Whether a list of entries is there, perhaps without any.
    has_lists: bool,
}

/// An entry as the file has it.
#[derive(Debug, Clone)]
pub struct RawEntry {
    /// What it is about.
    pub kind: ResourceKind,
    /// The way to it, as in `trunk[2]`.
    pub path: String,
    /// Its keys, with those of the defaults that it does not give itself.
    pub table: Table,
    /// Where it begins.
    pub place: Place,
}

impl File {
    /// Whether it does not even say that nothing is wanted.
    pub fn is_blank(&self) -> bool {
        !self.has_lists
    }

    /// A place in it.
    pub fn at<'a>(&'a self, path: &'a str) -> At<'a> {
        At { file: &self.name, place: None, path }
    }
}

/// A file that was read, before variables are put in.
pub struct Raw {
    source: Source,
    /// The folder that limits its files, if it is not trusted.
    below: Option<PathBuf>,
    table: Table,
}

impl Raw {
    /// Its name in messages, and the value of `vars`, which is removed from it.
    pub fn take_vars(&mut self) -> Option<(&str, Node)> {
        let index = self.table.iter().position(|(key, _)| key.text == "vars")?;
        Some((&self.source.name, self.table.remove(index).1))
    }
}

/// Reads a file; none if it is not a table.
pub fn parse(path: &str, untrusted: bool, mistakes: &mut Mistakes) -> Option<Raw> {
    let at = At { file: path, place: None, path: "" };
    let folder = Path::new(path).parent().filter(|_| untrusted && path != "-");
    let source = confine::open(folder, Path::new(path), || Source::open(path, Kind::Invalid));
    let source = source.map_err(|why| mistakes.add(at, "", why)).ok()?;
    let source = source.map_err(|error| mistakes.of_file(at, &error)).ok()?;
    let at = At { file: &source.name, ..at };
    mistakes.begin(at.file);
    let root = source.parse().map_err(|mistake| mistakes.of_node(at, &mistake, &[])).ok()?;
    let noun = root.noun();
    let Value::Table(table) = root.value else {
        let what = format!("is {noun}; write the tables of a manifest, as in [[trunk]]");
        mistakes.add(at.place(root.place), "", what);
        return None;
    };
    let strangers: Vec<&Key> =
        table.iter().map(|(key, _)| key).filter(|key| !KEYS.contains(&key.text.as_str())).collect();
    let is_field = |key: &Key| key.text.parse::<Field>().is_ok();
    if !table.is_empty() && table.iter().all(|(key, _)| is_field(key)) {
        let what = "is a trunk, not a manifest; use `trunkctl trunk create --from FILE`, or write [[trunk]] above it \
                    and add its `profile`";
        mistakes.add(at.place(root.place), "", what.to_owned());
        mistakes.hush(at.file);
        return None;
    }
    let familiar = strangers.len() < table.len() && 2 * strangers.len() <= table.len();
    let mut unnamed = false;
    for key in &strangers {
        let unknown = Unknown::new("key", &key.text, familiar, &KEYS);
        if !unknown.name.is_empty() || !std::mem::replace(&mut unnamed, true) {
            mistakes.add(at.place(key.place), &unknown.name, unknown.line());
        }
    }
    if !strangers.is_empty() {
        // It may be no manifest at all.
        mistakes.hush(at.file);
    }
    let below = untrusted.then(|| source.folder.clone());
    Some(Raw { source, below, table })
}

/// The parts of a file.
pub fn read(raw: Raw, vars: &Scope<'_>, mistakes: &mut Mistakes) -> File {
    let Raw { source, below, mut table } = raw;
    let at = At { file: &source.name, place: None, path: "" };
    let later = vars.before_profiles();
    for (key, node) in &mut table {
        let has_entries = key.text == "defaults" || of_section(&key.text).is_some();
        let vars = if has_entries { &later } else { vars };
        vars.fill(at, &key.text, node, mistakes);
    }
    let mut file = File {
        name: source.name.as_str().into(),
        below,
        folder: source.folder,
        private: source.private,
        defaults: Vec::new(),
        groups: Table::new(),
        entries: Vec::new(),
        owns: Vec::new(),
        has_lists: false,
    };
    let mut lists = Vec::new();
    for (key, node) in table {
        match (key.text.as_str(), of_section(&key.text)) {
            ("owns", _) => {
                file.has_lists = true;
                file.owns = tables(at, "owns", node, mistakes);
            }
            ("defaults", _) => file.defaults = defaults(at, node, mistakes),
            ("groups", _) => file.groups = mistakes.table(at, "groups", node).unwrap_or_default(),
            (_, Some(kind)) => lists.push((kind, node)),
            // `$schema`, and keys that were refused already.
            _ => {}
        }
    }
    for (kind, node) in lists {
        file.has_lists = true;
        let drafts = drafts(at, kind, node, &file.defaults, mistakes);
        file.entries.extend(drafts);
    }
    file.entries.sort_by_key(|draft| (draft.place.line, draft.place.column));
    file
}

fn defaults(at: At<'_>, node: Node, mistakes: &mut Mistakes) -> Vec<(ResourceKind, Table)> {
    let mut defaults = Vec::new();
    let table = mistakes.table(at, "defaults", node).unwrap_or_default();
    let known = table.iter().filter(|(key, _)| of_section(&key.text).is_some()).count();
    let familiar = known > 0 && 2 * known >= table.len();
    for (key, node) in table {
        let Some(kind) = of_section(&key.text) else {
            let unknown =
                Unknown::new("key", &key.text, familiar, &ResourceKind::SECTIONS.map(ResourceKind::section));
            let at = At { path: "defaults", ..at };
            mistakes.add(at.place(key.place), &unknown.name, unknown.line());
            continue;
        };
        let path = format!("defaults.{}", key.text);
        defaults.extend(mistakes.table(at, &path, node).map(|table| (kind, table)));
    }
    defaults
}

fn of_section(key: &str) -> Option<ResourceKind> {
    ResourceKind::SECTIONS.into_iter().find(|kind| kind.section() == key)
}

fn drafts(
    at: At<'_>,
    kind: ResourceKind,
    node: Node,
    defaults: &[(ResourceKind, Table)],
    mistakes: &mut Mistakes,
) -> Vec<RawEntry> {
    let key = kind.section();
    let below = defaults.iter().find(|(known, _)| *known == kind).map(|(_, table)| table);
    let tables = tables(at, key, node, mistakes).into_iter().enumerate();
    let drafts = tables.map(|(index, (mut table, place))| {
        if let Some(below) = below {
            lay(&mut table, below);
        }
        RawEntry { kind, path: format!("{key}[{index}]"), table, place }
    });
    drafts.collect()
}

/// A list of tables with their positions.
pub fn tables(at: At<'_>, key: &str, node: Node, mistakes: &mut Mistakes) -> Vec<(Table, Place)> {
    let noun = node.noun();
    let list = match node.value {
        Value::List(list) => list,
        Value::Nothing => Vec::new(),
        _ => {
            let what = format!("is {noun}; write a list of tables, in TOML as [[{key}]]");
            mistakes.add(at.place(node.place), key, what);
            return Vec::new();
        }
    };
    let mut tables = Vec::new();
    for (index, node) in list.into_iter().enumerate() {
        let (place, noun) = (node.place, node.noun());
        match node.value {
            Value::Table(table) => tables.push((table, place)),
            _ => {
                let what = format!("is {noun}; write a table of keys and values");
                mistakes.add(at.place(place), &format!("{key}[{index}]"), what);
            }
        }
    }
    tables
}

/// Keys that exclude each other.
const ONE_OF: [&[&str]; 2] = [&TARGET, &["numbers", "from"]];

/// Tables whose own keys are laid one by one, as flags are laid over a file.
const DEEP: [&str; 2] = ["caller_id", "vendor_fields"];

/// Lays a table under another: what that one gives, be it null, stays.
pub fn lay(table: &mut Table, below: &Table) {
    let own: Vec<String> = table.iter().map(|(key, _)| key.text.clone()).collect();
    for (key, node) in below {
        let alike = ONE_OF.into_iter().find(|keys| keys.contains(&key.text.as_str()));
        if alike.is_some_and(|keys| own.iter().any(|own| keys.contains(&own.as_str()))) {
            continue;
        }
        match table.iter_mut().find(|(known, _)| known.text == key.text) {
            None => table.push((key.clone(), node.clone())),
            Some((_, over)) if DEEP.contains(&key.text.as_str()) => {
                if let (Value::Table(over), Value::Table(below)) = (&mut over.value, &node.value) {
                    lay(over, below);
                }
            }
            Some(_) => {}
        }
    }
}

/// Some of a table's keys.
pub type Pairs<'f> = Vec<(&'f Key, &'f Node)>;

/// Reads some keys of a table. If that fails, each wrong key is a mistake of its own.
pub fn read_pairs<'f, T: serde::Deserialize<'f>>(
    at: At<'_>,
    pairs: &Pairs<'f>,
    all: &Pairs<'f>,
    others: &[&str],
    mistakes: &mut Mistakes,
) -> Option<T> {
    let wrong = match tree::read_pairs(pairs, all.len(), at.place?) {
        Ok(read) => return Some(read),
        Err(wrong) => wrong,
    };
    wrong.iter().for_each(|mistake| mistakes.of_node(at, mistake, others));
    None
}
