//! Whether the program waits for input: nothing else is done meanwhile, so Ctrl-C may end it on the spot.

use std::sync::atomic::{AtomicBool, Ordering};

static WAITING: AtomicBool = AtomicBool::new(false);

/// Runs what waits for somebody else: standard input, or a file that may be a pipe. No request is under way
/// meanwhile. Secrets are looked up without it: that waiting can be given up.
pub fn waiting<T>(wait: impl FnOnce() -> T) -> T {
    WAITING.store(true, Ordering::SeqCst);
    let result = wait();
    WAITING.store(false, Ordering::SeqCst);
    result
}

/// Whether something is waited for.
pub fn is_waiting() -> bool {
    WAITING.load(Ordering::SeqCst)
}
