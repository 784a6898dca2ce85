//! A door in front of a server: it is closed when a write comes, so that the write's connection is refused.

use std::io::copy;
use std::net::{Shutdown, TcpStream};
use std::thread::spawn;

use socket2::SockRef;

use crate::support::refusing::Refusing;

/// The door. Each connection through it carries one request.
pub struct Door {
    /// Its address, without a path.
    pub base: String,
    server: String,
    /// Reserves the port while the door is closed.
    port: Refusing,
}

impl Door {
    /// Lets that many connections pass, and closes before the last of them is answered.
    pub fn before(server: &str, connections: usize) -> Self {
        let server = server.strip_prefix("http://").unwrap().to_owned();
        let port = Refusing::new();
        if let Some(others) = connections.checked_sub(1) {
            let listener = port.listen();
            let server = server.clone();
            spawn(move || {
                for _ in 0..others {
                    pass(listener.accept().unwrap().0, &server);
                }
                let (last, _) = listener.accept().unwrap();
                // A process that another test is starting has a copy of it for a moment: closing this one alone
                // would leave it listening until then.
                let _ = SockRef::from(&listener).shutdown(Shutdown::Both);
                drop(listener);
                pass(last, &server);
            });
        }
        Self { base: port.base.clone(), server, port }
    }

    /// Opens it again permanently.
    pub fn open(self) {
        let listener = self.port.open();
        // The thread ends with the test process.
        spawn(move || listener.incoming().flatten().for_each(|client| pass(client, &self.server)));
    }
}

/// Copies in both directions until the server has answered; each side ends by itself.
fn pass(mut client: TcpStream, server: &str) {
    let mut upstream = TcpStream::connect(server).unwrap();
    let (mut asking, mut asked) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
    spawn(move || copy(&mut asking, &mut asked));
    let _ = copy(&mut upstream, &mut client);
    let _ = client.shutdown(Shutdown::Both);
}
