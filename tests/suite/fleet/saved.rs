//! A saved plan is applied exactly as it was reviewed, or not at all.

use serde_json::json;

use super::*;

const BOTH: &str = r#"
[[owns]]
profile = "yeastar"
trunks = "all"

[[trunk]]
profile = "yeastar"
name = "one"
kind = "register"
host = "sip.example.com"
port = 5060
transport = "udp"
username = "6701"
auth_name = "6701"
password = "env:SECRET"
codecs = ["opus", "ulaw"]

[[trunk]]
profile = "yeastar"
name = "two"
kind = "peer"
host = "192.0.2.7"
port = 5060
transport = "udp"
codecs = ["ulaw"]
"#;

fn lab() -> Lab {
    Lab::new().with("SECRET", "Canary0Password").with("OTHER", "Other0Password")
}

impl Lab {
    /// Saves a plan and returns its path.
    fn save(&self, path: &str, more: &str) -> String {
        let file = self.place.path().join("plan.json").to_string_lossy().into_owned();
        self.run(&format!("plan -f {path} --out {file}{more}")).expect(0);
        self.requests();
        file
    }
}

#[test]
fn applying_a_saved_plan_does_exactly_its_steps() {
    let lab = lab();
    // No manifest owns it.
    lab.run("-p zoom callout-countries add SE").expect(0);
    for (more, prunes) in [("", false), (" --prune", true), (" --rotate-secrets", false)] {
        // The example owns it, and does not describe it.
        lab.run("-p yeastar trunk ensure --name itsp-old --kind peer --host 192.0.2.9 --port 5060 --transport udp --codecs ulaw")
            .expect(0);
        let saved = lab.save(EXAMPLE, more);
        let planned = lab.run(&format!("plan -f {EXAMPLE}{more}")).expect(0);
        let done = lab.run(&format!("apply {saved} --yes")).expect(0);
        let names = |ran: &Ran| {
            let mut names = column(ran, "name");
            names.sort();
            names
        };
        assert_eq!(names(&planned), names(&done), "{more}");
        let trunks = lab.run("-p yeastar trunk list").expect(0).out;
        assert_eq!(!trunks.contains("itsp-old"), prunes, "{more}");
        assert!(lab.run("-p zoom callout-countries list").expect(0).out.contains("SE"), "{more}");
        lab.run("-p zoom callout-countries remove NO --yes").expect(0);
    }
}

#[test]
fn a_plan_cannot_be_applied_twice() {
    let lab = lab();
    let saved = lab.save(&lab.manifest(BOTH), "");
    lab.run(&format!("apply {saved} --yes")).expect(0);
    lab.requests();
    refused(&lab, &saved, &["trunk `one` did not exist, and exists now", "trunk `two` did not exist"]);
}

/// Checks that nothing is sent, and that the error contains these texts.
#[track_caller]
fn refused(lab: &Lab, saved: &str, says: &[&str]) {
    let ran = lab.run(&format!("apply {saved} --yes")).expect(4);
    let error = ran.error();
    assert_eq!((&error["kind"], ran.out.as_str()), (&json!("invalid"), ""));
    for text in says {
        assert!(error["message"].as_str().unwrap().contains(text), "{text} in {error}");
    }
    assert_eq!(lab.written(), Vec::<String>::new(), "{says:?}");
}

#[test]
fn the_error_names_the_field_that_changed_since_the_plan() {
    for (change, says) in [
        ("trunk update name:two --port 5099", "trunk `two` port was `5060` and is `5099`"),
        // Also a field that the manifest does not mention.
        ("trunk update name:one --caller-id 77", "trunk `one` caller_id was"),
        ("trunk delete name:two --yes", "trunk `two` does not exist any more"),
        (
            "trunk update name:one --password-from env:OTHER",
            "trunk `one` would be changed in another way now",
        ),
    ] {
        let lab = lab();
        let path = lab.manifest(BOTH);
        lab.run(&format!("apply -f {path} --yes")).expect(0);
        lab.manifest(&BOTH.replace("\"opus\", \"ulaw\"", "\"ulaw\", \"opus\""));
        let saved = lab.save(&path, "");
        lab.elsewhere(&format!("-p yeastar {change}")).expect(0);
        lab.requests();
        refused(&lab, &saved, &[says, "profile `yeastar`"]);
        // A new plan can be applied.
        let saved = lab.save(&path, "");
        lab.run(&format!("apply {saved} --yes")).expect(0);
    }
}

#[test]
fn a_plan_is_refused_if_an_object_to_delete_has_changed() {
    for (change, says) in [
        ("trunk update name:two --port 5099", "trunk `two` port was `5060` and is `5099`"),
        ("trunk update name:two --name three", "trunk `two` does not exist any more"),
        ("trunk delete name:two --yes", "trunk `two` does not exist any more"),
    ] {
        let lab = lab();
        let path = lab.manifest(BOTH);
        lab.run(&format!("apply -f {path} --yes")).expect(0);
        lab.manifest(&BOTH[..BOTH.rfind("[[trunk]]").unwrap()]);
        let saved = lab.save(&path, " --prune");
        lab.elsewhere(&format!("-p yeastar {change}")).expect(0);
        lab.requests();
        refused(&lab, &saved, &[says]);
    }
}

#[test]
fn a_plan_is_refused_if_it_would_delete_a_new_object_too() {
    let lab = lab();
    let path = lab.manifest(BOTH);
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.manifest(&BOTH[..BOTH.rfind("[[trunk]]").unwrap()]);
    let saved = lab.save(&path, " --prune");
    let peer = "--kind peer --host 192.0.2.9 --port 5060 --transport udp --codecs ulaw";
    lab.elsewhere(&format!("-p yeastar trunk create --name three {peer}")).expect(0);
    lab.requests();
    refused(&lab, &saved, &["trunk `three` did not exist, and exists now"]);
}

#[test]
fn a_plan_is_refused_if_a_password_changed_since() {
    let lab = lab();
    let path = lab.manifest(BOTH);
    let saved = lab.save(&path, "");
    let apply = |saved: &str, secret: &str| {
        read(lab.command(&format!("apply {saved} --yes")).env("SECRET", secret).output().unwrap())
    };
    let refused = apply(&saved, "Newer0Password").expect(4).error();
    assert!(refused["message"].as_str().unwrap().contains("the password of"), "{refused}");
    assert_eq!(lab.written(), Vec::<String>::new());
    lab.run(&format!("apply {saved} --yes")).expect(0);
    lab.requests();
    // The plan has no changes, and another password would add one.
    let plan = |value: &str| lab.command(&format!("plan -f {path}")).env("SECRET", value).output().unwrap();
    assert_eq!(count(&lab.run(&format!("plan -f {path}")), "update"), 0);
    assert_eq!(count(&read(plan("Newer0Password")), "update"), 1);
    let saved = lab.save(&path, "");
    let error = apply(&saved, "Newer0Password").expect(4).error();
    assert!(error["message"].as_str().unwrap().contains("password"), "{error}");
    assert_eq!(lab.written(), Vec::<String>::new());
}

#[test]
fn the_plan_file_is_private_and_contains_no_secret() {
    let lab = lab();
    let path = lab.manifest(BOTH);
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.elsewhere("-p yeastar trunk update name:one --password-from env:OTHER").expect(0);
    let saved = lab.save(&path, " --rotate-secrets");
    let text = std::fs::read_to_string(&saved).unwrap();
    for secret in ["Canary0Password", "Other0Password", "sandbox-secret"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains("env:SECRET"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&saved).unwrap().permissions().mode() & 0o777, 0o600);
    }
    lab.manifest(&BOTH.replace("env:SECRET", "Canary0Password"));
    let ran = lab.run(&format!("plan -f {path} --out {saved}.2")).expect(4);
    let error = ran.error();
    assert!(error["message"].as_str().unwrap().contains("manifest.toml, line 6"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("env:NAME"), "{error}");
    assert!(!ran.err.contains("Canary") && !std::path::Path::new(&format!("{saved}.2")).exists());
}

#[test]
fn a_file_that_is_not_a_saved_plan_is_refused_with_a_hint() {
    let lab = lab();
    let manifest = lab.manifest(BOTH);
    let mut plan: Value =
        serde_json::from_str(&std::fs::read_to_string(lab.save(&manifest, "")).unwrap()).unwrap();
    let place = &lab.place;
    plan["version"] = json!(99);
    let newer = place.write("newer.json", &plan.to_string());
    plan["version"] = json!(4);
    plan["profiles"][0]["desired"][0]["what"]["value"] = json!({"name": 7});
    let odd = place.write("odd.json", &plan.to_string());
    let printed = lab.run(&format!("plan -f {manifest}")).out;
    for (file, says) in [
        (manifest.clone(), "apply -f MANIFEST"),
        (place.write("garbage", "\u{7}\u{1b}[31m"), "plan -f MANIFEST --out FILE"),
        (place.write("empty", ""), "plan -f MANIFEST --out FILE"),
        (place.write("list.json", "[]"), "plan -f MANIFEST --out FILE"),
        // The output of `plan -o json` is for programs to read and cannot be applied.
        (place.write("told.json", &printed), "plan -f MANIFEST --out FILE"),
        (format!("{manifest}.none"), "a manifest is given with -f"),
        (newer, "plan -f MANIFEST --out FILE"),
        (odd, "make the plan again"),
    ] {
        lab.requests();
        let error = lab.run(&format!("apply {file} --yes")).expect(4).error();
        assert!(error["hint"].as_str().unwrap().contains(says), "{file}: {error}");
        assert!(!error["message"].as_str().unwrap().contains('\u{1b}'), "{error}");
        assert_eq!(lab.requests().len(), 0, "{file}");
    }
    let both = lab.run(&format!("apply {manifest} -f {manifest}")).expect(2);
    assert_eq!(both.error()["kind"], "usage");
}

#[test]
fn a_plan_of_the_sandbox_applies_only_to_the_sandbox() {
    let lab = lab();
    let file = lab.place.path().join("plan.json").to_string_lossy().into_owned();
    lab.run(&format!("--sandbox plan -f {EXAMPLE} --out {file}")).expect(0);
    let error = lab.run(&format!("apply {file} --yes")).expect(4).error();
    assert!(error["hint"].as_str().unwrap().contains("--sandbox"), "{error}");
    assert_eq!(lab.requests().len(), 0);
    lab.run(&format!("--sandbox apply {file} --yes")).expect(0);
    let real = lab.save(EXAMPLE, "");
    assert_eq!(lab.run(&format!("--sandbox apply {real} --yes")).expect(4).error()["kind"], "invalid");
}

#[test]
fn selecting_a_profile_limits_a_saved_plan() {
    let lab = lab();
    let saved = lab.save(EXAMPLE, "");
    let done = lab.run(&format!("apply {saved} --yes -p itniotech")).expect(0);
    assert_eq!(column(&done, "profile"), ["itniotech", "itniotech"]);
    assert_eq!(lab.written(), ["sipTrunk/add", "sipTrunk/add"]);
    let unknown_profile = lab.run(&format!("apply {saved} --yes -p nobody")).expect(3);
    assert!(unknown_profile.error()["message"].as_str().unwrap().contains("`nobody`"));
}

/// A profile that could not be planned is not applied, even if it can be read now.
#[test]
fn a_profile_that_could_not_be_planned_fails_on_apply() {
    let lab = Lab::sites(2);
    let path = lab.manifest("[[trunk]]\nprofiles = [\"zoom-0\", \"zoom-1\"]\nmaster_trunk = \"trunk-a\"\n");
    lab.recorders[0].instead("/sip_trunk/trunks", usize::MAX, crate::support::scripted::http(500, "", ""));
    let file = lab.place.path().join("plan.json").to_string_lossy().into_owned();
    lab.run(&format!("--retries 0 plan -f {path} --out {file}")).expect(12);
    lab.recorders[0].unasked();
    lab.requests();
    let done = lab.run(&format!("apply {file} --yes")).expect(12);
    assert_eq!((count(&done, "assigned"), count(&done, "failed"), lab.writes().len()), (1, 1, 1));
}
