//! The content of a new contact center.

use super::state::{Group, State};

/// The one API key that the sandbox knows.
pub(super) const API_KEY: &str = "sandbox-key";
/// The secret that belongs to it.
pub(super) const API_SECRET: &str = "sandbox-secret";

const FIRST_GROUP: i64 = 1_000_026;
const FIRST_TRUNK: i64 = 5_000_001;

/// No trunks, and more agent groups than fit on one page of the longest kind (100 records).
pub(super) fn state() -> State {
    let teams = (1..=120).map(|team| format!("Team {team:03}"));
    let names = ["Sales".to_owned(), "Support".to_owned()].into_iter().chain(teams);
    let mut groups: Vec<Group> = (FIRST_GROUP..).zip(names).map(|(id, name)| Group { id, name }).collect();
    // Its name contains another's: the vendor's search is fuzzy, so a lookup must compare whole names.
    groups.push(Group { id: 1_000_200, name: "Sales EU".to_owned() });
    State { next_key_id: FIRST_TRUNK, groups, trunks: Vec::new() }
}
