//! A port that must not receive connections.

use std::io::ErrorKind;
use std::net::TcpListener;

/// Listens and never answers. The system queues connections, so that even a short one is noticed.
pub struct Silent {
    /// Its address, without a path.
    pub base: String,
    listener: TcpListener,
}

impl Silent {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self { base: format!("http://{}", listener.local_addr().unwrap()), listener }
    }

    /// Fails the test if anybody has connected.
    #[track_caller]
    pub fn untouched(&self, by: &str) {
        match self.listener.accept() {
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => {}
            other => panic!("{by} connected: {other:?}"),
        }
    }
}
