//! `apply --wait`: the vendor's status is read until the written trunks are up.

use super::*;
use crate::support::scripted::http;

#[test]
fn apply_waits_for_the_trunks_that_it_wrote() {
    let lab = Lab::new();
    let other = "[[trunk]]\nprofile = \"itniotech\"\nname = \"o\"\nkind = \"peer\"\ndirection = \"outbound\"\n\
        host = \"192.0.2.9\"\nagent_groups = [{ name = \"Sales\" }]\n";
    let path = lab.manifest(&(peer("yeastar", "t") + other));
    let ran = lab.run(&format!("apply -f {path} --yes --wait=20s")).expect(0);
    assert_eq!(count(&ran, "created"), 2);
    assert!(ran.err.contains("did not wait for trunk `o` of profile `itniotech`"), "{}", ran.err);
    // The PBX's trunk was read until it was reachable; in the sandbox one read is enough.
    let lists = lab.requests().iter().filter(|seen| seen.target.contains("trunk/list")).count();
    assert!(lists >= 2, "{lists}");
}

/// Runs an apply with that wait, on a PBX that reports this code for every trunk.
fn applied(code: &'static str, within: &str) -> Ran {
    let lab = Lab::before(vec![Served::start()], |base| {
        Recorder::hooked(
            base,
            std::sync::Arc::new(move |seen: &Seen, ask: &dyn Fn() -> Option<Vec<u8>>| {
                let answer = ask()?;
                if !seen.target.contains("trunk/list") {
                    return Some(answer);
                }
                let text = String::from_utf8(answer).unwrap();
                let (_, body) = text.split_once("\r\n\r\n").unwrap();
                let body = body.replace("\"status\":1,", &format!("\"status\":{code},"));
                Some(http(200, "", &body))
            }),
        )
    });
    let path = lab.manifest(&peer("yeastar", "t"));
    lab.run(&format!("apply -f {path} --yes --wait={within}"))
}

#[test]
fn apply_prints_its_changes_and_exits_with_15_if_a_trunk_stays_down() {
    // Refused credentials end the wait early.
    for (code, within, says) in
        [("4", "300ms", "is `registering` (code 4)"), ("45", "5m", "is `auth_failed` (code 45)")]
    {
        let ran = applied(code, within).expect(15);
        assert_eq!(count(&ran, "created"), 1);
        assert!(ran.err.contains(&format!("trunk `t` of profile `yeastar` {says}")), "{}", ran.err);
    }
}

#[test]
fn apply_does_not_wait_for_a_disabled_trunk() {
    let ran = applied("44", "5m").expect(0);
    assert!(
        ran.err.contains("did not wait for trunk `t` of profile `yeastar`: it is `disabled`"),
        "{}",
        ran.err
    );
}
