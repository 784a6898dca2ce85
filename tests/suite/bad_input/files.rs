//! Files that cannot be read or parsed, or have an unknown key.

use serde_json::{Value, json};

use super::{Desk, FORMATS, good, refused, reports};
use crate::support::given::{self, over};

#[test]
fn a_broken_file_is_reported_with_line_and_column() {
    let desk = Desk::new();
    let numbers = "internal-numbers add";
    for (profile, command, name, text, place) in [
        ("yeastar", "trunk create", "a.toml", "name = \"a\"\nport = \n", "line 2, column"),
        ("yeastar", "trunk create", "b.toml", "name = \"a\"\nname = \"b\"\n", "line 2, column 1"),
        ("yeastar", "trunk create", "a.json", "{\"name\": \"a\",\n \"port\": }", "line 2, column 10"),
        ("yeastar", "trunk create", "b.json", "{\"name\": \"a\",\n}", "line 2, column 1"),
        ("yeastar", "trunk create", "a.yaml", "name: a\nport: [\n", "line "),
        ("yeastar", "trunk create", "b.yaml", "name: a\n\tport: 1\n", "line 1, column 7"),
        ("itniotech", "trunk update id:7", "c.toml", "name = 'a\n", "line 1, column"),
        ("zoom", numbers, "d.toml", "[[internal_numbers]]\nnumber = +1\n", "line 2, column"),
        ("zoom", numbers, "d.json", "{\"internal_numbers\": [\n{\"number\" \"1\"}]}", "line 2, column"),
        ("zoom", "sip-settings assign", "e.yaml", "enable: true\nenable: false\n", "line "),
    ] {
        let file = desk.place.write(name, text);
        let ran = desk.run(profile, command, &["--from".into(), file.clone()]);
        let error = reports(&ran, 4, &[&file, place]);
        assert!(!error["hint"].as_str().unwrap().is_empty(), "{ran:?}");
    }
    let missing = format!("{}/missing.toml", desk.place.path().display());
    reports(
        &desk.run("yeastar", "trunk create", &["--from".into(), missing.clone()]),
        4,
        &[&missing, "path"],
    );
    let folder = desk.place.path().to_string_lossy().into_owned();
    reports(&desk.run("yeastar", "trunk create", &["--from".into(), folder.clone()]), 4, &[&folder]);
}

#[test]
fn a_file_without_a_table_is_refused_as_a_trunk() {
    let desk = Desk::new();
    for (name, text, says) in [
        ("list.json", "[\"a\", \"peer\"]", "the fields of one trunk"),
        ("list.yaml", "- a\n- peer\n", "the fields of one trunk"),
        ("text.yaml", "a trunk\n", "the fields of one trunk"),
        ("empty.json", "\n", "empty.json is empty"),
    ] {
        let file = desk.place.write(name, text);
        reports(&desk.run("yeastar", "trunk create", &["--from".into(), file]), 4, &[says]);
    }
    let file = desk.place.path().join("bytes.toml");
    std::fs::write(&file, b"name = \"\xff\"").unwrap();
    let file = file.to_string_lossy().into_owned();
    reports(&desk.run("yeastar", "trunk create", &["--from".into(), file]), 4, &["bytes.toml", "UTF-8"]);
}

#[test]
fn a_byte_order_mark_is_ignored() {
    let desk = Desk::new();
    for (name, text) in
        [("a.json", "{\"name\": \"a\"}"), ("a.yaml", "name: a"), ("a.toml", "name = \"a\""), ("a", "{}")]
    {
        let file = desk.place.write(name, &format!("\u{feff}{text}"));
        let more = ["--from".into(), file, "--disable".into()];
        desk.run("yeastar", "trunk update id:7 --kind peer --dry-run", &more).expect(0);
    }
}

#[test]
fn standard_input_is_checked_like_a_file() {
    let desk = Desk::new();
    for (text, says) in [
        ("{\"name\": \"a\",\n \"port\": }", "line 2, column 10"),
        ("name = \"a\"\nport = 70000\n", "70000"),
        ("name: a\nprot: 1\n", "did you mean `port`"),
    ] {
        let head = ["--profiles-file", &desk.profiles, "-p", "yeastar", "-o", "json", "trunk", "create"];
        let ran = desk.place.pipe(&[&head[..], &["--from", "-"]].concat(), text);
        reports(&ran, 4, &[says]);
        desk.silent.untouched("standard input");
    }
}

#[test]
fn an_unknown_key_is_reported_with_the_nearest_known_one() {
    let desk = Desk::new();
    let trunk = |rest: Value| over(&good("register").1, &rest);
    let range = json!({"option": "range", "number": "1-2", "extension_range": "1-2"});
    let row = |rest: Value| {
        let good = json!({"number": "+16466661110", "labels": "a", "languages": "en-US"});
        json!({"internal_numbers": [over(&good, &rest)]})
    };
    for (profile, command, spec, key, near) in [
        ("yeastar", "trunk create", trunk(json!({"transprt": "udp"})), "transprt", "transport"),
        ("yeastar", "trunk create", trunk(json!({"codec": ["ulaw"]})), "codec", "codecs"),
        ("yeastar", "trunk create", trunk(json!({"caller_id": {"nubmer": "1"}})), "nubmer", "number"),
        (
            "yeastar",
            "trunk create",
            trunk(json!({"caller_id_overrides": [over(&range, &json!({"extension_rnage": "1-2"}))]})),
            "extension_rnage",
            "extension_range",
        ),
        (
            "yeastar",
            "trunk create",
            trunk(json!({"caller_id_overrides": [{"option": "shared", "number": "1",
                    "extensions": [{"nmae": "x"}]}]})),
            "nmae",
            "name",
        ),
        ("yeastar", "trunk create", trunk(json!({"dids": [{"number": "1", "nam": "x"}]})), "nam", "name"),
        ("yeastar", "trunk create", trunk(json!({"outbound_proxy": {"hots": "p"}})), "hots", "host"),
        ("yeastar", "trunk update id:7", json!({"kind": "peer", "prot": 5061}), "prot", "port"),
        (
            "itniotech",
            "trunk create",
            over(&good("gateway").1, &json!({"agent_groups": [{"id": "7", "numbr": "1"}]})),
            "numbr",
            "number",
        ),
        ("zoom", "trunk create", json!({"master_trnk": "trunk-a"}), "master_trnk", "master_trunk"),
        (
            "zoom",
            "internal-numbers add",
            row(json!({"dispaly_number": "1"})),
            "dispaly_number",
            "display_number",
        ),
        (
            "zoom",
            "internal-numbers add",
            json!({"internal_number": []}),
            "internal_number",
            "internal_numbers",
        ),
        ("zoom", "sip-settings assign", json!({"enabel": true}), "enabel", "enable"),
    ] {
        for format in FORMATS {
            let file = given::file(&desk.place, format, &spec);
            let ran = desk.run(profile, command, &["--from".into(), file.clone()]);
            let says = [&file, "line ", "column ", &format!("`{key}`"), &format!("did you mean `{near}`")];
            let error = reports(&ran, 4, &says);
            let field = error["fields"][0]["field"].as_str().unwrap_or_else(|| panic!("no field in {ran:?}"));
            assert!(field == key || field.ends_with(&format!(".{key}")), "{ran:?}");
        }
    }
    // A key that resembles no other lists the known keys. Alone, it may come from another file, and is not repeated.
    for (spec, shown) in [(json!({"zzz": 1, "enable": true}), true), (json!({"zzz": 1}), false)] {
        let file = given::file(&desk.place, "toml", &spec);
        let ran = desk.run("zoom", "sip-settings assign", &["--from".into(), file]);
        reports(&ran, 4, &["unknown key", "show_zoom_provided_numbers"]);
        assert_eq!(ran.err.contains("zzz"), shown, "{ran:?}");
    }
}

#[test]
fn an_invalid_profile_is_a_configuration_error() {
    let desk = Desk::new();
    let base = &desk.silent.base;
    let pbx = format!("base_url = \"{base}\"\nclient_id = \"a\"\nclient_secret = \"b-secret\"\n");
    for (text, says) in [
        (format!("[profiles.p]\nvendor = \"yeastr\"\n{pbx}"), vec!["`yeastr`", "did you mean `yeastar`"]),
        (format!("[profiles.p]\nvendor = \"cisco\"\n{pbx}"), vec!["`cisco`", "yeastar, itniotech, zoom"]),
        (format!("[profiles.p]\n{pbx}"), vec!["wrong.toml", "`p`", "vendor", "add"]),
        (
            "[profiles.p]\nvendor = \"yeastar\"\nclient_id = \"a\"\nclient_secret = \"b\"\n".into(),
            vec!["wrong.toml", "`p`", "`base_url`", "TRUNKCTL_PROFILE_P_BASE_URL"],
        ),
        (
            format!("[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"{base}\"\n"),
            vec!["wrong.toml", "`client_id`", "add the key"],
        ),
        (
            "[profiles.p]\nvendor = \"itniotech\"\napi_key = \"k\"\n".into(),
            vec!["wrong.toml", "`api_secret`", "TRUNKCTL_PROFILE_P_API_SECRET"],
        ),
        (
            format!("[profiles.p]\nvendor = \"yeastar\"\n{pbx}clinet_id = \"x\"\n"),
            vec!["wrong.toml", "line 6, column 1", "`clinet_id`", "did you mean `client_id`"],
        ),
        (
            format!("[profiles.p]\nvendor = \"yeastar\"\n{pbx}account = \"x\"\n"),
            vec!["wrong.toml", "line 6, column 1", "`account`", "client_id"],
        ),
        (
            format!("default_profil = \"p\"\n[profiles.p]\nvendor = \"yeastar\"\n{pbx}"),
            vec!["wrong.toml", "line 1, column 1", "`default_profil`", "did you mean `default_profile`"],
        ),
        (
            format!("[profile.p]\nvendor = \"yeastar\"\n{pbx}"),
            vec!["wrong.toml", "line 1", "`profile`", "did you mean `profiles`"],
        ),
        (
            format!("default_profile = \"q\"\n[profiles.p]\nvendor = \"yeastar\"\n{pbx}"),
            vec!["wrong.toml", "`q`", "p"],
        ),
        (format!("[profiles.p]\nvendor = \n{pbx}"), vec!["wrong.toml", "line 2, column"]),
        (
            format!("[profiles.p]\nvendor = \"yeastar\"\n{pbx}allow_http = \"perhaps\"\n"),
            vec!["allow_http", "`perhaps`", "true"],
        ),
        (
            format!("[profiles.p]\nvendor = \"yeastar\"\n{pbx}ca_file = [\"a\"]\n"),
            vec!["wrong.toml", "ca_file", "line 6"],
        ),
        (
            "[profiles.p]\nvendor = \"zoom\"\naccess_token = \"t\"\nbody_format = \"xml\"\n".into(),
            vec!["body_format", "`xml`", "json, multipart"],
        ),
        (String::new(), vec!["wrong.toml", "no profile", "[profiles.NAME]"]),
    ] {
        let file = desk.place.write("wrong.toml", &text);
        let ran = desk.place.run(&[
            "--profiles-file",
            &file,
            "-o",
            "json",
            "trunk",
            "update",
            "id:1",
            "--name",
            "x",
        ]);
        let error = reports(&ran, 3, &says);
        assert!(!error["hint"].as_str().unwrap_or_default().is_empty(), "no remedy in {ran:?}");
        desk.silent.untouched(&text);
    }
}

#[test]
fn an_unknown_profile_or_vendor_error_lists_the_known_ones() {
    let desk = Desk::new();
    let update = "trunk update id:1 --name x";
    reports(&desk.run("yeaster", update, &[]), 3, &["`yeaster`", "did you mean `yeastar`", "zoom"]);
    reports(&desk.run("none", update, &[]), 3, &["`none`", "itniotech, yeastar, zoom"]);
    let args = ["-o", "json", "--sandbox", "-p", "yeaster", "trunk", "update", "id:1", "--name", "x"];
    reports(&desk.place.run(&args), 3, &["`yeaster`", "yeastar"]);
    reports(
        &desk.place.run(&["-o", "json", "--sandbox", "trunk", "update", "id:1", "--name", "x"]),
        3,
        &["--profile"],
    );
    reports(&desk.place.run(&["-o", "json", "explain", "yeaster", "1"]), 2, &["`yeaster`", "yeastar"]);
    let missing = format!("{}/missing.toml", desk.place.path().display());
    let args = ["-o", "json", "--profiles-file", &missing, "trunk", "update", "id:1", "--name", "x"];
    reports(&desk.place.run(&args), 3, &[&missing, "path"]);
    reports(
        &desk.place.run(&["-o", "json", "trunk", "update", "id:1", "--name", "x"]),
        3,
        &["profiles.toml", "--sandbox"],
    );
    // A vendor from the environment is checked like one from a file.
    let place = crate::support::Place::new().with("TRUNKCTL_VENDOR", "zom");
    reports(
        &place.run(&["-o", "json", "trunk", "update", "id:1", "--name", "x"]),
        3,
        &["`zom`", "did you mean `zoom`"],
    );
}

#[test]
fn an_invalid_command_line_is_a_usage_error() {
    let desk = Desk::new();
    for (line, says) in [
        ("trunk creat", vec!["creat", "create"]),
        ("trunk create --hots x", vec!["--hots", "--host"]),
        ("trunk create --enable --disable", vec!["--enable", "--disable"]),
        (
            "trunk create --outbound-proxy p --no-outbound-proxy",
            vec!["--outbound-proxy", "--no-outbound-proxy"],
        ),
        ("trunk create --vendor-field a=b", vec!["--vendor-field", "not JSON", "quotes"]),
        ("trunk create --vendor-field a", vec!["--vendor-field", "KEY=JSON"]),
        ("trunk create --did =x", vec!["--did", "NUMBER"]),
        ("trunk create --agent-group =1", vec!["--agent-group", "NAME"]),
        ("trunk create --timeout 30", vec!["--timeout", "30s"]),
        ("trunk create --retries x", vec!["--retries", "x"]),
        ("trunk create --dry-run=xml", vec!["--dry-run", "http", "curl"]),
        ("trunk update", vec!["TRUNK"]),
    ] {
        reports(&desk.run("yeastar", line, &[]), 2, &says);
    }
    let ran = desk.place.run(&["--profiles-file", &desk.profiles, "-o", "xml", "vendors"]).expect(2);
    assert!(ran.err.contains("xml") && ran.err.contains("json"), "{ran:?}");
}

#[test]
fn tables_show_the_same_field_value_and_remedy() {
    let desk = Desk::new();
    let (profile, spec) = good("register");
    let mut args = vec!["--profiles-file", &desk.profiles, "-p", profile, "trunk", "create"];
    let flags = given::flags(&over(&spec, &json!({"port": 70000, "transport": "upd"})));
    args.extend(flags.iter().map(String::as_str));
    let ran = desk.place.run(&args).expect(4);
    for part in ["error:", "transport", "`upd`", "did you mean `udp`"] {
        assert!(ran.err.contains(part), "`{part}` in {ran:?}");
    }
    let file = given::file(&desk.place, "toml", &over(&spec, &json!({"port": 70000, "host": "sip:a"})));
    let args = ["--profiles-file", &desk.profiles, "-p", profile, "trunk", "create", "--from", &file];
    let ran = desk.place.run(&args).expect(4);
    for part in ["error:", "port: 70000", "1 to 65535", "host: `sip:a`", "hint:", "nothing was sent"] {
        assert!(ran.err.contains(part), "`{part}` in {ran:?}");
    }
    assert_eq!(ran.out, "");
    refused(&desk.run(profile, "trunk create", &["--from".into(), file]), 4, "port", &["70000"]);
}
