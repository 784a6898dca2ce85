//! Lists: every form of answer, and when an incomplete list is a fault.

use serde_json::json;

use super::super::Zoom;
use super::{answer, profile};
use crate::model::error::Kind::{Auth, NotFound, Rejected, Unavailable};
use crate::model::number::{ActualNumber, CalloutCountry, MasterNumber, NumberType};
use crate::model::trunk::{self, ActualTrunk};
use crate::vendors::Vendor;
use crate::vendors::call::{Call, Fault, Page};
use crate::vendors::codes::After::{GiveUp, Lost};

fn trunks(body: &str) -> Result<Page<ActualTrunk>, Fault> {
    let call = Zoom.list_trunks(&profile(&[("account", "sub-1")]), None).unwrap();
    (call.read)(&answer(200, body))
}

fn first() -> Call<Page<ActualNumber>> {
    Zoom.list_numbers(&profile(&[]), "sub-1").unwrap()
}

fn numbers(body: &str) -> Result<Page<ActualNumber>, Fault> {
    (first().read)(&answer(200, body))
}

fn countries(body: &str) -> Result<Page<CalloutCountry>, Fault> {
    (Zoom.list_countries(&profile(&[]), "sub-1").unwrap().read)(&answer(200, body))
}

fn masters(body: &str) -> Result<Page<MasterNumber>, Fault> {
    (Zoom.list_master_numbers(&profile(&[])).unwrap().read)(&answer(200, body))
}

fn one(row: &str) -> ActualNumber {
    numbers(&format!(r#"{{"internal_numbers":[{row}]}}"#)).unwrap().items.remove(0)
}

#[test]
fn listed_trunks_are_complete() {
    let body = r#"{"sip_trunks":[{"id":"t1","name":"Main","dnis":"12345","number_prefix":"+1",
        "outbound_caller_id":"+16466661110","sip_server_address":"192.0.2.1","news":{"x":[1]},"a":null},
        {"id":2,"dnis":null,"name":["odd"],"sip_password":"canary","auth":[{"refreshToken":"canary","n":1}]}],
        "total_records":2}"#;
    let page = trunks(body).unwrap();
    assert!(page.next.is_none());
    assert_eq!(page.total, Some(2));
    assert_eq!(
        serde_json::to_string(&page.items[0]).unwrap(),
        concat!(
            r#"{"id":"t1","name":"Main","kind":"assigned","direction":"both","#,
            r#""host":"192.0.2.1","caller_id":{"number":"+16466661110"},"prefix":"+1","#,
            r#""account":"sub-1","dnis":"12345","vendor_fields":{"news":{"x":[1]},"a":null}}"#,
        )
    );
    let odd = &page.items[1];
    assert_eq!((odd.id.as_str(), &odd.trunk.dnis, &odd.trunk.name), ("2", &None, &None));
    assert_eq!(odd.trunk.kind, Some(trunk::Kind::Assigned));
    // A known key of an unknown form is passed on; what looks secret is not, at any depth.
    assert_eq!(
        serde_json::to_string(&odd.trunk.vendor_fields).unwrap(),
        r#"{"name":["odd"],"sip_password":"***","auth":[{"refreshToken":"***","n":1}]}"#
    );
    assert!(trunks(r#"{"sip_trunks":[]}"#).unwrap().items.is_empty());
}

#[test]
fn a_listed_number_is_passed_on_unchanged() {
    // The OpenAPI file's sample, which has no id.
    let sample = r#"{"next_page_token":"","page_size":30,"total_records":1,"internal_numbers":[
        {"number":"+16466661110","display_number":"+1 646 666 1110","country":"US","type":0,
        "labels":"SIP-Internal","languages":"en-GB","visible":true,"allow_join":false}]}"#;
    let page = numbers(sample).unwrap();
    assert!(page.next.is_none());
    assert_eq!(page.total, Some(1));
    assert_eq!(
        serde_json::to_string(&page.items).unwrap(),
        concat!(
            r#"[{"number":"+16466661110","display_number":"+1 646 666 1110","country":"US","#,
            r#""type":"toll","labels":"SIP-Internal","languages":"en-GB","visible":true,"#,
            r#""allow_join":false}]"#,
        )
    );
    let new = one(r#"{"id":7,"number":"0044 20","languages":["en-GB"],"visible":"yes","labels":null,
        "allow_for_external_meetings":true,"z":1,"client_secret":"canary","b":{"tokens":["canary"]}}"#);
    assert_eq!(
        serde_json::to_string(&new).unwrap(),
        concat!(
            r#"{"id":"7","number":"0044 20","allow_for_external_meetings":true,"#,
            r#""vendor_fields":{"languages":["en-GB"],"visible":"yes","z":1,"#,
            r#""client_secret":"***","b":{"tokens":"***"}}}"#,
        )
    );
    for (given, read) in [
        ("0", Some(NumberType::Toll)),
        ("1", Some(NumberType::TollFree)),
        (r#""1""#, Some(NumberType::TollFree)),
        ("7", Some(NumberType::Other("7".into()))),
        ("-1.5", Some(NumberType::Other("-1.5".into()))),
        (r#""local""#, Some(NumberType::Other("local".into()))),
        ("null", None),
    ] {
        let number = one(&format!(r#"{{"id":"","number":"+1","type":{given}}}"#));
        assert_eq!((number.what, number.id), (read, None), "{given}");
        assert!(number.vendor_fields.is_empty(), "{given}");
    }
}

#[test]
fn countries_and_master_numbers_are_read() {
    let page = countries(
        r#"{"callout_countries":[{"id":"US","name":"United States","code":"+1","new":1},
        {"id":"GB","code":44}],
        "total_records":2}"#,
    )
    .unwrap();
    assert_eq!(
        serde_json::to_value(&page.items).unwrap(),
        json!([{"id":"US","name":"United States","code":"+1"},{"id":"GB","code":"44"}])
    );
    assert_eq!((page.total, page.next.is_none()), (Some(2), true));
    let page =
        masters(r#"{"phone_numbers":[{"number":"+16466661110","country":"US"},{"number":"+2"}]}"#).unwrap();
    assert_eq!(
        serde_json::to_value(&page.items).unwrap(),
        json!([{"number":"+16466661110","country":"US"},{"number":"+2"}])
    );
    assert_eq!((page.total, page.next.is_none()), (None, true));
}

/// Reads a body as any of the four lists, with `KEY` for the list's key, and `ROW` and `OTHER` for good rows.
fn all(body: &str) -> [(&'static str, Result<usize, Fault>); 4] {
    fn count<T>(page: Result<Page<T>, Fault>) -> Result<usize, Fault> {
        page.map(|page| page.items.len())
    }
    let put = |key: &str, row: &str| {
        let other = row.replace("+1", "+2").replace("US", "GB").replace("\"t\"", "\"u\"");
        body.replace("KEY", key).replace("ROW", row).replace("OTHER", &other)
    };
    [
        ("trunks", count(trunks(&put("sip_trunks", r#"{"id":"t"}"#)))),
        ("numbers", count(numbers(&put("internal_numbers", r#"{"number":"+1"}"#)))),
        ("countries", count(countries(&put("callout_countries", r#"{"id":"US"}"#)))),
        ("masters", count(masters(&put("phone_numbers", r#"{"number":"+1"}"#)))),
    ]
}

#[test]
fn only_an_explicitly_empty_list_is_empty() {
    for (body, rows) in [
        (r#"{"KEY":[]}"#, 0),
        (r#"{"KEY":[],"total_records":0,"next_page_token":""}"#, 0),
        (r#"{"KEY":[ROW],"total_records":null,"next_page_token":null}"#, 1),
        (r#"{"KEY":[ROW,OTHER],"total_records":2}"#, 2),
        (r#"{"KEY":[ROW,OTHER],"total_records":"2","next_page_token":" "}"#, 2),
        (r#"{"KEY":null,"total_records":0}"#, 0),
        // More than stated was added meanwhile.
        (r#"{"KEY":[ROW,OTHER],"total_records":1}"#, 2),
    ] {
        for (list, read) in all(body) {
            assert_eq!(read.unwrap(), rows, "{list}: {body}");
        }
    }
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "<html>",
        r#"{"KEY":[ROW"#,
        r#"{"total_records":0}"#,
        r#"{"KEY":null}"#,
        r#"{"KEY":null,"total_records":1}"#,
        r#"{"KEY":{}}"#,
        r#"{"KEY":["+1"]}"#,
        r#"{"KEY":[{}]}"#,
        r#"{"KEY":[ROW,{"id":"","number":""}]}"#,
        r#"{"KEY":[ROW,{"id":{},"number":[]}]}"#,
        r#"{"other":[ROW]}"#,
        r#"{"KEY":[],"total_records":1}"#,
        r#"{"KEY":[ROW],"total_records":2}"#,
        r#"{"KEY":[],"total_records":"many"}"#,
        r#"{"KEY":[],"total_records":-1}"#,
        r#"{"KEY":[],"next_page_token":7}"#,
    ] {
        for (list, read) in all(body) {
            let fault = read.unwrap_err();
            assert_eq!((fault.kind, fault.after), (Unavailable, Lost), "{list}: {body}");
            assert!(fault.request_id.is_some() && !fault.text.contains('{'), "{list}: {}", fault.text);
        }
    }
    for (list, read) in all(r#"{"KEY":[ROW],"total_records":3}"#) {
        let text = read.unwrap_err().text;
        assert!(text.contains("3 rows, but gave 1"), "{list}: {text}");
    }
}

#[test]
fn a_refused_list_reports_the_refusal() {
    for (status, body, kind) in [
        (404, r#"{"code":2001,"message":"Account does not exist."}"#, NotFound),
        (400, r#"{"code":300,"message":"The next page token is invalid or expired."}"#, Rejected),
        (401, r#"{"code":124,"message":"Invalid access token."}"#, Auth),
        (200, r#"{"code":300,"message":"no","internal_numbers":[]}"#, Rejected),
    ] {
        assert_eq!((first().read)(&answer(status, body)).err().unwrap().kind, kind, "{body}");
    }
}

#[test]
fn a_list_without_paging_that_has_a_further_page_is_a_fault() {
    for (list, read) in all(r#"{"KEY":[ROW],"next_page_token":"more","total_records":1}"#) {
        match read {
            Ok(rows) => assert_eq!((list, rows), ("numbers", 1)),
            Err(fault) => {
                assert_eq!((fault.kind, fault.after), (Unavailable, GiveUp), "{list}");
                assert!(list != "numbers" && fault.text.contains("documents no paging"), "{}", fault.text);
            }
        }
    }
}

fn page(rows: std::ops::Range<u64>, total: u64, token: &str) -> String {
    let row = |at| json!({"id": format!("n{at}"), "number": format!("+{at}")});
    json!({"internal_numbers": rows.map(row).collect::<Vec<_>>(), "total_records": total,
        "page_size": 300, "next_page_token": token})
    .to_string()
}

#[test]
fn numbers_are_read_page_by_page() {
    let base = "https://api.zoom.us/v2/accounts/sub-1/sip_trunk/internal_numbers?page_size=300";
    let call = first();
    assert_eq!(call.request.url, base);
    let second = (call.read)(&answer(200, &page(0..300, 601, "p+/=&?% é"))).unwrap();
    assert_eq!((second.items.len(), second.total), (300, Some(601)));
    let call = second.next.unwrap();
    assert_eq!(call.request.url, format!("{base}&next_page_token=p%2B%2F%3D%26%3F%25%20%C3%A9"));
    assert_eq!(call.name, first().name);
    assert_eq!(call.effect, first().effect);
    // A page can be read twice, as after a token that died.
    for _ in 0..2 {
        let third = (call.read)(&answer(200, &page(300..600, 601, "q"))).unwrap();
        assert_eq!(third.items.len(), 300);
        assert_eq!(third.next.unwrap().request.url, format!("{base}&next_page_token=q"));
    }
    let call = (call.read)(&answer(200, &page(300..600, 601, "q"))).unwrap().next.unwrap();
    for _ in 0..2 {
        let last = (call.read)(&answer(200, &page(600..601, 601, ""))).unwrap();
        assert_eq!((last.items.len(), last.next.is_none()), (1, true));
    }
    let fault = (call.read)(&answer(200, &page(0..0, 601, ""))).err().unwrap();
    assert_eq!((fault.kind, fault.after), (Unavailable, Lost));
    assert!(fault.text.contains("601 rows, but gave 600"), "{}", fault.text);
    for (rows, token) in [(600..601, "q"), (600..602, "r")] {
        let fault = (call.read)(&answer(200, &page(rows, 601, token))).err().unwrap();
        assert_eq!((fault.kind, fault.after), (Unavailable, GiveUp));
        assert!(fault.text.contains("cannot be read to its end"), "{}", fault.text);
    }
}

#[test]
fn up_to_a_page_of_repeated_rows_is_returned_once() {
    let read =
        |call: &Call<Page<ActualNumber>>, rows, token| (call.read)(&answer(200, &page(rows, 9000, token)));
    let second = read(&first(), 0..300, "b").unwrap().next.unwrap();
    // Two rows came in front, and moved two of the first page to the second.
    let moved = read(&second, 298..598, "c").unwrap();
    assert_eq!((moved.items.len(), moved.repeated), (298, 2));
    // An earlier page under a new token, and pages that each repeat a part.
    let again = read(&moved.next.unwrap(), 0..300, "d").err().unwrap();
    assert!(again.text.contains("gave no row that was not given before"), "{}", again.text);
    let second = read(&first(), 0..300, "b").unwrap().next.unwrap();
    let third = read(&second, 100..400, "c").unwrap().next.unwrap();
    let fault = read(&third, 200..500, "d").err().unwrap();
    assert_eq!((fault.kind, fault.after), (Unavailable, GiveUp));
    assert!(fault.text.contains("400 rows again"), "{}", fault.text);
}
