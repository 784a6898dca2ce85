//! What the tests share: a place of their own, the real binary, a served sandbox, and servers that misbehave.

pub mod given;
pub mod place;
pub mod recorder;
pub mod refusing;
pub mod scripted;
pub mod served;
pub mod silent;
#[cfg(target_os = "linux")]
pub mod terminal;

pub use place::{Place, Ran, need, read, set_mode};
