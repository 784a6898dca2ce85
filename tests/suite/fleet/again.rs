//! Objects that already match the manifest are left alone.

use super::*;

/// One manifest with every kind of object for each vendor, in every equivalent form.
const WHOLE: [(&str, &str); 3] = [
    (
        "yeastar",
        r#"
[[trunk]]
profile = "yeastar"
name = "reg"
kind = "register"
direction = "both"
enabled = false
host = "sip.example.com"
port = 5060
domain = "example.com"
transport = "tls"
username = "6701"
auth_name = "6702"
password = "env:SECRET"
codecs = ["opus", "ulaw"]
outbound_proxy = "proxy.example.com"
caller_id = { number = "5503300" }
caller_id_overrides = [
    { option = "range", number = "5503310-5503311", extension_range = "1000-1001" },
    { option = "shared", number = "5503320", extensions = [
        { number = "1003" },
        { name = "Sales", type = "ext_group" },
    ] },
]
dids = [{ number = "2", name = "Two" }, { number = "1" }]
vendor_fields = { force_dod_from = 1 }

[[trunk]]
profile = "yeastar"
name = "peer"
kind = "peer"
host = "192.0.2.7"
port = 5062
transport = "udp"
codecs = ["alaw"]
caller_id = { number = "", name = "" }
dids = []

[[trunk]]
profile = "yeastar"
name = "acc"
kind = "account"
transport = "tcp"
username = "branch"
auth_name = "branch"
password = "env:SECRET"
codecs = ["g729", "ulaw"]
"#,
    ),
    (
        "itniotech",
        r#"
[[trunk]]
profile = "itniotech"
name = "out"
kind = "register"
direction = "outbound"
host = "192.0.2.50"
username = "cc-42"
password = "env:SECRET"
prefix = ""
agent_groups = [{ name = "Team 002" }, { name = "Team 001" }]

[[trunk]]
profile = "itniotech"
name = "peer"
kind = "peer"
direction = "outbound"
host = "192.0.2.51"
prefix = "9"
agent_groups = [{ id = 1000026 }]

[[trunk]]
profile = "itniotech"
name = "in"
direction = "inbound"
allowed_ip = "192.0.2.60"
agent_groups = [{ name = "Team 001", number = "442071838750" }]
"#,
    ),
    (
        "zoom",
        r#"
[[trunk]]
profile = "zoom"
master_trunk = "trunk-a"
kind = "assigned"
dnis = "14155"
caller_id = { number = "4155550100" }

[[trunk]]
profile = "zoom"
account = "sub-2"
master_trunk = "trunk-b"

[[sip_settings]]
profile = "zoom"
enable = true
show_callout_internal_number = false
show_zoom_provided_numbers = "hide"
show_zoom_provided_callout_countries = 0

[[internal_numbers]]
profile = "zoom"
numbers = [
    { number = "+16466661110", labels = "A", languages = "en-US", visible = true, allow_join = false },
    { number = "+442071838750", labels = "B", languages = "en-GB", country = "GB", type = "toll-free" },
]

[[callout_countries]]
profile = "zoom"
account = "sub-2"
countries = ["gb", "US"]
"#,
    ),
];

#[test]
fn a_second_apply_of_the_example_changes_nothing() {
    let lab = Lab::new();
    let plan = lab.run(&format!("plan -f {EXAMPLE} --detailed-exitcode")).expect(14);
    assert_eq!((count(&plan, "create"), count(&plan, "update")), (12, 1));
    assert_eq!(lab.writes().len(), 0);
    let done = lab.run(&format!("apply -f {EXAMPLE} --yes")).expect(0);
    assert_eq!(changes(&done).len(), 13);
    // Numbers are sent in one request, and so are countries.
    assert_eq!(lab.writes().len(), 8);
    nothing_to_do(&lab, EXAMPLE, 13);
}

#[test]
fn a_second_apply_writes_no_field_of_any_vendor() {
    for (vendor, text) in WHOLE {
        let lab = Lab::new().with("SECRET", "Secret0Password");
        let path = lab.manifest(text);
        let plan = lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(14);
        let steps = changes(&plan).len() as u64;
        assert_eq!(lab.writes().len(), 0, "{vendor}");
        let done = lab.run(&format!("apply -f {path} --yes")).expect(0);
        assert_eq!(changes(&done).len() as u64, steps, "{vendor}");
        assert!(!lab.writes().is_empty(), "{vendor}");
        nothing_to_do(&lab, &path, steps);
    }
}

/// Checks that no request changes anything and that no command reports a change.
#[track_caller]
fn nothing_to_do(lab: &Lab, path: &str, objects: u64) {
    let plan = lab.run(&format!("plan -f {path} --detailed-exitcode")).expect(0);
    assert_eq!((changes(&plan).len(), count(&plan, "unchanged")), (0, objects), "{}", plan.out);
    // A plan without changes needs no confirmation.
    let again = lab.run(&format!("apply -f {path}")).expect(0);
    assert_eq!((changes(&again).len(), count(&again, "unchanged")), (0, objects), "{}", again.out);
    assert_eq!(lab.written(), Vec::<String>::new());
}
