//! Writes beside a manifest: what was last applied from here is no longer what there is.

use super::Fleet;
use super::goal::{self, Key, Kind};
use crate::cli::Globals;
use crate::commands::world::World;
use crate::engine::applied::Note;
use crate::engine::session::Session;
use crate::model::diff;
use crate::model::settings::SipSettings;
use crate::model::trunk::Trunk;

/// A trunk's fields are about to be set. What is remembered of them is forgotten, so that the next apply sends them
/// again where the vendor does not tell them.
pub fn trunk(world: &World, globals: &Globals, session: &Session, id: &str, set: &Trunk) {
    if session.is_dry_run() {
        return;
    }
    let Some(memory) = Fleet::new(world, globals).memory(session) else { return };
    for field in set.given() {
        let forgotten = memory.unlearn("", Some(id), field.name());
        forgotten.unwrap_or_else(|warning| world.notices.warn(&warning));
    }
}

/// An account's settings are about to be assigned.
pub fn doubt(world: &World, globals: &Globals, session: &Session, account: &str, set: &SipSettings) {
    let Some(memory) = Fleet::new(world, globals).memory(session).filter(|_| !session.is_dry_run()) else {
        return;
    };
    for change in diff::all(set) {
        let forgotten = memory.unlearn(&key(account).text(), None, &change.field);
        forgotten.unwrap_or_else(|warning| world.notices.warn(&warning));
    }
}

/// An account's settings were assigned.
pub fn settings(world: &World, globals: &Globals, session: &Session, account: &str, set: &SipSettings) {
    let Some(memory) = Fleet::new(world, globals).memory(session) else { return };
    let untold = diff::all(set).into_iter().map(|set| (set.field, set.after.to_string()));
    let note = Note { untold: untold.collect(), ..Note::default() };
    memory.remember(vec![(key(account).text(), note)]).unwrap_or_else(|warning| world.notices.warn(&warning));
}

/// An object is about to be deleted. Whoever makes it again does not do it for the manifest that made it first.
pub fn gone(
    (world, globals): (&World, &Globals),
    session: &Session,
    account: Option<&str>,
    kind: Kind,
    name: &str,
) {
    let Some(memory) = Fleet::new(world, globals).memory(session).filter(|_| !session.is_dry_run()) else {
        return;
    };
    let account = goal::account(session.vendor().facts(), session.profile(), account);
    let key = Key { kind, account, name: name.to_owned() };
    let given = memory.give(&[key.text()], None);
    given.unwrap_or_else(|warning| world.notices.warn(&warning));
}

fn key(account: &str) -> Key {
    Key { kind: Kind::SipSettings, account: Some(account.to_owned()), name: String::new() }
}
