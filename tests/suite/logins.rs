//! Log-ins of several processes: one log-in serves all, and refused credentials are not tried again.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use trunkctl::engine::pace::Pacer;
use trunkctl::engine::redact::Redactor;
use trunkctl::engine::session::{Limits, Outside, Session};
use trunkctl::engine::tokens::TokenFolder;
use trunkctl::model::diagnostics::Diagnostics;
use trunkctl::model::profile::Profile;
use trunkctl::model::secret::Secret;
use trunkctl::vendors;

use crate::faults;
use crate::support::Place;
use crate::support::given::peer;
use crate::support::lab::Lab;
use crate::support::recorder::Recorder;
use crate::support::scripted::{Act, Gate, Scripted, http};

/// Log-ins since the last call.
fn log_ins(recorder: &Recorder) -> usize {
    recorder.lines().iter().filter(|line| line.contains("get_token") || line.contains("oauth/token")).count()
}

#[test]
fn twenty_processes_log_in_once() {
    for vendor in ["yeastar", "zoom"] {
        let lab = Lab::new();
        let children: Vec<_> = (0..20)
            .map(|_| {
                let mut command = lab.command_on(vendor, "trunk list -o json");
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        assert_eq!(log_ins(&lab.recorder), 1, "{vendor}");
    }
}

#[test]
fn refused_credentials_are_tried_again_only_when_changed_or_checked() {
    for vendor in ["yeastar", "zoom"] {
        let lab = Lab::new();
        let text = std::fs::read_to_string(&lab.profiles).unwrap();
        let wrong = lab.place.write("wrong.toml", &text.replace("sandbox-secret", "not-the-secret"));
        for _ in 0..5 {
            let ran = lab.place.run(&["--profiles-file", &wrong, "-p", vendor, "trunk", "list"]).expect(5);
            assert!(ran.err.contains("refused") || ran.err.contains("wrong"), "{ran:?}");
        }
        assert_eq!(log_ins(&lab.recorder), 1, "{vendor}");
        let last = lab.place.run(&["--profiles-file", &wrong, "-p", vendor, "trunk", "list"]).expect(5);
        assert!(last.err.contains("nothing was sent") && last.err.contains("profile check"), "{last:?}");
        lab.place.run(&["--profiles-file", &wrong, "-p", vendor, "profile", "check"]).expect(5);
        assert_eq!(log_ins(&lab.recorder), 1, "{vendor}");
        lab.on(vendor, "trunk list").expect(0);
        assert_eq!(log_ins(&lab.recorder), 1, "{vendor}");
    }
}

/// Another log-in would only prolong the block of an address.
#[test]
fn no_log_in_follows_a_renewal_from_a_blocked_address() {
    let lab = Lab::new();
    let list = || lab.on("yeastar", "-o json trunk list");
    list().expect(0);
    let answer = |body: &str| crate::support::scripted::http(200, "Content-Type: application/json\r\n", body);
    lab.recorder.instead("trunk/list", 1, answer(r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#));
    lab.recorder.instead("refresh_token", 1, answer(r#"{"errcode":70004,"errmsg":"ACCOUNT IP BLOCKED"}"#));
    lab.recorder.take();
    assert_eq!(list().expect(5).error()["vendor_code"], serde_json::json!("70004"));
    assert_eq!(log_ins(&lab.recorder), 0);
    // A block ends by itself, so no refusal is stored.
    list().expect(0);
}

struct Unheard;

impl Diagnostics for Unheard {
    fn warn(&self, text: &str) {
        panic!("{text}");
    }
    fn note(&self, _: &str) {}
}

/// A session of a PBX that caches its tokens in a place.
fn session(place: &Place, base: &str) -> Session {
    let secret = Secret::known("client-secret");
    let profile = Profile {
        name: "pbx".into(),
        vendor: "yeastar".into(),
        settings: [("base_url", base), ("client_id", "id")].map(|(k, v)| (k.into(), v.into())).into(),
        origins: BTreeMap::new(),
        secrets: [("client_secret".into(), secret.clone())].into(),
        ca_file: None,
        proxy: Default::default(),
        allow_http: false,
        concurrency: None,
        identity: base.into(),
        home: None,
    };
    let vendor = vendors::by_name("yeastar").unwrap();
    let soon = Duration::from_secs(20);
    let outside = Outside {
        tokens: Some(TokenFolder::open(&place.cache()).unwrap().store(base, &secret)),
        limits: Limits { timeout: soon, deadline: Instant::now() + soon, retries: 0 },
        dry_run: None,
        withheld: Rc::default(),
        redactor: Redactor::default(),
        diagnostics: Arc::new(Unheard),
        cancellation: Rc::default(),
        journal: None,
        pacer: Rc::new(Pacer::new(vendor.facts(), &profile)),
        proxy: None,
    };
    Session::new(vendor, profile, outside).unwrap()
}

/// Both calls are refused before one of them renews the token.
#[test]
fn two_calls_of_one_process_renew_an_expired_token_once() {
    let (place, (opener, gate)) = (Place::new(), Gate::new());
    let server = Scripted::answering(move |at, request| {
        let line = request.lines().next().unwrap_or_default();
        if line.contains("get_token") || line.contains("refresh_token") {
            let token = json!({"errcode": 0, "errmsg": "SUCCESS", "access_token": format!("token{at}"),
                "access_token_expire_time": 1800, "refresh_token": format!("refresh{at}"),
                "refresh_token_expire_time": 86400});
            return Act::Raw(http(200, "", &token.to_string()));
        }
        if line.contains("token0") {
            let expired = http(200, "", r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#);
            return Act::Gated(gate.clone(), expired);
        }
        Act::Json(200, r#"{"errcode":0,"errmsg":"SUCCESS","total_number":0,"data":[]}"#)
    });
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // The log-in, and both calls with its token.
            server.wait_for(3);
            (0..2).for_each(|_| opener.send(()).unwrap());
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let session = session(&place, &server.base);
            let list = || session.read_all(session.vendor().list_trunks(session.profile(), None).unwrap());
            let (one, other) = tokio::join!(list(), list());
            assert!(one.unwrap().is_empty() && other.unwrap().is_empty());
        });
    });
    let asked = faults::paths(&server.requests());
    let count = |part: &str| asked.iter().filter(|path| path.ends_with(part)).count();
    assert_eq!((count("get_token"), count("refresh_token"), count("trunk/list")), (1, 1, 4), "{asked:?}");
}

/// Plan and changes share one log-in; its token is revoked at the end, and none is cached for the next command.
#[test]
fn log_out_leaves_no_token() {
    let lab = Lab::new();
    let absent = "[[trunk]]\nprofile = \"yeastar\"\nname = \"a\"\nstate = \"absent\"\n";
    let manifest = lab.place.write("m.toml", &(absent.to_owned() + &peer("yeastar", "b")));
    let run = |words: &[&str]| {
        let args = ["--profiles-file", &lab.profiles, "-o", "json"].into_iter().chain(words.iter().copied());
        let output = lab.place.command(&args.collect::<Vec<_>>()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = lab.recorder.lines();
        let count = |part: &str| lines.iter().filter(|line| line.contains(part)).count();
        (count("get_token"), count("del_token"))
    };
    for _ in 0..2 {
        assert_eq!(run(&["apply", "-f", &manifest, "--yes", "--log-out"]), (1, 1));
    }
    // Without the option, the token is cached, and a token from the cache is not revoked.
    assert_eq!(run(&["-p", "yeastar", "trunk", "list"]), (1, 0));
    assert_eq!(run(&["-p", "yeastar", "trunk", "list", "--log-out"]), (1, 1));
    assert_eq!(run(&["-p", "yeastar", "trunk", "list"]), (0, 0));
}
