//! Ctrl-C, and the signal with which a service manager ends a program.

use std::io;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::{Weak, mpsc};
use std::time::Duration;

use super::fail;
use crate::context::{Context, interrupts};
use crate::engine::cancel::Signal;
use crate::input::waiting;
use crate::model::error::Result;
use crate::model::report::{Format, Report};

/// Receives each Ctrl-C.
pub(super) type Presses = tokio::sync::mpsc::UnboundedReceiver<Signal>;

/// Reports each Ctrl-C. A separate thread watches for it, and ends the program itself while the command waits for input.
pub(super) fn watch(done: Weak<mpsc::Sender<ExitCode>>, format: Format, painted: bool) -> Presses {
    let (sender, presses) = tokio::sync::mpsc::unbounded_channel();
    let (ready, listening) = mpsc::channel();
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let waited = runtime.block_on(async {
            let Ok(mut signals) = Signals::catch() else { return false };
            drop(ready);
            let mut pressed = false;
            loop {
                tokio::select! {
                    signal = signals.next() => {
                        if sender.send(signal).is_err() {
                            return false;
                        }
                        pressed = true;
                    }
                    // The receiver ends the program, except while the command waits for input.
                    () = tokio::time::sleep(Duration::from_millis(20)), if pressed => {
                        if waiting::is_waiting() {
                            return true;
                        }
                    }
                }
            }
        });
        if let Some(done) = done.upgrade().filter(|_| waited) {
            let _ = done.send(fail(&interrupts::interrupted(&[]), format, painted));
        }
    });
    // Start only once Ctrl-C is caught: an uncaught signal kills the program without a message.
    let _: Result<(), mpsc::RecvError> = listening.recv();
    presses
}

/// The signals that end a program. One catcher lives as long as the program, because a signal that arrives between two
/// catchers would be lost.
struct Signals {
    #[cfg(unix)]
    ctrl_c: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    ctrl_c: tokio::signal::windows::CtrlC,
}

impl Signals {
    fn catch() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self { ctrl_c: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
        }
        #[cfg(windows)]
        Ok(Self { ctrl_c: tokio::signal::windows::ctrl_c()? })
    }

    /// Waits for Ctrl-C, or for the signal with which a service manager ends a program.
    async fn next(&mut self) -> Signal {
        #[cfg(unix)]
        tokio::select! {
            _ = self.ctrl_c.recv() => Signal::CtrlC,
            _ = self.terminate.recv() => Signal::Terminate,
        }
        #[cfg(windows)]
        {
            self.ctrl_c.recv().await;
            Signal::CtrlC
        }
    }
}

/// How long a command may take to report its changes after a second Ctrl-C, when it no longer waits for answers.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Runs a command until Ctrl-C. A command that has started a write may finish it and report it, but starts nothing
/// new. After a second Ctrl-C, it no longer waits for answers, and reports what it knows.
pub(super) async fn interruptible(
    command: impl Future<Output = Result<Report>>,
    context: &Context,
    mut ctrl_c: Option<Presses>,
) -> Result<Report> {
    let (mut command, stop) = (pin!(command), &context.cancellation);
    let mut last_words = pin!(async {
        stop.cut_off().await;
        tokio::time::sleep(LAST_WORDS).await;
    });
    loop {
        tokio::select! {
            // In this order, so that Ctrl-C is noticed before the next step starts.
            biased;
            signal = pressed(&mut ctrl_c) => {
                if stop.ignores(signal) {
                    continue;
                }
                if stop.is_asked() {
                    stop.cut();
                } else if !stop.is_awaited() {
                    return Err(interrupts::interrupted(&[]));
                } else {
                    stop.ask();
                    context.diagnostics.note(signal.noted());
                }
            }
            result = &mut command => {
                return result.map_err(|error| if stop.is_asked() { interrupts::failed(&error) } else { error });
            }
            () = &mut last_words => return Err(interrupts::interrupted(&stop.writes())),
        }
    }
}

/// Waits for the next Ctrl-C; without a receiver, forever.
async fn pressed(ctrl_c: &mut Option<Presses>) -> Signal {
    if let Some(presses) = ctrl_c
        && let Some(signal) = presses.recv().await
    {
        return signal;
    }
    std::future::pending().await
}
