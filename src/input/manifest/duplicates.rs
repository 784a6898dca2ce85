//! What is wanted twice: one thing can be as only one entry says.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use super::mistakes::{At, Mistakes};
use super::{Entry, Manifest, Origin, What, numbers};
use crate::model::error::{Place, Result};
use crate::model::number::E164;
use crate::model::text::excerpt;

/// The place of an object: the profile, and the account if one is given.
type Target<'m> = (&'m str, Option<&'m str>);

/// Complains about every entry that wants what another one wants already.
pub fn check(manifest: &Manifest, mistakes: &mut Mistakes) {
    let mut trunks = FirstUses::default();
    let mut settings = FirstUses::default();
    let mut countries = FirstUses::default();
    for entry in &manifest.entries {
        match &entry.what {
            What::Trunk(trunk) => {
                let name = trunk.name.as_deref().or(trunk.master_trunk.as_deref()).unwrap_or_default();
                let shown = format!("trunk `{}` is", excerpt(name, 40));
                trunks.note(entry, name, &shown, mistakes);
            }
            What::Settings(_) => settings.note(entry, (), "settings are", mistakes),
            What::Countries(codes) => {
                for code in codes {
                    countries.note(entry, code.as_str(), &format!("country `{code}` is"), mistakes);
                }
            }
            What::Numbers(_) => {}
        }
    }
    for lists in lists(manifest) {
        check_numbers(&lists, mistakes);
    }
}

/// What was wanted, and by which entry first.
struct FirstUses<'m, T>(HashMap<(Target<'m>, T), &'m Origin>);

impl<T> Default for FirstUses<'_, T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<'m, T: Hash + Eq + Copy> FirstUses<'m, T> {
    fn note(&mut self, entry: &'m Entry, what: T, shown: &str, mistakes: &mut Mistakes) {
        let mut first = None;
        for target in targets(entry) {
            match self.0.entry((target, what)) {
                Slot::Occupied(known) => first = first.or(Some((target, *known.get()))),
                Slot::Vacant(free) => drop(free.insert(&entry.place)),
            }
        }
        if let Some((target, origin)) = first {
            let on = on(target);
            let what = format!("{shown} wanted twice {on}, first in {origin}; keep one");
            mistakes.add(at(entry), "", what);
        }
    }
}

fn at(entry: &Entry) -> At<'_> {
    At { file: &entry.place.file, place: Some(entry.place.place), path: "" }
}

fn on((profile, account): Target<'_>) -> String {
    let account = account.map(|account| format!(", account `{}`", excerpt(account, 40))).unwrap_or_default();
    format!("on profile `{}`{account}", excerpt(profile, 40))
}

fn targets(entry: &Entry) -> impl Iterator<Item = Target<'_>> {
    entry.profiles.iter().map(|profile| (profile.as_str(), entry.account.as_deref()))
}

/// Lists of numbers that meet on one account. A group's profiles mostly share all of them, and they are read once.
fn lists(manifest: &Manifest) -> Vec<Vec<&Entry>> {
    let mut by_target: BTreeMap<Target<'_>, Vec<usize>> = BTreeMap::new();
    for (index, entry) in manifest.entries.iter().enumerate() {
        if matches!(entry.what, What::Numbers(_)) {
            targets(entry).for_each(|target| by_target.entry(target).or_default().push(index));
        }
    }
    let mut seen = HashSet::new();
    let sets = by_target.into_values().filter(|set| seen.insert(set.clone()));
    sets.map(|set| set.into_iter().filter_map(|index| manifest.entries.get(index)).collect()).collect()
}

/// Reads every row of the lists. They may be long: of each number its digits are kept, its list and its line.
fn check_numbers(lists: &[&Entry], mistakes: &mut Mistakes) {
    let mut seen: HashMap<u64, (usize, Option<Place>)> = HashMap::new();
    for (index, entry) in lists.iter().enumerate() {
        let name = name(entry);
        let read = each_number(entry, &name, mistakes, |number, place, shown, mistakes| {
            let digits = number.as_str().trim_start_matches('+').parse().unwrap_or_default();
            match seen.entry(digits) {
                Slot::Vacant(free) => drop(free.insert((index, place))),
                Slot::Occupied(known) => {
                    let (first, line) = *known.get();
                    let first = lists.get(first).map(|entry| self::name(entry)).unwrap_or_default();
                    let line = line.map(|place| format!(", {place}")).unwrap_or_default();
                    let number = if shown { format!("`{number}`") } else { "the number".to_owned() };
                    let what = format!("{number} is wanted twice, first in {first}{line}; keep one");
                    mistakes.add(At { file: &name, place, path: "" }, "number", what);
                }
            }
        });
        read.unwrap_or_else(|error| mistakes.of_file(at(entry), &error));
    }
}

/// Goes through the numbers of a list, each with its place and whether it may be shown, and complains about rows
/// without one.
fn each_number(
    entry: &Entry,
    name: &str,
    mistakes: &mut Mistakes,
    mut take: impl FnMut(E164, Option<Place>, bool, &mut Mistakes),
) -> Result<()> {
    let What::Numbers(list) = &entry.what else { return Ok(()) };
    for row in list.sheet(&entry.place.file)?.rows()? {
        let row = row?;
        match numbers::number(&row) {
            Ok((number, place)) => take(number, place, !row.quiet, mistakes),
            Err(faults) => {
                for fault in faults {
                    let at = At { file: name, place: fault.place, path: "" };
                    mistakes.add(at, &fault.field, fault.message);
                }
            }
        }
    }
    Ok(())
}

/// The file with the numbers of an entry.
fn name(entry: &Entry) -> String {
    match &entry.what {
        What::Numbers(list) => list.file(&entry.place.file),
        _ => entry.place.file.to_string(),
    }
}
