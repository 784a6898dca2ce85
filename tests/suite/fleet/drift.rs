//! Changes made outside of the manifest are detected, shown with before and after, and repaired.

use serde_json::json;

use super::*;

const PBX: &str = r#"
[[trunk]]
profile = "yeastar"
name = "reg"
kind = "register"
host = "sip.example.com"
port = 5060
transport = "udp"
username = "6701"
auth_name = "6701"
password = "env:SECRET"
codecs = ["opus", "ulaw", "alaw"]
outbound_proxy = "proxy.example.com"
caller_id = { number = "1", name = "One" }
dids = [{ number = "1", name = "One" }, { number = "2" }]
"#;

/// A field changed by hand: the arguments of `trunk update`, then the field with its values before and after,
/// or none if nothing differs.
type Drift = (&'static str, Option<(&'static str, Value, Value)>);

fn drifts() -> Vec<Drift> {
    let differs = |field, before, after| Some((field, before, after));
    vec![
        ("--port 5099", differs("port", json!(5099), json!(5060))),
        ("--disable", None),
        (
            "--codecs alaw,opus,ulaw",
            differs("codecs", json!(["alaw", "opus", "ulaw"]), json!(["opus", "ulaw", "alaw"])),
        ),
        ("--did 2 --did 1=One", None),
        (
            "--did 2=Two --did 1=One",
            differs(
                "dids",
                json!([{"number": "2", "name": "Two"}, {"number": "1", "name": "One"}]),
                json!([{"number": "1", "name": "One"}, {"number": "2"}]),
            ),
        ),
        (
            "--vendor-field did_list=[{\"did\":\"1\",\"did_name\":\"One\"},{\"did\":\"2\",\"did_name\":\"\"}]",
            None,
        ),
        ("--outbound-proxy proxy.example.com:5060", None),
        (
            "--outbound-proxy proxy.example.com:5070",
            differs("outbound_proxy", json!("proxy.example.com:5070"), json!("proxy.example.com")),
        ),
        ("--no-outbound-proxy", differs("outbound_proxy", json!(""), json!("proxy.example.com"))),
        ("--password-from env:OTHER", differs("password", json!("***"), json!("***"))),
        (
            "--caller-id 2",
            differs(
                "caller_id",
                json!({"number": "2", "name": "One"}),
                json!({"number": "1", "name": "One"}),
            ),
        ),
    ]
}

#[test]
fn a_changed_field_is_detected_shown_and_repaired() {
    for (words, expected) in drifts() {
        let lab = lab();
        let path = lab.manifest(PBX);
        lab.run(&format!("apply -f {path} --yes")).expect(0);
        lab.elsewhere(&format!("-p yeastar trunk update name:reg {words}")).expect(0);
        lab.requests();
        let plan = lab.run(&format!("plan -f {path} --detailed-exitcode"));
        let Some((field, before, after)) = expected else {
            assert_eq!((plan.code, changes(&plan).len()), (0, 0), "{words}: {}", plan.out);
            continue;
        };
        assert_eq!((plan.code, changes(&plan).len()), (14, 1), "{words}: {}", plan.out);
        let step = &changes(&plan)[0];
        assert_eq!((step["action"].as_str(), fields(step)), (Some("update"), vec![field]), "{words}");
        let diff = json!([{"field": field, "before": before, "after": after}]);
        assert_eq!(step["diff"], diff, "{words}");
        let done = lab.run(&format!("apply -f {path} --yes")).expect(0);
        assert_eq!((count(&done, "updated"), &changes(&done)[0]["diff"]), (1, &diff), "{words}");
        // Only that field is written.
        let writes = lab.writes();
        let body: Value = serde_json::from_slice(&writes[0].body).unwrap();
        assert_eq!(writes.len(), 1, "{words}");
        assert!(body.as_object().unwrap().len() <= 4, "{words}: {body}");
        lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    }
}

fn lab() -> Lab {
    Lab::new().with("SECRET", "Drift0Password").with("OTHER", "Other0Password")
}

#[test]
fn the_table_of_a_plan_shows_values_before_and_after() {
    let lab = lab();
    let path = lab.manifest(PBX);
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.elsewhere("-p yeastar trunk update name:reg --port 5099 --codecs ulaw,alaw,opus").expect(0);
    let out = lab.run(&format!("-o table plan -f {path}")).expect(0).out;
    for line in
        ["~ change trunk reg (id 1)", "port    5099 -> 5060", "codecs  ulaw,alaw,opus -> opus,ulaw,alaw"]
    {
        assert!(out.contains(line), "{line} in {out}");
    }
    assert!(out.ends_with("0 to create, 1 to change, 0 to delete, 0 unchanged, on 1 profile\n"), "{out}");
}

#[test]
fn a_note_says_that_the_domain_stays_when_only_the_host_changes() {
    let lab = lab();
    lab.run(&format!("apply -f {} --yes", lab.manifest(PBX))).expect(0);
    let path = lab.manifest(&PBX.replace("sip.example.com", "sip.other.example"));
    let plan = lab.run(&format!("plan -f {path}")).expect(0);
    let notes = changes(&plan)[0]["notes"].to_string();
    assert!(notes.contains("the domain stays `sip.example.com`"), "{notes}");
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
}

/// An empty domain means the host, on new and on existing trunks.
#[test]
fn an_empty_domain_means_the_host() {
    let lab = lab();
    let path = lab.manifest(&PBX.replace("port = 5060", "port = 5060\ndomain = \"\""));
    for before in [None, Some("trunk update name:reg --domain other.example.com")] {
        before.map(|words| lab.elsewhere(&format!("-p yeastar {words}")).expect(0));
        lab.run(&format!("apply -f {path} --yes")).expect(0);
        let stored = lab.run("-p yeastar trunk get name:reg").expect(0).json();
        assert_eq!(stored["domain"], "sip.example.com", "{before:?}");
        lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    }
}

#[test]
fn apply_creates_deleted_objects_again() {
    let lab = Lab::new();
    lab.run(&format!("apply -f {EXAMPLE} --yes")).expect(0);
    for line in [
        "-p yeastar trunk delete name:itsp-main --yes",
        "-p zoom trunk delete id:trunk-a --yes",
        "-p zoom internal-numbers remove +16466661110 --yes",
        "-p zoom callout-countries remove NO --yes",
    ] {
        lab.elsewhere(line).expect(0);
    }
    let plan = lab.run(&format!("plan -f {EXAMPLE} --detailed-exitcode")).expect(14);
    assert_eq!(column(&plan, "name"), ["trunk-a", "+16466661110", "NO", "itsp-main"]);
    assert_eq!(count(&plan, "create"), 4);
    lab.requests();
    lab.run(&format!("apply -f {EXAMPLE} --yes")).expect(0);
    assert_eq!(lab.writes().len(), 4);
    lab.run(&format!("plan -f {EXAMPLE} --detailed-exitcode")).expect(0);
}

/// An update of a contact-center trunk replaces all of it, so fields outside of the manifest must be sent along.
#[test]
fn fields_outside_of_the_manifest_stay() {
    let lab = Lab::new();
    let text = "[[trunk]]\nprofile = \"itniotech\"\nname = \"in\"\ndirection = \"inbound\"\n\
                allowed_ip = \"192.0.2.60\"\nagent_groups = [{ name = \"Sales\", number = \"442071838750\" }]\n";
    let path = lab.manifest(text);
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    let change = "trunk update name:in --prefix 77 --allowed-ip 192.0.2.99";
    lab.elsewhere(&format!("-p itniotech {change}")).expect(0);
    let done = lab.run(&format!("apply -f {path} --yes")).expect(0);
    assert_eq!(fields(&changes(&done)[0]), ["allowed_ip"]);
    let stored = lab.run("-p itniotech trunk get name:in").expect(0).json();
    assert_eq!((&stored["prefix"], &stored["allowed_ip"]), (&json!("77"), &json!("192.0.2.60")));
}

/// A spelling that no flag and no manifest can produce.
#[test]
fn another_spelling_of_the_same_value_is_not_a_change() {
    let vendor = trunkctl::vendors::by_name("yeastar").unwrap();
    let mut state = vendor.simulator(None).unwrap().save();
    let settings = json!({
        "name": "reg", "enable": 1, "hostname": "sip.example.com", "port": 5060, "transport": "udp",
        "domain": "sip.example.com", "username": "6701", "auth_name": "6701", "password": "Drift0Password",
        "codec_sel": "ulaw", "country": "general", "itsp": "", "enb_outbound_proxy": 1,
        "outbound_proxy_server": "", "outbound_proxy_port": 0, "def_outbound_cid": "",
        "def_outbound_cid_name": "", "outbound_cid_list": [],
        "did_list": [{"did": "2", "did_name": ""}, {"did": "1", "did_name": "One"}],
    });
    state["trunks"] = json!([{"id": 1, "type": "register", "settings": settings}]);
    let file = Place::new();
    let file = file.write("state.json", &json!({ "yeastar": state }).to_string());
    let lab = Lab::before(vec![Served::with(Some(file.into()))], Recorder::before);
    let lab = lab.with("SECRET", "Drift0Password");
    for proxy in ["false", "\"\"", "{ enabled = false }"] {
        let path = lab.manifest(&format!(
            "[[trunk]]\nprofile = \"yeastar\"\nname = \"reg\"\nkind = \"register\"\npassword = \"env:SECRET\"\n\
             outbound_proxy = {proxy}\ncaller_id = {{ number = \"\", name = \"\" }}\ncodecs = [\"ulaw\"]\n\
             itsp = \"\"\ndids = [{{ number = \"1\", name = \"One\" }}, {{ number = \"2\" }}]\n"
        ));
        let plan = lab.run(&format!("plan -f {path}")).expect(0);
        assert_eq!(changes(&plan), Vec::<Value>::new(), "{proxy}");
    }
}
