//! `trunk check -o prometheus`, read by a strict parser written from the page "Exposition formats", "Text-based format"
//! (version 0.0.4).

use std::collections::{BTreeMap, BTreeSet};

use super::server::{Say, Tls, udp};
use crate::support::Place;
use crate::support::served::Served;

/// A sample: its labels and its value.
type Sample = (BTreeMap<String, String>, f64);

/// Metrics by their names.
fn parse(text: &str) -> BTreeMap<String, Vec<Sample>> {
    assert!(text.is_empty() || text.ends_with('\n'), "the last line must end with a line feed");
    let (mut metrics, mut helped, mut series) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    let mut open: Option<String> = None;
    for line in text.split_terminator('\n') {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a docstring");
            assert!(is_name(name, true) && helped.insert(name.to_owned()), "{line}");
            assert!(!help.is_empty() && unescape(help, false).is_some(), "{line}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert!(["counter", "gauge", "histogram", "summary", "untyped"].contains(&kind), "{line}");
            // A single TYPE line, before the first sample.
            assert!(metrics.insert(name.to_owned(), Vec::new()).is_none() && helped.contains(name), "{line}");
            open = Some(name.to_owned());
        } else {
            assert!(!line.starts_with('#') && !line.is_empty(), "{line:?}");
            let (name, labels, value) = sample(line).unwrap_or_else(|| panic!("no sample: {line}"));
            // All lines of a metric are one group.
            assert_eq!(open.as_deref(), Some(name.as_str()), "{line}");
            assert!(series.insert((name.clone(), labels.clone())), "a series occurs twice: {line}");
            metrics.get_mut(&name).unwrap().push((labels, value));
        }
    }
    metrics
}

/// `[a-zA-Z_:][a-zA-Z0-9_:]*`; labels have no colon.
fn is_name(text: &str, colon: bool) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || colon && c == ':';
    !text.is_empty() && text.chars().all(good) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// `name{label="value",…} value`
fn sample(line: &str) -> Option<(String, BTreeMap<String, String>, f64)> {
    let (name, mut rest) = line.split_once('{')?;
    assert!(is_name(name, true), "{line}");
    let mut labels = BTreeMap::new();
    while !rest.starts_with('}') {
        let (label, after) = rest.split_once("=\"")?;
        let end = closing_quote(after)?;
        assert!(is_name(label, false) && !label.starts_with("__"), "{line}");
        assert!(labels.insert(label.to_owned(), unescape(&after[..end], true)?).is_none(), "{line}");
        rest = &after[end + 1..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    let value = rest.strip_prefix("} ")?;
    Some((name.to_owned(), labels, value.parse().ok()?))
}

/// The quote that no backslash precedes.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(at)
    })
}

/// In a docstring `\\` and `\n`, in the value of a label also `\"`.
fn unescape(text: &str, label: bool) -> Option<String> {
    let (mut plain, mut letters) = (String::new(), text.chars());
    while let Some(c) = letters.next() {
        plain.push(match c {
            '\\' => match letters.next()? {
                'n' => '\n',
                '\\' => '\\',
                '"' if label => '"',
                _ => return None,
            },
            '"' if label => return None,
            c => c,
        });
    }
    Some(plain)
}

/// The value of the only sample of a metric with these labels.
fn value(metrics: &BTreeMap<String, Vec<Sample>>, name: &str, labels: &[(&str, &str)]) -> f64 {
    let fits = |own: &&Sample| {
        labels.iter().all(|(label, text)| own.0.get(*label).is_some_and(|known| known == text))
    };
    let found: Vec<&Sample> = metrics[name].iter().filter(fits).collect();
    let [only] = found.as_slice() else { panic!("{name} {labels:?}: {found:?}") };
    only.1
}

const NAMES: [&str; 4] = [
    "trunkctl_trunk_certificate_days_left",
    "trunkctl_trunk_round_trip_seconds",
    "trunkctl_trunk_vendor_status",
    "trunkctl_trunk_verdict",
];

#[test]
fn checks_are_written_as_metrics() {
    let (served, place) = (Served::start(), Place::new());
    let profiles = served.profiles(&place, "");
    let alive = udp(Say::Code(200, "OK"));
    let (host, port) = alive.address.split_once(':').unwrap();
    let run = |words: &[&str]| place.run(&[&["--profiles-file", &profiles, "-p", "yeastar"], words].concat());
    let create = |name: &str, host: &str, port: &str| {
        let words = ["trunk", "create", "--kind", "peer", "--transport", "udp", "--codecs", "ulaw"];
        let own = ["--name", name, "--host", host, "--port", port];
        run(&[&words[..], &own[..]].concat()).expect(0);
    };
    create("alive", host, port);
    let closed = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    create("dead", "127.0.0.1", &closed);
    // The output is complete for every exit code.
    let ran = run(&["trunk", "check", "-o", "prometheus"]).expect(15);
    let metrics = parse(&ran.out);
    assert_eq!(metrics.keys().map(String::as_str).collect::<Vec<_>>(), NAMES);
    for (trunk, verdict) in [("alive", "pass"), ("dead", "fail")] {
        for word in ["pass", "warn", "unknown", "fail", "skipped"] {
            let labels = [("trunk", trunk), ("profile", "yeastar"), ("verdict", word)];
            let expected = if word == verdict { 1.0 } else { 0.0 };
            assert_eq!(value(&metrics, "trunkctl_trunk_verdict", &labels), expected, "{trunk} {word}");
        }
        let labels = [("trunk", trunk), ("status", "reachable")];
        assert_eq!(value(&metrics, "trunkctl_trunk_vendor_status", &labels), 1.0);
    }
    let labels = [("trunk", "alive"), ("target", &*alive.address), ("port", port), ("transport", "udp")];
    let time = value(&metrics, "trunkctl_trunk_round_trip_seconds", &labels);
    assert!((0.0..4.0).contains(&time), "{time}");
    assert_eq!(metrics["trunkctl_trunk_round_trip_seconds"].len(), 1);
    // Errors are still JSON.
    assert_eq!(ran.error()["exit_code"], 15);
}

#[test]
fn label_values_are_escaped() {
    let (place, odd) = (Place::new(), "a \"quoted\" \\ näme");
    let file =
        place.write("trunk.json", &serde_json::json!({"name": odd, "host": "sip.example.com"}).to_string());
    let ran = place.run(&["trunk", "check", "--from", &file, "--offline", "-o", "prometheus"]).expect(0);
    let labels = [("trunk", odd), ("verdict", "pass")];
    assert_eq!(value(&parse(&ran.out), "trunkctl_trunk_verdict", &labels), 1.0);
}

#[test]
fn the_days_of_a_certificate_are_a_metric() {
    let (place, server) = (Place::new(), Tls::start(&["127.0.0.1"], 9, false));
    let authority = place.write("ca.pem", &server.authority);
    let words =
        ["trunk", "check", "--target", &server.address, "--transport", "tls", "--ca-file", &authority];
    let ran = place.run(&[&words[..], &["-o", "prometheus"]].concat()).expect(0);
    let metrics = parse(&ran.out);
    let days = value(&metrics, "trunkctl_trunk_certificate_days_left", &[("target", &server.address)]);
    assert!((8.0..=9.0).contains(&days), "{days}");
}

#[test]
fn without_trunks_only_the_metric_names_are_written() {
    let (served, place) = (Served::start(), Place::new());
    let profiles = served.profiles(&place, "");
    let args = ["--profiles-file", &profiles, "-p", "yeastar", "trunk", "check", "-o", "prometheus"];
    let metrics = parse(&place.run(&args).expect(0).out);
    assert!(metrics.len() == NAMES.len() && metrics.values().all(Vec::is_empty), "{metrics:?}");
}

#[test]
fn other_commands_refuse_the_format_and_name_the_command_to_use() {
    let place = Place::new();
    for words in
        ["trunk list", "trunk get a", "trunk wait a", "plan -f x", "explain exit", "profile list", "export"]
    {
        let args: Vec<&str> = words.split(' ').chain(["-o", "prometheus"]).collect();
        let ran = place.run(&args).expect(2);
        let error = ran.error();
        assert_eq!(error["message"], "only `trunkctl trunk check` supports -o prometheus", "{words}");
        assert_eq!(ran.out, "");
    }
}
