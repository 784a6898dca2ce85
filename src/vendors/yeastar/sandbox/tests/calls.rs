use super::*;

#[test]
fn names_are_unique() {
    let mut pbx = Pbx::new();
    let first = pbx.create(register("main"));
    let second = pbx.create(peer("other"));
    for answer in [
        pbx.post("trunk/create", account("main")),
        pbx.post("trunk/update", json!({"id": second, "name": "main"})),
    ] {
        assert_eq!((&answer["errcode"], &answer["errmsg"]), (&json!(40003), &json!("DUPLICATE KEY VALUE")));
        assert!(answer["submsg"].is_string());
        let entry = json!([{"field": "name", "value": "main", "external_source": "trunk",
            "external_source_name": "main"}]);
        assert_eq!(answer["duplicate_field_list"], entry);
    }
    assert_eq!(pbx.post("trunk/update", json!({"id": first, "name": "main"}))["errcode"], 0);
}

#[test]
fn update_changes_only_what_it_names() {
    let mut pbx = Pbx::new();
    let id = pbx.create(plus(register("a"), "did_list", json!([{"did": "1"}, {"did": "2"}])));
    let before = pbx.record(id);
    let answer = pbx.post("trunk/update", json!({"id": id, "did_list": [{"did": "3"}], "port": 5061}));
    assert_eq!(answer, json!({"errcode": 0, "errmsg": "SUCCESS"}));
    let expected = plus(plus(before, "did_list", json!([{"did": "3"}])), "port", json!(5061));
    assert_eq!(pbx.record(id), expected);

    for (field, value) in [("country", json!("general")), ("type", json!("peer")), ("itsp", json!("x"))] {
        assert_eq!(named(&pbx.post("trunk/update", json!({"id": id, field: value}))), [field]);
    }
    for (field, value) in [("hostname", json!("")), ("codec_sel", json!("")), ("username", json!(""))] {
        assert_eq!(named(&pbx.post("trunk/update", json!({"id": id, field: value}))), [field]);
    }
    let peer_id = pbx.create(peer("p"));
    assert_eq!(pbx.post("trunk/update", json!({"id": peer_id, "codec_sel": "mpeg4"}))["errcode"], 0);
    assert_eq!(named(&pbx.post("trunk/update", json!({"id": peer_id, "username": "u"}))), ["username"]);
    let account_id = pbx.create(account("c"));
    assert_eq!(pbx.record(account_id)["username"], "7001");
    assert_eq!(pbx.post("trunk/update", json!({"id": account_id, "username": "7002"}))["errcode"], 0);
    assert_eq!(pbx.record(account_id)["username"], "7002");
    for (field, value) in [
        ("number", json!("1")),
        ("did_list", json!([])),
        ("domain", json!("d")),
        ("hostname", json!("h")),
        ("port", json!(5060)),
        ("transport", json!("dnsnaptr")),
    ] {
        assert_eq!(named(&pbx.post("trunk/update", json!({"id": account_id, field: value}))), [field]);
    }
    assert_eq!(named(&pbx.post("trunk/update", json!({"name": "x"}))), ["id"]);
    assert_eq!(named(&pbx.post("trunk/update", json!({"id": "1"}))), ["id"]);
    for unknown in [json!(99), json!(-1)] {
        assert_eq!(pbx.post("trunk/update", json!({"id": unknown}))["errcode"], 60001);
    }
}

#[test]
fn records_have_the_fields_of_their_type() {
    let mut pbx = Pbx::new();
    pbx.create(register("r"));
    pbx.create(peer("p"));
    pbx.create(account("a"));
    let record = pbx.record(1);
    let expected = json!({"id": 1, "name": "r", "enable": 1, "country": "general", "type": "register",
        "transport": "udp", "hostname": "sip.example.com", "port": 5060, "domain": "sip.example.com",
        "username": "6701", "password": "x", "auth_name": "auth", "enb_outbound_proxy": 0,
        "outbound_proxy_server": "", "outbound_proxy_port": 0, "codec_sel": "ulaw,alaw,g729",
        "def_outbound_cid": "", "def_outbound_cid_name": "", "outbound_cid_list": [], "did_list": []});
    assert_eq!(record.to_string(), expected.to_string(), "the order is the vendor's too");
    let peer = pbx.record(2);
    assert!(["username", "password", "enb_outbound_proxy"].iter().all(|field| peer.get(field).is_none()));
    let account = pbx.record(3);
    assert!(["number", "hostname", "did_list"].iter().all(|field| account.get(field).is_none()));

    let both = pbx.get("trunk/query", &[("ids", "3,1")]);
    assert_eq!((&both["data"][0], &both["data"][1]), (&account, &record));
    for (ids, code) in [("", 40002), ("1,", 40002), ("1 ,2", 40002), ("a", 40002), ("1,9", 60001)] {
        assert_eq!(pbx.get("trunk/query", &[("ids", ids)])["errcode"], code, "{ids}");
    }
    for path in ["trunk/get", "trunk/delete"] {
        assert_eq!(pbx.get(path, &[])["invalid_param_list"][0]["validation_type"], "required");
        for (id, code) in [("x", 40002), ("-1", 40002), ("9", 60001), ("99999999999999999999", 40002)] {
            assert_eq!(pbx.get(path, &[("id", id)])["errcode"], code, "{path} {id}");
        }
        assert_eq!(named(&pbx.get(path, &[("id", "1"), ("id", "2")])), ["id"]);
    }
    assert_eq!(pbx.get("trunk/delete", &[("id", "3")]), json!({"errcode": 0, "errmsg": "SUCCESS"}));
    assert_eq!(pbx.get("trunk/get", &[("id", "3")])["errcode"], 60001);
    assert_eq!(pbx.create(self::account("again")), 4, "ids are not used twice");
    assert_eq!(pbx.create(self::account("last")), 5);
}

#[test]
fn trunk_rows_omit_fields_that_do_not_apply() {
    let mut pbx = Pbx::new();
    pbx.create(plus(register("Main_Line"), "def_outbound_cid", json!("5503300")));
    pbx.create(plus(peer("beta"), "enable", json!(0)));
    pbx.create(account("alpha"));
    let answer = pbx.get("trunk/list", &[]);
    assert_eq!(answer["total_number"], 3);
    let rows = json!([
        {"id": 1, "name": "Main_Line", "status": 1, "type": "register", "host_port": "sip.example.com:5060",
            "def_outbound_cid": "5503300", "username": "6701"},
        {"id": 2, "name": "beta", "status": 44, "type": "peer", "host_port": "peer.example.com:5060"},
        {"id": 3, "name": "alpha", "status": 43, "type": "account", "username": "7001"},
    ]);
    assert_eq!(answer["data"], rows);
    for (wanted, ids) in [
        ("main", vec![1]),
        ("PEER", vec![2]),
        ("example.com", vec![1, 2]),
        ("700", vec![3]),
        ("", vec![1, 2, 3]),
        ("5503300", vec![]),
    ] {
        let answer = pbx.get("trunk/search", &[("search_value", wanted)]);
        let found: Vec<u64> =
            answer["data"].as_array().unwrap().iter().filter_map(|row| row["id"].as_u64()).collect();
        assert_eq!(found, ids, "{wanted}");
        assert_eq!(answer["total_number"], found.len());
    }
    for (sort_by, order_by, first) in [
        ("name", "asc", 3),
        ("name", "desc", 1),
        ("id", "desc", 3),
        ("host_port", "asc", 3),
        ("username", "desc", 3),
    ] {
        let answer = pbx.get("trunk/list", &[("sort_by", sort_by), ("order_by", order_by)]);
        assert_eq!(answer["data"][0]["id"], first, "{sort_by} {order_by}");
    }
    assert_eq!(named(&pbx.get("trunk/list", &[("search_value", "a")])), ["search_value"]);
}

#[test]
fn lists_come_in_pages() {
    let mut pbx = Pbx::new();
    let mut numbers = |query: &[(&str, &str)]| -> Vec<String> {
        let answer = pbx.get("extension/list", query);
        assert_eq!(answer["total_number"], 150);
        answer["data"].as_array().unwrap().iter().map(|row| text(row, "number")).collect()
    };
    let first = numbers(&[]);
    assert_eq!((first.len(), first[0].as_str()), (20, "1000"));
    let last = numbers(&[("page", "8")]);
    assert_eq!((last.len(), last[9].as_str()), (10, "1149"));
    assert_eq!(numbers(&[("page", "9")]).len(), 0);
    assert_eq!(numbers(&[("page", "18446744073709551615"), ("page_size", "1000")]).len(), 0);
    assert_eq!(numbers(&[("page_size", "1000")]).len(), 150);
    assert_eq!(numbers(&[("page_size", "1"), ("sort_by", "number"), ("order_by", "desc")]), ["1149"]);

    for path in ["trunk/list", "trunk/search", "extension/search", "extensiongroup/list"] {
        for (key, value) in [
            ("page", "0"),
            ("page", ""),
            ("page", "+1"),
            ("page_size", "1001"),
            ("page_size", "0"),
            ("sort_by", "colour"),
            ("order_by", "up"),
            ("pagesize", "5"),
        ] {
            assert_eq!(named(&pbx.get(path, &[(key, value)])), [key], "{path} {value}");
        }
    }
}

#[test]
fn lookups_find_the_seeded_objects() {
    let mut pbx = Pbx::new();
    let found = pbx.get("extension/search", &[("search_value", "extension 1007")]);
    assert_eq!(found["total_number"], 1);
    assert_eq!(found["data"][0]["id"], 108);
    assert!(found["data"][0]["online_status"].is_object());
    assert_eq!(pbx.get("extension/search", &[("search_value", "114")])["total_number"], 11);

    let groups = pbx.get("extensiongroup/list", &[]);
    let names: Vec<String> = groups["data"].as_array().unwrap().iter().map(|row| text(row, "name")).collect();
    assert_eq!(names, ["Default_Extension_Group", "Sales", "Yeastar Sales", "Support"]);
    let sales = pbx.get("extensiongroup/search", &[("search_value", "sales")]);
    assert_eq!(sales["total_number"], 2);
}

/// Add a SIP Trunk and Edit a SIP Trunk, examples; the one mended by a brace less and by the id it omits.
#[test]
fn the_vendors_examples_work() {
    let mut pbx = Pbx::new();
    let group =
        json!({"ext_number": "Yeastar Sales", "ext_name": "Yeastar Sales", "type": "ext_group", "id": 3});
    let id = pbx.create(json!({"name": "test_Calls", "country": "general", "type": "register",
        "transport": "dnsnaptr", "hostname": "abc.provider.com", "port": 5060, "domain": "abc.provider.com",
        "username": "6701", "password": "aAc1653249", "auth_name": "mubJwYEWs9",
        "codec_sel": "ulaw,alaw,g729", "def_outbound_cid": "5503300", "def_outbound_cid_name": "Yeastar",
        "outbound_cid_list": [{"outbound_cid_option": "shared", "outbound_cid": "5503301",
            "outbound_cid_name": "Yeastar Sales", "ext_list": [group]}],
        "did_list": [{"did": "5503308", "did_name": "Yeastar"}]}));
    let renamed = pbx.post("trunk/update", json!({"id": id, "name": "test-account-trunking"}));
    assert_eq!(renamed, json!({"errcode": 0, "errmsg": "SUCCESS"}));
}
