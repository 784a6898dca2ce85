//! Exact requests of reads, lookups and removals, and the answers to changes.

use super::super::Zoom;
use super::{answer, json, profile};
use crate::model::error::Kind::{Conflict, Invalid, NotFound, Rejected, Unavailable};
use crate::vendors::Vendor;
use crate::vendors::call::{Body, Call, Effect, Method, USER_AGENT};
use crate::vendors::codes::After::{GiveUp, Lost};

const API: &str = "https://api.zoom.us/v2";
/// An account and an id that need encoding.
const ODD: &str = "a/b?c=d é";
const CODED: &str = "a%2Fb%3Fc%3Dd%20%C3%A9";

fn texts(numbers: &[&str]) -> Vec<String> {
    numbers.iter().map(|number| (*number).to_owned()).collect()
}

fn bare<T>(call: &Call<T>, name: &str, effect: Effect, method: Method, path: &str) {
    assert_eq!((call.name, call.effect, call.request.method), (name, effect, method));
    assert_eq!(call.request.url, format!("{API}{path}"));
    assert_eq!(call.request.headers, [("User-Agent".into(), USER_AGENT.into())]);
    assert_eq!((&call.request.body, call.slots.len()), (&Body::Empty, 0));
}

#[test]
fn reads_are_bare_gets() {
    let own = profile(&[("account", ODD)]);
    let (read, get) = (Effect::Read, Method::Get);
    let path = |end: &str| format!("/accounts/{CODED}/sip_trunk/{end}");
    let call = Zoom.list_numbers(&own, ODD).unwrap();
    bare(&call, "GET sip_trunk/internal_numbers", read, get, &path("internal_numbers?page_size=300"));
    let call = Zoom.list_countries(&own, ODD).unwrap();
    bare(&call, "GET sip_trunk/callout_countries", read, get, &path("callout_countries"));
    let call = Zoom.list_master_numbers(&own).unwrap();
    bare(&call, "GET sip_trunk/numbers", read, get, "/sip_trunk/numbers");
    let call = Zoom.identify(&own).unwrap();
    bare(&call, "GET sip_trunk/trunks", read, get, &path("trunks"));
    // `me` may read its own.
    assert!(Zoom.list_numbers(&own, "me").unwrap().request.url.contains("/accounts/me/"));
    assert!(Zoom.list_countries(&own, "me").unwrap().request.url.contains("/accounts/me/"));
}

#[test]
fn removals_are_bare_deletes() {
    let own = profile(&[("account", ODD)]);
    let (write, delete) = (Effect::Write, Method::Delete);
    let path = |end: &str| format!("/accounts/{CODED}/sip_trunk/{end}");
    let call = Zoom.delete_trunk(&own, ODD).unwrap();
    bare(&call, "DELETE sip_trunk/trunks", write, delete, &path(&format!("trunks/{CODED}")));
    let call = Zoom.remove_number(&own, ODD, ODD).unwrap();
    let end = path(&format!("internal_numbers/{CODED}"));
    bare(&call, "DELETE sip_trunk/internal_numbers", write, delete, &end);
    let call = Zoom.remove_country(&own, ODD, "US").unwrap();
    bare(&call, "DELETE sip_trunk/callout_countries", write, delete, &path("callout_countries/US"));
    let call = Zoom.clear_numbers(&own, ODD).unwrap();
    bare(&call, "DELETE sip_trunk/numbers", write, delete, &path("numbers"));
    // `me` may remove its own.
    assert!(Zoom.remove_number(&own, "me", "1").unwrap().request.url.contains("/accounts/me/"));
    assert!(Zoom.remove_country(&own, "me", "US").unwrap().request.url.contains("/accounts/me/"));
}

#[test]
fn additions_are_sent_in_both_formats() {
    let codes = ["US".to_owned(), "GB".to_owned()];
    let numbers = texts(&["+16466661110", "+442071838750"]);
    let form = profile(&[("body_format", "multipart")]);
    let plain = profile(&[]);
    let countries = r#"[{"id":"US"},{"id":"GB"}]"#;
    let phones = r#"["+16466661110","+442071838750"]"#;
    let json_header = ("Content-Type".to_owned(), "application/json".to_owned());

    let call = Zoom.add_countries(&plain, ODD, &codes).unwrap();
    assert_eq!((call.name, call.effect), ("POST sip_trunk/callout_countries", Effect::Write));
    assert_eq!(call.request.method, Method::Post);
    assert_eq!(call.request.url, format!("{API}/accounts/{CODED}/sip_trunk/callout_countries"));
    assert_eq!(call.request.headers[1], json_header);
    assert_eq!(json(&call.request), format!(r#"{{"callout_countries":{countries}}}"#));
    let call = Zoom.add_countries(&form, "me", &codes).unwrap();
    assert_eq!(call.request.body, Body::Multipart(vec![("callout_countries".into(), countries.into())]));
    assert_eq!(Zoom.facts().countries_per_call, 30);

    let call = Zoom.assign_master_numbers(&plain, ODD, &numbers, &Default::default()).unwrap();
    assert_eq!((call.name, call.effect), ("POST sip_trunk/numbers", Effect::Write));
    assert_eq!(call.request.method, Method::Post);
    assert_eq!(call.request.url, format!("{API}/accounts/{CODED}/sip_trunk/numbers"));
    assert_eq!(call.request.headers[1], json_header);
    assert_eq!(json(&call.request), format!(r#"{{"phone_numbers":{phones}}}"#));
    let call = Zoom.assign_master_numbers(&form, "sub-1", &numbers, &Default::default()).unwrap();
    assert_eq!(call.request.body, Body::Multipart(vec![("phone_numbers".into(), phones.into())]));
}

#[test]
fn ids_that_would_change_the_path_are_refused() {
    let sub = profile(&[("account", "sub-1")]);
    for id in ["", " ", ".", ".."] {
        for (error, field) in [
            (Zoom.delete_trunk(&sub, id).err(), "id"),
            (Zoom.remove_number(&sub, "sub-1", id).err(), "id"),
            (Zoom.remove_country(&sub, "sub-1", id).err(), "country"),
        ] {
            let error = error.unwrap_or_else(|| panic!("`{id}` passed as {field}"));
            assert_eq!((error.kind, error.fields[0].field.as_str()), (Invalid, field));
        }
    }
    let numbers = texts(&["+16466661110"]);
    for account in ["", ".", ".."] {
        let own = profile(&[("account", account)]);
        for error in [
            Zoom.delete_trunk(&own, "1").err(),
            Zoom.list_numbers(&sub, account).err(),
            Zoom.remove_number(&sub, account, "1").err(),
            Zoom.list_countries(&sub, account).err(),
            Zoom.add_countries(&sub, account, &["US".to_owned()]).err(),
            Zoom.remove_country(&sub, account, "US").err(),
            Zoom.assign_master_numbers(&sub, account, &numbers, &Default::default()).err(),
            Zoom.clear_numbers(&sub, account).err(),
            Zoom.identify(&own).err(),
        ] {
            let error = error.unwrap_or_else(|| panic!("account `{account}` passed"));
            assert_eq!((error.kind, error.fields[0].field.as_str()), (Invalid, "account"));
        }
    }
}

#[test]
fn the_master_account_is_refused_if_only_sub_accounts_are_documented() {
    let me = profile(&[]);
    let sub = profile(&[("account", "sub-1")]);
    for error in [
        Zoom.delete_trunk(&me, "1").err(),
        Zoom.clear_numbers(&sub, "me").err(),
        Zoom.assign_master_numbers(&sub, "me", &texts(&["+16466661110"]), &Default::default()).err(),
    ] {
        let error = error.unwrap();
        assert_eq!((error.kind, error.fields[0].field.as_str()), (Invalid, "account"));
        assert!(error.message.contains("`me` is the master account"), "{error}");
    }
}

#[test]
fn removals_succeed_or_are_refused() {
    let own = profile(&[("account", "sub-1")]);
    for call in [
        Zoom.delete_trunk(&own, "1").unwrap(),
        Zoom.remove_number(&own, "sub-1", "1").unwrap(),
        Zoom.remove_country(&own, "sub-1", "US").unwrap(),
        Zoom.clear_numbers(&own, "sub-1").unwrap(),
    ] {
        for (status, body) in [(204, ""), (200, "{}")] {
            (call.read)(&answer(status, body)).unwrap();
        }
        for (status, body, kind, after) in [
            (404, r#"{"code":2001,"message":"Account does not exist."}"#, NotFound, GiveUp),
            (404, "", NotFound, GiveUp),
            (400, r#"{"code":300,"message":"Invalid parameter: countryId"}"#, NotFound, GiveUp),
            (400, r#"{"code":300,"message":"Invalid parameter."}"#, Rejected, GiveUp),
            (400, r#"{"code":2100,"message":"No plan."}"#, Rejected, GiveUp),
            (200, r#"{"code":300,"message":"no"}"#, Rejected, GiveUp),
            (200, "<html>", Unavailable, Lost),
            (502, "", Unavailable, Lost),
        ] {
            let fault = (call.read)(&answer(status, body)).err().unwrap();
            assert_eq!((fault.kind, fault.after), (kind, after), "{} {body}", call.name);
        }
    }
}

#[test]
fn only_countries_named_by_zoom_count_as_added() {
    let asked = ["US".to_owned(), "GB".to_owned()];
    let call = Zoom.add_countries(&profile(&[]), "sub-1", &asked).unwrap();
    let read = |body: &str| (call.read)(&answer(201, body));
    for (body, named) in [
        (r#"{"callout_countries":[{"id":"US","name":"United States","code":"+1"},{"id":"GB"}]}"#, "US GB"),
        (r#"{"callout_countries":[{"id":"GB"}]}"#, "GB"),
        // Countries that the account already had do not count as added.
        (r#"{"callout_countries":[{"id":"FR"},{"id":"us"}]}"#, "us"),
    ] {
        let ids: Vec<String> = read(body).unwrap().into_iter().map(|country| country.id).collect();
        assert_eq!(ids.join(" "), named, "{body}");
    }
    let first =
        read(r#"{"callout_countries":[{"id":"US","name":"United States","code":1}]}"#).unwrap().remove(0);
    assert_eq!((first.name.as_deref(), first.code.as_deref()), (Some("United States"), Some("1")));
    for body in [
        "",
        "{}",
        r#"{"callout_countries":[]}"#,
        r#"{"callout_countries":[{"id":"FR"}]}"#,
        r#"{"callout_countries":[{"id":"US"},{"name":"x"}]}"#,
        r#"{"callout_countries":["US"]}"#,
        "<html>",
    ] {
        let fault = read(body).unwrap_err();
        assert_eq!((fault.kind, fault.after), (Unavailable, Lost), "{body}");
    }
    let fault = (call.read)(&answer(400, r#"{"code":300,"message":"Invalid parameter: callout_countries"}"#));
    assert_eq!(fault.unwrap_err().kind, Rejected);
}

#[test]
fn assigned_numbers_are_echoed_completely_or_not_at_all() {
    let asked = texts(&["+16466661110", "+442071838750"]);
    let call = Zoom.assign_master_numbers(&profile(&[]), "sub-1", &asked, &Default::default()).unwrap();
    let read = |status, body: &str| (call.read)(&answer(status, body));
    for body in [
        "",
        "{}",
        "null",
        r#"{"phone_numbers":null}"#,
        r#"{"phone_numbers":["+442071838750","+16466661110","+331"]}"#,
        r#"{"phone_numbers":[{"number":"+1 646 666 1110"},{"number":442071838750}]}"#,
    ] {
        read(201, body).unwrap();
    }
    for body in [
        r#"{"phone_numbers":["+16466661110"]}"#,
        r#"{"phone_numbers":[]}"#,
        r#"{"phone_numbers":"+16466661110"}"#,
        "<html>",
    ] {
        let fault = read(201, body).unwrap_err();
        assert_eq!((fault.kind, fault.after), (Unavailable, Lost), "{body}");
    }
    let fault = read(201, r#"{"phone_numbers":["+16466661110"]}"#).unwrap_err();
    assert!(fault.text.contains("1 of the 2"), "{}", fault.text);
    assert_eq!(read(400, r#"{"code":400,"message":"not the master's"}"#).unwrap_err().kind, Rejected);
    assert_eq!(read(400, r#"{"code":300,"message":"is already in use"}"#).unwrap_err().kind, Conflict);
}

#[test]
fn the_check_reports_the_account_and_the_count() {
    let call = Zoom.identify(&profile(&[("account", "sub-1")])).unwrap();
    let who =
        (call.read)(&answer(200, r#"{"sip_trunks":[{"id":"a"},{"id":"b"}],"total_records":2}"#)).unwrap();
    assert_eq!(who, [("account".to_owned(), "sub-1".to_owned()), ("trunks".to_owned(), "2".to_owned())]);
    for body in ["", "{}", "<html>Sign in", r#"{"sip_trunks":[],"total_records":2}"#] {
        assert_eq!((call.read)(&answer(200, body)).unwrap_err().kind, Unavailable, "{body}");
    }
    assert!(Zoom.revoke(&profile(&[])).is_none(), "Zoom's tokens end by themselves");
}
