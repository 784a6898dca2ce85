//! Rows on their way out: kept for a table, or let through at once where the format is one row a line.

use serde_json::Value;

use super::world::World;
use crate::cli::{Format, Globals};
use crate::model::error::Result;
use crate::model::report::{Listing, Report};

/// Takes rows as they are read.
pub struct Rows<'w> {
    world: &'w World,
    format: Format,
    listing: Listing,
}

impl<'w> Rows<'w> {
    /// No rows yet, of these columns.
    pub fn new(world: &'w World, globals: &Globals, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        Self { world, format: globals.output, listing: listing(columns) }
    }

    /// Takes rows, each as cells and as data. Answers whether anybody still wants more.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn take(&mut self, rows: impl IntoIterator<Item = (Vec<String>, Value)>) -> Result<bool> {
        // A long list is kept once: as what will be shown of it.
        let cells_count = matches!(self.format, Format::Table | Format::Csv);
        for (cells, data) in rows {
            if cells_count {
                self.listing.rows.push(cells);
            } else {
                self.listing.data.push(data);
            }
        }
        if self.format != Format::Jsonl || self.listing.data.is_empty() {
            return Ok(true);
        }
        let empty = listing(self.listing.columns.clone());
        let full = std::mem::replace(&mut self.listing, empty);
        (self.world.publish)(&mut Report::Listing(vec![full]))
    }

    /// What is left to show.
    pub fn finish(self) -> Vec<Listing> {
        if self.format == Format::Jsonl { Vec::new() } else { vec![self.listing] }
    }
}

fn listing(columns: Vec<String>) -> Listing {
    Listing { title: None, columns, rows: Vec::new(), data: Vec::new() }
}
