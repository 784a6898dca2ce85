//! Profiles: where they come from, which variables change them, and which addresses they may name.

#[cfg(target_os = "linux")]
mod asked;
mod bounds;
mod check;
mod file;
mod init;
mod prompts;
mod proxies;
mod secrets;
mod shown;
mod tokens;
#[cfg(unix)]
mod trust;
mod variables;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::support::given::answer;
use crate::support::scripted::{Act, Scripted};
use crate::support::silent::Silent;
use crate::support::{Place, Ran};

const PEER: &str =
    "trunk create --name t --kind peer --host 192.0.2.40 --port 5060 --transport udp --codecs ulaw";
const OUTBOUND: &str =
    "trunk create --name t --kind peer --direction outbound --host 192.0.2.40 --agent-group 7";
const SETTINGS: &str = "sip-settings assign --enable true";

fn run(place: &Place, line: &str) -> Ran {
    place.run(&line.split_whitespace().collect::<Vec<_>>())
}

fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}

fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let own = |line: &&str| line.split(':').next().is_some_and(|key| key.eq_ignore_ascii_case(name));
    request
        .lines()
        .find(own)
        .and_then(|line| line.split_once(": "))
        .map(|(_, value)| value)
        .unwrap_or_default()
}

fn zoom_token() -> Act {
    answer(200, &json!({"access_token": "given-token", "token_type": "bearer", "expires_in": 3600}))
}

fn pbx_token() -> Act {
    answer(
        200,
        &json!({"errcode": 0, "errmsg": "SUCCESS", "access_token": "given-token",
            "access_token_expire_time": 1800, "refresh_token": "r", "refresh_token_expire_time": 86400}),
    )
}

fn pbx_done() -> Act {
    answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "id": 28}))
}

fn itniotech_done() -> Act {
    answer(200, &json!({"status": "0", "reason": "success", "data": 1234}))
}

fn zoom_done() -> Act {
    Act::Raw(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_vec())
}

/// Every key of a profile is wrong in the file, and right in the variables that name the profile.
#[test]
fn a_variable_that_names_a_profile_sets_any_key_of_it() {
    let silent = Silent::start();
    let file = |keys: &str| {
        let text = format!("[profiles.p]\n{}\n", keys.replace("{base}", &silent.base));
        let place = Place::new();
        let path = place.write("profiles.toml", &text);
        (place, path)
    };

    let scripted = Scripted::start(vec![zoom_token(), zoom_done()]);
    let (place, path) = file(
        "vendor = \"zoom\"\nbase_url = \"{base}/x\"\ntoken_url = \"{base}/y\"\naccount_id = \"f1\"\n\
         client_id = \"f2\"\nclient_secret = \"f3-secret\"\naccount = \"f4\"\nbody_format = \"json\"",
    );
    let place = place
        .with("TRUNKCTL_PROFILE_P_BASE_URL", &format!("{}/v9", scripted.base))
        .with("TRUNKCTL_PROFILE_P_TOKEN_URL", &format!("{}/give/token", scripted.base))
        .with("TRUNKCTL_PROFILE_P_ACCOUNT_ID", "e-account-id")
        .with("TRUNKCTL_PROFILE_P_CLIENT_ID", "e-client")
        .with("TRUNKCTL_PROFILE_P_CLIENT_SECRET", "e-secret")
        .with("TRUNKCTL_PROFILE_P_ACCOUNT", "e-sub")
        .with("TRUNKCTL_PROFILE_P_BODY_FORMAT", "multipart");
    run(&place, &format!("--profiles-file {path} {SETTINGS}")).expect(0);
    let requests = scripted.requests();
    assert!(requests[0].starts_with("POST /give/token HTTP/1.1"), "{requests:?}");
    assert_eq!(
        header(&requests[0], "authorization"),
        format!("Basic {}", BASE64.encode("e-client:e-secret"))
    );
    assert_eq!(body(&requests[0]), "grant_type=account_credentials&account_id=e-account-id");
    assert!(requests[1].starts_with("PATCH /v9/accounts/e-sub/sip_trunk/settings HTTP/1.1"), "{requests:?}");
    assert!(header(&requests[1], "content-type").starts_with("multipart/form-data"), "{requests:?}");

    let scripted = Scripted::start(vec![pbx_token(), pbx_done()]);
    let (place, path) = file(
        "vendor = \"itniotech\"\nbase_url = \"{base}\"\napi_key = \"f1-key\"\napi_secret = \"f2-secret\"",
    );
    let place = place
        .with("TRUNKCTL_PROFILE_P_VENDOR", "yeastar")
        .with("TRUNKCTL_PROFILE_P_BASE_URL", &scripted.base)
        .with("TRUNKCTL_PROFILE_P_CLIENT_ID", "e-client")
        .with("TRUNKCTL_PROFILE_P_CLIENT_SECRET", "e-secret");
    run(&place, &format!("--profiles-file {path} -p p {PEER}")).expect(0);
    let requests = scripted.requests();
    let sent: Value = serde_json::from_str(body(&requests[0])).unwrap();
    assert_eq!(sent, json!({"username": "e-client", "password": "e-secret"}));

    let scripted = Scripted::start(vec![itniotech_done()]);
    let (place, path) = file(
        "vendor = \"itniotech\"\nbase_url = \"{base}\"\napi_key = \"f1-key\"\napi_secret = \"f2-secret\"",
    );
    let place = place
        .with("TRUNKCTL_PROFILE_P_BASE_URL", &scripted.base)
        .with("TRUNKCTL_PROFILE_P_API_KEY", "e-key")
        .with("TRUNKCTL_PROFILE_P_API_SECRET", "e-secret");
    run(&place, &format!("--profiles-file {path} {OUTBOUND}")).expect(0);
    signed(&scripted.requests()[0], "e-key", "e-secret");

    let scripted = Scripted::start(vec![pbx_done()]);
    let (place, path) = file("vendor = \"yeastar\"\nbase_url = \"{base}\"\naccess_token = \"f-token\"");
    let place = place
        .with("TRUNKCTL_PROFILE_P_BASE_URL", &scripted.base)
        .with("TRUNKCTL_PROFILE_P_ACCESS_TOKEN", "env:MINE");
    run(&place.with("MINE", "e-token"), &format!("--profiles-file {path} {PEER}")).expect(0);
    assert!(scripted.requests()[0].contains("?access_token=e%2Dtoken "), "{:?}", scripted.requests());

    silent.untouched("a value of the file");
}

/// MD5 of key, secret and time, in lower case (Itniotech, Interface Specification).
#[track_caller]
fn signed(request: &str, key: &str, secret: &str) {
    let time = header(request, "timestamp");
    let digest = Md5::digest(format!("{key}{secret}{time}"));
    let sign: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((header(request, "api-key"), header(request, "sign")), (key, sign.as_str()), "{request}");
}

#[test]
fn a_vendor_in_the_environment_works_without_a_file() {
    let scripted = Scripted::start(vec![pbx_token(), pbx_done()]);
    let place = Place::new()
        .with("TRUNKCTL_VENDOR", "yeastar")
        .with("TRUNKCTL_BASE_URL", &scripted.base)
        .with("TRUNKCTL_CLIENT_ID", "c")
        .with("TRUNKCTL_CLIENT_SECRET", "env:PBX_SECRET")
        .with("PBX_SECRET", "s-secret");
    let change = run(&place, &format!("-o json {PEER}")).expect(0).json();
    assert_eq!((&change["vendor"], &change["id"]), (&json!("yeastar"), &json!("28")));
    let scripted = Scripted::start(vec![itniotech_done()]);
    let place = Place::new()
        .with("TRUNKCTL_VENDOR", "itniotech")
        .with("TRUNKCTL_BASE_URL", &scripted.base)
        .with("TRUNKCTL_API_KEY", "k")
        .with("TRUNKCTL_API_SECRET", "s-secret");
    run(&place, OUTBOUND).expect(0);
    signed(&scripted.requests()[0], "k", "s-secret");
    let scripted = Scripted::start(vec![zoom_done()]);
    let place = Place::new()
        .with("TRUNKCTL_VENDOR", "zoom")
        .with("TRUNKCTL_BASE_URL", &scripted.base)
        .with("TRUNKCTL_ACCESS_TOKEN", "t-token");
    run(&place, SETTINGS).expect(0);
    assert!(scripted.requests()[0].starts_with("PATCH /accounts/me/"), "the default of `account` is me");
    // A missing key is reported by the name of its variable.
    let place = Place::new().with("TRUNKCTL_VENDOR", "itniotech").with("TRUNKCTL_API_KEY", "k");
    let ran = run(&place, OUTBOUND).expect(3);
    assert!(ran.err.contains("TRUNKCTL_API_SECRET"), "{ran:?}");
}

#[test]
fn the_requested_profile_comes_before_the_default_and_the_only_one() {
    let pbx =
        |name: &str| format!("[profiles.{name}]\nvendor = \"yeastar\"\nbase_url = \"http://127.0.0.1:1\"\n");
    let two = format!("{}{}", pbx("first"), pbx("second"));
    let with_default = format!("default_profile = \"second\"\n{two}");
    // No profile is complete, so each error shows which one was used.
    for (text, asked, taken) in
        [(&with_default, "", "second"), (&with_default, "first", "first"), (&pbx("only"), "", "only")]
    {
        let place = Place::new();
        let file = place.write("profiles.toml", text);
        let name = if asked.is_empty() { String::new() } else { format!("-p {asked}") };
        let by_flag = run(&place, &format!("--profiles-file {file} {name} {PEER}"));
        // The variables of the contract's table of options.
        let place = place.with("TRUNKCTL_PROFILES_FILE", &file).with("TRUNKCTL_PROFILE", taken);
        for ran in [by_flag, run(&place, PEER)] {
            let ran = ran.expect(3);
            assert!(ran.err.contains(&format!("profile `{taken}`")), "{ran:?}");
        }
    }
    let place = Place::new();
    let file = place.write("profiles.toml", &two);
    let ran = run(&place, &format!("--profiles-file {file} {PEER}")).expect(3);
    assert!(ran.err.contains("default_profile") && ran.err.contains("first, second"), "{ran:?}");
}

/// The platform's own place, on Linux.
#[cfg(target_os = "linux")]
#[test]
fn the_profiles_file_is_found_in_the_configuration_folder() {
    let scripted = Scripted::start(vec![pbx_done()]);
    let text = format!(
        "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"{}\"\naccess_token = \"t-token\"\n",
        scripted.base
    );
    let place = Place::new();
    place.write("home/.config/trunkctl/profiles.toml", &text);
    run(&place, PEER).expect(0);
    let place = Place::new();
    place.write("xdg/trunkctl/profiles.toml", &text);
    let folder = place.path().join("xdg").to_string_lossy().into_owned();
    run(&place.with("XDG_CONFIG_HOME", &folder), PEER).expect(0);
    assert_eq!(scripted.requests().len(), 2);
}

#[test]
fn plain_http_is_limited_to_this_machine_unless_the_profile_allows_it() {
    let place = Place::new();
    let zoom = |base: &str, token: &str, more: &str| {
        let text = format!(
            "[profiles.p]\nvendor = \"zoom\"\nbase_url = \"{base}\"\ntoken_url = \"{token}\"\n\
             account_id = \"a\"\nclient_id = \"c\"\nclient_secret = \"s-secret\"\n\
             account = \"sub-1\"\n{more}\n"
        );
        place.write("profiles.toml", &text)
    };
    // A dry run sends nothing, so no test uses the network.
    let command = |file: &str| run(&place, &format!("--profiles-file {file} --dry-run {SETTINGS}"));
    let (far, secure, near) = ("http://192.0.2.10/v2", "https://192.0.2.10/v2", "http://127.0.0.1:1/v2");
    for (base, token, key) in [
        (far, secure, "base_url"),
        (secure, far, "token_url"),
        ("HTTP://example.com/v2", secure, "base_url"),
        ("http://127.0.0.1.example.com/v2", secure, "base_url"),
    ] {
        let ran = command(&zoom(base, token, "")).expect(3);
        assert!(ran.err.contains(key) && ran.err.contains("plain HTTP"), "{ran:?}");
        assert!(ran.err.contains("https://") && ran.err.contains("allow_http = true"), "{ran:?}");
        // Allowed, every run warns.
        let file = zoom(base, token, "allow_http = true");
        for _ in 0..2 {
            let ran = command(&file).expect(0);
            assert!(ran.err.contains("warning") && ran.err.contains("plain HTTP"), "{ran:?}");
        }
    }
    let file = zoom(far, secure, "allow_http = false");
    let by_variable = Place::new().with("TRUNKCTL_PROFILE_P_ALLOW_HTTP", "true");
    let ran = run(&by_variable, &format!("--profiles-file {file} --dry-run {SETTINGS}")).expect(0);
    assert!(ran.err.contains("warning"), "{ran:?}");
    for more in ["", "allow_http = true", "allow_http = false"] {
        for base in [near, "http://localhost:1/v2", "http://[::1]:1/v2"] {
            assert_eq!(command(&zoom(base, near, more)).expect(0).err, "", "{base} {more}");
        }
    }
    for (base, says) in [
        ("https://user:canary-pass@192.0.2.10/v2", "credentials"),
        ("https://192.0.2.10/v2#part", "fragment"),
        ("https://192.0.2.10/v2?token=canary-pass", "query"),
        ("ftp://192.0.2.10/", "`ftp`"),
        ("192.0.2.10:8088", "https://"),
        ("pbx", "not an address"),
    ] {
        for file in [zoom(base, secure, ""), zoom(secure, base, "")] {
            let ran = command(&file).expect(3);
            assert!(ran.err.contains(says) && ran.err.contains("_url"), "{ran:?}");
            assert!(!ran.err.contains("canary-pass"), "{ran:?}");
        }
    }
}

#[test]
fn an_authority_is_found_beside_the_profiles_file() {
    let place = Place::new();
    let text = "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"https://192.0.2.10:8088\"\n\
                access_token = \"t-token\"\nca_file = \"certs/lab.pem\"\n";
    let file = place.write("etc/profiles.toml", text);
    let command = format!("--profiles-file {file} --dry-run=curl {PEER}");
    let missing = run(&place, &command).expect(3);
    assert!(missing.err.contains("ca_file") && missing.err.contains("etc/certs/lab.pem"), "{missing:?}");
    let pem = include_str!("../support/authority.pem");
    for (text, good) in [
        ("this is no certificate\n".to_owned(), false),
        (String::new(), false),
        (pem.replace("MII", "!!!"), false),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(), false),
        (pem.to_owned(), true),
    ] {
        let path = place.write("etc/certs/lab.pem", &text);
        let ran = run(&place, &command).expect(if good { 0 } else { 3 });
        if good {
            assert!(ran.out.contains(&format!("--cacert '{path}'")), "{ran:?}");
        } else {
            assert!(
                ran.err.contains("ca_file") && ran.err.contains(&path) && ran.err.contains("PEM"),
                "{ran:?}"
            );
        }
    }
    let other = place.write("other.pem", pem);
    let ran = run(&place.with("TRUNKCTL_PROFILE_P_CA_FILE", &other), &command).expect(0);
    assert!(ran.out.contains(&format!("--cacert '{other}'")), "{ran:?}");
}
