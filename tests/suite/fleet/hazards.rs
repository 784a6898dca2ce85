//! Settings that could redirect changes to the wrong account, and changes made outside of a manifest.

use super::*;

const SETTINGS: &str = "[[sip_settings]]\nprofile = \"zoom\"\naccount = \"sub-1\"\nenable = true\n";

#[test]
fn a_variable_without_a_profile_name_does_not_affect_a_manifest() {
    let lab = Lab::sites(2);
    let base = format!("{}/yeastar", lab.recorders[0].base);
    let lab = lab.with("TRUNKCTL_BASE_URL", &base);
    let path = lab.manifest(&format!("{}{}", peer("yeastar-0", "a"), peer("yeastar-1", "b")));
    let ran = lab.run(&format!("apply --yes -f {path}")).expect(0);
    assert_eq!(ran.err.matches("TRUNKCTL_BASE_URL").count(), 1, "{ran:?}");
    for (site, name) in [(0, "a"), (1, "b")] {
        let created =
            lab.recorders[site].take().into_iter().filter(|seen| seen.target.contains("/trunk/create"));
        let names: Vec<Value> = created
            .map(|seen| serde_json::from_slice::<Value>(&seen.body).unwrap()["name"].clone())
            .collect();
        assert_eq!(names, [name], "site {site}");
    }
}

#[test]
fn a_variable_with_a_profile_name_affects_only_that_profile() {
    let lab = Lab::sites(2);
    let base = format!("{}/yeastar", lab.recorders[0].base);
    let lab = lab.with("TRUNKCTL_PROFILE_YEASTAR_1_BASE_URL", &base);
    let path = lab.manifest(&peer("yeastar-1", "b"));
    lab.run(&format!("plan -f {path}")).expect(0);
    assert_eq!(lab.recorders[1].lines().len(), 0);
    assert!(!lab.recorders[0].lines().is_empty());
}

#[test]
fn a_manifest_can_use_the_profile_of_the_environment() {
    let lab = Lab::new();
    let base = format!("{}/yeastar", lab.recorders[0].base);
    let path = lab.manifest(&peer("environment", "a"));
    let mut command = lab.place.command(&["-o", "json", "plan", "-f", &path]);
    command.env("TRUNKCTL_VENDOR", "yeastar").env("TRUNKCTL_BASE_URL", base);
    command.env("TRUNKCTL_CLIENT_ID", "sandbox").env("TRUNKCTL_CLIENT_SECRET", "env:SECRET");
    let ran = read(command.env("SECRET", "sandbox-secret").output().unwrap()).expect(0);
    assert_eq!(count(&ran, "create"), 1);
}

#[test]
fn a_saved_plan_neither_overwrites_a_manifest_nor_applies_to_another_device() {
    let lab = Lab::sites(2);
    let path = lab.manifest(&peer("yeastar-0", "a"));
    let before = std::fs::read_to_string(&path).unwrap();
    lab.run(&format!("plan -f {path} --out {path}")).expect(4);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    assert!(lab.requests().is_empty());
    let plan = lab.place.path().join("plan.json").display().to_string();
    for _ in 0..2 {
        lab.run(&format!("plan -f {path} --out {plan}")).expect(0);
    }
    let text = std::fs::read_to_string(&lab.profiles).unwrap();
    let (first, second) = (&lab.recorders[0].base, &lab.recorders[1].base);
    lab.place.write("profiles.toml", &text.replace(first, second));
    lab.requests();
    let error = lab.run(&format!("apply {plan} --yes")).expect(4).error();
    assert!(error["message"].as_str().unwrap().contains("another account or device"), "{error}");
    assert!(lab.writes().is_empty());
}

#[test]
fn settings_assigned_by_hand_are_drift() {
    let lab = Lab::new();
    let path = lab.manifest(SETTINGS);
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    lab.run("-p zoom sip-settings assign --account sub-1 --enable false --yes").expect(0);
    let plan = lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(14);
    assert!(plan.out.contains("enable cannot be read"), "{}", plan.out);
    lab.run("-p zoom sip-settings assign --account sub-1 --enable true").expect(0);
    lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
}

/// With another state folder, the key still proves that the passwords are those of the plan.
#[test]
fn a_saved_plan_with_passwords_is_applied_with_another_state_folder_without_a_warning() {
    let lab = Lab::new().with("SECRET", "First0Password");
    let trunk = peer("yeastar", "a").replace("\"peer\"", "\"register\"");
    let text = format!("{trunk}username = \"u\"\nauth_name = \"u\"\npassword = \"env:SECRET\"\n");
    let plan = lab.place.path().join("plan.json").display().to_string();
    for text in [text, peer("yeastar", "b")] {
        lab.run(&format!("plan -f {} --out {plan}", lab.manifest(&text))).expect(0);
        let done = lab.elsewhere(&format!("apply {plan} --yes")).expect(0);
        assert!(!done.err.contains("warning"), "{}", done.err);
    }
}

#[test]
fn settings_that_delete_data_are_marked_as_deletes() {
    let lab = Lab::new();
    let path = lab.manifest(&SETTINGS.replace("true", "false"));
    let plan = lab.run(&format!("plan -f {path}")).expect(0);
    assert!(plan.out.contains("this deletes the account's SIP configuration"), "{}", plan.out);
    let refused = lab.run(&format!("apply -f {path}")).expect(4).error();
    assert!(refused["message"].as_str().unwrap().contains("also deletes data"), "{refused}");
}

#[test]
fn a_dry_run_has_the_exit_code_of_the_run() {
    let lab = Lab::new();
    let path = lab.manifest(&peer("yeastar", "a"));
    lab.run(&format!("apply -f {path} --dry-run")).expect(0);
    lab.run(&format!("apply -f {path} --yes")).expect(0);
    let other = format!("{}{}", peer("yeastar", "a").replace("peer", "register"), peer("yeastar", "b"));
    let path = lab.manifest(&other.replace("udp", "tcp"));
    let ran = lab.run(&format!("apply -f {path} --dry-run")).expect(12);
    assert_eq!(ran.json()["requests"].as_array().unwrap().len(), 1, "{ran:?}");
    assert!(ran.error()["message"].as_str().unwrap().contains("cannot be changed so"), "{ran:?}");
    assert_eq!(lab.writes().len(), 1);
}

/// Both plans show the mask, so only the digests differ.
#[test]
fn a_password_that_changed_since_the_plan_is_refused() {
    let lab = Lab::new();
    let trunk = peer("yeastar", "a").replace("\"peer\"", "\"register\"");
    let path =
        lab.manifest(&format!("{trunk}username = \"u\"\nauth_name = \"u\"\npassword = \"env:SECRET\"\n"));
    let plan = lab.place.path().join("plan.json").display().to_string();
    let run = |line: &str, secret: &str| read(lab.command(line).env("SECRET", secret).output().unwrap());
    run(&format!("plan -f {path} --out {plan}"), "First0Password").expect(0);
    assert!(!std::fs::read_to_string(&plan).unwrap().contains("First0Password"));
    let error = run(&format!("apply {plan} --yes"), "Other0Password").expect(4).error();
    assert!(error["message"].as_str().unwrap().contains("the password of trunk `a` has changed"), "{error}");
    assert!(lab.writes().is_empty());
    run(&format!("apply {plan} --yes"), "First0Password").expect(0);
    // With another state folder too.
    let path = lab.manifest(&std::fs::read_to_string(&path).unwrap().replace("\"a\"", "\"b\""));
    run(&format!("plan -f {path} --out {plan}"), "First0Password").expect(0);
    let other = lab.place.path().join("elsewhere");
    for (secret, code) in [("Other0Password", 4), ("First0Password", 0)] {
        let mut command = lab.command(&format!("apply {plan} --yes"));
        let command = command.env("TRUNKCTL_STATE_DIR", &other).env("SECRET", secret);
        read(command.output().unwrap()).expect(code);
    }
}
