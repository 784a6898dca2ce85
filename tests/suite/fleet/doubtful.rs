//! After a write whose result is uncertain, earlier digests no longer prove the value at the vendor.

use super::*;
use crate::support::recorder::Seen as Request;

const SETTINGS: &str = "[[sip_settings]]\nprofile = \"zoom\"\naccount = \"sub-1\"\nvendor_fields = WHAT\n";
const REGISTER: &str = "[[trunk]]\nprofile = \"yeastar\"\nname = \"reg\"\nkind = \"register\"\n\
    host = \"sip.example.com\"\nport = 5060\ntransport = \"udp\"\nusername = \"6701\"\nauth_name = \"6701\"\n\
    password = \"env:SECRET\"\ncodecs = [\"ulaw\"]\n";

fn lab(fault: &str, rewrite: fn(&Request, Vec<u8>) -> Vec<u8>) -> Lab {
    Lab::before(vec![Served::faulty(&[fault])], |base| Recorder::retelling(base, rewrite))
}

/// Masks each password with the same number of characters.
fn masked(_: &Request, answer: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(answer).unwrap();
    let text = ["Canary0PasswordA", "Canary0PasswordB"].iter().fold(text, |text, secret| {
        text.replace(&format!("\"password\":\"{secret}\""), "\"password\":\"****************\"")
    });
    text.into_bytes()
}

/// The first value is assigned, the second one possibly; then the first is wanted again.
#[test]
fn unreadable_settings_are_assigned_again_after_a_lost_answer() {
    let field = "enable_all_settings_from_master_account";
    let words = format!("sip-settings assign --account sub-1 --vendor-field {field}=2");
    for by_hand in [false, true] {
        let lab = lab("drop-after;call=PATCH /zoom;skip=1;count=1", |_, answer| answer);
        let apply = |figure: u8| {
            let path = lab.manifest(&SETTINGS.replace("WHAT", &format!("{{ {field} = {figure} }}")));
            lab.run(&format!("apply -f {path} --yes"))
        };
        apply(1).expect(0);
        match by_hand {
            true => lab.run(&format!("-p zoom {words}")).expect(11),
            false => apply(2).expect(12),
        };
        lab.requests();
        apply(1).expect(0);
        assert_eq!(lab.writes().len(), 1, "{by_hand}");
        apply(1).expect(0);
        assert_eq!(lab.writes().len(), 0, "{by_hand}");
    }
}

/// The vendor does not return the password, so its change cannot be verified.
#[test]
fn a_password_is_sent_again_if_its_change_was_not_verified() {
    for (fault, words) in [
        ("status=503;call=trunk/get;skip=3;count=1", None),
        (
            "drop-after;call=trunk/update;count=1",
            Some("-p yeastar trunk update name:reg --password-from env:SECRET"),
        ),
    ] {
        let lab = lab(fault, masked);
        let path = lab.manifest(REGISTER);
        let run = |secret: &str, words: &str| {
            read(lab.command(&format!("{words} --retries 0")).env("SECRET", secret).output().unwrap())
        };
        let apply = format!("apply -f {path} --yes");
        run("Canary0PasswordA", &apply).expect(0);
        match words {
            None => {
                let ran = run("Canary0PasswordB", &format!("-o table {apply}")).expect(0);
                assert!(ran.err.contains("reg: it was written, and could not be read back"), "{}", ran.err);
            }
            Some(words) => drop(run("Canary0PasswordB", words).expect(11)),
        }
        let done = run("Canary0PasswordA", &apply).expect(0);
        assert_eq!(changes(&done).iter().map(fields).collect::<Vec<_>>(), [["password"]], "{fault}");
        run("Canary0PasswordA", &format!("plan -f {path} --detailed-exitcode")).expect(0);
    }
}

/// Another user sets the password while the prompt waits for a plan that leaves it alone.
#[cfg(target_os = "linux")]
#[test]
fn no_digest_is_stored_for_a_password_that_was_not_sent() {
    use crate::support::terminal::Terminal;
    let lab = lab("delay=0ms;call=trunk/update", masked)
        .with("SECRET", "Canary0PasswordA")
        .with("OTHER", "Canary0PasswordB");
    let path = lab.manifest(REGISTER);
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.manifest(&REGISTER.replace("5060", "5070"));
    let mut terminal = Terminal::start(&lab.place, &["--profiles-file", &lab.profiles, "apply", "-f", &path]);
    terminal.wait_for("changes 1");
    lab.run("-p yeastar trunk update name:reg --password-from env:OTHER").expect(0);
    terminal.type_line("y");
    let (status, shown) = terminal.end();
    assert_eq!(status.code(), Some(0), "{shown}");
    let plan = lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(14);
    assert_eq!(fields(&changes(&plan)[0]), ["password"]);
}
