//! Operations on resources, one function each. Commands, bulk writes and plans call these; nothing else asks a vendor
//! for a call on a resource.

pub mod countries;
pub mod internal_numbers;
pub mod numbers;
pub mod profiles;
pub mod references;
pub mod settings;
pub mod steps;
pub mod trunks;
pub mod verify;
