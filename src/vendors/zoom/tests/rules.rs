//! Errors and warnings before anything is sent.

use super::super::Zoom;
use super::trunk;
use crate::model::number::{InternalNumber, NumberType};
use crate::vendors::{Vendor, Verdict};

fn errors(verdict: &Verdict) -> String {
    verdict.errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_good_assignment_passes() {
    for json in [
        r#"{"master_trunk":"m1"}"#,
        r#"{"kind":"assigned","direction":"both","account":"sub-1","master_trunk":"m1","dnis":"12345",
            "caller_id":{"number":"12345678901234567890123456789012"},"vendor_fields":{"x":1}}"#,
        r#"{"master_trunk":"m1","dnis":"12345678"}"#,
    ] {
        let verdict = Zoom.check_create(&trunk(json));
        assert_eq!((errors(&verdict), verdict.warnings.len()), (String::new(), 0), "{json}");
    }
    // The raw key of a named field is Zoom's own affair.
    let verdict = Zoom.check_create(&trunk(r#"{"master_trunk":"m1","vendor_fields":{"dnis":"12345"}}"#));
    assert_eq!((errors(&verdict), verdict.warnings.len()), (String::new(), 1));
}

#[test]
fn fields_that_an_assignment_does_not_have_are_refused() {
    for (json, part) in [
        (r#""kind":"peer""#, "kind: Zoom creates no peer trunks"),
        (r#""direction":"outbound""#, "direction: Zoom's assigned trunks carry calls both ways"),
        (r#""account":"me""#, "account: `me` is the master account"),
        (r#""account":"..""#, "account: `..` is not an account id"),
        (r#""master_trunk":" ""#, "master_trunk: is empty"),
        (r#""dnis":"1234""#, "dnis: `1234` is too short"),
        (r#""dnis":"123456789""#, "dnis: is 9 characters long"),
        (r#""caller_id":{"number":"123456789012345678901234567890123"}"#, "caller_id: is 33 characters long"),
        (r#""caller_id":{"name":"Main"}"#, "caller_id.name: Zoom takes the number"),
        (r#""name":"a""#, "name: the name is the master account's trunk's"),
        (r#""enabled":false"#, "enabled: Zoom's trunks have no switch"),
        (r#""host":"a.example""#, "host: belongs to the master account's trunk"),
        (r#""port":5060"#, "port: belongs to"),
        (r#""domain":"a.example""#, "domain: belongs to"),
        (r#""transport":"udp""#, "transport: belongs to"),
        (r#""username":"u""#, "username: belongs to"),
        (r#""auth_name":"u""#, "auth_name: belongs to"),
        (r#""password":"env:P""#, "password: belongs to"),
        (r#""codecs":["ulaw"]"#, "codecs: belongs to"),
        (r#""outbound_proxy":"p.example""#, "outbound_proxy: belongs to"),
        (r#""dids":[{"number":"1"}]"#, "dids: Zoom takes numbers apart"),
        (r#""prefix":"9""#, "prefix: Zoom copies"),
        (r#""country":"US""#, "country: Zoom SIP Connected Audio has no such field"),
        (r#""itsp":"x""#, "itsp: Zoom SIP Connected Audio has no such field"),
        (r#""allowed_ip":"192.0.2.1""#, "allowed_ip: Zoom SIP Connected Audio has no such field"),
        (r#""agent_groups":[{"id":1}]"#, "agent_groups: Zoom SIP Connected Audio has no such field"),
        (
            r#""caller_id_overrides":[{"option":"shared","number":"1"}]"#,
            "caller_id_overrides: Zoom SIP Connected Audio has no such field",
        ),
        (r#""vendor_fields":{"id":"x"}"#, "vendor_fields.id: names the master account's trunk"),
        (r#""vendor_fields":{"sip_trunks":[]}"#, "vendor_fields.sip_trunks: is the list"),
    ] {
        let key = if json.contains("master_trunk") { "" } else { r#""master_trunk":"m1","# };
        let found = errors(&Zoom.check_create(&trunk(&format!("{{{key}{json}}}"))));
        assert!(found.starts_with(part) && !found.contains("; vendor"), "{json} gave: {found}");
    }
    let found = errors(&Zoom.check_create(&trunk("{}")));
    assert!(found.starts_with("master_trunk: ") && found.contains("--master-trunk"), "{found}");
}

fn number() -> InternalNumber {
    InternalNumber {
        id: None,
        number: "+16466661110".parse().unwrap(),
        display_number: "+1 646 666 1110".into(),
        country: "US".into(),
        what: NumberType::Toll,
        labels: "SIP".into(),
        languages: "en-US".into(),
        visible: None,
        allow_join: None,
        allow_for_external_meetings: None,
        vendor_fields: Default::default(),
    }
}

#[test]
fn a_good_number_passes_without_a_warning() {
    for (locale, visible, allow_join) in [
        ("en-US", None, None),
        ("ar", Some(true), None),
        ("da-DK", Some(true), Some(true)),
        ("zh-HK", Some(false), Some(false)),
        ("ja", None, Some(false)),
    ] {
        let verdict =
            Zoom.check_number(&InternalNumber { languages: locale.into(), visible, allow_join, ..number() });
        assert_eq!((errors(&verdict), verdict.warnings.len()), (String::new(), 0), "{locale}");
    }
}

#[test]
fn a_bad_number_is_refused_field_by_field() {
    for (bad, part) in [
        (InternalNumber { display_number: " ".into(), ..number() }, "display_number: is empty"),
        (InternalNumber { labels: String::new(), ..number() }, "labels: is empty"),
        (InternalNumber { country: "USA".into(), ..number() }, "country: `USA`"),
        (InternalNumber { country: "4é".into(), ..number() }, "country: `4é`"),
        (InternalNumber { country: String::new(), ..number() }, "country: ``"),
        (InternalNumber { languages: "English".into(), ..number() }, "languages: `English`"),
        (InternalNumber { languages: "en-US,de-DE".into(), ..number() }, "languages: `en-US,de-DE`"),
        (InternalNumber { languages: "en_US".into(), ..number() }, "languages: `en_US`"),
        (InternalNumber { languages: String::new(), ..number() }, "languages: ``"),
    ] {
        let verdict = Zoom.check_number(&bad);
        assert_eq!(verdict.errors.len(), 1, "{bad:?}");
        assert!(errors(&verdict).starts_with(part), "{}", errors(&verdict));
    }
}

#[test]
fn a_doubtful_number_causes_only_a_warning() {
    for (odd, part) in [
        (InternalNumber { languages: "sv-SE".into(), ..number() }, "`sv-SE`"),
        (InternalNumber { languages: "en-us".into(), ..number() }, "did you mean `en-US`"),
        (InternalNumber { country: "us".into(), ..number() }, "writes it `US`"),
        (
            InternalNumber { visible: Some(true), allow_join: Some(false), ..number() },
            "forces allow_join to true",
        ),
    ] {
        let verdict = Zoom.check_number(&odd);
        assert_eq!((errors(&verdict), verdict.warnings.len()), (String::new(), 1), "{odd:?}");
        assert!(verdict.warnings[0].starts_with("+16466661110: "), "{}", verdict.warnings[0]);
        assert!(verdict.warnings[0].contains(part), "{}", verdict.warnings[0]);
    }
}
