//! Refuses a manifest before anything is sent: entries that a vendor cannot have, and objects that are described or
//! owned twice. Two names can mean one account: those of two profiles, or an account's word and its id.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{account, desired};
use crate::context::Context;
use crate::input::manifest::{Entry, Manifest, Owns, Wanted, What};
use crate::model::error::{Error, FieldError, Result};
use crate::model::fields::Field;
use crate::model::pattern::Patterns;
use crate::model::plan::ResourceKind;
use crate::model::profile::Profile;
use crate::model::support::Operation;
use crate::model::trunk::{Trunk, TrunkChange};
use crate::vendors;
use crate::vendors::{Facts, Vendor};

/// The maximum number of mistakes that are listed.
const LISTED: usize = 200;

/// The other profiles of the same account, by profile.
type Siblings = HashMap<String, Vec<Profile>>;

/// Refuses entries that a vendor cannot have, and objects that are described or owned twice. Returns which profiles
/// belong to the same account.
pub async fn check(context: &Context, manifest: &Manifest, wanted: &[Wanted<'_>]) -> Result<Siblings> {
    let (mut mistakes, mut checked) = (Mistakes::default(), HashSet::new());
    let (mut profiles, mut accounts) = (HashMap::new(), HashMap::<String, Vec<Profile>>::new());
    for wanted in wanted {
        let profile = context.profile(Some(wanted.profile)).await?;
        let vendor = vendors::by_name(&profile.vendor)?;
        for entry in &wanted.entries {
            // The profiles of a group are mostly of one vendor.
            if checked.insert((std::ptr::from_ref(*entry), vendor.facts().name)) {
                check_entry(entry, vendor, wanted.profile, &mut mistakes);
            }
        }
        accounts.entry(account::of_profile(&profile)).or_default().push(profile.clone());
        profiles.insert(wanted.profile, (profile, vendor));
    }
    let mut described = Described::default();
    for wanted in wanted {
        let Some((profile, vendor)) = profiles.get(wanted.profile) else { continue };
        // Mostly each profile has an account of its own, and its entries name no other.
        let shared = accounts.get(&account::of_profile(profile)).is_some_and(|all| all.len() > 1);
        if shared || wanted.entries.iter().any(|entry| entry.account.is_some()) {
            wanted.entries.iter().for_each(|entry| described.add(entry, *vendor, profile, &mut mistakes));
        }
    }
    if mistakes.list.is_empty() {
        described.check_numbers(&mut mistakes)?;
    }
    check_owned(manifest, &profiles, &mut mistakes);
    mistakes.finish()?;
    let mut siblings = HashMap::new();
    for group in accounts.into_values().filter(|group| group.len() > 1) {
        for profile in &group {
            let others = group.iter().filter(|other| other.name != profile.name).cloned().collect();
            siblings.insert(profile.name.clone(), others);
        }
    }
    Ok(siblings)
}

fn check_entry(entry: &Entry, vendor: &'static dyn Vendor, profile: &str, mistakes: &mut Mistakes) {
    let facts = vendor.facts();
    let operation = entry.what.kind().create();
    if !facts.support(operation).is_there() {
        let refusal = facts.refuse(operation);
        let hint = refusal.hint.as_ref().map(|hint| format!(" {hint}")).unwrap_or_default();
        return mistakes.add(entry, "", format!("profile `{profile}`: {}{hint}", refusal.message));
    }
    match &entry.what {
        What::Trunk(trunk) if !entry.options.is_absent() => {
            for fault in refused(trunk, vendor) {
                mistakes.add_refused(entry, &fault, facts, profile);
            }
        }
        What::Numbers(list) => {
            if let Err(error) = desired::numbers(entry, vendor) {
                let file = list.file(&entry.place.file);
                for fault in &error.fields {
                    mistakes.push(FieldError { file: Some(file.clone()), ..fault.clone() });
                }
                if error.fields.is_empty() {
                    mistakes.add(entry, "", error.message.clone());
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
#[derive(Clone)]
struct Place<'m> {
    entry: &'m Entry,
    profile: String,
    vendor: &'static dyn Vendor,
}

/// Where each object is described.
#[derive(Default)]
struct Described<'m> {
    objects: HashMap<(Account, String), Place<'m>>,
    numbers: HashMap<Account, Vec<Place<'m>>>,
}

impl<'m> Described<'m> {
    fn add(
        &mut self,
        entry: &'m Entry,
        vendor: &'static dyn Vendor,
        profile: &Profile,
        mistakes: &mut Mistakes,
    ) {
        let account = account_of(profile, vendor, entry.account.as_deref());
        let place = Place { entry, profile: profile.name.clone(), vendor };
        let names = match &entry.what {
            What::Trunk(trunk) => vec![format!("trunk `{}`", trunk.identity())],
            What::Settings(_) => vec!["SIP settings".to_owned()],
            What::Countries(codes) => codes.iter().map(|code| format!("country {code}")).collect(),
            What::Numbers(_) => {
                self.numbers.entry(account).or_default().push(place);
                return;
            }
        };
        for name in names {
            let first = self.objects.entry((account.clone(), name.clone())).or_insert_with(|| place.clone());
            place.complain(first, &name, mistakes);
        }
    }

    /// Numbers that several lists contain. The lists are read only where several belong to one account.
    fn check_numbers(self, mistakes: &mut Mistakes) -> Result<()> {
        for places in self.numbers.into_values().filter(|places| places.len() > 1) {
            let mut seen: HashMap<String, &Place<'_>> = HashMap::new();
            for place in &places {
                for number in desired::numbers(place.entry, place.vendor)? {
                    let number = number.number.to_string();
                    let name = format!("number {number}");
                    place.complain(seen.entry(number).or_insert(place), &name, mistakes);
                }
            }
        }
        Ok(())
    }
}

impl Place<'_> {
    fn complain(&self, first: &Self, what: &str, mistakes: &mut Mistakes) {
        let place = &first.entry.place;
        if first.profile != self.profile {
            let text = format!(
                "{what} is described twice, on profile `{}` ({place}) and on `{}`, which belong to the same account",
                first.profile, self.profile
            );
            mistakes.add(self.entry, "", text);
        } else if !std::ptr::eq(first.entry, self.entry) {
            let text = format!(
                "{what} is described twice on profile `{}`, first in {place}; keep one",
                self.profile
            );
            mistakes.add(self.entry, "", text);
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
                    mistakes.add_owned(owns, owned.kind, claim.complaint(other));
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

/// What is wrong with a manifest, each mistake once.
#[derive(Default)]
struct Mistakes {
    list: Vec<FieldError>,
    /// A mistake in the defaults of several entries is listed once.
    seen: HashSet<Listed>,
    more: usize,
}

/// The vendor, the file, the line with its column, and the message.
type Listed = (&'static str, Arc<str>, (usize, usize), String);

impl Mistakes {
    fn add(&mut self, entry: &Entry, field: &str, what: String) {
        self.push(FieldError {
            file: Some(entry.place.file.to_string()),
            place: Some(entry.place_of(field)),
            ..FieldError::new(field, what)
        });
    }

    fn add_owned(&mut self, owns: &Owns, kind: ResourceKind, what: String) {
        self.push(FieldError {
            file: Some(owns.place.file.to_string()),
            place: Some(owns.place.place),
            ..FieldError::new(Owns::key(kind), what)
        });
    }

    /// A vendor refuses a field of an entry that one of its profiles names.
    fn add_refused(&mut self, entry: &Entry, fault: &FieldError, facts: &Facts, profile: &str) {
        let place = entry.place_of(&fault.field);
        let place = (place.line, place.column);
        if self.seen.insert((facts.name, entry.place.file.clone(), place, fault.message.clone())) {
            let named = fault.message.contains(facts.title);
            let vendor = if named { String::new() } else { format!(", {}", facts.title) };
            let what = format!("{} (profile `{profile}`{vendor})", fault.message);
            self.add(entry, &fault.field, what);
        }
    }

    fn push(&mut self, fault: FieldError) {
        if self.list.len() < LISTED { self.list.push(fault) } else { self.more += 1 }
    }

    fn finish(self) -> Result<()> {
        if self.list.is_empty() {
            return Ok(());
        }
        let mut error = Error::fields("the manifest", self.list);
        if self.more > 0 {
            error.message = format!("{}\n  and {} more", error.message, self.more);
        }
        Err(error.hint("nothing was sent; `trunkctl vendors` shows what each vendor takes"))
    }
}
