//! A port that refuses connections until somebody listens on it.

use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, SockAddr, Socket, Type};

/// Reserves a port without a listener: connections are refused, and no other test gets the port meanwhile.
pub struct Refusing {
    /// Its address, without a path.
    pub base: String,
    address: SocketAddr,
    socket: Socket,
}

impl Refusing {
    pub fn new() -> Self {
        let socket = bound("127.0.0.1:0".parse().unwrap());
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        Self { base: format!("http://{address}"), address, socket }
    }

    /// Listens on the port until the returned value is dropped.
    pub fn listen(&self) -> TcpListener {
        listening(bound(self.address))
    }

    /// Listens on the port from now on.
    pub fn open(self) -> TcpListener {
        listening(self.socket)
    }
}

/// A socket that has a port, which it shares with another of its kind, and does not listen.
fn bound(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    #[cfg(all(unix, not(target_os = "linux")))]
    socket.set_reuse_port(true).unwrap();
    socket.bind(&SockAddr::from(address)).unwrap();
    socket
}

fn listening(socket: Socket) -> TcpListener {
    socket.listen(16).unwrap();
    socket.into()
}
