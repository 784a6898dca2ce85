//! Output for scripts: JSON, JSON Lines, YAML and CSV.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use serde_json::{Value, json};

use super::{plan, table};
use crate::model::change::Tally;
use crate::model::report::Format;
use crate::model::report::{Listing, Report};
use crate::model::text::{printable, printable_json};
use crate::model::yaml;

/// One JSON value.
pub fn json(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if let Report::Changes(changes) = report {
        // A long list is never in memory as text.
        out.write_all(b"{\n  \"changes\": ")?;
        json_rows(out, &changes.list, 1, (true, true))?;
        let summary = serde_json::to_string_pretty(&summary(&changes.tally))?.replace('\n', "\n  ");
        return writeln!(out, ",\n  \"summary\": {summary}\n}}");
    }
    writeln!(out, "{}", printable_json(&serde_json::to_string_pretty(&*value(report))?))
}

/// Rows of an array at this depth of the document: with the beginning of the array if they are the first, and with its
/// end if they are the last. As text, a long list takes a multiple of its own size.
fn json_rows<T: Serialize>(
    out: &mut dyn Write,
    rows: impl IntoIterator<Item = T>,
    depth: usize,
    (mut first, last): (bool, bool),
) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    let mut text = Text(Vec::new());
    for row in rows {
        // A formatter indents by the arrays that it has begun.
        let mut formatter = PrettyFormatter::new();
        (0..=depth).try_for_each(|_| formatter.begin_array(&mut io::sink()))?;
        text.0.clear();
        row.serialize(&mut Serializer::with_formatter(&mut text, formatter))?;
        write!(out, "{}\n{indent}  {}", if first { '[' } else { ',' }, text.printable()?)?;
        first = false;
    }
    match (first, last) {
        (_, false) => Ok(()),
        (true, true) => out.write_all(b"[]"),
        (false, true) => write!(out, "\n{indent}]"),
    }
}

/// A buffer for printed JSON. Most of its parts are one or two bytes, which are copied faster here than by a call of
/// `memcpy`: a list takes a tenth less time.
struct Text(Vec<u8>);

impl Text {
    fn printable(&self) -> io::Result<Cow<'_, str>> {
        str::from_utf8(&self.0).map(printable_json).map_err(io::Error::other)
    }
}

impl Write for Text {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.write_all(part).map(|()| part.len())
    }

    fn write_all(&mut self, part: &[u8]) -> io::Result<()> {
        match part {
            [_] | [_, _] => part.iter().for_each(|byte| self.0.push(*byte)),
            _ => self.0.extend_from_slice(part),
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Lists, or a part of one, which may be the first and the last.
pub fn listings(
    out: &mut dyn Write,
    listings: &[Listing],
    (first, last): (bool, bool),
    format: Format,
) -> io::Result<()> {
    let mut rows = listings.iter().flat_map(|listing| &listing.data).peekable();
    match format {
        Format::Json => {
            json_rows(out, rows, 0, (first, last))?;
            if last { writeln!(out) } else { Ok(()) }
        }
        Format::Yaml if first && last && rows.peek().is_none() => writeln!(out, "[]"),
        Format::Yaml => rows
            .try_for_each(|row| out.write_all(yaml::document(&Value::Array(vec![row.clone()])).as_bytes())),
        // The others are for people.
        Format::Csv => listings.first().map_or(Ok(()), |listing| csv_rows(out, listing, first)),
        _ => lines(out, rows),
    }
}

/// One object per line.
pub fn jsonl(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    match report {
        Report::Changes(changes) => lines(out, &changes.list),
        Report::Plan { plan, .. } => plan::lines(out, plan),
        _ => lines(out, [&*value(report)]),
    }
}

fn lines<T: Serialize>(out: &mut dyn Write, rows: impl IntoIterator<Item = T>) -> io::Result<()> {
    let mut text = Text(Vec::new());
    for row in rows {
        text.0.clear();
        row.serialize(&mut Serializer::new(&mut text))?;
        writeln!(out, "{}", text.printable()?)?;
    }
    Ok(())
}

pub fn yaml(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    out.write_all(yaml::document(&value(report)).as_bytes())
}

/// A header and the columns of the table.
pub fn csv(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    table::of(report).map_or(Ok(()), |listing| csv_rows(out, &listing, true))
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
        // Printed row by row, or as text.
        Report::Listing(_)
        | Report::Partial(..)
        | Report::Part { .. }
        | Report::Text(_)
        | Report::PartialText(..)
        | Report::Nothing => Value::Null,
    })
}

fn to_value<T: Serialize>(value: T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn summary(tally: &Tally) -> Value {
    tally.all().map(|(outcome, count)| (outcome.word().to_owned(), Value::from(count))).collect()
}
