//! Operations on resources, one function each. Commands, bulk writes and plans call these; nothing else asks a vendor
//! for a call on a resource.

pub mod countries;
pub mod internal_numbers;
pub mod numbers;
pub mod profiles;
pub mod references;
pub mod settings;
pub mod status;
pub mod steps;
pub mod trunks;
pub mod verify;

/// Takes the rows of a page, and returns whether to read on.
pub type Take<'a, T> = &'a mut dyn FnMut(Vec<T>) -> crate::model::error::Result<bool>;
