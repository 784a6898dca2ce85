//! The reports of `trunk check` in the text exposition format of Prometheus, version 0.0.4.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use crate::model::health::{Check, Health, Verdict};
use crate::model::text::printable;
use crate::model::trunk::Status;

/// A metric, and its samples: further labels with their value.
struct Metric {
    name: &'static str,
    help: &'static str,
    samples: fn(&Health) -> Vec<Sample>,
}

type Sample = (Vec<(&'static str, String)>, f64);

/// The names are a contract: dashboards and alerts refer to them.
const METRICS: [Metric; 4] = [
    Metric {
        name: "trunkctl_trunk_verdict",
        help: "The verdict of the checks of a trunk: 1 for its verdict, 0 for the others.",
        samples: |report| {
            let all =
                [Verdict::Pass, Verdict::Warn, Verdict::Unknown, Verdict::Fail, Verdict::Skipped].iter();
            all.map(|verdict| one_of("verdict", verdict.word(), report.verdict.word())).collect()
        },
    },
    Metric {
        name: "trunkctl_trunk_round_trip_seconds",
        help: "The time from an OPTIONS request to its answer, for each server of a trunk that answers.",
        samples: |report| {
            let probes = evidence(report, "sip.options", "probes").and_then(Value::as_array);
            let sample = |probe: &Value| {
                let labels = [("address", "address"), ("port", "port"), ("transport", "transport")];
                let labels = labels.map(|(label, key)| (label, plain(probe.get(key))));
                Some((labels.to_vec(), probe.get("rtt_ms")?.as_f64()? / 1000.0))
            };
            probes.into_iter().flatten().filter_map(sample).collect()
        },
    },
    Metric {
        name: "trunkctl_trunk_certificate_days_left",
        help: "The days until the first certificate of a trunk's servers ends; below 0 after its end.",
        samples: |report| {
            let days = evidence(report, "tls.expiry", "days_left").and_then(Value::as_f64);
            days.map(|days| (Vec::new(), days)).into_iter().collect()
        },
    },
    Metric {
        name: "trunkctl_trunk_vendor_status",
        help: "The status of a trunk that the vendor reports: 1 for its status, 0 for the others.",
        samples: |report| {
            let Some(own) = report.vendor_status.as_ref() else { return Vec::new() };
            Status::WORDS.iter().map(|word| one_of("status", word, &own.status)).collect()
        },
    },
];

/// The reports as metrics. Of several reports with the same labels, the first counts: a series must not occur twice.
pub fn exposition(reports: &[Health]) -> String {
    let mut text = String::new();
    for metric in METRICS {
        // Writing to a text does not fail.
        let _ = writeln!(text, "# HELP {} {}\n# TYPE {0} gauge", metric.name, metric.help);
        let mut known = BTreeSet::new();
        for report in reports {
            let own = [("profile", &report.profile), ("trunk", &report.trunk), ("target", &report.target)];
            let own = own.map(|(label, value)| (label, value.clone().unwrap_or_default()));
            for (labels, value) in (metric.samples)(report) {
                let labels =
                    own.iter().chain(&labels).map(|(label, text)| format!("{label}=\"{}\"", escaped(text)));
                let series = format!("{}{{{}}}", metric.name, labels.collect::<Vec<_>>().join(","));
                if known.insert(series.clone()) {
                    let _ = writeln!(text, "{series} {value}");
                }
            }
        }
    }
    text
}

fn one_of(label: &'static str, word: &str, own: &str) -> Sample {
    (vec![(label, word.to_owned())], f64::from(u8::from(word == own)))
}

fn evidence<'h>(report: &'h Health, id: &str, key: &str) -> Option<&'h Value> {
    report.checks.iter().find(|check: &&Check| check.id == id)?.evidence.get(key)
}

fn plain(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// A label's value: backslash, quote and line feed are escaped; other control characters are replaced.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    printable(&text)
}
