//! `trunk wait`: the vendor's status is read, and for `healthy` the far end probed, until trunks are up.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::server::{Say, udp};
use crate::support::given::{self, answer};
use crate::support::refusing::Refusing;
#[cfg(unix)]
use crate::support::running::Running;
use crate::support::scripted::{Act, Scripted};
use crate::support::{Place, Ran};

/// A PBX with the trunks `itsp` and `other`. Each read of its list gives their next state; the last one repeats.
fn pbx(states: &'static [u64], address: &str) -> (Place, Scripted) {
    let reads = Mutex::new(0);
    let (host, port) = address.rsplit_once(':').unwrap();
    let (host, port) = (host.to_owned(), port.parse::<u64>().unwrap());
    let server = Scripted::answering(move |_, request| {
        let row = |id: u64, name: &str, status: u64| {
            json!({
                "id": id, "name": name, "type": "register", "status": status, "transport": "udp",
                "hostname": host, "port": port, "codec_sel": "ulaw",
            })
        };
        if request.contains("trunk/query") || request.contains("trunk/get") {
            let all = vec![row(7, "itsp", 1), row(8, "other", 1)];
            // `?id=7` and `?ids=7,8`
            let ids = request.split_once('=').unwrap().1.split(['&', ' ']).next().unwrap().to_owned();
            let asked = all.into_iter().filter(|row| ids.contains(&row["id"].to_string()));
            let data: Vec<Value> = asked.collect();
            return answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS", "data": data}));
        }
        if !request.contains("trunk/list") {
            return answer(200, &json!({"errcode": 0, "errmsg": "SUCCESS"}));
        }
        let mut reads = reads.lock().unwrap();
        let status = states[usize::min(*reads, states.len() - 1)];
        *reads += 1;
        let rows = [row(7, "itsp", status), row(8, "other", status)];
        answer(200, &json!({"errcode": 0, "total_number": 2, "data": rows}))
    });
    let place = Place::new();
    given::profiles_with_tokens(&place, &server.base);
    (place, server)
}

fn wait(states: &'static [u64], words: &str) -> Ran {
    let (place, _server) = pbx(states, "192.0.2.1:5060");
    run(&place, words)
}

fn run(place: &Place, words: &str) -> Ran {
    let words = format!("-p yeastar -o json trunk wait {words}");
    command(place, &words.split(' ').collect::<Vec<_>>())
}

/// Runs words with the profiles of the scripted PBX.
fn command(place: &Place, words: &[&str]) -> Ran {
    place.run(&[&["--profiles-file", &profiles(place)], words].concat())
}

fn profiles(place: &Place) -> String {
    place.path().join("tokens.toml").display().to_string()
}

#[test]
fn a_trunk_that_comes_up_ends_the_wait_with_a_row() {
    let ran = wait(&[4, 1], "itsp --for registered --within 30s").expect(0);
    let mut rows = ran.json();
    let waited = rows[0].as_object_mut().unwrap().remove("waited_seconds").unwrap().as_f64().unwrap();
    assert!(waited >= 1.0, "{waited}");
    assert_eq!(
        rows,
        json!([{"trunk": "itsp", "profile": "yeastar", "wanted": "registered", "reached": true,
                "status": "registered", "status_code": "1", "readings": 2}])
    );
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.err);
    assert!(lines[0].starts_with("note: trunk `itsp` is `registering` (code 4), after "), "{}", ran.err);
    assert!(lines[0].ends_with(" s"), "{}", ran.err);
    assert!(lines[1].starts_with("note: trunk `itsp` is `registered` (code 1), after "), "{}", ran.err);
}

#[test]
fn a_trunk_that_stays_down_ends_with_its_status_its_cause_and_what_to_run_next() {
    let ran = wait(&[4], "name:itsp --within 1s").expect(15);
    let rows = ran.json();
    assert_eq!((&rows[0]["reached"], &rows[0]["status"]), (&json!(false), &json!("registering")));
    let error = ran.error();
    let message = error["message"].as_str().unwrap();
    assert!(
        message.starts_with("trunk `name:itsp` of profile `yeastar` is `registering` (code 4), for ")
            && message.contains(" s; the provider"),
        "{message}"
    );
    assert_eq!((&error["kind"], &error["retryable"]), (&json!("unhealthy"), &json!(true)));
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.starts_with("`trunkctl -p yeastar trunk check name:itsp` looks for the cause"), "{hint}");
}

#[test]
fn refused_credentials_end_the_wait_at_once() {
    let (place, server) = pbx(&[45], "192.0.2.1:5060");
    let error = run(&place, "itsp --within 5m").expect(15).error();
    assert!(error["message"].as_str().unwrap().contains("refused the username"), "{error}");
    assert_eq!((&error["retryable"], server.requests().len()), (&json!(false), 1));
}

#[test]
fn a_trunk_that_does_not_exist_is_waited_for() {
    let ran = wait(&[1], "third --within 1s").expect(15);
    assert!(ran.err.contains("note: trunk `third` does not exist yet, after "), "{}", ran.err);
    assert!(
        ran.error()["message"]
            .as_str()
            .unwrap()
            .contains("trunk `third` of profile `yeastar` never appeared")
    );
    assert_eq!(ran.json()[0]["status"], Value::Null);
    wait(&[1], "--within 1s").expect(2);
    let error = wait(&[1], "itsp --ca-file ca.pem").expect(2).error();
    assert!(error["message"].as_str().unwrap().contains("only for --for healthy"), "{error}");
}

#[test]
fn a_vendor_without_a_status_is_refused_with_a_supported_goal() {
    let (place, server) = pbx(&[1], "192.0.2.1:5060");
    for profile in ["zoom", "itniotech"] {
        for goal in ["registered", "reachable"] {
            let ran = command(&place, &["-p", profile, "-o", "json", "trunk", "wait", "a", "--for", goal])
                .expect(13);
            assert!(ran.error()["hint"].as_str().unwrap().contains("--for healthy"), "{ran:?}");
        }
    }
    assert!(server.requests().is_empty());
}

#[test]
fn failed_reads_and_refused_log_ins_do_not_count_as_a_status() {
    let refusing = Refusing::new();
    let place = Place::new();
    given::profiles_with_tokens(&place, &refusing.base);
    let ran = run(&place, "itsp --within 1s --retries 0").expect(10);
    assert!(ran.error()["message"].as_str().unwrap().contains("were never read"), "{ran:?}");
    assert_eq!(ran.json()[0]["readings"], 0);
    // One that never answers is not waited for much longer than that.
    let silent = Scripted::start(vec![Act::Stall]);
    given::profiles_with_tokens(&place, &silent.base);
    run(&place, "itsp --within 1s").expect(10);
    let server = Scripted::start(vec![Act::Json(200, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#)]);
    given::profiles_with_tokens(&place, &server.base);
    let ran = run(&place, "itsp --within 5m").expect(5);
    assert_eq!((ran.out.as_str(), server.requests().len()), ("", 1));
}

#[test]
fn healthy_requires_an_answer_and_trunks_with_one_target_share_a_probe() {
    let alive = udp(Say::Code(200, "OK"));
    let (place, server) = pbx(&[4, 1], &alive.address);
    let ran = run(&place, "itsp other --for healthy --within 30s").expect(0);
    assert!(ran.json().as_array().unwrap().iter().all(|row| row["reached"] == true), "{ran:?}");
    assert_eq!(alive.requests().len(), 1);
    let lists = server.requests().iter().filter(|request| request.contains("trunk/list")).count();
    assert_eq!(lists, 2);
    // Nothing listens there: the reason, and the remedy.
    let closed = closed_udp();
    let (place, _server) = pbx(&[1], &closed);
    let error = run(&place, "itsp --for healthy --within 1s").expect(15).error();
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("is `registered` (code 1), but net.connect: ")
            && message.contains("check host, port"),
        "{message}"
    );
}

/// A port that was free a moment ago.
fn closed_udp() -> String {
    std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_wait_with_its_report() {
    let (place, server) = pbx(&[4], "192.0.2.1:5060");
    let mut command =
        place.command(&["-p", "yeastar", "-o", "json", "trunk", "wait", "itsp", "--within", "5m"]);
    command.args(["--profiles-file", &profiles(&place)]);
    let running = Running::start(command);
    server.wait_for(2);
    running.interrupt();
    let ran = running.end().expect(130);
    assert_eq!((&ran.json()[0]["reached"], &ran.json()[0]["status"]), (&json!(false), &json!("registering")));
    let error = ran.error();
    assert_eq!(error["kind"], "interrupted");
    assert!(
        error["message"].as_str().unwrap().contains("trunk `itsp` of profile `yeastar` is `registering`"),
        "{error}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_one_line_while_it_waits() {
    let (place, _server) = pbx(&[4, 1], "192.0.2.1:5060");
    let profiles = profiles(&place);
    let place = place.with("TERM", "xterm");
    let args = ["--profiles-file", &profiles, "-p", "yeastar", "trunk", "wait", "itsp", "--within", "30s"];
    let mut terminal = crate::support::terminal::Terminal::start(&place, &args);
    terminal.wait_for("0 s of 30 s: 0 of 1 reachable; itsp is `registering` (code 4)");
    terminal.wait_for("registered");
    let (status, shown) = terminal.end();
    assert!(status.success() && !shown.contains("note:"), "{shown}");
}
