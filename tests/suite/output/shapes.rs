//! The columns, the order and the header of lists.

use super::*;
#[cfg(target_os = "linux")]
use crate::support::terminal::Terminal;

/// Every list, with something in it.
const LISTS: [&str; 12] = [
    "-p yeastar trunk list",
    "-p itniotech trunk list",
    "-p zoom trunk list --account me",
    "-p zoom internal-numbers list",
    "-p zoom callout-countries list",
    "-p zoom numbers list",
    "-p yeastar lookup itsps",
    "-p yeastar lookup extensions",
    "-p yeastar lookup extension-groups",
    "-p itniotech lookup agent-groups",
    "history list",
    "profile list",
];

fn run(place: &Place, line: &str) -> Ran {
    place.run(&[&["--sandbox"], line.split(' ').collect::<Vec<_>>().as_slice()].concat())
}

fn furnished() -> Place {
    let place = Place::new();
    let named = |name: &str| format!("{PEER} --name {name} --did 5503308=Main");
    for line in [
        named("b").as_str(),
        &named("A"),
        "-p yeastar trunk create --from examples/yeastar/register-trunk.toml",
        "-p itniotech trunk create --name out --kind peer --direction outbound --host 192.0.2.4 --agent-group Sales",
        "-p zoom internal-numbers add --number +16466661110 --label a --language en-US",
        "-p zoom callout-countries add US",
    ] {
        run(&place, line).expect(0);
    }
    place
}

/// The path of every value.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            paths(value, &if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, found);
        }),
        Value::Array(list) if list.iter().any(Value::is_object) => {
            list.iter().for_each(|value| paths(value, path, found));
        }
        _ if !found.contains(&path.to_owned()) => found.push(path.to_owned()),
        _ => {}
    }
}

#[test]
fn every_field_of_the_json_can_be_a_column() {
    let place = furnished();
    for list in LISTS {
        let mut found = Vec::new();
        paths(&run(&place, &format!("{list} -o json")).expect(0).json(), "", &mut found);
        let columns = found.join(",");
        let ran = run(&place, &format!("{list} -o csv --columns {columns}")).expect(0);
        let (header, rows) = csv(&ran.out);
        assert_eq!(header, found, "{list}");
        for (at, path) in found.iter().enumerate() {
            // The vendor has no value for these.
            let empty = ["base_url", "caller_id.number"].contains(&path.as_str());
            assert!(empty || rows.iter().any(|row| !row[at].is_empty()), "{list}: {path} is empty");
        }
        run(&place, &format!("{list} --sort {}", found[0])).expect(0);
    }
}

#[test]
fn columns_and_headers_apply_to_tables_and_csv_alike() {
    let place = furnished();
    let list = "-p yeastar trunk list --columns port,name,vendor --sort name";
    let table = "PORT  NAME       VENDOR\n5060  A          yeastar\n5060  b          yeastar\n\
                 5060  itsp-main  yeastar\n";
    assert_eq!(run(&place, list).expect(0).out, table);
    let rows: String = table.lines().skip(1).map(|line| format!("{line}\n")).collect();
    assert_eq!(run(&place, &format!("{list} --no-headers")).expect(0).out, rows);
    let csv = "port,name,vendor\n5060,A,yeastar\n5060,b,yeastar\n5060,itsp-main,yeastar\n";
    assert_eq!(run(&place, &format!("{list} -o csv")).expect(0).out, csv);
    let rows = csv.split_once('\n').unwrap().1;
    assert_eq!(run(&place, &format!("{list} -o csv --no-headers")).expect(0).out, rows);
    // A column that was chosen is shown, though it is empty.
    let ran = run(&place, "-p yeastar trunk list --columns name,prefix --name A").expect(0);
    assert_eq!(ran.out, "NAME  PREFIX\nA\n");
}

#[test]
fn every_format_can_be_sorted() {
    let place = furnished();
    for (sort, order) in [
        ("name", ["A", "b", "itsp-main"]),
        ("-name", ["itsp-main", "b", "A"]),
        ("-id", ["itsp-main", "A", "b"]),
        ("host", ["b", "A", "itsp-main"]),
    ] {
        for format in ["json", "jsonl", "yaml"] {
            let ran = run(&place, &format!("-p yeastar trunk list --sort {sort} -o {format}")).expect(0);
            let rows = match format {
                "jsonl" => Value::from(parse(format, &ran.out)),
                _ => parse(format, &ran.out).remove(0),
            };
            let names: Vec<&Value> = rows.as_array().unwrap().iter().map(|row| &row["name"]).collect();
            assert_eq!(names, order, "{sort} {format}");
        }
        let ran = run(&place, &format!("-p yeastar trunk list --sort {sort} -o csv")).expect(0);
        let names: Vec<String> = csv(&ran.out).1.into_iter().map(|mut row| row.remove(0)).collect();
        assert_eq!(names, order, "{sort}");
    }
    // Profiles are mixed only if the rows name them.
    let ran = run(&place, "-p yeastar,itniotech trunk list --sort -profile -o csv --columns profile,name");
    let rows = csv(&ran.expect(0).out).1;
    assert_eq!(rows[0][0], "yeastar");
    assert_eq!(rows.last().unwrap(), &["itniotech", "out"]);
}

/// Without a profile or a server, a request would fail otherwise.
#[test]
fn unknown_columns_are_refused_before_anything_is_read() {
    let place = Place::new();
    for list in LISTS {
        let list = list.rsplit_once("-p ").map_or(list, |(_, rest)| rest.split_once(' ').unwrap().1);
        for (shape, near) in [
            ("--columns nmae,id", "unknown column `nmae`"),
            ("--sort nmae", "--sort: unknown column `nmae`"),
            ("--columns id.x", "unknown column `id.x`"),
        ] {
            let line = format!("{list} {shape}");
            let ran = place.run(&line.split(' ').collect::<Vec<_>>()).expect(2);
            assert!(ran.err.contains(near) && ran.err.contains("Use any of "), "{line}: {ran:?}");
        }
        for (shape, format) in [("--columns id", "json"), ("--no-headers", "jsonl"), ("--no-headers", "yaml")]
        {
            let line = format!("{list} {shape} -o {format}");
            let ran = place.run(&line.split(' ').collect::<Vec<_>>()).expect(2);
            let message = ran.error()["message"].as_str().unwrap_or_default().to_owned();
            assert!(message.contains("shapes only a table and CSV"), "{line}: {ran:?}");
        }
    }
    let ran = place.run(&["trunk", "list", "--columns", "nmae"]).expect(2);
    assert!(ran.err.contains("did you mean `name`?"), "{ran:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn columns_left_out_on_a_narrow_terminal_are_named() {
    let place = Place::new();
    let name = "a-name-that-takes-more-than-half-of-the-terminal";
    run(&place, &format!("{PEER} --name {name}")).expect(0);
    let args = ["--sandbox", "-p", "yeastar", "trunk", "list"];
    let (status, text) = Terminal::start(&place, &args).end();
    assert!(status.success(), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains("too narrow for KIND, DIRECTION, PROFILE"), "{text}");
    assert!(lines.len() == 3 && lines[2].starts_with(name), "{text}");
    // Only the status in its row is coloured.
    assert!(lines[2].contains("\u{1b}[38;5;2mreachable"), "{text}");
    assert_eq!(lines[2].matches('\u{1b}').count(), 2, "{text}");
    let (_, text) = Terminal::start(&place, &[&args[..], &["-q", "--color", "never"]].concat()).end();
    assert!(!text.contains("too narrow") && !text.contains('\u{1b}'), "{text}");
    // In a pipe, no column is left out.
    let ran = run(&place, "-p yeastar trunk list").expect(0);
    assert!(ran.err.is_empty() && ran.out.contains("DIRECTION"), "{ran:?}");
}
