//! A server that does what a test tells it to, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What to do with one request.
#[derive(Debug, Clone)]
pub enum Act {
    /// Answer with a status and a JSON body.
    Json(u16, &'static str),
    /// Answer with exactly these bytes.
    Raw(Vec<u8>),
    /// Read the request, then close without an answer.
    Drop,
    /// Read the request, then stay silent until the client goes.
    Stall,
}

/// The server. The acts are done in order; the last is repeated.
pub struct Scripted {
    /// Its address, without a path.
    pub base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        // The thread ends with the test process; each connection has a time limit of its own.
        std::thread::spawn(move || {
            for (at, stream) in listener.incoming().flatten().enumerate() {
                let act = acts.get(at).or(acts.last()).cloned().unwrap_or(Act::Drop);
                let seen = Arc::clone(&seen);
                std::thread::spawn(move || serve(stream, &act, &seen));
            }
        });
        Self { base, requests }
    }

    /// Every request so far, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// An answer's bytes, closing the connection.
pub fn http(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}")
        .into_bytes()
}

fn serve(mut stream: TcpStream, act: &Act, seen: &Mutex<Vec<String>>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let Some(request) = read(&stream) else { return };
    seen.lock().unwrap().push(request);
    let bytes = match act {
        Act::Json(status, body) => http(*status, "Content-Type: application/json\r\n", body),
        Act::Raw(bytes) => bytes.clone(),
        Act::Drop => Vec::new(),
        Act::Stall => {
            let _ = stream.read(&mut [0]);
            Vec::new()
        }
    };
    let _ = stream.write_all(&bytes);
    let _ = stream.shutdown(Shutdown::Both);
}

fn read(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        let end = line == "\r\n";
        head.push_str(&line);
        if end {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8_lossy(&body))
}
