//! trunkctl: one command line for SIP trunks on several vendors.

pub mod model;
pub mod vendors;
