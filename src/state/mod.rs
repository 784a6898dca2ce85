//! Files that trunkctl keeps between runs: how they are stored, and keyed digests of what vendors do not return.

pub mod digests;
pub mod key;
pub mod names;
pub mod storage;
