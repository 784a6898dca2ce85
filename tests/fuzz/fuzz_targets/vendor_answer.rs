//! An answer over HTTP, as every operation of every vendor reads it.
//!
//! An input is written like the stored answers: a line with the status, header lines, an empty line, and the body.

#![no_main]

use std::fmt::Debug;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use trunkctl::model::diff;
use trunkctl::model::error::Result;
use trunkctl::model::number::InternalNumber;
use trunkctl::model::profile::Profile;
use trunkctl::model::secret::Secret;
use trunkctl::model::settings::SipSettings;
use trunkctl::model::support::Operation;
use trunkctl::model::trunk::{ActualTrunk, Trunk, TrunkChange};
use trunkctl::vendors::call::{Call, Effect, Page, QUOTABLE, Response};
use trunkctl::vendors::{ALL, Vendor};

const BASE: &str = "http://127.0.0.1:9";

/// The profile of each vendor's sandbox.
static PROFILES: LazyLock<Vec<(&'static dyn Vendor, Profile)>> =
    LazyLock::new(|| ALL.iter().map(|vendor| (*vendor, profile(*vendor))).collect());

fuzz_target!(|data: &[u8]| {
    let Some(answer) = parse(data) else { return };
    for (vendor, profile) in PROFILES.iter() {
        read_all(*vendor, profile, &answer);
    }
});

fn profile(vendor: &dyn Vendor) -> Profile {
    let facts = vendor.facts();
    let is_secret = |name: &str| facts.profile_keys.iter().any(|key| key.name == name && key.secret);
    let defaults = facts.profile_keys.iter().filter_map(|key| Some((key.name, key.default?)));
    let all = defaults.chain(facts.sandbox.iter().copied());
    let (secrets, settings): (Vec<_>, Vec<_>) = all
        .map(|(key, value)| (key.to_owned(), value.replace("{base}", BASE)))
        .partition(|(key, _)| is_secret(key));
    Profile {
        name: "fuzz".into(),
        vendor: facts.name.into(),
        settings: settings.into_iter().collect(),
        origins: Default::default(),
        secrets: secrets.into_iter().map(|(key, value)| (key, Secret::known(value))).collect(),
        ca_file: None,
        proxy: Default::default(),
        allow_http: false,
        concurrency: None,
        identity: "fuzz".into(),
        home: None,
    }
}

fn parse(data: &[u8]) -> Option<Response> {
    let end = data.windows(2).position(|two| two == b"\n\n")?;
    let head = str::from_utf8(&data[..end]).ok()?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    // What HTTP itself allows.
    (200..1000).contains(&status).then(|| Response { status, headers, body: data[end + 2..].to_vec() })
}

fn read_all(vendor: &dyn Vendor, profile: &Profile, answer: &Response) {
    let account = "sub-1";
    let trunk = Trunk { name: Some("a".into()), ..Trunk::default() };
    let number: InternalNumber = serde_json::from_str(
        r#"{"number": "+442071838750", "display_number": "+44 20 7183 8750", "country": "GB", "type": "toll",
            "labels": "London", "languages": "en-GB"}"#,
    )
    .unwrap();
    let texts = ["GB".to_owned()];

    read(vendor.log_in(profile), answer);
    vendor.renew(profile, &Secret::known("refresh")).and_then(|call| read(Ok(call), answer));
    read(vendor.identify(profile), answer);
    vendor.revoke(profile).and_then(|call| read(Ok(call), answer));

    let listed = page(vendor.list_trunks(profile, None), answer);
    let found = page(vendor.list_trunks(profile, Some("a")), answer);
    let got = vendor.get_trunk(profile, "1").transpose().and_then(|call| read(call, answer));
    let several = vendor.get_trunks(profile, &["1".to_owned(), "2".to_owned()]).transpose();
    let several = several.and_then(|call| read(call, answer)).unwrap_or_default();
    for actual in listed.iter().chain(&found).chain(&got).chain(&several) {
        update(vendor, profile, actual);
    }
    read(vendor.create_trunk(profile, &trunk), answer);
    read(vendor.update_trunk(profile, "1", &trunk, None), answer);
    read(vendor.delete_trunk(profile, "1"), answer);
    for what in [
        Operation::FindItsp,
        Operation::FindExtension,
        Operation::FindExtensionGroup,
        Operation::FindAgentGroup,
    ] {
        page(vendor.look_up(profile, what, None), answer);
        page(vendor.look_up(profile, what, Some("1")), answer);
    }

    page(vendor.list_numbers(profile, account), answer);
    read(vendor.add_numbers(profile, account, std::slice::from_ref(&number)), answer);
    read(vendor.remove_number(profile, account, "1"), answer);
    page(vendor.list_countries(profile, account), answer);
    read(vendor.add_countries(profile, account, &texts), answer);
    read(vendor.remove_country(profile, account, "GB"), answer);
    page(vendor.list_master_numbers(profile), answer);
    read(vendor.assign_master_numbers(profile, account, &texts, &Default::default()), answer);
    read(vendor.clear_numbers(profile, account), answer);
    read(vendor.read_settings(profile, account), answer);
    read(vendor.assign_settings(profile, account, &SipSettings::default()), answer);
}

/// Reads the answer. What a vendor does not have is passed over.
fn read<T>(call: Result<Call<T>>, answer: &Response) -> Option<T> {
    let call = call.ok()?;
    match (call.read)(answer) {
        Ok(value) => {
            let read_only = call.effect == Effect::Read;
            assert!(answer.status < 300 || read_only, "{} succeeded with HTTP {}", call.name, answer.status);
            Some(value)
        }
        Err(fault) => {
            assert_eq!(fault.http, answer.status, "{}", call.name);
            assert!(fault.text.len() < 5 * QUOTABLE, "{}: {}", call.name, fault.text.len());
            None
        }
    }
}

/// Reads the answer as a page. The next page is read from the same account.
fn page<T>(call: Result<Call<Page<T>>>, answer: &Response) -> Vec<T> {
    let Some(page) = read(call, answer) else { return Vec::new() };
    if let Some(next) = &page.next {
        assert!(next.request.url.starts_with(BASE) && next.effect == Effect::Read, "{}", next.request.url);
    }
    page.items
}

/// A trunk can be compared and changed, whatever it has.
fn update(vendor: &dyn Vendor, profile: &Profile, actual: &ActualTrunk) {
    let set = Trunk { name: Some("b".into()), ..Trunk::default() };
    shown(&diff::trunk(&actual.trunk, &set));
    shown(&diff::between(&actual.trunk, &set));
    assert_eq!(diff::trunk(&actual.trunk, &actual.trunk).len(), 0, "{actual:?}");
    let change = TrunkChange { set: set.clone(), ..TrunkChange::default() };
    shown(&vendor.check_update(&change, Some(actual)));
    if let Ok(call) = vendor.update_trunk(profile, &actual.id, &set, Some(actual)) {
        assert!(call.request.url.starts_with(BASE), "{}", call.request.url);
    }
    serde_json::to_string(actual).unwrap();
}

fn shown(value: &impl Debug) {
    let _ = format!("{value:?}");
}
