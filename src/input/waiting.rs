//! Whether the program waits for input: nothing else is done meanwhile, so Ctrl-C may end it on the spot.

use std::sync::atomic::{AtomicBool, Ordering};

static WAITING: AtomicBool = AtomicBool::new(false);

/// Runs a read that may wait: of standard input, or of a file that may be a pipe. No request is in progress
/// meanwhile. Secrets do not use it, because their waiting can be interrupted.
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
