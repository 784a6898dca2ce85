//! Internal numbers.

use serde_json::{Value, json};

use super::{Desk, refused, reports};
use crate::support::given::{self, answer, over, words};
use crate::support::scripted::Scripted;
use crate::support::served::Served;
use crate::support::{Place, Ran};

const ADD: &str = "internal-numbers add";

fn good() -> Value {
    json!({"number": "+16466661110", "labels": "SIP", "languages": "en-US"})
}

/// By flag, where the keys have other names, and by file.
fn every_way(desk: &Desk, row: &Value) -> Vec<Ran> {
    let flag = |word: String| match word.split_once('=') {
        Some(("--labels", value)) => format!("--label={value}"),
        Some(("--languages", value)) => format!("--language={value}"),
        _ => word,
    };
    let flags: Vec<String> = given::flags(row).into_iter().map(flag).collect();
    let mut runs = vec![desk.run("zoom", ADD, &flags)];
    runs.extend(by_file(desk, &json!({"internal_numbers": [row]})));
    runs
}

fn by_file(desk: &Desk, list: &Value) -> Vec<Ran> {
    let run = |format: &&str| {
        let file = given::file(&desk.place, format, list);
        desk.run("zoom", ADD, &["--from".into(), file])
    };
    super::FORMATS.iter().map(run).collect()
}

/// A field of the row, with the name of the list as prefix in a file.
#[track_caller]
fn refused_row(ran: &Ran, field: &str, says: &[&str]) {
    let error = reports(ran, 4, says);
    let fields = error["fields"].as_array().unwrap_or_else(|| panic!("no fields in {ran:?}"));
    let own = |name: &str| name == field || name == format!("internal_numbers[0].{field}");
    assert!(fields.iter().any(|entry| own(entry["field"].as_str().unwrap())), "{field}: {ran:?}");
}

/// Notations from which the number cannot be recovered.
const WRITTEN: &str = "as in +442071838750";

#[test]
fn only_a_whole_e164_number_passes() {
    let desk = Desk::new();
    for (number, meant) in [
        ("16466661110", Ok("+16466661110")),
        ("+1 (646) 666-1110", Ok("+16466661110")),
        ("0044 20 7183 8750", Ok("+442071838750")),
        // Numbers as a spreadsheet damages them.
        ("1.64667E+10", Err("of 11 digits only 164667 are left")),
        ("1,64667E+10", Err("format the column as text")),
        ("16466661110.0", Ok("+16466661110")),
        ("'+16466661110", Ok("+16466661110")),
        ("6466661110", Err(WRITTEN)),
        ("+1646666111O", Ok("+16466661110")),
        ("+0646666111", Err(WRITTEN)),
        ("+1234567", Err(WRITTEN)),
        ("+1234567890123456", Err(WRITTEN)),
        ("+١٦٤٦٦٦٦١١١٠", Err(WRITTEN)),
        ("tel:+16466661110", Ok("+16466661110")),
        ("", Err(WRITTEN)),
    ] {
        let remedy = meant.map_or_else(str::to_owned, |meant| format!("did you mean `{meant}`"));
        for ran in every_way(&desk, &over(&good(), &json!({"number": number}))) {
            refused_row(&ran, "number", &["E.164", &format!("`{number}`"), &remedy]);
        }
    }
    // Read as a figure, a number has lost its plus already.
    for (text, name) in [
        ("[[internal_numbers]]\nnumber = 16466661110\nlabels = \"a\"\nlanguages = \"en-US\"\n", "n.toml"),
        (r#"{"internal_numbers": [{"number": 16466661110, "labels": "a", "languages": "en-US"}]}"#, "n.json"),
    ] {
        let file = desk.place.write(name, text);
        let ran = desk.run("zoom", ADD, &["--from".into(), file]);
        refused_row(&ran, "number", &["16466661110", "quotes"]);
    }
}

#[test]
fn the_other_fields_of_a_number_are_checked_too() {
    let desk = Desk::new();
    for (change, field, says) in [
        (json!({"type": "tol"}), "type", ["`tol`", "did you mean `toll`"]),
        (json!({"type": "2"}), "type", ["`2`", "toll, toll-free"]),
        (json!({"country": "USA"}), "country", ["`USA`", "two letters"]),
        (json!({"country": ""}), "country", ["country", "two letters"]),
        (json!({"languages": "english"}), "languages", ["`english`", "en-US"]),
        (json!({"labels": " "}), "labels", ["empty", "give"]),
        (json!({"display_number": ""}), "display_number", ["empty", "give"]),
        (json!({"labels": null}), "labels", ["missing", "--label"]),
        (json!({"languages": null}), "languages", ["missing", "--language"]),
    ] {
        for ran in every_way(&desk, &over(&good(), &change)) {
            refused_row(&ran, field, &says);
        }
    }
    reports(&desk.run("zoom", ADD, &words("--label a --language en-US")), 2, &["--number"]);
    reports(
        &desk.run("zoom", ADD, &words("--number +16466661110 --from x.toml")),
        2,
        &["--from", "--number"],
    );
}

#[test]
fn every_row_of_a_list_is_checked_and_duplicates_are_found() {
    let desk = Desk::new();
    let bad = over(&good(), &json!({"number": "646", "languages": "x"}));
    for ran in by_file(&desk, &json!({"internal_numbers": [good(), good(), bad]})) {
        refused(&ran, 4, "internal_numbers[1].number", &["`+16466661110`", "twice", "keep one"]);
        refused(&ran, 4, "internal_numbers[2].number", &["`646`"]);
    }
    for ran in by_file(&desk, &json!({"internal_numbers": []})) {
        refused(&ran, 4, "internal_numbers", &["empty", "give"]);
    }
}

fn numbers(count: usize) -> Vec<Value> {
    (0..count).map(|at| over(&good(), &json!({"number": format!("+1646666{:04}", 1000 + at)}))).collect()
}

/// Zoom takes 30 numbers a call ("Add internal numbers": maxItems).
#[test]
fn more_than_thirty_numbers_are_sent_in_batches() {
    let created = |rows: &[Value]| {
        let entry = |(at, row): (usize, &Value)| json!({"id": format!("n{at}"), "number": row["number"]});
        answer(201, &json!({"internal_numbers": rows.iter().enumerate().map(entry).collect::<Vec<_>>()}))
    };
    let rows = numbers(31);
    // More than one call: what exists is read first.
    let none = answer(200, &json!({"internal_numbers": []}));
    let scripted = Scripted::start(vec![none, created(&rows[..30]), created(&rows[30..])]);
    let (place, served) = (Place::new(), Served::start());
    let file = given::file(&place, "yaml", &json!({"internal_numbers": rows}));
    let sandbox = served.profiles(&place, "");
    let tokens = given::profiles_with_tokens(&place, &scripted.base);
    for profiles in [tokens, sandbox] {
        let args = ["--profiles-file", &profiles, "-p", "zoom", "-o", "json", "internal-numbers", "add"];
        let value =
            place.run(&[&args[..], &["--from", &file, "--concurrency", "1"]].concat()).expect(0).json();
        assert_eq!((&value["summary"]["created"], &value["summary"]["failed"]), (&json!(31), &json!(0)));
        let outcomes = value["changes"].as_array().unwrap().iter().map(|change| &change["outcome"]);
        assert!(outcomes.into_iter().all(|outcome| *outcome == json!("created")), "{value}");
    }
    let sent: Vec<usize> = scripted
        .requests()
        .iter()
        .filter(|text| text.starts_with("POST"))
        .map(|text| {
            let body: Value = serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
            body["internal_numbers"].as_array().unwrap().len()
        })
        .collect();
    assert_eq!(sent, [30, 1]);
}
