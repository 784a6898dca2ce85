//! Bounds of memory: the program stays below 96 MiB for every answer and every file, also in a debug build.

// Every system reports and limits the memory of a process in its own way.
#![cfg(target_os = "linux")]

use std::io::Read;
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use crate::support::given::{peer, profiles_with_tokens};
use crate::support::place::after;
use crate::support::scripted::{Act, Scripted, http};
use crate::support::{Place, Ran, read};

/// MiB of data that a process may have; beyond that it is aborted. Some 10 MiB of it are stacks that are hardly
/// used. The program's code, which does not count as data, takes some 20 MiB.
const MOST_DATA: usize = 80;

/// The same for output that is streamed.
const MOST_STREAMED: usize = 40;

/// The binary with such a limit.
fn limited(most: usize, place: &Place, args: &[&str]) -> Command {
    let mut command = after(&format!("ulimit -d {}", most << 10), &place.command(args));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(server: &Scripted, vendor: &str, line: &str) -> Ran {
    let place = Place::new();
    let profiles = profiles_with_tokens(&place, &server.base);
    let mut args = vec!["--profiles-file", &profiles, "-p", vendor, "--retries", "0"];
    args.extend(line.split(' '));
    read(limited(MOST_DATA, &place, &args).output().unwrap())
}

/// A page of each vendor's list with these rows.
fn page(vendor: &str, rows: &str, total: usize) -> Act {
    let body = match vendor {
        "yeastar" => format!(r#"{{"errcode":0,"total_number":{total},"data":[{rows}]}}"#),
        "itniotech" => format!(r#"{{"status":"0","data":{{"total":{total},"records":[{rows}]}}}}"#),
        _ => format!(r#"{{"sip_trunks":[{rows}]}}"#),
    };
    Act::Raw(http(200, "Content-Type: application/json\r\n", &body))
}

/// Seven bytes of JSON take some six hundred bytes as a value.
#[test]
fn an_answer_of_a_million_small_objects_is_refused_before_it_is_parsed() {
    let rows = vec![r#"{"a":1}"#; 1_000_000].join(",");
    for (vendor, line) in [
        ("yeastar", "trunk list"),
        ("yeastar", "trunk list -o json -vvv"),
        ("yeastar", "trunk get t -o yaml"),
        ("yeastar", "lookup extensions -o csv"),
        ("itniotech", "trunk list -o jsonl"),
        ("zoom", "trunk list --account sub-1"),
        ("zoom", "export --account sub-1"),
    ] {
        let act = page(vendor, &rows, 1_000_000);
        let server = Scripted::start(vec![act]);
        let ran = run(&server, vendor, line).expect(10);
        assert_eq!(ran.out, "", "{vendor} {line}");
        assert!(ran.err.contains("the answer has more than 20000 objects"), "{vendor} {line}: {}", ran.err);
    }
}

#[test]
fn ten_thousand_rows_of_thirty_fields_are_read_in_every_format() {
    let row = |id: usize| {
        let known = json!({"id": id, "name": format!("trunk-{id}"), "type": "peer", "status": 1,
            "hostname": "sip.example.com", "port": 5060, "transport": "udp", "username": "u", "enable": 1});
        let others = (0..21).map(|field| (format!("field_{field:02}"), json!(format!("v{field}"))));
        let known = known.as_object().cloned().into_iter().flatten();
        Value::Object(known.chain(others).collect::<Map<_, _>>()).to_string()
    };
    let rows: Vec<String> = (1..=10_000).map(row).collect();
    let server = Scripted::start(vec![page("yeastar", &rows.join(","), 10_000)]);
    for (format, lines) in [("table", 10_001), ("csv", 10_001), ("jsonl", 10_000)] {
        let ran = run(&server, "yeastar", &format!("trunk list -o {format}")).expect(0);
        assert_eq!(ran.out.lines().count(), lines, "{format}");
    }
    let json = run(&server, "yeastar", "trunk list -o json").expect(0).json();
    assert_eq!(json.as_array().map(Vec::len), Some(10_000));
    assert_eq!(json[9_999]["vendor_fields"]["field_20"], "v20");
    let yaml = run(&server, "yeastar", "trunk list -o yaml").expect(0).out;
    assert_eq!(yaml.lines().filter(|line| line.starts_with("- ")).count(), 10_000);
}

/// One row, one text, one list of errors: in a documented answer, only the list of rows is long.
#[test]
fn an_oversized_part_of_an_answer_is_refused_or_truncated() {
    let text = "\u{202e}".repeat(2_500_000);
    let numbers = vec!["1"; 300_000].join(",");
    let long = format!(r#"{{"id":7,"name":"{text}"}}"#);
    for (body, said) in [
        (format!(r#"{{"errcode":0,"total_number":1,"data":[{long}]}}"#), "longer than 1 MiB"),
        (format!(r#"{{"errcode":0,"total_number":[{numbers}],"data":[]}}"#), "lacks its data"),
        (format!(r#"{{"errcode":[{numbers}]}}"#), "not the PBX's JSON"),
        (format!(r#"{{"errcode":40002,"errmsg":"{text}"}}"#), "40002"),
        (format!(r#"{{"errcode":40002,"invalid_param_list":[{{"value":[{numbers}]}}]}}"#), "40002"),
        (format!("<p>{}", "a ".repeat(4_000_000)), "not the PBX's JSON"),
    ] {
        let server = Scripted::start(vec![Act::Raw(http(200, "", &body))]);
        for line in ["trunk list -o json", "trunk list", "trunk get id:7 -o yaml"] {
            let ran = run(&server, "yeastar", line);
            assert!([9, 10].contains(&ran.code) && ran.out.is_empty(), "{line}: {said}: {}", ran.code);
            let said = if line.contains("get") && said != "40002" { "trunk" } else { said };
            assert!(ran.err.contains(said) && ran.err.len() < 20_000, "{line}: {said}: {:.300}", ran.err);
        }
    }
}

/// Endless pages of a hundred new rows of ten kilobytes each.
fn endless() -> Scripted {
    let filling = "x".repeat(10_000);
    Scripted::answering(move |nth, _| {
        let rows = (nth * 100..nth * 100 + 100).map(|id| format!(r#"{{"id":{id},"name":"{filling}"}}"#));
        page("yeastar", &rows.collect::<Vec<_>>().join(","), usize::MAX)
    })
}

#[test]
fn rows_that_must_be_kept_are_an_error_if_they_need_too_much_memory() {
    let place = Place::new();
    let manifest = place.write("lab.toml", &peer("yeastar", "t"));
    let plan = format!("plan -f {manifest}");
    for (line, said) in [
        ("trunk list", "nothing was printed"),
        ("export", "the rows that this command must keep in memory"),
        (plan.as_str(), "the rows that this command must keep in memory"),
    ] {
        let server = endless();
        let ran = run(&server, "yeastar", line).expect(10);
        assert!(ran.err.contains(said) && ran.err.contains("-o jsonl"), "{line}: {:.400}", ran.err);
        assert!(server.requests().len() < 100, "{line}: {}", server.requests().len());
    }
}

#[test]
fn a_long_list_is_streamed_in_every_data_format() {
    for format in ["json", "yaml", "csv", "jsonl"] {
        let (place, server) = (Place::new(), endless());
        let profiles = profiles_with_tokens(&place, &server.base);
        let args = ["--profiles-file", &profiles, "-p", "yeastar", "trunk", "list", "-o", format];
        let mut child = limited(MOST_STREAMED, &place, &args).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let mut taken = vec![0; 1 << 20];
        // More than is ever buffered, and more than the limit allows.
        for _ in 0..MOST_STREAMED + 4 {
            out.read_exact(&mut taken).unwrap_or_else(|error| panic!("{format}: {error}"));
        }
        drop(out);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{format}");
    }
}

/// An error leaves nothing on standard output, unless the list was too long to buffer.
#[test]
fn an_error_after_streamed_pages_leaves_the_array_unterminated() {
    let filling = "x".repeat(900_000);
    for (pages, streams) in [(5, false), (12, true)] {
        let filling = filling.clone();
        let server = Scripted::answering(move |nth, _| match nth < pages {
            true => page("yeastar", &format!(r#"{{"id":{nth},"name":"{filling}"}}"#), 100),
            false => Act::Drop,
        });
        let ran = run(&server, "yeastar", "trunk list -o json").expect(10);
        assert_eq!(ran.error()["kind"], "unavailable");
        assert_eq!(ran.out.is_empty(), !streams, "{pages} pages");
        assert!(serde_json::from_str::<Value>(&ran.out).is_err());
    }
}

#[test]
fn an_endless_file_is_refused() {
    let place = Place::new();
    let config = place.write(
        "profiles.toml",
        "[profiles.pbx]\nvendor = \"yeastar\"\nbase_url = \"http://127.0.0.1:9\"\naccess_token = \"t\"\n\
         [profiles.zoom]\nvendor = \"zoom\"\nbase_url = \"http://127.0.0.1:9\"\naccess_token = \"t\"\n\
         account = \"sub-1\"\n",
    );
    for (profiles, line, code, said) in [
        (config.as_str(), "-p pbx trunk create --from /dev/zero", 4, "longer than 16 MiB"),
        (config.as_str(), "-p zoom sip-settings assign --from /dev/zero", 4, "longer than 16 MiB"),
        (config.as_str(), "-p zoom internal-numbers add --from /dev/zero", 4, "zero bytes"),
        (config.as_str(), "plan -f /dev/zero", 4, "longer than 16 MiB"),
        ("/dev/zero", "profile list", 3, "longer than 16 MiB"),
    ] {
        let mut args = vec!["--profiles-file", profiles];
        args.extend(line.split(' '));
        let ran = read(limited(MOST_DATA, &place, &args).output().unwrap()).expect(code);
        assert!(ran.err.contains(said) && ran.out.is_empty(), "{line}: {}", ran.err);
    }
    let rows = vec![r#"{"number":"+16466661110"}"#; 700_000].join(",");
    let path = place.write("rows.json", &format!("[{rows}]"));
    let args = ["--profiles-file", &config, "-p", "zoom", "internal-numbers", "add", "--from", &path];
    let ran = read(limited(MOST_DATA, &place, &args).output().unwrap()).expect(4);
    assert!(ran.err.contains("longer than 16 MiB") && ran.err.contains("CSV"), "{}", ran.err);
}
