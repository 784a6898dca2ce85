//! `[[owns]]`: what belongs to the manifest, and may be deleted when no entry wants it.

use super::file::{File, TARGET};
use super::mistakes::{At, Mistakes};
use super::target::Groups;
use super::{Origin, Owns};
use crate::input::tree;
use crate::input::tree::{Node, Table, Value};
use crate::model::pattern::Patterns;
use crate::model::plan::{Owned, ResourceKind};
use crate::model::text::Unknown;

/// The kinds of objects that can be owned. Settings cannot be deleted.
const KINDS: [ResourceKind; 3] =
    [ResourceKind::Trunk, ResourceKind::InternalNumber, ResourceKind::CalloutCountry];

/// The most names of a list, and the most characters of a name: comparing the patterns of two lists takes time with
/// the product of their sizes.
const MOST_NAMES: usize = 1000;
const LONGEST_NAME: usize = 256;

/// What a file owns.
pub fn read_all(file: &File, groups: &Groups<'_>, mistakes: &mut Mistakes) -> Vec<Owns> {
    let read = file.owns.iter().enumerate().filter_map(|(index, (table, place))| {
        let path = format!("owns[{index}]");
        let at = file.at(&path).place(*place);
        let pairs = table.iter().map(|(key, node)| (key, node)).collect();
        let profiles = groups.target(at, &pairs, mistakes);
        let owned = owned(at, table, mistakes);
        let origin = Origin { file: file.name.clone(), place: *place };
        Some(Owns { profiles: profiles?, owned: owned?, place: origin })
    });
    read.collect()
}

fn owned(at: At<'_>, table: &Table, mistakes: &mut Mistakes) -> Option<Vec<Owned>> {
    let known: Vec<&str> = TARGET.into_iter().chain(["account"]).chain(KINDS.map(Owns::key)).collect();
    let (mut owned, mut account, mut sound) = (Vec::new(), None, true);
    for (key, node) in table {
        let text = key.text.as_str();
        if let Some(kind) = KINDS.into_iter().find(|kind| Owns::key(*kind) == text) {
            match patterns(at, text, node, mistakes) {
                Some(names) => owned.push(Owned { kind, account: None, names }),
                None => sound = false,
            }
        } else if text == "account" {
            let read = tree::read::<String>(node).map_err(|mistake| mistake.to_string());
            account = read.map_err(|what| mistakes.add(at.place(node.place), text, what)).ok();
            sound &= account.is_some();
        } else if !TARGET.contains(&text) {
            let unknown = Unknown::new("key", text, true, &known);
            mistakes.add(at.place(key.place), &unknown.name, unknown.line());
            sound = false;
        }
    }
    if owned.is_empty() && sound {
        mistakes.add(at, "", "owns nothing; give `trunks`, `internal_numbers` or `callout_countries`");
        return None;
    }
    owned.iter_mut().for_each(|owned| owned.account.clone_from(&account));
    sound.then_some(owned)
}

/// `"all"`, or a list of names with `*` and `?`.
fn patterns(at: At<'_>, key: &str, node: &Node, mistakes: &mut Mistakes) -> Option<Patterns> {
    if matches!(&node.value, Value::Text(text) if text == "all") {
        return Some(Patterns(vec!["*".to_owned()]));
    }
    let Value::List(list) = &node.value else {
        let what = format!("is {}; write \"all\" or a list of names, as in [\"lab-*\"]", node.noun());
        mistakes.add(at.place(node.place), key, what);
        return None;
    };
    if list.len() > MOST_NAMES {
        mistakes.add(at.place(node.place), key, format!("has more than {MOST_NAMES} names; use patterns"));
        return None;
    }
    if list.is_empty() {
        mistakes.add(at.place(node.place), key, "is empty; give at least one name, or \"all\"");
        return None;
    }
    let mut names = Vec::new();
    for (index, node) in list.iter().enumerate() {
        match tree::read::<String>(node) {
            Ok(name) if name.is_empty() => {
                mistakes.add(at.place(node.place), &format!("{key}[{index}]"), "is empty; give a name");
            }
            Ok(name) if name.chars().count() > LONGEST_NAME => {
                let what = format!("is longer than {LONGEST_NAME} characters");
                mistakes.add(at.place(node.place), &format!("{key}[{index}]"), what);
            }
            Ok(name) => names.push(name),
            Err(mistake) => {
                mistakes.add(at.place(node.place), &format!("{key}[{index}]"), mistake.to_string());
            }
        }
    }
    (names.len() == list.len()).then_some(Patterns(names))
}
