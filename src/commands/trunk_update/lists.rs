//! Lists of a trunk in an update: entries that are added and removed, and entries that a whole list drops.

use crate::model::error::{Error, FieldError, Result};
use crate::model::fields::Field;
use crate::model::trunk::{ActualTrunk, AgentGroup, Did, Trunk, TrunkChange};

/// The change for the vendor's check, which then also refuses agent groups that are only added or removed.
pub fn to_check(change: &TrunkChange) -> TrunkChange {
    let mut checked = change.clone();
    if change.alters_agent_groups() && checked.set.agent_groups.is_none() {
        let groups = change.add_agent_groups.iter().chain(&change.remove_agent_groups);
        checked.set.agent_groups = Some(groups.cloned().collect());
    }
    checked
}

/// The fields to set, with the whole list where entries are added or removed.
pub fn completed(change: &TrunkChange, actual: Option<&ActualTrunk>) -> Result<Trunk> {
    let mut set = change.set.clone();
    let Some(actual) = actual else { return Ok(set) };
    if change.alters_dids() {
        let existing = actual.trunk.dids.clone().ok_or_else(|| unread(Field::Dids, "DIDs", "--did"))?;
        set.dids = Some(with_dids(change, existing));
    }
    if change.alters_agent_groups() {
        let groups = actual.trunk.agent_groups.clone();
        let existing = groups.ok_or_else(|| unread(Field::AgentGroups, "agent groups", "--agent-group"))?;
        set.agent_groups = Some(with_groups(change, existing));
    }
    Ok(set)
}

/// A list that the vendor did not return is not an empty one: replacing it would remove the entries that are not seen.
fn unread(field: Field, what: &str, flag: &str) -> Error {
    let text = format!("the vendor did not return the {what} of the trunk, so none can be added or removed");
    Error::fields("the change", vec![FieldError::new(field.name(), text)])
        .hint(format!("give the whole list with {flag}; nothing was changed"))
}

fn with_dids(change: &TrunkChange, mut dids: Vec<Did>) -> Vec<Did> {
    dids.retain(|did| !change.remove_dids.contains(&did.number));
    for added in &change.add_dids {
        match dids.iter_mut().find(|did| did.number == added.number) {
            Some(did) if added.name.is_some() => did.name.clone_from(&added.name),
            Some(_) => {}
            None => dids.push(added.clone()),
        }
    }
    dids
}

fn with_groups(change: &TrunkChange, mut groups: Vec<AgentGroup>) -> Vec<AgentGroup> {
    groups.retain(|group| !change.remove_agent_groups.iter().any(|removed| means(removed, group)));
    for added in &change.add_agent_groups {
        match groups.iter_mut().find(|group| means(added, group)) {
            Some(group) if added.number.is_some() => group.number.clone_from(&added.number),
            Some(_) => {}
            None => groups.push(added.clone()),
        }
    }
    groups
}

/// Whether the id, or else the name, is that of the group.
fn means(given: &AgentGroup, group: &AgentGroup) -> bool {
    match &given.id {
        Some(_) => given.id == group.id,
        None => given.name.is_some() && given.name == group.name,
    }
}

fn shown(group: &AgentGroup) -> &str {
    group.name.as_deref().or(group.id.as_deref()).unwrap_or_default()
}

/// What changes nothing, and what a whole list drops.
pub fn warnings(change: &TrunkChange, actual: &Trunk) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(dids) = &actual.dids {
        let there = |number: &str| dids.iter().find(|did| did.number == number);
        let missing = change.remove_dids.iter().filter(|number| there(number).is_none());
        warnings.extend(missing.map(|number| format!("--remove-did {number}: the trunk has no such DID")));
        let same = |added: &&Did| {
            there(&added.number).is_some_and(|did| added.name.is_none() || did.name == added.name)
        };
        let known = change.add_dids.iter().filter(same);
        let known = known.map(|did| format!("--add-did {}: the trunk already has this DID", did.number));
        warnings.extend(known);
        let kept = change.set.dids.as_deref().unwrap_or_default();
        let gone = dids.iter().filter(|did| kept.iter().all(|kept| kept.number != did.number));
        let gone = gone.map(|did| match did.name.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => format!("{} ({name})", did.number),
            None => did.number.clone(),
        });
        warnings.extend(dropped(Field::Dids, kept.len(), gone.collect(), "; --add-did keeps the others"));
    }
    if let Some(groups) = &actual.agent_groups {
        let there = |given: &AgentGroup| groups.iter().find(|group| means(given, group));
        let missing = change.remove_agent_groups.iter().filter(|group| there(group).is_none());
        let missing = missing
            .map(|group| format!("--remove-agent-group {}: the trunk has no such agent group", shown(group)));
        warnings.extend(missing);
        let same = |added: &&AgentGroup| {
            there(added).is_some_and(|group| added.number.is_none() || group.number == added.number)
        };
        let known = change.add_agent_groups.iter().filter(same);
        let known = known.map(|group| {
            format!("--add-agent-group {}: the trunk already has this agent group", shown(group))
        });
        warnings.extend(known);
        let kept = change.set.agent_groups.as_deref().unwrap_or_default();
        let gone = groups.iter().filter(|group| !kept.iter().any(|kept| means(kept, group)));
        let gone = gone.map(|group| shown(group).to_owned()).collect();
        let remedy = "; --add-agent-group keeps the others";
        warnings.extend(dropped(Field::AgentGroups, kept.len(), gone, remedy));
    }
    let kept = change.set.codecs.as_deref().unwrap_or_default();
    let gone = actual.codecs.iter().flatten().filter(|codec| !kept.contains(codec));
    warnings.extend(dropped(Field::Codecs, kept.len(), gone.cloned().collect(), ""));
    warnings
}

/// The warning about a list that replaces a longer one. An empty list drops everything on purpose.
fn dropped(field: Field, kept: usize, gone: Vec<String>, remedy: &str) -> Option<String> {
    let text = || format!("{}: the new list drops {}{remedy}", field.name(), gone.join(", "));
    (kept > 0 && !gone.is_empty()).then(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dids_are_added_renamed_and_removed() {
        let read = |json: &str| serde_json::from_str::<Trunk>(json).unwrap();
        let actual = ActualTrunk {
            trunk: read(r#"{"dids":[{"number":"1","name":"a"},{"number":"2"},{"number":"3"}]}"#),
            ..ActualTrunk::default()
        };
        let added =
            read(r#"{"dids":[{"number":"1","name":"b"},{"number":"2"},{"number":"4"}]}"#).dids.unwrap();
        let remove_dids = vec!["3".into(), "9".into()];
        let change = TrunkChange { add_dids: added, remove_dids, ..TrunkChange::default() };
        let expected = r#"{"dids":[{"number":"1","name":"b"},{"number":"2"},{"number":"4"}]}"#;
        assert_eq!(completed(&change, Some(&actual)).unwrap(), read(expected));
        // Without the list as it is, nothing may be written in its place.
        let refusal = completed(&change, Some(&ActualTrunk::default())).unwrap_err();
        assert_eq!(refusal.kind.exit_code(), 4);
        assert!(refusal.hint.as_deref().unwrap().contains("--did"), "{refusal:?}");
    }

    #[test]
    fn agent_groups_are_added_renumbered_and_removed() {
        let read = |json: &str| serde_json::from_str::<Trunk>(json).unwrap().agent_groups.unwrap();
        let groups =
            r#"{"agent_groups":[{"id":"1","name":"a","number":"9"},{"id":"2","name":"b"},{"id":"3"}]}"#;
        let trunk = Trunk { agent_groups: Some(read(groups)), ..Trunk::default() };
        let actual = ActualTrunk { trunk, ..ActualTrunk::default() };
        let change = TrunkChange {
            add_agent_groups: read(
                r#"{"agent_groups":[{"id":"1","number":"8"},{"id":"4","name":"d"},{"id":"2"}]}"#,
            ),
            remove_agent_groups: read(r#"{"agent_groups":[{"id":"3"},{"name":"z"}]}"#),
            ..TrunkChange::default()
        };
        let wanted = r#"{"agent_groups":[{"id":"1","name":"a","number":"8"},{"id":"2","name":"b"},{"id":"4","name":"d"}]}"#;
        assert_eq!(completed(&change, Some(&actual)).unwrap().agent_groups.unwrap(), read(wanted));
        let warned = warnings(&change, &actual.trunk);
        assert_eq!(warned.len(), 2, "{warned:?}");
        assert!(
            warned[0].starts_with("--remove-agent-group z:") && warned[1].starts_with("--add-agent-group 2:")
        );
        assert!(completed(&change, Some(&ActualTrunk::default())).is_err());
    }
}
