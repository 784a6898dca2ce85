//! `kill -9` of an apply at every request, before the vendor gets it and after it has answered. Running the same
//! apply again does the rest and leaves nothing behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use super::*;

/// When a request is blocked for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    BeforeVendor,
    AfterVendor,
}

/// The state before: a trunk to change, one to delete, a number and a country to delete.
const BEFORE: &str = r#"
[[trunk]]
profile = "yeastar"
name = "own-changed"
kind = "peer"
host = "192.0.2.7"
port = 5060
transport = "udp"
codecs = ["ulaw"]
[[trunk]]
profile = "yeastar"
name = "own-old"
kind = "peer"
host = "192.0.2.8"
port = 5060
transport = "udp"
codecs = ["ulaw"]
[[internal_numbers]]
profile = "zoom"
account = "sub-1"
numbers = [{ number = "+16466661110", labels = "A", languages = "en-US" }]
[[callout_countries]]
profile = "zoom"
account = "sub-1"
countries = ["US"]
"#;

/// The manifest whose apply is killed; it has every kind of change.
const WANTED: &str = r#"
[[owns]]
profile = "yeastar"
trunks = ["own-*"]
[[owns]]
profile = "zoom"
account = "sub-1"
trunks = "all"
internal_numbers = "all"
callout_countries = "all"
[[trunk]]
profile = "yeastar"
name = "own-changed"
kind = "peer"
host = "192.0.2.7"
port = 5062
transport = "udp"
codecs = ["ulaw"]
[[trunk]]
profile = "yeastar"
name = "own-new"
kind = "register"
host = "sip.example.com"
port = 5060
transport = "udp"
username = "6701"
auth_name = "6701"
password = "env:TRUNK_SECRET"
codecs = ["ulaw"]
[[trunk]]
profile = "itniotech"
name = "own-out"
kind = "peer"
direction = "outbound"
host = "192.0.2.9"
agent_groups = [{ name = "Sales" }]
[[trunk]]
profile = "zoom"
account = "sub-1"
master_trunk = "trunk-a"
[[internal_numbers]]
profile = "zoom"
account = "sub-1"
numbers = [
    { number = "+16466661111", labels = "B", languages = "en-US" },
    { number = "+16466661112", labels = "B", languages = "en-US" },
]
[[sip_settings]]
profile = "zoom"
account = "sub-1"
show_callout_internal_number = true
[[callout_countries]]
profile = "zoom"
account = "sub-1"
countries = ["GB"]
"#;

/// The state of the vendors afterwards.
const AFTER: &str = "own-changed 5062, own-new 5060; own-out; trunk-a; +16466661111 +16466661112; GB";

/// A lab whose vendors start with the state in the file, and whose nth request is blocked at that moment.
fn lab(state: &std::path::Path, nth: usize, moment: Moment, blocked: Sender<()>) -> Lab {
    let count = Arc::new(AtomicUsize::new(0));
    let blocked = std::sync::Mutex::new(blocked);
    let hook = move |_: &Seen, ask: &dyn Fn() -> Option<Vec<u8>>| {
        let is_nth = count.fetch_add(1, Ordering::SeqCst) == nth;
        let wait = || {
            let _ = blocked.lock().unwrap().send(());
            None
        };
        match (is_nth, moment) {
            (true, Moment::BeforeVendor) => wait(),
            (true, Moment::AfterVendor) => ask().and_then(|_| wait()),
            (false, _) => ask(),
        }
    };
    let served = Served::with(Some(state.to_owned()));
    let hook: Arc<crate::support::recorder::Hook> = Arc::new(hook);
    Lab::before(vec![served], |base| Recorder::hooked(base, Arc::clone(&hook)))
        .with("TRUNK_SECRET", "s3cret-Value")
}

/// The state in the simulators' own file, independent of what the program reports.
fn kept(state: &std::path::Path) -> String {
    let text = std::fs::read_to_string(state).unwrap();
    let state: Value = serde_json::from_str(&text).unwrap();
    let list = |value: &Value, show: &dyn Fn(&Value) -> String| {
        let mut shown: Vec<String> = value.as_array().unwrap().iter().map(show).collect();
        shown.sort();
        shown
    };
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let pbx = |trunk: &Value| format!("{} {}", word(&trunk["settings"]["name"]), trunk["settings"]["port"]);
    let account =
        state["zoom"]["accounts"].as_array().unwrap().iter().find(|account| account["id"] == "sub-1");
    let account = account.unwrap();
    let mut numbers: Vec<String> = account["internal_numbers"]
        .as_object()
        .unwrap()
        .values()
        .map(|number| word(&number["number"]))
        .collect();
    numbers.sort();
    format!(
        "{}; {}; {}; {}; {}",
        list(&state["yeastar"]["trunks"], &pbx).join(", "),
        list(&state["itniotech"]["trunks"], &|trunk| word(&trunk["name"])).join(" "),
        list(&account["sip_trunks"], &|id| word(if id.is_string() { id } else { &id["id"] })).join(" "),
        numbers.join(" "),
        list(&account["callout_countries"], &|code| word(code)).join(" "),
    )
}

#[test]
fn the_next_apply_finishes_one_that_was_killed_at_any_request() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("state.json");
    {
        let lab = lab(&first, usize::MAX, Moment::BeforeVendor, channel().0);
        let path = lab.place.write("before.toml", BEFORE);
        lab.run(&format!("apply -f {path} --yes")).expect(0);
    }
    let points: usize = std::thread::scope(|scope| {
        let moments = [Moment::BeforeVendor, Moment::AfterVendor];
        let rows: Vec<_> = moments
            .into_iter()
            .flat_map(|moment| (0..3).map(move |start| (moment, start)))
            .map(|(moment, start)| {
                let first = &first;
                let nths = (start..).step_by(3);
                scope.spawn(move || nths.take_while(|nth| kill_and_finish(first, *nth, moment)).count())
            })
            .collect();
        rows.into_iter().map(|row| row.join().unwrap()).sum()
    });
    assert!(points >= 60, "only {points} points");
}

/// Kills an apply at its nth request, then runs it again. Returns false if it has no such request.
fn kill_and_finish(state: &std::path::Path, nth: usize, moment: Moment) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("state.json");
    std::fs::copy(state, &own).unwrap();
    let (send, blocked) = channel();
    let lab = lab(&own, nth, moment, send);
    let path = lab.manifest(WANTED);
    let line = format!("apply -f {path} --prune --yes --concurrency 1");
    let mut child = lab.command(&line).stdout(std::process::Stdio::null()).spawn().unwrap();
    let killed = loop {
        if blocked.recv_timeout(Duration::from_millis(5)).is_ok() {
            child.kill().unwrap();
            child.wait().unwrap();
            break true;
        }
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{nth} {moment:?}: {status}");
            break false;
        }
    };
    lab.run(&line).expect(0);
    let plan = lab.run(&format!("plan -f {path} --prune")).expect(0).json();
    assert_eq!(plan["changes"].as_array().unwrap().len(), 0, "{nth} {moment:?}: {plan}");
    // The file is written when the simulators end.
    drop(lab);
    assert_eq!(kept(&own), AFTER, "{nth} {moment:?}");
    killed
}
