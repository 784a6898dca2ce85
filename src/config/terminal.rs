//! The terminal that the program was started from, and how it was.

/// The settings of the terminal, restored when this is dropped: a program that hides what is typed may be killed
/// before it restores them.
pub struct Terminal {
    #[cfg(unix)]
    device: std::fs::File,
    #[cfg(unix)]
    before: rustix::termios::Termios,
}

impl Terminal {
    /// The terminal as it is now; none where there is none.
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
        // A job in the background would be stopped by setting what is set already.
        let changed = tcgetattr(&self.device).is_ok_and(|now| now.local_modes != self.before.local_modes);
        if changed {
            let _ = tcsetattr(&self.device, OptionalActions::Now, &self.before);
        }
    }
}
