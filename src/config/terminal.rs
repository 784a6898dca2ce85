//! The terminal that the program was started from, and how it was.

/// The settings of the terminal, restored on drop, because a program that hides typed text may be killed
/// before it restores them.
pub struct Terminal {
    #[cfg(unix)]
    device: std::fs::File,
    #[cfg(unix)]
    before: rustix::termios::Termios,
}

impl Terminal {
    /// The terminal's present settings; none if there is no terminal.
    #[cfg(unix)]
    pub fn save() -> Option<Self> {
        let device = std::fs::File::open("/dev/tty").ok()?;
        let before = rustix::termios::tcgetattr(&device).ok()?;
        Some(Self { device, before })
    }

    /// A console keeps no settings of the programs in it.
    #[cfg(not(unix))]
    pub fn save() -> Option<Self> {
        None
    }
}

#[cfg(unix)]
impl Drop for Terminal {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
        // A background job would be stopped if it set them, even without a change.
        let changed = tcgetattr(&self.device).is_ok_and(|now| now.local_modes != self.before.local_modes);
        if changed {
            let _ = tcsetattr(&self.device, OptionalActions::Now, &self.before);
        }
    }
}
