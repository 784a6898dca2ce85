//! Checks of a trunk that hold for every vendor.

use std::collections::HashSet;
use std::net::Ipv6Addr;

use serde_json::{Map, Value};

use super::error::FieldError;
use super::proxy::OutboundProxy;
use super::secret::is_secret_key;
use super::trunk::{CallerIdOverride, OverrideOption, Trunk, TrunkChange};

/// Every complaint about the given fields.
pub fn trunk(trunk: &Trunk) -> Vec<FieldError> {
    let mut complaints = Complaints::default();
    if let Some(name) = &trunk.name {
        complaints.add("name", name_error(name));
    }
    if let Some(host) = &trunk.host {
        complaints.add("host", host_error(host, "`port`"));
    }
    if let Some(domain) = trunk.domain.as_ref().filter(|domain| !domain.is_empty()) {
        complaints.add("domain", host_error(domain, "`port`"));
    }
    if let Some(port) = trunk.port {
        complaints.add("port", port_error(port));
    }
    if let Some(OutboundProxy::Server { host, port }) = &trunk.outbound_proxy {
        complaints.add("outbound_proxy", host_error(host, "`outbound_proxy` as HOST:PORT"));
        complaints.add("outbound_proxy", port.and_then(port_error));
    }
    if let Some(codecs) = &trunk.codecs {
        complaints.add("codecs", codecs_error(codecs));
    }
    if let Some(ip) = &trunk.allowed_ip {
        complaints.add("allowed_ip", ip.is_empty().then(|| "is empty; give the carrier's address".into()));
    }
    for (at, entry) in trunk.caller_id_overrides.iter().flatten().enumerate() {
        complaints.add(&format!("caller_id_overrides[{at}]"), override_error(entry));
    }
    let dids: Vec<&str> = trunk.dids.iter().flatten().map(|did| did.number.as_str()).collect();
    complaints.add("dids", list_error(&dids, "DID"));
    for group in trunk.agent_groups.iter().flatten() {
        if group.id.is_none() && group.name.as_ref().is_none_or(String::is_empty) {
            complaints.add("agent_groups", Some("an entry has neither `id` nor `name`; give one".into()));
        }
    }
    complaints.0
}

/// Every complaint about a change, also where its parts do not go together.
pub fn change(change: &TrunkChange) -> Vec<FieldError> {
    let mut complaints = Complaints(trunk(&change.set));
    const WHOLE: &str = "the whole list is given, so there is nothing to add to or remove from";
    if change.set.dids.is_some() && change.alters_dids() {
        let text = format!("{WHOLE}; use either --did or --add-did and --remove-did");
        complaints.add("dids", Some(text));
    }
    if change.set.agent_groups.is_some() && change.alters_agent_groups() {
        let text = format!("{WHOLE}; use either --agent-group or --add-agent-group and --remove-agent-group");
        complaints.add("agent_groups", Some(text));
    }
    let added: Vec<&str> = change.add_dids.iter().map(|did| did.number.as_str()).collect();
    let removed: Vec<&str> = change.remove_dids.iter().map(String::as_str).collect();
    complaints.add("dids", list_error(&added, "DID to add"));
    complaints.add("dids", list_error(&removed, "DID to remove"));
    let both = added.iter().find(|number| removed.contains(number));
    complaints
        .add("dids", both.map(|number| format!("`{number}` is both added and removed; give one of the two")));
    complaints.0
}

/// The mistakes in raw keys of a vendor's body. `own` are the keys that the model has a name for; that name
/// must be used, because only then the value is checked and compared.
pub fn raw(fields: &Map<String, Value>, own: &[&str]) -> Vec<FieldError> {
    let refused = fields.keys().filter_map(|key| {
        let why = match key.as_str() {
            key if own.contains(&key) => "has a name of its own here; give that one in its place",
            key if is_secret_key(key) => "looks like a secret, which is not allowed in a raw field",
            _ => return None,
        };
        Some(FieldError::new(format!("vendor_fields.{key}"), why))
    });
    refused.collect()
}

#[derive(Default)]
struct Complaints(Vec<FieldError>);

impl Complaints {
    fn add(&mut self, field: &str, message: Option<String>) {
        self.0.extend(message.map(|message| FieldError::new(field, message)));
    }
}

fn name_error(name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some("is empty; give the trunk a name".into());
    }
    (name.chars().any(char::is_control)).then(|| "contains a control character; remove it".into())
}

/// Why the text is not a bare host name or address; `port_home` names the place for a port.
fn host_error(host: &str, port_home: &str) -> Option<String> {
    let shown = super::text::excerpt(host, 60);
    if host.is_empty() {
        return Some("is empty; give a host name or an address".into());
    }
    if host.to_lowercase().starts_with("sip:") || host.to_lowercase().starts_with("sips:") {
        return Some(format!("`{shown}` is a SIP URI; give the host alone, without `sip:`"));
    }
    if host.contains("://") || host.contains('/') || host.contains('@') {
        return Some(format!("`{shown}` is not a bare host; give the host name or address alone"));
    }
    if host.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some(format!("`{shown}` contains white space or a control character; remove it"));
    }
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    if host.contains(':') && address.parse::<Ipv6Addr>().is_err() {
        return Some(format!(
            "`{shown}` contains a port; give only the host here, and the port in {port_home} if the vendor supports one"
        ));
    }
    None
}

fn port_error(port: u32) -> Option<String> {
    (!(1..=65535).contains(&port)).then(|| format!("{port} is not a port; use 1 to 65535, usually 5060"))
}

fn codecs_error(codecs: &[String]) -> Option<String> {
    if codecs.is_empty() {
        return Some("is empty; name at least one codec".into());
    }
    let list: Vec<&str> = codecs.iter().map(String::as_str).collect();
    list_error(&list, "codec")
}

fn list_error(list: &[&str], what: &str) -> Option<String> {
    let mut seen = HashSet::new();
    list.iter().find_map(|item| {
        if item.trim().is_empty() {
            return Some(format!("an entry is empty; every {what} needs a value"));
        }
        (!seen.insert(*item)).then(|| format!("{what} `{item}` is listed twice; keep one"))
    })
}

fn override_error(entry: &CallerIdOverride) -> Option<String> {
    if entry.number.is_empty() {
        return Some("`number` is empty; give the caller ID".into());
    }
    match entry.option {
        OverrideOption::Range => {
            let Some(extensions) = &entry.extension_range else {
                return Some("option `range` needs `extension_range`, for example \"1000-1009\"".into());
            };
            if !entry.extensions.is_empty() {
                return Some("option `range` takes `extension_range`, not `extensions`".into());
            }
            range_error(&entry.number, extensions)
        }
        OverrideOption::Shared if entry.extension_range.is_some() => {
            Some("option `shared` takes `extensions`, not `extension_range`".into())
        }
        OverrideOption::Shared if entry.extensions.is_empty() => {
            Some("option `shared` needs `extensions`: who shares the caller ID".into())
        }
        _ => entry
            .extensions
            .iter()
            .any(|extension| extension.id.is_none() && extension.number.is_none() && extension.name.is_none())
            .then(|| "an extension has neither `id`, `number` nor `name`; give one".into()),
    }
}

/// Both ranges are `A-B` and as long as each other, because they are matched one to one.
fn range_error(numbers: &str, extensions: &str) -> Option<String> {
    let length = |text: &str| {
        let (from, to) = text.split_once('-')?;
        let digits = |part: &str| part.trim().trim_start_matches('+').parse::<u64>().ok();
        digits(to)?.checked_sub(digits(from)?)?.checked_add(1)
    };
    let Some(count) = length(numbers) else {
        return Some(format!("`number` `{numbers}` is not a range; write it as \"5503300-5503309\""));
    };
    let Some(places) = length(extensions) else {
        return Some(format!("`extension_range` `{extensions}` is not a range; write it as \"1000-1009\""));
    };
    (count != places)
        .then(|| format!("the range has {count} numbers but {places} extensions; make them equal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(json: &str) -> String {
        let trunk: Trunk = serde_json::from_str(json).unwrap();
        super::trunk(&trunk)
            .iter()
            .map(|e| format!("{}: {}", e.field, e.message))
            .collect::<Vec<_>>()
            .join("; ")
    }

    #[test]
    fn each_bad_value_is_named_with_its_remedy() {
        for (json, part) in [
            (r#"{"name":" "}"#, "name: is empty"),
            (r#"{"name":"a\u001bb"}"#, "control character"),
            (r#"{"host":"sip:a.example"}"#, "without `sip:`"),
            (r#"{"host":"a.example:5060"}"#, "and the port in `port`"),
            (r#"{"host":"a b"}"#, "white space"),
            (r#"{"host":""}"#, "host: is empty"),
            (r#"{"port":0}"#, "0 is not a port"),
            (r#"{"port":70000}"#, "70000 is not a port"),
            (r#"{"outbound_proxy":"p.example:0"}"#, "outbound_proxy: 0 is not a port"),
            (r#"{"outbound_proxy":":5060"}"#, "outbound_proxy: is empty"),
            (r#"{"codecs":["ulaw","ulaw"]}"#, "codec `ulaw` is listed twice"),
            (r#"{"codecs":[]}"#, "name at least one"),
            (r#"{"codecs":["ulaw",""]}"#, "an entry is empty"),
            (r#"{"dids":[{"number":"1"},{"number":"1"}]}"#, "DID `1` is listed twice"),
            (r#"{"agent_groups":[{"number":"1"}]}"#, "neither `id` nor `name`"),
            (r#"{"caller_id_overrides":[{"option":"range","number":"1-2"}]}"#, "needs `extension_range`"),
            (
                r#"{"caller_id_overrides":[{"option":"range","number":"10-12","extension_range":"1-2"}]}"#,
                "3 numbers but 2 extensions",
            ),
            (
                r#"{"caller_id_overrides":[{"option":"range","number":"10","extension_range":"1-2"}]}"#,
                "is not a range",
            ),
            (r#"{"caller_id_overrides":[{"option":"shared","number":"1"}]}"#, "needs `extensions`"),
            (
                r#"{"caller_id_overrides":[{"option":"shared","number":"1","extensions":[{}]}]}"#,
                "neither `id`, `number` nor `name`",
            ),
        ] {
            assert!(complaint(json).contains(part), "{json} gave: {}", complaint(json));
        }
    }

    #[test]
    fn good_values_pass() {
        for json in [
            r#"{"host":"2001:db8::1","domain":"","port":65535}"#,
            r#"{"host":"[2001:db8::1]","port":1}"#,
            r#"{"dids":[],"outbound_proxy":false}"#,
            r#"{"caller_id_overrides":[{"option":"range","number":"5503300-5503309","extension_range":"1000-1009"}]}"#,
        ] {
            assert_eq!(complaint(json), "", "{json}");
        }
    }
}
