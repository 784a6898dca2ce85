//! A command while it runs: what it says, signals, and its end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process};

use super::Ran;

/// The command, with its output in pipes.
pub struct Running {
    child: Child,
    err: BufReader<ChildStderr>,
    /// What was read of standard error.
    heard: String,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let err = BufReader::new(child.stderr.take().unwrap());
        Self { child, err, heard: String::new() }
    }

    /// Reads standard error until it contains that text, and returns false if it ends before.
    pub fn says(&mut self, text: &str) -> bool {
        while !self.heard.contains(text) {
            if self.err.read_line(&mut self.heard).unwrap() == 0 {
                return false;
            }
        }
        true
    }

    /// Waits until standard error contains that text.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        assert!(self.says(text), "`{text}` is not in {}", self.heard);
    }

    /// Sends what Ctrl-C sends.
    #[cfg(unix)]
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    #[cfg(unix)]
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    #[cfg(unix)]
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the end.
    pub fn end(mut self) -> Ran {
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        self.err.read_to_string(&mut self.heard).unwrap();
        Ran { code: self.child.wait().unwrap().code().unwrap_or(-1), out, err: self.heard }
    }
}
