//! A person at a terminal: the program on a pseudo terminal, and typed input.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pts, Pty, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, tcgetattr};

use super::Place;

const LIMIT: Duration = Duration::from_secs(20);

/// What a test writes to the terminal once the program has ended. No program writes that.
const LAST: &str = "\u{1}the end\u{1}";

/// The program at work.
pub struct Terminal {
    pty: Arc<Pty>,
    /// The program's side, kept open as a shell does: the system resets a terminal that no process has open.
    pts: Option<Pts>,
    child: Child,
    output: Receiver<Vec<u8>>,
    /// All that the terminal has shown.
    shown: String,
    /// How much of it has been waited for.
    read: usize,
}

impl Terminal {
    pub fn start(place: &Place, args: &[&str]) -> Self {
        Self::run(&place.command(args), None)
    }

    /// With standard output elsewhere.
    pub fn with_output(place: &Place, args: &[&str], output: Stdio) -> Self {
        Self::run(&place.command(args), Some(output))
    }

    /// Runs a command with its own environment only.
    pub fn run(plain: &std::process::Command, output: Option<Stdio>) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(24, 80)).unwrap();
        let mut command = Command::new(plain.get_program()).args(plain.get_args()).env_clear();
        command = command.current_dir(plain.get_current_dir().unwrap());
        command = command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(output) = output {
            command = command.stdout(output);
        }
        let child = command.spawn_borrowed(&pts).unwrap();
        let (pty, (sender, output)) = (Arc::new(pty), channel());
        let reader = Arc::clone(&pty);
        // It ends with the terminal, once no process has the other side open.
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = (&*reader).read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { pty, pts: Some(pts), child, output, shown: String::new(), read: 0 }
    }

    /// Waits until the terminal shows the text, after the text of the previous wait.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> &mut Self {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(at) = self.shown[self.read..].find(text) {
                self.read += at + text.len();
                return self;
            }
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.shown.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("the terminal never shows `{text}`:\n{}", self.shown),
            }
        }
    }

    pub fn type_line(&mut self, text: &str) -> &mut Self {
        self.press(&format!("{text}\n"))
    }

    /// Presses keys, and no Enter after them.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Interrupts the program from elsewhere than the terminal.
    pub fn interrupt(&mut self) -> &mut Self {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        self
    }

    /// Types once the terminal no longer echoes input.
    #[track_caller]
    pub fn type_unseen(&mut self, text: &str) -> &mut Self {
        self.wait_for_echo(false);
        self.type_line(text)
    }

    /// Waits until the terminal echoes, or no longer echoes, input.
    #[track_caller]
    pub fn wait_for_echo(&mut self, wanted: bool) -> &mut Self {
        let end = Instant::now() + LIMIT;
        while tcgetattr(&*self.pty).unwrap().local_modes.contains(LocalModes::ECHO) != wanted {
            assert!(Instant::now() < end, "what is typed is shown, or is not:\n{}", self.shown);
            std::thread::yield_now();
        }
        self
    }

    /// Waits until the program has ended.
    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            let left = end.saturating_duration_since(Instant::now()).min(Duration::from_millis(5));
            assert!(!left.is_zero(), "the program does not end:\n{}", self.shown);
            if let Ok(bytes) = self.output.recv_timeout(left) {
                self.shown.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
    }

    /// Waits for the end, and answers how it ended and all that was shown.
    #[track_caller]
    pub fn end(mut self) -> (ExitStatus, String) {
        let status = self.ended();
        // What the program wrote last may still be on its way, and a closed terminal may lose it: what is written now
        // comes after it.
        if let Some(pts) = self.pts.take() {
            let mut side = std::fs::File::from(pts.as_fd().try_clone_to_owned().unwrap());
            side.write_all(LAST.as_bytes()).unwrap();
            let end = Instant::now() + LIMIT;
            while !self.shown.ends_with(LAST) {
                let left = end.saturating_duration_since(Instant::now());
                let bytes = self.output.recv_timeout(left).expect("the terminal shows what is written last");
                self.shown.push_str(&String::from_utf8_lossy(&bytes));
            }
            self.shown.truncate(self.shown.len() - LAST.len());
        }
        (status, std::mem::take(&mut self.shown))
    }
}

/// A failing test leaves no process behind.
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
