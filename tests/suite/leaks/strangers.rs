//! Files of another kind, given to a command by mistake or in bad faith: no message of the command quotes their
//! content.

use super::*;

/// Other files that people keep beside lists and manifests. The secret in each is the word that starts with the mark.
const FILES: &[&str] = &[
    "-----BEGIN PRIVATE KEY-----\ncAnaryMIGHAgEAMBMGByqGSM49\ncAnaryAwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----\n",
    "machine example.com login cAnaryLogin password cAnaryPassword\n",
    "cAnaryToken\n",
    "root:$6$cAnaryHash:19700:0:99999:7:::\ncAnaryUser:*:19700:0:99999:7:::\n",
    "user,pass\ncAnaryUser,cAnaryPass\n",
    "cAnaryColumn;cAnaryOther\n1;2\n",
    "CANARY=\"cAnaryQuoted\"\nTOKEN=cAnaryBare\n",
    "cAnary_key = \"cAnaryValue\"\n",
    "cAnaryKey = 1\ncAnaryKey = 2\n",
    "[cAnarySection]\ncAnaryKey = cAnaryValue\n",
    "{\"type\": \"service_account\", \"private_key\": \"cAnaryKey\", \"cAnaryId\": 1}\n",
    "{\n  \"cAnaryKey\": {\"auth\": \"cAnaryAuth\"},\n  \"list\": [\"cAnaryOne\"]\n}\n",
    "{\"cAnaryKey\": 1, \"cAnaryKey\": 2}\n",
    "[\"cAnaryOne\", \"cAnaryTwo\"]\n",
    "[{\"cAnaryKey\": \"cAnaryValue\"}]\n",
    "\"cAnaryText\"\n",
    "{\"a\": cAnaryBroken}\n",
    "{\"kind\": \"cAnaryKind\", \"port\": \"cAnaryPort\", \"secret_data\": \"cAnaryData\"}\n",
    "{\"name\": [\"cAnaryName\"], \"number\": {\"a\": \"cAnaryValue\"}, \"other\": 1}\n",
    "apiVersion: v1\nkind: cAnaryKind\ndata:\n  password: cAnaryPassword\n",
    "- cAnaryOne\n- cAnaryTwo\n",
    "- cAnaryKey: cAnaryValue\n  cAnaryOther: 1\n  id: [cAnaryId]\n",
    "cAnaryKey: cAnaryValue: cAnaryMore\n",
    "cAnaryKey: *cAnaryAlias\n",
    "cAnaryKey: !cAnaryTag cAnaryValue\n",
    "%cAnaryDirective\n@cAnaryAt `cAnaryTick`\n",
    "? [cAnaryKey]\n: cAnaryValue\n",
    "profiles: cAnaryProfiles\ntrunk: cAnaryTrunk\n",
    "<?xml version=\"1.0\"?><cAnaryTag>cAnaryText</cAnaryTag>\n",
    "cAnary text \"with an open quote, and ${cAnaryVariable} in it\n",
];

const ENDINGS: &[&str] = &["", ".csv", ".json", ".jsonl", ".toml", ".yaml", ".pem"];

/// Every command that reads a file of its user. `FILE` is the file, `MANIFEST` a manifest that names it.
const READERS: &[(&str, &str)] = &[
    ("yeastar", "trunk create --from FILE"),
    ("itniotech", "trunk update id:1 --from FILE"),
    ("yeastar", "trunk ensure --from FILE"),
    ("zoom", "internal-numbers add --from FILE"),
    ("zoom", "internal-numbers remove --from FILE --yes"),
    ("zoom", "internal-numbers add --from INPUTS/numbers.csv --resume FILE"),
    ("zoom", "callout-countries add --from FILE"),
    ("zoom", "sip-settings assign --from FILE"),
    ("zoom", "plan -f FILE"),
    ("zoom", "plan -f MANIFEST"),
    ("zoom", "apply --yes -f MANIFEST"),
    ("zoom", "plan -f INPUTS/whole.toml --var-file FILE"),
    ("zoom", "apply FILE --yes"),
    ("zoom", "--profiles-file FILE trunk list"),
];

#[test]
fn the_content_of_a_file_of_another_kind_is_not_quoted() {
    let server = Scripted::answering(|_, request| well(request));
    let lab = Lab::new(&server.base, Proof::Given);
    lab.inputs.write("numbers.csv", "number,labels,languages\n+16466661110,A,en-US\n");
    lab.inputs.write(
        "whole.toml",
        "[[callout_countries]]\nprofile = \"zoom\"\naccount = \"a\"\ncountries = [\"US\"]\n",
    );
    std::thread::scope(|scope| {
        for part in 0..4 {
            let (lab, server) = (&lab, &server);
            scope.spawn(move || {
                for (at, text) in FILES.iter().enumerate().filter(|(at, _)| at % 4 == part) {
                    for (turn, ending) in ENDINGS.iter().enumerate() {
                        let file = lab.inputs.write(&format!("stranger-{at}{ending}"), text);
                        let manifest = lab.inputs.write(
                            &format!("manifest-{at}{ending}.toml"),
                            &format!("[[internal_numbers]]\nprofile = \"zoom\"\naccount = \"a\"\nfrom = \"stranger-{at}{ending}\"\n"),
                        );
                        // The formats differ in the layout of an error, not in its content.
                        let format = if at % 2 == 0 { "-o table" } else { "-o json" };
                        // Each command gets each file, with one of the extensions.
                        let own = READERS
                            .iter()
                            .enumerate()
                            .filter(|(reader, _)| (reader + at) % ENDINGS.len() == turn);
                        for (_, (vendor, command)) in own {
                            let command = command.replace("FILE", &file).replace("MANIFEST", &manifest);
                            let ran = match command.strip_prefix("--profiles-file ") {
                                None => lab.run((vendor, &command), format),
                                Some(command) => {
                                    let words = format!("{format} -vvv --profiles-file {command}");
                                    lab.place.run(&words.split(' ').collect::<Vec<_>>())
                                }
                            };
                            assert!(![0, 2].contains(&ran.code), "{command}: {text}{ran:?}");
                            assert!(!ran.err.to_lowercase().contains("canary"), "{command}: {text}{}", ran.err);
                        }
                    }
                }
                assert_eq!(server.requests().iter().filter(|request| !request.starts_with("GET ")).count(), 0);
            });
        }
    });
}

/// Values that a manifest takes from elsewhere are not quoted, even if they are almost valid.
#[test]
fn a_value_that_a_manifest_takes_from_elsewhere_is_not_quoted() {
    let server = Scripted::answering(|_, request| well(request));
    let mut lab = Lab::new(&server.base, Proof::Given);
    lab.place = lab.place.with("TRUNKCTL_VAR_from_env", "cAnaryVariable");
    lab.inputs.write("vars.toml", "from_file = \"cAnaryVariable\"\n");
    lab.inputs.write("numbers.csv", "number,labels,languages\ncAnaryNumber,cAnaryLabel,cAnaryLanguage!\n");
    let numbers = "[[internal_numbers]]\nprofile = \"zoom\"\naccount = \"a\"\nfrom = \"numbers.csv\"\n";
    let mut manifests = vec![numbers.to_owned()];
    for name in ["from_env", "from_file"] {
        for field in [
            "port = \"${V}\"",
            "kind = \"x${V}\"",
            "enabled = \"${V}\"",
            "dids = [\"${V}\"]",
            "outbound_proxy = \"a:${V}\"",
            "profile = \"${V}\"",
        ] {
            let own = if field.starts_with("profile") { "" } else { "profile = \"yeastar\"\n" };
            manifests.push(format!("[[trunk]]\nname = \"t\"\n{own}{field}\n").replace('V', name));
        }
        let country = format!("[[callout_countries]]\nprofile = \"zoom\"\ncountries = [\"${{{name}}}\"]\n");
        let rows =
            format!("[[internal_numbers]]\nprofile = \"zoom\"\nnumbers = [{{ number = \"${{{name}}}\" }}]\n");
        manifests.extend([country, rows]);
    }
    for (at, text) in manifests.iter().enumerate() {
        let path = lab.inputs.write(&format!("taken-{at}.toml"), text);
        let command = format!("plan -f {path} --var-file INPUTS/vars.toml");
        let ran = lab.run(("zoom", &command), "-o json").expect(if text.contains("\nprofile = \"${") {
            3
        } else {
            4
        });
        assert!(ran.error()["message"].as_str().unwrap().contains("line "), "{text}{ran:?}");
    }
}
