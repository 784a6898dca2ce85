//! The positions of a trunk's fields, stored compactly, because there may be many trunks.

use super::file::Pairs;
use crate::model::error::Place;
use crate::model::fields::Field;

/// The place of each field that is given, by the trunk itself or by what lies under it.
#[derive(Debug, Default)]
pub struct Positions(Box<[(Field, u32, u32)]>);

impl Positions {
    /// Those of a table.
    pub fn of(pairs: &Pairs<'_>) -> Self {
        let positions = pairs.iter().filter_map(|(key, node)| {
            let field = Field::ALL.iter().find(|field| field.name() == key.text)?;
            let (line, column) = (u32::try_from(node.place.line), u32::try_from(node.place.column));
            Some((*field, line.ok()?, column.ok()?))
        });
        Self(positions.collect())
    }

    /// The place of a field, or of the one that it is a part of, as in `dids[0].number`.
    pub fn get(&self, field: &str) -> Option<Place> {
        let root = field.split(['.', '[']).next()?;
        let (_, line, column) = self.0.iter().find(|(field, ..)| field.name() == root)?;
        Some(Place { line: usize::try_from(*line).ok()?, column: usize::try_from(*column).ok()? })
    }
}
