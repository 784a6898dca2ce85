//! The profiles that an entry is for.

use std::collections::HashMap;
use std::sync::Arc;

use super::Origin;
use super::file::{File, Pairs, TARGET};
use super::mistakes::{At, Mistakes};
use super::vars::ProfileVars;
use crate::input::tree;
use crate::input::tree::{Node, Value};
use crate::model::error::Kind;
use crate::model::pattern::{covers, is_pattern};
use crate::model::text::{excerpt, nearest};

/// The groups of all files, and the profiles that there are.
#[derive(Debug)]
pub struct Groups<'p> {
    profiles: HashMap<&'p str, &'p ProfileVars>,
    groups: HashMap<String, (Arc<[String]>, Origin)>,
}

impl<'p> Groups<'p> {
    /// Reads the groups of all files.
    pub fn collect(files: &[File], profiles: &'p [ProfileVars], mistakes: &mut Mistakes) -> Self {
        let profiles = profiles.iter().map(|profile| (profile.name.as_str(), profile)).collect();
        let mut all = Self { profiles, groups: HashMap::new() };
        for file in files {
            for (key, node) in &file.groups {
                let path = format!("groups.{}", key.text);
                let at = file.at(&path).place(key.place);
                if let Some((_, first)) = all.groups.get(&key.text) {
                    let shown = excerpt(&key.text, 40);
                    let what = format!("the group `{shown}` is given twice, first in {first}; keep one");
                    mistakes.add(at, "", what);
                    continue;
                }
                // A group that cannot be read is known all the same.
                let members = all.several(at, node, mistakes).unwrap_or_else(|| Vec::new().into());
                let origin = Origin { file: file.name.clone(), place: key.place };
                all.groups.insert(key.text.clone(), (members, origin));
            }
        }
        all
    }

    /// The profiles of an entry.
    pub fn target(&self, at: At<'_>, pairs: &Pairs<'_>, mistakes: &mut Mistakes) -> Option<Arc<[String]>> {
        let given: Vec<_> = pairs.iter().filter(|(key, _)| TARGET.contains(&key.text.as_str())).collect();
        let (key, node) = match given.as_slice() {
            [one] => **one,
            [] => {
                mistakes.add(at, "", "names no profile; give `profile`, `profiles` or `group`");
                return None;
            }
            [first, second, ..] => {
                let what = format!("`{}` and `{}` are both given; keep one", first.0.text, second.0.text);
                mistakes.add(at.place(second.0.place), &second.0.text, what);
                return None;
            }
        };
        match key.text.as_str() {
            "profile" => self.one(at, "profile", node, mistakes).map(|name| Arc::from([name])),
            "profiles" => self.several(at, node, mistakes),
            _ => self.group(at, node, mistakes),
        }
    }

    /// The variables of a profile.
    pub fn vars(&self, profile: &str) -> Option<&'p ProfileVars> {
        self.profiles.get(profile).copied()
    }

    fn group(&self, at: At<'_>, node: &Node, mistakes: &mut Mistakes) -> Option<Arc<[String]>> {
        let name = text(at, "group", node, mistakes)?;
        if let Some((members, _)) = self.groups.get(&name) {
            // The complaint about one that could not be read was made already.
            return (!members.is_empty()).then(|| members.clone());
        }
        let shown = excerpt(&name, 40);
        let mut known: Vec<&str> = self.groups.keys().map(String::as_str).collect();
        known.sort_unstable();
        let remedy = match nearest(&name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "write it under [groups]".to_owned(),
            None => format!("the groups are {}", excerpt(&known.join(", "), 200)),
        };
        mistakes.add(at.place(node.place), "group", format!("there is no group `{shown}`; {remedy}"));
        None
    }

    fn several(&self, at: At<'_>, node: &Node, mistakes: &mut Mistakes) -> Option<Arc<[String]>> {
        let Value::List(list) = &node.value else {
            let what = format!("is {}; write a list of profiles, in brackets", node.noun());
            mistakes.add(at.place(node.place), "", what);
            return None;
        };
        if list.is_empty() {
            mistakes.add(at.place(node.place), "", "names no profile; give at least one");
        }
        let (mut names, mut sound): (Vec<String>, bool) = (Vec::new(), true);
        for node in list {
            // A pattern may cover profiles that are listed already.
            if let Value::Text(text) = &node.value
                && is_pattern(text)
            {
                let mut covered: Vec<&str> =
                    self.profiles.keys().copied().filter(|profile| covers(text, profile)).collect();
                covered.sort_unstable();
                if covered.is_empty() {
                    let what = format!("no profile has a name like `{}`", excerpt(text, 40));
                    mistakes.add_of(Kind::Config, at.place(node.place), "", what);
                    sound = false;
                }
                covered.retain(|profile| names.iter().all(|known| known != profile));
                names.extend(covered.into_iter().map(str::to_owned));
                continue;
            }
            match self.one(at, "", node, mistakes) {
                Some(name) if names.contains(&name) => {
                    let what = format!("profile `{}` is listed twice; keep one", excerpt(&name, 40));
                    mistakes.add(at.place(node.place), "", what);
                }
                Some(name) => names.push(name),
                None => sound = false,
            }
        }
        (sound && !names.is_empty()).then(|| names.into())
    }

    fn one(&self, at: At<'_>, field: &str, node: &Node, mistakes: &mut Mistakes) -> Option<String> {
        let name = text(at, field, node, mistakes)?;
        if self.profiles.contains_key(name.as_str()) {
            return Some(name);
        }
        let shown = excerpt(&name, 40);
        let mut known: Vec<&str> = self.profiles.keys().copied().collect();
        known.sort_unstable();
        let remedy = match nearest(&name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "the profiles file has none".to_owned(),
            None => format!("the profiles are {}", excerpt(&known.join(", "), 200)),
        };
        let what = format!("there is no profile `{shown}`; {remedy}");
        mistakes.add_of(Kind::Config, at.place(node.place), field, what);
        None
    }
}

fn text(at: At<'_>, field: &str, node: &Node, mistakes: &mut Mistakes) -> Option<String> {
    let text: Result<String, _> = tree::read(node);
    text.map_err(|mistake| mistakes.add(at.place(node.place), field, mistake.to_string())).ok()
}
