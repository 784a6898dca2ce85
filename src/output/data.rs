//! Output for scripts: JSON, JSON Lines, YAML and CSV.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::{plan, table};
use crate::model::change::Tally;
use crate::model::report::Format;
use crate::model::report::{Listing, Report};
use crate::model::text::{printable, printable_json};
use crate::model::yaml;

/// One JSON value.
pub fn json(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if let Report::Listing(listings) | Report::Partial(listings, _) = report {
        let rows = listings.iter().flat_map(|listing| &listing.data);
        json_rows(out, rows.map(|row| [row]), TOP, (true, true))?;
        return writeln!(out);
    }
    if let Report::Changes(changes) = report {
        // A long list is never in memory as text.
        out.write_all(b"{\n  \"changes\": ")?;
        json_rows(out, changes.list.iter().map(|change| [[change]]), BELOW, (true, true))?;
        let summary = serde_json::to_string_pretty(&summary(&changes.tally))?.replace('\n', "\n  ");
        return writeln!(out, ",\n  \"summary\": {summary}\n}}");
    }
    writeln!(out, "{}", printable_json(&serde_json::to_string_pretty(&*value(report))?))
}

/// An array that is written row by row.
struct Array {
    /// What stands before a row that is alone in it, down from the top of the document.
    before: &'static str,
    /// What stands behind that row.
    after: &'static str,
    /// The end of the array.
    end: &'static str,
}

/// The whole document.
const TOP: Array = Array { before: "[", after: "\n]", end: "\n]" };

/// The value of a key of the document.
const BELOW: Array = Array { before: "[\n  [", after: "\n  ]\n]", end: "\n  ]" };

/// Some rows, each alone in its array, so that it is indented: with the beginning of the array if they are the first,
/// and with its end if they are the last. As text, a long list takes a multiple of its own size.
fn json_rows<T: Serialize>(
    out: &mut dyn Write,
    rows: impl Iterator<Item = T>,
    array: Array,
    (mut first, last): (bool, bool),
) -> io::Result<()> {
    for row in rows {
        let text = serde_json::to_string_pretty(&row)?;
        let row = text.strip_prefix(array.before).and_then(|text| text.strip_suffix(array.after));
        let row = row.unwrap_or(&text);
        out.write_all(if first { b"[" } else { b"," })?;
        first = false;
        out.write_all(printable_json(row).as_bytes())?;
    }
    match (first, last) {
        (_, false) => Ok(()),
        (true, true) => out.write_all(b"[]"),
        (false, true) => out.write_all(array.end.as_bytes()),
    }
}

/// A part of a list.
pub fn part(
    out: &mut dyn Write,
    listing: &Listing,
    (first, last): (bool, bool),
    format: Format,
) -> io::Result<()> {
    match format {
        Format::Json => {
            json_rows(out, listing.data.iter().map(|row| [row]), TOP, (first, last))?;
            if last { writeln!(out) } else { Ok(()) }
        }
        Format::Yaml if first && last && listing.data.is_empty() => writeln!(out, "[]"),
        Format::Yaml => listing.data.iter().try_for_each(|row| yaml_row(out, row)),
        Format::Csv => csv_rows(out, listing, first),
        _ => lines(out, &listing.data),
    }
}

/// An element of a YAML list.
fn yaml_row(out: &mut dyn Write, row: &Value) -> io::Result<()> {
    out.write_all(yaml::document(&Value::Array(vec![row.clone()])).as_bytes())
}

/// One object per line.
pub fn jsonl(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    match report {
        Report::Changes(changes) => lines(out, &changes.list),
        Report::Plan { plan, .. } => plan::lines(out, plan),
        Report::Listing(listings) | Report::Partial(listings, _) => {
            listings.iter().try_for_each(|listing| lines(out, &listing.data))
        }
        _ => lines(out, &[&*value(report)]),
    }
}

fn lines<T: Serialize>(out: &mut dyn Write, rows: &[T]) -> io::Result<()> {
    for row in rows {
        writeln!(out, "{}", printable_json(&serde_json::to_string(row)?))?;
    }
    Ok(())
}

pub fn yaml(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if let Report::Listing(listings) | Report::Partial(listings, _) = report {
        let mut rows = listings.iter().flat_map(|listing| &listing.data).peekable();
        if rows.peek().is_none() {
            return writeln!(out, "[]");
        }
        return rows.try_for_each(|row| yaml_row(out, row));
    }
    out.write_all(yaml::document(&value(report)).as_bytes())
}

/// A header and the columns of the table.
pub fn csv(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    table::first(report).map_or(Ok(()), |listing| csv_rows(out, &listing, true))
}

fn csv_rows(out: &mut dyn Write, listing: &Listing, with_header: bool) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    if with_header && !listing.no_headers {
        writer.write_record(&listing.columns).map_err(of_stream)?;
    }
    for row in &listing.rows {
        writer.write_record(row.iter().map(|cell| printable(cell))).map_err(of_stream)?;
    }
    writer.flush()
}

/// The error of the stream, whose kind shows whether the pipe is closed.
fn of_stream(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn value(report: &Report) -> Cow<'_, Value> {
    Cow::Owned(match report {
        Report::Change(change) => to_value(change),
        Report::Changes(changes) => json!({
            "changes": changes.list.iter().map(to_value).collect::<Vec<_>>(),
            "summary": summary(&changes.tally),
        }),
        Report::Plan { plan, .. } => plan::value(plan),
        Report::Requests(requests) => json!({"dry_run": true, "requests": requests}),
        Report::Commands(lines) => json!({"dry_run": true, "commands": lines}),
        Report::Record(data) | Report::Document { data, .. } => return Cow::Borrowed(data),
        Report::Listing(listings) | Report::Partial(listings, _) => {
            listings.iter().flat_map(|listing| listing.data.clone()).collect()
        }
        Report::Part { listing, .. } => Value::from(listing.data.clone()),
        Report::Text(text) | Report::PartialText(text, _) => Value::from(text.as_str()),
        Report::Nothing => Value::Null,
    })
}

fn to_value<T: Serialize>(value: T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn summary(tally: &Tally) -> Value {
    tally.all().map(|(outcome, count)| (outcome.word().to_owned(), Value::from(count))).collect()
}
