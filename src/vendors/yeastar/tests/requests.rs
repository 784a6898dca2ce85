//! What goes over the wire.

use super::*;
use crate::model::error::Kind;
use crate::model::support::Operation;
use crate::vendors::Vendor;
use crate::vendors::call::{Body, Effect, Method, Place, USER_AGENT};

/// A search word with everything that an address could break on.
const WORD: &str = "d/e?f=g é+1 &\"";
const ENCODED: &str = "d%2Fe%3Ff%3Dg%20%C3%A9%2B1%20%26%22";

fn expect<T>(call: &Call<T>, name: &str, effect: Effect, rest: &str) {
    assert_eq!(call.name, name);
    assert_eq!(call.effect, effect, "{name}");
    assert_eq!(call.request.method, Method::Get, "{name}");
    assert_eq!(call.request.url, format!("{BASE}/openapi/v1.0/{name}{rest}"));
    // Every request names its sender; one without a body has no other headers.
    assert_eq!(call.request.headers, [("User-Agent".to_owned(), USER_AGENT.to_owned())]);
    assert_eq!(call.request.body, Body::Empty, "{name}");
    assert!(call.slots.is_empty(), "{name}");
}

#[test]
fn reads_are_gets_with_encoded_values() {
    let profile = profile();
    let list = |search| Yeastar.list_trunks(&profile, search).unwrap();
    expect(&list(None), "trunk/list", Effect::Read, "?page=1&page_size=100");
    let found = format!("?page=1&page_size=100&search_value={ENCODED}");
    expect(&list(Some(WORD)), "trunk/search", Effect::Read, &found);
    expect(&Yeastar.get_trunk(&profile, "28").unwrap().unwrap(), "trunk/get", Effect::Read, "?id=28");
    expect(&Yeastar.identify(&profile).unwrap(), "trunk/list", Effect::Read, "?page=1&page_size=1");
}

#[test]
fn lookups_list_or_search() {
    let profile = profile();
    let found = format!("?page=1&page_size=100&search_value={ENCODED}");
    for (what, search, name, rest) in [
        (Operation::FindExtension, None, "extension/list", "?page=1&page_size=100"),
        (Operation::FindExtension, Some(WORD), "extension/search", found.as_str()),
        (Operation::FindExtensionGroup, None, "extensiongroup/list", "?page=1&page_size=100"),
        (Operation::FindExtensionGroup, Some(WORD), "extensiongroup/search", found.as_str()),
        (Operation::FindItsp, None, "trunk/itsp_list", ""),
        (Operation::FindItsp, Some(WORD), "trunk/itsp_list", ""),
    ] {
        expect(&Yeastar.look_up(&profile, what, search).unwrap(), name, Effect::Read, rest);
    }
    let error = Yeastar.look_up(&profile, Operation::FindAgentGroup, None).err().unwrap();
    assert_eq!(error.kind, Kind::Unsupported);
}

#[test]
fn a_get_that_deletes_counts_as_a_write() {
    let profile = profile();
    expect(&Yeastar.delete_trunk(&profile, "28").unwrap(), "trunk/delete", Effect::Write, "?id=28");
    expect(&Yeastar.revoke(&profile).unwrap(), "del_token", Effect::Write, "");
    // The token that is to end is the one that proves the call.
    let slots = Yeastar.authorise(&profile, &Secret::known("canary-token"), 0);
    assert_eq!(slots.len(), 1);
    assert_eq!(
        (&slots[0].place, slots[0].secret.expose()),
        (&Place::Query("access_token"), Some("canary-token"))
    );
}

#[test]
fn only_whole_numbers_are_ids() {
    let profile = profile();
    for id in ["", "main", "-1", "1.5", "8,12", "28&x=1", "99999999999999999999999"] {
        assert_eq!(Yeastar.delete_trunk(&profile, id).err().unwrap().kind, Kind::Invalid, "{id}");
        assert_eq!(Yeastar.get_trunk(&profile, id).err().unwrap().kind, Kind::Invalid, "{id}");
    }
    let call = Yeastar.delete_trunk(&profile, "007").unwrap();
    assert!(call.request.url.ends_with("?id=7"));
}
