//! JSON, JSON lines, YAML and CSV: what scripts read.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::table;
use crate::model::change::{Change, Outcome};
use crate::model::report::Report;
use crate::model::text::{printable, printable_json};

/// One JSON value.
pub fn json(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if let Report::Listing(listings) | Report::Partial(listings, _) = report {
        return json_rows(out, listings.iter().flat_map(|listing| &listing.data));
    }
    writeln!(out, "{}", printable_json(&serde_json::to_string_pretty(&value(report))?))
}

/// An array, written row by row: as text, a long list takes a multiple of its own size.
fn json_rows<'a>(out: &mut dyn Write, rows: impl Iterator<Item = &'a Value>) -> io::Result<()> {
    let mut first = true;
    for row in rows {
        out.write_all(if first { b"[\n" } else { b",\n" })?;
        first = false;
        let text = printable_json(&serde_json::to_string_pretty(row)?);
        out.write_all(format!("  {}", text.replace('\n', "\n  ")).as_bytes())?;
    }
    out.write_all(if first { b"[]\n" } else { b"\n]\n" })
}

/// One object a line.
pub fn jsonl(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let lines = match report {
        Report::Changes(changes) => changes.iter().map(to_value).collect(),
        Report::Listing(_) | Report::Partial(..) => match value(report) {
            Value::Array(rows) => rows,
            one => vec![one],
        },
        _ => vec![value(report)],
    };
    for line in lines {
        writeln!(out, "{}", printable_json(&line.to_string()))?;
    }
    Ok(())
}

/// YAML.
pub fn yaml(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let text = yaml_serde::to_string(&value(report)).map_err(io::Error::other)?;
    if text.lines().all(|line| printable(line) == line) {
        return out.write_all(text.as_bytes());
    }
    // JSON is YAML too, and can escape what YAML writers leave as it is.
    json(out, report)
}

/// A header and the columns of the table.
pub fn csv(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    for (at, listing) in table::listings(report).into_iter().enumerate() {
        // One file holds one table: what follows the first is for people.
        if at > 0 {
            break;
        }
        writer.write_record(&listing.columns)?;
        for row in &listing.rows {
            writer.write_record(row.iter().map(|cell| printable(cell)))?;
        }
    }
    writer.flush()
}

fn value(report: &Report) -> Value {
    match report {
        Report::Change(change) => to_value(change),
        Report::Changes(changes) => json!({
            "changes": changes.iter().map(to_value).collect::<Vec<_>>(),
            "summary": summary(changes),
        }),
        Report::Requests(requests) => json!({"dry_run": true, "requests": requests}),
        Report::Commands(lines) => json!({"dry_run": true, "commands": lines}),
        Report::Record(record) => record.clone(),
        Report::Listing(listings) | Report::Partial(listings, _) => {
            listings.iter().flat_map(|listing| listing.data.clone()).collect()
        }
        Report::Document { data, .. } => data.clone(),
        Report::Text(text) => Value::from(text.as_str()),
        Report::Nothing => Value::Null,
    }
}

fn to_value<T: serde::Serialize>(value: T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn summary(changes: &[Change]) -> Value {
    let count = |outcome: Outcome| changes.iter().filter(|change| change.outcome == outcome).count();
    json!({
        "created": count(Outcome::Created),
        "updated": count(Outcome::Updated),
        "unchanged": count(Outcome::Unchanged),
        "assigned": count(Outcome::Assigned),
        "deleted": count(Outcome::Deleted),
        "failed": count(Outcome::Failed),
        "unknown": count(Outcome::Unknown),
    })
}
