//! Ctrl-C: what is asked of everything that is under way.

use std::cell::{Cell, RefCell};

use tokio::sync::Notify;

/// What asks a command to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    CtrlC,
    /// What a service manager ends a program with.
    Terminate,
}

impl Signal {
    /// What is told of the first one.
    pub fn noted(self) -> &'static str {
        match self {
            Self::CtrlC => "Ctrl-C: waiting for what is on the wire; press it again to end at once",
            Self::Terminate => "SIGTERM: waiting for what is on the wire; send it again to end at once",
        }
    }
}

/// Shared by the signal handler and everything that is under way.
#[derive(Default)]
pub struct Cancellation {
    asked: Flag,
    cut: Flag,
    writes: RefCell<Vec<&'static str>>,
    ends_itself: Cell<bool>,
}

/// Something that is said once, and can be waited for.
#[derive(Default)]
struct Flag {
    is_set: Cell<bool>,
    waiting: Notify,
}

impl Flag {
    fn set(&self) {
        self.is_set.set(true);
        self.waiting.notify_waiters();
    }

    async fn wait(&self) {
        let notified = self.waiting.notified();
        if !self.is_set.get() {
            notified.await;
        }
    }
}

impl Cancellation {
    /// Asks everything to end: what is on the wire is awaited, and nothing else is begun.
    pub fn ask(&self) {
        self.asked.set();
    }

    /// Asks that nothing on the wire is awaited any longer either.
    pub fn cut(&self) {
        self.cut.set();
    }

    /// Whether the command was asked to end.
    pub fn is_asked(&self) -> bool {
        self.asked.is_set.get()
    }

    /// Whether nothing is to be awaited any longer.
    pub fn is_cut(&self) -> bool {
        self.cut.is_set.get()
    }

    /// Ends once [`Cancellation::ask`] was called.
    pub async fn asked(&self) {
        self.asked.wait().await;
    }

    /// Ends once [`Cancellation::cut`] was called.
    pub async fn cut_off(&self) {
        self.cut.wait().await;
    }

    /// The writes that are under way, by the vendor's names of their calls. Each has an open entry in the journal.
    pub fn writes(&self) -> Vec<&'static str> {
        self.writes.borrow().clone()
    }

    /// Says that the command sees to its own end, and to a report of what it did.
    pub fn leave_to_command(&self) {
        self.ends_itself.set(true);
    }

    /// Whether the command is awaited after Ctrl-C: it sees to its own end, or a write was begun.
    pub fn is_awaited(&self) -> bool {
        self.ends_itself.get()
    }

    /// Notes that a write begins. From then on the command is awaited, so that its end is journalled and reported.
    pub(super) fn begin(&self, call: &'static str) -> UnderWay<'_> {
        self.leave_to_command();
        self.writes.borrow_mut().push(call);
        UnderWay { stop: self, call }
    }
}

/// A write that has begun and is not over.
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
