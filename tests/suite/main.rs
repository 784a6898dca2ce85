//! The tests of the program as a whole: the real binary, real HTTP, no account anywhere.

// A test that cannot go on says so by failing; clippy knows that of test functions, not of their helpers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bad_input;
mod bounds;
mod bulk;
mod check;
mod ci;
mod cli;
mod codes;
mod conformance;
mod curl;
mod docs;
mod edits;
mod ensure;
mod export;
mod faults;
mod fixtures;
mod fleet;
mod history;
mod hygiene;
mod leaks;
mod logins;
mod manifest;
mod output;
mod profiles;
mod sandbox;
mod schema;
mod state;
mod support;
mod surface;
mod wire;
