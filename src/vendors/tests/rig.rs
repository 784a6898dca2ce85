//! What the tests of all vendors share: a profile, and the way of a call to the simulator.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::vendors::Vendor;
use crate::vendors::call::{Body, Call, Effect, Place};
use crate::vendors::simulator::Incoming;

/// The address of the sandbox in [`sandbox`].
const BASE: &str = "http://s";

/// A profile with the vendor's defaults, and these settings over them.
pub fn profile(vendor: &dyn Vendor, settings: &[(&str, &str)], secrets: &[(&str, Secret)]) -> Profile {
    let defaults = vendor.facts().profile_keys.iter().filter_map(|key| Some((key.name, key.default?)));
    let settings = defaults.chain(settings.iter().copied());
    Profile {
        name: "test".into(),
        vendor: vendor.facts().name.into(),
        settings: settings.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        origins: Default::default(),
        secrets: secrets.iter().map(|(key, secret)| ((*key).to_owned(), secret.clone())).collect(),
        ca_file: None,
        proxy: Default::default(),
        allow_http: false,
        concurrency: None,
        identity: "test".into(),
        home: None,
    }
}

/// The profile that the vendor declares for the sandbox.
pub fn sandbox(vendor: &dyn Vendor) -> Profile {
    let mut profile = profile(vendor, &[], &[]);
    for (key, value) in vendor.facts().sandbox {
        let value = value.replace("{base}", BASE);
        if vendor.facts().profile_keys.iter().any(|known| known.name == *key && known.secret) {
            profile.secrets.insert((*key).into(), Secret::known(value));
        } else {
            profile.settings.insert((*key).into(), value);
        }
    }
    profile
}

/// A call as it reaches the vendor's simulator, with each secret in its place.
pub fn incoming<T>(
    vendor: &dyn Vendor,
    profile: &Profile,
    token: &Secret,
    call: &Call<T>,
    now: u64,
) -> Incoming {
    let request = &call.request;
    let mut slots = call.slots.clone();
    if call.effect != Effect::LogIn {
        slots.extend(vendor.authorise(profile, token, now));
    }
    let base = format!("{BASE}/{}", vendor.facts().name);
    let url = request.url.strip_prefix(&base).expect("an address of the sandbox");
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let decoded = |text| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut query: Vec<_> = pairs.map(|(key, value)| (decoded(key), decoded(value))).collect();
    let mut headers = request.headers.clone();
    let mut body = request.body.clone();
    for slot in &slots {
        let secret = slot.secret.expose().expect("a secret");
        match (&slot.place, &mut body) {
            (Place::Json(pointer), Body::Json(body)) => *body.pointer_mut(pointer).unwrap() = secret.into(),
            (Place::Json(pointer), _) => panic!("no JSON for {pointer}"),
            (Place::Query(name), _) => query.push(((*name).into(), secret.into())),
            (Place::Header { name, prefix }, _) => {
                headers.push(((*name).into(), format!("{prefix}{secret}")))
            }
            (Place::Basic { user }, _) => {
                let pair = BASE64.encode(format!("{user}:{secret}"));
                headers.push(("authorization".into(), format!("Basic {pair}")));
            }
        }
    }
    let (media, body) = written(body);
    headers.extend(media.map(|media| ("content-type".to_owned(), media.to_owned())));
    Incoming {
        method: request.method.as_str().into(),
        path: path.into(),
        query,
        headers: headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect(),
        body: body.into_bytes(),
        ..Incoming::default()
    }
}

/// A body on the wire, and its media type unless the request names it itself.
fn written(body: Body) -> (Option<&'static str>, String) {
    match body {
        Body::Empty => (None, String::new()),
        Body::Json(value) => (None, value.to_string()),
        Body::Form(pairs) => {
            let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            let pairs = pairs.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value)));
            (Some("application/x-www-form-urlencoded"), pairs.collect::<Vec<_>>().join("&"))
        }
        Body::Multipart(pairs) => {
            let part = |(key, value): &(String, String)| {
                format!("--xyz\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n")
            };
            let parts: String = pairs.iter().map(part).collect();
            (Some("multipart/form-data; boundary=xyz"), parts + "--xyz--\r\n")
        }
    }
}
