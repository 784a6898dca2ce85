//! Behaviour common to all vendors: one suite over the registry and its abilities, with the binary, over HTTP.
//!
//! Operations that a vendor does not support are not skipped silently: either the command refuses them with the
//! reason of the ability, which is checked, or the reason is printed.

mod lookups;
pub mod matrix;
pub mod rig;
mod targets;
mod tokens;
mod writes;
