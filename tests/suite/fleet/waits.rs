//! `apply --wait`: the vendor's status is read until the written trunks are up.

use super::*;

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
