use std::collections::HashSet;

use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::option::weighted as of;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};

use super::*;
use crate::export::normalize::normalized;
use crate::model::secret::Secret;
use crate::model::trunk::{ActualTrunk, Direction, Kind, Transport};
use crate::vendors::{ALL, by_name};

/// A trunk as a vendor returns it, with a password if requested.
fn trunk(json: Value, password: bool) -> Trunk {
    let mut trunk: Trunk = serde_json::from_value(json).unwrap();
    trunk.password = password.then(|| Secret::known("canary"));
    normalized(ActualTrunk { id: "m-1".to_owned(), trunk, ..ActualTrunk::default() })
}

/// A trunk of each vendor with every field set.
fn sources() -> Vec<(&'static str, Trunk)> {
    let register = json!({
        "name": "itsp-main", "kind": "register", "direction": "both", "enabled": true, "host": "sip.example.com",
        "port": 5060, "domain": "sip.example.com", "transport": "udp", "username": "6701", "auth_name": "a6701",
        "codecs": ["ulaw", "opus"], "country": "general", "itsp": "x", "outbound_proxy": "p.example:5062",
        "caller_id": {"number": "5503301", "name": "Main"}, "dids": [{"number": "5503308", "name": "Main"}],
        "caller_id_overrides": [{"option": "shared", "number": "1", "extensions": [{"id": "7", "name": "x"}]}],
        "vendor_fields": {"dtmf_mode": "rfc4733"},
    });
    let peer = json!({
        "name": "lab peer", "kind": "peer", "direction": "both", "enabled": false, "host": "192.0.2.9", "port": 5061,
        "transport": "tls", "codecs": ["ulaw"], "dids": [{"number": "1"}],
    });
    let account = json!({
        "name": "gate", "kind": "account", "direction": "both", "enabled": true, "transport": "tcp",
        "username": "6705", "auth_name": "6705", "codecs": ["alaw"], "caller_id": {"name": "only"},
    });
    let outbound = json!({
        "name": "carrier", "kind": "register", "direction": "outbound", "enabled": true, "host": "12.35.3.2",
        "username": "u1", "prefix": "9", "agent_groups": [{"id": "1000026", "name": "Sales", "number": "12"}],
    });
    let inbound = json!({
        "name": "carrier-in", "kind": "peer", "direction": "inbound", "enabled": true, "allowed_ip": "192.0.2.60",
        "agent_groups": [{"id": "1000026", "name": "Sales", "number": "5503308"}],
    });
    let assigned = json!({
        "name": "Carrier A", "kind": "assigned", "direction": "both", "host": "198.51.100.10", "prefix": "9",
        "account": "sub-1", "dnis": "1415555", "caller_id": {"number": "+14155550100"},
    });
    vec![
        ("yeastar", trunk(register, true)),
        ("yeastar", trunk(peer, false)),
        ("yeastar", trunk(account, true)),
        ("itniotech", trunk(outbound, true)),
        ("itniotech", trunk(inbound, false)),
        ("zoom", trunk(assigned, false)),
    ]
}

fn fates(fitted: &Fitted) -> Vec<(&'static str, &Fate)> {
    fitted.losses.iter().map(|loss| (loss.field.name(), &loss.fate)).collect()
}

/// Every given field is reported once, and the vendor accepts the converted trunk.
fn check(original: &Trunk, fitted: &Fitted, vendor: &dyn Vendor) {
    let shown = || format!("{} {fitted:#?}", vendor.facts().name);
    let fields: Vec<Field> = fitted.losses.iter().map(|loss| loss.field).collect();
    assert_eq!(fields.iter().collect::<HashSet<_>>().len(), fields.len(), "{}", shown());
    assert!(original.given().all(|field| fields.contains(&field)), "{}", shown());
    // A field converted to another one is reported under its old name.
    let new = |field: &Field| STAND_INS.iter().any(|(to, from)| to == field && original.has(*from));
    assert!(fitted.trunk.given().all(|field| fields.contains(&field) || new(&field)), "{}", shown());
    for loss in &fitted.losses {
        let (before, after) = (original.has(loss.field), fitted.trunk.has(loss.field));
        match &loss.fate {
            Fate::Kept => assert!(before && after, "{}", shown()),
            Fate::Approximated(why) => assert!((before || after) && !why.is_empty(), "{}", shown()),
            Fate::Dropped(why) => assert!(before && !after && !why.is_empty(), "{}", shown()),
            // A password is always a place to fill in.
            Fate::NeedsInput(_) => assert!(!after || loss.field == Field::Password, "{}", shown()),
        }
    }
    for error in complaints(&fitted.trunk, vendor) {
        let field = Field::of(&error.field).unwrap();
        let needed =
            fitted.losses.iter().any(|loss| loss.field == field && matches!(loss.fate, Fate::NeedsInput(_)));
        assert!(!fitted.trunk.has(field) && needed, "{error:?} {}", shown());
    }
    assert!(fitted.trunk.password.as_ref().is_none_or(|password| password.expose().is_none()));
}

#[test]
fn trunks_of_every_vendor_convert_to_every_vendor() {
    for (source, original) in sources() {
        for vendor in ALL {
            let fitted = other(&original, *vendor);
            check(&original, &fitted, *vendor);
            if vendor.facts().name == source {
                let own = own(&original, *vendor).unwrap();
                check(&original, &own, *vendor);
                assert_eq!(format!("{:?}", own.trunk), format!("{:?}", fitted.trunk));
            }
        }
    }
}

const ODD: [&str; 9] = [
    "",
    " ",
    "a\nb",
    "\u{7}",
    "sip:x",
    "x:y:z",
    "${X}",
    "1.2.3.4:5060",
    "a name that is far too long for any of them",
];

proptest! {
    #![proptest_config(Config {
        cases: 200, rng_seed: RngSeed::Fixed(5060), failure_persistence: None, ..Config::default()
    })]

    /// Fields of several vendors, some of them spoilt.
    #[test]
    fn every_field_of_a_vendor_is_accounted_for(
        fields in vec((0..6usize, weighted(0.75), of(0.17, select(&ODD[..]))), Field::ALL.len()),
        kind in of(0.3, select(&["peer_did", "physical", "3"][..])),
        direction in of(0.1, Just("5")),
        transport in of(0.1, Just("ws")),
        codecs in of(0.1, Just(["ulaw", "g723", "mpeg4"])),
    ) {
        let sources = sources();
        let mut original = Trunk::default();
        for (field, (at, takes, odd)) in Field::ALL.iter().zip(fields) {
            let source = &sources[at].1;
            if takes && source.has(*field) {
                let mut only = source.clone();
                source.given().filter(|other| other != field).for_each(|other| only.clear(other));
                original = original.overlaid(&only);
            }
            if let Some(odd) = odd {
                original.set_text(*field, odd);
            }
        }
        original.kind = kind.map(Kind::open).or(original.kind);
        original.direction = direction.map(Direction::open).or(original.direction);
        original.transport = transport.map(Transport::open).or(original.transport);
        original.codecs = codecs.map(|codecs| codecs.map(str::to_owned).to_vec()).or(original.codecs);
        for vendor in ALL {
            check(&original, &other(&original, *vendor), *vendor);
            if let Ok(own) = own(&original, *vendor) {
                check(&original, &own, *vendor);
            }
        }
    }
}

#[test]
fn a_trunk_converts_to_the_nearest_equivalent() {
    let sources = sources();
    let to = |at: usize, vendor: &str| other(&sources[at].1, by_name(vendor).unwrap());
    let fitted = to(0, "itniotech");
    assert_eq!(
        (fitted.trunk.kind.clone(), fitted.trunk.direction.clone()),
        (Some(Kind::Register), Some(Direction::Outbound))
    );
    let outcomes = fates(&fitted);
    for kept in ["name", "kind", "host", "username", "password"] {
        assert!(outcomes.contains(&(kept, &Fate::Kept)), "{outcomes:#?}");
    }
    let starts = |name: &str, begin: &str| {
        outcomes.iter().any(|(field, fate)| *field == name && format!("{fate:?}").starts_with(begin))
    };
    assert!(starts("direction", "Approximated(\"both becomes outbound: "), "{outcomes:#?}");
    assert!(starts("agent_groups", "NeedsInput(\"Itniotech contact center requires it"), "{outcomes:#?}");
    assert!(starts("dids", "Dropped(\"Itniotech has numbers on agent groups"), "{outcomes:#?}");
    assert!(starts("codecs", "Dropped") && starts("vendor_fields", "Dropped"), "{outcomes:#?}");

    let fitted = to(4, "yeastar");
    assert_eq!(
        (fitted.trunk.kind.clone(), fitted.trunk.host.as_deref()),
        (Some(Kind::Peer), Some("192.0.2.60"))
    );
    let outcomes = fates(&fitted);
    assert!(
        outcomes.contains(&("allowed_ip", &Fate::Approximated("is the new `host`".into()))),
        "{outcomes:#?}"
    );
    for missing in ["codecs", "port", "transport"] {
        assert!(
            outcomes.iter().any(|(name, fate)| *name == missing && matches!(fate, Fate::NeedsInput(_))),
            "{outcomes:#?}"
        );
    }
    let fitted = to(3, "yeastar");
    assert_eq!(fitted.trunk.auth_name.as_deref(), Some("u1"));

    let fitted = to(5, "yeastar");
    assert_eq!((fitted.trunk.kind, fitted.trunk.name.as_deref()), (Some(Kind::Peer), Some("Carrier A")));
    let fitted = to(0, "zoom");
    let left: Vec<_> = fitted.trunk.given().map(Field::name).collect();
    assert_eq!(left, ["kind", "direction", "caller_id"]);
    assert_eq!(fitted.trunk.caller_id.unwrap().name, None);
}

#[test]
fn unsupported_codecs_are_dropped_for_another_vendor_and_the_whole_list_for_the_same_one() {
    let mut peer = sources()[1].1.clone();
    peer.codecs = Some(vec!["mpeg4".into(), "ulaw".into()]);
    let yeastar = by_name("yeastar").unwrap();
    let fitted = other(&peer, yeastar);
    assert_eq!(fitted.trunk.codecs, Some(vec!["ulaw".to_owned()]));
    let how = format!("{:?}", fates(&fitted).iter().find(|(name, _)| *name == "codecs"));
    assert!(how.contains("without mpeg4: "), "{how}");
    // A part of a list would be planned as a change.
    assert_eq!(own(&peer, yeastar).unwrap().trunk.codecs, None);
}

#[test]
fn trunks_that_cannot_be_created_are_left_out_of_the_manifest() {
    let refusal = |change: fn(&mut Trunk), at: usize| {
        let (vendor, mut trunk) = sources().swap_remove(at);
        change(&mut trunk);
        own(&trunk, by_name(vendor).unwrap()).unwrap_err()
    };
    assert!(refusal(|trunk| trunk.kind = Some(Kind::open("physical")), 0).contains("`physical`"));
    assert!(refusal(|trunk| trunk.direction = Some(Direction::open("3")), 3).starts_with("direction: "));
    assert!(refusal(|trunk| trunk.account = Some("me".into()), 5).starts_with("account: "));
    assert!(refusal(|trunk| trunk.name = Some("a\u{7}".into()), 1).starts_with("name: "));
    let mut newer = sources()[1].1.clone();
    newer.kind = Some(Kind::open("peer_did"));
    assert_eq!(own(&newer, by_name("yeastar").unwrap()).unwrap().trunk.kind, Some(Kind::Peer));
}

#[test]
fn a_required_password_that_is_not_returned_becomes_a_placeholder() {
    for at in [0, 2, 3] {
        let (vendor, mut original) = sources().swap_remove(at);
        original.password = None;
        let fitted = own(&original, by_name(vendor).unwrap()).unwrap();
        assert!(fitted.trunk.password.is_some(), "{vendor}");
        check(&original, &fitted, by_name(vendor).unwrap());
    }
    let (vendor, peer) = sources().swap_remove(1);
    assert!(own(&peer, by_name(vendor).unwrap()).unwrap().trunk.password.is_none());
}
