//! The sandbox's simulators behind a real port, and a profiles file for them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc;

use trunkctl::vendors;

use super::Place;

/// A sandbox that is served until it is dropped.
pub struct Served {
    /// Its address, without a path.
    pub base: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Waits for the end, so that no state is written into a folder that is gone.
impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(std::thread::JoinHandle::join);
    }
}

impl Served {
    pub fn start() -> Self {
        Self::with(None)
    }

    /// Begins with the state of a file, and keeps it there.
    pub fn with(state: Option<PathBuf>) -> Self {
        Self::run(state, &[])
    }

    /// Makes faults, as `sandbox serve --fault` does.
    pub fn faulty(faults: &[&str]) -> Self {
        Self::run(None, faults)
    }

    /// Both.
    pub fn keeping(state: PathBuf, faults: &[&str]) -> Self {
        Self::run(Some(state), faults)
    }

    fn run(state: Option<PathBuf>, faults: &[&str]) -> Self {
        let faults = faults.iter().map(|text| text.parse().unwrap()).collect();
        let (send_address, address) = mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let any = SocketAddr::from(([127, 0, 0, 1], 0));
                let running = trunkctl::internal::start(any, state, faults).await.unwrap();
                send_address.send(running.address()).unwrap();
                let _ = stopped.await;
                running.stop().await.unwrap();
            });
        });
        Self { base: address.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }

    /// A profiles file with the sandbox's profiles, each with more lines of its own.
    pub fn profiles(&self, place: &Place, more: &str) -> String {
        profiles(&self.base, place, more)
    }
}

/// The same for the sandbox that is reached at `base`, as through a recorder.
pub fn profiles(base: &str, place: &Place, more: &str) -> String {
    let mut text = String::new();
    for vendor in vendors::ALL {
        let facts = vendor.facts();
        text.push_str(&format!("[profiles.{}]\nvendor = \"{}\"\n", facts.name, facts.name));
        for (key, value) in facts.sandbox {
            text.push_str(&format!("{key} = \"{}\"\n", value.replace("{base}", base)));
        }
        text.push_str(more);
        text.push('\n');
    }
    place.write("profiles.toml", &text)
}
