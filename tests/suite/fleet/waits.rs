//! `apply --wait` and `trunk wait`: the vendor's status is read until the trunks are up.

use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::support::given::answer;
use crate::support::scripted::Scripted;

/// A PBX whose trunk has these states, one for each time that its list is read; the last one stays.
fn pbx(states: &'static [u64]) -> (Place, Scripted, String) {
    let reads = Mutex::new(0);
    let server = Scripted::answering(move |_, request| {
        if !request.contains("trunk/list") {
            return answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS"}));
        }
        let mut reads = reads.lock().unwrap();
        let status = states[usize::min(*reads, states.len() - 1)];
        *reads += 1;
        let row = json!({"id": 7, "name": "itsp", "type": "register", "status": status});
        answer(200, &json!({"errcode": 0, "total_number": 1, "data": [row]}))
    });
    let place = Place::new();
    let text =
        format!("[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"{}\"\naccess_token = \"t\"\n", server.base);
    let profiles = place.write("profiles.toml", &text);
    (place, server, profiles)
}

fn wait(states: &'static [u64], words: &str) -> Ran {
    let (place, _server, profiles) = pbx(states);
    read(command(&place, &profiles, &format!("trunk wait {words}")).output().unwrap())
}

#[test]
fn a_trunk_that_comes_up_ends_the_wait() {
    // Registering, refused once, then registered.
    let ran = wait(&[4, 45, 1], "itsp --for registered --within 30s").expect(0).json();
    assert_eq!(ran, json!([{"trunk": "itsp", "status": "registered", "profile": "p"}]));
}

#[test]
fn a_trunk_that_stays_down_ends_with_its_status_and_cause() {
    let error = wait(&[45], "name:itsp --within 300ms").expect(15).error();
    let message = error["message"].as_str().unwrap();
    assert!(
        message.starts_with("trunk `name:itsp` of profile `p` is `auth_failed` (code 45); the provider"),
        "{message}"
    );
    assert_eq!((&error["kind"], &error["retryable"]), (&json!("unhealthy"), &json!(true)));
}

#[test]
fn a_trunk_that_does_not_exist_is_waited_for() {
    let error = wait(&[1], "other --within 300ms").expect(15).error();
    assert!(
        error["message"].as_str().unwrap().contains("trunk `other` of profile `p` does not exist"),
        "{error}"
    );
    wait(&[1], "--within 1s").expect(2);
}

#[test]
fn apply_waits_for_what_it_has_written() {
    let lab = Lab::new();
    let path = lab.manifest(
        "[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\nkind = \"peer\"\nhost = \"192.0.2.7\"\nport = 5060\n\
         transport = \"udp\"\ncodecs = [\"ulaw\"]\n[[trunk]]\nprofile = \"itniotech\"\nname = \"o\"\nkind = \"peer\"\n\
         direction = \"outbound\"\nhost = \"192.0.2.9\"\nagent_groups = [{ name = \"Sales\" }]\n",
    );
    let ran = lab.run(&format!("apply -f {path} --yes --wait=20s")).expect(0);
    assert_eq!(count(&ran, "created"), 2);
    assert!(ran.err.contains("did not wait for trunk `o` of profile `itniotech`"), "{}", ran.err);
    // The PBX's trunk was read until it was reachable: once is enough in the sandbox.
    let lists = lab.requests().iter().filter(|seen| seen.target.contains("trunk/list")).count();
    assert!(lists >= 2, "{lists}");
}

#[test]
fn an_apply_whose_trunk_stays_down_prints_its_changes_and_ends_with_15() {
    let lab = Lab::before(vec![Served::start()], |base| {
        Recorder::hooked(
            base,
            std::sync::Arc::new(|seen: &Seen, ask: &dyn Fn() -> Option<Vec<u8>>| {
                let answer = ask()?;
                if !seen.target.contains("trunk/list") {
                    return Some(answer);
                }
                let text = String::from_utf8(answer).unwrap();
                Some(text.replace("\"status\":1,", "\"status\":4,").into_bytes())
            }),
        )
    });
    let path = lab.manifest(
        "[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\nkind = \"peer\"\nhost = \"192.0.2.7\"\nport = 5060\n\
         transport = \"udp\"\ncodecs = [\"ulaw\"]\n",
    );
    let ran = lab.run(&format!("apply -f {path} --yes --wait=300ms")).expect(15);
    assert_eq!(count(&ran, "created"), 1);
    assert!(ran.err.contains("trunk `t` of profile `yeastar` is `registering` (code 4)"), "{}", ran.err);
}
