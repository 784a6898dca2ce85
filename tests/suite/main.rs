//! The tests of the program as a whole: the real binary, real HTTP, no account anywhere.

mod cli;
mod docs;
mod hygiene;
mod support;
