use std::io::Write;

use super::columns::Shape;
use super::{Row, Rows, Sheet, Value};
use crate::model::error::{Error, Place};

pub const NUMBERS: Shape = Shape {
    list: "numbers",
    keys: &["number", "labels", "visible"],
    ignored: &[&["note"]],
    needed: &[&["number"]],
    bare: Some("number"),
};
static SHAPE: Shape = NUMBERS;

/// A file with a list. Its name has this ending.
struct Written(tempfile::NamedTempFile);

impl Written {
    fn new(ending: &str, bytes: &[u8]) -> Self {
        let mut file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Self(file)
    }

    fn open(&self) -> Result<Sheet, Error> {
        Sheet::open(self.0.path().to_str().unwrap(), &SHAPE)
    }
}

fn read(ending: &str, text: &str) -> Result<Vec<Row>, Error> {
    let written = Written::new(ending, text.as_bytes());
    let sheet = written.open()?;
    sheet.rows()?.collect()
}

fn good(ending: &str, text: &str) -> Vec<Row> {
    let rows = read(ending, text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert!(rows.iter().all(|row| row.faults.is_empty()), "{text}: {rows:?}");
    rows
}

/// The error of the only invalid row, with its position.
fn fault(ending: &str, text: &str) -> String {
    let rows = read(ending, text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let faults: Vec<String> =
        rows.iter().flat_map(|row| row.faults.iter().map(crate::model::error::FieldError::line)).collect();
    assert_eq!(faults.len(), 1, "{text}: {faults:?}");
    faults.into_iter().next().unwrap()
}

/// How the reading as a whole ends, with the hint.
fn end(ending: &str, text: &[u8]) -> String {
    let written = Written::new(ending, text);
    let rows = |sheet: &Sheet| -> Result<Vec<Row>, Error> {
        let rows: Rows<'_> = sheet.rows()?;
        rows.collect()
    };
    let error = written.open().and_then(|sheet| rows(&sheet)).unwrap_err();
    assert_eq!(error.kind.exit_code(), 4, "{error}");
    format!("{error}\n{}", error.hint.as_deref().unwrap_or("no hint"))
}

fn place(line: usize, column: usize) -> Option<Place> {
    Some(Place { line, column })
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.to_owned()))
}

#[test]
fn every_format_gives_the_same_rows() {
    for (ending, list, places) in [
        (".csv", "number,note,labels\n+0041,x,NO\n+42,,\n", [(2, 9), (3, 1)]),
        (".csv", "\u{feff}number;note;labels\r\n+0041;x;NO\r\n;;\r\n\r\n+42;;\r\n", [(2, 9), (5, 1)]),
        ("", "number\tlabels\n+0041\tNO\n+42\t\n", [(2, 7), (3, 1)]),
        (
            ".jsonl",
            "{\"number\": \"+0041\", \"labels\": \"NO\"}\n\n{\"number\": \"+42\", \"note\": [1]}\n",
            [(1, 31), (3, 1)],
        ),
        (
            ".json",
            "[{\"number\": \"+0041\", \"labels\": \"NO\"},\n {\"number\": \"+42\", \"labels\": null}]",
            [(1, 32), (2, 2)],
        ),
        (
            ".json",
            "\u{feff}{\"numbers\": [\n{\"number\": \"+0041\", \"labels\": \"NO\"}, {\"number\": \"+42\"}]}",
            [(2, 31), (2, 38)],
        ),
        (
            ".toml",
            "[[numbers]]\nnumber = \"+0041\"\nlabels = \"NO\"\n[[numbers]]\nnumber = \"+42\"\n",
            [(3, 10), (4, 1)],
        ),
        (".toml", "numbers = [{number = \"+0041\", labels = \"NO\"},\n{number = '+42'}]", [(1, 40), (2, 1)]),
        (".yaml", "numbers:\n- number: +0041\n  labels: NO\n- number: +42\n", [(3, 11), (4, 3)]),
        (".yml", "- labels: NO\n  number: +0041\n- {number: +42, labels: ~}\n", [(1, 11), (3, 3)]),
    ] {
        let rows = good(ending, list);
        let values = |row: &Row| (row.value("number").cloned(), row.value("labels").cloned());
        let all: Vec<_> = rows.iter().map(values).collect();
        assert_eq!(all, [(text("+0041"), text("NO")), (text("+42"), None)], "{list}");
        let reported = [rows[0].place_of("labels"), rows[1].place];
        assert_eq!(reported, places.map(|(line, column)| place(line, column)), "{list}");
    }
}

#[test]
fn a_list_of_texts_is_a_list_of_rows() {
    for (ending, list) in [
        (".json", "[\"+41\", \"+42\"]"),
        (".json", "{\"numbers\": [\"+41\", \"+42\"]}"),
        (".jsonl", "\"+41\"\n\"+42\"\n"),
        (".toml", "numbers = [\"+41\", \"+42\"]"),
        (".yaml", "- +41\n- +42\n"),
        (".yaml", "numbers: [+41, '+42']\n"),
    ] {
        let rows = good(ending, list);
        let numbers: Vec<_> = rows.iter().map(|row| row.value("number").cloned()).collect();
        assert_eq!(numbers, [text("+41"), text("+42")], "{list}");
    }
}

#[test]
fn numbers_and_flags_keep_their_spelling() {
    for (ending, list) in [
        (".json", "[{\"number\": 1.50e3, \"visible\": true}]"),
        (".toml", "numbers = [{number = 1.50e3, visible = true}]"),
    ] {
        let rows = good(ending, list);
        assert_eq!(rows[0].value("number"), Some(&Value::Number("1.50e3".into())), "{list}");
        assert_eq!(rows[0].value("visible"), Some(&Value::Flag(true)), "{list}");
    }
    let plus =
        good(".toml", "numbers = [{number = +0x1F}, {number = +15}]".replace("+0x1F", "0x1F").as_str());
    assert_eq!(plus[1].value("number"), Some(&Value::Number("+15".into())));
    let rows = good(".yaml", "- number: 0x1F\n  visible: yes\n");
    assert_eq!(
        (rows[0].value("number"), rows[0].value("visible")),
        (text("0x1F").as_ref(), text("yes").as_ref())
    );
}

#[test]
fn cells_keep_the_order_of_the_file() {
    for (ending, list) in [
        (".toml", "[[numbers]]\nvisible = true\nlabels = \"a\"\nnumber = \"+41\"\n"),
        (".yaml", "-\n  visible: true\n  labels: a\n  number: +41\n"),
    ] {
        let row = good(ending, list).remove(0);
        let lines = ["visible", "labels", "number"].map(|key| row.place_of(key).unwrap().line);
        assert_eq!(lines, [2, 3, 4], "{list}");
        let keys: Vec<_> = row.cells.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, ["visible", "labels", "number"], "{list}");
    }
}

#[test]
fn quoted_cells_keep_their_content_and_their_lines_are_counted() {
    let rows = good(".csv", "labels,number\n\"a,\"\"b\"\"\r\nc\",+41\n\"\",+42\n x ,+43");
    assert_eq!(rows[0].value("labels").cloned(), text("a,\"b\"\nc"));
    assert_eq!((rows[0].place, rows[0].place_of("number")), (place(2, 1), place(3, 4)));
    assert_eq!((rows[1].value("labels"), rows[1].place_of("number")), (None, place(4, 4)));
    assert_eq!(rows[2].value("labels").cloned(), text(" x "));
}

#[test]
fn mistakes_in_a_row_are_reported_with_their_position() {
    for (ending, list, reported) in [
        (".csv", "number,labels\n+41\n", "line 2, column 1: the row has 1 cell and the header 2"),
        (
            ".csv",
            "number;labels\n+41;a\n+42;a;b\n",
            "line 3, column 1: the row has 3 cells and the header 2; put a text that contains `;`",
        ),
        (".csv", "number,labels\n+41,\"a\"b\n", "line 2, column 5: text follows the quote"),
        (".csv", "number,\n+41,a\n", "line 2, column 5: the column of this cell has no name"),
        (
            ".csv",
            "number,labels\n+41,a\u{1b}[31m\n",
            "line 2, column 5: labels: contains the control character U+001B",
        ),
        (
            ".json",
            "[{\"number\": \"\\u0007\"}]",
            "line 1, column 13: number: contains the control character U+0007",
        ),
        (".json", "[{\"number\": [1]}]", "line 1, column 13: number: is a list or a table"),
        (".json", "[{\"number\": \"1\"}, [2]]", "line 1, column 19: number: is a list or a table"),
        (
            ".json",
            "[{\"nubmer\": \"1\"}]",
            "line 1, column 3: nubmer: unknown key `nubmer`; did you mean `number`?",
        ),
        (
            ".jsonl",
            "{\"number\": \"+1\"}\n{\"number\" \"+2\"}\n",
            "line 2, column 11: expected `:`; write one whole JSON",
        ),
        (
            ".jsonl",
            "{\"number\": \"1\", \"number\": \"2\"}",
            "line 1, column 17: the key is given twice, first on line 1, column 2; keep one",
        ),
        (
            ".toml",
            "[[numbers]]\nnumber = \"a\"\nzzz = 1\n",
            "line 3, column 1: zzz: unknown key `zzz`; the keys are number",
        ),
        (".toml", "[[numbers]]\nnumber = 2026-01-01\n", "line 2, column 10: number: is a date"),
        (".yaml", "- number: 1\n- nubmer: 2\n", "line 2, column 3: nubmer: unknown key"),
        (".yaml", "- {number: 1, nubmer: 2}\n", "line 1, column 15: nubmer: unknown key"),
        (".yaml", "[{number: 1, nubmer: 2}]\n", "line 1, column 14: nubmer: unknown key"),
        (".yaml", "- number: 1\n- [5]\n", "line 2, column 3: number: is a list or a table"),
        (".yaml", "- number: [1]\n", "line 1, column 11: number: is a list or a table"),
    ] {
        let fault = fault(ending, list);
        assert!(fault.starts_with(reported), "{list}: {fault}");
    }
}

#[test]
fn an_error_that_ends_the_read_has_a_position() {
    for (ending, list, reported) in [
        (".csv", "number,labels\n+41,\"a\n+42,b\n", ".csv, line 2, column 5: the quote"),
        (
            ".csv",
            "nubmer,labels\n",
            "line 1, column 1: nubmer: unknown column `nubmer`; did you mean `number`?\n",
        ),
        (".csv", "labels,number,labels\n", "line 1, column 15: labels: is a column twice"),
        (".csv", "labels\na\n", "line 1, column 1: number: there is no column `number`; add it"),
        (".csv", "+41,a\n", "the first line names the columns"),
        (".json", "[{\"number\": \"1\",}]", ".json, line 1, column 17: trailing comma"),
        (".json", "{\"nubmers\": []}", "line 1, column 2: unknown key `nubmers`\ndid you mean `numbers`"),
        (
            ".json",
            "{\"numbers\": [], \"numbers\": []}",
            "line 1, column 17: the key is given twice, first on",
        ),
        (".json", "[{\"number\": \"1\",\n\"number\": \"2\"}]", "line 2, column 1: the key is given twice"),
        (".json", "[{\"number\": \"\\ud800\"}]", "line 1, column 13: is not UTF-8 text"),
        (".json", "{\"numbers\": 5}", "contains no list of rows\ngive a list, alone or under `numbers`"),
        (".json", "5", "contains no list of rows"),
        (".toml", "[[numbers]]\nnumber = \n", ".toml, line 2, column"),
        (".toml", "\n[[nubmers]]\n", "line 2, column 3: unknown key `nubmers`\ndid you mean"),
        (".toml", "# nothing\n", "contains no list of rows"),
        (".yaml", "- number: [\n", ".yaml, line "),
        (".yaml", "# x\nnubmers:\n- number: 1\n", "line 2, column 1: unknown key `nubmers`\ndid you mean"),
        (".yaml", "# x\n", "contains no list of rows"),
        (".csv", "", "is empty"),
        ("", "\u{feff}", "is empty"),
        (".json", " \n", "is empty"),
    ] {
        let end = end(ending, list.as_bytes());
        assert!(end.contains(reported) && !end.contains("no hint"), "{list}: {end}");
    }
    let utf16: Vec<u8> = "number\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (ending, bytes, reported) in [
        (
            ".csv",
            &b"number,labels\n+41,M\xfcnchen\n"[..],
            "line 2, column 6: a byte there is not UTF-8\nsave it",
        ),
        (".json", b"[\n\"\xe9\"]", "line 2, column 2: a byte there is not UTF-8"),
        (".csv", &[&[0xff, 0xfe][..], &utf16].concat(), "UTF-16"),
        (".csv", &utf16, "UTF-16"),
        ("", b"PK\x03\x04...", "is a spreadsheet"),
        (".ods", b"number\n", "`.ods` files are not read"),
    ] {
        let end = end(ending, bytes);
        assert!(end.contains(reported), "{end}");
    }
}

#[test]
fn an_endless_line_ends_the_read() {
    let long = format!("{{\"labels\": \"{}", "a".repeat(2 << 20));
    assert!(end(".jsonl", long.as_bytes()).contains("line 1, column 1: the line is longer than 1 MiB"));
    let open = format!("number\n\"{}\"\n", "a\n".repeat(1 << 20));
    assert!(end(".csv", open.as_bytes()).contains("line 2, column 1: the quote"));
}

#[test]
fn concurrent_reads_are_independent() {
    let written = Written::new(".csv", b"number\n+41\n+42\n");
    let sheet = written.open().unwrap();
    let (mut first, mut second) = (sheet.rows().unwrap(), sheet.rows().unwrap());
    let numbers = |rows: &mut Rows<'_>| rows.next().unwrap().unwrap().value("number").cloned();
    assert_eq!((numbers(&mut first), numbers(&mut second)), (text("+41"), text("+41")));
    assert_eq!((numbers(&mut first), numbers(&mut second)), (text("+42"), text("+42")));
    assert!(first.next().is_none() && second.next().is_none());
}

#[test]
fn a_folder_or_a_missing_file_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let reported = |path: &std::path::Path| Sheet::open(path.to_str().unwrap(), &SHAPE).unwrap_err();
    assert_eq!(reported(folder.path()).hint.as_deref(), Some("name a file in that folder"));
    assert_eq!(reported(&folder.path().join("a.csv")).hint.as_deref(), Some("check the path"));
}
