//! A door before a server: it is shut when a write comes, so that the write's connection is refused.

use std::cell::Cell;
use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::spawn;

/// The door. What passes it carries one request a connection.
pub struct Door {
    /// Its address, without a path.
    pub base: String,
    server: String,
    /// A client that sits on the port of a door that was never open, so that no other server gets it.
    sitting: Cell<Option<(TcpStream, TcpStream)>>,
}

impl Door {
    /// Lets so many connections pass. It is shut before the last of them is answered.
    pub fn before(server: &str, connections: usize) -> Self {
        let server = server.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // Without a connection to let pass, it is shut from the beginning.
        let Some(others) = connections.checked_sub(1) else {
            let client = TcpStream::connect(address).unwrap();
            let base = format!("http://{}", client.local_addr().unwrap());
            let sitting = Cell::new(Some((listener.accept().unwrap().0, client)));
            return Self { base, server, sitting };
        };
        let door =
            Self { base: format!("http://{address}"), server: server.clone(), sitting: Cell::new(None) };
        spawn(move || {
            for _ in 0..others {
                pass(listener.accept().unwrap().0, &server);
            }
            let (last, _) = listener.accept().unwrap();
            drop(listener);
            pass(last, &server);
        });
        door
    }

    /// Opens it again, for good.
    pub fn open(&self) {
        // Its end with the port goes last, and is free at once.
        drop(self.sitting.take());
        let listener = TcpListener::bind(self.base.strip_prefix("http://").unwrap()).unwrap();
        let server = self.server.clone();
        // The thread ends with the test process.
        spawn(move || listener.incoming().flatten().for_each(|client| pass(client, &server)));
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
