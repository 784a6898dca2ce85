//! The adapter against the simulator, which shares no code with it.

use super::super::Zoom;
use super::trunk;
use super::world::{World, number};
use crate::model::error::Kind;
use crate::model::secret::Secret;
use crate::model::settings::{Provided, SipSettings};
use crate::vendors::Vendor;
use crate::vendors::codes::After;

#[test]
fn credentials_are_checked() {
    for (key, value, code) in [
        ("client_id", "wrong", Some("invalid_client")),
        ("client_secret", "wrong", Some("invalid_client")),
        ("account_id", "wrong", None),
    ] {
        let mut world = World::new(&[]);
        if key == "client_secret" {
            world.profile.secrets.insert(key.into(), Secret::known(value));
        } else {
            world.profile.settings.insert(key.into(), value.into());
        }
        let call = Zoom.log_in(&world.profile).unwrap();
        let fault = world.send(&call).unwrap_err();
        assert_eq!((fault.kind, fault.after), (Kind::Auth, After::GiveUp), "{key}");
        if code.is_some() {
            assert_eq!(fault.code.as_deref(), code);
        }
    }
    let mut world = World::new(&[]);
    let call = Zoom.list_trunks(&world.profile, None).unwrap();
    let fault = world.send(&call).err().unwrap();
    assert_eq!((fault.kind, fault.after, fault.code.as_deref()), (Kind::Auth, After::Renew, Some("124")));
}

#[test]
fn a_trunk_is_assigned_and_found_again_in_both_formats() {
    for format in ["json", "multipart"] {
        let mut world = World::logged_in(&[("body_format", format)]);
        let masters = world.trunk_ids("me");
        assert!(!masters.is_empty(), "the master has trunks to assign");
        let before = world.trunk_ids("sub-1");
        let mut wanted = trunk(r#"{"caller_id":{"number":"+16466661110"}}"#);
        wanted.master_trunk = Some(masters[0].clone());
        let call = Zoom.create_trunk(&world.profile, &wanted).unwrap();
        let id = world.send(&call).unwrap();
        assert!(!before.contains(&id));
        let call = Zoom.list_trunks(&world.profile, None).unwrap();
        let page = world.send(&call).unwrap();
        assert_eq!(page.items.len(), before.len() + 1);
        let actual = page.items.iter().find(|actual| actual.id == id).unwrap();
        assert_eq!(actual.trunk.caller_id, wanted.caller_id);
        assert!(actual.trunk.name.is_some() && actual.trunk.host.is_some());

        wanted.master_trunk = Some("no such trunk".into());
        let call = Zoom.create_trunk(&world.profile, &wanted).unwrap();
        let fault = world.send(&call).unwrap_err();
        assert_eq!((fault.kind, fault.code.as_deref()), (Kind::Rejected, Some("300")));
        wanted.account = Some("no/such=é".into());
        let call = Zoom.create_trunk(&world.profile, &wanted).unwrap();
        let fault = world.send(&call).unwrap_err();
        assert_eq!((fault.kind, fault.code.as_deref()), (Kind::NotFound, Some("2001")));
    }
}

#[test]
fn a_dnis_must_start_like_the_masters_number() {
    let mut world = World::logged_in(&[("account", "me")]);
    let call = Zoom.list_trunks(&world.profile, None).unwrap();
    let master = world.send(&call).unwrap().items.remove(0);
    let prefix: String = master.trunk.dnis.unwrap().chars().take(5).collect();
    let mut wanted = trunk(r#"{"account":"sub-1"}"#);
    wanted.master_trunk = Some(master.id);
    wanted.dnis = Some("zzzzz12".into());
    let call = Zoom.create_trunk(&world.profile, &wanted).unwrap();
    let fault = world.send(&call).unwrap_err();
    assert_eq!((fault.kind, fault.code.as_deref()), (Kind::Rejected, Some("300")));
    wanted.dnis = Some(format!("{prefix}123"));
    let call = Zoom.create_trunk(&world.profile, &wanted).unwrap();
    let id = world.send(&call).unwrap();
    assert!(world.trunk_ids("sub-1").contains(&id));
}

#[test]
fn numbers_are_added_once_in_both_formats() {
    for format in ["json", "multipart"] {
        let mut world = World::logged_in(&[("body_format", format)]);
        let numbers: Vec<_> = (0..30).map(number).collect();
        let call = Zoom.add_numbers(&world.profile, "sub-1", &numbers).unwrap();
        let added = world.send(&call).unwrap();
        assert_eq!(added.len(), 30);
        for (asked, (added_number, id)) in numbers.iter().zip(&added) {
            assert_eq!(asked.number.as_str(), added_number);
            assert!(id.is_some());
        }
        let fault = world.send(&call).unwrap_err();
        assert_eq!((fault.kind, fault.code.as_deref()), (Kind::Conflict, Some("300")), "{}", fault.text);
        let more: Vec<_> = (100..131).map(number).collect();
        let call = Zoom.add_numbers(&world.profile, "me", &more).unwrap();
        assert_eq!(world.send(&call).unwrap_err().kind, Kind::Rejected, "31 are too many");
        let call = Zoom.add_numbers(&world.profile, "me", &more[..1]).unwrap();
        world.send(&call).unwrap();
        let call = Zoom.add_numbers(&world.profile, "no/such", &more[1..2]).unwrap();
        assert_eq!(world.send(&call).unwrap_err().kind, Kind::NotFound);
    }
}

#[test]
fn settings_are_assigned_in_both_formats() {
    for format in ["json", "multipart"] {
        let mut world = World::logged_in(&[("body_format", format)]);
        for settings in [
            SipSettings { enable: Some(true), ..SipSettings::default() },
            SipSettings {
                enable: Some(false),
                show_callout_internal_number: Some(false),
                show_zoom_provided_callout_countries: Some(Provided::Show),
                show_zoom_provided_numbers: Some(Provided::Remove),
                vendor_fields: Default::default(),
            },
        ] {
            let call = Zoom.assign_settings(&world.profile, "sub-1", &settings).unwrap();
            world.send(&call).unwrap();
        }
        let call = Zoom.assign_settings(&world.profile, "d/e?f=g", &SipSettings::default()).unwrap();
        assert_eq!(world.send(&call).unwrap_err().kind, Kind::NotFound);
    }
}
