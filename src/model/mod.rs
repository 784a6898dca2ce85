//! Neutral nouns: what every vendor's adapter and every command share. No vendor words, no I/O.

pub mod change;
pub mod check;
pub mod country;
pub mod diagnostics;
pub mod diff;
pub mod error;
pub mod fields;
pub mod health;
pub mod net;
pub mod number;
pub(crate) mod open_enum;
pub mod partition;
pub mod pattern;
pub mod phone_repair;
pub mod plan;
pub mod profile;
pub mod proxy;
mod reference;
pub mod report;
pub mod secret;
pub mod settings;
pub mod support;
pub mod text;
pub mod trunk;
pub mod yaml;
