//! Exact requests.

use super::super::Zoom;
use super::{json, profile, trunk};
use crate::model::error::Kind;
use crate::model::number::{InternalNumber, NumberType};
use crate::model::secret::Secret;
use crate::model::settings::{Provided, SipSettings};
use crate::model::support::Operation;
use crate::model::trunk::{Trunk, TrunkChange};
use crate::vendors::Vendor;
use crate::vendors::call::{Body, Effect, Method, Place, USER_AGENT};

const API: &str = "https://api.zoom.us/v2/accounts";

fn number() -> InternalNumber {
    InternalNumber {
        id: None,
        number: "+16466661110".parse().unwrap(),
        display_number: "+1 646 666 1110".into(),
        country: "US".into(),
        what: NumberType::Toll,
        labels: "SIP-Internal".into(),
        languages: "en-GB".into(),
        visible: None,
        allow_join: None,
        allow_for_external_meetings: None,
        vendor_fields: Default::default(),
    }
}

fn fields(pairs: &[(&str, &str)]) -> Body {
    Body::Multipart(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

#[test]
fn a_number_is_sent_unchanged() {
    let call = Zoom.add_numbers(&profile(&[]), "sub-1", &[number()]).unwrap();
    assert_eq!(call.name, "POST sip_trunk/internal_numbers");
    assert_eq!((call.effect, call.request.method), (Effect::Write, Method::Post));
    assert_eq!(call.request.url, format!("{API}/sub-1/sip_trunk/internal_numbers"));
    let headers =
        [("User-Agent", USER_AGENT), ("Content-Type", "application/json")].map(|(k, v)| (k.into(), v.into()));
    assert_eq!(call.request.headers, headers);
    assert_eq!(
        json(&call.request),
        concat!(
            r#"{"internal_numbers":[{"number":"+16466661110","#,
            r#""display_number":"+1 646 666 1110","country":"US","type":0,"#,
            r#""labels":"SIP-Internal","languages":"en-GB"}]}"#,
        )
    );
    let full = InternalNumber {
        what: NumberType::TollFree,
        visible: Some(false),
        allow_join: Some(false),
        allow_for_external_meetings: Some(true),
        vendor_fields: Default::default(),
        ..number()
    };
    let call = Zoom.add_numbers(&profile(&[]), "sub-1", &[number(), full]).unwrap();
    assert!(json(&call.request).ends_with(concat!(
        r#""type":1,"labels":"SIP-Internal","languages":"en-GB","visible":false,"#,
        r#""allow_join":false,"allow_for_external_meetings":true}]}"#,
    )));
    assert_eq!(Zoom.facts().numbers_per_call, 30);
    let strange = InternalNumber { what: NumberType::open("local"), ..number() };
    let error = Zoom.add_numbers(&profile(&[]), "sub-1", &[strange]).err().unwrap();
    assert_eq!((error.kind, error.fields[0].field.as_str()), (Kind::Invalid, "type"));
}

#[test]
fn settings_send_only_the_given_fields() {
    let one = |settings| {
        let call = Zoom.assign_settings(&profile(&[]), "sub-1", &settings).unwrap();
        assert_eq!((call.effect, call.request.method), (Effect::Write, Method::Patch));
        assert_eq!(call.request.url, format!("{API}/sub-1/sip_trunk/settings"));
        json(&call.request)
    };
    let none = SipSettings::default();
    assert_eq!(one(none.clone()), "{}");
    assert_eq!(one(SipSettings { enable: Some(false), ..none.clone() }), r#"{"enable":false}"#);
    for (value, sent) in [(Provided::Show, 0), (Provided::Hide, 1), (Provided::Remove, 2)] {
        let settings =
            SipSettings { show_zoom_provided_callout_countries: Some(value.clone()), ..none.clone() };
        assert_eq!(one(settings), format!(r#"{{"show_zoom_provided_callout_countries":{sent}}}"#));
        let settings = SipSettings { show_zoom_provided_numbers: Some(value), ..none.clone() };
        assert_eq!(one(settings), format!(r#"{{"show_zoom_provided_numbers":{sent}}}"#));
    }
    let strange = SipSettings { show_zoom_provided_numbers: Some(Provided::open("3")), ..none };
    assert_eq!(
        Zoom.assign_settings(&profile(&[]), "sub-1", &strange).err().unwrap().fields[0].field,
        "show_zoom_provided_numbers"
    );
}

#[test]
fn a_trunk_is_assigned_with_the_given_fields() {
    let of = |json_text: &str, settings: &[(&str, &str)]| {
        Zoom.create_trunk(&profile(settings), &trunk(json_text)).unwrap()
    };
    let call = of(r#"{"master_trunk":"m1","account":"sub-2"}"#, &[("account", "sub-1")]);
    assert_eq!((call.name, call.effect), ("POST sip_trunk/trunks", Effect::Write));
    assert_eq!(call.request.method, Method::Post);
    assert_eq!(call.request.url, format!("{API}/sub-2/sip_trunk/trunks"));
    assert_eq!(json(&call.request), r#"{"sip_trunks":[{"id":"m1"}]}"#);

    let whole = r#"{"master_trunk":7,"dnis":"00123456","caller_id":{"number":"+16466661110"},
                    "vendor_fields":{"x":0}}"#;
    let call = of(whole, &[("account", "sub-1")]);
    assert_eq!(call.request.url, format!("{API}/sub-1/sip_trunk/trunks"), "the profile's account");
    let item = r#"[{"id":"7","dnis":"00123456","outbound_caller_id":"+16466661110","x":0}]"#;
    assert_eq!(json(&call.request), format!(r#"{{"sip_trunks":{item}}}"#));
    let call = of(whole, &[("account", "sub-1"), ("body_format", "multipart")]);
    assert_eq!(call.request.body, fields(&[("sip_trunks", item)]));
}

#[test]
fn the_master_account_takes_no_assignment() {
    for (json_text, settings) in [
        (r#"{"master_trunk":"m1"}"#, &[][..]),
        (r#"{"master_trunk":"m1","account":"me"}"#, &[("account", "sub-1")]),
    ] {
        let error = Zoom.create_trunk(&profile(settings), &trunk(json_text)).err().unwrap();
        assert_eq!((error.kind, error.fields[0].field.as_str()), (Kind::Invalid, "account"));
        assert!(error.message.contains("only a sub account takes an assignment"), "{error}");
    }
}

#[test]
fn account_ids_are_percent_encoded() {
    for (account, segment) in [
        ("me", "me"),
        ("sub-1_a.b~", "sub-1_a.b~"),
        ("d/e?f=g", "d%2Fe%3Ff%3Dg"),
        ("é+ %#", "%C3%A9%2B%20%25%23"),
    ] {
        let own = profile(&[("account", account), ("base_url", "https://z.example/v2/")]);
        let url = format!("https://z.example/v2/accounts/{segment}/sip_trunk");
        let list = Zoom.list_trunks(&own, Some("ignored")).unwrap();
        assert_eq!((list.name, list.effect), ("GET sip_trunk/trunks", Effect::Read));
        assert_eq!((list.request.method, &list.request.body), (Method::Get, &Body::Empty));
        assert_eq!(list.request.url, format!("{url}/trunks"));
        let call = Zoom.assign_settings(&own, account, &SipSettings::default()).unwrap();
        assert_eq!(call.request.url, format!("{url}/settings"));
    }
    // Dots, encoded or not, would select the parent folder, and an empty id the folder itself.
    for account in ["", ".", ".."] {
        let error = Zoom.assign_settings(&profile(&[]), account, &SipSettings::default()).err().unwrap();
        assert_eq!((error.kind, error.fields[0].field.as_str()), (Kind::Invalid, "account"));
        assert!(Zoom.list_trunks(&profile(&[("account", account)]), None).is_err());
    }
}

#[test]
fn the_log_in_is_a_form_with_the_secret_apart() {
    let call = Zoom.log_in(&profile(&[("account_id", "acc/1"), ("client_id", "cid")])).unwrap();
    assert_eq!((call.effect, call.request.method), (Effect::LogIn, Method::Post));
    assert_eq!(call.request.url, "https://zoom.us/oauth/token");
    let form = [("grant_type", "account_credentials"), ("account_id", "acc/1")];
    assert_eq!(call.request.body, Body::Form(form.map(|(k, v)| (k.into(), v.into())).to_vec()));
    assert_eq!(call.slots.len(), 1);
    assert_eq!(call.slots[0].place, Place::Basic { user: "cid".into() });
    assert_eq!(call.slots[0].shell, "TRUNKCTL_CLIENT_SECRET");
    assert_eq!(call.slots[0].secret.expose(), Some("canary"));
    assert!(!format!("{:?}", call.request).contains("canary"));
    assert!(Zoom.renew(&profile(&[]), &Secret::known("r")).is_none());

    let slots = Zoom.authorise(&profile(&[]), &Secret::known("token"), 0);
    assert_eq!(slots.len(), 1);
    assert_eq!(slots[0].place, Place::Header { name: "Authorization", prefix: "Bearer " });
    assert_eq!((slots[0].shell.as_str(), slots[0].secret.expose()), ("TRUNKCTL_ACCESS_TOKEN", Some("token")));
}

#[test]
fn operations_that_zoom_lacks_are_refused_with_a_reason_and_a_remedy() {
    let error = Zoom.update_trunk(&profile(&[]), "1", &Trunk::default(), None).err().unwrap();
    assert_eq!(error.kind, Kind::Unsupported);
    assert!(error.message.contains("no call that changes an assigned trunk"), "{error}");
    assert!(error.hint.as_ref().unwrap().contains("create it again"));
    assert!(Zoom.check_update(&TrunkChange::default(), None).errors.is_empty(), "the refusal comes first");
    for what in [
        Operation::FindExtension,
        Operation::FindExtensionGroup,
        Operation::FindAgentGroup,
        Operation::FindItsp,
    ] {
        let error = Zoom.look_up(&profile(&[]), what, Some("x")).err().unwrap();
        assert_eq!(error.kind, Kind::Unsupported);
        assert!(error.hint.as_ref().is_some_and(|hint| hint.contains('`') || hint.contains("--")));
    }
    assert!(Zoom.get_trunk(&profile(&[]), "1").unwrap().is_none(), "listed rows are whole");
}
