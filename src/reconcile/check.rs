//! Refuses a manifest before anything is sent: entries that a vendor cannot have, and objects that are described or
//! owned twice. Two names can mean one account: those of two profiles, or an account's word and its id.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::{account, desired};
use crate::context::Context;
use crate::input::manifest::{At, Entry, Manifest, Mistakes, Numbers, Owns, Wanted, What};
use crate::input::rows::cells;
use crate::model::error::{FieldError, Place as Position, Result};
use crate::model::fields::Field;
use crate::model::number::E164;
use crate::model::pattern::Patterns;
use crate::model::plan::ResourceKind;
use crate::model::profile::Profile;
use crate::model::support::Operation;
use crate::model::text::excerpt;
use crate::model::trunk::{Trunk, TrunkChange};
use crate::vendors;
use crate::vendors::Vendor;

/// The other profiles of the same account, by profile.
type Siblings = HashMap<String, Vec<Profile>>;

/// Refuses entries that a vendor cannot have, and objects that are described or owned twice. Returns which profiles
/// belong to the same account.
pub async fn check(context: &Context, manifest: &Manifest, wanted: &[Wanted<'_>]) -> Result<Siblings> {
    let (mut mistakes, mut refusals, mut checked) = (Mistakes::default(), HashSet::new(), HashSet::new());
    let (mut profiles, mut accounts) = (HashMap::new(), HashMap::<String, Vec<&str>>::new());
    let mut described = Described::default();
    for wanted in wanted {
        let profile = context.profile(Some(wanted.profile)).await?;
        let vendor = vendors::by_name(&profile.vendor)?;
        let mut named = HashMap::new();
        for entry in &wanted.entries {
            // The profiles of a group are mostly of one vendor.
            if checked.insert((std::ptr::from_ref(*entry), vendor.facts().name)) {
                check_entry(entry, vendor, wanted.profile, &mut refusals, &mut mistakes);
            }
            let account = entry.account.as_deref();
            let account = named
                .entry(account)
                .or_insert_with(|| described.number_of(account_of(&profile, vendor, account)));
            described.add(*account, Place { entry, wanted }, &mut mistakes);
        }
        accounts.entry(account::of_profile(&profile)).or_default().push(wanted.profile);
        profiles.insert(wanted.profile, (profile, vendor));
    }
    described.check_numbers(&mut mistakes);
    check_owned(manifest, &profiles, &mut mistakes);
    mistakes.finish("nothing was sent; `trunkctl vendors` shows what each vendor takes")?;
    let mut siblings = HashMap::new();
    for group in accounts.into_values().filter(|group| group.len() > 1) {
        for name in &group {
            let others = group.iter().filter(|other| *other != name);
            let others = others.filter_map(|other| profiles.get(other)).map(|(profile, _)| profile.clone());
            siblings.insert((*name).to_owned(), others.collect());
        }
    }
    Ok(siblings)
}

fn at<'m>(entry: &'m Entry, field: &str) -> At<'m> {
    At { file: &entry.place.file, place: Some(entry.place_of(field)), path: "" }
}

/// What a vendor refuses: its name, the file, the line with its column, and the message.
type Refusal = (&'static str, Arc<str>, (usize, usize), String);

/// A mistake in the defaults of several entries is listed once.
fn check_entry(
    entry: &Entry,
    vendor: &'static dyn Vendor,
    profile: &str,
    refusals: &mut HashSet<Refusal>,
    mistakes: &mut Mistakes,
) {
    let facts = vendor.facts();
    let operation = entry.what.kind().create();
    if !facts.support(operation).is_there() {
        let refusal = facts.refuse(operation);
        let hint = refusal.hint.as_ref().map(|hint| format!(" {hint}")).unwrap_or_default();
        return mistakes.add(at(entry, ""), "", format!("profile `{profile}`: {}{hint}", refusal.message));
    }
    match &entry.what {
        What::Trunk(trunk) if !entry.options.is_absent() => {
            for fault in refused(trunk, vendor) {
                let place = entry.place_of(&fault.field);
                let place = (place.line, place.column);
                if !refusals.insert((facts.name, entry.place.file.clone(), place, fault.message.clone())) {
                    continue;
                }
                let named = fault.message.contains(facts.title);
                let vendor = if named { String::new() } else { format!(", {}", facts.title) };
                let what = format!("{} (profile `{profile}`{vendor})", fault.message);
                mistakes.add(at(entry, &fault.field), &fault.field, what);
            }
        }
        What::Numbers(list) => {
            if let Err(error) = desired::numbers(entry, vendor) {
                let file = list.file(&entry.place.file);
                for fault in &error.fields {
                    let at = At { file: &file, place: fault.place, path: "" };
                    mistakes.add(at, &fault.field, fault.message.clone());
                }
                if error.fields.is_empty() {
                    let hint = error.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
                    mistakes.add(at(entry, ""), "", format!("{}{hint}", error.message));
                }
            }
        }
        What::Trunk(_) | What::Settings(_) | What::Countries(_) => {}
    }
}

/// What is wrong with given fields, whether the trunk exists or not. Missing fields matter only if it is created.
pub fn refused(trunk: &Trunk, vendor: &'static dyn Vendor) -> Vec<FieldError> {
    let given = |fault: &FieldError| {
        Field::ALL.iter().any(|field| field.name() == root(&fault.field) && trunk.has(*field))
    };
    let mut faults: Vec<FieldError> = vendor.check_create(trunk).errors.into_iter().filter(given).collect();
    if vendor.facts().support(Operation::TrunkUpdate).is_there() {
        let change = TrunkChange { set: trunk.clone(), ..TrunkChange::default() };
        let update = vendor.check_update(&change, None).errors;
        faults.retain(|fault| update.iter().any(|other| root(&other.field) == root(&fault.field)));
    }
    faults
}

fn root(field: &str) -> &str {
    field.split(['.', '[']).next().unwrap_or_default()
}

/// An account by its id, not by a profile's alias.
type Account = (String, String);

fn account_of(profile: &Profile, vendor: &dyn Vendor, named: Option<&str>) -> Account {
    let named = desired::account(vendor.facts(), profile, named).unwrap_or_default();
    (account::of_profile(profile), account::of_account(profile, vendor.facts(), &named).to_owned())
}

/// An entry on one of its profiles.
#[derive(Clone, Copy)]
struct Place<'m> {
    entry: &'m Entry,
    wanted: &'m Wanted<'m>,
}

/// What is described: its account by number, its kind, and its name.
type Object<'m> = (u32, ResourceKind, &'m str);

/// Where each object is described first. A fleet describes many, so accounts have numbers, and names are borrowed.
#[derive(Default)]
struct Described<'m> {
    accounts: HashMap<Account, u32>,
    objects: HashMap<Object<'m>, Place<'m>>,
    lists: BTreeMap<u32, Vec<(Place<'m>, &'m Numbers)>>,
    /// What is already reported, by entry: a group has many profiles.
    reported: HashSet<(*const Entry, &'m str)>,
}

impl<'m> Described<'m> {
    fn number_of(&mut self, account: Account) -> u32 {
        let next = u32::try_from(self.accounts.len()).unwrap_or(u32::MAX);
        *self.accounts.entry(account).or_insert(next)
    }

    fn add(&mut self, account: u32, place: Place<'m>, mistakes: &mut Mistakes) {
        match &place.entry.what {
            What::Trunk(trunk) => {
                let name = trunk.name.as_deref().or(trunk.master_trunk.as_deref()).unwrap_or_default();
                self.add_object(account, name, place, mistakes);
            }
            What::Settings(_) => self.add_object(account, "", place, mistakes),
            What::Countries(codes) => {
                codes.iter().for_each(|code| self.add_object(account, code, place, mistakes));
            }
            What::Numbers(list) => {
                let lists = self.lists.entry(account).or_default();
                match lists.iter().find(|(first, _)| std::ptr::eq(first.entry, place.entry)).copied() {
                    Some((first, _)) => self.complain(place, "", &first, mistakes),
                    None => lists.push((place, list)),
                }
            }
        }
    }

    fn add_object(&mut self, account: u32, name: &'m str, place: Place<'m>, mistakes: &mut Mistakes) {
        match self.objects.entry((account, place.entry.what.kind(), name)) {
            Slot::Occupied(first) => {
                let first = *first.get();
                self.complain(place, name, &first, mistakes);
            }
            Slot::Vacant(free) => {
                free.insert(place);
            }
        }
    }

    fn complain(&mut self, place: Place<'m>, name: &'m str, first: &Place<'_>, mistakes: &mut Mistakes) {
        let (entry, profile) = (place.entry, place.wanted.profile);
        if !self.reported.insert((std::ptr::from_ref(entry), name)) {
            return;
        }
        let object = match entry.what {
            What::Trunk(_) => format!("trunk `{}` is", excerpt(name, 40)),
            What::Settings(_) => "settings are".to_owned(),
            What::Countries(_) => format!("country `{name}` is"),
            What::Numbers(_) => "the numbers are".to_owned(),
        };
        let account = entry.account.as_ref().map(|account| format!(", account `{}`", excerpt(account, 40)));
        let on = format!("on profile `{profile}`{}", account.unwrap_or_default());
        let shared = shared_account(&place, first);
        let what = format!("{object} declared twice {on}, first in {}{shared}; keep one", first.entry.place);
        mistakes.add(at(entry, ""), "", what);
    }

    /// Reports numbers that several lists of an account contain.
    fn check_numbers(self, mistakes: &mut Mistakes) {
        let mut read = HashSet::new();
        for lists in self.lists.into_values().filter(|lists| lists.len() > 1) {
            // The profiles of a group mostly have the same lists.
            let entries: Vec<_> = lists.iter().map(|(place, _)| std::ptr::from_ref(place.entry)).collect();
            if read.insert(entries) {
                check_lists(&lists, mistakes);
            }
        }
    }
}

/// Why two profiles describe one object.
fn shared_account(place: &Place<'_>, first: &Place<'_>) -> String {
    match place.wanted.profile == first.wanted.profile {
        true => String::new(),
        false => format!(" on `{}`, and both profiles belong to the same account", first.wanted.profile),
    }
}

/// Reports numbers that are in several of the lists; one that is twice in the same list was reported with its entry.
/// They may be long: of each number its digits are kept, its list and its position.
fn check_lists(lists: &[(Place<'_>, &Numbers)], mistakes: &mut Mistakes) {
    let mut seen: HashMap<u64, (usize, Option<Position>)> = HashMap::new();
    for (index, (place, list)) in lists.iter().enumerate() {
        // A list that cannot be read was reported with its entry, as were invalid rows.
        let Ok(sheet) = list.sheet(&place.entry.place.file) else { continue };
        for row in sheet.rows().into_iter().flatten().map_while(Result::ok) {
            let text = cells::text(&row, "number", &mut Vec::new());
            let Some(number) = text.and_then(|text| text.parse::<E164>().ok()) else { continue };
            let digits = number.as_str().trim_start_matches('+').parse().unwrap_or_default();
            let position = row.place_of("number");
            let (first, first_position) = *seen.entry(digits).or_insert((index, position));
            let Some((first, first_list)) = lists.get(first).filter(|_| first != index) else { continue };
            let first_file = first_list.file(&first.entry.place.file);
            let line = first_position.map(|position| format!(", {position}")).unwrap_or_default();
            let shown = if row.quiet { "the number".to_owned() } else { format!("`{number}`") };
            let shared = shared_account(place, first);
            let what = format!("{shown} is declared twice, first in {first_file}{line}{shared}; keep one");
            let file = list.file(&place.entry.place.file);
            mistakes.add(At { file: &file, place: position, path: "" }, "number", what);
        }
    }
}

/// What one `[[owns]]` declares of a kind, on one of its profiles.
#[derive(Clone, Copy)]
struct Claim<'m> {
    owns: &'m Owns,
    names: &'m Patterns,
    profile: &'m str,
}

/// An object is owned on one profile of its account, and in one file.
fn check_owned(
    manifest: &Manifest,
    profiles: &HashMap<&str, (Profile, &'static dyn Vendor)>,
    mistakes: &mut Mistakes,
) {
    let mut known: HashMap<(Account, ResourceKind), Vec<Claim<'_>>> = HashMap::new();
    for owns in &manifest.owns {
        for profile_name in owns.profiles.iter() {
            let Some((profile, vendor)) = profiles.get(profile_name.as_str()) else { continue };
            for owned in &owns.owned {
                let claim = Claim { owns, names: &owned.names, profile: profile_name };
                let account = account_of(profile, *vendor, owned.account.as_deref());
                let others = known.entry((account, owned.kind)).or_default();
                if let Some(other) = others.iter().find(|other| claim.collides_with(other)) {
                    let at = At { file: &owns.place.file, place: Some(owns.place.place), path: "" };
                    mistakes.add(at, Owns::key(owned.kind), claim.complaint(other));
                }
                others.push(claim);
            }
        }
    }
}

impl Claim<'_> {
    fn collides_with(&self, other: &Self) -> bool {
        let elsewhere = self.owns.place.file != other.owns.place.file || self.profile != other.profile;
        elsewhere && self.names.meets(other.names)
    }

    fn complaint(&self, other: &Self) -> String {
        let (name, place) = (self.profile, &other.owns.place);
        match self.profile == other.profile {
            true => format!("{place} owns some of these objects, too; own them in one file"),
            false => format!(
                "profiles `{}` ({place}) and `{name}` belong to the same account; own its objects on one of them",
                other.profile
            ),
        }
    }
}
