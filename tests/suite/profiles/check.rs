//! `profile check` and `profile logout`: proof of credentials, and the end of a token.

use super::*;
use crate::support::lab::Lab;
use crate::support::scripted::http;
use trunkctl::vendors;

fn on(place: &Place, file: &str, vendor: &str, line: &str) -> Ran {
    run(place, &format!("--profiles-file {file} -p {vendor} {line}"))
}

#[test]
fn a_check_verifies_the_credentials_and_reports_who_answered() {
    let lab = Lab::new();
    for (vendor, own, requests) in [
        (
            "yeastar",
            "trunks",
            vec!["POST /yeastar/openapi/v1.0/get_token", "GET /yeastar/openapi/v1.0/trunk/list"],
        ),
        ("itniotech", "balance", vec!["GET /itniotech/sms/getBalance"]),
        ("zoom", "account", vec!["POST /zoom/oauth/token", "GET /zoom/v2/accounts/sub-1/sip_trunk/trunks"]),
    ] {
        let ran = lab.on(vendor, "profile check -o json").expect(0);
        assert_eq!(ran.err, "", "{vendor}");
        let record = ran.json();
        assert_eq!((&record["profile"], &record["vendor"]), (&json!(vendor), &json!(vendor)));
        assert_eq!(record["credentials"], "accepted");
        assert!(record["base_url"].as_str().unwrap().starts_with(&lab.recorder.base), "{record}");
        assert!(record[own].is_string(), "{record}");
        assert!(record["clock_skew_seconds"].as_i64().unwrap().abs() < 60, "{record}");
        let seen = lab.recorder.take();
        assert_eq!(seen.iter().map(|one| one.line()).collect::<Vec<_>>(), requests);
        if vendor == "yeastar" {
            // One row is enough to decide.
            assert!(seen[1].target.contains("page_size=1&"), "{seen:?}");
        }
        assert!(lab.on(vendor, "profile check").expect(0).out.contains("accepted"));
        lab.recorder.take();
    }
}

#[test]
fn a_wrong_secret_is_reported_after_one_attempt() {
    let lab = Lab::new()
        .with("TRUNKCTL_PROFILE_YEASTAR_CLIENT_SECRET", "wrong-secret")
        .with("TRUNKCTL_PROFILE_ZOOM_CLIENT_SECRET", "wrong-secret")
        .with("TRUNKCTL_PROFILE_ITNIOTECH_API_SECRET", "wrong-secret");
    for vendor in ["yeastar", "zoom", "itniotech"] {
        let ran = lab.on(vendor, "profile check -o json").expect(5);
        assert_eq!(ran.error()["kind"], "auth", "{vendor}");
        assert!(ran.out.is_empty() && !ran.err.contains("wrong-secret"), "{ran:?}");
        assert_eq!(lab.recorder.lines().len(), 1, "{vendor}");
    }
}

/// A cached token does not prove that the credentials are valid.
#[test]
fn a_check_logs_in_again_and_keeps_the_new_token() {
    let lab = Lab::new();
    for (vendor, line, log_in) in
        [("yeastar", "trunk list", "get_token"), ("zoom", "trunk list", "oauth/token")]
    {
        lab.on(vendor, line).expect(0);
        lab.recorder.take();
        lab.on(vendor, "profile check").expect(0);
        let seen = lab.recorder.lines();
        assert_eq!(seen.iter().filter(|line| line.ends_with(log_in)).count(), 1, "{seen:?}");
        lab.on(vendor, line).expect(0);
        assert_eq!(lab.recorder.lines().len(), 1, "{vendor}: the new token is not used");
    }
}

/// A PBX refuses the ninth live token (60002).
#[test]
fn many_checks_do_not_use_up_the_tokens_of_a_pbx() {
    let lab = Lab::new();
    for _ in 0..12 {
        lab.on("yeastar", "profile check").expect(0);
    }
    let seen = lab.recorder.take();
    let count = |name: &str| seen.iter().filter(|one| one.target.contains(name)).count();
    assert_eq!((count("get_token"), count("del_token")), (12, 11));
}

/// A failed check does not leave an invalid token for the next command, and does not revoke a valid one.
#[test]
fn a_check_with_a_wrong_secret_keeps_the_valid_token() {
    let lab = Lab::new();
    lab.on("yeastar", "trunk list").expect(0);
    lab.recorder.take();
    let text = std::fs::read_to_string(&lab.profiles).unwrap();
    let other = lab.place.write("other.toml", &text.replace("sandbox-secret", "wrong-secret"));
    on(&lab.place, &other, "yeastar", "profile check").expect(5);
    assert_eq!(lab.recorder.lines(), ["POST /yeastar/openapi/v1.0/get_token"]);
    lab.on("yeastar", "trunk list").expect(0);
    assert_eq!(lab.recorder.lines(), ["GET /yeastar/openapi/v1.0/trunk/list"]);
}

fn dated(hours: i64, status: u16, body: &Value) -> Act {
    let there = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&there).unwrap();
    Act::Raw(http(status, &format!("Content-Type: application/json\r\nDate: {date}\r\n"), &body.to_string()))
}

/// The warning's number of seconds.
fn seconds(ran: &Ran) -> i64 {
    let (_, rest) = ran.err.split_once("clock is ").unwrap_or_else(|| panic!("{ran:?}"));
    rest.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_wrong_clock_causes_a_warning_with_seconds_and_direction() {
    let balance = json!({"status": "0", "reason": "success", "balance": "1.00", "gift": "0", "credit": "0"});
    for (hours, way) in [(-3, "ahead of"), (5, "behind")] {
        let place = Place::new();
        let scripted = Scripted::start(vec![dated(hours, 200, &balance)]);
        let file = crate::support::given::profiles(&place, &scripted.base);
        let ran = on(&place, &file, "itniotech", "profile check -o json").expect(0);
        let skew = -hours * 3600;
        assert!(ran.err.contains("warning") && ran.err.contains(way), "{ran:?}");
        assert!((seconds(&ran) - skew.abs()).abs() < 60, "{ran:?}");
        assert!((ran.json()["clock_skew_seconds"].as_i64().unwrap() - skew).abs() < 60, "{ran:?}");
    }
    // The reason is also reported if the vendor refuses because of it: -16 means a stale timestamp.
    let place = Place::new();
    let scripted =
        Scripted::start(vec![dated(-3, 200, &json!({"status": "-16", "reason": "Timestamp expires"}))]);
    let file = crate::support::given::profiles(&place, &scripted.base);
    let ran = on(&place, &file, "itniotech", "profile check").expect(5);
    assert!(ran.err.contains("ahead of"), "{ran:?}");
}

#[test]
fn a_dry_run_of_a_check_sends_nothing() {
    let lab = Lab::new();
    lab.on("yeastar", "trunk list").expect(0);
    lab.recorder.take();
    let ran = lab.on("yeastar", "profile check --dry-run -o json").expect(0).json();
    let urls: Vec<&str> =
        ran["requests"].as_array().unwrap().iter().map(|one| one["url"].as_str().unwrap()).collect();
    for (url, part) in urls.iter().zip(["/del_token?access_token=***", "/get_token", "/trunk/list?"]) {
        assert!(url.contains(part), "{url}");
    }
    assert_eq!((urls.len(), lab.recorder.lines().len()), (3, 0));
    // The token that is kept is still good.
    lab.on("yeastar", "trunk list").expect(0);
    assert_eq!(lab.recorder.lines().len(), 1);
}

#[test]
fn a_log_out_ends_the_token_of_a_pbx() {
    let lab = Lab::new();
    lab.on("yeastar", "trunk list").expect(0);
    let token = lab.recorder.take()[1].target.split("access_token=").nth(1).unwrap().to_owned();
    // A dry run shows the request, and leaves the token alone.
    let ran = lab.on("yeastar", "profile logout --dry-run -o json").expect(0).json();
    let requests = ran["requests"].as_array().unwrap();
    assert!(requests.len() == 1 && ran["dry_run"] == true, "{ran}");
    assert!(requests[0]["url"].as_str().unwrap().ends_with("/del_token?access_token=***"), "{ran}");
    lab.on("yeastar", "trunk list").expect(0);
    assert_eq!(lab.recorder.lines().len(), 1);
    let change = lab.on("yeastar", "profile logout -o json").expect(0).json();
    assert_eq!((&change["operation"], &change["outcome"]), (&json!("profile.logout"), &json!("deleted")));
    assert!(lab.recorder.take()[0].target.ends_with(&format!("/del_token?access_token={token}")));
    // The PBX no longer takes it (10004), as the profile's own token of another.
    let dead = Place::new()
        .with("TRUNKCTL_VENDOR", "yeastar")
        .with("TRUNKCTL_BASE_URL", &format!("{}/yeastar", lab.served.base))
        .with("TRUNKCTL_ACCESS_TOKEN", &token.replace("%2D", "-"));
    assert_eq!(run(&dead, "trunk list -o json").expect(5).error()["vendor_code"], "10004");
    // No token is cached, so nothing is sent.
    let change = lab.on("yeastar", "profile logout -o json").expect(0).json();
    assert_eq!((&change["outcome"], lab.recorder.lines().len()), (&json!("unchanged"), 0));
    lab.on("yeastar", "trunk list").expect(0);
    assert_eq!(lab.recorder.lines().len(), 2);
}

#[test]
fn a_log_out_from_zoom_deletes_the_cached_token() {
    let lab = Lab::new();
    lab.on("zoom", "trunk list").expect(0);
    lab.recorder.take();
    let dry = lab.on("zoom", "profile logout --dry-run -o json").expect(0).json();
    assert_eq!(dry, json!({"dry_run": true, "requests": []}));
    for outcome in ["deleted", "unchanged"] {
        assert_eq!(lab.on("zoom", "profile logout -o json").expect(0).json()["outcome"], outcome);
    }
    assert!(lab.recorder.lines().is_empty());
    lab.on("zoom", "trunk list").expect(0);
    assert_eq!(lab.recorder.lines().first().map(String::as_str), Some("POST /zoom/oauth/token"));
}

/// All cached tokens of the account are deleted, also those obtained with a secret that is no longer valid.
#[test]
fn a_log_out_deletes_damaged_tokens_and_those_of_other_secrets() {
    let lab = Lab::new();
    lab.on("yeastar", "trunk list").expect(0);
    let text = std::fs::read_to_string(&lab.profiles).unwrap();
    let other = lab.place.write("other.toml", &text.replace("sandbox-secret", "new-secret"));
    let tokens = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "json");
    let cached = || {
        lab.place
            .files()
            .into_iter()
            .filter(|path| path.starts_with(lab.place.cache().join("tokens")) && tokens(path))
            .collect::<Vec<_>>()
    };
    let [kept] = cached().try_into().unwrap();
    assert_eq!(
        on(&lab.place, &other, "yeastar", "profile logout -o json").expect(0).json()["outcome"],
        "deleted"
    );
    assert!(cached().is_empty());
    std::fs::write(kept, "{").unwrap();
    lab.on("yeastar", "profile logout").expect(0);
    assert!(cached().is_empty());
}

#[test]
fn an_unreachable_vendor_causes_a_warning_and_the_token_is_deleted() {
    let refused = Act::Json(200, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#);
    for act in [Act::Drop, refused, Act::Json(500, "{}")] {
        let place = Place::new();
        let scripted = Scripted::start(vec![pbx_token(), pbx_done(), act, pbx_token(), pbx_done()]);
        let file = crate::support::given::profiles(&place, &scripted.base);
        on(&place, &file, "yeastar", PEER).expect(0);
        let ran = on(&place, &file, "yeastar", "profile logout -o json").expect(0);
        assert!(ran.err.contains("warning") && ran.json()["outcome"] == "deleted", "{ran:?}");
        on(&place, &file, "yeastar", PEER).expect(0);
        let requests = scripted.requests();
        assert!(requests.len() == 5 && requests[3].contains("/get_token "), "{requests:?}");
    }
}

#[test]
fn a_log_out_is_refused_for_a_vendor_without_tokens() {
    let lab = Lab::new();
    let error = lab.on("itniotech", "profile logout -o json").expect(13).error();
    assert!(error["hint"].as_str().unwrap().contains("console"), "{error}");
    assert!(lab.recorder.lines().is_empty());
}

/// The same commands on the sandbox of the program itself.
#[test]
fn the_sandbox_can_be_checked_and_logged_out() {
    let place = Place::new();
    for vendor in vendors::ALL.iter().map(|vendor| vendor.facts().name) {
        assert_eq!(run(&place, &format!("--sandbox -p {vendor} profile check")).expect(0).err, "");
    }
    let ran = run(&place, "--sandbox -p yeastar profile logout").expect(0);
    assert_eq!(ran.err, "");
}
