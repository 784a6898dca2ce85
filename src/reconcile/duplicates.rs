//! Entries that lead to one object by different names: those of profiles, or of an account that is the profile's own.
//! Each would undo what the other does.

use std::collections::HashMap;

use super::complaints::Complaints;
use super::{account_identity, desired};
use crate::input::manifest::{Entry, What};
use crate::model::error::Result;
use crate::model::profile::Profile;
use crate::vendors::Vendor;

/// An account, by what it is and not by what it is called.
type Home = (String, String);

/// An entry on one of its profiles.
#[derive(Clone)]
struct Wish<'m> {
    entry: &'m Entry,
    profile: String,
    vendor: &'static dyn Vendor,
}

/// What is wanted, and where.
#[derive(Default)]
pub struct Places<'m> {
    objects: HashMap<(Home, String), Wish<'m>>,
    numbers: HashMap<Home, Vec<Wish<'m>>>,
    /// By kind, for which profile and account the rest of the kind goes.
    pruned: HashMap<(Home, &'static str), (String, String)>,
}

impl<'m> Places<'m> {
    /// Notes what an entry wants on a profile, and complains where it is wanted already.
    pub fn note(
        &mut self,
        entry: &'m Entry,
        vendor: &'static dyn Vendor,
        profile: &Profile,
        prunes_all: bool,
        complaints: &mut Complaints,
    ) {
        let account = desired::account(vendor.facts(), profile, entry.account.as_deref()).unwrap_or_default();
        let home = (
            account_identity::of_profile(profile),
            account_identity::of_account(profile, vendor.facts(), &account).to_owned(),
        );
        let wish = Wish { entry, profile: profile.name.clone(), vendor };
        let (kind, names) = match &entry.what {
            What::Trunk(trunk) => ("trunk", vec![format!("trunk `{}`", desired::identity(trunk))]),
            What::Settings(_) => ("", vec!["SIP settings".to_owned()]),
            What::Countries(codes) => {
                ("country", codes.iter().map(|code| format!("country {code}")).collect())
            }
            What::Numbers(_) => ("number", Vec::new()),
        };
        if prunes_all && !kind.is_empty() {
            let own = (wish.profile.clone(), account);
            let known = self.pruned.entry((home.clone(), kind)).or_insert_with(|| own.clone());
            if *known != own {
                let ((first, other), (profile, account)) = (&*known, &own);
                let what = match first == profile {
                    true => format!("accounts `{other}` and `{account}` are one"),
                    false => format!("profiles `{first}` and `{profile}` lead to the same account"),
                };
                let why = "with --prune=all each would delete what the other wants; use one of them for both";
                complaints.add(entry, "", format!("{what}, and {why}"));
            }
        }
        for name in names {
            let first = self.objects.entry((home.clone(), name.clone())).or_insert_with(|| wish.clone());
            wish.complain(first, &name, complaints);
        }
        if matches!(entry.what, What::Numbers(_)) {
            self.numbers.entry(home).or_default().push(wish);
        }
    }

    /// Complains about numbers that several lists want. The lists are read only where several meet.
    ///
    /// # Errors
    /// A list that cannot be read any more.
    pub fn finish(self, complaints: &mut Complaints) -> Result<()> {
        for wishes in self.numbers.into_values().filter(|wishes| wishes.len() > 1) {
            let mut seen: HashMap<String, &Wish<'_>> = HashMap::new();
            for wish in &wishes {
                for number in desired::numbers(wish.entry, wish.vendor)? {
                    let number = number.number.to_string();
                    let name = format!("number {number}");
                    wish.complain(seen.entry(number).or_insert(wish), &name, complaints);
                }
            }
        }
        Ok(())
    }
}

impl Wish<'_> {
    fn complain(&self, first: &Self, what: &str, complaints: &mut Complaints) {
        let place = &first.entry.place;
        if first.profile != self.profile {
            let text = format!(
                "{what} is wanted twice, on profile `{}` ({place}) and on `{}`, which lead to the same account",
                first.profile, self.profile
            );
            complaints.add(self.entry, "", text);
        } else if !std::ptr::eq(first.entry, self.entry) {
            let text =
                format!("{what} is wanted twice on profile `{}`, first in {place}; keep one", self.profile);
            complaints.add(self.entry, "", text);
        }
    }
}
