//! Every documented form of answer, and those that no page documents.

use serde_json::json;

use super::*;
use crate::model::error::Kind as Fails;
use crate::model::support::Operation;
use crate::model::trunk::{AgentGroup, Direction, Kind, Status};
use crate::vendors::call::{Fault, Page};
use crate::vendors::codes::After;
use crate::vendors::{LookupEntry, Vendor};

const PEER: &str = r#"{"name":"x","direction":"outbound","kind":"peer","host":"192.0.2.7",
    "agent_groups":[{"id":1}]}"#;

fn created(response: &Response) -> Result<String, Fault> {
    (Itniotech.create_trunk(&profile(), &trunk(PEER)).unwrap().read)(response)
}

fn updated(response: &Response) -> Result<(), Fault> {
    (Itniotech.update_trunk(&profile(), "1", &trunk(PEER), None).unwrap().read)(response)
}

fn listed(response: &Response) -> Result<Page<ActualTrunk>, Fault> {
    (Itniotech.list_trunks(&profile(), None).unwrap().read)(response)
}

fn one(record: Value) -> ActualTrunk {
    let body = json!({"status": 0, "reason": "success", "data": {"total": 1, "records": [record]}});
    let mut page = listed(&answer(&body.to_string())).unwrap_or_else(|fault| panic!("{fault:?}"));
    assert!(page.next.is_none());
    page.items.pop().unwrap()
}

fn pages(bodies: &[Value]) -> Result<(Vec<ActualTrunk>, usize), Fault> {
    let mut call = Itniotech.list_trunks(&profile(), None).unwrap();
    let mut items = Vec::new();
    for (at, body) in bodies.iter().enumerate() {
        let current = format!(r#"{{"current":{},"#, at + 1);
        assert!(body_text(&call.request).starts_with(&current));
        let page = (call.read)(&answer(&body.to_string()))?;
        items.extend(page.items);
        match page.next {
            Some(next) => call = next,
            None => return Ok((items, at + 1)),
        }
    }
    panic!("another page is asked for");
}

fn page_of(ids: std::ops::Range<u64>, total: Value) -> Value {
    let records: Vec<Value> =
        ids.map(|id| json!({"keyId": id, "sipTrunkName": format!("t{id}"), "type": 1})).collect();
    json!({"status": "0", "data": {"total": total, "size": 50, "current": 1, "records": records}})
}

#[test]
fn the_new_id_is_a_number_or_a_string() {
    for body in [
        r#"{"status":"0","reason":"success","data":1234}"#,
        r#"{"status":0,"reason":"success","data":"1234"}"#,
        r#"{"code":"0","msg":"success","data":1234}"#,
    ] {
        assert_eq!(created(&answer(body)).unwrap(), "1234", "{body}");
    }
}

#[test]
fn a_success_without_the_id_leaves_the_outcome_open() {
    for body in [r#"{"status":"0","data":null}"#, r#"{"status":"0"}"#, r#"{"status":"0","data":""}"#] {
        let fault = created(&answer(body)).unwrap_err();
        assert_eq!((fault.kind, fault.after), (Fails::Unavailable, After::Lost), "{body}");
    }
}

#[test]
fn the_update_of_page_004_has_an_empty_answer() {
    updated(&answer(r#"{"status": "0", "reason": "success", "data": null}"#)).unwrap();
    updated(&answer(r#"{"status": 0}"#)).unwrap();
}

#[test]
fn every_code_of_page_004_has_its_fault_kind_for_any_http_status() {
    let codes: [(Fails, &[i32]); 5] = [
        (Fails::Auth, &[-1, -2, -16]),
        (Fails::Unavailable, &[-18]),
        (Fails::Conflict, &[-20, -47, -52, -53, -59, -60]),
        (Fails::RateLimited, &[-23]),
        (Fails::Rejected, &[-22, -44, -45, -48, -49, -50, -51, -54, -55, -56, -57, -58, -61]),
    ];
    for (kind, codes) in codes {
        for code in codes {
            for status in [json!(code), json!(code.to_string())] {
                for http in [200, 400, 500] {
                    let body = json!({"status": status, "reason": "why", "data": null}).to_string();
                    let fault = updated(&Response { status: http, ..answer(&body) }).unwrap_err();
                    assert_eq!(fault.kind, kind, "{code}");
                    assert_eq!(fault.code, Some(code.to_string()));
                    assert_eq!((fault.text.as_str(), fault.http), ("why", http));
                    assert!(fault.known.is_some());
                }
            }
        }
    }
    let fault = updated(&answer(r#"{"code":-16,"msg":"Timestamp expires"}"#)).unwrap_err();
    assert_eq!((fault.after, fault.text.as_str()), (After::SignAgain, "Timestamp expires"));
}

#[test]
fn a_code_names_the_field_at_fault() {
    for (code, field) in [("-47", "name"), ("-53", "host"), ("-60", "allowed_ip"), ("-52", "agent_groups")] {
        let body = json!({"status": code, "reason": "Duplicate"}).to_string();
        let fault = created(&answer(&body)).unwrap_err();
        assert_eq!(fault.fields[0].field, field);
        assert_eq!(fault.fields[0].message, "Duplicate");
    }
    assert!(created(&answer(r#"{"status":"-22"}"#)).unwrap_err().fields.is_empty());
}

#[test]
fn an_unknown_code_is_rejected_and_passed_on_unchanged() {
    let fault = created(&answer(r#"{"status":"-999","reason":"new"}"#)).unwrap_err();
    assert_eq!(
        (fault.kind, fault.code.as_deref(), fault.text.as_str()),
        (Fails::Rejected, Some("-999"), "new")
    );
}

#[test]
fn an_answer_from_elsewhere_is_classified_by_its_http_status() {
    let html = "<html><body>gateway</body></html>";
    for (http, body, kind, after) in [
        (200, "", Fails::Unavailable, After::Lost),
        (200, html, Fails::Unavailable, After::Lost),
        (200, r#"{"status":"0","data":{"rec"#, Fails::Unavailable, After::Lost),
        (200, "[]", Fails::Unavailable, After::Lost),
        (200, r#"{"data":1}"#, Fails::Unavailable, After::Lost),
        (200, r#"{"status":null}"#, Fails::Unavailable, After::Lost),
        (502, html, Fails::Unavailable, After::Lost),
        (500, r#"{"status":"0","data":1}"#, Fails::Unavailable, After::Lost),
        (500, r#"{"timestamp":"t","status":500,"error":"x"}"#, Fails::Unavailable, After::Lost),
        (404, html, Fails::Unsupported, After::GiveUp),
        (404, r#"{"timestamp":"t","status":404,"error":"x"}"#, Fails::Unsupported, After::GiveUp),
        (403, "", Fails::Auth, After::GiveUp),
        (401, r#"{"status":401,"error":"x"}"#, Fails::Auth, After::GiveUp),
        (429, "", Fails::RateLimited, After::Later),
        (429, r#"{"code":429,"msg":"x"}"#, Fails::RateLimited, After::Later),
        (302, "", Fails::Unavailable, After::Lost),
    ] {
        let fault = created(&Response { status: http, ..answer(body) }).unwrap_err();
        assert_eq!((fault.kind, fault.after), (kind, after), "{http} {body}");
        let read = listed(&Response { status: http, ..answer(body) });
        assert!(read.is_err(), "{http} {body}");
    }
}

#[test]
fn no_complaint_quotes_a_password() {
    let rows = r#"[{"sipPassword":"canary","keyId":{}}]"#;
    for body in [
        r#"{"sipPassword":"canary"#.to_owned(),
        r#"{"sipPassword":"canary"}"#.to_owned(),
        format!(r#"{{"status":"0","data":{{"records":{rows}}}}}"#),
        format!(r#"{{"status":"0","data":{rows}}}"#),
        r#"{"status":"0","data":[{"keyId":1,"sipTrunkName":"x","sipPassword":["canary"]}]}"#.to_owned(),
        r#"{"status":"0","data":"canary"}"#.to_owned(),
    ] {
        let fault = listed(&answer(&body)).err().unwrap();
        assert!(!fault.text.contains("canary"), "{body}: {}", fault.text);
    }
}

#[test]
fn an_outbound_record_becomes_a_trunk() {
    let actual = one(json!({
        "keyId": 5000028, "type": 1, "state": 1, "sipTrunkName": "22232", "sipPrefix": "00",
        "sipGatewayIp": "0000.000.0.00", "sipWhiteIp": null, "ccIp": "203.0.113.9", "sipAccount": "u1",
        "sipPassword": "canary", "sipTrunkState": true, "createTime": "2023-01-01 00:00:00",
        "groupList": [{"voiceGroupId": 1000026, "groupName": "Sales", "number": null}]
    }));
    let expected = with_password(
        r#"{"name":"22232","kind":"register","direction":"outbound","enabled":true,"host":"0000.000.0.00",
            "username":"u1","prefix":"00","agent_groups":[{"id":1000026,"name":"Sales"}],
            "vendor_fields":{"ccIp":"203.0.113.9","createTime":"2023-01-01 00:00:00"}}"#,
        "canary",
    );
    assert_eq!(actual.trunk, expected);
    assert_eq!((actual.id.as_str(), actual.status_code.as_deref()), ("5000028", Some("1")));
    assert_eq!(actual.status, Some(Status::Unmonitored));
    assert!(!serde_json::to_string(&actual).unwrap().contains("canary"));
}

#[test]
fn an_inbound_record_is_read_with_any_value_types() {
    let actual = one(json!({
        "keyId": "77", "type": "2", "state": "0", "sipTrunkName": "in", "sipPrefix": null,
        "sipWhiteIp": "192.0.2.8", "sipTrunkState": "false", "sipPassword": "",
        "groupList": {"voiceGroupId": "9", "groupName": "Desk", "number": 442071838750u64}
    }));
    let expected = r#"{"name":"in","kind":"peer","direction":"inbound","enabled":false,
        "allowed_ip":"192.0.2.8","agent_groups":[{"id":"9","name":"Desk","number":"442071838750"}]}"#;
    assert_eq!(actual.trunk, trunk(expected));
    assert_eq!((actual.id.as_str(), actual.status), ("77", Some(Status::Disabled)));
}

#[test]
fn absent_and_unknown_values_are_accepted() {
    let actual = one(json!({"keyId": 1, "sipTrunkName": "x", "type": 3, "state": 9, "sipTrunkState": null}));
    assert_eq!(actual.trunk.direction, Some(Direction::Other("3".into())));
    assert_eq!((actual.trunk.enabled, actual.trunk.kind, actual.trunk.agent_groups), (None, None, None));
    assert_eq!((actual.status, actual.status_code.as_deref()), (Some(Status::Unknown), Some("9")));
    let bare = one(json!({"keyId": 1, "sipTrunkName": 22232}));
    assert_eq!((bare.trunk.name.as_deref(), bare.status), (Some("22232"), None));
    for (state, kind) in [
        (json!("later"), Some(Kind::Other("later".into()))),
        (json!(2), Some(Kind::Other("2".into()))),
        (json!({"token": 1}), Some(Kind::Other(r#"{"token":"***"}"#.into()))),
        (json!(""), None),
        (json!(1), Some(Kind::Register)),
        (json!("0"), Some(Kind::Peer)),
    ] {
        let actual = one(json!({"keyId": 1, "sipTrunkName": "x", "sipTrunkState": state}));
        assert_eq!(actual.trunk.kind, kind, "{state}");
    }
}

#[test]
fn asterisks_are_not_taken_for_a_password() {
    let actual = one(json!({"keyId": 1, "sipTrunkName": "x", "sipPassword": "******"}));
    assert!(actual.trunk.password.is_none());
}

#[test]
fn a_list_that_cannot_be_understood_is_never_empty() {
    for data in [
        json!(null),
        json!({}),
        json!({"records": null}),
        json!({"total": 1, "records": null}),
        json!({"records": {}}),
        json!({"records": [{}]}),
        json!({"records": [{"keyId": null, "sipTrunkName": "x"}]}),
        json!({"records": [{"keyId": 1}]}),
        json!({"records": [{"keyId": 1, "sipTrunkName": "x", "groupList": [{}]}]}),
        json!({"records": [{"keyId": 1, "sipTrunkName": "x", "groupList": "x"}]}),
        json!({"total": 3, "records": []}),
        json!("x"),
    ] {
        let body = json!({"status": "0", "data": data}).to_string();
        assert!(listed(&answer(&body)).is_err(), "{body}");
    }
}

#[test]
fn pages_of_any_size_are_read_until_the_total() {
    let (items, asked) =
        pages(&[page_of(0..50, json!(120)), page_of(50..100, json!("120")), page_of(100..120, json!(120))])
            .unwrap();
    assert_eq!((items.len(), asked), (120, 3));
    assert_eq!(pages(&[page_of(0..0, json!(0))]).unwrap().1, 1);
}

#[test]
fn a_missing_page_is_a_fault() {
    for second in [page_of(100..100, json!(150)), page_of(0..100, json!(150))] {
        let fault = pages(&[page_of(0..100, json!(150)), second]).unwrap_err();
        assert!(fault.text.contains("150") && fault.text.contains("100"), "{}", fault.text);
    }
}

#[test]
fn a_total_stays_valid_if_a_later_page_omits_it() {
    for total in [json!(0), json!(50), json!(null), json!("many")] {
        let fault = pages(&[page_of(0..100, json!(150)), page_of(100..100, total.clone())]).unwrap_err();
        assert!(fault.text.contains("150") && fault.text.contains("100"), "{total}: {}", fault.text);
        let (items, asked) = pages(&[page_of(0..100, json!(150)), page_of(100..150, total.clone())]).unwrap();
        assert_eq!((items.len(), asked), (150, 2), "{total}");
    }
    let shrunk = pages(&[page_of(0..100, json!(101)), page_of(100..100, json!(100))]).unwrap();
    assert_eq!(shrunk.0.len(), 100, "a row went away while the list was read");
}

#[test]
fn repeating_pages_are_a_fault() {
    let (a, b) = (page_of(0..100, json!(900)), page_of(100..200, json!(900)));
    let fault = pages(&[a.clone(), b, a]).unwrap_err();
    assert!(fault.text.contains("900") && fault.text.contains("200"), "{}", fault.text);
}

#[test]
fn more_repeated_rows_than_a_page_are_a_fault() {
    let page = |nth: u64| page_of(nth * 10..nth * 10 + 60, json!(900));
    let fault = pages(&[page(0), page(1), page(2), page(3)]).unwrap_err();
    assert!(fault.text.contains("150 rows again"), "{}", fault.text);
}

#[test]
fn without_a_total_an_empty_page_ends_the_list() {
    let bare = |ids: std::ops::Range<u64>| {
        let body = page_of(ids, json!(0));
        json!({"status": 0, "data": body["data"]["records"]})
    };
    assert_eq!(pages(&[bare(0..3), bare(3..3)]).unwrap().0.len(), 3);
    assert_eq!(pages(&[page_of(0..3, json!(0)), page_of(3..3, json!(0))]).unwrap().0.len(), 3);
    assert!(pages(&[bare(0..3), bare(0..3)]).is_err());
}

#[test]
fn a_row_that_moved_between_pages_is_returned_once() {
    let (items, asked) = pages(&[page_of(0..100, json!(101)), page_of(99..102, json!(102))]).unwrap();
    let names: Vec<_> = items.iter().filter(|actual| actual.id == "99").collect();
    assert_eq!((items.len(), asked, names.len()), (102, 2, 1));
}

#[test]
fn agent_groups_are_found_with_their_ids() {
    let call = Itniotech.look_up(&profile(), Operation::FindAgentGroup, Some("Sa")).unwrap();
    let body = r#"{"status":0,"data":{"total":1,"records":[{"voiceGroupId":1000026,"groupName":"Sales",
        "appName":"a","countSeat":2,"callinStrategy":1}]}}"#;
    let page = (call.read)(&answer(body)).unwrap_or_else(|fault| panic!("{fault:?}"));
    let sales = LookupEntry { id: "1000026".into(), name: Some("Sales".into()), ..LookupEntry::default() };
    assert_eq!(page.items, [sales]);
    assert!(page.next.is_none());
}

#[test]
fn a_read_trunk_is_written_back_unchanged() {
    let actual = one(json!({
        "keyId": 5, "type": 2, "state": 1, "sipTrunkName": "in", "sipPrefix": "9", "sipGatewayIp": "",
        "sipWhiteIp": "192.0.2.8", "sipTrunkState": false, "sipAccount": null, "sipPassword": null,
        "groupList": [{"voiceGroupId": 1, "groupName": "a", "number": "441"}]
    }));
    let group = AgentGroup { id: Some("1".into()), name: Some("a".into()), number: Some("441".into()) };
    assert_eq!(actual.trunk.agent_groups, Some(vec![group]));
    let call = Itniotech.update_trunk(&profile(), "5", &Trunk::default(), Some(&actual)).unwrap();
    let body = compact(
        r#"{"keyId":5,"groupList":[{"voiceGroupId":1,"number":"441"}],"sipTrunkName":"in",
            "sipPrefix":"9","sipWhiteIp":"192.0.2.8","sipTrunkState":false}"#,
    );
    assert_eq!(body_text(&call.request), body);
}
