//! `trunk check` of trunks: of a profile, of a file, and of a manifest.

use super::*;
use crate::support::served::Served;

/// Runs words against the sandbox's PBX.
fn run(place: &Place, profiles: &str, line: &str) -> Ran {
    let mut args = vec!["--profiles-file", profiles, "-o", "json"];
    args.extend(line.split_whitespace());
    place.run(&args)
}

fn peer(name: &str, address: &str, more: &str) -> String {
    let (host, port) = address.split_once(':').unwrap();
    format!(
        "-p yeastar trunk create --name {name} --kind peer --host {host} --port {port} --transport udp --codecs ulaw{more}"
    )
}

#[test]
fn the_probe_is_compared_with_the_vendors_status() {
    let (served, place) = (Served::start(), Place::new());
    let profiles = served.profiles(&place, "");
    let alive = udp(Say::Code(200, "OK"));
    let closed = crate::support::refusing::Refusing::new();
    run(&place, &profiles, &peer("alive", &alive.address, "")).expect(0);
    run(
        &place,
        &profiles,
        &peer("dead", closed.base.trim_start_matches("http://"), "").replace("udp", "tcp"),
    )
    .expect(0);
    let ran = run(&place, &profiles, "-p yeastar trunk check alive").expect(0);
    assert_eq!(check(&ran, "vendor.status")["verdict"], "pass");
    assert_eq!(check(&ran, "vendor.agreement")["verdict"], "pass");
    // The PBX runs on this machine too, so a loopback address is valid.
    assert_eq!(
        (&check(&ran, "static.fields")["verdict"], &ran.json()[0]["verdict"]),
        (&json!("pass"), &json!("pass"))
    );
    // All trunks of the profile, the worst first.
    let all = run(&place, &profiles, "-p yeastar trunk check").expect(15);
    let reports = all.json();
    let names: Vec<&str> =
        reports.as_array().unwrap().iter().map(|one| one["trunk"].as_str().unwrap()).collect();
    assert_eq!(names, ["dead", "alive"]);
    assert_eq!(reports[0]["vendor_status"], json!({"status": "reachable", "status_code": "1"}));
    let agreement =
        reports[0]["checks"].as_array().unwrap().iter().find(|one| one["id"] == "vendor.agreement").unwrap();
    assert_eq!(agreement["verdict"], "warn", "{agreement}");
    // Nothing is sent.
    let before = alive.requests().len();
    run(&place, &profiles, "-p yeastar trunk check --offline").expect(0);
    assert_eq!(alive.requests().len(), before);
    assert_eq!(run(&place, &profiles, "-p yeastar trunk check nosuch").code, 6);
    let table =
        place.run(&["--profiles-file", &profiles, "-p", "yeastar", "trunk", "check", "dead"]).expect(15);
    let first = table.out.lines().nth(1).unwrap();
    assert!(first.starts_with("  fail     net.connect: 127.0.0.1:"), "{}", table.out);
}

#[test]
fn trunks_with_one_target_share_one_probe() {
    let (served, place) = (Served::start(), Place::new());
    let profiles = served.profiles(&place, "");
    let (one, other) = (udp(Say::Code(200, "OK")), udp(Say::Nothing));
    for (name, address) in
        [("a", &one.address), ("b", &one.address), ("c", &one.address), ("d", &other.address)]
    {
        run(&place, &profiles, &peer(name, address, "")).expect(0);
    }
    let ran = run(&place, &profiles, "-p yeastar trunk check --timeout 1s").expect(0);
    let reports = ran.json();
    let mut found: Vec<(&str, &Value)> = Vec::new();
    for report in reports.as_array().unwrap() {
        let options = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == "sip.options");
        found.push((report["trunk"].as_str().unwrap(), &options.unwrap()["verdict"]));
    }
    found.sort_by_key(|(name, _)| *name);
    let (pass, unknown) = (json!("pass"), json!("unknown"));
    assert_eq!(found, [("a", &pass), ("b", &pass), ("c", &pass), ("d", &unknown)]);
    assert_eq!(one.requests().len(), 1);
    // One probe, sent again while no answer comes.
    let different: std::collections::BTreeSet<String> = other.requests().into_iter().collect();
    assert_eq!(different.len(), 1);
}

#[test]
fn the_codecs_of_an_answer_are_compared_with_those_of_the_trunk() {
    let place = Place::new();
    for (codecs, media, verdict, exit) in [
        ("ulaw\", \"g729", "m=audio 4000 RTP/AVP 8 0", "pass", 0),
        ("g729\", \"ulaw", "m=audio 4000 RTP/AVP 18", "warn", 0),
        ("opus", "m=audio 4000 RTP/AVP 8 0", "fail", 15),
    ] {
        let server = udp(Say::Media(media));
        let (host, port) = server.address.split_once(':').unwrap();
        let file = format!("name = \"t\"\nhost = \"{host}\"\nport = {port}\ncodecs = [\"{codecs}\"]\n");
        let file = place.write("trunk.toml", &file);
        let ran = place.run(&["-o", "json", "trunk", "check", "--from", &file]).expect(exit);
        assert_eq!(check(&ran, "codecs.overlap")["verdict"], verdict, "{codecs} {media}: {ran:?}");
    }
}

#[test]
fn rules_of_the_vendor_apply_to_its_trunks() {
    let (served, place) = (Served::start(), Place::new());
    let profiles = served.profiles(&place, "");
    let place = place.with("WEAK", "weak-word");
    let create = "-p yeastar trunk create --name a --kind register --host sip.example.com --port 5060 --transport udp \
                  --codecs ulaw --username u --auth-name u --password-from env:WEAK";
    run(&place, &profiles, create).expect(0);
    let ran = run(&place, &profiles, "-p yeastar trunk check a --offline").expect(0);
    assert_eq!(check(&ran, "static.password")["verdict"], "warn", "{ran:?}");
    assert!(!ran.out.contains("weak-word"), "{ran:?}");
    let inbound = place.write("inbound.toml", "name = \"in\"\ndirection = \"inbound\"\n");
    let ran =
        run(&place, &profiles, &format!("-p itniotech trunk check --offline --from {inbound}")).expect(15);
    assert_eq!(check(&ran, "static.allowed_ip")["verdict"], "fail", "{ran:?}");
    // Without a profile, the vendor is not known.
    run(&place, &profiles, &format!("-p yeastar trunk check --offline --from {inbound}")).expect(0);
}

#[test]
fn a_number_on_two_trunks_is_reported() {
    let (served, place) = (Served::start(), Place::new());
    let profiles = served.profiles(&place, "");
    for (name, did) in [("a", "5503308"), ("b", "550-3308"), ("c", "5503309")] {
        run(&place, &profiles, &peer(name, "192.0.2.1:5060", &format!(" --did {did}"))).expect(0);
    }
    let ran = run(&place, &profiles, "-p yeastar trunk check --offline").expect(15);
    let reports = ran.json();
    let duplicate = |name: &str| {
        let report = reports.as_array().unwrap().iter().find(|one| one["trunk"] == name).unwrap();
        report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == "numbers.duplicate")
            .unwrap()
            .clone()
    };
    assert!(
        duplicate("a")["message"].as_str().unwrap().contains("also on trunk `b` of profile `yeastar`"),
        "{ran:?}"
    );
    assert_eq!((&duplicate("b")["verdict"], &duplicate("c")["verdict"]), (&json!("fail"), &json!("pass")));
    // The trunks of a profile that cannot be read may have them, too.
    let text = std::fs::read_to_string(&profiles).unwrap();
    let closed = crate::support::refusing::Refusing::new();
    let away = format!(
        "[profiles.away]\nvendor = \"yeastar\"\nbase_url = \"{}\"\naccess_token = \"x\"\n",
        closed.base
    );
    let profiles = place.write("away.toml", &format!("{text}\n{away}"));
    let ran = run(&place, &profiles, "-p yeastar,away trunk check --offline --retries 0").expect(15);
    let reports = ran.json();
    let of =
        |name: &str| reports.as_array().unwrap().iter().find(|one| one["trunk"] == name).unwrap().clone();
    let last = of("c")["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == "numbers.duplicate")
        .unwrap()
        .clone();
    assert_eq!(last["verdict"], "unknown", "{last}");
    assert!(last["message"].as_str().unwrap().contains("profile away"), "{last}");
}

#[test]
fn a_trunk_listed_by_two_profiles_is_not_a_duplicate() {
    let (served, place) = (Served::start(), Place::new());
    let profiles = served.profiles(&place, "");
    run(&place, &profiles, &peer("a", "10.0.0.1:5060", " --did 5503308")).expect(0);
    let text = std::fs::read_to_string(&profiles).unwrap();
    let own = text.split("[profiles.").find(|part| part.starts_with("yeastar]")).unwrap();
    let second = own.replacen("yeastar]", "second]", 1);
    let profiles = place.write("two.toml", &format!("[profiles.{own}[profiles.{second}"));
    let ran = run(&place, &profiles, "trunk check --all-profiles --offline").expect(0);
    let reports = ran.json();
    let duplicates = reports.as_array().unwrap().iter().map(|one| {
        let mut checks = one["checks"].as_array().unwrap().iter();
        checks.find(|check| check["id"] == "numbers.duplicate").unwrap()["verdict"].clone()
    });
    assert_eq!(duplicates.collect::<Vec<_>>(), ["pass", "pass"], "{ran:?}");
}

#[test]
fn a_file_and_a_manifest_are_checked_before_they_are_applied() {
    let (served, place) = (Served::start(), Place::new());
    let profiles = served.profiles(&place, "");
    let alive = udp(Say::Code(200, "OK"));
    let (host, port) = alive.address.split_once(':').unwrap();
    let trunk =
        format!("name = \"t\"\nkind = \"peer\"\nhost = \"{host}\"\nport = {port}\ntransport = \"udp\"\n");
    let file = place.write("trunk.toml", &trunk);
    let ran = run(&place, &profiles, &format!("trunk check --from {file}")).expect(0);
    assert_eq!(check(&ran, "sip.options")["verdict"], "pass");
    let manifest = place.write("manifest.toml", &format!("[[trunk]]\nprofile = \"yeastar\"\n{trunk}"));
    let ran = run(&place, &profiles, &format!("trunk check -f {manifest}")).expect(0);
    assert_eq!((&ran.json()[0]["profile"], &ran.json()[0]["trunk"]), (&json!("yeastar"), &json!("t")));
    let bad = place.write("bad.toml", &trunk.replace(host, "sip:provider.example"));
    let error = run(&place, &profiles, &format!("trunk check --from {bad}")).expect(4).error();
    assert!(error["message"].as_str().unwrap().contains("`sip:provider.example` is a SIP URI"), "{error}");
    let account = place.write("account.toml", "name = \"a\"\nkind = \"account\"\nusername = \"branch\"\n");
    let ran = run(&place, &profiles, &format!("trunk check --from {account}")).expect(0);
    assert!(
        check(&ran, "sip.options")["message"].as_str().unwrap().contains("the other side registers"),
        "{ran:?}"
    );
}

#[test]
fn a_write_is_refused_if_its_check_fails_and_nothing_is_sent() {
    let (served, place) = (Served::start(), Place::new());
    let profiles = served.profiles(&place, "");
    let alive = udp(Say::Code(200, "OK"));
    let closed = crate::support::refusing::Refusing::new();
    let dead = closed.base.trim_start_matches("http://");
    let create = |address: &str, more: &str| peer("t", address, more).replace("udp", "tcp");
    let error = run(&place, &profiles, &create(dead, " --check")).expect(15).error();
    assert!(error["message"].as_str().unwrap().contains("trunk `t`: net.connect: "), "{error}");
    assert_eq!((&error["kind"], &error["outcome"]), (&json!("unhealthy"), &json!("not_applied")));
    assert_eq!(run(&place, &profiles, "-p yeastar trunk list").json(), json!([]));
    // Failures can be only printed.
    let ran = run(&place, &profiles, &create(dead, " --check=warn")).expect(0);
    assert!(ran.err.contains("net.connect") && ran.json()["outcome"] == "created", "{ran:?}");
    // A dry run sends nothing to the far end.
    run(&place, &profiles, &(peer("u", &alive.address, "") + " --check --dry-run")).expect(0);
    assert!(alive.requests().is_empty());
    run(&place, &profiles, &(peer("u", &alive.address, "") + " --check")).expect(0);
    assert_eq!(alive.requests().len(), 1);
    // The trunk as it would be.
    let (host, port) = dead.split_once(':').unwrap();
    let update = format!("-p yeastar trunk update u --host {host} --port {port} --transport tcp --check");
    run(&place, &profiles, &update).expect(15);
    let entry = |name: &str, host: &str| {
        format!(
            "[[trunk]]\nprofile = \"yeastar\"\nname = \"{name}\"\nkind = \"peer\"\nhost = \"{host}\"\nport = {port}\n\
             transport = \"tcp\"\ncodecs = [\"ulaw\"]\n"
        )
    };
    let manifest = place.write("manifest.toml", &entry("v", host));
    let error = run(&place, &profiles, &format!("apply -f {manifest} --yes --check")).expect(15).error();
    assert!(error["message"].as_str().unwrap().contains("trunk `v`: net.connect"), "{error}");
    run(&place, &profiles, &format!("apply -f {manifest} --yes --check=warn")).expect(0);
}
