//! The trunk and agent-group calls.

use super::*;

/// Rules that add and update share, for bodies that are right otherwise and free of duplicates.
fn shared_rules(path: &str, outbound: &Value, inbound: &Value) {
    let long = "1".repeat(51);
    let fits = "1".repeat(50);
    let group = |number: Value| json!({ "groupList": [{ "voiceGroupId": 1000030, "number": number }] });
    let twice = json!([{ "voiceGroupId": 1000030 }, { "voiceGroupId": 1000030 }]);
    refuses(
        path,
        outbound,
        &[
            (json!({ "colour": 1 }), -22),
            (json!({ "sipTrunkName": "-" }), -45),
            (json!({ "sipTrunkName": null }), -45),
            (json!({ "sipTrunkName": " " }), -45),
            (json!({ "sipTrunkName": 5 }), -22),
            (json!({ "sipTrunkName": "in" }), -47),
            (json!({ "sipPrefix": 99 }), -22),
            (json!({ "groupList": "-" }), -48),
            (json!({ "groupList": [] }), -48),
            (json!({ "groupList": [{}] }), -48),
            (json!({ "groupList": { "voiceGroupId": 1000030 } }), -22),
            (json!({ "groupList": [1000030] }), -22),
            (json!({ "groupList": [[1000030, null]] }), -22),
            (json!({ "groupList": [{ "voiceGroupId": "1000030" }] }), -22),
            (json!({ "groupList": [{ "voiceGroupId": 1000030, "name": "x" }] }), -22),
            (json!({ "groupList": twice }), -51),
            (json!({ "groupList": [{ "voiceGroupId": 1 }] }), -24),
            (json!({ "sipGatewayIp": "-" }), -49),
            (json!({ "sipGatewayIp": "" }), -49),
            (json!({ "sipGatewayIp": long }), -50),
            (json!({ "sipGatewayIp": "192.0.2.1 " }), -50),
            (json!({ "sipGatewayIp": "192.0.2.1\u{7}" }), -50),
            (json!({ "sipGatewayIp": "sip:192.0.2.1" }), -50),
            (json!({ "sipGatewayIp": 1 }), -22),
            (json!({ "sipWhiteIp": "192.0.2.9" }), -22),
            (json!({ "sipTrunkState": "-" }), -22),
            (json!({ "sipTrunkState": "true" }), -22),
            (json!({ "sipAccount": "-" }), -22),
            (json!({ "sipAccount": "" }), -22),
            (json!({ "sipPassword": "-" }), -22),
            (json!({ "sipPassword": 1234 }), -22),
        ],
    );
    accepts(
        path,
        outbound,
        &[
            json!({}),
            json!({ "sipTrunkState": false, "sipAccount": "-", "sipPassword": null }),
            json!({ "sipPrefix": "-", "sipGatewayIp": fits, "sipWhiteIp": null }),
            json!({ "groupList": [{ "voiceGroupId": 1000030 }, { "voiceGroupId": 1000200 }] }),
            group("+442071838750".into()),
            // Numbers are unique among inbound trunks only.
            json!({ "groupList": [
                { "voiceGroupId": 1000030, "number": "1" }, { "voiceGroupId": 1000031, "number": "1" },
            ] }),
        ],
    );
    let same_number =
        json!([{ "voiceGroupId": 1000030, "number": "1" }, { "voiceGroupId": 1000031, "number": "1" }]);
    refuses(
        path,
        inbound,
        &[
            (group(Value::Null), -57),
            (group("".into()), -57),
            (group(long.as_str().into()), -58),
            (group("0207183".into()), -61),
            (group("anna".into()), -61),
            (group(442071838750_u64.into()), -22),
            (json!({ "groupList": same_number }), -59),
            (json!({ "sipWhiteIp": "-" }), -54),
            (json!({ "sipWhiteIp": "" }), -54),
            (json!({ "sipWhiteIp": long }), -55),
            (json!({ "sipWhiteIp": "192.0.2.1 192.0.2.2" }), -55),
            (json!({ "sipWhiteIp": "SIP:192.0.2.1" }), -55),
            (json!({ "sipGatewayIp": long }), -50),
        ],
    );
    // Without credentials although it is to register: they are required on type 1 only.
    accepts(path, inbound, &[json!({ "sipTrunkState": true }), group(fits.into()), group("+4420".into())]);
}

#[test]
fn add_validates_every_field() {
    let free =
        json!({ "sipTrunkName": "out 2", "groupList": [{ "voiceGroupId": 1000030 }], "sipGatewayIp": "g" });
    let outbound = but(&outbound(), &free);
    let free = json!({
        "sipTrunkName": "in 2", "sipWhiteIp": "w",
        "groupList": [{ "voiceGroupId": 1000030, "number": "+4930" }],
    });
    let inbound = but(&inbound(), &free);
    shared_rules(ADD, &outbound, &inbound);
    refuses(
        ADD,
        &outbound,
        &[
            (json!({ "keyId": 5000009 }), -22),
            (json!({ "type": "-" }), -44),
            (json!({ "type": null }), -44),
            (json!({ "type": 0 }), -44),
            (json!({ "type": 3 }), -44),
            (json!({ "type": 1.5 }), -44),
            (json!({ "type": "outbound" }), -44),
            (json!({ "type": true }), -22),
            (json!({ "groupList": [{ "voiceGroupId": 1000026 }] }), -52),
            (json!({ "sipGatewayIp": "12.325.353.2" }), -53),
        ],
    );
    refuses(
        ADD,
        &inbound,
        &[
            (json!({ "groupList": [{ "voiceGroupId": 1000026, "number": "+4930" }] }), -52),
            (json!({ "groupList": [{ "voiceGroupId": 1000030, "number": "+442071838750" }] }), -59),
            (json!({ "sipWhiteIp": "192.0.2.7" }), -60),
        ],
    );
    accepts(ADD, &outbound, &[json!({ "type": "1" })]);
    accepts(ADD, &inbound, &[json!({ "type": "2" })]);
}

#[test]
fn update_checks_every_field_against_the_stored_type() {
    // Each keeps all of its own values, which must not collide with themselves.
    let outbound = but(&outbound(), &json!({ "type": "-", "keyId": 5000001 }));
    let inbound = but(&inbound(), &json!({ "type": "-", "keyId": 5000002 }));
    shared_rules(UPDATE, &outbound, &inbound);
    refuses(
        UPDATE,
        &outbound,
        &[
            (json!({ "keyId": "-" }), -56),
            (json!({ "keyId": null }), -56),
            (json!({ "keyId": "5000001" }), -22),
            (json!({ "keyId": 5000003 }), -24),
            (json!({ "keyId": -1 }), -24),
            (json!({ "type": 1 }), -22),
            (json!({ "type": null }), -22),
        ],
    );
    let mut sandbox = stocked();
    let third =
        json!({ "sipTrunkName": "out 2", "groupList": [{ "voiceGroupId": 1000027 }], "sipGatewayIp": "g" });
    assert_eq!(post(&mut sandbox, ADD, &but(&super::outbound(), &third))["data"], 5000003);
    let fourth = json!({
        "sipTrunkName": "in 2", "sipWhiteIp": "w",
        "groupList": [{ "voiceGroupId": 1000027, "number": "+4930" }],
    });
    assert_eq!(post(&mut sandbox, ADD, &but(&super::inbound(), &fourth))["data"], 5000004);
    let cases = [
        (&outbound, json!({ "sipTrunkName": "in 2" }), -47),
        (&outbound, json!({ "groupList": third["groupList"] }), -52),
        (&outbound, json!({ "sipGatewayIp": "g" }), -53),
        (&inbound, json!({ "groupList": [{ "voiceGroupId": 1000027, "number": "+4940" }] }), -52),
        (&inbound, json!({ "groupList": [{ "voiceGroupId": 1000030, "number": "+4930" }] }), -59),
        (&inbound, json!({ "sipWhiteIp": "w" }), -60),
    ];
    for (body, changes, code) in cases {
        assert_eq!(status(&post(&mut sandbox, UPDATE, &but(body, &changes))), code, "{changes}");
    }
}

#[test]
fn update_replaces_everything() {
    let mut sandbox = stocked();
    let body = json!({
        "keyId": 5000001, "sipTrunkName": "22232", "groupList": [{ "voiceGroupId": 1000200 }],
        "sipGatewayIp": "12.325.353.2", "sipTrunkState": false,
    });
    let later = NOW + 3661;
    let request = signed("POST", UPDATE, body.to_string().as_bytes(), &later.to_string());
    assert_eq!(status(&send_at(&mut sandbox, &request, later)), 0);
    let found = records(&mut sandbox, TRUNKS, json!({ "type": 1 }));
    let expected = json!({
        "keyId": 5000001, "type": 1, "state": 1, "sipTrunkName": "22232", "sipPrefix": null,
        "groupList": [{ "voiceGroupId": 1000200, "groupName": "Sales EU", "number": null }],
        "sipGatewayIp": "12.325.353.2", "sipWhiteIp": null, "ccIp": "198.51.100.10", "sipTrunkState": false,
        "sipAccount": null, "sipPassword": null,
        "createTime": "2021-09-01 04:00:00", "updateTime": "2021-09-01 05:01:01",
    });
    assert_eq!(found, [expected]);
}

#[test]
fn the_query_returns_the_added_trunk() {
    let mut sandbox = stocked();
    let found = records(&mut sandbox, TRUNKS, json!({}));
    let outbound = json!({
        "keyId": 5000001, "type": 1, "state": 1, "sipTrunkName": "out", "sipPrefix": "99",
        "groupList": [{ "voiceGroupId": 1000026, "groupName": "Sales", "number": null }],
        "sipGatewayIp": "12.325.353.2", "sipWhiteIp": null, "ccIp": "198.51.100.10", "sipTrunkState": true,
        "sipAccount": "u", "sipPassword": "p",
        "createTime": "2021-09-01 04:00:00", "updateTime": "2021-09-01 04:00:00",
    });
    let inbound = json!({
        "keyId": 5000002, "type": 2, "state": 1, "sipTrunkName": "in", "sipPrefix": null,
        "groupList": [{ "voiceGroupId": 1000026, "groupName": "Sales", "number": "+442071838750" }],
        "sipGatewayIp": null, "sipWhiteIp": "192.0.2.7", "ccIp": "198.51.100.10", "sipTrunkState": false,
        "sipAccount": null, "sipPassword": null,
        "createTime": "2021-09-01 04:00:00", "updateTime": "2021-09-01 04:00:00",
    });
    assert_eq!(found, [outbound, inbound]);
}

#[test]
fn queries_filter_by_type_and_fuzzily_by_name() {
    let mut sandbox = stocked();
    let cases = [
        (json!({ "type": 1 }), vec![5000001]),
        (json!({ "type": 2 }), vec![5000002]),
        (json!({ "sipTrunkName": "U" }), vec![5000001]),
        (json!({ "sipTrunkName": "IN" }), vec![5000002]),
        (json!({ "sipTrunkName": "", "type": null }), vec![5000001, 5000002]),
        (json!({ "sipTrunkName": "in", "type": 1 }), vec![]),
    ];
    for (params, expected) in cases {
        let found = records(&mut sandbox, TRUNKS, params.clone());
        let ids: Vec<_> = found.iter().filter_map(|record| record["keyId"].as_i64()).collect();
        assert_eq!(ids, expected, "{params}");
    }
    let found = records(&mut sandbox, GROUPS, json!({ "groupName": "sales" }));
    let names: Vec<_> = found.iter().filter_map(|record| record["groupName"].as_str()).collect();
    assert_eq!(names, ["Sales", "Sales EU"]);
}

#[test]
fn queries_check_their_body() {
    let shared = [
        (json!({ "current": "-" }), -22),
        (json!({ "current": 0 }), -22),
        (json!({ "current": "1" }), -22),
        (json!({ "size": "-" }), -22),
        (json!({ "size": 0 }), -22),
        (json!({ "size": 101 }), -22),
        (json!({ "params": "-" }), -22),
        (json!({ "params": null }), -22),
        (json!({ "params": [] }), -22),
        (json!({ "params": { "colour": 1 } }), -22),
        (json!({ "pages": 1 }), -22),
    ];
    for path in [TRUNKS, GROUPS] {
        refuses(path, &page(1, 10, json!({})), &shared);
    }
    let trunks = [
        (json!({ "params": { "type": 3 } }), -22),
        (json!({ "params": { "type": "1" } }), -22),
        (json!({ "params": { "sipTrunkName": 1 } }), -22),
    ];
    refuses(TRUNKS, &page(1, 10, json!({})), &trunks);
    refuses(GROUPS, &page(1, 10, json!({})), &[(json!({ "params": { "groupName": 1 } }), -22)]);
}

#[test]
fn the_agent_groups_fill_several_pages() {
    let mut sandbox = Sandbox::new();
    let mut ids = Vec::new();
    for current in 1..=3 {
        let data = &post(&mut sandbox, GROUPS, &page(current, 50, json!({})))["data"];
        assert_eq!(
            but(data, &json!({ "records": "-" })),
            json!({ "total": 123, "size": 50, "current": current, "searchCount": true, "pages": 3 }),
        );
        ids.extend(data["records"].as_array().into_iter().flatten().cloned());
    }
    assert_eq!(ids.len(), 123);
    let first = json!({
        "voiceGroupId": 1000026, "groupName": "Sales", "appName": "Sandbox",
        "countSeat": 5, "callinStrategy": 1,
    });
    assert_eq!(ids[0], first);
    let named: Vec<_> = [1, 2, 121, 122].map(|at| (&ids[at]["voiceGroupId"], &ids[at]["groupName"])).into();
    let expected = [
        (&json!(1000027), &json!("Support")),
        (&json!(1000028), &json!("Team 001")),
        (&json!(1000147), &json!("Team 120")),
        (&json!(1000200), &json!("Sales EU")),
    ];
    assert_eq!(named, expected);
    for current in [4, u64::MAX] {
        let data = &post(&mut sandbox, GROUPS, &page(current, 50, json!({})))["data"];
        assert_eq!(data["records"], json!([]), "{current}");
    }
}
