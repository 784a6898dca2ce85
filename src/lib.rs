//! trunkctl: one command line for SIP trunks on several vendors.

pub mod config;
pub mod engine;
pub mod model;
pub mod sandbox;
pub mod vendors;
