//! Refused manifests and their error messages.

use std::path::Path;

use super::*;

#[test]
fn secret_paths_are_relative_to_the_manifest_and_stay_references() {
    let text = "[[trunk]]\nprofile = 'a'\nname = 'n'\npassword = 'file:keys/${SITE}'";
    let folder = Folder::with(&[("m.toml", text)]);
    let manifest = folder.open(&["m.toml"]).unwrap();
    let expected = Path::new(&folder.path("")).join("keys/lab").to_string_lossy().into_owned();
    assert_eq!(
        trunk(&manifest.entries[0]).password.as_ref().unwrap().origin(),
        Some(&SecretRef::File(expected))
    );
}

#[cfg(unix)]
#[test]
fn a_literal_secret_requires_a_private_file() {
    let text = "[[trunk]]\nprofile = 'a'\nname = 'n'\npassword = 'canary$${x'";
    let folder = Folder::with(&[("m.toml", text)]);
    let (error, message) = folder.refusal(&["m.toml"]);
    assert!(message.contains("m.toml, line 4, column 12: password: the secret itself stands"), "{message}");
    assert!(!message.contains("canary"), "{message}");
    assert_eq!(error.kind, Kind::Config);
    folder.write("m.toml", text, 0o600);
    let manifest = folder.open(&["m.toml"]).unwrap();
    assert_eq!(trunk(&manifest.entries[0]).password.as_ref().unwrap().literal(), Some("canary${x"));
}

/// Taken for the password itself, it would be sent to the vendor.
#[test]
fn a_mistyped_reference_is_not_taken_for_a_password() {
    for (mistyped, meant) in
        [("envv:CANARY", "env:"), ("ENV:CANARY", "env:"), ("flie:canary", "file:"), ("cmd :canary", "cmd:")]
    {
        let text = format!("[[trunk]]\nprofile = 'a'\nname = 'n'\npassword = '{mistyped}'");
        let folder = Folder::with(&[]);
        folder.write("m.toml", &text, 0o600);
        let (error, message) = folder.refusal(&["m.toml"]);
        let reported = format!(
            "m.toml, line 4, column 12: password: is not a secret reference: what stands before the colon is not a \
             known scheme; did you mean `{meant}…`?"
        );
        assert!(message.contains(&reported) && !message.to_lowercase().contains("canary"), "{message}");
        assert_eq!(error.kind, Kind::Config);
    }
}

#[test]
fn variables_cannot_create_secrets() {
    for (password, reported) in [
        ("${PORT}", "put together of variables"),
        ("canary${PORT}", "put together of variables"),
        ("canary${", "put together of variables"),
        ("env:${UNSET}", "the variable `UNSET` is not defined"),
        ("cmd:pass ${EVIL}", "a shell does not take as they are"),
        ("-", "`-` is for the command line only"),
    ] {
        let text = format!("[[trunk]]\nprofile = 'a'\nname = 'n'\npassword = '{password}'");
        let message = refusal("m.toml", &text);
        assert!(message.contains("m.toml, line 4, column 12: ") && message.contains(reported), "{message}");
        assert!(!message.contains("canary"), "{message}");
    }
    let good = open("m.yaml", "trunk:\n- {profile: a, name: n, password: \"cmd:pass ${SITE}\"}");
    let expected = Some(&SecretRef::Command("pass lab".into()));
    assert_eq!(trunk(&good.entries[0]).password.as_ref().unwrap().origin(), expected);
}

#[test]
fn a_missing_variable_is_reported_once_for_its_value() {
    for own in [
        "profile = 'a'\nname = 'n'\nport = '${UNSET}'",
        "profile = '${UNSET}'\nname = 'n'",
        "profiles = ['a', '${UNSET}']\nname = 'n'",
        "group = '${UNSET}'\nname = 'n'",
        "profile = 'a'\nname = 'n'\nkind = '${UNSET}'",
        "profile = 'a'\nname = 'n'\ndids = [{ number = '${UNSET}' }, { number = '${UNSET}' }]",
        "profile = 'a'\nname = 'n'\nenabled = '${UNSET}'\nhost = '${UNSET} x'",
    ] {
        let message = refusal("m.toml", &format!("[[trunk]]\n{own}"));
        let reported = message.matches("the variable `UNSET` is not defined").count();
        assert_eq!(
            (reported, message.matches("m.toml").count()),
            (own.matches("UNSET").count(), reported),
            "{message}"
        );
    }
    let rows = "[[internal_numbers]]\nprofile = 'a'\nnumbers = ['${UNSET}']\n";
    let countries = "[[callout_countries]]\nprofile = 'a'\ncountries = ['${UNSET}']";
    let message = refusal("m.toml", &format!("{rows}{countries}"));
    assert_eq!(message.matches("m.toml").count(), 2, "{message}");
}

#[test]
fn every_refusal_has_file_and_line() {
    let head = "[[trunk]]\nprofile = 'a'\nname = 'n'\n";
    let mut wrong = Vec::new();
    for (text, reported) in [
        ("hots = 1\n", "m.toml, line 4, column 1: hots: unknown key `hots`; did you mean `host`?"),
        ("grup = 'x'\n", "line 4, column 1: grup: unknown key `grup`; did you mean `group`?"),
        (
            "host = '${UNSET}'\n",
            "line 4, column 8: the variable `UNSET` is not defined; give --var UNSET=VALUE or a --var-file, set TRUNKCTL_VAR_UNSET, or write it under [vars]",
        ),
        ("host = '${UNSET'\n", "line 4, column 8: a `${` has no `}`"),
        ("host = '${}'\n", "`${}` names no variable"),
        ("host = '${1a}'\n", "`${1a}` names no variable"),
        ("port = '${ZERO}'\n", "line 4, column 8: port: invalid type: string"),
        ("port = 70000\n", "line 4, column 8: port: 70000 is not a port"),
        ("name = 'm'\n", "line 4, column 1: the key is given twice, first on line 3, column 1"),
        ("group = 'g'\n", "line 4, column 1: group: `profile` and `group` are both given; keep one"),
        ("dids = [{number='1'},{number='1'}]\n", "line 4, column 8: dids: DID `1` is listed twice"),
        ("caller_id = {\n nmber='1'}\n", "line 5, column 2: caller_id.nmber: unknown key `nmber`"),
        ("[[trunk]]\nprofile = 'b'\n", "line 4, column 1: the trunk has no name"),
        ("[[trunk]]\nname = 'x'\n", "line 4, column 1: names no profile; give `profile`"),
        (
            "[[trunk]]\nname = 'x'\nprofile = 'c'\n",
            "line 6, column 11: profile: there is no profile `c`; the profiles are a, b, lab-pbx",
        ),
        ("[[trunk]]\nname = 'x'\nprofile = 'lab-pxb'\n", "did you mean `lab-pbx`?"),
        ("[[trunk]]\nname = 'x'\nprofiles = []\n", "line 6, column 12: names no profile"),
        ("[[trunk]]\nname = 'x'\nprofiles = ['a', 'a']\n", "line 6, column 18: profile `a` is listed twice"),
        ("[[trunk]]\nname = 'x'\nprofiles = 'a'\n", "line 6, column 12: is a text; write a list of profiles"),
        (
            "[[trunk]]\nname = 'x'\ngroup = 'g'\n",
            "line 6, column 9: group: there is no group `g`; write it under [groups]",
        ),
        ("[groups]\nempty = []\n", "line 5, column 9: groups.empty: names no profile; give at least one"),
        ("[groups]\ng = ['c']\n", "line 5, column 6: groups.g: there is no profile `c`"),
        ("[trunks]\n", "line 4, column 2: trunks: unknown key `trunks`; did you mean `trunk`?"),
        (
            "[sip_settings]\nprofile = 'a'\n",
            "line 4, column 1: sip_settings: is a table; write a list of tables, in TOML as [[sip_settings]]",
        ),
        ("[[sip_settings]]\nprofile = 'a'\n", "line 4, column 1: gives no setting"),
        ("[[sip_settings]]\nprofile = 'a'\nenable = 'yes'\n", "line 6, column 10: enable: invalid type"),
        (
            "[[sip_settings]]\nprofile = 'a'\nshow_zoom_provided_numbers = 'hid'\n",
            "line 6, column 30: show_zoom_provided_numbers: ",
        ),
        (
            "[[callout_countries]]\nprofile = 'a'\ncountries = ['US', 'UK']\n",
            "line 6, column 20: `UK` is not a two-letter country code; did you mean `GB`?",
        ),
        (
            "[[callout_countries]]\nprofile = 'a'\ncountries = ['US', 'us']\n",
            "line 6, column 20: country `US` is listed twice",
        ),
        ("[[callout_countries]]\nprofile = 'a'\n", "line 4, column 1: lists no countries"),
        ("[[callout_countries]]\nprofile = 'a'\ncountries = []\n", "line 4, column 1: countries: is empty"),
        ("[[internal_numbers]]\nprofile = 'a'\n", "line 4, column 1: has no numbers"),
        ("[[internal_numbers]]\nprofile = 'a'\nnumbers = []\n", "numbers: is empty"),
        (
            "[[internal_numbers]]\nprofile = 'a'\nfrom = 'x'\nnumbers = []\n",
            "`numbers` and `from` are both given",
        ),
        (
            "[[internal_numbers]]\nprofile = 'a'\nnumbers = [{nmber = '1'}]\n",
            "line 6, column 13: nmber: unknown key `nmber`; did you mean `number`?",
        ),
        ("[defaults.trunk]\nhots = 1\n", "line 5, column 1: defaults.trunk.hots: unknown key `hots`"),
        ("[defaults.trnk]\n", "line 4, column 11: defaults.trnk: unknown key `trnk`; did you mean `trunk`?"),
        (
            "[defaults.sip_settings]\ngroup = 'g'\n",
            "line 5, column 9: defaults.sip_settings.group: there is no group `g`",
        ),
        (
            "[[trunk]]\nname = ['x']\nprofile = 5\n",
            "line 6, column 11: profile: invalid type: integer `5`, expected a string",
        ),
    ] {
        let message = refusal("m.toml", &format!("{head}{text}"));
        if !message.contains(reported) {
            wrong.push(format!("{text}{message}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn all_mistakes_are_reported_together_and_once_each() {
    let folder = Folder::with(&[
        ("a.toml", "[defaults.trunk]\nprot = 1\n[[trunk]]\nname = 'n'\n[[trunk]]\nkind = 'pear'\nhots = 1\n"),
        ("b.yaml", "trunk:\n- [a]\nsip_settings: 5"),
        ("c.json", "{\"a\": }"),
        ("d.yaml", "groups: {g: [a]}"),
        ("e.toml", "[groups]\ng = ['a']\n"),
    ]);
    let (error, message) = folder.refusal(&["a.toml", "b.yaml", "c.json", "d.yaml", "e.toml"]);
    for reported in [
        "a.toml, line 2, column 1: defaults.trunk.prot: unknown key `prot`; did you mean `port`?",
        "a.toml, line 3, column 1: names no profile",
        "a.toml, line 6, column 8: kind `pear` is not known",
        "a.toml, line 7, column 1: hots: unknown key",
        "b.yaml, line 2, column 3: is a list; write a table of keys and values",
        "b.yaml, line 3, column 15: sip_settings: is a text; write a list",
        "c.json, line 1, column 7: expected value",
        "e.toml, line 2, column 1: groups.g: the group `g` is given twice, first in d.yaml, line 1, column 10; keep one",
    ] {
        assert_eq!(message.matches(reported).count(), 1, "{reported}\n{message}");
    }
    assert_eq!(error.fields.len(), 9, "{message}");
    assert_eq!((error.kind, error.hint.as_deref()), (Kind::Invalid, Some("nothing was sent")));
    let row = serde_json::to_value(&error.fields[0]).unwrap();
    assert!(row["file"].as_str().unwrap().ends_with("a.toml") && row["line"] == 2 && row["column"] == 1);
}

#[test]
fn a_missing_profile_is_a_configuration_error() {
    let one = "[[trunk]]\nname = 'n'\nprofile = 'c'\n";
    let kind = |text: &str| Folder::with(&[("m.toml", text)]).refusal(&["m.toml"]).0.kind;
    assert_eq!((kind(one), kind(&format!("{one}hots = 1\n"))), (Kind::Config, Kind::Invalid));
}

#[test]
fn a_very_long_list_of_mistakes_is_truncated() {
    let text = "[[trunk]]\nprofile = 'a'\n".repeat(500);
    let message = refusal("m.toml", &text);
    assert!(message.ends_with("\n  and 300 more"), "{}", &message[message.len() - 100..]);
}

#[test]
fn an_empty_manifest_must_be_explicit() {
    for text in ["", "[groups]\ng = ['a']\n", "[defaults.trunk]\nport = 1\n"] {
        assert!(refusal("m.toml", text).contains("m.toml: has no entries"), "{text}");
    }
    assert!(refusal("m.yaml", "just a text").contains("is a text; write the tables of a manifest"));
    assert!(open("m.toml", "trunk = []").entries.is_empty());
    assert!(open("m.yaml", "trunk:\n").entries.is_empty());
}

#[test]
fn variables_of_the_command_line_are_checked() {
    let vars = |text: &str| Vars::new(std::iter::empty(), &[text.to_owned()], &[]);
    assert!(vars("A_1=x=y").is_ok() && vars("A=").is_ok());
    for bad in ["A", "=canary", "1A=canary", "A-B=canary", ""] {
        let error = vars(bad).unwrap_err();
        assert!(error.kind == Kind::Usage && !error.message.contains("canary"), "{}", error.message);
    }
}
