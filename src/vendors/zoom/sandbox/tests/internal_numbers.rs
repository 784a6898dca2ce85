use serde_json::{Value, json};

use super::{Bench, NOW, account, ask, number, numbers, with, without};

#[test]
fn internal_numbers_are_checked_field_by_field() {
    let good = number("+16466661110");
    let refused = |entry: Value, field: &str| {
        let mut bench = Bench::new();
        let path = account("sub-1", "internal_numbers");
        let body = json!({ "internal_numbers": [number("+16466661111"), entry] });
        let (status, answer) = bench.call("POST", &path, body);
        assert_eq!((status, &answer["code"]), (400, &json!(300)), "{field}");
        assert_eq!(answer["message"], "Invalid parameter: internal_numbers", "{field}");
        let fields = answer["errors"].as_array().unwrap().iter().map(|error| &error["field"]);
        assert_eq!(fields.collect::<Vec<_>>(), [&format!("internal_numbers[1].{field}")], "{field}");
        assert_eq!(bench.get(&path)["total_records"], 0, "{field}: nothing of the batch is kept");
    };
    for field in ["number", "display_number", "country", "type", "labels", "languages"] {
        refused(without(good.clone(), field), field);
        refused(with(good.clone(), field, json!(null)), field);
        refused(with(good.clone(), field, json!("")), field);
        refused(with(good.clone(), field, json!(7)), field);
    }
    for (field, value) in [
        ("number", json!("16466661110")),
        ("number", json!("+06466661110")),
        ("number", json!("+1 646 666 1110")),
        ("number", json!("+1646666111٠")),
        ("number", json!("+1")),
        ("number", json!("+1234567890123456")),
        ("country", json!("us")),
        ("country", json!("ZZ")),
        ("type", json!(2)),
        ("type", json!(-1)),
        ("type", json!(1.5)),
        ("type", json!("1")),
        ("languages", json!("en-XX")),
        ("languages", json!(["en-GB"])),
        ("visible", json!("true")),
        ("allow_join", json!(1)),
        ("allow_for_external_meetings", json!(null)),
        ("id", json!("A26fhgdfg63")),
        ("label", json!("x")),
    ] {
        refused(with(good.clone(), field, value), field);
    }
}

#[test]
fn internal_numbers_are_added_all_or_none() {
    let mut bench = Bench::new();
    let path = account("sub-1", "internal_numbers");
    let plain = with(with(number("+16466661110"), "languages", json!("da-DK")), "type", json!(1));
    let seen = with(with(number("+4512345678"), "visible", json!(true)), "allow_join", json!(false));
    let seen = with(seen, "allow_for_external_meetings", json!(true));
    let (status, answer) = bench.call("POST", &path, json!({ "internal_numbers": [plain, seen] }));
    let list = answer["internal_numbers"].clone();
    assert_eq!(status, 201);
    for (place, visible) in [(0, false), (1, true)] {
        for key in ["visible", "allow_join", "allow_for_external_meetings"] {
            assert_eq!(list[place][key], json!(visible), "{key}");
        }
    }
    assert_eq!((&list[0]["type"], &list[1]["type"]), (&json!(1), &json!(0)));
    assert_ne!(list[0]["id"], list[1]["id"]);
    assert_eq!(bench.get(&path)["internal_numbers"], list);

    for body in [
        json!({}),
        json!({ "internal_numbers": [] }),
        json!({ "internal_numbers": {} }),
        json!({ "internal_numbers": vec![number("+16466661112"); 31] }),
        json!({ "internal_numbers": ["+16466661112"] }),
    ] {
        let (status, answer) = bench.call("POST", &path, body.clone());
        assert_eq!(
            (status, &answer["message"]),
            (400, &json!("Invalid parameter: internal_numbers")),
            "{body}"
        );
    }
    assert_eq!(bench.refused("POST", &path, with(numbers(&["+16466661112"]), "x", json!(1))), (400, 300));
    for (id, batch) in [
        ("sub-1", ["+16466661112", "+16466661110"]),
        ("me", ["+16466661112", "+4512345678"]),
        ("sub-2", ["+16466661112", "+16466661112"]),
    ] {
        let (status, answer) = bench.call("POST", &account(id, "internal_numbers"), numbers(&batch));
        assert_eq!((status, &answer["message"]), (400, &json!("The number is already in use.")), "{id}");
        assert_eq!(answer["errors"][0]["field"], "internal_numbers[1].number");
    }
    let id = list[0]["id"].as_str().unwrap().replacen('A', "%41", 1);
    assert_eq!(
        bench.refused("DELETE", &account("sub-2", &format!("internal_numbers/{id}")), Value::Null),
        (400, 300)
    );
    assert_eq!(bench.call("DELETE", &format!("{path}/{id}"), Value::Null), (204, Value::Null));
    assert_eq!(bench.refused("DELETE", &format!("{path}/{id}"), Value::Null), (400, 300));
    assert_eq!(
        bench.call("POST", &path, numbers(&["+16466661110"])).0,
        201,
        "a deleted number is free again"
    );
}

#[test]
fn the_quota_of_an_account_is_enforced() {
    let mut bench = Bench::new();
    assert_eq!(bench.sandbox.state.accounts[1].quota, 1_000_000);
    bench.sandbox.state.accounts[1].quota = 2;
    let path = account("sub-1", "internal_numbers");
    let (status, answer) =
        bench.call("POST", &path, numbers(&["+12025550100", "+12025550101", "+12025550102"]));
    assert_eq!((status, &answer["code"]), (400, &json!(300)));
    assert!(answer["message"].as_str().unwrap().contains("a maximum of 2 phone numbers"));
    assert_eq!(bench.call("POST", &path, numbers(&["+12025550100", "+12025550101"])).0, 201);
    assert_eq!(bench.refused("POST", &path, numbers(&["+12025550102"])), (400, 300));
}

#[test]
fn lists_are_paged() {
    let mut bench = Bench::new();
    let path = account("sub-1", "internal_numbers");
    let all: Vec<String> = (0..70).map(|place| format!("+1202555{place:04}")).collect();
    for batch in all.chunks(30) {
        let batch: Vec<&str> = batch.iter().map(String::as_str).collect();
        assert_eq!(bench.call("POST", &path, numbers(&batch)).0, 201);
    }
    let first = bench.get(&path);
    assert_eq!((&first["page_size"], &first["total_records"]), (&json!(30), &json!(70)));
    let token = first["next_page_token"].as_str().unwrap().to_owned();
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
    let (mut seen, mut at) = (Vec::new(), String::new());
    loop {
        let page = bench.get(&format!("{path}?page_size=35&next_page_token={at}"));
        seen.extend(page["internal_numbers"].as_array().unwrap().iter().map(|one| one["number"].clone()));
        at = page["next_page_token"].as_str().unwrap().to_owned();
        if at.is_empty() {
            break;
        }
        // A row removed before the marker must not make the next page skip rows.
        let id = page["internal_numbers"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(bench.call("DELETE", &format!("{path}/{id}"), Value::Null).0, 204);
    }
    assert_eq!(seen, all);
    assert_eq!(bench.get(&format!("{path}?page_size=300"))["next_page_token"], "");
    for query in [
        "page_size=0".to_owned(),
        "page_size=301".into(),
        "page_size=x".into(),
        "page_size=+5".into(),
        "page_size=5&page_size=5".into(),
        "page_number=2".into(),
        "next_page_token=p".into(),
        format!("next_page_token={token}0"),
        format!("next_page_token={token}&page_size=35"),
    ] {
        assert_eq!(bench.refused("GET", &format!("{path}?{query}"), Value::Null), (400, 300), "{query}");
    }
    let other = account("sub-2", &format!("internal_numbers?next_page_token={token}"));
    assert_eq!(bench.refused("GET", &other, Value::Null), (400, 300));
    let target = format!("/v2{path}?next_page_token={token}");
    for (now, status) in [(NOW + 899, 200), (NOW + 900, 400)] {
        let headers = [("authorization", bench.bearer.as_str())];
        assert_eq!(ask(&mut bench.sandbox, "GET", &target, &headers, b"", now).status, status, "{now}");
    }
    let headers = [("authorization", bench.bearer.as_str())];
    let next = ask(&mut bench.sandbox, "GET", &format!("/v2{path}"), &headers, b"", NOW + 900);
    assert_eq!((next.status, bench.sandbox.state.pages.len()), (200, 2), "dead page tokens are dropped");
}
