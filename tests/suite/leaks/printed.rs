//! Standard output: secrets that a vendor repeats in its data are masked, like those in its errors.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// Every output format.
const FORMATS: &[&str] = &["table", "json", "jsonl", "yaml", "csv"];

/// A PBX whose trunks have that name.
fn naming(name: String) -> Scripted {
    Scripted::answering(move |_, request| {
        let row = json!({"id": 7, "name": name, "type": "peer", "transport": "udp", "hostname": name, "port": 5060,
            "enable": 1});
        let line = request.lines().next().unwrap_or_default();
        if line.contains("trunk/get") {
            answer(200, &json!({"errcode": 0, "data": row}))
        } else if line.contains("trunk/list") || line.contains("trunk/search") {
            answer(200, &json!({"errcode": 0, "total_number": 1, "data": [row]}))
        } else {
            well(request)
        }
    })
}

#[test]
fn data_that_repeats_a_secret_is_printed_without_it() {
    let secret = canary("AccessToken");
    let hex = |upper: bool| {
        let digits = |byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
        secret.bytes().map(digits).collect::<String>()
    };
    for name in [secret.clone(), STANDARD.encode(&secret), hex(false), hex(true), format!("a {secret} b")] {
        let server = naming(name.clone());
        let lab = Lab::new(&server.base, Proof::Given);
        for format in FORMATS {
            for job in ["trunk list", "trunk get id:7", "export", "trunk update id:7 --kind peer --port 5062"]
            {
                if job == "export" && matches!(*format, "jsonl" | "csv") {
                    continue;
                }
                let ran = lab.run(("yeastar", job), &format!("-o {format}")).expect(0);
                // An update prints no value that the vendor has returned.
                let prints = !job.starts_with("trunk update");
                assert_eq!(ran.out.contains("***"), prints, "{job} -o {format}: {}", ran.out);
                if *format == "json" {
                    ran.json();
                }
            }
            for form in ["http", "curl"] {
                let job = "trunk update id:7 --kind peer --port 5062";
                lab.run(("yeastar", job), &format!("-o {format} --dry-run={form}")).expect(0);
            }
        }
    }
}

/// Secrets that are also words of JSON and CSV.
#[test]
fn a_secret_that_is_a_word_of_the_format_does_not_break_it() {
    for secret in ["true", "null", "5060", "\": \"", "\",\",\"", "name"] {
        let server = naming(format!("a{secret}b"));
        let place = Place::new();
        let profiles = place.write(
            "profiles.toml",
            &format!(
                "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"{}\"\naccess_token = {}\n",
                server.base,
                Value::from(secret)
            ),
        );
        let list = |format: &str| {
            let args = ["--profiles-file", &profiles, "-p", "p", "-o", format, "trunk", "list"];
            place.run(&args).expect(0)
        };
        let rows = list("json").json();
        let row = rows[0].as_object().unwrap();
        assert_eq!((row["name"].as_str(), row["port"].as_u64()), (Some("a***b"), Some(5060)), "{secret}");
        assert_eq!(row["enabled"], json!(true), "{secret}");
        let line: Value = serde_json::from_str(&list("jsonl").out).unwrap();
        assert_eq!(line["name"], "a***b", "{secret}");
        let csv = list("csv").out;
        assert!(csv.lines().count() == 2 && csv.contains("a***b"), "{secret}: {csv}");
        let yaml: Vec<Value> = yaml_serde::from_str(&list("yaml").out).unwrap();
        assert_eq!(yaml[0]["name"], "a***b", "{secret}");
    }
}

/// A manifest with asterisks in it would be applied literally.
#[test]
fn an_export_warns_about_masked_values() {
    let server = naming(canary("AccessToken"));
    let lab = Lab::new(&server.base, Proof::Given);
    let ran = lab.run(("yeastar", "export"), "-o table").expect(0);
    assert!(ran.err.contains("is written as ***"), "{ran:?}");
}

#[test]
fn the_journal_keeps_no_value_that_may_be_a_secret() {
    let server = Scripted::answering(|_, request| well(request));
    let lab = Lab::new(&server.base, Proof::Given);
    let trunk = "[[trunk]]\nprofile = \"yeastar\"\nname = \"new\"\nkind = \"peer\"\nhost = \"${HOST}\"\nport = 5060\n\
                 transport = \"udp\"\ncodecs = [\"ulaw\"]\n";
    let manifest = lab.inputs.write("trunk.toml", trunk);
    let vars = "--var HOST=192.0.2.1 --var PASSWORD=cAnaryOne --var=PIN=cAnaryTwo";
    lab.run(("yeastar", &format!("apply --yes -f {manifest} {vars}")), "");
    lab.run(
        ("yeastar", "trunk update id:7 --kind peer --vendor-field=x=\"three\" --vendor-field y=\"four\""),
        "",
    );
    let shown = lab.place.run(&["history", "list", "-o", "json"]).expect(0).json();
    let commands: Vec<String> =
        shown.as_array().unwrap().iter().map(|entry| entry["command"].to_string()).collect();
    for (word, kept) in [("apply", "\"HOST=***\""), ("apply", "\"--var=PIN=***\""), ("update", "\"y=***\"")] {
        let command = commands.iter().find(|command| command.contains(word));
        assert!(command.is_some_and(|command| command.contains(kept)), "{kept}: {commands:?}");
    }
    for value in ["192.0.2.1", "three", "four"] {
        assert!(!commands.concat().contains(value), "{value}: {commands:?}");
    }
}
