//! A door before a server: it is shut when a write comes, so that the write's connection is refused.

use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::spawn;

use socket2::{Domain, SockAddr, Socket, Type};

/// The door. What passes it carries one request a connection.
pub struct Door {
    /// Its address, without a path.
    pub base: String,
    server: String,
    /// Keeps the port while the door is shut. Nobody listens on it, so connections are refused.
    holder: Socket,
}

impl Door {
    /// Lets so many connections pass. It is shut before the last of them is answered.
    pub fn before(server: &str, connections: usize) -> Self {
        let server = server.strip_prefix("http://").unwrap().to_owned();
        let holder = bound("127.0.0.1:0".parse().unwrap());
        let address = holder.local_addr().unwrap().as_socket().unwrap();
        let base = format!("http://{address}");
        if let Some(others) = connections.checked_sub(1) {
            let listener = listening(bound(address));
            let server = server.clone();
            spawn(move || {
                for _ in 0..others {
                    pass(listener.accept().unwrap().0.into(), &server);
                }
                let (last, _) = listener.accept().unwrap();
                // A process that is being started by another test has a copy of it for a moment: closing this one
                // would leave it listening until then.
                let _ = listener.shutdown(Shutdown::Both);
                drop(listener);
                pass(last.into(), &server);
            });
        }
        Self { base, server, holder }
    }

    /// Opens it again, for good.
    pub fn open(self) {
        let listener = TcpListener::from(listening(self.holder));
        // The thread ends with the test process.
        spawn(move || listener.incoming().flatten().for_each(|client| pass(client, &self.server)));
    }
}

/// A socket that has a port, which it shares with another of its kind, and does not listen.
fn bound(address: std::net::SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    #[cfg(all(unix, not(target_os = "linux")))]
    socket.set_reuse_port(true).unwrap();
    socket.bind(&SockAddr::from(address)).unwrap();
    socket
}

fn listening(socket: Socket) -> Socket {
    socket.listen(16).unwrap();
    socket
}

/// Copies both ways until the server has answered; each side ends by itself.
fn pass(mut client: TcpStream, server: &str) {
    let mut upstream = TcpStream::connect(server).unwrap();
    let (mut asking, mut asked) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
    spawn(move || copy(&mut asking, &mut asked));
    let _ = copy(&mut upstream, &mut client);
    let _ = client.shutdown(Shutdown::Both);
}
