//! What bulk commands share: from the rows of a list to items that can be sent.

mod cells;
pub mod countries;
pub mod input;
pub mod numbers;
pub mod removals;
