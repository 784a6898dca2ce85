//! Shared test support: temporary places, the real binary, a served sandbox, and servers that misbehave.

#[cfg(target_os = "linux")]
pub mod daemon;
pub mod given;
pub mod lab;
pub mod output;
pub mod place;
pub mod recorder;
pub mod refusing;
pub mod running;
pub mod scripted;
pub mod served;
pub mod silent;
#[cfg(target_os = "linux")]
pub mod terminal;

pub use place::{Place, Ran, SHELL, need, read, set_mode};
