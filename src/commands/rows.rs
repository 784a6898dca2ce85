//! Rows on their way out: kept for a table, whose columns are as wide as their widest cell, and let through in
//! parts in the other formats.

use serde_json::Value;

use crate::bulk;
use crate::cli::bulk::Bulk;
use crate::context::Context;
use crate::engine::limits::MOST_KEPT;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Format;
use crate::model::report::{Listing, Report};
use crate::vendors::paging;

/// Bytes that the rows of one part take: a page of a vendor can have thousands of rows.
const PART: usize = 1 << 20;

/// Takes rows as they are read.
pub struct Rows<'w> {
    context: &'w Context,
    format: Format,
    /// Whether rows are let through.
    streams: bool,
    begun: bool,
    size: usize,
    listing: Listing,
}

impl<'w> Rows<'w> {
    /// No rows yet, of these columns.
    pub fn new(context: &'w Context, columns: &[&str]) -> Self {
        let streams = !context.options.output.is_for_people();
        Self { streams, ..Self::kept(context, columns) }
    }

    /// The same, for rows that are put in order before they are shown. One object a line needs no order.
    pub fn kept(context: &'w Context, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        let format = context.options.output;
        let streams = format == Format::Jsonl;
        Self { context, format, streams, begun: false, size: 0, listing: listing(columns) }
    }

    /// Takes rows, each as cells and as data. Answers whether anybody still wants more.
    pub fn take(&mut self, rows: impl IntoIterator<Item = (Vec<String>, Value)>) -> Result<bool> {
        // A long list is kept once: as what will be shown of it.
        let cells_count = matches!(self.format, Format::Table | Format::Markdown | Format::Csv);
        for (cells, data) in rows {
            self.size += if cells_count { paging::cells(&cells) } else { paging::value(&data) };
            if !self.streams && self.size > MOST_KEPT {
                return Err(too_long());
            }
            if cells_count {
                self.listing.rows.push(cells);
            } else {
                self.listing.data.push(data);
            }
            if self.streams && self.size > PART && !self.publish()? {
                return Ok(false);
            }
        }
        // Of one object a line, each is shown as soon as it is there.
        if self.format == Format::Jsonl && !self.listing.data.is_empty() { self.publish() } else { Ok(true) }
    }

    fn publish(&mut self) -> Result<bool> {
        let mut part = self.part(false);
        (self.context.publish)(&mut part)
    }

    fn part(&mut self, last: bool) -> Report {
        let first = !std::mem::replace(&mut self.begun, true);
        self.size = 0;
        let empty = listing(self.listing.columns.clone());
        Report::Part { listing: std::mem::replace(&mut self.listing, empty), first, last }
    }

    /// What is left to show.
    pub fn finish(mut self) -> Report {
        if self.streams { self.part(true) } else { Report::Listing(vec![self.listing]) }
    }

    /// The rows that were kept; none if they were printed already.
    pub fn into_listing(self) -> Option<Listing> {
        (!self.streams).then_some(self.listing)
    }
}

fn too_long() -> Error {
    let size = MOST_KEPT >> 20;
    Error::new(
        Kind::Unavailable,
        format!("the list takes more than {size} MiB of memory; nothing was printed"),
    )
    .hint("add -o jsonl, which prints each row as it is read, or use a filter")
}

fn listing(columns: Vec<String>) -> Listing {
    Listing { title: None, columns, rows: Vec::new(), data: Vec::new() }
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
