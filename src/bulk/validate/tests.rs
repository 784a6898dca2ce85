use std::io::Write;

use super::*;
use crate::bulk::countries::Countries;
use crate::bulk::numbers::{Additions, NumberSelector, Removals};
use crate::model::number::{InternalNumber, NumberType};
use crate::vendors;

fn additions() -> Additions {
    let vendor = vendors::ALL.iter().copied().find(|vendor| vendor.facts().name == "zoom").unwrap();
    Additions(vendor)
}

/// Calls back with a list of that text.
fn with<K: Items, T>(items: &K, ending: &str, text: &str, then: impl FnOnce(&Sheet) -> T) -> T {
    let mut file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    then(&Sheet::open(file.path().to_str().unwrap(), items.shape()).unwrap())
}

fn items<K: Items>(kind: &K, ending: &str, text: &str) -> Vec<K::Item> {
    with(kind, ending, text, |sheet| {
        validate(sheet, kind).unwrap().admit(sheet, kind.shape().list, false).unwrap();
        good(sheet, kind).unwrap().map(Result::unwrap).collect()
    })
}

/// The complaints, a line each.
fn complaints<K: Items>(kind: &K, ending: &str, text: &str) -> Vec<String> {
    let validated = with(kind, ending, text, |sheet| validate(sheet, kind).unwrap());
    validated.mistakes.iter().map(FieldError::line).collect()
}

#[test]
fn a_row_of_text_becomes_a_number() {
    let text = "number,type,labels,languages,visible,allow_join,allow_for_external_meetings,country\n\
                +16466661110,,New York,en-US,,,,\n\
                +442071838750,0,London,en-GB,TRUE,yes,1,GB\n\
                +18005550123,toll-free,Free,en-US,no,0,false,US\n";
    let numbers: Vec<InternalNumber> = items(&additions(), ".csv", text);
    let flags = |number: &InternalNumber| {
        (number.visible, number.allow_join, number.allow_for_external_meetings, number.what.clone())
    };
    assert_eq!(flags(&numbers[0]), (None, None, None, NumberType::Toll));
    assert_eq!(flags(&numbers[1]), (Some(true), Some(true), Some(true), NumberType::Toll));
    assert_eq!(flags(&numbers[2]), (Some(false), Some(false), Some(false), NumberType::TollFree));
    assert_eq!((numbers[0].country.as_str(), numbers[0].display_number.as_str()), ("US", "+1 646 666 1110"));
    let json =
        r#"[{"number": "+16466661110", "type": 1, "labels": "a", "languages": "en-US", "visible": true}]"#;
    assert_eq!(flags(&items(&additions(), ".json", json)[0]), (Some(true), None, None, NumberType::TollFree));
}

#[test]
fn every_mistake_in_a_row_is_reported_at_its_cell() {
    let text = "number,type,labels,languages,visible\n\
                4.42E+11,2,,xx-,perhaps\n\
                +16466661110,toll,a,en-US,\n";
    let lines = complaints(&additions(), ".csv", text);
    let places: Vec<&str> = lines.iter().map(|line| line.split_inclusive(':').next().unwrap()).collect();
    assert_eq!(places.len(), 4, "{lines:?}");
    for start in [
        "line 2, column 1: number: `4.42E+11`",
        "line 2, column 10: type `2`",
        "line 2, column 1: labels: is missing",
    ] {
        assert!(lines.iter().any(|line| line.starts_with(start)), "{start} is not in {lines:?}");
    }
    assert!(lines.iter().any(|line| line.starts_with("line 2, column 17: visible: `perhaps`")), "{lines:?}");
    let json = r#"[{"number": 16466661110, "labels": 5, "languages": "en-US"}]"#;
    let lines = complaints(&additions(), ".json", json);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].contains("column 13: number: `16466661110` is a figure")
            && lines[0].contains("\"+16466661110\"")
    );
    assert!(lines[1].contains("column 36: labels: `5` is a figure"), "{lines:?}");
}

#[test]
fn the_first_valid_row_of_duplicates_is_kept() {
    let text = "number,labels,languages\n\
                +16466661110,,en-US\n\
                +16466661110,a,en-US\n\
                +16466661110,b,en-US\n\
                +442071838750,c,en-GB\n";
    with(&additions(), ".csv", text, |sheet| {
        let validated = validate(sheet, &additions()).unwrap();
        assert_eq!((validated.good, validated.bad), (2, 2));
        let twice = validated.mistakes[1].line();
        assert!(
            twice.starts_with("line 4, column 1: number: `+16466661110` is listed twice, first on line 3"),
            "{twice}"
        );
        assert!(validated.admit(sheet, "internal_numbers", true).is_ok());
        let refusal = validated.admit(sheet, "internal_numbers", false).unwrap_err();
        assert!(refusal.message.contains(sheet.name()) && refusal.message.contains("line 4, column 1"));
        assert_eq!(refusal.fields[1].field, "internal_numbers[2].number");
        let good: Vec<_> = good(sheet, &additions()).unwrap().map(Result::unwrap).collect();
        let labels_at = |at: usize| good[at].labels.as_str();
        assert_eq!((labels_at(0), labels_at(1)), ("a", "c"));
    });
}

#[test]
fn the_first_thousand_complaints_are_kept() {
    let rows: String = (0..1500).map(|at| format!("{at},a,en-US\n")).collect();
    with(&additions(), ".csv", &format!("number,labels,languages\n{rows}"), |sheet| {
        let validated = validate(sheet, &additions()).unwrap();
        assert_eq!((validated.bad, validated.mistakes.len(), validated.more), (1500, 1000, 500));
        // Nothing is left to send.
        let refusal = validated.admit(sheet, "internal_numbers", true).unwrap_err();
        assert!(refusal.message.ends_with("\n  and 500 more"), "{}", refusal.message);
    });
}

#[test]
fn numbers_to_remove_come_from_the_file_that_added_them() {
    let number = |text: &str| text.parse().unwrap();
    let text = "number,labels,languages\n+16466661110,a,en-US\n";
    assert_eq!(items(&Removals, ".csv", text), [NumberSelector::Number(number("+16466661110"))]);
    let text =
        r#"[{"number": "+16466661110", "id": "A1", "vendor_fields": {"x": 1}}, {"id": 7}, "+442071838750"]"#;
    let expected = [
        NumberSelector::Id("A1".into(), Some(number("+16466661110"))),
        NumberSelector::Id("7".into(), None),
        NumberSelector::Number(number("+442071838750")),
    ];
    assert_eq!(items(&Removals, ".json", text), expected);
    let lines = complaints(&Removals, ".csv", "id,number\nA1,\nA1,\n,\n \u{20},\n,646\n");
    for (at, start) in [
        "line 3, column 1: id: `A1` is listed twice",
        "line 5, column 1: id: is empty",
        "line 6, column 2: number: `646`",
    ]
    .iter()
    .enumerate()
    {
        assert!(lines[at].starts_with(start), "{lines:?}");
    }
}

#[test]
fn countries_are_accepted_in_every_notation() {
    for (ending, text) in [
        (".csv", "country\nus\nGB\n"),
        (".csv", "id,name,code\nUS,United States,1\nGB,,44\n"),
        (".yaml", "callout_countries:\n- code: US\n- GB: 1\n".replace("GB: 1", "code: gb").as_str()),
        (".yaml", "- US\n- GB\n"),
        (".json", "[\"US\", \"GB\"]"),
        (".toml", "callout_countries = [\"US\", \"GB\"]"),
    ] {
        assert_eq!(items(&Countries, ending, text), ["US", "GB"], "{text}");
    }
    assert_eq!(items(&Countries, ".yaml", "- NO\n"), ["NO"]);
    let lines = complaints(&Countries, ".csv", "country\nUS\nUK\nus\nUSA\n");
    assert!(
        lines[0].starts_with("line 3, column 1: country: `UK`") && lines[0].contains("`GB`"),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("line 4, column 1: country: `US` is listed twice"), "{lines:?}");
    assert!(lines[2].starts_with("line 5, column 1: country: `USA`"), "{lines:?}");
}
