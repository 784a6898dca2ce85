//! CSV as spreadsheets write it (RFC 4180, and semicolons or tabs between the cells).
//!
//! The crate `csv` reports neither the position of a cell nor a quote that is not closed before the end of the file.

use super::columns::{Column, Shape};
use super::detect::SEPARATORS;
use super::source::{LONGEST, Lines};
use super::{Row, broken, until_error};
use crate::input::tree::{Mistake, Node, Value};
use crate::model::error::{Error, FieldError, Place, Result};

/// The rows below the header.
pub fn rows(mut lines: Lines<'_>, shape: &'static Shape) -> Result<impl Iterator<Item = Result<Row>>> {
    let (columns, separator) = header(&mut lines, shape)?;
    Ok(until_error(move || {
        while let Some(cells) = record(&mut lines, separator)? {
            // Spreadsheets write rows that were emptied as separators alone.
            if cells.iter().any(|cell| !cell.text.is_empty()) {
                return Ok(Some(row(&columns, cells, separator)));
            }
        }
        Ok(None)
    }))
}

/// A cell of the file.
#[derive(Debug, PartialEq)]
struct Raw {
    text: String,
    place: Place,
    /// Whether text follows the closing quote.
    torn: bool,
}

impl Raw {
    fn new(line: usize, column: usize) -> Self {
        Self { text: String::new(), place: Place { line, column }, torn: false }
    }
}

/// Where the reading is in a cell.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind a quote that ends the cell, or is the first of two.
    Quote,
}

/// The cells of the next record, which goes on over line ends inside quotes.
fn record(lines: &mut Lines<'_>, separator: char) -> Result<Option<Vec<Raw>>> {
    let name = lines.name;
    let mut cells: Vec<Raw> = Vec::new();
    let mut state = State::Start;
    let mut length = 0;
    loop {
        let open = cells.last().map(|cell| cell.place);
        let next = lines.next()?;
        length += next.map_or(0, |(_, line)| line.len());
        let Some((number, line)) = next.filter(|_| length <= LONGEST) else {
            return match open {
                Some(place) => {
                    Err(broken(name, Mistake::at(place, "the quote that begins there is never closed")))
                }
                None => Ok(None),
            };
        };
        if cells.is_empty() {
            cells.push(Raw::new(number, 1));
        }
        for (at, c) in line.chars().enumerate() {
            let Some(cell) = cells.last_mut() else { break };
            state = match (state, c) {
                (State::Quoted, '"') => State::Quote,
                (State::Start, '"') => State::Quoted,
                (State::Quoted, c) => push(cell, c, State::Quoted),
                (State::Quote, '"') => push(cell, '"', State::Quoted),
                (_, c) if c == separator => {
                    cells.push(Raw::new(number, at + 2));
                    State::Start
                }
                (State::Quote, c) => {
                    cell.torn = true;
                    push(cell, c, State::Plain)
                }
                (_, c) => push(cell, c, State::Plain),
            };
        }
        if state != State::Quoted {
            return Ok(Some(cells));
        }
        if let Some(cell) = cells.last_mut() {
            cell.text.push('\n');
        }
    }
}

fn push(cell: &mut Raw, c: char, state: State) -> State {
    cell.text.push(c);
    state
}

/// A column of the file; none if its name in the header is empty.
type Columns = Vec<Option<Column>>;

fn header(lines: &mut Lines<'_>, shape: &'static Shape) -> Result<(Columns, char)> {
    let name = lines.name;
    let (number, line) = loop {
        match lines.next()? {
            Some((number, line)) if !line.trim().is_empty() => break (number, line.to_owned()),
            Some(_) => {}
            None => return Ok((Vec::new(), ',')),
        }
    };
    let most = SEPARATORS.iter().rev().copied().max_by_key(|c| line.matches(*c).count());
    let separator = most.unwrap_or(',');
    let (mut columns, mut faults) = (Columns::new(), Vec::new());
    let mut column = 1;
    let titles = || line.split(separator).map(|cell| (cell, cell.trim().trim_matches('"')));
    let known = titles().filter(|(_, title)| shape.column(title).is_some()).count();
    let familiar = known > 0 && 2 * known >= titles().filter(|(_, title)| !title.is_empty()).count();
    for (cell, title) in titles() {
        let place = Some(Place { line: number, column });
        column += cell.chars().count() + 1;
        let known = shape.column(title);
        if known.is_none() && !title.is_empty() {
            faults.push(shape.unknown("column", title, familiar, place));
        }
        if matches!(known, Some(Column::Key(_))) && columns.contains(&known) {
            faults.push(FieldError { place, ..FieldError::new(title, "is a column twice; keep one") });
        }
        columns.push(known);
    }
    if !familiar && faults.iter().any(|fault| fault.field.is_empty()) {
        // One message is enough for a file that is not a list.
        faults.truncate(1);
    } else {
        faults.extend(lacking(shape, &columns, &faults, number));
    }
    if faults.is_empty() {
        return Ok((columns, separator));
    }
    let hint = if !familiar { "the first line names the columns" } else { "correct the first line" };
    Err(Error::fields(&format!("the header of {name}"), faults).hint(hint))
}

/// The columns that are needed and not there, but for those that a misspelt one was meant to be.
fn lacking(shape: &Shape, columns: &Columns, faults: &[FieldError], line: usize) -> Vec<FieldError> {
    let there = |key: &str| {
        columns.contains(&shape.column(key))
            || faults.iter().any(|fault| shape.near(&fault.field) == Some(key))
    };
    let lacking = shape.needed.iter().filter(|keys| !keys.iter().any(|key| there(key)));
    lacking
        .map(|keys| {
            let place = Some(Place { line, column: 1 });
            let key = keys.first().copied().unwrap_or_default();
            let text = format!("there is no column `{}`; add it", keys.join("` or `"));
            FieldError { place, ..FieldError::new(key, text) }
        })
        .collect()
}

fn row(columns: &Columns, cells: Vec<Raw>, separator: char) -> Row {
    let place = cells.first().map(|cell| cell.place);
    let mut row = Row::at(place);
    if let Some(torn) = cells.iter().find(|cell| cell.torn) {
        row.spoil(
            Some(torn.place),
            "text follows the quote that ends the cell; write a quote in a cell twice",
        );
        return row;
    }
    if cells.len() != columns.len() {
        let between = if separator == '\t' { "a tab".to_owned() } else { format!("`{separator}`") };
        row.spoil(
            place,
            format!(
                "the row has {} and the header {}; put a text that contains {between} in quotes",
                cell_count(cells.len()),
                columns.len(),
            ),
        );
        return row;
    }
    for (column, cell) in columns.iter().zip(cells) {
        match column {
            _ if cell.text.is_empty() => {}
            Some(Column::Key(key)) => row.put(key, Node { value: Value::Text(cell.text), place: cell.place }),
            Some(Column::Ignored) => {}
            None => {
                row.spoil(Some(cell.place), "the column of this cell has no name; name it, or empty the cell")
            }
        }
    }
    row
}

fn cell_count(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}
