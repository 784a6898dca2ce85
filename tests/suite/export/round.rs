//! An export describes the existing objects and recreates them.

use serde_json::{Map, Value, json};
use trunkctl::internal::What;

use super::*;
use crate::support::given::answer;
use crate::support::scripted::Scripted;

#[test]
fn every_format_reads_back_to_the_same_entries() {
    let place = seeded();
    let all = FORMS.map(|(format, form)| {
        let text = sandbox(&place, &format!("export --all-profiles -o {format}")).expect(0).out;
        let manifest = read(&place, form, &text, &vendor_names()).unwrap();
        // A YAML cell is text, and is read as a flag in flag columns.
        let shown =
            manifest.entries.iter().map(shown).map(|text| text.replace("Flag(", "Text(").replace('"', ""));
        let mut shown: Vec<String> = shown.collect();
        shown.sort();
        shown
    });
    assert_eq!(all[0].len(), 9, "{:#?}", all[0]);
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
}

#[test]
fn every_exported_field_has_the_vendors_value() {
    let place = seeded();
    let text = sandbox(&place, "export --all-profiles").expect(0).out;
    for entry in read(&place, "toml", &text, &vendor_names()).unwrap().entries {
        let What::Trunk(trunk) = &entry.what else { continue };
        let name = trunk.name.clone().or(trunk.master_trunk.clone().map(|id| format!("id:{id}"))).unwrap();
        let stored =
            sandbox(&place, &format!("-p {} trunk get {name} -o json", entry.profiles[0])).expect(0).json();
        let given = serde_json::to_value(trunk).unwrap();
        for (key, value) in given.as_object().unwrap() {
            let stored = if key == "master_trunk" { &stored["id"] } else { &stored[key] };
            assert_eq!(value, stored, "{name} {key}");
        }
        assert_eq!(given.get("status"), None);
        let vendor = vendors::by_name(&entry.profiles[0]).unwrap();
        let errors = vendor.check_create(trunk).errors;
        assert!(errors.is_empty(), "{errors:?}");
    }
}

/// The export of one sandbox, made again in another by the commands that are there for one thing at a time.
#[test]
fn an_export_recreates_the_same_objects() {
    let place = seeded();
    let (json, toml) = ("export --all-profiles -o json", "export --all-profiles");
    let manifest = sandbox(&place, json).expect(0).json();
    crate::schema::assert_value_fits("manifest", &manifest);
    let mut other = Place::new();
    for line in sandbox(&place, toml).expect(0).out.lines() {
        if let Some(name) = line.strip_prefix("#   ").filter(|line| line.contains("_PASSWORD  trunk `")) {
            other = other.with(name.split_whitespace().next().unwrap(), "s3cret-Password");
        }
    }
    let file = |name: &str, value: &Value| other.write(name, &value.to_string());
    for entry in manifest["trunk"].as_array().unwrap() {
        let mut spec: Map<String, Value> = entry.as_object().unwrap().clone();
        let profile = spec.remove("profile").unwrap();
        let path = file("trunk.json", &spec.into());
        sandbox(&other, &format!("-p {} trunk create --from {path}", profile.as_str().unwrap())).expect(0);
    }
    for entry in manifest["internal_numbers"].as_array().unwrap() {
        let path = file("numbers.json", &entry["numbers"]);
        sandbox(&other, &format!("-p zoom internal-numbers add --account sub-1 --from {path}")).expect(0);
    }
    let codes = manifest["callout_countries"][0]["countries"].as_array().unwrap();
    let codes: Vec<&str> = codes.iter().rev().map(|code| code.as_str().unwrap()).collect();
    sandbox(&other, &format!("-p zoom callout-countries add {}", codes.join(" "))).expect(0);
    let mut settings = manifest["sip_settings"][0].as_object().unwrap().clone();
    settings.remove("profile");
    let path = file("settings.json", &settings.into());
    sandbox(&other, &format!("-p zoom sip-settings assign --from {path}")).expect(0);
    assert_eq!(sandbox(&other, toml).expect(0).out, sandbox(&place, toml).expect(0).out);
    assert_eq!(sandbox(&other, json).expect(0).json(), manifest);
}

/// Names that vendors took, and that no form may take for anything else.
const NAMES: [&str; 16] = [
    "a\"b'c",
    "'''\"\"\"",
    "back\\slash",
    "id:7",
    "name:x",
    "${HOME}",
    "$${x}",
    "2026-01-01",
    "12:30:00",
    "NO",
    "0041",
    "# no comment",
    "- a: b",
    "\u{4e2d}\u{e9}\u{1f600}",
    "\u{202e}steer",
    "env:HOME",
];

fn row(id: usize, name: &str, remark: &str) -> Value {
    json!({
        "keyId": id, "sipTrunkName": name, "type": 1, "state": 1, "sipPrefix": remark, "sipGatewayIp": "192.0.2.1",
        "sipTrunkState": false, "sipAccount": "", "sipPassword": "",
        "groupList": [
            {"voiceGroupId": 2, "groupName": remark, "number": ""},
            {"voiceGroupId": 1, "groupName": name, "number": ""},
        ],
        "ccIp": remark,
    })
}

fn contact_center(rows: &[Value]) -> (Scripted, Place, String) {
    let body = json!({"status": 0, "reason": "success", "data": {"total": rows.len(), "records": rows}});
    let server = Scripted::answering(move |_, _| answer(200, &body));
    let place = Place::new();
    let profiles = crate::support::given::profiles(&place, &server.base);
    (server, place, profiles)
}

#[test]
fn any_names_in_any_order_survive_a_round_trip() {
    let remark = "x\n[[trunk]]\nname = \"evil\"\r\n- y: \u{7}";
    let mut rows: Vec<Value> = NAMES.iter().enumerate().map(|(id, name)| row(id + 1, name, remark)).collect();
    // Objects that a manifest cannot describe are reported, and nothing else is lost.
    rows.push(row(90, "bell\u{7}", ""));
    let mut turned = rows.clone();
    turned.reverse();
    for row in &mut turned {
        row["groupList"].as_array_mut().unwrap().reverse();
    }
    let wanted: Vec<&str> = {
        let mut names = NAMES.to_vec();
        names.sort_unstable();
        names
    };
    for (format, form) in FORMS {
        let [text, again] = [&rows, &turned].map(|rows| {
            let (_server, place, profiles) = contact_center(rows);
            let ran = place
                .run(&["--profiles-file", &profiles, "-p", "itniotech", "export", "-o", format])
                .expect(0);
            assert!(format!("{}{}", ran.out, ran.err).contains("trunk `bell\u{fffd}` of profile"), "{ran:?}");
            ran.out
        });
        assert_eq!(text, again);
        let manifest = read(&Place::new(), form, &text, &["itniotech"]).unwrap();
        let mut names = Vec::new();
        for entry in &manifest.entries {
            let What::Trunk(trunk) = &entry.what else { panic!("{entry:?}") };
            assert_eq!(trunk.prefix.as_deref(), Some(remark));
            let groups = trunk.agent_groups.as_ref().unwrap();
            assert_eq!(
                (groups.len(), groups.iter().filter(|group| group.name == trunk.name).count()),
                (2, 1)
            );
            names.push(trunk.name.clone().unwrap());
        }
        assert_eq!(names, wanted, "{text}");
    }
}

#[test]
fn a_plan_of_an_export_has_no_changes() {
    let place = seeded();
    for vendor in vendor_names() {
        for (form, extension) in FORMS {
            let text = sandbox(&place, &format!("-p {vendor} -o {form} export")).expect(0).out;
            let file = place.write(&format!("{vendor}.{extension}"), &text);
            let plan =
                sandbox(&place, &format!("plan -f {file} --detailed-exitcode -o json")).expect(0).json();
            assert_eq!(
                plan["summary"]["unchanged"].as_u64().unwrap(),
                count(vendor),
                "{vendor} {form}: {plan}"
            );
            assert_eq!(plan["changes"], serde_json::json!([]), "{vendor} {form}");
        }
    }
}

/// How many objects of [`SEEDS`] a vendor has.
fn count(vendor: &str) -> u64 {
    match vendor {
        "yeastar" => 3,
        "itniotech" => 2,
        // The rows of the list, a trunk, three countries and the settings.
        _ => 8,
    }
}
