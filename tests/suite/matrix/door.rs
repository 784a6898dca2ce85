//! A door before a server: it is shut when a write comes, so that the write's connection is refused.

use std::io::copy;
use std::net::{Shutdown, TcpStream};
use std::thread::spawn;

use socket2::SockRef;

use crate::support::refusing::Refusing;

/// The door. What passes it carries one request a connection.
pub struct Door {
    /// Its address, without a path.
    pub base: String,
    server: String,
    /// Keeps the port while the door is shut.
    port: Refusing,
}

impl Door {
    /// Lets so many connections pass. It is shut before the last of them is answered.
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
                // A process that is being started by another test has a copy of it for a moment: closing this one
                // would leave it listening until then.
                let _ = SockRef::from(&listener).shutdown(Shutdown::Both);
                drop(listener);
                pass(last, &server);
            });
        }
        Self { base: port.base.clone(), server, port }
    }

    /// Opens it again, for good.
    pub fn open(self) {
        let listener = self.port.open();
        // The thread ends with the test process.
        spawn(move || listener.incoming().flatten().for_each(|client| pass(client, &self.server)));
    }
}

/// Copies both ways until the server has answered; each side ends by itself.
fn pass(mut client: TcpStream, server: &str) {
    let mut upstream = TcpStream::connect(server).unwrap();
    let (mut asking, mut asked) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
    spawn(move || copy(&mut asking, &mut asked));
    let _ = copy(&mut upstream, &mut client);
    let _ = client.shutdown(Shutdown::Both);
}
