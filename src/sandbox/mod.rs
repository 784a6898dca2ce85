//! The small HTTP shell around the vendors' simulators: one listener, one path prefix a vendor. Beside it, on demand, a SIP
//! server.

pub mod fault;
pub mod quota;
mod server;
mod sip;
mod state;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinHandle;

use crate::model::error::{Error, Result};
use fault::Fault;
use state::State;

/// How often a served sandbox saves its state.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// A sandbox that is being served.
pub struct Running {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    server: JoinHandle<()>,
    sip: Option<JoinHandle<()>>,
}

/// Serves at an address, with faults; the state is saved in a file, or lost at the end.
pub async fn start(listen: SocketAddr, file: Option<PathBuf>, faults: Vec<Fault>) -> Result<Running> {
    run(listen, State::open(file)?, faults).await
}

/// Serves on a loopback port for this process alone; the state lives in the state folder, and is locked meanwhile.
pub async fn start_private(folder: &Path, patience: Duration) -> Result<Running> {
    run(SocketAddr::from(([127, 0, 0, 1], 0)), State::lock(folder, patience).await?, Vec::new()).await
}

/// Forgets the state of [`start_private`].
pub fn reset(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(state::file(folder)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn run(listen: SocketAddr, state: State, faults: Vec<Fault>) -> Result<Running> {
    let failed = |cause: std::io::Error| {
        Error::config(format!("the sandbox cannot listen on {listen}: {cause}"))
            .hint("choose another address with --listen, or port 0 for any free one")
    };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let state = Arc::new(Mutex::new(state));
    let faults = Arc::new(Mutex::new(faults));
    let server = tokio::spawn(server::serve(listener, Arc::clone(&state), faults));
    Ok(Running { address, state, server, sip: None })
}

impl Running {
    /// Also answers SIP OPTIONS over UDP at an address, and returns that address.
    pub async fn answer_sip(&mut self, listen: SocketAddr) -> Result<SocketAddr> {
        let failed = |cause: std::io::Error| {
            Error::config(format!("the sandbox cannot answer SIP on {listen}: {cause}"))
                .hint("choose another address with --sip, or port 0 for any free one")
        };
        let socket = UdpSocket::bind(listen).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        self.sip = Some(tokio::spawn(sip::serve(socket)));
        Ok(address)
    }

    /// Its address, without a path.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits for Ctrl-C, keeping the state from time to time, and at the end.
    pub async fn until_interrupted(self) -> Result<()> {
        let interrupted = tokio::signal::ctrl_c();
        tokio::pin!(interrupted);
        loop {
            tokio::select! {
                _ = &mut interrupted => return self.stop().await,
                () = tokio::time::sleep(SAVE_EVERY) => self.save()?,
            }
        }
    }

    /// Ends it and keeps the state.
    pub async fn stop(self) -> Result<()> {
        self.server.abort();
        if let Some(sip) = &self.sip {
            sip.abort();
        }
        self.save()
    }

    fn save(&self) -> Result<()> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).save()
    }
}
