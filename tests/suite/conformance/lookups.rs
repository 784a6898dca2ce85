//! Lookups of a trunk's references by number or name: all pages, exact matches, and no "empty" for "unreadable".

use serde_json::{Value, json};
use trunkctl::model::support::Operation;

use super::rig::Rig;
use crate::support::Ran;
use crate::support::scripted::http;

/// Creates a trunk with one reference, from standard input.
fn referring(rig: &Rig, more: &[&str], what: Operation, reference: &Value) -> Ran {
    let spec = match what {
        Operation::FindAgentGroup => json!({
            "name": "a", "direction": "outbound", "kind": "peer", "host": "192.0.2.7",
            "agent_groups": [reference],
        }),
        _ => json!({
            "name": "a", "kind": "peer", "transport": "udp", "host": "192.0.2.7", "port": 5060,
            "codecs": ["ulaw"],
            "caller_id_overrides": [{"option": "shared", "number": "5503301", "extensions": [reference]}],
        }),
    };
    let args = [&["trunk", "create", "--from", "-"], more].concat();
    rig.pipe(&args, &spec.to_string())
}

/// The id that was sent to the vendor.
fn sent_id(rig: &Rig, what: Operation) -> Value {
    let body = rig.written();
    match what {
        Operation::FindAgentGroup => body["groupList"][0]["voiceGroupId"].clone(),
        _ => body["outbound_cid_list"][0]["ext_list"][0]["id"].clone(),
    }
}

fn vendor_of(what: Operation) -> &'static str {
    let able = super::rig::able(what);
    let [only] = able.as_slice() else { panic!("{}: {able:?}: add samples", what.name()) };
    only
}

const GROUP: &str = "ext_group";

#[test]
fn references_are_found_by_their_exact_number_or_name() {
    for (what, reference, id) in [
        (Operation::FindExtension, json!({"number": "1149"}), 250),
        (Operation::FindExtension, json!({"number": "1000"}), 101),
        (Operation::FindExtension, json!({"name": "Extension 1149"}), 250),
        // The search finds "Yeastar Sales" too.
        (Operation::FindExtensionGroup, json!({"name": "Sales", "type": GROUP}), 2),
        (Operation::FindExtensionGroup, json!({"name": "Yeastar Sales", "type": GROUP}), 3),
        // Here it also finds "Sales EU".
        (Operation::FindAgentGroup, json!({"name": "Sales"}), 1_000_026),
        (Operation::FindAgentGroup, json!({"name": "Sales EU"}), 1_000_200),
        (Operation::FindAgentGroup, json!({"name": "Team 120"}), 1_000_147),
    ] {
        let rig = Rig::new(vendor_of(what));
        referring(&rig, &[], what, &reference).expect(0);
        assert_eq!(sent_id(&rig, what), json!(id), "{reference}");
    }
}

/// A search whose results fill more than a page, with the exact match at the end.
#[test]
fn a_search_reads_all_pages() {
    let last = |state: &mut Value, list: &str, key: &str, name: &str, is_it: &dyn Fn(&Value) -> bool| {
        let rows = state[list].as_array_mut().unwrap();
        rows.iter_mut().find(|row| is_it(row)).unwrap()[key] = json!(name);
    };
    let extension = Rig::with_state("yeastar", |state| {
        last(state, "extensions", "caller_id_name", "Extension", &|row| row["number"] == json!("1149"));
    });
    let what = Operation::FindExtension;
    referring(&extension, &[], what, &json!({"name": "Extension"})).expect(0);
    let seen = extension.recorder.take();
    let pages: Vec<bool> = ["page=1&", "page=2&"]
        .map(|page| {
            seen.iter().any(|seen| seen.target.contains("extension/search") && seen.target.contains(page))
        })
        .to_vec();
    assert_eq!(pages, [true, true], "{seen:?}");
    let body = seen.iter().find(|seen| seen.target.contains("trunk/create")).unwrap();
    let body: Value = serde_json::from_slice(&body.body).unwrap();
    assert_eq!(body["outbound_cid_list"][0]["ext_list"][0]["id"], json!(250));

    let group = Rig::with_state("itniotech", |state| {
        last(state, "groups", "name", "Team", &|row| row["name"] == json!("Team 120"));
    });
    let what = Operation::FindAgentGroup;
    referring(&group, &[], what, &json!({"name": "Team"})).expect(0);
    let seen = group.recorder.take();
    let asked: Vec<Value> = seen
        .iter()
        .filter(|seen| seen.target.ends_with("seatGroup/query"))
        .map(|seen| serde_json::from_slice::<Value>(&seen.body).unwrap()["current"].clone())
        .collect();
    assert_eq!(asked, [json!(1), json!(2)]);
    let body: Value = serde_json::from_slice(&seen.last().unwrap().body).unwrap();
    assert_eq!(body["groupList"][0]["voiceGroupId"], json!(1_000_147));
}

#[test]
fn a_missing_reference_is_not_found_and_nothing_is_written() {
    for (what, reference) in [
        (Operation::FindExtension, json!({"number": "114"})),
        (Operation::FindExtension, json!({"number": "9999"})),
        (Operation::FindExtension, json!({"name": "extension 1149"})),
        (Operation::FindExtensionGroup, json!({"name": "sales", "type": GROUP})),
        (Operation::FindAgentGroup, json!({"name": "Team"})),
        (Operation::FindAgentGroup, json!({"name": "d/e?f=g é"})),
    ] {
        let rig = Rig::new(vendor_of(what));
        let error = referring(&rig, &[], what, &reference).expect(6).error();
        assert_eq!(error["kind"], json!("not_found"), "{reference}: {error}");
        assert!(error["hint"].is_string(), "{reference}: {error}");
        assert!(rig.writes().is_empty(), "{reference}");
    }
}

/// Unreadable answers, and one that is cut off.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let json = "Content-Type: application/json\r\n";
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{\"errcode\":0".to_vec();
    vec![
        ("empty", http(200, json, "")),
        ("HTML", http(200, "Content-Type: text/html\r\n", "<html>Maintenance</html>")),
        ("an empty object", http(200, json, "{}")),
        ("success without data", http(200, json, r#"{"errcode":0,"errmsg":"SUCCESS","status":"0"}"#)),
        ("no data", http(200, json, r#"{"errcode":0,"status":0,"data":null,"total_number":3,"records":7}"#)),
        ("neither data nor a total", http(200, json, r#"{"errcode":0,"status":0,"data":null}"#)),
        (
            "a total and no rows",
            http(200, json, r#"{"errcode":0,"status":0,"total_number":3,"data":{"total":3,"records":[]}}"#),
        ),
        (
            "rows of something else",
            http(200, json, r#"{"errcode":0,"status":0,"total_number":1,"data":[{}]}"#),
        ),
        ("broken JSON", http(200, json, r#"{"errcode":0,"status":0,"data":["#)),
        ("a gateway's error", http(502, "Content-Type: text/html\r\n", "<html>Bad gateway</html>")),
        ("cut off", cut),
    ]
}

#[test]
fn an_unreadable_answer_to_a_lookup_is_not_taken_for_an_empty_one() {
    for (what, part, reference) in [
        (Operation::FindExtension, "extension/search", json!({"number": "9999"})),
        (Operation::FindExtensionGroup, "extensiongroup/search", json!({"name": "None", "type": GROUP})),
        (Operation::FindAgentGroup, "seatGroup/query", json!({"name": "None"})),
    ] {
        let rig = Rig::new(vendor_of(what));
        // The object does not exist, so a guess would be "not found".
        referring(&rig, &[], what, &reference).expect(6);
        for (how, answer) in broken() {
            rig.recorder.instead(part, 1, answer);
            let error = referring(&rig, &["--retries", "0"], what, &reference).expect(10).error();
            assert_eq!(error["kind"], json!("unavailable"), "{part}, {how}: {error}");
            assert_eq!(rig.recorder.unasked(), 0, "{part}, {how}");
            assert!(rig.writes().is_empty(), "{part}, {how}");
        }
    }
}

#[test]
fn an_unreadable_list_of_trunks_is_not_taken_for_an_empty_one() {
    for (vendor, part) in [("yeastar", "trunk/search"), ("itniotech", "sipTrunk/query")] {
        let rig = Rig::new(vendor);
        let args = ["trunk", "update", "name:absent", "--name", "x", "--retries", "0"];
        rig.run(&args).expect(6);
        for (how, answer) in broken() {
            rig.recorder.instead(part, 1, answer);
            let error = rig.run(&args).expect(10).error();
            assert_eq!(error["kind"], json!("unavailable"), "{vendor}, {how}: {error}");
            assert_eq!(rig.recorder.unasked(), 0, "{vendor}, {how}");
            assert!(rig.writes().is_empty(), "{vendor}, {how}");
        }
    }
}
