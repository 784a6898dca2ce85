//! One file of a manifest: its parts, with variables put in.

use std::path::PathBuf;
use std::sync::Arc;

use super::mistakes::{At, Mistakes};
use super::vars::Vars;
use crate::config::files::Source;
use crate::config::node::{self, Key, Node, Table, Value};
use crate::model::error::{Kind, Place};
use crate::model::text::{excerpt, nearest};

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// `[[trunk]]`
    Trunk,
    /// `[[internal_numbers]]`
    Numbers,
    /// `[[sip_settings]]`
    Settings,
    /// `[[callout_countries]]`
    Countries,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Trunk, Self::Numbers, Self::Settings, Self::Countries];

    /// The key in a file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Trunk => "trunk",
            Self::Numbers => "internal_numbers",
            Self::Settings => "sip_settings",
            Self::Countries => "callout_countries",
        }
    }

    fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.key() == key)
    }
}

/// The keys of a file. `$schema` is for editors.
const KEYS: [&str; 8] = [
    "name",
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
    /// Whether nobody but its owner can read it.
    pub private: bool,
    /// What this machine remembers the manifest by, and where it says so.
    pub title: Option<(String, Place)>,
    /// What lies under the entries of a sort.
    pub defaults: Vec<(Sort, Table)>,
    /// The groups of profiles.
    pub groups: Table,
    /// The entries, in the order of the file.
    pub entries: Vec<Draft>,
    /// Whether a list of entries is there, perhaps without any.
    has_lists: bool,
}

/// An entry as the file has it.
#[derive(Debug)]
pub struct Draft {
    /// What it is about.
    pub sort: Sort,
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

/// The parts of a file; none where it is not even a table.
pub fn open(path: &str, vars: &Vars, mistakes: &mut Mistakes) -> Option<File> {
    let at = At { file: path, place: None, path: "" };
    let source = Source::open(path, Kind::Invalid).map_err(|error| mistakes.of_file(at, &error)).ok()?;
    let at = At { file: &source.name, ..at };
    mistakes.begin(at.file);
    let root = Node::parse(source.text(), source.format());
    let mut root = root.map_err(|mistake| mistakes.of_node(at, &mistake, &[])).ok()?;
    let mut unfilled = Vec::new();
    vars.fill(&mut root, &mut unfilled);
    unfilled.iter().for_each(|mistake| mistakes.of_variable(at, mistake));
    let noun = root.noun();
    let Value::Table(table) = root.value else {
        let what = format!("is {noun}; write the tables of a manifest, as in [[trunk]]");
        mistakes.add(at.place(root.place), "", what);
        return None;
    };
    let mut file = File {
        name: source.name.as_str().into(),
        folder: source.folder,
        private: source.private,
        title: None,
        defaults: Vec::new(),
        groups: Table::new(),
        entries: Vec::new(),
        has_lists: false,
    };
    let mut lists = Vec::new();
    for (key, node) in table {
        match (key.text.as_str(), Sort::of(&key.text)) {
            ("$schema", _) => {}
            ("name", _) => file.title = title(at, &node, mistakes),
            ("defaults", _) => file.defaults = defaults(at, node, mistakes),
            ("groups", _) => file.groups = as_table(at, "groups", node, mistakes).unwrap_or_default(),
            (_, Some(sort)) => lists.push((sort, node)),
            (text, None) => mistakes.add(at.place(key.place), text, unknown(text, &KEYS)),
        }
    }
    for (sort, node) in lists {
        file.has_lists = true;
        let drafts = drafts(at, sort, node, &file.defaults, mistakes);
        file.entries.extend(drafts);
    }
    file.entries.sort_by_key(|draft| (draft.place.line, draft.place.column));
    Some(file)
}

fn title(at: At<'_>, node: &Node, mistakes: &mut Mistakes) -> Option<(String, Place)> {
    let text = node::read::<String>(node).map_err(|mistake| mistake.told(&[]));
    let text = text.and_then(|text| {
        if text.trim().is_empty() { Err("is empty; give the manifest a name".to_owned()) } else { Ok(text) }
    });
    text.map_err(|what| mistakes.add(at.place(node.place), "name", what)).ok().map(|text| (text, node.place))
}

fn unknown(key: &str, known: &[&str]) -> String {
    let shown = excerpt(key, 40);
    match nearest(key, known.iter().copied()) {
        Some(near) => format!("unknown key `{shown}`; did you mean `{near}`?"),
        None => format!("unknown key `{shown}`; the keys are {}", known.join(", ")),
    }
}

fn as_table(at: At<'_>, path: &str, node: Node, mistakes: &mut Mistakes) -> Option<Table> {
    let noun = node.noun();
    match node.value {
        Value::Table(table) => Some(table),
        Value::Nothing => None,
        _ => {
            mistakes.add(at.place(node.place), path, format!("is {noun}; write a table"));
            None
        }
    }
}

fn defaults(at: At<'_>, node: Node, mistakes: &mut Mistakes) -> Vec<(Sort, Table)> {
    let mut defaults = Vec::new();
    for (key, node) in as_table(at, "defaults", node, mistakes).unwrap_or_default() {
        let path = format!("defaults.{}", key.text);
        match Sort::of(&key.text) {
            Some(sort) => {
                defaults.extend(as_table(at, &path, node, mistakes).map(|table| (sort, table)));
            }
            None => {
                let known = Sort::ALL.map(Sort::key);
                mistakes.add(at.place(key.place), &path, unknown(&key.text, &known));
            }
        }
    }
    defaults
}

fn drafts(
    at: At<'_>,
    sort: Sort,
    node: Node,
    defaults: &[(Sort, Table)],
    mistakes: &mut Mistakes,
) -> Vec<Draft> {
    let (key, noun) = (sort.key(), node.noun());
    let list = match node.value {
        Value::List(list) => list,
        Value::Nothing => Vec::new(),
        _ => {
            let what = format!("is {noun}; write a list of tables, in TOML as [[{key}]]");
            mistakes.add(at.place(node.place), key, what);
            return Vec::new();
        }
    };
    let below = defaults.iter().find(|(known, _)| *known == sort).map(|(_, table)| table);
    let mut drafts = Vec::new();
    for (index, node) in list.into_iter().enumerate() {
        let (place, path) = (node.place, format!("{key}[{index}]"));
        let noun = node.noun();
        let Value::Table(mut table) = node.value else {
            mistakes.add(at.place(place), &path, format!("is {noun}; write a table of keys and values"));
            continue;
        };
        if let Some(below) = below {
            lay(&mut table, below);
        }
        drafts.push(Draft { sort, path, table, place });
    }
    drafts
}

/// Keys of which one stands for all.
const ONE_OF: [&[&str]; 2] = [&super::target::KEYS, &["numbers", "from"]];

/// Tables whose own keys are laid one by one, as flags are laid over a file.
const DEEP: [&str; 2] = ["caller_id", "vendor_fields"];

/// Lays a table under another: what that one gives, be it null, stays.
fn lay(table: &mut Table, below: &Table) {
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

/// What a table is read as, in whole; where it cannot be, every key that is wrong by itself.
pub fn read<'f, T: serde::Deserialize<'f>>(
    at: At<'_>,
    pairs: &Pairs<'f>,
    others: &[&str],
    mistakes: &mut Mistakes,
) -> Option<T> {
    let place = at.place?;
    let whole = match node::read_table::<T>(pairs.iter().copied(), place) {
        Ok(read) => return Some(read),
        Err(whole) => whole,
    };
    let single = pairs.iter().filter_map(|pair| node::read_table::<T>([*pair], place).err());
    let mut wrong: Vec<_> = single.collect();
    if wrong.is_empty() {
        wrong.push(whole);
    }
    wrong.iter().for_each(|mistake| mistakes.of_node(at, mistake, others));
    None
}
