//! A door before a server: it is shut when a write comes, so that the write's connection is refused.

use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::spawn;

/// The door. What passes it carries one request a connection.
pub struct Door {
    /// Its address, without a path.
    pub base: String,
    server: String,
}

impl Door {
    /// Lets so many connections pass. It is shut before the last of them is answered.
    pub fn before(server: &str, connections: usize) -> Self {
        let server = server.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let door = Self { base, server: server.clone() };
        // Without a connection to let pass, it is shut from the beginning.
        let Some(others) = connections.checked_sub(1) else { return door };
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
