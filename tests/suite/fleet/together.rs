//! Profiles worked on in parallel, and dry runs that send nothing.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::support::given::answer;
use crate::support::scripted::{Act, Scripted};

const PBXS: usize = 3;
const LIMIT: Duration = Duration::from_secs(15);

/// A barrier at which requests wait for each other.
#[derive(Default)]
struct Meeting {
    waiting: Mutex<usize>,
    changed: Condvar,
}

impl Meeting {
    /// Waits for that many requests; false if the time runs out.
    fn of(&self, count: usize) -> bool {
        let mut waiting = self.waiting.lock().unwrap();
        *waiting += 1;
        self.changed.notify_all();
        let (_waiting, late) = self.changed.wait_timeout_while(waiting, LIMIT, |seen| *seen < count).unwrap();
        !late.timed_out()
    }
}

/// PBXs that answer only after all of them have been asked, first for their trunks and then to create one.
fn fleet(place: &Place) -> (Vec<Scripted>, String, String) {
    let (reads, writes) = (Arc::new(Meeting::default()), Arc::new(Meeting::default()));
    let pbx = |_| {
        let (reads, writes) = (Arc::clone(&reads), Arc::clone(&writes));
        Scripted::answering(move |_, request| {
            let ok = json!({"errcode": 0, "errmsg": "SUCCESS", "id": 28});
            let row = json!({
                "id": 28, "name": "t", "type": "peer", "hostname": "192.0.2.7", "port": 5060,
                "transport": "udp", "codec_sel": "ulaw",
            });
            match request {
                list if list.contains("trunk/list") => match reads.of(PBXS) {
                    true => answer(200, &json!({"errcode": 0, "total_number": 0, "data": []})),
                    false => Act::Drop,
                },
                create if create.contains("trunk/create") => match writes.of(PBXS) {
                    true => answer(200, &ok),
                    false => Act::Drop,
                },
                _ => answer(200, &json!({"errcode": 0, "data": row})),
            }
        })
    };
    let pbxs: Vec<Scripted> = (0..PBXS).map(pbx).collect();
    let profile = |(at, pbx): (usize, &Scripted)| {
        let base = &pbx.base;
        format!("[profiles.p{at}]\nvendor = \"yeastar\"\nbase_url = \"{base}\"\naccess_token = \"t\"\n")
    };
    let profiles = place.write("profiles.toml", &pbxs.iter().enumerate().map(profile).collect::<String>());
    let manifest = format!("[[trunk]]\nprofiles = [\"p0\", \"p1\", \"p2\"]\nname = \"t\"\n{PEER}");
    let manifest = place.write("manifest.toml", &manifest);
    (pbxs, profiles, manifest)
}

#[test]
fn profiles_are_read_and_written_in_parallel() {
    let place = Place::new();
    let (_pbxs, profiles, path) = fleet(&place);
    let run = |line: &str| read(command(&place, &profiles, &format!("--retries 0 {line}")).output().unwrap());
    assert_eq!(count(&run(&format!("plan -f {path}")).expect(0), "create"), PBXS as u64);
    assert_eq!(count(&run(&format!("apply -f {path} --yes")).expect(0), "created"), PBXS as u64);
}

/// The number of requests in progress at the PBXs, and its maximum.
#[derive(Default)]
struct Crowd {
    came: usize,
    now: usize,
    most: usize,
}

#[test]
fn concurrency_limits_the_profiles_in_progress() {
    const ALL: usize = 12;
    let (place, crowd) = (Place::new(), Arc::new((Mutex::new(Crowd::default()), Condvar::new())));
    let pbx = |_| {
        let crowd = Arc::clone(&crowd);
        Scripted::answering(move |_, _| {
            let (crowd, changed) = &*crowd;
            let mut seen = crowd.lock().unwrap();
            (seen.came, seen.now) = (seen.came + 1, seen.now + 1);
            seen.most = seen.most.max(seen.now);
            changed.notify_all();
            // The first request waits for a second one, so two run at once; each leaves time for a third to arrive.
            let seen = changed.wait_timeout_while(seen, LIMIT, |seen| seen.came < 2).unwrap().0;
            let latency = Duration::from_millis(20);
            let mut seen = changed.wait_timeout_while(seen, latency, |seen| seen.most <= 2).unwrap().0;
            seen.now -= 1;
            answer(200, &json!({"errcode": 0, "total_number": 0, "data": []}))
        })
    };
    let pbxs: Vec<Scripted> = (0..ALL).map(pbx).collect();
    let profile = |(at, pbx): (usize, &Scripted)| {
        format!("[profiles.p{at}]\nvendor = \"yeastar\"\nbase_url = \"{}\"\naccess_token = \"t\"\n", pbx.base)
    };
    let profiles = place.write("profiles.toml", &pbxs.iter().enumerate().map(profile).collect::<String>());
    let names: Vec<String> = (0..ALL).map(|at| format!("\"p{at}\"")).collect();
    let manifest = format!("[[trunk]]\nprofiles = [{}]\nname = \"t\"\n{PEER}", names.join(", "));
    let path = place.write("manifest.toml", &manifest);
    let ran = read(command(&place, &profiles, &format!("plan -f {path} --concurrency 2")).output().unwrap());
    assert_eq!(count(&ran.expect(0), "create"), ALL as u64);
    let seen = crowd.0.lock().unwrap();
    assert_eq!((seen.came, seen.most), (ALL, 2));
}

#[test]
fn a_dry_run_shows_the_requests_and_sends_none() {
    let lab = Lab::new();
    let dry = lab.run(&format!("--dry-run apply -f {EXAMPLE}")).expect(0);
    assert_eq!(lab.written(), Vec::<String>::new());
    let report = dry.json();
    let requests = report["requests"].as_array().unwrap();
    assert_eq!(report["dry_run"], true);
    for file in ["examples/yeastar/itsp-password", "examples/itniotech/gateway-password"] {
        let password = std::fs::read_to_string(file).unwrap();
        assert!(!(dry.out.clone() + &dry.err).contains(password.trim()), "{}", dry.out);
    }
    // The requests that an apply sends afterwards.
    lab.run(&format!("apply -f {EXAMPLE} --yes --concurrency 1")).expect(0);
    let sent: Vec<String> = lab.writes().iter().map(|seen| seen.line()).collect();
    let shown: Vec<String> = requests
        .iter()
        .map(|request| {
            let url = request["url"].as_str().unwrap().split('?').next().unwrap();
            let path = url.strip_prefix(lab.recorders[0].base.as_str()).unwrap();
            format!("{} {path}", request["method"].as_str().unwrap())
        })
        .collect();
    assert_eq!(shown, sent);
    // No state was stored for requests that were not sent.
    let other = Lab::new();
    other.run(&format!("--dry-run apply -f {EXAMPLE}")).expect(0);
    assert_eq!(count(&other.run(&format!("apply -f {EXAMPLE} --yes")).expect(0), "created"), 11);
    assert_eq!(changes(&other.run(&format!("plan -f {EXAMPLE} --prune")).expect(0)), Vec::<Value>::new());
}

#[test]
fn a_dry_run_obeys_the_limits_and_can_print_curl_lines() {
    let lab = Lab::new();
    let lines = lab.run(&format!("-o table --dry-run=curl apply -f {EXAMPLE}")).expect(0).out;
    assert_eq!(lines.matches("curl ").count(), 8, "{lines}");
    assert!(lines.contains("TRUNK_PASSWORD") && !lines.contains("sandbox-secret"), "{lines}");
    lab.run(&format!("--dry-run apply -f {EXAMPLE} --max-changes 3")).expect(4);
    assert_eq!(lab.written(), Vec::<String>::new());
}
