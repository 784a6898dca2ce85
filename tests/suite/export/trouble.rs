//! Unreadable profiles, secrets that must not be shown, and invalid arguments.

use serde_json::json;

use super::*;
use crate::support::given::answer;
use crate::support::scripted::{Act, Scripted};
use crate::support::served::Served;

#[test]
fn an_unreadable_profile_is_reported_and_left_out() {
    let (served, place) = (Served::start(), Place::new());
    let mut text = std::fs::read_to_string(served.profiles(&place, "")).unwrap();
    let dead = Scripted::start(vec![Act::Drop]);
    let address = &dead.base;
    text.push_str(&format!(
        "[profiles.dead]\nvendor = \"yeastar\"\nbase_url = \"{address}\"\naccess_token = \"t\"\n"
    ));
    let profiles = place.write("some.toml", &text);
    let run = |more: &[&str]| {
        place.run(&[&["--profiles-file", &profiles, "--retries", "0", "export"], more].concat())
    };
    for (format, form) in FORMS {
        let ran = run(&["-p", "yeastar,dead", "-o", format]).expect(12);
        assert!(ran.err.contains("profile `dead`"), "{ran:?}");
        assert!(read(&place, form, &ran.out, &["yeastar"]).unwrap().entries.is_empty(), "{ran:?}");
        let named = ran.out.contains("Could not be read") && ran.out.contains("#   dead\n");
        assert_eq!(named, form != "json", "{ran:?}");
        // No vendor answered, so the manifest cannot even say that it is empty.
        let ran = run(&["-p", "dead,missing", "-o", format]).expect(12);
        assert!(!ran.out.contains("trunk"), "{ran:?}");
        let ran = run(&["-p", "dead", "-o", format]).expect(10);
        assert!(ran.out.is_empty(), "{ran:?}");
    }
}

/// Each object is written once, for the first profile that lists it.
#[test]
fn objects_shared_by_several_profiles_are_written_once() {
    let (served, place) = (Served::start(), Place::new());
    let text = std::fs::read_to_string(served.profiles(&place, "")).unwrap();
    let profiles =
        place.write("both.toml", &format!("{text}{}", text.replace("[profiles.", "[profiles.other-")));
    let run = |words: &str| {
        place.run(
            &[&["--profiles-file", &profiles], &words.split_whitespace().collect::<Vec<_>>()[..]].concat(),
        )
    };
    let peer = "--name t --kind peer --host 192.0.2.7 --port 5060 --transport udp --codecs ulaw";
    run(&format!("-p yeastar trunk create {peer}")).expect(0);
    run("-p zoom trunk create --account sub-1 --master-trunk trunk-a").expect(0);
    run("-p zoom callout-countries add --account me US").expect(0);
    let out = run("-p yeastar,other-yeastar,zoom,other-zoom export --account me --account sandbox-account")
        .expect(0)
        .out;
    assert_eq!(out.matches("[[trunk]]").count(), 2, "{out}");
    assert_eq!(out.matches("[[callout_countries]]").count(), 1, "{out}");
    let path = place.write("exported.toml", &out);
    run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
}

#[test]
fn a_truncated_list_does_not_produce_a_partial_manifest() {
    let row = |id: u8| json!({"id": id, "name": format!("t{id}"), "type": "peer"});
    for answers_get in [false, true] {
        let server = Scripted::answering(move |_, request| {
            match ["trunk/get", "trunk/query"].iter().any(|call| request.contains(call)) {
                true if answers_get => {
                    answer(200, &json!({"errcode": 10001, "errmsg": "INTERFACE NOT EXISTED"}))
                }
                true => answer(500, &json!({})),
                false => answer(200, &json!({"errcode": 0, "total_number": 2, "data": [row(1), row(2)]})),
            }
        });
        let place = Place::new();
        let profiles = crate::support::given::profiles_with_tokens(&place, &server.base);
        let ran = place.run(&["--profiles-file", &profiles, "--retries", "0", "-p", "yeastar", "export"]);
        assert!(ran.code != 0 && ran.out.is_empty(), "{ran:?}");
    }
}

#[test]
fn missing_trunks_and_other_kinds_are_left_out() {
    let row = |id: u8, kind: &str| json!({"id": id, "name": format!("t{id}"), "type": kind});
    let server = Scripted::answering(move |_, request| {
        if request.contains("trunk/get") && request.contains("id=2") {
            return answer(200, &json!({"errcode": 60001, "errmsg": "NOT FOUND"}));
        }
        // A trunk missing from this answer is requested alone.
        if request.contains("trunk/query") {
            assert!(request.contains("ids=1%2C2"), "{request}");
            return answer(200, &json!({"errcode": 0, "data": [row(1, "peer_did")]}));
        }
        let rows = [row(1, "peer_did"), row(2, "peer"), row(3, "physical")];
        answer(200, &json!({"errcode": 0, "total_number": 3, "data": rows}))
    });
    let place = Place::new();
    let profiles = crate::support::given::profiles_with_tokens(&place, &server.base);
    let ran = place.run(&["--profiles-file", &profiles, "-p", "yeastar", "export"]).expect(0);
    assert_eq!(read(&place, "toml", &ran.out, &["yeastar"]).unwrap().entries.len(), 1, "{ran:?}");
    assert!(
        ran.out.contains("kind = \"peer\"\n") && ran.out.contains("`physical` is not a kind of trunk"),
        "{ran:?}"
    );
}

#[test]
fn no_secret_is_shown_at_any_verbosity() {
    let place = Place::new().with("CANARY", "cAnaryTrunkPassw0rd");
    let (yeastar, itniotech) =
        ("examples/yeastar/register-trunk.toml", "examples/itniotech/outbound-trunk.toml");
    for (profile, file) in [("yeastar", yeastar), ("itniotech", itniotech)] {
        let line = format!("-p {profile} trunk create --from {file} --password-from env:CANARY");
        sandbox(&place, &line).expect(0);
    }
    for more in ["", "-vvv", "-vvv --for itniotech", "-vvv --for yeastar", "--dry-run -vvv"] {
        for (format, _) in FORMS {
            let ran = sandbox(&place, &format!("export --all-profiles -o {format} {more}")).expect(0);
            assert!(!format!("{ran:?}").contains("cAnary"), "{more} {format}: {ran:?}");
            assert!(ran.out.contains("env:YEASTAR_ITSP_MAIN_PASSWORD"), "{ran:?}");
            let shown = if format == "json" { &ran.err } else { &ran.out };
            let wanted = if format == "json" { "secrets to fill in: " } else { "# Secrets to fill in:" };
            assert!(shown.contains(wanted) && shown.contains("ITNIOTECH_CARRIER_OUT_PASSWORD"), "{ran:?}");
        }
    }
}

#[test]
fn invalid_arguments_are_refused_with_a_remedy() {
    let place = Place::new();
    for (line, code, shown) in [
        ("-p yeastar export -o csv", 2, "use -o yaml or -o json"),
        ("-p yeastar export -o jsonl", 2, "use -o yaml or -o json"),
        ("-p yeastar export --for yeaster", 2, "did you mean `yeastar`?"),
        ("-p yeastar export --account sub-1", 4, "has no accounts to choose from"),
        ("export", 3, "choose one with --profile"),
    ] {
        let ran = sandbox(&place, line).expect(code);
        assert!(ran.out.is_empty() && ran.err.contains(shown), "{line}: {ran:?}");
    }
}

#[test]
fn accounts_are_exported_together_with_profiles_without_accounts() {
    let place = seeded();
    sandbox(&place, "-p zoom callout-countries add DE --account sub-2").expect(0);
    let line = "-p zoom,yeastar export --account sub-2 --account sub-1";
    let ran = sandbox(&place, line).expect(0);
    let manifest = read(&place, "toml", &ran.out, &vendor_names()).unwrap();
    let accounts =
        |account: &str| manifest.entries.iter().filter(|e| e.account.as_deref() == Some(account)).count();
    assert_eq!((accounts("sub-1"), accounts("sub-2"), manifest.entries.len()), (4, 2, 9), "{ran:?}");
    assert!(ran.out.contains("enable of account `sub-1`"), "{ran:?}");
    // The master account's own objects are not assigned to it.
    let ran = sandbox(&place, "-p zoom export --account me").expect(0);
    assert!(ran.out.contains("trunk `Carrier B` of profile `zoom`: account: `me`"), "{ran:?}");
}
