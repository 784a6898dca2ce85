//! Tables and texts for people.

use std::io::{self, Write};

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, Width, presets};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::cell::{arrow, tint};
use super::{Terminal, plan};
use crate::model::change::{Change, by_message};
use crate::model::report::{Listing, Report};
use crate::model::text::{cell_text, fold, printable, printable_json, value_text as text};

/// Prints a report for a person.
pub fn report(out: &mut dyn Write, report: &Report, terminal: Terminal) -> io::Result<()> {
    match report {
        Report::Requests(requests) => {
            for (at, request) in requests.iter().enumerate() {
                if at > 0 {
                    writeln!(out)?;
                }
                http(out, request)?;
            }
            Ok(())
        }
        Report::Commands(lines) => lines.iter().try_for_each(|line| writeln!(out, "{line}")),
        Report::Document { text, .. } => {
            for line in text.lines() {
                let start = if line.starts_with("  ") { BODY_COLUMN } else { 0 };
                writeln!(out, "{}", fold(line, start, terminal.width))?;
            }
            Ok(())
        }
        Report::Change(change) => {
            let mut table = changes(std::slice::from_ref(change));
            narrow(&mut table, terminal.width);
            grid(out, &table, terminal)?;
            let width = change.diff.iter().map(|row| row.field.len()).max().unwrap_or(0);
            for row in &change.diff {
                let line = format!("  {:<width$}  {}", row.field, arrow(&row.before, &row.after));
                writeln!(out, "{}", fold(&line, width + 4, terminal.width))?;
            }
            Ok(())
        }
        Report::Plan { plan, .. } => plan::text(out, plan, terminal),
        // The plan was already shown, and nothing was changed.
        Report::Changes(all) if all.list.is_empty() => Ok(()),
        Report::Changes(all) => {
            let mut table = changes(&all.list);
            narrow(&mut table, terminal.width);
            grid(out, &table, terminal)?;
            let errors =
                all.list.iter().filter_map(|change| change.name.as_deref().zip(change.error.as_ref()));
            for (names, error) in by_message(errors) {
                let line = format!("  {names}: {}", printable(&error.message));
                writeln!(out, "{}", fold(&line, 4, terminal.width))?;
            }
            Ok(())
        }
        Report::Record(Value::Object(record)) => {
            let width = record.keys().map(String::len).max().unwrap_or(0);
            for (key, value) in record {
                writeln!(out, "{key:<width$}  {}", text(value))?;
            }
            Ok(())
        }
        Report::Record(value) => writeln!(out, "{}", text(value)),
        Report::Listing(listings) | Report::Partial(listings, _) => {
            for (at, listing) in listings.iter().enumerate() {
                if at > 0 {
                    writeln!(out)?;
                }
                if let Some(title) = &listing.title {
                    writeln!(out, "{title}")?;
                }
                grid(out, listing, terminal)?;
            }
            Ok(())
        }
        // Printed before, and the same in every format.
        Report::Part { .. } | Report::Text(_) | Report::PartialText(..) | Report::Nothing => Ok(()),
    }
}

/// The table of a report that is not a list, for CSV.
pub fn of(report: &Report) -> Option<Listing> {
    Some(match report {
        Report::Change(change) => changes(std::slice::from_ref(change)),
        Report::Changes(all) => changes(&all.list),
        Report::Plan { plan, .. } => plan::listing(plan),
        Report::Requests(requests) => {
            let cell = |request: &Value, key: &str| {
                request.get(key).filter(|value| !value.is_null()).map(text).unwrap_or_default()
            };
            let rows =
                requests.iter().map(|r| vec![cell(r, "method"), cell(r, "url"), cell(r, "body")]).collect();
            listing(&["method", "url", "body"], rows)
        }
        Report::Commands(lines) => {
            listing(&["command"], lines.iter().map(|line| vec![line.clone()]).collect())
        }
        Report::Document { data, .. } | Report::Record(data) => {
            let rows: Vec<&Value> = data.as_array().map_or_else(|| vec![data], |rows| rows.iter().collect());
            let columns: Vec<String> = rows
                .first()
                .and_then(|row| row.as_object())
                .map(|row| row.keys().cloned().collect())
                .unwrap_or_default();
            let cells = |row: &&Value| columns.iter().map(|key| cell_text(row.get(key))).collect();
            let rows = rows.iter().map(cells).collect();
            Listing { columns, rows, ..Listing::default() }
        }
        Report::Listing(_)
        | Report::Partial(..)
        | Report::Part { .. }
        | Report::Text(_)
        | Report::PartialText(..)
        | Report::Nothing => return None,
    })
}

fn listing(columns: &[&str], rows: Vec<Vec<String>>) -> Listing {
    Listing::new(columns, rows, Vec::new())
}

/// The table of changes.
pub fn changes(list: &[Change]) -> Listing {
    let rows = list
        .iter()
        .map(|change| {
            vec![
                change.outcome.word().to_owned(),
                change.kind.to_owned(),
                change.name.clone().unwrap_or_default(),
                change.id.clone().unwrap_or_default(),
                change.profile.clone(),
                change.account.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let table = listing(&["outcome", "kind", "name", "id", "profile", "account"], rows);
    // The account, the profile, the kind and the id; never the outcome and the name.
    Listing { least: vec![5, 4, 1, 3], ..table }
}

/// Leaves out the least important columns of a table that is wider than the terminal, and returns their names. If not
/// even the most important ones fit, nothing is left out.
pub fn narrow(listing: &mut Listing, width: Option<u16>) -> Vec<String> {
    let Some(width) = width.map(usize::from).filter(|_| !listing.least.is_empty()) else { return Vec::new() };
    let used = used(listing);
    let widths = widths(listing, &used);
    // Columns that say the same in every row go first.
    let is_same = |at: usize| listing.rows.windows(2).all(|pair| pair[0].get(at) == pair[1].get(at));
    let mut least: Vec<usize> = listing.least.iter().copied().filter(|at| used.contains(at)).collect();
    least.sort_by_key(|at| !is_same(*at));
    let fits = |dropped: &[usize]| {
        let kept = used.iter().zip(&widths).filter(|(at, _)| !dropped.contains(at));
        let (count, sum) = kept.fold((0, 0), |(count, sum), (_, width)| (count + 1, sum + width));
        sum + usize::from(gap(count)) * count.saturating_sub(1) <= width
    };
    let dropped = (0..=least.len()).map(|count| &least[..count]).find(|dropped| fits(dropped));
    let dropped = dropped.unwrap_or_default();
    let is_kept = |at: usize| !dropped.contains(&at);
    let kept = |list: &mut Vec<String>| {
        let mut place = 0;
        list.retain(|_| (is_kept(place), place += 1).0);
    };
    let names = listing.columns.iter().enumerate().filter(|(at, _)| !is_kept(*at));
    let names = names.map(|(_, name)| name.clone()).collect();
    listing.rows.iter_mut().chain([&mut listing.columns]).for_each(kept);
    names
}

/// The columns that have a text, the first one, and those that were chosen. Without rows, all columns.
fn used(listing: &Listing) -> Vec<usize> {
    let has_text =
        |at: usize| listing.rows.iter().any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()));
    let columns = 0..listing.columns.len();
    columns.filter(|at| *at == 0 || listing.chosen || listing.rows.is_empty() || has_text(*at)).collect()
}

/// The space between so many columns. A wide table should also fit eighty columns.
fn gap(columns: usize) -> u16 {
    if columns > 6 { 1 } else { 2 }
}

/// How wide the columns are.
fn widths(listing: &Listing, used: &[usize]) -> Vec<usize> {
    let head = |at: &usize| if listing.no_headers { 0 } else { listing.columns[*at].width() };
    let mut widths: Vec<usize> = used.iter().map(head).collect();
    for row in &listing.rows {
        for (width, at) in widths.iter_mut().zip(used) {
            *width = row.get(*at).map_or(0, |cell| printable(cell).width()).max(*width);
        }
    }
    widths
}

/// A table without lines. Empty columns are left out, unless there are no rows.
fn grid(out: &mut dyn Write, listing: &Listing, terminal: Terminal) -> io::Result<()> {
    let used = used(listing);
    let gap = gap(used.len());
    let text: usize = listing.rows.iter().flatten().map(String::len).sum();
    if listing.rows.len() > MOST_ARRANGED.0 || text > MOST_ARRANGED.1 {
        return plain(out, listing, &used, usize::from(gap), terminal.color);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    match terminal.width {
        Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    if terminal.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    if !listing.no_headers {
        table.set_header(used.iter().map(|at| {
            let head = Cell::new(listing.columns[*at].to_uppercase());
            if terminal.color { head.add_attribute(Attribute::Bold) } else { head }
        }));
    }
    for row in &listing.rows {
        table.add_row(used.iter().map(|at| {
            let text = row.get(*at).map_or("", String::as_str);
            let tint = tint(&listing.columns[*at], text).filter(|_| terminal.color);
            let cell = Cell::new(printable(text));
            tint.map_or(cell.clone(), |color| cell.fg(Color::AnsiValue(color)))
        }));
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if at + 1 == used.len() { 0 } else { gap }));
    }
    // The first column and single words are never broken, so that they can be copied. A terminal that is too narrow
    // wraps the line itself.
    for (at, column) in used.iter().enumerate().skip(1) {
        let cells = listing.rows.iter().filter_map(|row| row.get(*column));
        let words = cells.chain([&listing.columns[*column]]).flat_map(|cell| cell.split(' '));
        let longest = words.map(|word| printable(word).chars().count()).max().unwrap_or(0);
        let space = if at + 1 == used.len() { 0 } else { gap };
        let width = u16::try_from(longest).unwrap_or(u16::MAX).saturating_add(space);
        if let Some(column) = table.column_mut(at) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
        }
    }
    if let Some(first) = table.column_mut(0) {
        first.set_constraint(ColumnConstraint::ContentWidth);
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The maximum number of rows, and of bytes of text, for which a table is arranged for the width of the terminal.
/// Arranging takes a multiple of the table's size in memory.
const MOST_ARRANGED: (usize, usize) = (2000, 256 << 10);

/// The maximum width of a column in a long table. A longer cell shifts only the rest of its own line.
const WIDEST: usize = 200;

/// A long table, line by line. A terminal that is too narrow wraps its lines.
fn plain(out: &mut dyn Write, listing: &Listing, used: &[usize], gap: usize, color: bool) -> io::Result<()> {
    let heads: Vec<String> = used.iter().map(|at| listing.columns[*at].to_uppercase()).collect();
    let cell = |row: &[String], at: usize| printable(row.get(at).map_or("", String::as_str));
    let widest = |(head, width): (&String, usize)| width.min(WIDEST.max(head.width()));
    let widths: Vec<usize> = heads.iter().zip(widths(listing, used)).map(widest).collect();
    let rows = listing.rows.iter().map(|row| used.iter().map(|at| cell(row, *at)).collect());
    let heads = (!listing.no_headers).then_some(heads);
    let has_heads = heads.is_some();
    for (at, cells) in heads.into_iter().chain(rows).enumerate() {
        // Write spaces only before a text, so that empty cells at the end of a line leave nothing.
        let mut missing = 0;
        for ((text, width), column) in cells.iter().zip(&widths).zip(used) {
            if !text.is_empty() {
                let paint = match at == 0 && has_heads {
                    true => Some("1".to_owned()),
                    false => tint(&listing.columns[*column], text).map(|color| format!("38;5;{color}")),
                };
                let paint = paint.filter(|_| color).map(|code| format!("\u{1b}[{code}m"));
                let after = if paint.is_some() { "\u{1b}[0m" } else { "" };
                let before = paint.unwrap_or_default();
                write!(out, "{}{before}{}{after}", " ".repeat(missing), text.trim_end())?;
                missing = 0;
            }
            missing += (width + gap).saturating_sub(text.trim_end().width());
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A request as it would be sent.
fn http(out: &mut dyn Write, request: &Value) -> io::Result<()> {
    let get = |key: &str| text(request.get(key).unwrap_or(&Value::Null));
    writeln!(out, "{} {}", get("method"), get("url"))?;
    for (name, value) in request.get("headers").and_then(Value::as_object).into_iter().flatten() {
        writeln!(out, "{name}: {}", text(value))?;
    }
    // The parts of a form, one per line.
    let is_form = request.pointer("/headers/Content-Type").is_some_and(|kind| kind == "multipart/form-data");
    if let Some(fields) = request.pointer("/body/fields").filter(|_| is_form) {
        writeln!(out)?;
        let part = |field: &Value, key: &str| text(field.get(key).unwrap_or(&Value::Null));
        let mut fields = fields.as_array().into_iter().flatten();
        return fields
            .try_for_each(|field| writeln!(out, "{}={}", part(field, "name"), part(field, "value")));
    }
    match request.get("body") {
        None | Some(Value::Null) => Ok(()),
        Some(body) => writeln!(out, "\n{}", printable_json(&serde_json::to_string_pretty(body)?)),
    }
}

/// The column of the text next to its heading, in a document for people.
const BODY_COLUMN: usize = 11;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::Outcome;
    use crate::model::support::Operation;

    #[test]
    fn words_are_not_broken_on_a_narrow_terminal() {
        let row = |cells: [&str; 4]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let rows = vec![row(["failed", "internal_number", "+14155550123", "a few words more"])];
        let listing = listing(&["outcome", "kind", "name", "why"], rows);
        for width in [20, 40, 60] {
            let mut out = Vec::new();
            grid(&mut out, &listing, Terminal { width: Some(width), color: false }).unwrap();
            let text = String::from_utf8(out).unwrap();
            for word in ["failed", "internal_number", "+14155550123", "words"] {
                assert!(text.contains(word), "{width}: {text}");
            }
        }
    }

    #[test]
    fn a_table_of_changes_leaves_out_columns_that_do_not_fit() {
        let (operation, created) = (Operation::NumbersAdd, Outcome::Created);
        let change = Change {
            name: Some("+14155550123".into()),
            id: Some("A26fhgdfg63".into()),
            account: Some("sub-account-1".into()),
            ..Change::new(operation, created, "meetings", "", "internal_number")
        };
        let shown = |width| {
            let terminal = Terminal { width: Some(width), color: false };
            let mut table = changes(std::slice::from_ref(&change));
            let left_out = narrow(&mut table, terminal.width);
            let mut out = Vec::new();
            grid(&mut out, &table, terminal).unwrap();
            (String::from_utf8(out).unwrap().lines().count(), left_out.join(" "))
        };
        assert_eq!(shown(80), (2, String::new()));
        assert_eq!(shown(64), (2, "account".into()));
        assert_eq!(shown(40), (2, "kind profile account".into()));
        assert_eq!(shown(24), (2, "kind id profile account".into()));
    }

    #[test]
    fn a_long_table_is_laid_out_like_a_short_one() {
        let row = |cells: [&str; 3]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let rows = vec![
            row(["a", "", "long enough"]),
            row(["名前 b", "x ", ""]),
            row(["\u{1b}c", "", ""]),
            row(["", "y", "z"]),
        ];
        for columns in [["name", "id", "status"], ["a longer head", "i", "s"]] {
            let listing = listing(&columns, rows.clone());
            let (mut short, mut long) = (Vec::new(), Vec::new());
            grid(&mut short, &listing, Terminal::default()).unwrap();
            plain(&mut long, &listing, &[0, 1, 2], 2, false).unwrap();
            assert_eq!(String::from_utf8(long).unwrap(), String::from_utf8(short).unwrap());
        }
    }

    #[test]
    fn no_control_character_reaches_a_table() {
        let listing = listing(&["name"], vec![vec!["a\u{1b}[31mb".into()]]);
        let mut out = Vec::new();
        grid(&mut out, &listing, Terminal::default()).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "NAME\na\u{fffd}[31mb\n");
    }
}
