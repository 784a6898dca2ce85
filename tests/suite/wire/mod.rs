//! Exact requests and stored answers, as files below `tests/wire/`.
//!
//! `page-*.http` is a vendor page's own example, unchanged; the tests never rewrite those.
//! Every other request is rewritten by `UPDATE_WIRE=1 cargo test --test suite wire::`, to be read before
//! it is committed: beside each stands the list of keys that the vendor's page has.
//!
//! White space that means nothing in JSON is laid out alike on both sides; everything else counts, the order
//! of keys and the form of numbers included. Headers stand in one order, since HTTP gives theirs no meaning.
//! The boundary of a form is random, so it is always `boundary`, and the header does not name it.

mod answers;
mod full;
mod http;
mod minimal;
mod others;
mod pages;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use trunkctl::model::profile::Profile;
use trunkctl::model::secret::Secret;
use trunkctl::model::trunk::{ActualTrunk, Trunk, TrunkChange};
use trunkctl::vendors::call::{Body, Call, Request, Slot};
use trunkctl::vendors::{Vendor, by_name};

use crate::fixtures;

/// The time of Itniotech's published signature.
const NOW: u64 = 1_630_468_800;
/// The placeholder for the version of this program in the files.
const VERSION: &str = "trunkctl/VERSION";

/// A profile as the vendors' pages have it: their sample addresses, and the key that Itniotech publishes.
fn profile(vendor: &dyn Vendor, settings: &[(&str, &str)]) -> Profile {
    let facts = vendor.facts();
    let defaults = facts.profile_keys.iter().filter_map(|key| Some((key.name, key.default?)));
    let all = defaults.chain(fixtures::of(facts.name).keys().iter().copied()).chain(settings.iter().copied());
    let secrets = [("api_key", "bDqJFiq9"), ("api_secret", "7bz1lzh9"), ("client_secret", "sample-secret")];
    Profile {
        name: "wire".into(),
        vendor: facts.name.into(),
        settings: all.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        origins: Default::default(),
        secrets: secrets.map(|(key, value)| (key.to_owned(), Secret::known(value))).into(),
        ca_file: None,
        proxy: Default::default(),
        allow_http: false,
        concurrency: None,
        identity: "wire".into(),
        home: None,
    }
}

/// A trunk from JSON, its password looked up already.
fn trunk(json: &str) -> Trunk {
    let mut value: serde_json::Value = serde_json::from_str(json).unwrap();
    let password = value.as_object_mut().unwrap().remove("password");
    let mut trunk: Trunk = serde_json::from_value(value).unwrap();
    trunk.password = password.map(|text| Secret::known(text.as_str().unwrap()));
    trunk
}

/// A call's request with the credentials of one attempt, as it would be sent.
fn proven<T>(vendor: &dyn Vendor, profile: &Profile, call: &Call<T>, token: &str) -> Request {
    let mut slots: Vec<Slot> = call.slots.clone();
    slots.extend(vendor.authorise(profile, &Secret::known(token), NOW));
    filled(&call.request, &slots)
}

fn filled(request: &Request, slots: &[Slot]) -> Request {
    trunkctl::engine::inject_secrets::fill(request, slots, trunkctl::engine::inject_secrets::With::Values)
        .unwrap()
}

/// A trunk that the vendor's own rules accept, as the request that creates it.
fn create(name: &str, json: &str, settings: &[(&str, &str)]) -> Request {
    let vendor = by_name(name).unwrap();
    let (profile, trunk) = (profile(vendor, settings), trunk(json));
    let verdict = vendor.check_create(&trunk);
    assert!(verdict.errors.is_empty(), "{json}: {:?}", verdict.errors);
    proven(vendor, &profile, &vendor.create_trunk(&profile, &trunk).unwrap(), "sample-token")
}

/// A change that the vendor's own rules accept, as the request that makes it.
fn update(name: &str, id: &str, json: &str, actual: Option<&ActualTrunk>) -> Request {
    let vendor = by_name(name).unwrap();
    let (profile, set) = (profile(vendor, &[]), trunk(json));
    let verdict = vendor.check_update(&TrunkChange { set: set.clone(), ..TrunkChange::default() }, actual);
    assert!(verdict.errors.is_empty(), "{json}: {:?}", verdict.errors);
    proven(vendor, &profile, &vendor.update_trunk(&profile, id, &set, actual).unwrap(), "sample-token")
}

/// A request in a file below `tests/wire/`, with every key of its body, dotted if it is nested.
struct Case {
    file: &'static str,
    request: Request,
    keys: &'static [&'static str],
}

fn case(file: &'static str, request: Request, keys: &'static [&'static str]) -> Case {
    Case { file, request, keys }
}

impl Case {
    fn check(&self) {
        let own: BTreeSet<String> = keys(&self.request.body);
        let pages: BTreeSet<String> = self.keys.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(own, pages, "{}: keys of the body beside those of the page", self.file);
        http::compare(self.file, &http::text(&self.request));
    }
}

fn keys(body: &Body) -> BTreeSet<String> {
    fn walk(value: &serde_json::Value, at: &str, found: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(map) => map.iter().for_each(|(key, value)| {
                let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                walk(value, &path, found);
                found.insert(path);
            }),
            serde_json::Value::Array(list) => list.iter().for_each(|value| walk(value, at, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    match body {
        Body::Empty => {}
        Body::Json(value) => walk(value, "", &mut found),
        Body::Form(fields) => found.extend(fields.iter().map(|(key, _)| key.clone())),
        Body::Multipart(fields) => {
            let value = |text: &str| serde_json::from_str(text).unwrap_or_default();
            let map: serde_json::Map<_, _> =
                fields.iter().map(|(key, text)| (key.clone(), value(text))).collect();
            walk(&serde_json::Value::Object(map), "", &mut found);
        }
    }
    found
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire")
}

/// A file that no test reads would prove nothing, but would look like evidence.
#[test]
fn every_request_file_is_used_by_a_test() {
    if http::updating() {
        return;
    }
    let cases = full::cases().into_iter().chain(minimal::cases()).chain(others::cases());
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for file in cases.map(|case| case.file).chain(pages::FILES.iter().copied()) {
        *known.entry(file.to_owned()).or_default() += 1;
    }
    assert!(known.values().all(|uses| *uses == 1), "{known:?}");
    let mut found = BTreeSet::new();
    for vendor in trunkctl::vendors::ALL {
        let name = vendor.facts().name;
        for entry in std::fs::read_dir(folder().join(name)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                found.insert(format!("{name}/{}", path.file_name().unwrap().to_string_lossy()));
            }
        }
    }
    assert_eq!(found, known.into_keys().collect());
}
