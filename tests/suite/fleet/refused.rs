//! Manifests that are refused before any request, each mistake with its file and line.

use super::*;

/// A manifest, the exit code, and the line and a part of each message.
type Mistaken = (&'static str, i32, &'static [(usize, &'static str)]);

const MISTAKEN: &[Mistaken] = &[
    (
        "[[trunk]]\nprofile = \"yeastar\"\nname = \"${SITE}-main\"\nPEER",
        4,
        &[(3, "the variable `SITE` is not defined")],
    ),
    (
        "[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\nPEERname = \"u\"\n",
        4,
        &[(9, "given twice, first on line 3")],
    ),
    (
        "[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\nPEER[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\nPEER",
        4,
        &[
            (9, "column 1: trunk `t` is declared twice on profile `yeastar`, first in "),
            (9, "manifest.toml, line 1, column 1; keep one"),
        ],
    ),
    (
        "[[trunk]]\nprofile = \"zoom\"\nname = \"x\"\nmaster_trunk = 5\n[[trunk]]\nprofile = \"zoom\"\nname = \"x\"\n",
        4,
        &[(5, "column 1: trunk `x` is declared twice")],
    ),
    (
        "[[callout_countries]]\nprofile = \"zoom\"\ncountries = [\"US\"]\n\
         [[callout_countries]]\nprofile = \"zoom\"\naccount = \"sub-1\"\ncountries = [\"US\"]\n",
        4,
        &[(4, "column 1: country `US` is declared twice on profile `zoom`, account `sub-1`")],
    ),
    (
        "[[trunk]]\nprofile = \"zoom\"\nmaster_trunk = \"trunk-a\"\n\
         [[trunk]]\nprofile = \"zoom\"\naccount = \"sub-1\"\nmaster_trunk = \"trunk-a\"\n",
        4,
        &[(4, "trunk-a")],
    ),
    (
        "[[sip_settings]]\nprofile = \"zoom\"\nenable = true\n\
         [[sip_settings]]\nprofile = \"zoom\"\naccount = \"sub-1\"\nenable = false\n",
        4,
        &[
            (4, "column 1: settings are declared twice on profile `zoom`"),
            (4, "manifest.toml, line 1, column 1"),
        ],
    ),
    (
        "[[internal_numbers]]\nprofile = \"zoom\"\nnumbers = [{ number = \"+16466661110\", labels = \"A\", languages = \"en-US\" }]\n\
         [[internal_numbers]]\nprofile = \"zoom\"\naccount = \"sub-1\"\n\
         numbers = [{ number = \"+16466661110\", labels = \"B\", languages = \"en-US\" }]\n",
        4,
        &[(7, "column 23: number: `+16466661110` is declared twice")],
    ),
    (
        "[[internal_numbers]]\nprofile = \"zoom\"\nnumbers = [{number = '0044 20 7183 8750'}]\n",
        4,
        &[(
            3,
            "column 22: number: `0044 20 7183 8750` is not an E.164 number; did you mean `+442071838750`?",
        )],
    ),
    (
        "[[internal_numbers]]\nprofile = \"zoom\"\n\
         numbers = [{number = '+442071838750', labels = 'A', languages = 'en-US'}, \
         {number = '+442071838750', labels = 'A', languages = 'en-US'}]\n",
        4,
        &[(3, "column 85: number: `+442071838750` is listed twice, first on line 3, column 22; keep one")],
    ),
    ("[[trunk]]\nprofile = \"yeaster\"\nname = \"t\"\nPEER", 3, &[(2, "did you mean `yeastar`?")]),
    (
        "[groups]\nlab = [\"yeastar\"]\n[[trunk]]\ngroup = \"lap\"\nname = \"t\"\nPEER",
        4,
        &[(4, "did you mean `lab`?")],
    ),
    ("[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\nprefix = \"9\"\nPEER", 4, &[(4, "prefix")]),
    (
        "[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\nusername = \"u\"\nPEER",
        4,
        &[(4, "a peer trunk does not register")],
    ),
    ("[[trunk]]\nprofile = \"zoom\"\nname = \"t\"\nmaster_trunk = \"trunk-a\"\n", 4, &[(3, "Zoom keeps it")]),
    (
        "[[trunk]]\nprofile = \"itniotech\"\nname = \"t\"\nkind = \"peer\"\ndirection = \"outbound\"\n\
         host = \"192.0.2.7\"\nport = 5060\nagent_groups = [{ name = \"Sales\" }]\n",
        4,
        &[(7, "port")],
    ),
    (
        "[[internal_numbers]]\nprofile = \"yeastar\"\nnumbers = [{ number = \"+16466661110\", labels = \"A\" }]\n",
        4,
        &[(1, "A PBX has no internal numbers")],
    ),
    ("[[sip_settings]]\nprofile = \"itniotech\"\nenable = true\n", 4, &[(1, "no master account")]),
    ("[[callout_countries]]\nprofile = \"yeastar\"\ncountries = [\"US\"]\n", 4, &[(1, "call-out countries")]),
    // All mistakes are reported at once.
    (
        "[[trunk]]\nprofile = \"yeastar\"\nname = \"a\"\nport = \"x\"\n[[trunk]]\nprofile = \"nobody\"\nname = \"b\"\n\
         [[callout_countries]]\nprofile = \"zoom\"\ncountries = [\"XX\"]\n",
        4,
        &[(4, "port"), (6, "there is no profile `nobody`"), (10, "XX")],
    ),
];

/// Runs plan and apply; both report the same error, and neither sends a request.
#[track_caller]
fn refused(lab: &Lab, words: &str, code: i32) -> Value {
    let said = ["plan", "apply --yes", "apply --yes --dry-run"].map(|command| {
        let ran = lab.run(&format!("{command} {words}"));
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{words}: {}", ran.err);
        ran.error()
    });
    assert_eq!((&said[0], &said[0]), (&said[1], &said[2]));
    assert_eq!(lab.requests().len(), 0, "{words}");
    said[0].clone()
}

#[test]
fn a_mistake_is_reported_with_its_line_before_anything_is_sent() {
    let lab = Lab::new();
    for (text, code, complaints) in MISTAKEN {
        let path = lab.manifest(&text.replace("PEER", PEER));
        let error = refused(&lab, &format!("-f {path}"), *code);
        let message = error["message"].as_str().unwrap();
        for (line, part) in *complaints {
            let place = format!("manifest.toml, line {line},");
            let named = message.lines().any(|said| said.contains(&place) && said.contains(part));
            assert!(named, "{place} {part} in {message}");
        }
        assert!(error["hint"].as_str().unwrap().contains("nothing was sent"), "{error}");
    }
}

/// Also for a default below the trunk, and once for all trunks that use the default.
#[test]
fn the_error_for_a_refused_value_names_the_position_of_its_field() {
    let lab = Lab::new();
    let message = |text: &str| {
        let path = lab.manifest(text);
        refused(&lab, &format!("-f {path}"), 4)["message"].as_str().unwrap().to_owned()
    };
    let own = PEER.replace("ulaw", "ulow");
    let complaint = message(&format!("[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\n{own}"));
    assert!(
        complaint.contains("manifest.toml, line 8, column 10: codecs: `ulow` is not known"),
        "{complaint}"
    );
    assert_eq!(complaint.matches("Yeastar").count(), 1, "{complaint}");

    let two = "[[trunk]]\nname = \"t\"\n[[trunk]]\nname = \"u\"\n";
    let complaint = message(&format!("[defaults.trunk]\nprofile = \"yeastar\"\nprefix = \"9\"\n{PEER}{two}"));
    assert_eq!(complaint.matches("prefix: ").count(), 1, "{complaint}");
    assert!(complaint.contains("manifest.toml, line 3, column 10: prefix: "), "{complaint}");
}

#[test]
fn the_error_for_a_bad_row_names_its_file_and_line() {
    let lab = Lab::new();
    let csv = "number,labels,languages\n+16466661110,A,en-US\n4.42E+11,B,en-US\n+16466661111,,en-US\n";
    lab.place.write("numbers.csv", csv);
    let path = lab.manifest("[[internal_numbers]]\nprofile = \"zoom\"\nfrom = \"numbers.csv\"\n");
    let error = refused(&lab, &format!("-f {path}"), 4);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("numbers.csv, line 3, column 1: number: "), "{message}");
    assert!(!message.contains("4.42") && !message.contains("442"), "a manifest can name any file: {message}");
    lab.place.write("numbers.csv", &csv.replace("4.42E+11", "+442071838750"));
    let error = refused(&lab, &format!("-f {path}"), 4);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("numbers.csv, line 4") && message.contains("labels"), "{message}");
    lab.manifest("[[internal_numbers]]\nprofile = \"zoom\"\nfrom = \"none.csv\"\n");
    let message = refused(&lab, &format!("-f {path}"), 4)["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("manifest.toml, line 1") && message.contains("none.csv` cannot be read"),
        "{message}"
    );
}

/// A number of a file that a manifest names is not repeated.
#[test]
fn a_number_in_two_lists_is_reported_with_both_positions() {
    let lab = Lab::new();
    lab.place.write(
        "numbers.csv",
        "number,labels,languages\n+442071838750,A,en-GB\n+442071838751,A,en-GB\n16466661110,A,en-GB\n",
    );
    let (head, file) = ("[[internal_numbers]]\nprofile = \"zoom\"\n", "from = \"numbers.csv\"\n");
    let own = "numbers = [{ number = \"+442071838751\", labels = \"A\", languages = \"en-GB\" }]\n";
    let message = |text: &str| {
        let path = lab.manifest(text);
        refused(&lab, &format!("-f {path}"), 4)["message"].as_str().unwrap().to_owned()
    };
    let both = message(&format!("{head}{file}{head}{own}"));
    assert!(
        both.contains(
            "manifest.toml, line 6, column 23: number: `+442071838751` is declared twice, first in "
        )
    );
    assert!(both.contains("numbers.csv, line 3, column 1; keep one"), "{both}");
    assert!(both.contains("numbers.csv, line 4, column 1: number: the value is not valid"), "{both}");
    assert!(!both.contains("1646666"), "{both}");
    let both = message(&format!("{head}{own}{head}{file}"));
    assert!(
        both.contains("numbers.csv, line 3, column 1: number: the number is declared twice, first in "),
        "{both}"
    );
    assert!(both.contains("manifest.toml, line 3, column 23; keep one") && !both.contains("+4420"), "{both}");
    // Another account has numbers of its own.
    lab.place.write("numbers.csv", "number,labels,languages\n+442071838751,A,en-GB\n");
    let path = lab.manifest(&format!("{head}account = \"sub-2\"\n{file}{head}{own}"));
    lab.run(&format!("validate -f {path}")).expect(0);
}

#[test]
fn an_object_that_a_group_describes_twice_is_reported_once() {
    let lab = Lab::new();
    let entry = format!("[[trunk]]\ngroup = \"all\"\nname = \"t\"\n{PEER}");
    let path = lab.manifest(&format!("[groups]\nall = [\"yeastar\", \"itniotech\"]\n{entry}{entry}"));
    let message = refused(&lab, &format!("-f {path}"), 4)["message"].as_str().unwrap().to_owned();
    assert_eq!(message.matches("declared twice").count(), 1, "{message}");
}

/// Two profiles of one account would undo each other's changes.
#[test]
fn two_profiles_of_the_same_account_are_detected() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(&lab.profiles).unwrap();
    let double = text.replace("[profiles.", "[profiles.other-");
    lab.place.write("profiles.toml", &format!("{text}{double}"));
    for (own, line) in [
        (format!("[[trunk]]\nprofiles = [\"yeastar\", \"other-yeastar\"]\nname = \"t\"\n{PEER}"), 1),
        (
            "[[trunk]]\nprofile = \"zoom\"\nmaster_trunk = \"trunk-a\"\n\
             [[trunk]]\nprofile = \"other-zoom\"\naccount = \"sub-1\"\nmaster_trunk = \"trunk-a\"\n"
                .to_owned(),
            4,
        ),
        (
            "[[sip_settings]]\nprofile = \"zoom\"\nenable = true\n\
             [[sip_settings]]\nprofile = \"other-zoom\"\nenable = true\n"
                .to_owned(),
            4,
        ),
        (
            "[[internal_numbers]]\nprofiles = [\"zoom\", \"other-zoom\"]\n\
             numbers = [{ number = \"+16466661110\", labels = \"A\", languages = \"en-US\" }]\n"
                .to_owned(),
            1,
        ),
        (
            "[[internal_numbers]]\nprofile = \"zoom\"\nnumbers = [{ number = \"+16466661110\", labels = \"A\", languages = \"en-US\" }]\n\
             [[internal_numbers]]\nprofile = \"other-zoom\"\naccount = \"sub-1\"\n\
             numbers = [{ number = \"+16466661110\", labels = \"B\", languages = \"en-US\" }]\n"
                .to_owned(),
            7,
        ),
    ] {
        let path = lab.manifest(&own);
        let error = refused(&lab, &format!("-f {path}"), 4);
        let message = error["message"].as_str().unwrap();
        let place = format!("manifest.toml, line {line}");
        assert!(message.contains(&place) && message.contains("belong to the same account"), "{message}");
    }
}

/// Each would delete the objects that the other has just created.
#[test]
fn two_profiles_of_one_account_must_not_own_the_same_objects() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(&lab.profiles).unwrap();
    lab.place.write("profiles.toml", &format!("{text}{}", text.replace("[profiles.", "[profiles.other-")));
    let entries = format!(
        "[[trunk]]\nprofile = \"yeastar\"\nname = \"t\"\n{PEER}\
         [[trunk]]\nprofile = \"other-yeastar\"\nname = \"u\"\n{PEER}"
    );
    let path =
        lab.manifest(&format!("{entries}{}{}", owns("yeastar", "yeastar"), owns("yeastar", "other-yeastar")));
    let message = refused(&lab, &format!("-f {path} --prune"), 4)["message"].as_str().unwrap().to_owned();
    assert!(message.contains("manifest.toml, line 20") && message.contains("same account"), "{message}");
    // Objects that the other profile wants are never deleted.
    lab.manifest(&format!("{entries}{}", owns("yeastar", "yeastar")));
    for writes in [2, 0] {
        lab.run(&format!("apply -f {path} --yes --prune")).expect(0);
        assert_eq!(lab.writes().len(), writes);
    }
}

#[test]
fn two_manifests_must_not_own_the_same_objects() {
    let lab = Lab::new();
    let one = lab.place.write("one.toml", "[[owns]]\nprofile = \"yeastar\"\ntrunks = [\"lab-*\"]\n");
    let two = lab.place.write("two.toml", "[[owns]]\nprofile = \"yeastar\"\ntrunks = [\"x\", \"*-1\"]\n");
    let error = refused(&lab, &format!("-f {one} -f {two}"), 4);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("two.toml, line 1") && message.contains("one.toml, line 1"), "{message}");
    lab.place.write("two.toml", "[[owns]]\nprofile = \"yeastar\"\ntrunks = [\"x\", \"*-1x\"]\n");
    lab.place.write("one.toml", "[[owns]]\nprofile = \"yeastar\"\ntrunks = [\"lab-?\"]\n");
    lab.run(&format!("plan -f {one} -f {two} --prune")).expect(0);
}

/// `me` and the id are two names of an account.
#[test]
fn me_and_the_account_id_name_the_same_account() {
    let lab = Lab::new();
    let country = |account: &str, code: &str| {
        let own = format!("profile = \"zoom\"\naccount = \"{account}\"\ncountries = [\"{code}\"]\n");
        format!("[[callout_countries]]\n{own}")
    };
    let both = |second: &str| lab.manifest(&(country("me", "US") + &country("sandbox-account", second)));
    let message = |words: &str| refused(&lab, words, 4)["message"].as_str().unwrap().to_owned();
    let complaint = message(&format!("-f {}", both("US")));
    assert!(
        complaint.contains("manifest.toml, line 5") && complaint.contains("declared twice on profile"),
        "{complaint}"
    );
    let path = both("GB");
    lab.run(&format!("plan -f {path}")).expect(0);
}

#[test]
fn missing_arguments_are_usage_errors() {
    let lab = Lab::new();
    for line in ["plan", "apply --yes"] {
        assert_eq!(lab.run(line).expect(2).error()["kind"], "usage");
    }
    let path = lab.manifest(&peer("yeastar", "${SITE}"));
    assert_eq!(lab.run(&format!("plan -f {path} --var SITE")).expect(2).error()["kind"], "usage");
    assert_eq!(column(&lab.run(&format!("plan -f {path} --var SITE=oslo")).expect(0), "name"), ["oslo"]);
    let env =
        read(lab.command(&format!("plan -f {path}")).env("TRUNKCTL_VAR_SITE", "bergen").output().unwrap());
    assert_eq!(column(&env.expect(0), "name"), ["bergen"]);
    assert_eq!(lab.run(&format!("plan -f {path}.none")).code, 4);
    let other_profile = lab.run(&format!("plan -f {path} --var SITE=x -p zoom")).expect(3);
    assert!(other_profile.error()["message"].as_str().unwrap().contains("profile `zoom`"));
}

#[test]
fn validate_reports_the_same_mistakes_without_secrets_or_requests() {
    let lab = Lab::new();
    for (text, code, complaints) in MISTAKEN {
        let path = lab.manifest(&text.replace("PEER", PEER));
        let error = lab.run(&format!("validate -f {path} --untrusted")).expect(*code).error();
        let message = error["message"].as_str().unwrap();
        assert!(complaints.iter().all(|(_, part)| message.contains(part)), "{message}");
    }
    let profiles =
        std::fs::read_to_string(&lab.profiles).unwrap().replace("\"sandbox-secret\"", "\"env:MISSING\"");
    lab.place.write("profiles.toml", &profiles);
    let path = lab.manifest(&peer("yeastar", "t"));
    let valid = lab.run(&format!("validate -f {path}")).expect(0).json();
    assert_eq!(valid, serde_json::json!({"valid": true, "entries": 1, "profiles": 1}));
    assert_eq!(lab.requests().len(), 0);
}
