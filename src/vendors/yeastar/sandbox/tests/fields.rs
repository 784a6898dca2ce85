use super::*;

#[test]
fn create_names_every_missing_field() {
    let mut pbx = Pbx::new();
    let common = ["name", "country", "type", "transport", "codec_sel"];
    assert_eq!(named(&pbx.post("trunk/create", json!({}))), common);
    for (kind, count) in [("register", 10), ("peer", 7), ("account", 7)] {
        let answer = pbx.post("trunk/create", json!({"type": kind}));
        assert_eq!(named(&answer).len(), count, "{kind}");
        let entries = answer["invalid_param_list"].as_array().unwrap();
        assert!(entries.iter().all(|entry| entry["validation_type"] == "required"));
    }
    for body in [register("a"), peer("a"), account("a")] {
        let fields: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
        for field in fields.iter().filter(|field| *field != "type") {
            for blank in [json!(null), json!("")] {
                let answer = pbx.post("trunk/create", plus(body.clone(), field, blank.clone()));
                // A port of "" has the wrong type and is blank; the PBX reports it as missing.
                assert_eq!(named(&answer), [field.as_str()], "{blank}");
            }
        }
    }
    for kind in ["peer_did", "Register", "webtrunk"] {
        let answer = pbx.post("trunk/create", plus(register("a"), "type", json!(kind)));
        assert_eq!(answer["invalid_param_list"], json!([{"field": "type", "value": kind}]));
    }
    assert_eq!(pbx.get("trunk/list", &[])["total_number"], 0);
}

#[test]
fn each_type_has_its_own_fields() {
    let mut pbx = Pbx::new();
    let dids = json!([{"did": "5503308"}]);
    for (body, key, value) in [
        (peer("a"), "username", json!("u")),
        (peer("a"), "password", json!("p")),
        (peer("a"), "enb_outbound_proxy", json!(0)),
        (peer("a"), "codec_sel", json!("mpeg4")),
        (peer("a"), "transparent_trans_180_msg", json!(1)),
        (peer("a"), "sip_and_sdp_ip_addr", json!("192.0.2.1")),
        (register("a"), "number", json!("7001")),
        (register("a"), "id", json!(1)),
        (account("a"), "did_list", dids.clone()),
        (account("a"), "domain", json!("d")),
        (account("a"), "hostname", json!("h")),
        (account("a"), "port", json!(5060)),
        (account("a"), "transport", json!("dnsnaptr")),
        (account("a"), "username", json!("u")),
        (register("a"), "no_such_key", json!(1)),
    ] {
        assert_eq!(named(&pbx.post("trunk/create", plus(body, key, value))), [key]);
    }
    pbx.create(plus(register("mpeg4-register"), "codec_sel", json!("mpeg4")));
    for (key, value) in [
        ("transparent_trans_180_msg", json!(1)),
        ("enb_sipauth_cache", json!(0)),
        ("setting_of_sip_and_sdp_ip", json!("default")),
        ("ignore_100_response", json!(1)),
        ("force_dod_from", json!(2)),
        ("did_list", dids),
    ] {
        let id = pbx.create(plus(register(&format!("newer-{key}")), key, value.clone()));
        assert_eq!(pbx.record(id)[key], value);
    }
}

#[test]
fn values_are_checked() {
    let mut pbx = Pbx::new();
    let id = pbx.create(register("held"));
    let long = "x".repeat(256);
    for (key, value) in [
        ("name", json!("two words")),
        ("name", json!("a".repeat(64))),
        ("name", json!("a/b")),
        ("name", json!(7)),
        ("enable", json!(2)),
        ("enable", json!(true)),
        ("transport", json!("sctp")),
        ("hostname", json!(long)),
        ("outbound_proxy_server", json!("x".repeat(256))),
        ("port", json!("5060")),
        ("port", json!(65_536)),
        ("port", json!(5060.0)),
        ("codec_sel", json!("ulaw, alaw")),
        ("codec_sel", json!("ulaw,ulaw")),
        ("codec_sel", json!("ulaw,")),
        ("codec_sel", json!("silk")),
        ("codec_sel", json!(["ulaw"])),
        ("def_outbound_cid", json!(5503300)),
        ("did_list", json!({})),
        ("did_list", json!(null)),
        ("ignore_100_response", json!(3)),
        ("setting_of_sip_and_sdp_ip", json!("auto")),
        ("sip_and_sdp_ip_addr", json!("192.0.2.1")),
        ("force_dod_from", json!(-1)),
    ] {
        let answer = pbx.post("trunk/create", plus(register("a"), key, value.clone()));
        assert_eq!(named(&answer), [key], "{value}");
        assert_eq!(answer["invalid_param_list"][0]["value"], value, "{key}");
        let answer = pbx.post("trunk/update", json!({"id": id, key: value}));
        assert_eq!(named(&answer), [key], "update");
    }
    assert_eq!(pbx.record(id)["name"], "held");
    let custom = plus(register("b"), "setting_of_sip_and_sdp_ip", json!("custom"));
    pbx.create(plus(custom, "sip_and_sdp_ip_addr", json!("192.0.2.1")));
    pbx.create(plus(register("é-1_2.3"), "port", json!(65_535)));
}

#[test]
fn country_and_itsp_must_be_in_the_list() {
    let mut pbx = Pbx::new();
    let list = pbx.get("trunk/itsp_list", &[]);
    assert_eq!(list["total_number"], 5);
    assert_eq!(list["data"][0], json!({"id": 1, "country": "United States", "name": "Example Telecom"}));
    let of =
        |country: &str, itsp: &str| plus(plus(register("a"), "country", json!(country)), "itsp", json!(itsp));
    assert_eq!(named(&pbx.post("trunk/create", of("US", ""))), ["country"]);
    assert_eq!(named(&pbx.post("trunk/create", of("general", "Example Telecom"))), ["itsp"]);
    assert_eq!(named(&pbx.post("trunk/create", of("Germany", "Example Telecom"))), ["itsp"]);
    let id = pbx.create(of("United States", "Example Telecom"));
    assert_eq!(pbx.record(id)["itsp"], "Example Telecom");
    let id = pbx.create(plus(of("general", ""), "name", json!("b")));
    assert_eq!(pbx.record(id).get("itsp"), None);
}

#[test]
fn an_enabled_proxy_requires_an_address() {
    let mut pbx = Pbx::new();
    let on = plus(register("a"), "enb_outbound_proxy", json!(1));
    let both = ["outbound_proxy_server", "outbound_proxy_port"];
    assert_eq!(named(&pbx.post("trunk/create", on.clone())), both);
    let with_server = plus(on, "outbound_proxy_server", json!("proxy.example.com"));
    assert_eq!(named(&pbx.post("trunk/create", with_server.clone())), both[1..]);
    let id = pbx.create(plus(with_server, "outbound_proxy_port", json!(5060)));
    let emptied = json!({"id": id, "outbound_proxy_server": ""});
    assert_eq!(named(&pbx.post("trunk/update", emptied)), both[..1]);

    let off = pbx.create(register("b"));
    let record = pbx.record(off);
    assert_eq!((&record[both[0]], &record[both[1]]), (&json!(""), &json!(0)));
    assert_eq!(named(&pbx.post("trunk/update", json!({"id": off, "enb_outbound_proxy": 1}))), both);
}

#[test]
fn nested_lists_are_checked() {
    let mut pbx = Pbx::new();
    let shared = |extension: Value| {
        let list = [extension];
        json!([{"outbound_cid_option": "shared", "outbound_cid": "5503301", "ext_list": list}])
    };
    let cid = "outbound_cid_list[0]";
    for (key, value, field) in [
        ("did_list", json!([{"did_name": "a"}]), "did_list[0].did"),
        ("did_list", json!([{"did": "1"}, {"did": 2}]), "did_list[1].did"),
        ("did_list", json!([{"did": "1", "x": 1}]), "did_list[0].x"),
        ("did_list", json!(["1"]), "did_list[0]"),
        ("outbound_cid_list", json!([{"outbound_cid": "1"}]), &format!("{cid}.outbound_cid_option")),
        (
            "outbound_cid_list",
            json!([{"outbound_cid_option": "each", "outbound_cid": "1"}]),
            &format!("{cid}.outbound_cid_option"),
        ),
        (
            "outbound_cid_list",
            json!([{"outbound_cid_option": "range", "outbound_cid": "1-2"}]),
            &format!("{cid}.outbound_cid_to_ext_range"),
        ),
        (
            "outbound_cid_list",
            json!([{"outbound_cid_option": "shared", "outbound_cid": "1", "ext_list": []}]),
            &format!("{cid}.ext_list"),
        ),
        // The create example sends this form, without an id.
        (
            "outbound_cid_list",
            shared(json!({"ext_number": "Yeastar Sales", "type": "ext_group"})),
            &format!("{cid}.ext_list[0].id"),
        ),
        ("outbound_cid_list", shared(json!({"id": "101"})), &format!("{cid}.ext_list[0].id")),
        ("outbound_cid_list", shared(json!({"id": 99})), &format!("{cid}.ext_list[0].id")),
        (
            "outbound_cid_list",
            shared(json!({"id": 101, "type": "ext_group"})),
            &format!("{cid}.ext_list[0].id"),
        ),
        (
            "outbound_cid_list",
            shared(json!({"id": 3, "type": "extension"})),
            &format!("{cid}.ext_list[0].id"),
        ),
        ("outbound_cid_list", shared(json!({"id": 3, "type": "queue"})), &format!("{cid}.ext_list[0].type")),
    ] {
        let answer = pbx.post("trunk/create", plus(register("a"), key, value));
        assert_eq!(named(&answer), [field]);
    }
    let range = json!([{"outbound_cid_option": "range", "outbound_cid": "1-2",
        "outbound_cid_to_ext_range": "1000-1001"}]);
    let good = [range, shared(json!({"id": 250})), shared(json!({"id": 3, "type": "ext_group"}))];
    for (index, list) in good.into_iter().enumerate() {
        let id = pbx.create(plus(peer(&format!("t{index}")), "outbound_cid_list", list.clone()));
        assert_eq!(pbx.record(id)["outbound_cid_list"], list);
    }
}
