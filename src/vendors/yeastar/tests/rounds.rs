//! Rounds against the simulator, which was written from the fact sheet alone.

use super::*;
use crate::model::error::Kind;
use crate::model::support::Operation;
use crate::model::trunk::{ActualTrunk, Trunk};
use crate::vendors::call::Token;
use crate::vendors::codes::After;
use crate::vendors::simulator::Simulator;
use crate::vendors::{LookupEntry, Vendor};

const NOW: u64 = 1_800_000_000;
/// Names that an address, a search or a list could break on.
const TORTURE: &[&str] = &["d/e?f=g", "é", "+1 415", "a&id=2#x", "100%", "\"'"];

struct Round {
    simulator: Box<dyn Simulator>,
    profile: Profile,
    token: Secret,
    now: u64,
}

impl Round {
    /// With the profile that the adapter declares for the sandbox.
    fn new() -> Self {
        let (simulator, profile) = (Yeastar.simulator(None).unwrap(), rig::sandbox(&Yeastar));
        let mut round = Self { simulator, profile, token: Secret::withheld(), now: NOW };
        round.token = round.log_in().unwrap().access;
        round
    }

    fn log_in(&mut self) -> Result<Token, Fault> {
        let call = Yeastar.log_in(&self.profile).unwrap();
        self.send(&call)
    }

    /// Changes the state of the PBX without using the API.
    fn meddle(&mut self, change: impl FnOnce(&mut Value)) {
        let mut saved = self.simulator.save();
        change(&mut saved);
        self.simulator = Yeastar.simulator(Some(&saved)).unwrap();
    }

    fn send<T>(&mut self, call: &Call<T>) -> Result<T, Fault> {
        let incoming = rig::incoming(&Yeastar, &self.profile, &self.token, call, self.now);
        (call.read)(&self.simulator.handle(&incoming, self.now))
    }

    /// Every row, and how many pages they came on.
    fn all<T>(&mut self, mut call: Call<Page<T>>) -> (Vec<T>, usize) {
        let (mut items, mut pages) = (Vec::new(), 0);
        loop {
            let page = self.send(&call).unwrap();
            pages += 1;
            items.extend(page.items);
            match page.next {
                Some(next) => call = next,
                None => return (items, pages),
            }
        }
    }

    fn list(&mut self, search: Option<&str>) -> (Vec<ActualTrunk>, usize) {
        let call = Yeastar.list_trunks(&self.profile, search).unwrap();
        self.all(call)
    }

    fn look_up(&mut self, what: Operation, search: Option<&str>) -> Vec<LookupEntry> {
        let call = Yeastar.look_up(&self.profile, what, search).unwrap();
        self.all(call).0
    }

    fn get(&mut self, id: &str) -> Result<ActualTrunk, Fault> {
        let call = Yeastar.get_trunk(&self.profile, id).unwrap().unwrap();
        self.send(&call)
    }

    fn create(&mut self, name: &str) -> String {
        let trunk = Trunk { name: Some(name.into()), ..peer() };
        let call = Yeastar.create_trunk(&self.profile, &trunk).unwrap();
        self.send(&call).unwrap()
    }

    fn delete(&mut self, id: &str) -> Result<(), Fault> {
        let call = Yeastar.delete_trunk(&self.profile, id).unwrap();
        self.send(&call)
    }
}

fn peer() -> Trunk {
    let json = r#"{"kind":"peer","host":"192.0.2.7","port":5060,"transport":"udp","codecs":["ulaw"]}"#;
    serde_json::from_str(json).unwrap()
}

#[test]
fn every_page_is_listed_without_duplicates() {
    let mut round = Round::new();
    assert_eq!(round.list(None).0, []);
    let created: Vec<String> = (0..250).map(|at| round.create(&format!("trunk-{at}"))).collect();
    let (rows, pages) = round.list(None);
    assert_eq!(pages, 3);
    let mut listed: Vec<String> = rows.into_iter().map(|row| row.id).collect();
    listed.sort_by_key(|id| created.iter().position(|own| own == id));
    assert_eq!(listed, created);
    let (found, pages) = round.list(Some("trunk-1"));
    assert_eq!((found.len(), pages), (111, 2), "trunk-1, its tens and its hundreds");
}

#[test]
fn a_trunk_is_found_read_and_deleted_by_any_name() {
    let mut round = Round::new();
    round.create("bystander");
    for name in TORTURE {
        let id = round.create("plain");
        // Its API refuses such names, its web pages may not.
        round.meddle(|saved| saved["trunks"][1]["settings"]["name"] = (*name).into());
        let (found, _) = round.list(Some(name));
        let row = found.iter().find(|row| row.trunk.name.as_deref() == Some(name)).expect(name);
        assert_eq!(row.id, id);
        let whole = round.get(&id).unwrap();
        let wanted = Trunk { name: Some((*name).into()), domain: Some("192.0.2.7".into()), ..peer() };
        assert!(crate::model::diff::trunk(&whole.trunk, &wanted).is_empty(), "{whole:?}");
        round.delete(&id).unwrap();
        assert_eq!(round.get(&id).unwrap_err().kind, Kind::NotFound);
        let again = round.delete(&id).unwrap_err();
        assert_eq!((again.kind, again.after), (Kind::NotFound, After::GiveUp));
    }
    let left: Vec<_> = round.list(None).0.into_iter().map(|row| row.trunk.name.unwrap()).collect();
    assert_eq!(left, ["bystander"]);
}

#[test]
fn a_raw_field_survives_a_round_trip() {
    let mut round = Round::new();
    let json = r#"{"name":"raw","kind":"register","username":"u","auth_name":"u","vendor_fields":{"KEY":1}}"#;
    let raw: Trunk = serde_json::from_str(&json.replace("KEY", "transparent_trans_180_msg")).unwrap();
    let wanted = Trunk { password: Some(Secret::known("Canary12345")), ..peer() }.overlaid(&raw);
    let call = Yeastar.create_trunk(&round.profile, &wanted).unwrap();
    let id = round.send(&call).unwrap();
    for as_array in [false, true] {
        round.meddle(|saved| saved["trunk_get_as_array"] = as_array.into());
        let actual = round.get(&id).unwrap();
        assert_eq!(json!(actual.trunk.vendor_fields), json!({"transparent_trans_180_msg": 1}));
        assert!(crate::model::diff::trunk(&actual.trunk, &wanted).is_empty(), "{actual:?}");
        assert!(!json!(actual).to_string().contains("Canary"), "the password is read and not shown");
    }
    let off: Trunk = serde_json::from_str(r#"{"vendor_fields":{"transparent_trans_180_msg":0}}"#).unwrap();
    let call = Yeastar.update_trunk(&round.profile, &id, &off, None).unwrap();
    round.send(&call).unwrap();
    assert_eq!(round.get(&id).unwrap().trunk.vendor_fields, off.vendor_fields);
}

#[test]
fn a_trunk_in_use_is_not_deleted() {
    let mut round = Round::new();
    let id = round.create("used");
    round.meddle(|saved| saved["trunks"][0]["in_use"] = true.into());
    let fault = round.delete(&id).unwrap_err();
    assert_eq!((fault.kind, fault.code.as_deref()), (Kind::Conflict, Some("70091")));
    assert_eq!(round.get(&id).unwrap().trunk.name.as_deref(), Some("used"));
}

#[test]
fn lookups_list_everything_or_the_matches() {
    let mut round = Round::new();
    let itsps = round.look_up(Operation::FindItsp, None);
    assert!(itsps.len() > 1 && itsps.iter().all(|itsp| itsp.name.is_some() && itsp.country.is_some()));
    assert_eq!(round.look_up(Operation::FindItsp, Some("no such name")), itsps, "the caller filters");

    let call = Yeastar.look_up(&round.profile, Operation::FindExtension, None).unwrap();
    let (extensions, pages) = round.all(call);
    assert_eq!((extensions.len(), pages), (150, 2));
    let one = round.look_up(Operation::FindExtension, Some("1149"));
    assert_eq!(
        one,
        extensions.iter().filter(|row| row.number.as_deref() == Some("1149")).cloned().collect::<Vec<_>>()
    );
    assert_eq!(one.len(), 1);
    assert_eq!(round.look_up(Operation::FindExtension, Some("no such name")), []);

    round.meddle(|saved| {
        let list = saved["extension_groups"].as_array_mut().unwrap();
        for (at, name) in TORTURE.iter().enumerate() {
            let mut group = list[0].clone();
            group["id"] = (1000 + at).into();
            group["name"] = (*name).into();
            list.push(group);
        }
    });
    let all = round.look_up(Operation::FindExtensionGroup, None);
    for name in TORTURE {
        let named =
            |rows: &[LookupEntry]| rows.iter().filter(|row| row.name.as_deref() == Some(name)).count();
        assert_eq!(named(&all), 1, "{name}");
        assert_eq!(named(&round.look_up(Operation::FindExtensionGroup, Some(name))), 1, "{name}");
    }
}

#[test]
fn a_token_that_expires_between_pages_loses_no_row() {
    let mut round = Round::new();
    let call = Yeastar.look_up(&round.profile, Operation::FindExtension, None).unwrap();
    let first = round.send(&call).unwrap();
    let next = first.next.unwrap();
    round.now += 1801;
    let fault = round.send(&next).err().unwrap();
    assert_eq!((fault.code.as_deref(), fault.after), (Some("10004"), After::Renew));
    round.token = round.log_in().unwrap().access;
    let second = round.send(&next).unwrap();
    assert!(second.next.is_none());
    assert_eq!(first.items.len() + second.items.len(), 150);
}

#[test]
fn a_deletion_while_a_list_is_read_is_noticed() {
    let mut round = Round::new();
    let ids: Vec<String> = (0..150).map(|at| round.create(&format!("trunk-{at}"))).collect();
    let call = Yeastar.list_trunks(&round.profile, None).unwrap();
    let next = round.send(&call).unwrap().next.unwrap();
    round.delete(&ids[0]).unwrap();
    let fault = round.send(&next).err().unwrap();
    assert!(fault.text.contains("changed while it was read"), "{}", fault.text);
}

#[test]
fn a_revoked_token_is_invalid_and_frees_its_slot() {
    let mut round = Round::new();
    let identify = Yeastar.identify(&round.profile).unwrap();
    round.create("a");
    round.create("b");
    assert_eq!(round.send(&identify).unwrap(), [("trunks".to_owned(), "2".to_owned())]);
    // At most eight tokens live at once.
    let full = (0..8).find_map(|_| round.log_in().err()).unwrap();
    assert_eq!((full.code.as_deref(), full.kind), (Some("60002"), Kind::RateLimited));
    let revoke = Yeastar.revoke(&round.profile).unwrap();
    round.send(&revoke).unwrap();
    for dead in [round.send(&identify).unwrap_err(), round.send(&revoke).unwrap_err()] {
        assert_eq!((dead.code.as_deref(), dead.after), (Some("10004"), After::Renew));
    }
    round.token = round.log_in().unwrap().access;
    round.send(&identify).unwrap();
}

#[test]
fn wrong_credentials_prove_nothing() {
    let mut round = Round::new();
    round.profile.secrets.insert("client_secret".into(), Secret::known("wrong"));
    assert_eq!(round.log_in().unwrap_err().kind, Kind::Auth);
    round.token = Secret::known("wrong");
    let identify = Yeastar.identify(&round.profile).unwrap();
    assert_eq!(round.send(&identify).unwrap_err().kind, Kind::Auth);
}
