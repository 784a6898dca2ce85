//! Removes empty values and ids from a trunk of a vendor.

use crate::model::fields::Field;
use crate::model::proxy::OutboundProxy;
use crate::model::secret::{Secret, SecretRef};
use crate::model::trunk::{ActualTrunk, Kind, Trunk};

/// The trunk without empty values. Its password is a placeholder, and unordered lists are sorted.
pub fn normalized(actual: ActualTrunk) -> Trunk {
    let ActualTrunk { id, mut trunk, .. } = actual;
    if trunk.kind == Some(Kind::Assigned) {
        // An assignment has no id of its own: it is known by the master account's trunk.
        trunk.master_trunk = filled(trunk.master_trunk).or(filled(Some(id)));
    }
    trunk.password = trunk.password.filter(|secret| secret.expose() != Some("")).map(|_| to_fill_in());
    trunk.outbound_proxy = trunk.outbound_proxy.filter(|proxy| match proxy {
        OutboundProxy::Off => false,
        OutboundProxy::Server { host, .. } => !host.is_empty(),
    });
    for caller in trunk.caller_id.iter_mut() {
        clear([&mut caller.number, &mut caller.name]);
    }
    trunk.caller_id = trunk.caller_id.filter(|caller| caller.number.is_some() || caller.name.is_some());
    for entry in trunk.caller_id_overrides.iter_mut().flatten() {
        clear([&mut entry.name, &mut entry.extension_range]);
        for extension in &mut entry.extensions {
            clear([&mut extension.id, &mut extension.number, &mut extension.name]);
        }
    }
    for did in trunk.dids.iter_mut().flatten() {
        clear([&mut did.name]);
    }
    for group in trunk.agent_groups.iter_mut().flatten() {
        clear([&mut group.id, &mut group.name, &mut group.number]);
    }
    if let Some(dids) = &mut trunk.dids {
        dids.sort_by(|a, b| (&a.number, &a.name).cmp(&(&b.number, &b.name)));
    }
    if let Some(groups) = &mut trunk.agent_groups {
        groups.sort_by(|a, b| (&a.name, &a.id, &a.number).cmp(&(&b.name, &b.id, &b.number)));
    }
    for field in Field::ALL.iter().filter(|field| is_empty(&trunk, **field)).collect::<Vec<_>>() {
        trunk.clear(*field);
    }
    trunk
}

/// Removes ids, which differ from one device to another; what has a number or a name is looked up there.
pub fn forget_ids(trunk: &mut Trunk) {
    let entries = trunk.caller_id_overrides.iter_mut().flatten();
    for extension in entries.flat_map(|entry| &mut entry.extensions) {
        if extension.number.is_some() || extension.name.is_some() {
            extension.id = None;
        }
    }
    for group in trunk.agent_groups.iter_mut().flatten().filter(|group| group.name.is_some()) {
        group.id = None;
    }
}

/// The placeholder of a password, without a name yet.
pub fn to_fill_in() -> Secret {
    Secret::reference(SecretRef::Env(String::new()))
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn clear<const N: usize>(texts: [&mut Option<String>; N]) {
    for text in texts {
        *text = filled(text.take());
    }
}

/// Whether the field is an empty text or list.
fn is_empty(trunk: &Trunk, field: Field) -> bool {
    match field {
        Field::Codecs => trunk.codecs.as_ref().is_some_and(Vec::is_empty),
        Field::CallerIdOverrides => trunk.caller_id_overrides.as_ref().is_some_and(Vec::is_empty),
        Field::Dids => trunk.dids.as_ref().is_some_and(Vec::is_empty),
        Field::AgentGroups => trunk.agent_groups.as_ref().is_some_and(Vec::is_empty),
        _ => trunk.text(field).is_some_and(String::is_empty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: serde_json::Value) -> Trunk {
        normalized(ActualTrunk {
            id: "7".to_owned(),
            trunk: serde_json::from_value(json).unwrap(),
            ..ActualTrunk::default()
        })
    }

    #[test]
    fn empty_values_are_left_out_but_disabled_switches_are_kept() {
        let trunk = read(serde_json::json!({
            "name": "a", "enabled": false, "domain": "", "codecs": [], "dids": [], "outbound_proxy": "",
            "caller_id": {"number": "", "name": ""}, "agent_groups": [{"id": "1", "name": "", "number": ""}],
            "caller_id_overrides": [{"option": "shared", "number": "1", "name": "", "extensions": [{"id": "1"}]}],
        }));
        let given: Vec<_> = trunk.given().map(Field::name).collect();
        assert_eq!(given, ["name", "enabled", "caller_id_overrides", "agent_groups"]);
        assert_eq!(trunk.agent_groups.unwrap()[0].name, None);
    }

    #[test]
    fn only_an_assignment_is_identified_by_its_id() {
        assert_eq!(read(serde_json::json!({"kind": "assigned"})).master_trunk.as_deref(), Some("7"));
        assert_eq!(read(serde_json::json!({"kind": "peer"})).master_trunk, None);
    }

    #[test]
    fn a_password_becomes_a_placeholder_and_never_a_value() {
        for (value, there) in [("cAnary", true), ("***", true), ("", false)] {
            let trunk = Trunk { password: Some(Secret::known(value)), ..Trunk::default() };
            let trunk = normalized(ActualTrunk { trunk, ..ActualTrunk::default() });
            assert_eq!(trunk.password.is_some(), there);
            assert!(trunk.password.is_none_or(|password| password.expose().is_none()));
        }
    }

    #[test]
    fn unordered_lists_are_sorted_and_codecs_keep_their_order() {
        let trunk = read(serde_json::json!({
            "codecs": ["ulaw", "alaw"], "dids": [{"number": "2"}, {"number": "1"}],
            "agent_groups": [{"id": "2", "name": "b"}, {"id": "3", "name": "a"}],
        }));
        assert_eq!(trunk.codecs.unwrap(), ["ulaw", "alaw"]);
        assert_eq!(trunk.dids.unwrap()[0].number, "1");
        assert_eq!(trunk.agent_groups.unwrap()[0].id.as_deref(), Some("3"));
    }
}
