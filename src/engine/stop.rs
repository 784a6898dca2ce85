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

/// Shared by whoever hears of Ctrl-C and whatever is under way.
#[derive(Default)]
pub struct Stop {
    asked: Cell<bool>,
    waiting: Notify,
    writing: RefCell<Vec<&'static str>>,
    ends_itself: Cell<bool>,
}

impl Stop {
    /// Asks everything to end: what is on the wire is awaited, and nothing else is begun.
    pub fn ask(&self) {
        self.asked.set(true);
        self.waiting.notify_waiters();
    }

    /// Whether it was asked.
    pub fn is_asked(&self) -> bool {
        self.asked.get()
    }

    /// Ends once it is asked.
    pub async fn asked(&self) {
        let notified = self.waiting.notified();
        if !self.is_asked() {
            notified.await;
        }
    }

    /// Writes whose answers are awaited.
    pub fn writing(&self) -> Vec<&'static str> {
        self.writing.borrow().clone()
    }

    /// Says that the command sees to its own end, and to a report of what it did.
    pub fn leave_to_command(&self) {
        self.ends_itself.set(true);
    }

    /// Whether the command is awaited after Ctrl-C: it sees to its own end, or a write is on the wire.
    pub fn is_awaited(&self) -> bool {
        self.ends_itself.get() || !self.writing.borrow().is_empty()
    }

    /// Notes that a write goes out; it is on the wire until the answer is dropped.
    pub(super) fn sending(&self, call: &'static str) -> OnTheWire<'_> {
        self.writing.borrow_mut().push(call);
        OnTheWire { stop: self, call }
    }
}

/// A write that is on the wire.
pub(super) struct OnTheWire<'s> {
    stop: &'s Stop,
    call: &'static str,
}

impl Drop for OnTheWire<'_> {
    fn drop(&mut self) {
        let mut writing = self.stop.writing.borrow_mut();
        if let Some(at) = writing.iter().position(|call| *call == self.call) {
            writing.swap_remove(at);
        }
    }
}
