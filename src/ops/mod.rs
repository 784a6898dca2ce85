//! Operations on resources, one function each. Commands, bulk writes and plans call these.

pub mod probe;
pub mod profiles;
pub mod references;
pub mod steps;
pub mod trunks;
