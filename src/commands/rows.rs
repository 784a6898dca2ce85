//! Rows on their way out: kept for a table, whose columns are as wide as their widest cell, and where they are sorted;
//! let through in parts otherwise.

use serde::Serialize;
use serde_json::Value;

use super::columns::{Columns, Rank};
use crate::bulk;
use crate::cli::bulk::Bulk;
use crate::cli::shape::Shape;
use crate::context::Context;
use crate::engine::limits::MOST_KEPT;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Format;
use crate::model::report::{Listing, Report};
use crate::model::text::cell_text;
use crate::vendors::paging;

/// Bytes that the rows of one part take: a page of a vendor can have thousands of rows.
const PART: usize = 1 << 20;

/// Takes rows as they are read.
pub struct Rows<'w> {
    context: &'w Context,
    format: Format,
    columns: Columns,
    shape: Shape,
    /// Whether rows are let through.
    streams: bool,
    begun: bool,
    size: usize,
    rows: Vec<Row>,
}

/// A row: its cells or its data, whichever the format shows, and what decides its place.
struct Row {
    rank: Rank,
    group: usize,
    cells: Vec<String>,
    data: Value,
}

impl<'w> Rows<'w> {
    /// No rows yet, of these columns.
    ///
    /// # Errors
    /// [`Kind::Usage`] if the list cannot be shaped like that.
    pub fn new(context: &'w Context, columns: Columns, shape: &Shape) -> Result<Self> {
        let mut rows = Self::kept(context, columns, shape)?;
        rows.streams = rows.shape.sort.is_none() && !rows.format.is_for_people();
        Ok(rows)
    }

    /// The same, for rows of several groups, which are put in order before they are shown. One object a line needs no
    /// order unless it is asked for.
    pub fn kept(context: &'w Context, columns: Columns, shape: &Shape) -> Result<Self> {
        let format = context.options.output;
        let trimmed = shape.columns.iter().map(|path| path.trim().to_owned()).collect();
        let shape = Shape { columns: trimmed, ..shape.clone() };
        columns.check(&shape, format)?;
        let streams = shape.sort.is_none() && format == Format::Jsonl;
        Ok(Self { context, format, columns, shape, streams, begun: false, size: 0, rows: Vec::new() })
    }

    /// Takes rows whose cells are their values under the names of the columns. Answers whether anybody still wants
    /// more.
    pub fn take_objects<T: Serialize>(&mut self, rows: impl IntoIterator<Item = T>) -> Result<bool> {
        // The other formats show none.
        let names = if self.shows_cells() { self.columns.table } else { &[] };
        self.take(rows.into_iter().map(|row| {
            let data = serde_json::to_value(row).unwrap_or_default();
            (names.iter().map(|name| cell(data.get(name))).collect(), data)
        }))
    }

    /// Takes rows, each as cells and as data.
    pub fn take(&mut self, rows: impl IntoIterator<Item = (Vec<String>, Value)>) -> Result<bool> {
        self.take_of(0, rows)
    }

    /// Takes rows of a group.
    pub fn take_of(
        &mut self,
        group: usize,
        rows: impl IntoIterator<Item = (Vec<String>, Value)>,
    ) -> Result<bool> {
        // A long list is kept once: as what will be shown of it.
        let cells_count = self.shows_cells();
        for (cells, data) in rows {
            let rank = self.shape.sorted_by().map(|(path, _)| self.columns.rank(path, &cells, &data));
            let rank = rank.unwrap_or(Rank::Missing);
            let (cells, data) = match cells_count {
                true => (self.columns.cells(&self.shape, cells, &data), Value::Null),
                false => (Vec::new(), data),
            };
            self.size += rank.size() + paging::cells(&cells) + paging::value(&data);
            if !self.streams && self.size > MOST_KEPT {
                return Err(self.too_long());
            }
            self.rows.push(Row { rank, group, cells, data });
            if self.streams && self.size > PART && !self.publish()? {
                return Ok(false);
            }
        }
        // Of one object a line, each is shown as soon as it is there.
        let at_once = self.streams && self.format == Format::Jsonl && !self.rows.is_empty();
        if at_once { self.publish() } else { Ok(true) }
    }

    fn shows_cells(&self) -> bool {
        matches!(self.format, Format::Table | Format::Markdown | Format::Csv)
    }

    fn publish(&mut self) -> Result<bool> {
        let mut part = self.part(false);
        (self.context.publish)(&mut part)
    }

    fn part(&mut self, last: bool) -> Report {
        let first = !std::mem::replace(&mut self.begun, true);
        self.size = 0;
        Report::Part { listing: self.listing(), first, last }
    }

    /// What is left to show.
    pub fn finish(mut self) -> Report {
        if self.streams { self.part(true) } else { Report::Listing(vec![self.listing()]) }
    }

    /// The rows that were kept; none if they were printed already.
    pub fn into_listing(mut self) -> Option<Listing> {
        (!self.streams).then(|| self.listing())
    }

    /// The rows that were not shown yet, in order.
    fn listing(&mut self) -> Listing {
        let mut rows = std::mem::take(&mut self.rows);
        let descending = self.shape.sorted_by().is_some_and(|(_, descending)| descending);
        rows.sort_by(|a, b| a.rank.order(&b.rank, descending).then(a.group.cmp(&b.group)));
        let Shape { columns, no_headers, .. } = &self.shape;
        let (chosen, no_headers) = (!columns.is_empty(), *no_headers);
        let mut listing = Listing { chosen, no_headers, ..Listing::default() };
        (listing.columns, listing.least) = self.columns.names(&self.shape);
        for row in rows {
            match row.cells.is_empty() {
                true => listing.data.push(row.data),
                false => listing.rows.push(row.cells),
            }
        }
        listing
    }

    fn too_long(&self) -> Error {
        let size = MOST_KEPT >> 20;
        let text = format!("the list takes more than {size} MiB of memory; nothing was printed");
        Error::new(Kind::Unavailable, text).hint(match self.shape.sort {
            Some(_) => {
                "leave out --sort and add -o jsonl, which prints each row as it is read, or use a filter"
            }
            None => "add -o jsonl, which prints each row as it is read, or use a filter",
        })
    }
}

/// A value as a cell. A text is made printable when it is printed, not twice.
fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        other => cell_text(other),
    }
}

/// How the command line wants a list to be processed.
pub fn options(args: &Bulk) -> bulk::Options<'_> {
    bulk::Options {
        skip_invalid: args.skip_invalid,
        concurrency: args.concurrency.into(),
        results: args.results.as_deref(),
        resume: args.resume.as_deref(),
    }
}
