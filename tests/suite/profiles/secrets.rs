//! The values of secret references, as the vendor receives them.

use serde_json::{Value, json};

use super::*;

/// The client secret that `get_token` carried.
fn received(scripted: &Scripted) -> String {
    let value: Value = serde_json::from_str(body(&scripted.requests()[0])).unwrap();
    value["password"].as_str().unwrap().to_owned()
}

fn log_in(place: &Place, folder: &str, reference: &str) -> (Ran, Scripted) {
    let scripted = Scripted::start(vec![pbx_token(), pbx_done()]);
    let text = format!(
        "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"{}\"\nclient_id = \"c\"\nclient_secret = {}\n",
        scripted.base,
        json!(reference)
    );
    let file = place.write(&format!("{folder}/profiles.toml"), &text);
    (run(place, &format!("--profiles-file {file} {PEER}")), scripted)
}

#[test]
fn a_secret_file_is_relative_to_the_file_that_names_it_and_loses_one_newline() {
    for (text, value) in [
        ("s3cret value", "s3cret value"),
        ("s3cret\n", "s3cret"),
        ("s3cret\r\n", "s3cret"),
        (" s3cret \n", " s3cret "),
    ] {
        let place = Place::new();
        place.write("etc/keys/pbx", text);
        let (ran, scripted) = log_in(&place, "etc", "file:keys/pbx");
        ran.expect(0);
        assert_eq!(received(&scripted), value, "{text:?}");
    }
    let place = Place::new();
    let path = place.write("anywhere", "absolute\n");
    let (ran, scripted) = log_in(&place, "etc", &format!("file:{path}"));
    ran.expect(0);
    assert_eq!(received(&scripted), "absolute");
    // Only one newline is dropped; the remaining one makes the secret invalid.
    let place = Place::new();
    place.write("etc/keys/pbx", "s3cret\n\n");
    let (ran, scripted) = log_in(&place, "etc", "file:keys/pbx");
    assert!(ran.expect(3).err.contains("more than one line"));
    assert!(scripted.requests().is_empty());
}

/// The mode of a secret file is not checked: container secrets are world-readable.
#[cfg(unix)]
#[test]
fn a_secret_file_that_others_can_read_is_accepted() {
    let place = Place::new();
    crate::support::set_mode(place.write("etc/pbx", "s3cret\n"), 0o444);
    let (ran, scripted) = log_in(&place, "etc", "file:pbx");
    assert_eq!((ran.code, received(&scripted).as_str()), (0, "s3cret"));
}

#[cfg(unix)]
#[test]
fn the_output_of_a_command_loses_one_newline() {
    let place = Place::new();
    let (ran, scripted) = log_in(&place, "etc", "cmd:printf 'from \"command\"\\n'");
    ran.expect(0);
    assert_eq!(received(&scripted), "from \"command\"");
    let (ran, scripted) = log_in(&place, "etc", "cmd:echo canary-out; echo canary-err >&2; exit 4");
    let ran = ran.expect(3);
    assert!(ran.err.contains('4') && !ran.err.contains("canary-out"), "{ran:?}");
    assert!(scripted.requests().is_empty());
}

#[test]
fn a_trunks_password_follows_the_same_rules() {
    let place = Place::new().with("SIP_PASSWORD", "From-Env-123");
    let scripted = Scripted::start(vec![pbx_done()]);
    let profiles = crate::support::given::profiles_with_tokens(&place, &scripted.base);
    place.write("specs/secrets/sip", "From-File-123\n");
    let spec = place.write("specs/trunk.toml", "password = \"file:secrets/sip\"\n");
    let rest = "--name t --kind register --host a.example --port 5060 --transport udp --username 6701 \
                --auth-name 6701 --codecs ulaw";
    let head = format!("--profiles-file {profiles} -p yeastar trunk create {rest}");
    let args = |more: &str| format!("{head} {more}");
    run(&place, &args(&format!("--from {spec}"))).expect(0);
    run(&place, &args("--password-from env:SIP_PASSWORD")).expect(0);
    // A flag wins over the file.
    run(&place, &args(&format!("--from {spec} --password-from env:SIP_PASSWORD"))).expect(0);
    let line = args("--password-from -");
    let words: Vec<&str> = line.split_whitespace().collect();
    place.pipe(&words, "From-Input-123\n").expect(0);
    let sent: Vec<String> = scripted
        .requests()
        .iter()
        .map(|request| serde_json::from_str::<Value>(body(request)).unwrap()["password"].to_string())
        .collect();
    assert_eq!(sent, ["\"From-File-123\"", "\"From-Env-123\"", "\"From-Env-123\"", "\"From-Input-123\""]);
    assert!(place.pipe(&words, "").expect(3).err.contains("standard input is empty"));
    let twice = args("--from - --password-from -");
    let twice: Vec<&str> = twice.split_whitespace().collect();
    assert!(
        place.pipe(&twice, "country = \"US\"\n").expect(2).err.contains("cannot both read standard input")
    );
    // In a flag, a relative path starts at the working directory, not beside the specification.
    let here = run(&place, &args(&format!("--from {spec} --password-from file:secrets/sip"))).expect(3);
    assert!(here.err.contains("file:secrets/sip"), "{here:?}");
    let input = place.write("specs/dash.toml", "password = \"-\"\n");
    assert!(
        run(&place, &args(&format!("--from {input}"))).expect(3).err.contains("only on the command line")
    );
    assert_eq!(scripted.requests().len(), 4);
}

#[test]
fn an_access_token_replaces_the_log_in() {
    let place = Place::new();
    let (zoom, pbx) = (Scripted::start(vec![zoom_done()]), Scripted::start(vec![pbx_done()]));
    let text = format!(
        "[profiles.z]\nvendor = \"zoom\"\nbase_url = \"{}\"\ntoken_url = \"{}/never\"\n\
         access_token = \"env:TOKEN\"\n\
         # Given besides, and not even looked up.\nclient_id = \"c\"\nclient_secret = \"env:UNSET\"\n\
         [profiles.y]\nvendor = \"yeastar\"\nbase_url = \"{}\"\naccess_token = \"file:token\"\n",
        zoom.base, zoom.base, pbx.base
    );
    let file = place.write("profiles.toml", &text);
    place.write("token", "file-token\n");
    let place = place.with("TOKEN", "env-token");
    run(&place, &format!("--profiles-file {file} -p z {SETTINGS}")).expect(0);
    run(&place, &format!("--profiles-file {file} -p y {PEER}")).expect(0);
    let (zoom, pbx) = (zoom.requests(), pbx.requests());
    assert_eq!((zoom.len(), header(&zoom[0], "authorization")), (1, "Bearer env-token"));
    assert!(pbx.len() == 1 && pbx[0].contains("trunk/create?access_token=file%2Dtoken "), "{pbx:?}");
    // A given token is not kept.
    assert!(!place.cache().exists());
}

#[test]
fn a_profile_cannot_name_standard_input() {
    let place = Place::new();
    let silent = Silent::start();
    let table =
        format!("[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"{}\"\nclient_id = \"c\"\n", silent.base);
    let file = place.write("dash.toml", &format!("{table}client_secret = \"-\"\n"));
    for more in ["", "--dry-run"] {
        let line = format!("--profiles-file {file} {more} trunk update id:7 --port 5061");
        let words: Vec<&str> = line.split_whitespace().collect();
        let ran = place.pipe(&words, "secret").expect(3);
        assert!(ran.err.contains("client_secret") && ran.err.contains("standard input"), "{ran:?}");
    }
}
