use serde_json::{Value, json};

use super::{Bench, account, numbers, with};
use crate::vendors::simulator::Simulator;

#[test]
fn settings_keep_absent_fields() {
    let mut bench = Bench::new();
    let path = account("sub-1", "settings");
    let full = json!({
        "enable": true, "show_callout_internal_number": true, "show_zoom_provided_callout_countries": 2,
        "show_zoom_provided_numbers": 1, "enable_all_settings_from_master_account": "any type",
    });
    assert_eq!(bench.call("PATCH", &path, full.clone()), (204, Value::Null));
    assert_eq!(bench.call("PATCH", &path, json!({})).0, 204);
    assert_eq!(bench.sandbox.save()["accounts"][1]["settings"], full);
    assert_eq!(
        bench.call("PATCH", &path, json!({ "enable": false, "show_zoom_provided_numbers": 0 })).0,
        204
    );
    for (body, field) in [
        (json!({ "enable": "true" }), "enable"),
        (json!({ "enable": null }), "enable"),
        (json!({ "show_callout_internal_number": 1 }), "show_callout_internal_number"),
        (json!({ "show_zoom_provided_numbers": 3 }), "show_zoom_provided_numbers"),
        (json!({ "show_zoom_provided_numbers": "0" }), "show_zoom_provided_numbers"),
        (json!({ "show_zoom_provided_callout_countries": -1 }), "show_zoom_provided_callout_countries"),
        (json!({ "show_zoom_provided_callout_countries": 50968347 }), "show_zoom_provided_callout_countries"),
        (json!({ "enabled": true }), "enabled"),
    ] {
        // A good field beside the bad one must not slip through.
        let body = with(body, "show_callout_internal_number", json!(0));
        let (status, answer) = bench.call("PATCH", &path, body);
        let named = answer["errors"].as_array().unwrap().iter().any(|error| error["field"] == field);
        assert!((status, &answer["code"]) == (400, &json!(300)) && named, "{answer}");
    }
    let kept = with(with(full, "enable", json!(false)), "show_zoom_provided_numbers", json!(0));
    assert_eq!(bench.sandbox.save()["accounts"][1]["settings"], kept);
    assert_eq!(bench.sandbox.save()["accounts"][2]["settings"]["enable"], json!(false));
}

#[test]
fn callout_countries_are_a_set() {
    let mut bench = Bench::new();
    let path = account("sub-1", "callout_countries");
    let countries = |ids: &[&str]| {
        let list: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
        json!({ "callout_countries": list })
    };
    let expected = json!([
        { "id": "US", "name": "United States", "code": "1" },
        { "id": "GB", "name": "United Kingdom", "code": "44" },
    ]);
    let added = bench.call("POST", &path, countries(&["US", "GB"]));
    assert_eq!(added, (201, json!({ "callout_countries": expected })));
    assert_eq!(bench.get(&path), json!({ "callout_countries": expected, "total_records": 2 }));
    for body in [
        json!({}),
        countries(&[]),
        countries(&["DE", "US"]),
        countries(&["DE", "DE"]),
        countries(&["DE", "us"]),
        countries(&["DE", "ZZ"]),
        countries(&["DE", ""]),
        countries(&["DE"; 31]),
        json!({ "callout_countries": ["DE"] }),
        json!({ "callout_countries": [{ "id": 1 }] }),
        json!({ "callout_countries": [{}] }),
        json!({ "callout_countries": [{ "id": "DE", "name": "Germany" }] }),
        json!({ "callout_countries": "DE" }),
    ] {
        let (status, answer) = bench.call("POST", &path, body.clone());
        assert_eq!((status, &answer["code"]), (400, &json!(300)), "{body}");
        assert_eq!(answer["message"], "Invalid parameter: callout_countries", "{body}");
    }
    assert_eq!(bench.refused("POST", &path, with(countries(&["DE"]), "x", json!(1))), (400, 300));
    assert_eq!(bench.refused("DELETE", &format!("{path}/DE"), Value::Null), (400, 300));
    assert_eq!(bench.call("DELETE", &format!("{path}/U%53"), Value::Null), (204, Value::Null));
    assert_eq!(bench.get(&path)["callout_countries"], json!([expected[1]]));
    assert_eq!(bench.get(&account("me", "callout_countries"))["total_records"], 0);
}

#[test]
fn trunks_of_the_master_are_assigned_to_sub_accounts() {
    let mut bench = Bench::new();
    let master = bench.get(&account("me", "trunks"));
    assert_eq!(master["total_records"], 2);
    let path = account("sub-1", "trunks");
    let assigned = bench.call(
        "POST",
        &path,
        json!({ "sip_trunks": [
            { "id": "trunk-a", "dnis": "14155999", "outbound_caller_id": "x".repeat(32) },
            { "id": "trunk-b" },
        ] }),
    );
    let answer = json!({ "sip_trunks": [
        { "id": "trunk-a", "name": "Carrier A", "dnis": "14155999", "number_prefix": "9",
          "sip_server_address": "198.51.100.10" },
        { "id": "trunk-b", "name": "Carrier B", "dnis": "4420794", "number_prefix": "",
          "sip_server_address": "sip-b.example.com" },
    ] });
    assert_eq!(assigned, (201, answer));
    let list = bench.get(&path);
    assert_eq!(list["sip_trunks"][0]["outbound_caller_id"], json!("x".repeat(32)));
    assert_eq!(list["sip_trunks"][1], master["sip_trunks"][1]);
    assert_eq!(list["total_records"], 2);
    assert_eq!(bench.get(&account("me", "trunks")), master, "the master keeps its own");

    for trunks in [
        json!(null),
        json!([]),
        json!(["trunk-a"]),
        json!([{ "id": "trunk-c" }]),
        json!([{ "dnis": "14155999" }]),
        json!([{ "id": "trunk-a", "dnis": "1415" }]),
        json!([{ "id": "trunk-a", "dnis": "141559999" }]),
        json!([{ "id": "trunk-a", "dnis": "14156999" }]),
        json!([{ "id": "trunk-a", "dnis": 14155999 }]),
        json!([{ "id": "trunk-a", "outbound_caller_id": "x".repeat(33) }]),
        json!([{ "id": "trunk-a", "name": "x" }]),
        json!(vec![json!({ "id": "trunk-a" }); 31]),
    ] {
        let body = json!({ "sip_trunks": trunks });
        let (status, answer) = bench.call("POST", &account("sub-2", "trunks"), body.clone());
        assert_eq!((status, &answer["code"]), (400, &json!(300)), "{body}");
        assert_eq!(answer["message"], "Invalid parameter: sip_trunks", "{body}");
    }
    for (id, trunks) in [
        ("sub-1", json!([{ "id": "trunk-a" }])),
        ("sub-2", json!([{ "id": "trunk-a" }, { "id": "trunk-a" }])),
    ] {
        let (status, answer) = bench.call("POST", &account(id, "trunks"), json!({ "sip_trunks": trunks }));
        assert_eq!((status, &answer["code"]), (400, &json!(300)), "{id}");
        assert!(answer["message"].as_str().unwrap().contains("already assigned"), "{answer}");
    }
    assert_eq!(bench.get(&account("sub-2", "trunks"))["total_records"], 0);
    assert_eq!(bench.call("DELETE", &format!("{path}/trunk%2Da"), Value::Null), (204, Value::Null));
    assert_eq!(bench.refused("DELETE", &format!("{path}/trunk-a"), Value::Null), (400, 300));
    assert_eq!(bench.get(&path)["total_records"], 1);
    bench.sandbox.state.accounts[0].sip_trunks[0].dnis = "141".into();
    let short = json!({ "sip_trunks": [{ "id": "trunk-a", "dnis": "1415" }] });
    assert_eq!(bench.refused("POST", &path, short), (400, 300), "five characters even under a short prefix");
    bench.sandbox.state.accounts[0].sip_trunks.clear();
    let (status, answer) = bench.call("POST", &path, json!({ "sip_trunks": [{ "id": "trunk-a" }] }));
    assert_eq!((status, &answer["code"]), (400, &json!(300)));
    assert!(answer["message"].as_str().unwrap().contains("trunk configs"), "{answer}");
}

#[test]
fn numbers_of_the_master_are_assigned_and_cleared() {
    let mut bench = Bench::new();
    let own = bench.get("/sip_trunk/numbers");
    assert_eq!(own["phone_numbers"][2], json!({ "number": "442079460100", "country": "GB" }));
    assert_eq!(own["total_records"], 4);
    let path = account("sub-1", "numbers");
    let phones = |list: Value| json!({ "phone_numbers": list });
    for (list, expected) in [
        (json!(["14155550100", "16466661110"]), (400, 400)),
        (json!(["+14155550100"]), (400, 400)),
        (json!(["14155550100", "14155550100"]), (400, 300)),
        (json!(["14155550100", 14155550101u64]), (400, 300)),
        (json!([]), (400, 300)),
        (json!(null), (400, 300)),
        (json!("14155550100"), (400, 300)),
    ] {
        assert_eq!(bench.refused("POST", &path, phones(list.clone())), expected, "{list}");
    }
    assert_eq!(bench.refused("POST", &path, json!({ "numbers": [] })), (400, 300));
    assert!(bench.sandbox.state.accounts[1].phone_numbers.is_empty());
    for list in [json!(["14155550100"]), json!(["14155550100", "442079460100"])] {
        assert_eq!(bench.call("POST", &path, phones(list)), (201, Value::Null));
    }
    assert_eq!(bench.sandbox.state.accounts[1].phone_numbers, ["14155550100", "442079460100"]);
    let internal = account("sub-1", "internal_numbers");
    assert_eq!(bench.call("POST", &internal, numbers(&["+16466661110"])).0, 201);
    let elsewhere = account("sub-2", "internal_numbers");
    assert_eq!(bench.call("POST", &elsewhere, numbers(&["+16466661111"])).0, 201);
    assert_eq!(bench.call("DELETE", &path, Value::Null), (204, Value::Null));
    assert!(bench.sandbox.state.accounts[1].phone_numbers.is_empty());
    assert_eq!(bench.get(&internal)["total_records"], 0);
    assert_eq!(bench.get(&elsewhere)["total_records"], 1);
    assert_eq!(bench.call("POST", &internal, numbers(&["+16466661110"])).0, 201, "cleared numbers are free");
    assert_eq!(bench.get("/sip_trunk/numbers"), own);
}
