//! Rounds against the simulator, which was written from the fact sheet alone.

use super::*;
use crate::model::error::Kind;
use crate::model::support::Operation;
use crate::vendors::Vendor;
use crate::vendors::call::{Fault, Page};
use crate::vendors::codes::After;
use crate::vendors::simulator::Simulator;

struct Round {
    simulator: Box<dyn Simulator>,
    profile: Profile,
    skew: u64,
}

impl Round {
    /// With the profile that the adapter declares for the sandbox.
    fn new() -> Self {
        Self { simulator: Itniotech.simulator(None).unwrap(), profile: rig::sandbox(&Itniotech), skew: 0 }
    }

    fn send<T>(&mut self, call: &Call<T>) -> Result<T, Fault> {
        let signed = NOW + self.skew;
        let incoming = rig::incoming(&Itniotech, &self.profile, &Secret::withheld(), call, signed);
        (call.read)(&self.simulator.handle(&incoming, NOW))
    }

    fn all<T>(&mut self, mut call: Call<Page<T>>) -> Vec<T> {
        let mut items = Vec::new();
        loop {
            let page = self.send(&call).unwrap();
            items.extend(page.items);
            match page.next {
                Some(next) => call = next,
                None => return items,
            }
        }
    }

    fn groups(&mut self) -> Vec<String> {
        let call = Itniotech.look_up(&self.profile, Operation::FindAgentGroup, Some("")).unwrap();
        self.all(call).into_iter().map(|entry| entry.id).collect()
    }

    fn find(&mut self, name: &str) -> Option<ActualTrunk> {
        let call = Itniotech.list_trunks(&self.profile, Some(name)).unwrap();
        self.all(call).into_iter().find(|actual| actual.trunk.name.as_deref() == Some(name))
    }

    fn create(&mut self, trunk: &Trunk) -> Result<String, Fault> {
        let verdict = Itniotech.check_create(trunk);
        assert!(verdict.errors.is_empty(), "{:?}", verdict.errors);
        let call = Itniotech.create_trunk(&self.profile, trunk).unwrap();
        self.send(&call)
    }

    fn update(&mut self, id: &str, change: &Trunk, actual: Option<&ActualTrunk>) -> Result<(), Fault> {
        let call = Itniotech.update_trunk(&self.profile, id, change, actual).unwrap();
        self.send(&call)
    }
}

fn outbound(name: &str, group: &str, host: &str) -> Trunk {
    with_password(
        &format!(
            r#"{{"name":"{name}","direction":"outbound","kind":"register","host":"{host}","username":"u",
                "prefix":"00","agent_groups":[{{"id":"{group}"}}]}}"#
        ),
        "canary",
    )
}

fn inbound(name: &str, group: &str) -> Trunk {
    trunk(&format!(
        r#"{{"name":"{name}","direction":"inbound","kind":"peer","allowed_ip":"192.0.2.9","prefix":"",
            "agent_groups":[{{"id":"{group}","number":"442071838750"}}]}}"#
    ))
}

#[test]
fn an_outbound_trunk_is_created_read_and_updated() {
    let mut round = Round::new();
    let group = round.groups()[0].clone();
    let asked = outbound("d/e?f=g é", &group, "192.0.2.7");
    let id = round.create(&asked).unwrap();
    let actual = round.find("d/e?f=g é").unwrap();
    assert_eq!(actual.id, id);
    assert!(crate::model::diff::trunk(&actual.trunk, &asked).is_empty(), "{actual:?}");

    round.update(&id, &trunk(r#"{"name":"+1 415"}"#), Some(&actual)).unwrap();
    let renamed = round.find("+1 415").unwrap();
    assert_eq!(renamed.trunk, Trunk { name: Some("+1 415".into()), ..actual.trunk });
    assert_eq!(renamed.trunk.password.as_ref().unwrap().expose(), Some("canary"));

    round.update(&id, &trunk(r#"{"kind":"peer","prefix":""}"#), Some(&renamed)).unwrap();
    let peer = round.find("+1 415").unwrap();
    let wanted = trunk(r#"{"kind":"peer","prefix":"","host":"192.0.2.7"}"#);
    assert!(crate::model::diff::trunk(&peer.trunk, &wanted).is_empty(), "{peer:?}");

    round.update(&id, &outbound("whole", &group, "192.0.2.70"), None).unwrap();
    assert_eq!(round.find("whole").unwrap().trunk.host.as_deref(), Some("192.0.2.70"));
}

#[test]
fn an_inbound_trunk_is_created_read_and_updated() {
    let mut round = Round::new();
    let group = round.groups()[0].clone();
    let asked = inbound("in", &group);
    let id = round.create(&asked).unwrap();
    let actual = round.find("in").unwrap();
    assert!(crate::model::diff::trunk(&actual.trunk, &asked).is_empty(), "{actual:?}");
    round.update(&id, &trunk(r#"{"allowed_ip":"192.0.2.10"}"#), Some(&actual)).unwrap();
    let moved = round.find("in").unwrap();
    assert_eq!(moved.trunk.allowed_ip.as_deref(), Some("192.0.2.10"));
    assert_eq!(moved.trunk.agent_groups, actual.trunk.agent_groups);
}

#[test]
fn creating_an_existing_trunk_is_a_conflict() {
    let mut round = Round::new();
    let groups = round.groups();
    round.create(&outbound("a", &groups[0], "192.0.2.7")).unwrap();
    for (trunk, code) in [
        (outbound("a", &groups[1], "192.0.2.8"), "-47"),
        (outbound("b", &groups[0], "192.0.2.8"), "-52"),
        (outbound("b", &groups[1], "192.0.2.7"), "-53"),
    ] {
        let fault = round.create(&trunk).unwrap_err();
        assert_eq!((fault.kind, fault.code.as_deref()), (Kind::Conflict, Some(code)));
    }
}

#[test]
fn wrong_credentials_and_wrong_clocks_are_distinguished() {
    let mut round = Round::new();
    let call = Itniotech.list_trunks(&round.profile, None).unwrap();
    round.skew = 3600;
    let fault = round.send(&call).err().unwrap();
    assert_eq!((fault.code.as_deref(), fault.after), (Some("-16"), After::SignAgain));
    round.skew = 0;
    round.profile.secrets.insert("api_secret".into(), Secret::known("wrong"));
    let fault = round.send(&call).err().unwrap();
    assert_eq!((fault.kind, fault.after), (Kind::Auth, After::GiveUp));
}

#[test]
fn an_unknown_trunk_cannot_be_updated() {
    let mut round = Round::new();
    let group = round.groups()[0].clone();
    let fault = round.update("999999", &outbound("a", &group, "192.0.2.7"), None).unwrap_err();
    assert_eq!(fault.kind, Kind::NotFound);
}

#[test]
fn a_name_search_is_fuzzy_and_lists_every_match() {
    let mut round = Round::new();
    let groups = round.groups();
    assert!(groups.len() > 100, "one page only");
    round.create(&outbound("main", &groups[0], "192.0.2.7")).unwrap();
    round.create(&outbound("main-2", &groups[1], "192.0.2.8")).unwrap();
    let call = Itniotech.list_trunks(&round.profile, Some("main")).unwrap();
    assert_eq!(round.all(call).len(), 2);
    assert_eq!(round.find("main").unwrap().trunk.host.as_deref(), Some("192.0.2.7"));
}

#[test]
fn a_list_of_three_pages_is_complete_and_shows_no_password() {
    let mut round = Round::new();
    let groups = round.groups();
    let names: Vec<String> = (0..205).map(|at| format!("t/{at} é+%&?\u{1f4de}")).collect();
    for (at, name) in names.iter().enumerate() {
        let trunk = match at.checked_sub(groups.len()) {
            None => outbound(name, &groups[at], &format!("10.0.0.{at}")),
            // Each group serves one trunk of each direction.
            Some(at) => trunk(&format!(
                r#"{{"name":"{name}","direction":"inbound","kind":"peer","allowed_ip":"10.0.1.{at}",
                    "agent_groups":[{{"id":"{}","number":"4420718387{at:02}"}}]}}"#,
                groups[at]
            )),
        };
        round.create(&trunk).unwrap();
    }
    let mut call = Itniotech.list_trunks(&round.profile, None).unwrap();
    let mut sizes = Vec::new();
    let mut listed = Vec::new();
    loop {
        let page = round.send(&call).unwrap();
        sizes.push(page.items.len());
        assert_eq!(page.total, Some(205));
        listed.extend(page.items);
        match page.next {
            Some(next) => call = next,
            None => break,
        }
    }
    assert_eq!(sizes, [100, 100, 5]);
    let mut found: Vec<_> = listed.iter().map(|actual| actual.trunk.name.clone().unwrap()).collect();
    let mut names = names;
    found.sort();
    names.sort();
    assert_eq!(found, names);
    for actual in &listed {
        assert!(actual.trunk.vendor_fields.contains_key("ccIp"), "{actual:?}");
        assert!(!serde_json::to_string(actual).unwrap().contains("canary"));
    }
}

#[test]
fn unknown_fields_that_were_read_are_not_sent_back() {
    let mut round = Round::new();
    let group = round.groups()[0].clone();
    let id = round.create(&outbound("a", &group, "192.0.2.7")).unwrap();
    let actual = round.find("a").unwrap();
    for key in ["ccIp", "createTime", "updateTime"] {
        assert!(actual.trunk.vendor_fields.contains_key(key), "{key}");
    }
    let call = Itniotech.update_trunk(&round.profile, &id, &trunk(r#"{"name":"b"}"#), Some(&actual)).unwrap();
    let body = body_text(&call.request);
    assert!(!body.contains("ccIp") && !body.contains("Time"), "{body}");
    round.send(&call).unwrap();
    assert_eq!(round.find("b").unwrap().trunk.host.as_deref(), Some("192.0.2.7"));
}

#[test]
fn the_balance_proves_the_credentials() {
    let mut round = Round::new();
    let call = Itniotech.identify(&round.profile).unwrap();
    let identity = round.send(&call).unwrap();
    assert_eq!(identity[0].0, "balance");
    round.skew = 3600;
    assert_eq!(round.send(&call).unwrap_err().after, After::SignAgain);
    round.skew = 0;
    round.profile.secrets.insert("api_secret".into(), Secret::known("wrong"));
    assert_eq!(round.send(&call).unwrap_err().kind, Kind::Auth);
}
