mod forms;
mod refusals;
mod written;

use super::*;
use crate::input::tree::Value;
use crate::model::error::{Error, Kind};
use crate::model::fields::Field;
use crate::model::secret::SecretRef;
use crate::model::settings::Provided;

/// A profile; `a` and `b` have variables of their own.
fn profile(name: &str) -> ProfileVars {
    let vars: &[(&str, &str)] = match name {
        "a" => &[("PREFIX", "4720"), ("PORT", "5070")],
        "b" => &[("PREFIX", "4721"), ("PORT", "no port")],
        _ => &[],
    };
    let vars = vars.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    ProfileVars { name: name.to_owned(), vars }
}

/// A folder with files that others can read.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text, 0o644);
        }
        folder
    }

    fn write(&self, name: &str, text: &str, mode: u32) {
        std::fs::write(self.path(name), text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(self.path(name), mode).unwrap();
        }
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }

    fn open(&self, names: &[&str]) -> Result<Manifest> {
        let env = [("TRUNKCTL_VAR_SITE", "lab"), ("TRUNKCTL_VAR_EVIL", "a; b"), ("HOME", "canary")];
        let vars =
            Vars::new(env.into_iter(), &["PORT=5061".into(), "ZERO=".into(), "NAME=a-${SITE}".into()], &[])
                .unwrap();
        let paths: Vec<String> = names.iter().map(|name| self.path(name)).collect();
        Manifest::open(&paths, &vars, &["a", "b", "lab-pbx"].map(profile), false)
    }

    /// The refusal, with the folder left out.
    fn refusal(&self, names: &[&str]) -> (Error, String) {
        let error = self.open(names).map(|manifest| manifest.entries.len()).unwrap_err();
        let text = error.message.replace(&format!("{}/", self.0.path().display()), "");
        (error, text)
    }
}

fn open(name: &str, text: &str) -> Manifest {
    Folder::with(&[(name, text)]).open(&[name]).unwrap_or_else(|error| panic!("{}", error.message))
}

fn refusal(name: &str, text: &str) -> String {
    Folder::with(&[(name, text)]).refusal(&[name]).1
}

fn trunk(entry: &Entry) -> &Trunk {
    let What::Trunk(trunk) = &entry.what else { panic!("{entry:?}") };
    trunk
}

const TOML: &str = r#"
"$schema" = "manifest.schema.json"
[defaults.trunk]
codecs = ["opus", "ulaw"]
caller_id = { number = "100", name = "Main" }
group = "all"

[groups]
all = ["a", "b"]

[[trunk]]
name = "itsp-main"
kind = "register"
port = "${PORT}"
password = "env:ITSP_PASSWORD"
dids = [{ number = "0041", name = "${NAME}" }]
caller_id = { name = "$${literally} $" }

[[sip_settings]]
profile = "a"
account = "sub-1"
enable = true
show_zoom_provided_numbers = "1"

[[trunk]]
profile = "lab-pbx"
name = "${SITE}"
codecs = ["alaw"]

[[internal_numbers]]
profiles = ["a"]
account = "sub-1"
numbers = [{ number = "+16466661110", labels = "SIP", languages = "en-US", visible = true }]

[[callout_countries]]
profile = "a"
countries = ["us", "NO"]
"#;

const YAML: &str = r#"
defaults:
  trunk: {codecs: [opus, ulaw], caller_id: {number: 100, name: Main}, group: all}
groups:
  all: [a, b]
trunk:
- name: itsp-main
  kind: register
  port: ${PORT}
  password: env:ITSP_PASSWORD
  dids: [{number: 0041, name: "${NAME}"}]
  caller_id: {name: "$${literally} $"}
- profile: lab-pbx
  name: ${SITE}
  codecs: [alaw]
sip_settings:
- {profile: a, account: sub-1, enable: true, show_zoom_provided_numbers: 1}
internal_numbers:
- profiles: [a]
  account: sub-1
  numbers:
  - {number: +16466661110, labels: SIP, languages: en-US, visible: true}
callout_countries:
- profile: a
  countries: [us, NO]
"#;

const JSON: &str = r#"{"$schema": "x", "defaults": {"trunk": {"codecs": ["opus", "ulaw"],
"caller_id": {"number": "100", "name": "Main"}, "group": "all"}}, "groups": {"all": ["a", "b"]},
"trunk": [{"name": "itsp-main", "kind": "register", "port": "${PORT}", "password": "env:ITSP_PASSWORD",
"dids": [{"number": "0041", "name": "${NAME}"}], "caller_id": {"name": "$${literally} $"}},
{"profile": "lab-pbx", "name": "${SITE}", "codecs": ["alaw"]}],
"sip_settings": [{"profile": "a", "account": "sub-1", "enable": true, "show_zoom_provided_numbers": 1}],
"internal_numbers": [{"profiles": ["a"], "account": "sub-1", "numbers": [{"number": "+16466661110",
"labels": "SIP", "languages": "en-US", "visible": true}]}],
"callout_countries": [{"profile": "a", "countries": ["us", "NO"]}]}"#;

/// Everything of an entry but its place, which no two forms share.
fn shown(entry: &Entry) -> String {
    let what = match &entry.what {
        What::Numbers(Numbers::Given(rows)) => {
            let cells = rows.iter().flat_map(|row| &row.cells);
            // YAML cells are text, and are read as flags in flag columns.
            let texts = cells.map(|(key, cell)| match &cell.value {
                Value::Text(text) => format!("{key}={text}"),
                Value::Flag(flag) => format!("{key}={flag}"),
                Value::Number(text) => format!("{key}=number {text}"),
                other => panic!("{other:?} in a cell"),
            });
            texts.collect::<Vec<_>>().join(" ")
        }
        What::Trunk(trunk) => {
            format!("{trunk:?} {:?}", trunk.password.as_ref().and_then(|password| password.origin()))
        }
        what => format!("{what:?}"),
    };
    format!("{:?} {:?} {what}", entry.profiles, entry.account)
}

#[test]
fn the_three_formats_are_equivalent() {
    let all = [("m.toml", TOML), ("m.yaml", YAML), ("m.json", JSON)].map(|(name, text)| {
        let mut entries: Vec<String> = open(name, text).entries.iter().map(shown).collect();
        entries.sort();
        entries
    });
    assert_eq!(all[0].len(), 5);
    assert!(all[0] == all[1] && all[1] == all[2], "{all:#?}");
}

#[test]
fn manifest_entries_keep_the_order_of_the_file() {
    let manifest = open("m.toml", TOML);
    let main = trunk(&manifest.entries[0]);
    assert_eq!(main.port, Some(5061));
    assert_eq!(main.codecs.as_deref(), Some(&["opus".to_owned(), "ulaw".to_owned()][..]));
    let caller = main.caller_id.as_ref().unwrap();
    assert_eq!((caller.number.as_deref(), caller.name.as_deref()), (Some("100"), Some("${literally} $")));
    // The value of a variable is not searched for further variables.
    assert_eq!(main.dids.as_ref().unwrap()[0].name.as_deref(), Some("a-${SITE}"));
    assert_eq!(main.password.as_ref().unwrap().origin(), Some(&SecretRef::Env("ITSP_PASSWORD".into())));
    let What::Settings(settings) = &manifest.entries[1].what else { panic!("{manifest:?}") };
    assert_eq!(settings.show_zoom_provided_numbers, Some(Provided::Hide));
    assert_eq!(trunk(&manifest.entries[2]).codecs.as_ref().unwrap(), &["alaw"]);
    assert_eq!(manifest.entries[2].place.place, Place { line: 25, column: 1 });
    let What::Countries(codes) = &manifest.entries[4].what else { panic!("{manifest:?}") };
    assert_eq!(codes, &["US", "NO"]);
    let wanted = manifest.by_profile();
    let counts: Vec<_> = wanted.iter().map(|wanted| (wanted.profile, wanted.entries.len())).collect();
    assert_eq!(counts, [("a", 4), ("b", 1), ("lab-pbx", 1)]);
    assert!(wanted[0].entries[1].place.to_string().ends_with("m.toml, line 19, column 1"));
}

#[test]
fn files_and_folders_form_one_manifest() {
    let one = |name: &str| format!("[[trunk]]\nprofile = 'a'\nname = '{name}'\n");
    let folder = Folder::with(&[
        ("b.toml", &one("second")),
        ("a.yaml", "trunk:\n- {group: g, name: first}\n"),
        ("c.json", "{\"groups\": {\"g\": [\"b\"]}}"),
        (".hidden.toml", "nonsense"),
        ("numbers.csv", "nonsense"),
        ("secret", "x"),
    ]);
    let whole = folder.path("");
    let names = |manifest: &Manifest| -> Vec<String> {
        manifest.entries.iter().map(|entry| trunk(entry).name.clone().unwrap()).collect()
    };
    let read = |paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        Manifest::open(&paths, &Vars::default(), &["a", "b"].map(profile), false)
    };
    assert_eq!(names(&read(&[&whole]).unwrap()), ["first", "second"]);
    // A file named twice, alone and by its folder, is read once, at its first position.
    assert_eq!(names(&read(&[&folder.path("b.toml"), &whole]).unwrap()), ["second", "first"]);
    std::fs::create_dir(folder.path("empty")).unwrap();
    let error = read(&[&folder.path("empty"), &folder.path("nowhere.toml")]).unwrap_err();
    assert!(
        error.message.contains("empty: the folder contains no manifest; give files in .toml, .yaml, .yml")
    );
    assert!(error.message.contains("nowhere.toml` cannot be read"), "{}", error.message);
    assert_eq!(error.kind, Kind::Invalid);
}

#[test]
fn an_entry_overrides_the_defaults() {
    let text = "defaults:\n  trunk: {profiles: [a, b], codecs: [ulaw], vendor_fields: {x: 1, y: 2}}\n\
                \x20 internal_numbers: {account: sub-1, profile: a}\n\
                trunk:\n- {name: n, profile: lab-pbx, codecs: null, vendor_fields: {y: 3}}\n- {name: m}\n\
                internal_numbers:\n- numbers: [{number: +442071838750}]\n";
    let manifest = open("m.yaml", text);
    let first = trunk(&manifest.entries[0]);
    assert_eq!((&*manifest.entries[0].profiles, &first.codecs), (&["lab-pbx".to_owned()][..], &None));
    assert_eq!((&first.vendor_fields["x"], &first.vendor_fields["y"]), (&1.into(), &3.into()));
    assert_eq!(manifest.entries[1].profiles.len(), 2);
    assert_eq!(manifest.entries[2].account.as_deref(), Some("sub-1"));
}

#[test]
fn numbers_in_a_file_are_read_on_demand() {
    let entry = "[[internal_numbers]]\nprofiles = ['a', 'b']\n";
    let manifest = format!("{entry}from = 'n.csv'\n{entry}numbers = [{{ number = '+442071838751' }}]\n");
    let folder =
        Folder::with(&[("m.toml", &manifest), ("n.csv", "number,labels,languages\n+442071838750,a,en-GB\n")]);
    let read = folder.open(&["m.toml"]).unwrap();
    for entry in &read.entries {
        let What::Numbers(numbers) = &entry.what else { panic!("{entry:?}") };
        let sheet = numbers.sheet(&entry.place.file).unwrap();
        assert_eq!(sheet.rows().unwrap().count(), 1);
        assert!(sheet.name().ends_with(if matches!(numbers, Numbers::File { .. }) {
            "n.csv"
        } else {
            "m.toml"
        }));
    }
}

/// A mark at the beginning, ends of lines from elsewhere.
#[test]
fn a_file_from_another_system_is_read() {
    for (name, text) in [("m.toml", TOML), ("m.yaml", YAML), ("m.json", JSON)] {
        let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(open(name, &text).entries.len(), 5, "{name}");
    }
}

#[test]
fn a_manifest_declares_what_it_owns() {
    let owns = "[groups]\nboth = ['a', 'b']\n[[owns]]\ngroup = 'both'\ntrunks = ['lab-*', 'x']\n\
                [[owns]]\nprofile = 'lab-pbx'\naccount = 'sub-1'\ncallout_countries = 'all'\n";
    let manifest = open("m.toml", owns);
    assert!(manifest.entries.is_empty());
    let [first, second] = manifest.owns.as_slice() else { panic!("{:?}", manifest.owns) };
    assert_eq!((first.profiles.join(" ").as_str(), first.owned.len()), ("a b", 1));
    let names = &first.owned[0].names;
    assert!(names.covers("lab-1") && names.covers("x") && !names.covers("y"));
    assert_eq!(second.owned[0].account.as_deref(), Some("sub-1"));
    assert!(second.owned[0].names.covers("GB"));
    // A profile that is only owned is planned, too.
    let profiles: Vec<&str> = manifest.by_profile().iter().map(|wanted| wanted.profile).collect();
    assert_eq!(profiles, ["a", "b", "lab-pbx"]);
}

#[test]
fn mistakes_in_owned_sections_have_a_position() {
    for (table, says) in [
        ("trunks = ['a']", "line 1, column 1: names no profile"),
        ("profile = 'a'", "owns nothing"),
        ("profile = 'a'\ntrunks = []", "line 3, column 10: trunks: is empty"),
        ("profile = 'a'\ntrunks = 'x'", "line 3, column 10: trunks: is a text; write \"all\""),
        ("profile = 'a'\ntrunks = [1]", "line 3, column 11"),
        ("profile = 'a'\ntrunks = ['']", "line 3, column 11: is empty"),
        (
            "profile = 'a'\ntrunk = ['x']",
            "line 3, column 1: trunk: unknown key `trunk`; did you mean `trunks`?",
        ),
        ("profile = 'nobody'\ntrunks = 'all'", "there is no profile `nobody`"),
        ("profile = 'a'\nsip_settings = 'all'", "unknown key `sip_settings`"),
    ] {
        let folder = Folder::with(&[("m.toml", &format!("[[owns]]\n{table}\n"))]);
        let (_, text) = folder.refusal(&["m.toml"]);
        assert!(text.contains(says), "{table}: {text}");
    }
}

#[test]
fn an_override_changes_an_entry_on_some_of_its_profiles() {
    let entry =
        "[[trunk]]\nprofiles = ['a', 'b', 'lab-pbx']\nname = 't'\nhost = 'one.example'\nport = 5060\n";
    let with = |more: &str| format!("{entry}{more}");
    let text = with("[[trunk.override]]\nprofiles = ['b']\nhost = 'two.example'\n");
    let manifest = open("m.toml", &text);
    let seen: Vec<_> = manifest
        .entries
        .iter()
        .map(|entry| {
            let What::Trunk(trunk) = &entry.what else { panic!("{entry:?}") };
            (entry.profiles.join(" "), trunk.host.clone().unwrap(), trunk.port)
        })
        .collect();
    let expected = [("a lab-pbx", "one.example"), ("b", "two.example")];
    assert_eq!(seen, expected.map(|(profiles, host)| (profiles.into(), host.into(), Some(5060))));
    assert_eq!(manifest.entries[1].place_of("host").line, 8);
    assert_eq!(manifest.entries[1].place_of("port").line, 5);
    for (more, says) in [
        ("[[trunk.override]]\nprofile = 'nobody'\n", "there is no profile `nobody`"),
        ("[[trunk.override]]\nhost = 'x'\nprofile = 'a'\nhots = 'y'\n", "line 9, column 1"),
        ("[[trunk.override]]\nprofile = 'a'\n[[trunk.override]]\nprofile = 'a'\n", "line 8, column 1"),
        ("override = 'x'\n", "write a list of tables"),
    ] {
        let folder = Folder::with(&[("m.toml", &with(more))]);
        let (_, text) = folder.refusal(&["m.toml"]);
        assert!(text.contains(says), "{more}: {text}");
    }
    let folder = Folder::with(&[(
        "m.toml",
        "[[trunk]]\nprofile = 'a'\nname = 't'\n[[trunk.override]]\nprofile = 'b'\n",
    )]);
    assert!(folder.refusal(&["m.toml"]).1.contains("the entry is not for profile `b`"));
}

#[test]
fn options_of_entries_are_read_and_checked() {
    let entry = |options: &str| format!("[[trunk]]\nprofile = 'a'\nname = 't'\n{options}\n");
    let manifest = open("m.toml", &entry("ignore = ['codecs']\nprotect = true\nprevious_name = 'old'"));
    let options = &manifest.entries[0].options;
    assert_eq!((options.ignore.as_slice(), options.protect), ([Field::Codecs].as_slice(), true));
    assert_eq!((options.previous_name.as_deref(), options.is_absent()), (Some("old"), false));
    assert!(open("m.toml", &entry("state = 'absent'")).entries[0].options.is_absent());
    for (options, says) in [
        ("ignore = ['codec']", "did you mean `codecs`?"),
        ("state = 'abscent'", "did you mean `absent`?"),
        ("state = 'absent'\nprotect = true", "line 5, column 11"),
        ("replace = true", "does not apply to [[trunk]]"),
        ("protect = 'yes'", "line 4, column 11"),
    ] {
        let folder = Folder::with(&[("m.toml", &entry(options))]);
        let (_, text) = folder.refusal(&["m.toml"]);
        assert!(text.contains(says), "{options}: {text}");
    }
    let settings = "[[sip_settings]]\nprofile = 'a'\nenable = true\nprotect = true";
    let folder = Folder::with(&[("m.toml", settings)]);
    assert!(folder.refusal(&["m.toml"]).1.contains("does not apply to [[sip_settings]]"));
}

#[test]
fn variables_of_profiles_make_an_entry_for_each_profile() {
    let text = "[defaults.trunk]\nusername = '${profile.vars.PREFIX}01'\n\
                [[trunk]]\nprofiles = ['a', 'b']\nname = 'n-${profile.name}-${SITE}'\n\
                password = 'env:PW_${profile.vars.PREFIX}'\ndids = [{number = '$${x}${profile.vars.PREFIX}'}]\n";
    let manifest = Folder::with(&[("m.toml", text)]).open(&["m.toml"]).unwrap();
    let shown: Vec<String> = manifest
        .entries
        .iter()
        .map(|entry| {
            let What::Trunk(trunk) = &entry.what else { panic!() };
            let dids = trunk.dids.as_ref().unwrap();
            let secret = trunk.password.as_ref().and_then(|secret| secret.origin()).and_then(SecretRef::text);
            format!(
                "{} {} {} {} {}",
                entry.profiles.join(","),
                trunk.name.as_deref().unwrap(),
                trunk.username.as_deref().unwrap(),
                dids[0].number,
                secret.unwrap()
            )
        })
        .collect();
    assert_eq!(shown, ["a n-a-lab 472001 ${x}4720 env:PW_4720", "b n-b-lab 472101 ${x}4721 env:PW_4721"]);
}

#[test]
fn an_override_replaces_a_value_that_a_profile_has_no_variable_for() {
    let text = "[[trunk]]\nprofiles = ['a', 'lab-pbx']\nname = 't'\nhost = '${profile.vars.PREFIX}.example'\n\
                [[trunk.override]]\nprofile = 'lab-pbx'\nhost = 'h'\n";
    let manifest = Folder::with(&[("m.toml", text)]).open(&["m.toml"]).unwrap();
    let hosts: Vec<String> = manifest
        .entries
        .iter()
        .map(|entry| format!("{} {:?}", entry.profiles.join(","), entry.what))
        .collect();
    assert!(hosts[0].starts_with("a ") && hosts[0].contains("4720.example"), "{hosts:?}");
    assert!(hosts[1].starts_with("lab-pbx ") && hosts[1].contains("\"h\""), "{hosts:?}");
    assert_eq!(hosts.len(), 2);
}

#[test]
fn a_variable_that_a_profile_lacks_and_one_in_the_wrong_place_are_refused() {
    for (text, what) in [
        (
            "[[trunk]]\nprofiles = ['a', 'lab-pbx']\nname = '${profile.vars.PREFIX}'\n",
            "line 3, column 8: profile `lab-pbx` has no variable `PREFIX`; add it to the profiles file under \
             [profiles.lab-pbx.vars]",
        ),
        (
            "[[trunk]]\nprofile = 'a'\nname = '${profile.vars.PREFIXX}'\n",
            "profile `a` has no variable `PREFIXX`; did you mean `PREFIX`?",
        ),
        ("[[trunk]]\nprofile = 'a'\nname = '${profile.vendor}'\n", "`${profile.vendor}` names no variable"),
        // The value is not repeated.
        (
            "[[trunk]]\nprofile = 'b'\nname = 't'\nport = '${profile.vars.PORT}'\n",
            "line 4, column 8: port: invalid type: string, expected a port",
        ),
        ("trunk = []\n[groups]\ng = ['${profile.name}']\n", "can only be used in the fields of an entry"),
        (
            "trunk = []\n[[owns]]\nprofile = 'a'\ntrunks = ['${profile.name}']\n",
            "can only be used in the fields of an entry",
        ),
        ("[[trunk]]\nprofile = '${profile.name}'\nname = 't'\n", "there is no profile `${profile.name}`"),
    ] {
        let (_, message) = Folder::with(&[("m.toml", text)]).refusal(&["m.toml"]);
        assert!(message.contains(what) && !message.contains("no port"), "{text}: {message}");
    }
}
