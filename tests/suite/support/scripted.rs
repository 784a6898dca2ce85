//! A server that follows the script of a test and records its requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::time::{Duration, Instant};

/// Where an endless answer ends after all.
pub const MOST: usize = 256 << 20;

/// What to do with one request.
#[derive(Debug, Clone)]
pub enum Act {
    /// Answer with a status and a JSON body.
    Json(u16, &'static str),
    /// Answer with exactly these bytes.
    Raw(Vec<u8>),
    /// Answer with these bytes, so much later.
    Late(Duration, Vec<u8>),
    /// Read the request, then close without an answer.
    Drop,
    /// Read the request, then stay silent until the client disconnects.
    Stall,
    /// Answer with these bytes once the gate is opened.
    Gated(Gate, Vec<u8>),
    /// Answer with these bytes, then stay silent until the client disconnects.
    Hang(Vec<u8>),
    /// Answer with these bytes, then repeat the filling until the client disconnects.
    Endless(Vec<u8>, &'static [u8]),
}

/// Delays an answer until the test releases it.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Mutex<mpsc::Receiver<()>>>);

impl Gate {
    /// A gate, and the sender that opens it.
    pub fn new() -> (mpsc::Sender<()>, Self) {
        let (opener, opened) = mpsc::channel();
        (opener, Self(Arc::new(Mutex::new(opened))))
    }
}

/// What answers a request: its number from 0, and its text.
type Script = dyn Fn(usize, &str) -> Act + Send + Sync;

/// The server. The acts are done in order; the last is repeated.
pub struct Scripted {
    /// Its address, without a path.
    pub base: String,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    requests: Mutex<Vec<String>>,
    arrivals: Mutex<Vec<Instant>>,
    arrived: Condvar,
    /// Requests without an answer yet, and the most that there were.
    open: AtomicUsize,
    most_open: AtomicUsize,
    connections: AtomicUsize,
    sent: AtomicUsize,
}

impl Scripted {
    pub fn start(acts: Vec<Act>) -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").unwrap(), acts)
    }

    /// At a listener that the test has bound.
    pub fn at(listener: TcpListener, acts: Vec<Act>) -> Self {
        Self::run(listener, move |at, _| acts.get(at).or(acts.last()).cloned().unwrap_or(Act::Drop))
    }

    /// Each request decides what is done with it.
    pub fn answering(script: impl Fn(usize, &str) -> Act + Send + Sync + 'static) -> Self {
        Self::run(TcpListener::bind("127.0.0.1:0").unwrap(), script)
    }

    fn run(listener: TcpListener, script: impl Fn(usize, &str) -> Act + Send + Sync + 'static) -> Self {
        let base = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Log::default());
        let (shared, script) = (Arc::clone(&log), Arc::new(script));
        // The thread ends with the test process; each connection has a time limit of its own.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, script) = (Arc::clone(&shared), Arc::clone(&script));
                log.connections.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || serve(stream, &*script, &log));
            }
        });
        Self { base, log }
    }

    /// Every request so far, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.log.requests.lock().unwrap().clone()
    }

    /// When each of them arrived.
    pub fn arrivals(&self) -> Vec<Instant> {
        self.log.arrivals.lock().unwrap().clone()
    }

    /// The most requests that waited for their answer at the same time.
    pub fn most_at_once(&self) -> usize {
        self.log.most_open.load(Ordering::SeqCst)
    }

    /// How many connections were made, whether or not a request came over them.
    pub fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }

    /// How many bytes of an endless answer the client took, those in the system's buffers included.
    pub fn sent(&self) -> usize {
        self.log.sent.load(Ordering::SeqCst)
    }

    /// Waits until this number of requests has arrived.
    #[track_caller]
    pub fn wait_for(&self, count: usize) {
        let limit = Duration::from_secs(20);
        let requests = self.log.requests.lock().unwrap();
        let (_requests, late) =
            self.log.arrived.wait_timeout_while(requests, limit, |seen| seen.len() < count).unwrap();
        assert!(!late.timed_out(), "request {count} never came");
    }
}

/// An answer's bytes, closing the connection.
pub fn http(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}")
        .into_bytes()
}

fn serve(mut stream: TcpStream, script: &Script, log: &Log) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let Some(request) = read(&stream) else { return };
    let act = {
        let mut requests = log.requests.lock().unwrap();
        requests.push(request);
        log.arrivals.lock().unwrap().push(Instant::now());
        let open = log.open.fetch_add(1, Ordering::SeqCst) + 1;
        log.most_open.fetch_max(open, Ordering::SeqCst);
        log.arrived.notify_all();
        script(requests.len() - 1, requests.last().unwrap())
    };
    let bytes = match act {
        Act::Json(status, body) => http(status, "Content-Type: application/json\r\n", body),
        Act::Raw(bytes) => bytes,
        Act::Late(time, bytes) => {
            std::thread::sleep(time);
            bytes
        }
        Act::Drop => Vec::new(),
        Act::Stall => {
            let _ = stream.read(&mut [0]);
            Vec::new()
        }
        Act::Gated(Gate(gate), bytes) => {
            let _ = gate.lock().unwrap().recv_timeout(Duration::from_secs(20));
            bytes
        }
        Act::Hang(head) => {
            let _ = stream.write_all(&head);
            let _ = stream.read(&mut [0]);
            Vec::new()
        }
        Act::Endless(head, filling) => {
            let _ = stream.write_all(&head);
            // A client without a limit would take it all; the test sees that in the count.
            while log.sent.load(Ordering::SeqCst) < MOST && stream.write_all(filling).is_ok() {
                log.sent.fetch_add(filling.len(), Ordering::SeqCst);
            }
            Vec::new()
        }
    };
    // Before the answer is there, because the client's next request may follow at once.
    log.open.fetch_sub(1, Ordering::SeqCst);
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
