//! The only asynchronous code: sends calls and hides nothing of how they went.

pub mod applied;
mod credentials;
pub mod fault;
pub mod fill;
pub mod journal;
pub mod keyed;
pub mod limits;
mod lists;
pub mod pace;
pub mod redact;
pub mod retry;
pub mod session;
pub mod show;
mod spelling;
pub mod stop;
mod tls;
pub mod tokens;
pub mod transport;
pub mod write;
