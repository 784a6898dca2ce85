//! Reading, finding and taking away against the simulator.

use std::collections::BTreeSet;

use super::super::Zoom;
use super::world::{World, number};
use crate::model::error::Kind::{NotFound, Rejected};
use crate::model::number::{InternalNumber, NumberType};
use crate::vendors::Vendor;

fn add(world: &mut World, account: &str, numbers: &[InternalNumber]) {
    for batch in numbers.chunks(Zoom.facts().numbers_per_call) {
        let call = Zoom.add_numbers(&world.profile, account, batch).unwrap();
        world.send(&call).unwrap();
    }
}

#[test]
fn numbers_come_in_pages_and_are_removed() {
    let mut world = World::logged_in(&[]);
    let before = world.numbers("sub-1").len();
    let wanted: Vec<_> = (0..630).map(number).collect();
    add(&mut world, "sub-1", &wanted);
    let call = Zoom.list_numbers(&world.profile, "sub-1").unwrap();
    let pages = world.pages(call);
    let total = before + 630;
    assert_eq!(pages.iter().map(|page| page.items.len()).collect::<Vec<_>>(), [300, 300, total - 600]);
    assert!(pages.iter().all(|page| page.total == Some(total as u64)));
    let actual: Vec<_> = pages.into_iter().flat_map(|page| page.items).collect();
    let distinct: BTreeSet<&str> = actual.iter().map(|actual| actual.number.as_str()).collect();
    assert_eq!(distinct.len(), total);
    for asked in [&wanted[0], &wanted[299], &wanted[629]] {
        let actual = actual.iter().find(|actual| actual.number == asked.number.as_str()).unwrap();
        assert_eq!(actual.display_number.as_deref(), Some(asked.display_number.as_str()));
        assert_eq!((actual.country.as_deref(), actual.what.as_ref()), (Some("US"), Some(&NumberType::Toll)));
        assert_eq!(
            (actual.labels.as_deref(), actual.languages.as_deref()),
            (Some("d/e?f=g é"), Some("da-DK"))
        );
        assert_eq!((actual.visible, actual.allow_join), (Some(false), Some(false)));
    }

    let id = actual.iter().find_map(|actual| actual.id.clone()).unwrap();
    let call = Zoom.remove_number(&world.profile, "sub-1", &id).unwrap();
    world.send(&call).unwrap();
    let left = world.numbers("sub-1");
    assert_eq!(left.len(), total - 1);
    assert!(left.iter().all(|actual| actual.id.as_ref() != Some(&id)));
    assert_eq!(world.send(&call).unwrap_err().kind, NotFound, "it is gone");
    let call = Zoom.list_numbers(&world.profile, "no/such=é").unwrap();
    assert_eq!(world.send(&call).err().unwrap().kind, NotFound);
}

#[test]
fn a_trunk_is_removed_once() {
    let mut world = World::logged_in(&[]);
    let master = world.trunk_ids("me").remove(0);
    world.profile.settings.insert("account".into(), "sub-1".into());
    let wanted = super::trunk(&format!(r#"{{"master_trunk":"{master}"}}"#));
    let call = Zoom.create_trunk(&world.profile, &wanted).unwrap();
    let id = world.send(&call).unwrap();
    let before = world.trunk_ids("sub-1");
    let call = Zoom.identify(&world.profile).unwrap();
    let who = world.send(&call).unwrap();
    assert_eq!(who[1], ("trunks".to_owned(), before.len().to_string()));

    let call = Zoom.delete_trunk(&world.profile, &id).unwrap();
    world.send(&call).unwrap();
    let left = world.trunk_ids("sub-1");
    assert_eq!(left.len(), before.len() - 1);
    assert!(!left.contains(&id));
    assert!(world.trunk_ids("me").contains(&master), "the master's trunk stays");
    assert_eq!(world.send(&call).unwrap_err().kind, NotFound, "it is gone");
}

#[test]
fn countries_are_added_and_removed_in_both_formats() {
    for format in ["json", "multipart"] {
        let mut world = World::logged_in(&[("body_format", format)]);
        let codes = ["NO".to_owned(), "NZ".to_owned()];
        let before = world.countries("sub-1");
        assert!(!before.contains(&codes[0]) && !before.contains(&codes[1]));
        let call = Zoom.add_countries(&world.profile, "sub-1", &codes).unwrap();
        let added = world.send(&call).unwrap();
        assert_eq!(added.iter().map(|country| country.id.as_str()).collect::<Vec<_>>(), ["NO", "NZ"]);
        assert!(added.iter().all(|country| country.name.is_some()));
        assert_eq!(world.countries("sub-1").len(), before.len() + 2);

        let call = Zoom.remove_country(&world.profile, "sub-1", "NO").unwrap();
        world.send(&call).unwrap();
        let left = world.countries("sub-1");
        assert!(left.contains(&codes[1]) && !left.contains(&codes[0]));
        assert_eq!(world.send(&call).unwrap_err().kind, NotFound, "it is gone");
        let many: Vec<String> = (0..31).map(|_| "NO".to_owned()).collect();
        let call = Zoom.add_countries(&world.profile, "sub-1", &many).unwrap();
        assert_eq!(world.send(&call).unwrap_err().kind, Rejected, "31 are too many");
    }
}

#[test]
fn master_numbers_are_assigned_and_cleared_in_both_formats() {
    for format in ["json", "multipart"] {
        let mut world = World::logged_in(&[("body_format", format)]);
        let call = Zoom.list_master_numbers(&world.profile).unwrap();
        let masters = world.send(&call).unwrap().items;
        assert!(!masters.is_empty() && masters.iter().all(|number| number.country.is_some()));
        let numbers = [masters[0].number.clone()];
        let call =
            Zoom.assign_master_numbers(&world.profile, "sub-1", &numbers, &Default::default()).unwrap();
        world.send(&call).unwrap();
        let foreign = ["390612345678".to_owned()];
        let call =
            Zoom.assign_master_numbers(&world.profile, "sub-1", &foreign, &Default::default()).unwrap();
        let fault = world.send(&call).unwrap_err();
        assert_eq!((fault.kind, fault.code.as_deref()), (Rejected, Some("400")));

        add(&mut world, "sub-1", &[number(1), number(2)]);
        assert!(world.numbers("sub-1").len() >= 2);
        let call = Zoom.clear_numbers(&world.profile, "sub-1").unwrap();
        world.send(&call).unwrap();
        assert!(world.numbers("sub-1").is_empty());
        let call = Zoom.clear_numbers(&world.profile, "no/such").unwrap();
        assert_eq!(world.send(&call).unwrap_err().kind, NotFound);
    }
}
