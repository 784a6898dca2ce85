//! Sends the adapter's calls to the simulator.

use super::super::Zoom;
use super::profile;
use crate::model::number::{ActualNumber, InternalNumber, NumberType};
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::vendors::Vendor;
use crate::vendors::call::{Body, Call, Effect, Fault, Page, Place};
use crate::vendors::simulator::{Incoming, Simulator};

const NOW: u64 = 1_800_000_000;

/// The simulator, and who talks to it.
pub struct World {
    simulator: Box<dyn Simulator>,
    pub profile: Profile,
    token: Secret,
}

impl World {
    pub fn new(settings: &[(&str, &str)]) -> Self {
        let sandbox =
            Zoom.facts().sandbox.iter().map(|(key, value)| (*key, value.replace("{base}", "http://s")));
        let sandbox: Vec<(&str, String)> = sandbox.collect();
        let mut all: Vec<(&str, &str)> = sandbox.iter().map(|(key, value)| (*key, value.as_str())).collect();
        all.extend(settings);
        let mut profile = profile(&all);
        let secret = profile.settings.remove("client_secret").unwrap();
        profile.secrets.insert("client_secret".into(), Secret::known(secret));
        Self { simulator: Zoom.simulator(None).unwrap(), profile, token: Secret::known("none yet") }
    }

    pub fn logged_in(settings: &[(&str, &str)]) -> Self {
        let mut world = Self::new(settings);
        let call = Zoom.log_in(&world.profile).unwrap();
        let token = world.send(&call).unwrap();
        assert!(token.expires_in > 3000);
        world.token = token.access;
        world
    }

    pub fn send<T>(&mut self, call: &Call<T>) -> Result<T, Fault> {
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
        let url = call.request.url.strip_prefix("http://s/zoom").unwrap();
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let decode = |text| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let incoming = Incoming {
            method: call.request.method.as_str().into(),
            path: path.into(),
            query: pairs.map(|(key, value)| (decode(key), decode(value))).collect(),
            headers: headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect(),
            body: body.into_bytes(),
            ..Incoming::default()
        };
        (call.read)(&self.simulator.handle(&incoming, NOW))
    }

    /// Every page of a list.
    pub fn pages<T>(&mut self, first: Call<Page<T>>) -> Vec<Page<T>> {
        let mut pages = vec![self.send(&first).unwrap()];
        while let Some(call) = pages.last_mut().unwrap().next.take() {
            pages.push(self.send(&call).unwrap());
        }
        pages
    }

    /// Every internal number of an account.
    pub fn numbers(&mut self, account: &str) -> Vec<ActualNumber> {
        let call = Zoom.list_numbers(&self.profile, account).unwrap();
        self.pages(call).into_iter().flat_map(|page| page.items).collect()
    }

    /// The codes of the countries of an account.
    pub fn countries(&mut self, account: &str) -> Vec<String> {
        let call = Zoom.list_countries(&self.profile, account).unwrap();
        self.send(&call).unwrap().items.into_iter().map(|country| country.id).collect()
    }

    pub fn trunk_ids(&mut self, account: &str) -> Vec<String> {
        self.profile.settings.insert("account".into(), account.into());
        let call = Zoom.list_trunks(&self.profile, None).unwrap();
        self.send(&call).unwrap().items.into_iter().map(|actual| actual.id).collect()
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

pub fn number(at: usize) -> InternalNumber {
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
        vendor_fields: Default::default(),
    }
}

#[test]
fn base64_decodes_correctly() {
    assert_eq!([base64("a:b"), base64("ab"), base64("a")], ["YTpi", "YWI=", "YQ=="]);
}
