//! JSON, JSON lines, YAML and CSV: what scripts read.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{plan, table};
use crate::model::change::Tally;
use crate::model::report::Report;
use crate::model::text::{printable, printable_json};
use crate::model::yaml;

/// One JSON value.
pub fn json(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if let Report::Listing(listings) | Report::Partial(listings, _) = report {
        json_list(out, listings.iter().flat_map(|listing| &listing.data), 0)?;
        return writeln!(out);
    }
    if let Report::Changes(changes) = report {
        // A long list is never held as text.
        out.write_all(b"{\n  \"changes\": ")?;
        json_list(out, changes.list.iter().map(to_value), 2)?;
        let summary = serde_json::to_string_pretty(&summary(&changes.tally))?.replace('\n', "\n  ");
        return writeln!(out, ",\n  \"summary\": {summary}\n}}");
    }
    writeln!(out, "{}", printable_json(&serde_json::to_string_pretty(&value(report))?))
}

/// An array, written row by row: as text, a long list takes a multiple of its own size.
fn json_list<T: std::borrow::Borrow<Value>>(
    out: &mut dyn Write,
    rows: impl Iterator<Item = T>,
    indent: usize,
) -> io::Result<()> {
    let margin = format!("\n{}", " ".repeat(indent));
    let mut first = true;
    for row in rows {
        out.write_all(if first { b"[" } else { b"," })?;
        first = false;
        let text = serde_json::to_string_pretty(row.borrow())?;
        let text = printable_json(&text);
        out.write_all(format!("{margin}  {}", text.replace('\n', &format!("{margin}  "))).as_bytes())?;
    }
    if first { out.write_all(b"[]") } else { out.write_all(format!("{margin}]").as_bytes()) }
}

/// One object a line.
pub fn jsonl(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    match report {
        Report::Changes(changes) => lines(out, &changes.list),
        Report::Plan { plan, .. } => plan::lines(out, plan),
        Report::Listing(_) | Report::Partial(..) => match value(report) {
            Value::Array(rows) => lines(out, &rows),
            one => lines(out, &[one]),
        },
        _ => lines(out, &[value(report)]),
    }
}

fn lines<T: serde::Serialize>(out: &mut dyn Write, rows: &[T]) -> io::Result<()> {
    for row in rows {
        writeln!(out, "{}", printable_json(&serde_json::to_string(row)?))?;
    }
    Ok(())
}

/// YAML.
pub fn yaml(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    out.write_all(yaml::document(&value(report)).as_bytes())
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
            "changes": changes.list.iter().map(to_value).collect::<Vec<_>>(),
            "summary": summary(&changes.tally),
        }),
        Report::Plan { plan, .. } => plan::value(plan),
        Report::Requests(requests) => json!({"dry_run": true, "requests": requests}),
        Report::Commands(lines) => json!({"dry_run": true, "commands": lines}),
        Report::Record(record) => record.clone(),
        Report::Listing(listings) | Report::Partial(listings, _) => {
            listings.iter().flat_map(|listing| listing.data.clone()).collect()
        }
        Report::Document { data, .. } => data.clone(),
        Report::Text(text) | Report::PartialText(text, _) => Value::from(text.as_str()),
        Report::Nothing => Value::Null,
    }
}

fn to_value<T: serde::Serialize>(value: T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn summary(tally: &Tally) -> Value {
    tally.all().map(|(outcome, count)| (outcome.word().to_owned(), Value::from(count))).collect()
}
