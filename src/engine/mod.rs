//! The only asynchronous code: sends calls, and reports exactly how they ended.

pub mod cancel;
mod credentials;
pub mod fault;
pub mod inject_secrets;
pub mod journal;
pub mod limits;
mod lists;
pub mod pace;
pub mod redact;
pub mod render;
pub mod retry;
mod secret_matcher;
pub mod session;
mod tls;
pub mod tokens;
pub mod transport;
pub mod write;
