//! What the tests share: a place of their own, the real binary, a served sandbox, and servers that misbehave.

pub mod place;
pub mod recorder;
pub mod scripted;
pub mod served;

pub use place::{Place, Ran};
