//! A profile that cannot be read is left alone: nothing is planned for it, and nothing is written.

use serde_json::json;

use super::*;
use crate::faults::matrix::door::Door;
use crate::support::scripted::http;

/// One entry for a profile of each vendor, and the calls that read its objects.
const ENTRIES: [(&str, &str, &[&str]); 5] = [
    (
        "yeastar",
        "[[trunk]]\nname = \"t\"\nkind = \"peer\"\nhost = \"192.0.2.7\"\nport = 5060\ntransport = \"udp\"\n\
         codecs = [\"ulaw\"]\n",
        &["/trunk/list"],
    ),
    (
        "itniotech",
        "[[trunk]]\nname = \"t\"\nkind = \"peer\"\ndirection = \"outbound\"\nhost = \"192.0.2.7\"\n\
         agent_groups = [{ name = \"Sales\" }]\n",
        &["/sipTrunk/query", "/seatGroup/query"],
    ),
    ("zoom", "[[trunk]]\nmaster_trunk = \"trunk-a\"\n", &["/sip_trunk/trunks"]),
    (
        "zoom",
        "[[internal_numbers]]\nnumbers = [{ number = \"+16466661110\", labels = \"A\", languages = \"en-US\" }]\n",
        &["/internal_numbers"],
    ),
    ("zoom", "[[callout_countries]]\ncountries = [\"US\"]\n", &["/callout_countries"]),
];

/// Answers from which the vendor's state cannot be read.
fn bad_answers(vendor: &str) -> Vec<(&'static str, Vec<u8>)> {
    let json = |body: Value| http(200, "Content-Type: application/json\r\n", &body.to_string());
    let cut = match vendor {
        "yeastar" => json!({"errcode": 0, "errmsg": "SUCCESS", "total_number": 3, "data": []}),
        "itniotech" => json!({"status": "0", "reason": "success", "data": {"total": 3, "records": []}}),
        _ => json!({"total_records": 3, "next_page_token": ""}),
    };
    vec![
        ("a failure", http(500, "", "")),
        ("a page for people", http(200, "Content-Type: text/html\r\n", "<html>Bad gateway</html>")),
        ("a list without its rows", json(cut)),
        ("an answer that breaks off", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{".to_vec()),
    ]
}

/// The entry on the first site, or on both.
fn manifest(lab: &Lab, vendor: &str, entry: &str, sites: &[usize]) -> String {
    let names: Vec<String> = sites.iter().map(|at| format!("\"{vendor}-{at}\"")).collect();
    let target = format!("]]\nprofiles = [{}]\n", names.join(", "));
    let owned: String = sites.iter().map(|at| owns(vendor, &format!("{vendor}-{at}"))).collect();
    lab.place.write("manifest.toml", &(entry.replacen("]]\n", &target, 1) + "\n" + &owned))
}

const PLAN: &str = "--retries 0 plan -f";
const APPLY: &str = "--retries 0 apply --yes -f";

#[test]
fn a_profile_with_unreadable_answers_fails_and_the_others_are_done() {
    for (vendor, entry, calls) in ENTRIES {
        for call in calls {
            for (what, answer) in bad_answers(vendor) {
                let what = format!("{vendor} {call}: {what}");
                let lab = Lab::sites(2);
                lab.recorders[0].instead(call, usize::MAX, answer);
                let broken = format!("{vendor}-0");
                one_of_two(&lab, &manifest(&lab, vendor, entry, &[0, 1]), &broken, &what);
                let alone = manifest(&lab, vendor, entry, &[0]);
                for line in [PLAN, APPLY] {
                    let ran = lab.run(&format!("{line} {alone}")).expect(10);
                    assert_eq!(ran.error()["kind"], "unavailable", "{what}");
                }
                assert_eq!(lab.written(), Vec::<String>::new(), "{what}");
                lab.recorders[0].unasked();
                healed(&lab, &manifest(&lab, vendor, entry, &[0, 1]), &what);
            }
        }
    }
}

#[test]
fn a_refused_connection_is_not_taken_for_an_empty_list() {
    for (vendor, entry, _) in [&ENTRIES[0], &ENTRIES[1], &ENTRIES[2]] {
        let lab = Lab::sites(2);
        let door = Door::before(&lab.recorders[0].base, 0);
        let text = std::fs::read_to_string(&lab.profiles).unwrap();
        lab.place.write("profiles.toml", &text.replace(&lab.recorders[0].base, &door.base));
        let path = manifest(&lab, vendor, entry, &[0, 1]);
        one_of_two(&lab, &path, &format!("{vendor}-0"), vendor);
        let ran = lab.run(&format!("{PLAN} {path} -p {vendor}-0")).expect(10);
        assert_eq!(ran.error()["kind"], "unavailable");
        door.open();
        healed(&lab, &path, vendor);
    }
}

/// The first of two profiles cannot be read.
#[track_caller]
fn one_of_two(lab: &Lab, path: &str, broken: &str, what: &str) {
    for prune in ["", " --prune"] {
        let plan = lab.run(&format!("{PLAN} {path}{prune} --detailed-exitcode")).expect(12);
        let parts = &plan.json()["profiles"];
        let outcomes = [&parts[0]["outcome"], &parts[1]["outcome"]];
        assert_eq!(outcomes, [&json!("failed"), &json!("planned")], "{what}: {}", plan.out);
        assert_eq!(parts[0]["error"]["kind"], "unavailable", "{what}: {}", plan.out);
        assert!(column(&plan, "profile").iter().all(|profile| profile != broken), "{what}: {}", plan.out);
        assert_eq!((count(&plan, "create"), count(&plan, "failed")), (1, 1), "{what}");
        assert!(plan.error()["message"].as_str().unwrap().contains(broken), "{what}: {}", plan.err);
    }
    let ran = lab.run(&format!("{APPLY} {path} --fail-fast")).expect(12);
    assert_eq!((ran.out.as_str(), lab.written()), ("", Vec::new()), "{what}");
    assert!(ran.error()["message"].as_str().unwrap().contains(broken), "{what}: {}", ran.err);
    let done = lab.run(&format!("{APPLY} {path} --prune")).expect(12);
    let outcomes = column(&done, "outcome");
    assert_eq!((outcomes[0].as_str(), outcomes.len()), ("failed", 2), "{what}: {}", done.out);
    assert_eq!(
        (&column(&done, "profile")[0], &column(&done, "kind")[0]),
        (&broken.to_owned(), &"profile".into())
    );
    assert!(["created", "assigned"].contains(&outcomes[1].as_str()), "{what}: {}", done.out);
    assert_eq!(lab.writes().len(), 1, "{what}");
}

/// Checks that the rest is done once the profile can be read, and nothing twice.
#[track_caller]
fn healed(lab: &Lab, path: &str, what: &str) {
    let done = lab.run(&format!("{APPLY} {path}")).expect(0);
    assert_eq!((changes(&done).len(), count(&done, "unchanged")), (1, 1), "{what}: {}", done.out);
    assert_eq!(lab.run(&format!("{PLAN} {path} --detailed-exitcode")).code, 0, "{what}");
}

/// The list has the trunk, but its details cannot be read.
#[test]
fn a_trunk_that_cannot_be_read_is_not_changed() {
    let lab = Lab::new();
    let entry = ENTRIES[0].1.replacen("]]\n", "]]\nprofile = \"yeastar\"\n", 1);
    let path = lab.manifest(&entry);
    lab.run(&format!("{APPLY} {path}")).expect(0);
    lab.manifest(&entry.replace("5060", "5062"));
    lab.requests();
    for (what, answer) in bad_answers("yeastar") {
        lab.recorders[0].instead("/trunk/get", usize::MAX, answer);
        assert_eq!(lab.run(&format!("{PLAN} {path}")).expect(10).json()["changes"], json!([]), "{what}");
        lab.run(&format!("{APPLY} {path}")).expect(10);
        lab.recorders[0].unasked();
    }
    assert_eq!(lab.written(), Vec::<String>::new());
    lab.run(&format!("{APPLY} {path}")).expect(0);
}

#[test]
fn refused_credentials_and_missing_secrets_fail_only_their_profile() {
    for (from, to, code, kind) in
        [("sandbox-secret", "wrong", 5, "auth"), ("\"sandbox-secret\"", "\"env:NOT_THERE\"", 3, "config")]
    {
        let lab = Lab::sites(2);
        let text = std::fs::read_to_string(&lab.profiles).unwrap();
        lab.place.write("profiles.toml", &text.replacen(from, to, 1));
        let path = manifest(&lab, "yeastar", ENTRIES[0].1, &[0, 1]);
        let plan = lab.run(&format!("{PLAN} {path}")).expect(12);
        assert_eq!(plan.json()["profiles"][0]["error"]["kind"], kind, "{}", plan.out);
        let alone = lab.run(&format!("{APPLY} {path} -p yeastar-0")).expect(code);
        assert_eq!(alone.error()["kind"], kind);
        lab.run(&format!("{APPLY} {path}")).expect(12);
        lab.place.write("profiles.toml", &text);
        healed(&lab, &path, kind);
        // The other profile could be read and needs no change.
        lab.place.write("profiles.toml", &text.replacen(from, to, 1));
        lab.run(&format!("{APPLY} {path}")).expect(12);
    }
}
