//! The adapter against the imitation, which shares no code with it.

use super::super::Zoom;
use super::{profile, trunk};
use crate::model::error::Kind;
use crate::model::number::{InternalNumber, NumberType};
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::model::settings::{Provided, SipSettings};
use crate::vendors::Vendor;
use crate::vendors::call::{Body, Call, Effect, Fault, Place};
use crate::vendors::codes::After;
use crate::vendors::imitation::{Imitation, Incoming};

const NOW: u64 = 1_800_000_000;

struct World {
    imitation: Box<dyn Imitation>,
    profile: Profile,
    token: Secret,
}

impl World {
    fn new(settings: &[(&str, &str)]) -> Self {
        let sandbox =
            Zoom.facts().sandbox.iter().map(|(key, value)| (*key, value.replace("{base}", "http://s")));
        let sandbox: Vec<(&str, String)> = sandbox.collect();
        let mut all: Vec<(&str, &str)> = sandbox.iter().map(|(key, value)| (*key, value.as_str())).collect();
        all.extend(settings);
        let mut profile = profile(&all);
        let secret = profile.settings.remove("client_secret").unwrap();
        profile.secrets.insert("client_secret".into(), Secret::known(secret));
        Self { imitation: Zoom.imitation(None).unwrap(), profile, token: Secret::known("none yet") }
    }

    fn logged_in(settings: &[(&str, &str)]) -> Self {
        let mut world = Self::new(settings);
        let call = Zoom.log_in(&world.profile).unwrap();
        let token = world.send(&call).unwrap();
        assert!(token.expires_in > 3000);
        world.token = token.access;
        world
    }

    fn send<T>(&mut self, call: &Call<T>) -> Result<T, Fault> {
        let mut slots = call.slots.clone();
        if call.effect != Effect::LogIn {
            slots.extend(Zoom.authorise(&self.profile, &self.token, NOW));
        }
        let mut headers: Vec<(String, String)> = call.request.headers.clone();
        for slot in &slots {
            let value = slot.secret.expose().unwrap();
            headers.push(match &slot.place {
                Place::Header { name, prefix } => ((*name).into(), format!("{prefix}{value}")),
                Place::Basic { user } => {
                    ("authorization".into(), format!("Basic {}", base64(&format!("{user}:{value}"))))
                }
                other => panic!("Zoom has no secret at {other:?}"),
            });
        }
        let body = match &call.request.body {
            Body::Empty => String::new(),
            Body::Json(value) => value.to_string(),
            Body::Form(pairs) => {
                headers.push(("content-type".into(), "application/x-www-form-urlencoded".into()));
                let encode = |text| {
                    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                        .to_string()
                };
                let pairs = pairs.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value)));
                pairs.collect::<Vec<_>>().join("&")
            }
            Body::Multipart(pairs) => {
                headers.push(("content-type".into(), "multipart/form-data; boundary=xyz".into()));
                let part = |(key, value): &(String, String)| {
                    format!("--xyz\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n")
                };
                pairs.iter().map(part).collect::<String>() + "--xyz--\r\n"
            }
        };
        let incoming = Incoming {
            method: call.request.method.as_str().into(),
            path: call.request.url.strip_prefix("http://s/zoom").unwrap().into(),
            query: Vec::new(),
            headers: headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect(),
            body: body.into_bytes(),
        };
        (call.read)(&self.imitation.handle(&incoming, NOW))
    }

    fn trunk_ids(&mut self, account: &str) -> Vec<String> {
        self.profile.settings.insert("account".into(), account.into());
        let call = Zoom.list_trunks(&self.profile, None).unwrap();
        self.send(&call).unwrap().items.into_iter().map(|held| held.id).collect()
    }
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |bytes: &[u8]| -> String {
        let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(*bytes.get(at).unwrap_or(&0)));
        let letter =
            |at: usize| if at <= bytes.len() { LETTERS[bits >> (18 - 6 * at) & 63].into() } else { '=' };
        (0..4).map(letter).collect()
    };
    text.as_bytes().chunks(3).map(group).collect()
}

fn number(at: usize) -> InternalNumber {
    InternalNumber {
        id: None,
        number: format!("+1646666{at:04}").parse().unwrap(),
        display_number: format!("+1 646 666 {at:04}"),
        country: "US".into(),
        what: NumberType::Toll,
        labels: "d/e?f=g é".into(),
        languages: "da-DK".into(),
        visible: Some(false),
        allow_join: Some(false),
        allow_for_external_meetings: None,
    }
}

#[test]
fn base64_is_right() {
    assert_eq!([base64("a:b"), base64("ab"), base64("a")], ["YTpi", "YWI=", "YQ=="]);
}

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
        let held = page.items.iter().find(|held| held.id == id).unwrap();
        assert_eq!(held.trunk.caller_id, wanted.caller_id);
        assert!(held.trunk.name.is_some() && held.trunk.host.is_some());

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
fn a_dnis_begins_like_the_masters() {
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
        for (asked, (told, id)) in numbers.iter().zip(&added) {
            assert_eq!(asked.number.as_str(), told);
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
            },
        ] {
            let call = Zoom.assign_settings(&world.profile, "sub-1", &settings).unwrap();
            world.send(&call).unwrap();
        }
        let call = Zoom.assign_settings(&world.profile, "d/e?f=g", &SipSettings::default()).unwrap();
        assert_eq!(world.send(&call).unwrap_err().kind, Kind::NotFound);
    }
}
