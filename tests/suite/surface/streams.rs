//! Rows are printed before the last page is read, and a closed pipe ends the read.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::*;
use crate::support::Place;
use crate::support::given::profiles_with_tokens;
use crate::support::scripted::{Act, Scripted, http};

/// Pages of ten rows. One of them is delayed until the test releases it.
fn delayed(list: &'static Paged, total: usize, delayed_page: usize) -> (Scripted, Sender<()>) {
    let (release, released): (_, Receiver<()>) = channel();
    let released = Mutex::new(released);
    let server = Scripted::answering(move |nth, _| {
        // A program that waits for the whole list never gets it.
        if nth == delayed_page && released.lock().unwrap().recv_timeout(Duration::from_secs(15)).is_err() {
            return Act::Drop;
        }
        let end = (nth * 10 + 10).min(total);
        let marker = if end == total { String::new() } else { format!("m{nth}") };
        let page = list.page(nth * 10..end, Some(total), &marker);
        Act::Raw(http(200, "Content-Type: application/json\r\n", &page.to_string()))
    });
    (server, release)
}

fn start(place: &Place, server: &Scripted, list: &Paged, more: &[&str]) -> Child {
    let profiles = profiles_with_tokens(place, &server.base);
    let mut args = vec!["--profiles-file", &profiles, "-p", list.vendor, "--retries", "0"];
    args.extend(list.args());
    args.extend(more);
    let mut command = place.command(&args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn the_first_rows_are_printed_before_the_second_page_arrives() {
    for list in &PAGED {
        let place = Place::new();
        let (server, release) = delayed(list, 30, 1);
        let mut child = start(&place, &server, list, &["-o", "jsonl"]);
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        assert_eq!(lines(&first, "id"), list.ids()[..1], "{} {}", list.vendor, list.command);
        release.send(()).unwrap();
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{}", list.command);
        assert_eq!(lines(&rest, "id"), list.ids()[1..30], "{} {}", list.vendor, list.command);
        assert_eq!(server.requests().len(), 3);
    }
}

/// Nobody reads the output yet, and a page is longer than a pipe: the first page's rows are still being printed.
#[test]
fn the_next_page_is_requested_while_rows_are_printed() {
    for list in &PAGED {
        let (place, rows) = (Place::new(), 2000);
        let server = Scripted::answering(move |nth, _| {
            let marker = if nth == 2 { String::new() } else { format!("m{nth}") };
            let page = list.page(nth * rows..(nth + 1) * rows, Some(3 * rows), &marker);
            Act::Raw(http(200, "Content-Type: application/json\r\n", &page.to_string()))
        });
        let child = start(&place, &server, list, &["-o", "jsonl"]);
        server.wait_for(2);
        let output = child.wait_with_output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_eq!(lines(&shown, "id").len(), 3 * rows, "{} {}", list.vendor, list.command);
    }
}

/// As in `trunkctl … -o jsonl | head -1`.
#[test]
fn a_closed_pipe_ends_the_read_early_and_quietly() {
    for list in &PAGED {
        let place = Place::new();
        let (server, release) = delayed(list, 5000, 1);
        let mut child = start(&place, &server, list, &["-o", "jsonl"]);
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        drop(out);
        release.send(()).unwrap();
        let output = child.wait_with_output().unwrap();
        let name = format!("{} {}", list.vendor, list.command);
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{name}");
        assert_eq!(output.status.code(), Some(0), "{name}");
        // Children of other tests inherit the pipe while they start, so that it may close a little later.
        let asked = server.requests().len();
        assert!((2..400).contains(&asked), "{name}: {asked} of 500 pages");
    }
}

/// Any other format is one value: none of it is printed while the read may still fail, unless it is long.
#[test]
fn other_formats_wait_for_the_complete_list() {
    for format in ["json", "yaml", "csv", "table"] {
        let place = Place::new();
        let list = &PAGED[0];
        let server = Scripted::answering(move |nth, _| match nth {
            0 => Act::Raw(http(200, "", &list.page(0..10, Some(30), "m").to_string())),
            _ => Act::Drop,
        });
        let output = start(&place, &server, list, &["-o", format]).wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(10), &b""[..]), "{format}");
        assert!(!output.stderr.is_empty(), "{format}");
    }
}

/// The first page has no matching row, the second has one, and the third has not arrived yet.
#[test]
fn filtered_rows_stream_too() {
    let (place, list) = (Place::new(), &PAGED[0]);
    let (server, release) = delayed(list, 30, 2);
    let mut child = start(&place, &server, list, &["-o", "jsonl", "--name", "Row 17"]);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    assert_eq!(lines(&first, "name"), ["Row 17"]);
    release.send(()).unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    let status = child.wait().unwrap();
    assert_eq!((status.code(), rest.as_str(), server.requests().len()), (Some(0), "", 3));
}
