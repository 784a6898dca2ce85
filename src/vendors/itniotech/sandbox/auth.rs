//! The signature that every call carries.

use md5::{Digest, Md5};

use super::refusal::Refusal;
use super::seed;
use crate::vendors::simulator::Incoming;

/// Half an hour either way (Onbuka, interface specification).
const WINDOW: u64 = 30 * 60;

/// Checks the three headers of the interface specification. The body is not part of the signature.
pub(super) fn check(request: &Incoming, now: u64) -> Result<(), Refusal> {
    let header = |name| request.header(name).ok_or(Refusal::UNAUTHENTICATED);
    let (key, sign, timestamp) = (header("api-key")?, header("sign")?, header("timestamp")?);
    let expected = sign_of(seed::API_KEY, seed::API_SECRET, timestamp);
    if key != seed::API_KEY || !sign.eq_ignore_ascii_case(&expected) {
        return Err(Refusal::UNAUTHENTICATED);
    }
    let digits = !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    match timestamp.parse::<u64>() {
        Ok(seconds) if digits && seconds.abs_diff(now) <= WINDOW => Ok(()),
        _ => Err(Refusal::TIMESTAMP_EXPIRED),
    }
}

/// MD5 over key, secret and timestamp with nothing between, in lower-case hex.
pub(super) fn sign_of(key: &str, secret: &str, timestamp: &str) -> String {
    let digest = Md5::new().chain_update(key).chain_update(secret).chain_update(timestamp).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
