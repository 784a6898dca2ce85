//! `Retry-After` of a vendor's answer.

#![no_main]

use libfuzzer_sys::fuzz_target;
use trunkctl::engine::retry::{instant, retry_after};
use trunkctl::vendors::call::Response;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    let answer = Response { status: 429, headers: vec![("retry-after".to_owned(), text)], body: Vec::new() };
    for now in [0, 1_590_883_200, u64::MAX] {
        if let Some(wait) = retry_after(&answer, now) {
            let _ = instant(wait, now);
        }
    }
});
