//! What a person or program wrote: files, lists, manifests and trunk files, read by one reader with the place of every
//! mistake.

pub mod confine;
mod cursor;
pub mod file;
pub mod format;
pub mod manifest;
pub mod rows;
pub mod settings;
pub mod tree;
pub mod waiting;
