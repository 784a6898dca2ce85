//! A saved plan is applied only if it is unchanged and was signed with the key of this machine.

use serde_json::json;

use super::*;

/// Every kind of object, with a password.
const MANIFEST: &str = r#"
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
codecs = ["ulaw"]

[[internal_numbers]]
profile = "zoom"
numbers = [{ number = "+16466661110", labels = "A", languages = "en-US" }]

[[sip_settings]]
profile = "zoom"
enable = true

[[callout_countries]]
profile = "zoom"
countries = ["GB"]
"#;

fn lab() -> Lab {
    Lab::new().with("SECRET", "Canary0Password")
}

fn save(lab: &Lab) -> (String, Value) {
    let file = lab.place.path().join("plan.json").to_string_lossy().into_owned();
    lab.run(&format!("plan -f {} --out {file}", lab.manifest(MANIFEST))).expect(0);
    lab.requests();
    let plan = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    (file, plan)
}

/// The paths of all values that are not objects or arrays.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| leaves(value, &format!("{at}/{key}"), found))
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(key, value)| leaves(value, &format!("{at}/{key}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

/// Checks that nothing was sent or run, and that the error names the file.
#[track_caller]
fn refused(lab: &Lab, plan: &Value, what: &str) {
    let file = lab.place.write("changed.json", &plan.to_string());
    let ran = lab.run(&format!("apply {file} --yes")).expect(4);
    let error = ran.error();
    assert!(error["message"].as_str().unwrap().contains(&file), "{what}: {error}");
    assert_eq!((ran.out.as_str(), lab.requests().len()), ("", 0), "{what}");
    assert!(!lab.place.path().join("canary").exists(), "{what}");
}

#[test]
fn a_modified_plan_is_refused_before_any_of_it_is_used() {
    let lab = lab();
    let (file, plan) = save(&lab);
    let canary = lab.place.path().join("canary");
    let mut places = Vec::new();
    leaves(&plan, "", &mut places);
    let has = |end: &str| places.iter().any(|place| place.ends_with(end));
    for end in
        ["/value/password", "/value/host", "/profile", "/id", "/outcome", "/operation", "/account", "/mac"]
    {
        assert!(has(end) || end == "/id" || end == "/outcome", "{end} in {places:#?}");
    }
    for place in &places {
        let mut changed = plan.clone();
        let value = changed.pointer_mut(place).unwrap();
        *value = match &*value {
            Value::String(text) if text.starts_with("env:") => {
                json!(format!("cmd:touch {}", canary.display()))
            }
            Value::String(text) => json!(format!("{text}0")),
            Value::Bool(on) => json!(!on),
            Value::Number(number) => json!(number.as_i64().unwrap() + 1),
            _ => json!("yeastar"),
        };
        refused(&lab, &changed, place);
    }
    let mut without = plan.clone();
    without.as_object_mut().unwrap().remove("mac");
    refused(&lab, &without, "no mac");
    let mut more = plan.clone();
    more["profiles"][0]["more"] = json!(1);
    refused(&lab, &more, "a key more");
    let mut less = plan.clone();
    less["profiles"].as_array_mut().unwrap().pop();
    refused(&lab, &less, "a part less");
    let mut turned = plan.clone();
    turned["profiles"].as_array_mut().unwrap().reverse();
    refused(&lab, &turned, "another order");
    // The same content in another layout is accepted: only spaces differ.
    let spaced = lab.place.write("spaced.json", &serde_json::to_string_pretty(&plan).unwrap());
    lab.run(&format!("apply {spaced} --yes --dry-run")).expect(0);
    lab.run(&format!("apply {file} --yes")).expect(0);
}

#[test]
fn a_device_is_not_read_without_end() {
    let ran = lab().run("apply /dev/zero --yes").expect(4);
    assert_eq!(ran.error()["message"], "the plan `/dev/zero` cannot be read: it is longer than 256 MiB");
}

#[test]
fn a_plan_is_applied_only_with_the_key_that_signed_it() {
    let lab = lab();
    let (file, _) = save(&lab);
    let apply = |key: &str, more: &[(&str, &str)]| {
        let mut command = lab.command(&format!("apply {file} --yes"));
        command.env("TRUNKCTL_STATE_KEY", key).env("TRUNKCTL_STATE_DIR", lab.place.path().join("elsewhere"));
        read(command.envs(more.iter().copied()).output().unwrap())
    };
    let ran = apply("another-key-of-a-machine", &[]).expect(4);
    assert!(ran.error()["hint"].as_str().unwrap().contains("TRUNKCTL_STATE_KEY"), "{ran:?}");
    assert!(!ran.err.contains("another key than") && lab.requests().is_empty(), "{ran:?}");
    // The key of the first machine, given to the second.
    let key = format!("file:{}", lab.place.path().join("state.key").display());
    let changed = apply(&key, &[("SECRET", "Newer0Password")]).expect(4);
    assert!(changed.error()["message"].as_str().unwrap().contains("the password of"), "{changed:?}");
    assert!(lab.writes().is_empty());
    apply(&key, &[]).expect(0);
}

#[test]
fn saving_and_applying_a_plan_require_a_key() {
    let lab = lab();
    let (file, _) = save(&lab);
    // A key file cannot be below a file.
    let nowhere = format!("{}/profiles.toml", lab.manifest(MANIFEST));
    let run = |line: &str| lab.place.run(&line.split(' ').collect::<Vec<_>>());
    for line in [format!("apply {file} --yes"), format!("plan -f {EXAMPLE} --out {file}.2")] {
        let ran = run(&format!("--sandbox --profiles-file {nowhere} -o json {line}")).expect(3);
        assert!(ran.error()["message"].as_str().unwrap().contains("state.key"), "{ran:?}");
        assert!(ran.error()["hint"].as_str().unwrap().contains("TRUNKCTL_STATE_KEY"), "{ran:?}");
    }
    assert!(!std::path::Path::new(&format!("{file}.2")).exists());
}
