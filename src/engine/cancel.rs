//! Cancellation by Ctrl-C or SIGTERM.

use std::cell::{Cell, RefCell};

use tokio::sync::watch;

/// A signal that ends a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    CtrlC,
    /// The signal with which a service manager ends a program.
    Terminate,
}

impl Signal {
    /// The note printed for the first signal.
    pub fn noted(self) -> &'static str {
        match self {
            Self::CtrlC => "Ctrl-C: waiting for requests in progress; press it again to stop at once",
            Self::Terminate => "SIGTERM: waiting for requests in progress; send it again to stop at once",
        }
    }
}

/// Shared by the signal handler and all tasks.
#[derive(Default)]
pub struct Cancellation {
    asked: watch::Sender<bool>,
    cut: watch::Sender<bool>,
    writes: RefCell<Vec<&'static str>>,
    ends_itself: Cell<bool>,
    ignores_ctrl_c: Cell<bool>,
}

impl Cancellation {
    /// Asks all tasks to end: they wait for requests in progress, and start nothing new.
    pub fn ask(&self) {
        self.asked.send_replace(true);
    }

    /// Asks all tasks to stop waiting for requests in progress.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }

    /// Whether the command was asked to end.
    pub fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Whether tasks must not wait any longer.
    pub fn is_cut(&self) -> bool {
        *self.cut.borrow()
    }

    /// Completes when [`Cancellation::ask`] is called.
    pub async fn asked(&self) {
        let _ = self.asked.subscribe().wait_for(|is_set| *is_set).await;
    }

    /// Completes when [`Cancellation::cut`] is called.
    pub async fn cut_off(&self) {
        let _ = self.cut.subscribe().wait_for(|is_set| *is_set).await;
    }

    /// The writes in progress, by the vendor's names of their calls. Each has an open entry in the journal.
    pub fn writes(&self) -> Vec<&'static str> {
        self.writes.borrow().clone()
    }

    /// Declares that the command handles cancellation itself, and reports its changes.
    pub fn leave_to_command(&self) {
        self.ends_itself.set(true);
    }

    /// Declares that another program on the terminal handles Ctrl-C, or no longer does.
    pub fn ignore_ctrl_c(&self, ignored: bool) {
        self.ignores_ctrl_c.set(ignored);
    }

    /// Whether the signal is for another program on the terminal.
    pub fn ignores(&self, signal: Signal) -> bool {
        signal == Signal::CtrlC && self.ignores_ctrl_c.get()
    }

    /// Whether to wait for the command after Ctrl-C: it handles cancellation itself, or has started a write.
    pub fn is_awaited(&self) -> bool {
        self.ends_itself.get()
    }

    /// Records the start of a write. From then on, the program waits for the command, so that the outcome is journalled
    /// and reported.
    pub(super) fn begin(&self, call: &'static str) -> UnderWay<'_> {
        self.leave_to_command();
        self.writes.borrow_mut().push(call);
        UnderWay { stop: self, call }
    }
}

/// A write in progress.
pub(super) struct UnderWay<'s> {
    stop: &'s Cancellation,
    call: &'static str,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut writes = self.stop.writes.borrow_mut();
        if let Some(at) = writes.iter().position(|call| *call == self.call) {
            writes.swap_remove(at);
        }
    }
}
