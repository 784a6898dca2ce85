//! What holds at every vendor: one suite over the registry and its abilities, through the binary, over HTTP.
//!
//! What a vendor cannot do is not skipped in silence: either the command refuses it with the reason of the
//! ability, and that is checked, or the reason is printed.

mod lookups;
mod matrix;
pub mod rig;
mod targets;
mod tokens;
mod writes;
