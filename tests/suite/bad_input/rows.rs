//! Lists of numbers in every format: their rows, and the position reported for every kind of damage.

use std::path::Path;

use serde_json::{Value, json};

use super::{Desk, reports};
use crate::support::Ran;

const ADD: &str = "internal-numbers add";

const HEADER: &str = "number,labels,languages";

fn add(desk: &Desk, name: &str, bytes: &[u8]) -> Ran {
    let file = desk.place.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    desk.run("zoom", ADD, &["--from".into(), file.to_string_lossy().into_owned()])
}

/// The list below a header of CSV.
fn csv(rows: &str) -> String {
    format!("{HEADER}\n{rows}")
}

/// The complaints about rows: field, line and column.
fn places(error: &Value) -> Vec<(String, u64, u64)> {
    let fields = error["fields"].as_array().unwrap_or_else(|| panic!("no fields in {error}"));
    let number = |field: &Value, key: &str| field[key].as_u64().unwrap_or_default();
    let place = |field: &Value| {
        (field["field"].as_str().unwrap().to_owned(), number(field, "line"), number(field, "column"))
    };
    fields.iter().map(place).collect()
}

/// Each as the list of numbers that are asked for in a dry run.
#[test]
fn every_format_is_recognized_by_name_and_by_content() {
    let desk = Desk::new();
    let row =
        |number: &str| format!("{{\"number\": \"{number}\", \"labels\": \"a\", \"languages\": \"en-US\"}}");
    let (first, second) = (row("+16466661110"), row("+442071838750"));
    let table = |number: &str| {
        format!("[[internal_numbers]]\nnumber = \"{number}\"\nlabels = \"a\"\nlanguages = \"en-US\"\n")
    };
    let item = |number: &str| format!("- number: {number}\n  labels: a\n  languages: en-US\n");
    for (name, text) in [
        ("a.csv", csv("+16466661110,a,en-US\n+442071838750,a,en-US\n")),
        (
            "b.csv",
            csv("+16466661110,a,en-US\n+442071838750,a,en-US\n").replace(',', ";").replace('\n', "\r\n"),
        ),
        ("c.csv", format!("\u{feff}{}", csv("\"+16466661110\",\"a\",en-US\n\n+442071838750,a,en-US"))),
        ("a.jsonl", format!("{first}\n{second}\n")),
        ("a.json", format!("[{first}, {second}]")),
        ("b.json", format!("{{\"internal_numbers\": [{first},\n{second}]}}")),
        ("a.toml", format!("{}{}", table("+16466661110"), table("+442071838750"))),
        ("a.yaml", format!("{}{}", item("+16466661110"), item("+442071838750"))),
        ("b.yaml", format!("internal_numbers:\n{}{}", item("+16466661110"), item("+442071838750"))),
    ] {
        let requests = |ran: Ran| ran.expect(0).json()["requests"].clone();
        let looks = Path::new(name).file_stem().unwrap().to_str().unwrap();
        let file = desk.place.write(name, &text);
        let by_name = requests(desk.run("zoom", "internal-numbers add --dry-run", &["--from".into(), file]));
        let file = desk.place.write(looks, &text);
        let by_looks = requests(desk.run("zoom", "internal-numbers add --dry-run", &["--from".into(), file]));
        let head = ["--profiles-file", &desk.profiles, "-p", "zoom", "-o", "json", "--dry-run"];
        let piped = requests(
            desk.place.pipe(&[&head[..], &["internal-numbers", "add", "--from", "-"]].concat(), &text),
        );
        for requests in [by_name, by_looks, piped] {
            let sent = requests[0]["body"]["internal_numbers"]
                .as_array()
                .unwrap_or_else(|| panic!("{name}: {requests}"));
            let numbers: Vec<&Value> = sent.iter().map(|number| &number["number"]).collect();
            assert_eq!(numbers, [&json!("+16466661110"), &json!("+442071838750")], "{name}");
        }
    }
}

#[test]
fn a_damaged_number_is_reported_with_line_column_and_remedy() {
    let desk = Desk::new();
    for (cell, says) in [
        ("4.42072E+11", "of 12 digits only 442072 are left"),
        ("\"4,42E+11\"", "format the column as text"),
        ("4.42071838750E+11", "did you mean `+442071838750`"),
        ("442071838750", "did you mean `+442071838750`"),
        ("442071838750.0", "did you mean `+442071838750`"),
        ("'+442071838750", "did you mean `+442071838750`"),
        ("+44207183875O", "did you mean `+442071838750`"),
        ("+44207l838750", "did you mean `+442071838750`"),
        ("00442071838750", "did you mean `+442071838750`"),
        ("+44\u{a0}2071838750", "U+00A0); did you mean `+442071838750`"),
        ("\u{200b}+442071838750", "U+200B); did you mean `+442071838750`"),
        ("+\u{ff14}42071838750", "U+FF14); did you mean `+442071838750`"),
        ("2071838750", "as in +442071838750"),
    ] {
        let ran = add(
            &desk,
            "a.csv",
            csv(&format!("+16466661110,a,en-US\na number,b,en-US\n\n{cell},c,en-GB\n")).as_bytes(),
        );
        let error = reports(
            &ran,
            4,
            &["a.csv", "line 3, column 1: number: `a number`", "line 5, column 1: number:", says],
        );
        let first = ("internal_numbers[1].number".to_owned(), 3, 1);
        assert_eq!(places(&error), [first, ("internal_numbers[2].number".to_owned(), 5, 1)], "{cell}");
        let text = error["message"].as_str().unwrap();
        assert_eq!(text.contains("did you mean"), says.contains("did you mean"), "{text}");
    }
}

#[test]
fn each_format_reports_the_position_of_a_cell() {
    let desk = Desk::new();
    for (name, text, place) in [
        ("a.csv", csv("+16466661110,\"a\nb\",en-US\n+442071838750,\"c, d\",xx-\n"), (4, 22)),
        (
            "a.jsonl",
            "\n{\"labels\": \"a\", \"number\": \"+442071838750\", \"languages\": \"xx-\"}".to_owned(),
            (2, 57),
        ),
        (
            "a.json",
            "[\n {\"labels\": \"a\", \"number\": \"+442071838750\",\n \"languages\": \"xx-\"}]".to_owned(),
            (3, 15),
        ),
        (
            "a.toml",
            "[[internal_numbers]]\nnumber = \"+442071838750\"\nlabels = \"a\"\nlanguages = \"xx-\""
                .to_owned(),
            (4, 13),
        ),
        (
            "a.yaml",
            "internal_numbers:\n- number: +442071838750\n  labels: a\n  languages: xx-\n".to_owned(),
            (4, 14),
        ),
    ] {
        let error = reports(&add(&desk, name, text.as_bytes()), 4, &[name, "languages: `xx-`", "en-US"]);
        let reports = places(&error);
        assert_eq!(reports.len(), 1, "{error}");
        assert!(reports[0].0.ends_with("].languages"), "{error}");
        assert_eq!((reports[0].1, reports[0].2), place, "{error}");
    }
    let flow = "internal_numbers: [{number: +442071838750, labels: a, languages: xx-}]";
    let error = reports(&add(&desk, "b.yaml", flow.as_bytes()), 4, &["line 1, column 66: languages: `xx-`"]);
    assert_eq!(places(&error), [("internal_numbers[0].languages".to_owned(), 1, 66)]);
}

#[test]
fn every_bad_row_and_every_duplicate_is_reported() {
    let desk = Desk::new();
    let rows = "+16466661110,a,en-US\n646,b,en-US\n+16466661110,c,en-US\n+442071838750,,en-GB\n+4920\n";
    let says = [
        "line 3, column 1: number: `646`",
        "line 4, column 1: number: `+16466661110` is listed twice, first on line 2; keep one",
        "line 5, column 1: labels: is missing",
        "line 6, column 1: the row has 1 cell and the header 3",
        "nothing was sent",
    ];
    let error = reports(&add(&desk, "a.csv", csv(rows).as_bytes()), 4, &says);
    assert_eq!(error["fields"][3]["field"], json!("internal_numbers[4]"));
    assert_eq!(error["message"].as_str().unwrap().lines().count(), 5, "{error}");
    let many: String = (0..1200).map(|at| format!("{at},a,en-US\n")).collect();
    let error = reports(&add(&desk, "b.csv", csv(&many).as_bytes()), 4, &["\n  and 200 more"]);
    assert_eq!(error["fields"].as_array().unwrap().len(), 1000);
}

#[test]
fn a_list_without_rows_is_refused() {
    let desk = Desk::new();
    for (name, text, says) in [
        ("a.csv", "", "a.csv is empty"),
        ("b.csv", "number,labels,languages\n", "the list is empty"),
        ("c.csv", "number,labels,languages\n,,\n\n", "the list is empty"),
        ("a.json", "[]", "the list is empty"),
        ("b.json", "{}", "no list of rows"),
        ("a.jsonl", "\n\n", "a.jsonl is empty"),
        ("a.toml", "internal_numbers = []", "the list is empty"),
        ("a.yaml", "internal_numbers: []\n", "the list is empty"),
        ("b.yaml", "# nothing\n", "no list of rows"),
    ] {
        reports(&add(&desk, name, text.as_bytes()), 4, &[says, "give"]);
    }
}

#[test]
fn a_wrong_header_is_one_error() {
    let desk = Desk::new();
    let row = "+442071838750,a,en-US\n".repeat(3);
    for (header, fields, says) in [
        (
            "nubmer,labels,languages",
            vec![("nubmer", 1, 1)],
            vec!["unknown column `nubmer`", "did you mean `number`"],
        ),
        (
            "number,labels,colour",
            vec![("colour", 1, 15), ("languages", 1, 1)],
            vec!["`colour`", "no column `languages`"],
        ),
        (
            "number;labels;labels",
            vec![("labels", 1, 15), ("languages", 1, 1)],
            vec!["a column twice; keep one"],
        ),
        ("number,languages,country", vec![("labels", 1, 1)], vec!["no column `labels`"]),
    ] {
        let error = reports(&add(&desk, "a.csv", format!("{header}\n{row}").as_bytes()), 4, &says);
        let own = fields.iter().map(|(field, line, column)| ((*field).to_owned(), *line, *column));
        assert_eq!(places(&error), own.collect::<Vec<_>>());
        assert!(error["message"].as_str().unwrap().contains("the header of "), "{error}");
    }
    reports(
        &add(&desk, "b.csv", row.as_bytes()),
        4,
        &["line 1, column 1", "the first line names the columns"],
    );
}

#[test]
fn binary_data_and_other_structures_end_the_read() {
    let desk = Desk::new();
    let utf16: Vec<u8> = format!("\u{feff}{}", csv("")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut latin = csv("+442071838750,M").into_bytes();
    latin.extend(b"\xfcnchen,de-DE\n");
    for (name, bytes, says) in [
        ("a.csv", utf16, vec!["a.csv is a text in UTF-16", "save it as UTF-8"]),
        ("b.csv", latin, vec!["b.csv, line 2, column 16", "not UTF-8", "CSV UTF-8"]),
        ("c.csv", b"PK\x03\x04\x14".to_vec(), vec!["c.csv is a spreadsheet", "CSV UTF-8"]),
        (
            "d.csv",
            csv("+442071838750,\"a,en-GB\n+16466661110,b,en-US\n").into_bytes(),
            vec!["d.csv, line 2, column 15: the quote"],
        ),
        ("e.xlsx", csv("").into_bytes(), vec!["`.xlsx` files are not read", "CSV UTF-8"]),
        ("f.json", b"[{\"number\": \"+1\"},\n{\"number\" 5}]".to_vec(), vec!["f.json, line 2, column 11"]),
    ] {
        reports(&add(&desk, name, &bytes), 4, &says);
    }
    let broken =
        "{\"number\": \"+442071838750\", \"labels\": \"a\", \"languages\": \"en-GB\"}\n{\"number\": \n{}\n";
    let error =
        reports(&add(&desk, "g.jsonl", broken.as_bytes()), 4, &["g.jsonl", "one whole JSON object a line"]);
    let lines: Vec<u64> = places(&error).iter().map(|(_, line, _)| *line).collect();
    assert_eq!(lines[0], 2, "{error}");
    assert!(lines[1..].iter().all(|line| *line == 3), "{error}");
}

#[test]
fn control_characters_are_reported_and_never_shown() {
    let desk = Desk::new();
    let escape = "\u{1b}]0;x\u{7}";
    for (name, text, place) in [
        ("a.csv", csv(&format!("+442071838750,a{escape},en-GB\n")), "line 2, column 15: labels: contains"),
        ("b.csv", csv(&format!("+44{escape}2071838750,a,en-GB\n")), "line 2, column 1: number: contains"),
        (
            "c.csv",
            format!("number,labels,languages,{escape}\n+442071838750,a,en-GB,x\n"),
            "line 1, column 25",
        ),
        (
            "d.jsonl",
            "{\"number\": \"+442071838750\", \"labels\": \"\\u001b[2J\"}".to_owned(),
            "line 1, column 39: labels: contains",
        ),
        ("e.json", "{\"\\u001b[2J\": []}".to_owned(), "line 1, column 2: unknown key"),
    ] {
        reports(&add(&desk, name, text.as_bytes()), 4, &[place]);
        let file = desk.place.path().join(name).to_string_lossy().into_owned();
        let args =
            ["--profiles-file", &desk.profiles, "-p", "zoom", "internal-numbers", "add", "--from", &file];
        let ran = desk.place.run(&args).expect(4);
        assert!(!ran.err.contains(|c: char| c.is_control() && c != '\n'), "{ran:?}");
    }
}

#[test]
fn commands_for_one_object_refuse_rows() {
    let desk = Desk::new();
    for name in ["a.csv", "a.jsonl"] {
        let file = desk.place.write(name, "name\nx\n");
        let ran = desk.run("yeastar", "trunk create", &["--from".into(), file]);
        reports(&ran, 4, &[name, "not read", "TOML, JSON or YAML"]);
    }
}
