//! A write that the vendor answers with success but does not carry out is detected.

use serde_json::json;

use super::*;
use crate::support::scripted::http;

/// A write that the recorder answers in place of the vendor.
struct Swallowed {
    what: &'static str,
    before: &'static str,
    after: &'static str,
    /// A part of its address, and the number of earlier requests to that address.
    call: (&'static str, usize),
    status: u16,
    answer: Value,
}

const PEER: &str = "[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\nkind = \"peer\"\nhost = \"192.0.2.7\"\n\
    port = 5060\ntransport = \"udp\"\ncodecs = [\"ulaw\"]\n";
const PEER_LATER: &str = "[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\nkind = \"peer\"\nhost = \"192.0.2.8\"\n\
    port = 5060\ntransport = \"udp\"\ncodecs = [\"ulaw\"]\n";
const OUT: &str = "[[trunk]]\nprofile = \"itniotech\"\nname = \"t\"\nkind = \"peer\"\ndirection = \"outbound\"\n\
    host = \"192.0.2.7\"\nagent_groups = [{ name = \"Sales\" }]\n";
const OUT_LATER: &str = "[[trunk]]\nprofile = \"itniotech\"\nname = \"t\"\nkind = \"peer\"\ndirection = \"outbound\"\n\
    host = \"192.0.2.8\"\nagent_groups = [{ name = \"Sales\" }]\n";
const ASSIGNED: &str = "[[trunk]]\nprofile = \"zoom\"\nmaster_trunk = \"trunk-a\"\n";
const OTHER: &str = "[[trunk]]\nprofile = \"zoom\"\nmaster_trunk = \"trunk-b\"\n";
const NUMBER: &str = "[[internal_numbers]]\nprofile = \"zoom\"\nnumbers = [\
    { number = \"+16466661110\", labels = \"A\", languages = \"en-US\" }]\n";
const COUNTRY: &str = "[[callout_countries]]\nprofile = \"zoom\"\ncountries = [\"US\"]\n";
const NONE: &str = "trunk = []\n";

fn swallowed() -> Vec<Swallowed> {
    let one =
        |what, (before, after), call, status, answer| Swallowed { what, before, after, call, status, answer };
    let pbx = json!({"errcode": 0, "errmsg": "SUCCESS", "id": 77});
    let center = |data: Value| json!({"status": "0", "reason": "success", "data": data});
    let row = json!({
        "id": "A1", "number": "+16466661110", "display_number": "+1 646 666 1110", "country": "US", "type": 0,
        "labels": "A", "languages": "en-US",
    });
    vec![
        one("a PBX's trunk that is made", (NONE, PEER), ("/trunk/create", 0), 200, pbx.clone()),
        one("one that is changed", (PEER, PEER_LATER), ("/trunk/update", 0), 200, pbx.clone()),
        one("one that is deleted", (PEER, NONE), ("/trunk/delete", 0), 200, pbx),
        one("a center's trunk that is made", (NONE, OUT), ("/sipTrunk/add", 0), 200, center(json!(77))),
        one("one that is changed", (OUT, OUT_LATER), ("/sipTrunk/update", 0), 200, center(Value::Null)),
        one(
            "a trunk that is assigned",
            (OTHER, "trunk = []\n[[trunk]]\nprofile = \"zoom\"\nmaster_trunk = \"trunk-a\"\n"),
            ("/sip_trunk/trunks", 1),
            201,
            json!({"sip_trunks": [{"id": "trunk-a"}]}),
        ),
        one("an assignment that ends", (ASSIGNED, NONE), ("/sip_trunk/trunks/", 0), 204, Value::Null),
        one("a number", (NONE, NUMBER), ("/internal_numbers", 1), 201, json!({"internal_numbers": [row]})),
        one("a number that goes", (NUMBER, NONE), ("/internal_numbers/", 0), 204, Value::Null),
        one(
            "a country",
            (NONE, COUNTRY),
            ("/callout_countries", 1),
            201,
            json!({"callout_countries": [{"id": "US", "name": "United States"}]}),
        ),
        one("a country that goes", (COUNTRY, NONE), ("/callout_countries/", 0), 204, Value::Null),
    ]
}

#[test]
fn a_write_that_succeeds_without_effect_is_reported_as_failed() {
    for case in swallowed() {
        let lab = Lab::new();
        // Each case gets its own ownership, so that an empty list belongs to this manifest.
        let before = case.before.replace("trunk = []\n[[", "[[");
        let owns = owns("yeastar", "yeastar")
            + owns("itniotech", "itniotech").as_str()
            + "[[owns]]\nprofile = \"zoom\"\n\
            trunks = \"all\"\ninternal_numbers = \"all\"\ncallout_countries = \"all\"\n";
        let path = lab.manifest(&(before + &owns));
        lab.run(&format!("apply -f {path} --yes")).expect(0);
        lab.manifest(&(case.after.replace("trunk = []\n[[", "[[") + &owns));
        let body = if case.answer.is_null() { String::new() } else { case.answer.to_string() };
        let answer = http(case.status, "Content-Type: application/json\r\n", &body);
        lab.recorders[0].after(case.call.0, case.call.1, 1, answer);
        let ran = lab.run(&format!("apply -f {path} --yes --prune"));
        assert_eq!(lab.recorders[0].unasked(), 0, "{}: the write never came", case.what);
        assert_eq!(ran.code, 12, "{}: {}", case.what, ran.out);
        let changes = changes(&ran);
        let change = changes.iter().find(|change| change["outcome"] == "failed").unwrap();
        let message = change["error"]["message"].as_str().unwrap();
        assert!(message.contains("answered success, but"), "{}: {message}", case.what);
        // The next run does the remaining changes.
        let plan = lab.run(&format!("plan -f {path} --prune --detailed-exitcode")).expect(14);
        // The object that it should replace still exists.
        let undone = changes
            .iter()
            .filter(|change| ["failed", "skipped"].map(Value::from).contains(&change["outcome"]));
        let undone: Vec<&str> = undone.map(|change| change["name"].as_str().unwrap()).collect();
        assert_eq!(column(&plan, "name"), undone, "{}", case.what);
        lab.run(&format!("apply -f {path} --yes --prune")).expect(0);
        lab.run(&format!("plan -f {path} --prune --detailed-exitcode")).expect(0);
    }
}

/// The vendor applies only part of the write.
#[test]
fn the_error_names_a_field_that_the_vendor_stored_differently() {
    let rewrite = |seen: &Seen, answer: Vec<u8>| {
        let text = String::from_utf8(answer).unwrap();
        // After the write, the vendor reports another port.
        let rewritten = if seen.target.contains("/trunk/get") { text.replace("5060", "5099") } else { text };
        rewritten.into_bytes()
    };
    let lab = Lab::before(vec![Served::start()], |base| Recorder::retelling(base, rewrite));
    let path = lab.manifest(PEER);
    let ran = lab.run(&format!("apply -f {path} --yes")).expect(12);
    let error = &changes(&ran)[0]["error"];
    assert!(error["message"].as_str().unwrap().contains("port is 5099 and should be 5060"), "{error}");
    assert_eq!((&error["kind"], &error["outcome"]), (&json!("rejected"), &json!("unknown")));
}

/// Trunks that were written one after the other are read back in one call, and each is compared.
#[test]
fn trunks_of_a_profile_are_read_back_together() {
    let rewrite = |seen: &Seen, answer: Vec<u8>| {
        let text = String::from_utf8(answer).unwrap();
        // The PBX did not set the port of one of them.
        let rewritten =
            if seen.target.contains("/trunk/query") { text.replace("5066", "5099") } else { text };
        rewritten.into_bytes()
    };
    let lab = Lab::before(vec![Served::start()], |base| Recorder::retelling(base, rewrite));
    let manifest = |port: u32| -> String {
        let ports = [("a", port), ("b", port + 1), ("c", port + 2)];
        let trunk = |(name, port): (&str, u32)| {
            let peer = PEER.replace("\"t\"", &format!("\"{name}\""));
            peer.replace("5060", &port.to_string())
        };
        ports.map(trunk).concat()
    };
    let calls = |lab: &Lab| {
        let lines: Vec<String> = lab.requests().iter().map(|seen| seen.target.clone()).collect();
        ["/trunk/create", "/trunk/update", "/trunk/query", "/trunk/get"]
            .map(|call| lines.iter().filter(|target| target.contains(call)).count())
    };
    let path = lab.manifest(&manifest(5061));
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    assert_eq!(calls(&lab), [3, 0, 1, 0]);
    let path = lab.manifest(&manifest(5065));
    let ran = lab.run(&format!("apply -f {path} --yes")).expect(12);
    // One call for the plan, one for each trunk before its change, and one call afterwards.
    assert_eq!(calls(&lab), [0, 3, 2, 3]);
    assert_eq!(column(&ran, "outcome"), ["updated", "failed", "updated"]);
    let message = changes(&ran)[1]["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("port is 5099 and should be 5066"), "{message}");
}

/// With --fail-fast, a trunk is read back before the next one is written.
#[test]
fn fail_fast_reads_each_trunk_back_before_the_next_write() {
    let lab = Lab::new();
    let path = lab.manifest(&["a", "b"].map(|name| PEER.replace("\"t\"", &format!("\"{name}\""))).concat());
    lab.run(&format!("apply -f {path} --yes --fail-fast")).expect(0);
    let lines: Vec<String> = lab.requests().iter().map(Seen::line).collect();
    let calls = lines.iter().filter_map(|line| line.rsplit_once("/trunk/")).map(|(_, call)| call);
    let calls: Vec<&str> = calls.filter(|call| !call.starts_with("list")).collect();
    assert_eq!(calls.join(" "), "create get create get");
}

/// A table lists the reasons below its rows; CSV has only rows, so the reasons go to standard error.
#[test]
fn csv_reports_reasons_on_standard_error() {
    let lab = Lab::before(vec![Served::faulty(&["status=400;call=trunk/create"])], Recorder::before);
    let path = lab.manifest(PEER);
    let ran = lab.run(&format!("-o csv apply -f {path} --yes")).expect(12);
    assert_eq!(ran.out.lines().count(), 2, "{}", ran.out);
    assert!(ran.error()["message"].as_str().unwrap().starts_with("t: "), "{}", ran.err);
}

/// A change that was written and cannot be read back counts as done, with a note.
#[test]
fn a_change_that_cannot_be_read_back_is_done_with_a_note() {
    let lab = Lab::new();
    let path = lab.manifest(&format!("{PEER}{NUMBER}"));
    let failure = || http(500, "", "");
    lab.recorders[0].instead("/trunk/get", usize::MAX, failure());
    lab.recorders[0].after("/internal_numbers", 2, usize::MAX, failure());
    let done = lab.run(&format!("--retries 0 apply -f {path} --yes")).expect(0);
    for change in changes(&done) {
        assert_eq!(change["outcome"], "created", "{change}");
        assert!(change["note"].as_str().unwrap().contains("could not be read back"), "{change}");
    }
    assert_eq!(changes(&done).len(), 2);
    lab.recorders[0].unasked();
    lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
}
