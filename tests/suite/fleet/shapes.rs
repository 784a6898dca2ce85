//! Plans and results in every format: for programs, for merge requests and for terminals.

use serde_json::json;

use super::*;
use crate::surface::TORTURE;

/// Names that would end a cell, a code span or a line, or start other markup.
const MARKUP: [&str; 9] = [
    "a|b",
    "`x`",
    "``",
    "\\|",
    "a\\\\|b",
    "<img src=x onerror=alert(1)>",
    "@all #1 [x](http://evil.example)",
    "line\nbreak\r\n\n# head",
    "-----",
];

fn names() -> Vec<&'static str> {
    TORTURE.into_iter().chain(MARKUP).collect()
}

/// A PBX that has trunks with such names, and a manifest that wants one more.
fn lab() -> (Lab, String) {
    let vendor = trunkctl::vendors::by_name("yeastar").unwrap();
    let mut state = vendor.simulator(None).unwrap().save();
    let row = |(at, name): (usize, &&str)| {
        let settings = json!({"name": name, "hostname": "192.0.2.7", "port": 5060, "enable": 1});
        json!({"id": 100 + at, "type": "peer", "settings": settings})
    };
    state["trunks"] = names().iter().enumerate().map(row).collect();
    state["next_trunk_id"] = json!(900);
    let place = Place::new();
    let file = place.write("state.json", &json!({ "yeastar": state }).to_string());
    let lab = Lab::before(vec![Served::with(Some(file.into()))], Recorder::before);
    let path = lab.manifest(
        "[[trunk]]\nprofile = \"yeastar\"\nname = \"new\"\nkind = \"peer\"\nhost = \"192.0.2.8\"\n\
         port = 5060\ntransport = \"udp\"\ncodecs = [\"ulaw\"]\ncaller_id = { name = \"x|`y`\\nz\" }\n\
         [[owns]]\nprofile = \"yeastar\"\ntrunks = \"all\"\n",
    );
    (lab, path)
}

fn formats(lab: &Lab, line: &str) -> [String; 4] {
    ["json", "jsonl", "yaml", "csv"].map(|format| lab.run(&format!("-o {format} {line}")).expect(0).out)
}

#[test]
fn every_data_format_has_the_same_plan() {
    let (lab, path) = lab();
    let [json, jsonl, yaml, csv] = formats(&lab, &format!("plan -f {path} --prune"));
    let plan: Value = serde_json::from_str(&json).unwrap();
    let keys: Vec<&String> = plan.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["changes", "profiles", "unwanted", "refusals", "summary"]);
    let (steps, all) = (plan["changes"].as_array().unwrap(), names().len() as u64);
    assert_eq!(
        plan["summary"],
        json!({"create": 1, "update": 0, "delete": all, "impossible": 0, "unchanged": 0, "unwanted": 0, "uncompared": 0, "failed": 0})
    );
    let mut printed: Vec<&str> = steps[1..].iter().map(|step| step["name"].as_str().unwrap()).collect();
    let mut expected = names();
    printed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(printed, expected);
    for step in steps {
        for key in ["action", "operation", "profile", "vendor", "kind", "name"] {
            assert!(step[key].is_string(), "{key} in {step}");
        }
    }
    assert!(steps[0]["place"].as_str().unwrap().ends_with("manifest.toml, line 1, column 1"));
    let lines = output::json_lines(&jsonl);
    assert_eq!(&lines, steps);
    assert_eq!(yaml_serde::from_str::<Value>(&yaml).unwrap(), plan);
    let (header, rows) = output::csv(&csv);
    assert_eq!(header, ["action", "kind", "name", "id", "profile", "account", "fields", "reason"]);
    let named: Vec<&str> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(rows.len(), named.len());
    assert_eq!(rows[0][6], "name kind host port transport codecs caller_id");
    for text in [json, jsonl] {
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    }
}

#[test]
fn every_data_format_has_the_same_results() {
    let mut results = Vec::new();
    for format in ["json", "jsonl", "yaml", "csv"] {
        let (lab, path) = lab();
        let ran =
            lab.run(&format!("-o {format} apply -f {path} --prune --yes --allow-mass-change")).expect(0);
        // A run of several seconds prints its progress.
        assert!(ran.err.lines().all(|line| line.starts_with("progress: ")), "{format}: {}", ran.err);
        let rows: Vec<(String, String)> = match format {
            "csv" => {
                let (header, rows) = output::csv(&ran.out);
                assert_eq!(header, ["outcome", "kind", "name", "id", "profile", "account"]);
                rows.into_iter().map(|row| (row[0].clone(), row[3].clone())).collect()
            }
            _ => {
                let changes: Vec<Value> = match format {
                    "jsonl" => output::json_lines(&ran.out),
                    "yaml" => of(&yaml_serde::from_str(&ran.out).unwrap()),
                    _ => of(&ran.json()),
                };
                changes.iter().map(|one| (word(one, "outcome"), word(one, "id"))).collect()
            }
        };
        assert_eq!(rows.len(), names().len() + 1, "{format}");
        results.push(rows);
    }
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "{results:?}");
}

fn of(report: &Value) -> Vec<Value> {
    let all = names().len();
    assert_eq!((&report["summary"]["created"], &report["summary"]["deleted"]), (&json!(1), &json!(all)));
    report["changes"].as_array().unwrap().clone()
}

fn word(change: &Value, key: &str) -> String {
    change[key].as_str().unwrap().to_owned()
}

#[test]
fn names_cannot_break_the_markdown_of_a_merge_request() {
    let (lab, path) = lab();
    let out = lab.run(&format!("-o markdown plan -f {path} --prune")).expect(0).out;
    assert!(!out.chars().any(|c| c.is_control() && c != '\n'), "{out:?}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[..2], ["### trunkctl plan", ""]);
    assert_eq!(lines[4..6], ["| | profile | object | fields |", "|---|---|---|---|"]);
    let (rows, end) = lines[6..].split_at(names().len() + 1);
    assert!(end[1].contains("refuses this plan") && end[3].contains("more than 30 %"), "{end:?}");
    for line in rows {
        let bars = line.match_indices('|').filter(|(at, _)| {
            let slashes = line[..*at].bytes().rev().take_while(|byte| *byte == b'\\').count();
            slashes % 2 == 0
        });
        assert_eq!(bars.count(), 5, "{line}");
        let own = outside(line);
        let plain = |c: char| c.is_ascii_lowercase() || "| *<>→".contains(c);
        assert!(own.chars().all(plain), "{own} in {line}");
    }
}

/// The text outside of code spans.
fn outside(line: &str) -> String {
    let (mut own, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('`') {
        own.push_str(&rest[..at]);
        let fence = rest[at..].bytes().take_while(|byte| *byte == b'`').count();
        rest = &rest[at + fence..];
        loop {
            let Some(end) = rest.find('`') else { panic!("a code span has no end: {line}") };
            let run = rest[end..].bytes().take_while(|byte| *byte == b'`').count();
            rest = &rest[end + run..];
            if run == fence {
                break;
            }
        }
    }
    own + rest
}

#[test]
fn names_cannot_control_the_terminal() {
    let (lab, path) = lab();
    for line in [
        format!("-o table plan -f {path} --prune"),
        format!("-o table --color always plan -f {path} --prune"),
        format!("-o json apply -f {path} --prune --allow-mass-change"),
        format!("-o table apply -f {path} --prune --allow-mass-change --yes"),
    ] {
        let ran = lab.run(&line);
        // The colours of trunkctl itself.
        let text = ["1", "31", "32", "0"]
            .iter()
            .fold(ran.out + &ran.err, |text, code| text.replace(&format!("\u{1b}[{code}m"), ""));
        let steers = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{9b}".contains(c);
        assert!(!text.chars().any(steers), "{line}: {text:?}");
        assert!(text.contains("# head") && !text.contains("\n# head"), "{text}");
    }
}

#[test]
fn a_long_list_of_similar_changes_is_shortened_in_table_and_markdown() {
    let lab = Lab::new();
    let row =
        |nth: usize| format!("{{ number = \"+1646666{nth:04}\", labels = \"A\", languages = \"en-US\" }}");
    let rows: Vec<String> = (0..25).map(row).collect();
    let path =
        lab.manifest(&format!("[[internal_numbers]]\nprofile = \"zoom\"\nnumbers = [{}]\n", rows.join(", ")));
    let out = lab.run(&format!("-o table plan -f {path}")).expect(0).out;
    assert_eq!(out.matches("+ create internal number").count(), 20, "{out}");
    assert!(out.contains("and 5 more\n") && out.contains("25 to create"), "{out}");
    assert_eq!(out.matches("\n      toll, A, en-US\n").count(), 20, "{out}");
    let out = lab.run(&format!("-o markdown plan -f {path}")).expect(0).out;
    assert!(out.contains("| | | and 5 more | |"), "{out}");
    assert_eq!(out.matches("` | `toll`, `A`, `en-US` |").count(), 20, "{out}");
    assert_eq!(changes(&lab.run(&format!("plan -f {path}")).expect(0)).len(), 25);
}

#[test]
fn details_and_notes_of_a_number_are_printed_with_it() {
    let lab = Lab::new();
    let number = "{ number = \"+16466661110\", labels = \"A\", languages = \"en-US\", visible = true, \
                  allow_join = false }";
    let text = format!("[[internal_numbers]]\nprofile = \"zoom\"\nnumbers = [{number}]\n");
    let plan = format!("plan -f {}", lab.manifest(&text));
    lab.run(&plan.replace("plan", "apply --yes")).expect(0);
    lab.elsewhere("-p zoom internal-numbers remove +16466661110 --yes").expect(0);
    for (format, details) in [
        ("table", "\n      toll, A, en-US, visible, not allow_join\n"),
        ("markdown", " `toll`, `A`, `en-US`, `visible`, `not allow_join`<br>"),
        ("json", "\"notes\""),
    ] {
        let out = lab.run(&format!("-o {format} {plan}")).expect(0).out;
        for part in [details, "Zoom forces allow_join to true"] {
            assert!(out.contains(part), "{part} in {out}");
        }
    }
}

#[test]
fn only_plans_can_be_printed_as_markdown() {
    let (lab, path) = lab();
    for line in [
        "-o markdown -p yeastar trunk list".to_owned(),
        format!("-o markdown apply -f {path} --yes"),
        "-o markdown vendors".to_owned(),
    ] {
        let ran = lab.run(&line).expect(2);
        assert!(
            ran.err.contains("only `trunkctl plan` supports -o markdown") && ran.out.is_empty(),
            "{ran:?}"
        );
    }
    let by_variable = read(lab.command("vendors").env("TRUNKCTL_OUTPUT", "markdown").output().unwrap());
    by_variable.expect(0);
    assert_eq!(lab.requests().len(), 0);
}
