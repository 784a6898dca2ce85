//! Finds the ids of objects that a trunk refers to by number or name.

use std::collections::{HashMap, HashSet};

use super::Take;
use crate::engine::session::Session;
use crate::model::error::{Error, Kind, Result};
use crate::model::support::Operation;
use crate::model::trunk::{AgentGroup, ExtensionType, Trunk};
use crate::vendors::LookupEntry;

/// What was found on a profile already, by operation and the word searched for.
pub type Found = HashMap<(Operation, String), Vec<LookupEntry>>;

/// Passes the objects that a trunk can refer to, page by page; `search` is the vendor's own, and may be inexact.
pub async fn list(
    session: &Session,
    what: Operation,
    search: Option<&str>,
    take: Take<'_, LookupEntry>,
) -> Result<()> {
    session.read_pages(session.vendor().look_up(session.profile(), what, search)?, take).await
}

/// Fills in the ids of extensions, extension groups and agent groups. A name that nothing matches exactly is
/// [`Kind::NotFound`], and one that several match [`Kind::Invalid`].
pub async fn resolve(session: &Session, trunk: &mut Trunk) -> Result<()> {
    resolve_with(session, trunk, &mut Found::new()).await
}

/// Fills in the ids of agent groups.
pub async fn resolve_groups(session: &Session, groups: &mut Vec<AgentGroup>) -> Result<()> {
    let mut trunk = Trunk { agent_groups: Some(std::mem::take(groups)), ..Trunk::default() };
    resolve(session, &mut trunk).await?;
    *groups = trunk.agent_groups.unwrap_or_default();
    Ok(())
}

/// The same for one of several trunks, with the results of the others.
pub async fn resolve_with(session: &Session, trunk: &mut Trunk, found: &mut Found) -> Result<()> {
    for extension in trunk.caller_id_overrides.iter_mut().flatten().flat_map(|entry| &mut entry.extensions) {
        if extension.id.is_some() {
            continue;
        }
        let group = extension.what == Some(ExtensionType::Group);
        let what = if group { Operation::FindExtensionGroup } else { Operation::FindExtension };
        // For a group, a number can only be another word for its name.
        let by_number = extension.number.clone().filter(|_| !group);
        let word = by_number.clone().or_else(|| extension.name.clone()).or_else(|| extension.number.clone());
        let word = word.unwrap_or_default();
        let entry = find(session, found, what, &word, by_number.is_some()).await?;
        extension.id = Some(entry.id);
        extension.number = extension.number.take().or(entry.number);
        extension.name = extension.name.take().or(entry.name);
    }
    for group in trunk.agent_groups.iter_mut().flatten().filter(|group| group.id.is_none()) {
        let word = group.name.clone().unwrap_or_default();
        group.id = Some(find(session, found, Operation::FindAgentGroup, &word, false).await?.id);
    }
    let mut seen = HashSet::new();
    for group in trunk.agent_groups.iter().flatten() {
        // By id and by name, one group can be listed twice without looking so.
        if !seen.insert(&group.id) {
            let id = group.id.as_deref().unwrap_or_default();
            return Err(Error::invalid(format!("agent_groups: the group with the id {id} is listed twice"))
                .hint("keep one; nothing was changed"));
        }
    }
    Ok(())
}

async fn find(
    session: &Session,
    found: &mut Found,
    what: Operation,
    word: &str,
    by_number: bool,
) -> Result<LookupEntry> {
    let key = (what, word.to_owned());
    if !found.contains_key(&key) {
        let call = session.vendor().look_up(session.profile(), what, Some(word))?;
        found.insert(key.clone(), session.read_all(call).await?);
    }
    let rows = found.get(&key).map(Vec::as_slice).unwrap_or_default();
    // The vendors' search is fuzzy, so what counts is what matches exactly.
    let mut exact = rows.iter().filter(|row| {
        let own = if by_number { &row.number } else { &row.name };
        own.as_deref() == Some(word)
    });
    let noun = match what {
        Operation::FindExtension if by_number => "extension with the number",
        Operation::FindExtension => "extension with the name",
        Operation::FindExtensionGroup => "extension group with the name",
        _ => "agent group with the name",
    };
    let profile = &session.profile().name;
    match (exact.next(), exact.next()) {
        (Some(only), None) => Ok(only.clone()),
        (Some(one), Some(other)) => {
            Err(Error::invalid(format!("profile `{profile}` has more than one {noun} `{word}`"))
                .hint(format!("give the id instead: {} or {}", one.id, other.id)))
        }
        _ => {
            let error = Error::new(Kind::NotFound, format!("profile `{profile}` has no {noun} `{word}`"));
            let near: Vec<&str> =
                rows.iter().filter_map(|row| row.name.as_deref().or(row.number.as_deref())).take(3).collect();
            Err(match near.as_slice() {
                [] => error.hint("it must match exactly; nothing was changed"),
                near => error.hint(format!("it must match exactly; the nearest are {}", near.join(", "))),
            })
        }
    }
}
